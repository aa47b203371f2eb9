//===- ChainOps.td - Operations of the chain dialect -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_CHAIN_CHAINOPS_TD
#define DIALECTS_CHAIN_CHAINOPS_TD

include "dialects/Chain/ChainAttrs.td"
include "dialects/Chain/ChainDialect.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ViewLikeInterface.td"

class Chain_Op<string mnemonic, list<Trait> traits = []>
    : Op<Chain_Dialect, mnemonic, traits>;

/// Floats, complex numbers of f32 or f64, or i8 with sums in i32.
def Chain_Number : AnyTypeOf<[AnyFloat, Complex<F32>, Complex<F64>, I8, I32]>;
def Chain_Activations : TensorRankOf<[Chain_Number], [2]>;

/// Activations of the stages that only the naive path knows.
def Chain_AnyActivations : TensorRankOf<[AnyFloat, AnyComplex], [2]>;

def Chain_Buffer : AnyTypeOf<[AnyRankedTensor, AnyStridedMemRef]>;

def Chain_StageOp : Chain_Op<"stage", [Pure]> {
  let summary = "Multiply activations by one Kronecker-sparse factor";
  let description = [{
    With pattern (a, b, c, d) and the weight w read in `order`:

    `y[i, (A b + B) d + D] = sum_C w[A, B, C, D] x[i, (A c + C) d + D]`

    The sum is taken in f32 (f64 for f64, and so for complex), or for i8 in i32,
    where overflow wraps around. `order` names the dimensions of the weight, slowest first; an omitted `a` or `d` is shared by
    all blocks. With a `packing`, the weight lies as that says instead. With
    `x_digits` the columns of x are first put in that order.

    `transform` says what the weight holds: `w[B, C, D] = F[B, C] w[0, C, D]`,
    where F is the matrix of a discrete Fourier transform of size b = c,
    `F[B, C] = exp(-2 pi i B C / b)`, or Hadamard's, `F[B, C] = (-1)^popcount(B & C)`;
    where the weight shares d, it is F. Fast algorithms then run in its place, and
    a packing keeps only row B = 0.

    * (C1) a, b, c, d >= 1
    * (C2) `order` holds letters of "abcd", none twice, `b` and `c` among them
      unless their extent is 1
    * (C3) x has a c d columns, y has a b d, and as many rows
    * (C4) the weight has the shape that `pattern`, `order` and `packing` give
    * (C5) x and the weight have the same element type, i8, a floating-point or
      complex one
    * (C6) y has a floating-point element type, i32 where x has i8, or x's where
      that is complex
    * (C7) `x_digits` is a permutation of a c d columns
    * (C8) with `transform` b = c, the weight shares a, `dft` is of complex numbers
      and `hadamard` of a power of two

    ```mlir
    %y = chain.stage %x, %w pattern(4, 3, 2, 1) order "abc"
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    ```
  }];
  let arguments = (ins Chain_Activations:$x, AnyRankedTensor:$weight,
                       I64Attr:$a, I64Attr:$b, I64Attr:$c, I64Attr:$d,
                       StrAttr:$order, OptionalAttr<Chain_PackingAttr>:$packing,
                       OptionalAttr<Chain_DigitsAttr>:$x_digits,
                       OptionalAttr<Chain_TransformAttr>:$transform);
  let results = (outs Chain_Activations:$y);
  let assemblyFormat = [{
    $x `,` $weight `pattern` `(` $a `,` $b `,` $c `,` $d `)` `order` $order
    (`packing` `(` $packing^ `)`)? (`x_digits` `(` $x_digits^ `)`)?
    (`transform` `(` $transform^ `)`)? attr-dict
    `:` type($x) `,` type($weight) `->` type($y)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::danaus::StagePattern getPattern() {
      return {static_cast<int64_t>(getA()), static_cast<int64_t>(getB()),
              static_cast<int64_t>(getC()), static_cast<int64_t>(getD())};
    }
  }];
}

/// Those, and integers with their sums.
def Chain_EinsumActivations : TensorRankOf<[AnyFloat, AnyComplex, I8, I32], [2]>;

def Chain_EinsumOp : Chain_Op<"einsum", [Pure]> {
  let summary = "Contract the digits of activations with a weight";
  let description = [{
    The columns of x and of y are indices of a mixed radix. `spec` names their
    digits and the weight's dimensions, slowest first, and `sizes` gives the
    size of every letter, in the order of first appearance:

    `"acd,abcd->abd"`: `y[i, (a b d)] = sum_c w[a, b, c, d] x[i, (a c d)]`

    The sum is taken in f32 (f64 for f64, and so for complex), or for i8 in i32,
    where overflow wraps around. All that
    `chain.stage` says, and permuted digits on either side, which is how a
    permutation costs nothing.

    * (C1) every letter has one size >= 1, occurs at most once in each operand
      and, unless its size is 1, in two of them
    * (C2) the weight has the shape that `spec` gives
    * (C3) x has the product of its digits' sizes as columns, y likewise, and as
      many rows
    * (C4) x, the weight and y have the same floating-point or complex element
      type, or x and the weight have i8 and y has i32

    ```mlir
    %y = chain.einsum %x, %w "kp,kqp->qk" sizes [4, 2, 3]
        : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
    ```
  }];
  let arguments = (ins Chain_EinsumActivations:$x, AnyRankedTensor:$weight,
                       StrAttr:$spec, DenseI64ArrayAttr:$sizes);
  let results = (outs Chain_EinsumActivations:$y);
  let assemblyFormat = [{
    $x `,` $weight $spec `sizes` $sizes attr-dict
    `:` type($x) `,` type($weight) `->` type($y)
  }];
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$weight,
                                 "const ::danaus::Einsum &":$einsum)>];
  let extraClassDeclaration = [{
    /// The loops; requires that the op was verified.
    ::danaus::Einsum getEinsum();
  }];
}

def Chain_PermuteOp : Chain_Op<"permute", [Pure, AllTypesMatch<["x", "y"]>]> {
  let summary = "Put the digits of the columns' index in another order";
  let description = [{
    `sizes` are those of the digits of x's column index, slowest first; digit j
    of y's is digit `order[j]` of x's. It moves data: what remains of a
    permutation that no neighbor could take in.

    * (C1) `order` is a permutation of the digits and all sizes are >= 1
    * (C2) x has as many columns as the product of the sizes

    ```mlir
    %y = chain.permute %x sizes [4, 3] order [1, 0] : tensor<?x12xf32>
    ```
  }];
  let arguments = (ins Chain_EinsumActivations:$x, DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$order);
  let results = (outs Chain_EinsumActivations:$y);
  let assemblyFormat = "$x `sizes` $sizes `order` $order attr-dict `:` type($x)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Nothing where (C1) does not hold.
    ::std::optional<::danaus::DigitPermutation> getPermutation();
  }];
}

def Chain_GatherOp : Chain_Op<"gather", [Pure, AllTypesMatch<["x", "y"]>]> {
  let summary = "Permute columns by a table";
  let description = [{
    `y[i, j] = x[i, table[j]]`, or with `scatters` `y[i, table[j]] = x[i, j]`.
    The table holds a permutation of the columns' numbers; otherwise the result
    is undefined (`danaus-run --verify-data` checks it).

    * (C1) the table has one entry a column

    ```mlir
    %y = chain.gather %x, %table : tensor<?x12xf32>, tensor<12xi32>
    ```
  }];
  let arguments = (ins Chain_AnyActivations:$x, TensorRankOf<[AnySignlessInteger], [1]>:$table,
                       UnitAttr:$scatters);
  let results = (outs Chain_AnyActivations:$y);
  let assemblyFormat = "$x `,` $table (`scatters` $scatters^)? attr-dict `:` type($x) `,` type($table)";
  let hasVerifier = 1;
}

/// Where a stage's values lie.
def Chain_Indices : TensorRankOf<[AnySignlessInteger], [1]>;

def Chain_IndexedOp : Chain_Op<"indexed", [Pure]> {
  let summary = "Multiply activations by dense blocks at places given by data";
  let description = [{
    The weight holds blocks of bm x bk, or single values if it has rank 1, and M
    is zero but for

    `M[I bm + i, places[e] bk + k] = weight[e, i, k]`
    for pointers[I] <= e < pointers[I + 1]; blocks of one place add up.

    `y[n, :] = M x[n, :]`, or M^T x[n, :] with `transposes`; the sum is taken as in
    `chain.einsum`. It never reads the blocks' number from a type, so that one
    function serves any. Pointers that fall or leave the blocks, and places
    outside the matrix, are undefined (`danaus-run` checks them).

    * (C1) x and y have static columns; bm divides the rows of M, bk its columns
    * (C2) one pointer for each block row of M, and one more
    * (C3) as many places as blocks
    * (C4) x and y have as many rows, and x, the weight and y one element type

    ```mlir
    %y = chain.indexed %x, %w at %pointers, %places : tensor<?x6xf32>,
        tensor<?x2x3xf32> at tensor<3xi32>, tensor<?xi32> -> tensor<?x4xf32>
    ```
  }];
  let arguments = (ins Chain_AnyActivations:$x,
                       TensorRankOf<[AnyFloat, AnyComplex], [1, 3]>:$weight,
                       Chain_Indices:$pointers, Chain_Indices:$places, UnitAttr:$transposes);
  let results = (outs Chain_AnyActivations:$y);
  let assemblyFormat = [{
    $x `,` $weight `at` $pointers `,` $places (`transposes` $transposes^)? attr-dict
    `:` type($x) `,` type($weight) `at` type($pointers) `,` type($places) `->` type($y)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// M before any transposition.
    ::danaus::BlockPattern getPattern();
  }];
}

def Chain_GroupedOp : Chain_Op<"grouped", [Pure]> {
  let summary = "Multiply activations by a matrix that keeps n of every m neighbors";
  let description = [{
    With groups of m neighbors along dimension `axis` of M,

    `axis 1`: `M[i, g m + positions[i, g n + s]] = weight[i, g n + s]`
    `axis 0`: `M[g m + positions[g n + s, j], j] = weight[g n + s, j]`

    for 0 <= s < n, zero elsewhere. `y[r, :] = M x[r, :]`, or M^T x[r, :] with
    `transposes`; the sum is taken as in `chain.einsum`. Positions outside [0, m)
    are undefined (`danaus-run` checks them).

    * (C1) x and y have static columns; 1 <= n <= m; axis is 0 or 1; m divides
      M's size along it
    * (C2) weight and positions have M's shape with m replaced by n along the axis
    * (C3) x and y have as many rows, and x, the weight and y one element type

    ```mlir
    %y = chain.grouped %x, %w at %positions n 2 m 4 axis 1 : tensor<?x8xf32>,
        tensor<6x4xf32> at tensor<6x4xi8> -> tensor<?x6xf32>
    ```
  }];
  let arguments = (ins Chain_AnyActivations:$x,
                       TensorRankOf<[AnyFloat, AnyComplex], [2]>:$weight,
                       TensorRankOf<[AnySignlessInteger], [2]>:$positions,
                       I64Attr:$n, I64Attr:$m, I64Attr:$axis, UnitAttr:$transposes);
  let results = (outs Chain_AnyActivations:$y);
  let assemblyFormat = [{
    $x `,` $weight `at` $positions `n` $n `m` $m `axis` $axis (`transposes` $transposes^)? attr-dict
    `:` type($x) `,` type($weight) `at` type($positions) `->` type($y)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// M before any transposition.
    ::danaus::GroupPattern getPattern();
  }];
}

def Chain_ToeplitzOp : Chain_Op<"toeplitz", [Pure]> {
  let summary = "Multiply activations by a matrix that is constant along diagonals";
  let description = [{
    `y[i, r] = sum_c t[r - c + in - 1] x[i, c]`, with in columns of x; the sum is
    taken as in `chain.einsum`.

    * (C1) x and y have static columns in and out and as many rows
    * (C2) the weight has out + in - 1 values
    * (C3) x, the weight and y have the same element type

    ```mlir
    %y = chain.toeplitz %x, %t : tensor<?x8xf32>, tensor<19xf32> -> tensor<?x12xf32>
    ```
  }];
  let arguments = (ins Chain_AnyActivations:$x,
                       TensorRankOf<[AnyFloat, AnyComplex], [1]>:$weight);
  let results = (outs Chain_AnyActivations:$y);
  let assemblyFormat = "$x `,` $weight attr-dict `:` type($x) `,` type($weight) `->` type($y)";
  let hasVerifier = 1;
}

def Chain_MapOp : Chain_Op<"map", [Pure, IsolatedFromAbove, SingleBlock]> {
  let summary = "An element-wise function of activations";
  let description = [{
    `y[i, j] = body(x[i, j], extras...)`, where an extra of rank 2 gives its
    element [i, j] and one of rank 1, such as a bias, its element [j]. The body
    is scalar `arith`, `math` and `complex` and may change the element type.

    * (C1) a rank-2 extra has the shape of x; a rank-1 extra has its columns
    * (C2) y has the shape of x
    * (C3) the body takes one scalar per extra, x first, and yields one of
      y's element type

    ```mlir
    %y = chain.map %x, %bias : tensor<?x12xf32>, tensor<12xf32> -> tensor<?x12xf32> {
    ^bb0(%v: f32, %b: f32):
      %s = arith.addf %v, %b : f32
      chain.yield %s : f32
    }
    ```
  }];
  let arguments = (ins Chain_Activations:$x, Variadic<AnyRankedTensor>:$extras);
  let results = (outs Chain_Activations:$y);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $x (`,` $extras^)? attr-dict `:` type($x) (`,` type($extras)^)? `->` type($y) $body
  }];
  let hasRegionVerifier = 1;
}

def Chain_KernelOp : Chain_Op<"kernel", [
    IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments,
    DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Stages and maps that run together, tile of rows by tile of rows";
  let description = [{
    The body is a chain of `chain.stage` and `chain.map` on whole activations,
    and of `chain.permute` in front of stages;
    its first argument is the activations, the others are weights and operands
    of maps. Nothing in it says how it runs: that is the `schedule`. The result
    overwrites `init`.

    On memrefs (after bufferization) it has no result and writes `init`; the
    body keeps its tensors, as the definition of what is computed.

    * (C1) the body's arguments are the inputs, as tensors
    * (C2) the body holds only stages, maps, the yield, and permutations whose
      results only stages read, as activations
    * (C3) the yielded type is that of `init`, as a tensor
    * (C4) inputs and init are all tensors (and there is a result) or all memrefs

    ```mlir
    %y = chain.kernel ins(%x, %w : tensor<?x8xf32>, tensor<4x3x2xf32>)
        outs(%init : tensor<?x12xf32>) schedule(<rows = 16>) {
    ^bb0(%xi: tensor<?x8xf32>, %wi: tensor<4x3x2xf32>):
      %0 = chain.stage %xi, %wi pattern(4, 3, 2, 1) order "abc"
          : tensor<?x8xf32>, tensor<4x3x2xf32> -> tensor<?x12xf32>
      chain.yield %0 : tensor<?x12xf32>
    } -> tensor<?x12xf32>
    ```
  }];
  let arguments = (ins Variadic<Chain_Buffer>:$inputs, Variadic<Chain_Buffer>:$inits,
                       OptionalAttr<Chain_ScheduleAttr>:$schedule);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `ins` `(` $inputs `:` type($inputs) `)` `outs` `(` $inits `:` type($inits) `)`
    (`schedule` `(` $schedule^ `)`)? attr-dict-with-keyword $body (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }
    ::mlir::Value getInit() { return getInits()[0]; }
    /// The stages of the body, in order.
    auto getStages() { return getBody().getOps<StageOp>(); }
  }];
}

def Chain_ContractOp : Chain_Op<"contract", [
    IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "One stage on a tile of rows, with a packed weight and an epilogue";
  let description = [{
    The form of a stage inside the row loop: as `chain.stage`, with the packing
    and the register block decided, then `body` on every element of the sum,
    which arrives in the accumulator's type. `extras` are as in `chain.map`.
    With `x_digits` the stage reads `chain.permute` of x with these digits, which
    costs nothing: loads go where the columns are. So a stage reads what another
    wrote with a packing of group g and digit d: sizes [a c d / g, d, g / d],
    order [0, 2, 1]. With `y_digits` it writes `chain.permute` of its columns with
    these digits, whole vectors at a time: what the next stage has to read.

    * (C1) x, the weight and init fit `chain.stage` (C1) to (C4)
    * (C2) the body takes the accumulator (f32, f64 for f64, i32 for i8, and so
      for complex) and one
      scalar per extra, and yields one of init's element type
    * (C3) `block_rows` >= 1
    * (C4) `x_digits` is a permutation of a c d columns none of whose digits lies
      across two of a, c and d; the packing is panel_b, panel_d with whole vectors
      of d fastest, or vnni with c fastest
    * (C5) `y_digits` is a permutation of a b d columns whose fastest digit stays
      and is a whole number of vectors, as are b (panel_b, d = 1) or d (panel_d)
    * (C6) x and the weight are both of i8, both complex or both floating-point
    * (C7) `transform` is as in `chain.stage`

    ```mlir
    chain.contract ins(%x, %w : memref<?x8xf32>, memref<4x1x2x16xf32>)
        outs(%y : memref<?x12xf32>) pattern(4, 3, 2, 1) order "abc"
        packing(<kind = panel_b, lanes = 16>) block_rows(8) {
    ^bb0(%sum: f32):
      chain.yield %sum : f32
    }
    ```
  }];
  let arguments = (ins Chain_Buffer:$x, Chain_Buffer:$weight,
                       Variadic<Chain_Buffer>:$extras, Variadic<Chain_Buffer>:$inits,
                       I64Attr:$a, I64Attr:$b, I64Attr:$c, I64Attr:$d,
                       StrAttr:$order, Chain_PackingAttr:$packing, I64Attr:$block_rows,
                       OptionalAttr<Chain_DigitsAttr>:$x_digits,
                       OptionalAttr<Chain_DigitsAttr>:$y_digits,
                       OptionalAttr<Chain_TransformAttr>:$transform);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `ins` `(` $x `,` $weight (`,` $extras^)? `:` type($x) `,` type($weight)
    (`,` type($extras)^)? `)` `outs` `(` $inits `:` type($inits) `)`
    `pattern` `(` $a `,` $b `,` $c `,` $d `)` `order` $order
    `packing` `(` $packing `)` `block_rows` `(` $block_rows `)`
    (`transform` `(` $transform^ `)`)? attr-dict-with-keyword $body (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }
    ::mlir::Value getInit() { return getInits()[0]; }
    /// The columns of x as digits of A, C and D, slowest first: A, C, D
    /// themselves without `x_digits`. Nothing where (C4) does not hold.
    ::std::optional<::llvm::SmallVector<::danaus::PackedDigit>> getColumnDigits();
    ::danaus::StagePattern getPattern() {
      return {static_cast<int64_t>(getA()), static_cast<int64_t>(getB()),
              static_cast<int64_t>(getC()), static_cast<int64_t>(getD())};
    }
  }];
}

def Chain_RealViewOp : Chain_Op<"real_view", [Pure, ViewLikeOpInterface]> {
  let summary = "Complex numbers in memory as their parts";
  let description = [{
    The same memory: element [.., j] of the source is the elements [.., 2 j], its
    real part, and [.., 2 j + 1], the imaginary one, of the result.

    * (C1) the elements of the source's last dimension are neighbors
    * (C2) the result has the source's shape with twice the last size, its
      strides and offset in parts

    ```mlir
    func.func @example(%x: memref<?x8xcomplex<f32>>) {
      %r = chain.real_view %x : memref<?x8xcomplex<f32>> to memref<?x16xf32>
      return
    }
    ```
  }];
  let arguments = (ins AnyStridedMemRef:$source);
  let results = (outs AnyStridedMemRef:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `to` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$source)>];
  let extraClassDeclaration = [{
    /// The result's type, or nothing where (C1) does not hold or the elements are not complex.
    static ::mlir::MemRefType inferType(::mlir::MemRefType source);
    ::mlir::Value getViewSource() { return getSource(); }
  }];
}

def Chain_YieldOp : Chain_Op<"yield", [
    Pure, ReturnLike, Terminator, ParentOneOf<["MapOp", "KernelOp", "ContractOp"]>]> {
  let summary = "End of a body";
  let description = [{
    Gives the value of the body of a `chain.map`, `chain.kernel` or
    `chain.contract`.

    ```mlir
    chain.yield %0 : tensor<?x12xf32>
    ```
  }];
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif // DIALECTS_CHAIN_CHAINOPS_TD
