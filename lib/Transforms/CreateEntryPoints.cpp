//===- CreateEntryPoints.cpp - What a compiled function exports -----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For a function `f` whose memory all comes from the caller, five C functions,
// as danaus/Runtime/Cpu.h describes them:
//
//   int64_t f_packed_bytes(void)
//   int     f_pack(const void *const *params, void *packed, void *stream)
//   int64_t f_workspace_bytes(int64_t rows)
//   int     f_run(const void *packed, x0, ldx0, ..., y0, ldy0, ...,
//                 int64_t rows, void *workspace, void *stream)
//   const DanausFunction *f_info(void)
//
// and f_call, which is f_run with pointers and strides in two arrays.
// On a GPU the checks are those of danaus/Runtime/Cuda.h, which also choose the context and
// the stream, and danausCudaEnd gives both back. They hand their arguments to the checks of the
// runtime library together with the table that f_info returns, and then call f with memrefs. The
// packed parameters lie one after the other, each at a multiple of 64 bytes, followed by what the
// packing needs for itself.
//
//===----------------------------------------------------------------------===//

#include "danaus/Target/Records.h"
#include "danaus/Transforms/Passes.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

namespace danaus {
#define GEN_PASS_DEF_CREATEENTRYPOINTSPASS
#include "danaus/Transforms/Passes.h.inc"
} // namespace danaus

using namespace mlir;

/// danaus/Runtime/Cpu.h: DANAUS_ABI_VERSION, DANAUS_MAX_RANK, alignment.
static constexpr int64_t abiVersion = 1, maxRank = 8, alignment = 64, elementTextBytes = 16;

static int64_t elementBytes(MemRefType type) {
  auto complex = dyn_cast<ComplexType>(type.getElementType());
  Type part = complex ? complex.getElementType() : type.getElementType();
  int64_t bits = part.isIndex() ? 64 : part.getIntOrFloatBitWidth();
  return llvm::divideCeil(bits, 8) * (complex ? 2 : 1);
}

static int64_t paddedBytes(MemRefType type) {
  return llvm::alignTo(type.getNumElements() * elementBytes(type), alignment);
}

namespace {
/// Builds the entry points of one function.
class EntryPoints {
public:
  EntryPoints(func::FuncOp function, func::FuncOp pack)
      : function(function), pack(pack), module(function->getParentOfType<ModuleOp>()),
        nameStorage(function.getName()), name(nameStorage),
        builder(function.getLoc(), function.getContext()), converter(function.getContext()),
        pointer(LLVM::LLVMPointerType::get(function.getContext())), i32(builder.getI32Type()),
        i64(builder.getI64Type()) {
    auto target = module->getAttrOfType<StringAttr>("danaus.target");
    std::optional<danaus::TargetLimits> limits =
        target ? danaus::lookupTarget(target.getValue()) : std::nullopt;
    isOnGpu = limits && limits->isGpu;
  }

  LogicalResult run();

private:
  LogicalResult readSignature();
  LogicalResult verifyNames();
  int64_t packedBytes() const;

  // The table.
  Value text(StringRef symbol, StringRef value);
  Value structOf(LLVM::LLVMStructType type, ValueRange values);
  LLVM::LLVMStructType tensorType();
  Value tensorEntry(MemRefType type);
  LLVM::GlobalOp beginGlobal(StringRef symbol, Type type);
  void createTable();

  // The functions.
  LLVM::LLVMFuncOp begin(StringRef suffix, Type result, ArrayRef<Type> arguments);
  Value table() { return LLVM::AddressOfOp::create(builder, pointer, tableName()); }
  /// As users know it, where code for several targets has names of its own.
  StringRef shownName() {
    auto shown = function->getAttrOfType<StringAttr>("danaus.name");
    return shown ? shown.getValue() : name;
  }
  std::string tableName() const { return (name + "_table").str(); }
  Value constant(int64_t value) { return LLVM::ConstantOp::create(builder, i64, value); }
  Value call(StringRef callee, Type result, ValueRange arguments);
  void returnIfNonzero(Value code);
  void returnDone();
  Value offsetPointer(Value base, Value bytes);
  Value makeMemref(MemRefType type, Value data, Value rows, Value stride);
  Value makeBytes(Value data);
  void appendPacked(Value base, SmallVectorImpl<Value> &arguments);
  Value spill(ValueRange values, Type element);
  Value totalPackedBytes();
  Value workspaceBytes(func::FuncOp body, Value rows);
  void createPackedBytes();
  void createPack();
  void createWorkspaceBytes();
  DictionaryAttr signature();
  std::string features();
  void createCall();
  void createRun();
  void createInfo();

  func::FuncOp function, pack;
  ModuleOp module;
  /// Its name before it becomes private under another.
  std::string nameStorage;
  StringRef name;
  ImplicitLocOpBuilder builder;
  LLVMTypeConverter converter;
  Type pointer, i32, i64;
  bool isOnGpu;
  SmallVector<MemRefType> parameters, packed, activations, results;
};
} // namespace

//===----------------------------------------------------------------------===//
// The signature
//===----------------------------------------------------------------------===//

LogicalResult EntryPoints::readSignature() {
  int64_t numPacked = function->getAttrOfType<IntegerAttr>("danaus.parameters").getInt();
  SmallVector<MemRefType> types;
  for (Type type : function.getArgumentTypes().drop_back()) {
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref || memref.getRank() > maxRank)
      return function.emitOpError()
             << "wanted memrefs of rank " << maxRank << " at most, found " << type;
    types.push_back(memref);
  }
  for (auto [number, type] : llvm::enumerate(types)) {
    if (int64_t(number) < numPacked)
      packed.push_back(type);
    else if (function.getArgAttr(number, "danaus.activation"))
      activations.push_back(type);
    else
      results.push_back(type);
  }
  size_t numParameters = pack.getNumArguments() - 1 - packed.size();
  for (Type type : pack.getArgumentTypes().take_front(numParameters))
    parameters.push_back(cast<MemRefType>(type));
  for (MemRefType type : llvm::concat<const MemRefType>(activations, results))
    if (type.getRank() == 0)
      return function.emitOpError()
             << "wanted activations and results of rank 1 at least, found " << type;
  return verifyNames();
}

LogicalResult EntryPoints::verifyNames() {
  bool isIdentifier = !name.empty() && !llvm::isDigit(name[0]) &&
                      llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (!isIdentifier)
    return function.emitOpError() << "wanted a name that is an identifier of C, found '" << name
                                  << "'";
  for (StringRef suffix : {"_packed_bytes", "_workspace_bytes", "_call", "_run", "_info", "_table"})
    if (Operation *other = module.lookupSymbol((name + suffix).str()))
      return other->emitOpError() << "has the name of an entry point of '" << name << "'";
  return success();
}

int64_t EntryPoints::packedBytes() const {
  int64_t bytes = 0;
  for (MemRefType type : packed)
    bytes += paddedBytes(type);
  return bytes;
}

//===----------------------------------------------------------------------===//
// The table: struct DanausFunction and its struct DanausTensor
//===----------------------------------------------------------------------===//

/// The address of a private constant "value\0".
Value EntryPoints::text(StringRef symbol, StringRef value) {
  std::string full = (name + "_" + symbol).str();
  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  std::string terminated = value.str() + '\0';
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), terminated.size());
  LLVM::GlobalOp::create(atEnd, builder.getLoc(), type, /*isConstant=*/true,
                         LLVM::Linkage::Internal, full, builder.getStringAttr(terminated));
  return LLVM::AddressOfOp::create(builder, pointer, full);
}

/// A struct of constants and addresses.
Value EntryPoints::structOf(LLVM::LLVMStructType type, ValueRange values) {
  Value result = LLVM::PoisonOp::create(builder, type);
  for (auto [index, value] : llvm::enumerate(values))
    result = LLVM::InsertValueOp::create(builder, result, value, int64_t(index));
  return result;
}

/// struct DanausTensor: element type as text, bytes of an element, rank, sizes.
LLVM::LLVMStructType EntryPoints::tensorType() {
  auto text = LLVM::LLVMArrayType::get(builder.getI8Type(), elementTextBytes);
  auto shape = LLVM::LLVMArrayType::get(i64, maxRank);
  return LLVM::LLVMStructType::getLiteral(builder.getContext(), {text, i64, i64, shape});
}

Value EntryPoints::tensorEntry(MemRefType type) {
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  element.resize(elementTextBytes, '\0');
  SmallVector<int64_t> shape(type.getShape());
  llvm::replace(shape, ShapedType::kDynamic, int64_t(-1));
  shape.resize(maxRank, 0);
  auto shapeType = RankedTensorType::get({maxRank}, i64);
  LLVM::LLVMStructType entry = tensorType();
  Value text =
      LLVM::ConstantOp::create(builder, entry.getBody()[0], builder.getStringAttr(element));
  Value bytes = constant(elementBytes(type)), rank = constant(type.getRank());
  Value sizes = LLVM::ConstantOp::create(builder, entry.getBody()[3],
                                         DenseElementsAttr::get(shapeType, ArrayRef(shape)));
  return structOf(entry, {text, bytes, rank, sizes});
}

LLVM::GlobalOp EntryPoints::beginGlobal(StringRef symbol, Type type) {
  builder.setInsertionPointToEnd(module.getBody());
  auto global = LLVM::GlobalOp::create(builder, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                       symbol, Attribute());
  builder.createBlock(&global.getInitializerRegion());
  return global;
}

/// Instruction sets, or what a function needs of a device beside its target.
std::string EntryPoints::features() {
  auto processors = function->getAttrOfType<IntegerAttr>("danaus.multiprocessors");
  if (processors)
    return "multiprocessors=" + std::to_string(processors.getInt());
  auto features = module->getAttrOfType<StringAttr>("danaus.features");
  return features ? features.str() : std::string();
}

void EntryPoints::createTable() {
  SmallVector<MemRefType> tensors(parameters);
  llvm::append_range(tensors, activations);
  llvm::append_range(tensors, results);
  std::string tensorsName = (name + "_tensors").str();
  auto arrayType = LLVM::LLVMArrayType::get(tensorType(), tensors.size());
  beginGlobal(tensorsName, arrayType);
  Value array = LLVM::PoisonOp::create(builder, arrayType);
  for (auto [index, tensor] : llvm::enumerate(tensors))
    array = LLVM::InsertValueOp::create(builder, array, tensorEntry(tensor), int64_t(index));
  LLVM::ReturnOp::create(builder, array);

  auto textAttribute = [](Operation *op, StringRef attribute) {
    auto value = op->getAttrOfType<StringAttr>(attribute);
    return value ? value.getValue() : StringRef();
  };
  SmallVector<Type> fields = {i64, pointer, pointer, pointer, pointer, i64, i64, i64, i64, pointer};
  auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(), fields);
  beginGlobal(tableName(), type);
  SmallVector<Value> values = {constant(abiVersion),
                               text("name", shownName()),
                               text("target", textAttribute(module, "danaus.target")),
                               text("features", features()),
                               text("schedule", textAttribute(function, "danaus.schedule")),
                               constant(packedBytes()),
                               constant(parameters.size()),
                               constant(activations.size()),
                               constant(results.size()),
                               LLVM::AddressOfOp::create(builder, pointer, tensorsName)};
  LLVM::ReturnOp::create(builder, structOf(type, values));
}

//===----------------------------------------------------------------------===//
// The functions
//===----------------------------------------------------------------------===//

LLVM::LLVMFuncOp EntryPoints::begin(StringRef suffix, Type result, ArrayRef<Type> arguments) {
  builder.setInsertionPointToEnd(module.getBody());
  auto created = LLVM::LLVMFuncOp::create(builder, (name + suffix).str(),
                                          LLVM::LLVMFunctionType::get(result, arguments));
  builder.setInsertionPointToStart(created.addEntryBlock(builder));
  return created;
}

/// Calls a function of the runtime library.
Value EntryPoints::call(StringRef callee, Type result, ValueRange arguments) {
  if (!module.lookupSymbol(callee)) {
    OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
    LLVM::LLVMFuncOp::create(
        atStart, builder.getLoc(), callee,
        LLVM::LLVMFunctionType::get(result, llvm::to_vector(arguments.getTypes())));
  }
  return LLVM::CallOp::create(builder, result, callee, arguments).getResult();
}

/// if (code != 0) return code;
void EntryPoints::returnIfNonzero(Value code) {
  Block *block = builder.getInsertionBlock();
  Region *region = block->getParent();
  Block *bad = builder.createBlock(region, region->end());
  LLVM::ReturnOp::create(builder, code);
  Block *good = builder.createBlock(region, region->end());
  builder.setInsertionPointToEnd(block);
  Value zero = LLVM::ConstantOp::create(builder, code.getType(), 0);
  Value isBad = LLVM::ICmpOp::create(builder, LLVM::ICmpPredicate::ne, code, zero);
  LLVM::CondBrOp::create(builder, isBad, bad, good);
  builder.setInsertionPointToEnd(good);
}

/// return DANAUS_SUCCESS; or what the launches since the check came to.
void EntryPoints::returnDone() {
  Value code = isOnGpu ? call("danausCudaEnd", i32, {})
                       : LLVM::ConstantOp::create(builder, i32, 0).getResult();
  LLVM::ReturnOp::create(builder, code);
}

Value EntryPoints::offsetPointer(Value base, Value bytes) {
  return LLVM::GEPOp::create(builder, pointer, builder.getI8Type(), base,
                             ArrayRef<LLVM::GEPArg>{bytes});
}

/// A memref on the caller's memory. `rows` and `stride` are those of the first
/// size where the type leaves them open.
Value EntryPoints::makeMemref(MemRefType type, Value data, Value rows, Value stride) {
  auto descriptor =
      MemRefDescriptor::poison(builder, builder.getLoc(), converter.convertType(type));
  Location loc = builder.getLoc();
  descriptor.setAllocatedPtr(builder, loc, data);
  descriptor.setAlignedPtr(builder, loc, data);
  descriptor.setConstantOffset(builder, loc, 0);
  auto [strides, offset] = type.getStridesAndOffset();
  for (int64_t i = 0; i < type.getRank(); ++i) {
    Value size = type.isDynamicDim(i) ? rows : constant(type.getDimSize(i));
    Value step = ShapedType::isDynamic(strides[i]) ? stride : constant(strides[i]);
    descriptor.setSize(builder, loc, i, size);
    descriptor.setStride(builder, loc, i, step);
  }
  Value made = descriptor;
  return UnrealizedConversionCastOp::create(builder, type, made).getResult(0);
}

/// memref<?xi8> for temporaries. Its size is not looked at: the caller was told
/// how many bytes there must be.
Value EntryPoints::makeBytes(Value data) {
  auto type = MemRefType::get(ShapedType::kDynamic, builder.getI8Type());
  return makeMemref(type, data, constant(std::numeric_limits<int64_t>::max()), Value());
}

void EntryPoints::appendPacked(Value base, SmallVectorImpl<Value> &arguments) {
  int64_t bytes = 0;
  for (MemRefType type : packed) {
    arguments.push_back(makeMemref(type, offsetPointer(base, constant(bytes)), Value(), Value()));
    bytes += paddedBytes(type);
  }
}

/// What is kept, then what packing needs for itself.
Value EntryPoints::totalPackedBytes() {
  Value kept = constant(packedBytes()), own = workspaceBytes(pack, constant(0));
  return LLVM::AddOp::create(builder, kept, own);
}

/// int64_t f_packed_bytes(void)
void EntryPoints::createPackedBytes() {
  begin("_packed_bytes", i64, {});
  LLVM::ReturnOp::create(builder, totalPackedBytes());
}

/// int f_pack(const void *const *params, void *packed, void *stream)
void EntryPoints::createPack() {
  LLVM::LLVMFuncOp created = begin("_pack", i32, {pointer, pointer, pointer});
  Value given = created.getArgument(0), base = created.getArgument(1);
  SmallVector<Value> checked = {table(), given, base, totalPackedBytes()};
  if (isOnGpu)
    checked.push_back(created.getArgument(2));
  returnIfNonzero(call(isOnGpu ? "danausCudaBeginPack" : "danausCheckPack", i32, checked));
  SmallVector<Value> arguments;
  for (auto [index, type] : llvm::enumerate(parameters)) {
    Value slot = offsetPointer(given, constant(int64_t(index) * 8));
    Value data = LLVM::LoadOp::create(builder, pointer, slot);
    arguments.push_back(makeMemref(type, data, Value(), Value()));
  }
  appendPacked(base, arguments);
  arguments.push_back(makeBytes(offsetPointer(base, constant(packedBytes()))));
  func::CallOp::create(builder, pack, arguments);
  returnDone();
}

/// int64_t f_workspace_bytes(int64_t rows): negative for rows that f_run refuses
void EntryPoints::createWorkspaceBytes() {
  LLVM::LLVMFuncOp created = begin("_workspace_bytes", i64, {i64});
  Value rows = created.getArgument(0);
  returnIfNonzero(call("danausCheckRows", i64, {table(), rows}));
  LLVM::ReturnOp::create(builder, workspaceBytes(function, rows));
}

/// What danaus-allocate-workspace says that `body` needs.
Value EntryPoints::workspaceBytes(func::FuncOp body, Value rows) {
  auto query = body->getAttrOfType<FlatSymbolRefAttr>("danaus.workspace");
  Type index = builder.getIndexType();
  Value count = arith::IndexCastOp::create(builder, index, rows);
  Value bytes =
      func::CallOp::create(builder, query, TypeRange(index), ValueRange(count)).getResult(0);
  return arith::IndexCastOp::create(builder, i64, bytes);
}

/// For danaus-compile's headers, which are written when memrefs are gone.
DictionaryAttr EntryPoints::signature() {
  auto types = [&](ArrayRef<MemRefType> memrefs) -> Attribute {
    return builder.getTypeArrayAttr(SmallVector<Type>(memrefs.begin(), memrefs.end()));
  };
  auto schedule = function->getAttrOfType<StringAttr>("danaus.schedule");
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("name", builder.getStringAttr(shownName())),
       builder.getNamedAttr("schedule", schedule ? schedule : builder.getStringAttr("")),
       builder.getNamedAttr("parameters", types(parameters)),
       builder.getNamedAttr("activations", types(activations)),
       builder.getNamedAttr("results", types(results))});
}

/// int f_call(packed, data, strides, rows, workspace, stream): the activations,
/// then the results, in arrays, for callers who learn the signature at run time
void EntryPoints::createCall() {
  LLVM::LLVMFuncOp created =
      begin("_call", i32, {pointer, pointer, pointer, i64, pointer, pointer});
  Block *entry = &created.getBody().front();
  Value base = entry->getArgument(0), data = entry->getArgument(1), strides = entry->getArgument(2),
        rows = entry->getArgument(3), workspace = entry->getArgument(4);
  SmallVector<Value> checked = {
      table(), base, data, strides, rows, workspace, workspaceBytes(function, rows)};
  if (isOnGpu)
    checked.push_back(entry->getArgument(5));
  returnIfNonzero(call(isOnGpu ? "danausCudaBeginRun" : "danausCheckRun", i32, checked));
  SmallVector<Value> arguments;
  appendPacked(base, arguments);
  for (auto [index, type] : llvm::enumerate(llvm::concat<const MemRefType>(activations, results))) {
    Value slot = offsetPointer(data, constant(int64_t(index) * 8));
    Value start = LLVM::LoadOp::create(builder, pointer, slot);
    Value strideSlot = offsetPointer(strides, constant(int64_t(index) * 8));
    Value stride = LLVM::LoadOp::create(builder, i64, strideSlot);
    arguments.push_back(makeMemref(type, start, rows, stride));
  }
  arguments.push_back(makeBytes(workspace));
  func::CallOp::create(builder, function, arguments);
  returnDone();
}

/// int f_run(packed, x0, ldx0, ..., y0, ldy0, ..., rows, workspace, stream)
void EntryPoints::createRun() {
  size_t numTensors = activations.size() + results.size();
  SmallVector<Type> types = {pointer};
  for (size_t i = 0; i < numTensors; ++i)
    llvm::append_values(types, pointer, i64);
  types.append({i64, pointer, pointer});
  LLVM::LLVMFuncOp created = begin("_run", i32, types);
  created->setAttr("danaus.signature", signature());
  Block *entry = &created.getBody().front();
  SmallVector<Value> data, strides;
  for (size_t i = 0; i < numTensors; ++i) {
    data.push_back(entry->getArgument(1 + 2 * i));
    strides.push_back(entry->getArgument(2 + 2 * i));
  }
  SmallVector<Value> arguments = {entry->getArgument(0), spill(data, pointer), spill(strides, i64)};
  llvm::append_range(arguments, entry->getArguments().take_back(3));
  Value code = LLVM::CallOp::create(builder, i32, (name + "_call").str(), arguments).getResult();
  LLVM::ReturnOp::create(builder, code);
}

/// An array on the stack with these values.
Value EntryPoints::spill(ValueRange values, Type element) {
  Value array = LLVM::AllocaOp::create(builder, pointer, element, constant(values.size()));
  for (auto [index, value] : llvm::enumerate(values)) {
    Value slot = LLVM::GEPOp::create(builder, pointer, element, array,
                                     ArrayRef<LLVM::GEPArg>{int32_t(index)});
    LLVM::StoreOp::create(builder, value, slot);
  }
  return array;
}

/// const DanausFunction *f_info(void)
void EntryPoints::createInfo() {
  begin("_info", pointer, {});
  LLVM::ReturnOp::create(builder, table());
}

LogicalResult EntryPoints::run() {
  if (failed(readSignature()))
    return failure();
  function.setName((name + "_run_body").str());
  pack.setName((name + "_pack_body").str());
  function.setPrivate(), pack.setPrivate();
  createTable();
  createPackedBytes();
  createPack();
  createWorkspaceBytes();
  createCall();
  createRun();
  createInfo();
  for (StringRef attribute : {"danaus.pack", "danaus.parameters"})
    function->removeAttr(attribute);
  return success();
}

/// Only the entry points are seen from outside.
static void hideOthers(ModuleOp module) {
  auto internal = LLVM::LinkageAttr::get(module.getContext(), LLVM::Linkage::Internal);
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPrivate() && !function.isExternal())
      function->setAttr("llvm.linkage", internal);
}

namespace {
struct CreateEntryPoints : danaus::impl::CreateEntryPointsPassBase<CreateEntryPoints> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("danaus.parameters"))
        functions.push_back(function);
    for (func::FuncOp function : functions) {
      auto pack = function->getAttrOfType<FlatSymbolRefAttr>("danaus.pack");
      if (!pack || !function->hasAttr("danaus.workspace")) {
        function.emitOpError() << "wanted its workspace as an argument (run "
                                  "danaus-allocate-workspace)";
        return signalPassFailure();
      }
      if (failed(EntryPoints(function, getOperation().lookupSymbol<func::FuncOp>(pack)).run()))
        return signalPassFailure();
    }
    if (!functions.empty())
      hideOthers(getOperation());
  }
};
} // namespace
