//===- ChainBufferize.cpp - Bufferization of the chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainBufferize.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace danaus::chain;

namespace {
/// op ins(tensors) outs(tensor) -> tensor  ->  op ins(memrefs) outs(memref)
template <typename OpTy>
struct DestinationStyleModel
    : DstBufferizableOpInterfaceExternalModel<DestinationStyleModel<OpTy>, OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options, BufferizationState &state) const {
    if (op->getNumResults() == 0)
      return success();
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    OperationState newState(op->getLoc(), op->getName(), buffers, TypeRange{},
                            op->getAttrDictionary().getValue());
    newState.addRegion()->takeBody(op->getRegion(0));
    Operation *newOp = rewriter.create(newState);
    replaceOpWithBufferizedValues(rewriter, op, cast<OpTy>(newOp).getInit());
    return success();
  }
};
} // namespace

void danaus::chain::registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, ChainDialect *) {
    KernelOp::attachInterface<DestinationStyleModel<KernelOp>>(*context);
    ContractOp::attachInterface<DestinationStyleModel<ContractOp>>(*context);
  });
}
