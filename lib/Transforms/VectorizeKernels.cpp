//===- VectorizeKernels.cpp - Contracts on tiles to loops over vectors -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A contract becomes a loop nest whose innermost body is one register block:
//
//   lanes along b (panel_b), V = lanes * panel      lanes along d (panel_d)
//   for A, for D, for b0 step V                     for A, for D0 step L
//     for i step R                                    for i step R, for b0 step P
//       acc[R][P][L] += x[R][K] * w[K][P][L]            acc[R][P][L] += x[R][K][L] * w[K][P][L]
//
// with a loop over K = C inside. Where d < L divides L, a vector along d holds
// m = L / d values of b side by side, each with all of d: outputs are neighbors
// in memory, and x is d values repeated m times. Along b a panel of weights (c x V) stays in
// L1 while rows stream past; along d a block of x does, and weights stream, unless the panel
// is the smaller of the two. Rows that do not fill a block of R run in blocks of R / 2, 4, 2 and 1.
//
// Where the columns of x are not (A, C, D) but, say, (A, C / m, D, C % m), as the
// previous stage wrote them (packing digit = d), or a permutation has them
// (x_digits), the loop over K = C is one for each digit of C. Lanes along d want
// columns (A, D / L, C, D % L), which makes a block of x one piece of memory: a stage
// before writes its vectors to these places (y_digits).
//
//===----------------------------------------------------------------------===//

#include "ContractVectorizer.h"
#include "danaus/Support/Legality.h"
#include "danaus/Transforms/KernelStages.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Dialect/AMX/AMXDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include <numeric>

namespace danaus {
#define GEN_PASS_DEF_VECTORIZEKERNELSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

ContractVectorizer::ContractVectorizer(ContractOp op)
    : op(op), b(op.getLoc(), op), pattern(op.getPattern()), packing(toPlain(op.getPacking())),
      accumulator(op.getBody().front().getArgument(0).getType()),
      alongD(packing.kind == danaus::PackingKind::PanelD),
      perVector(alongD ? valuesPerVector(pattern.d, packing.lanes) : 1),
      width(alongD ? packing.lanes : packing.lanes * packing.panel), lanes(packing.lanes),
      blockRows(op.getBlockRows()) {
  if (op.getXDigits()) {
    columns = *op.getColumnDigits();
    if (pattern.c == 1) // it has no digit
      columns.push_back({'c', 1, 1});
  }
  int64_t innermost = columns.empty() ? pattern.c : digitsOfC().back().extent;
  for (int64_t unroll : {4, 2, 1})
    if (innermost % unroll == 0) {
      unrollC = unroll;
      break;
    }
}

ContractVectorizer::ContractVectorizer(ContractOp op, const StagePattern &pattern, bool alongD,
                                       int64_t width)
    : op(op), b(op.getLoc(), op), pattern(pattern), packing(toPlain(op.getPacking())),
      accumulator(op.getBody().front().getArgument(0).getType()), alongD(alongD), perVector(1),
      width(width), lanes(width), blockRows(op.getBlockRows()) {}

void ContractVectorizer::run() {
  x = columns.empty()
          ? splitColumns(op.getX(), pattern.c)
          : splitColumns(op.getX(), llvm::map_to_vector(columns, [](const PackedDigit &digit) {
                           return digit.extent;
                         }));
  weight = viewWeight();
  xBlock = allocateXBlock();
  rows = memref::DimOp::create(b, op.getX(), 0);
  loop(pattern.a, 1, [&](Value block) {
    indexA = block;
    if (alongD)
      runAlongD();
    else
      runAlongB();
  });
}

void ContractVectorizer::runAlongB() {
  loop(pattern.d, 1, [&](Value d) {
    indexD = d;
    loop(pattern.b, panelOfB(), [&](Value start) {
      rowLoops([&](Value row, int64_t count) {
        if (xBlock)
          copyX(row, count);
        microKernel(row, count, start);
      });
    });
  });
}

/// Whether lanes along d are better off with a panel of weights in L1 than with
/// a block of x: of each, one step of the sum reads this much.
bool ContractVectorizer::keepsPanel() const {
  return !xBlock && blockRows * std::min(pattern.d, width) < packing.panel * width;
}

void ContractVectorizer::runAlongD() {
  loop(pattern.d, packing.lanes, [&](Value d) {
    indexD = d;
    auto panels = [&](llvm::function_ref<void(Value)> body) { loop(pattern.b, panelOfB(), body); };
    if (keepsPanel())
      return panels([&](Value start) {
        rowLoops([&](Value row, int64_t count) { microKernel(row, count, start); });
      });
    rowLoops([&](Value row, int64_t count) {
      if (xBlock)
        copyX(row, count);
      panels([&](Value start) { microKernel(row, count, start); });
    });
  });
}

//===----------------------------------------------------------------------===//
// Loops and indices
//===----------------------------------------------------------------------===//

Value ContractVectorizer::index(int64_t value) { return arith::ConstantIndexOp::create(b, value); }

Value ContractVectorizer::add(Value value, int64_t offset) {
  return affine::AffineApplyOp::create(b, AffineMap::get(1, 0, b.getAffineDimExpr(0) + offset),
                                       ValueRange{value});
}

Value ContractVectorizer::floorDiv(Value value, int64_t divisor) {
  return affine::AffineApplyOp::create(
      b, AffineMap::get(1, 0, b.getAffineDimExpr(0).floorDiv(divisor)), ValueRange{value});
}

void ContractVectorizer::loop(int64_t extent, int64_t step, llvm::function_ref<void(Value)> body) {
  if (extent <= step)
    return body(index(0));
  auto forOp = scf::ForOp::create(b, index(0), index(extent), index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  body(forOp.getInductionVar());
}

/// Blocks of `block_rows` rows, then what remains in blocks of half, 4, 2 and 1.
void ContractVectorizer::rowLoops(BlockBody body) {
  Value start = index(0);
  int64_t previous = blockRows + 1;
  for (int64_t count : {blockRows, blockRows / 2, int64_t(4), int64_t(2)}) {
    if (count < 2 || count >= previous)
      continue;
    AffineExpr from = b.getAffineDimExpr(0), to = b.getAffineDimExpr(1);
    Value end = affine::AffineApplyOp::create(
        b, AffineMap::get(2, 0, from + (to - from).floorDiv(count) * count),
        ValueRange{start, rows});
    rowLoop(start, end, count, body);
    start = end;
    previous = count;
  }
  rowLoop(start, rows, 1, body);
}

void ContractVectorizer::rowLoop(Value from, Value to, int64_t step, BlockBody body) {
  auto forOp = scf::ForOp::create(b, from, to, index(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  body(forOp.getInductionVar(), step);
}

//===----------------------------------------------------------------------===//
// The register block
//===----------------------------------------------------------------------===//

/// sum += left * right. Each has the loops that its dimensions are; those of no
/// dimension of the sum are summed over.
Value ContractVectorizer::contraction(std::pair<Value, Loops> left, std::pair<Value, Loops> right,
                                      std::pair<Value, Loops> sum, unsigned numLoops) {
  MLIRContext *context = b.getContext();
  SmallVector<AffineMap> maps;
  for (Loops loops : {left.second, right.second, sum.second})
    maps.push_back(AffineMap::getMultiDimMapWithTargets(numLoops, loops, context));
  SmallVector<Attribute> iterators;
  for (unsigned loop = 0; loop < numLoops; ++loop)
    iterators.push_back(vector::IteratorTypeAttr::get(
        context, llvm::is_contained(sum.second, loop) ? vector::IteratorType::parallel
                                                      : vector::IteratorType::reduction));
  return vector::ContractionOp::create(b, left.first, right.first, sum.first,
                                       b.getAffineMapArrayAttr(maps), b.getArrayAttr(iterators));
}

/// Loops: row, panel, lane, k.
Value ContractVectorizer::contract(Value left, Value right, Value sum) {
  SmallVector<unsigned> ofX{0, 3};
  if (alongD)
    ofX.push_back(2);
  return contraction({left, ofX}, {right, {3, 1, 2}}, {sum, {0, 1, 2}}, 4);
}

/// Carries `sum` through a loop over [0, extent).
Value ContractVectorizer::carry(int64_t extent, int64_t step, Value sum,
                                llvm::function_ref<Value(Value, Value)> next) {
  auto forOp = scf::ForOp::create(b, index(0), index(extent), index(step), ValueRange{sum});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  scf::YieldOp::create(b, next(forOp.getInductionVar(), forOp.getRegionIterArg(0)));
  return forOp.getResult(0);
}

void ContractVectorizer::microKernel(Value row, int64_t count, Value start) {
  VectorType sums = vectorOf({count, packing.panel, lanes}, accumulator);
  Value sum = arith::ConstantOp::create(b, b.getZeroAttr(sums));
  SmallVector<Value> c;
  if (columns.empty())
    sum = carry(pattern.c, unrollC, sum, [&](Value c, Value partial) {
      return contract(readX(row, count, c), readWeight(start, c), partial);
    });
  else
    sum = sumDigits(row, count, start, digitsOfC(), c, sum);
  store(sum, row, count, start);
}

/// One loop for each of `digits` of C; `c` are the values of those before.
Value ContractVectorizer::sumDigits(Value row, int64_t count, Value start,
                                    ArrayRef<PackedDigit> digits, SmallVector<Value> &c,
                                    Value sum) {
  bool isInnermost = digits.size() == 1;
  return carry(
      digits.front().extent, isInnermost ? unrollC : 1, sum, [&](Value value, Value partial) {
        c.push_back(value);
        Value next;
        if (isInnermost) {
          prefetchX(row, count, c);
          next = contract(readPermutedX(row, count, c), readWeight(start, join(c)), partial);
        } else {
          next = sumDigits(row, count, start, digits.drop_front(), c, partial);
        }
        c.pop_back();
        return next;
      });
}

/// C itself, of its digits.
Value ContractVectorizer::join(ValueRange c) {
  AffineExpr sum = b.getAffineConstantExpr(0);
  for (auto [i, digit] : llvm::enumerate(digitsOfC()))
    sum = sum + b.getAffineDimExpr(i) * digit.stride;
  return affine::AffineApplyOp::create(b, AffineMap::get(c.size(), 0, sum), c);
}

namespace {
struct VectorizeKernels : danaus::impl::VectorizeKernelsPassBase<VectorizeKernels> {
  void runOnOperation() override {
    SmallVector<ContractOp> contracts;
    getOperation()->walk([&](ContractOp op) { contracts.push_back(op); });
    for (ContractOp op : contracts)
      if (failed(check(op)))
        return signalPassFailure();
    findDepths(contracts);
    for (ContractOp op : contracts) {
      if (op.getTransform())
        ContractTransform(op).run();
      else if (isComplex(op))
        ContractComplex(op).run();
      else if (op.getPacking().getKind() == chain::PackingKind::vnni)
        ContractAmx(op, tileDepth(commonBytes[inlinedInto(op)])).run();
      else if (op.getPacking().getPerLane() == 2)
        ContractPairs(op).run();
      else
        ContractVectorizer(op).run();
      op.erase();
    }
  }

  /// Takes what divides c, in bytes, of all contracts on matrix tiles that may come to
  /// lie in one function. LLVM gives a function one shape for each of eight tile
  /// registers, and one contract takes up to seven: two depths can run out of them.
  void findDepths(ArrayRef<ContractOp> contracts) {
    commonBytes.clear();
    hasCalls = getOperation()
                   ->walk([](CallOpInterface) { return WalkResult::interrupt(); })
                   .wasInterrupted();
    for (ContractOp op : contracts)
      if (op.getPacking().getKind() == chain::PackingKind::vnni) {
        int64_t &bytes = commonBytes[inlinedInto(op)];
        bytes = std::gcd(bytes, static_cast<int64_t>(op.getC() * 4 / op.getPacking().getPerLane()));
      }
  }

  Operation *inlinedInto(ContractOp op) {
    Operation *function = op->getParentOfType<FunctionOpInterface>();
    return hasCalls || !function ? getOperation() : function;
  }

  llvm::DenseMap<Operation *, int64_t> commonBytes;
  bool hasCalls = false;

  static bool isComplex(ContractOp op) {
    return isa<ComplexType>(cast<ShapedType>(op.getX().getType()).getElementType());
  }

  /// What complex numbers need of a contract, and it of them.
  static LogicalResult checkComplex(ContractOp op) {
    Type element = cast<ShapedType>(op.getX().getType()).getElementType();
    chain::PackingKind kind = op.getPacking().getKind();
    if (!isComplex(op) && kind == chain::PackingKind::complex_d)
      return op.emitOpError() << "packing complex_d: wanted complex numbers, found " << element;
    if (op.getTransform())
      if (std::string problem = ContractTransform::check(op); !problem.empty())
        return op.emitOpError() << "transform: " << problem;
    if (!isComplex(op))
      return success();
    if (kind != chain::PackingKind::panel_b && kind != chain::PackingKind::complex_d)
      return op.emitOpError() << "wanted packing panel_b or complex_d for complex numbers, found "
                              << stringifyPackingKind(kind);
    if (op.getYDigits() || op.getPacking().getPerLane() != 1)
      return op.emitOpError() << "wanted no y_digits and one number a lane for complex numbers";
    for (Value operand : op.getOperands())
      if (cast<ShapedType>(operand.getType()).getElementType() != element ||
          !RealViewOp::inferType(cast<MemRefType>(operand.getType())))
        return op.emitOpError() << "wanted operands of " << element
                                << " whose last dimension is contiguous, found "
                                << operand.getType();
    if (std::string problem = ContractComplex::checkDigits(op); !problem.empty())
      return op.emitOpError() << "x_digits: " << problem << ", found " << op.getXDigitsAttr();
    return success();
  }

  static LogicalResult check(ContractOp op) {
    if (op.getResult())
      return op.emitOpError() << "wanted memrefs, found tensors (run one-shot-bufferize)";
    chain::PackingKind kind = op.getPacking().getKind();
    if (kind == chain::PackingKind::mma_k16 || kind == chain::PackingKind::mma_k8)
      return op.emitOpError() << "wanted packing panel_b, panel_d or vnni, found "
                              << stringifyPackingKind(kind);
    if (failed(checkComplex(op)))
      return failure();
    if (failed(kind == chain::PackingKind::vnni ? checkTiles(op) : checkLanes(op)))
      return failure();
    for (Operation &inner : op.getBody().front().without_terminator())
      if (inner.getNumRegions() != 0 || inner.getNumResults() != 1 ||
          (isa<complex::ComplexDialect>(inner.getDialect()) && !isVectorizableComplex(&inner)))
        return inner.emitOpError() << "is not element-wise: it cannot run on vectors";
    return success();
  }

  /// Two values of c a lane need i8, vectors that vpmaddwd has, and along d a weight for each d.
  static LogicalResult checkLanes(ContractOp op) {
    chain::PackingAttr packing = op.getPacking();
    if (packing.getPerLane() == 1)
      return success();
    Type element = cast<MemRefType>(op.getX().getType()).getElementType();
    bool isOfPairs = packing.getPerLane() == 2 && element.isInteger(8);
    if (!isOfPairs || (packing.getLanes() != 8 && packing.getLanes() != 16))
      return op.emitOpError()
             << "packing: wanted per_lane = 1, or 2 for i8 in 8 or 16 lanes, found " << packing
             << " for " << element;
    if (packing.getKind() == chain::PackingKind::panel_d && !op.getOrder().contains('d'))
      return op.emitOpError()
             << "packing: wanted per_lane = 1 along d for a weight without d, found "
             << packing.getPerLane();
    return success();
  }

  static LogicalResult checkTiles(ContractOp op) {
    Type element = cast<MemRefType>(op.getX().getType()).getElementType();
    if (!element.isBF16() && !element.isInteger(8))
      return op.emitOpError() << "packing vnni: wanted bf16 or i8, found " << element;
    int64_t perLane = 32 / element.getIntOrFloatBitWidth();
    if (op.getC() % 16 != 0 || op.getPacking().getPerLane() != perLane)
      return op.emitOpError() << "packing vnni: wanted a multiple of 16 for c and per_lane = "
                              << perLane << " for " << element << ", found c = " << op.getC()
                              << ", per_lane = " << op.getPacking().getPerLane();
    return success();
  }
};
} // namespace
