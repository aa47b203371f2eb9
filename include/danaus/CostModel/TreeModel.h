//===- TreeModel.h - Gradient-boosted trees read from a file -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model is a JSON file that `python/danaus/train_schedule_model.py` writes:
//
//   {"format": "danaus-tree-model", "version": 1, "schema": "<16 hex digits>", "target":
//   "x86-avx512",
//    "features": ["stages", ...], "base_score": 0.4, "residual_p90": 0.2,
//    "trees": [{"feature": [3, -1, -1], "threshold": [2.5, 0, 0],
//               "left": [1, 0, 0], "right": [2, 0, 0], "value": [0, -.1, .2]}]}
//
//                          x[3] < 2.5 ?          node 0 is a tree's root;
//                           yes |  | no          feature -1 marks a leaf;
//                            -0.1  0.2           children come after their node
//
// A prediction is the base score plus one leaf of every tree: log(measured
// time / bound). `schema` is the hash of the feature names, so a model is never
// read with features it was not trained on.
//
//===----------------------------------------------------------------------===//

#ifndef DANAUS_COSTMODEL_TREEMODEL_H
#define DANAUS_COSTMODEL_TREEMODEL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace danaus {

/// A checked ensemble of regression trees.
class TreeModel {
public:
  /// The model in `text`. Errors name what was wanted and what was found.
  static llvm::Expected<TreeModel> parse(llvm::StringRef text);

  /// The model in the file `path`; errors begin with the path.
  static llvm::Expected<TreeModel> load(llvm::StringRef path);

  /// log(measured / bound) for `features` in the order of `cpuFeatureNames`.
  /// Requires as many of them.
  double predict(llvm::ArrayRef<double> features) const;

  /// The 90th percentile of |error| of log(measured / bound) on problems held
  /// out of training: two schedules closer than this are a guess.
  double residual() const { return residualP90; }
  /// Name of the target record whose schedules were measured.
  llvm::StringRef target() const { return targetName; }
  size_t numTrees() const { return trees.size(); }

private:
  /// Thresholds are f32, as they were in training: x < threshold goes left.
  struct Node {
    int32_t feature; ///< -1 in a leaf
    float threshold;
    uint32_t left, right;
    double value; ///< of a leaf
  };
  using Tree = std::vector<Node>;
  friend struct TreeModelParser;

  std::vector<Tree> trees;
  std::string targetName;
  double baseScore = 0;
  double residualP90 = 0;
};

} // namespace danaus

#endif // DANAUS_COSTMODEL_TREEMODEL_H
