//===- VerifySchedule.cpp - Fail if a schedule is missing or illegal -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"

namespace danaus {
#define GEN_PASS_DEF_VERIFYSCHEDULEPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

static LogicalResult verifySchedule(chain::KernelOp kernel, const TargetLimits &limits) {
  if (!kernel.getSchedule())
    return kernel.emitOpError() << "wanted a schedule, found none";
  Schedule schedule = chain::toPlain(*kernel.getSchedule());
  bool isFmaOnGpu = limits.isGpu && schedule.unit == ScheduleUnit::Fma;
  if (isFmaOnGpu && !schedule.inPlace) // plain loops obey nothing else of it
    return success();
  auto check = isComplex(kernel) && !limits.isGpu ? checkComplexSchedule : checkTargetSchedule;
  BrokenConstraints broken =
      isFmaOnGpu ? checkTransformKernel(kernel, schedule, limits)
                 : check(describeStages(kernel), elementBytes(kernel), schedule, limits);
  if (kernel.getSchedule()->getUnit() == chain::Unit::amx)
    llvm::append_range(broken, checkAmxKernel(kernel));
  if (kernel.getSchedule()->getLibrary())
    llvm::append_range(broken, checkLibraryKernel(kernel));
  if (broken.empty())
    return success();
  return kernel.emitOpError() << "schedule is not legal on " << limits.name << ": "
                              << llvm::join(broken, "; ");
}

namespace {
struct VerifySchedule : danaus::impl::VerifySchedulePassBase<VerifySchedule> {
  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    WalkResult result = getOperation().walk([&](chain::KernelOp kernel) {
      return failed(verifySchedule(kernel, *limits)) ? WalkResult::interrupt()
                                                     : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
