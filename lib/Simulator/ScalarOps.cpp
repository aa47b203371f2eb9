//===- ScalarOps.cpp - Arithmetic, lane by lane -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>
#include <complex>

using namespace mlir;
using namespace danaus::sim;

//===----------------------------------------------------------------------===//
// Ops that treat each element alike
//===----------------------------------------------------------------------===//

/// result[lane, e] = compute(operands[lane, e]...)
template <typename Compute>
static LogicalResult forEachElement(Machine &machine, Operation *op, Compute compute) {
  SmallVector<const LaneValue *, 3> operands;
  int64_t width = 1;
  for (Value operand : op->getOperands()) {
    operands.push_back(&machine.get(operand));
    width = std::max(width, operands.back()->width);
  }
  LaneValue result(width, elementsOf(op->getResult(0).getType()));
  SmallVector<Word, 3> words(operands.size());
  for (int64_t lane = 0; lane < width; ++lane)
    for (int64_t e = 0; e < result.elements; ++e) {
      // A condition may be one for all elements of vectors.
      for (auto [word, operand] : llvm::zip_equal(words, operands))
        word = operand->at(lane, operand->elements == 1 ? 0 : e);
      result.at(lane, e) = compute(words.data());
    }
  machine.set(op->getResult(0), std::move(result));
  return success();
}

static Type operandPart(Operation *op) { return partOf(op->getOperand(0).getType()); }
static Type resultPart(Operation *op) { return partOf(op->getResult(0).getType()); }

template <auto function> static LogicalResult unaryFloat(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  return forEachElement(machine, op,
                        [&](const Word *w) { return toWord(roundTo(type, function(w[0].f))); });
}
template <auto function> static LogicalResult binaryFloat(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  return forEachElement(
      machine, op, [&](const Word *w) { return toWord(roundTo(type, function(w[0].f, w[1].f))); });
}
template <auto function> static LogicalResult binaryInt(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  return forEachElement(
      machine, op, [&](const Word *w) { return toWord(wrapTo(type, function(w[0].i, w[1].i))); });
}
template <auto function> static LogicalResult binaryUnsigned(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  return forEachElement(machine, op, [&](const Word *w) {
    uint64_t value = function(unsignedOf(type, w[0].i), unsignedOf(type, w[1].i));
    return toWord(wrapTo(type, static_cast<int64_t>(value)));
  });
}

//===----------------------------------------------------------------------===//
// Constants, comparisons, choices
//===----------------------------------------------------------------------===//

static Word wordOf(const APInt &value, Type part) {
  return toWord(wrapTo(part, value.getSExtValue()));
}
static Word wordOf(APFloat value) {
  bool loses;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
  return toWord(value.convertToDouble());
}

static LogicalResult runConstant(Machine &machine, Operation *op) {
  Attribute value = cast<arith::ConstantOp>(op).getValue();
  Type part = resultPart(op);
  LaneValue result(1, elementsOf(op->getResult(0).getType()));
  if (auto integer = dyn_cast<IntegerAttr>(value)) {
    result.at(0) = wordOf(integer.getValue(), part);
  } else if (auto real = dyn_cast<FloatAttr>(value)) {
    result.at(0) = wordOf(real.getValue());
  } else if (auto dense = dyn_cast<DenseIntElementsAttr>(value)) {
    for (auto [e, element] : llvm::enumerate(dense.getValues<APInt>()))
      result.at(0, e) = wordOf(element, part);
  } else if (auto dense = dyn_cast<DenseFPElementsAttr>(value)) {
    for (auto [e, element] : llvm::enumerate(dense.getValues<APFloat>()))
      result.at(0, e) = wordOf(element);
  } else {
    return machine.fail(op, "is a constant that the simulator does not know");
  }
  machine.set(op->getResult(0), std::move(result));
  return success();
}

static LogicalResult runComplexConstant(Machine &machine, Operation *op) {
  ArrayAttr value = cast<complex::ConstantOp>(op).getValue();
  LaneValue result(1, 2);
  for (int64_t part : {0, 1})
    result.at(0, part) = wordOf(cast<FloatAttr>(value[part]).getValue());
  machine.set(op->getResult(0), std::move(result));
  return success();
}

static bool compare(arith::CmpIPredicate predicate, Type type, int64_t a, int64_t b) {
  uint64_t ua = unsignedOf(type, a), ub = unsignedOf(type, b);
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return a == b;
  case arith::CmpIPredicate::ne:
    return a != b;
  case arith::CmpIPredicate::slt:
    return a < b;
  case arith::CmpIPredicate::sle:
    return a <= b;
  case arith::CmpIPredicate::sgt:
    return a > b;
  case arith::CmpIPredicate::sge:
    return a >= b;
  case arith::CmpIPredicate::ult:
    return ua < ub;
  case arith::CmpIPredicate::ule:
    return ua <= ub;
  case arith::CmpIPredicate::ugt:
    return ua > ub;
  case arith::CmpIPredicate::uge:
    return ua >= ub;
  }
  llvm_unreachable("all predicates are handled");
}

/// Bits 0 to 3 of a predicate of floats: equal, greater, less, unordered, as LLVM has them.
static bool compare(arith::CmpFPredicate predicate, double a, double b) {
  auto bits = static_cast<uint64_t>(predicate);
  int relation = std::isnan(a) || std::isnan(b) ? 8 : a == b ? 1 : a > b ? 2 : 4;
  return bits & relation;
}

static LogicalResult runCmpI(Machine &machine, Operation *op) {
  arith::CmpIPredicate predicate = cast<arith::CmpIOp>(op).getPredicate();
  Type type = operandPart(op);
  return forEachElement(machine, op, [&](const Word *w) {
    return toWord(static_cast<int64_t>(compare(predicate, type, w[0].i, w[1].i)));
  });
}
static LogicalResult runCmpF(Machine &machine, Operation *op) {
  arith::CmpFPredicate predicate = cast<arith::CmpFOp>(op).getPredicate();
  return forEachElement(machine, op, [&](const Word *w) {
    return toWord(static_cast<int64_t>(compare(predicate, w[0].f, w[1].f)));
  });
}
static LogicalResult runSelect(Machine &machine, Operation *op) {
  if (isa<MemRefType>(op->getResult(0).getType())) {
    const LaneValue &condition = machine.get(op->getOperand(0));
    if (condition.width > 1)
      return machine.fail(op, "chooses a memref lane by lane, which the simulator does not");
    machine.set(op->getResult(0), machine.get(op->getOperand(condition.at(0).i ? 1 : 2)));
    return success();
  }
  return forEachElement(machine, op, [](const Word *w) { return w[0].i ? w[1] : w[2]; });
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

static LogicalResult runFloatToFloat(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  return forEachElement(machine, op, [&](const Word *w) { return toWord(roundTo(type, w[0].f)); });
}
static LogicalResult runIntToInt(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  // The sign of an i1 is its value.
  bool isBool = operandPart(op).isInteger(1) && isa<arith::ExtSIOp, arith::IndexCastOp>(op);
  return forEachElement(
      machine, op, [&](const Word *w) { return toWord(wrapTo(type, isBool ? -w[0].i : w[0].i)); });
}
static LogicalResult runUnsignedToInt(Machine &machine, Operation *op) {
  Type from = operandPart(op), to = resultPart(op);
  return forEachElement(machine, op, [&](const Word *w) {
    return toWord(wrapTo(to, static_cast<int64_t>(unsignedOf(from, w[0].i))));
  });
}
static LogicalResult runIntToFloat(Machine &machine, Operation *op) {
  Type from = operandPart(op), to = resultPart(op);
  bool isUnsigned = isa<arith::UIToFPOp>(op);
  return forEachElement(machine, op, [&](const Word *w) {
    double value =
        isUnsigned ? static_cast<double>(unsignedOf(from, w[0].i)) : static_cast<double>(w[0].i);
    return toWord(roundTo(to, value));
  });
}
static LogicalResult runFloatToInt(Machine &machine, Operation *op) {
  Type type = resultPart(op);
  return forEachElement(machine, op, [&](const Word *w) {
    bool isKnown = std::abs(w[0].f) < 0x1p62;
    return toWord(wrapTo(type, isKnown ? static_cast<int64_t>(w[0].f) : 0));
  });
}
static LogicalResult runBitcast(Machine &machine, Operation *op) {
  Type from = operandPart(op), to = resultPart(op);
  return forEachElement(machine, op, [&](const Word *w) {
    char bytes[8] = {};
    encode(from, w[0], bytes);
    return decode(to, bytes);
  });
}

//===----------------------------------------------------------------------===//
// Complex numbers and maps of indices
//===----------------------------------------------------------------------===//

using Complex = std::complex<double>;

static LogicalResult runCreate(Machine &machine, Operation *op) {
  const LaneValue &re = machine.get(op->getOperand(0)), &im = machine.get(op->getOperand(1));
  LaneValue result(std::max(re.width, im.width), 2);
  for (int64_t lane = 0; lane < result.width; ++lane) {
    result.at(lane, 0) = re.at(lane);
    result.at(lane, 1) = im.at(lane);
  }
  machine.set(op->getResult(0), std::move(result));
  return success();
}

template <int64_t part> static LogicalResult runPart(Machine &machine, Operation *op) {
  const LaneValue &number = machine.get(op->getOperand(0));
  LaneValue result(number.width, 1);
  for (int64_t lane = 0; lane < result.width; ++lane)
    result.at(lane) = number.at(lane, part);
  machine.set(op->getResult(0), std::move(result));
  return success();
}

template <auto function> static LogicalResult runComplex(Machine &machine, Operation *op) {
  SmallVector<const LaneValue *, 2> operands;
  int64_t width = 1;
  for (Value operand : op->getOperands()) {
    operands.push_back(&machine.get(operand));
    width = std::max(width, operands.back()->width);
  }
  Type type = resultPart(op);
  LaneValue result(width, elementsOf(op->getResult(0).getType()));
  for (int64_t lane = 0; lane < width; ++lane) {
    auto number = [&](size_t n) {
      return Complex(operands[n]->at(lane, 0).f, operands[n]->at(lane, 1).f);
    };
    Complex value = function(number(0), number(operands.size() - 1));
    result.at(lane, 0) = toWord(roundTo(type, value.real()));
    if (result.elements == 2)
      result.at(lane, 1) = toWord(roundTo(type, value.imag()));
  }
  machine.set(op->getResult(0), std::move(result));
  return success();
}

static LogicalResult runAffineApply(Machine &machine, Operation *op) {
  AffineMap map = cast<affine::AffineApplyOp>(op).getAffineMap();
  return forEachElement(machine, op, [&](const Word *w) {
    SmallVector<int64_t> values;
    for (unsigned i = 0; i < map.getNumInputs(); ++i)
      values.push_back(w[i].i);
    return toWord(evaluate(map.getResult(0), ArrayRef(values).take_front(map.getNumDims()),
                           ArrayRef(values).drop_front(map.getNumDims())));
  });
}

static LogicalResult runAffineMinMax(Machine &machine, Operation *op, AffineMap map, bool isMin) {
  return forEachElement(machine, op, [&](const Word *w) {
    SmallVector<int64_t> values;
    for (unsigned i = 0; i < map.getNumInputs(); ++i)
      values.push_back(w[i].i);
    std::optional<int64_t> best;
    for (AffineExpr result : map.getResults()) {
      int64_t value = evaluate(result, ArrayRef(values).take_front(map.getNumDims()),
                               ArrayRef(values).drop_front(map.getNumDims()));
      best = !best ? value : isMin ? std::min(*best, value) : std::max(*best, value);
    }
    return toWord(*best);
  });
}
static LogicalResult runAffineMin(Machine &machine, Operation *op) {
  return runAffineMinMax(machine, op, cast<affine::AffineMinOp>(op).getMap(), true);
}
static LogicalResult runAffineMax(Machine &machine, Operation *op) {
  return runAffineMinMax(machine, op, cast<affine::AffineMaxOp>(op).getMap(), false);
}

int64_t danaus::sim::evaluate(AffineExpr expr, ArrayRef<int64_t> dims, ArrayRef<int64_t> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = evaluate(binary.getLHS(), dims, symbols);
  int64_t right = evaluate(binary.getRHS(), dims, symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::Mod:
    return right ? llvm::mod(left, right) : 0;
  case AffineExprKind::FloorDiv:
    return right ? llvm::divideFloorSigned(left, right) : 0;
  default:
    return right ? llvm::divideCeilSigned(left, right) : 0;
  }
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// Lanes that do not run may divide by zero.
static int64_t divide(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? -a : a / b; }

template <typename Op> static void add(HandlerTable &table, Handler handler) {
  table[TypeID::get<Op>()] = handler;
}

static void addIntegers(HandlerTable &table) {
  using I = int64_t;
  using U = uint64_t;
  add<arith::AddIOp>(table, binaryUnsigned<[](U a, U b) { return a + b; }>);
  add<arith::SubIOp>(table, binaryUnsigned<[](U a, U b) { return a - b; }>);
  add<arith::MulIOp>(table, binaryUnsigned<[](U a, U b) { return a * b; }>);
  add<arith::DivUIOp>(table, binaryUnsigned<[](U a, U b) { return b ? a / b : 0; }>);
  add<arith::RemUIOp>(table, binaryUnsigned<[](U a, U b) { return b ? a % b : 0; }>);
  add<arith::CeilDivUIOp>(table,
                          binaryUnsigned<[](U a, U b) { return b ? a / b + (a % b != 0) : 0; }>);
  add<arith::DivSIOp>(table, binaryInt<[](I a, I b) { return divide(a, b); }>);
  add<arith::RemSIOp>(table, binaryInt<[](I a, I b) { return a - divide(a, b) * b; }>);
  add<arith::CeilDivSIOp>(table,
                          binaryInt<[](I a, I b) { return b ? llvm::divideCeilSigned(a, b) : 0; }>);
  add<arith::FloorDivSIOp>(
      table, binaryInt<[](I a, I b) { return b ? llvm::divideFloorSigned(a, b) : 0; }>);
  add<arith::AndIOp>(table, binaryInt<[](I a, I b) { return a & b; }>);
  add<arith::OrIOp>(table, binaryInt<[](I a, I b) { return a | b; }>);
  add<arith::XOrIOp>(table, binaryInt<[](I a, I b) { return a ^ b; }>);
  add<arith::MinSIOp>(table, binaryInt<[](I a, I b) { return std::min(a, b); }>);
  add<arith::MaxSIOp>(table, binaryInt<[](I a, I b) { return std::max(a, b); }>);
  add<arith::MinUIOp>(table, binaryUnsigned<[](U a, U b) { return std::min(a, b); }>);
  add<arith::MaxUIOp>(table, binaryUnsigned<[](U a, U b) { return std::max(a, b); }>);
  add<arith::ShLIOp>(table, binaryUnsigned<[](U a, U b) { return b < 64 ? a << b : 0; }>);
  add<arith::ShRUIOp>(table, binaryUnsigned<[](U a, U b) { return b < 64 ? a >> b : 0; }>);
  add<arith::ShRSIOp>(table, binaryInt<[](I a, I b) { return a >> std::clamp<I>(b, 0, 63); }>);
}

static void addFloats(HandlerTable &table) {
  using D = double;
  add<arith::AddFOp>(table, binaryFloat<[](D a, D b) { return a + b; }>);
  add<arith::SubFOp>(table, binaryFloat<[](D a, D b) { return a - b; }>);
  add<arith::MulFOp>(table, binaryFloat<[](D a, D b) { return a * b; }>);
  add<arith::DivFOp>(table, binaryFloat<[](D a, D b) { return a / b; }>);
  add<arith::RemFOp>(table, binaryFloat<[](D a, D b) { return std::fmod(a, b); }>);
  add<arith::NegFOp>(table, unaryFloat<[](D a) { return -a; }>);
  add<arith::MaxNumFOp>(table, binaryFloat<[](D a, D b) { return std::fmax(a, b); }>);
  add<arith::MinNumFOp>(table, binaryFloat<[](D a, D b) { return std::fmin(a, b); }>);
  add<arith::MaximumFOp>(table, binaryFloat<[](D a, D b) {
                           return std::isnan(a) || std::isnan(b) ? a + b : std::fmax(a, b);
                         }>);
  add<arith::MinimumFOp>(table, binaryFloat<[](D a, D b) {
                           return std::isnan(a) || std::isnan(b) ? a + b : std::fmin(a, b);
                         }>);
}

static void addFunctions(HandlerTable &table) {
  using D = double;
  add<math::AbsFOp>(table, unaryFloat<[](D a) { return std::fabs(a); }>);
  add<math::CeilOp>(table, unaryFloat<[](D a) { return std::ceil(a); }>);
  add<math::CosOp>(table, unaryFloat<[](D a) { return std::cos(a); }>);
  add<math::ErfOp>(table, unaryFloat<[](D a) { return std::erf(a); }>);
  add<math::ExpOp>(table, unaryFloat<[](D a) { return std::exp(a); }>);
  add<math::Exp2Op>(table, unaryFloat<[](D a) { return std::exp2(a); }>);
  add<math::ExpM1Op>(table, unaryFloat<[](D a) { return std::expm1(a); }>);
  add<math::FloorOp>(table, unaryFloat<[](D a) { return std::floor(a); }>);
  add<math::LogOp>(table, unaryFloat<[](D a) { return std::log(a); }>);
  add<math::Log1pOp>(table, unaryFloat<[](D a) { return std::log1p(a); }>);
  add<math::Log2Op>(table, unaryFloat<[](D a) { return std::log2(a); }>);
  add<math::RoundEvenOp>(table, unaryFloat<[](D a) { return std::nearbyint(a); }>);
  add<math::RoundOp>(table, unaryFloat<[](D a) { return std::round(a); }>);
  add<math::RsqrtOp>(table, unaryFloat<[](D a) { return 1 / std::sqrt(a); }>);
  add<math::SinOp>(table, unaryFloat<[](D a) { return std::sin(a); }>);
  add<math::SqrtOp>(table, unaryFloat<[](D a) { return std::sqrt(a); }>);
  add<math::TanhOp>(table, unaryFloat<[](D a) { return std::tanh(a); }>);
  add<math::CopySignOp>(table, binaryFloat<[](D a, D b) { return std::copysign(a, b); }>);
  add<math::PowFOp>(table, binaryFloat<[](D a, D b) { return std::pow(a, b); }>);
  add<math::FmaOp>(
      table, +[](Machine &machine, Operation *op) {
        Type type = resultPart(op);
        return forEachElement(machine, op, [&](const Word *w) {
          return toWord(roundTo(type, std::fma(w[0].f, w[1].f, w[2].f)));
        });
      });
}

static void addComplex(HandlerTable &table) {
  using C = Complex;
  add<complex::ConstantOp>(table, runComplexConstant);
  add<complex::CreateOp>(table, runCreate);
  add<complex::ReOp>(table, runPart<0>);
  add<complex::ImOp>(table, runPart<1>);
  add<complex::AddOp>(table, runComplex<[](C a, C b) { return a + b; }>);
  add<complex::SubOp>(table, runComplex<[](C a, C b) { return a - b; }>);
  add<complex::MulOp>(table, runComplex<[](C a, C b) { return a * b; }>);
  add<complex::DivOp>(table, runComplex<[](C a, C b) { return a / b; }>);
  add<complex::NegOp>(table, runComplex<[](C a, C) { return -a; }>);
  add<complex::ConjOp>(table, runComplex<[](C a, C) { return std::conj(a); }>);
  add<complex::ExpOp>(table, runComplex<[](C a, C) { return std::exp(a); }>);
  add<complex::SqrtOp>(table, runComplex<[](C a, C) { return std::sqrt(a); }>);
  add<complex::TanhOp>(table, runComplex<[](C a, C) { return std::tanh(a); }>);
  add<complex::AbsOp>(table, runComplex<[](C a, C) { return C(std::abs(a)); }>);
}

void danaus::sim::addScalarOps(HandlerTable &table) {
  addIntegers(table);
  addFloats(table);
  addFunctions(table);
  addComplex(table);
  add<arith::ConstantOp>(table, runConstant);
  add<arith::CmpIOp>(table, runCmpI);
  add<arith::CmpFOp>(table, runCmpF);
  add<arith::SelectOp>(table, runSelect);
  add<arith::ExtFOp>(table, runFloatToFloat);
  add<arith::TruncFOp>(table, runFloatToFloat);
  add<arith::ExtSIOp>(table, runIntToInt);
  add<arith::TruncIOp>(table, runIntToInt);
  add<arith::IndexCastOp>(table, runIntToInt);
  add<arith::ExtUIOp>(table, runUnsignedToInt);
  add<arith::IndexCastUIOp>(table, runUnsignedToInt);
  add<arith::SIToFPOp>(table, runIntToFloat);
  add<arith::UIToFPOp>(table, runIntToFloat);
  add<arith::FPToSIOp>(table, runFloatToInt);
  add<arith::FPToUIOp>(table, runFloatToInt);
  add<arith::BitcastOp>(table, runBitcast);
  add<affine::AffineApplyOp>(table, runAffineApply);
  add<affine::AffineMinOp>(table, runAffineMin);
  add<affine::AffineMaxOp>(table, runAffineMax);
}
