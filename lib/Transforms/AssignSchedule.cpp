//===- AssignSchedule.cpp - Give every kernel its schedule -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/Enumerate.h"
#include "danaus/CostModel/TreeModel.h"
#include "danaus/Support/GpuClusterPlan.h"
#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Support/GpuInPlacePlan.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainTransforms.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace danaus {
#define GEN_PASS_DEF_ASSIGNSCHEDULEPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

/// Says what was chosen and why, for `--remarks-filter=danaus-schedule`.
static void explain(chain::KernelOp kernel, chain::ScheduleAttr schedule, StringRef source,
                    double microseconds) {
  std::string text;
  llvm::raw_string_ostream(text) << schedule;
  auto remark = remark::passed(
      kernel.getLoc(), remark::RemarkOpts::name("AssignSchedule").category("danaus-schedule"));
  if (microseconds > 0)
    remark << remark::reason("{0}, by {1}: {2:F1} us expected", text, source, microseconds);
  else
    remark << remark::reason("{0}, by {1}", text, source);
}

/// Whether products of warpgroups can run `kernel`, beside what its stages' sizes say:
/// f16 or bf16 throughout, and between stages no operands of rank 2, which would be
/// in another order than the columns there.
static bool fitsWarpgroups(chain::KernelOp kernel) {
  Type element = cast<ShapedType>(kernel.getInputs()[0].getType()).getElementType();
  Type out = cast<ShapedType>(kernel.getInit().getType()).getElementType();
  if (out != element || !(element.isF16() || element.isBF16()))
    return false;
  SmallVector<chain::StageOp> stages(kernel.getBody().getOps<chain::StageOp>());
  for (auto [stage, next] : llvm::zip(stages, llvm::drop_begin(stages)))
    if (nextStage(stage) != next || next.getTransform())
      return false;
  return !stages.empty() && !stages.front().getTransform();
}

/// Of unit fma, which for a GPU are plain loops that obey nothing else of it.
static Schedule loopSchedule(chain::KernelOp kernel) {
  Schedule schedule;
  schedule.axes.assign(describeStages(kernel).size(), LaneAxis::B);
  return schedule;
}

namespace {
struct AssignSchedule : danaus::impl::AssignSchedulePassBase<AssignSchedule> {
  using AssignSchedulePassBase::AssignSchedulePassBase;

  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits) || failed(parseSchedule()) ||
        failed(loadModel(limits->model.empty() ? limits->name : limits->model)))
      return signalPassFailure();
    getOperation().walk([&](chain::KernelOp kernel) {
      if (!kernel.getSchedule())
        kernel.setScheduleAttr(given ? given : choose(kernel, *limits));
    });
  }

private:
  LogicalResult parseSchedule() {
    if (schedule.empty())
      return success();
    given = dyn_cast_or_null<chain::ScheduleAttr>(parseAttribute(schedule, &getContext()));
    if (given)
      return success();
    return getOperation().emitError()
           << "option schedule: wanted a #chain.schedule attribute, found '" << schedule << "'";
  }

  LogicalResult loadModel(StringRef target) {
    if (model.empty())
      return success();
    llvm::Expected<TreeModel> loaded = TreeModel::load(model);
    if (!loaded)
      return getOperation().emitError() << "option model: " << toString(loaded.takeError());
    if (loaded->target() != target)
      return getOperation().emitError() << "option model: wanted a model for '" << target
                                        << "', found one for '" << loaded->target() << "'";
    trees = std::move(*loaded);
    return success();
  }

  /// A block of tiles takes as long for one row as for all of its own; vectors take
  /// less for up to 2 rows of bf16 or 4 of i8 (docs/performance-cpu.md, int8 layers).
  bool hasRowsForTiles(chain::KernelOp kernel) {
    return rowsOf(kernel, rows) > (elementBytes(kernel) == 1 ? 4 : 2);
  }

  Schedule chooseOnGpu(chain::KernelOp kernel, const TargetLimits &limits) {
    if (std::optional<TransformChain> transforms = chain::describeTransforms(kernel))
      return chooseTransformSchedule(*transforms, rowsOf(kernel, rows), limits)
          .value_or(loopSchedule(kernel));
    SmallVector<StageDescriptor> stages = describeStages(kernel);
    int64_t bytes = elementBytes(kernel);
    if (std::optional<Schedule> inPlace =
            chooseInPlaceSchedule(stages, bytes, rowsOf(kernel, rows), limits);
        inPlace && checkTensorCoreKernel(kernel, *inPlace, limits).empty())
      return *inPlace;
    Schedule ofWarps = defaultGpuSchedule(stages, bytes, limits, rowsOf(kernel, rows));
    if (!checkTensorCoreKernel(kernel, ofWarps, limits).empty())
      return loopSchedule(kernel);
    if (std::optional<Schedule> cluster =
            chooseClusterSchedule(stages, bytes, rowsOf(kernel, rows), limits);
        cluster && checkTensorCoreKernel(kernel, *cluster, limits).empty())
      return *cluster;
    if (!fitsWarpgroups(kernel))
      return ofWarps;
    std::optional<Schedule> products =
        chooseGemmSchedule(stages, bytes, rowsOf(kernel, rows), ofWarps, limits);
    if (!products)
      return ofWarps;
    products->library = suitsLibrary(stages) && checkLibraryKernel(kernel).empty();
    return *products;
  }

  chain::ScheduleAttr choose(chain::KernelOp kernel, const TargetLimits &limits) {
    if (limits.isGpu) {
      chain::ScheduleAttr chosen = chain::toAttr(kernel.getContext(), chooseOnGpu(kernel, limits));
      explain(kernel, chosen, "default", 0);
      return chosen;
    }
    if (isComplex(kernel)) {
      Schedule parts = defaultComplexSchedule(describeStages(kernel), elementBytes(kernel), limits);
      chain::ScheduleAttr chosen = chain::toAttr(kernel.getContext(), parts);
      explain(kernel, chosen, "default", 0);
      return chosen;
    }
    if (limits.hasAmx && hasRowsForTiles(kernel) && checkAmxKernel(kernel).empty() &&
        checkAmxStages(describeStages(kernel)).empty()) {
      Schedule tiles = defaultAmxSchedule(describeStages(kernel), elementBytes(kernel), limits);
      chain::ScheduleAttr chosen = chain::toAttr(kernel.getContext(), tiles);
      explain(kernel, chosen, "default", 0);
      return chosen;
    }
    CpuProblem problem{describeStages(kernel), elementBytes(kernel), rowsOf(kernel, rows)};
    RankedSchedule best = chooseCpuSchedule(problem, limits, trees ? &*trees : nullptr);
    chain::ScheduleAttr chosen = chain::toAttr(kernel.getContext(), best.schedule);
    explain(kernel, chosen, trees ? "model" : "default", trees ? best.predicted * 1e6 : 0);
    return chosen;
  }

  chain::ScheduleAttr given;
  std::optional<TreeModel> trees;
};
} // namespace
