// RUN: danaus-opt %s --convert-tile-to-nvvm --canonicalize --cse | FileCheck %s
// RUN: danaus-opt %s --convert-tile-to-nvvm | danaus-opt --convert-tile-to-nvvm | FileCheck %s --check-prefix=AGAIN
// AGAIN-NOT: {{[^!]tile\.}}

// Lane 4 g + t loads words t and t + 4 of rows g and g + 8; a word is two elements.
// CHECK-LABEL: @left_operand_of_bf16(
// CHECK-SAME:    %[[X:.+]]: memref<640xbf16, 3>, %[[I:.+]]: index)
func.func @left_operand_of_bf16(%x: memref<640xbf16, 3>, %i: index) -> !tile.fragment<a, 16x16xbf16> {
  // CHECK-DAG: %[[C320:.+]] = arith.constant 320 : index
  // CHECK-DAG: %[[C328:.+]] = arith.constant 328 : index
  // CHECK-DAG: %[[C8:.+]] = arith.constant 8 : index
  // CHECK-DAG: %[[C40:.+]] = arith.constant 40 : index
  // CHECK: %[[TID:.+]] = gpu.thread_id x
  // CHECK: %[[LANE:.+]] = arith.remui %[[TID]], %{{.+}}
  // CHECK: %[[G:.+]] = arith.divui %[[LANE]], %{{.+}}
  // CHECK: %[[T:.+]] = arith.remui %[[LANE]], %{{.+}}
  // CHECK: %[[ROW:.+]] = arith.muli %[[G]], %[[C40]]
  // CHECK: %[[WORD:.+]] = arith.muli %[[T]], %{{.+}}
  // CHECK: %[[IN:.+]] = arith.addi %[[ROW]], %[[WORD]]
  // CHECK: %[[BASE:.+]] = arith.addi %[[I]], %[[IN]]
  // CHECK: vector.load %[[X]][%[[BASE]]] {alignment = 4 : i64} : memref<640xbf16, 3>, vector<2xbf16>
  // CHECK: %[[BELOW:.+]] = arith.addi %[[BASE]], %[[C320]]
  // CHECK: vector.load %[[X]][%[[BELOW]]]
  // CHECK: %[[RIGHT:.+]] = arith.addi %[[BASE]], %[[C8]]
  // CHECK: vector.load %[[X]][%[[RIGHT]]]
  // CHECK: %[[BOTH:.+]] = arith.addi %[[BASE]], %[[C328]]
  // CHECK: vector.load %[[X]][%[[BOTH]]]
  // CHECK: vector.from_elements %{{.+}} : vector<4xi32>
  %a = tile.load_a %x[%i] row_pitch 40 : memref<640xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
  return %a : !tile.fragment<a, 16x16xbf16>
}

// Lane l gives the address of row l mod 16; the right operand comes out transposed.
// CHECK-LABEL: @right_operand_by_matrices(
func.func @right_operand_by_matrices(%x: memref<4608xbf16, 3>, %i: index) -> !tile.fragment<b, 16x8xbf16> {
  // CHECK-DAG: %[[C16:.+]] = arith.constant 16 : index
  // CHECK-DAG: %[[C144:.+]] = arith.constant 144 : index
  // CHECK: %[[ROW:.+]] = arith.remui %{{.+}}, %[[C16]]
  // CHECK: arith.muli %[[ROW]], %[[C144]]
  // CHECK: nvvm.ldmatrix %{{.+}} {eltType = {{.+}}, layout = #nvvm.mma_layout<col>, num = 2 : i32, {{.+}}} : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32)>
  %r = tile.load %x[%i] map affine_map<(i, j) -> (72 * i + j)> matrices : memref<4608xbf16, 3> -> !tile.fragment<b, 16x8xbf16>
  return %r : !tile.fragment<b, 16x8xbf16>
}

// Lanes 16 and up give the address of the other 8 columns.
// CHECK-LABEL: @left_operand_by_matrices(
func.func @left_operand_by_matrices(%x: memref<4608xbf16, 3>, %i: index) -> !tile.fragment<a, 16x16xbf16> {
  // CHECK: nvvm.ldmatrix %{{.+}} {eltType = {{.+}}, layout = #nvvm.mma_layout<row>, num = 4 : i32,
  %a = tile.load %x[%i] map affine_map<(i, j) -> (72 * i + j)> matrices : memref<4608xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
  return %a : !tile.fragment<a, 16x16xbf16>
}

// CHECK-LABEL: @left_operand_of_f32_along_columns(
func.func @left_operand_of_f32_along_columns(%x: memref<4608xf32, 3>, %i: index) -> !tile.fragment<a, 16x8xf32> {
  // CHECK-COUNT-4: memref.load %{{.+}} : memref<4608xf32, 3>
  // CHECK: vector.from_elements %{{.+}} : vector<4xf32>
  %a = tile.load %x[%i] map affine_map<(i, j) -> (i + 72 * j)> : memref<4608xf32, 3> -> !tile.fragment<a, 16x8xf32>
  return %a : !tile.fragment<a, 16x8xf32>
}

// CHECK-LABEL: @turned_weights(
// CHECK-SAME:    %[[FIRST:.+]]: vector<2xi32>, %[[SECOND:.+]]: vector<2xi32>)
func.func @turned_weights(%first: !tile.fragment<b, 16x8xbf16>, %second: !tile.fragment<b, 16x8xbf16>) -> !tile.fragment<a, 16x16xbf16> {
  // CHECK: %[[F0:.+]] = vector.extract %[[FIRST]][0]
  // CHECK: %[[S0:.+]] = vector.extract %[[SECOND]][0]
  // CHECK: %[[F1:.+]] = vector.extract %[[FIRST]][1]
  // CHECK: %[[S1:.+]] = vector.extract %[[SECOND]][1]
  // CHECK: vector.from_elements %[[F0]], %[[S0]], %[[F1]], %[[S1]] : vector<4xi32>
  %a = tile.turn %first, %second : !tile.fragment<b, 16x8xbf16> -> !tile.fragment<a, 16x16xbf16>
  return %a : !tile.fragment<a, 16x16xbf16>
}

// Each lane has 16 bytes of 128 values.
// CHECK-LABEL: @sums_of_two_warps(
// CHECK-SAME:    %[[SUM:.+]]: vector<4xf32>, %[[SUMS:.+]]: memref<2048xf32, 3>, %[[I:.+]]: index)
func.func @sums_of_two_warps(%sum: !tile.fragment<acc, 16x8xf32>, %sums: memref<2048xf32, 3>, %i: index) -> !tile.fragment<acc, 16x8xf32> {
  // CHECK: %[[LANE:.+]] = arith.remui
  // CHECK: %[[BYTES:.+]] = arith.muli %[[LANE]], %{{.+}}
  // CHECK: %[[PLACE:.+]] = arith.addi %[[I]], %[[BYTES]]
  // CHECK: vector.store %[[SUM]], %[[SUMS]][%[[PLACE]]] {alignment = 16 : i64}
  tile.park %sum into %sums[%i] : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>
  // CHECK: %[[FIRST:.+]] = vector.load %[[SUMS]][%{{.+}}] {alignment = 16 : i64}
  // CHECK: %[[SECOND:.+]] = vector.load %[[SUMS]][%{{.+}}] {alignment = 16 : i64}
  // CHECK: arith.addf %[[FIRST]], %[[SECOND]] : vector<4xf32>
  %all = tile.collect %sums[%i] count 2 stride 256 : memref<2048xf32, 3> -> !tile.fragment<acc, 16x8xf32>
  return %all : !tile.fragment<acc, 16x8xf32>
}

// CHECK-LABEL: @store_behind_an_offset(
// CHECK-SAME:    %{{.+}}: vector<4xf32>, %{{.+}}: memref<4608xf32, 3>, %[[I:.+]]: index)
func.func @store_behind_an_offset(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<4608xf32, 3>, %i: index) {
  // CHECK: %[[PLACE:.+]] = arith.addi %[[I]], %{{.+}}
  // CHECK: memref.store %{{.+}}, %{{.+}}[%[[PLACE]]]
  %zero = arith.constant 0 : index
  tile.store %c into %y[%zero, %zero] offset %i step 1 map affine_map<(i, j) -> (i + 72 * j)> : !tile.fragment<acc, 16x8xf32> into memref<4608xf32, 3>
  return
}

// A lane loads its 8 bytes at once; with split columns lane 4 g + t holds column g / 2 + 4 (g % 2).
// CHECK-LABEL: @right_operand_with_split_columns(
func.func @right_operand_with_split_columns(%w: memref<4x2x8x4x2x2xbf16>, %i: index)
    -> !tile.fragment<b, 16x8xbf16, split> {
  // CHECK: %[[G:.+]] = arith.divui %{{.+}}, %{{.+}} : index
  // CHECK: %[[FLAT:.+]] = memref.reinterpret_cast %{{.+}} : memref<4x2x8x4x2x2xbf16> to memref<1024xbf16>
  // CHECK: %[[V:.+]] = vector.load %[[FLAT]][%{{.+}}] {alignment = 8 : i64} : memref<1024xbf16>, vector<4xbf16>
  // CHECK: vector.bitcast %[[V]] : vector<4xbf16> to vector<2xi32>
  %b = tile.load_b %w[%i, %i] : memref<4x2x8x4x2x2xbf16> -> !tile.fragment<b, 16x8xbf16, split>
  return %b : !tile.fragment<b, 16x8xbf16, split>
}

// CHECK-LABEL: @product_of_bf16(
func.func @product_of_bf16(%a: !tile.fragment<a, 16x16xbf16>, %b: !tile.fragment<b, 16x8xbf16>) -> !tile.fragment<acc, 16x8xf32> {
  // CHECK: nvvm.mma.sync A[%{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}] B[%{{.+}}, %{{.+}}] C[%{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}]
  // CHECK-SAME: multiplicandAPtxType = #nvvm.mma_type<bf16>
  // CHECK-SAME: shape = #nvvm.shape<m = 16, n = 8, k = 16>} : (i32, i32, f32)
  // CHECK-NOT: nvvm.mma.sync
  %zero = tile.zero : !tile.fragment<acc, 16x8xf32>
  %c = tile.mma %a, %b, %zero : !tile.fragment<a, 16x16xbf16>, !tile.fragment<b, 16x8xbf16>, !tile.fragment<acc, 16x8xf32>
  return %c : !tile.fragment<acc, 16x8xf32>
}

// CHECK-LABEL: @product_of_f16(
func.func @product_of_f16(%a: !tile.fragment<a, 16x16xf16>, %b: !tile.fragment<b, 16x8xf16>, %c: !tile.fragment<acc, 16x8xf32>) -> !tile.fragment<acc, 16x8xf32> {
  // CHECK: nvvm.mma.sync {{.+}} (vector<2xf16>, vector<2xf16>, f32)
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x16xf16>, !tile.fragment<b, 16x8xf16>, !tile.fragment<acc, 16x8xf32>
  return %d : !tile.fragment<acc, 16x8xf32>
}

// f32 is big + small in tf32: small b, then small a, then the big parts.
// CHECK-LABEL: @product_of_f32(
func.func @product_of_f32(%a: !tile.fragment<a, 16x8xf32>, %b: !tile.fragment<b, 8x8xf32>, %c: !tile.fragment<acc, 16x8xf32>) -> !tile.fragment<acc, 16x8xf32> {
  // CHECK-DAG: %[[MASK:.+]] = arith.constant -8192 : i32
  // CHECK-DAG: %[[HALF:.+]] = arith.constant 4096 : i32
  // CHECK: %[[BITS:.+]] = arith.bitcast %[[V:.+]] : f32 to i32
  // CHECK: %[[ROUNDED:.+]] = arith.addi %[[BITS]], %[[HALF]]
  // CHECK: %[[BIG:.+]] = arith.andi %[[ROUNDED]], %[[MASK]]
  // CHECK: %[[BIGF:.+]] = arith.bitcast %[[BIG]] : i32 to f32
  // CHECK: %[[REST:.+]] = arith.subf %[[V]], %[[BIGF]]
  // CHECK: %[[SMALL:.+]] = arith.bitcast %[[REST]] : f32 to i32
  // CHECK: nvvm.mma.sync A[%[[SMALL]], {{.+}} shape = #nvvm.shape<m = 16, n = 8, k = 8>
  // CHECK: nvvm.mma.sync A[%[[BIG]],
  // CHECK: nvvm.mma.sync A[%[[BIG]],
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x8xf32>, !tile.fragment<b, 8x8xf32>, !tile.fragment<acc, 16x8xf32>
  return %d : !tile.fragment<acc, 16x8xf32>
}

// The body runs for each of a lane's four elements, with its row and column.
// Without a target: four products of 8 x 8 x 4, the halves of the rows in turns.
// CHECK-LABEL: @product_of_f64(
// CHECK-SAME:    %[[A:.+]]: vector<4xf64>, %[[B:.+]]: vector<2xf64>, %[[C:.+]]: vector<4xf64>)
func.func @product_of_f64(%a: !tile.fragment<a, 16x8xf64>, %b: !tile.fragment<b, 8x8xf64>, %c: !tile.fragment<acc, 16x8xf64>) -> !tile.fragment<acc, 16x8xf64> {
  // CHECK-DAG: %[[A0:.+]] = vector.extract %[[A]][0]
  // CHECK-DAG: %[[A3:.+]] = vector.extract %[[A]][3]
  // CHECK-DAG: %[[B0:.+]] = vector.extract %[[B]][0]
  // CHECK-DAG: %[[B1:.+]] = vector.extract %[[B]][1]
  // CHECK: nvvm.mma.sync A[%[[A0]]] B[%[[B0]]]
  // CHECK-SAME: shape = #nvvm.shape<m = 8, n = 8, k = 4>} : (f64, f64, f64)
  // CHECK-COUNT-2: nvvm.mma.sync
  // CHECK: nvvm.mma.sync A[%[[A3]]] B[%[[B1]]]
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x8xf64>, !tile.fragment<b, 8x8xf64>, !tile.fragment<acc, 16x8xf64>
  return %d : !tile.fragment<acc, 16x8xf64>
}

// One product where the target has it.
module attributes {danaus.target = "sm_90a"} {
// CHECK-LABEL: @whole_product_of_f64(
func.func @whole_product_of_f64(%a: !tile.fragment<a, 16x8xf64>, %b: !tile.fragment<b, 8x8xf64>, %c: !tile.fragment<acc, 16x8xf64>) -> !tile.fragment<acc, 16x8xf64> {
  // CHECK: llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.f64"(
  // CHECK-NOT: nvvm.mma.sync
  // CHECK: return
  %d = tile.mma %a, %b, %c : !tile.fragment<a, 16x8xf64>, !tile.fragment<b, 8x8xf64>, !tile.fragment<acc, 16x8xf64>
  return %d : !tile.fragment<acc, 16x8xf64>
}
}

// A lane has 16 bytes of a weight; neighbors g hold an even and an odd column of it.
// CHECK-LABEL: @right_operand_of_f64(
func.func @right_operand_of_f64(%w: memref<2x1x8x4x2xf64>, %i: index) -> !tile.fragment<b, 8x8xf64, split> {
  // CHECK: arith.select
  // CHECK: vector.load %{{.+}} {alignment = 16 : i64} : memref<128xf64>, vector<2xf64>
  %b = tile.load_b %w[%i, %i] : memref<2x1x8x4x2xf64> -> !tile.fragment<b, 8x8xf64, split>
  return %b : !tile.fragment<b, 8x8xf64, split>
}

// CHECK-LABEL: @map_runs_for_each_element(
func.func @map_runs_for_each_element(%acc: !tile.fragment<acc, 16x8xf32>, %residual: memref<16x8xf32>) -> !tile.fragment<acc, 16x8xf32> {
  // CHECK-COUNT-4: memref.load %{{.+}} : memref<16x8xf32>
  // CHECK-NOT: memref.load
  // CHECK: vector.from_elements
  %y = tile.map %acc : !tile.fragment<acc, 16x8xf32> {
  ^bb0(%v: f32, %i: index, %j: index):
    %r = memref.load %residual[%i, %j] : memref<16x8xf32>
    %s = arith.addf %v, %r : f32
    tile.yield %s : f32
  }
  return %y : !tile.fragment<acc, 16x8xf32>
}

// CHECK-LABEL: @pairs_of_blocks_are_one_store(
func.func @pairs_of_blocks_are_one_store(%c: !tile.fragment<acc, 16x8xf32, split>, %y: memref<17536xbf16, 3>, %i: index) {
  // CHECK-COUNT-4: vector.store %{{.+}} {alignment = 4 : i64} : memref<17536xbf16, 3>, vector<2xbf16>
  // CHECK-NOT: store
  // CHECK: return
  tile.store %c, %c into %y[%i, %i] step 1 map affine_map<(i, o) -> (i * 1096 + (o mod 32) * 34 + o floordiv 32)>
      : !tile.fragment<acc, 16x8xf32, split>, !tile.fragment<acc, 16x8xf32, split> into memref<17536xbf16, 3>
  return
}

// CHECK-LABEL: @columns_past_the_limit_are_not_stored(
// CHECK-SAME:    %[[LIMIT:[^:]+]]: index)
func.func @columns_past_the_limit_are_not_stored(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<512xf32, 3>, %i: index, %limit: index) {
  // CHECK: %[[INSIDE:.+]] = arith.cmpi ult, %{{.+}}, %[[LIMIT]] : index
  // CHECK: scf.if %[[INSIDE]] {
  // CHECK:   memref.store %{{.+}} : memref<512xf32, 3>
  // CHECK: }
  tile.store %c into %y[%i, %i] limit %limit step 1 map affine_map<(i, o) -> (i * 12 + o)>
      : !tile.fragment<acc, 16x8xf32> into memref<512xf32, 3>
  return
}

// An accumulator carried by a loop becomes a vector carried by the loop.
// CHECK-LABEL: @accumulators_in_loops(
func.func @accumulators_in_loops(%a: !tile.fragment<a, 16x16xbf16>, %b: !tile.fragment<b, 16x8xbf16>, %n: index) -> !tile.fragment<acc, 16x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = tile.zero : !tile.fragment<acc, 16x8xf32>
  // CHECK: scf.for {{.+}} -> (vector<4xf32>)
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %zero) -> (!tile.fragment<acc, 16x8xf32>) {
    %next = tile.mma %a, %b, %acc : !tile.fragment<a, 16x16xbf16>, !tile.fragment<b, 16x8xbf16>, !tile.fragment<acc, 16x8xf32>
    scf.yield %next : !tile.fragment<acc, 16x8xf32>
  }
  return %sum : !tile.fragment<acc, 16x8xf32>
}

// Aligned, one instruction of the warp: row l mod 16 for lane l, its second half for l >= 16.
// CHECK-LABEL: @aligned_loads_are_one_ldmatrix(
func.func @aligned_loads_are_one_ldmatrix(%x: memref<640xbf16, 3>, %i: index) -> !tile.fragment<a, 16x16xbf16> {
  // CHECK: memref.extract_aligned_pointer_as_index
  // CHECK: %[[AT:.+]] = llvm.inttoptr %{{.+}} : i64 to !llvm.ptr<3>
  // CHECK: %[[FOUR:.+]] = nvvm.ldmatrix %[[AT]] {eltType = #nvvm.ld_st_matrix_elt_type<b16>, layout = #nvvm.mma_layout<row>, num = 4 : i32, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>} : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32, i32, i32)>
  // CHECK-NOT: vector.load
  // CHECK: vector.from_elements %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}} : vector<4xi32>
  %a = tile.load_a %x[%i] row_pitch 40 aligned : memref<640xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
  return %a : !tile.fragment<a, 16x16xbf16>
}

// CHECK-LABEL: @signals_release(
func.func @signals_release(%counters: memref<64xi32>, %slot: index) {
  // CHECK: %[[BASE:.+]] = memref.extract_aligned_pointer_as_index %{{.+}} : memref<64xi32> -> index
  // CHECK: %[[PLACE:.+]] = llvm.getelementptr %{{.+}}[%{{.+}}] : (!llvm.ptr, i64) -> !llvm.ptr, i32
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "red.release.gpu.add.u32 [$0], 1;", "l,~{memory}" %[[PLACE]]
  tile.signal %counters[%slot] : memref<64xi32>
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "red.relaxed.gpu.add.u32 [$0], 1;", "l,~{memory}" %{{.+}} : (!llvm.ptr) -> ()
  tile.signal relaxed %counters[%slot] : memref<64xi32>
  return
}

// CHECK-LABEL: @awaiting_acquires(
func.func @awaiting_acquires(%counters: memref<64xi32>, %slot: index, %least: index) {
  // CHECK: scf.while
  // CHECK:   %[[COUNT:.+]] = llvm.load %{{.+}} atomic syncscope("device") acquire {alignment = 4 : i64} : !llvm.ptr -> i32
  // CHECK:   %[[BELOW:.+]] = arith.cmpi slt, %[[COUNT]], %{{.+}} : i32
  // CHECK:   scf.condition(%[[BELOW]])
  tile.await %counters[%slot] at_least %least : memref<64xi32>
  return
}

// CHECK-LABEL: @barriers_of_shared_memory(
func.func @barriers_of_shared_memory(%barriers: memref<8xi64, 3>, %i: index, %p: i32) {
  // CHECK-DAG: %[[COUNT:.+]] = llvm.mlir.constant(2 : i32) : i32
  // CHECK-DAG: %[[BYTES:.+]] = llvm.mlir.constant(49152 : i32) : i32
  // CHECK: %[[BARRIER:.+]] = llvm.inttoptr %{{.+}} : i64 to !llvm.ptr<3>
  // CHECK: nvvm.mbarrier.init %[[BARRIER]], %[[COUNT]] : !llvm.ptr<3>, i32
  tile.barrier_init %barriers[%i] count 2 : memref<8xi64, 3>
  // CHECK: nvvm.mbarrier.arrive.expect_tx %{{.+}}, %[[BYTES]] : !llvm.ptr<3>, i32
  tile.barrier_expect %barriers[%i] bytes 49152 : memref<8xi64, 3>
  // CHECK: nvvm.mbarrier.arrive %{{.+}} : !llvm.ptr<3> -> i64
  tile.barrier_arrive %barriers[%i] : memref<8xi64, 3>
  // CHECK: %[[THERE:.+]] = nvvm.mapa %{{.+}}, %{{.+}} : !llvm.ptr<3> -> !llvm.ptr<7>
  // CHECK: nvvm.mbarrier.arrive %[[THERE]] : !llvm.ptr<7>
  tile.barrier_arrive %barriers[%i] of %i : memref<8xi64, 3>
  // CHECK: nvvm.mbarrier.try_wait.parity %{{.+}}, %{{.+}}, %{{.+}} : !llvm.ptr<3>, i32, i32
  tile.barrier_wait %barriers[%i] parity %p : memref<8xi64, 3>
  return
}

// A box lands in the block's own shared memory, which is part of its cluster's.
// CHECK-LABEL: @bulk_copies(
// CHECK-SAME:    %[[MAP:.+]]: !llvm.ptr,
func.func @bulk_copies(%map: !llvm.ptr, %ring: memref<8192xbf16, 3>, %barriers: memref<8xi64, 3>, %i: index) {
  // CHECK: %[[MASK:.+]] = llvm.mlir.constant(15 : i16) : i16
  // CHECK: %[[COORDINATE:.+]] = arith.index_cast %{{.+}} : index to i32
  // CHECK: nvvm.cp.async.bulk.tensor.shared.cluster.global %{{.+}}, %[[MAP]], %{{.+}}, box[%[[COORDINATE]],
  tile.bulk_load %map[%i, %i, %i] into %ring[%i] signals %barriers[%i] : memref<8192xbf16, 3>, memref<8xi64, 3>
  // CHECK: nvvm.cp.async.bulk.tensor.shared.cluster.global {{.+}} multicast_mask = %[[MASK]]
  tile.bulk_load %map[%i, %i, %i] into %ring[%i] signals %barriers[%i] multicast 4 : memref<8192xbf16, 3>, memref<8xi64, 3>
  // CHECK: nvvm.cp.async.bulk.tensor.global.shared.cta %[[MAP]], %{{.+}}, box[%{{.+}}, %{{.+}}]
  tile.bulk_store %ring[%i] into %map[%i, %i] : memref<8192xbf16, 3>
  return
}

// The address in units of 16 bytes, groups of 8 rows 1024 bytes apart, the 128-byte swizzle; step 3 begins 6 units on.
// CHECK-LABEL: @products_of_warpgroups(
func.func @products_of_warpgroups(%ring: memref<8192xbf16, 3>, %i: index, %acc: !tile.sums<8>) -> !tile.sums<8> {
  // CHECK-DAG: %[[LAYOUT:.+]] = llvm.mlir.constant(4611686293305360384 : i64) : i64
  // CHECK-DAG: %[[FORWARD:.+]] = llvm.mlir.constant(6 : i64) : i64
  // CHECK: %[[START:.+]] = llvm.lshr %{{.+}}, %{{.+}} : i64
  // CHECK: %[[MATRIX:.+]] = llvm.or %[[START]], %[[LAYOUT]] : i64
  %m = tile.describe %ring[%i] : memref<8192xbf16, 3> -> !tile.descriptor<bf16>
  // CHECK: nvvm.wgmma.fence.aligned
  tile.wgmma_fence
  // CHECK: nvvm.wgmma.mma_async %[[MATRIX]], %[[MATRIX]], {{.+}} <m = 64, n = 8, k = 16>, D[{{.+}}, <zero>], A[<bf16>, {{.+}}
  %first = tile.wgmma %m, %m step 0 : !tile.descriptor<bf16>, !tile.descriptor<bf16> -> !tile.sums<8>
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "wgmma.fence.sync.aligned;", "=f,=f,=f,=f,0,1,2,3"
  %ready = tile.wgmma_fence of %acc : !tile.sums<8> -> !tile.sums<8>
  // CHECK: %[[LAST:.+]] = llvm.add %[[MATRIX]], %[[FORWARD]] : i64
  // CHECK: nvvm.wgmma.mma_async %[[LAST]], %{{.+}}, {{.+}} D[{{.+}}, <one>],
  %sums = tile.wgmma %m, %m add %ready step 3 : !tile.descriptor<bf16>, !tile.descriptor<bf16>, !tile.sums<8> -> !tile.sums<8>
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "wgmma.wait_group.sync.aligned 0;", "=f,=f,=f,=f,0,1,2,3"
  %done = tile.wgmma_wait %sums : !tile.sums<8>
  return %done : !tile.sums<8>
}

// 8 columns together: of each sums the half that is of the left operand. Registers go through the fence, and 4 are a step.
// CHECK-LABEL: @products_of_registers(
func.func @products_of_registers(%z0: !tile.sums<16>, %z1: !tile.sums<16>, %b: !tile.descriptor<bf16>, %acc: !tile.sums<8>) -> !tile.sums<8> {
  // CHECK: arith.truncf %{{.+}} : vector<2xf32> to vector<2xbf16>
  // CHECK: llvm.bitcast %{{.+}} : vector<2xbf16> to i32
  // CHECK-NOT: nvvm.shfl
  %a:2 = tile.left_operands of %z0, %z1 : !tile.sums<16>, !tile.sums<16> -> !tile.left<bf16, 16>, !tile.left<bf16, 16>
  // CHECK: "wgmma.fence.sync.aligned;", "=r,=r,=r,=r,=f,=f,=f,=f,0,1,2,3,4,5,6,7"
  %ready:2 = tile.wgmma_fence of %a#1, %acc : !tile.left<bf16, 16>, !tile.sums<8> -> !tile.left<bf16, 16>, !tile.sums<8>
  // CHECK: llvm.inline_asm has_side_effects {{.+}} "{\0A.reg .pred adds;\0Asetp.ne.b32 adds, 1, 0;\0Awgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {$0, $1, $2, $3}, {$8, $9, $10, $11}, $12, adds, 1, 1, 0;\0A}", "=f,=f,=f,=f,0,1,2,3,r,r,r,r,l"
  %sums = tile.wgmma %ready#0, %b add %ready#1 step 0 : !tile.left<bf16, 16>, !tile.descriptor<bf16>, !tile.sums<8> -> !tile.sums<8>
  return %sums : !tile.sums<8>
}

// 4 columns together: half of the words change places with lane t xor 2.
// CHECK-LABEL: @exchanged_left_operands(
func.func @exchanged_left_operands(%y: !tile.sums<8>, %z: !tile.sums<8>) -> !tile.left<f16, 16> {
  // CHECK: %[[HIGH:.+]] = arith.cmpi uge, %{{.+}}, %{{.+}} : index
  // CHECK: %[[SENT:.+]] = arith.select %[[HIGH]], %[[EVEN:.+]], %[[ODD:.+]] : i32
  // CHECK: %[[FOUND:.+]] = nvvm.shfl.sync bfly %{{.+}}, %[[SENT]], %{{.+}}, %{{.+}} : i32 -> i32
  // CHECK: arith.select %[[HIGH]], %[[ODD]], %[[FOUND]] : i32
  // CHECK: nvvm.shfl.sync bfly
  %a:2 = tile.left_operands of %y, %z, %y, %z : !tile.sums<8>, !tile.sums<8>, !tile.sums<8>, !tile.sums<8> -> !tile.left<f16, 16>, !tile.left<f16, 16>
  return %a#1 : !tile.left<f16, 16>
}

// CHECK-LABEL: @sums_of_zeros(
// CHECK: llvm.mlir.zero : !llvm.struct<(f32, f32, f32, f32)>
func.func @sums_of_zeros() -> !tile.sums<8> {
  %zero = tile.zero : !tile.sums<8>
  return %zero : !tile.sums<8>
}

// Lane 4 g + t of warp w holds rows 16 w + g and 16 w + g + 8, columns 2 t and 2 t + 1.
// CHECK-LABEL: @map_of_sums(
func.func @map_of_sums(%sums: !tile.sums<8>, %bias: memref<8xf32>) -> !tile.sums<8> {
  // CHECK-COUNT-2: memref.load %{{.+}} : memref<8xf32>
  // CHECK-NOT: memref.load
  // CHECK: llvm.insertvalue %{{.+}}, %{{.+}}[3] : !llvm.struct<(f32, f32, f32, f32)>
  %y = tile.map %sums : !tile.sums<8> {
  ^bb0(%v: f32, %i: index, %j: index):
    %b = memref.load %bias[%j] : memref<8xf32>
    %s = arith.addf %v, %b : f32
    tile.yield %s : f32
  }
  return %y : !tile.sums<8>
}

// Pairs of columns are stored together, their units exchanged by the row.
// CHECK-LABEL: @sums_are_staged_swizzled(
func.func @sums_are_staged_swizzled(%sums: !tile.sums<16>, %y: memref<1024xbf16, 3>, %i: index) {
  // CHECK: %[[UNIT:.+]] = arith.xori %{{.+}}, %{{.+}} : index
  // CHECK: arith.truncf %{{.+}} : vector<2xf32> to vector<2xbf16>
  // CHECK: vector.store %{{.+}} {alignment = 4 : i64} : memref<1024xbf16, 3>, vector<2xbf16>
  // CHECK-COUNT-3: vector.store
  // CHECK-NOT: vector.store
  // CHECK: return
  tile.stage %sums columns 0 count 16 into %y[%i] width 16 : !tile.sums<16> into memref<1024xbf16, 3>
  return
}

// Of four blocks that take turns a lane has 8 neighbors, 16 bytes, for each of its rows.
// CHECK-LABEL: @blocks_are_staged_in_turn(
func.func @blocks_are_staged_in_turn(%a: !tile.sums<16>, %b: !tile.sums<16>, %y: memref<4096xbf16, 3>, %i: index) {
  // CHECK: vector.from_elements %[[A0:.+]], %[[B0:.+]], %[[A0]], %[[B0]], %[[A1:.+]], %[[B1:.+]], %[[A1]], %[[B1]] : vector<8xf32>
  // CHECK: arith.truncf %{{.+}} : vector<8xf32> to vector<8xbf16>
  // CHECK: vector.store %{{.+}} {alignment = 16 : i64} : memref<4096xbf16, 3>, vector<8xbf16>
  // CHECK-COUNT-3: vector.store
  // CHECK-NOT: vector.store
  // CHECK: return
  tile.stage %a, %b, %a, %b columns 0 count 64 into %y[%i] width 64
      : !tile.sums<16>, !tile.sums<16>, !tile.sums<16>, !tile.sums<16> into memref<4096xbf16, 3>
  return
}

// CHECK-LABEL: @launches_overlap(
func.func @launches_overlap() {
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "griddepcontrol.launch_dependents;", "~{memory}"
  tile.admit_launch
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "griddepcontrol.wait;", "~{memory}"
  tile.await_launches
  return
}

// CHECK-LABEL: @sums_in_another_block(
// CHECK-SAME: %[[SUM:[a-z0-9]+]]: vector<4xf32>
func.func @sums_in_another_block(%sum: !tile.fragment<acc, 16x8xf32>, %sums: memref<2048xf32, 3>, %offset: index, %rank: index) {
  // CHECK: %[[HERE:.+]] = llvm.inttoptr %{{.+}} : i64 to !llvm.ptr<3>
  // CHECK: %[[BLOCK:.+]] = arith.index_cast %{{.+}} : index to i32
  // CHECK: %[[THERE:.+]] = nvvm.mapa %[[HERE]], %[[BLOCK]] : !llvm.ptr<3> -> !llvm.ptr<7>
  // CHECK: llvm.store %[[SUM]], %[[THERE]] {alignment = 16 : i64} : vector<4xf32>, !llvm.ptr<7>
  tile.park %sum into %sums[%offset] of %rank : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>
  // CHECK: nvvm.cluster.arrive {aligned}
  // CHECK: nvvm.cluster.wait {aligned}
  tile.cluster_barrier
  return
}

// CHECK-LABEL: @sums_as_left_operand(
// CHECK-SAME: %[[S0:[a-z0-9]+]]: vector<4xf32>, %[[S1:[a-z0-9]+]]: vector<4xf32>
func.func @sums_as_left_operand(%s0: !tile.fragment<acc, 16x8xf32>, %s1: !tile.fragment<acc, 16x8xf32>) -> !tile.fragment<a, 16x16xbf16> {
  // CHECK: %[[PAIR:.+]] = vector.extract_strided_slice %[[S0]] {offsets = [0], sizes = [2], strides = [1]}
  // CHECK: %[[ROUNDED:.+]] = arith.truncf %[[PAIR]] : vector<2xf32> to vector<2xbf16>
  // CHECK: vector.bitcast %[[ROUNDED]] : vector<2xbf16> to vector<1xi32>
  // CHECK: vector.extract_strided_slice %[[S0]] {offsets = [2]
  // CHECK: vector.extract_strided_slice %[[S1]] {offsets = [0]
  // CHECK: vector.extract_strided_slice %[[S1]] {offsets = [2]
  // CHECK: vector.from_elements %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}} : vector<4xi32>
  %a = tile.join %s0, %s1 : !tile.fragment<acc, 16x8xf32> -> !tile.fragment<a, 16x16xbf16>
  return %a : !tile.fragment<a, 16x16xbf16>
}

// What tells a barrier of another block is stored by st.async; to all blocks go words that movmatrix has transposed.
// CHECK-LABEL: @sums_that_tell_barriers(
func.func @sums_that_tell_barriers(%sums: !tile.sums<16>, %buffer: memref<2048xf32, 3>, %rows: memref<4096xbf16, 3>,
                                   %barriers: memref<8xi64, 3>, %i: index) {
  // CHECK-COUNT-4: llvm.extractvalue
  // CHECK: %[[PART:.+]] = vector.from_elements %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}} : vector<4xf32>
  %part = tile.part %sums column 8 : !tile.sums<16> -> !tile.fragment<acc, 16x8xf32>
  // CHECK: nvvm.mapa
  // CHECK: nvvm.mapa
  // CHECK: llvm.inline_asm has_side_effects asm_dialect = att "st.async.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [$0], {$1, $2, $3, $4}, [$5];", "r,f,f,f,f,r,~{memory}" %{{.+}} : (i32, f32, f32, f32, f32, i32) -> ()
  tile.park %part into %buffer[%i] of %i signals %barriers[%i] : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>, memref<8xi64, 3>
  // CHECK: arith.truncf %{{.+}} : vector<2xf32> to vector<2xbf16>
  // CHECK: arith.truncf %{{.+}} : vector<2xf32> to vector<2xbf16>
  // CHECK: nvvm.stmatrix %{{.+}}, %{{.+}}, %{{.+}} {eltType = #nvvm.ld_st_matrix_elt_type<b16>, layout = #nvvm.mma_layout<col>
  tile.lay %part into %rows[%i] row %i column %i : !tile.fragment<acc, 16x8xf32> into memref<4096xbf16, 3>
  // CHECK-COUNT-2: "movmatrix.sync.aligned.m8n8.trans.b16 $0, $1;"
  // CHECK-COUNT-4: "st.async.shared::cluster.mbarrier::complete_tx::bytes.b32 [$0], $1, [$2];"
  // CHECK-NOT: st.async
  tile.lay %part into %rows[%i] row %i column %i to 2 signals %barriers[%i] : !tile.fragment<acc, 16x8xf32> into memref<4096xbf16, 3>, memref<8xi64, 3>
  return
}
