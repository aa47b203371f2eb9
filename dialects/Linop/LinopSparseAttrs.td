//===- LinopSparseAttrs.td - Encodings of sparse matrices ---*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPSPARSEATTRS_TD
#define DIALECTS_LINOP_LINOPSPARSEATTRS_TD

include "dialects/Linop/LinopAttrs.td"

/// A structure with integer parameters, which samples and verifies their values.
class Linop_SparseStructure<string name, string attrMnemonic>
    : Linop_Structure<name, attrMnemonic, ["sampleParameters", "verifyData"]>;

def Linop_CsrAttr : Linop_SparseStructure<"Csr", "csr"> {
  let summary = "Compressed sparse rows";
  let description = [{
    `M[i, col_indices[e]] = values[e]` for crow_indices[i] <= e <
    crow_indices[i + 1], zero elsewhere; entries of one place add up. Parameters:
    crow_indices (out + 1), col_indices (nnz), values (nnz), the first two of the
    type `index`. (Source: SciPy, PyTorch.) The columns of a row may come in any
    order. `nnz = ?` leaves the number of entries to run time: one compiled
    function takes any.

    * (C1) `nnz >= 0`, and fewer than 2^62 values
    * (C2) `index` is i32 or i64
    * (C3) the values (`--verify-data`): crow_indices begins with 0, never
      falls and ends with nnz; 0 <= col_indices < in

    Example: `tensor<4x6xf32, #linop.csr<nnz = 5>>` has the parameters
    `tensor<5xi32>`, `tensor<5xi32>` and `tensor<5xf32>`.
  }];
  let parameters = (ins "int64_t":$nnz,
    DefaultValuedParameter<"::mlir::IntegerType",
                           "::mlir::IntegerType::get($_ctxt, 32)">:$index);
  let assemblyFormat = "`<` `nnz` `=` custom<Count>($nnz) (`,` `index` `=` $index^)? `>`";
}

def Linop_BsrAttr : Linop_SparseStructure<"Bsr", "bsr"> {
  let summary = "Compressed sparse rows of dense blocks";
  let description = [{
    With `block = [bm, bk]`, `M[I bm + i, col_indices[e] bk + k] = values[e, i, k]`
    for crow_indices[I] <= e < crow_indices[I + 1], zero elsewhere; blocks of one
    place add up. Parameters: crow_indices (out / bm + 1), col_indices (nnz),
    values (nnz, bm, bk), where nnz counts blocks. (Source: SciPy, PyTorch.)
    `nnz = ?` as in `#linop.csr`.

    * (C1) `nnz >= 0`, and fewer than 2^62 values
    * (C2) `index` is i32 or i64
    * (C3) `block` has two entries, each >= 1
    * (C4) bm divides out and bk divides in
    * (C5) the values, as for `#linop.csr` with blocks for entries

    Example: `tensor<4x6xf32, #linop.bsr<block = [2, 3], nnz = ?>>` has the
    parameters `tensor<3xi32>`, `tensor<?xi32>` and `tensor<?x2x3xf32>`.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$block, "int64_t":$nnz,
    DefaultValuedParameter<"::mlir::IntegerType",
                           "::mlir::IntegerType::get($_ctxt, 32)">:$index);
  let assemblyFormat = [{
    `<` `block` `=` `[` $block `]` `,` `nnz` `=` custom<Count>($nnz)
    (`,` `index` `=` $index^)? `>`
  }];
}

def Linop_NmAttr : Linop_SparseStructure<"Nm", "n_m"> {
  let summary = "n of every m neighbors are kept";
  let description = [{
    Groups of m neighbors along dimension `axis` of the matrix keep n values each,
    in ascending order of their positions in the group:

    `axis = 1`: `M[i, g m + positions[i, g n + s]] = values[i, g n + s]`
    `axis = 0`: `M[g m + positions[g n + s, j], j] = values[g n + s, j]`

    for 0 <= s < n, zero elsewhere. Parameters: values, then positions of the type
    `index`, both of the matrix's shape with m replaced by n along the axis. It is
    the logical form; consumers pack it as their hardware wants. Hardware that
    skips zeros wants the groups along the sum: `axis = 1`, or `axis = 0` used
    transposed.

    * (C1) 1 <= n <= m
    * (C2) `axis` is 0 or 1
    * (C3) m divides the matrix's size along the axis
    * (C4) `index` is i8, i32 or i64, and m <= 128 for i8
    * (C5) the values (`--verify-data`): positions are in [0, m) and ascend
      within a group

    Example: `tensor<16x64xf16, #linop.n_m<n = 2, m = 4>>` has the parameters
    `tensor<16x32xf16>` and `tensor<16x32xi8>`.
  }];
  let parameters = (ins "int64_t":$n, "int64_t":$m,
    DefaultValuedParameter<"int64_t", "1">:$axis,
    DefaultValuedParameter<"::mlir::IntegerType",
                           "::mlir::IntegerType::get($_ctxt, 8)">:$index);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_FlatButterflyAttr : Linop_Structure<"FlatButterfly", "flat_butterfly"> {
  let summary = "Dense blocks where a sum of butterfly levels has them";
  let description = [{
    With p = out / `block` and q = in / `block` blocks and n = min(p, q), block
    (I, J) is stored where a = floor(I n / p) and c = floor(J n / q) are equal or
    differ in one bit below `levels`: the sum of the identity and of butterfly
    levels of the strides 1, 2, .., 2^(levels - 1). (Source: Pixelfly, which adds a
    `#linop.low_rank`.) Parameter: values (nnz, block, block) of the stored blocks
    in row-major order, nnz = (levels + 1) p q / n.

    * (C1) `block >= 1` and `levels >= 0`
    * (C2) `block` divides out and in
    * (C3) n is a power of two and divides p and q
    * (C4) 2^levels <= n
    * (C5) nnz <= 2^20, as the places of the blocks are constants

    Example: `tensor<16x16xf32, #linop.flat_butterfly<block = 2, levels = 2>>` has
    one parameter, `tensor<24x2x2xf32>`.
  }];
  let parameters = (ins "int64_t":$block, "int64_t":$levels);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// Blocks of the matrix: rows p, columns q, and n = min(p, q).
    struct Grid { int64_t p, q, n; };
    Grid getGrid(::llvm::ArrayRef<int64_t> shape) const;
  }];
}

#endif // DIALECTS_LINOP_LINOPSPARSEATTRS_TD
