//===- LinopDialect.td - The linop dialect -----------------*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPDIALECT_TD
#define DIALECTS_LINOP_LINOPDIALECT_TD

include "mlir/IR/DialectBase.td"

def Linop_Dialect : Dialect {
  let name = "linop";
  let cppNamespace = "::danaus::linop";
  let summary = "Tensors whose type carries a matrix structure, and products with them";
  let description = [{
    A *structured matrix* is an ordinary `tensor<out x in x T, #encoding>` whose
    encoding implements `StructureAttrInterface`. Its values are its
    *parameters*, small dense tensors; `linop.assemble` makes it from them and
    `linop.apply` multiplies it with activations. No dense matrix exists unless
    `linop.materialize` asks for one.

    Vocabulary: *out* and *in* are the rows and columns of the matrix M; a *row
    of activations* x has `in` entries and becomes y = M x with `out` entries,
    so a batch is Y = X M^T.

    ```mlir
    #mon = #linop.monarch<blocks = [64, 64], middle = 4096>
    func.func @layer(%R: tensor<64x64x64xbf16>, %L: tensor<64x64x64xbf16>,
                     %x: tensor<?x4096xbf16>) -> tensor<?x4096xbf16> {
      %m = linop.assemble %R, %L : (tensor<64x64x64xbf16>, tensor<64x64x64xbf16>)
          -> tensor<4096x4096xbf16, #mon>
      %y = linop.apply %m, %x : tensor<4096x4096xbf16, #mon>, tensor<?x4096xbf16>
          -> tensor<?x4096xbf16>
      return %y : tensor<?x4096xbf16>
    }
    ```
  }];
  // Tiles are slices.
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let useDefaultAttributePrinterParser = 1;
}

#endif // DIALECTS_LINOP_LINOPDIALECT_TD
