//===- StructureAttrInterface.td - What an encoding promises -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_LINOP_STRUCTUREATTRINTERFACE_TD
#define DIALECTS_LINOP_STRUCTUREATTRINTERFACE_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"

def Linop_StructureAttrInterface
    : AttrInterface<"StructureAttrInterface", [VerifiableTensorEncoding]> {
  let cppNamespace = "::danaus::linop";
  let description = [{
    A tensor encoding that says which structured matrix a rank-2 tensor is.
    Together with the tensor's type it fixes the shape and the element type of
    every parameter. Implement it in any dialect, inside or outside Danaus, and
    the structure takes every path of the compiler.

    `type` below is always the encoded `tensor<out x in x T, #encoding>`; all
    methods but `verifyEncoding` may assume that it was verified.
  }];
  let methods = [
    InterfaceMethod<"The types of the parameters, in the order of `linop.assemble`.",
      "::llvm::SmallVector<::mlir::RankedTensorType>", "getParameterTypes",
      (ins "::mlir::RankedTensorType":$type)>,
    InterfaceMethod<"The product of stages, the first applied first.",
      "::llvm::SmallVector<::danaus::StageDescriptor>", "buildStages",
      (ins "::mlir::RankedTensorType":$type)>,
    InterfaceMethod<[{
        y = M x in double precision for one row, by the definition and with
        loops that share no code with the stages. `parameters[i]` holds the
        values of parameter i in row-major order. Writes all of `y`.
      }],
      "void", "referenceApply",
      (ins "::mlir::RankedTensorType":$type,
           "::llvm::ArrayRef<::llvm::ArrayRef<double>>":$parameters,
           "::llvm::ArrayRef<double>":$x,
           "::llvm::MutableArrayRef<double>":$y)>,
    InterfaceMethod<"The number of values that the parameters hold.",
      "int64_t", "getStoredValues", (ins "::mlir::RankedTensorType":$type),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        int64_t count = 0;
        for (::mlir::RankedTensorType parameter : $_attr.getParameterTypes(type))
          count += parameter.getNumElements();
        return count;
      }]>,
    InterfaceMethod<"Floating-point operations that one row of activations costs.",
      "int64_t", "getFlopsPerRow", (ins "::mlir::RankedTensorType":$type),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        int64_t flops = 0;
        for (const ::danaus::StageDescriptor &stage : $_attr.buildStages(type))
          flops += 2 * stage.pattern.multipliesPerRow();
        return flops;
      }]>,
  ];
}

#endif // DIALECTS_LINOP_STRUCTUREATTRINTERFACE_TD
