#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""A BLAST matrix near to a dense one, in float64.

Block (i, j) of a BLAST matrix is U_i diag(S_ij) V_j: every block has its own weights S_ij of the same rank-1 terms
of its row of blocks (columns of U_i) and its column of blocks (rows of V_j).

              V_1           V_2                 W: out x in, b x b blocks of m x n
      U_1  diag(S_11)    diag(S_12)             U (b, m, rank), V (b, rank, n), S (b, b, rank)
      U_2  diag(S_21)    diag(S_22)

No closed form gives the nearest one. With two of U, S, V held, the third is a linear least-squares problem, so they
are improved in turn (alternating least squares), from the better of two starts:

* the singular vectors of the rows and columns of blocks;
* a joint diagonalization: within the spans that they find, C_ij = A_i D_ij B_j is square, and
  C_11 C_21^-1 (C_12 C_22^-1)^-1 = A_1 (diagonal) A_1^-1, whose eigenvectors are A_1; the rest follows.

What holds: the error never grows from one sweep to the next. A matrix that is BLAST, of generic parameters, with
rank at most min(m, n) and two blocks or more, is found by the second start (to about 1e-10, less where blocks are
ill-conditioned). Elsewhere the result is a stationary point or where the sweeps ended, not always the nearest.
"""
import numpy as np

from danaus.projection import _check_matrix

MAX_SWEEPS = 60
# The sweeps end when one improves the relative error by less than this part of it.
MIN_IMPROVEMENT = 1e-3


def blast_sizes(shape, blocks):
    """(m, n), the size of a block. Raises ValueError, naming the size, where `blocks` doesn't divide it."""
    for name, total in zip(("out", "in"), shape):
        if blocks < 1 or total % blocks:
            raise ValueError(f"blocks: wanted a divisor of {name} = {total}, found {blocks}")
    return shape[0] // blocks, shape[1] // blocks


def blast_to_dense(u, v, s):
    """The (out, in) matrix of U (b, m, rank), V (b, rank, n) and S (b, b, rank), float64."""
    u, v, s = (np.asarray(array, dtype=np.float64) for array in (u, v, s))
    dense = (u[:, None] * s[:, :, None]) @ v[None]  # (b, b, m, n)
    blocks, m, _ = u.shape
    return dense.transpose(0, 2, 1, 3).reshape(blocks * m, -1)


def _solve(gram, right):
    """x with gram x = right, for stacks of symmetric matrices that may be singular: the shortest solution."""
    return np.linalg.pinv(gram, rcond=1e-14, hermitian=True) @ right


def _update_weights(tiles, u, v):
    """The best S for U and V. tiles (b, b, m, n); its normal matrix is (U_i^T U_i) * (V_j V_j^T), entry by entry."""
    gram = (u.transpose(0, 2, 1) @ u)[:, None] * (v @ v.transpose(0, 2, 1))[None]
    projected = u.transpose(0, 2, 1)[:, None] @ tiles @ v.transpose(0, 2, 1)[None]
    right = np.diagonal(projected, axis1=2, axis2=3)
    return _solve(gram, right[..., None])[..., 0]


def _update_left(tiles, s, v):
    """The best U for S and V: row i of blocks is U_i [diag(S_i1) V_1, diag(S_i2) V_2, ...]."""
    weighted = s[..., None] * v[None]  # (b, b, rank, n)
    gram = (weighted @ weighted.transpose(0, 1, 3, 2)).sum(axis=1)
    right = (tiles @ weighted.transpose(0, 1, 3, 2)).sum(axis=1)
    return _solve(gram, right.transpose(0, 2, 1)).transpose(0, 2, 1)


def _update_right(tiles, u, s):
    """The best V for U and S: the same problem, transposed."""
    return _update_left(tiles.transpose(1, 0, 3, 2), s.transpose(1, 0, 2), u.transpose(0, 2, 1)).transpose(0, 2, 1)


def _spans(tiles, rank):
    """Orthonormal P (b, m, rank) and Q (b, rank, n): the main columns of each row of blocks, rows of each column.

    Past the size of a block there are no more singular vectors, and random ones fill the rest.
    """
    random = np.random.default_rng(0)

    def main(matrix):
        left = np.linalg.svd(matrix, full_matrices=False)[0][:, :rank]
        return np.hstack([left, random.standard_normal((len(matrix), rank - left.shape[1]))])

    rows = np.stack([main(np.hstack(list(row))) for row in tiles])
    columns = np.stack([main(np.vstack(list(column)).T).T for column in tiles.transpose(1, 0, 2, 3)])
    return rows, columns


def _diagonalize(tiles, p, q):
    """U and V of the second start, or None where there is none: one block, a rank past a block, complex eigenvalues."""
    if len(tiles) < 2 or p.shape[2] > min(tiles.shape[2:]):
        return None
    c = p.transpose(0, 2, 1)[:, None] @ tiles @ q.transpose(0, 2, 1)[None]  # (b, b, rank, rank)
    try:
        ratio = c[0, 0] @ np.linalg.solve(c[1, 0], c[1, 1]) @ np.linalg.inv(c[0, 1])
        values, a = np.linalg.eig(ratio)
        if not np.isrealobj(values) and np.abs(values.imag).max() > 1e-6 * np.abs(values).max():
            return None
        a = a.real
        b = np.linalg.solve(a[None], c[0])  # B_j up to D_1j
        u = c[:, 0] @ np.linalg.inv(b[0])  # A_i up to D_i1
    except np.linalg.LinAlgError:
        return None
    finite = np.isfinite(u).all() and np.isfinite(b).all()
    return (p @ u, b @ q) if finite else None


def _even_out(u, s, v):
    """The same matrix with columns of U and rows of V of equal norm, the scale in S shared by all."""
    left, right = np.linalg.norm(u, axis=1), np.linalg.norm(v, axis=2)  # (b, rank) each
    left[left == 0], right[right == 0] = 1, 1
    s = s * left[:, None] * right[None]
    scale = np.cbrt(np.abs(s).max(axis=(0, 1)))
    scale[scale == 0] = 1
    return u / left[:, None] * scale, s / scale ** 2, v / right[..., None] * scale[:, None]


def _error(tiles, u, s, v):
    """||W - BLAST||_F / ||W||_F"""
    return np.linalg.norm((u[:, None] * s[:, :, None]) @ v[None] - tiles) / (np.linalg.norm(tiles) or 1.0)


def _improve(tiles, u, v, max_sweeps):
    """Sweeps over S, U, V from a start until they stand still: (error, (U, S, V))."""
    s = _update_weights(tiles, u, v)
    error = _error(tiles, u, s, v)
    for _ in range(max_sweeps):
        if error < 1e-14:
            break
        new_u = _update_left(tiles, s, v)
        new_v = _update_right(tiles, new_u, s)
        step = _even_out(new_u, _update_weights(tiles, new_u, new_v), new_v)
        new_error = _error(tiles, *step)
        if not new_error < error:  # rounding has the last word
            break
        (u, s, v), stands_still = step, new_error > (1 - MIN_IMPROVEMENT) * error
        error = new_error
        if stands_still:
            break
    return error, (u, s, v)


def project_blast(weight, blocks, rank, max_sweeps=MAX_SWEEPS):
    """A BLAST matrix near to weight (out, in): U (b, m, rank), V (b, rank, n) and S (b, b, rank), float64.

    What is guaranteed and what isn't: see the head of this file. Raises ValueError for blocks that don't divide the
    sizes, rank < 1, or values that are not finite.
    """
    weight = _check_matrix(weight)
    if rank < 1:
        raise ValueError(f"rank: wanted at least 1, found {rank}")
    m, n = blast_sizes(weight.shape, blocks)
    tiles = weight.reshape(blocks, m, blocks, n).transpose(0, 2, 1, 3)
    starts = [spans := _spans(tiles, rank)]
    if second := _diagonalize(tiles, *spans):
        starts.insert(0, second)
    best = (np.inf, None)
    for u, v in starts:
        best = min(best, _improve(tiles, u, v, max_sweeps), key=lambda found: found[0])
        if best[0] < 1e-10:
            break
    u, s, v = best[1]
    return u, v, s
