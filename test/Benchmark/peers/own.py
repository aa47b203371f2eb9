#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Peer `triton-own`: every structure in the Triton kernels that we would write by hand, autotuned, in each way that may win."""
import math

import numpy as np
import torch

import structures
from peers import groups, kron, ranks
from torch_forms import sylvester
from worker import NotFor, Skip

# Numbers that the weights of one stage and a row may have for both stages to be one kernel.
FUSED_WEIGHTS, FUSED_ROW = 1 << 16, 2048


def power_of_two(*sizes):
    return all(size >= 16 and size & (size - 1) == 0 for size in sizes)


def fused_fits(first, second, dtype):
    # Three products in tf32 hold each weight four times over.
    most = FUSED_WEIGHTS if dtype.itemsize == 2 else FUSED_WEIGHTS // 4
    sizes = (first.a, first.b, first.c, second.b, second.c, second.d)
    return (power_of_two(*sizes) and max(first.weight.size, second.weight.size) <= most
            and max(first.a * first.c, first.a * first.b, second.b * second.d) <= FUSED_ROW)


def two_stages(first, second, constant, permuted=False, gelu_after=False):
    """The ways to compute KS(1, s, r, l) KS(k, q, p, 1); `permuted`: the result is (l, s), not (s, l)."""
    k, q, p, l, s, r = first.a, first.b, first.c, second.d, second.b, second.c
    w1, w2 = first.weight.reshape(k, q, p), second.weight.reshape(s, r, l)
    middle, n_out = k * q, l * s
    natural = constant(w1.transpose(0, 2, 1))                                                  # k, p, q
    last = constant(w2.transpose(2, 1, 0))                                                     # l, r, s
    apart = {"y_group": s, "y_outer": 1, "inner": 1} if permuted else {"y_group": 1, "y_outer": l, "inner": 1}
    found = [("two kernels, the second on several groups", [natural, last], lambda x, a, b: groups.wide(
        groups.grouped(x, a, middle, p, q), b, (1, s, r, l), permuted, gelu_after))]
    if q % l == 0:
        # The columns of each block in the order in which the second stage reads them.
        turned = constant(w1.reshape(k, q // l, l, p).transpose(0, 3, 2, 1).reshape(k, p, q))
        found.append(("two kernels, folded permutations", [turned, last], lambda x, a, b: groups.grouped(
            groups.grouped(x, a, middle, p, q // l, r, q // l), b, n_out, r, gelu_after=gelu_after, **apart)))
    if fused_fits(first, second, natural.dtype):
        found.append(("one kernel", [natural, last], lambda x, a, b: groups.fused(x, a, b, permuted, gelu_after)))
    return found


def regrouped(structure, weights):
    """A butterfly's levels of increasing stride as the two stages of a Monarch, multiplied in float64."""
    stages = structure.stages([w.astype(np.float64) for w in weights])
    n, half = structure.n_in, len(stages) // 2
    inner = 1 << half
    outer = n // inner
    # One probe for each column of a block, the same in all blocks.
    low = np.tile(np.eye(inner), (1, outer))
    high = np.repeat(np.eye(outer), inner, axis=1)
    for stage in stages[:half]:
        low = stage(low)
    for stage in stages[half:]:
        high = stage(high)
    first = low.reshape(inner, outer, inner).transpose(1, 2, 0).reshape(outer, inner, inner, 1)
    second = high.reshape(outer, outer, inner).transpose(1, 0, 2).reshape(1, outer, outer, inner)
    return (structures.Stage(outer, inner, inner, 1, first.astype(np.float32)),
            structures.Stage(1, outer, outer, inner, second.astype(np.float32)))


def merged(factors, most=64):
    """Neighboring factors multiplied, from the right, to sizes of at most `most`."""
    found = []
    for factor in reversed(factors):
        if found and found[0].shape[0] * factor.shape[0] <= most:
            found[0] = np.kron(factor, found[0])
        else:
            found.insert(0, factor)
    return found


def passes(x, *factors):
    """A kernel a factor: the last as a tall product, given transposed, the others from the left."""
    shape, last = x.shape, factors[-1]
    x = groups.grouped(x.reshape(-1, last.shape[0]), last[None], last.shape[1], 0, 0).reshape(shape)
    return from_the_left(x, factors[:-1], last.shape[1])


def pairs(x, *factors):
    """The last two factors, given transposed, in one kernel, and one for each of the others."""
    return from_the_left(kron.pair(x, *factors[-2:]), factors[:-2], factors[-2].shape[0] * factors[-1].shape[0])


def from_the_left(x, factors, after):
    for factor in reversed(factors):
        x = kron.left(x, factor, after)
        after *= factor.shape[0]
    return x


def kronecker(factors, constant):
    factors = merged([f.astype(np.float64) for f in factors])
    sizes = [f.shape[0] for f in factors]
    plain, turned = [constant(f) for f in factors], [constant(f.T) for f in factors]
    found = [("a kernel a factor", [*plain[:-1], turned[-1]], passes)]
    if len(factors) >= 2 and power_of_two(*sizes[-2:]) and math.prod(sizes[-2:]) <= kron.TILE:
        found.append(("two factors a kernel", [*plain[:-2], *turned[-2:]], pairs))
    return found


def low_rank(weights, constant):
    u, v = weights
    return [(note, [constant(v.T), constant(u.T)], function) for note, function in
            (("one kernel", ranks.whole), ("two kernels", ranks.split))]


def blast(spec, weights, constant):
    u, v, s = weights
    b, rank = spec["blocks"], spec["rank"]
    inner, n = v.shape[2], u.shape[1]

    def down(x, first):
        return groups.grouped(x, first, b * rank, inner, rank)

    operands = [constant(v.transpose(0, 2, 1)), constant(u.transpose(0, 2, 1))]                # b, i, r and b, r, o
    return [("three kernels", [*operands, constant(s.transpose(2, 1, 0))], lambda x, first, last, mix: groups.grouped(
                groups.wide(down(x, first), mix, (1, b, b, rank)), last, b * n, rank, n)),
            ("blocks mixed by the last kernel", [*operands, constant(s)], lambda x, first, last, mix: ranks.mixed(
                down(x, first), mix, last))]


def forms(spec, dtype, weights, epilogue=None):
    """(note, constants, function) of each way to compute one layer, the epilogue within."""
    if dtype.is_complex:
        raise NotFor
    kind, structure = spec["structure"], structures.of(spec)
    gelu = epilogue == "gelu"
    if gelu and kind not in ("monarch", "butterfly", "btt", "kronecker_sparse"):
        raise Skip(f"no {kind} with an epilogue written")

    def constant(array):
        return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)

    if kind == "butterfly":
        return two_stages(*regrouped(structure, weights), constant, gelu_after=gelu)
    if kind in ("monarch", "btt"):
        return two_stages(*structure.stages(weights), constant, kind == "btt", gelu)
    if kind == "kronecker_sparse":
        stages = structure.stages(weights)
        if len(stages) != 2 or stages[0].d != 1 or stages[1].a != 1:
            raise Skip("only two stages (k, q, p, 1), (1, s, r, l) are written")
        return two_stages(*stages, constant, gelu_after=gelu)
    if kind == "kronecker":
        return kronecker(weights, constant)
    if kind == "hadamard":
        half = 1 << (int(math.log2(spec["in"])) // 2)
        return kronecker([sylvester(spec["in"] // half), sylvester(half)], constant)
    if kind == "low_rank":
        return low_rank(weights, constant)
    if kind == "blast":
        return blast(spec, weights, constant)
    raise NotFor
