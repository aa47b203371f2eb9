// A filter in the frequency domain: a Fourier transform, then blocks of 16 x 16 with a bias.
!fourier = tensor<768x768xcomplex<f32>, #linop.dft>
!blocks = tensor<768x768xcomplex<f32>, #linop.block_diagonal<blocks = 48>>

func.func @filter(%w: tensor<48x16x16xcomplex<f32>>, %bias: tensor<768xcomplex<f32>>,
                  %x: tensor<?x768xcomplex<f32>>) -> tensor<?x768xcomplex<f32>> {
  %f = linop.assemble : () -> !fourier
  %b = linop.assemble %w : (tensor<48x16x16xcomplex<f32>>) -> !blocks
  %t = linop.apply %f, %x : !fourier, tensor<?x768xcomplex<f32>> -> tensor<?x768xcomplex<f32>>
  %u = linop.apply %b, %t : !blocks, tensor<?x768xcomplex<f32>> -> tensor<?x768xcomplex<f32>>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x768xcomplex<f32>>
  %init = tensor.empty(%rows) : tensor<?x768xcomplex<f32>>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%u, %bias : tensor<?x768xcomplex<f32>>, tensor<768xcomplex<f32>>) outs(%init : tensor<?x768xcomplex<f32>>) {
  ^bb0(%v: complex<f32>, %p: complex<f32>, %out: complex<f32>):
    %s = complex.add %v, %p : complex<f32>
    linalg.yield %s : complex<f32>
  } -> tensor<?x768xcomplex<f32>>
  return %y : tensor<?x768xcomplex<f32>>
}
