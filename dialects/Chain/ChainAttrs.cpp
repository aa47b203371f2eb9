//===- ChainAttrs.cpp - Attributes of the chain dialect -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Chain/ChainAttrs.h"
#include "dialects/Chain/ChainDialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace danaus::chain;

#include "dialects/Chain/ChainEnums.cpp.inc"

//===----------------------------------------------------------------------===//
// Lists in brackets: cuts = [1, 2], axes = [b, d]
//===----------------------------------------------------------------------===//

template <typename T>
static ParseResult parseBracketed(AsmParser &parser, SmallVectorImpl<T> &values) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
    FailureOr<T> value = FieldParser<T>::parse(parser);
    if (failed(value))
      return failure();
    values.push_back(*value);
    return success();
  });
}

template <typename T> static void printBracketed(AsmPrinter &printer, ArrayRef<T> values) {
  printer << '[';
  llvm::interleaveComma(values, printer.getStream(), [&](T value) { printer << value; });
  printer << ']';
}

static ParseResult parseIntegerList(AsmParser &parser, SmallVector<int64_t> &values) {
  return parseBracketed(parser, values);
}
static void printIntegerList(AsmPrinter &printer, ArrayRef<int64_t> values) {
  printBracketed(printer, values);
}

static ParseResult parseAxisList(AsmParser &parser, SmallVector<Axis> &values) {
  return parseBracketed(parser, values);
}
static void printAxisList(AsmPrinter &printer, ArrayRef<Axis> values) {
  printBracketed(printer, values);
}

#define GET_ATTRDEF_CLASSES
#include "dialects/Chain/ChainAttrs.cpp.inc"

void ChainDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Chain/ChainAttrs.cpp.inc"
      >();
}

DigitsAttr DigitsAttr::get(MLIRContext *context, const danaus::DigitPermutation &permutation) {
  SmallVector<int64_t> order(permutation.order());
  return get(context, permutation.sizes(), order);
}

std::optional<danaus::DigitPermutation> DigitsAttr::getPermutation() const {
  return danaus::DigitPermutation::fromNumbers(getSizes(), getOrder());
}

//===----------------------------------------------------------------------===//
// Plain structs
//===----------------------------------------------------------------------===//

danaus::Schedule danaus::chain::toPlain(ScheduleAttr schedule) {
  danaus::Schedule plain;
  plain.unit = static_cast<danaus::ScheduleUnit>(schedule.getUnit());
  plain.rows = schedule.getRows();
  plain.cuts = llvm::to_vector(schedule.getCuts());
  plain.axes = llvm::map_to_vector(schedule.getAxes(),
                                   [](Axis axis) { return static_cast<danaus::LaneAxis>(axis); });
  plain.blockRows = schedule.getBlockRows();
  plain.panel = schedule.getPanel();
  plain.warps = schedule.getWarps();
  plain.depth = schedule.getDepth();
  plain.placement = static_cast<danaus::WeightPlacement>(schedule.getPlacement());
  plain.ring = schedule.getRing();
  plain.outputs = schedule.getOutputs();
  plain.steps = schedule.getSteps();
  plain.inPlace = schedule.getInPlace();
  plain.cluster = schedule.getCluster();
  plain.library = schedule.getLibrary();
  return plain;
}

ScheduleAttr danaus::chain::toAttr(MLIRContext *context, const danaus::Schedule &schedule) {
  SmallVector<Axis> axes = llvm::map_to_vector(
      schedule.axes, [](danaus::LaneAxis axis) { return static_cast<Axis>(axis); });
  return ScheduleAttr::get(context, static_cast<Unit>(schedule.unit), schedule.rows, schedule.cuts,
                           axes, schedule.blockRows, schedule.panel, schedule.warps, schedule.depth,
                           static_cast<Placement>(schedule.placement), schedule.ring,
                           schedule.outputs, schedule.steps, schedule.inPlace, schedule.cluster,
                           schedule.library);
}

danaus::Packing danaus::chain::toPlain(PackingAttr packing) {
  return {static_cast<danaus::PackingKind>(packing.getKind()),
          packing.getLanes(),
          packing.getPanel(),
          packing.getGroup(),
          packing.getDigit(),
          packing.getPerLane()};
}

PackingAttr danaus::chain::toAttr(MLIRContext *context, const danaus::Packing &packing) {
  return PackingAttr::get(context, static_cast<PackingKind>(packing.kind), packing.lanes,
                          packing.panel, packing.group, packing.digit, packing.perLane);
}
