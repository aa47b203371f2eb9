// What the kernels of Inputs/monarchs.mlir are made of, without an assembler or a GPU. Nothing lives in local memory:
// a fragment that an index picks from a vector would.
//
// RUN: danaus-compile %S/Inputs/monarchs.mlir --target=sm_90a --emit=ptx \
// RUN:   | FileCheck %s --check-prefixes=CHECK,SM90 --implicit-check-not=.local --implicit-check-not=__local_depot
// RUN: danaus-compile %S/Inputs/monarchs.mlir --target=sm_80 --emit=ptx \
// RUN:   | FileCheck %s --check-prefixes=CHECK,SM80 --implicit-check-not=.local --implicit-check-not=__local_depot
// RUN: danaus-compile %S/Inputs/monarchs.mlir --emit=ptx -o %t.default
// RUN: danaus-compile %S/Inputs/monarchs.mlir --target=sm_90a -o %t.ptx
// RUN: diff %t.default %t.ptx
// RUN: danaus-compile %S/Inputs/monarchs.mlir --target=sm_90a -o %t.ll
// RUN: FileCheck %s --check-prefix=LL --input-file=%t.ll

// SM80:  .version 8.0
// SM90:  .version 8.1
// SM90:  .target sm_90a
// SM80:  .target sm_80

// CHECK-LABEL: .visible .entry square_bf16_kernel_0(
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
// CHECK:         cvt.rn.bf16x2.f32

// CHECK-LABEL: .visible .entry square_f16_kernel_0(
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK:         cvt.rn.f16x2.f32

// CHECK-LABEL: .visible .entry square_f32_kernel_0(
// CHECK:         cp.async.cg.shared.global
// CHECK:         and.b32 {{.+}}, -8192;
// CHECK:         sub.f32
// CHECK-COUNT-3: mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32

// Rows of 20 elements of 2 bytes in blocks of 5: no copy of 4 bytes is aligned.
// CHECK-LABEL: .visible .entry odd_bf16_kernel_0(
// CHECK-NOT:     cp.async.c{{[ag]}}
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32

// CHECK-LABEL: .visible .entry odd_f32_kernel_0(
// CHECK:         bar.sync
// CHECK:         mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32

// Copies in flight, left operands by ldmatrix, the map on sums, whole rows out; LLVM turns the loop, so that its blocks
// come in no order.
// CHECK-LABEL: .visible .entry bias_and_relu_bf16_kernel_0(
// CHECK:         .maxntid {{[0-9]+}}, 1, 1
// CHECK:         cp.async.cg.shared.global [%{{[a-z0-9]+}}{{.*}}], [%{{[a-z0-9]+}}{{.*}}], 16, %{{[a-z0-9]+}};
// CHECK:         cp.async.commit_group;
// CHECK-DAG:     cp.async.wait_group
// CHECK-DAG:     bar.sync
// CHECK-DAG:     ldmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK-DAG:     mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
// CHECK-DAG:     max{{(.NaN)?}}.f32
// CHECK-DAG:     add{{(.rn)?}}.f32
// CHECK-DAG:     st.global

// LL-LABEL: define {{.*}}ptx_kernel void @square_bf16_kernel_0(
// LL:         call { float, float, float, float } @llvm.nvvm.mma.m16n8k16.row.col.bf16(
