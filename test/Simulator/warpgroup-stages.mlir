// Two stages as products of warpgroups. Where the blocks of the second take turns in a row, a tile has them all; 16 blocks,
// or sums so long that x would be read too often, leave a transposition behind it.

// DEFINE: %{schedule} = unit=wgmma,rows=64,warps=4,panel=64,depth=2,cuts=[1]
// DEFINE: %{run} = danaus-run %s --device=sim --check --rows=70 --schedule="#chain.schedule<%{schedule}>"
// RUN: %{run} --entry=two_blocks | FileCheck %s
// RUN: %{run} --entry=four_blocks | FileCheck %s
// RUN: %{run} --entry=eight_blocks | FileCheck %s
// RUN: %{run} --entry=sixteen_blocks | FileCheck %s
// RUN: %{run} --entry=long_sums | FileCheck %s
// CHECK: check passed

// REDEFINE: %{schedule} = unit=wgmma,rows=128,warps=8,panel=256,depth=2,cuts=[1]
// RUN: %{run} --entry=eight_blocks | FileCheck %s
// RUN: %{run} --entry=four_blocks_of_odd_size | FileCheck %s

// RUN: danaus-opt %s --danaus-to-device='schedule="#chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2,cuts=[1]>"' | FileCheck %s --check-prefix=LAUNCHES
// LAUNCHES-LABEL: func.func @two_blocks(
// LAUNCHES-COUNT-2: gpu.launch_func
// LAUNCHES-NOT:     gpu.launch_func
// LAUNCHES-LABEL: func.func @four_blocks(
// LAUNCHES-LABEL: func.func @sixteen_blocks(
// LAUNCHES-COUNT-3: gpu.launch_func
// LAUNCHES-LABEL: func.func @long_sums(
// LAUNCHES-COUNT-3: gpu.launch_func
// LAUNCHES-LABEL: gpu.func @two_blocks_kernel_1(
// LAUNCHES:         tile.stage %{{[^ ]+}}, %{{[^ ]+}} columns 0 count 64

#two = #linop.monarch<blocks = [2, 2], middle = 256>
#long = #linop.monarch<blocks = [2, 2], middle = 512>
#four = #linop.monarch<blocks = [4, 4], middle = 256>
#eight = #linop.monarch<blocks = [8, 8], middle = 512>
#sixteen = #linop.monarch<blocks = [16, 16], middle = 2048>
module attributes {danaus.target = "sm_90a"} {
  func.func @two_blocks(%m: tensor<256x256xbf16, #two>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
    %y = linop.apply %m, %x : tensor<256x256xbf16, #two>, tensor<?x256xbf16> -> tensor<?x256xbf16>
    return %y : tensor<?x256xbf16>
  }
  func.func @four_blocks(%m: tensor<256x256xf16, #four>, %x: tensor<?x256xf16>, %bias: tensor<256xf16>) -> tensor<?x256xf16> {
    %y = linop.apply %m, %x : tensor<256x256xf16, #four>, tensor<?x256xf16> -> tensor<?x256xf16>
    %c0 = arith.constant 0 : index
    %rows = tensor.dim %y, %c0 : tensor<?x256xf16>
    %empty = tensor.empty(%rows) : tensor<?x256xf16>
    %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]} ins(%y, %bias : tensor<?x256xf16>, tensor<256xf16>) outs(%empty : tensor<?x256xf16>) {
    ^bb0(%v: f16, %b: f16, %ignored: f16):
      %0 = arith.addf %v, %b : f16
      linalg.yield %0 : f16
    } -> tensor<?x256xf16>
    return %z : tensor<?x256xf16>
  }
  func.func @four_blocks_of_odd_size(%m: tensor<160x256xbf16, #four>, %x: tensor<?x256xbf16>) -> tensor<?x160xbf16> {
    %y = linop.apply %m, %x : tensor<160x256xbf16, #four>, tensor<?x256xbf16> -> tensor<?x160xbf16>
    return %y : tensor<?x160xbf16>
  }
  func.func @eight_blocks(%m: tensor<512x512xbf16, #eight>, %x: tensor<?x512xbf16>) -> tensor<?x512xbf16> {
    %y = linop.apply %m, %x : tensor<512x512xbf16, #eight>, tensor<?x512xbf16> -> tensor<?x512xbf16>
    return %y : tensor<?x512xbf16>
  }
  func.func @sixteen_blocks(%m: tensor<256x256xbf16, #sixteen>, %x: tensor<?x256xbf16>) -> tensor<?x256xbf16> {
    %y = linop.apply %m, %x : tensor<256x256xbf16, #sixteen>, tensor<?x256xbf16> -> tensor<?x256xbf16>
    return %y : tensor<?x256xbf16>
  }
  func.func @long_sums(%m: tensor<1024x128xbf16, #long>, %x: tensor<?x128xbf16>) -> tensor<?x1024xbf16> {
    %y = linop.apply %m, %x : tensor<1024x128xbf16, #long>, tensor<?x128xbf16> -> tensor<?x1024xbf16>
    return %y : tensor<?x1024xbf16>
  }
}
