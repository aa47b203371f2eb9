#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What a user of BLAS gets on the CPU for the same layer: NumPy over OpenBLAS, same values, same threads.

Every peer is a closure over warm buffers, so that only arithmetic and the copies that it needs are timed. An epilogue
is left out of the peers (NumPy's own would cost more than the product), which favors them.
"""
import ctypes
import math

import numpy as np

import mkl
import timing


def random_layer(case, seed):
    """Parameters and activations, scaled so that the result is of order one."""
    generator = np.random.default_rng(seed)
    weights = [generator.standard_normal(shape, dtype=np.float32) / math.sqrt(shape[-1])
               for shape in case.parameter_shapes()]
    return weights, generator.standard_normal((case.rows, case.columns[0]), dtype=np.float32)


def dense_matrix(case, weights):
    """The layer as one (out, in) matrix, by applying it to the identity."""
    if case.spec["structure"] == "dense":
        return weights[0]
    identity = np.eye(case.columns[0], dtype=np.float32)
    return np.ascontiguousarray(structured(case, weights, identity).T)


def structured(case, weights, x):
    """The layer by BLAS calls, and by the transposes that they force."""
    kind = case.spec["structure"]
    if kind == "dense":
        return x @ weights[0].T
    if kind == "low_rank":
        return (x @ weights[1].T) @ weights[0].T
    w1, w2 = weights
    (k, q, p), (l, s, r) = w1.shape, w2.shape
    rows = x.shape[0]
    middle = np.matmul(x.reshape(rows, k, p).transpose(1, 0, 2), w1.transpose(0, 2, 1))        # k, rows, q
    middle = middle.transpose(1, 0, 2).reshape(rows, r, l).transpose(2, 0, 1)                  # l, rows, r
    y = np.matmul(np.ascontiguousarray(middle), w2.transpose(0, 2, 1))                         # l, rows, s
    return np.ascontiguousarray(y.transpose(1, 2, 0)).reshape(rows, s * l)


class Peers:
    """The peers of one case, ready to be timed round by round."""

    def __init__(self, case, seed=0):
        self.case = case
        weights, x = random_layer(case, seed)
        matrix = dense_matrix(case, weights)
        y = np.empty((case.rows, case.columns[1]), np.float32)

        def dense():
            np.matmul(x, matrix.T, out=y)

        self.calls = {"dense-openblas": dense}
        if case.spec["structure"] != "dense":
            self.calls["blas-transposes"] = lambda: structured(case, weights, x)
        wanted = x @ matrix.T
        self.check("blas-transposes", structured(case, weights, x), wanted)
        if library := mkl.load():
            # The closure holds pointers only: the arrays have to outlive it.
            self.kept = (x, matrix, y)
            self.calls["dense-mkl"] = mkl.linear(library, x, matrix, y)
            self.calls["dense-mkl"]()
            self.check("dense-mkl", y, wanted)

    def check(self, name, got, wanted):
        """All peers compute the same layer, or their times mean nothing."""
        error = np.linalg.norm(got - wanted) / np.linalg.norm(wanted)
        if error > 1e-4:
            raise SystemExit(f"bench: {self.case.id}: {name} and dense-openblas differ by {error:.1e}")

    def round(self, seconds):
        """Samples of each peer, in milliseconds."""
        return {name: timing.sample(call, seconds) for name, call in self.calls.items()}


def copy_bandwidth(case):
    """Bytes a second, read plus written, of a warm copy as large as the layer's activations."""
    numbers = max(1, case.unavoidable_bytes() // 8)
    source, target = np.ones(numbers, np.float32), np.empty(numbers, np.float32)
    samples = timing.sample(lambda: np.copyto(target, source), 0.1, at_least=20)
    return 8 * numbers / (timing.median(samples) * 1e-3)


def openblas_config():
    """What NumPy's OpenBLAS says of itself: version and the kernel that it chose."""
    for line in open("/proc/self/maps", encoding="utf-8"):
        path = line.split(maxsplit=5)[-1].strip()
        if "openblas" not in path:
            continue
        blas = ctypes.CDLL(path)
        for name in ("scipy_openblas_get_config64_", "openblas_get_config64_", "openblas_get_config"):
            if hasattr(blas, name):
                getattr(blas, name).restype = ctypes.c_char_p
                return " ".join(getattr(blas, name)().decode().split())
    return "an unknown BLAS"


def library():
    """Versions and settings of the peers."""
    text = f"NumPy {np.__version__} over {openblas_config()}"
    found = mkl.load()
    return f"{text}; {mkl.version(found)}" if found else text
