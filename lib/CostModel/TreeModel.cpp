//===- TreeModel.cpp - Gradient-boosted trees read from a file -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/CostModel/TreeModel.h"
#include "danaus/CostModel/Features.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cassert>
#include <cmath>

using namespace danaus;
using llvm::Error;
using llvm::Expected;
using llvm::formatv;
using llvm::StringRef;
namespace json = llvm::json;

/// An error whose text is `message`.
template <typename... Args> static Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(formatv(format, std::forward<Args>(args)...).str());
}

namespace danaus {
/// Reads one model; a member a piece of the file.
struct TreeModelParser {
  const json::Object &root;
  TreeModel model;

  Error parseHeader();
  Error parseScores();
  Error parseTree(const json::Value &value, size_t index);
  Error parseNode(const json::Object &tree, size_t index, size_t node, size_t numNodes,
                  TreeModel::Node &result);
  Error parseTrees();
};
} // namespace danaus

static std::string schemaText() { return llvm::utohexstr(cpuFeatureSchemaHash(), true, 16); }

Error TreeModelParser::parseHeader() {
  std::optional<StringRef> format = root.getString("format");
  if (format != "danaus-tree-model")
    return fail("format: wanted 'danaus-tree-model', found '{0}'", format.value_or("nothing"));
  std::optional<int64_t> version = root.getInteger("version");
  if (version != 1)
    return fail("version: wanted 1, found {0}", version ? formatv("{0}", *version).str() : "none");
  std::optional<StringRef> schema = root.getString("schema");
  if (schema != schemaText())
    return fail("schema: wanted {0}, found {1}: train the model again for these features",
                schemaText(), schema.value_or("nothing"));
  std::optional<StringRef> target = root.getString("target");
  if (!target)
    return fail("target: wanted the name of a target record");
  model.targetName = target->str();
  return Error::success();
}

Error TreeModelParser::parseScores() {
  std::optional<double> base = root.getNumber("base_score");
  std::optional<double> residual = root.getNumber("residual_p90");
  if (!base || !residual)
    return fail("{0}: wanted a number", base ? "residual_p90" : "base_score");
  if (!std::isfinite(*residual) || *residual < 0)
    return fail("residual_p90: wanted at least 0, found {0}", *residual);
  model.baseScore = *base;
  model.residualP90 = *residual;
  return Error::success();
}

/// The children come after their node, so that every path ends.
Error TreeModelParser::parseNode(const json::Object &tree, size_t index, size_t node,
                                 size_t numNodes, TreeModel::Node &result) {
  auto integer = [&](StringRef name) {
    return (*tree.getArray(name))[node].getAsInteger().value_or(-2);
  };
  auto number = [&](StringRef name) { return (*tree.getArray(name))[node].getAsNumber(); };
  int64_t numFeatures = cpuFeatureNames().size();
  int64_t feature = integer("feature");
  if (feature < -1 || feature >= numFeatures)
    return fail("tree {0}, node {1}: feature: wanted -1 to {2}, found {3}", index, node,
                numFeatures - 1, feature);
  std::optional<double> value = number("value"), threshold = number("threshold");
  if (!value || !threshold)
    return fail("tree {0}, node {1}: {2}: wanted a number", index, node,
                value ? "threshold" : "value");
  result = {static_cast<int32_t>(feature), static_cast<float>(*threshold), 0, 0, *value};
  if (feature == -1)
    return Error::success();
  for (StringRef side : {"left", "right"}) {
    int64_t child = integer(side);
    if (child <= static_cast<int64_t>(node) || child >= static_cast<int64_t>(numNodes))
      return fail("tree {0}, node {1}: {2}: wanted {3} to {4}, found {5}", index, node, side,
                  node + 1, static_cast<int64_t>(numNodes) - 1, child);
    (side == "left" ? result.left : result.right) = static_cast<uint32_t>(child);
  }
  return Error::success();
}

Error TreeModelParser::parseTree(const json::Value &value, size_t index) {
  const json::Object *tree = value.getAsObject();
  if (!tree)
    return fail("tree {0}: wanted an object", index);
  size_t numNodes = 0;
  for (StringRef name : {"feature", "threshold", "left", "right", "value"}) {
    const json::Array *array = tree->getArray(name);
    if (!array || array->empty())
      return fail("tree {0}: {1}: wanted a list with a node or more", index, name);
    if (name == "feature")
      numNodes = array->size();
    if (array->size() != numNodes)
      return fail("tree {0}: {1}: wanted {2} nodes, found {3}", index, name, numNodes,
                  array->size());
  }
  TreeModel::Tree nodes(numNodes);
  for (size_t node = 0; node < numNodes; ++node)
    if (Error error = parseNode(*tree, index, node, numNodes, nodes[node]))
      return error;
  model.trees.push_back(std::move(nodes));
  return Error::success();
}

Error TreeModelParser::parseTrees() {
  const json::Array *trees = root.getArray("trees");
  if (!trees)
    return fail("trees: wanted a list");
  for (size_t index = 0; index < trees->size(); ++index)
    if (Error error = parseTree((*trees)[index], index))
      return error;
  return Error::success();
}

Expected<TreeModel> TreeModel::parse(StringRef text) {
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return fail("not JSON: {0}", llvm::toString(value.takeError()));
  const json::Object *root = value->getAsObject();
  if (!root)
    return fail("wanted a JSON object");
  TreeModelParser parser{*root, {}};
  if (Error error = parser.parseHeader())
    return error;
  if (Error error = parser.parseScores())
    return error;
  if (Error error = parser.parseTrees())
    return error;
  return std::move(parser.model);
}

Expected<TreeModel> TreeModel::load(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return fail("cannot read model '{0}': {1}", path, buffer.getError().message());
  Expected<TreeModel> model = parse((*buffer)->getBuffer());
  if (!model)
    return fail("cannot read model '{0}': {1}", path, llvm::toString(model.takeError()));
  return model;
}

double TreeModel::predict(llvm::ArrayRef<double> features) const {
  assert(features.size() == cpuFeatureNames().size() && "one value for each feature");
  double sum = baseScore;
  for (const Tree &tree : trees) {
    const Node *node = &tree.front();
    while (node->feature >= 0) {
      bool goesLeft = static_cast<float>(features[node->feature]) < node->threshold;
      node = &tree[goesLeft ? node->left : node->right];
    }
    sum += node->value;
  }
  return sum;
}
