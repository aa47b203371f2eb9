//===- PackWeights.cpp - Order weights as kernels read them -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Utils.h"
#include "danaus/Support/GpuGemmPlan.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/Sequence.h"

namespace danaus {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// One weight
//===----------------------------------------------------------------------===//

/// Appends unit dimensions for b and c where `order` leaves them out.
static Value addMissingDims(OpBuilder &builder, Location loc, Value weight, std::string &order) {
  auto type = cast<RankedTensorType>(weight.getType());
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < type.getRank(); ++i)
    groups.push_back({i});
  for (char dim : {'b', 'c'}) {
    if (StringRef(order).contains(dim))
      continue;
    if (!groups.empty())
      groups.back().push_back(shape.size());
    shape.push_back(1);
    order += dim;
  }
  if (static_cast<int64_t>(shape.size()) == type.getRank())
    return weight;
  auto expanded = RankedTensorType::get(shape, type.getElementType());
  return tensor::ExpandShapeOp::create(builder, loc, expanded, weight, groups);
}

/// Pads each dimension of `weight` with zeros to its extent in `padded`.
static Value padDims(OpBuilder &builder, Location loc, Value weight, StringRef order,
                     const StagePattern &padded) {
  auto type = cast<RankedTensorType>(weight.getType());
  SmallVector<int64_t> wanted = weightShape(padded, order);
  if (type.getShape() == ArrayRef<int64_t>(wanted))
    return weight;
  SmallVector<OpFoldResult> low(order.size(), builder.getIndexAttr(0)), high;
  for (auto [want, have] : llvm::zip_equal(wanted, type.getShape()))
    high.push_back(builder.getIndexAttr(want - have));
  Value zero = createScalar(builder, loc, type.getElementType(), 0.0);
  return tensor::PadOp::create(builder, loc, RankedTensorType::get(wanted, type.getElementType()),
                               weight, low, high, zero);
}

/// Puts b in the order that `packing.digit` asks for: (h, C, D) -> (h, D, C).
static Value groupColumns(OpBuilder &builder, Location loc, Value weight, StringRef order,
                          const Packing &packing) {
  auto type = cast<RankedTensorType>(weight.getType());
  int64_t position = order.find('b'), b = type.getDimSize(position);
  int64_t perDigit = packing.group / packing.digit;
  SmallVector<int64_t> shape, permuted, permutation;
  SmallVector<ReassociationIndices> groups;
  for (auto [index, size] : llvm::enumerate(type.getShape())) {
    ReassociationIndices &group = groups.emplace_back();
    SmallVector<int64_t> sizes{size};
    if (static_cast<int64_t>(index) == position)
      sizes = {b / packing.group, perDigit, packing.digit};
    for (int64_t part : sizes) {
      group.push_back(shape.size());
      permutation.push_back(shape.size());
      shape.push_back(part);
    }
  }
  std::swap(permutation[position + 1], permutation[position + 2]);
  for (int64_t from : permutation)
    permuted.push_back(shape[from]);
  Value split = tensor::ExpandShapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), weight, groups);
  Value empty = tensor::EmptyOp::create(builder, loc, permuted, type.getElementType());
  Value ordered =
      linalg::TransposeOp::create(builder, loc, split, empty, permutation).getResult()[0];
  return tensor::CollapseShapeOp::create(builder, loc, type, ordered, groups);
}

/// w (dims in `order`)  ->  one dimension a digit, each dim's slowest first;
/// `source[i]` becomes where digit i of `layout` is among them.
static Value splitDigits(OpBuilder &builder, Location loc, Value weight, StringRef order,
                         const PackedLayout &layout, SmallVectorImpl<int64_t> &source) {
  source.assign(layout.digits.size(), 0);
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> groups;
  for (char dim : order) {
    SmallVector<size_t> digits;
    for (auto [index, digit] : llvm::enumerate(layout.digits))
      if (digit.dim == dim)
        digits.push_back(index);
    llvm::sort(digits, [&](size_t left, size_t right) {
      return layout.digits[left].stride > layout.digits[right].stride;
    });
    ReassociationIndices &group = groups.emplace_back();
    for (size_t index : digits) {
      source[index] = shape.size();
      group.push_back(shape.size());
      shape.push_back(layout.digits[index].extent);
    }
  }
  Type element = cast<RankedTensorType>(weight.getType()).getElementType();
  return tensor::ExpandShapeOp::create(builder, loc, RankedTensorType::get(shape, element), weight,
                                       groups);
}

/// w[.., l]  ->  [.., r, l] with (re, re) at r = 0 and (im, im) at r = 1, the
/// digit r where `layout` has it: what vectors of interleaved parts multiply with.
/// The twiddles of a transform have (-im, im), as they meet x with its parts swapped.
static Value repeatParts(OpBuilder &builder, Location loc, Value weight, const PackedLayout &layout,
                         bool isTransform) {
  auto part = llvm::find_if(layout.digits, [](const PackedDigit &d) { return d.dim == 'r'; });
  auto type = cast<RankedTensorType>(weight.getType());
  unsigned position = part - layout.digits.begin(), rank = layout.digits.size();
  SmallVector<unsigned> others = llvm::to_vector(llvm::seq<unsigned>(0, rank));
  others.erase(others.begin() + position);
  SmallVector<AffineMap> maps{
      AffineMap::getMultiDimMapWithTargets(rank, others, builder.getContext()),
      builder.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  Value empty = tensor::EmptyOp::create(builder, loc, layout.shape(), type.getElementType());
  auto body = [&](OpBuilder &nested, Location loc, ValueRange values) {
    Value re = complex::ReOp::create(nested, loc, values[0]);
    Value im = complex::ImOp::create(nested, loc, values[0]);
    Value r = linalg::IndexOp::create(nested, loc, position);
    Value zero = arith::ConstantIndexOp::create(nested, loc, 0);
    Value first = arith::CmpIOp::create(nested, loc, arith::CmpIPredicate::eq, r, zero);
    Value low = isTransform ? Value(arith::NegFOp::create(nested, loc, im)) : im;
    low = arith::SelectOp::create(nested, loc, first, re, low);
    Value high = arith::SelectOp::create(nested, loc, first, re, im);
    Value pair = complex::CreateOp::create(nested, loc, values[0].getType(), low, high);
    linalg::YieldOp::create(nested, loc, pair);
  };
  return linalg::GenericOp::create(builder, loc, empty.getType(), weight, empty, maps, iterators,
                                   body)
      .getResult(0);
}

/// What a packing keeps of the blocks of `stage`: row 0 of a transform's.
static StagePattern keptPattern(chain::StageOp stage) {
  StagePattern pattern = stage.getPattern();
  if (stage.getTransform())
    pattern.b = 1;
  return pattern;
}

/// w[0, ..] with the dimension b kept; of a constant, a constant.
static Value firstRow(OpBuilder &builder, Location loc, Value weight, StringRef order) {
  auto type = cast<RankedTensorType>(weight.getType());
  SmallVector<int64_t> shape(type.getShape());
  size_t position = order.find('b');
  shape[position] = 1;
  auto row = RankedTensorType::get(shape, type.getElementType());
  DenseElementsAttr values;
  if (position == 0 && matchPattern(weight, m_Constant(&values)) && !values.isSplat()) {
    ArrayRef<char> bytes = values.getRawData();
    bytes = bytes.take_front(bytes.size() / type.getDimSize(0));
    return arith::ConstantOp::create(builder, loc, DenseElementsAttr::getFromRawBuffer(row, bytes));
  }
  SmallVector<OpFoldResult> offsets(shape.size(), builder.getIndexAttr(0)),
      strides(shape.size(), builder.getIndexAttr(1)), sizes;
  for (int64_t size : shape)
    sizes.push_back(builder.getIndexAttr(size));
  return tensor::ExtractSliceOp::create(builder, loc, row, weight, offsets, sizes, strides);
}

/// Whether a transposition leaves the elements where they are: it moves extents of 1 only.
static bool keepsElements(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  int64_t before = -1;
  for (int64_t dim : permutation) {
    if (shape[dim] == 1)
      continue;
    if (dim < before)
      return false;
    before = dim;
  }
  return true;
}

/// `weight` with its dimensions permuted; of a constant that keeps its order, a constant.
static Value transposeWeight(OpBuilder &builder, Location loc, Value weight,
                             ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(weight.getType());
  auto packed = RankedTensorType::get(shape, type.getElementType());
  Value source = weight;
  while (auto expand = source.getDefiningOp<tensor::ExpandShapeOp>())
    source = expand.getSrc();
  DenseElementsAttr values;
  if (matchPattern(source, m_Constant(&values)) && keepsElements(type.getShape(), permutation))
    return arith::ConstantOp::create(builder, loc, values.reshape(packed));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  return linalg::TransposeOp::create(builder, loc, weight, empty, permutation).getResult()[0];
}

/// w  ->  order of b  ->  pad  ->  expand_shape into digits  ->  transpose to the packed order
static Value packWeight(OpBuilder &builder, Location loc, Value weight, chain::StageOp stage,
                        const Packing &packing) {
  std::string order = stage.getOrder().str();
  StagePattern pattern = keptPattern(stage);
  if (stage.getTransform())
    weight = firstRow(builder, loc, weight, order);
  PackedLayout layout = packedLayout(pattern, order, packing);
  weight = addMissingDims(builder, loc, weight, order);
  bool ordersB = packing.kind == PackingKind::PanelB || packing.kind == PackingKind::KMajor;
  if (packing.digit > 1 && ordersB)
    weight = groupColumns(builder, loc, weight, order, packing);
  weight = padDims(builder, loc, weight, order, layout.padded);
  SmallVector<int64_t> source;
  PackedLayout whole = layout;
  llvm::erase_if(whole.digits, [](const PackedDigit &digit) { return digit.dim == 'r'; });
  weight = splitDigits(builder, loc, weight, order, whole, source);
  weight = transposeWeight(builder, loc, weight, whole.shape(), source);
  bool hasParts = whole.digits.size() < layout.digits.size();
  return hasParts ? repeatParts(builder, loc, weight, layout, stage.getTransform().has_value())
                  : weight;
}

//===----------------------------------------------------------------------===//
// The packing that a schedule asks for
//===----------------------------------------------------------------------===//

/// Adds the order of columns to the packing of a stage on matrix tiles, which
/// want the inputs of a sum next to each other: checkAmxKernel() made sure of the rest.
static void orderForNextTiles(chain::StageOp stage, Packing &packing) {
  chain::StageOp next = nextStage(stage);
  if (!next || next.getTransform() || next.getPattern().d == 1)
    return;
  packing.digit = next.getPattern().d;
  packing.group = next.getPattern().c * next.getPattern().d;
}

/// Adds the order of columns to the packing of a stage with lanes along b, where
/// the next stage has its lanes along b too and would read x in strides of d.
static void orderForNext(chain::StageOp stage, LaneAxis nextAxis, Packing &packing) {
  chain::StageOp next = nextStage(stage);
  bool ordersB = packing.kind == PackingKind::PanelB || packing.kind == PackingKind::KMajor;
  if (!next || next.getTransform() || !ordersB || nextAxis != LaneAxis::B)
    return;
  int64_t group = groupBetween(stage.getPattern(), next.getPattern());
  if (group == 1)
    return;
  packing.group = group;
  packing.digit = next.getPattern().d;
}

/// Adds the order of sums to the packing of a stage that reads the results of the stage
/// before block by block (GpuGemmPlan.h).
static void orderForBefore(chain::StageOp stage, Packing &packing) {
  Operation *before = stage.getX().getDefiningOp();
  while (auto map = dyn_cast_or_null<chain::MapOp>(before))
    before = map.getX().getDefiningOp();
  auto producer = dyn_cast_or_null<chain::StageOp>(before);
  if (producer && readsBlockOrder(producer.getPattern(), stage.getPattern()))
    packing.lanes = producer.getD();
}

/// Of complex numbers, a vector of which holds both parts of each.
static Packing chooseComplexPacking(const Schedule &schedule, size_t index, chain::StageOp stage,
                                    const TargetLimits &limits) {
  bool alongD = index < schedule.axes.size() && schedule.axes[index] == LaneAxis::D;
  PackingKind kind = alongD ? PackingKind::ComplexD : PackingKind::PanelB;
  int64_t lanes = limits.lanes(elementBytes(stage.getX().getType().getElementType()));
  return {kind, lanes, panelFor(stage.getPattern(), kind, lanes, schedule.panel)};
}

/// Of a transform: its twiddles, vector by vector along d. With lanes along a digit
/// of x it has none. On a GPU they stay in rows of d.
static Packing chooseTransformPacking(chain::StageOp stage, const TargetLimits &limits) {
  if (limits.isGpu)
    return {PackingKind::PanelD, static_cast<int64_t>(stage.getD()), 1};
  Type element = cast<ShapedType>(stage.getX().getType()).getElementType();
  int64_t bytes = std::max<int64_t>(elementBytes(element), 4);
  if (stage.getXDigits())
    return {PackingKind::PanelB, limits.lanes(bytes), 1};
  int64_t lanes = std::min<int64_t>(limits.lanes(bytes), stage.getD());
  return {isa<ComplexType>(element) ? PackingKind::ComplexD : PackingKind::PanelD, lanes, 1};
}

static Packing choosePacking(const Schedule &schedule, size_t index, chain::StageOp stage,
                             const TargetLimits &limits) {
  Type element = cast<ShapedType>(stage.getX().getType()).getElementType();
  if (stage.getTransform())
    return chooseTransformPacking(stage, limits);
  if (isa<ComplexType>(element))
    return chooseComplexPacking(schedule, index, stage, limits);
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  if (schedule.unit == ScheduleUnit::MmaSync)
    return {bytes == 2 ? PackingKind::MmaK16 : PackingKind::MmaK8, 1, 1};
  if (schedule.unit == ScheduleUnit::Wgmma) {
    Packing rows{PackingKind::KMajor, 1, 1};
    orderForBefore(stage, rows);
    orderForNext(stage, LaneAxis::B, rows);
    return rows;
  }
  auto axisOf = [&](size_t i) { return i < schedule.axes.size() ? schedule.axes[i] : LaneAxis::B; };
  if (schedule.unit == ScheduleUnit::Amx) {
    Packing tiles{PackingKind::Vnni, 16,
                  panelFor(stage.getPattern(), PackingKind::Vnni, 16, schedule.panel)};
    tiles.perLane = 4 / bytes;
    orderForNextTiles(stage, tiles);
    return tiles;
  }
  PackingKind kind = axisOf(index) == LaneAxis::B ? PackingKind::PanelB : PackingKind::PanelD;
  int64_t lanes = limits.lanes(std::max<int64_t>(bytes, 4));
  Packing packing{kind, lanes, panelFor(stage.getPattern(), kind, lanes, schedule.panel)};
  bool sharesD = kind == PackingKind::PanelD && !stage.getOrder().contains('d');
  packing.perLane = element.isInteger(8) && !sharesD ? 2 : 1;
  orderForNext(stage, axisOf(index + 1), packing);
  return packing;
}

//===----------------------------------------------------------------------===//
// Operands of maps behind a stage that orders its columns
//===----------------------------------------------------------------------===//

/// (h, C, D) -> (h, D, C), as groupColumns() and tiles order the columns of y.
static Value orderOperand(OpBuilder &builder, Location loc, Value operand, const Packing &packing) {
  auto type = cast<RankedTensorType>(operand.getType());
  int64_t inGroup = packing.group / packing.digit;
  SmallVector<int64_t> shape{type.getDimSize(0) / packing.group, inGroup, packing.digit};
  SmallVector<ReassociationIndices> all{{0, 1, 2}};
  Value split = tensor::ExpandShapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), operand, all);
  std::swap(shape[1], shape[2]);
  Value empty = tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  Value ordered = linalg::TransposeOp::create(builder, loc, split, empty, {0, 2, 1}).getResult()[0];
  return tensor::CollapseShapeOp::create(builder, loc, type, ordered, all);
}

/// Gives the maps from `stage` to the next one their operands in the order of its columns.
static void orderOperandsOfMaps(chain::KernelOp kernel, chain::StageOp stage,
                                const Packing &packing) {
  OpBuilder builder(kernel);
  Operation *user = packing.digit > 1 ? *stage.getY().user_begin() : nullptr;
  for (; isa_and_nonnull<chain::MapOp>(user); user = *user->getResult(0).user_begin())
    for (OpOperand &extra : cast<chain::MapOp>(user).getExtrasMutable()) {
      auto argument = cast<BlockArgument>(extra.get());
      Value operand = kernel.getInputs()[argument.getArgNumber()];
      Value ordered = orderOperand(builder, kernel.getLoc(), operand, packing);
      if (argument.hasOneUse()) {
        kernel.getInputsMutable()[argument.getArgNumber()].set(ordered);
        continue;
      }
      kernel.getInputsMutable().append(ordered);
      extra.set(kernel.getBody().front().addArgument(ordered.getType(), kernel.getLoc()));
    }
}

//===----------------------------------------------------------------------===//
// Where packing happens
//===----------------------------------------------------------------------===//

namespace {
/// A weight operand of a kernel and how its stage wants it.
struct WeightUse {
  chain::KernelOp kernel;
  chain::StageOp stage;
  unsigned input; ///< among the kernel's inputs
  Packing packing;
  BlockArgument argument;            ///< of the function, or null
  SmallVector<Operation *> reshapes; ///< of the argument, the last first

  OpOperand &operand() const {
    chain::KernelOp op = kernel;
    return op.getInputsMutable()[input];
  }
  RankedTensorType packedType() const {
    chain::StageOp op = stage;
    auto weight = cast<RankedTensorType>(op.getWeight().getType());
    return RankedTensorType::get(packedLayout(keptPattern(op), op.getOrder(), packing).shape(),
                                 weight.getElementType());
  }
};
} // namespace

/// Gives the kernel an input of its own for every stage's weight, so that two
/// stages can pack one tensor differently.
static void separateWeights(chain::KernelOp kernel) {
  Block &body = kernel.getBody().front();
  for (chain::StageOp stage : kernel.getStages()) {
    auto weight = cast<BlockArgument>(stage.getWeight());
    if (weight.hasOneUse())
      continue;
    kernel.getInputsMutable().append(kernel.getInputs()[weight.getArgNumber()]);
    stage.getWeightMutable().assign(body.addArgument(weight.getType(), kernel.getLoc()));
  }
}

static SmallVector<WeightUse> collectWeights(func::FuncOp function, const TargetLimits &limits) {
  SmallVector<WeightUse> uses;
  function.walk([&](chain::KernelOp kernel) {
    if (!kernel.getSchedule() || !kernel.getResult())
      return;
    separateWeights(kernel);
    Schedule schedule = chain::toPlain(*kernel.getSchedule());
    if (limits.isGpu && schedule.unit == ScheduleUnit::Fma && !schedule.inPlace)
      return; // plain loops read them as they are
    for (auto [index, stage] : llvm::enumerate(kernel.getStages())) {
      if (stage.getPacking())
        continue;
      unsigned input = cast<BlockArgument>(stage.getWeight()).getArgNumber();
      uses.push_back({kernel, stage, input, choosePacking(schedule, index, stage, limits), {}, {}});
    }
  });
  return uses;
}

/// Marks the stage as packed and retypes its weight inside the kernel.
static void markPacked(const WeightUse &use) {
  chain::StageOp stage = use.stage;
  stage.setPackingAttr(chain::toAttr(stage.getContext(), use.packing));
  stage.getWeight().setType(use.packedType());
  orderOperandsOfMaps(use.kernel, stage, use.packing);
}

/// The argument of a public function that is only this kernel's weight, reshaped; null
/// where there is none.
static BlockArgument ownArgument(func::FuncOp function, Value value,
                                 SmallVectorImpl<Operation *> &reshapes) {
  while (value.hasOneUse()) {
    Operation *op = value.getDefiningOp();
    if (!isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      break;
    reshapes.push_back(op);
    value = op->getOperand(0);
  }
  auto argument = dyn_cast<BlockArgument>(value);
  bool isOwn = argument && function.isPublic() && argument.hasOneUse() &&
               argument.getOwner() == &function.getBody().front();
  return isOwn ? argument : BlockArgument();
}

/// func @f_pack(%w...) -> packed...
static void createPackFunction(func::FuncOp function, ArrayRef<WeightUse> uses) {
  SmallVector<Type> inputs, results;
  for (const WeightUse &use : uses) {
    inputs.push_back(use.argument.getType());
    results.push_back(use.packedType());
  }
  OpBuilder builder(function);
  builder.setInsertionPointAfter(function);
  Location loc = function.getLoc();
  auto pack = func::FuncOp::create(builder, loc, (function.getName() + "_pack").str(),
                                   builder.getFunctionType(inputs, results));
  Block *entry = pack.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  SmallVector<Value> packed;
  for (auto [use, argument] : llvm::zip_equal(uses, entry->getArguments())) {
    chain::StageOp stage = use.stage;
    IRMapping mapping;
    mapping.map(use.argument, argument);
    Value weight = argument;
    for (Operation *reshape : llvm::reverse(use.reshapes))
      weight = builder.clone(*reshape, mapping)->getResult(0);
    packed.push_back(packWeight(builder, loc, weight, stage, use.packing));
  }
  func::ReturnOp::create(builder, loc, packed);
  function->setAttr("danaus.pack", FlatSymbolRefAttr::get(pack));
}

/// Replaces the arguments of `uses` by packed ones, in place.
static void retypeArguments(func::FuncOp function, ArrayRef<WeightUse> uses) {
  SmallVector<int64_t> numbers;
  SmallVector<Type> inputs(function.getArgumentTypes());
  for (const WeightUse &use : uses) {
    BlockArgument argument = use.argument;
    numbers.push_back(argument.getArgNumber());
    inputs[argument.getArgNumber()] = use.packedType();
    use.operand().set(argument);
    for (Operation *reshape : use.reshapes)
      reshape->erase();
    argument.setType(use.packedType());
  }
  Builder builder(function.getContext());
  function.setFunctionType(builder.getFunctionType(inputs, function.getResultTypes()));
  function->setAttr("danaus.packed", builder.getDenseI64ArrayAttr(numbers));
}

static void packFunction(func::FuncOp function, const TargetLimits &limits) {
  SmallVector<WeightUse> fromArguments;
  for (WeightUse use : collectWeights(function, limits)) {
    use.argument = ownArgument(function, use.operand().get(), use.reshapes);
    if (use.argument) {
      fromArguments.push_back(use);
      continue;
    }
    OpBuilder builder(use.kernel);
    chain::StageOp stage = use.stage;
    use.operand().set(
        packWeight(builder, use.kernel->getLoc(), use.operand().get(), stage, use.packing));
    markPacked(use);
  }
  if (fromArguments.empty())
    return;
  llvm::sort(fromArguments, [](const WeightUse &left, const WeightUse &right) {
    return left.argument.getArgNumber() < right.argument.getArgNumber();
  });
  createPackFunction(function, fromArguments);
  retypeArguments(function, fromArguments);
  for (const WeightUse &use : fromArguments)
    markPacked(use);
}

namespace {
struct PackWeights : danaus::impl::PackWeightsPassBase<PackWeights> {
  void runOnOperation() override {
    FailureOr<TargetLimits> limits = getTarget(getOperation());
    if (failed(limits))
      return signalPassFailure();
    for (func::FuncOp function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!function.isExternal())
        packFunction(function, *limits);
  }
};
} // namespace
