//===- EntryPoint.h - The function that danaus-run runs ---------*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_ENTRYPOINT_H
#define DANAUS_DRIVER_ENTRYPOINT_H

#include "danaus/Driver/Executor.h"
#include "danaus/Driver/TensorFiles.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace danaus {

/// One tensor that goes into or comes out of the entry. A structured argument or
/// result is several: its parameters, in the order of `linop.assemble`, as
/// danaus-expand-structured numbers them.
struct EntryTensor {
  ElementKind kind;
  llvm::SmallVector<int64_t> shape; ///< ShapedType::kDynamic where it is `?`
  /// Standard deviation of random values: 1 for activations, 1 / sqrt(fan-in)
  /// for parameters, so that results stay near 1.
  double scale = 1;

  bool isDynamic() const;
  /// The shape with `rows` in place of every `?`.
  TensorSpec resolve(int64_t rows) const;
};

/// What a function takes and returns.
struct EntrySignature {
  std::vector<EntryTensor> arguments, results;
  bool isDynamic() const;
};

/// The public function called `name`, or the only public one where it is empty.
/// One without a body does not count.
llvm::Expected<mlir::func::FuncOp> findEntry(mlir::ModuleOp module, llvm::StringRef name);

/// The tensors of `entry`, or an error for a type that cannot be passed.
llvm::Expected<EntrySignature> readSignature(mlir::func::FuncOp entry);

/// A file for one argument, of the form `NUMBER=FILE`.
struct ArgumentFile {
  unsigned argument;
  TensorPath path;
  static llvm::Expected<ArgumentFile> parse(llvm::StringRef text);
};

/// The arguments of a run and the value of every dynamic dimension.
struct EntryArguments {
  std::vector<HostTensor> tensors;
  int64_t rows = 0;
};

/// Reads the files and fills what they leave with values from `seed`. All dynamic
/// dimensions take one size: `rows` if given, else what a file has, else 7.
llvm::Expected<EntryArguments> makeArguments(const EntrySignature &signature,
                                             llvm::ArrayRef<ArgumentFile> files,
                                             std::optional<int64_t> rows, uint64_t seed);

/// Fills `tensor` with normal values of standard deviation `scale` and no zero
/// among them. The values depend on `seed` and nothing else.
void fillRandom(HostTensor &tensor, uint64_t seed, double scale);

} // namespace danaus

#endif // DANAUS_DRIVER_ENTRYPOINT_H
