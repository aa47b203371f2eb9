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
