// Danaus in a stock mlir-opt, which knows none of it.
//
// REQUIRES: embedding
// DEFINE: %{mlir-opt} = mlir-opt --load-dialect-plugin=%danaus_plugin --load-pass-plugin=%danaus_plugin
// RUN: not mlir-opt %s 2>&1 | FileCheck %s --check-prefix=WITHOUT
// RUN: %{mlir-opt} %s | FileCheck %s --check-prefix=PARSED
// RUN: %{mlir-opt} %s --pass-pipeline="builtin.module(danaus-expand-structured)" | FileCheck %s --check-prefix=PASS
// RUN: %{mlir-opt} %s --pass-pipeline="builtin.module(danaus-to-kernels)" | FileCheck %s --check-prefix=KERNELS
// RUN: %{mlir-opt} %s --pass-pipeline="builtin.module(danaus-naive-to-llvm)" \
// RUN:   | FileCheck %s --check-prefix=NAIVE --implicit-check-not="linop." --implicit-check-not="chain."
// RUN: %{mlir-opt} %s --pass-pipeline="builtin.module(danaus-to-llvm)" \
// RUN:   | FileCheck %s --check-prefix=LLVM --implicit-check-not="linop." --implicit-check-not="chain."
//
// A transformation of mlir-opt's own beside ours: its interfaces and theirs are one.
// RUN: %{mlir-opt} %s --pass-pipeline="builtin.module(danaus-to-chain,convert-chain-to-linalg,func.func(linalg-fuse-elementwise-ops),danaus-bufferize,func.func(convert-linalg-to-affine-loops))" \
// RUN:   | FileCheck %s --check-prefix=AFFINE
//
// One copy of LLVM and MLIR in the process: the plug-in brings none, and shows nothing of what it is made of.
// RUN: llvm-nm --dynamic --defined-only --just-symbol-name %danaus_plugin | sort | FileCheck %s --check-prefix=SYMBOLS --match-full-lines
// RUN: llvm-readelf --needed-libs %danaus_plugin | FileCheck %s --check-prefix=NEEDED

// WITHOUT: error: #"linop"{{.*}}created with unregistered dialect

// SYMBOLS: mlirGetDialectPluginInfo
// SYMBOLS-NEXT: mlirGetPassPluginInfo
// SYMBOLS-NOT: {{.+}}

// NEEDED-DAG: libLLVM.so.22.1
// NEEDED-DAG: libMLIR.so.22.1

#mon = #linop.monarch<blocks = [4, 4], middle = 16>

// PARSED-LABEL: func.func @layer
// PARSED: linop.assemble {{.*}} #linop.monarch<blocks = [4, 4], middle = 16>
// PARSED: linop.apply

// PASS-LABEL: func.func @layer
// PASS: chain.stage {{.*}} pattern(4, 4, 4, 1)
// PASS: chain.stage {{.*}} pattern(1, 4, 4, 4)

// KERNELS-LABEL: func.func @layer
// KERNELS: chain.kernel
// KERNELS-SAME: schedule(<rows = 

// NAIVE: llvm.func @_mlir_ciface_layer

// LLVM: llvm.func @_mlir_ciface_layer

// AFFINE-LABEL: func.func @layer
// AFFINE: affine.for
func.func @layer(%w1: tensor<4x4x4xf32>, %w2: tensor<4x4x4xf32>, %x: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %m = linop.assemble %w1, %w2 : (tensor<4x4x4xf32>, tensor<4x4x4xf32>) -> tensor<16x16xf32, #mon>
  %y = linop.apply %m, %x : tensor<16x16xf32, #mon>, tensor<?x16xf32> -> tensor<?x16xf32>
  return %y : tensor<?x16xf32>
}
