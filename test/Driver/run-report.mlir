// What a run says: JSON, times, samples of rows, IR at each level; and that a wrong result is caught.

//===--- JSON and times ---===//

// RUN: danaus-run %s --entry=layer --rows=20 --check --time --repeat=12 --json --id=small-rows20 --pipeline=naive | FileCheck %s --check-prefix=JSON
// JSON: {"device":"cpu","dtype":"f32","id":"small-rows20","ours_ms":{{[0-9.e-]+}},"p10_ms":{{[0-9.e-]+}},"p90_ms":{{[0-9.e-]+}},"pack_ms":0,"passed":true,"rel_err":{{[0-9.e-]+}},"rows":20,"schedule":"naive","threads":1,"tolerance":{{[0-9.e-]+}}}
// JSON-NOT: check passed

// RUN: danaus-run %s --entry=layer --json | FileCheck %s --check-prefix=SCHEDULE
// SCHEDULE: "schedule":"#chain.schedule<{{.*}}>"

// RUN: danaus-run %s --entry=layer --time --repeat=5 | FileCheck %s --check-prefix=TIME
// TIME: time: median {{[0-9.]+}} ms, p10 {{[0-9.]+}}, p90 {{[0-9.]+}}, 5 calls; pack {{[0-9.]+}} ms

// The interpreter is a device too.
// RUN: danaus-run %s --entry=layer --device=interpreter --time --repeat=2 --json | FileCheck %s --check-prefix=INTERPRETER
// INTERPRETER: {"device":"interpreter",{{.*}}"schedule":"interpreter"

//===--- A schedule by text and by file ---===//

// RUN: echo '#chain.schedule<rows = 5, axes = [b, d]>' > %t.schedule
// RUN: danaus-run %s --entry=layer --check --json --schedule=%t.schedule | FileCheck %s --check-prefix=ROWS
// RUN: danaus-run %s --entry=layer --check --json '--schedule=#chain.schedule<rows = 5, axes = [b, d]>' | FileCheck %s --check-prefix=ROWS
// ROWS: "passed":true,{{.*}}"schedule":"#chain.schedule<rows = 5, axes = {{.*}}>"

//===--- Samples: only where rows are independent ---===//

// RUN: danaus-run %s --entry=layer --rows=50 --check --reference-budget=5000 | FileCheck %s --check-prefix=SAMPLE
// SAMPLE: check passed: rel_err {{[0-9.e+-]+}} tolerance {{[0-9.e+-]+}} rows 50, checked {{[2-9]|[1-4][0-9]}} of 50 rows

// RUN: danaus-run %s --entry=column_sums --rows=50 --check --reference-budget=10 | FileCheck %s --check-prefix=WHOLE
// WHOLE: check passed: rel_err {{[0-9.e+-]+}} tolerance {{[0-9.e+-]+}} rows 50{{$}}

//===--- What was never written is NaN, and NaN never passes ---===//

// RUN: not danaus-run %s --entry=unwritten --rows=3 --check | FileCheck %s --check-prefix=NAN
// NAN: check FAILED: rel_err nan tolerance {{[0-9.e+-]+}} rows 3: result 0: 12 of 12 values are NaN

// RUN: not danaus-run %s --entry=unwritten --rows=3 --check --json 2>&1 | FileCheck %s --check-prefix=NAN-JSON
// NAN-JSON-DAG: check FAILED: rel_err nan
// NAN-JSON-DAG: "passed":false,"rel_err":null

//===--- One value far off fails, however small the error of all is ---===//

// RUN: not danaus-run %s --entry=one_value_is_lost --check --tolerance=0.02 | FileCheck %s --check-prefix=LARGEST
// LARGEST: check FAILED: rel_err {{[0-9.]+e-03}} tolerance 2.000e-02 rows {{[0-9]+}}: result 0: largest error {{[0-9.]+e-[0-9]+}} is above 8 x tolerance x rms = {{[0-9.e-]+}}

//===--- Levels ---===//

// RUN: danaus-run %s --entry=layer --emit=chain | FileCheck %s --check-prefix=CHAIN
// CHAIN-NOT: @unwritten
// CHAIN: func.func @layer
// CHAIN-COUNT-2: chain.stage

// RUN: danaus-run %s --entry=layer --emit=kernel | FileCheck %s --check-prefix=KERNEL
// KERNEL: func.func @layer
// KERNEL: chain.kernel
// KERNEL: func.func @layer_pack

// RUN: danaus-run %s --entry=layer --emit=llvm | FileCheck %s --check-prefix=LLVM
// LLVM: define void @_mlir_ciface_layer(

#mon = #linop.monarch<blocks = [4, 6], middle = 12>
func.func @layer(%m: tensor<42x20xf32, #mon>, %x: tensor<?x20xf32>) -> tensor<?x42xf32> {
  %y = linop.apply %m, %x : tensor<42x20xf32, #mon>, tensor<?x20xf32> -> tensor<?x42xf32>
  return %y : tensor<?x42xf32>
}

func.func @column_sums(%x: tensor<?x4xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.reduce ins(%x : tensor<?x4xf32>) outs(%init : tensor<4xf32>) dimensions = [0]
      (%a: f32, %b: f32) {
        %s = arith.addf %a, %b : f32
        linalg.yield %s : f32
      }
  return %y : tensor<4xf32>
}

func.func @unwritten(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x4xf32>
  %y = tensor.empty(%rows) : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// x + 2^30 - 2^30 in one of 10000 places: 0 in f32, where the reference has x.
func.func @one_value_is_lost(%x: tensor<10000xf32>) -> tensor<10000xf32> {
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f32
  %large = arith.constant 1073741824.0 : f32
  %e = tensor.empty() : tensor<10000xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<10000xf32>) outs(%e : tensor<10000xf32>) {
  ^bb0(%v: f32, %out: f32):
    %i = linalg.index 0 : index
    %here = arith.cmpi eq, %i, %c7 : index
    %c = arith.select %here, %large, %zero : f32
    %sum = arith.addf %v, %c : f32
    %difference = arith.subf %sum, %c : f32
    linalg.yield %difference : f32
  } -> tensor<10000xf32>
  return %y : tensor<10000xf32>
}
