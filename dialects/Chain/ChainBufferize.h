//===- ChainBufferize.h - Bufferization of the chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINBUFFERIZE_H
#define DIALECTS_CHAIN_CHAINBUFFERIZE_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace danaus::chain {

/// Lets one-shot-bufferize rewrite `chain.kernel` and `chain.contract` from
/// tensors to memrefs. The init is overwritten, never read.
void registerBufferizableOpInterfaceExternalModels(mlir::DialectRegistry &registry);

} // namespace danaus::chain

#endif // DIALECTS_CHAIN_CHAINBUFFERIZE_H
