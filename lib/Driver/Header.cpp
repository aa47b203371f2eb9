//===- Header.cpp - C headers of compiled functions -----------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/AheadOfTime.h"
#include "danaus/Target/Records.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace danaus;

namespace {
/// What danaus-create-entry-points wrote down of one function.
struct Signature {
  std::string name, schedule;
  SmallVector<MemRefType> parameters, activations, results;

  static SmallVector<MemRefType> read(DictionaryAttr signature, StringRef key) {
    SmallVector<MemRefType> types;
    for (Attribute type : cast<ArrayAttr>(signature.get(key)))
      types.push_back(cast<MemRefType>(cast<TypeAttr>(type).getValue()));
    return types;
  }
  explicit Signature(DictionaryAttr signature)
      : name(cast<StringAttr>(signature.get("name")).str()),
        schedule(cast<StringAttr>(signature.get("schedule")).str()),
        parameters(read(signature, "parameters")), activations(read(signature, "activations")),
        results(read(signature, "results")) {}
};
} // namespace

/// "rows x 1024 values of f32"
static std::string describe(MemRefType type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (auto [index, size] : llvm::enumerate(type.getShape())) {
    stream << (index ? " x " : "");
    ShapedType::isDynamic(size) ? stream << "rows" : stream << size;
  }
  stream << (type.getRank() ? " values of " : "one value of ") << type.getElementType();
  return text;
}

/// C has no type for half precision that all compilers know: its bits.
static StringRef elementName(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    type = complex.getElementType();
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isF16() || type.isBF16())
    return "uint16_t";
  if (type.isIndex() || type.isInteger(64))
    return "int64_t";
  if (type.isInteger(32))
    return "int32_t";
  if (type.isInteger(16))
    return "int16_t";
  return type.isInteger(8) ? "int8_t" : "void";
}

/// x, or x0, x1, ... of several.
static std::string numbered(StringRef letter, size_t index, size_t count) {
  return count == 1 ? letter.str() : (letter + Twine(index)).str();
}

static int64_t countColumns(MemRefType type) {
  int64_t columns = 1;
  for (int64_t size : type.getShape().drop_front())
    columns *= size;
  return columns;
}

static void printList(llvm::raw_ostream &os, StringRef letter, ArrayRef<MemRefType> types,
                      bool onGpu) {
  for (auto [index, type] : llvm::enumerate(types)) {
    std::string name = numbered(letter, index, types.size());
    os << llvm::formatv("///   {0}: {1}, rows ld{0} {2} {3} elements apart", name, describe(type),
                        onGpu ? "=" : ">=", countColumns(type))
       << (onGpu ? ", aligned to 16 bytes" : "")
       << (isa<ComplexType>(type.getElementType()) ? ", real and imaginary parts side by side\n"
                                                   : "\n");
  }
}

static void printTensors(llvm::raw_ostream &os, StringRef letter, StringRef qualifier,
                         ArrayRef<MemRefType> types) {
  for (auto [index, type] : llvm::enumerate(types)) {
    std::string name = numbered(letter, index, types.size());
    os << llvm::formatv("{0}{1} *{2}, int64_t ld{2}, ", qualifier,
                        elementName(type.getElementType()), name);
  }
}

static void printFunction(llvm::raw_ostream &os, const Signature &function, bool onGpu) {
  StringRef name = function.name, memory = onGpu ? " of device memory" : "";
  os << "/// " << name << ", schedule: " << (function.schedule.empty() ? "none" : function.schedule)
     << "\n";
  os << llvm::formatv(
      "\n/// Bytes{1} for {0}_pack: aligned to 64 when allocated, and kept for {0}_run.\n"
      "int64_t {0}_packed_bytes(void);\n",
      name, memory);
  os << llvm::formatv("\n/// Packs the parameters{0}; call it again when one changes. A "
                      "DanausError, nothing written unless 0.\n",
                      onGpu ? ", in order on the stream" : "");
  for (auto [index, type] : llvm::enumerate(function.parameters))
    os << llvm::formatv("///   params[{0}]: {1} ({2}), contiguous\n", index, describe(type),
                        elementName(type.getElementType()));
  os << llvm::formatv("int {0}_pack(const void *const *params, void *packed, void *stream);\n\n",
                      name);
  os << llvm::formatv(
      "/// Bytes{1} of workspace for a call on so many rows, aligned to 64; minus a "
      "DanausError for rows < 0.\nint64_t {0}_workspace_bytes(int64_t rows);\n\n",
      name, memory);
  os << "/// Computes the results" << (onGpu ? ", in order on the stream" : "")
     << ". A DanausError, nothing written unless 0.\n";
  printList(os, "x", function.activations, onGpu);
  printList(os, "y", function.results, onGpu);
  os << "int " << name << "_run(const void *packed, ";
  printTensors(os, "x", "const ", function.activations);
  printTensors(os, "y", "", function.results);
  os << "int64_t rows, void *workspace, void *stream);\n\n";
  os << llvm::formatv("/// The same with pointers and strides in arrays, x before y.\n"
                      "int {0}_call(const void *packed, const void *const *data, const int64_t "
                      "*strides, int64_t rows, void *workspace, void *stream);\n\n",
                      name);
  os << llvm::formatv("/// Shapes, target and schedule.\nconst DanausFunction *{0}_info(void);\n\n",
                      name);
}

/// What the functions need, by their target.
static std::string describeNeeds(StringRef features, bool onGpu) {
  if (onGpu)
    return ("   All pointers to memory are of one CUDA device, `stream` is a CUstream of it, and\n"
            "   danausCudaLastError() says what a DanausError means. Of CUDA they need the driver "
            "alone,\n   version 12.0 or newer, which the first call opens.\n");
  return ("   Instruction sets, checked at each call: " + features + ".\n").str();
}

std::string danaus::printHeader(ModuleOp module, StringRef guard) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto attribute = [&](StringRef name) {
    auto value = module->getAttrOfType<StringAttr>(name);
    return value ? value.getValue() : StringRef("any");
  };
  StringRef target = attribute("danaus.target");
  std::optional<TargetLimits> limits = lookupTarget(target);
  bool onGpu = limits && limits->isGpu;
  os << "/* Functions compiled by danaus-compile. Record: " << target << ".\n"
     << describeNeeds(attribute("danaus.features"), onGpu)
     << "   Link with libdanaus_runtime.a (a shared library has it inside). */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "/* Error codes, danausErrorText, threads: */\n#include \"danaus/Runtime/Cpu.h\"\n"
     << (onGpu ? "/* danausCudaLastError: */\n#include \"danaus/Runtime/Cuda.h\"\n\n" : "\n")
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (auto signature = function->getAttrOfType<DictionaryAttr>("danaus.signature"))
      printFunction(os, Signature(signature), onGpu);
  os << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
  return text;
}
