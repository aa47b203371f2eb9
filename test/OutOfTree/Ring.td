//===- Ring.td - A structure that Danaus does not have ----*- tablegen -*--===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/Linop/StructureAttrInterface.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/DialectBase.td"

def Ring_Dialect : Dialect {
  let name = "ring";
  let cppNamespace = "::ring";
  let summary = "Stencils on a ring of points";
  let useDefaultAttributePrinterParser = 1;
}

def Ring_StencilAttr : AttrDef<Ring_Dialect, "Stencil", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>,
    DeclareAttrInterfaceMethods<Linop_StructureAttrInterface, ["sampleParameters"]>]> {
  let summary = "A stencil with coefficients of its own at every point of a ring";
  let description = [{
    `M[i, (i + offsets[k]) mod n] = w[k, i]`, zero elsewhere. Parameter: w
    (number of offsets, n).

    * (C1) the matrix is square, of floating-point numbers
    * (C2) no two offsets are equal modulo n

    Example: `tensor<12x12xf32, #ring.stencil<offsets = [-1, 0, 1]>>`
  }];
  let mnemonic = "stencil";
  let parameters = (ins ArrayRefParameter<"int64_t">:$offsets);
  let assemblyFormat = "`<` `offsets` `=` `[` $offsets `]` `>`";
}

def Ring_WrongAttr : AttrDef<Ring_Dialect, "Wrong", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>,
    DeclareAttrInterfaceMethods<Linop_StructureAttrInterface>]> {
  let summary = "A structure whose stages have a mistake";
  let description = [{
    Danaus cannot know that a structure from outside is right. Each `mistake` is
    one that it must name instead of making invalid IR. Parameter: w (n).
  }];
  let mnemonic = "wrong";
  let parameters = (ins StringRefParameter<>:$mistake);
  let assemblyFormat = "`<` $mistake `>`";
}
