// Programs that would harm memory, or cannot have what they ask for, are a message and status 1.

// DEFINE: %{run} = not danaus-run %s --pipeline=naive

// RUN: %{run} --entry=writes_to_its_argument 2>&1 | FileCheck %s --check-prefix=WRITES
// WRITES: danaus-run: error: compiled code wrote to argument 0

// RUN: %{run} --entry=more_rows_than_memory --rows=1000000000000 2>&1 | FileCheck %s --check-prefix=MEMORY
// MEMORY: danaus-run: error: too little memory for a tensor of 16000000000000 bytes, shape 1000000000000x4

// RUN: %{run} --entry=more_columns_than_numbers --rows=2 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// OVERFLOW: danaus-run: error: a result of shape 2x4611686018427387904 does not fit into memory

// RUN: not danaus-run %s --entry=two_results --output=%t.npy:a --output=%t.npy:b 2>&1 | FileCheck %s --check-prefix=NPY
// NPY: danaus-run: error: '{{.*}}.npy:a': wanted FILE.npy, FILE.safetensors or FILE.safetensors:key

// RUN: not danaus-run %s --entry=two_results --output=%t.npy --output=%t.npy 2>&1 | FileCheck %s --check-prefix=ONE
// ONE: danaus-run: error: {{.*}}.npy: wanted one result for a NumPy file, found 2

// RUN: not danaus-run %s --entry=two_results --output=%t.safetensors:y --output=%t.safetensors:y 2>&1 | FileCheck %s --check-prefix=KEYS
// KEYS: danaus-run: error: {{.*}}.safetensors: two tensors have the key 'y'

// A packing function by hand is not one that the pipeline converts with the rest.
// RUN: %{run} --entry=packed_by_hand --emit=llvm 2>&1 | FileCheck %s --check-prefix=TRANSLATION
// TRANSLATION: danaus-run: error: translation to LLVM IR failed

func.func @writes_to_its_argument(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c0 = arith.constant 0 : index
  %three = arith.constant 3.0 : f32
  %b = bufferization.to_buffer %x read_only : tensor<2xf32> to memref<2xf32>
  memref.store %three, %b[%c0] : memref<2xf32>
  return %x : tensor<2xf32>
}

func.func @more_rows_than_memory(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

func.func @more_columns_than_numbers(%x: tensor<?x4xf32>) -> tensor<?x4611686018427387904xf32> {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %y = tensor.empty(%rows) : tensor<?x4611686018427387904xf32>
  return %y : tensor<?x4611686018427387904xf32>
}

func.func @two_results(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

func.func @packed_by_hand(%w: tensor<3xf32>) -> tensor<2xf32> attributes {danaus.pack = @pack_by_hand, danaus.packed = array<i64: 0>} {
  %y = tensor.extract_slice %w[0] [2] [1] : tensor<3xf32> to tensor<2xf32>
  return %y : tensor<2xf32>
}

func.func @pack_by_hand(%w: tensor<4xf32>) -> tensor<4xf32> {
  return %w : tensor<4xf32>
}
