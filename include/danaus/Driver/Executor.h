//===- Executor.h - Compile and run one entry function on a device --*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What danaus-run asks of a device. The driver calls, in this order:
//
//   prepare(module, entry)      compile; nothing is known of the rows yet
//   upload(arguments, results)  copy the inputs in, pack once, make the outputs
//   run() or time()             any number of times, on the same buffers
//   download()                  copy the outputs back
//
// `upload` may be called again with other rows, `run` any number of times after
// it. Arguments and results are those of the entry after danaus-expand-structured:
// every structured matrix is its parameters, in the order of `linop.assemble`.
// Every function returns an error, with a text for the user, and never aborts.
//
// A new device is a subclass and one line in `createExecutor`.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_DRIVER_EXECUTOR_H
#define DANAUS_DRIVER_EXECUTOR_H

#include "danaus/Support/HostTensor.h"
#include "mlir/IR/BuiltinOps.h"
#include <memory>

namespace danaus {

/// What the user decided about the compilation; empty means the default.
struct CompileSettings {
  std::string pipeline;     ///< "optimized" or "naive"
  std::string passes;       ///< passes on the module before the pipeline
  std::string schedule;     ///< text of a #chain.schedule for every kernel
  std::string model;        ///< file with a schedule model
  std::string target;       ///< name of a target record
  int64_t rows = 256;       ///< rows to expect where they are dynamic
  int64_t threads = 1;      ///< of one call on the CPU
  unsigned optLevel = 3;    ///< LLVM's effort on the CPU, 0 to 3
  bool simplify = false;    ///< the algebra first, after `passes`
  bool entryPoints = false; ///< on the CPU through the C entry points of danaus-compile; on
                            ///< a GPU with all that depends on parameters alone packed
  bool vectorize = true;    ///< of the optimized pipeline; false only to measure
};

/// Element type and shape of a tensor, all sizes known.
struct TensorSpec {
  ElementKind kind;
  llvm::SmallVector<int64_t> shape;
};

/// How long to measure: `repeat` calls, or where that is 0 at least `minCalls`
/// and `minSeconds`, but no new call after `maxSeconds`.
struct TimingPolicy {
  int64_t repeat = 0, minCalls = 10;
  double minSeconds = 0.3, maxSeconds = 3;
  /// On a GPU: a call is so short that one graph of many is timed, each on parameters
  /// of its own, so that neither launches nor a warm cache decide.
  bool graph = false;
  /// Whether to go on after `calls` calls that took `seconds` together.
  bool goOn(int64_t calls, double seconds) const;
};

class Executor {
public:
  virtual ~Executor() = default;

  /// Compiles a copy of `module` so that `entry` can run. What passes say has
  /// gone to the diagnostic handlers; the error then only names the stage.
  virtual llvm::Error prepare(mlir::ModuleOp module, llvm::StringRef entry) = 0;

  /// Copies the arguments to the device, packs the weights where the compiled
  /// function asks for it (measured: getPackMilliseconds), and makes one buffer
  /// per result, filled with NaN patterns between guard bands.
  virtual llvm::Error upload(llvm::ArrayRef<HostTensor> arguments,
                             llvm::ArrayRef<TensorSpec> results) = 0;

  /// Calls the function once and waits for it.
  virtual llvm::Error run() = 0;

  /// Milliseconds of each of many calls, warm and on the same buffers. CPU: wall
  /// clock. GPU: device events, by the rules of DESIGN section 7.
  virtual llvm::Expected<std::vector<double>> time(const TimingPolicy &policy) = 0;

  /// Copies the results back. An error where a call wrote outside a result or
  /// changed an argument.
  virtual llvm::Expected<std::vector<HostTensor>> download() = 0;

  /// The schedules of the compiled kernels, or the pipeline's name where it has none.
  virtual std::string getSchedule() const = 0;
  /// The time of the last packing, 0 where nothing is packed.
  virtual double getPackMilliseconds() const { return 0; }
  /// Threads that a call may use.
  virtual int64_t getThreads() const { return 1; }
};

/// The executor of "cpu", "cuda", "sim" or "interpreter". An error where the device is
/// unknown, or this build or machine does not have it.
llvm::Expected<std::unique_ptr<Executor>> createExecutor(llvm::StringRef device,
                                                         const CompileSettings &settings);

/// Compiled by LLVM for this machine's CPU (CpuExecutor.cpp).
std::unique_ptr<Executor> createCpuExecutor(const CompileSettings &settings);

/// Compiled as danaus-compile does, and called through the C entry points
/// (EntryPointExecutor.cpp).
std::unique_ptr<Executor> createEntryPointExecutor(const CompileSettings &settings);

/// Compiled for the first CUDA device (CudaExecutor.cpp). An error where there is
/// no driver, no device, or none that a target record fits.
llvm::Expected<std::unique_ptr<Executor>> createCudaExecutor(const CompileSettings &settings);

/// Compiled for a GPU as far as device functions, and simulated (SimExecutor.cpp).
std::unique_ptr<Executor> createSimExecutor(const CompileSettings &settings);

/// The reference interpreter, its results rounded to their type.
std::unique_ptr<Executor> createInterpreterExecutor();

} // namespace danaus

#endif // DANAUS_DRIVER_EXECUTOR_H
