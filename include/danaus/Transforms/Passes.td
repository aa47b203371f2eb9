//===- Passes.td - Passes on linop and chain -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_PASSES_TD
#define DANAUS_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExpandStructuredPass : Pass<"danaus-expand-structured", "::mlir::ModuleOp"> {
  let summary = "Replace every structured matrix by its parameters";
  let description = [{
    Before: matrices are values of a structured type, as `linop.assemble` and
    `danaus-raise-linalg-to-linop` leave them. After: every such value has
    become its parameters, in the order of `linop.assemble`, as arguments and
    results of functions, calls, `scf.if`, `scf.for` and `scf.while`, and as one
    `arith.select` a parameter; each `linop.apply` is a chain of `chain.stage`
    on (rows, columns), and each `linop.materialize` a chain on the identity.

    Refuses, before it changes anything and naming the op, any other op with a
    structured operand, result or block argument, and a structure whose stages
    do not fit its shape. Attributes of a structured argument or result go to
    each of its parameters.
    Test: `test/Transforms/expand-structured.mlir`.
  }];
  let dependentDialects = [
    "::danaus::chain::ChainDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def OutputsToDestinationsPass : Pass<"danaus-outputs-to-destinations", "::mlir::ModuleOp"> {
  let summary = "The tensor results of public functions become memref arguments";
  let description = [{
    Before: functions return tensors. After: a public function with a body has
    one more argument for each result, a memref of its shape (dynamic sizes
    stay dynamic) in the order of the results, which it writes through
    `bufferization.materialize_in_destination ... restrict writable`, and no
    result. The caller's destinations must not overlap other arguments. Private
    functions and functions without a result are left as they are.

    Refuses, before it changes anything, a result that is not a plain ranked
    tensor, and a public function with results that is called in its module.
    Test: `test/Transforms/outputs-to-destinations.mlir`.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect"];
}

def RequestCInterfacePass : Pass<"danaus-request-c-interface"> {
  let summary = "Ask for _mlir_ciface_<name> of every public function";
  let description = [{
    Before: anything. After: each public `func.func` with a body has
    `llvm.emit_c_interface`, so that its conversion to LLVM adds an entry point
    that takes memrefs as pointers to their descriptors. Unlike upstream's
    `llvm-request-c-wrappers` it leaves private functions and declarations of
    run-time functions alone. Refuses nothing.
    Test: `test/Transforms/request-c-interface.mlir`.
  }];
}

def VerifyNoStructuredPass : Pass<"danaus-verify-no-structured"> {
  let summary = "Fail if a structured tensor is left";
  let description = [{
    Before: anything. After: no operand, result or block argument has a type
    with a structure as its encoding; nothing is changed. Refuses, naming the
    op, a module that has one: passes that do not know structures, such as
    bufferization, would make a dense tensor of it without an error.
    Test: `test/Transforms/verify-no-structured.mlir`.
  }];
}

#endif // DANAUS_TRANSFORMS_PASSES_TD
