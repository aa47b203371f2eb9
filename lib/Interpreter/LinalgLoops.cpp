//===- LinalgLoops.cpp - linalg operations by their loops -----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinalgLoops.h"
#include "ScalarProgram.h"
#include "danaus/Support/HostTensor.h"
#include "danaus/Support/ParallelFor.h"

using namespace mlir;
using namespace danaus;

namespace {

/// Where an operand's element lies for a point of the iteration space. Most maps
/// are linear, and then the flat offset is constant + sum coefficients[i] * iv[i].
class Access {
public:
  static FailureOr<Access> create(linalg::LinalgOp op, AffineMap map, ArrayRef<int64_t> shape,
                                  ArrayRef<int64_t> ranges);
  int64_t offset(ArrayRef<int64_t> iv) const {
    int64_t sum = constant;
    for (auto [coefficient, index] : llvm::zip_equal(coefficients, iv))
      sum += coefficient * index;
    return sum;
  }

private:
  int64_t constant = 0;
  SmallVector<int64_t> coefficients;
};

/// One linalg operation, ready to run over any part of its outermost loop.
struct LoopNest {
  SmallVector<int64_t> ranges;
  SmallVector<Access> accesses;
  ScalarProgram program;
  size_t numInputs;
  ArrayRef<ReferenceTensor> operands;
  /// The results, which begin as copies of the inits.
  std::vector<std::shared_ptr<std::vector<double>>> results;
  std::vector<double> slots;

  void run(int64_t begin, int64_t end) const;
};

} // namespace

/// Whether `expr` is a sum of loops times constants.
static bool isLinear(AffineExpr root) {
  bool linear = true;
  root.walk([&](AffineExpr expr) {
    AffineExprKind kind = expr.getKind();
    linear &= kind == AffineExprKind::DimId || kind == AffineExprKind::Constant ||
              kind == AffineExprKind::Add || kind == AffineExprKind::Mul;
  });
  return linear;
}

FailureOr<Access> Access::create(linalg::LinalgOp op, AffineMap map, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> ranges) {
  if (!llvm::all_of(map.getResults(), isLinear) || map.getNumSymbols())
    return op->emitOpError() << "has an indexing map that is not supported by the reference "
                                "interpreter: "
                             << AffineMapAttr::get(map);
  Access access;
  access.coefficients.assign(ranges.size(), 0);
  SmallVector<int64_t> zero(ranges.size(), 0);
  SmallVector<int64_t> origin = map.compose(zero);
  bool isEmpty = llvm::is_contained(ranges, 0);
  int64_t stride = 1;
  for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim]) {
    int64_t low = origin[dim], high = origin[dim];
    access.constant += origin[dim] * stride;
    for (size_t loop = 0; loop < ranges.size(); ++loop) {
      SmallVector<int64_t> unit(zero);
      unit[loop] = 1;
      int64_t step = map.getSubMap({unsigned(dim)}).compose(unit).front() - origin[dim];
      access.coefficients[loop] += step * stride;
      (step < 0 ? low : high) += step * (ranges[loop] - 1);
    }
    if (!isEmpty && (low < 0 || high >= shape[dim]))
      return op->emitOpError() << "reads index " << (low < 0 ? low : high) << " of a dimension of "
                               << shape[dim];
  }
  return access;
}

/// Runs the iterations whose outermost index is in [begin, end).
void LoopNest::run(int64_t begin, int64_t end) const {
  std::vector<double> slots = this->slots;
  SmallVector<int64_t> iv(ranges.size(), 0);
  if (!iv.empty())
    iv[0] = begin;
  size_t loopSlot = program.getLoopSlot();
  ArrayRef<size_t> argumentSlots = program.getArgumentSlots();
  for (bool done = begin >= end || llvm::is_contained(ranges, 0); !done;) {
    for (auto [i, access] : llvm::enumerate(accesses)) {
      const std::vector<double> &values =
          i < numInputs ? *operands[i].values : *results[i - numInputs];
      int64_t parts = operands[i].getNumParts(), offset = access.offset(iv) * parts;
      for (int64_t part = 0; part < parts; ++part)
        slots[argumentSlots[i] + part] = values[offset + part];
    }
    llvm::copy(iv, slots.begin() + loopSlot);
    program.run(slots);
    for (auto [i, slot] : llvm::enumerate(program.getResultSlots())) {
      int64_t parts = operands[numInputs + i].getNumParts();
      int64_t offset = accesses[numInputs + i].offset(iv) * parts;
      for (int64_t part = 0; part < parts; ++part)
        (*results[i])[offset + part] = slots[slot + part];
    }
    // The next point, the innermost loop first.
    done = true;
    for (size_t loop = ranges.size(); loop-- > 0 && done;) {
      done = ++iv[loop] >= (loop == 0 ? end : ranges[loop]);
      if (done && loop > 0)
        iv[loop] = 0;
    }
  }
}

FailureOr<std::shared_ptr<std::vector<double>>>
danaus::allocateReference(Operation *op, ArrayRef<int64_t> shape, int64_t parts) {
  std::optional<int64_t> count = countElements(shape);
  if (!count || *count > maxReferenceElements / parts)
    return op->emitOpError() << "makes a tensor of " << printShape(shape)
                             << " elements, which is too large for the reference interpreter";
  return std::make_shared<std::vector<double>>(*count * parts);
}

/// The extent of every loop, by the operands' run-time shapes.
static FailureOr<SmallVector<int64_t>> computeRanges(linalg::LinalgOp op,
                                                     ArrayRef<ReferenceTensor> operands) {
  AffineMap shapesToLoops = op.getShapesToLoopsMap();
  assert(shapesToLoops && "the verifier of linalg wants loops that shapes fix");
  SmallVector<int64_t> sizes;
  for (const ReferenceTensor &operand : operands)
    llvm::append_range(sizes, operand.shape);
  return SmallVector<int64_t>(shapesToLoops.compose(sizes));
}

FailureOr<std::vector<ReferenceTensor>>
danaus::interpretLinalg(linalg::LinalgOp op, ArrayRef<ReferenceTensor> operands,
                        llvm::function_ref<ArrayRef<double>(Value)> lookup) {
  FailureOr<SmallVector<int64_t>> ranges = computeRanges(op, operands);
  if (failed(ranges))
    return failure();
  FailureOr<ScalarProgram> program = ScalarProgram::compile(*op.getBlock(), ranges->size());
  if (failed(program))
    return failure();
  size_t numInputs = op.getNumDpsInputs();
  LoopNest nest{*ranges, {}, *program, numInputs, operands, {}, program->getSlots()};
  for (auto [map, operand] : llvm::zip_equal(op.getIndexingMapsArray(), operands)) {
    FailureOr<Access> access = Access::create(op, map, operand.shape, *ranges);
    if (failed(access))
      return failure();
    nest.accesses.push_back(*access);
  }
  for (auto [value, slot] : nest.program.getCaptures())
    llvm::copy(lookup(value), nest.slots.begin() + slot);
  std::vector<ReferenceTensor> results(operands.drop_front(numInputs));
  for (ReferenceTensor &result : results) {
    nest.results.push_back(std::make_shared<std::vector<double>>(*result.values));
    result.values = nest.results.back();
  }
  // A parallel loop writes another element at every step, so its iterations may
  // run at the same time.
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  int64_t outer = ranges->empty() ? 1 : ranges->front();
  if (!iterators.empty() && iterators.front() == utils::IteratorType::parallel)
    parallelFor(outer, 1, [&](int64_t begin, int64_t end) { nest.run(begin, end); });
  else
    nest.run(0, outer);
  return results;
}

FailureOr<ReferenceTensor> danaus::interpretSoftmax(Operation *op, const ReferenceTensor &input,
                                                    int64_t dim) {
  FailureOr<std::shared_ptr<std::vector<double>>> values = allocateReference(op, input.shape);
  if (failed(values))
    return failure();
  std::vector<double> &result = **values;
  int64_t size = input.shape[dim];
  int64_t inner = *countElements(ArrayRef(input.shape).drop_front(dim + 1));
  for (int64_t group = 0, groups = *countElements(ArrayRef(input.shape).take_front(dim));
       size > 0 && group < groups * inner; ++group) {
    // Element i of a group is at first + i * inner.
    int64_t first = group / inner * size * inner + group % inner, end = first + size * inner;
    double largest = (*input.values)[first], sum = 0;
    for (int64_t i = first; i < end; i += inner)
      largest = std::max(largest, (*input.values)[i]);
    for (int64_t i = first; i < end; i += inner)
      sum += result[i] = std::exp((*input.values)[i] - largest);
    for (int64_t i = first; i < end; i += inner)
      result[i] /= sum;
  }
  return ReferenceTensor{input.shape, *values};
}
