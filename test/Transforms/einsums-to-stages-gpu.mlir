// RUN: danaus-opt %s --danaus-einsums-to-stages | FileCheck %s
// RUN: danaus-opt %s --danaus-einsums-to-stages | danaus-opt --danaus-einsums-to-stages | FileCheck %s

// Kernels of a GPU read the second core of a BTT where its x lies: the inputs of a sum in runs, one a block in turn.
module attributes {danaus.target = "sm_90a"} {
  // CHECK-LABEL: func.func @a_batch_between_summed_digits(
  // CHECK-SAME:    %[[X:.*]]: tensor<?x24xbf16>, %[[W:.*]]: tensor<3x2x4x5xbf16>)
  // CHECK-NEXT:    %[[WEIGHT:.*]] = tensor.collapse_shape %[[W]]
  // CHECK:         %[[Y:.*]] = chain.stage %[[X]], %{{.*}} pattern(3, 5, 8, 1) order "acb" x_digits(<sizes = [2, 3, 4], order = [1, 0, 2]>)
  // CHECK-NEXT:    return %[[Y]]
  func.func @a_batch_between_summed_digits(%x: tensor<?x24xbf16>, %w: tensor<3x2x4x5xbf16>) -> tensor<?x15xbf16> {
    %y = chain.einsum %x, %w "gpr,pgre->pe" sizes [2, 3, 4, 5] : tensor<?x24xbf16>, tensor<3x2x4x5xbf16> -> tensor<?x15xbf16>
    return %y : tensor<?x15xbf16>
  }

  // Of rank 1 the inputs of a block lie alone.
  // CHECK-LABEL: func.func @of_rank_one(
  // CHECK-NOT:     chain.permute
  // CHECK:         chain.stage {{.*}} pattern(3, 5, 2, 1) order "acb" x_digits(<sizes = [2, 3], order = [1, 0]>)
  func.func @of_rank_one(%x: tensor<?x6xbf16>, %w: tensor<3x2x1x5xbf16>) -> tensor<?x15xbf16> {
    %y = chain.einsum %x, %w "gpr,pgre->pe" sizes [2, 3, 1, 5] : tensor<?x6xbf16>, tensor<3x2x1x5xbf16> -> tensor<?x15xbf16>
    return %y : tensor<?x15xbf16>
  }

  // Two digits of the batch apart are more than kernels read.
  // CHECK-LABEL: func.func @a_batch_on_both_sides(
  // CHECK:         chain.permute %{{.*}} sizes [2, 3, 4, 5] order [0, 2, 1, 3]
  func.func @a_batch_on_both_sides(%x: tensor<?x120xbf16>, %w: tensor<2x4x3x5x2xbf16>) -> tensor<?x16xbf16> {
    %y = chain.einsum %x, %w "agpr,apgre->ape" sizes [2, 3, 4, 5, 2] : tensor<?x120xbf16>, tensor<2x4x3x5x2xbf16> -> tensor<?x16xbf16>
    return %y : tensor<?x16xbf16>
  }

  // The first stage of a Fourier transform reads its digits where they are.
  // CHECK-LABEL: func @reads_digits(
  // CHECK:         chain.stage {{.+}} pattern(15, 4, 4, 1) order "bc" x_digits(<sizes = [4, 3, 5], order = [2, 1, 0]>)
  func.func @reads_digits(%x: tensor<?x60xcomplex<f32>>, %w: tensor<4x4xcomplex<f32>>) -> tensor<?x60xcomplex<f32>> {
    %y = chain.einsum %x, %w "cfe,bc->efb" sizes [4, 3, 5, 4] : tensor<?x60xcomplex<f32>>, tensor<4x4xcomplex<f32>> -> tensor<?x60xcomplex<f32>>
    return %y : tensor<?x60xcomplex<f32>>
  }

  // Of two digits, too, which the result could have in another order as well.
  // CHECK-LABEL: func @reads_two_digits(
  // CHECK:         chain.stage {{.+}} pattern(3, 4, 4, 1) order "bc" x_digits(<sizes = [4, 3], order = [1, 0]>)
  func.func @reads_two_digits(%x: tensor<?x12xcomplex<f32>>, %w: tensor<4x4xcomplex<f32>>) -> tensor<?x12xcomplex<f32>> {
    %y = chain.einsum %x, %w "cs,bc->sb" sizes [4, 3, 4] : tensor<?x12xcomplex<f32>>, tensor<4x4xcomplex<f32>> -> tensor<?x12xcomplex<f32>>
    return %y : tensor<?x12xcomplex<f32>>
  }

  // What would have to be copied stays for loops on the digits as they are.
  // CHECK-LABEL: func @copies_nothing(
  // CHECK:         chain.einsum
  func.func @copies_nothing(%x: tensor<?x24xcomplex<f32>>, %w: tensor<3x2x4x5xcomplex<f32>>) -> tensor<?x15xcomplex<f32>> {
    %y = chain.einsum %x, %w "gpr,pgre->pe" sizes [2, 3, 4, 5] : tensor<?x24xcomplex<f32>>, tensor<3x2x4x5xcomplex<f32>> -> tensor<?x15xcomplex<f32>>
    return %y : tensor<?x15xcomplex<f32>>
  }
}
