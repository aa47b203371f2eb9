// Blocks of 2 x 2: only some lanes of a warp store a fragment, but all of them must take part in its mma, or the warp
// waits for ever. No mma may follow the stores of the one before it into their branch.
//
// RUN: danaus-compile %s --target=sm_90a --emit=ptx | FileCheck %s
// RUN: danaus-compile %s --target=sm_90a --emit=ll | FileCheck %s --check-prefix=LL

// LL: call { float, float, float, float } @llvm.nvvm.mma.m16n8k16.row.col.bf16({{.*}}) #[[ATTRIBUTES:[0-9]+]]
// LL: attributes #[[ATTRIBUTES]] = { {{.*}}convergent

// CHECK-LABEL: .visible .entry level_kernel_0(
// CHECK-COUNT-2: mma.sync.aligned.m16n8k16
// CHECK-NOT:     mma.sync
// CHECK:         @%[[STORES:p[0-9]+]] bra $L__BB0_[[NEXT:[0-9]+]];
// CHECK-NOT:     mma.sync
// CHECK:         $L__BB0_[[NEXT]]:
// CHECK-COUNT-2: mma.sync.aligned.m16n8k16
func.func @level(%m: tensor<512x512xbf16, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>,
                 %x: tensor<?x512xbf16>) -> tensor<?x512xbf16> {
  %y = linop.apply %m, %x : tensor<512x512xbf16, #linop.kronecker_sparse<a = 4, b = 2, c = 2, d = 64>>,
      tensor<?x512xbf16> -> tensor<?x512xbf16>
  return %y : tensor<?x512xbf16>
}
