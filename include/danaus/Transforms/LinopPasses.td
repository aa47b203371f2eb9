//===- LinopPasses.td - The algebra on structured matrices -*- tablegen -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_LINOPPASSES_TD
#define DANAUS_TRANSFORMS_LINOPPASSES_TD

include "mlir/Pass/PassBase.td"

def FlattenCompositesPass : Pass<"danaus-flatten-composites"> {
  let summary = "Products of products become one product";
  let description = [{
    Before: products and sums of matrices as they were written. After: a matrix of
    a composite structure (product, sum, scaled, transpose) that an op of the
    algebra, `linop.apply` or `linop.materialize` uses is made by the op of that
    name, from assembled parts or through `linop.parameters`; a factor that is a
    product is its factors, a term that is a sum its terms, and a product or sum
    of one part is the part. Nothing is computed.

    Declines, with a remark, where the matrix must keep its type: it is
    returned, passed to a call or to control flow, or taken apart.
    Test: `test/Transforms/flatten-composites.mlir`.
  }];
  let dependentDialects = ["::danaus::linop::LinopDialect"];
}

def MergePermutationsPass : Pass<"danaus-merge-permutations"> {
  let summary = "Merge and cancel digit permutations in products";
  let description = [{
    Before: products of matrices. After: neighbors `P1 P2` that are digit
    permutations with a common refinement are one in its simplified form, the
    identity is no factor of a product with others, and applying it is nothing.
    Includes `danaus-flatten-composites`. Exact.

    Declines, with a remark, two permutations without a common refinement, a
    table, and a product that must keep its type.
    Test: `test/Transforms/merge-permutations.mlir`.
  }];
  let dependentDialects = ["::danaus::linop::LinopDialect"];
}

def TransposeChainsPass : Pass<"danaus-transpose-chains"> {
  let summary = "Transposes move to the factors and vanish in structures";
  let description = [{
    Before: `linop.transpose` of anything. After: the transpose of a product is
    the product of the transposes in reverse, that of a sum or a scaled matrix
    one of transposes, and that of a structure which has its transpose in itself
    (dense, diagonal, permutation, hadamard, dft, block_diagonal,
    kronecker_sparse, low_rank, usv, blast, kronecker, tensor_train, tucker) is
    that structure, its parameters transposed: constants when compiling, others
    by `linalg.transpose`. Includes `danaus-flatten-composites`. Exact.

    Declines, with a remark, any other structure, more than `max-values` values
    to move at run time (a transposed access costs a stage nothing), and a
    transpose that must keep its type.
    Test: `test/Transforms/transpose-chains.mlir`.
  }];
  let options = [Option<"maxValues", "max-values", "int64_t", "65536",
                        "Values of run-time parameters to move for one matrix at most">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def AbsorbScalesPass : Pass<"danaus-absorb-scales"> {
  let summary = "Multiply diagonals and scales into the parameters beside them";
  let description = [{
    Before: products and scaled matrices. After: a square diagonal beside a factor
    that has one parameter with all of its rows (or columns): dense,
    block_diagonal, kronecker_sparse, monarch, multi_monarch, low_rank, usv,
    blast, btt, diagonal, is multiplied into that parameter, and a scale into the
    smallest parameter of a factor. Products are taken in f64 and rounded once.
    Includes `danaus-flatten-composites`.

    Bound: rounded after the diagonal and after the stage before, in the
    parameter and after the stage now: 2 roundings either way.

    Declines, with a remark, where no parameter holds the index, where
    multiplying a run-time parameter costs more than is saved on `rows` rows, on
    complex numbers and f16, and on a matrix that must keep its type.
    Test: `test/Transforms/absorb-scales.mlir`.
  }];
  let options = [Option<"rows", "rows", "int64_t", "256", "Rows of activations to expect">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def RegroupButterfliesPass : Pass<"danaus-regroup-butterflies"> {
  let summary = "Multiply adjacent levels of a butterfly into stages of dense blocks";
  let description = [{
    Before: butterflies, and products of kronecker_sparse and block_diagonal
    factors. After: every run of levels that nest (`danaus/Support/StageGroups.h`)
    is as few kronecker_sparse stages as blocks of `max-block` rows and columns
    allow, evenly: a butterfly of 1024 is (1, 32, 32, 32) times (32, 32, 32, 1).
    Weights are products in f64, rounded once: constants when compiling, others
    by `linalg.generic`. Includes `danaus-flatten-composites`.

    Bound: k levels rounded k times before; the weight and the stage are, 2 times,
    now, and k is at least 2.

    Declines, with a remark, a butterfly that is padded or has several stacks,
    complex numbers and f16, and a matrix that must keep its type. Refuses `max-block`
    below 2. Test: `test/Transforms/regroup-butterflies.mlir`.
  }];
  let options = [Option<"maxBlock", "max-block", "int64_t", "32",
                        "Rows and columns of a dense block at most">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def MixKroneckerPass : Pass<"danaus-mix-kronecker"> {
  let summary = "(A (x) B)(C (x) D) = AC (x) BD";
  let description = [{
    Before: products with neighboring kronecker factors. After: two of one term
    each, whose factors match in number and size, are one, its factors multiplied
    in f64 and rounded once: when compiling if they are constant, else by
    `linalg.generic`. Includes `danaus-flatten-composites`.

    Bound: two Kronecker products of N factors rounded 2 N times before; N
    parameters are rounded and N stages now.

    Declines, with a remark, several terms, sizes that do not match, complex
    numbers and f16, more flops than before on `rows` rows, and a product that must keep
    its type. Test: `test/Transforms/mix-kronecker.mlir`.
  }];
  let options = [Option<"rows", "rows", "int64_t", "256", "Rows of activations to expect">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def PushPermutationsPass : Pass<"danaus-push-permutations"> {
  let summary = "Move digit permutations to the left through stages";
  let description = [{
    Before: products in which a digit permutation is applied right before a stage
    (kronecker_sparse, block_diagonal, dense or square diagonal). After: the
    permutation comes after the stage, which reads the activations as they are:
    whole blocks that changed places do so in the weight and in what follows, and
    what moved inside a block is gone, absorbed by the weight. Includes
    `danaus-merge-permutations`. Exact.

    Declines, with a remark, a permutation that tears the digits of a block
    apart, one that cuts them elsewhere than at a digit, more than `max-values`
    values of a weight to move at run time, and a product that must keep its
    type. Test: `test/Transforms/push-permutations.mlir`.
  }];
  let options = [Option<"maxValues", "max-values", "int64_t", "65536",
                        "Values of run-time parameters to move for one stage at most">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def CarryLayoutsPass : Pass<"danaus-carry-layouts"> {
  let summary = "Carry the output permutation of a layer into the next one";
  let description = [{
    Before: layers with only element-wise ops between them, column by column
    (linalg.generic with operands of one value a column, ops on tensors with
    splats), the first a product that ends in a digit permutation. After: the ops
    between work on the order before it, vectors of one value a column with them;
    the permutation is gone into the weight of the next layer (dense, low_rank,
    block_diagonal, kronecker_sparse, square diagonal) or is merged with one that
    begins it. Includes `danaus-push-permutations`. Exact.

    Declines, with a remark, where the activations between have other uses or
    another operand as large, where the next layer takes in no permutation or
    would put it out again, permutations without a common refinement, and more
    than `max-values` values of a weight to move at run time.
    Test: `test/Transforms/carry-layouts.mlir`.
  }];
  let options = [Option<"maxValues", "max-values", "int64_t", "65536",
                        "Values of run-time parameters to move for one stage at most">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def ReassociatePass : Pass<"danaus-reassociate"> {
  let summary = "Multiply factors out where that saves flops and bytes";
  let description = [{
    Before: products with neighbors that are dense, low_rank (as two dense
    matrices) or block_diagonal with equally many blocks. After: each run of them
    is the chain that takes the fewest flops plus bytes a call on `rows` rows,
    counting what it takes to multiply run-time parameters: groups of neighbors
    are multiplied, in the order that a matrix chain takes least, in f64, and
    rounded once. A remark gives the numbers. Includes
    `danaus-flatten-composites`.

    Bound: k stages rounded k times before; the product and one stage are, 2
    times, now, and k is at least 2.

    Declines, with a remark, a run of which no product costs less, and a product
    that must keep its type. Test: `test/Transforms/reassociate.mlir`.
  }];
  let options = [Option<"rows", "rows", "int64_t", "256", "Rows of activations to expect">];
  let dependentDialects = ["::danaus::linop::LinopDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // DANAUS_TRANSFORMS_LINOPPASSES_TD
