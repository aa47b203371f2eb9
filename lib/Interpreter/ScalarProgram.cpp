//===- ScalarProgram.cpp - Scalar operations as a flat program ------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarProgram.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// The table of operations
//===----------------------------------------------------------------------===//

static double keep(const double *a) { return a[0]; }

static ScalarFunction lookupFloat(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  // An ordered predicate is false on NaN, as C++'s comparisons but != are; an
  // unordered one is the negation of the opposite ordered one.
  switch (predicate) {
  case P::AlwaysFalse:
    return [](const double *) { return 0.0; };
  case P::OEQ:
    return [](const double *a) -> double { return a[0] == a[1]; };
  case P::OGT:
    return [](const double *a) -> double { return a[0] > a[1]; };
  case P::OGE:
    return [](const double *a) -> double { return a[0] >= a[1]; };
  case P::OLT:
    return [](const double *a) -> double { return a[0] < a[1]; };
  case P::OLE:
    return [](const double *a) -> double { return a[0] <= a[1]; };
  case P::ONE:
    return [](const double *a) -> double { return a[0] < a[1] || a[0] > a[1]; };
  case P::ORD:
    return [](const double *a) -> double { return a[0] == a[0] && a[1] == a[1]; };
  case P::UEQ:
    return [](const double *a) -> double { return !(a[0] < a[1] || a[0] > a[1]); };
  case P::UGT:
    return [](const double *a) -> double { return !(a[0] <= a[1]); };
  case P::UGE:
    return [](const double *a) -> double { return !(a[0] < a[1]); };
  case P::ULT:
    return [](const double *a) -> double { return !(a[0] >= a[1]); };
  case P::ULE:
    return [](const double *a) -> double { return !(a[0] > a[1]); };
  case P::UNE:
    return [](const double *a) -> double { return a[0] != a[1]; };
  case P::UNO:
    return [](const double *a) -> double { return a[0] != a[0] || a[1] != a[1]; };
  case P::AlwaysTrue:
    return [](const double *) { return 1.0; };
  }
  return nullptr;
}

/// Unsigned comparisons of negative numbers would need the width, so they have none.
static ScalarFunction lookupInteger(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return lookupFloat(arith::CmpFPredicate::OEQ);
  case P::ne:
    return lookupFloat(arith::CmpFPredicate::UNE);
  case P::slt:
    return lookupFloat(arith::CmpFPredicate::OLT);
  case P::sle:
    return lookupFloat(arith::CmpFPredicate::OLE);
  case P::sgt:
    return lookupFloat(arith::CmpFPredicate::OGT);
  case P::sge:
    return lookupFloat(arith::CmpFPredicate::OGE);
  default:
    return nullptr;
  }
}

static ScalarFunction lookupArith(StringRef name) {
  return llvm::StringSwitch<ScalarFunction>(name)
      .Cases({"addf", "addi"}, [](const double *a) { return a[0] + a[1]; })
      .Cases({"subf", "subi"}, [](const double *a) { return a[0] - a[1]; })
      .Cases({"mulf", "muli"}, [](const double *a) { return a[0] * a[1]; })
      .Case("divf", [](const double *a) { return a[0] / a[1]; })
      .Case("divsi", [](const double *a) { return std::trunc(a[0] / a[1]); })
      .Cases({"remf", "remsi"}, [](const double *a) { return std::fmod(a[0], a[1]); })
      .Case("negf", [](const double *a) { return -a[0]; })
      .Case("maximumf", [](const double *a) { return a[0] != a[0] || a[0] > a[1] ? a[0] : a[1]; })
      .Case("minimumf", [](const double *a) { return a[0] != a[0] || a[0] < a[1] ? a[0] : a[1]; })
      .Cases({"maxnumf", "maxsi"}, [](const double *a) { return std::fmax(a[0], a[1]); })
      .Cases({"minnumf", "minsi"}, [](const double *a) { return std::fmin(a[0], a[1]); })
      .Case("andi", [](const double *a) { return double(int64_t(a[0]) & int64_t(a[1])); })
      .Case("ori", [](const double *a) { return double(int64_t(a[0]) | int64_t(a[1])); })
      .Case("xori", [](const double *a) { return double(int64_t(a[0]) ^ int64_t(a[1])); })
      .Case("select", [](const double *a) { return a[0] != 0 ? a[1] : a[2]; })
      .Cases({"extf", "truncf", "sitofp", "uitofp", "index_cast", "extsi", "trunci"}, keep)
      .Case("fptosi", [](const double *a) { return std::trunc(a[0]); })
      .Default(nullptr);
}

static ScalarFunction lookupMath(StringRef name) {
  return llvm::StringSwitch<ScalarFunction>(name)
      .Case("absf", [](const double *a) { return std::fabs(a[0]); })
      .Case("ceil", [](const double *a) { return std::ceil(a[0]); })
      .Case("floor", [](const double *a) { return std::floor(a[0]); })
      .Case("round", [](const double *a) { return std::round(a[0]); })
      .Case("roundeven", [](const double *a) { return std::nearbyint(a[0]); })
      .Case("trunc", [](const double *a) { return std::trunc(a[0]); })
      .Case("sqrt", [](const double *a) { return std::sqrt(a[0]); })
      .Case("rsqrt", [](const double *a) { return 1 / std::sqrt(a[0]); })
      .Case("cbrt", [](const double *a) { return std::cbrt(a[0]); })
      .Case("exp", [](const double *a) { return std::exp(a[0]); })
      .Case("exp2", [](const double *a) { return std::exp2(a[0]); })
      .Case("expm1", [](const double *a) { return std::expm1(a[0]); })
      .Case("log", [](const double *a) { return std::log(a[0]); })
      .Case("log2", [](const double *a) { return std::log2(a[0]); })
      .Case("log10", [](const double *a) { return std::log10(a[0]); })
      .Case("log1p", [](const double *a) { return std::log1p(a[0]); })
      .Case("sin", [](const double *a) { return std::sin(a[0]); })
      .Case("cos", [](const double *a) { return std::cos(a[0]); })
      .Case("tan", [](const double *a) { return std::tan(a[0]); })
      .Case("sinh", [](const double *a) { return std::sinh(a[0]); })
      .Case("cosh", [](const double *a) { return std::cosh(a[0]); })
      .Case("tanh", [](const double *a) { return std::tanh(a[0]); })
      .Case("atan", [](const double *a) { return std::atan(a[0]); })
      .Case("atan2", [](const double *a) { return std::atan2(a[0], a[1]); })
      .Case("erf", [](const double *a) { return std::erf(a[0]); })
      .Case("erfc", [](const double *a) { return std::erfc(a[0]); })
      .Case("powf", [](const double *a) { return std::pow(a[0], a[1]); })
      .Case("copysign", [](const double *a) { return std::copysign(a[0], a[1]); })
      .Case("fma", [](const double *a) { return std::fma(a[0], a[1], a[2]); })
      .Default(nullptr);
}

static ScalarFunction lookupReal(Operation *op) {
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return lookupFloat(compare.getPredicate());
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return lookupInteger(compare.getPredicate());
  // Sizes are not negative, so that signs matter for other integers only.
  bool isIndex = op->getNumResults() == 1 && isa<IndexType>(op->getResult(0).getType());
  if (isIndex && isa<arith::DivUIOp>(op))
    return lookupArith("divsi");
  if (isIndex && isa<arith::RemUIOp>(op))
    return lookupArith("remsi");
  StringRef name = op->getName().getStringRef();
  if (name.consume_front("arith."))
    return lookupArith(name);
  if (name.consume_front("math."))
    return lookupMath(name);
  return nullptr;
}

/// Operations with a complex operand or result. a[0] + a[1] i is the first operand
/// of a complex type, a[2] + a[3] i the second.
static SmallVector<ScalarFunction, 2> lookupComplex(StringRef name) {
  using Functions = SmallVector<ScalarFunction, 2>;
  return llvm::StringSwitch<Functions>(name)
      .Case("create", {keep, [](const double *a) { return a[1]; }})
      .Case("re", {keep})
      .Case("im", {[](const double *a) { return a[1]; }})
      .Case("abs", {[](const double *a) { return std::hypot(a[0], a[1]); }})
      .Case("conj", {keep, [](const double *a) { return -a[1]; }})
      .Case("neg", {[](const double *a) { return -a[0]; }, [](const double *a) { return -a[1]; }})
      .Case("add", {[](const double *a) { return a[0] + a[2]; },
                    [](const double *a) { return a[1] + a[3]; }})
      .Case("sub", {[](const double *a) { return a[0] - a[2]; },
                    [](const double *a) { return a[1] - a[3]; }})
      .Case("mul", {[](const double *a) { return a[0] * a[2] - a[1] * a[3]; },
                    [](const double *a) { return a[0] * a[3] + a[1] * a[2]; }})
      .Case("div", {[](const double *a) {
                      return (a[0] * a[2] + a[1] * a[3]) / (a[2] * a[2] + a[3] * a[3]);
                    },
                    [](const double *a) {
                      return (a[1] * a[2] - a[0] * a[3]) / (a[2] * a[2] + a[3] * a[3]);
                    }})
      .Default({});
}

SmallVector<ScalarFunction, 2> danaus::lookupScalarFunctions(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (name.consume_front("complex."))
    return lookupComplex(name);
  bool isComplex = llvm::any_of(op->getResultTypes(), hasComplexElements);
  if (isComplex && name == "arith.select") // condition, two parts, two parts
    return {[](const double *a) { return a[0] != 0 ? a[1] : a[3]; },
            [](const double *a) { return a[0] != 0 ? a[2] : a[4]; }};
  ScalarFunction function = isComplex ? nullptr : lookupReal(op);
  if (!function)
    return {};
  return {function};
}

bool danaus::hasComplexElements(Type type) { return isa<ComplexType>(getElementTypeOrSelf(type)); }

SmallVector<double, 2> danaus::getScalarConstant(Attribute attribute) {
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return {number.getValueAsDouble()};
  if (auto pair = dyn_cast<ArrayAttr>(attribute)) {
    auto re = pair.size() == 2 ? dyn_cast<FloatAttr>(pair[0]) : nullptr;
    auto im = pair.size() == 2 ? dyn_cast<FloatAttr>(pair[1]) : nullptr;
    if (!re || !im)
      return {};
    return {re.getValueAsDouble(), im.getValueAsDouble()};
  }
  auto integer = dyn_cast<IntegerAttr>(attribute);
  if (!integer)
    return {};
  // A true i1 is 1, not -1.
  bool isBool = integer.getType().isInteger(1);
  return {double(isBool ? integer.getValue().getZExtValue() : integer.getValue().getSExtValue())};
}

//===----------------------------------------------------------------------===//
// ScalarProgram
//===----------------------------------------------------------------------===//

/// New slots for `value`; the first.
size_t ScalarProgram::makeSlots(Value value) {
  size_t first = initialSlots.size();
  initialSlots.resize(first + countParts(value.getType()));
  slots[value] = first;
  return first;
}

/// The first slot of `value`; one from outside the block gets slots of its own.
size_t ScalarProgram::slotOf(Value value) {
  auto known = slots.find(value);
  if (known != slots.end())
    return known->second;
  size_t slot = makeSlots(value);
  captures.push_back({value, slot});
  return slot;
}

LogicalResult ScalarProgram::append(Operation &op) {
  if (isa<arith::ConstantOp, complex::ConstantOp>(op)) {
    SmallVector<double, 2> values = getScalarConstant(op.getAttr("value"));
    if (values.size() != countParts(op.getResult(0).getType()))
      return op.emitOpError() << "is not supported by the reference interpreter";
    size_t first = makeSlots(op.getResult(0)); // moves the slots
    llvm::copy(values, initialSlots.begin() + first);
    return success();
  }
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    slots[index.getResult()] = loopSlot + index.getDim();
    return success();
  }
  SmallVector<ScalarFunction, 2> functions = lookupScalarFunctions(&op);
  SmallVector<size_t> operands;
  for (Value operand : op.getOperands())
    for (size_t part = 0; part < countParts(operand.getType()); ++part)
      operands.push_back(slotOf(operand) + part);
  if (functions.empty() || operands.size() > maxOperands || op.getNumResults() != 1)
    return op.emitOpError() << "is not supported by the reference interpreter";
  size_t result = makeSlots(op.getResult(0));
  for (ScalarFunction function : functions) {
    Instruction instruction{function, {}, operands.size(), result++};
    llvm::copy(operands, instruction.operands);
    instructions.push_back(instruction);
  }
  return success();
}

FailureOr<ScalarProgram> ScalarProgram::compile(Block &block, size_t numLoops) {
  ScalarProgram program;
  for (BlockArgument argument : block.getArguments())
    program.argumentSlots.push_back(program.makeSlots(argument));
  program.loopSlot = program.initialSlots.size();
  program.initialSlots.resize(program.loopSlot + numLoops);
  for (Operation &op : block.without_terminator())
    if (failed(program.append(op)))
      return failure();
  for (Value result : block.getTerminator()->getOperands())
    program.resultSlots.push_back(program.slotOf(result));
  return program;
}

void ScalarProgram::run(std::vector<double> &slots) const {
  double operands[maxOperands];
  for (const Instruction &instruction : instructions) {
    for (size_t i = 0; i < instruction.numOperands; ++i)
      operands[i] = slots[instruction.operands[i]];
    slots[instruction.result] = instruction.function(operands);
  }
}
