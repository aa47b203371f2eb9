//===- ContractVectorizer.h - The loops of one contract -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds the loop nest that danaus-vectorize-kernels makes of a chain.contract.
// The loops are in VectorizeKernels.cpp, what they
// read and write is in ContractAccess.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_LIB_TRANSFORMS_CONTRACTVECTORIZER_H
#define DANAUS_LIB_TRANSFORMS_CONTRACTVECTORIZER_H

#include "dialects/Chain/ChainOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir {
class IRMapping;
} // namespace mlir

namespace danaus {

struct TransformStep;

/// Builds the loops of one contract on memrefs, in front of it. Requires packing
/// panel_b or panel_d and a body that is element-wise.
class ContractVectorizer {
public:
  explicit ContractVectorizer(chain::ContractOp op);
  virtual ~ContractVectorizer() = default;

  void run();

protected:
  /// For other loops over the same outputs: `pattern` is theirs.
  ContractVectorizer(chain::ContractOp op, const StagePattern &pattern, bool alongD, int64_t width);

  using Value = mlir::Value;
  using Type = mlir::Type;
  using BlockBody = llvm::function_ref<void(Value row, int64_t count)>;

  // Loops and indices.
  Value index(int64_t value);
  Value add(Value value, int64_t offset);
  Value floorDiv(Value value, int64_t divisor);
  void loop(int64_t extent, int64_t step, llvm::function_ref<void(Value)> body);
  void rowLoops(BlockBody body);
  void rowLoop(Value from, Value to, int64_t step, BlockBody body);
  void runAlongB();
  void runAlongD();
  bool keepsPanel() const;
  /// Values of b in one panel of weights.
  int64_t panelOfB() const { return packing.panel * (alongD ? perVector : packing.lanes); }

  // The register block.
  virtual void microKernel(Value row, int64_t count, Value start);
  Value sumDigits(Value row, int64_t count, Value start, llvm::ArrayRef<PackedDigit> digits,
                  llvm::SmallVector<Value> &c, Value sum);
  Value carry(int64_t extent, int64_t step, Value sum,
              llvm::function_ref<Value(Value, Value)> next);
  Value join(mlir::ValueRange c);
  Value contract(Value left, Value right, Value sum);
  using Loops = llvm::ArrayRef<unsigned>;
  Value contraction(std::pair<Value, Loops> left, std::pair<Value, Loops> right,
                    std::pair<Value, Loops> sum, unsigned numLoops);

  // Activations.
  Value parts(Value matrix);
  mlir::VectorType vectorOf(llvm::ArrayRef<int64_t> shape, Type element);
  Value extend(Value vector);
  Value read(Value source, mlir::ValueRange indices, llvm::ArrayRef<int64_t> shape,
             mlir::AffineMap map, llvm::ArrayRef<bool> inBounds);
  /// Whether the views of columns have a dimension D: without one, neighbors
  /// along b are neighbors in the last dimension, as vector loads want them.
  bool viewHasD() const { return pattern.d > 1; }
  Value splitColumns(Value matrix, int64_t extent);
  Value splitColumns(Value matrix, llvm::ArrayRef<int64_t> digits);
  Value splitOutput(Value matrix);
  llvm::SmallVector<PackedDigit> digitsOfC() const;
  Value readX(Value row, int64_t count, Value c);
  llvm::SmallVector<Value> permutedIndices(Value row, mlir::ValueRange c);
  Value readPermutedX(Value row, int64_t count, mlir::ValueRange c);
  void prefetchX(Value row, int64_t count, mlir::ValueRange c);
  Value repeatX(mlir::ValueRange indices, int64_t count);
  bool copiesX() const;
  Value allocateScratch(llvm::ArrayRef<int64_t> shape, Type element);
  virtual Value allocateXBlock();
  virtual void copyX(Value row, int64_t count);

  // Weights.
  virtual Value viewWeight();
  Value splitPanels(Value packed, int64_t inVector);
  llvm::SmallVector<Value> panelIndices(Value start);
  Value readWeight(Value start, Value c);
  Value repeatWeight(Value vector);

  // Epilogue and stores.
  void store(Value sums, Value row, int64_t count, Value start);
  void storeGuarded(Value vector, Value row, Value indexB);
  void storeVector(Value vector, Value row, Value indexB);
  /// Whether the lanes of the output are neighbors in memory.
  bool isContiguous() const { return alongD || pattern.d == 1; }
  Value firstColumn(Value indexB);
  Value laneOffsets();
  Value laneMask(Value indexB);
  llvm::SmallVector<Value> viewIndices(mlir::MemRefType type, Value row, Value indexB,
                                       mlir::AffineMap &map);
  bool lanesInBounds() const;
  Value readColumns(Value source, Value row, Value indexB);
  void writeColumns(Value vector, Value row, Value indexB);
  void writePermuted(Value vector, Value row, Value indexB);
  void writeOneByOne(Value vector, Value row, Value indexB);
  bool hasLoneLane(Type element) const;
  void writeWithLoneLane(Value vector, Value view, llvm::ArrayRef<Value> indices,
                         mlir::AffineMap map);
  Value vectorizeBody(llvm::ArrayRef<Value> operands);
  virtual Value vectorizeScalar(mlir::Operation &scalar, const mlir::IRMapping &mapping);
  Value broadcast(Value scalar);

  chain::ContractOp op;
  mlir::ImplicitLocOpBuilder b;
  StagePattern pattern;
  Packing packing;
  Type accumulator;
  bool alongD;
  int64_t perVector;                      ///< values of b in one vector along d
  int64_t width;                          ///< columns of a panel; along d, of one vector
  int64_t lanes;                          ///< of one stored vector
  int64_t blockRows;                      ///< rows of a register block
  int64_t partsPerNumber = 1;             ///< lanes that one output takes: 2 where it is complex
  llvm::SmallVector<PackedDigit> columns; ///< of x, under x_digits; else none
  int64_t unrollC = 1;                    ///< values of c in one step of the innermost loop
  Value x, xBlock, weight, rows, indexA, indexD;
  Value outLanes; ///< a vector of small integers, to be read one by one
};

/// Builds the loops of a contract of i8 with two values of c a lane; see
/// ContractPairs.cpp. What becomes of the sums is as above.
class ContractPairs : public ContractVectorizer {
public:
  explicit ContractPairs(chain::ContractOp op);

private:
  Value allocateXBlock() override;
  void copyX(Value row, int64_t count) override;
  Value viewWeight() override;
  void microKernel(Value row, int64_t count, Value start) override;

  Value flatBlock();
  void copyVectors(Value from, Value r);
  void copyValues(Value from, Value r);
  void copyAlongD(Value from, Value r);
  Value readLanes(Value row, Value c);
  Value readPairsOfWeight(Value start, Value pair);
  Value readPairsOfX(int64_t count, Value pair);
  Value contractPairs(Value left, Value right, Value sum);

  int64_t numPairs; ///< along c, the last one perhaps half empty
};

/// Builds the loops of a contract of complex numbers; see ContractComplex.cpp. In
/// `pattern` the dimension that lanes run along, b or d, counts parts.
class ContractComplex : protected ContractVectorizer {
public:
  /// Requires that `checkDigits` finds nothing.
  explicit ContractComplex(chain::ContractOp op);

  void run();

  /// What the loops cannot do with x_digits, or "".
  static std::string checkDigits(chain::ContractOp op);

protected:
  void viewDigits(bool joinsParts = false);
  void forEachBlock(size_t digit, llvm::function_ref<void()> body);
  void runOverDigits();

  Value viewWeight() override;
  Value readParts(Value row, int64_t count, Value c);
  Value readPanel(Value start, Value c);
  Value readWeightParts(Value start, Value c);
  Value repeatValues(Value vector);

  void microKernel(Value row, int64_t count, Value start) override;
  Value multiplyAdd(Value row, int64_t count, Value start, Value c, Value sum);
  Value joinParts(Value sums, llvm::SmallVector<int64_t> position);

  Value shufflePairs(Value vector, int64_t even, int64_t odd);
  Value swapParts(Value vector) { return shufflePairs(vector, 1, 0); }
  Value alternating(double even, double odd);
  Value multiply(Value left, Value right);
  Value interleave(Value even, Value odd);
  Value vectorizeComplex(mlir::Operation &op, const mlir::IRMapping &mapping);
  Value vectorizeScalar(mlir::Operation &scalar, const mlir::IRMapping &mapping) override;

  bool sharesD;                          ///< whether the weight does
  llvm::SmallVector<PackedDigit> digits; ///< of x's columns, as they lie in memory
  llvm::SmallVector<Value> xIndices;     ///< of each, where the loops are; none for C
  int64_t lastStep = 1;                  ///< of the loop over the last of them
};

/// Builds the loops of a contract with a transform, of real or complex numbers;
/// see ContractTransform.cpp.
class ContractTransform : ContractComplex {
public:
  /// Requires that `check` finds nothing.
  explicit ContractTransform(chain::ContractOp op);

  void run();

  /// What the loops cannot do, or "".
  static std::string check(chain::ContractOp op);

private:
  void runAlongD();
  void runAcross();
  llvm::SmallVector<Value> transform(llvm::function_ref<Value(int64_t)> input);
  Value readInput(Value row, int64_t c);
  Value readAcross(Value row, int64_t c);
  void storeAcross(llvm::ArrayRef<Value> outputs, Value row);
  void transposeNumbers(llvm::MutableArrayRef<Value> vectors);
  Value readTwiddle(int64_t c, int64_t r);
  Value vectorizeStep(const TransformStep &step, llvm::ArrayRef<Value> values);
  Value splat(double value) { return alternating(value, value); }
};

/// Builds the loops of a contract with packing vnni, on matrix tiles (AMX); see
/// ContractAmx.cpp. What becomes of the sums is as above, on vectors of f32 or i32.
class ContractAmx : ContractVectorizer {
public:
  /// Tiles hold `depthBytes` of c, which divide all of it.
  ContractAmx(chain::ContractOp op, int64_t depthBytes);

  void run();

private:
  using RowBody = llvm::function_ref<void(Value x, Value xRow, Value row, Value count)>;

  static StagePattern outputPattern(chain::ContractOp op);

  Value viewTiles();
  void rowBlocks(RowBody body);
  void copyTail(Value row, Value count);
  Value multiply(Value x, Value w, Value sums);
  mlir::AffineMap lastDimension();

  Value firstOfX(Value number);
  Value tailColumn(Value number);
  llvm::SmallVector<Value> weightIndices(Value number, Value start, int64_t tile, Value step);
  void sumTiles(Value x, Value xRow, Value number, Value slot, Value start, int64_t panel);
  void blockAlongB(Value x, Value xRow, Value row, Value count, Value start, int64_t panel);
  void blockAlongD(Value x, Value xRow, Value row, Value count, Value start);

  bool storesBytes();
  void turnExtras(Value start);
  void storeBytes(Value r, Value yRow, Value start);
  Value joinBytes(Value r, int64_t first);

  StagePattern real;               ///< of the stage; `pattern` is that of its outputs in memory
  int64_t depth;                   ///< values of c in one tile
  llvm::SmallVector<Value> turned; ///< operands of the body, 16 x 16 at a time: (D, b)
  Value scratch;                   ///< sums: (block along d, row, b)
  Value tail;                      ///< fewer than 32 rows of x, copied: (row, column)
};

} // namespace danaus

#endif // DANAUS_LIB_TRANSFORMS_CONTRACTVECTORIZER_H
