// Two layers as products of warpgroups: the second reads the blocks of the first in place, through the GELU between, so
// that there are four launches of products; tiles of the last have both blocks. Error functions are polynomials.

// DEFINE: %{schedule} = #chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2,cuts=[1,2,3]>
// RUN: danaus-run %s --device=sim --check --rows=70 --schedule="%{schedule}" | FileCheck %s
// CHECK: check passed

// RUN: danaus-opt %s --danaus-to-device='schedule="%{schedule}"' | FileCheck %s --check-prefix=DEVICE
// DEVICE-LABEL:   func.func @layers(
// DEVICE-COUNT-4: gpu.launch_func
// DEVICE-NOT:     gpu.launch_func
// One rounding, where sums are stored: the map is in f32.
// DEVICE-LABEL:   gpu.func @layers_kernel_1(
// DEVICE:         tile.map
// DEVICE-NOT:       bf16
// DEVICE:           math.erf %{{.+}} fastmath<afn> : f32
// DEVICE-NOT:       bf16
// DEVICE:           tile.yield
// DEVICE-LABEL:   gpu.func @layers_kernel_2(
// DEVICE:         tile.bulk_load %{{[^ ]+}}[%{{[^,]+}}, %{{[^,]+}}, %{{[^,]+}}, %{{[^,]+}}]

#mon = #linop.monarch<blocks = [2, 2], middle = 256>
module attributes {danaus.target = "sm_90a"} {
  func.func @layers(%a: tensor<512x128xbf16, #mon>, %b: tensor<128x512xbf16, #mon>, %x: tensor<?x128xbf16>) -> tensor<?x128xbf16> {
    %y = linop.apply %a, %x : tensor<512x128xbf16, #mon>, tensor<?x128xbf16> -> tensor<?x512xbf16>
    %c0 = arith.constant 0 : index
    %rows = tensor.dim %y, %c0 : tensor<?x512xbf16>
    %empty = tensor.empty(%rows) : tensor<?x512xbf16>
    %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]} ins(%y : tensor<?x512xbf16>) outs(%empty : tensor<?x512xbf16>) {
    ^bb0(%v: bf16, %ignored: bf16):
      %half = arith.constant 5.000000e-01 : bf16
      %one = arith.constant 1.000000e+00 : bf16
      %scale = arith.constant 0.707106781 : bf16
      %0 = arith.mulf %v, %scale : bf16
      %1 = math.erf %0 : bf16
      %2 = arith.addf %1, %one : bf16
      %3 = arith.mulf %v, %half : bf16
      %4 = arith.mulf %3, %2 : bf16
      linalg.yield %4 : bf16
    } -> tensor<?x512xbf16>
    %u = linop.apply %b, %z : tensor<128x512xbf16, #mon>, tensor<?x512xbf16> -> tensor<?x128xbf16>
    return %u : tensor<?x128xbf16>
  }
}
