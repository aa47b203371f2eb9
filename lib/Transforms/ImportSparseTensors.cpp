//===- ImportSparseTensors.cpp - Upstream encodings as structures ---------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// tensor<MxNxT, #sparse_tensor.encoding<..>>, by its levels:
//
//   CSR        i : dense, j : compressed              csr
//   CSC        j : dense, i : compressed              transpose of a csr
//   BSR        i floordiv p : dense, j floordiv q : compressed,
//              i mod p : dense, j mod q : dense       bsr
//   n out of m i : dense, j floordiv m : dense,
//              j mod m : structured[n, m]             n_m
//
// Upstream says nothing of the number of stored values, so run time decides it.
//
//===----------------------------------------------------------------------===//

#include "danaus/Transforms/ImportSparseTensors.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace danaus {
#define GEN_PASS_DEF_IMPORTSPARSETENSORSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using sparse_tensor::LevelType;
using sparse_tensor::SparseTensorEncodingAttr;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// i32 or i64 for two widths of upstream, where 0 means `index`; null for what
/// neither holds without a sign of its own.
static IntegerType getIndexType(MLIRContext *context, unsigned positions, unsigned coordinates) {
  auto isIndexWidth = [](unsigned width) { return width == 0 || width == 32 || width == 64; };
  if (!isIndexWidth(positions) || !isIndexWidth(coordinates))
    return nullptr;
  return IntegerType::get(context, positions == 32 && coordinates == 32 ? 32 : 64);
}

static bool isCompressed(LevelType level) {
  return sparse_tensor::isCompressedLT(level) && sparse_tensor::isUniqueLT(level);
}

/// (i floordiv p, j floordiv q, i mod p, j mod q) with its p and q.
static std::optional<std::pair<int64_t, int64_t>> matchBlockMap(AffineMap map) {
  if (!sparse_tensor::isBlockSparsity(map))
    return std::nullopt;
  SmallVector<unsigned> block = sparse_tensor::getBlockSize(map);
  if (block.size() != 2 || block[0] == 0 || block[1] == 0)
    return std::nullopt;
  AffineExpr i, j;
  bindDims(map.getContext(), i, j);
  AffineMap wanted =
      AffineMap::get(2, 0, {i.floorDiv(block[0]), j.floorDiv(block[1]), i % block[0], j % block[1]},
                     map.getContext());
  if (map != wanted)
    return std::nullopt;
  return std::pair<int64_t, int64_t>(block[0], block[1]);
}

/// The structure of an encoding whose positions and coordinates fit `index`.
static Attribute matchCompressed(SparseTensorEncodingAttr encoding, AffineMap map,
                                 IntegerType index) {
  MLIRContext *context = encoding.getContext();
  ArrayRef<LevelType> levels = encoding.getLvlTypes();
  if (!index || levels.size() < 2 || !sparse_tensor::isDenseLT(levels[0]) ||
      !isCompressed(levels[1]))
    return nullptr;
  if (levels.size() == 2 && (map.isIdentity() || map.isPermutation()))
    return linop::CsrAttr::get(context, ShapedType::kDynamic, index);
  std::optional<std::pair<int64_t, int64_t>> block = matchBlockMap(map);
  if (levels.size() != 4 || !block || !sparse_tensor::isDenseLT(levels[2]) ||
      !sparse_tensor::isDenseLT(levels[3]))
    return nullptr;
  return linop::BsrAttr::get(context, {block->first, block->second}, ShapedType::kDynamic, index);
}

static Attribute matchGroups(SparseTensorEncodingAttr encoding, AffineMap map) {
  MLIRContext *context = encoding.getContext();
  ArrayRef<LevelType> levels = encoding.getLvlTypes();
  if (levels.size() != 3 || !sparse_tensor::isDenseLT(levels[0]) ||
      !sparse_tensor::isDenseLT(levels[1]) || !sparse_tensor::isNOutOfMLT(levels[2]))
    return nullptr;
  auto n = int64_t(sparse_tensor::getN(levels[2])), m = int64_t(sparse_tensor::getM(levels[2]));
  unsigned width = encoding.getCrdWidth();
  AffineExpr i, j;
  bindDims(context, i, j);
  if (m < 1 || width == 16 || map != AffineMap::get(2, 0, {i, j.floorDiv(m), j % m}, context))
    return nullptr;
  return linop::NmAttr::get(context, n, m, 1, IntegerType::get(context, width == 0 ? 64 : width));
}

RankedTensorType danaus::getStructureOfSparseTensor(RankedTensorType type) {
  auto encoding = dyn_cast_or_null<SparseTensorEncodingAttr>(type.getEncoding());
  if (!encoding || type.getRank() != 2 || !type.hasStaticShape() || encoding.isSlice() ||
      encoding.getExplicitVal() || encoding.getImplicitVal())
    return nullptr;
  AffineMap map = encoding.getDimToLvl();
  if (!map)
    map = AffineMap::getMultiDimIdentityMap(2, type.getContext());
  IntegerType index =
      getIndexType(type.getContext(), encoding.getPosWidth(), encoding.getCrdWidth());
  Attribute structure = matchCompressed(encoding, map, index);
  if (!structure)
    structure = matchGroups(encoding, map);
  if (!structure)
    return nullptr;
  bool isTransposed = map.getNumResults() == 2 && !map.isIdentity();
  SmallVector<int64_t> shape(type.getShape());
  if (isTransposed)
    std::swap(shape[0], shape[1]);
  auto ignore = [&] { return mlir::emitRemark(UnknownLoc::get(type.getContext())); };
  ScopedDiagnosticHandler silent(type.getContext(), [](Diagnostic &) { return success(); });
  if (failed(cast<linop::StructureAttrInterface>(structure).verifyEncoding(
          shape, type.getElementType(), ignore)))
    return nullptr;
  auto result = RankedTensorType::get(shape, type.getElementType(), structure);
  return isTransposed ? linop::getTransposedType(result) : result;
}

/// `type` with every such tensor in it replaced.
static Type importType(Type type) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([](RankedTensorType tensor) -> std::optional<Type> {
    if (RankedTensorType structured = getStructureOfSparseTensor(tensor))
      return structured;
    return std::nullopt;
  });
  return replacer.replace(type);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// What upstream calls `index`, or a narrower integer, as `element`.
static Value convertIndices(OpBuilder &builder, Location loc, Value value, Type element) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getElementType() == element)
    return value;
  if (isa<IndexType>(type.getElementType()))
    return arith::IndexCastOp::create(builder, loc, type.clone(element), value);
  return arith::ExtSIOp::create(builder, loc, type.clone(element), value);
}

/// Upstream's flat buffer in the shape of a parameter.
static Value adaptParameter(OpBuilder &builder, Location loc, Value value,
                            RankedTensorType wanted) {
  value = convertIndices(builder, loc, value, wanted.getElementType());
  auto type = cast<RankedTensorType>(value.getType());
  if (wanted.getRank() > 1) {
    bool isDynamic = wanted.isDynamicDim(0);
    int64_t count = isDynamic ? ShapedType::kDynamic : wanted.getNumElements();
    auto flat = RankedTensorType::get({count}, wanted.getElementType());
    if (type != flat)
      value = tensor::CastOp::create(builder, loc, flat, value);
    SmallVector<OpFoldResult> sizes =
        getAsIndexOpFoldResult(builder.getContext(), wanted.getShape());
    if (isDynamic) {
      int64_t block = 1;
      for (int64_t size : wanted.getShape().drop_front())
        block *= size;
      Value total = tensor::DimOp::create(builder, loc, value, 0);
      Value divisor = arith::ConstantIndexOp::create(builder, loc, block);
      sizes[0] = arith::DivUIOp::create(builder, loc, total, divisor).getResult();
    }
    ReassociationIndices group = llvm::to_vector(llvm::seq<int64_t>(0, wanted.getRank()));
    return tensor::ExpandShapeOp::create(builder, loc, wanted, value, {group}, sizes);
  }
  if (type == wanted)
    return value;
  return tensor::CastOp::create(builder, loc, wanted, value);
}

/// sparse_tensor.assemble  ->  linop.assemble, transposed for CSC
static LogicalResult importAssemble(sparse_tensor::AssembleOp op, RankedTensorType type) {
  auto transpose = dyn_cast<linop::TransposeAttr>(type.getEncoding());
  RankedTensorType matrix = transpose ? transpose.getMatrix() : type;
  SmallVector<Value> sources(op.getLevels());
  bool isGrouped = isa<linop::NmAttr>(matrix.getEncoding());
  sources.insert(isGrouped ? sources.begin() : sources.end(), op.getValues());
  SmallVector<RankedTensorType> wanted = linop::getStructure(matrix).getParameterTypes(matrix);
  OpBuilder builder(op);
  SmallVector<Value> parameters;
  for (auto [source, parameter] : llvm::zip_equal(sources, wanted)) {
    if (cast<RankedTensorType>(source.getType()).getRank() != 1)
      return op.emitOpError() << "wanted buffers of rank 1, found " << source.getType();
    parameters.push_back(adaptParameter(builder, op.getLoc(), source, parameter));
  }
  Value result = linop::AssembleOp::create(builder, op.getLoc(), matrix, parameters);
  if (transpose)
    result = linop::TransposeOp::create(builder, op.getLoc(), result);
  op.getResult().replaceAllUsesWith(result);
  op.erase();
  return success();
}

/// sparse_tensor.convert to a plain tensor  ->  linop.materialize
static void importConvert(sparse_tensor::ConvertOp op) {
  OpBuilder builder(op);
  auto plain = cast<RankedTensorType>(op.getType());
  Value dense = linop::MaterializeOp::create(builder, op.getLoc(), plain, op.getSource());
  op.replaceAllUsesWith(dense);
  op.erase();
}

/// Whether a value of `type` is taken over.
static bool isImported(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && getStructureOfSparseTensor(tensor);
}

/// An operation that would no longer be valid on structured types.
static LogicalResult verifyImportable(Operation *op) {
  if (llvm::none_of(op->getOperandTypes(), isImported) &&
      llvm::none_of(op->getResultTypes(), isImported))
    return success();
  if (isa<arith::ConstantOp>(op))
    return op->emitOpError() << "of a sparse matrix cannot become a structure: wanted "
                                "'sparse_tensor.assemble' of constant parameters";
  if (auto convert = dyn_cast<sparse_tensor::ConvertOp>(op);
      convert && !cast<RankedTensorType>(op->getResult(0).getType()).getEncoding() &&
      cast<RankedTensorType>(op->getResult(0).getType()).hasStaticShape())
    return success();
  if (op->getName().getDialectNamespace() != "sparse_tensor" || isa<sparse_tensor::AssembleOp>(op))
    return success();
  return op->emitOpError() << "on a matrix that becomes a structure: wanted "
                              "'sparse_tensor.assemble' or 'sparse_tensor.convert' to a dense "
                              "tensor of static shape";
}

static void importTypes(Operation *op) {
  for (Value result : op->getResults())
    result.setType(importType(result.getType()));
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (BlockArgument argument : block.getArguments())
        argument.setType(importType(argument.getType()));
  if (auto function = dyn_cast<func::FuncOp>(op))
    function.setFunctionType(cast<FunctionType>(importType(function.getFunctionType())));
}

LogicalResult danaus::importSparseTensors(ModuleOp module) {
  SmallVector<std::pair<sparse_tensor::AssembleOp, RankedTensorType>> assembles;
  SmallVector<sparse_tensor::ConvertOp> converts;
  WalkResult refused = module.walk([&](Operation *op) {
    if (failed(verifyImportable(op)))
      return WalkResult::interrupt();
    if (auto assemble = dyn_cast<sparse_tensor::AssembleOp>(op);
        assemble && isImported(assemble.getType()))
      assembles.push_back({assemble, getStructureOfSparseTensor(assemble.getType())});
    if (auto convert = dyn_cast<sparse_tensor::ConvertOp>(op);
        convert && isImported(convert.getSource().getType()))
      converts.push_back(convert);
    return WalkResult::advance();
  });
  if (refused.wasInterrupted())
    return failure();
  for (auto [assemble, type] : assembles)
    if (failed(importAssemble(assemble, type)))
      return failure();
  module.walk(importTypes);
  for (sparse_tensor::ConvertOp convert : converts)
    importConvert(convert);
  return success();
}

namespace {
struct ImportSparseTensors : danaus::impl::ImportSparseTensorsPassBase<ImportSparseTensors> {
  void runOnOperation() override {
    if (failed(importSparseTensors(getOperation())))
      signalPassFailure();
  }
};
} // namespace
