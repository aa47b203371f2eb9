// RUN: danaus-opt %s | danaus-opt | FileCheck %s

// CHECK-LABEL: @product_of_bf16_fragments(
// CHECK-SAME:    %[[X:.+]]: memref<640xbf16, 3>, %[[W:.+]]: memref<32x4x2x8x4x2x2xbf16>, %[[I:.+]]: index)
func.func @product_of_bf16_fragments(%x: memref<640xbf16, 3>, %w: memref<32x4x2x8x4x2x2xbf16>, %i: index)
    -> !tile.fragment<acc, 16x8xf32, split> {
  // CHECK: %[[A:.+]] = tile.load_a %[[X]][%[[I]]] row_pitch 40 : memref<640xbf16, 3> -> <a, 16x16xbf16>
  %a = tile.load_a %x[%i] row_pitch 40 : memref<640xbf16, 3> -> !tile.fragment<a, 16x16xbf16>
  // CHECK: %[[B:.+]] = tile.load_b %[[W]][%[[I]], %[[I]], %[[I]]] : memref<32x4x2x8x4x2x2xbf16> -> <b, 16x8xbf16, split>
  %b = tile.load_b %w[%i, %i, %i] : memref<32x4x2x8x4x2x2xbf16> -> !tile.fragment<b, 16x8xbf16, split>
  // CHECK: %[[ZERO:.+]] = tile.zero : !tile.fragment<acc, 16x8xf32, split>
  %zero = tile.zero : !tile.fragment<acc, 16x8xf32, split>
  // CHECK: tile.mma %[[A]], %[[B]], %[[ZERO]] : <a, 16x16xbf16>, <b, 16x8xbf16, split>, <acc, 16x8xf32, split>
  %sum = tile.mma %a, %b, %zero : !tile.fragment<a, 16x16xbf16>, !tile.fragment<b, 16x8xbf16, split>, !tile.fragment<acc, 16x8xf32, split>
  return %sum : !tile.fragment<acc, 16x8xf32, split>
}

// CHECK-LABEL: @operands_wherever_they_lie(
func.func @operands_wherever_they_lie(%x: memref<4608xbf16, 3>, %f: memref<4608xf32, 3>, %i: index, %sums: !tile.fragment<acc, 16x8xf32>)
    -> (!tile.fragment<a, 16x16xbf16>, !tile.fragment<a, 16x8xf32>) {
  // CHECK: %[[R:.+]] = tile.load %{{.+}}[%{{.+}}] map #{{.+}} matrices : memref<4608xbf16, 3> -> !tile.fragment<b, 16x8xbf16>
  %r = tile.load %x[%i] map affine_map<(i, j) -> (72 * i + j)> matrices : memref<4608xbf16, 3> -> !tile.fragment<b, 16x8xbf16>
  // CHECK: tile.turn %[[R]], %[[R]] : <b, 16x8xbf16> -> <a, 16x16xbf16>
  %a = tile.turn %r, %r : !tile.fragment<b, 16x8xbf16> -> !tile.fragment<a, 16x16xbf16>
  // CHECK: tile.load %{{.+}}[%{{.+}}] map #{{[a-z0-9]+}} : memref<4608xf32, 3> -> !tile.fragment<a, 16x8xf32>
  %g = tile.load %f[%i] map affine_map<(i, j) -> (i + 72 * j)> : memref<4608xf32, 3> -> !tile.fragment<a, 16x8xf32>
  // CHECK: tile.store %{{.+}} into %{{.+}}[%{{.+}}, %{{.+}}] offset %{{.+}} step 1 map
  tile.store %sums into %f[%i, %i] offset %i step 1 map affine_map<(i, j) -> (i + 72 * j)> : !tile.fragment<acc, 16x8xf32> into memref<4608xf32, 3>
  return %a, %g : !tile.fragment<a, 16x16xbf16>, !tile.fragment<a, 16x8xf32>
}

// CHECK-LABEL: @sums_of_several_warps(
func.func @sums_of_several_warps(%sum: !tile.fragment<acc, 16x8xf32, split>, %sums: memref<2048xf32, 3>, %i: index)
    -> !tile.fragment<acc, 16x8xf32, split> {
  // CHECK: tile.park %{{.+}} into %[[SUMS:.+]][%{{.+}}] : <acc, 16x8xf32, split> into memref<2048xf32, 3>
  tile.park %sum into %sums[%i] : !tile.fragment<acc, 16x8xf32, split> into memref<2048xf32, 3>
  // CHECK: tile.collect %[[SUMS]][%{{.+}}] count 4 stride 128 : memref<2048xf32, 3> -> <acc, 16x8xf32, split>
  %all = tile.collect %sums[%i] count 4 stride 128 : memref<2048xf32, 3> -> !tile.fragment<acc, 16x8xf32, split>
  return %all : !tile.fragment<acc, 16x8xf32, split>
}

// CHECK-LABEL: @product_of_f32_fragments(
func.func @product_of_f32_fragments(%x: memref<192xf32, 3>, %wide: memref<320xf32, 3>, %w: memref<1x1x8x4x2xf32>, %i: index)
    -> !tile.fragment<acc, 16x8xf32, adjacent> {
  // CHECK: tile.load_a %{{.+}} row_pitch 20 aligned : memref<320xf32, 3> -> <a, 16x8xf32>
  %aligned = tile.load_a %wide[%i] row_pitch 20 aligned : memref<320xf32, 3> -> !tile.fragment<a, 16x8xf32>
  // CHECK: tile.load_a %{{.+}} row_pitch 12 : memref<192xf32, 3> -> <a, 16x8xf32>
  %a = tile.load_a %x[%i] row_pitch 12 : memref<192xf32, 3> -> !tile.fragment<a, 16x8xf32>
  // CHECK: tile.load_b %{{.+}} : memref<1x1x8x4x2xf32> -> <b, 8x8xf32>
  %b = tile.load_b %w[%i, %i] : memref<1x1x8x4x2xf32> -> !tile.fragment<b, 8x8xf32>
  %zero = tile.zero : !tile.fragment<acc, 16x8xf32>
  // CHECK: tile.mma %{{.+}} : <a, 16x8xf32>, <b, 8x8xf32>, <acc, 16x8xf32>
  %sum = tile.mma %a, %b, %zero : !tile.fragment<a, 16x8xf32>, !tile.fragment<b, 8x8xf32>, !tile.fragment<acc, 16x8xf32>
  return %sum : !tile.fragment<acc, 16x8xf32>
}

// CHECK-LABEL: @product_of_f64_fragments(
func.func @product_of_f64_fragments(%x: memref<192xf64, 3>, %w: memref<1x1x8x4x2xf64>, %i: index)
    -> !tile.fragment<acc, 16x8xf64, split> {
  // CHECK: tile.load %{{.+}} : memref<192xf64, 3> -> !tile.fragment<a, 16x8xf64>
  %a = tile.load %x[%i] map affine_map<(i, j) -> (12 * i + j)> : memref<192xf64, 3> -> !tile.fragment<a, 16x8xf64>
  // CHECK: tile.load_b %{{.+}} : memref<1x1x8x4x2xf64> -> <b, 8x8xf64, split>
  %b = tile.load_b %w[%i, %i] : memref<1x1x8x4x2xf64> -> !tile.fragment<b, 8x8xf64, split>
  %zero = tile.zero : !tile.fragment<acc, 16x8xf64, split>
  // CHECK: tile.mma %{{.+}} : <a, 16x8xf64>, <b, 8x8xf64, split>, <acc, 16x8xf64, split>
  %sum = tile.mma %a, %b, %zero : !tile.fragment<a, 16x8xf64>, !tile.fragment<b, 8x8xf64, split>, !tile.fragment<acc, 16x8xf64, split>
  // CHECK: tile.store %{{.+}} : !tile.fragment<acc, 16x8xf64, split> into memref<192xf64, 3>
  tile.store %sum into %x[%i, %i] step 1 map affine_map<(i, j) -> (12 * i + j)> : !tile.fragment<acc, 16x8xf64, split> into memref<192xf64, 3>
  return %sum : !tile.fragment<acc, 16x8xf64, split>
}

// CHECK-LABEL: @map_with_position(
// CHECK-SAME:    %[[ACC:.+]]: !tile.fragment<acc, 16x8xf32>, %[[BIAS:.+]]: memref<8xf32>)
func.func @map_with_position(%acc: !tile.fragment<acc, 16x8xf32>, %bias: memref<8xf32>)
    -> !tile.fragment<acc, 16x8xf32> {
  // CHECK: tile.map %[[ACC]] : !tile.fragment<acc, 16x8xf32> {
  // CHECK-NEXT: ^bb0(%[[V:.+]]: f32, %{{.+}}: index, %[[J:.+]]: index):
  // CHECK-NEXT:   %[[B:.+]] = memref.load %[[BIAS]][%[[J]]]
  // CHECK-NEXT:   %[[S:.+]] = arith.addf %[[V]], %[[B]]
  // CHECK-NEXT:   tile.yield %[[S]] : f32
  %y = tile.map %acc : !tile.fragment<acc, 16x8xf32> {
  ^bb0(%v: f32, %i: index, %j: index):
    %b = memref.load %bias[%j] : memref<8xf32>
    %s = arith.addf %v, %b : f32
    tile.yield %s : f32
  }
  return %y : !tile.fragment<acc, 16x8xf32>
}

// CHECK-LABEL: @store_pairs_of_blocks(
func.func @store_pairs_of_blocks(%c0: !tile.fragment<acc, 16x8xf32, split>, %c1: !tile.fragment<acc, 16x8xf32, split>,
                                 %y: memref<17536xbf16, 3>, %row: index, %column: index) {
  // CHECK: tile.store %{{.+}}, %{{.+}} into %{{.+}}[%{{.+}}, %{{.+}}] step 1 map #{{.+}} : !tile.fragment<acc, 16x8xf32, split>, !tile.fragment<acc, 16x8xf32, split> into memref<17536xbf16, 3>
  tile.store %c0, %c1 into %y[%row, %column] step 1
      map affine_map<(i, o) -> (i * 1096 + (o mod 32) * 34 + o floordiv 32)>
      : !tile.fragment<acc, 16x8xf32, split>, !tile.fragment<acc, 16x8xf32, split> into memref<17536xbf16, 3>
  return
}

// CHECK-LABEL: @store_adjacent_columns_below_a_limit(
func.func @store_adjacent_columns_below_a_limit(%c: !tile.fragment<acc, 16x8xf32>, %y: memref<1024xf16, 3>,
                                                %i: index, %limit: index) {
  // CHECK: tile.store %{{.+}} into %{{.+}}[%{{.+}}, %{{.+}}] limit %{{.+}} step 1 map #{{.+}} adjacent_columns : !tile.fragment<acc, 16x8xf32> into memref<1024xf16, 3>
  tile.store %c into %y[%i, %i] limit %limit step 1 map affine_map<(i, o) -> (i * 64 + o)> adjacent_columns
      : !tile.fragment<acc, 16x8xf32> into memref<1024xf16, 3>
  return
}

// CHECK-LABEL: @counters_of_a_ring(
// CHECK-SAME:    %[[COUNTERS:.+]]: memref<64xi32>, %[[SLOT:.+]]: index, %[[LEAST:.+]]: index)
func.func @counters_of_a_ring(%counters: memref<64xi32>, %slot: index, %least: index) {
  // CHECK: tile.await %[[COUNTERS]][%[[SLOT]]] at_least %[[LEAST]] : memref<64xi32>
  tile.await %counters[%slot] at_least %least : memref<64xi32>
  // CHECK: tile.signal %[[COUNTERS]][%[[SLOT]]] : memref<64xi32>
  tile.signal %counters[%slot] : memref<64xi32>
  return
}

// CHECK-LABEL: @barriers_in_shared_memory(
// CHECK-SAME:    %[[BARRIERS:.+]]: memref<8xi64, 3>, %[[I:.+]]: index, %[[P:.+]]: i32)
func.func @barriers_in_shared_memory(%barriers: memref<8xi64, 3>, %i: index, %p: i32) {
  // CHECK: tile.barrier_init %[[BARRIERS]][%[[I]]] count 8 : memref<8xi64, 3>
  tile.barrier_init %barriers[%i] count 8 : memref<8xi64, 3>
  // CHECK: tile.barrier_expect %[[BARRIERS]][%[[I]]] bytes 49152 : memref<8xi64, 3>
  tile.barrier_expect %barriers[%i] bytes 49152 : memref<8xi64, 3>
  // CHECK: tile.barrier_arrive %[[BARRIERS]][%[[I]]] : memref<8xi64, 3>
  tile.barrier_arrive %barriers[%i] : memref<8xi64, 3>
  // CHECK: tile.barrier_arrive %[[BARRIERS]][%[[I]]] of %[[I]] : memref<8xi64, 3>
  tile.barrier_arrive %barriers[%i] of %i : memref<8xi64, 3>
  // CHECK: tile.barrier_wait %[[BARRIERS]][%[[I]]] parity %[[P]] : memref<8xi64, 3>
  tile.barrier_wait %barriers[%i] parity %p : memref<8xi64, 3>
  return
}

// CHECK-LABEL: @bulk_copies_of_boxes(
// CHECK-SAME:    %[[X:.+]]: memref<?x4096xbf16>, %[[RING:.+]]: memref<98304xbf16, 3>, %[[BARRIERS:.+]]: memref<8xi64, 3>, %[[I:.+]]: index)
func.func @bulk_copies_of_boxes(%x: memref<?x4096xbf16>, %ring: memref<98304xbf16, 3>, %barriers: memref<8xi64, 3>, %i: index) {
  // CHECK: %[[MAP:.+]] = tile.tensor_map %[[X]] rows %[[I]] sizes [256, 16, -1] strides [1, 256, 4096] box [64, 1, 128] : memref<?x4096xbf16>
  %map = tile.tensor_map %x rows %i sizes [256, 16, -1] strides [1, 256, 4096] box [64, 1, 128] : memref<?x4096xbf16>
  // CHECK: tile.bulk_load %[[MAP]][%[[I]], %[[I]], %[[I]]] into %[[RING]][%[[I]]] signals %[[BARRIERS]][%[[I]]] : memref<98304xbf16, 3>, memref<8xi64, 3>
  tile.bulk_load %map[%i, %i, %i] into %ring[%i] signals %barriers[%i] : memref<98304xbf16, 3>, memref<8xi64, 3>
  // CHECK: tile.bulk_load %[[MAP]][%[[I]], %[[I]], %[[I]]] into %[[RING]][%[[I]]] signals %[[BARRIERS]][%[[I]]] multicast 2 : memref<98304xbf16, 3>, memref<8xi64, 3>
  tile.bulk_load %map[%i, %i, %i] into %ring[%i] signals %barriers[%i] multicast 2 : memref<98304xbf16, 3>, memref<8xi64, 3>
  // CHECK: tile.bulk_store %[[RING]][%[[I]]] into %[[MAP]][%[[I]], %[[I]], %[[I]]] : memref<98304xbf16, 3>
  tile.bulk_store %ring[%i] into %map[%i, %i, %i] : memref<98304xbf16, 3>
  return
}

// CHECK-LABEL: @product_of_registers(
// CHECK-SAME:    %[[Z:.+]]: !tile.sums<16>, %[[B:.+]]: !tile.descriptor<f16>)
func.func @product_of_registers(%z: !tile.sums<16>, %b: !tile.descriptor<f16>) {
  // CHECK: %[[A:.+]]:2 = tile.left_operands of %[[Z]], %[[Z]] : !tile.sums<16>, !tile.sums<16> -> !tile.left<f16, 16>, !tile.left<f16, 16>
  %a:2 = tile.left_operands of %z, %z : !tile.sums<16>, !tile.sums<16> -> !tile.left<f16, 16>, !tile.left<f16, 16>
  // CHECK: %[[READY:.+]]:2 = tile.wgmma_fence of %[[A]]#0, %[[Z]] : !tile.left<f16, 16>, !tile.sums<16> -> !tile.left<f16, 16>, !tile.sums<16>
  %ready:2 = tile.wgmma_fence of %a#0, %z : !tile.left<f16, 16>, !tile.sums<16> -> !tile.left<f16, 16>, !tile.sums<16>
  // CHECK: tile.wgmma %[[READY]]#0, %[[B]] add %[[READY]]#1 step 0 : !tile.left<f16, 16>, <f16>, !tile.sums<16> -> <16>
  %y = tile.wgmma %ready#0, %b add %ready#1 step 0 : !tile.left<f16, 16>, !tile.descriptor<f16>, !tile.sums<16> -> !tile.sums<16>
  return
}

// CHECK-LABEL: @product_of_a_warpgroup(
// CHECK-SAME:    %[[RING:.+]]: memref<98304xbf16, 3>, %[[I:.+]]: index)
func.func @product_of_a_warpgroup(%ring: memref<98304xbf16, 3>, %i: index) {
  // CHECK: %[[A:.+]] = tile.describe %[[RING]][%[[I]]] : memref<98304xbf16, 3> -> <bf16>
  %a = tile.describe %ring[%i] : memref<98304xbf16, 3> -> !tile.descriptor<bf16>
  // CHECK: tile.wgmma_fence{{$}}
  tile.wgmma_fence
  // CHECK: %[[FIRST:.+]] = tile.wgmma %[[A]], %[[A]] step 0 : !tile.descriptor<bf16>, <bf16> -> <256>
  %first = tile.wgmma %a, %a step 0 : !tile.descriptor<bf16>, !tile.descriptor<bf16> -> !tile.sums<256>
  // CHECK: %[[READY:.+]] = tile.wgmma_fence of %[[FIRST]] : !tile.sums<256> -> !tile.sums<256>
  %ready = tile.wgmma_fence of %first : !tile.sums<256> -> !tile.sums<256>
  // CHECK: %[[SECOND:.+]] = tile.wgmma %[[A]], %[[A]] add %[[READY]] step 1 : !tile.descriptor<bf16>, <bf16>, {{.*}}<256> -> {{.*}}<256>
  %second = tile.wgmma %a, %a add %ready step 1 : !tile.descriptor<bf16>, !tile.descriptor<bf16>, !tile.sums<256> -> !tile.sums<256>
  // CHECK: %[[DONE:.+]] = tile.wgmma_wait %[[SECOND]] : <256>
  %done = tile.wgmma_wait %second : !tile.sums<256>
  // CHECK: tile.stage %[[DONE]] columns 0 count 128 into %[[RING]][%[[I]]] width 64 : !tile.sums<256> into memref<98304xbf16, 3>
  tile.stage %done columns 0 count 128 into %ring[%i] width 64 : !tile.sums<256> into memref<98304xbf16, 3>
  // CHECK: tile.stage %[[DONE]], %[[DONE]] columns 0 count 512 into %[[RING]][%[[I]]] width 64 : !tile.sums<256>, !tile.sums<256> into memref<98304xbf16, 3>
  tile.stage %done, %done columns 0 count 512 into %ring[%i] width 64 : !tile.sums<256>, !tile.sums<256> into memref<98304xbf16, 3>
  return
}

// CHECK-LABEL: @product_by_the_library(
// CHECK-SAME:    %[[X:.+]]: memref<?x512xf16>, %[[W:.+]]: memref<1x256x512xf16>, %[[Y:.+]]: memref<?x256xf16>)
func.func @product_by_the_library(%x: memref<?x512xf16>, %w: memref<1x256x512xf16>, %y: memref<?x256xf16>) -> i1 {
  // CHECK: %{{.+}} = tile.library_product %[[X]], %[[W]], %[[Y]] : memref<?x512xf16>, memref<1x256x512xf16>, memref<?x256xf16>
  %done = tile.library_product %x, %w, %y : memref<?x512xf16>, memref<1x256x512xf16>, memref<?x256xf16>
  return %done : i1
}

// CHECK-LABEL: @clusters_and_launches
func.func @clusters_and_launches(%sum: !tile.fragment<acc, 16x8xf32>, %sums: memref<2048xf32, 3>, %i: index, %rank: index,
                                 %counters: memref<8xi32>) {
  // CHECK: tile.admit_launch
  tile.admit_launch
  // CHECK: tile.await_launches
  tile.await_launches
  // CHECK: tile.park %{{.+}} into %{{.+}}[%{{.+}}] of %{{.+}} : <acc, 16x8xf32> into memref<2048xf32, 3>
  tile.park %sum into %sums[%i] of %rank : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>
  // CHECK: tile.cluster_barrier
  tile.cluster_barrier
  // CHECK: tile.join %{{.+}}, %{{.+}} : <acc, 16x8xf32> -> <a, 16x16xf16>
  %a = tile.join %sum, %sum : !tile.fragment<acc, 16x8xf32> -> !tile.fragment<a, 16x16xf16>
  // CHECK: tile.signal relaxed %{{.+}}[%{{.+}}] : memref<8xi32>
  tile.signal relaxed %counters[%i] : memref<8xi32>
  return
}

// CHECK-LABEL: @sums_to_other_blocks(
// CHECK-SAME:    %[[SUMS:.+]]: !tile.sums<56>, %[[BUFFER:[^:]+]]: memref<2048xf32, 3>, %[[ROWS:[^:]+]]: memref<4096xbf16, 3>,
// CHECK-SAME:    %[[BARRIERS:[^:]+]]: memref<8xi64, 3>, %[[I:[^:]+]]: index)
func.func @sums_to_other_blocks(%sums: !tile.sums<56>, %buffer: memref<2048xf32, 3>, %rows: memref<4096xbf16, 3>,
                                %barriers: memref<8xi64, 3>, %i: index) {
  // CHECK: %[[PART:.+]] = tile.part %[[SUMS]] column 48 : <56> -> <acc, 16x8xf32>
  %part = tile.part %sums column 48 : !tile.sums<56> -> !tile.fragment<acc, 16x8xf32>
  // CHECK: tile.park %[[PART]] into %[[BUFFER]][%[[I]]] of %[[I]] signals %[[BARRIERS]][%[[I]]] : <acc, 16x8xf32> into memref<2048xf32, 3>, memref<8xi64, 3>
  tile.park %part into %buffer[%i] of %i signals %barriers[%i] : !tile.fragment<acc, 16x8xf32> into memref<2048xf32, 3>, memref<8xi64, 3>
  // CHECK: tile.lay %[[PART]] into %[[ROWS]][%[[I]]] row %[[I]] column %[[I]] : <acc, 16x8xf32> into memref<4096xbf16, 3>
  tile.lay %part into %rows[%i] row %i column %i : !tile.fragment<acc, 16x8xf32> into memref<4096xbf16, 3>
  // CHECK: tile.lay %[[PART]] into %[[ROWS]][%[[I]]] row %[[I]] column %[[I]] to 8 signals %[[BARRIERS]][%[[I]]] : <acc, 16x8xf32> into memref<4096xbf16, 3>, memref<8xi64, 3>
  tile.lay %part into %rows[%i] row %i column %i to 8 signals %barriers[%i] : !tile.fragment<acc, 16x8xf32> into memref<4096xbf16, 3>, memref<8xi64, 3>
  return
}
