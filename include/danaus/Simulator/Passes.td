//===- Passes.td - The simulator as a pass -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SIMULATOR_PASSES_TD
#define DANAUS_SIMULATOR_PASSES_TD

include "mlir/Pass/PassBase.td"

def SimulatePass : Pass<"danaus-simulate", "::mlir::ModuleOp"> {
  let summary = "Run device code on the CPU and report what is wrong with it";
  let description = [{
    Before: a module as `danaus-to-device` leaves it, with one public function on
    memrefs that is no `danaus.pack`. After: the same; the function ran once on
    numbers made up from their positions (integers are 0), `rows` in place of
    dynamic sizes. Errors, at the op: accesses out of bounds or misaligned, reads of
    asynchronous copies that have not landed, races, barriers in divergent code, and
    ops that the simulator does not know. Test: `test/Simulator/simulate.mlir`.
  }];
  let options = [
    Option<"entry", "entry", "std::string", "\"\"", "The function to run">,
    Option<"rows", "rows", "int64_t", "7", "Size of dynamic dimensions">];
}

#endif // DANAUS_SIMULATOR_PASSES_TD
