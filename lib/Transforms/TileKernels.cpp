//===- TileKernels.cpp - Turn kernels into loops over tiles of rows -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   %y = chain.kernel ins(%x, %w1, %w2) outs(%init) { stage, stage }
//
// becomes, for a segment without cuts,
//
//   %y = scf.forall (%i) = (0) to (%n) step (rows) shared_outs(%o = %init) {
//     %m  = min(rows, n - i)
//     %xt = extract_slice %x[%i, 0] [%m, in]
//     %t  = chain.contract ins(%xt, %w1) outs(slice of tensor.empty(rows x mid))
//     %yt = chain.contract ins(%t, %w2) outs(extract_slice %o[%i, 0] [%m, out])
//     in_parallel { insert %yt into %o[%i, 0] [%m, out] }
//   }
//
// The tile of activations between stages has a static size, so that it can be
// allocated once, outside the loop.
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/Utils.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace danaus {
#define GEN_PASS_DEF_TILEKERNELSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

namespace {
/// A stage, the permutation that it reads through and the maps that follow it: what
/// one contract computes.
struct Link {
  StageOp stage;
  SmallVector<MapOp> maps;

  /// Or null.
  PermuteOp permute() { return stage.getX().getDefiningOp<PermuteOp>(); }
  Value result() { return maps.empty() ? stage.getY() : maps.back().getY(); }
};

/// Where a segment reads values of the kernel's body.
struct Segment {
  SmallVector<Link> links;
  Value x;    ///< the activations that it starts from, outside the loop
  Value init; ///< what it overwrites
};
} // namespace

/// The stage that the activations of `stage` come from, through maps.
static StageOp previousStage(StageOp stage) {
  Operation *producer = stage.getX().getDefiningOp();
  while (auto map = dyn_cast_or_null<MapOp>(producer))
    producer = map.getX().getDefiningOp();
  return dyn_cast_or_null<StageOp>(producer);
}

/// Whether a stage has a packing, and reads columns in the order that the stage
/// before it writes them.
static LogicalResult checkPacking(StageOp stage) {
  if (!stage.getPacking())
    return stage.emitOpError() << "wanted a packed weight, found none (run danaus-pack-weights)";
  StageOp before = previousStage(stage);
  if (before && before.getPacking() && before.getPacking()->getDigit() > 1 &&
      before.getPacking()->getDigit() != static_cast<int64_t>(stage.getD()))
    return stage.emitOpError() << "wanted d = " << before.getPacking()->getDigit()
                               << ", the digit of the packing before it, found " << stage.getD();
  auto kernel = stage->getParentOfType<KernelOp>();
  if (stage.getPacking()->getDigit() > 1 && stage == llvm::to_vector(kernel.getStages()).back())
    return stage.emitOpError() << "wanted columns of the last stage in their order, found digit "
                               << stage.getPacking()->getDigit();
  return success();
}

/// Splits the body at the cuts.
static SmallVector<Segment> splitSegments(KernelOp kernel) {
  SmallVector<Segment> segments(1);
  int64_t numStages = 0;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (auto map = dyn_cast<MapOp>(op)) {
      segments.back().links.back().maps.push_back(map);
      continue;
    }
    if (llvm::is_contained(kernel.getSchedule()->getCuts(), numStages))
      segments.emplace_back();
    auto stage = dyn_cast<StageOp>(op);
    if (!stage) // a permutation: of the stage that reads it
      continue;
    segments.back().links.push_back({stage, {}});
    ++numStages;
  }
  return segments;
}

//===----------------------------------------------------------------------===//
// One contract
//===----------------------------------------------------------------------===//

/// The type of the activations after `link`: what the maps yield, or, where
/// vectors take it, the accumulator when the sum goes straight to the next stage
/// of the segment.
static Type resultElement(Link &link, bool isLast, Unit unit) {
  Type element = cast<RankedTensorType>(link.result().getType()).getElementType();
  bool isRounded = isLast || !link.maps.empty() || unit == Unit::amx;
  return isRounded ? element : Type(getAccumulatorType(element));
}

/// The body of a contract: round the sum to the stage's type, then the maps.
static void buildBody(OpBuilder &builder, ContractOp contract, Link &link, Type yielded) {
  Location loc = contract.getLoc();
  Type stageElement = cast<RankedTensorType>(link.stage.getY().getType()).getElementType();
  Block *body = builder.createBlock(&contract.getBody());
  Value value = body->addArgument(getAccumulatorType(stageElement), loc);
  bool rounds = value.getType() != stageElement && (!link.maps.empty() || yielded == stageElement);
  if (rounds)
    value = arith::TruncFOp::create(builder, loc, stageElement, value);
  for (MapOp map : link.maps) {
    IRMapping mapping;
    Block &inner = map.getBody().front();
    mapping.map(inner.getArgument(0), value);
    for (BlockArgument extra : inner.getArguments().drop_front())
      mapping.map(extra, body->addArgument(extra.getType(), loc));
    for (Operation &op : inner.without_terminator())
      builder.clone(op, mapping);
    value = mapping.lookupOrDefault(cast<YieldOp>(inner.getTerminator()).getValue());
  }
  YieldOp::create(builder, loc, value);
}

//===----------------------------------------------------------------------===//
// The loop over row tiles
//===----------------------------------------------------------------------===//

namespace {
/// Builds the loop of one segment.
class SegmentTiler {
public:
  SegmentTiler(OpBuilder &builder, KernelOp kernel, const IRMapping &outside)
      : builder(builder), kernel(kernel), loc(kernel.getLoc()), outside(outside),
        tileRows(kernel.getSchedule()->getRows()) {}

  Value tile(Segment &segment) {
    OpFoldResult zero = builder.getIndexAttr(0), step = builder.getIndexAttr(tileRows);
    OpFoldResult rows = tensor::getMixedSize(builder, loc, segment.x, 0);
    auto loop = scf::ForallOp::create(builder, loc, ArrayRef{zero}, ArrayRef{rows}, ArrayRef{step},
                                      segment.init, std::nullopt);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    offset = loop.getInductionVar(0);
    size = tileSize(rows);
    Value out = loop.getRegionIterArgs()[0];
    Value result = tileLinks(segment, sliceRows(segment.x), sliceRows(out));
    builder.setInsertionPointToEnd(loop.getTerminator().getBody());
    insertRows(result, out);
    return loop.getResult(0);
  }

private:
  /// min(tileRows, rows - offset)
  OpFoldResult tileSize(OpFoldResult rows) {
    AffineExpr total = builder.getAffineSymbolExpr(0), start = builder.getAffineDimExpr(0);
    auto map = AffineMap::get(1, 1, {builder.getAffineConstantExpr(tileRows), total - start},
                              builder.getContext());
    return affine::makeComposedFoldedAffineMin(builder, loc, map, {offset, rows});
  }

  /// %t[offset, 0] [size, columns], or %t[0, 0] [size, columns] of a tile.
  Value sliceRows(Value matrix, bool isTile = false) {
    auto type = cast<RankedTensorType>(matrix.getType());
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    return tensor::ExtractSliceOp::create(
        builder, loc, matrix, ArrayRef<OpFoldResult>{isTile ? zero : offset, zero},
        ArrayRef<OpFoldResult>{size, builder.getIndexAttr(type.getDimSize(1))},
        ArrayRef<OpFoldResult>{one, one});
  }

  void insertRows(Value tile, Value matrix) {
    auto type = cast<RankedTensorType>(matrix.getType());
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    tensor::ParallelInsertSliceOp::create(
        builder, loc, tile, matrix, ArrayRef<OpFoldResult>{offset, zero},
        ArrayRef<OpFoldResult>{size, builder.getIndexAttr(type.getDimSize(1))},
        ArrayRef<OpFoldResult>{one, one});
  }

  Value tileLinks(Segment &segment, Value x, Value out) {
    Link *before = nullptr;
    for (Link &link : segment.links) {
      bool isLast = &link == &segment.links.back();
      Type element = resultElement(link, isLast, kernel.getSchedule()->getUnit());
      Value init = isLast ? out : emptyTile(link, element);
      DigitsAttr order;
      if (!isLast)
        if (std::optional<DigitPermutation> wanted = vectorOrder(link, *(&link + 1)))
          order = DigitsAttr::get(builder.getContext(), *wanted);
      x = contract(link, x, init, element, digitsOfX(before, link), order);
      before = &link;
    }
    return x;
  }

  /// A tile of `tileRows` rows, cut to the rows of this iteration.
  Value emptyTile(Link &link, Type element) {
    int64_t columns = cast<RankedTensorType>(link.result().getType()).getDimSize(1);
    Value tile =
        tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{tileRows, columns}, element);
    return sliceRows(tile, /*isTile=*/true);
  }

  Value contract(Link &link, Value x, Value init, Type element, DigitsAttr xDigits,
                 DigitsAttr yDigits) {
    SmallVector<Value> extras;
    if (link.permute() && (!xDigits || link.stage.getXDigits()))
      x = permuteTile(link.permute(), x);
    for (MapOp map : link.maps)
      for (Value extra : map.getExtras()) {
        Value value = outside.lookup(extra);
        bool isVector = cast<RankedTensorType>(value.getType()).getRank() == 1;
        extras.push_back(isVector ? value : sliceRows(value));
      }
    StageOp stage = link.stage;
    auto op = ContractOp::create(builder, loc, init.getType(), x, outside.lookup(stage.getWeight()),
                                 extras, init, stage.getA(), stage.getB(), stage.getC(),
                                 stage.getD(), stage.getOrder(), *stage.getPacking(),
                                 blockRows(stage), xDigits, yDigits, stage.getTransformAttr());
    OpBuilder::InsertionGuard guard(builder);
    buildBody(builder, op, link, element);
    return op.getResult();
  }

  /// Rows of the register block: twice as many where the panel, cut to what the
  /// stage has, leaves half of the accumulators.
  int64_t blockRows(StageOp stage) {
    ScheduleAttr schedule = *kernel.getSchedule();
    bool isNarrow = 2 * stage.getPacking()->getPanel() <= schedule.getPanel();
    return schedule.getBlockRows() * (isNarrow ? 2 : 1);
  }

  /// How the columns of x lie, where they are not those of the stage: as the stage
  /// before wrote them, or as a permutation finds them that costs nothing with lanes
  /// along b.
  DigitsAttr digitsOfX(Link *before, Link &link) {
    StagePattern pattern = link.stage.getPattern();
    if (link.stage.getXDigits())
      return link.stage.getXDigitsAttr();
    if (before)
      if (std::optional<DigitPermutation> order = vectorOrder(*before, link))
        return DigitsAttr::get(builder.getContext(), order->inverse());
    std::optional<DigitPermutation> permutation;
    if (StageOp before = previousStage(link.stage); before && before.getPacking()->getDigit() > 1)
      permutation = groupedColumns(pattern, before.getPacking()->getGroup());
    else if (link.permute() && link.stage.getPacking()->getKind() == chain::PackingKind::panel_b)
      permutation = link.permute().getPermutation();
    if (!permutation || !columnDigits(pattern, *permutation) ||
        (isComplex(kernel) && !sumsOneDigit(pattern, *permutation)))
      return {};
    return DigitsAttr::get(builder.getContext(), *permutation);
  }

  /// The order of columns that a stage with lanes along d likes best, (A, D / L, C, D % L),
  /// where the stage before can write it: whole vectors to other places.
  std::optional<DigitPermutation> vectorOrder(Link &before, Link &link) {
    StagePattern from = before.stage.getPattern(), to = link.stage.getPattern();
    PackingAttr packing = *link.stage.getPacking(), other = *before.stage.getPacking();
    int64_t lanes = packing.getLanes();
    bool alongD =
        packing.getKind() == chain::PackingKind::panel_d && to.d > lanes && to.d % lanes == 0;
    bool isWhole = other.getKind() == chain::PackingKind::panel_b
                       ? from.d == 1 && from.b % (lanes * other.getPanel()) == 0
                       : other.getKind() == chain::PackingKind::panel_d && from.d % lanes == 0;
    bool hasPairs = packing.getPerLane() > 1 || other.getPerLane() > 1;
    bool isTransform = link.stage.getTransform() || before.stage.getTransform();
    if (isTransform || !alongD || !isWhole || link.permute() || hasPairs ||
        other.getLanes() != lanes || to.c == 1)
      return std::nullopt;
    return DigitPermutation::get({to.a, to.c, to.d / lanes, lanes}, {0, 2, 1, 3});
  }

  /// The permutation as a pass over the tile, for a stage that wants whole vectors of x.
  Value permuteTile(PermuteOp permute, Value x) {
    DigitPermutation permutation = *permute.getPermutation();
    auto type = cast<RankedTensorType>(x.getType());
    Value source = expandColumns(builder, loc, x, permutation.sizes());
    Value tile = tensor::EmptyOp::create(builder, loc, {tileRows, type.getDimSize(1)},
                                         type.getElementType());
    Value target =
        expandColumns(builder, loc, sliceRows(tile, /*isTile=*/true), permutation.outputSizes());
    SmallVector<int64_t> dimensions{0};
    for (unsigned digit : permutation.order())
      dimensions.push_back(digit + 1);
    Value moved =
        linalg::TransposeOp::create(builder, loc, source, target, dimensions)->getResult(0);
    return collapseColumns(builder, loc, moved);
  }

  OpBuilder &builder;
  KernelOp kernel;
  Location loc;
  const IRMapping &outside;
  int64_t tileRows;
  OpFoldResult offset, size;
};
} // namespace

/// tensor.empty for the activations at a cut, with the rows of `like`.
static Value createBetween(OpBuilder &builder, Location loc, Value like, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<Value> dynamicSizes;
  if (type.isDynamicDim(0))
    dynamicSizes.push_back(tensor::DimOp::create(builder, loc, like, 0));
  return tensor::EmptyOp::create(builder, loc, type, dynamicSizes);
}

static void tileKernel(KernelOp kernel) {
  OpBuilder builder(kernel);
  IRMapping outside;
  for (auto [argument, input] :
       llvm::zip_equal(kernel.getBody().front().getArguments(), kernel.getInputs()))
    outside.map(argument, input);
  SmallVector<Segment> segments = splitSegments(kernel);
  Value x = kernel.getInputs()[0];
  for (Segment &segment : segments) {
    bool isLast = &segment == &segments.back();
    segment.x = x;
    segment.init = isLast
                       ? kernel.getInit()
                       : createBetween(builder, kernel.getLoc(), x, segment.links.back().result());
    x = SegmentTiler(builder, kernel, outside).tile(segment);
  }
  kernel.getResult().replaceAllUsesWith(x);
  kernel.erase();
}

namespace {
struct TileKernels : danaus::impl::TileKernelsPassBase<TileKernels> {
  void runOnOperation() override {
    SmallVector<KernelOp> kernels;
    WalkResult result = getOperation()->walk([&](KernelOp kernel) {
      if (!kernel.getResult() || !kernel.getSchedule() ||
          kernel.getSchedule()->getUnit() == Unit::mma_sync)
        return WalkResult::advance();
      for (StageOp stage : kernel.getStages())
        if (failed(checkPacking(stage)))
          return WalkResult::interrupt();
      kernels.push_back(kernel);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    for (KernelOp kernel : kernels)
      tileKernel(kernel);
  }
};
} // namespace
