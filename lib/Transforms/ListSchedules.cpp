//===- ListSchedules.cpp - Print the legal schedules of kernels -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/Enumerate.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace danaus {
#define GEN_PASS_DEF_LISTSCHEDULESPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

/// One line that says which kernel, then one a schedule, in the order of the enumerator.
static void listKernel(chain::KernelOp kernel, unsigned number, int64_t rows,
                       const TargetLimits &limits) {
  CpuProblem problem{describeStages(kernel), elementBytes(kernel), rows};
  SmallVector<Schedule> schedules = enumerateCpuSchedules(problem, limits);
  llvm::raw_ostream &stream = llvm::outs();
  stream << '@' << kernel->getParentOfType<func::FuncOp>().getName() << " kernel " << number << ": "
         << problem.stages.size() << " stages, " << rows << " rows, " << limits.name << ": "
         << schedules.size() << " legal schedules\n";
  for (const Schedule &schedule : schedules)
    stream << Attribute(chain::toAttr(kernel.getContext(), schedule)) << '\n';
}

namespace {
struct ListSchedules : danaus::impl::ListSchedulesPassBase<ListSchedules> {
  using ListSchedulesPassBase::ListSchedulesPassBase;

  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    if (limits->isGpu) {
      getOperation().emitError() << "schedules are enumerated for CPUs, found the target '"
                                 << limits->name << "'";
      return signalPassFailure();
    }
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      unsigned number = 0;
      function.walk([&](chain::KernelOp kernel) {
        listKernel(kernel, number++, rowsOf(kernel, rows), *limits);
      });
    }
    llvm::outs().flush();
    markAllAnalysesPreserved();
  }
};
} // namespace
