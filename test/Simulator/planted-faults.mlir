// The device code of a layer is right; changed in one place it is not, and the simulator finds each change. 35 rows
// are two tiles of 16 and a part of one.

// RUN: danaus-opt %s --danaus-to-device > %t.mlir
// DEFINE: %{simulate} = danaus-opt %t.wrong.mlir --danaus-simulate="rows=35"
// DEFINE: %{find} = FileCheck %s
// RUN: danaus-opt %t.mlir --danaus-simulate="rows=35" | FileCheck %s --check-prefix=RIGHT
// RIGHT: gpu.func @layer_kernel_0
//
// No barrier at all.
// RUN: sed -e '/gpu.barrier/d' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=BARRIERS
// BARRIERS: error: 'nvgpu.device_async_copy' op thread {{[0-9]+}} of block 0: write to bytes {{[0-9]+}} to {{[0-9]+}} of shared memory: a race with a write by thread {{[0-9]+}} with no barrier between
//
// Not the one behind the zeros that pad blocks: copies may come first.
// RUN: awk '/gpu.barrier/ { if (++n == 1) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=PADDING
// PADDING: error: 'nvgpu.device_async_copy' op thread {{[0-9]+}} of block 0: write to bytes {{.+}} of shared memory: a race with a write by thread
//
// Not the one between the stages: what a warp reads another wrote.
// RUN: awk '/gpu.barrier/ { if (++n == 3) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=STAGES
// STAGES: error: 'tile.load_a' op thread {{[0-9]+}} of block 0: read of bytes {{.+}} of shared memory: a race with a write by thread
//
// Not the one behind the last stage.
// RUN: awk '/gpu.barrier/ { if (++n == 4) next } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=OUTPUT
// OUTPUT: error: 'vector.load' op thread {{[0-9]+}} of block 0: read of bytes {{.+}} of shared memory: a race with a write by thread
//
// A row too many at the end, stored, and loaded.
// RUN: awk '/gpu.barrier/ { ++n } n == 4 { sub("cmpi ult", "cmpi ule") } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=TAIL
// TAIL: error: 'vector.store' op thread {{[0-9]+}} of block 2: access out of bounds: {{[0-9]+}} elements from [35, 0] of argument 3, a view of [35, 64]
// RUN: awk '/gpu.barrier/ { ++n } n < 4 { sub("cmpi ult", "cmpi ule") } { print }' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=LOAD
// LOAD: error: 'nvgpu.device_async_copy' op thread 0 of block 0: access out of bounds: 8 elements from [48, 0] of argument 2, a view of [35, 64]
//
// The tile is read while it is on its way.
// RUN: sed -e 's/nvvm.cp.async.wait.group 2/nvvm.cp.async.wait.group 3/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=EARLY
// EARLY: error: 'tile.load_a' op thread {{[0-9]+}} of block 0: read of bytes {{.+}} of shared memory: an asynchronous copy to it has not landed
//
// Less shared memory than the buffers take.
// RUN: sed -e 's/memory_size %[a-z0-9_]* /memory_size %few /' -e '/gpu.launch_func/i %few = arith.constant 256 : i32' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=MEMORY
// MEMORY: error: '{{.+}}' op thread {{[0-9]+}} of block 0: access out of bounds: {{.+}} of shared memory, a view of
//
// Rows of the buffer further apart than they were written.
// RUN: sed -e 's/row_pitch [0-9]*/row_pitch 4096/' %t.mlir > %t.wrong.mlir
// RUN: not %{simulate} 2>&1 | %{find} --check-prefix=PITCH
// PITCH: error: 'tile.load_a' op thread {{[0-9]+}} of block 0: access out of bounds: 2 elements from {{.+}} of shared memory

module attributes {danaus.target = "sm_90a"} {
func.func @layer(%m: tensor<64x64xbf16, #linop.monarch<blocks = [8, 8], middle = 64>>, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : tensor<64x64xbf16, #linop.monarch<blocks = [8, 8], middle = 64>>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}
}
