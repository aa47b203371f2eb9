//===- RandomProgram.cpp - Random valid programs on structured matrices -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Testing/RandomProgram.h"
#include "RandomMatrix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace danaus::testing;
using llvm::formatv;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// The types of `matrices`, separated by commas.
static std::string typeList(const std::vector<Matrix> &matrices, StringRef element) {
  return llvm::join(llvm::map_range(matrices, [&](const Matrix &m) { return m.type(element); }),
                    ", ");
}

std::string Matrix::type(StringRef element) const {
  std::string text = encoding;
  if (kind == Transpose)
    text = "#linop.transpose<" + operands[0].type(element) + ">";
  else if (kind == Scale)
    text = "#linop.scaled<" + operands[0].type(element) + ">";
  else if (kind == Product)
    text = "#linop.product<[" + typeList(operands, element) + "]>";
  else if (kind == Sum)
    text = "#linop.sum<[" + typeList(operands, element) + "]>";
  return formatv("tensor<{0}x{1}x{2}{3}>", out, in, element, text.empty() ? "" : ", " + text);
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

namespace {
/// Collects the arguments and the statements of the function.
struct Printer {
  const Program &program;
  std::string arguments, body;
  int numValues = 0;

  std::string fresh() { return "%" + std::to_string(numValues++); }

  std::string addArgument(const std::string &type) {
    std::string name = "%a" + std::to_string(numValues++);
    arguments += (arguments.empty() ? "" : ",\n    ") + name + ": " + type;
    return name;
  }

  /// Statements that make `matrix`; its name.
  std::string print(const Matrix &matrix) {
    std::string type = matrix.type(program.element);
    if (matrix.kind == Matrix::Argument)
      return addArgument(type);
    std::vector<std::string> names;
    for (const Matrix &operand : matrix.operands)
      names.push_back(print(operand));
    std::string types = typeList(matrix.operands, program.element);
    static constexpr StringRef ops[] = {"", "transpose", "product", "sum", "scale"};
    if (matrix.kind == Matrix::Scale) {
      std::string factor = "tensor<1x" + program.element + ">";
      names.push_back(addArgument(factor));
      types += ", " + factor;
    }
    std::string name = "%v" + std::to_string(numValues++);
    body += formatv("  {0} = linop.{1} {2} : {3} -> {4}\n", name, ops[matrix.kind],
                    llvm::join(names, ", "), types, type);
    return name;
  }

  /// The type of activations; `last` is the matrix that they are a product of.
  std::string activations(int64_t columns, const Matrix *last = nullptr) {
    bool isFloat = last && StringRef(last->encoding).ends_with("y = f32>");
    std::string element = isFloat ? "f32" : program.element;
    std::string rows = program.dynamicRows ? "?" : std::to_string(program.rows);
    std::string inner = program.inner ? "x" + std::to_string(program.inner) : "";
    return formatv("tensor<{0}x{1}{2}x{3}>", rows, columns, inner, element);
  }

  std::string printStep(const Step &step, const std::string &x, int64_t &columns) {
    std::string type = activations(columns);
    std::string name = "%y" + std::to_string(numValues++);
    if (step.kind == Step::Apply || step.kind == Step::ApplyRight) {
      bool right = step.kind == Step::ApplyRight;
      std::string matrix = print(step.matrix);
      columns = right ? step.matrix.in : step.matrix.out;
      body += formatv("  {0} = linop.apply {1}, {2}{3}{4} : {5}, {6} -> {7}\n", name, matrix, x,
                      right ? " right" : "", program.inner ? " axis 1" : "",
                      step.matrix.type(program.element), type, activations(columns, &step.matrix));
      return name;
    }
    StringRef op = step.kind == Step::Add        ? "arith.addf"
                   : step.kind == Step::Multiply ? "arith.mulf"
                                                 : "arith.negf";
    std::string operands = step.kind == Step::Negate ? x : x + ", " + x;
    body += formatv("  {0} = {1} {2} : {3}\n", name, op, operands, type);
    return name;
  }
};
} // namespace

std::string Program::print() const {
  Printer printer{*this, "", "", 0};
  std::string x = printer.addArgument(printer.activations(columns));
  int64_t size = columns;
  for (const Step &step : steps)
    x = printer.printStep(step, x, size);
  std::string type = printer.activations(size, &steps.back().matrix);
  return formatv(
      "// seed {0}, --rows={1}\nfunc.func @main({2}) -> {3} {{\n{4}  return {5} : {3}\n}\n", seed,
      rows, printer.arguments, type, printer.body, x);
}

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

/// A matrix that is an argument, or an op on such.
static Matrix randomExpression(Random &random, int64_t out, int64_t in, StringRef element) {
  Matrix matrix;
  matrix.out = out;
  matrix.in = in;
  switch (below(random, 8)) {
  case 0:
    matrix.kind = Matrix::Transpose;
    matrix.operands = {randomMatrix(random, in, out, element, 1)};
    break;
  case 1: {
    int64_t middle = randomSize(random);
    matrix.kind = Matrix::Product;
    matrix.operands.push_back(randomMatrix(random, out, middle, element, 1));
    matrix.operands.push_back(randomMatrix(random, middle, in, element, 1));
    break;
  }
  case 2:
    matrix.kind = Matrix::Sum;
    matrix.operands.push_back(randomMatrix(random, out, in, element, 1));
    matrix.operands.push_back(randomMatrix(random, out, in, element, 1));
    break;
  case 3:
    matrix.kind = Matrix::Scale;
    matrix.operands = {randomMatrix(random, out, in, element, 1)};
    break;
  default:
    return randomMatrix(random, out, in, element, 2);
  }
  // The type of the transpose of a transpose is the inner one.
  if (matrix.kind == Matrix::Transpose &&
      StringRef(matrix.operands[0].encoding).starts_with("#linop.transpose"))
    matrix.operands[0].encoding = "#linop.dense";
  return matrix;
}

/// Layers on i8, the last one to f32 or to i8.
static void addQuantizedSteps(Random &random, Program &program) {
  program.element = "i8";
  int64_t columns = program.columns;
  for (int64_t count = 1 + below(random, 3); count > 0; --count) {
    int64_t next = randomSize(random);
    StringRef y = count == 1 && below(random, 2) ? "f32" : "i8";
    program.steps.push_back({Step::Apply, randomQuantizedMatrix(random, next, columns, y)});
    columns = next;
  }
}

Program danaus::testing::makeRandomProgram(uint64_t seed) {
  Random random(seed * 0x9e3779b97f4a7c15 + 1);
  static constexpr StringRef elements[] = {"f32", "f32", "f64",          "bf16",
                                           "f16", "f64", "complex<f32>", "complex<f64>"};
  static constexpr int64_t rows[] = {0, 1, 2, 7};
  Program program;
  program.seed = seed;
  program.element = elements[below(random, std::size(elements))].str();
  program.rows = rows[below(random, std::size(rows))];
  program.dynamicRows = below(random, 4) != 0;
  program.inner = below(random, 5) == 0 ? 1 + below(random, 3) : 0;
  program.columns = randomSize(random);
  if (below(random, 16) == 0) {
    addQuantizedSteps(random, program);
    return program;
  }
  bool isComplex = StringRef(program.element).starts_with("complex");
  int64_t columns = program.columns;
  for (int64_t count = 1 + below(random, 3); count > 0; --count) {
    int64_t next = below(random, 2) ? randomSize(random) : columns;
    bool right = below(random, 4) == 0;
    program.steps.push_back({right ? Step::ApplyRight : Step::Apply,
                             right ? randomExpression(random, columns, next, program.element)
                                   : randomExpression(random, next, columns, program.element)});
    columns = next;
    if (!isComplex && below(random, 2))
      program.steps.push_back({Step::Kind(Step::Add + below(random, 3)), {}});
  }
  return program;
}

//===----------------------------------------------------------------------===//
// Shrinking
//===----------------------------------------------------------------------===//

/// `matrix` made plainer in one place, each way once.
static std::vector<Matrix> simplerMatrices(const Matrix &matrix) {
  std::vector<Matrix> simpler;
  Matrix dense;
  dense.out = matrix.out;
  dense.in = matrix.in;
  dense.encoding = "#linop.dense";
  if (matrix.kind != Matrix::Argument || matrix.encoding != dense.encoding)
    simpler.push_back(dense);
  for (size_t i = 0; i < matrix.operands.size(); ++i) {
    const Matrix &operand = matrix.operands[i];
    if (operand.out == matrix.out && operand.in == matrix.in)
      simpler.push_back(operand);
    for (const Matrix &replacement : simplerMatrices(operand)) {
      simpler.push_back(matrix);
      simpler.back().operands[i] = replacement;
    }
  }
  return simpler;
}

static bool isApply(const Step &step) {
  return step.kind == Step::Apply || step.kind == Step::ApplyRight;
}

/// The columns that `steps[first]` starts from.
static int64_t columnsBefore(const Program &program, size_t first) {
  int64_t columns = program.columns;
  for (const Step &step : llvm::ArrayRef(program.steps).take_front(first))
    if (isApply(step))
      columns = step.kind == Step::Apply ? step.matrix.out : step.matrix.in;
  return columns;
}

/// `program` made smaller in one place, each way once, the largest steps first.
static std::vector<Program> smallerPrograms(const Program &program) {
  std::vector<Program> smaller;
  for (size_t i = 0; i < program.steps.size() && program.steps.size() > 1; ++i) {
    bool isFirst = i == 0, isLast = i + 1 == program.steps.size();
    if (isApply(program.steps[i]) && !isFirst && !isLast)
      continue;
    Program without = program;
    if (isFirst)
      without.columns = columnsBefore(program, 1);
    without.steps.erase(without.steps.begin() + i);
    smaller.push_back(without);
  }
  for (size_t i = 0; i < program.steps.size(); ++i)
    if (isApply(program.steps[i]))
      for (const Matrix &matrix : simplerMatrices(program.steps[i].matrix)) {
        smaller.push_back(program);
        smaller.back().steps[i].matrix = matrix;
      }
  auto change = [&](auto edit) {
    Program edited = program;
    edit(edited);
    smaller.push_back(edited);
  };
  if (program.rows > 1)
    change([](Program &p) { p.rows = 1; });
  if (program.inner > 0)
    change([](Program &p) { p.inner = 0; });
  return smaller;
}

Program danaus::testing::shrink(Program program, llvm::function_ref<bool(const Program &)> fails) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const Program &candidate : smallerPrograms(program))
      if (fails(candidate)) {
        program = candidate;
        changed = true;
        break;
      }
  }
  return program;
}

//===----------------------------------------------------------------------===//
// Mutation
//===----------------------------------------------------------------------===//

/// Words, numbers and single characters, spaces among them.
static std::vector<std::string> tokenize(StringRef text) {
  std::vector<std::string> tokens;
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_'; };
  while (!text.empty()) {
    StringRef word = text.take_while(isWord);
    if (word.empty())
      word = text.take_front();
    tokens.push_back(word.str());
    text = text.drop_front(word.size());
  }
  return tokens;
}

std::string danaus::testing::mutate(StringRef text, uint64_t seed) {
  static constexpr StringRef replacements[] = {"0",
                                               "1",
                                               "2",
                                               "3",
                                               "-1",
                                               "7",
                                               "64",
                                               "1099511627776",
                                               "9223372036854775807",
                                               "f32",
                                               "i8",
                                               "?",
                                               "none",
                                               "<",
                                               ">",
                                               "[",
                                               "]",
                                               "tensor",
                                               "true",
                                               "bf16",
                                               "%x",
                                               "",
                                               "i32",
                                               "f80",
                                               "index"};
  Random random(seed * 0x9e3779b97f4a7c15 + 2);
  std::vector<std::string> tokens = tokenize(text);
  for (int64_t edits = 1 + below(random, 3); edits > 0; --edits) {
    size_t at = below(random, tokens.size()), other = below(random, tokens.size());
    switch (below(random, 4)) {
    case 0:
      tokens[at].clear();
      break;
    case 1:
      tokens[at] += tokens[other];
      break;
    case 2:
      std::swap(tokens[at], tokens[other]);
      break;
    default: // numbers rather than anything else: they are what sizes are checked against
      while (!llvm::isDigit(tokens[at].empty() ? ' ' : tokens[at][0]))
        at = (at + 1) % tokens.size();
      tokens[at] = replacements[below(random, std::size(replacements))].str();
    }
  }
  return llvm::join(tokens, "");
}
