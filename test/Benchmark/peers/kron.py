#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Kernels of Kronecker products, whose factors are small and shared by all: one factor, or two of them at once."""
import torch
import triton
import triton.language as tl

from peers.common import PROCESSORS, configs, covers, precision, sums, tuned

# Numbers that a program of the kernel of two factors holds.
TILE = 32768


def left_fits(values, config):
    return covers(values["d"], config["BD"], 32)


@tuned(configs(("BD",), (32, 4, 2), (64, 4, 2), (128, 4, 2), (256, 4, 2), (256, 8, 2), (512, 8, 2)), 3, left_fits)
@triton.jit
def left_kernel(x, w, y, slabs, b, c, d, BB: tl.constexpr, BC: tl.constexpr, PREC: tl.constexpr, ACC: tl.constexpr,
                BD: tl.constexpr):
    # `slabs`, the programs' number beside tiles, is only for the tuner.
    tiles = tl.cdiv(d, BD)
    slab, tile = (tl.program_id(0) // tiles).to(tl.int64), tl.program_id(0) % tiles
    rb, rc, rd = tl.arange(0, BB), tl.arange(0, BC), tile * BD + tl.arange(0, BD)
    m = tl.load(w + rb[:, None] * c + rc[None, :], (rb < b)[:, None] & (rc < c)[None, :], 0.0)
    v = tl.load(x + slab * c * d + rc[:, None] * d + rd[None, :], (rc < c)[:, None] & (rd < d)[None, :], 0.0)
    out = tl.dot(m, v, input_precision=PREC, out_dtype=ACC)
    tl.store(y + slab * b * d + rb[:, None] * d + rd[None, :], out.to(y.dtype.element_ty), (rb < b)[:, None] & (rd < d)[None, :])


def left(x, w, d):
    """The factor w (b, c) from the left on every (c, d) of the rows of x."""
    b, c = w.shape
    slabs = x.numel() // (c * d)
    y = torch.empty(x.shape[0], x.shape[1] // c * b, device=x.device, dtype=x.dtype)
    grid = lambda meta: (slabs * triton.cdiv(d, meta["BD"]),)
    left_kernel[grid](x, w, y, slabs, b, c, d, BB=max(16, triton.next_power_of_2(b)), BC=max(16, triton.next_power_of_2(c)),
                      PREC=precision(x.dtype), ACC=sums(x.dtype))
    return y


def pair_fits(values, config):
    return covers(values["rows"], config["BM"], 1) and config["BM"] * values["n1"] * values["n2"] <= TILE


@tuned(configs(("BM", "WAVES"), (1, 4, 4, 1), (1, 4, 8, 1), (1, 2, 16, 1), (2, 4, 4, 1), (2, 4, 8, 1), (4, 2, 8, 1),
               (4, 4, 4, 1), (8, 2, 8, 1), (16, 2, 8, 1), (16, 4, 4, 1)),
       4, pair_fits)
@triton.jit
def pair_kernel(x, f1, f2, y, rows, n1: tl.constexpr, n2: tl.constexpr, PREC: tl.constexpr, ACC: tl.constexpr,
                BM: tl.constexpr, WAVES: tl.constexpr):
    r1, r2, columns = tl.arange(0, n1), tl.arange(0, n2), tl.arange(0, n1 * n2)
    m1 = tl.load(f1 + r1[:, None] * n1 + r1[None, :])
    m2 = tl.load(f2 + r2[:, None] * n2 + r2[None, :])
    for tile in range(tl.program_id(0), tl.cdiv(rows, BM), tl.num_programs(0)):
        rm = tile * BM + tl.arange(0, BM)
        place = rm[:, None].to(tl.int64) * (n1 * n2) + columns[None, :]
        v = tl.reshape(tl.load(x + place, (rm < rows)[:, None], 0.0), (BM * n1, n2))
        v = tl.dot(v, m2, input_precision=PREC, out_dtype=ACC).to(x.dtype.element_ty)
        v = tl.reshape(tl.permute(tl.reshape(v, (BM, n1, n2)), (0, 2, 1)), (BM * n2, n1))
        v = tl.dot(v, m1, input_precision=PREC, out_dtype=ACC).to(y.dtype.element_ty)
        v = tl.permute(tl.reshape(v, (BM, n2, n1)), (0, 2, 1))
        tl.store(y + place, tl.reshape(v, (BM, n1 * n2)), (rm < rows)[:, None])


def pair(x, f1, f2):
    """x of (.., n1 n2) by F1 (x) F2, given transposed, on each n1 n2 of the rows: both in one kernel."""
    n1, n2 = f1.shape[0], f2.shape[0]
    rows, y = x.numel() // (n1 * n2), torch.empty_like(x)
    grid = lambda meta: (min(triton.cdiv(rows, meta["BM"]), PROCESSORS * meta["WAVES"]),)
    pair_kernel[grid](x, f1, f2, y, rows, n1, n2, PREC=precision(x.dtype), ACC=sums(x.dtype))
    return y
