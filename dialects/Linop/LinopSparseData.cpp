//===- LinopSparseData.cpp - Indices of sparse matrices -------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Random indices that are valid, and the first one of a user's that is not.
//
//===----------------------------------------------------------------------===//

#include "dialects/Linop/LinopAttrs.h"
#include "llvm/ADT/Twine.h"
#include <random>

using namespace mlir;
using namespace danaus;
using namespace danaus::linop;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// csr and bsr
//===----------------------------------------------------------------------===//

/// `count` places of a grid in row-major order, drawn without repetition where the
/// grid has that many: each place is taken with the share of those still wanted.
static SmallVector<int64_t> samplePlaces(int64_t places, int64_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  SmallVector<int64_t> chosen;
  for (int64_t i = 0; count > places && i < count; ++i)
    chosen.push_back(int64_t(double(i) * places / count));
  for (int64_t place = 0; count <= places && place < places; ++place)
    if (int64_t(random() % (places - place)) < count - int64_t(chosen.size()))
      chosen.push_back(place);
  return chosen;
}

/// Rows, columns and values of `grid[0]` x `grid[1]` blocks; a number left to run
/// time is a quarter of all.
static void sampleBlocks(std::array<int64_t, 2> grid, int64_t blockColumns, uint64_t seed,
                         MutableArrayRef<ParameterSample> samples) {
  int64_t &count = samples[1].shape[0];
  if (ShapedType::isDynamic(count))
    count = (grid[0] * grid[1] + 3) / 4;
  samples[2].shape[0] = count;
  samples[0].values.assign(grid[0] + 1, 0);
  for (int64_t place : samplePlaces(grid[0] * grid[1], count, seed)) {
    samples[0].values[place / grid[1] + 1] += 1;
    samples[1].values.push_back(place % grid[1]);
  }
  for (int64_t row = 0; row < grid[0]; ++row)
    samples[0].values[row + 1] += samples[0].values[row];
  samples[2].scale = 1 / std::sqrt(std::max(double(count) / grid[0] * blockColumns, 1.0));
}

/// "crow_indices[3]: wanted at least 5, found 4"
static ParameterError wrongElement(unsigned parameter, const Twine &name, int64_t index,
                                   const Twine &wanted, double found) {
  return {parameter,
          (name + "[" + Twine(index) + "]: wanted " + wanted + ", found " + Twine(int64_t(found)))
              .str()};
}

/// What is wrong with crow_indices and col_indices for blocks of `blockSize` values
/// in a grid with `columns` block columns.
static std::optional<ParameterError> verifyBlocks(ArrayRef<ArrayRef<double>> parameters,
                                                  int64_t columns, int64_t blockSize) {
  ArrayRef<double> pointers = parameters[0], places = parameters[1];
  if (pointers.front() != 0)
    return wrongElement(0, "crow_indices", 0, "0", pointers.front());
  for (size_t row = 1; row < pointers.size(); ++row)
    if (pointers[row] < pointers[row - 1])
      return wrongElement(0, "crow_indices", row, "at least " + Twine(int64_t(pointers[row - 1])),
                          pointers[row]);
  if (pointers.back() != double(places.size()))
    return wrongElement(0, "crow_indices", pointers.size() - 1,
                        "the number of col_indices " + Twine(places.size()), pointers.back());
  for (auto [e, place] : llvm::enumerate(places))
    if (!(place >= 0 && place < double(columns)))
      return wrongElement(1, "col_indices", e, "0 <= index < " + Twine(columns), place);
  if (parameters[2].size() != places.size() * blockSize)
    return ParameterError{2, ("values: wanted one for each of " + Twine(places.size()) +
                              " col_indices, found " + Twine(parameters[2].size() / blockSize))
                                 .str()};
  return std::nullopt;
}

/// Doubles of one element.
static int64_t partsOf(RankedTensorType type) {
  return isa<ComplexType>(type.getElementType()) ? 2 : 1;
}

void CsrAttr::sampleParameters(RankedTensorType type, uint64_t seed,
                               MutableArrayRef<ParameterSample> samples) const {
  sampleBlocks({type.getDimSize(0), type.getDimSize(1)}, 1, seed, samples);
}

std::optional<ParameterError> CsrAttr::verifyData(RankedTensorType type,
                                                  ArrayRef<ArrayRef<double>> parameters) const {
  return verifyBlocks(parameters, type.getDimSize(1), partsOf(type));
}

void BsrAttr::sampleParameters(RankedTensorType type, uint64_t seed,
                               MutableArrayRef<ParameterSample> samples) const {
  int64_t bm = getBlock()[0], bk = getBlock()[1];
  sampleBlocks({type.getDimSize(0) / bm, type.getDimSize(1) / bk}, bk, seed, samples);
}

std::optional<ParameterError> BsrAttr::verifyData(RankedTensorType type,
                                                  ArrayRef<ArrayRef<double>> parameters) const {
  int64_t bm = getBlock()[0], bk = getBlock()[1];
  return verifyBlocks(parameters, type.getDimSize(1) / bk, bm * bk * partsOf(type));
}

//===----------------------------------------------------------------------===//
// n_m
//===----------------------------------------------------------------------===//

/// Where entry `s` of group `g` at `across` lies in the parameters.
static int64_t flatIndex(NmAttr attr, ArrayRef<int64_t> shape, int64_t across, int64_t g,
                         int64_t s) {
  int64_t along = g * attr.getN() + s;
  return attr.getAxis() == 1 ? across * shape[1] + along : along * shape[1] + across;
}

void NmAttr::sampleParameters(RankedTensorType, uint64_t seed,
                              MutableArrayRef<ParameterSample> samples) const {
  ArrayRef<int64_t> shape = samples[1].shape;
  std::vector<double> &positions = samples[1].values;
  positions.assign(shape[0] * shape[1], 0);
  int64_t group = 0;
  for (int64_t across = 0; across < shape[1 - getAxis()]; ++across)
    for (int64_t g = 0; g < shape[getAxis()] / getN(); ++g)
      for (auto [s, place] : llvm::enumerate(samplePlaces(getM(), getN(), seed + 7919 * group++)))
        positions[flatIndex(*this, shape, across, g, s)] = place;
  int64_t terms = getAxis() == 1 ? shape[1] : std::max<int64_t>(shape[1] * getN() / getM(), 1);
  samples[0].scale = 1 / std::sqrt(double(terms));
}

std::optional<ParameterError> NmAttr::verifyData(RankedTensorType type,
                                                 ArrayRef<ArrayRef<double>> parameters) const {
  SmallVector<int64_t> shape(getParameterTypes(type)[1].getShape());
  for (int64_t across = 0; across < shape[1 - getAxis()]; ++across)
    for (int64_t g = 0; g < shape[getAxis()] / getN(); ++g) {
      double least = 0;
      for (int64_t s = 0; s < getN(); ++s) {
        int64_t flat = flatIndex(*this, shape, across, g, s);
        double position = parameters[1][flat];
        if (!(position >= least && position < double(getM())))
          return ParameterError{1, ("positions[" + Twine(flat / shape[1]) + ", " +
                                    Twine(flat % shape[1]) + "]: wanted " + Twine(int64_t(least)) +
                                    " <= position < " + Twine(getM()) + ", found " +
                                    Twine(int64_t(position)))
                                       .str()};
        least = position + 1;
      }
    }
  return std::nullopt;
}
