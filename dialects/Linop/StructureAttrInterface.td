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
    InterfaceMethod<"The stages that make y = M x, on the parameters' values.",
      "::danaus::StageProgram", "buildStages",
      (ins "::mlir::RankedTensorType":$type)>,
    InterfaceMethod<[{
        y = M x in double precision for one row, by the definition and with
        loops that share no code with the stages. `parameters[i]` holds the
        values of parameter i in row-major order, integers exactly. Writes all
        of `y`.
      }],
      "void", "referenceApply",
      (ins "::mlir::RankedTensorType":$type,
           "::llvm::ArrayRef<::llvm::ArrayRef<double>>":$parameters,
           "::llvm::ArrayRef<double>":$x,
           "::llvm::MutableArrayRef<double>":$y)>,
    InterfaceMethod<[{
        The same for complex activations: M x without any conjugation. A complex
        parameter's values are its own, a real one's have imaginary part zero.
        Called for matrices of a complex element type and nothing else, so that
        only a structure whose `verifyEncoding` accepts those need implement it;
        the default answers NaN, which passes no check.
      }],
      "void", "referenceApplyComplex",
      (ins "::mlir::RankedTensorType":$type,
           "::llvm::ArrayRef<::llvm::ArrayRef<::std::complex<double>>>":$parameters,
           "::llvm::ArrayRef<::std::complex<double>>":$x,
           "::llvm::MutableArrayRef<::std::complex<double>>":$y),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        ::llvm::fill(y, ::std::complex<double>(::std::nan(""), ::std::nan("")));
      }]>,
    InterfaceMethod<[{
        Whether y is linear in x. A structure that rounds on the way is not: it has
        no transpose and no dense form and is no factor, so that `apply` takes it
        from the left, and `assemble` and `parameters`, and no other op.
      }],
      "bool", "isLinear", (ins "::mlir::RankedTensorType":$type),
      /*methodBody=*/"", /*defaultImplementation=*/"return true;">,
    InterfaceMethod<"The element type of y; x has the matrix's.",
      "::mlir::Type", "getResultElementType", (ins "::mlir::RankedTensorType":$type),
      /*methodBody=*/"", /*defaultImplementation=*/"return type.getElementType();">,
    InterfaceMethod<[{
        Valid random data for a test run. `samples[i]` comes with the shape of
        parameter i; write the sizes that its type leaves open, the values of
        every integer parameter (tables, row pointers, indices), and the scale of
        the others where 1 / sqrt(fan-in) cannot be read off their shape. The
        result depends on `type` and `seed` alone. The default leaves all random.
      }],
      "void", "sampleParameters",
      (ins "::mlir::RankedTensorType":$type, "uint64_t":$seed,
           "::llvm::MutableArrayRef<::danaus::ParameterSample>":$samples),
      /*methodBody=*/"", /*defaultImplementation=*/"return;">,
    InterfaceMethod<[{
        The first thing wrong with the parameters' values, or nothing: an index
        out of range, a table that is no permutation, sizes that disagree. Values
        are in row-major order, a complex one as its real and imaginary part.
        What every structure shares (NaN, infinity) is not its business.
      }],
      "::std::optional<::danaus::ParameterError>", "verifyData",
      (ins "::mlir::RankedTensorType":$type,
           "::llvm::ArrayRef<::llvm::ArrayRef<double>>":$parameters),
      /*methodBody=*/"", /*defaultImplementation=*/"return ::std::nullopt;">,
    InterfaceMethod<[{
        The number of values that the parameters hold; one whose size is known
        only at run time counts for nothing.
      }],
      "int64_t", "getStoredValues", (ins "::mlir::RankedTensorType":$type),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        int64_t count = 0;
        for (::mlir::RankedTensorType parameter : $_attr.getParameterTypes(type))
          count += parameter.hasStaticShape() ? parameter.getNumElements() : 0;
        return count;
      }]>,
    InterfaceMethod<"Floating-point operations that one row of activations costs.",
      "int64_t", "getFlopsPerRow", (ins "::mlir::RankedTensorType":$type),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return 2 * $_attr.buildStages(type).multipliesPerRow();
      }]>,
  ];
}

#endif // DIALECTS_LINOP_STRUCTUREATTRINTERFACE_TD
