// Each pipeline hands its options to the pass that they are for.

// RUN: danaus-opt %s --danaus-to-kernels="schedule=#chain.schedule<rows=24,axes=[b,b]>" | FileCheck %s --check-prefix=GIVEN
// RUN: danaus-opt %s --danaus-to-kernels="model=%S/../Transforms/Inputs/narrow-panels.json" | FileCheck %s --check-prefix=MODEL
// RUN: danaus-opt %s --danaus-to-kernels="model=%S/../Transforms/Inputs/narrow-panels.json rows=3" | FileCheck %s --check-prefix=THREE
// GIVEN: schedule(<rows = 24, axes = [b, b]>)
// MODEL: schedule(<rows = {{[0-9][0-9]+}},{{.*}}panel = 1>)
// THREE: schedule(<rows = {{[1-4]}},{{.*}}panel = 1>)

// Rows a tile are the step of the loop that is left of the schedule.
// RUN: danaus-opt %s --danaus-to-llvm="schedule=#chain.schedule<rows=24,axes=[b,b]>" | FileCheck %s --check-prefix=STEP
// STEP: llvm.mlir.constant(24 : index)
// RUN: not danaus-opt %s --danaus-to-llvm="model=%t.none rows=3" 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: option model: cannot read model '{{.*}}none': No such file or directory

// Ahead of time, with a loop of the runtime where there are several threads; a worker expects its share of the rows.
// RUN: danaus-opt %s --danaus-to-entry-points="schedule=#chain.schedule<rows=24,axes=[b,b]>" | FileCheck %s --check-prefix=STEP
// RUN: not danaus-opt %s --danaus-to-entry-points="model=%t.none rows=3" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: danaus-opt %s --danaus-to-entry-points="threads=3 simplify=true" | FileCheck %s --check-prefix=PARALLEL
// RUN: danaus-opt %s --danaus-to-llvm="threads=3" | FileCheck %s --check-prefix=PARALLEL
// RUN: danaus-opt %s --danaus-to-kernels="model=%S/../Transforms/Inputs/narrow-panels.json rows=6 threads=2" | FileCheck %s --check-prefix=THREE
// PARALLEL: llvm.call @danausParallelFor

// RUN: danaus-opt %s --danaus-to-kernels --danaus-tile-kernels --danaus-bufferize="threads=3 deallocate=false" \
// RUN:   | FileCheck %s --check-prefix=KEPT --implicit-check-not=dealloc
// KEPT: scf.forall
// KEPT: memref.alloc
// KEPT: danaus.workers = 3

// Four warps are 128 threads, and 48 rows a tile.
// RUN: sed s/x86-avx512/sm_90a/ %s > %t.gpu.mlir
// RUN: danaus-opt %t.gpu.mlir --danaus-to-nvvm="rows=512 threads=1 schedule=#chain.schedule<unit=mma_sync,rows=48,warps=4>" \
// RUN:   | FileCheck %s --check-prefix=THREADS
// THREADS: gpu.launch_func @danaus_kernels::@{{.*}} threads in (%[[N:.*]], %{{.*}}, %{{.*}})
// RUN: not danaus-opt %t.gpu.mlir --danaus-to-nvvm="model=%t.none" 2>&1 | FileCheck %s --check-prefix=NONE

// RUN: env DANAUS_PTXAS=%S/../Target/Inputs/ptxas-that-spills not danaus-opt %t.gpu.mlir \
// RUN:   --danaus-to-cuda="rows=512 threads=1 schedule=#chain.schedule<unit=mma_sync,rows=48,warps=4>" 2>&1 | FileCheck %s --check-prefix=CUDA
// CUDA: error: kernel {{.*}}: wanted no spills, found 84 bytes (128 registers); use fewer warps or stream the weights
// RUN: not danaus-opt %t.gpu.mlir --danaus-to-cuda="model=%t.none" 2>&1 | FileCheck %s --check-prefix=NONE

// Ahead of time for a GPU: the checks, then launches; memory is the caller's.
// RUN: env DANAUS_PTXAS= danaus-opt %t.gpu.mlir --danaus-to-cuda-entry-points="rows=512 threads=1 simplify=true schedule=#chain.schedule<unit=mma_sync,rows=48,warps=4>" \
// RUN:   | FileCheck %s --check-prefix=ENTRY --implicit-check-not=danausCudaAlloc --implicit-check-not=danausCudaConstant
// ENTRY: llvm.func internal @layer_run_body(
// ENTRY: llvm.call @danausCudaLaunch(
// ENTRY: llvm.func @layer_call(
// ENTRY: llvm.call @danausCudaBeginRun(
// ENTRY: llvm.call @danausCudaEnd(
// RUN: not danaus-opt %t.gpu.mlir --danaus-to-cuda-entry-points="model=%t.none" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: danaus-opt %s --danaus-mark-activations --danaus-to-kernels="regroup=true max-block=4" --danaus-separate-parameters --danaus-tile-kernels --danaus-bufferize="row-strides=false deallocate=false" \
// RUN:   | FileCheck %s --check-prefix=SIDE-BY-SIDE
// SIDE-BY-SIDE: func.func @layer({{.*}}memref<?x64xf32>)

#monarch = #linop.monarch<blocks = [4, 4], middle = 64>
module attributes {danaus.target = "x86-avx512"} {
  func.func @layer(%w1: tensor<4x16x16xf32>, %w2: tensor<4x16x16xf32>, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %m = linop.assemble %w1, %w2 : (tensor<4x16x16xf32>, tensor<4x16x16xf32>) -> tensor<64x64xf32, #monarch>
    %y = linop.apply %m, %x : tensor<64x64xf32, #monarch>, tensor<?x64xf32> -> tensor<?x64xf32>
    return %y : tensor<?x64xf32>
  }
}
