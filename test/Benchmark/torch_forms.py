#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Each structure in PyTorch as a competent user writes it: batched products on views, on any device.

Where there are several ways (batch first or last, element-wise or products) each is here, and the peers keep the fastest.
Weights are constants, put in the order that a form wants beforehand.
"""
import math

import numpy as np
import torch
from torch.nn import functional

import structures
from worker import Skip

TYPES = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16,
         "complex<f32>": torch.complex64}
torch.set_grad_enabled(False)


class Form(torch.nn.Module):
    """One way to write a layer: constants and a function of them and x."""

    def __init__(self, constants, function):
        super().__init__()
        self.names = []
        for number, constant in enumerate(constants):
            self.register_buffer(f"w{number}", constant)
            self.names.append(f"w{number}")
        self.function = function

    def forward(self, x):
        return self.function(x, *[getattr(self, name) for name in self.names])


def linear(x, weight):
    return functional.linear(x, weight)


def low_rank(x, u, v):
    return functional.linear(functional.linear(x, v), u)


def monarch(x, w1, w2):
    """bmm, batch first: w1 (k, p, q), w2 (l, r, s)."""
    rows, (k, p, q), (l, r, s) = x.shape[0], w1.shape, w2.shape
    middle = torch.bmm(x.view(rows, k, p).transpose(0, 1), w1)                                 # k, rows, q
    middle = middle.transpose(0, 1).reshape(rows, r, l).permute(2, 0, 1)                       # l, rows, r
    y = torch.bmm(middle, w2)                                                                  # l, rows, s
    return y.permute(1, 2, 0).reshape(rows, s * l)


def monarch_last(x, w1, w2):
    """bmm, batch last, with the two transposes that it needs: w1 (k, q, p), w2 (l, s, r)."""
    rows, (k, q, p), (l, s, r) = x.shape[0], w1.shape, w2.shape
    middle = torch.bmm(w1, x.t().contiguous().view(k, p, rows))                                # k, q, rows
    y = torch.bmm(w2, middle.view(r, l, rows).transpose(0, 1))                                 # l, s, rows
    return y.permute(2, 1, 0).reshape(rows, s * l)


def butterfly(x, *levels):
    """Element-wise, level by level: each (n/2t, 2, 2, t)."""
    rows, n = x.shape
    for w in levels:
        groups, t = w.shape[0], w.shape[3]
        v = x.view(rows, groups, 2, t)
        x = (w[:, :, 0] * v[:, :, :1] + w[:, :, 1] * v[:, :, 1:]).view(rows, n)
    return x


def butterfly_last(x, *levels):
    """Element-wise, batch last."""
    rows, n = x.shape
    x = x.t().contiguous()
    for w in levels:
        groups, t = w.shape[0], w.shape[3]
        v = x.view(groups, 2, t, rows)
        x = (w[:, :, 0, :, None] * v[:, :1] + w[:, :, 1, :, None] * v[:, 1:]).view(n, rows)
    return x.t().contiguous()


def kronecker(x, *factors):
    """The last factor as one tall product, the others as batched products from the left."""
    rows, n = x.shape
    post = 1
    for f in reversed(factors):
        if post == 1:
            x = functional.linear(x.reshape(-1, f.shape[1]), f)
        else:
            x = torch.matmul(f, x.reshape(-1, f.shape[1], post))
        post *= f.shape[0]
    return x.reshape(rows, n)


def kronecker_transposes(x, *factors):
    """Tall products, the digit turned to the front after each (as GPyTorch's)."""
    rows, n = x.shape
    x = x.reshape(rows, n)
    for f in reversed(factors):
        q = f.shape[0]
        x = functional.linear(x.reshape(-1, q), f).view(rows, n // q, q).transpose(1, 2).reshape(rows, n)
    return x


def kronecker_sparse(x, *stages):
    """bmm, batch first: each stage (a d, c, b) with its pattern."""
    rows = x.shape[0]
    for pattern, w in stages:
        a, b, c, d = pattern
        v = x.view(rows, a, c, d).permute(1, 3, 0, 2).reshape(a * d, rows, c)
        x = torch.bmm(v, w).view(a, d, rows, b).permute(2, 0, 3, 1).reshape(rows, a * b * d)
    return x


def kronecker_sparse_last(x, *stages):
    """bmm, batch last, with the two transposes that it needs: each stage (a d, b, c)."""
    rows = x.shape[0]
    x = x.t().contiguous()
    for pattern, w in stages:
        a, b, c, d = pattern
        v = x.view(a, c, d, rows).transpose(1, 2).reshape(a * d, c, rows)
        x = torch.bmm(w, v).view(a, d, b, rows).transpose(1, 2).reshape(a * b * d, rows)
    return x.t().contiguous()


def btt(x, a, b, phi):
    """compute-better-spent's: A (gamma, alpha, phi rho), B (phi, gamma rho, epsilon)."""
    rows, (gamma, alpha, columns) = x.shape[0], a.shape
    rho = columns // phi
    middle = torch.bmm(x.view(rows, gamma, alpha).transpose(0, 1), a)                          # gamma, rows, phi rho
    middle = middle.view(gamma, rows, phi, rho).permute(2, 1, 0, 3).reshape(phi, rows, gamma * rho)
    return torch.bmm(middle, b).transpose(0, 1).reshape(rows, -1)


def blast(x, u, v, s):
    """The BLAST repository's: u (b, r, o), v (b, i, r), s (out block, in block, r)."""
    rows, (b, inner, rank) = x.shape[0], v.shape
    z = torch.bmm(x.view(rows, b, inner).transpose(0, 1), v)                                   # b, rows, r
    z = torch.einsum("jzr,ijr->izr", z, s)
    return torch.bmm(z, u).transpose(0, 1).reshape(rows, -1)


def blast_bmm(x, u, v, s):
    """The mixing of blocks as a batched product over r: s (r, in block, out block)."""
    rows, (b, inner, rank) = x.shape[0], v.shape
    z = torch.bmm(x.view(rows, b, inner).transpose(0, 1), v)                                   # b, rows, r
    z = torch.bmm(z.permute(2, 1, 0), s).permute(2, 1, 0)                                      # b, rows, r
    return torch.bmm(z, u).transpose(0, 1).reshape(rows, -1)


def hadamard(x, n):
    rows, h = x.shape[0], 1
    while h < n:
        v = x.view(rows, n // (2 * h), 2, h)
        x = torch.cat((v[:, :, :1] + v[:, :, 1:], v[:, :, :1] - v[:, :, 1:]), 2).view(rows, n)
        h *= 2
    return x


def hadamard_matrices(x, left, right):
    """H_n = H_a (x) H_b."""
    return kronecker(x, left, right)


def sylvester(n):
    h = np.ones((1, 1), np.float32)
    while h.shape[0] < n:
        h = np.block([[h, h], [h, -h]])
    return h


def forms(spec, dtype, weights):
    """(note, constants, function) of each way to write one layer; no epilogue."""
    kind, structure = spec["structure"], structures.of(spec)

    def constant(array):
        return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)

    def turned(array, *order):
        return constant(np.transpose(array, order))

    if kind == "dense":
        return [("linear", [constant(weights[0])], linear)]
    if kind == "low_rank":
        return [("linear", [constant(w) for w in weights], low_rank)]
    if kind == "monarch":
        w1, w2 = weights
        return [("bmm first", [turned(w1, 0, 2, 1), turned(w2, 0, 2, 1)], monarch),
                ("bmm last", [constant(w1), constant(w2)], monarch_last)]
    if kind == "butterfly":
        levels = [constant(stage.weight) for stage in structure.stages(weights)]
        return [("batch first", levels, butterfly), ("batch last", levels, butterfly_last)]
    if kind == "kronecker":
        factors = [constant(w) for w in weights]
        return [("products", factors, kronecker), ("transposes", factors, kronecker_transposes)]
    if kind == "kronecker_sparse":
        stages = structure.stages(weights)
        patterns = [(s.a, s.b, s.c, s.d) for s in stages]
        first = [constant(s.weight.transpose(0, 3, 2, 1).reshape(s.a * s.d, s.c, s.b)) for s in stages]
        last = [constant(s.weight.transpose(0, 3, 1, 2).reshape(s.a * s.d, s.b, s.c)) for s in stages]
        return [("bmm first", first, lambda x, *ws: kronecker_sparse(x, *zip(patterns, ws))),
                ("bmm last", last, lambda x, *ws: kronecker_sparse_last(x, *zip(patterns, ws)))]
    if kind == "btt":
        phi = spec["split"][1][0]
        return [("bmm", [constant(w) for w in weights], lambda x, a, b: btt(x, a, b, phi))]
    if kind == "blast":
        u, v, s = weights
        operands = [turned(u, 0, 2, 1), turned(v, 0, 2, 1)]
        return [("einsum", [*operands, constant(s)], blast), ("bmm", [*operands, turned(s, 2, 1, 0)], blast_bmm)]
    if kind == "hadamard":
        n = spec["in"]
        half = 2 ** (int(math.log2(n)) // 2)
        return [("levels", [], lambda x: hadamard(x, n)),
                ("two products", [constant(sylvester(n // half)), constant(sylvester(half))], hadamard_matrices)]
    if kind == "dft":
        return [("torch.fft", [], lambda x: torch.fft.fft(x))]
    raise Skip(f"no form of {kind} written")


def models(case, weights):
    """(note, module) of each way to write all layers, epilogues with them; `weights` lists the arrays of each layer."""
    found = []
    ways = [forms(case.layer_spec(number), TYPES[case.dtype], arrays) for number, arrays in enumerate(weights)]
    for way in range(len(ways[0])):
        parts = []
        for number, forms_of_layer in enumerate(ways):
            note, constants, function = forms_of_layer[way]
            parts.append(Form(constants, function))
            if case.epilogue(number) == "gelu":
                parts.append(torch.nn.GELU())
        found.append((note, torch.nn.Sequential(*parts).eval()))
    return found
