//===- LinopFactorizedAttrs.td - Products of small factors -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPFACTORIZEDATTRS_TD
#define DIALECTS_LINOP_LINOPFACTORIZEDATTRS_TD

include "dialects/Linop/LinopAttrs.td"


//===----------------------------------------------------------------------===//
// Monarch and butterfly
//===----------------------------------------------------------------------===//

def Linop_MultiMonarchAttr : Linop_Structure<"MultiMonarch", "multi_monarch"> {
  let summary = "A Monarch of any number of factors";
  let description = [{
    `in = [p_1, .., p_N]` and `out = [q_1, .., q_N]`: the column index has the
    digits p_N, .., p_1, slowest first, and factor f turns digit p_f into q_f:

    `M = F_N .. F_1`, F_f = Kronecker-sparse with
    (a, b, c, d) = (product of p_g for g > f, q_f, p_f, product of q_g for g < f)

    Parameters: F_f (a, q_f, p_f, d), f = 1 .. N. Two factors are fly's Monarch
    with r = k and l = q. (Source: Monarch paper, generalized.)

    * (C1) `in` and `out` have the same number of entries, at least one, each >= 1
    * (C2) out = product of `out` and in = product of `in`, both below 2^31

    Example: `tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 4]>>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$in, ArrayRefParameter<"int64_t">:$out);
  let assemblyFormat = "`<` `in` `=` `[` $in `]` `,` `out` `=` `[` $out `]` `>`";
}

def Linop_ButterflyAttr : Linop_Structure<"Butterfly", "butterfly", ["sampleParameters"]> {
  let summary = "Levels of 2 x 2 blocks at strides that are powers of two";
  let description = [{
    With n the least power of two >= in, and s = ceil(out / n) *stacks*: x is
    filled up with zeros to n, each stack multiplies it by `blocks` butterflies
    of log2(n) levels, and the s n results are cut to out. The level of stride t
    acts on rows and columns 2 g t + {0, 1} t + i of every pair j = g t + i:

    `y[2 g t + r t + i] = sum_c w[stack, block, slot, j, r, c] x[2 g t + c t + i]`

    Slot e of a block with increasing stride has t = 2^e, with decreasing stride
    t = n / 2^(e + 1); blocks alternate, the first as `increasing` says.
    Parameter: w (s, blocks, log2 n, n/2, 2, 2). (Source: torch_butterfly.) Bit
    reversal is separate.

    * (C1) `blocks >= 1`
    * (C2) 2 <= in <= 2^30

    Example: `tensor<12x7xf32, #linop.butterfly<blocks = 1, increasing = true>>`
    has one parameter, `tensor<2x1x3x4x2x2xf32>`.
  }];
  let parameters = (ins "int64_t":$blocks, "bool":$increasing);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// n, log2 n and the number of stacks for a matrix type.
    struct Sizes { int64_t n, levels, stacks; };
    Sizes getSizes(::mlir::RankedTensorType type) const;
    /// The stride of a slot of a block.
    int64_t getStride(::mlir::RankedTensorType type, int64_t block, int64_t slot) const;
  }];
}

def Linop_BlockButterflyAttr : Linop_Structure<"BlockButterfly", "block_butterfly"> {
  let summary = "A butterfly whose entries are blocks";
  let description = [{
    A butterfly on m = out / `block` positions, a power of two, in which every
    entry is a dense block x block matrix: with the index (2 g t + c t + i) B + v,

    `y[(2 g t + r t + i) B + u] = sum over c, v of w[slot, j, r, c, u, v] x[(2 g t + c t + i) B + v]`

    for the pair j = g t + i; t = 2^slot, or m / 2^(slot + 1) unless
    `increasing`. Parameter: w (log2 m, m/2, 2, 2, B, B). (Source: Pixelfly.)

    * (C1) `block >= 1`
    * (C2) out = in = `block` m with m a power of two, 2 <= m <= 2^30

    Example: `tensor<24x24xf32, #linop.block_butterfly<block = 3, increasing = true>>`
  }];
  let parameters = (ins "int64_t":$block, "bool":$increasing);
  let assemblyFormat = "`<` struct(params) `>`";
}

//===----------------------------------------------------------------------===//
// Kronecker and tensor networks
//===----------------------------------------------------------------------===//

def Linop_KroneckerAttr : Linop_Structure<"Kronecker", "kronecker"> {
  let summary = "A sum of Kronecker products";
  let description = [{
    `M = sum over t of F_1[t] (x) ... (x) F_N[t]`, F_i (rows[i], columns[i]), the
    first factor slowest. Parameters: F_1 .. F_N, each (rows[i], columns[i]) when
    `terms` is 1, else (terms, rows[i], columns[i]). (Source: linear_operator;
    FastKron's factors are the transposed ones.)

    * (C1) `rows` and `columns` have the same number of entries, at least one, each >= 1
    * (C2) out = product of `rows` and in = product of `columns`, both below 2^31
    * (C3) `terms >= 1`

    Example: `tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2]>>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$rows, ArrayRefParameter<"int64_t">:$columns,
                        DefaultValuedParameter<"int64_t", "1">:$terms);
  let assemblyFormat = [{
    `<` `rows` `=` `[` $rows `]` `,` `columns` `=` `[` $columns `]` (`,` `terms` `=` $terms^)? `>`
  }];
}

def Linop_UsvAttr : Linop_Structure<"Usv", "usv"> {
  let summary = "A low-rank matrix with its singular values apart";
  let description = [{
    `M = U diag(S) V`. Parameters: U (out, rank), S (rank), V (rank, in).

    * (C1) `rank >= 1`
    * (C2) `rank` is at most the smaller size

    Example: `tensor<64x48xf32, #linop.usv<rank = 8>>`
  }];
  let parameters = (ins "int64_t":$rank);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_BttAttr : Linop_Structure<"Btt", "btt"> {
  let summary = "A block tensor-train of two cores";
  let description = [{
    `in = [alpha, gamma]`, `out = [phi, epsilon]`; x is read as (gamma alpha), y
    is (phi epsilon):

    `M[phi' epsilon + e, gamma' alpha + a] = sum over r of A[gamma', a, phi', r] B[phi', gamma', r, e]`

    Parameters: A (gamma, alpha, phi rank), B (phi, gamma rank, epsilon).
    (Source: compute-better-spent, einsum-search.)

    * (C1) `in` and `out` have two entries, each >= 1, and `rank >= 1`
    * (C2) out = phi epsilon and in = alpha gamma

    Example: `tensor<6x8xf32, #linop.btt<in = [2, 4], out = [2, 3], rank = 2>>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$in, ArrayRefParameter<"int64_t">:$out,
                        "int64_t":$rank);
  let assemblyFormat = [{
    `<` `in` `=` `[` $in `]` `,` `out` `=` `[` $out `]` `,` `rank` `=` $rank `>`
  }];
}

def Linop_BlastAttr : Linop_Structure<"Blast", "blast"> {
  let summary = "Blocks of low rank that share their factors";
  let description = [{
    b x b blocks, b = `blocks`; block (i, j) is `U_i diag(S_ij) V_j`. Parameters:
    U (b, out/b, rank), V (b, rank, in/b), S (b, b, rank), its first index that of
    the output block. (Source: BLAST.)

    * (C1) `blocks >= 1` and `rank >= 1`
    * (C2) `blocks` divides out and in

    Example: `tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>`
  }];
  let parameters = (ins "int64_t":$blocks, "int64_t":$rank);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_TensorTrainAttr : Linop_Structure<"TensorTrain", "tensor_train"> {
  let summary = "A matrix in tensor-train form";
  let description = [{
    Row index (n_1, .., n_N), column index (m_1, .., m_N), slowest first:

    `M[i, j] = G_1[0, i_1, j_1, :] G_2[:, i_2, j_2, :] .. G_N[:, i_N, j_N, 0]`

    Parameters: the cores G_k (r_k, n_k, m_k, r_(k+1)), with `out = [n_1, ..]`,
    `in = [m_1, ..]` and `ranks = [r_2, .., r_N]`; rank 1 at both ends. (Source:
    t3f, tensorly's BlockTT.)

    * (C1) `out` and `in` have the same number of entries N >= 1, `ranks` one
      fewer, each >= 1
    * (C2) out = product of `out` and in = product of `in`, both below 2^31

    Example: `tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$out, ArrayRefParameter<"int64_t">:$in,
                        OptionalArrayRefParameter<"int64_t">:$ranks);
  let assemblyFormat = [{
    `<` `out` `=` `[` $out `]` `,` `in` `=` `[` $in `]` (`,` `ranks` `=` `[` $ranks^ `]`)? `>`
  }];
  let extraClassDeclaration = [{
    /// The rank before core `k`, or after the last for k = N.
    int64_t getRank(size_t k) const {
      return k == 0 || k == getOut().size() ? 1 : getRanks()[k - 1];
    }
  }];
}

def Linop_TuckerAttr : Linop_Structure<"Tucker", "tucker"> {
  let summary = "A core between two Kronecker products";
  let description = [{
    `M = (U_1 (x) ... (x) U_N) core (V_1 (x) ... (x) V_N)^T` with
    `out = [o_1, ..]`, `in = [i_1, ..]`, `out_ranks = [r_1, ..]` and
    `in_ranks = [s_1, ..]`. Parameters: core (r_1, .., r_N, s_1, .., s_N), then
    U_k (o_k, r_k) for all k, then V_k (i_k, s_k) for all k.

    * (C1) the four lists have the same number of entries, at least one, each >= 1
    * (C2) out = product of `out` and in = product of `in`, both below 2^31
    * (C3) the product of the ranks on either side is below 2^31

    Example:
    `tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$out, ArrayRefParameter<"int64_t">:$in,
                        ArrayRefParameter<"int64_t">:$outRanks,
                        ArrayRefParameter<"int64_t">:$inRanks);
  let assemblyFormat = [{
    `<` `out` `=` `[` $out `]` `,` `in` `=` `[` $in `]` `,` `out_ranks` `=` `[` $outRanks `]` `,`
    `in_ranks` `=` `[` $inRanks `]` `>`
  }];
}

#endif // DIALECTS_LINOP_LINOPFACTORIZEDATTRS_TD
