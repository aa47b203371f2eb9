//===- Spills.cpp - Default schedules that leave more registers free ------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Spills.h"
#include "danaus/Support/Legality.h"
#include "danaus/Target/NVPTX.h"
#include "dialects/Chain/ChainOps.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace danaus;
using llvm::Error;

/// Whether somebody named a schedule: by `option`, or for a kernel of `module`.
static bool namesSchedule(ModuleOp module, StringRef option) {
  WalkResult result = module.walk([](chain::KernelOp kernel) {
    return kernel.getSchedule() ? WalkResult::interrupt() : WalkResult::advance();
  });
  return !option.empty() || result.wasInterrupted();
}

Error danaus::resultOfPasses(ModuleOp module, LogicalResult result) {
  if (succeeded(result))
    return Error::success();
  if (module->hasAttr(spilledName))
    return llvm::make_error<SpillError>(KernelResources());
  return llvm::createStringError("compilation failed");
}

/// Makes `module` a copy of `original` whose target has `spare` registers to spare.
static void restore(ModuleOp module, ModuleOp original, int64_t spare) {
  OwningOpRef<ModuleOp> copy = original.clone();
  module.getBodyRegion().takeBody(copy->getBodyRegion());
  module->setAttrs((*copy)->getAttrDictionary());
  Builder builder(module.getContext());
  module->setAttr(spareRegistersName, builder.getI64IntegerAttr(spare));
}

/// Holds back what is said of spills: there will be another attempt.
static LogicalResult holdBackSpills(Diagnostic &diagnostic) {
  return success(StringRef(diagnostic.str()).contains("wanted no spills"));
}

Error danaus::compileSparingRegisters(ModuleOp module, StringRef schedule, bool allowSpills,
                                      llvm::function_ref<Error(bool allowSpills)> compile) {
  if (allowSpills || namesSchedule(module, schedule))
    return compile(allowSpills);
  OwningOpRef<ModuleOp> original = module.clone();
  for (int64_t spare : {16, 32, 0}) {
    ScopedDiagnosticHandler handler(module.getContext(), holdBackSpills);
    Error problem = compile(/*allowSpills=*/false);
    if (!problem.isA<SpillError>())
      return problem;
    llvm::consumeError(std::move(problem));
    restore(module, *original, spare);
  }
  llvm::WithColor::warning() << "kernels spill registers under all default schedules; name one, or "
                                "see what each kernel uses with danaus-compile -v\n";
  return compile(/*allowSpills=*/true);
}
