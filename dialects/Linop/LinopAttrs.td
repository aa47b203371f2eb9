//===- LinopAttrs.td - Structure encodings -----------------*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPATTRS_TD
#define DIALECTS_LINOP_LINOPATTRS_TD

include "dialects/Linop/LinopDialect.td"
include "dialects/Linop/StructureAttrInterface.td"
include "mlir/IR/AttrTypeBase.td"

/// `overrides` names the methods with a default that the structure replaces.
class Linop_Structure<string name, string attrMnemonic, list<string> overrides = []>
    : AttrDef<Linop_Dialect, name, [
        DeclareAttrInterfaceMethods<VerifiableTensorEncoding>,
        DeclareAttrInterfaceMethods<Linop_StructureAttrInterface,
            !listconcat(["referenceApplyComplex"], overrides)>]> {
  let mnemonic = attrMnemonic;
}

def Linop_DenseAttr : Linop_Structure<"Dense", "dense"> {
  let summary = "A dense matrix";
  let description = [{
    `M = W`. Parameter: W (out, in).

    Example: `tensor<8x4xf32, #linop.dense>`
  }];
}

def Linop_BlockDiagonalAttr : Linop_Structure<"BlockDiagonal", "block_diagonal"> {
  let summary = "Equal dense blocks on the diagonal";
  let description = [{
    `M[A o + B, A i + C] = w[A, B, C]`, zero elsewhere, with n = `blocks`,
    o = out / n, i = in / n. Parameter: w (n, o, i). (Source: fly.)

    * (C1) `blocks >= 1`
    * (C2) `blocks` divides out and in

    Example: `tensor<12x8xf32, #linop.block_diagonal<blocks = 4>>` has one
    parameter, `tensor<4x3x2xf32>`.
  }];
  let parameters = (ins "int64_t":$blocks);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_KroneckerSparseAttr : Linop_Structure<"KroneckerSparse", "kronecker_sparse"> {
  let summary = "Support I_a (x) 1_{b x c} (x) I_d";
  let description = [{
    `M[(A b + B) d + D, (A c + C) d + D] = w[A, B, C, D]`, zero elsewhere.
    Parameter: w (a, b, c, d). (Source: ksmm, lazylinop.)

    * (C1) a, b, c, d >= 1
    * (C2) out = a b d and in = a c d

    Example: `tensor<12x18xf32, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>`
  }];
  let parameters = (ins "int64_t":$a, "int64_t":$b, "int64_t":$c, "int64_t":$d);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_MonarchAttr : Linop_Structure<"Monarch", "monarch"> {
  let summary = "Two block-diagonal factors with a stride permutation between them";
  let description = [{
    With `blocks = [k, l]`, m = `middle`, q = m / k, r = m / l, p = in / k and
    s = out / l, the parameters are w1 (k, q, p), applied first, and
    w2 (l, s, r). The middle index is t = k' q + q' = r' l + l':

    `M[s' l + l', k' p + p'] = sum over t with floor(t / q) = k', t mod l = l'
                               of w2[l', s', floor(t / l)] * w1[k', t mod q, p']`

    (Source: fly, m2, mem-efficient-blr.) q need not be a multiple of l.

    * (C1) `blocks` has two entries, each >= 1
    * (C2) k and l divide `middle` >= 1, so that k q = l r
    * (C3) k divides in
    * (C4) l divides out

    Example: `tensor<6x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>` has
    the parameters `tensor<4x3x2xf32>` and `tensor<3x2x4xf32>`.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$blocks, "int64_t":$middle);
  let assemblyFormat = "`<` `blocks` `=` `[` $blocks `]` `,` `middle` `=` $middle `>`";
  let extraClassDeclaration = [{
    /// The six sizes k, q, p, l, s, r for a matrix type.
    struct Sizes { int64_t k, q, p, l, s, r; };
    Sizes getSizes(::mlir::RankedTensorType type) const;
  }];
}

def Linop_LowRankAttr : Linop_Structure<"LowRank", "low_rank"> {
  let summary = "A product of a tall and a wide matrix";
  let description = [{
    `M = U V`. Parameters: U (out, rank), V (rank, in).

    * (C1) `rank >= 1`
    * (C2) `rank <= min(out, in)`

    Example: `tensor<64x48xf32, #linop.low_rank<rank = 8>>`
  }];
  let parameters = (ins "int64_t":$rank);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_ProductAttr : Linop_Structure<"Product", "product",
    ["sampleParameters", "verifyData"]> {
  let summary = "A product of structured matrices";
  let description = [{
    `M = F_1 F_2 ... F_n`; the last factor is applied first. The parameters are
    those of F_1, then those of F_2, and so on. A factor without an encoding is
    dense.

    * (C1) at least one factor
    * (C2) each factor is a static rank-2 tensor whose encoding, if any, is a linear structure
    * (C3) the columns of a factor equal the rows of the next; the rows of the
      first and the columns of the last are out and in
    * (C4) all factors are complex or none, as the product is

    Example:
    `tensor<8x6xf32, #linop.product<[tensor<8x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x6xf32>]>>`
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::RankedTensorType">:$factors);
  let assemblyFormat = "`<` `[` $factors `]` `>`";
}

def Linop_TransposeAttr : Linop_Structure<"Transpose", "transpose",
    ["sampleParameters", "verifyData"]> {
  let summary = "The transpose of a structured matrix";
  let description = [{
    `M = N^T`, where N has the type `matrix`; complex values are not conjugated.
    The parameters are those of N.

    * (C1) `matrix` is a static rank-2 tensor with a structure as its encoding
    * (C2) its shape is (in, out) and its element type is that of M

    Example:
    `tensor<4x8xf32, #linop.transpose<tensor<8x4xf32, #linop.low_rank<rank = 2>>>>`
  }];
  let parameters = (ins "::mlir::RankedTensorType":$matrix);
  let assemblyFormat = "`<` $matrix `>`";
}

def Linop_SumAttr : Linop_Structure<"Sum", "sum", ["sampleParameters", "verifyData"]> {
  let summary = "A sum of structured matrices";
  let description = [{
    `M = T_1 + ... + T_n`. The parameters are those of T_1, then those of T_2, and
    so on. A term without an encoding is dense.

    * (C1) at least one term
    * (C2) each term is a static matrix of M's shape and element type, whose
      encoding, if any, is a structure

    Example: `tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>]>>`
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::RankedTensorType">:$terms);
  let assemblyFormat = "`<` `[` $terms `]` `>`";
}

def Linop_ScaledAttr : Linop_Structure<"Scaled", "scaled", ["sampleParameters", "verifyData"]> {
  let summary = "A structured matrix times a number";
  let description = [{
    `M = s N`, where N has the type `matrix`. Parameters: those of N, then s (1).

    * (C1) `matrix` is a static rank-2 tensor with a structure as its encoding
    * (C2) it has the shape and the element type of M

    Example: `tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.low_rank<rank = 2>>>>`
  }];
  let parameters = (ins "::mlir::RankedTensorType":$matrix);
  let assemblyFormat = "`<` $matrix `>`";
}

#endif // DIALECTS_LINOP_LINOPATTRS_TD
