//===- Simulator.h - Device code on the CPU, slowly and strictly -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs a module as `danaus-to-device` leaves it: host functions that allocate and
// launch, and device functions of `tile`, `gpu`, `nvgpu`, `vector`, `scf`, `memref`,
// `arith`, `math` and `complex`. It computes what a GPU would and reports, at the op,
// what a GPU would let pass: accesses out of bounds or misaligned, reads of copies
// that have not landed, races in shared and in global memory, and barriers that not
// all threads reach. The first report ends the run.
//
// Blocks run one after the other. The threads of a block run in step, so that one
// order of their accesses is tried; that another would give the same is what the
// search for races makes sure of.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_SIMULATOR_SIMULATOR_H
#define DANAUS_SIMULATOR_SIMULATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace danaus {

/// Row-major memory that a simulated function gets as a memref.
struct SimBuffer {
  char *data = nullptr;
  llvm::SmallVector<int64_t> shape;
};

/// Runs `function`, whose arguments are memrefs, on `buffers`. Reports are errors at
/// the op that does what they name.
mlir::LogicalResult simulate(mlir::func::FuncOp function, llvm::ArrayRef<SimBuffer> buffers);

} // namespace danaus

#endif // DANAUS_SIMULATOR_SIMULATOR_H
