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
  /// Of a structured matrix: its `?` is a size of its own and not the rows.
  bool isParameter = false;

  /// Whether a `?` stands for the rows of activations.
  bool isDynamic() const;
  /// The shape with `rows` in place of every `?`.
  TensorSpec resolve(int64_t rows) const;
};

/// A structured matrix some of whose parameters are arguments.
struct EntryMatrix {
  mlir::RankedTensorType type;
  /// One for each parameter: the number of the argument that holds it, or none
  /// and the values of the constant that is it, or neither.
  struct Parameter {
    std::optional<unsigned> argument;
    std::optional<std::vector<double>> constant;
  };
  std::vector<Parameter> parameters;
};

/// What a function takes and returns.
struct EntrySignature {
  std::vector<EntryTensor> arguments, results;
  std::vector<EntryMatrix> matrices;
  bool isDynamic() const;
};

/// The kind of a builtin number type, or nothing where no tool can pass it.
std::optional<ElementKind> getElementKind(mlir::Type type);

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

/// Reads the files and fills what they leave with values from `seed`: integers and
/// run-time sizes of a structured matrix as its structure samples them. All
/// dynamic rows take one size: `rows` if given, else what a file has, else 7.
llvm::Expected<EntryArguments> makeArguments(const EntrySignature &signature,
                                             llvm::ArrayRef<ArgumentFile> files,
                                             std::optional<int64_t> rows, uint64_t seed);

/// The first element of a structured matrix's parameters that its structure does
/// not allow, as an error: compiled code may read outside memory on such data.
llvm::Error verifyStructureData(const EntrySignature &signature, const EntryArguments &arguments);

/// The first NaN or infinity among the parameters, as an error.
llvm::Error verifyFiniteParameters(const EntrySignature &signature,
                                   const EntryArguments &arguments);

/// Fills `tensor` with normal values of standard deviation `scale` and no part
/// zero, complex ones with half of the variance in each part; integers uniformly
/// from -100 to 100. The values depend on `seed` and nothing else.
void fillRandom(HostTensor &tensor, uint64_t seed, double scale);

/// Runs the entry that `executor` has prepared, once, on fresh buffers.
llvm::Expected<std::vector<HostTensor>> execute(Executor &executor, const EntrySignature &signature,
                                                const EntryArguments &arguments);

} // namespace danaus

#endif // DANAUS_DRIVER_ENTRYPOINT_H
