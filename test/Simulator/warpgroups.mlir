// Products of warpgroups: one warp copies boxes, others multiply them, and barriers with phases are all that orders them.

// DEFINE: %{schedule} = #chain.schedule<unit=wgmma,rows=64,warps=4,panel=64,depth=2>
// DEFINE: %{run} = danaus-run %s --device=sim --check --schedule="%{schedule}"
// RUN: %{run} --entry=dense --rows=5 && %{run} --entry=dense --rows=70
// RUN: %{run} --entry=bias_and_relu --rows=70

// RUN: sed -e '1s/$/\nmodule attributes {danaus.target = "sm_90a"} {/' -e '$s/$/\n}/' %s > %t.target.mlir
// RUN: danaus-opt %t.target.mlir --danaus-to-device='schedule="%{schedule}"' > %t.mlir
// DEFINE: %{simulate} = danaus-opt --danaus-simulate="entry=dense rows=70"
// RUN: %{simulate} %t.mlir
//
// Nobody waits for the first boxes: they come while products read what was there.
// RUN: awk '/tile.barrier_wait/ { if (++n == 1) next } { print }' %t.mlir | not %{simulate} 2>&1 | FileCheck %s --check-prefix=EARLY
// EARLY: error: 'tile.bulk_load' op thread {{[0-9]+}} of block 0: copy to shared memory: a product or bulk store still reads it
//
// Nobody waits for the second boxes, which are on their way.
// RUN: awk '/tile.barrier_wait/ { if (++n == 2) next } { print }' %t.mlir | not %{simulate} 2>&1 | FileCheck %s --check-prefix=FLIGHT
// FLIGHT: error: 'tile.wgmma' op thread {{[0-9]+}} of block 0: read of bytes {{.+}} of shared memory: an asynchronous copy to it has not landed
//
// The copier waits for a slot that is never released.
// RUN: sed -e '/tile.barrier_arrive/d' %t.mlir | not %{simulate} 2>&1 | FileCheck %s --check-prefix=RELEASE
// RELEASE: error: 'tile.barrier_wait' op thread {{[0-9]+}} of block 0: waits for ever for the end of a phase of parity
//
// Sums are staged where the other threads' are still read.
// RUN: sed -e '/nvvm.barrier /d' %t.mlir | not %{simulate} 2>&1 | FileCheck %s --check-prefix=STAGE
// STAGE: error: 'tile.bulk_store' op thread 0 of block 0: read of bytes {{.+}} of shared memory: a race with a write by

func.func @dense(%m: tensor<128x192xbf16, #linop.dense>, %x: tensor<?x192xbf16>) -> tensor<?x128xbf16> {
  %y = linop.apply %m, %x : tensor<128x192xbf16, #linop.dense>, tensor<?x192xbf16> -> tensor<?x128xbf16>
  return %y : tensor<?x128xbf16>
}
func.func @bias_and_relu(%m: tensor<128x192xf16, #linop.dense>, %bias: tensor<128xf16>, %x: tensor<?x192xf16>) -> tensor<?x128xf16> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f16
  %y = linop.apply %m, %x : tensor<128x192xf16, #linop.dense>, tensor<?x192xf16> -> tensor<?x128xf16>
  %rows = tensor.dim %x, %c0 : tensor<?x192xf16>
  %empty = tensor.empty(%rows) : tensor<?x128xf16>
  %z = linalg.generic {indexing_maps = [affine_map<(n, j) -> (n, j)>, affine_map<(n, j) -> (j)>, affine_map<(n, j) -> (n, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x128xf16>, tensor<128xf16>) outs(%empty : tensor<?x128xf16>) {
  ^bb0(%v: f16, %b: f16, %out: f16):
    %s = arith.addf %v, %b : f16
    %r = arith.maximumf %s, %zero : f16
    linalg.yield %r : f16
  } -> tensor<?x128xf16>
  return %z : tensor<?x128xf16>
}
