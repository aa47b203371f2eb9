// Sparse matrices through calls, branches and selects, in composites, from the right,
// as dense matrices and beside factorized ones.

// DEFINE: %{entry} =
// DEFINE: %{run} = danaus-run %s --entry=%{entry} --check --pipeline=naive && danaus-run %s --entry=%{entry} --check --seed=3

// REDEFINE: %{entry} = called
// RUN: %{run}
// REDEFINE: %{entry} = chosen
// RUN: %{run}
// REDEFINE: %{entry} = pixelfly
// RUN: %{run}
// REDEFINE: %{entry} = scaled
// RUN: %{run}
// REDEFINE: %{entry} = from_the_right
// RUN: %{run}
// REDEFINE: %{entry} = dense
// RUN: %{run}
// REDEFINE: %{entry} = taken_apart
// RUN: %{run}
// REDEFINE: %{entry} = masked_monarch
// RUN: %{run}

// In its stages a sparse matrix stays what it is: no tensor of its dense size.
// RUN: danaus-run %s --entry=pixelfly --emit=chain | FileCheck %s
// CHECK-LABEL: func.func @pixelfly
// CHECK-NOT: 24x24
// CHECK: chain.indexed
// CHECK-NOT: 24x24
// CHECK: return

!csr = tensor<6x8xf32, #linop.csr<nnz = ?>>

func.func private @helper(%p: tensor<7xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %m = linop.assemble %p, %c, %v : (tensor<7xi32>, tensor<?xi32>, tensor<?xf32>) -> !csr
  %y = linop.apply %m, %x : !csr, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
// Arguments that only a called function assembles are valid indices as well.
func.func @called(%p: tensor<7xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = func.call @helper(%p, %c, %v, %x) : (tensor<7xi32>, tensor<?xi32>, tensor<?xf32>, tensor<?x8xf32>) -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @chosen(%a: !csr, %b: !csr, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %rows = arith.constant 0 : index
  %n = tensor.dim %x, %rows : tensor<?x8xf32>
  %three = arith.constant 3 : index
  %p = arith.cmpi sgt, %n, %three : index
  %m = scf.if %p -> !csr {
    scf.yield %a : !csr
  } else {
    scf.yield %b : !csr
  }
  %s = arith.select %p, %b, %m : !csr
  %y = linop.apply %m, %x : !csr, tensor<?x8xf32> -> tensor<?x6xf32>
  %z = linop.apply %s, %x : !csr, tensor<?x8xf32> -> tensor<?x6xf32>
  %sum = arith.addf %y, %z : tensor<?x6xf32>
  return %sum : tensor<?x6xf32>
}

!pixelfly = tensor<24x24xf32, #linop.sum<[tensor<24x24xf32, #linop.flat_butterfly<block = 3, levels = 3>>,
                                          tensor<24x24xf32, #linop.low_rank<rank = 2>>]>>
func.func @pixelfly(%m: !pixelfly, %x: tensor<?x24xf32>) -> tensor<?x24xf32> {
  %y = linop.apply %m, %x : !pixelfly, tensor<?x24xf32> -> tensor<?x24xf32>
  return %y : tensor<?x24xf32>
}

!scaled = tensor<6x8xf32, #linop.scaled<tensor<6x8xf32, #linop.bsr<block = [3, 2], nnz = 4>>>>
func.func @scaled(%m: !scaled, %x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !scaled, tensor<?x8xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @from_the_right(%m: !csr, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %y = linop.apply %m, %x right : !csr, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @dense(%m: !csr) -> tensor<6x8xf32> {
  %d = linop.materialize %m : !csr -> tensor<6x8xf32>
  return %d : tensor<6x8xf32>
}

!nm = tensor<6x8xf32, #linop.n_m<n = 2, m = 4>>
func.func @taken_apart(%m: !nm) -> (tensor<6x4xf32>, tensor<6x4xi8>) {
  %v, %p = linop.parameters %m : !nm -> tensor<6x4xf32>, tensor<6x4xi8>
  return %v, %p : tensor<6x4xf32>, tensor<6x4xi8>
}

!masked = tensor<6x6xf32, #linop.product<[tensor<6x8xf32, #linop.csr<nnz = 9>>,
                                          tensor<8x6xf32, #linop.monarch<blocks = [2, 4], middle = 4>>]>>
func.func @masked_monarch(%m: !masked, %x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !masked, tensor<?x6xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}
