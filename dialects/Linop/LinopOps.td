//===- LinopOps.td - Operations of the linop dialect -------*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_LINOPOPS_TD
#define DIALECTS_LINOP_LINOPOPS_TD

include "dialects/Linop/LinopAttrs.td"
include "dialects/Linop/LinopDialect.td"
include "dialects/Linop/LinopFactorizedAttrs.td"
include "dialects/Linop/LinopQuantizedAttrs.td"
include "dialects/Linop/LinopSparseAttrs.td"
include "dialects/Linop/LinopTransformAttrs.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"

class Linop_Op<string mnemonic, list<Trait> traits = []>
    : Op<Linop_Dialect, mnemonic, traits>;

def Linop_Matrix : Type<
    CPred<"::danaus::linop::isStructured($_self)">,
    "rank-2 static tensor with a structure as its encoding",
    "::mlir::RankedTensorType">;

def Linop_LinearMatrix : Type<
    CPred<"::danaus::linop::isStructured($_self) && ::danaus::linop::isMatrix($_self)">,
    "rank-2 static tensor with a linear structure as its encoding",
    "::mlir::RankedTensorType">;

/// A factor or a term, which may be dense.
def Linop_AnyMatrix : Type<
    CPred<"::danaus::linop::isMatrix($_self)">,
    "rank-2 static tensor with a linear structure or nothing as its encoding",
    "::mlir::RankedTensorType">;

def Linop_Activations : Type<
    CPred<"::danaus::linop::isPlainTensor($_self)">,
    "ranked tensor of rank >= 1 without an encoding",
    "::mlir::RankedTensorType">;

def Linop_AssembleOp : Linop_Op<"assemble", [Pure]> {
  let summary = "Make a structured matrix from its parameters";
  let description = [{
    The result is the matrix that its encoding defines over the parameters. It
    costs nothing: no value is copied.

    * (C1) the operands' types are exactly those that the encoding fixes, in
      its order

    ```mlir
    %m = linop.assemble %u, %v : (tensor<64x8xf32>, tensor<8x48xf32>)
        -> tensor<64x48xf32, #linop.low_rank<rank = 8>>
    ```
  }];
  let arguments = (ins Variadic<Linop_Activations>:$parameters);
  let results = (outs Linop_Matrix:$matrix);
  let assemblyFormat = "$parameters attr-dict `:` functional-type($parameters, $matrix)";
  let hasVerifier = 1;
}

def Linop_ApplyOp : Linop_Op<"apply", [
    Pure, DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<TilingInterface, [
        "getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation",
        "getResultTilePosition", "isOpFusableWithConsumerSlice",
        "getIterationDomainTileFromResultTile", "generateResultTileValue"]>]> {
  let summary = "Multiply a structured matrix with activations";
  let description = [{
    `y[.., i, ..] = sum_j M[i, j] x[.., j, ..]` along dimension `axis` of x, the
    last unless given; with `right`, M multiplies from the other side:
    `y[.., j, ..] = sum_i x[.., i, ..] M[i, j]`. Sums are taken in f32 (f64 for
    f64, i32 for i8). A structure that is not linear (`#linop.quantized`) says
    itself what y is.

    * (C1) `axis` is a dimension of `x`
    * (C2) along it `x` has as many entries as M has columns, with `right` rows
    * (C3) `y` has the shape of `x`, but along `axis` as many entries as M has
      rows, with `right` columns
    * (C4) matrix and `x` have the same element type, and so has `y` unless the
      structure gives it another
    * (C5) with `right` the structure is linear

    Tiling: every dimension but the axis is a parallel loop of `TilingInterface`.
    The axis is no loop, so every tile is whole along it whatever tile size is
    asked for, and a product is not fused into a consumer that slices it.

    ```mlir
    %y = linop.apply %m, %x : tensor<64x48xf32, #linop.low_rank<rank = 8>>,
        tensor<?x48xf32> -> tensor<?x64xf32>
    %z = linop.apply %m, %y right : tensor<64x48xf32, #linop.low_rank<rank = 8>>,
        tensor<?x64xf32> -> tensor<?x48xf32>
    %t = linop.apply %m, %u axis 0 : tensor<64x48xf32, #linop.low_rank<rank = 8>>,
        tensor<48x5xf32> -> tensor<64x5xf32>
    ```
  }];
  let arguments = (ins Linop_Matrix:$matrix, Linop_Activations:$x,
                       UnitAttr:$right, OptionalAttr<I64Attr>:$axis);
  let results = (outs Linop_Activations:$y);
  let assemblyFormat = [{
    $matrix `,` $x (`right` $right^)? (`axis` $axis^)? attr-dict
    `:` type($matrix) `,` type($x) `->` type($y)
  }];
  let builders = [OpBuilder<(ins "::mlir::Type":$y, "::mlir::Value":$matrix, "::mlir::Value":$x), [{
    build($_builder, $_state, y, matrix, x, /*right=*/false, /*axis=*/::mlir::IntegerAttr());
  }]>];
  let extraClassDeclaration = [{
    /// The dimension of x that the matrix mixes.
    int64_t getMixedAxis() {
      return getAxis().value_or(getX().getType().getRank() - 1);
    }
  }];
  let hasVerifier = 1;
}

def Linop_TransposeOp : Linop_Op<"transpose", [
    Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "Transpose a structured matrix";
  let description = [{
    `result[i, j] = matrix[j, i]`, with the same parameters. The encoding of the
    result is `#linop.transpose` of the matrix's type; that of a transposed
    matrix is the original again.

    ```mlir
    %t = linop.transpose %m : tensor<64x48xf32, #linop.low_rank<rank = 8>>
        -> tensor<48x64xf32, #linop.transpose<tensor<64x48xf32, #linop.low_rank<rank = 8>>>>
    ```
  }];
  let arguments = (ins Linop_LinearMatrix:$matrix);
  let results = (outs Linop_Matrix:$result);
  let assemblyFormat = "$matrix attr-dict `:` type($matrix) `->` type($result)";
  let hasFolder = 1;
}

def Linop_MaterializeOp : Linop_Op<"materialize", [Pure]> {
  let summary = "The dense form of a structured matrix";
  let description = [{
    `result[i, j] = M[i, j]` as an ordinary tensor. It costs what the structure
    saves, so nothing inserts it but a user or an explicit decision.

    * (C1) the result has the matrix's shape and element type and no encoding

    ```mlir
    %d = linop.materialize %m : tensor<64x48xf32, #linop.low_rank<rank = 8>>
        -> tensor<64x48xf32>
    ```
  }];
  let arguments = (ins Linop_LinearMatrix:$matrix);
  let results = (outs Linop_Activations:$result);
  let assemblyFormat = "$matrix attr-dict `:` type($matrix) `->` type($result)";
  let hasVerifier = 1;
}

def Linop_ParametersOp : Linop_Op<"parameters", [
    Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "The parameters of a structured matrix";
  let description = [{
    The inverse of `linop.assemble`: one result for each parameter that the
    encoding fixes, in its order.

    ```mlir
    %u, %v = linop.parameters %m : tensor<64x48xf32, #linop.low_rank<rank = 8>>
        -> tensor<64x8xf32>, tensor<8x48xf32>
    ```
  }];
  let arguments = (ins Linop_Matrix:$matrix);
  let results = (outs Variadic<Linop_Activations>:$parameters);
  let assemblyFormat = "$matrix attr-dict `:` type($matrix) `->` type($parameters)";
  let hasCanonicalizer = 1;
}

def Linop_ProductOp : Linop_Op<"product", [
    Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "A product of matrices, kept as factors";
  let description = [{
    `result = f_1 f_2 .. f_n`, with the encoding `#linop.product` of the factors'
    types. Nothing is multiplied.

    * (C1) at least one factor, and the columns of each are the rows of the next

    ```mlir
    %p = linop.product %a, %b : tensor<8x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x6xf32>
        -> tensor<8x6xf32, #linop.product<[tensor<8x4xf32, #linop.block_diagonal<blocks = 2>>, tensor<4x6xf32>]>>
    ```
  }];
  let arguments = (ins Variadic<Linop_AnyMatrix>:$factors);
  let results = (outs Linop_Matrix:$result);
  let assemblyFormat = "$factors attr-dict `:` type($factors) `->` type($result)";
}

def Linop_SumOp : Linop_Op<"sum", [
    Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "A sum of matrices, kept as terms";
  let description = [{
    `result = t_1 + t_2 + .. + t_n`, with the encoding `#linop.sum` of the terms'
    types. Nothing is added.

    * (C1) at least one term, all of one shape and element type

    ```mlir
    %s = linop.sum %a, %b : tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>
        -> tensor<8x6xf32, #linop.sum<[tensor<8x6xf32, #linop.diagonal>, tensor<8x6xf32>]>>
    ```
  }];
  let arguments = (ins Variadic<Linop_AnyMatrix>:$terms);
  let results = (outs Linop_Matrix:$result);
  let assemblyFormat = "$terms attr-dict `:` type($terms) `->` type($result)";
}

def Linop_ScaleOp : Linop_Op<"scale", [
    Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "A matrix times a number, kept apart";
  let description = [{
    `result = factor matrix`, with the encoding `#linop.scaled` of the matrix's
    type. Nothing is multiplied.

    * (C1) `factor` has one value, of the matrix's element type

    ```mlir
    %s = linop.scale %m, %f : tensor<8x6xf32, #linop.diagonal>, tensor<1xf32>
        -> tensor<8x6xf32, #linop.scaled<tensor<8x6xf32, #linop.diagonal>>>
    ```
  }];
  let arguments = (ins Linop_LinearMatrix:$matrix, Linop_Activations:$factor);
  let results = (outs Linop_Matrix:$result);
  let assemblyFormat = "$matrix `,` $factor attr-dict `:` type($matrix) `,` type($factor) `->` type($result)";
  let hasVerifier = 1;
}

#endif // DIALECTS_LINOP_LINOPOPS_TD
