// What danaus-compile makes of ptxas; scripts stand in for it, so this needs none. DANAUS_PTXAS comes before the PATH.
//
// RUN: not env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SPILLS
// RUN: env DANAUS_PTXAS=%S/Inputs/ptxas-that-spills danaus-compile %s --target=sm_80 --allow-spills -v -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ALLOWED
// RUN: FileCheck %s --check-prefix=IMAGE --input-file=%t.cubin
// RUN: not env DANAUS_PTXAS=%S/Inputs/ptxas-that-fails danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FAILS
// RUN: not env DANAUS_PTXAS=%t.nowhere danaus-compile %s --target=sm_80 -o %t.cubin 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NOWHERE

// SPILLS:  danaus-compile: error: kernel layer_kernel_0: wanted no spills, found 84 bytes (128 registers)
// ALLOWED: layer_kernel_0: 128 registers, 84 bytes spilled, 24 bytes stack
// IMAGE:   {{^image$}}
// FAILS:   danaus-compile: error: ptxas failed with status 255: ptxas fatal   : Ptx assembly aborted due to errors
// NOWHERE: danaus-compile: error: ptxas failed with status -1: {{.*}}

func.func @layer(%w: tensor<4x16x16xbf16>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %m = linop.assemble %w : (tensor<4x16x16xbf16>) -> tensor<64x64xbf16, #linop.block_diagonal<blocks = 4>>
  %y = linop.apply %m, %x : tensor<64x64xbf16, #linop.block_diagonal<blocks = 4>>, tensor<?x64xbf16>
      -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
