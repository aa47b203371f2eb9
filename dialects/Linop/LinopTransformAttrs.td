//===- LinopTransformAttrs.td - Diagonals, permutations, transforms -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPTRANSFORMATTRS_TD
#define DIALECTS_LINOP_LINOPTRANSFORMATTRS_TD

include "dialects/Linop/LinopAttrs.td"


def Linop_DiagonalAttr : Linop_Structure<"Diagonal", "diagonal"> {
  let summary = "Zero but on the diagonal";
  let description = [{
    `M[i, i] = d[i]`, zero elsewhere. Parameter: d (min(out, in)).

    Example: `tensor<8x6xf32, #linop.diagonal>`
  }];
}

def Linop_PermutationAttr : Linop_Structure<"Permutation", "permutation"> {
  let summary = "The digits of the index in another order";
  let description = [{
    `y[i] = x[table[i]]`, where digit j of y's index is digit `order[j]` of x's,
    whose sizes are `sizes`, slowest first. No parameters.

    * (C1) all sizes are >= 1 and `order` is a permutation of the digits
    * (C2) out = in = the product of the sizes

    Example: `tensor<12x12xf32, #linop.permutation<sizes = [4, 3], order = [1, 0]>>`
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$sizes, ArrayRefParameter<"int64_t">:$order);
  let assemblyFormat = "`<` `sizes` `=` `[` $sizes `]` `,` `order` `=` `[` $order `]` `>`";
  let extraClassDeclaration = [{
    /// Nothing where (C1) does not hold.
    ::std::optional<::danaus::DigitPermutation> getPermutation() const;
  }];
}

def Linop_TablePermutationAttr : Linop_Structure<"TablePermutation", "table_permutation",
    ["sampleParameters", "verifyData"]> {
  let summary = "A permutation by a table";
  let description = [{
    `y[i] = x[table[i]]`. Parameter: table (out) of type `index`.

    * (C1) out = in
    * (C2) `index` is i32 or i64

    Example: `tensor<12x12xf32, #linop.table_permutation<index = i32>>`
  }];
  let parameters = (ins "::mlir::Type":$index);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Linop_CirculantAttr : Linop_Structure<"Circulant", "circulant"> {
  let summary = "Each column is the one before it, shifted down and around";
  let description = [{
    `M[i, j] = c[(i - j) mod n]`. Parameter: c (n).

    * (C1) out = in

    Example: `tensor<8x8xf32, #linop.circulant>`
  }];
}

def Linop_ToeplitzAttr : Linop_Structure<"Toeplitz", "toeplitz"> {
  let summary = "Constant along diagonals";
  let description = [{
    `M[i, j] = c[i - j]` for i >= j, else `r[j - i]`. Parameters: c (out), r (in);
    r[0] is ignored. (Source: SciPy's `toeplitz(c, r)`.)

    Example: `tensor<8x6xf32, #linop.toeplitz>`
  }];
}

def Linop_HadamardAttr : Linop_Structure<"Hadamard", "hadamard"> {
  let summary = "The Hadamard matrix in Sylvester order";
  let description = [{
    `M[i, j] = (-1)^popcount(i & j)`, unnormalized. No parameters.

    * (C1) out = in is a power of two <= 2^30

    Example: `tensor<8x8xf32, #linop.hadamard>`
  }];
}

def Linop_DftAttr : Linop_Structure<"Dft", "dft"> {
  let summary = "The discrete Fourier transform";
  let description = [{
    `M[k, j] = exp(-2 pi i j k / n)`, unnormalized. No parameters. It costs
    n times the sum of the prime factors of n, 4 in place of 2 2.

    * (C1) out = in <= 2^20
    * (C2) the element type is complex

    Example: `tensor<12x12xcomplex<f32>, #linop.dft>`
  }];
}

#endif // DIALECTS_LINOP_LINOPTRANSFORMATTRS_TD
