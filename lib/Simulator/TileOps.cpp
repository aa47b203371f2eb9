//===- TileOps.cpp - Fragments of a warp -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A fragment is what each lane holds of it, word by word, as its type says. These
// functions know the layout once: `rowOf` and `columnOf` of an element of a lane.
//
//===----------------------------------------------------------------------===//

#include "dialects/Tile/TileOps.h"
#include "Machine.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace danaus;
using namespace danaus::sim;

static constexpr int64_t warpLanes = 32;

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

namespace {
/// Where lane 4 g + t has its elements.
struct Layout {
  tile::Role role;
  tile::Columns columns;
  int64_t perWord;   ///< elements
  int64_t exchanged; ///< with what t is exchanged in the odd columns of `split`

  explicit Layout(tile::FragmentType type)
      : role(type.getRole()), columns(type.getColumns()),
        perWord(type.getElementType().getIntOrFloatBitWidth() == 16 ? 2 : 1),
        exchanged(type.getElementType().isF64() ? 1 : 0) {}

  /// p(n) of the type's description.
  int64_t permuted(int64_t n) const {
    if (columns != tile::Columns::split)
      return n;
    return n % 2 == 0 ? n / 2 : 4 + (n / 2 ^ exchanged);
  }
  /// Along the contraction: words t, t + 4, of which element e is in word `word`.
  int64_t along(int64_t t, int64_t word, int64_t e) const {
    return (t + 4 * word) * perWord + e % perWord;
  }
  int64_t rowOf(int64_t lane, int64_t e) const {
    int64_t g = lane / 4, t = lane % 4, word = e / perWord;
    if (role == tile::Role::b)
      return along(t, word, e);
    // Words of `a`: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4).
    return role == tile::Role::a ? g + 8 * (word % 2) : g + 8 * (e / 2);
  }
  int64_t columnOf(int64_t lane, int64_t e) const {
    int64_t g = lane / 4, t = lane % 4, word = e / perWord;
    if (role == tile::Role::b)
      return permuted(g);
    return role == tile::Role::a ? along(t, word / 2, e) : permuted(2 * t + e % 2);
  }
};
} // namespace

/// Whether all lanes of a warp run; an error where some do and some do not.
static FailureOr<bool> runsWarp(Machine &machine, Operation *op, int64_t first) {
  int64_t last = first + warpLanes, active = 0;
  if (last > machine.lanes())
    return machine.fail(op, "wanted whole warps of 32 threads, found " + Twine(machine.lanes()));
  for (int64_t lane = first; lane < last; ++lane)
    active += machine.mask[lane];
  if (active != 0 && active != warpLanes)
    return machine.fail(op, "wanted all threads of warp " + Twine(first / warpLanes) + ", found " +
                                Twine(active));
  return active != 0;
}

LogicalResult sim::forEachWarp(Machine &machine, Operation *op,
                               llvm::function_ref<LogicalResult(int64_t first)> body) {
  for (int64_t first = 0; first < machine.lanes(); first += warpLanes) {
    FailureOr<bool> runs = runsWarp(machine, op, first);
    if (failed(runs) || (*runs && failed(body(first))))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Loads
//===----------------------------------------------------------------------===//

/// Whole words are read, from addresses that are multiples of them.
static LogicalResult readWord(Machine &machine, Operation *op, int64_t lane, const View &view,
                              Type element, int64_t index, MutableArrayRef<Word> words) {
  int64_t bytes = bytesOf(element);
  FailureOr<int64_t> first = machine.locate(op, lane, view, bytes, {index}, words.size());
  if (failed(first))
    return failure();
  if (*first % (bytes * words.size()) != 0)
    return machine.fail(op,
                        "misaligned access to byte " + Twine(*first) + " of " + view.memory->name +
                            ", wanted a multiple of " + Twine(bytes * words.size()),
                        lane);
  return machine.read(op, lane, view, element, {index}, words);
}

static LogicalResult runLoadA(Machine &machine, Operation *op) {
  auto load = cast<tile::LoadAOp>(op);
  tile::FragmentType type = load.getResult().getType();
  Layout layout(type);
  std::shared_ptr<const View> view = machine.get(load.getBuffer()).view;
  const LaneValue offset = machine.get(load.getOffset());
  LaneValue result(machine.lanes(), elementsOf(type));
  int64_t perRow = 16 / bytesOf(type.getElementType()); // what ldmatrix reads of a row at once
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    if (load.getAligned() && offset.at(first).i % perRow != 0)
      return machine.fail(op,
                          "misaligned offset " + Twine(offset.at(first).i) +
                              ", wanted a multiple of " + Twine(perRow),
                          first);
    for (int64_t lane = 0; lane < warpLanes; ++lane)
      for (int64_t e = 0; e < result.elements; e += layout.perWord) {
        int64_t index = offset.at(first + lane).i +
                        layout.rowOf(lane, e) * static_cast<int64_t>(load.getRowPitch()) +
                        layout.columnOf(lane, e);
        if (failed(readWord(machine, op, first + lane, *view, type.getElementType(), index,
                            {&result.at(first + lane, e), size_t(layout.perWord)})))
          return failure();
      }
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

/// Elements wherever the map says; with matrices, rows of 8 that begin at 16 bytes.
static LogicalResult runLoad(Machine &machine, Operation *op) {
  auto load = cast<tile::LoadOp>(op);
  auto type = cast<tile::FragmentType>(load.getResult().getType());
  Layout layout(type);
  std::shared_ptr<const View> view = machine.get(load.getBuffer()).view;
  const LaneValue offset = machine.get(load.getOffset());
  LaneValue result(machine.lanes(), elementsOf(type));
  AffineExpr place = load.getMap().getResult(0);
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    for (int64_t lane = 0; lane < warpLanes; ++lane)
      for (int64_t e = 0; e < result.elements; ++e) {
        int64_t row = layout.rowOf(lane, e), column = layout.columnOf(lane, e);
        int64_t start = offset.at(first + lane).i;
        int64_t inRow = load.getMatrices() ? column % 8 : 0;
        int64_t unit = start + evaluate(place, {row, column - inRow}, {});
        if (load.getMatrices() && unit % 8 != 0)
          return machine.fail(
              op, "misaligned row at element " + Twine(unit) + ", wanted a multiple of 8",
              first + lane);
        if (failed(readWord(machine, op, first + lane, *view, type.getElementType(), unit + inRow,
                            {&result.at(first + lane, e), 1})))
          return failure();
      }
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

/// The weight has the words of a lane side by side, and the lanes of a column.
static LogicalResult runLoadB(Machine &machine, Operation *op) {
  auto load = cast<tile::LoadBOp>(op);
  tile::FragmentType type = load.getResult().getType();
  Layout layout(type);
  const View &whole = *machine.get(load.getWeight()).view;
  int64_t count = 1;
  for (int64_t size : whole.sizes)
    count *= size;
  View flat = whole;
  flat.sizes = {count}, flat.strides = {1};
  SmallVector<LaneValue> indices;
  for (Value index : load.getIndices())
    indices.push_back(machine.get(index));
  LaneValue result(machine.lanes(), elementsOf(type));
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    for (int64_t lane = 0; lane < warpLanes; ++lane) {
      int64_t index = (layout.columnOf(lane, 0) * 4 + lane % 4) * result.elements;
      for (auto [dim, value] : llvm::enumerate(indices)) {
        int64_t at = value.at(first + lane).i;
        if (at < 0 || at >= whole.sizes[dim])
          return machine.fail(op,
                              "access out of bounds: index " + Twine(at) + " of dimension " +
                                  Twine(dim) + " of " + whole.memory->name + ", which has " +
                                  Twine(whole.sizes[dim]),
                              first + lane);
        index += at * whole.strides[dim];
      }
      if (failed(readWord(machine, op, first + lane, flat, type.getElementType(), index,
                          {&result.at(first + lane), size_t(result.elements)})))
        return failure();
    }
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static LogicalResult runZero(Machine &machine, Operation *op) {
  LaneValue result(1, elementsOf(op->getResult(0).getType()));
  for (Word &word : result.words)
    word = toWord(0.0);
  machine.set(op->getResult(0), std::move(result));
  return success();
}

/// What a warp holds, as a row-major matrix.
static SmallVector<double> gather(const LaneValue &value, tile::FragmentType type, int64_t first) {
  Layout layout(type);
  SmallVector<double> matrix(type.getRows() * type.getColumnCount());
  for (int64_t lane = 0; lane < warpLanes; ++lane)
    for (int64_t e = 0; e < value.elements; ++e)
      matrix[layout.rowOf(lane, e) * type.getColumnCount() + layout.columnOf(lane, e)] =
          value.at(first + lane, e).f;
  return matrix;
}

static void scatter(ArrayRef<double> matrix, tile::FragmentType type, int64_t first,
                    LaneValue &value) {
  Layout layout(type);
  for (int64_t lane = 0; lane < warpLanes; ++lane)
    for (int64_t e = 0; e < value.elements; ++e)
      value.at(first + lane, e) =
          toWord(matrix[layout.rowOf(lane, e) * type.getColumnCount() + layout.columnOf(lane, e)]);
}

static LogicalResult runTurn(Machine &machine, Operation *op) {
  auto turn = cast<tile::TurnOp>(op);
  tile::FragmentType from = turn.getFirst().getType(), to = turn.getResult().getType();
  LaneValue result(machine.lanes(), elementsOf(to));
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) {
    SmallVector<double> matrix;
    for (Value part : {turn.getFirst(), turn.getSecond()}) {
      SmallVector<double> columns = gather(machine.get(part), from, first);
      for (int64_t j = 0; j < from.getColumnCount(); ++j)
        for (int64_t i = 0; i < from.getRows(); ++i)
          matrix.push_back(columns[i * from.getColumnCount() + j]);
    }
    scatter(matrix, to, first, result);
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

/// Sums are rounded to their type once a product of fragments.
static LogicalResult runMma(Machine &machine, Operation *op) {
  auto mma = cast<tile::MmaOp>(op);
  tile::FragmentType left = mma.getA().getType(), right = mma.getB().getType(),
                     type = mma.getResult().getType();
  int64_t rows = left.getRows(), depth = left.getColumnCount(), columns = right.getColumnCount();
  LaneValue result(machine.lanes(), elementsOf(type));
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) {
    SmallVector<double> a = gather(machine.get(mma.getA()), left, first);
    SmallVector<double> b = gather(machine.get(mma.getB()), right, first);
    SmallVector<double> sums = gather(machine.get(mma.getAcc()), type, first);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t k = 0; k < depth; ++k)
        for (int64_t j = 0; j < columns; ++j)
          sums[i * columns + j] += a[i * depth + k] * b[k * columns + j];
    for (double &sum : sums)
      sum = roundTo(type.getElementType(), sum);
    scatter(sums, type, first, result);
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

//===----------------------------------------------------------------------===//
// Epilogues and stores
//===----------------------------------------------------------------------===//

/// Row and column of element `e` in every lane.
static std::pair<LaneValue, LaneValue> placesOf(Machine &machine, Type type, int64_t e) {
  LaneValue row(machine.lanes(), 1), column(machine.lanes(), 1);
  if (isa<tile::SumsType>(type)) {
    for (int64_t lane = 0; lane < machine.lanes(); ++lane)
      std::tie(row.at(lane).i, column.at(lane).i) = placeOfSum(lane % 128, e);
    return {std::move(row), std::move(column)};
  }
  Layout layout(cast<tile::FragmentType>(type));
  for (int64_t lane = 0; lane < machine.lanes(); ++lane) {
    row.at(lane).i = layout.rowOf(lane % warpLanes, e);
    column.at(lane).i = layout.columnOf(lane % warpLanes, e);
  }
  return {std::move(row), std::move(column)};
}

static LogicalResult runMap(Machine &machine, Operation *op) {
  auto map = cast<tile::MapOp>(op);
  Block &body = map.getBody().front();
  const LaneValue acc = machine.get(map.getAcc());
  LaneValue result(machine.lanes(), acc.elements);
  for (int64_t e = 0; e < acc.elements; ++e) {
    auto [row, column] = placesOf(machine, map.getAcc().getType(), e);
    LaneValue element(machine.lanes(), 1);
    for (int64_t lane = 0; lane < machine.lanes(); ++lane)
      element.at(lane) = acc.at(lane, e);
    machine.set(body.getArgument(0), std::move(element));
    machine.set(body.getArgument(1), std::move(row));
    machine.set(body.getArgument(2), std::move(column));
    if (failed(machine.run(body)))
      return failure();
    const LaneValue &value = machine.get(cast<tile::YieldOp>(body.back()).getValue());
    for (int64_t lane = 0; lane < machine.lanes(); ++lane)
      result.at(lane, e) = value.at(lane);
  }
  machine.set(op->getResult(0), std::move(result));
  return success();
}

/// One lane's part of a store: an element of each accumulator, or a pair of columns.
static LogicalResult storeElement(Machine &machine, tile::StoreOp store, int64_t lane, int64_t e) {
  auto type = cast<tile::FragmentType>(store.getAccs().front().getType());
  Layout layout(type);
  int64_t column = layout.columnOf(lane % warpLanes, e);
  if (Value limit = store.getLimit(); limit && column >= machine.get(limit).at(lane).i)
    return success();
  int64_t row = machine.get(store.getRow()).at(lane).i + layout.rowOf(lane % warpLanes, e);
  int64_t place =
      machine.get(store.getColumn()).at(lane).i + static_cast<int64_t>(store.getStep()) * column;
  int64_t offset = evaluate(store.getMap().getResult(0), {row, place}, {});
  if (Value start = store.getOffset())
    offset += machine.get(start).at(lane).i;
  SmallVector<Word> words;
  for (Value acc : store.getAccs())
    words.push_back(machine.get(acc).at(lane, e));
  if (store.getAdjacentColumns())
    words.push_back(machine.get(store.getAccs().front()).at(lane, e + 1));
  const View &view = *machine.get(store.getBuffer()).view;
  Type element = store.getBuffer().getType().getElementType();
  int64_t bytes = bytesOf(element);
  FailureOr<int64_t> first = machine.locate(store, lane, view, bytes, {offset}, words.size());
  if (failed(first))
    return failure();
  if (*first % (bytes * words.size()) != 0)
    return machine.fail(store,
                        "misaligned access to byte " + Twine(*first) + " of " + view.memory->name +
                            ", wanted a multiple of " + Twine(bytes * words.size()),
                        lane);
  return machine.write(store, lane, view, element, {offset}, words);
}

static LogicalResult runStore(Machine &machine, Operation *op) {
  auto store = cast<tile::StoreOp>(op);
  int64_t elements = elementsOf(store.getAccs().front().getType());
  return forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    for (int64_t e = 0; e < elements; e += store.getAdjacentColumns() ? 2 : 1)
      for (int64_t lane = first; lane < first + warpLanes; ++lane)
        if (failed(storeElement(machine, store, lane, e)))
          return failure();
    return success();
  });
}

/// Columns of both side by side, rounded.
static LogicalResult runJoin(Machine &machine, Operation *op) {
  auto join = cast<tile::JoinOp>(op);
  tile::FragmentType from = join.getFirst().getType(), to = join.getResult().getType();
  int64_t columns = from.getColumnCount();
  LaneValue result(machine.lanes(), elementsOf(to));
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) {
    SmallVector<double> left = gather(machine.get(join.getFirst()), from, first);
    SmallVector<double> right = gather(machine.get(join.getSecond()), from, first), matrix;
    for (int64_t i = 0; i < to.getRows(); ++i)
      for (ArrayRef<double> part : {ArrayRef(left), ArrayRef(right)})
        for (double value : part.slice(i * columns, columns))
          matrix.push_back(roundTo(to.getElementType(), value));
    scatter(matrix, to, first, result);
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

static LogicalResult runCollect(Machine &machine, Operation *op) {
  auto collect = cast<tile::CollectOp>(op);
  const LaneValue offset = machine.get(collect.getOffset());
  const View view = *machine.get(collect.getBuffer()).view;
  Type f32 = collect.getBuffer().getType().getElementType();
  LaneValue result(machine.lanes(), elementsOf(collect.getResult().getType()));
  LogicalResult status = forEachWarp(machine, op, [&](int64_t first) -> LogicalResult {
    for (int64_t lane = first; lane < first + warpLanes; ++lane) {
      SmallVector<Word> words(result.elements);
      for (uint64_t part = 0; part < collect.getCount(); ++part) {
        int64_t index = offset.at(lane).i + static_cast<int64_t>(part * collect.getStride()) +
                        lane % warpLanes * result.elements;
        if (failed(machine.read(op, lane, view, f32, {index}, words)))
          return failure();
        for (auto [e, word] : llvm::enumerate(words))
          result.at(lane, e) =
              toWord(part == 0 ? word.f : static_cast<float>(result.at(lane, e).f + word.f));
      }
    }
    return success();
  });
  machine.set(op->getResult(0), std::move(result));
  return status;
}

/// The lanes of each warp that runs meet: what they did before comes before what any
/// of them does after.
static LogicalResult runSyncWarp(Machine &machine, Operation *op) {
  machine.warpTimes.resize(machine.lanes() / warpLanes);
  return forEachWarp(machine, op, [&](int64_t first) {
    ++machine.warpTimes[first / warpLanes];
    return success();
  });
}

void danaus::sim::addTileOps(HandlerTable &table) {
  table[TypeID::get<NVVM::SyncWarpOp>()] = runSyncWarp;
  table[TypeID::get<tile::LoadOp>()] = runLoad;
  table[TypeID::get<tile::TurnOp>()] = runTurn;
  table[TypeID::get<tile::JoinOp>()] = runJoin;
  table[TypeID::get<tile::CollectOp>()] = runCollect;
  table[TypeID::get<tile::LoadAOp>()] = runLoadA;
  table[TypeID::get<tile::LoadBOp>()] = runLoadB;
  table[TypeID::get<tile::ZeroOp>()] = runZero;
  table[TypeID::get<tile::MmaOp>()] = runMma;
  table[TypeID::get<tile::MapOp>()] = runMap;
  table[TypeID::get<tile::StoreOp>()] = runStore;
}
