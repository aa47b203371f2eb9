//===- CudaExecutor.cpp - Compiled functions on a CUDA device -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GuardedBuffer.h"
#include "danaus/Driver/Compile.h"
#include "danaus/Driver/Executor.h"
#include "danaus/Driver/JitCall.h"
#include "danaus/Runtime/Cuda.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>

using namespace mlir;
using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// The runtime's error as ours; the runtime is ready again after it.
static Error takeError(const Twine &what) {
  std::string text = danausCudaLastError();
  danausCudaClearError();
  return makeError(what + ": " + text);
}

namespace {
/// Memory on the device: [ guard | payload | guard ].
class DeviceBuffer {
public:
  static constexpr int64_t guardBytes = 4096;
  static constexpr int guardByte = 0xa5, poisonByte = 0xff;

  DeviceBuffer() = default;
  DeviceBuffer(DeviceBuffer &&other) { swap(other); }
  DeviceBuffer &operator=(DeviceBuffer &&other) {
    swap(other);
    return *this;
  }
  ~DeviceBuffer() { danausCudaFree(memory); }

  /// A buffer whose payload is all NaNs.
  static Expected<DeviceBuffer> allocate(int64_t payloadBytes) {
    DeviceBuffer buffer;
    buffer.payloadBytes = payloadBytes;
    int64_t bytes = payloadBytes + 2 * guardBytes;
    buffer.memory = static_cast<char *>(danausCudaAlloc(bytes));
    if (!buffer.memory || danausCudaFill(buffer.memory, guardByte, bytes) ||
        danausCudaFill(buffer.payload(), poisonByte, payloadBytes))
      return takeError("device cuda");
    return buffer;
  }
  static Expected<DeviceBuffer> copyOf(const HostTensor &tensor) {
    Expected<DeviceBuffer> buffer = allocate(tensor.getNumBytes());
    if (buffer && danausCudaCopyToDevice(buffer->payload(), tensor.data(), tensor.getNumBytes()))
      return takeError("device cuda");
    return buffer;
  }

  char *payload() const { return memory + guardBytes; }
  int64_t size() const { return payloadBytes; }

  /// The payload, after a look at the guards.
  Expected<std::string> read(const Twine &what) const {
    std::string bytes(payloadBytes + 2 * guardBytes, '\0');
    if (danausCudaCopyToHost(bytes.data(), memory, bytes.size()) || danausCudaSynchronize())
      return takeError("device cuda");
    llvm::StringRef view(bytes);
    constexpr auto none = llvm::StringRef::npos;
    if (view.take_front(guardBytes).find_first_not_of(char(guardByte)) != none ||
        view.take_back(guardBytes).find_first_not_of(char(guardByte)) != none)
      return makeInternalError("compiled code wrote outside " + what);
    return bytes.substr(guardBytes, payloadBytes);
  }

private:
  void swap(DeviceBuffer &other) {
    std::swap(memory, other.memory);
    std::swap(payloadBytes, other.payloadBytes);
  }
  char *memory = nullptr;
  int64_t payloadBytes = 0;
};

class CudaExecutor : public Executor {
public:
  explicit CudaExecutor(const CompileSettings &settings) : settings(settings) {}
  /// The engine's code goes, and its addresses may come again.
  ~CudaExecutor() override {
    if (engine)
      danausCudaForget();
  }

  Error prepare(ModuleOp module, llvm::StringRef entry) override;
  Error upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) override;
  Error run() override;
  Expected<std::vector<double>> time(const TimingPolicy &policy) override;
  Expected<std::vector<HostTensor>> download() override;
  std::string getSchedule() const override { return record.schedule; }
  double getPackMilliseconds() const override { return packMilliseconds; }

private:
  Error packWeights(ArrayRef<HostTensor> arguments);
  Error packOnHost(ArrayRef<HostTensor> arguments);
  Error packOnDevice(ArrayRef<HostTensor> arguments);
  std::vector<const HostTensor *> passedArguments() const;
  Expected<void *> recordGraph(std::vector<DeviceBuffer> &copies);
  Expected<std::vector<double>> timeEach(const TimingPolicy &policy, int64_t callsEach,
                                         llvm::function_ref<void()> run);
  Error passArgument(size_t number, const HostTensor &tensor);
  Error addResult(size_t number, const TensorSpec &spec);

  CompileSettings settings;
  CompileRecord record;
  CompiledFunction signature;
  std::unique_ptr<ExecutionEngine> engine;
  Call::Function function = nullptr, packFunction = nullptr;

  ArrayRef<HostTensor> originals;
  std::vector<HostTensor> packed;
  std::vector<DeviceBuffer> inputs, outputs;
  std::vector<TensorSpec> specs;
  Call call;
  double packMilliseconds = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

/// Compiled host code finds the runtime by these names.
static llvm::orc::SymbolMap runtimeSymbols(llvm::orc::MangleAndInterner intern) {
  llvm::orc::SymbolMap symbols;
  auto add = [&](llvm::StringRef name, auto *function) {
    symbols[intern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function),
                             llvm::JITSymbolFlags::Exported};
  };
  add("danausCudaLaunch", &danausCudaLaunch);
  add("danausCudaTensorMap", &danausCudaTensorMap);
  add("danausCudaAlloc", &danausCudaAlloc);
  add("danausCudaConstant", &danausCudaConstant);
  add("danausCudaFree", &danausCudaFree);
  add("danausCudaCopyOnDevice", &danausCudaCopyOnDevice);
  add("danausCudaFill", &danausCudaFill);
  add("danausCudaLibraryProduct", &danausCudaLibraryProduct);
  return symbols;
}

Error CudaExecutor::prepare(ModuleOp module, llvm::StringRef entry) {
  OwningOpRef<ModuleOp> copy = module.clone();
  if (Error error = isolateEntry(*copy, entry))
    return error;
  if (Error error = compileModule(*copy, settings, Level::LLVM, record))
    return error;
  if (!copy->lookupSymbol("danaus_kernels_image"))
    return makeError("device cuda: no part of the module runs on a GPU");
  Expected<std::unique_ptr<ExecutionEngine>> created = createEngine(*copy, settings.optLevel);
  if (!created)
    return created.takeError();
  engine = std::move(*created);
  engine->registerSymbols(runtimeSymbols);
  signature = record.functions.lookup(entry);
  Expected<Call::Function> found = engine->lookupPacked("_mlir_ciface_" + entry.str());
  if (!found)
    return found.takeError();
  function = *found;
  if (signature.pack.empty())
    return Error::success();
  Expected<Call::Function> pack = engine->lookupPacked("_mlir_ciface_" + signature.pack);
  if (!pack)
    return pack.takeError();
  packFunction = *pack;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// Runs the packing function on the host's copies.
Error CudaExecutor::packOnHost(ArrayRef<HostTensor> arguments) {
  Call packing;
  for (const HostTensor *parameter : parametersOf(signature, arguments))
    packing.append(const_cast<char *>(parameter->data()), parameter->getShape());
  for (HostTensor &tensor : packed)
    packing.append(tensor.data(), tensor.getShape());
  packMilliseconds = timeCall([&] { packing.invoke(packFunction); });
  return Error::success();
}

/// Runs the packing function, which launches kernels, and fetches what they made.
Error CudaExecutor::packOnDevice(ArrayRef<HostTensor> arguments) {
  Call packing;
  std::vector<DeviceBuffer> parameters, targets;
  auto append = [&](std::vector<DeviceBuffer> &buffers, const HostTensor &tensor) -> Error {
    Expected<DeviceBuffer> buffer = DeviceBuffer::copyOf(tensor);
    if (!buffer)
      return buffer.takeError();
    packing.append(buffer->payload(), tensor.getShape());
    buffers.push_back(std::move(*buffer));
    return Error::success();
  };
  for (const HostTensor *parameter : parametersOf(signature, arguments))
    if (Error error = append(parameters, *parameter))
      return error;
  for (const HostTensor &tensor : packed)
    if (Error error = append(targets, tensor))
      return error;
  packMilliseconds = timeCall([&] { packing.invoke(packFunction), danausCudaSynchronize(); });
  for (auto [target, tensor] : llvm::zip_equal(targets, packed)) {
    Expected<std::string> bytes = target.read("what is packed");
    if (!bytes)
      return bytes.takeError();
    std::memcpy(tensor.data(), bytes->data(), bytes->size());
  }
  return Error::success();
}

Error CudaExecutor::packWeights(ArrayRef<HostTensor> arguments) {
  Expected<std::vector<HostTensor>> memory = allocatePacked(signature, arguments);
  if (!memory)
    return memory.takeError();
  packed = std::move(*memory);
  if (!packFunction)
    return Error::success();
  return signature.numSeparated ? packOnDevice(arguments) : packOnHost(arguments);
}

/// What the compiled function takes: the caller's arguments, weights packed.
std::vector<const HostTensor *> CudaExecutor::passedArguments() const {
  std::vector<const HostTensor *> passed = unpackedOf(signature, originals);
  auto next = packed.begin();
  for (const HostTensor *&argument : passed)
    if (!argument)
      argument = &*next++;
  return passed;
}

Error CudaExecutor::passArgument(size_t number, const HostTensor &tensor) {
  if (!canPassAs(signature.arguments[number], tensor.getKind(), tensor.getShape()))
    return makeInternalError("the compiled function does not take argument " + Twine(number) +
                             " as " + printShape(tensor.getShape()));
  Expected<DeviceBuffer> buffer = DeviceBuffer::copyOf(tensor);
  if (!buffer)
    return buffer.takeError();
  call.append(buffer->payload(), tensor.getShape());
  inputs.push_back(std::move(*buffer));
  return Error::success();
}

Error CudaExecutor::addResult(size_t number, const TensorSpec &spec) {
  std::optional<int64_t> count = countElements(spec.shape);
  if (!count || !canPassAs(signature.arguments[number], spec.kind, spec.shape))
    return makeInternalError("the compiled function has no result of shape " +
                             printShape(spec.shape));
  Expected<DeviceBuffer> buffer = DeviceBuffer::allocate(*count * sizeOf(spec.kind));
  if (!buffer)
    return buffer.takeError();
  call.append(buffer->payload(), spec.shape);
  outputs.push_back(std::move(*buffer));
  return Error::success();
}

Error CudaExecutor::upload(ArrayRef<HostTensor> arguments, ArrayRef<TensorSpec> results) {
  if (Error error = checkBufferCount(signature, arguments, results))
    return error;
  originals = arguments;
  specs = results;
  inputs.clear(), outputs.clear();
  call = Call();
  if (Error error = packWeights(arguments))
    return error;
  for (auto [number, tensor] : llvm::enumerate(passedArguments()))
    if (Error error = passArgument(number, *tensor))
      return error;
  for (auto [number, spec] : llvm::enumerate(results))
    if (Error error = addResult(inputs.size() + number, spec))
      return error;
  return danausCudaSynchronize() ? takeError("device cuda") : Error::success();
}

Expected<std::vector<HostTensor>> CudaExecutor::download() {
  std::vector<const HostTensor *> passed = passedArguments();
  for (auto [number, input, original] : llvm::enumerate(inputs, passed)) {
    Expected<std::string> bytes = input.read("argument " + Twine(number));
    if (!bytes)
      return bytes.takeError();
    if (std::memcmp(bytes->data(), original->data(), bytes->size()) != 0)
      return makeError("compiled code wrote to argument " + Twine(number));
  }
  std::vector<HostTensor> results;
  for (auto [number, output, spec] : llvm::enumerate(outputs, specs)) {
    Expected<std::string> bytes = output.read("result " + Twine(number));
    if (!bytes)
      return bytes.takeError();
    Expected<HostTensor> tensor = HostTensor::allocate(spec.kind, spec.shape);
    if (!tensor)
      return tensor.takeError();
    std::memcpy(tensor->data(), bytes->data(), bytes->size());
    results.push_back(std::move(*tensor));
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

Error CudaExecutor::run() {
  call.invoke(function);
  return danausCudaSynchronize() ? takeError("device cuda") : Error::success();
}

/// Calls of one graph, and the least bytes that their arguments have together:
/// several times the L2 cache.
static constexpr int64_t graphCalls = 32, graphBytes = 100 << 20;

/// A graph of `graphCalls` calls that take turns with as many copies of the
/// arguments as make `graphBytes`, at most one a call.
Expected<void *> CudaExecutor::recordGraph(std::vector<DeviceBuffer> &copies) {
  std::vector<const HostTensor *> arguments = passedArguments();
  int64_t bytes = 1;
  for (const HostTensor *argument : arguments)
    bytes += argument->getNumBytes();
  std::vector<Call> calls(std::min(graphCalls, graphBytes / bytes + 1));
  for (Call &copy : calls) {
    for (const HostTensor *argument : arguments) {
      Expected<DeviceBuffer> buffer = DeviceBuffer::copyOf(*argument);
      if (!buffer)
        return buffer.takeError();
      copy.append(buffer->payload(), argument->getShape());
      copies.push_back(std::move(*buffer));
    }
    for (auto [output, spec] : llvm::zip_equal(outputs, specs))
      copy.append(output.payload(), spec.shape);
  }
  if (danausCudaSynchronize() || danausCudaBeginCapture())
    return takeError("device cuda");
  for (int64_t number = 0; number < graphCalls; ++number)
    calls[number % calls.size()].invoke(function);
  void *graph = danausCudaEndCapture();
  return graph ? Expected<void *>(graph) : takeError("device cuda");
}

/// Device events around each run, with the L2 cache overwritten before it; the
/// write also hides the time that the host takes to launch. A run is `callsEach` calls.
Expected<std::vector<double>> CudaExecutor::timeEach(const TimingPolicy &policy, int64_t callsEach,
                                                     llvm::function_ref<void()> run) {
  constexpr int64_t flushBytes = 256 << 20; // several times the L2 of any GPU
  Expected<DeviceBuffer> flush = DeviceBuffer::allocate(flushBytes);
  if (!flush)
    return flush.takeError();
  for (int i = 0; i < 3; ++i)
    run();
  std::vector<double> milliseconds;
  for (double seconds = 0; policy.goOn(milliseconds.size(), seconds);) {
    danausCudaFill(flush->payload(), static_cast<int>(milliseconds.size() % 251), flushBytes);
    void *begin = danausCudaRecordEvent();
    run();
    void *end = danausCudaRecordEvent();
    double elapsed = danausCudaElapsed(begin, end);
    danausCudaDestroyEvent(begin);
    danausCudaDestroyEvent(end);
    if (elapsed < 0)
      return takeError("device cuda");
    seconds += elapsed * 1e-3;
    milliseconds.push_back(elapsed / callsEach);
  }
  return milliseconds;
}

Expected<std::vector<double>> CudaExecutor::time(const TimingPolicy &policy) {
  if (!policy.graph)
    return timeEach(policy, 1, [&] { call.invoke(function); });
  call.invoke(function); // loads the kernels, which a recording must not
  std::vector<DeviceBuffer> copies;
  Expected<void *> graph = recordGraph(copies);
  if (!graph)
    return graph.takeError();
  auto found = timeEach(policy, graphCalls, [&] { danausCudaLaunchGraph(*graph); });
  danausCudaDestroyGraph(*graph);
  return found;
}

Expected<std::unique_ptr<Executor>> danaus::createCudaExecutor(const CompileSettings &settings) {
  if (danausCudaInit())
    return takeError("device cuda");
  CompileSettings chosen = settings;
  int capability = danausCudaComputeCapability();
  if (chosen.target.empty())
    chosen.target = capability == 90 ? "sm_90a" : "sm_80";
  if (capability < 80)
    return makeInternalError("device cuda: wanted compute capability 8.0 or higher, found " +
                             Twine(capability / 10) + "." + Twine(capability % 10));
  return std::make_unique<CudaExecutor>(chosen);
}
