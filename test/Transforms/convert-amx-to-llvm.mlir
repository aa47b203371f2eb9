// RUN: danaus-opt %s --danaus-convert-amx-to-llvm --reconcile-unrealized-casts | FileCheck %s
// RUN: danaus-opt %s --danaus-convert-amx-to-llvm --danaus-convert-amx-to-llvm --reconcile-unrealized-casts | FileCheck %s

// CHECK-LABEL: func @a_tile_around_a_loop(
// CHECK:         %[[ZERO:.*]] = llvm.call_intrinsic "llvm.x86.tilezero.internal"
// CHECK:         llvm.br ^[[HEAD:bb.*]](%{{.*}}, %[[ZERO]] : i64, !llvm.x86_amx)
// CHECK:       ^[[HEAD]](%{{.*}}: i64, %[[SUM:.*]]: !llvm.x86_amx)
// CHECK:         llvm.cond_br
// CHECK:         %[[NEXT:.*]] = llvm.call_intrinsic "llvm.x86.tdpbf16ps.internal"(%{{.*}}, %{{.*}}, %{{.*}}, %[[SUM]],
// CHECK:         llvm.br ^[[HEAD]](%{{.*}}, %[[NEXT]] : i64, !llvm.x86_amx)
// CHECK:         llvm.call_intrinsic "llvm.x86.tilestored64.internal"({{.*}}, %[[SUM]])
// CHECK-NOT:     {{cf|amx}}.
func.func @a_tile_around_a_loop(%x: memref<16x32xbf16>, %y: memref<16x16xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = amx.tile_zero : !amx.tile<16x16xf32>
  cf.br ^head(%c0, %zero : index, !amx.tile<16x16xf32>)
^head(%i: index, %sum: !amx.tile<16x16xf32>):
  %goes_on = arith.cmpi slt, %i, %n : index
  cf.cond_br %goes_on, ^body, ^end
^body:
  %a = amx.tile_load %x[%c0, %c0] : memref<16x32xbf16> into !amx.tile<16x32xbf16>
  %next = amx.tile_mulf %a, %a, %sum : !amx.tile<16x32xbf16>, !amx.tile<16x32xbf16>, !amx.tile<16x16xf32>
  %j = arith.addi %i, %c1 : index
  cf.br ^head(%j, %next : index, !amx.tile<16x16xf32>)
^end:
  amx.tile_store %y[%c0, %c0], %sum : memref<16x16xf32>, !amx.tile<16x16xf32>
  return
}
