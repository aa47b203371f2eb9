//===- Check.cpp - Compiled results against the reference -----------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/Check.h"
#include "danaus/Interpreter/Interpreter.h"
#include "dialects/Linop/LinopOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace danaus;
using llvm::Expected;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// Tolerance
//===----------------------------------------------------------------------===//

static double getCap(ElementKind kind) {
  switch (partKind(kind)) {
  case ElementKind::BF16:
    return 1e-2;
  case ElementKind::F16:
    return 2e-3;
  case ElementKind::F32:
    return 1e-5;
  case ElementKind::F64:
    return 1e-13;
  default: // integers
    return 0;
  }
}

double danaus::getDefaultTolerance(func::FuncOp entry, ElementKind kind) {
  double steps = 0, sum = 1;
  entry.walk([&](Operation *op) {
    if (auto apply = dyn_cast<linop::ApplyOp>(op)) {
      RankedTensorType type = apply.getMatrix().getType();
      StageProgram program = linop::getStructure(type).buildStages(type);
      sum = std::max<double>(sum, program.longestSum());
      steps += program.depth();
    } else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      ++steps;
      for (auto [size, iterator] :
           llvm::zip_equal(linalgOp.getStaticLoopRanges(), linalgOp.getIteratorTypesArray()))
        if (iterator == utils::IteratorType::reduction && !ShapedType::isDynamic(size))
          sum = std::max<double>(sum, size);
    } else if (op->hasTrait<OpTrait::Elementwise>()) {
      ++steps;
    }
  });
  double accumulator = partKind(kind) == ElementKind::F64 ? 0x1p-53 : 0x1p-24;
  double element = 1.5 * unitRoundoff(kind) * std::sqrt(std::max(steps, 1.0));
  return std::min(getCap(kind), element + 2 * accumulator * std::sqrt(sum));
}

//===----------------------------------------------------------------------===//
// Samples of rows
//===----------------------------------------------------------------------===//

/// `count` of `rows` rows in ascending order, 0 and rows - 1 among them.
static std::vector<int64_t> sampleRows(int64_t rows, int64_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  llvm::SetVector<int64_t> chosen;
  chosen.insert(0);
  chosen.insert(rows - 1);
  while (int64_t(chosen.size()) < count)
    chosen.insert(random() % rows);
  std::vector<int64_t> sorted(chosen.begin(), chosen.end());
  llvm::sort(sorted);
  return sorted;
}

/// The rows to check: empty for all of them.
static std::vector<int64_t> chooseRows(func::FuncOp entry, int64_t rows,
                                       const CheckPolicy &policy) {
  double perRow = std::max(estimateReferenceCost(entry, 1), 1.0);
  if (rows < 3 || estimateReferenceCost(entry, rows) <= policy.referenceBudget || !isRowwise(entry))
    return {};
  auto count = int64_t(std::max(policy.referenceBudget / perRow, 2.0));
  return count < rows ? sampleRows(rows, count, policy.seed) : std::vector<int64_t>();
}

/// The parts of rows `rows`; all where `rows` is empty.
static std::vector<double> gather(const HostTensor &tensor, ArrayRef<int64_t> rows) {
  if (rows.empty())
    return tensor.toDoubles();
  int64_t width = tensor.getNumParts() / tensor.getShape().front();
  std::vector<double> values;
  values.reserve(rows.size() * width);
  for (int64_t row : rows)
    for (int64_t i = 0; i < width; ++i)
      values.push_back(tensor.get(row * width + i));
  return values;
}

static Expected<std::vector<ReferenceTensor>> runReference(func::FuncOp entry,
                                                           const EntrySignature &signature,
                                                           const EntryArguments &arguments,
                                                           ArrayRef<int64_t> rows) {
  std::vector<ReferenceTensor> inputs;
  for (auto [wanted, tensor] : llvm::zip_equal(signature.arguments, arguments.tensors)) {
    ArrayRef<int64_t> gathered = wanted.isDynamic() ? rows : ArrayRef<int64_t>();
    SmallVector<int64_t> shape(tensor.getShape());
    if (!gathered.empty())
      shape.front() = gathered.size();
    auto values = std::make_shared<std::vector<double>>(gather(tensor, gathered));
    inputs.push_back({shape, std::move(values), isComplex(tensor.getKind())});
  }
  FailureOr<std::vector<ReferenceTensor>> results = interpret(entry, inputs);
  if (failed(results))
    return makeError("the reference interpreter failed");
  return *results;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

namespace {
/// Norms of one result's error.
struct Errors {
  double relErr, maxErr, rms;
};
} // namespace

/// NaN and infinity in either make the errors NaN, which passes no comparison.
static Errors measure(ArrayRef<double> found, ArrayRef<double> wanted) {
  double error = 0, norm = 0, maxErr = 0;
  for (auto [y, r] : llvm::zip_equal(found, wanted)) {
    double difference = std::fabs(y - r);
    error += difference * difference;
    norm += r * r;
    maxErr = difference <= maxErr ? maxErr : difference;
    if (std::isnan(difference))
      return {difference, difference, std::sqrt(norm)};
  }
  double rms = found.empty() ? 0 : std::sqrt(norm / found.size());
  if (norm == 0) // all of r is zero: any error at all is infinitely large
    return {error == 0 ? 0 : HUGE_VAL, maxErr, 0};
  return {std::sqrt(error / norm), maxErr, rms};
}

static int64_t countNaNs(const HostTensor &tensor) {
  return llvm::count_if(tensor.toDoubles(), [](double value) { return std::isnan(value); });
}

/// Compares one result; returns what is wrong with it, or nothing.
static std::string compare(const HostTensor &found, const ReferenceTensor &wanted,
                           ArrayRef<int64_t> rows, double tolerance, CheckResult &check) {
  if (int64_t count = countNaNs(found)) {
    check.relErr = std::nan("");
    return (Twine(count) + " of " + Twine(found.getNumElements()) + " values are NaN").str();
  }
  std::vector<double> values = gather(found, rows);
  if (values.size() != wanted.values->size())
    return ("wanted " + Twine(wanted.values->size()) + " values, found " + Twine(values.size()))
        .str();
  Errors errors = measure(values, *wanted.values);
  if (!(errors.relErr <= check.relErr))
    check.relErr = errors.relErr;
  if (!(errors.relErr <= tolerance))
    return llvm::formatv("rel_err {0:e3} is above the tolerance", errors.relErr);
  double bound = 8 * tolerance * errors.rms;
  if (!(errors.maxErr <= bound))
    return llvm::formatv("largest error {0:e3} is above 8 x tolerance x rms = {1:e3}",
                         errors.maxErr, bound);
  return "";
}

Expected<CheckResult> danaus::checkResults(func::FuncOp entry, const EntrySignature &signature,
                                           const EntryArguments &arguments,
                                           ArrayRef<HostTensor> results,
                                           const CheckPolicy &policy) {
  std::vector<int64_t> rows = chooseRows(entry, arguments.rows, policy);
  Expected<std::vector<ReferenceTensor>> reference =
      runReference(entry, signature, arguments, rows);
  if (!reference)
    return reference.takeError();
  CheckResult check;
  check.rows = arguments.rows;
  check.checkedRows = rows.empty() ? arguments.rows : rows.size();
  for (auto [number, found, wanted] : llvm::enumerate(results, *reference)) {
    ElementKind kind = found.getKind();
    double least = kind == ElementKind::F32 ? policy.f32Floor : 0;
    double tolerance = policy.tolerance.value_or(std::max(getDefaultTolerance(entry, kind), least));
    check.tolerance = std::max(check.tolerance, tolerance);
    std::string failure = compare(found, wanted, rows, tolerance, check);
    if (!failure.empty() && check.failure.empty())
      check.failure = ("result " + Twine(number) + ": " + failure).str();
  }
  check.passed = check.failure.empty();
  return check;
}
