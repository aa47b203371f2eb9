// REQUIRES: ptxas
//
// ptxas accepts the kernels of Inputs/monarchs.mlir under each of these schedules, and none of them spills.
//
// DEFINE: %{schedule} =
// DEFINE: %{compile} = danaus-compile %S/Inputs/monarchs.mlir %{schedule} -v -o %t.cubin
// DEFINE: %{check} = FileCheck %s --implicit-check-not=error
//
// RUN: %{compile} --target=sm_90a 2>&1 | %{check}
// RUN: %{compile} --target=sm_80 2>&1 | %{check}
//
// REDEFINE: %{schedule} = --schedule="#chain.schedule<unit=mma_sync,rows=16,warps=4,depth=2,placement=registers>"
// RUN: %{compile} --target=sm_90a 2>&1 | %{check}
// RUN: %{compile} --target=sm_80 2>&1 | %{check}
//
// REDEFINE: %{schedule} = --schedule="#chain.schedule<unit=mma_sync,rows=32,warps=8,depth=1>"
// RUN: %{compile} --target=sm_90a 2>&1 | %{check}
// RUN: %{compile} --target=sm_80 2>&1 | %{check}
//
// REDEFINE: %{schedule} = --schedule="#chain.schedule<unit=mma_sync,rows=48,warps=2,depth=2>"
// RUN: %{compile} --target=sm_90a 2>&1 | %{check}
// RUN: %{compile} --target=sm_80 2>&1 | %{check}
//
// REDEFINE: %{schedule} = --schedule="#chain.schedule<unit=mma_sync,rows=16,cuts=[1],warps=4,depth=3,placement=registers>"
// RUN: %{compile} --target=sm_90a 2>&1 | %{check} --check-prefixes=CHECK,CUT
// RUN: %{compile} --target=sm_80 2>&1 | %{check} --check-prefixes=CHECK,CUT
//
// REDEFINE: %{schedule} = --schedule="#chain.schedule<unit=mma_sync,rows=16,cuts=[1],warps=4,depth=2,ring=2048>"
// RUN: %{compile} --target=sm_90a 2>&1 | %{check}
// RUN: %{compile} --target=sm_80 2>&1 | %{check}
// RUN: %{compile} --target=sm_100a 2>&1 | %{check}

// CUT-COUNT-6:   {{^.*_kernel_[0-9]+}}: {{[0-9]+}} registers, 0 bytes spilled, 0 bytes stack
// CHECK-COUNT-6: {{^.*_kernel_[0-9]+}}: {{[0-9]+}} registers, 0 bytes spilled, 0 bytes stack
// CHECK-NOT:     registers
