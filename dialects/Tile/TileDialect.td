//===- TileDialect.td - The tile dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_TILE_TILEDIALECT_TD
#define DIALECTS_TILE_TILEDIALECT_TD

include "mlir/IR/DialectBase.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let cppNamespace = "::danaus::tile";
  let summary = "Matrix fragments held by the lanes of one warp";
  let description = [{
    The instructions of a GPU kernel that need all lanes of a warp: loads of
    *fragments*, products on tensor cores, and permuted stores. A fragment is a
    small matrix that the 32 lanes of a warp hold together; its type says which
    operand of a product it is, and the lowering which lane holds which element.
    Kernels for large blocks multiply by warpgroups (4 warps), whose operands bulk
    copies bring into shared memory and whose *sums* are one value of the IR.
    Everything else of a kernel is `gpu`, `nvgpu`, `nvvm`, `memref`, `scf` and `arith`.

    Code is SPMD: all lanes of a warp execute an op with the same operands.
    Buffers in shared memory are flat; the layout is in the strides and maps of
    the ops that use them, so that the pitch of a buffer is decided in one place
    (`danaus/Support/GpuPlan.h`).
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();

    /// Of a kernel: how many of its first arguments are tensor maps, passed by value.
    static constexpr ::llvm::StringLiteral getTensorMapsAttrName() {
      return ::llvm::StringLiteral("tile.tensor_maps");
    }
    /// Of a launch: it may begin while the one before runs, as its kernel awaits that.
    static constexpr ::llvm::StringLiteral getEarlyAttrName() {
      return ::llvm::StringLiteral("tile.early");
    }
    /// Of a launch: the blocks of a cluster. Its kernel walks over its work by the size of the
    /// grid, which may get smaller.
    static constexpr ::llvm::StringLiteral getClusterAttrName() {
      return ::llvm::StringLiteral("tile.cluster");
    }
  }];
}

#endif // DIALECTS_TILE_TILEDIALECT_TD
