//===- GuardedBuffer.cpp - What host code is called with ------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GuardedBuffer.h"
#include "danaus/Driver/EntryPoint.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include <chrono>
#include <cstring>

using namespace danaus;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

Expected<GuardedBuffer> GuardedBuffer::allocate(int64_t payloadBytes) {
  GuardedBuffer buffer;
  buffer.payloadBytes = payloadBytes;
  Expected<HostTensor> memory =
      HostTensor::allocate(ElementKind::F64, {(payloadBytes + 7) / 8 + 2 * guardBytes / 8});
  if (!memory)
    return memory.takeError();
  buffer.memory = std::move(*memory);
  std::memset(buffer.memory.data(), guardByte, buffer.memory.getNumBytes());
  std::memset(buffer.payload(), poisonByte, payloadBytes);
  return buffer;
}

bool GuardedBuffer::isIntact() const {
  auto isGuard = [](StringRef bytes) {
    return bytes.find_first_not_of(char(guardByte)) == StringRef::npos;
  };
  StringRef bytes(memory.data(), memory.getNumBytes());
  return isGuard(bytes.take_front(guardBytes)) &&
         isGuard(bytes.drop_front(guardBytes + payloadBytes));
}

Error danaus::checkBufferCount(const CompiledFunction &function, ArrayRef<HostTensor> arguments,
                               ArrayRef<TensorSpec> results) {
  if (function.numSeparated && arguments.size() != function.isActivation.size())
    return makeInternalError("the compiled function takes " + Twine(function.isActivation.size()) +
                             " arguments, wanted " + Twine(arguments.size()));
  size_t wanted = unpackedOf(function, arguments).size() + results.size();
  size_t found = function.arguments.size();
  if (found == wanted)
    return Error::success();
  return makeInternalError("the compiled function takes " + Twine(found) + " buffers, wanted " +
                           Twine(wanted));
}

std::vector<const HostTensor *> danaus::parametersOf(const CompiledFunction &function,
                                                     ArrayRef<HostTensor> arguments) {
  std::vector<const HostTensor *> parameters;
  if (!function.numSeparated) {
    for (int64_t number : function.packed)
      parameters.push_back(&arguments[number]);
    return parameters;
  }
  for (auto [isActivation, argument] : llvm::zip_equal(function.isActivation, arguments))
    if (!isActivation)
      parameters.push_back(&argument);
  return parameters;
}

std::vector<const HostTensor *> danaus::unpackedOf(const CompiledFunction &function,
                                                   ArrayRef<HostTensor> arguments) {
  std::vector<const HostTensor *> taken(function.numSeparated.value_or(0), nullptr);
  for (auto [number, argument] : llvm::enumerate(arguments)) {
    bool isPacked = llvm::is_contained(function.packed, int64_t(number));
    if (!function.numSeparated)
      taken.push_back(isPacked ? nullptr : &argument);
    else if (function.isActivation[number])
      taken.push_back(&argument);
  }
  return taken;
}

Expected<std::vector<HostTensor>> danaus::copyTensors(ArrayRef<HostTensor> tensors) {
  std::vector<HostTensor> copies;
  for (const HostTensor &tensor : tensors) {
    Expected<HostTensor> copy = copyTensor(tensor);
    if (!copy)
      return copy.takeError();
    copies.push_back(std::move(*copy));
  }
  return copies;
}

Expected<std::vector<HostTensor>> danaus::allocatePacked(const CompiledFunction &function,
                                                         ArrayRef<HostTensor> arguments) {
  std::vector<HostTensor> packed;
  for (auto [number, taken] : llvm::enumerate(unpackedOf(function, arguments))) {
    if (taken)
      continue;
    auto type = mlir::dyn_cast<mlir::MemRefType>(function.arguments[number]);
    std::optional<ElementKind> kind;
    if (type)
      kind = type.getElementType().isIndex() ? ElementKind::I64
                                             : getElementKind(type.getElementType());
    if (!kind || !type.hasStaticShape())
      return makeInternalError("packed argument " + Twine(number) + " has no static shape");
    Expected<HostTensor> tensor = HostTensor::allocate(*kind, type.getShape());
    if (!tensor)
      return tensor.takeError();
    packed.push_back(std::move(*tensor));
  }
  return packed;
}

Expected<std::vector<GuardedBuffer>> danaus::allocateResults(ArrayRef<TensorSpec> specs) {
  std::vector<GuardedBuffer> buffers;
  for (const TensorSpec &spec : specs) {
    std::optional<int64_t> count = countElements(spec.shape);
    if (!count)
      return makeError("a result of shape " + printShape(spec.shape) + " does not fit into memory");
    Expected<GuardedBuffer> buffer = GuardedBuffer::allocate(*count * sizeOf(spec.kind));
    if (!buffer)
      return buffer.takeError();
    buffers.push_back(std::move(*buffer));
  }
  return buffers;
}

Expected<std::vector<HostTensor>> danaus::readResults(ArrayRef<GuardedBuffer> buffers,
                                                      ArrayRef<TensorSpec> specs) {
  std::vector<HostTensor> results;
  for (auto [number, buffer, spec] : llvm::enumerate(buffers, specs)) {
    if (!buffer.isIntact())
      return makeInternalError("compiled code wrote outside result " + Twine(number));
    Expected<HostTensor> tensor = HostTensor::allocate(spec.kind, spec.shape);
    if (!tensor)
      return tensor.takeError();
    std::memcpy(tensor->data(), buffer.payload(), buffer.size());
    results.push_back(std::move(*tensor));
  }
  return results;
}

Expected<HostTensor> danaus::copyTensor(const HostTensor &tensor) {
  Expected<HostTensor> result = HostTensor::allocate(tensor.getKind(), tensor.getShape());
  if (result)
    std::memcpy(result->data(), tensor.data(), tensor.getNumBytes());
  return result;
}

double danaus::timeCall(llvm::function_ref<void()> call) {
  auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

std::vector<double> danaus::timeCalls(const TimingPolicy &policy, llvm::function_ref<void()> call) {
  std::vector<double> milliseconds;
  for (double seconds = 0; policy.goOn(milliseconds.size(), seconds);
       seconds += milliseconds.back() * 1e-3)
    milliseconds.push_back(timeCall(call));
  return milliseconds;
}
