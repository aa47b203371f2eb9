//===- LaunchToRuntime.cpp - Launches to calls of the CUDA runtime -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A host function that launches kernels has memrefs whose data is on the device:
// it may compute sizes, allocate, copy and launch, and nothing else. Its
// launches become calls of `danaus/Runtime/Cuda.h`, and its constants the device
// copies that the runtime makes of them.
//
//===----------------------------------------------------------------------===//

#include "danaus/Conversion/DeviceModule.h"
#include "danaus/Conversion/Passes.h"
#include "danaus/Support/PatternSwitch.h"
#include "dialects/Tile/TileOps.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace danaus {
#define GEN_PASS_DEF_CONVERTLAUNCHTORUNTIMEPASS
#include "danaus/Conversion/Passes.h.inc"
} // namespace danaus

using namespace mlir;
using namespace danaus;

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Calls function `name` of the runtime, declaring it when it is new.
static FailureOr<LLVM::CallOp> callRuntime(OpBuilder &builder, Location loc, ModuleOp module,
                                           StringRef name, ValueRange arguments, Type result) {
  FailureOr<LLVM::LLVMFuncOp> function =
      LLVM::lookupOrCreateFn(builder, module, name, llvm::to_vector(arguments.getTypes()), result);
  if (failed(function))
    return failure();
  return LLVM::CallOp::create(builder, loc, *function, arguments);
}

/// The address of a private constant "text\0".
static Value stringAddress(OpBuilder &builder, Location loc, ModuleOp module, StringRef text) {
  std::string symbol = (text + "_name").str();
  if (!module.lookupSymbol(symbol)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    std::string terminated = text.str() + '\0';
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), terminated.size());
    LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Internal, symbol,
                           builder.getStringAttr(terminated));
  }
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  return LLVM::AddressOfOp::create(builder, loc, pointer, symbol);
}

/// The address of the image of a module of kernels, which `danaus-embed-kernels`
/// defines.
static Value imageAddress(OpBuilder &builder, Location loc, ModuleOp module, StringRef kernels) {
  std::string symbol = (kernels + "_image").str();
  if (!module.lookupSymbol(symbol)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), 0);
    LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, LLVM::Linkage::External, symbol,
                           Attribute());
  }
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  return LLVM::AddressOfOp::create(builder, loc, pointer, symbol);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// gpu.launch_func @kernels::@k  ->  an array of pointers to the parameters;
/// danausCudaLaunch(@kernels_image, "k", grid, block, shared, early,
/// cluster, array)
struct LowerLaunch : ConvertOpToLLVMPattern<gpu::LaunchFuncOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(gpu::LaunchFuncOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto module = op->getParentOfType<ModuleOp>();
    Type i64 = rewriter.getI64Type(), i32 = rewriter.getI32Type();
    auto pointer = LLVM::LLVMPointerType::get(rewriter.getContext());
    SmallVector<Value> parameters = getTypeConverter()->promoteOperands(
        loc, op.getKernelOperands(), adaptor.getKernelOperands(), rewriter);
    // Tensor maps come first; a launch passes what they point to.
    size_t numMaps = llvm::count_if(op.getKernelOperands(), [](Value operand) {
      return isa<LLVM::LLVMPointerType>(operand.getType());
    });
    Value one = LLVM::ConstantOp::create(rewriter, loc, i32, 1);
    Value count = LLVM::ConstantOp::create(rewriter, loc, i32, parameters.size());
    Value array = LLVM::AllocaOp::create(rewriter, loc, pointer, pointer, count);
    for (auto [index, parameter] : llvm::enumerate(parameters)) {
      Value slot = parameter;
      if (index >= numMaps) {
        slot = LLVM::AllocaOp::create(rewriter, loc, pointer, parameter.getType(), one);
        LLVM::StoreOp::create(rewriter, loc, parameter, slot);
      }
      Value entry = LLVM::GEPOp::create(rewriter, loc, pointer, pointer, array,
                                        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
      LLVM::StoreOp::create(rewriter, loc, slot, entry);
    }
    SmallVector<Value> arguments = {
        imageAddress(rewriter, loc, module, op.getKernelModuleName().getValue()),
        stringAddress(rewriter, loc, module, op.getKernelName().getValue())};
    llvm::append_values(arguments, adaptor.getGridSizeX(), adaptor.getGridSizeY(),
                        adaptor.getGridSizeZ(), adaptor.getBlockSizeX(), adaptor.getBlockSizeY(),
                        adaptor.getBlockSizeZ());
    for (Value size : ArrayRef(arguments).drop_front(2))
      if (size.getType() != i64)
        return rewriter.notifyMatchFailure(op, "wanted grid and block sizes of type index");
    Value shared = adaptor.getDynamicSharedMemorySize();
    arguments.push_back(shared ? shared : LLVM::ConstantOp::create(rewriter, loc, i32, 0));
    bool isEarly = op->hasAttr(tile::TileDialect::getEarlyAttrName());
    arguments.push_back(LLVM::ConstantOp::create(rewriter, loc, i32, isEarly));
    auto cluster = op->getAttrOfType<IntegerAttr>(tile::TileDialect::getClusterAttrName());
    arguments.push_back(
        LLVM::ConstantOp::create(rewriter, loc, i32, cluster ? cluster.getInt() : 1));
    arguments.push_back(array);
    if (failed(callRuntime(rewriter, loc, module, "danausCudaLaunch", arguments, i32)))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

/// An array of integers on the stack.
static Value storeIntegers(OpBuilder &builder, Location loc, Type type, ValueRange values) {
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  Value count = LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), values.size());
  Value array = LLVM::AllocaOp::create(builder, loc, pointer, type, count);
  for (auto [index, value] : llvm::enumerate(values)) {
    Value place = LLVM::GEPOp::create(builder, loc, pointer, type, array,
                                      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
    LLVM::StoreOp::create(builder, loc, value, place);
  }
  return array;
}

/// tile.tensor_map  ->  danausCudaTensorMap(map, source, isBf16, rank, sizes, strides, box)
struct LowerTensorMap : ConvertOpToLLVMPattern<tile::TensorMapOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(tile::TensorMapOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type i64 = rewriter.getI64Type(), i32 = rewriter.getI32Type();
    auto constant = [&](Type type, int64_t value) -> Value {
      return LLVM::ConstantOp::create(rewriter, loc, type, value);
    };
    SmallVector<Value> sizes, strides, box;
    for (int64_t size : op.getSizes())
      sizes.push_back(size < 0 ? adaptor.getRows() : constant(i64, size));
    for (int64_t stride : op.getStrides())
      strides.push_back(constant(i64, stride));
    for (int64_t extent : op.getBox())
      box.push_back(constant(i64, extent));
    constexpr int64_t words = 16, alignment = 64;
    auto pointer = LLVM::LLVMPointerType::get(rewriter.getContext());
    Value map = LLVM::AllocaOp::create(rewriter, loc, pointer, LLVM::LLVMArrayType::get(i64, words),
                                       constant(i32, 1), alignment);
    MemRefDescriptor source(adaptor.getSource());
    bool isBf16 = cast<MemRefType>(op.getSource().getType()).getElementType().isBF16();
    Value arguments[] = {map,
                         source.alignedPtr(rewriter, loc),
                         constant(i32, isBf16),
                         constant(i32, sizes.size()),
                         storeIntegers(rewriter, loc, i64, sizes),
                         storeIntegers(rewriter, loc, i64, strides),
                         storeIntegers(rewriter, loc, i64, box)};
    if (failed(callRuntime(rewriter, loc, op->getParentOfType<ModuleOp>(), "danausCudaTensorMap",
                           arguments, i32)))
      return failure();
    rewriter.replaceOp(op, map);
    return success();
  }
};

/// tile.library_product  ->  danausCudaLibraryProduct(x, w, y, rows, b, c, isBf16) != 0
struct LowerLibraryProduct : ConvertOpToLLVMPattern<tile::LibraryProductOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(tile::LibraryProductOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type i64 = rewriter.getI64Type(), i32 = rewriter.getI32Type();
    MemRefDescriptor x(adaptor.getX()), w(adaptor.getW()), y(adaptor.getY());
    bool isBf16 = cast<MemRefType>(op.getX().getType()).getElementType().isBF16();
    SmallVector<Value> arguments;
    for (MemRefDescriptor *operand : {&x, &w, &y})
      arguments.push_back(operand->alignedPtr(rewriter, loc));
    arguments.push_back(x.size(rewriter, loc, 0));
    arguments.push_back(LLVM::ConstantOp::create(rewriter, loc, i64, op.getB()));
    arguments.push_back(LLVM::ConstantOp::create(rewriter, loc, i64, op.getC()));
    arguments.push_back(LLVM::ConstantOp::create(rewriter, loc, i32, isBf16));
    FailureOr<LLVM::CallOp> call = callRuntime(rewriter, loc, op->getParentOfType<ModuleOp>(),
                                               "danausCudaLibraryProduct", arguments, i32);
    if (failed(call))
      return failure();
    Value zero = LLVM::ConstantOp::create(rewriter, loc, i32, 0);
    rewriter.replaceOpWithNewOp<LLVM::ICmpOp>(op, LLVM::ICmpPredicate::ne, call->getResult(), zero);
    return success();
  }
};

/// gpu.alloc, memref.alloc  ->  danausCudaAlloc(bytes)
template <typename AllocOp> struct LowerAlloc : ConvertOpToLLVMPattern<AllocOp> {
  using ConvertOpToLLVMPattern<AllocOp>::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(AllocOp op, typename AllocOp::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MemRefType type = cast<MemRefType>(op->getResult(0).getType());
    SmallVector<Value> sizes, strides;
    Value bytes;
    this->getMemRefDescriptorSizes(loc, type, adaptor.getDynamicSizes(), rewriter, sizes, strides,
                                   bytes, /*sizeInBytes=*/true);
    auto pointer = LLVM::LLVMPointerType::get(rewriter.getContext());
    FailureOr<LLVM::CallOp> call = callRuntime(
        rewriter, loc, op->template getParentOfType<ModuleOp>(), "danausCudaAlloc", bytes, pointer);
    if (failed(call))
      return failure();
    Value memory = call->getResult();
    rewriter.replaceOp(
        op, {this->createMemRefDescriptor(loc, type, memory, memory, sizes, strides, rewriter)});
    return success();
  }
};

/// gpu.dealloc, memref.dealloc  ->  danausCudaFree(pointer)
template <typename DeallocOp> struct LowerDealloc : ConvertOpToLLVMPattern<DeallocOp> {
  using ConvertOpToLLVMPattern<DeallocOp>::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(DeallocOp op, typename DeallocOp::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value memory = MemRefDescriptor(adaptor.getMemref()).allocatedPtr(rewriter, op.getLoc());
    if (failed(callRuntime(rewriter, op.getLoc(), op->template getParentOfType<ModuleOp>(),
                           "danausCudaFree", memory, rewriter.getI32Type())))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

/// gpu.memset with zero bits  ->  danausCudaFill(pointer, 0, bytes)
struct LowerMemset : ConvertOpToLLVMPattern<gpu::MemsetOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(gpu::MemsetOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = dyn_cast<MemRefType>(op.getDst().getType());
    if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "wanted a row-major memref of static shape");
    if (!matchPattern(op.getValue(), m_Zero()))
      return rewriter.notifyMatchFailure(op, "wanted zero as the value");
    Value memory = MemRefDescriptor(adaptor.getDst()).alignedPtr(rewriter, loc);
    int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
    Value zero = LLVM::ConstantOp::create(rewriter, loc, rewriter.getI32Type(), 0);
    Value size = LLVM::ConstantOp::create(rewriter, loc, rewriter.getI64Type(), bytes);
    if (failed(callRuntime(rewriter, loc, op->getParentOfType<ModuleOp>(), "danausCudaFill",
                           {memory, zero, size}, rewriter.getI32Type())))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

/// memref.copy of row-major memrefs  ->  danausCudaCopyOnDevice(target, source, bytes)
struct LowerCopy : ConvertOpToLLVMPattern<memref::CopyOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(memref::CopyOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto source = dyn_cast<MemRefType>(op.getSource().getType());
    auto target = dyn_cast<MemRefType>(op.getTarget().getType());
    if (!source || !target || !source.getLayout().isIdentity() || !target.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "wanted row-major memrefs");
    MemRefDescriptor from(adaptor.getSource()), to(adaptor.getTarget());
    Value count = LLVM::ConstantOp::create(rewriter, loc, rewriter.getI64Type(), 1);
    for (int64_t dim = 0; dim < source.getRank(); ++dim)
      count = LLVM::MulOp::create(rewriter, loc, count, from.size(rewriter, loc, dim));
    Value elementBytes = getSizeInBytes(loc, source.getElementType(), rewriter);
    Value bytes = LLVM::MulOp::create(rewriter, loc, count, elementBytes);
    Value targetPointer = to.alignedPtr(rewriter, loc);
    Value sourcePointer = from.alignedPtr(rewriter, loc);
    if (failed(callRuntime(rewriter, loc, op->getParentOfType<ModuleOp>(), "danausCudaCopyOnDevice",
                           {targetPointer, sourcePointer, bytes}, rewriter.getI32Type())))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

/// gpu.memcpy to the device, from a constant  ->  danausCudaCopyToDevice(target, source, bytes)
struct LowerMemcpy : ConvertOpToLLVMPattern<gpu::MemcpyOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult matchAndRewrite(gpu::MemcpyOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto source = op.getSrc().getDefiningOp<memref::GetGlobalOp>();
    auto target = dyn_cast<MemRefType>(op.getDst().getType());
    if (!source || !target || !target.getLayout().isIdentity())
      return rewriter.notifyMatchFailure(op, "wanted a constant and a row-major memref");
    Value from = MemRefDescriptor(adaptor.getSrc()).alignedPtr(rewriter, loc);
    Value to = MemRefDescriptor(adaptor.getDst()).alignedPtr(rewriter, loc);
    int64_t size = DataLayout::closest(op).getTypeSize(target.getElementType());
    Value bytes = LLVM::ConstantOp::create(rewriter, loc, rewriter.getI64Type(),
                                           target.getNumElements() * size);
    if (failed(callRuntime(rewriter, loc, op->getParentOfType<ModuleOp>(), "danausCudaCopyToDevice",
                           {to, from, bytes}, rewriter.getI32Type())))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// memref.get_global @c  ->  a memref at danausCudaConstant(address of @c, bytes)
static LogicalResult moveConstant(memref::GetGlobalOp op, const LLVMTypeConverter &types) {
  auto module = op->getParentOfType<ModuleOp>();
  auto global = module.lookupSymbol<memref::GlobalOp>(op.getNameAttr());
  if (!global || !global.getConstant())
    return op.emitOpError() << "wanted a constant in a function whose memory is on the device";
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  Location loc = op.getLoc();
  MemRefType type = op.getType();
  Type i64 = builder.getI64Type();
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  auto address = memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, op.getResult());
  Value number = arith::IndexCastOp::create(builder, loc, i64, address);
  Value host = LLVM::IntToPtrOp::create(builder, loc, pointer, number);
  DataLayout layout = DataLayout::closest(op);
  int64_t size = type.getNumElements() * layout.getTypeSize(type.getElementType());
  Value bytes = LLVM::ConstantOp::create(builder, loc, i64, size);
  FailureOr<LLVM::CallOp> call =
      callRuntime(builder, loc, module, "danausCudaConstant", {host, bytes}, pointer);
  if (failed(call))
    return failure();
  Value descriptor =
      MemRefDescriptor::fromStaticShape(builder, loc, types, type, call->getResult());
  Value device = UnrealizedConversionCastOp::create(builder, loc, type, descriptor).getResult(0);
  op.getResult().replaceAllUsesExcept(device, address);
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

static bool isRuntimeOp(Operation *op) {
  return isa<gpu::LaunchFuncOp, gpu::AllocOp, gpu::DeallocOp, gpu::MemcpyOp, gpu::MemsetOp,
             memref::AllocOp, memref::DeallocOp, memref::CopyOp, tile::LibraryProductOp,
             tile::TensorMapOp>(op);
}

/// Refuses an op that reads or writes what a memref points to: the data is on
/// the device. Loops and branches only contain such ops, and those of linalg are
/// some, although they have regions too.
static LogicalResult checkHostOp(Operation *op) {
  bool isContainer = op->getNumRegions() > 0 && !isa<MemoryEffectOpInterface>(op);
  if (isRuntimeOp(op) || isContainer || isMemoryEffectFree(op))
    return success();
  if (isa<memref::AllocaOp>(op))
    return op->emitOpError() << "wanted no memory on the stack in a function whose memory is on "
                                "the device";
  auto isMemRef = [](Type type) { return isa<BaseMemRefType>(type); };
  bool touchesMemory =
      llvm::any_of(op->getOperandTypes(), isMemRef) && !op->hasTrait<OpTrait::IsTerminator>();
  if (!touchesMemory)
    return success();
  return op->emitOpError() << "wanted only launches, allocations and copies in a function that "
                              "launches kernels, as its memory is on the device";
}

static bool isOnDevice(func::FuncOp function) {
  if (function->hasAttr(onDeviceName))
    return true;
  WalkResult result = function.walk([](gpu::LaunchFuncOp) { return WalkResult::interrupt(); });
  return result.wasInterrupted();
}

namespace {
struct ConvertLaunchToRuntime
    : danaus::impl::ConvertLaunchToRuntimePassBase<ConvertLaunchToRuntime> {
  void runOnOperation() override {
    SmallVector<Operation *> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (isOnDevice(function))
        functions.push_back(function);
    for (Operation *function : functions) {
      WalkResult result = function->walk([](Operation *op) {
        return failed(checkHostOp(op)) ? WalkResult::interrupt() : WalkResult::advance();
      });
      if (result.wasInterrupted())
        return signalPassFailure();
    }
    LLVMTypeConverter types(&getContext());
    for (Operation *function : functions) {
      function->removeAttr(onDeviceName);
      SmallVector<memref::GetGlobalOp> constants;
      function->walk([&](memref::GetGlobalOp op) {
        if (!llvm::all_of(op->getUsers(), llvm::IsaPred<gpu::MemcpyOp>))
          constants.push_back(op);
      });
      for (memref::GetGlobalOp op : constants)
        if (failed(moveConstant(op, types)))
          return signalPassFailure();
    }
    ConversionTarget target(getContext());
    target.addLegalDialect<LLVM::LLVMDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *op) { return !isRuntimeOp(op); });
    RewritePatternSet patterns(&getContext());
    danaus::addPatterns<LowerLaunch, LowerAlloc<gpu::AllocOp>, LowerAlloc<memref::AllocOp>,
                        LowerDealloc<gpu::DeallocOp>, LowerDealloc<memref::DeallocOp>, LowerMemcpy,
                        LowerMemset, LowerCopy, LowerTensorMap, LowerLibraryProduct>(patterns,
                                                                                     types);
    if (failed(applyPartialConversion(functions, target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
