// RUN: danaus-opt %s --convert-loops-to-launches --canonicalize --split-input-file | FileCheck %s
// A second run finds nothing to do.
// RUN: danaus-opt %s --convert-loops-to-launches --canonicalize --split-input-file > %t.once
// RUN: danaus-opt %s --convert-loops-to-launches --convert-loops-to-launches --canonicalize --split-input-file | diff - %t.once

#rows = affine_map<(n, j, k) -> (n, k)>
#columns = affine_map<(n, j, k) -> (j, k)>
#result = affine_map<(n, j, k) -> (n, j)>
#same = affine_map<(n, j) -> (n, j)>
module attributes {danaus.target = "sm_90a"} {
// The fill before it and the rounding behind it are part of the launch; the memory between is gone.
// CHECK-LABEL: func.func @contraction(
// CHECK-SAME:  %[[X:[^:]+]]: memref<?x8xf16>, %[[W:[^:]+]]: memref<4x8xf16>, %[[Y:[^:]+]]: memref<?x4xf16>) attributes {danaus.on_device}
// CHECK-NOT:   memref.alloc
// CHECK:       gpu.launch_func  @danaus_kernels::@contraction_loops_0
// CHECK-NOT:   gpu.launch_func
// CHECK:       return
func.func @contraction(%x: memref<?x8xf16>, %w: memref<4x8xf16>, %y: memref<?x4xf16>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %rows = memref.dim %x, %c0 : memref<?x8xf16>
  %sums = memref.alloc(%rows) : memref<?x4xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<?x4xf32>)
  linalg.generic {indexing_maps = [#rows, #columns, #result], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : memref<?x8xf16>, memref<4x8xf16>) outs(%sums : memref<?x4xf32>) {
  ^bb0(%a: f16, %b: f16, %sum: f32):
    %wide_a = arith.extf %a : f16 to f32
    %wide_b = arith.extf %b : f16 to f32
    %product = arith.mulf %wide_a, %wide_b : f32
    %next = arith.addf %sum, %product : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<?x4xf32>) outs(%y : memref<?x4xf16>) {
  ^bb0(%sum: f32, %old: f16):
    %narrow = arith.truncf %sum : f32 to f16
    linalg.yield %narrow : f16
  }
  memref.dealloc %sums : memref<?x4xf32>
  return
}
// CHECK-LABEL: gpu.func @contraction_loops_0(
// CHECK:         %[[SUM:.+]] = scf.for %{{.+}} = %{{.+}} to %{{.+}} step %{{.+}} iter_args(%{{.+}} = %{{.+}}) -> (f32)
// CHECK-NOT:       memref.store
// CHECK:         %[[NARROW:.+]] = arith.truncf %[[SUM]] : f32 to f16
// CHECK:         memref.store %[[NARROW]], %{{.+}}[%{{.+}}, %{{.+}}] : memref<?x4xf16>
}

// -----

module attributes {danaus.target = "sm_80"} {
// A value that is read twice stays in memory, and its fill with it.
// CHECK-LABEL: func.func @sums_that_others_read(
// CHECK-COUNT-3: gpu.launch_func
// CHECK-NOT:   gpu.launch_func
// CHECK:       return
func.func @sums_that_others_read(%x: memref<5x8xf32>, %y: memref<5xf32>, %z: memref<5xf32>) {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<5xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<5xf32>)
  linalg.generic {indexing_maps = [affine_map<(n, k) -> (n, k)>, affine_map<(n, k) -> (n)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<5x8xf32>) outs(%sums : memref<5xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>], iterator_types = ["parallel"]}
      ins(%sums : memref<5xf32>) outs(%y : memref<5xf32>) {
  ^bb0(%sum: f32, %old: f32):
    %twice = arith.addf %sum, %sum : f32
    linalg.yield %twice : f32
  }
  linalg.generic {indexing_maps = [affine_map<(n) -> (n)>, affine_map<(n) -> (n)>], iterator_types = ["parallel"]}
      ins(%sums : memref<5xf32>) outs(%z : memref<5xf32>) {
  ^bb0(%sum: f32, %old: f32):
    linalg.yield %sum : f32
  }
  memref.dealloc %sums : memref<5xf32>
  return
}

// Points share an element of the result: one thread runs the loops.
// CHECK-LABEL: func.func @points_that_share_a_result(
// CHECK:         %[[ONE:.+]] = arith.constant 1 : index
// CHECK:         gpu.launch_func  @danaus_kernels::@points_that_share_a_result_loops_0 blocks in (%[[ONE]], %[[ONE]], %[[ONE]]) threads in (%[[ONE]], %[[ONE]], %[[ONE]])
func.func @points_that_share_a_result(%x: memref<5x8xf32>, %y: memref<12xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i + j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<5x8xf32>) outs(%y : memref<12xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }
  return
}

// The number of an iteration in the body is the coordinate of the point.
// CHECK-LABEL: func.func @coordinates(
func.func @coordinates(%x: memref<5x8xf32>, %t: memref<8xi32>, %y: memref<5x8xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%t : memref<8xi32>) outs(%y : memref<5x8xf32>) {
  ^bb0(%to: i32, %old: f32):
    %row = linalg.index 0 : index
    %column = arith.index_cast %to : i32 to index
    %value = memref.load %x[%row, %column] : memref<5x8xf32>
    linalg.yield %value : f32
  }
  return
}
// CHECK-LABEL: gpu.func @coordinates_loops_0(
// CHECK:         %[[J:.+]] = arith.remui %[[P:.+]], %{{.+}} : index
// CHECK:         %[[I:.+]] = arith.divui %[[P]], %{{.+}} : index
// CHECK:         %[[TO:.+]] = memref.load %{{.+}}[%[[J]]] : memref<8xi32>
// CHECK:         %[[COLUMN:.+]] = arith.index_cast %[[TO]]
// CHECK:         %[[VALUE:.+]] = memref.load %{{.+}}[%[[I]], %[[COLUMN]]]
// CHECK:         memref.store %[[VALUE]], %{{.+}}[%[[I]], %[[J]]]
}

// -----

module attributes {danaus.target = "sm_90a"} {
// A thread an iteration of the two loops; the third loop, whose iterations add up, is each thread's.
// CHECK-LABEL: func.func @independent_loops(
// CHECK:         gpu.launch_func  @danaus_kernels::@independent_loops_loops_0
// CHECK-NOT:     scf.for
// CHECK:         return
func.func @independent_loops(%x: memref<?x8xf32>, %rows: index, %y: memref<?x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f32
  scf.for %n = %c0 to %rows step %c1 {
    scf.for %j = %c0 to %c4 step %c1 {
      %sum = scf.for %k = %j to %c8 step %c1 iter_args(%part = %zero) -> (f32) {
        %v = memref.load %x[%n, %k] : memref<?x8xf32>
        %next = arith.addf %part, %v : f32
        scf.yield %next : f32
      }
      memref.store %sum, %y[%n, %j] : memref<?x4xf32>
    } {danaus.independent}
  } {danaus.independent}
  return
}
// CHECK-LABEL: gpu.func @independent_loops_loops_0(
// CHECK-COUNT-2: scf.for
// CHECK-NOT:     scf.for

}

// -----

module attributes {danaus.target = "sm_90a"} {
// Of loops that are not marked every iteration may need the one before: one thread. So with stores between.
// CHECK-LABEL: func.func @dependent_loops(
// CHECK:         %[[ONE:.+]] = arith.constant 1 : index
// CHECK:         gpu.launch_func  @danaus_kernels::@dependent_loops_loops_0 blocks in (%[[ONE]], %[[ONE]], %[[ONE]]) threads in (%[[ONE]], %[[ONE]], %[[ONE]])
// CHECK-NOT:     gpu.launch_func
func.func @dependent_loops(%x: memref<8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  memref.store %v, %x[%c0] : memref<8xf32>
  scf.for %i = %c1 to %c8 step %c1 {
    %before = arith.subi %i, %c1 : index
    %old = memref.load %x[%before] : memref<8xf32>
    memref.store %old, %x[%i] : memref<8xf32>
  }
  return
}

// Loops around launches stay on the host; so do loads that the host wants, which is refused later.
// CHECK-LABEL: func.func @loops_of_launches(
// CHECK:         memref.load
// CHECK:         scf.for
// CHECK:           gpu.launch_func
func.func @loops_of_launches(%times: memref<1xindex>, %x: memref<8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = memref.load %times[%c0] : memref<1xindex>
  scf.for %i = %c0 to %count step %c1 {
    linalg.fill ins(%v : f32) outs(%x : memref<8xf32>)
  }
  return
}

// Packing is the host's.
// CHECK-LABEL: func.func @layer(
// CHECK-SAME:    danaus.on_device, danaus.pack = @layer_pack
// CHECK-LABEL: func.func @layer_pack(
// CHECK-NOT:     danaus.on_device
// CHECK:         linalg.fill
func.func @layer() attributes {danaus.pack = @layer_pack} {
  return
}
func.func @layer_pack(%x: memref<8xf32>, %v: f32) {
  linalg.fill ins(%v : f32) outs(%x : memref<8xf32>)
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
// Bounds that are loaded go into the launch with the loop that they bound.
// CHECK-LABEL: func.func @bounds_from_memory(
// CHECK-NOT:     memref.load
// CHECK:         gpu.launch_func
// CHECK-NOT:     arith.index_cast
// CHECK:         return
func.func @bounds_from_memory(%bounds: memref<2xi32>, %x: memref<8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %low = memref.load %bounds[%c0] : memref<2xi32>
  %from = arith.index_cast %low : i32 to index
  %high = memref.load %bounds[%c1] : memref<2xi32>
  %to = arith.index_cast %high : i32 to index
  scf.for %i = %from to %to step %c1 {
    memref.store %v, %x[%i] : memref<8xf32>
  }
  return
}
}

// -----

module attributes {danaus.target = "sm_90a"} {
// A function that packs weights works on the host, unless danaus-separate-parameters made it.
// CHECK-LABEL: func.func @packs_on_the_host(
// CHECK:         linalg.fill
func.func @packs_on_the_host(%v: f32, %x: memref<8xf32>) {
  linalg.fill ins(%v : f32) outs(%x : memref<8xf32>)
  return
}
func.func @host(%x: memref<8xf32>) attributes {danaus.pack = @packs_on_the_host} {
  return
}
// CHECK-LABEL: func.func @packs_on_the_device(
// CHECK-SAME:    danaus.on_device
// CHECK:         gpu.launch_func
func.func @packs_on_the_device(%v: f32, %x: memref<8xf32>) {
  linalg.fill ins(%v : f32) outs(%x : memref<8xf32>)
  return
}
func.func @device(%x: memref<8xf32>) attributes {danaus.pack = @packs_on_the_device, danaus.parameters = 1 : i64} {
  return
}
}
