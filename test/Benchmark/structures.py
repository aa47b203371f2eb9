#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What each structure of the cases is: its parameters, its name in MLIR, its stages, its meaning in float64.

A stage is (a, b, c, d, w): y[z, A, B, D] = sum over C of w[A, B, C, D] x[z, A, C, D], where w may be shared over A or D
(extent 1 there). CONVENTIONS of the project: every structure here is a list of stages, the first applied first, and a
permutation of digits after them. Peers without a notion of the structure are fed from that list.
"""
import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class Stage:
    a: int
    b: int
    c: int
    d: int
    weight: np.ndarray

    def __call__(self, x):
        """The stage on (rows, a c d), by one batched product; transposes as they come."""
        rows = x.shape[0]
        inner = x.reshape(rows, self.a, self.c, self.d).transpose(1, 3, 0, 2)                  # a, d, rows, c
        outer = np.matmul(inner, self.weight.transpose(0, 3, 2, 1))                            # a, d, rows, b
        return np.ascontiguousarray(outer.transpose(2, 0, 3, 1)).reshape(rows, -1)

    def full_weight(self):
        """(a, b, c, d), no longer shared."""
        return np.ascontiguousarray(np.broadcast_to(self.weight, (self.a, self.b, self.c, self.d)))


class Dense:
    def __init__(self, spec):
        self.spec = spec
        self.n_in, self.n_out = spec["in"], spec["out"]

    def shapes(self):
        return [(self.n_out, self.n_in)]

    def fan_in(self, number):
        """How many products of parameter `number` a result sums: what random values are scaled by."""
        return self.shapes()[number][-1]

    def encoding(self):
        return "#linop.dense"

    def stages(self, weights):
        return [Stage(1, self.n_out, self.n_in, 1, weights[0].reshape(1, self.n_out, self.n_in, 1))]

    def permute(self, y):
        """The permutation behind the stages."""
        return y

    def apply(self, weights, x):
        for stage in self.stages(weights):
            x = stage(x)
        return self.permute(x)


class LowRank(Dense):
    def shapes(self):
        return [(self.n_out, self.spec["rank"]), (self.spec["rank"], self.n_in)]

    def encoding(self):
        return f"#linop.low_rank<rank = {self.spec['rank']}>"

    def stages(self, weights):
        rank = self.spec["rank"]
        return [Stage(1, rank, self.n_in, 1, weights[1].reshape(1, rank, self.n_in, 1)),
                Stage(1, self.n_out, rank, 1, weights[0].reshape(1, self.n_out, rank, 1))]


class Monarch(Dense):
    def shapes(self):
        k, l = self.spec["blocks"]
        middle = self.spec["middle"]
        return [(k, middle // k, self.n_in // k), (l, self.n_out // l, middle // l)]

    def encoding(self):
        return f"#linop.monarch<blocks = {self.spec['blocks']}, middle = {self.spec['middle']}>"

    def stages(self, weights):
        (k, q, p), (l, s, r) = weights[0].shape, weights[1].shape
        return [Stage(k, q, p, 1, weights[0].reshape(k, q, p, 1)),
                Stage(1, s, r, l, weights[1].transpose(1, 2, 0).reshape(1, s, r, l))]


class Butterfly(Dense):
    """One stack, one block, increasing stride."""

    def shapes(self):
        return [(1, 1, int(math.log2(self.n_in)), self.n_in // 2, 2, 2)]

    def encoding(self):
        return "#linop.butterfly<blocks = 1, increasing = true>"

    def stages(self, weights):
        found = []
        for level, twiddle in enumerate(weights[0][0, 0]):
            t = 2 ** level
            groups = self.n_in // (2 * t)
            found.append(Stage(groups, 2, 2, t, twiddle.reshape(groups, t, 2, 2).transpose(0, 2, 3, 1)))
        return found


class Kronecker(Dense):
    def shapes(self):
        return [(n, n) for n in self.spec["factors"]]

    def encoding(self):
        return f"#linop.kronecker<rows = {self.spec['factors']}, columns = {self.spec['factors']}>"

    def stages(self, weights):
        sizes = self.spec["factors"]
        return [Stage(math.prod(sizes[:i]), n, n, math.prod(sizes[i + 1:]), weights[i].reshape(1, n, n, 1))
                for i, n in reversed(list(enumerate(sizes)))]


class KroneckerSparse(Dense):
    """A product of patterns; `patterns` lists the first applied first, `linop.product` the last."""

    def shapes(self):
        return [tuple(pattern) for pattern in reversed(self.spec["patterns"])]

    def fan_in(self, number):
        return self.shapes()[number][2]

    def encoding(self):
        factors = []
        for a, b, c, d in reversed(self.spec["patterns"]):
            attribute = f"#linop.kronecker_sparse<a = {a}, b = {b}, c = {c}, d = {d}>"
            factors.append(f"tensor<{a * b * d}x{a * c * d}x{{t}}, {attribute}>")
        return f"#linop.product<[{', '.join(factors)}]>"

    def stages(self, weights):
        return [Stage(*weight.shape, weight) for weight in reversed(weights)]


class Btt(Dense):
    def shapes(self):
        (alpha, gamma), (phi, epsilon) = self.spec["split"]
        rank = self.spec["rank"]
        return [(gamma, alpha, phi * rank), (phi, gamma * rank, epsilon)]

    def fan_in(self, number):
        return self.shapes()[number][1]

    def encoding(self):
        ins, outs = self.spec["split"]
        return f"#linop.btt<in = {ins}, out = {outs}, rank = {self.spec['rank']}>"

    def stages(self, weights):
        # Its Monarch has the middle (gamma, rho, phi): the columns of A are put in that order.
        (alpha, gamma), (phi, epsilon) = self.spec["split"]
        rank = self.spec["rank"]
        first = weights[0].reshape(gamma, alpha, phi, rank).transpose(0, 3, 2, 1).reshape(gamma, rank * phi, alpha, 1)
        second = weights[1].transpose(2, 1, 0).reshape(1, epsilon, gamma * rank, phi)
        return [Stage(gamma, rank * phi, alpha, 1, first), Stage(1, epsilon, gamma * rank, phi, second)]

    def permute(self, y):
        _, (phi, epsilon) = self.spec["split"]
        return np.ascontiguousarray(y.reshape(-1, epsilon, phi).transpose(0, 2, 1)).reshape(y.shape)


class Blast(Dense):
    def shapes(self):
        b, rank = self.spec["blocks"], self.spec["rank"]
        return [(b, self.n_out // b, rank), (b, rank, self.n_in // b), (b, b, rank)]

    def fan_in(self, number):
        return self.spec["blocks"] if number == 2 else self.shapes()[number][-1]

    def encoding(self):
        return f"#linop.blast<blocks = {self.spec['blocks']}, rank = {self.spec['rank']}>"

    def stages(self, weights):
        u, v, s = weights
        b, rank = self.spec["blocks"], self.spec["rank"]
        return [Stage(b, rank, self.n_in // b, 1, v.reshape(b, rank, -1, 1)),
                Stage(1, b, b, rank, s.reshape(1, b, b, rank)),
                Stage(b, self.n_out // b, rank, 1, u.reshape(b, -1, rank, 1))]


class Hadamard(Dense):
    def shapes(self):
        return []

    def encoding(self):
        return "#linop.hadamard"

    def stages(self, weights):
        level = np.array([[1, 1], [1, -1]], np.float32).reshape(1, 2, 2, 1)
        return [Stage(self.n_in // (2 << i), 2, 2, 1 << i, level) for i in range(int(math.log2(self.n_in)))]


class Dft(Dense):
    def shapes(self):
        return []

    def encoding(self):
        return "#linop.dft"

    def stages(self, weights):
        raise NotImplementedError("a DFT has diagonals between its stages")

    def apply(self, weights, x):
        return np.fft.fft(x, axis=1)


KINDS = {"dense": Dense, "low_rank": LowRank, "monarch": Monarch, "butterfly": Butterfly, "kronecker": Kronecker,
         "kronecker_sparse": KroneckerSparse, "btt": Btt, "blast": Blast, "hadamard": Hadamard, "dft": Dft}


def of(spec):
    return KINDS[spec["structure"]](spec)
