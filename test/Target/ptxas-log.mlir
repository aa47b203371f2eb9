// What danaus-compile makes of ptxas; scripts stand in for it, so this needs none. DANAUS_PTXAS comes before the PATH.
//
// A schedule that somebody named must not spill; a default one makes place for the next, and the last may.
// RUN: not env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-compile %s --target=sm_80 -o %t.cubin \
// RUN:   --schedule="#chain.schedule<unit = mma_sync, rows = 16, warps = 4, depth = 2, placement = registers>" 2>&1 | FileCheck %s --check-prefix=SPILLS
// RUN: env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-compile %s --target=sm_80 -v -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ACCEPTED
// RUN: rm -f %t.spilled
// RUN: env SPILLED=%t.spilled DANAUS_PTXAS=%S/Inputs/ptxas-that-spills-once danaus-compile %s --target=sm_80 -v -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NEXT --implicit-check-not=warning --implicit-check-not=spills
// RUN: env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-compile %s --target=sm_80 --allow-spills -v -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ALLOWED
// RUN: FileCheck %s --check-prefix=IMAGE --input-file=%t.cubin
// RUN: not env DANAUS_PTXAS=%S/Inputs/ptxas-that-fails danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FAILS
// RUN: not env DANAUS_PTXAS=%t.nowhere danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NOWHERE

// RUN: not env TMPDIR=%t.nowhere DANAUS_PTXAS=%S/Inputs/ptxas-that-fails danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TMPDIR
// RUN: not env DANAUS_PTXAS= danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 | FileCheck %s --check-prefix=NONE
//
// The same of the pass, which has its own options.
// RUN: danaus-compile %s --target=sm_80 --emit=mlir -o %t.device.mlir
// RUN: env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-opt %t.device.mlir --convert-launch-to-runtime --danaus-embed-kernels="format=cubin allow-spills=true" \
// RUN:   | FileCheck %s --check-prefix=EMBEDDED
// RUN: not env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-opt %t.device.mlir --convert-launch-to-runtime --danaus-embed-kernels="format=cubin" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REFUSED
// RUN: not env DANAUS_PTXAS= danaus-opt %t.device.mlir --convert-launch-to-runtime --danaus-embed-kernels="format=cubin" 2>&1 | FileCheck %s --check-prefix=EMBED-NONE

// SPILLS:  danaus-compile: error: kernel layer_kernel_0: wanted no spills, found 84 bytes (128 registers); use fewer warps or stream the weights
// ACCEPTED: warning: kernels spill registers under all default schedules; name one, or see what each kernel uses with danaus-compile -v
// ACCEPTED: layer_kernel_0: 128 registers, 84 bytes spilled, 24 bytes stack
// NEXT:    layer_kernel_0: 96 registers, 0 bytes spilled, 0 bytes stack
// ALLOWED: layer_kernel_0: 128 registers, 84 bytes spilled, 24 bytes stack
// IMAGE:   {{^image$}}
// FAILS:   danaus-compile: error: ptxas failed with status 255: ptxas fatal   : Ptx assembly aborted due to errors
// NOWHERE: danaus-compile: error: ptxas failed with status -1: {{.*}}
// TMPDIR:  danaus-compile: error: temporary file for ptxas: {{[a-zA-Z ]+}}
// NONE:    danaus-compile: error: a cubin needs ptxas: none on the PATH, in CUDA_PATH or DANAUS_PTXAS; ptx needs none
// EMBEDDED: @danaus_kernels_image("image")
// REFUSED: error: kernel layer_kernel_0: wanted no spills, found 84 bytes (128 registers); use fewer warps or stream the weights
// EMBED-NONE: error: a cubin needs ptxas, and there is none

func.func @layer(%w: tensor<4x16x16xbf16>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %m = linop.assemble %w : (tensor<4x16x16xbf16>) -> tensor<64x64xbf16, #linop.block_diagonal<blocks = 4>>
  %y = linop.apply %m, %x : tensor<64x64xbf16, #linop.block_diagonal<blocks = 4>>, tensor<?x64xbf16>
      -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
