//===- LinopFactors.h - Factors of matrices, taken apart and changed -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the passes of the algebra share. A rewrite of factors changes the type
// of the product that they make, and with it the type of everything that is
// made of the product. `findEscape` asks first whether all of it can change,
// `replaceMatrix` then changes it:
//
//   %p = product %a, %b                 %p = product %ab
//   %t = transpose %p            ->     %t = transpose %p     (of another type)
//   %y = apply %t, %x                   %y = apply %t, %x
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_TRANSFORMS_LINOPFACTORS_H
#define DANAUS_TRANSFORMS_LINOPFACTORS_H

#include "dialects/Linop/LinopOps.h"
#include "mlir/IR/PatternMatch.h"

namespace danaus {

//===----------------------------------------------------------------------===//
// Matrices and their parameters
//===----------------------------------------------------------------------===//

/// The type of a matrix, structured or plain.
inline mlir::RankedTensorType matrixType(mlir::Value matrix) {
  return mlir::cast<mlir::RankedTensorType>(matrix.getType());
}

/// The encoding of `matrix` as `Structure`, or null. A plain matrix is dense.
template <typename Structure> Structure structureOf(mlir::Value matrix) {
  return mlir::dyn_cast<Structure>(mlir::Attribute(linop::getMatrixStructure(matrixType(matrix))));
}

/// The encoding without its parameters, such as "low_rank"; "dense" if plain.
llvm::StringRef structureName(mlir::Value matrix);

/// The parameters of `matrix`, which a plain one is itself. May add a
/// `linop.parameters`.
llvm::SmallVector<mlir::Value> getParameters(mlir::OpBuilder &builder, mlir::Location loc,
                                             mlir::Value matrix);

/// The matrix of `type` with these parameters; the only one of them when `type`
/// is plain.
mlir::Value assembleMatrix(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::RankedTensorType type, mlir::ValueRange parameters);

/// `matrix`, assembled as dense when it is plain.
mlir::Value asStructured(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value matrix);

/// The simplified form of `permutation` as a matrix.
mlir::Value assemblePermutation(mlir::OpBuilder &builder, mlir::Location loc,
                                const DigitPermutation &permutation, mlir::Type elementType);

/// Whether the parameters of `matrix` are known when compiling.
bool hasConstantParameters(mlir::Value matrix);

/// Why parameters of this type are not multiplied, or "". The product of two
/// that are right may overflow or vanish, which a chain that rounds activations
/// of their own size does not; f32 and bf16 are given that room.
std::string whyNotMultiplied(mlir::Type element);

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// The first op which needs `matrix`, or a matrix made of it, to keep its type:
/// a return, a call, control flow, `linop.parameters`. Null if there is none.
mlir::Operation *findEscape(mlir::Value matrix);

/// The same for one use: `user` itself, or what uses its result.
mlir::Operation *findEscape(mlir::Operation *user);

/// Why `what` cannot change its type: for the op that `findEscape` found.
std::string mustKeepType(llvm::StringRef what, mlir::Operation *user);

/// Puts `replacement`, of the same shape, in the place of the matrix that `op`
/// makes, everywhere, and erases `op`. Requires that nothing escapes.
void replaceMatrix(mlir::RewriterBase &rewriter, mlir::Operation *op, mlir::Value replacement);

/// Puts it in the place of `matrix` in the operands of `user` only. `user` may be
/// erased.
void replaceMatrixIn(mlir::RewriterBase &rewriter, mlir::Operation *user, mlir::Value matrix,
                     mlir::Value replacement);

/// Does that with the product of `factors`, which is the factor if it is one.
void replaceProduct(mlir::RewriterBase &rewriter, mlir::Operation *op,
                    llvm::ArrayRef<mlir::Value> factors);

/// Why the factors of `op` cannot change, or "": its result escapes, or they
/// differ in element type.
std::string whyFixed(linop::ProductOp op);

/// Applies `patterns` and nothing else: no folding, no merging of constants or blocks.
llvm::LogicalResult applyAlgebra(mlir::Operation *root, mlir::RewritePatternSet &&patterns);

/// Remarks of the category "danaus-algebra".
void remarkMissed(mlir::Location loc, llvm::StringRef rewrite, const std::string &reason);
void remarkPassed(mlir::Location loc, llvm::StringRef rewrite, const std::string &what);

} // namespace danaus

#endif // DANAUS_TRANSFORMS_LINOPFACTORS_H
