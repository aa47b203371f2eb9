// Each rewrite of the algebra leaves the matrix as it was: the rewritten function runs and is held to the
// reference of the function as it was written, within the tolerance of the latter, by both pipelines. In bf16
// the bound of a rewrite that rounded more than the chain would show.

// DEFINE: %{entry} =
// DEFINE: %{passes} =
// DEFINE: %{run} = danaus-run %s --entry=%{entry} --rows=7 --check --passes=%{passes}
// DEFINE: %{both} = %{run} && %{run} --pipeline=naive && %{run} --seed=3

// REDEFINE: %{passes} = danaus-flatten-composites
// REDEFINE: %{entry} = composites
// RUN: %{both}

// REDEFINE: %{passes} = danaus-merge-permutations
// REDEFINE: %{entry} = permutations
// RUN: %{both}

// REDEFINE: %{passes} = danaus-transpose-chains
// REDEFINE: %{entry} = transposed_chain
// RUN: %{both}
// REDEFINE: %{entry} = transposed_networks
// RUN: %{both}
// REDEFINE: %{entry} = transposed_fourier
// RUN: %{both}

// REDEFINE: %{passes} = danaus-absorb-scales
// REDEFINE: %{entry} = diagonals_f32
// RUN: %{both}
// REDEFINE: %{entry} = diagonals_bf16
// RUN: %{both}
// REDEFINE: %{entry} = diagonals_f64
// RUN: %{both}
// REDEFINE: %{entry} = diagonals_on_both_sides
// RUN: %{both}
// REDEFINE: %{entry} = scales
// RUN: %{both}

// REDEFINE: %{passes} = danaus-regroup-butterflies
// REDEFINE: %{entry} = butterfly_f32
// RUN: %{both}
// REDEFINE: %{entry} = butterfly_bf16
// RUN: %{both}
// REDEFINE: %{entry} = butterfly_f64
// RUN: %{both}
// REDEFINE: %{entry} = rectangular_stages
// RUN: %{both}
// REDEFINE: %{entry} = constant_stages
// RUN: %{both}

// REDEFINE: %{passes} = danaus-mix-kronecker
// REDEFINE: %{entry} = kronecker_f32
// RUN: %{both}
// REDEFINE: %{entry} = kronecker_bf16
// RUN: %{both}

// REDEFINE: %{passes} = danaus-push-permutations
// REDEFINE: %{entry} = pushed
// RUN: %{both}
// REDEFINE: %{entry} = permutations
// RUN: %{both}

// REDEFINE: %{passes} = danaus-reassociate
// REDEFINE: %{entry} = associated_f32
// RUN: %{both}
// REDEFINE: %{entry} = associated_bf16
// RUN: %{both}

// All of it.
// DEFINE: %{simplified} = danaus-run %s --entry=%{entry} --rows=7 --check --simplify && danaus-run %s --entry=%{entry} --rows=7 --check --simplify --pipeline=naive
// REDEFINE: %{entry} = composites
// RUN: %{simplified}
// REDEFINE: %{entry} = permutations
// RUN: %{simplified}
// REDEFINE: %{entry} = transposed_chain
// RUN: %{simplified}
// REDEFINE: %{entry} = transposed_networks
// RUN: %{simplified}
// REDEFINE: %{entry} = diagonals_f32
// RUN: %{simplified}
// REDEFINE: %{entry} = butterfly_bf16
// RUN: %{simplified}
// REDEFINE: %{entry} = pushed
// RUN: %{simplified}
// REDEFINE: %{entry} = associated_f32
// RUN: %{simplified}

!lr = tensor<6x4xf32, #linop.low_rank<rank = 2>>
!pair = tensor<6x5xf32, #linop.product<[!lr, tensor<4x5xf32>]>>
!nest = tensor<6x3xf32, #linop.product<[!pair, tensor<5x3xf32, #linop.diagonal>]>>
!both = tensor<6x3xf32, #linop.sum<[!nest, tensor<6x3xf32>]>>
!all = tensor<6x3xf32, #linop.scaled<!both>>
func.func @composites(%m: !all, %x: tensor<?x3xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !all, tensor<?x3xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!bd = tensor<12x12xf32, #linop.block_diagonal<blocks = 4>>
!p26 = tensor<12x12xf32, #linop.permutation<sizes = [2, 6], order = [1, 0]>>
!p34 = tensor<12x12xf32, #linop.permutation<sizes = [3, 4], order = [1, 0]>>
!p62 = tensor<12x12xf32, #linop.permutation<sizes = [6, 2], order = [1, 0]>>
!perms = tensor<12x12xf32, #linop.product<[!p34, !p26, !bd, !p62, !p26, !bd]>>
func.func @permutations(%a: !bd, %x: tensor<?x12xf32>) -> tensor<?x12xf32> {
  %p26 = linop.assemble : () -> !p26
  %p34 = linop.assemble : () -> !p34
  %p62 = linop.assemble : () -> !p62
  %m = linop.product %p34, %p26, %a, %p62, %p26, %a : !p34, !p26, !bd, !p62, !p26, !bd -> !perms
  %y = linop.apply %m, %x : !perms, tensor<?x12xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!ks = tensor<12x18xf32, #linop.kronecker_sparse<a = 3, b = 2, c = 3, d = 2>>
!lr18 = tensor<18x6xf32, #linop.low_rank<rank = 2>>
!p6 = tensor<6x6xf32, #linop.permutation<sizes = [2, 3], order = [1, 0]>>
!usv = tensor<6x5xf32, #linop.usv<rank = 3>>
!chain = tensor<12x5xf32, #linop.product<[!ks, !lr18, !p6, !usv]>>
func.func @transposed_chain(%m: !chain, %x: tensor<?x12xf32>) -> tensor<?x5xf32> {
  %t = linop.transpose %m : !chain -> tensor<5x12xf32, #linop.transpose<!chain>>
  %y = linop.apply %t, %x : tensor<5x12xf32, #linop.transpose<!chain>>, tensor<?x12xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!kron = tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2], terms = 2>>
!tt = tensor<6x8xf32, #linop.tensor_train<out = [2, 3], in = [4, 2], ranks = [2]>>
!tk = tensor<6x8xf32, #linop.tucker<out = [2, 3], in = [4, 2], out_ranks = [2, 2], in_ranks = [3, 1]>>
!bl = tensor<6x8xf32, #linop.blast<blocks = 2, rank = 3>>
!tsum = tensor<6x8xf32, #linop.sum<[!kron, !tt, !tk, !bl]>>
func.func @transposed_networks(%m: !tsum, %x: tensor<?x6xf32>) -> tensor<?x8xf32> {
  %t = linop.transpose %m : !tsum -> tensor<8x6xf32, #linop.transpose<!tsum>>
  %y = linop.apply %t, %x : tensor<8x6xf32, #linop.transpose<!tsum>>, tensor<?x6xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

!dft = tensor<6x6xcomplex<f64>, #linop.dft>
!cbd = tensor<6x6xcomplex<f64>, #linop.block_diagonal<blocks = 2>>
!cc = tensor<6x6xcomplex<f64>, #linop.product<[!dft, !cbd]>>
func.func @transposed_fourier(%m: !cc, %x: tensor<?x6xcomplex<f64>>) -> tensor<?x6xcomplex<f64>> {
  %t = linop.transpose %m : !cc -> tensor<6x6xcomplex<f64>, #linop.transpose<!cc>>
  %y = linop.apply %t, %x : tensor<6x6xcomplex<f64>, #linop.transpose<!cc>>, tensor<?x6xcomplex<f64>> -> tensor<?x6xcomplex<f64>>
  return %y : tensor<?x6xcomplex<f64>>
}

!d12 = tensor<12x12xf32, #linop.diagonal>
!d8 = tensor<8x8xf32, #linop.diagonal>
!mon = tensor<12x8xf32, #linop.monarch<blocks = [4, 3], middle = 12>>
!blast = tensor<8x12xf32, #linop.blast<blocks = 2, rank = 3>>
!btt = tensor<12x8xf32, #linop.btt<in = [2, 4], out = [3, 4], rank = 2>>
!ks8 = tensor<8x12xf32, #linop.kronecker_sparse<a = 2, b = 2, c = 3, d = 2>>
!dense = tensor<12x8xf32, #linop.dense>
!lr8 = tensor<8x12xf32, #linop.low_rank<rank = 3>>
!mm = tensor<12x8xf32, #linop.multi_monarch<in = [2, 4], out = [3, 4]>>
!dchain = tensor<12x12xf32, #linop.product<[!d12, !mon, !d8, !blast, !d12, !d12, !btt, !d8, !ks8, !d12, !dense, !d8, !lr8]>>
!dchain2 = tensor<12x8xf32, #linop.product<[!dchain, !d12, !mm, !d8]>>
func.func @diagonals_f32(%m: !dchain2, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !dchain2, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

// Each structure that has rows and columns in one parameter, alone between two diagonals.
!d0 = tensor<12x8xf32, #linop.product<[!d12, !dense, !d8]>>
!d1 = tensor<12x8xf32, #linop.product<[!d12, tensor<12x8xf32, #linop.block_diagonal<blocks = 4>>, !d8]>>
!d2 = tensor<12x8xf32, #linop.product<[!d12, tensor<12x8xf32, #linop.kronecker_sparse<a = 2, b = 3, c = 2, d = 2>>, !d8]>>
!d3 = tensor<12x8xf32, #linop.product<[!d12, !mon, !d8]>>
!d4 = tensor<12x8xf32, #linop.product<[!d12, !mm, !d8]>>
!d5 = tensor<12x8xf32, #linop.product<[!d12, tensor<12x8xf32, #linop.low_rank<rank = 3>>, !d8]>>
!d6 = tensor<12x8xf32, #linop.product<[!d12, tensor<12x8xf32, #linop.usv<rank = 3>>, !d8]>>
!d7 = tensor<12x8xf32, #linop.product<[!d12, tensor<12x8xf32, #linop.blast<blocks = 2, rank = 3>>, !d8]>>
!d9 = tensor<12x8xf32, #linop.product<[!d12, !btt, !d8]>>
!dall = tensor<12x8xf32, #linop.sum<[!d0, !d1, !d2, !d3, !d4, !d5, !d6, !d7, !d9]>>
func.func @diagonals_on_both_sides(%m: !dall, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !dall, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!h12 = tensor<12x12xbf16, #linop.diagonal>
!hbd = tensor<12x12xbf16, #linop.block_diagonal<blocks = 2>>
!hus = tensor<12x12xbf16, #linop.usv<rank = 4>>
!hchain = tensor<12x12xbf16, #linop.product<[!h12, !hbd, !h12, !hus, !h12]>>
func.func @diagonals_bf16(%m: !hchain, %x: tensor<?x12xbf16>) -> tensor<?x12xbf16> {
  %y = linop.apply %m, %x : !hchain, tensor<?x12xbf16> -> tensor<?x12xbf16>
  return %y : tensor<?x12xbf16>
}

!e12 = tensor<12x12xf64, #linop.diagonal>
!ebd = tensor<12x12xf64, #linop.block_diagonal<blocks = 2>>
!echain = tensor<12x12xf64, #linop.product<[!e12, !ebd, !e12]>>
func.func @diagonals_f64(%m: !echain, %x: tensor<?x12xf64>) -> tensor<?x12xf64> {
  %y = linop.apply %m, %x : !echain, tensor<?x12xf64> -> tensor<?x12xf64>
  return %y : tensor<?x12xf64>
}

!h8 = tensor<8x8xf32, #linop.hadamard>
!sh8 = tensor<8x8xf32, #linop.scaled<!h8>>
!sd = tensor<12x8xf32, #linop.product<[!mon, !sh8]>>
!ssd = tensor<12x8xf32, #linop.scaled<!sd>>
func.func @scales(%m: !ssd, %x: tensor<?x8xf32>) -> tensor<?x12xf32> {
  %y = linop.apply %m, %x : !ssd, tensor<?x8xf32> -> tensor<?x12xf32>
  return %y : tensor<?x12xf32>
}

!bf64 = tensor<64x64xf32, #linop.butterfly<blocks = 1, increasing = true>>
func.func @butterfly_f32(%m: !bf64, %x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = linop.apply %m, %x : !bf64, tensor<?x64xf32> -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

!bfh = tensor<128x128xbf16, #linop.butterfly<blocks = 2, increasing = false>>
func.func @butterfly_bf16(%m: !bfh, %x: tensor<?x128xbf16>) -> tensor<?x128xbf16> {
  %y = linop.apply %m, %x : !bfh, tensor<?x128xbf16> -> tensor<?x128xbf16>
  return %y : tensor<?x128xbf16>
}

!bfd = tensor<16x16xf64, #linop.butterfly<blocks = 1, increasing = false>>
!bfs = tensor<16x16xf64, #linop.sum<[!bfd, tensor<16x16xf64>]>>
func.func @butterfly_f64(%m: !bfs, %x: tensor<?x16xf64>) -> tensor<?x16xf64> {
  %y = linop.apply %m, %x : !bfs, tensor<?x16xf64> -> tensor<?x16xf64>
  return %y : tensor<?x16xf64>
}

!g0 = tensor<12x8xf32, #linop.block_diagonal<blocks = 4>>
!g1 = tensor<15x12xf32, #linop.kronecker_sparse<a = 1, b = 5, c = 4, d = 3>>
!g = tensor<15x8xf32, #linop.product<[!g1, !g0]>>
func.func @rectangular_stages(%m: !g, %x: tensor<?x8xf32>) -> tensor<?x15xf32> {
  %y = linop.apply %m, %x : !g, tensor<?x8xf32> -> tensor<?x15xf32>
  return %y : tensor<?x15xf32>
}

!c0 = tensor<4x4xf32, #linop.block_diagonal<blocks = 2>>
!c1 = tensor<4x4xf32, #linop.kronecker_sparse<a = 1, b = 2, c = 2, d = 2>>
!c = tensor<4x4xf32, #linop.product<[!c1, !c0]>>
func.func @constant_stages(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %v = arith.constant dense<[[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [0.7, 0.8]]]> : tensor<2x2x2xf32>
  %w = arith.constant dense<[[[[1.1, 0.2], [0.3, 0.4]], [[0.5, 0.6], [-0.7, 0.8]]]]> : tensor<1x2x2x2xf32>
  %a = linop.assemble %v : (tensor<2x2x2xf32>) -> !c0
  %b = linop.assemble %w : (tensor<1x2x2x2xf32>) -> !c1
  %m = linop.product %b, %a : !c1, !c0 -> !c
  %y = linop.apply %m, %x : !c, tensor<?x4xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

!ka = tensor<6x8xf32, #linop.kronecker<rows = [2, 3], columns = [4, 2]>>
!kb = tensor<8x4xf32, #linop.kronecker<rows = [4, 2], columns = [2, 2]>>
!kab = tensor<6x4xf32, #linop.product<[!ka, !kb]>>
func.func @kronecker_f32(%m: !kab, %x: tensor<?x4xf32>) -> tensor<?x6xf32> {
  %y = linop.apply %m, %x : !kab, tensor<?x4xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

!kh = tensor<64x64xbf16, #linop.kronecker<rows = [4, 4, 4], columns = [4, 4, 4]>>
!khh = tensor<64x64xbf16, #linop.product<[!kh, !kh]>>
func.func @kronecker_bf16(%m: !khh, %x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %y = linop.apply %m, %x : !khh, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

!pd = tensor<24x24xf32, #linop.diagonal>
!p0 = tensor<24x24xf32, #linop.permutation<sizes = [2, 3, 4], order = [1, 0, 2]>>
!p1 = tensor<24x24xf32, #linop.permutation<sizes = [6, 4], order = [1, 0]>>
!p2 = tensor<24x24xf32, #linop.permutation<sizes = [6, 2, 2], order = [0, 2, 1]>>
!pb = tensor<24x24xf32, #linop.block_diagonal<blocks = 6>>
!pk = tensor<36x24xf32, #linop.kronecker_sparse<a = 2, b = 6, c = 4, d = 3>>
!p3 = tensor<24x24xf32, #linop.permutation<sizes = [3, 2, 4], order = [2, 1, 0]>>
!pw = tensor<5x36xf32>
!p36 = tensor<36x36xf32, #linop.permutation<sizes = [4, 9], order = [1, 0]>>
!pushed = tensor<5x24xf32, #linop.product<[!pw, !p36, !pk, !pd, !p3, !pb, !p0, !pb, !p1, !pb, !p2]>>
func.func @pushed(%m: !pushed, %x: tensor<?x24xf32>) -> tensor<?x5xf32> {
  %y = linop.apply %m, %x : !pushed, tensor<?x24xf32> -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

!al = tensor<48x40xf32, #linop.low_rank<rank = 4>>
!am = tensor<40x56xf32, #linop.low_rank<rank = 6>>
!an = tensor<56x5xf32>
!ab = tensor<5x10xf32, #linop.block_diagonal<blocks = 5>>
!ac = tensor<10x15xf32, #linop.block_diagonal<blocks = 5>>
!as = tensor<48x15xf32, #linop.product<[!al, !am, !an, !ab, !ac]>>
func.func @associated_f32(%m: !as, %x: tensor<?x15xf32>) -> tensor<?x48xf32> {
  %y = linop.apply %m, %x : !as, tensor<?x15xf32> -> tensor<?x48xf32>
  return %y : tensor<?x48xf32>
}

!ah = tensor<48x40xbf16, #linop.low_rank<rank = 4>>
!ai = tensor<40x56xbf16, #linop.low_rank<rank = 6>>
!aj = tensor<48x8xbf16, #linop.product<[!ah, !ai, tensor<56x8xbf16>]>>
func.func @associated_bf16(%m: !aj, %x: tensor<?x8xbf16>) -> tensor<?x48xbf16> {
  %y = linop.apply %m, %x : !aj, tensor<?x8xbf16> -> tensor<?x48xbf16>
  return %y : tensor<?x48xbf16>
}
