//===- AssignSchedule.cpp - Give every kernel its schedule -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"

namespace danaus {
#define GEN_PASS_DEF_ASSIGNSCHEDULEPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

namespace {
struct AssignSchedule : danaus::impl::AssignSchedulePassBase<AssignSchedule> {
  using AssignSchedulePassBase::AssignSchedulePassBase;

  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    chain::ScheduleAttr given;
    if (!schedule.empty()) {
      given = dyn_cast_or_null<chain::ScheduleAttr>(parseAttribute(schedule, &getContext()));
      if (!given) {
        getOperation().emitError()
            << "option schedule: wanted a #chain.schedule attribute, found '" << schedule << "'";
        return signalPassFailure();
      }
    }
    getOperation().walk([&](chain::KernelOp kernel) {
      if (!kernel.getSchedule())
        kernel.setScheduleAttr(given ? given : choose(kernel, *limits));
    });
  }

  /// The schedule by rule.
  static chain::ScheduleAttr choose(chain::KernelOp kernel, const TargetLimits &limits) {
    return chain::toAttr(kernel.getContext(),
                         defaultCpuSchedule(describeStages(kernel), elementBytes(kernel), limits));
  }
};
} // namespace
