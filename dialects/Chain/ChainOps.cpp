//===- ChainOps.cpp - Operations of the chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::chain;

#define GET_OP_CLASSES
#include "dialects/Chain/ChainOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

Type danaus::chain::getAccumulatorType(Type elementType) {
  Builder builder(elementType.getContext());
  if (isa<IntegerType>(elementType))
    return builder.getI32Type();
  if (auto complex = dyn_cast<ComplexType>(elementType))
    return ComplexType::get(getAccumulatorType(complex.getElementType()));
  return elementType.isF64() ? builder.getF64Type() : builder.getF32Type();
}

bool danaus::chain::isStageNumber(Type elementType) {
  if (auto complex = dyn_cast<ComplexType>(elementType))
    return complex.getElementType().isF32() || complex.getElementType().isF64();
  return isa<FloatType>(elementType);
}

/// The `inner` of a stage that reads x through `digits`: x has C / inner, A, C % inner.
static int64_t innerOf(const StagePattern &pattern, DigitsAttr digits) {
  if (!digits)
    return 0;
  auto columns = columnDigits(pattern, *digits.getPermutation());
  if (!columns || pattern.d != 1 || columns->size() < 2 || columns->size() > 3)
    return -1;
  const PackedDigit &outer = (*columns)[0], &block = (*columns)[1];
  bool hasInner = columns->size() == 3, isRun = !hasInner || (*columns)[2].dim == 'c';
  bool fits = outer.dim == 'c' && block.dim == 'a' && isRun;
  return fits && block.extent == pattern.a ? outer.stride : -1;
}

StageDescriptor danaus::chain::describeStage(StageOp stage, unsigned number) {
  return {stage.getPattern(), number, stage.getOrder().str(),
          innerOf(stage.getPattern(), stage.getXDigitsAttr())};
}

/// A dynamic size fits any other.
static bool sizesFit(int64_t left, int64_t right) {
  return left == right || ShapedType::isDynamic(left) || ShapedType::isDynamic(right);
}

/// The tensor form of an operand's type.
static RankedTensorType asTensor(Type type) {
  auto shaped = cast<ShapedType>(type);
  return RankedTensorType::get(shaped.getShape(), shaped.getElementType());
}

static std::string sizeText(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

static LogicalResult verifyPacking(Operation *op, PackingAttr packing,
                                   const StagePattern &pattern) {
  if (packing.getLanes() < 1 || packing.getPanel() < 1 || packing.getGroup() < 1 ||
      packing.getDigit() < 1 || packing.getPerLane() < 1)
    return op->emitOpError() << "packing: wanted lanes, panel, group, digit, per_lane >= 1, found "
                             << packing;
  bool ofBlocks = packing.getKind() == chain::PackingKind::vnni;
  bool isWhole =
      packing.getGroup() % packing.getDigit() == 0 &&
      (ofBlocks ? packing.getDigit() == pattern.b && pattern.a * pattern.b % packing.getGroup() == 0
                : pattern.b % packing.getGroup() == 0);
  if (packing.getDigit() > 1 && (!isWhole || pattern.d != 1))
    return op->emitOpError() << "packing: wanted d = 1 and, for b = " << pattern.b
                             << ", whole groups of columns and a digit that divides them, found "
                             << packing;
  return success();
}

/// x_digits are a permutation of x's columns.
static LogicalResult verifyDigits(Operation *op, DigitsAttr digits, int64_t columns) {
  if (!digits)
    return success();
  auto permutation = digits.getPermutation();
  if (!permutation)
    return op->emitOpError() << "x_digits: wanted sizes >= 1 and a permutation of "
                             << digits.getSizes().size() << " digits, found " << digits;
  if (permutation->size() != columns)
    return op->emitOpError() << "x_digits: wanted a c d = " << columns << " columns, found "
                             << permutation->size();
  return success();
}

/// What the stage says that its weight holds fits its sizes and numbers.
static LogicalResult verifyTransform(Operation *op, std::optional<Transform> transform,
                                     const StagePattern &pattern, StringRef order, Type element) {
  if (!transform)
    return success();
  if (pattern.b != pattern.c || order.contains('a'))
    return op->emitOpError() << "transform: wanted b = c and a weight that shares a, found b = "
                             << pattern.b << ", c = " << pattern.c << ", order \"" << order << "\"";
  if (*transform == Transform::dft && !isa<ComplexType>(element))
    return op->emitOpError() << "transform dft: wanted complex numbers, found " << element;
  if (*transform == Transform::hadamard && !llvm::isPowerOf2_64(pattern.b))
    return op->emitOpError() << "transform hadamard: wanted a power of two, found b = "
                             << pattern.b;
  return success();
}

/// The constraints that chain.stage and chain.contract share: pattern, order,
/// the columns of x and y, and the shape of the weight.
static LogicalResult verifyStage(Operation *op, const StagePattern &pattern, StringRef order,
                                 std::optional<PackingAttr> packing, DigitsAttr digits,
                                 std::optional<Transform> transform, Type xType, Type weightType,
                                 Type yType) {
  if (pattern.a < 1 || pattern.b < 1 || pattern.c < 1 || pattern.d < 1) // (C1)
    return op->emitOpError() << "pattern: wanted a, b, c, d >= 1, found (" << pattern.a << ", "
                             << pattern.b << ", " << pattern.c << ", " << pattern.d << ")";
  if (!pattern.isValid())
    return op->emitOpError() << "pattern: wanted a b c d below 2^62, found more";
  if (std::string problem = checkWeightOrder(pattern, order); !problem.empty()) // (C2)
    return op->emitOpError() << "order \"" << order << "\": " << problem;
  auto x = cast<ShapedType>(xType), y = cast<ShapedType>(yType);
  if (x.getRank() != 2 || y.getRank() != 2)
    return op->emitOpError() << "wanted x and y of rank 2, found ranks " << x.getRank() << " and "
                             << y.getRank();
  if (!sizesFit(x.getDimSize(1), pattern.inSize())) // (C3)
    return op->emitOpError() << "columns of x: wanted a c d = " << pattern.inSize() << ", found "
                             << sizeText(x.getDimSize(1));
  if (!sizesFit(y.getDimSize(1), pattern.outSize()))
    return op->emitOpError() << "columns of y: wanted a b d = " << pattern.outSize() << ", found "
                             << sizeText(y.getDimSize(1));
  if (!sizesFit(x.getDimSize(0), y.getDimSize(0)))
    return op->emitOpError() << "rows of y: wanted " << sizeText(x.getDimSize(0)) << ", found "
                             << sizeText(y.getDimSize(0));
  if (failed(verifyDigits(op, digits, pattern.inSize())) || // (C7), (C8)
      failed(verifyTransform(op, transform, pattern, order, x.getElementType())))
    return failure();
  SmallVector<int64_t> wanted = weightShape(pattern, order);
  if (packing) {
    if (failed(verifyPacking(op, *packing, pattern)))
      return failure();
    StagePattern kept = pattern;
    if (transform)
      kept.b = 1;
    wanted = packedLayout(kept, order, toPlain(*packing)).shape();
  }
  Type element = cast<ShapedType>(weightType).getElementType();
  if (cast<ShapedType>(weightType).getShape() != ArrayRef<int64_t>(wanted)) // (C4)
    return op->emitOpError() << "weight: wanted " << RankedTensorType::get(wanted, element)
                             << ", found " << asTensor(weightType);
  return success();
}

/// The scalars that a body sees for `operands`, plus `leading` first.
static LogicalResult verifyScalarBody(Operation *op, Block &body, Type leading, ValueRange operands,
                                      Type yielded) {
  SmallVector<Type> wanted{leading};
  for (Value operand : operands)
    wanted.push_back(cast<ShapedType>(operand.getType()).getElementType());
  if (body.getNumArguments() != wanted.size())
    return op->emitOpError() << "body: wanted " << wanted.size() << " arguments, found "
                             << body.getNumArguments();
  for (auto [index, want, type] : llvm::enumerate(wanted, body.getArgumentTypes()))
    if (want != type)
      return op->emitOpError() << "body argument " << index << ": wanted " << want << ", found "
                               << type;
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getValue().getType() != yielded)
    return op->emitOpError() << "body: wanted it to yield " << yielded;
  return success();
}

/// Operands of a map are whole activations or one value a column.
static LogicalResult verifyMapOperands(Operation *op, ShapedType x, ValueRange operands) {
  for (auto [index, operand] : llvm::enumerate(operands)) {
    auto type = cast<ShapedType>(operand.getType());
    bool fits = (type.getRank() == 1 || type.getRank() == 2) &&
                sizesFit(type.getShape().back(), x.getDimSize(1)) &&
                (type.getRank() == 1 || sizesFit(type.getDimSize(0), x.getDimSize(0)));
    if (!fits)
      return op->emitOpError() << "operand " << index << ": wanted the shape of " << asTensor(x)
                               << " or its columns, found " << asTensor(type);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// StageOp
//===----------------------------------------------------------------------===//

LogicalResult StageOp::verify() {
  if (failed(verifyStage(*this, getPattern(), getOrder(), getPacking(), getXDigitsAttr(),
                         getTransform(), getX().getType(), getWeight().getType(),
                         getY().getType())))
    return failure();
  Type xElement = getX().getType().getElementType();
  Type weightElement = cast<ShapedType>(getWeight().getType()).getElementType();
  if (xElement != weightElement) // (C5)
    return emitOpError() << "element type of the weight: wanted " << xElement << ", found "
                         << weightElement;
  if (xElement.isInteger(32))
    return emitOpError() << "element type of x: wanted i8 or floating-point, found i32";
  Type yElement = getY().getType().getElementType();
  if (isa<ComplexType>(xElement) || isa<ComplexType>(yElement)) // (C6)
    return xElement == yElement ? success()
                                : emitOpError() << "element type of y: wanted " << xElement
                                                << ", found " << yElement;
  if (xElement.isInteger() ? !yElement.isInteger(32) : yElement.isInteger()) // (C6)
    return emitOpError() << "element type of y: wanted "
                         << (xElement.isInteger() ? "i32" : "floating-point") << ", found "
                         << yElement;
  return success();
}

//===----------------------------------------------------------------------===//
// MapOp
//===----------------------------------------------------------------------===//

LogicalResult MapOp::verifyRegions() {
  auto x = cast<ShapedType>(getX().getType()), y = cast<ShapedType>(getY().getType());
  if (failed(verifyMapOperands(*this, x, getExtras()))) // (C1)
    return failure();
  if (x.getShape() != y.getShape()) // (C2)
    return emitOpError() << "result: wanted the shape of " << x << ", found " << y;
  return verifyScalarBody(*this, getBody().front(), x.getElementType(), // (C3)
                          getExtras(), y.getElementType());
}

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

LogicalResult KernelOp::verify() {
  if (getInits().size() != 1)
    return emitOpError() << "wanted one init, found " << getInits().size();
  if (getInputs().empty())
    return emitOpError() << "wanted activations as the first input, found no input";
  bool onTensors = isa<RankedTensorType>(getInit().getType());
  for (Value input : getInputs())
    if (isa<RankedTensorType>(input.getType()) != onTensors) // (C4)
      return emitOpError() << "wanted inputs and init to be all tensors or all memrefs";
  if (onTensors != static_cast<bool>(getResult()))
    return emitOpError() << (onTensors ? "wanted a result on tensors, found none"
                                       : "wanted no result on memrefs, found one");
  return success();
}

LogicalResult KernelOp::verifyRegions() {
  Block &body = getBody().front();
  if (body.getNumArguments() != getInputs().size()) // (C1)
    return emitOpError() << "body: wanted " << getInputs().size() << " arguments, found "
                         << body.getNumArguments();
  for (auto [index, input, type] : llvm::enumerate(getInputs(), body.getArgumentTypes()))
    if (asTensor(input.getType()) != type)
      return emitOpError() << "body argument " << index << ": wanted " << asTensor(input.getType())
                           << ", found " << type;
  for (Operation &op : body)
    if (!isa<StageOp, MapOp, PermuteOp, YieldOp>(op)) // (C2)
      return emitOpError() << "body: wanted only chain.stage, chain.map, chain.permute and "
                              "chain.yield, found "
                           << op.getName();
  for (PermuteOp permute : body.getOps<PermuteOp>())
    for (OpOperand &use : permute.getY().getUses())
      if (!isa<StageOp>(use.getOwner()) || use.getOperandNumber() != 0)
        return permute.emitOpError() << "wanted a stage that reads it as activations, found "
                                     << use.getOwner()->getName();
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getValue().getType() != asTensor(getInit().getType())) // (C3)
    return emitOpError() << "body: wanted it to yield " << asTensor(getInit().getType());
  return success();
}

/// On memrefs: reads every input, writes the init.
static void
addBufferEffects(Operation *op, MutableOperandRange inits,
                 SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool isInit = llvm::is_contained(OperandRange(inits), operand.get());
    if (isInit)
      effects.emplace_back(MemoryEffects::Write::get(), &operand,
                           SideEffects::DefaultResource::get());
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand,
                           SideEffects::DefaultResource::get());
  }
}

void KernelOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, getInitsMutable(), effects);
}

//===----------------------------------------------------------------------===//
// ContractOp
//===----------------------------------------------------------------------===//

std::optional<SmallVector<PackedDigit>> ContractOp::getColumnDigits() {
  StagePattern pattern = getPattern();
  auto digits = getXDigits();
  auto permutation =
      digits ? digits->getPermutation() : DigitPermutation::identity(pattern.inSize());
  return permutation ? columnDigits(pattern, *permutation) : std::nullopt;
}

static LogicalResult verifyColumns(ContractOp op) { // (C4)
  if (!op.getXDigits())
    return success();
  StagePattern pattern = op.getPattern();
  auto digits = op.getColumnDigits();
  if (!digits)
    return op.emitOpError() << "x_digits: wanted a permutation of the digits of (" << pattern.a
                            << ", " << pattern.c << ", " << pattern.d << "), found "
                            << *op.getXDigits();
  PackingAttr packing = op.getPacking();
  PackedDigit fastest = digits->back();
  bool endsWithD = fastest.dim == 'd' && fastest.extent % packing.getLanes() == 0;
  bool fits =
      packing.getKind() == chain::PackingKind::panel_b ||
      (packing.getKind() == chain::PackingKind::panel_d && endsWithD) ||
      (packing.getKind() == chain::PackingKind::vnni && fastest == PackedDigit{'c', pattern.c, 1});
  if (!fits)
    return op.emitOpError() << "x_digits: wanted packing panel_b, panel_d and vectors of d "
                               "fastest, or vnni and all of c fastest, found "
                            << packing << " and " << *op.getXDigits();
  return success();
}

static LogicalResult verifyResultColumns(ContractOp op) { // (C5)
  if (!op.getYDigits())
    return success();
  StagePattern pattern = op.getPattern();
  PackingAttr packing = op.getPacking();
  DigitsAttr digits = *op.getYDigits();
  auto permutation = digits.getPermutation();
  bool staysFastest = permutation && permutation->size() == pattern.outSize() &&
                      permutation->order().back() + 1 == permutation->order().size() &&
                      permutation->sizes().back() % packing.getLanes() == 0;
  bool isWhole =
      packing.getKind() == chain::PackingKind::panel_b
          ? pattern.d == 1 && pattern.b % (packing.getLanes() * packing.getPanel()) == 0
          : packing.getKind() == chain::PackingKind::panel_d && pattern.d % packing.getLanes() == 0;
  if (!staysFastest || !isWhole)
    return op.emitOpError() << "y_digits: wanted whole vectors that stay together, found " << digits
                            << " for " << packing;
  return success();
}

LogicalResult ContractOp::verify() {
  if (getInits().size() != 1)
    return emitOpError() << "wanted one init, found " << getInits().size();
  if (getBlockRows() < 1) // (C3)
    return emitOpError() << "wanted block_rows >= 1, found " << getBlockRows();
  if (failed(verifyStage(*this, getPattern(), getOrder(), getPacking(), // (C1), (C7)
                         DigitsAttr(), getTransform(), getX().getType(), getWeight().getType(),
                         getInit().getType())))
    return failure();
  Type xElement = cast<ShapedType>(getX().getType()).getElementType();
  Type weightElement = cast<ShapedType>(getWeight().getType()).getElementType();
  bool areBytes = xElement.isInteger(8) && weightElement.isInteger(8);
  bool areComplex = isa<ComplexType>(xElement) && xElement == weightElement;
  if (!areBytes && !areComplex &&
      !(isa<FloatType>(xElement) && isa<FloatType>(weightElement))) // (C6)
    return emitOpError() << "element types of x and the weight: wanted i8, floating-point or one "
                            "complex type, found "
                         << xElement << " and " << weightElement;
  if (failed(verifyColumns(*this)) || failed(verifyResultColumns(*this)))
    return failure();
  return verifyMapOperands(*this, cast<ShapedType>(getInit().getType()), getExtras());
}

LogicalResult ContractOp::verifyRegions() {
  Type element = cast<ShapedType>(getX().getType()).getElementType();
  return verifyScalarBody(*this, getBody().front(), getAccumulatorType(element), // (C2)
                          getExtras(), cast<ShapedType>(getInit().getType()).getElementType());
}

void ContractOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, getInitsMutable(), effects);
}

//===----------------------------------------------------------------------===//
// RealViewOp
//===----------------------------------------------------------------------===//

/// Twice a number that may be known at run time only.
static int64_t doubled(int64_t number) {
  return ShapedType::isDynamic(number) ? number : 2 * number;
}

MemRefType RealViewOp::inferType(MemRefType source) {
  auto complex = dyn_cast<ComplexType>(source.getElementType());
  int64_t offset = 0;
  SmallVector<int64_t> strides;
  if (!complex || source.getRank() == 0 || failed(source.getStridesAndOffset(strides, offset)) ||
      strides.back() != 1)
    return MemRefType();
  SmallVector<int64_t> shape(source.getShape());
  shape.back() = doubled(shape.back());
  if (source.getLayout().isIdentity())
    return MemRefType::get(shape, complex.getElementType(), AffineMap(), source.getMemorySpace());
  for (int64_t &stride : MutableArrayRef<int64_t>(strides).drop_back())
    stride = doubled(stride);
  auto layout = StridedLayoutAttr::get(source.getContext(), doubled(offset), strides);
  return MemRefType::get(shape, complex.getElementType(), layout, source.getMemorySpace());
}

void RealViewOp::build(OpBuilder &builder, OperationState &state, Value source) {
  build(builder, state, inferType(cast<MemRefType>(source.getType())), source);
}

LogicalResult RealViewOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  MemRefType wanted = inferType(source);
  if (!wanted) // (C1)
    return emitOpError() << "source: wanted complex numbers next to each other in the last "
                            "dimension, found "
                         << source;
  if (getResult().getType() != wanted) // (C2)
    return emitOpError() << "result: wanted " << wanted << ", found " << getResult().getType();
  return success();
}
