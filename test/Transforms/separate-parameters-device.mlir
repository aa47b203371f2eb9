// RUN: danaus-opt %s --danaus-separate-parameters="pack-constants=true" | FileCheck %s
// RUN: danaus-opt %s --danaus-separate-parameters="pack-constants=true" --danaus-separate-parameters="pack-constants=true" | FileCheck %s

// For a device a constant tensor is packed, as it lies on the host; a scalar and a fill are not.
// CHECK-LABEL: func.func @constants_are_packed(
// CHECK-SAME: %[[SHIFT:[a-z0-9]+]]: tensor<4xf32>, %{{.*}}: tensor<?x4xf32> {danaus.activation}) -> tensor<?x4xf32> attributes {danaus.pack = @constants_are_packed_pack, danaus.parameters = 1 : i64
// CHECK: arith.constant 0.000000e+00 : f32
// CHECK-NOT: dense
// CHECK: linalg.fill
// CHECK: linalg.broadcast ins(%[[SHIFT]]
// CHECK-LABEL: func.func @constants_are_packed_pack() -> tensor<4xf32> {
// CHECK: %[[DENSE:.*]] = arith.constant dense<
// CHECK: return %[[DENSE]]
func.func @constants_are_packed(%x: tensor<?x4xf32> {danaus.activation}) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %shift = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%rows) : tensor<?x4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %wide = linalg.broadcast ins(%shift : tensor<4xf32>) outs(%zeros : tensor<?x4xf32>) dimensions = [0]
  %y = linalg.add ins(%x, %wide : tensor<?x4xf32>, tensor<?x4xf32>) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
