//===- LinopQuantizedAttrs.td - Integer weights with scales -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPQUANTIZEDATTRS_TD
#define DIALECTS_LINOP_LINOPQUANTIZEDATTRS_TD

include "dialects/Linop/LinopAttrs.td"

def Linop_QuantizedAttr : AttrDef<Linop_Dialect, "Quantized", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>,
    DeclareAttrInterfaceMethods<Linop_StructureAttrInterface, [
        "isLinear", "getResultElementType", "sampleParameters", "verifyData"]>]> {
  let mnemonic = "quantized";
  let summary = "A structure with i8 factors and f32 scales";
  let description = [{
    `inner` with factors in i8, applied to x in i8. The numbers are symmetric: an
    i8 q stands for q times a scale. With the factors W_1, .., W_n in the order in
    which they are applied (one for dense and block_diagonal, w1 and w2 for
    monarch, V and U for low_rank) and q_0 = x,

    `a_f = W_f q_{f-1}` in i32, exactly
    `q_f[i] = saturate(round(a_f[i] (s_{f-1} c_f[i] / s_f)))` in i8, for f < n
    `y[i] = a_n[i] (s_{n-1} c_n[i])` in f32, for `y = f32`
    `y = q_n` for `y = i8`, which is the input of another layer

    where round is to nearest, half to even, saturate goes to [-128, 127], and
    the operations on scales are f32 in the order written (s_{f-1} c_f first).
    Parameters: the factors in i8 as `inner` lists them; then, in that order, the
    scales c of their output channels in f32, each of its factor's shape without
    the last dimension, which is the one summed; then the scales of activations
    in f32, (s_0, .., s_{n-1}), and s_n for `y = i8`.
    (Source: ONNX QuantizeLinear and QLinearMatMul with zero points of 0.)

    It rounds, so that it is not linear: `linop.apply` takes it from the left,
    and it has no transpose, no dense form and is no factor.

    * (C1) `inner` is dense, block_diagonal, monarch or low_rank, and valid for
      this shape
    * (C2) the element type of the matrix is i8, and `y` is i8 or f32
    * (C3) no sum has more than 131071 terms, so that i32 holds it
    * (C4) the values (`--verify-data`): scales are finite and above 0; where a
      product or a quotient of them is not finite, y is undefined

    Example: `tensor<6x8xi8, #linop.quantized<#linop.monarch<blocks = [4, 3], middle = 12>, y = f32>>`
    has the parameters `tensor<4x3x2xi8>`, `tensor<3x2x4xi8>`, `tensor<4x3xf32>`,
    `tensor<3x2xf32>` and `tensor<2xf32>`.
  }];
  let parameters = (ins "::danaus::linop::StructureAttrInterface":$inner, "::mlir::Type":$y);
  let assemblyFormat = "`<` $inner `,` `y` `=` $y `>`";
}

#endif // DIALECTS_LINOP_LINOPQUANTIZEDATTRS_TD
