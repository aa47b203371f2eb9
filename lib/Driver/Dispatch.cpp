//===- Dispatch.cpp - One of several targets, chosen at run time ----------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Driver/AheadOfTime.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace mlir;
using namespace danaus;

/// @f  ->  @f__x86_avx2 {danaus.name = "f"}
void danaus::renameForTarget(ModuleOp module, StringRef target) {
  std::string suffix = "__" + target.str();
  for (char &c : suffix)
    if (!llvm::isAlnum(c))
      c = '_';
  SymbolTable symbols(module);
  for (auto function : llvm::to_vector(module.getOps<func::FuncOp>())) {
    if (!function.isPublic() || function.isExternal())
      continue;
    StringAttr name = function.getSymNameAttr();
    function->setAttr("danaus.name", name);
    (void)symbols.rename(function, (name.getValue() + suffix).str());
  }
}

namespace {
/// A function's name before and after renaming.
struct Choice {
  std::string shown, symbol;
};

/// Builds the functions that choose.
class Dispatcher {
public:
  Dispatcher(ModuleOp module, ArrayRef<ModuleOp> parts)
      : module(module), parts(parts), builder(module.getLoc(), module.getContext()),
        pointer(LLVM::LLVMPointerType::get(module.getContext())), i32(builder.getI32Type()) {}

  void run();

private:
  static SmallVector<Choice> findChoices(ModuleOp part);
  void declare(StringRef name, LLVM::LLVMFunctionType type);
  void create(StringRef name, ArrayRef<std::string> symbols, StringRef suffix);
  Value canRun(StringRef symbol);

  ModuleOp module;
  ArrayRef<ModuleOp> parts;
  ImplicitLocOpBuilder builder;
  Type pointer, i32;
};
} // namespace

/// From the signatures that danaus-create-entry-points leaves at f_run.
SmallVector<Choice> Dispatcher::findChoices(ModuleOp part) {
  SmallVector<Choice> choices;
  for (auto function : part.getOps<LLVM::LLVMFuncOp>())
    if (auto signature = function->getAttrOfType<DictionaryAttr>("danaus.signature")) {
      StringRef symbol = function.getName();
      symbol.consume_back("_run");
      choices.push_back({cast<StringAttr>(signature.get("name")).str(), symbol.str()});
    }
  return choices;
}

void Dispatcher::declare(StringRef name, LLVM::LLVMFunctionType type) {
  if (module.lookupSymbol(name))
    return;
  OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
  LLVM::LLVMFuncOp::create(atStart, module.getLoc(), name, type);
}

/// danausCheckFunction(f__target_info()) == 0
Value Dispatcher::canRun(StringRef symbol) {
  std::string info = (symbol + "_info").str();
  declare(info, LLVM::LLVMFunctionType::get(pointer, {}));
  declare("danausCheckFunction", LLVM::LLVMFunctionType::get(i32, {pointer}));
  Value table = LLVM::CallOp::create(builder, pointer, info, ValueRange()).getResult();
  Value code =
      LLVM::CallOp::create(builder, i32, "danausCheckFunction", ValueRange(table)).getResult();
  Value zero = LLVM::ConstantOp::create(builder, i32, 0);
  return LLVM::ICmpOp::create(builder, LLVM::ICmpPredicate::eq, code, zero);
}

/// f_run(...) { if (first can run) return f__first_run(...); ... return f__last_run(...); }
void Dispatcher::create(StringRef name, ArrayRef<std::string> symbols, StringRef suffix) {
  auto model =
      cast<LLVM::LLVMFuncOp>(ModuleOp(parts.front()).lookupSymbol(symbols.front() + suffix.str()));
  LLVM::LLVMFunctionType type = model.getFunctionType();
  builder.setInsertionPointToEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(builder, (name + suffix).str(), type);
  Block *block = function.addEntryBlock(builder);
  SmallVector<Value> arguments(block->args_begin(), block->args_end());
  for (const std::string &symbol : symbols) {
    std::string callee = symbol + suffix.str();
    declare(callee, type);
    builder.setInsertionPointToEnd(block);
    Block *chosen = block;
    if (symbol != symbols.back()) {
      Value isGood = canRun(symbol);
      chosen = builder.createBlock(&function.getBody(), function.getBody().end());
      Block *next = builder.createBlock(&function.getBody(), function.getBody().end());
      builder.setInsertionPointToEnd(block);
      LLVM::CondBrOp::create(builder, isGood, chosen, next);
      block = next;
    }
    builder.setInsertionPointToEnd(chosen);
    auto call = LLVM::CallOp::create(builder, type.getReturnType(), callee, arguments);
    LLVM::ReturnOp::create(builder, call.getResult());
  }
}

void Dispatcher::run() {
  std::map<std::string, SmallVector<std::string>> symbols;
  for (ModuleOp part : parts)
    for (const Choice &choice : findChoices(part))
      symbols[choice.shown].push_back(choice.symbol);
  for (auto &[name, choices] : symbols)
    for (StringRef suffix :
         {"_packed_bytes", "_pack", "_workspace_bytes", "_call", "_run", "_info"})
      create(name, choices, suffix);
}

OwningOpRef<ModuleOp> danaus::createDispatch(ArrayRef<ModuleOp> parts) {
  ModuleOp first = parts.front();
  OwningOpRef<ModuleOp> module = ModuleOp::create(first.getLoc());
  Dispatcher(*module, parts).run();
  return module;
}
