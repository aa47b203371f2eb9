//===- MemoryOps.cpp - Memory, views of it, and vectors -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace danaus::sim;

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

/// What an op reads or writes in one lane.
struct AccessPlan {
  Value memref;
  ValueRange indices;
  int64_t alignment; ///< in bytes; 1 where any will do
};

static AccessPlan planOf(Operation *op) {
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return {load.getMemRef(), load.getIndices(), 1};
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return {store.getMemRef(), store.getIndices(), 1};
  if (auto load = dyn_cast<vector::LoadOp>(op))
    return {load.getBase(), load.getIndices(), int64_t(load.getAlignment().value_or(1))};
  auto store = cast<vector::StoreOp>(op);
  return {store.getBase(), store.getIndices(), int64_t(store.getAlignment().value_or(1))};
}

static LogicalResult checkAlignment(Machine &machine, Operation *op, int64_t lane,
                                    const AccessPlan &plan, const View &view,
                                    ArrayRef<int64_t> index) {
  if (plan.alignment == 1)
    return success();
  Type element = cast<MemRefType>(plan.memref.getType()).getElementType();
  int64_t bytes = bytesOf(partOf(element)) * elementsOf(element);
  FailureOr<int64_t> first = machine.locate(op, lane, view, bytes, index, 1);
  if (failed(first))
    return failure();
  if (*first % plan.alignment == 0)
    return success();
  return machine.fail(op,
                      "misaligned access to byte " + Twine(*first) + " of " + view.memory->name +
                          ", wanted a multiple of " + Twine(plan.alignment),
                      lane);
}

/// Calls `access(lane, index)` for every lane that runs.
template <typename Function>
static LogicalResult forEachLane(Machine &machine, Operation *op, const AccessPlan &plan,
                                 const View &view, Function access) {
  SmallVector<const LaneValue *> indices;
  for (Value index : plan.indices)
    indices.push_back(&machine.get(index));
  SmallVector<int64_t> at(indices.size());
  return machine.forEachLane([&](int64_t lane) -> LogicalResult {
    for (auto [number, index] : llvm::zip_equal(at, indices))
      number = index->at(lane).i;
    if (failed(checkAlignment(machine, op, lane, plan, view, at)))
      return failure();
    return access(lane, at);
  });
}

static LogicalResult runLoad(Machine &machine, Operation *op) {
  AccessPlan plan = planOf(op);
  std::shared_ptr<const View> view = machine.get(plan.memref).view;
  Type element = cast<MemRefType>(plan.memref.getType()).getElementType();
  LaneValue result(machine.lanes(), elementsOf(op->getResult(0).getType()));
  LogicalResult status =
      forEachLane(machine, op, plan, *view, [&](int64_t lane, ArrayRef<int64_t> at) {
        MutableArrayRef<Word> words(&result.at(lane), result.elements);
        return machine.read(op, lane, *view, element, at, words);
      });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

static LogicalResult runStore(Machine &machine, Operation *op) {
  AccessPlan plan = planOf(op);
  std::shared_ptr<const View> view = machine.get(plan.memref).view;
  Type element = cast<MemRefType>(plan.memref.getType()).getElementType();
  const LaneValue &value = machine.get(op->getOperand(0));
  return forEachLane(machine, op, plan, *view, [&](int64_t lane, ArrayRef<int64_t> at) {
    ArrayRef<Word> words(&value.at(lane), value.elements);
    return machine.write(op, lane, *view, element, at, words);
  });
}

//===----------------------------------------------------------------------===//
// Allocations
//===----------------------------------------------------------------------===//

static void setView(Machine &machine, Value memref, std::shared_ptr<const View> view) {
  LaneValue value;
  value.view = std::move(view);
  machine.set(memref, std::move(value));
}

/// The number that all lanes have.
static int64_t numberOf(Machine &machine, OpFoldResult value) {
  if (auto attribute = dyn_cast<Attribute>(value))
    return cast<IntegerAttr>(attribute).getInt();
  return machine.get(cast<Value>(value)).at(0).i;
}

static SmallVector<int64_t> numbersOf(Machine &machine, ArrayRef<OpFoldResult> values) {
  return llvm::map_to_vector(values, [&](OpFoldResult value) { return numberOf(machine, value); });
}

/// The shape of a memref with `sizes` in place of what is dynamic.
static SmallVector<int64_t> shapeOf(Machine &machine, MemRefType type, ValueRange sizes) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent)) {
      extent = numberOf(machine, sizes.front());
      sizes = sizes.drop_front();
    }
  return shape;
}

static int64_t bytesOfShape(MemRefType type, ArrayRef<int64_t> shape) {
  int64_t bytes = bytesOf(partOf(type)) * elementsOf(type.getElementType());
  for (int64_t extent : shape)
    bytes *= extent;
  return bytes;
}

template <typename Op> static LogicalResult runAlloc(Machine &machine, Operation *op) {
  if (machine.isDevice)
    return machine.fail(op, "allocates memory in device code");
  auto type = cast<MemRefType>(op->getResult(0).getType());
  SmallVector<int64_t> shape = shapeOf(machine, type, cast<Op>(op).getDynamicSizes());
  std::string name = "allocation " + std::to_string(machine.world.allocations.size());
  Allocation *memory = machine.world.allocate(name, bytesOfShape(type, shape));
  setView(machine, op->getResult(0), wholeView(memory, shape));
  return success();
}

template <typename Op> static LogicalResult runDealloc(Machine &machine, Operation *op) {
  machine.get(cast<Op>(op).getMemref()).view->memory->isFreed = true;
  return success();
}

/// A constant of the module, in memory when first needed.
static LogicalResult runGetGlobal(Machine &machine, Operation *op) {
  auto get = cast<memref::GetGlobalOp>(op);
  auto global = machine.world.module.lookupSymbol<memref::GlobalOp>(get.getNameAttr());
  auto values =
      global ? dyn_cast_or_null<DenseElementsAttr>(global.getInitialValue().value_or(Attribute()))
             : DenseElementsAttr();
  if (!values)
    return machine.fail(op, "wanted a global with values");
  MemRefType type = get.getType();
  Allocation *&memory = machine.world.globals[global];
  if (!memory) {
    memory = machine.world.allocate(("constant " + get.getName()).str(),
                                    bytesOfShape(type, type.getShape()));
    int64_t bytes = memory->size() / std::max<int64_t>(type.getNumElements(), 1);
    ArrayRef<char> raw = values.getRawData();
    for (int64_t byte = 0; byte < memory->size(); ++byte)
      memory->bytes[byte] = raw[values.isSplat() ? byte % bytes : byte];
  }
  setView(machine, op->getResult(0), wholeView(memory, type.getShape()));
  return success();
}

static LogicalResult runMemset(Machine &machine, Operation *op) {
  auto memset = cast<gpu::MemsetOp>(op);
  const View &view = *machine.get(memset.getDst()).view;
  int64_t count = 1;
  for (int64_t size : view.sizes)
    count *= size;
  View flat = view;
  flat.sizes = {count}, flat.strides = {1};
  Type element = cast<MemRefType>(memset.getDst().getType()).getElementType();
  for (int64_t number = 0; number < count; ++number)
    if (failed(machine.write(op, 0, flat, element, {number}, machine.get(memset.getValue()).words)))
      return failure();
  return success();
}

static LogicalResult runCopy(Machine &machine, Operation *op) {
  auto copy = cast<memref::CopyOp>(op);
  const View &from = *machine.get(copy.getSource()).view, &to = *machine.get(copy.getTarget()).view;
  Type element = cast<MemRefType>(copy.getTarget().getType()).getElementType();
  SmallVector<Word> words(elementsOf(element));
  SmallVector<int64_t> at(from.sizes.size(), 0);
  int64_t count = 1;
  for (int64_t size : from.sizes)
    count *= size;
  for (int64_t number = 0; number < count; ++number) {
    int64_t rest = number;
    for (size_t dim = at.size(); dim-- > 0; rest /= from.sizes[dim])
      at[dim] = rest % from.sizes[dim];
    if (failed(machine.read(op, 0, from, element, at, words)) ||
        failed(machine.write(op, 0, to, element, at, words)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

static LogicalResult runDim(Machine &machine, Operation *op) {
  auto dim = cast<memref::DimOp>(op);
  int64_t number = numberOf(machine, dim.getIndex());
  const View &view = *machine.get(dim.getSource()).view;
  if (number < 0 || number >= int64_t(view.sizes.size()))
    return machine.fail(op, "wanted a dimension of the memref, found " + Twine(number));
  machine.set(op->getResult(0), LaneValue::same(toWord(view.sizes[number])));
  return success();
}

static LogicalResult runSameView(Machine &machine, Operation *op) {
  setView(machine, op->getResult(0), machine.get(op->getOperand(0)).view);
  return success();
}

/// Moves the beginning of `view` by `count` steps of `stride`, in each lane by its own.
static void advance(Machine &machine, View &view, OpFoldResult count, int64_t stride) {
  auto value = dyn_cast<Value>(count);
  if (!value || machine.get(value).width == 1) {
    view.offset += numberOf(machine, count) * stride;
    return;
  }
  view.offsetsOfLanes.resize(machine.lanes());
  for (auto [lane, offset] : llvm::enumerate(view.offsetsOfLanes))
    offset += machine.get(value).at(lane).i * stride;
}

static LogicalResult runSubView(Machine &machine, Operation *op) {
  auto sub = cast<memref::SubViewOp>(op);
  const View &source = *machine.get(sub.getSource()).view;
  auto view = std::make_shared<View>(source);
  SmallVector<OpFoldResult> offsets = sub.getMixedOffsets();
  SmallVector<int64_t> sizes = numbersOf(machine, sub.getMixedSizes()),
                       strides = numbersOf(machine, sub.getMixedStrides());
  llvm::SmallBitVector dropped = sub.getDroppedDims();
  view->sizes.clear(), view->strides.clear();
  for (size_t dim = 0; dim < sizes.size(); ++dim) {
    advance(machine, *view, offsets[dim], source.strides[dim]);
    if (dropped[dim])
      continue;
    view->sizes.push_back(sizes[dim]);
    view->strides.push_back(strides[dim] * source.strides[dim]);
  }
  setView(machine, op->getResult(0), view);
  return success();
}

static LogicalResult runReinterpret(Machine &machine, Operation *op) {
  auto cast = mlir::cast<memref::ReinterpretCastOp>(op);
  auto view = std::make_shared<View>(*machine.get(cast.getSource()).view);
  view->offset = numberOf(machine, cast.getMixedOffsets().front());
  view->sizes = numbersOf(machine, cast.getMixedSizes());
  view->strides = numbersOf(machine, cast.getMixedStrides());
  setView(machine, op->getResult(0), view);
  return success();
}

/// Complex numbers as twice as many parts.
static LogicalResult runRealView(Machine &machine, Operation *op) {
  auto view = std::make_shared<View>(*machine.get(op->getOperand(0)).view);
  view->offset *= 2;
  for (int64_t &stride : MutableArrayRef(view->strides).drop_back())
    stride *= 2;
  view->sizes.back() *= 2;
  setView(machine, op->getResult(0), view);
  return success();
}

/// memref.view: other elements from some byte on.
static LogicalResult runView(Machine &machine, Operation *op) {
  auto cast = mlir::cast<memref::ViewOp>(op);
  const View &source = *machine.get(cast.getSource()).view;
  SmallVector<int64_t> shape = shapeOf(machine, cast.getType(), cast.getSizes());
  auto view = std::make_shared<View>(*wholeView(source.memory, shape));
  view->firstByte = source.firstByte + source.offset + numberOf(machine, cast.getByteShift());
  setView(machine, op->getResult(0), view);
  return success();
}

static LogicalResult runExpand(Machine &machine, Operation *op) {
  auto expand = cast<memref::ExpandShapeOp>(op);
  const View &source = *machine.get(expand.getSrc()).view;
  auto view = std::make_shared<View>(source);
  view->sizes = numbersOf(machine, expand.getMixedOutputShape());
  view->strides.assign(view->sizes.size(), 1);
  for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices())) {
    int64_t stride = source.strides[dim];
    for (int64_t inner : llvm::reverse(group)) {
      view->strides[inner] = stride;
      stride *= view->sizes[inner];
    }
  }
  setView(machine, op->getResult(0), view);
  return success();
}

/// Dimensions of extent 1 say nothing about how far elements lie apart.
static LogicalResult runCollapse(Machine &machine, Operation *op) {
  auto collapse = cast<memref::CollapseShapeOp>(op);
  const View &source = *machine.get(collapse.getSrc()).view;
  auto view = std::make_shared<View>(source);
  view->sizes.clear(), view->strides.clear();
  for (const ReassociationIndices &group : collapse.getReassociationIndices()) {
    int64_t size = 1, stride = source.strides[group.back()];
    for (int64_t dim : llvm::reverse(group)) {
      if (size == 1 && source.sizes[dim] != 1)
        stride = source.strides[dim];
      size *= source.sizes[dim];
    }
    view->sizes.push_back(size);
    view->strides.push_back(stride);
  }
  setView(machine, op->getResult(0), view);
  return success();
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

static LogicalResult runExtract(Machine &machine, Operation *op) {
  auto extract = cast<vector::ExtractOp>(op);
  const LaneValue &source = machine.get(extract.getSource());
  int64_t count = elementsOf(op->getResult(0).getType()), first = 0, stride = source.elements;
  ArrayRef<int64_t> shape = extract.getSourceVectorType().getShape();
  for (auto [dim, position] : llvm::enumerate(extract.getMixedPosition())) {
    stride /= shape[dim];
    first += numberOf(machine, position) * stride;
  }
  LaneValue result(source.width, count);
  for (int64_t lane = 0; lane < source.width; ++lane)
    for (int64_t e = 0; e < count; ++e)
      result.at(lane, e) = source.at(lane, first + e);
  machine.set(op->getResult(0), std::move(result));
  return success();
}

static LogicalResult runFromElements(Machine &machine, Operation *op) {
  int64_t width = 1;
  for (Value operand : op->getOperands())
    width = std::max(width, machine.get(operand).width);
  LaneValue result(width, op->getNumOperands());
  for (auto [e, operand] : llvm::enumerate(op->getOperands()))
    for (int64_t lane = 0; lane < width; ++lane)
      result.at(lane, e) = machine.get(operand).at(lane);
  machine.set(op->getResult(0), std::move(result));
  return success();
}

void danaus::sim::addMemoryOps(HandlerTable &table) {
  table[TypeID::get<memref::LoadOp>()] = runLoad;
  table[TypeID::get<vector::LoadOp>()] = runLoad;
  table[TypeID::get<memref::StoreOp>()] = runStore;
  table[TypeID::get<vector::StoreOp>()] = runStore;
  table[TypeID::get<memref::AllocOp>()] = runAlloc<memref::AllocOp>;
  table[TypeID::get<memref::AllocaOp>()] = runAlloc<memref::AllocaOp>;
  table[TypeID::get<gpu::AllocOp>()] = runAlloc<gpu::AllocOp>;
  table[TypeID::get<memref::DeallocOp>()] = runDealloc<memref::DeallocOp>;
  table[TypeID::get<gpu::DeallocOp>()] = runDealloc<gpu::DeallocOp>;
  table[TypeID::get<memref::GetGlobalOp>()] = runGetGlobal;
  table[TypeID::get<memref::CopyOp>()] = runCopy;
  table[TypeID::get<gpu::MemsetOp>()] = runMemset;
  table[TypeID::get<memref::DimOp>()] = runDim;
  table[TypeID::get<memref::CastOp>()] = runSameView;
  table[TypeID::get<memref::SubViewOp>()] = runSubView;
  table[TypeID::get<memref::ReinterpretCastOp>()] = runReinterpret;
  table[TypeID::get<memref::ViewOp>()] = runView;
  table[TypeID::get<danaus::chain::RealViewOp>()] = runRealView;
  table[TypeID::get<memref::ExpandShapeOp>()] = runExpand;
  table[TypeID::get<memref::CollapseShapeOp>()] = runCollapse;
  table[TypeID::get<vector::ExtractOp>()] = runExtract;
  table[TypeID::get<vector::FromElementsOp>()] = runFromElements;
}
