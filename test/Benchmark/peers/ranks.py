#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Kernels of low-rank layers, and the last of BLAST's two."""
import torch
import triton
import triton.language as tl

from peers.common import configs, covers, precision, row_tile, sums, tuned


@tuned(configs(("BM", "BK", "BN"), (64, 64, 64, 4, 3), (64, 128, 128, 4, 3), (128, 64, 64, 4, 3), (128, 64, 128, 8, 3),
               (128, 128, 128, 8, 3), (32, 128, 128, 4, 3), (16, 128, 128, 4, 3), (16, 64, 256, 4, 4)),
       4, lambda values, config: row_tile(values["rows"], config["BM"]))
@triton.jit
def whole_kernel(x, v, u, y, rows, n_in, n_out, rank, R: tl.constexpr, PREC: tl.constexpr, ACC: tl.constexpr, BM: tl.constexpr,
                 BK: tl.constexpr, BN: tl.constexpr):
    rm, rk, rr, rn = tl.program_id(0) * BM + tl.arange(0, BM), tl.arange(0, BK), tl.arange(0, R), tl.arange(0, BN)
    inside, ranks = (rm < rows)[:, None], rr < rank
    acc = tl.zeros((BM, R), ACC)
    for k in range(0, n_in, BK):
        kk = k + rk
        a = tl.load(x + rm[:, None] * n_in + kk[None, :], inside & (kk < n_in)[None, :], 0.0)
        b = tl.load(v + kk[:, None] * rank + rr[None, :], (kk < n_in)[:, None] & ranks[None, :], 0.0)
        acc = tl.dot(a, b, acc, input_precision=PREC, out_dtype=ACC)
    middle = acc.to(x.dtype.element_ty)
    for n in range(0, n_out, BN):
        nn = n + rn
        b = tl.load(u + rr[:, None] * n_out + nn[None, :], ranks[:, None] & (nn < n_out)[None, :], 0.0)
        out = tl.dot(middle, b, input_precision=PREC, out_dtype=ACC)
        tl.store(y + rm[:, None] * n_out + nn[None, :], out.to(y.dtype.element_ty), inside & (nn < n_out)[None, :])


def whole(x, v, u):
    """x V U in one kernel, a tile of rows a program: v (in, rank), u (rank, out)."""
    rows, (n_in, rank), n_out = x.shape[0], v.shape, u.shape[1]
    y = torch.empty(rows, n_out, device=x.device, dtype=x.dtype)
    grid = lambda meta: (triton.cdiv(rows, meta["BM"]),)
    whole_kernel[grid](x, v, u, y, rows, n_in, n_out, rank, R=max(16, triton.next_power_of_2(rank)), PREC=precision(x.dtype),
                       ACC=sums(x.dtype))
    return y


@tuned(configs(("BM", "BK"), (16, 64, 4, 4), (16, 128, 4, 3), (32, 64, 4, 4), (64, 64, 4, 4), (64, 128, 4, 3), (128, 64, 4, 3),
               (128, 64, 8, 4)),
       3, lambda values, config: row_tile(values["rows"], config["BM"]))
@triton.jit
def down_kernel(x, v, z, rows, n_in, rank, each, R: tl.constexpr, PREC: tl.constexpr, ACC: tl.constexpr, BM: tl.constexpr,
                BK: tl.constexpr):
    rm, rk, rr = tl.program_id(0) * BM + tl.arange(0, BM), tl.arange(0, BK), tl.arange(0, R)
    part = tl.program_id(1)
    acc = tl.zeros((BM, R), ACC)
    end = tl.minimum(n_in, (part + 1) * each)
    for k in range(part * each, end, BK):
        kk = k + rk
        a = tl.load(x + rm[:, None] * n_in + kk[None, :], (rm < rows)[:, None] & (kk < end)[None, :], 0.0)
        b = tl.load(v + kk[:, None] * rank + rr[None, :], (kk < end)[:, None] & (rr < rank)[None, :], 0.0)
        acc = tl.dot(a, b, acc, input_precision=PREC, out_dtype=ACC)
    to = z + (part * rows + rm)[:, None] * R + rr[None, :]
    tl.store(to, acc.to(z.dtype.element_ty), (rm < rows)[:, None])


@tuned(configs(("BM", "BN"), (16, 32, 2, 2), (16, 64, 4, 2), (16, 128, 4, 2), (32, 128, 4, 2), (64, 128, 4, 2), (128, 128, 8, 2),
               (128, 64, 4, 2)),
       3, lambda values, config: row_tile(values["rows"], config["BM"]))
@triton.jit
def up_kernel(z, u, y, rows, n_out, rank, parts, R: tl.constexpr, PREC: tl.constexpr, ACC: tl.constexpr, BM: tl.constexpr,
              BN: tl.constexpr):
    rm, rn, rr = tl.program_id(1) * BM + tl.arange(0, BM), tl.program_id(0) * BN + tl.arange(0, BN), tl.arange(0, R)
    middle = tl.zeros((BM, R), ACC)
    for part in range(0, parts):
        middle += tl.load(z + (part * rows + rm)[:, None] * R + rr[None, :], (rm < rows)[:, None], 0.0)
    b = tl.load(u + rr[:, None] * n_out + rn[None, :], (rr < rank)[:, None] & (rn < n_out)[None, :], 0.0)
    out = tl.dot(middle.to(u.dtype.element_ty), b, input_precision=PREC, out_dtype=ACC)
    tl.store(y + rm[:, None] * n_out + rn[None, :], out.to(y.dtype.element_ty), (rm < rows)[:, None] & (rn < n_out)[None, :])


def split(x, v, u):
    """x V U in two kernels. Where rows are few, parts of the columns of x are summed by programs of their own."""
    rows, (n_in, rank), n_out = x.shape[0], v.shape, u.shape[1]
    parts = min(triton.cdiv(n_in, 128), max(1, 256 // triton.cdiv(rows, 64)))
    each = triton.cdiv(triton.cdiv(n_in, parts), 128) * 128
    parts, R = triton.cdiv(n_in, each), max(16, triton.next_power_of_2(rank))
    partial = x.dtype if parts == 1 or x.dtype == torch.float64 else torch.float32
    z = torch.empty(parts, rows, R, device=x.device, dtype=partial)
    y = torch.empty(rows, n_out, device=x.device, dtype=x.dtype)
    meta = {"R": R, "PREC": precision(x.dtype), "ACC": sums(x.dtype)}
    down_kernel[lambda found: (triton.cdiv(rows, found["BM"]), parts)](x, v, z, rows, n_in, rank, each, **meta)
    up_kernel[lambda found: (triton.cdiv(n_out, found["BN"]), triton.cdiv(rows, found["BM"]))](z, u, y, rows, n_out, rank, parts,
                                                                                             **meta)
    return y


def mixed_fits(values, config):
    return row_tile(values["rows"], config["BM"]) and covers(values["n"], config["BN"]) and covers(values["rank"], config["BK"])


@tuned(configs(("BM", "BN", "BK"), (16, 64, 32, 4, 3), (16, 32, 64, 4, 3), (16, 16, 16, 4, 2), (64, 128, 32, 4, 2),
               (64, 256, 32, 8, 2), (128, 128, 32, 8, 2), (128, 256, 32, 8, 2), (64, 256, 64, 8, 2)),
       4, mixed_fits)
@triton.jit
def mixed_kernel(z, s, u, y, rows, b, n, rank, PREC: tl.constexpr, ACC: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
                 BK: tl.constexpr):
    tiles = tl.cdiv(n, BN)
    pid_n, rest = tl.program_id(0) % tiles, tl.program_id(0) // tiles
    i, pid_m = rest % b, rest // b
    rm, rn, rk = pid_m * BM + tl.arange(0, BM), pid_n * BN + tl.arange(0, BN), tl.arange(0, BK)
    acc = tl.zeros((BM, BN), ACC)
    for k in range(0, rank, BK):
        kk = k + rk
        mixture = tl.zeros((BM, BK), ACC)
        for j in range(0, b):
            scale = tl.load(s + (i * b + j) * rank + kk, kk < rank, 0.0).to(ACC)
            part = tl.load(z + (rm[:, None] * b + j) * rank + kk[None, :], (rm < rows)[:, None] & (kk < rank)[None, :], 0.0)
            mixture += part.to(ACC) * scale[None, :]
        m = tl.load(u + (i * rank + kk)[:, None] * n + rn[None, :], (kk < rank)[:, None] & (rn < n)[None, :], 0.0)
        acc = tl.dot(mixture.to(z.dtype.element_ty), m, acc, input_precision=PREC, out_dtype=ACC)
    to = y + (rm[:, None] * b + i) * n + rn[None, :]
    tl.store(to, acc.to(y.dtype.element_ty), (rm < rows)[:, None] & (rn < n)[None, :])


def mixed(z, s, u):
    """BLAST's blocks mixed and brought to the output in one kernel: z (rows, b, r), s (b, b, r), u (b, r, n)."""
    rows, (b, rank, n) = z.shape[0], u.shape
    y = torch.empty(rows, b * n, device=z.device, dtype=z.dtype)
    grid = lambda meta: (triton.cdiv(rows, meta["BM"]) * triton.cdiv(n, meta["BN"]) * b,)
    mixed_kernel[grid](z, s, u, y, rows, b, n, rank, PREC=precision(z.dtype), ACC=sums(z.dtype))
    return y
