// bf16 at sizes that matrix tiles take, whole and with rows left over; on a chip without them the same runs on vectors.

// DEFINE: %{entry} =
// DEFINE: %{checks} = danaus-run %s --entry=%{entry} --check --rows=0 && danaus-run %s --entry=%{entry} --check --rows=1 && \
// DEFINE:   danaus-run %s --entry=%{entry} --check --rows=31 && danaus-run %s --entry=%{entry} --check --rows=32 && \
// DEFINE:   danaus-run %s --entry=%{entry} --check --rows=77

// REDEFINE: %{entry} = dense_with_a_padded_tile
// RUN: %{checks}
// REDEFINE: %{entry} = low_rank_with_bias_and_relu
// RUN: %{checks}
// REDEFINE: %{entry} = block_diagonal
// RUN: %{checks}
// REDEFINE: %{entry} = monarch
// RUN: %{checks}
// REDEFINE: %{entry} = rectangular_monarch
// RUN: %{checks}
// REDEFINE: %{entry} = two_layers
// RUN: %{checks}

// b = 40 is two tiles and a half.
func.func @dense_with_a_padded_tile(%w: tensor<40x96xbf16>, %x: tensor<?x96xbf16>) -> tensor<?x40xbf16> {
  %m = linop.assemble %w : (tensor<40x96xbf16>) -> tensor<40x96xbf16, #linop.dense>
  %y = linop.apply %m, %x : tensor<40x96xbf16, #linop.dense>, tensor<?x96xbf16> -> tensor<?x40xbf16>
  return %y : tensor<?x40xbf16>
}

#low = #linop.low_rank<rank = 32>
func.func @low_rank_with_bias_and_relu(%u: tensor<80x32xbf16>, %v: tensor<32x64xbf16>, %bias: tensor<80xbf16>,
                                       %x: tensor<?x64xbf16>) -> tensor<?x80xbf16> {
  %m = linop.assemble %u, %v : (tensor<80x32xbf16>, tensor<32x64xbf16>) -> tensor<80x64xbf16, #low>
  %y = linop.apply %m, %x : tensor<80x64xbf16, #low>, tensor<?x64xbf16> -> tensor<?x80xbf16>
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x64xbf16>
  %init = tensor.empty(%rows) : tensor<?x80xbf16>
  %zero = arith.constant 0.0 : bf16
  %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<?x80xbf16>, tensor<80xbf16>) outs(%init : tensor<?x80xbf16>) {
  ^bb0(%v0: bf16, %b0: bf16, %o: bf16):
    %s = arith.addf %v0, %b0 : bf16
    %r = arith.maximumf %s, %zero : bf16
    linalg.yield %r : bf16
  } -> tensor<?x80xbf16>
  return %z : tensor<?x80xbf16>
}

#blocks = #linop.block_diagonal<blocks = 3>
func.func @block_diagonal(%w: tensor<3x48x64xbf16>, %x: tensor<?x192xbf16>) -> tensor<?x144xbf16> {
  %m = linop.assemble %w : (tensor<3x48x64xbf16>) -> tensor<144x192xbf16, #blocks>
  %y = linop.apply %m, %x : tensor<144x192xbf16, #blocks>, tensor<?x192xbf16> -> tensor<?x144xbf16>
  return %y : tensor<?x144xbf16>
}

#square = #linop.monarch<blocks = [32, 32], middle = 1024>
func.func @monarch(%r: tensor<32x32x32xbf16>, %l: tensor<32x32x32xbf16>, %x: tensor<?x1024xbf16>) -> tensor<?x1024xbf16> {
  %m = linop.assemble %r, %l : (tensor<32x32x32xbf16>, tensor<32x32x32xbf16>) -> tensor<1024x1024xbf16, #square>
  %y = linop.apply %m, %x : tensor<1024x1024xbf16, #square>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %y : tensor<?x1024xbf16>
}

// (32, 16, 64, 1), then (1, 48, 32, 16).
#flat = #linop.monarch<blocks = [32, 16], middle = 512>
func.func @rectangular_monarch(%r: tensor<32x16x64xbf16>, %l: tensor<16x48x32xbf16>, %x: tensor<?x2048xbf16>) -> tensor<?x768xbf16> {
  %m = linop.assemble %r, %l : (tensor<32x16x64xbf16>, tensor<16x48x32xbf16>) -> tensor<768x2048xbf16, #flat>
  %y = linop.apply %m, %x : tensor<768x2048xbf16, #flat>, tensor<?x2048xbf16> -> tensor<?x768xbf16>
  return %y : tensor<?x768xbf16>
}

func.func @two_layers(%w: tensor<64x32xbf16>, %r: tensor<32x32x32xbf16>, %l: tensor<32x32x32xbf16>, %v: tensor<1024x64xbf16>,
                      %x: tensor<?x32xbf16>) -> tensor<?x1024xbf16> {
  %a = linop.assemble %w : (tensor<64x32xbf16>) -> tensor<64x32xbf16, #linop.dense>
  %y = linop.apply %a, %x : tensor<64x32xbf16, #linop.dense>, tensor<?x32xbf16> -> tensor<?x64xbf16>
  %b = linop.assemble %v : (tensor<1024x64xbf16>) -> tensor<1024x64xbf16, #linop.dense>
  %z = linop.apply %b, %y : tensor<1024x64xbf16, #linop.dense>, tensor<?x64xbf16> -> tensor<?x1024xbf16>
  %m = linop.assemble %r, %l : (tensor<32x32x32xbf16>, tensor<32x32x32xbf16>) -> tensor<1024x1024xbf16, #square>
  %t = linop.apply %m, %z : tensor<1024x1024xbf16, #square>, tensor<?x1024xbf16> -> tensor<?x1024xbf16>
  return %t : tensor<?x1024xbf16>
}
