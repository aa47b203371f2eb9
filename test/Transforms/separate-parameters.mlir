// RUN: danaus-opt %s --danaus-separate-parameters --split-input-file --verify-diagnostics | FileCheck %s
// RUN: danaus-opt %s --danaus-separate-parameters --danaus-separate-parameters --split-input-file --verify-diagnostics | FileCheck %s

// The slice and what is computed from it are made once; the fill and the constant again in each call.
// CHECK-LABEL: func.func @work_on_parameters_moves(
// CHECK-SAME: %[[BIAS:[a-z0-9]+]]: tensor<4xf32>, %[[X:[a-z0-9]+]]: tensor<?x4xf32> {danaus.activation}) -> tensor<?x4xf32> attributes {danaus.pack = @work_on_parameters_moves_pack, danaus.parameters = 1 : i64, danaus.schedule = ""} {
// CHECK-NOT: tensor.extract_slice
// CHECK: linalg.fill
// CHECK: linalg.add ins(%{{.*}}, %{{.*}} : tensor<?x4xf32>
// CHECK: linalg.broadcast ins(%[[BIAS]]
// CHECK: return

// CHECK-LABEL: func.func @work_on_parameters_moves_pack(
// CHECK-SAME: %[[UNUSED:[a-z0-9]+]]: tensor<2xf32>, %[[P:[a-z0-9]+]]: tensor<8xf32>) -> tensor<4xf32> {
// CHECK: %[[SLICE:.*]] = tensor.extract_slice %[[P]][4] [4] [1]
// CHECK: %[[EXP:.*]] = math.exp %[[SLICE]]
// CHECK: return %[[EXP]]
func.func @work_on_parameters_moves(%unused: tensor<2xf32>, %x: tensor<?x4xf32> {danaus.activation}, %p: tensor<8xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %slice = tensor.extract_slice %p[4] [4] [1] : tensor<8xf32> to tensor<4xf32>
  %bias = math.exp %slice : tensor<4xf32>
  %empty = tensor.empty(%rows) : tensor<?x4xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %sum = linalg.add ins(%x, %zeros : tensor<?x4xf32>, tensor<?x4xf32>) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  %wide = linalg.broadcast ins(%bias : tensor<4xf32>) outs(%empty : tensor<?x4xf32>) dimensions = [0]
  %y = linalg.mul ins(%sum, %wide : tensor<?x4xf32>, tensor<?x4xf32>) outs(%empty : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// What was packed before goes through the old packing function; the other parameter is kept as it is.
// CHECK-LABEL: func.func @packed_before(
// CHECK-SAME: %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[W:[a-z0-9]+]]: tensor<2x2xf32>, %[[X:[a-z0-9]+]]: tensor<?x4xf32> {danaus.activation})
// CHECK-SAME: danaus.parameters = 2
// CHECK: tensor.extract %[[W]]
// CHECK: tensor.extract %[[B]]

// CHECK-LABEL: func.func @packed_before_pack(
// CHECK-SAME: %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[W:[a-z0-9]+]]: tensor<4xf32>) -> (tensor<4xf32>, tensor<2x2xf32>) {
// CHECK: %[[PACKED:.*]] = tensor.expand_shape %[[W]]
// CHECK: return %[[B]], %[[PACKED]]
func.func @packed_before(%b: tensor<4xf32>, %x: tensor<?x4xf32> {danaus.activation}, %w: tensor<2x2xf32>) -> tensor<?x4xf32> attributes {danaus.pack = @packed_before_pack, danaus.packed = array<i64: 2>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %scale = tensor.extract %w[%c0, %c1] : tensor<2x2xf32>
  %shift = tensor.extract %b[%c1] : tensor<4xf32>
  %both = arith.addf %scale, %shift : f32
  %y = tensor.insert %both into %x[%c0, %c0] : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
func.func @packed_before_pack(%w: tensor<4xf32>) -> tensor<2x2xf32> {
  %e = tensor.expand_shape %w [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  return %e : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func.func private @private_functions_are_left(
// CHECK-NOT: danaus.
func.func private @private_functions_are_left(%p: tensor<4xf32>) -> tensor<4xf32> {
  %e = math.exp %p : tensor<4xf32>
  return %e : tensor<4xf32>
}

// -----

// expected-error @below {{'func.func' op parameter 0: wanted a static shape, found 'tensor<?xf32>'}}
func.func @a_parameter_of_unknown_size(%p: tensor<?xf32>, %x: tensor<?x4xf32> {danaus.activation}) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// -----

// expected-error @below {{'func.func' op activation 0: wanted all sizes but the first static, found 'tensor<?x?xf32>'}}
func.func @columns_of_unknown_number(%x: tensor<?x?xf32> {danaus.activation}) -> tensor<?x?xf32> {
  return %x : tensor<?x?xf32>
}

// -----

// expected-error @below {{'func.func' op activation 0: wanted all sizes but the first static, found 'tensor<f32>'}}
func.func @one_value_has_no_rows(%x: tensor<f32> {danaus.activation}) -> tensor<f32> {
  return %x : tensor<f32>
}

// -----

// expected-error @below {{'func.func' op argument 1: wanted a tensor of rank 8 at most, found 'f32'}}
func.func @a_scalar(%x: tensor<?xf32> {danaus.activation}, %s: f32) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @below {{'func.func' op wanted one block, found branches}}
func.func @branches(%x: tensor<?xf32> {danaus.activation}) -> tensor<?xf32> {
  cf.br ^bb1
^bb1:
  return %x : tensor<?xf32>
}

// -----

func.func @name(%x: tensor<?xf32> {danaus.activation}) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}
// expected-error @below {{'func.func' op has the name of the packing function of 'name'}}
func.func private @name_pack(%x: tensor<?xf32>) -> tensor<?xf32>

// -----

// expected-error @below {{'func.func' op result 0: wanted the rows of the activations as its only dynamic size, cannot tell that of 'tensor<?xf32>'}}
func.func @twice_the_rows(%x: tensor<?xf32> {danaus.activation}) -> tensor<?xf32> {
  %y = tensor.concat dim(0) %x, %x : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}
