// Each fault is an error at the op that commits it, which names what it touches.
// RUN: danaus-opt %s --split-input-file --verify-diagnostics --danaus-simulate

// Threads hand values to their neighbors across a barrier: nothing to report.
module attributes {gpu.container_module} {
func.func @a_barrier_between(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %bytes = arith.constant 256 : i32
  gpu.launch_func @kernels::@rotate blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) dynamic_shared_memory_size %bytes args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @rotate(%y: memref<64xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    %t = gpu.thread_id x
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %s = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<64xf32, #gpu.address_space<workgroup>>
    %v = memref.load %y[%t] : memref<64xf32>
    memref.store %v, %s[%t] : memref<64xf32, #gpu.address_space<workgroup>>
    gpu.barrier
    %next = arith.addi %t, %c1 : index
    %from = arith.remui %next, %c64 : index
    %w = memref.load %s[%from] : memref<64xf32, #gpu.address_space<workgroup>>
    memref.store %w, %y[%t] : memref<64xf32>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @no_barrier_between(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %bytes = arith.constant 256 : i32
  gpu.launch_func @kernels::@rotate blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) dynamic_shared_memory_size %bytes args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @rotate(%y: memref<64xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    %t = gpu.thread_id x
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %s = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<64xf32, #gpu.address_space<workgroup>>
    %v = memref.load %y[%t] : memref<64xf32>
    memref.store %v, %s[%t] : memref<64xf32, #gpu.address_space<workgroup>>
    %next = arith.addi %t, %c1 : index
    %from = arith.remui %next, %c64 : index
    // expected-error @below {{'memref.load' op thread 0 of block 0: read of bytes 4 to 7 of shared memory: a race with a write by thread 1 with no barrier between}}
    %w = memref.load %s[%from] : memref<64xf32, #gpu.address_space<workgroup>>
    memref.store %w, %y[%t] : memref<64xf32>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @a_write_after_reads(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch_func @kernels::@shift blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @shift(%y: memref<64xf32>) kernel {
    %c0 = arith.constant 0 : index
    %t = gpu.thread_id x
    %v = memref.load %y[%c0] : memref<64xf32>
    // expected-error @below {{'memref.store' op thread 0 of block 0: write to bytes 0 to 3 of argument 0: a race with a read by other threads with no barrier between}}
    memref.store %v, %y[%t] : memref<64xf32>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @blocks_that_write_one_element(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c64 = arith.constant 64 : index
  gpu.launch_func @kernels::@k blocks in (%c2, %c1, %c1) threads in (%c64, %c1, %c1) args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @k(%y: memref<64xf32>) kernel {
    %v = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    // expected-error @below {{'memref.store' op thread 0 of block 1: write to bytes 0 to 3 of argument 0: a race with a write by block 0 of the same launch}}
    memref.store %v, %y[%t] : memref<64xf32>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @a_store_past_the_end(%y: memref<?xf32>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) args(%y : memref<?xf32>)
  return
}
gpu.module @kernels {
  gpu.func @k(%y: memref<?xf32>) kernel {
    %v = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    // expected-error @below {{'memref.store' op thread 7 of block 0: access out of bounds: 1 elements from [7] of argument 0, a view of [7]}}
    memref.store %v, %y[%t] : memref<?xf32>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @a_branch_around_a_barrier(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1)
  return
}
gpu.module @kernels {
  gpu.func @k() kernel {
    %c40 = arith.constant 40 : index
    %t = gpu.thread_id x
    %some = arith.cmpi ult, %t, %c40 : index
    scf.if %some {
      // expected-error @below {{'gpu.barrier' op block 0: wanted all 64 threads at a barrier, found 40}}
      gpu.barrier
    }
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @a_branch_within_a_warp(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %bytes = arith.constant 2048 : i32
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) dynamic_shared_memory_size %bytes
  return
}
gpu.module @kernels {
  gpu.func @k() kernel {
    %c0 = arith.constant 0 : index
    %c40 = arith.constant 40 : index
    %t = gpu.thread_id x
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %s = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<512xf32, #gpu.address_space<workgroup>>
    %some = arith.cmpi ult, %t, %c40 : index
    scf.if %some {
      // expected-error @below {{'tile.load_a' op block 0: wanted all threads of warp 1, found 8}}
      %a = tile.load_a %s[%c0] row_pitch 8 : memref<512xf32, #gpu.address_space<workgroup>> -> !tile.fragment<a, 16x8xf32>
    }
    gpu.return
  }
}
}

// -----

// The copy lands when its thread waits for its group, not before.
module attributes {gpu.container_module} {
func.func @an_early_read(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %bytes = arith.constant 512 : i32
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c16, %c1, %c1) dynamic_shared_memory_size %bytes args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @k(%y: memref<64xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c64 = arith.constant 64 : index
    %t = gpu.thread_id x
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %s = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<128xf32, #gpu.address_space<workgroup>>
    %first = arith.muli %t, %c4 : index
    %second = arith.addi %first, %c64 : index
    nvgpu.device_async_copy %y[%first], %s[%first], 4 : memref<64xf32> to memref<128xf32, #gpu.address_space<workgroup>>
    nvvm.cp.async.commit.group
    nvgpu.device_async_copy %y[%first], %s[%second], 4 : memref<64xf32> to memref<128xf32, #gpu.address_space<workgroup>>
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 1
    %v = memref.load %s[%first] : memref<128xf32, #gpu.address_space<workgroup>>
    // expected-error @below {{'memref.load' op thread 0 of block 0: read of bytes 256 to 259 of shared memory: an asynchronous copy to it has not landed}}
    %w = memref.load %s[%second] : memref<128xf32, #gpu.address_space<workgroup>>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @a_misaligned_copy(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %bytes = arith.constant 512 : i32
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c8, %c1, %c1) dynamic_shared_memory_size %bytes args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @k(%y: memref<64xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c5 = arith.constant 5 : index
    %t = gpu.thread_id x
    %bytes = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %s = memref.view %bytes[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<128xf32, #gpu.address_space<workgroup>>
    %first = arith.muli %t, %c5 : index
    // expected-error @below {{'nvgpu.device_async_copy' op thread 1 of block 0: misaligned copy of 16 bytes from byte 20 of argument 0 to byte 20 of shared memory}}
    nvgpu.device_async_copy %y[%first], %s[%first], 4 : memref<64xf32> to memref<128xf32, #gpu.address_space<workgroup>>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @a_misaligned_vector(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1) args(%y : memref<64xf32>)
  return
}
gpu.module @kernels {
  gpu.func @k(%y: memref<64xf32>) kernel {
    %c1 = arith.constant 1 : index
    // expected-error @below {{'vector.load' op thread 0 of block 0: misaligned access to byte 4 of argument 0, wanted a multiple of 16}}
    %v = vector.load %y[%c1] {alignment = 16 : i64} : memref<64xf32>, vector<4xf32>
    gpu.return
  }
}
}

// -----

module attributes {gpu.container_module} {
func.func @memory_that_is_freed(%y: memref<64xf32>) {
  %c1 = arith.constant 1 : index
  %m = memref.alloc() : memref<4xf32>
  memref.dealloc %m : memref<4xf32>
  gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1) args(%m : memref<4xf32>)
  return
}
gpu.module @kernels {
  gpu.func @k(%y: memref<4xf32>) kernel {
    %c1 = arith.constant 1 : index
    // expected-error @below {{'memref.load' op thread 0 of block 0: access to allocation 1, which is freed}}
    %v = memref.load %y[%c1] : memref<4xf32>
    gpu.return
  }
}
}

// -----

func.func @an_unknown_op(%y: memref<64xf32>) {
  // expected-error @below {{'linalg.transpose' op is none that the simulator knows}}
  linalg.transpose ins(%y : memref<64xf32>) outs(%y : memref<64xf32>) permutation = [0]
  return
}

// -----

// expected-error @below {{wanted row-major memrefs as arguments, found 'f32'}}
func.func @a_scalar(%y: f32) {
  return
}

// -----

// expected-error @below {{entry: wanted a public function with a body, found ''}}
module {
}
