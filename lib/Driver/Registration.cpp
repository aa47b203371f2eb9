//===- Registration.cpp - Dialects and passes that the tools know -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Registration.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Pipelines/Pipelines.h"
#include "danaus/Target/Passes.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainBufferize.h"
#include "dialects/Chain/ChainDialect.h"
#include "dialects/Linop/LinopDialect.h"
#include "dialects/Tile/TileDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

void danaus::registerDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<chain::ChainDialect, linop::LinopDialect, tile::TileDialect>();
  chain::registerBufferizableOpInterfaceExternalModels(registry);
}

void danaus::registerPasses() {
  mlir::registerAllPasses();
  registerConversionPasses();
  registerTargetPasses();
  registerTransformsPasses();
  registerPipelines();
}
