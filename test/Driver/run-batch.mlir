// One compilation, several runs: each line of the file adds its own arguments, results and name.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{make} = python3 %S/Inputs/tensors.py
// RUN: %{make} npy %t/w.npy 3x2 && %{make} npy %t/two.npy 2x2 && %{make} npy %t/one.npy 1x2
// RUN: echo '--arg=1=%t/two.npy --output=%t/two.safetensors:y --id=two' > %t/batch
// RUN: echo '' >> %t/batch
// RUN: echo '--id="just one" --output=%t/one.npy.safetensors --arg=1=%t/one.npy' >> %t/batch
// RUN: danaus-run %s --arg=0=%t/w.npy --batch=%t/batch --check --json | FileCheck %s
// CHECK: "id":"two"{{.*}}"passed":true{{.*}}"rows":2
// CHECK-NEXT: "id":"just one"{{.*}}"passed":true{{.*}}"rows":1
// CHECK-NOT: "id"

// W is ((0, 1), (2, 3), (4, 5)), x is (0, 1) and (2, 3).
// RUN: %{make} show %t/two.safetensors y | FileCheck %s --check-prefix=TWO
// TWO: 1.0, 3.0, 5.0, 3.0, 13.0, 23.0
// RUN: %{make} show %t/one.npy.safetensors result0 | FileCheck %s --check-prefix=ONE
// ONE: 1.0, 3.0, 5.0


//===--- Bad files ---===//

// RUN: not danaus-run %s --batch=%t/none 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: danaus-run: error: --batch: {{.*}}none: No such file or directory

// RUN: echo '--id=a' > %t/bad && echo '--rows=3' >> %t/bad
// RUN: not danaus-run %s --batch=%t/bad 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: danaus-run: error: --batch: line 2: wanted --arg=, --output= or --id=, found '--rows=3'

func.func @layer(%w: tensor<3x2xf32>, %x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %m = linop.assemble %w : (tensor<3x2xf32>) -> tensor<3x2xf32, #linop.dense>
  %y = linop.apply %m, %x : tensor<3x2xf32, #linop.dense>, tensor<?x2xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}
