// The shape of the machine code of a Monarch of 1024 on tensor cores, on any machine: from linop to PTX.
// RUN: danaus-compile %s --target=sm_90a --emit=ptx --schedule="#chain.schedule<unit = mma_sync, rows = 16, warps = 16, depth = 3, placement = registers>" \
// RUN:   | FileCheck %s
// RUN: danaus-compile %s --target=sm_80 --emit=ptx | FileCheck %s --check-prefix=SM80

// SM80: .target sm_80
// CHECK: .target sm_90a
// CHECK-LABEL: .visible .entry layer_kernel_0(
// CHECK: .maxntid 512, 1, 1
// CHECK: .minnctapersm 1
// Weights: 8 bytes a lane, 16 fragments a stage, before the loop.
// CHECK-COUNT-32: ld.global.v2.b32
// CHECK-NOT: ld.global
// CHECK-COUNT-4: cp.async.cg.shared.global
// CHECK: cp.async.commit_group
// The loop over tiles: the next tile's x is on its way, 16 products a stage, whole vectors to y.
// CHECK: cp.async.wait_group 1
// CHECK: bar.sync 0
// CHECK: cp.async.commit_group
// CHECK-COUNT-16: mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
// CHECK: bar.sync 0
// CHECK-COUNT-16: mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
// CHECK: bar.sync 0
// CHECK: st.global.v
// CHECK-NOT: .local
// CHECK: ret;
#mon = #linop.monarch<blocks = [32, 32], middle = 1024>
func.func @layer(%m: tensor<1024x1024xbf16, #mon>, %x: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #mon>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}
