#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Kernels of products that belong to groups: the stages of Monarch, BTT, butterflies, BLAST and Kronecker-sparse factors."""
import torch
import triton
import triton.language as tl

from peers.common import PROCESSORS, configs, covers, gelu, precision, row_tile, sums, tuned


@triton.jit
def group_product(x, w, group, rm, rn, rows, K, N, x_row, x_group, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr,
                  PREC: tl.constexpr, ACC: tl.constexpr):
    acc = tl.zeros((BM, BN), ACC)
    rk = tl.arange(0, BK)
    for k in range(0, K, BK):
        inside = (k + rk) < K
        a = tl.load(x + rm[:, None] * x_row + group * x_group + (k + rk)[None, :], (rm < rows)[:, None] & inside[None, :], 0.0)
        b = tl.load(w + group * K * N + (k + rk)[:, None] * N + rn[None, :], inside[:, None] & (rn < N)[None, :], 0.0)
        acc = tl.dot(a, b, acc, input_precision=PREC, out_dtype=ACC)
    return acc


def grouped_fits(values, config):
    join = config["JOIN"]
    return (row_tile(values["rows"], config["BM"]) and covers(values["N"], config["BN"]) and covers(values["K"], config["BK"])
            and (join == 1 or (values["y_group"] == 1 and values["groups"] % join == 0)))


@tuned(configs(("BM", "BN", "BK", "JOIN"),
               (16, 32, 64, 1, 4, 4), (16, 16, 128, 1, 2, 4), (16, 64, 32, 1, 4, 4), (16, 16, 16, 4, 2, 3),
               (64, 64, 64, 1, 4, 3), (64, 128, 64, 1, 4, 3), (128, 128, 64, 1, 8, 3), (128, 64, 64, 1, 4, 3),
               (128, 256, 64, 1, 8, 3), (64, 64, 32, 2, 4, 3), (64, 64, 64, 4, 8, 3), (128, 32, 32, 4, 8, 3),
               (64, 32, 32, 1, 4, 3), (128, 64, 32, 1, 4, 3), (128, 32, 16, 1, 4, 2), (128, 16, 16, 4, 4, 2)),
       3, grouped_fits)
@triton.jit
def grouped_kernel(x, w, y, rows, K, N, groups, x_row, x_group, y_row, y_group, y_outer, inner, GELU: tl.constexpr,
                   PREC: tl.constexpr, ACC: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, JOIN: tl.constexpr):
    pid = tl.program_id(0)
    tiles_n, sets = tl.cdiv(N, BN), groups // JOIN
    pid_n, rest = pid % tiles_n, pid // tiles_n
    group, pid_m = (rest % sets) * JOIN, rest // sets
    rm, rn = pid_m * BM + tl.arange(0, BM), pid_n * BN + tl.arange(0, BN)
    y0 = group_product(x, w, group, rm, rn, rows, K, N, x_row, x_group, BM, BN, BK, PREC, ACC)
    # Neighbors in a row of y belong to neighboring groups: several of them together make longer stores.
    if JOIN == 2:
        y1 = group_product(x, w, group + 1, rm, rn, rows, K, N, x_row, x_group, BM, BN, BK, PREC, ACC)
        out = tl.reshape(tl.join(y0, y1), (BM, 2 * BN))
    elif JOIN == 4:
        y1 = group_product(x, w, group + 1, rm, rn, rows, K, N, x_row, x_group, BM, BN, BK, PREC, ACC)
        y2 = group_product(x, w, group + 2, rm, rn, rows, K, N, x_row, x_group, BM, BN, BK, PREC, ACC)
        y3 = group_product(x, w, group + 3, rm, rn, rows, K, N, x_row, x_group, BM, BN, BK, PREC, ACC)
        out = tl.reshape(tl.join(tl.join(y0, y2), tl.join(y1, y3)), (BM, 4 * BN))
    else:
        out = y0
    if GELU:
        out = gelu(out)
    columns = tl.arange(0, BN * JOIN)
    n = pid_n * BN + columns // JOIN
    place = (n // inner) * y_outer + n % inner + (group + columns % JOIN) * y_group
    tl.store(y + rm[:, None] * y_row + place[None, :], out.to(y.dtype.element_ty), (rm < rows)[:, None] & (n < N)[None, :])


def grouped(x, w, columns, x_group, y_group, y_outer=1, inner=1, gelu_after=False):
    """y[row, n // inner y_outer + n % inner + g y_group] = sum over k of x[row, g x_group + k] w[g, k, n]; y has `columns`."""
    rows, (groups, K, N) = x.shape[0], w.shape
    y = torch.empty(rows, columns, device=x.device, dtype=x.dtype)
    grid = lambda meta: (triton.cdiv(rows, meta["BM"]) * triton.cdiv(N, meta["BN"]) * (groups // meta["JOIN"]),)
    grouped_kernel[grid](x, w, y, rows, K, N, groups, x.stride(0), x_group, columns, y_group, y_outer, inner, GELU=gelu_after,
                         PREC=precision(x.dtype), ACC=sums(x.dtype))
    return y


def wide_fits(values, config):
    return (covers(values["rows"], config["BM"]) and covers(values["b"], config["BN"])
            and covers(values["c"], config["BK"]) and config["DT"] <= triton.next_power_of_2(values["d"])
            and (values["c"] > 16 or config["BK"] == 16))


@tuned(configs(("BM", "BN", "BK", "DT"),
               (16, 16, 16, 16, 4, 3), (16, 16, 16, 64, 8, 2), (32, 16, 16, 32, 8, 2), (16, 32, 32, 16, 4, 2),
               (32, 32, 32, 16, 8, 2), (64, 32, 32, 8, 8, 2), (16, 64, 64, 8, 4, 2), (32, 64, 64, 8, 8, 2),
               (64, 64, 64, 4, 8, 2), (64, 128, 32, 2, 8, 3), (16, 32, 64, 4, 4, 3), (32, 64, 32, 16, 16, 2)),
       3, wide_fits)
@triton.jit
def wide_kernel(x, w, y, rows, a, b, c, d, y_n, y_d, GELU: tl.constexpr, PREC: tl.constexpr, ACC: tl.constexpr,
                BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, DT: tl.constexpr):
    pid = tl.program_id(0)
    tiles_n, tiles_d = tl.cdiv(b, BN), tl.cdiv(d, DT)
    pid_n, rest = pid % tiles_n, pid // tiles_n
    pid_d, rest = rest % tiles_d, rest // tiles_d
    A, pid_m = rest % a, rest // a
    rm, rn = pid_m * BM + tl.arange(0, BM), pid_n * BN + tl.arange(0, BN)
    rd, rk = pid_d * DT + tl.arange(0, DT), tl.arange(0, BK)
    acc = tl.zeros((DT, BM, BN), ACC)
    for k in range(0, c, BK):
        kk = k + rk
        from_x = x + rm[:, None, None] * (a * c * d) + A * c * d + kk[None, :, None] * d + rd[None, None, :]
        v = tl.load(from_x, (rm < rows)[:, None, None] & (kk < c)[None, :, None] & (rd < d)[None, None, :], 0.0)
        from_w = w + ((A * d + rd)[:, None, None] * c + kk[None, :, None]) * b + rn[None, None, :]
        m = tl.load(from_w, (rd < d)[:, None, None] & (kk < c)[None, :, None] & (rn < b)[None, None, :], 0.0)
        acc = tl.dot(tl.permute(v, (2, 0, 1)), m, acc, input_precision=PREC, out_dtype=ACC)
    if GELU:
        acc = gelu(acc)
    to = y + rm[:, None, None] * (a * b * d) + A * b * d + rn[None, :, None] * y_n + rd[None, None, :] * y_d
    inside = (rm < rows)[:, None, None] & (rn < b)[None, :, None] & (rd < d)[None, None, :]
    tl.store(to, tl.permute(acc, (1, 2, 0)).to(y.dtype.element_ty), inside)


def wide(x, w, pattern, permuted=False, gelu_after=False):
    """The stage (a, b, c, d), w (a, d, c, b), several of d's products in a program; `permuted`: y is (a, d, b), not (a, b, d)."""
    rows, (a, b, c, d) = x.shape[0], pattern
    y = torch.empty(rows, a * b * d, device=x.device, dtype=x.dtype)
    grid = lambda meta: (triton.cdiv(rows, meta["BM"]) * triton.cdiv(b, meta["BN"]) * triton.cdiv(d, meta["DT"]) * a,)
    strides = (1, b) if permuted else (d, 1)
    wide_kernel[grid](x, w, y, rows, a, b, c, d, *strides, GELU=gelu_after, PREC=precision(x.dtype), ACC=sums(x.dtype))
    return y


def fused_fits(values, config):
    return row_tile(values["rows"], max(64, config["BM"])) or config["BM"] == 16


@tuned(configs(("BM", "LOOP"), (16, 0, 4, 1), (16, 0, 8, 1), (32, 0, 8, 1), (64, 0, 16, 1), (16, 1, 8, 1), (32, 1, 8, 1),
               (32, 1, 16, 1), (64, 1, 16, 1)),
       4, fused_fits)
@triton.jit
def fused_kernel(x, w1, w2, y, rows, k: tl.constexpr, p: tl.constexpr, q: tl.constexpr, l: tl.constexpr, r: tl.constexpr,
                 s: tl.constexpr, PERMUTED: tl.constexpr, GELU: tl.constexpr, PREC: tl.constexpr, BM: tl.constexpr,
                 LOOP: tl.constexpr):
    n_in: tl.constexpr = k * p
    n_out: tl.constexpr = l * s
    m1 = tl.load(w1 + tl.arange(0, k)[:, None, None] * (p * q) + tl.arange(0, p)[None, :, None] * q + tl.arange(0, q)[None, None, :])
    m2 = tl.load(w2 + tl.arange(0, l)[:, None, None] * (r * s) + tl.arange(0, r)[None, :, None] * s + tl.arange(0, s)[None, None, :])
    for tile in range(tl.program_id(0), tl.cdiv(rows, BM), tl.num_programs(0)):
        rm = tile * BM + tl.arange(0, BM)
        inside = (rm < rows)[:, None]
        v = tl.load(x + rm[:, None] * n_in + tl.arange(0, n_in)[None, :], inside, 0.0)
        v = tl.permute(tl.reshape(v, (BM, k, p)), (1, 0, 2))
        middle = tl.dot(v, m1, input_precision=PREC).to(x.dtype.element_ty)
        middle = tl.reshape(tl.reshape(tl.permute(middle, (1, 0, 2)), (BM, k * q)), (BM, r, l))
        out = tl.dot(tl.permute(middle, (2, 0, 1)), m2, input_precision=PREC)
        if GELU:
            out = gelu(out)
        out = tl.permute(out, (1, 0, 2)) if PERMUTED else tl.permute(out, (1, 2, 0))
        tl.store(y + rm[:, None] * n_out + tl.arange(0, n_out)[None, :], tl.reshape(out, (BM, n_out)).to(y.dtype.element_ty), inside)


def fused(x, w1, w2, permuted=False, gelu_after=False):
    """Both stages of a Monarch in one kernel, a tile of whole rows a program: w1 (k, p, q), w2 (l, r, s)."""
    rows, (k, p, q), (l, r, s) = x.shape[0], w1.shape, w2.shape
    y = torch.empty(rows, l * s, device=x.device, dtype=x.dtype)

    def grid(meta):
        tiles = triton.cdiv(rows, meta["BM"])
        return (min(tiles, PROCESSORS) if meta["LOOP"] else tiles,)

    fused_kernel[grid](x, w1, w2, y, rows, k, p, q, l, r, s, PERMUTED=permuted, GELU=gelu_after, PREC=precision(x.dtype))
    return y
