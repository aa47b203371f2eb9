// RUN: danaus-opt %s --danaus-lower-contracts | FileCheck %s
// RUN: danaus-opt %s --danaus-lower-contracts --danaus-lower-contracts | FileCheck %s

#xk = affine_map<(r, l, k) -> (r, k)>
#kl = affine_map<(r, l, k) -> (k, l)>
#rl = affine_map<(r, l, k) -> (r, l)>

// One scalar of x is read and broadcast for each multiply-add; no vector of x.
// CHECK-LABEL: func @an_operand_without_lanes_is_read_as_scalars(
// CHECK-SAME:      %[[X:.*]]: memref<4x8xf32>, %[[W:.*]]: vector<2x16xf32>, %[[ACC:.*]]: vector<2x16xf32>)
// CHECK-NOT:     vector.transfer_read
// CHECK-NOT:     vector.contract
// CHECK-DAG:     %[[A0:.*]] = vector.extract %[[ACC]][0]
// CHECK-DAG:     %[[X00:.*]] = memref.load %[[X]]
// CHECK-DAG:     %[[B00:.*]] = vector.broadcast %[[X00]] : f32 to vector<16xf32>
// CHECK-DAG:     %[[W0:.*]] = vector.extract %[[W]][0]
// CHECK:         %[[S:.*]] = vector.fma %[[B00]], %[[W0]], %[[A0]] : vector<16xf32>
// CHECK-COUNT-3: vector.fma
// CHECK-NOT:     vector.fma
// CHECK:         vector.insert
func.func @an_operand_without_lanes_is_read_as_scalars(%x: memref<4x8xf32>, %w: vector<2x16xf32>,
                                                       %acc: vector<2x16xf32>) -> vector<2x16xf32> {
  %c0 = arith.constant 0 : index
  %pad = arith.constant 0.0 : f32
  %l = vector.transfer_read %x[%c0, %c0], %pad {in_bounds = [true, true]} : memref<4x8xf32>, vector<2x2xf32>
  %r = vector.contract {indexing_maps = [#xk, #kl, #rl],
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %l, %w, %acc : vector<2x2xf32>, vector<2x16xf32> into vector<2x16xf32>
  return %r : vector<2x16xf32>
}

// CHECK-LABEL: func @a_vector_with_another_use_is_read_once(
// CHECK:         %[[L:.*]] = vector.transfer_read
// CHECK:         vector.extract %[[L]][0, 0]
// CHECK-COUNT-4: vector.fma
func.func @a_vector_with_another_use_is_read_once(%x: memref<4x8xf32>, %w: vector<2x16xf32>,
    %acc: vector<2x16xf32>) -> (vector<2x16xf32>, vector<2x2xf32>) {
  %c0 = arith.constant 0 : index
  %pad = arith.constant 0.0 : f32
  %l = vector.transfer_read %x[%c0, %c0], %pad {in_bounds = [true, true]} : memref<4x8xf32>, vector<2x2xf32>
  %r = vector.contract {indexing_maps = [#xk, #kl, #rl],
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %l, %w, %acc : vector<2x2xf32>, vector<2x16xf32> into vector<2x16xf32>
  return %r, %l : vector<2x16xf32>, vector<2x2xf32>
}

#xkd = affine_map<(r, p, d, k) -> (r, k, d)>
#kpd = affine_map<(r, p, d, k) -> (k, p, d)>
#rpd = affine_map<(r, p, d, k) -> (r, p, d)>

// CHECK-LABEL: func @lanes_of_both_operands_meet(
// CHECK-SAME:      %[[L:.*]]: vector<1x1x16xf32>, %[[R:.*]]: vector<1x2x16xf32>, %[[ACC:.*]]: vector<1x2x16xf32>)
// CHECK-DAG:     %[[X:.*]] = vector.extract %[[L]][0, 0]
// CHECK-DAG:     %[[W1:.*]] = vector.extract %[[R]][0, 1]
// CHECK-DAG:     %[[A1:.*]] = vector.extract %[[ACC]][0, 1]
// CHECK:         vector.fma %[[X]], %[[W1]], %[[A1]] : vector<16xf32>
func.func @lanes_of_both_operands_meet(%l: vector<1x1x16xf32>, %r: vector<1x2x16xf32>,
                                       %acc: vector<1x2x16xf32>) -> vector<1x2x16xf32> {
  %0 = vector.contract {indexing_maps = [#xkd, #kpd, #rpd],
                        iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      %l, %r, %acc : vector<1x1x16xf32>, vector<1x2x16xf32> into vector<1x2x16xf32>
  return %0 : vector<1x2x16xf32>
}

#lk = affine_map<(r, l, k) -> (l, k)>

// CHECK-LABEL: func @lanes_that_are_not_last_decline(
// CHECK:         vector.contract
func.func @lanes_that_are_not_last_decline(%l: vector<2x2xf32>, %r: vector<16x2xf32>,
                                           %acc: vector<2x16xf32>) -> vector<2x16xf32> {
  %0 = vector.contract {indexing_maps = [#xk, #lk, #rl],
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %l, %r, %acc : vector<2x2xf32>, vector<16x2xf32> into vector<2x16xf32>
  return %0 : vector<2x16xf32>
}

// CHECK-LABEL: func @integers_are_multiplied_and_added(
// CHECK:         %[[P:.*]] = arith.muli {{.*}} : vector<16xi32>
// CHECK:         arith.addi %{{.*}}, %[[P]] : vector<16xi32>
// CHECK-NOT:     vector.contract
func.func @integers_are_multiplied_and_added(%l: vector<2x2xi32>, %r: vector<2x16xi32>,
                            %acc: vector<2x16xi32>) -> vector<2x16xi32> {
  %0 = vector.contract {indexing_maps = [#xk, #kl, #rl],
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %l, %r, %acc : vector<2x2xi32>, vector<2x16xi32> into vector<2x16xi32>
  return %0 : vector<2x16xi32>
}

// CHECK-LABEL: func @a_sum_without_lanes_declines(
// CHECK:         vector.contract
func.func @a_sum_without_lanes_declines(%l: vector<4xf32>, %r: vector<4xf32>, %acc: f32) -> f32 {
  %0 = vector.contract {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> ()>],
                        iterator_types = ["reduction"]}
      %l, %r, %acc : vector<4xf32>, vector<4xf32> into f32
  return %0 : f32
}

// CHECK-LABEL: func @a_maximum_declines(
// CHECK:         vector.contract
func.func @a_maximum_declines(%l: vector<2x2xf32>, %r: vector<2x16xf32>,
                              %acc: vector<2x16xf32>) -> vector<2x16xf32> {
  %0 = vector.contract {indexing_maps = [#xk, #kl, #rl], kind = #vector.kind<maxnumf>,
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %l, %r, %acc : vector<2x2xf32>, vector<2x16xf32> into vector<2x16xf32>
  return %0 : vector<2x16xf32>
}

// CHECK-LABEL: func @mixed_element_types_decline(
// CHECK:         vector.contract
func.func @mixed_element_types_decline(%l: vector<2x2xbf16>, %r: vector<2x16xbf16>,
                                       %acc: vector<2x16xf32>) -> vector<2x16xf32> {
  %0 = vector.contract {indexing_maps = [#xk, #kl, #rl],
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %l, %r, %acc : vector<2x2xbf16>, vector<2x16xbf16> into vector<2x16xf32>
  return %0 : vector<2x16xf32>
}

#repeat = affine_map<(d0, d1, d2) -> (d0, d1, 0, d2)>
#rkl = affine_map<(r, l, k) -> (r, k, l)>

// Four values of d, repeated four times, are read as four.
// CHECK-LABEL: func @a_repeated_read_stays_small(
// CHECK-SAME:      %[[X:.*]]: memref<2x1x4xf32>
// CHECK:         %[[FOUR:.*]] = vector.transfer_read %[[X]]{{.*}} vector<4xf32>
// CHECK:         %[[WIDE:.*]] = vector.broadcast %[[FOUR]] : vector<4xf32> to vector<4x4xf32>
// CHECK:         %[[LANES:.*]] = vector.shape_cast %[[WIDE]] : vector<4x4xf32> to vector<16xf32>
// CHECK:         vector.fma %[[LANES]]
func.func @a_repeated_read_stays_small(%x: memref<2x1x4xf32>, %w: vector<1x16xf32>,
                                       %acc: vector<2x16xf32>) -> vector<2x16xf32> {
  %c0 = arith.constant 0 : index
  %pad = arith.constant 0.0 : f32
  %l = vector.transfer_read %x[%c0, %c0, %c0], %pad
      {in_bounds = [true, true, true, true], permutation_map = #repeat}
      : memref<2x1x4xf32>, vector<2x1x4x4xf32>
  %wide = vector.shape_cast %l : vector<2x1x4x4xf32> to vector<2x1x16xf32>
  %r = vector.contract {indexing_maps = [#rkl, #kl, #rl],
                        iterator_types = ["parallel", "parallel", "reduction"]}
      %wide, %w, %acc : vector<2x1x16xf32>, vector<1x16xf32> into vector<2x16xf32>
  return %r : vector<2x16xf32>
}

#xkq = affine_map<(r, p, l, k, q) -> (r, k, q)>
#kplq = affine_map<(r, p, l, k, q) -> (k, p, l, q)>
#rpl = affine_map<(r, p, l, k, q) -> (r, p, l)>

// A pair of x is 32 bits, which go to all lanes; i8 becomes i16 behind the load.
// CHECK-LABEL: func @pairs_of_bytes_are_multiplied_and_added(
// CHECK-SAME:      %[[X:.*]]: memref<2x3x2xi16>, %[[W:.*]]: memref<3x1x32xi8>, %[[ACC:.*]]: vector<1x1x16xi32>)
// CHECK-DAG:     %[[SUM:.*]] = vector.extract %[[ACC]][0, 0]
// CHECK-DAG:     %[[PAIR:.*]] = vector.transfer_read %[[X]]{{.*}} vector<2xi16>
// CHECK-DAG:     %[[BITS:.*]] = vector.bitcast %[[PAIR]] : vector<2xi16> to vector<1xi32>
// CHECK-DAG:     %[[SCALAR:.*]] = vector.extract %[[BITS]][0] : i32
// CHECK-DAG:     %[[ALL:.*]] = vector.broadcast %[[SCALAR]] : i32 to vector<16xi32>
// CHECK-DAG:     %[[XP:.*]] = vector.bitcast %[[ALL]] : vector<16xi32> to vector<32xi16>
// CHECK-DAG:     %[[BYTES:.*]] = vector.transfer_read %[[W]]{{.*}} vector<32xi8>
// CHECK-DAG:     %[[WP:.*]] = arith.extsi %[[BYTES]] : vector<32xi8> to vector<32xi16>
// CHECK:         %[[PRODUCTS:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"(%[[XP]], %[[WP]])
// CHECK:         arith.addi %[[SUM]], %[[PRODUCTS]]
// CHECK-COUNT-2: llvm.call_intrinsic
// CHECK-NOT:     llvm.call_intrinsic
// CHECK-NOT:     vector.contract
func.func @pairs_of_bytes_are_multiplied_and_added(%x: memref<2x3x2xi16>, %w: memref<3x1x32xi8>,
                                                   %acc: vector<1x1x16xi32>) -> vector<1x1x16xi32> {
  %c0 = arith.constant 0 : index
  %zero16 = arith.constant 0 : i16
  %zero8 = arith.constant 0 : i8
  %l = vector.transfer_read %x[%c0, %c0, %c0], %zero16 {in_bounds = [true, true, true]} : memref<2x3x2xi16>, vector<1x3x2xi16>
  %r = vector.transfer_read %w[%c0, %c0, %c0], %zero8 {in_bounds = [true, true, true]} : memref<3x1x32xi8>, vector<3x1x32xi8>
  %split = vector.shape_cast %r : vector<3x1x32xi8> to vector<3x1x16x2xi8>
  %lw = arith.extsi %l : vector<1x3x2xi16> to vector<1x3x2xi32>
  %rw = arith.extsi %split : vector<3x1x16x2xi8> to vector<3x1x16x2xi32>
  %0 = vector.contract {indexing_maps = [#xkq, #kplq, #rpl],
                        iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      %lw, %rw, %acc : vector<1x3x2xi32>, vector<3x1x16x2xi32> into vector<1x1x16xi32>
  return %0 : vector<1x1x16xi32>
}

#xklq = affine_map<(r, p, l, k, q) -> (r, k, l, q)>

// CHECK-LABEL: func @eight_lanes_of_pairs_on_both_sides(
// CHECK:         %[[XB:.*]] = vector.transfer_read {{.*}} vector<16xi16>
// CHECK:         llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%[[XB]], %{{.*}}) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
// CHECK-NOT:     vector.contract
func.func @eight_lanes_of_pairs_on_both_sides(%x: memref<1x1x16xi16>, %w: memref<1x1x16xi8>,
                                              %acc: vector<1x1x8xi32>) -> vector<1x1x8xi32> {
  %c0 = arith.constant 0 : index
  %zero16 = arith.constant 0 : i16
  %zero8 = arith.constant 0 : i8
  %l = vector.transfer_read %x[%c0, %c0, %c0], %zero16 {in_bounds = [true, true, true]} : memref<1x1x16xi16>, vector<1x1x16xi16>
  %r = vector.transfer_read %w[%c0, %c0, %c0], %zero8 {in_bounds = [true, true, true]} : memref<1x1x16xi8>, vector<1x1x16xi8>
  %ls = vector.shape_cast %l : vector<1x1x16xi16> to vector<1x1x8x2xi16>
  %rs = vector.shape_cast %r : vector<1x1x16xi8> to vector<1x1x8x2xi8>
  %lw = arith.extsi %ls : vector<1x1x8x2xi16> to vector<1x1x8x2xi32>
  %rw = arith.extsi %rs : vector<1x1x8x2xi8> to vector<1x1x8x2xi32>
  %0 = vector.contract {indexing_maps = [#xklq, #kplq, #rpl],
                        iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      %lw, %rw, %acc : vector<1x1x8x2xi32>, vector<1x1x8x2xi32> into vector<1x1x8xi32>
  return %0 : vector<1x1x8xi32>
}

// CHECK-LABEL: func @pairs_of_wide_integers_decline(
// CHECK:         vector.contract
func.func @pairs_of_wide_integers_decline(%l: vector<1x3x2xi32>, %r: vector<3x1x16x2xi32>,
                                          %acc: vector<1x1x16xi32>) -> vector<1x1x16xi32> {
  %0 = vector.contract {indexing_maps = [#xkq, #kplq, #rpl],
                        iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      %l, %r, %acc : vector<1x3x2xi32>, vector<3x1x16x2xi32> into vector<1x1x16xi32>
  return %0 : vector<1x1x16xi32>
}

// CHECK-LABEL: func @four_lanes_of_pairs_decline(
// CHECK:         vector.contract
func.func @four_lanes_of_pairs_decline(%l: vector<1x3x2xi32>, %r: vector<3x1x4x2xi32>,
                                       %acc: vector<1x1x4xi32>) -> vector<1x1x4xi32> {
  %0 = vector.contract {indexing_maps = [#xkq, #kplq, #rpl],
                        iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      %l, %r, %acc : vector<1x3x2xi32>, vector<3x1x4x2xi32> into vector<1x1x4xi32>
  return %0 : vector<1x1x4xi32>
}
