#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""The nearest matrix of a structure to a dense one, in closed form, in float64. (BLAST: projection_blast.py.)

Dense matrices are (out, in) and act as y = W x. Parameters have the shapes and the order of
`linop.assemble`; the index conventions are those of fly and mem-efficient-blr for Monarch:

    W[s' l + l', k' p + p'] = sum over t with t // q = k' and t mod l = l' of w2[l', s', t // l] w1[k', t mod q, p']

Every middle index t belongs to exactly one pair (k', l'), so the submatrix of that pair,

               p'                          columns of block k' of x
           . x . x                         rows s' l + l' of y: every l-th
        W[l'::l, k' p : (k' + 1) p]  =  sum of as many rank-1 terms as the pair has t

is any matrix of that rank, whatever the others are: its truncated SVD is the best choice for it, and all
of them together are the best Monarch matrix in the Frobenius norm. (Dao et al., "Monarch", 2022, prove the
square case with one t a pair.) A BTT is the same with adjacent rows, W[s l' : s (l' + 1), ...], and a Kronecker
product of two factors is a rank-1 matrix once each block of W is written as a row (Van Loan and Pitsianis, 1993).
"""
import numpy as np


def _check_matrix(weight):
    weight = np.asarray(weight, dtype=np.float64)
    if weight.ndim != 2:
        raise ValueError(f"weight: wanted rank 2, found rank {weight.ndim}")
    if not np.isfinite(weight).all():
        raise ValueError("weight: wanted finite values, found NaN or infinity")
    return weight


def _split_svd(matrix, rank):
    """(m, n) -> (m, rank), (rank, n) whose product is the best of that rank, the singular values shared evenly."""
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    kept = min(rank, len(values))
    root = np.sqrt(values[:kept])
    first, second = np.zeros((matrix.shape[0], rank)), np.zeros((rank, matrix.shape[1]))
    first[:, :kept] = left[:, :kept] * root
    second[:kept] = root[:, None] * right[:kept]
    return first, second


def monarch_sizes(shape, blocks, middle):
    """The sizes (k, q, p, l, s, r) of a Monarch of shape (out, in).

    Raises ValueError, naming the size, where k or l doesn't divide what it must (constraints of #linop.monarch).
    """
    (out, in_), (k, l) = shape, blocks
    for name, block, whole, total in [("k", k, "middle", middle), ("l", l, "middle", middle),
                                      ("k", k, "in", in_), ("l", l, "out", out)]:
        if block < 1 or total < 1 or total % block:
            raise ValueError(f"{name}: wanted a divisor of {whole} = {total}, found {block}")
    return k, middle // k, in_ // k, l, out // l, middle // l


def project_monarch(weight, blocks, middle):
    """The Monarch matrix nearest to weight (out, in): parameters w1 (k, q, p) and w2 (l, s, r), float64.

    blocks = (k, l); middle = k q = l r. Raises ValueError for sizes that don't divide or values not finite.
    """
    weight = _check_matrix(weight)
    k, q, p, l, s, r = monarch_sizes(weight.shape, blocks, middle)
    w1, w2 = np.zeros((k, q, p)), np.zeros((l, s, r))
    for block in range(k):
        for residue in range(l):
            terms = [t for t in range(block * q, (block + 1) * q) if t % l == residue]
            submatrix = weight[residue::l, block * p:(block + 1) * p]
            second, first = _split_svd(submatrix, len(terms))
            for term, t in enumerate(terms):
                w1[block, t % q] = first[term]
                w2[residue, :, t // l] = second[:, term]
    return w1, w2


def monarch_to_dense(w1, w2):
    """The (out, in) matrix of parameters w1 (k, q, p) and w2 (l, s, r), by the definition, float64.

    Raises ValueError unless k q = l r.
    """
    k, q, p = w1.shape
    l, s, r = w2.shape
    if k * q != l * r:
        raise ValueError(f"wanted k q = l r, found {k} x {q} and {l} x {r}")
    dense = np.zeros((s * l, k * p))
    for t in range(k * q):
        block, residue = t // q, t % l
        dense[residue::l, block * p:(block + 1) * p] += np.outer(w2[residue, :, t // l], w1[block, t % q])
    return dense


def project_low_rank(weight, rank):
    """The matrix of rank at most `rank` nearest to weight (out, in): U (out, rank) and V (rank, in), float64.

    Raises ValueError for rank < 1 or values that are not finite. (Eckart and Young, 1936.)
    """
    if rank < 1:
        raise ValueError(f"rank: wanted at least 1, found {rank}")
    return _split_svd(_check_matrix(weight), rank)


def low_rank_to_dense(u, v):
    """The (out, in) matrix U V, float64."""
    return np.asarray(u, dtype=np.float64) @ np.asarray(v, dtype=np.float64)


def btt_sizes(shape, out_blocks, in_blocks):
    """The sizes (phi, epsilon, gamma, alpha) of a BTT of shape (out, in), y read as (phi epsilon), x as (gamma alpha).

    Raises ValueError, naming the size, where phi doesn't divide out or gamma doesn't divide in.
    """
    (out, in_) = shape
    for name, block, whole, total in [("phi", out_blocks, "out", out), ("gamma", in_blocks, "in", in_)]:
        if block < 1 or total % block:
            raise ValueError(f"{name}: wanted a divisor of {whole} = {total}, found {block}")
    return out_blocks, out // out_blocks, in_blocks, in_ // in_blocks


def project_btt(weight, out_blocks, in_blocks, rank):
    """The block tensor-train matrix nearest to weight (out, in): A (gamma, alpha, phi rho), B (phi, gamma rho, epsilon).

    phi = out_blocks, gamma = in_blocks, rho = rank. Block (phi, gamma) of the weight, epsilon x alpha, is any matrix
    of rank rho: its truncated SVD. Raises ValueError for sizes that don't divide or values not finite.
    """
    weight = _check_matrix(weight)
    if rank < 1:
        raise ValueError(f"rank: wanted at least 1, found {rank}")
    phi, epsilon, gamma, alpha = btt_sizes(weight.shape, out_blocks, in_blocks)
    a, b = np.zeros((gamma, alpha, phi, rank)), np.zeros((phi, gamma, rank, epsilon))
    for row in range(phi):
        for column in range(gamma):
            block = weight[row * epsilon:(row + 1) * epsilon, column * alpha:(column + 1) * alpha]
            second, first = _split_svd(block, rank)
            a[column, :, row], b[row, column] = first.T, second.T
    return a.reshape(gamma, alpha, phi * rank), b.reshape(phi, gamma * rank, epsilon)


def btt_to_dense(a, b):
    """The (out, in) matrix of A (gamma, alpha, phi rho) and B (phi, gamma rho, epsilon), float64:

    W[(phi epsilon), (gamma alpha)] = sum over rho of A[gamma, alpha, phi, rho] B[phi, gamma, rho, epsilon]
    """
    (gamma, alpha, _), (phi, _, epsilon) = a.shape, b.shape
    a, b = a.reshape(gamma, alpha, phi, -1), b.reshape(phi, gamma, -1, epsilon)
    dense = np.einsum("gafr,fgre->fega", a.astype(np.float64), b.astype(np.float64), optimize=True)
    return dense.reshape(phi * epsilon, gamma * alpha)


def _check_factors(shape, factors):
    for axis, name in [(0, "out"), (1, "in")]:
        total = int(np.prod([factor[axis] for factor in factors]))
        if total != shape[axis]:
            raise ValueError(f"factors: wanted a product of {name} = {shape[axis]}, found {total}")


def project_kronecker(weight, factors, terms=1):
    """The sum of `terms` Kronecker products nearest to weight (out, in): F1, F2, ..., each (p_i, q_i) or, where there
    are several terms, (terms, p_i, q_i).

    factors = [(p1, q1), (p2, q2), ...], the first the slowest. With two factors it is the best in the Frobenius norm:
    block (i, j) of the weight, of size (p2, q2), written as row i q1 + j of a matrix, gives sum F1[i, j] F2, whose
    best approximation is a truncated SVD. With more, one term only: factors are split off from the left one by one,
    which is exact on Kronecker products and not always the best elsewhere.
    """
    weight = _check_matrix(weight)
    _check_factors(weight.shape, factors)
    if terms < 1 or (terms > 1 and len(factors) != 2):
        raise ValueError(f"terms: wanted 1, or more with two factors, found {terms} with {len(factors)} factors")
    parameters = []
    for (p, q), (p2, q2) in zip(factors, factors[1:]):
        rest = weight.shape[0] // p, weight.shape[1] // q
        rows = weight.reshape(p, rest[0], q, rest[1]).transpose(0, 2, 1, 3).reshape(p * q, -1)
        left, right = _split_svd(rows, terms)
        if terms > 1:
            return [left.T.reshape(terms, p, q), right.reshape(terms, p2, q2)]
        parameters.append(left.reshape(p, q))
        weight = right.reshape(rest)
    return [*parameters, weight]


def kronecker_to_dense(factors):
    """The (out, in) matrix of the parameters of project_kronecker, float64."""
    factors = [factor if factor.ndim == 3 else factor[None] for factor in factors]
    dense = 0
    for term in zip(*factors):
        product = np.ones((1, 1))
        for factor in term:
            product = np.kron(product, factor.astype(np.float64))
        dense = dense + product
    return dense
