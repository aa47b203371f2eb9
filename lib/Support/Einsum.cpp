//===- Einsum.cpp - Contractions over the digits of an index, without IR -*- C++ -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/Einsum.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace danaus;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

static bool holds(StringRef dims, char loop) { return dims.contains(loop); }

//===----------------------------------------------------------------------===//
// Construction and queries
//===----------------------------------------------------------------------===//

Einsum Einsum::parse(StringRef spec, ArrayRef<EinsumLoop> loops) {
  auto [operands, y] = spec.split("->");
  auto [x, weight] = operands.split(',');
  return {x.str(), weight.str(), y.str(), SmallVector<EinsumLoop>(loops)};
}

Einsum Einsum::kroneckerSparse(const StagePattern &pattern, StringRef order) {
  return {"acd",
          order.str(),
          "abd",
          {{'a', pattern.a}, {'b', pattern.b}, {'c', pattern.c}, {'d', pattern.d}}};
}

/// What is wrong with the loop that is number `index`, or "".
static std::string checkLoop(const Einsum &einsum, size_t index) {
  auto [loop, size] = einsum.loops[index];
  std::string name = std::string("loop '") + loop + "'";
  if (!llvm::isAlpha(loop))
    return name + ": wanted a letter";
  if (size < 1)
    return name + ": wanted a size >= 1, found " + llvm::itostr(size);
  for (size_t other = 0; other < index; ++other)
    if (einsum.loops[other].first == loop)
      return name + " has two sizes";
  int operands = 0;
  for (StringRef dims : {einsum.x, einsum.weight, einsum.y}) {
    if (dims.count(loop) > 1)
      return name + " occurs twice in '" + dims.str() + "'";
    operands += holds(dims, loop);
  }
  // A Kronecker-sparse stage with b = 1 or c = 1 may leave that loop out of its weight.
  if (operands < 2 && size > 1)
    return name + ": wanted it in two operands, found it in " + llvm::itostr(operands);
  return "";
}

std::string Einsum::check() const {
  int64_t room = (int64_t(1) << 62) - 1; // what the product of the sizes may still grow by
  for (size_t index = 0; index < loops.size(); ++index) {
    if (std::string problem = checkLoop(*this, index); !problem.empty())
      return problem;
    if (loops[index].second > room)
      return "wanted fewer than 2^62 iterations, found more";
    room /= loops[index].second;
  }
  for (char loop : x + weight + y)
    if (!llvm::is_contained(llvm::make_first_range(loops), loop))
      return std::string("loop '") + loop + "' has no size";
  return "";
}

int64_t Einsum::sizeOf(char loop) const {
  return llvm::find_if(loops, [&](EinsumLoop entry) { return entry.first == loop; })->second;
}

SmallVector<int64_t> Einsum::sizesOf(StringRef dims) const {
  return llvm::map_to_vector(dims, [&](char loop) { return sizeOf(loop); });
}

int64_t Einsum::volume(StringRef dims) const {
  int64_t product = 1;
  for (char loop : dims)
    product *= sizeOf(loop);
  return product;
}

int64_t Einsum::batchSize() const {
  int64_t product = 1;
  for (char loop : x)
    product *= holds(y, loop) ? sizeOf(loop) : 1;
  return product;
}

int64_t Einsum::sumLength() const { return inSize() / batchSize(); }

//===----------------------------------------------------------------------===//
// Loops split and merged
//===----------------------------------------------------------------------===//

/// A letter that `einsum` does not use.
static std::optional<char> freeLetter(const Einsum &einsum) {
  for (char letter : StringRef("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    if (!llvm::is_contained(llvm::make_first_range(einsum.loops), letter))
      return letter;
  return std::nullopt;
}

/// Puts `letters` in the place of `loop`.
static void substitute(std::string &dims, char loop, StringRef letters) {
  size_t position = dims.find(loop);
  if (position != std::string::npos)
    dims.replace(position, 1, letters.data(), letters.size());
}

std::optional<Einsum> Einsum::withInner(int64_t inner) const {
  std::optional<char> letter = freeLetter(*this);
  if (!letter)
    return std::nullopt;
  Einsum result = *this;
  result.loops.push_back({*letter, inner});
  result.x += *letter;
  result.y += *letter;
  return result;
}

/// Splits the loop into one for each of `sizes`, slowest first.
static bool splitLoop(Einsum &einsum, char loop, ArrayRef<int64_t> sizes) {
  std::string letters;
  for (int64_t size : sizes) {
    std::optional<char> letter = freeLetter(einsum);
    if (!letter)
      return false;
    letters += *letter;
    einsum.loops.push_back({*letter, size});
  }
  llvm::erase_if(einsum.loops, [&](EinsumLoop entry) { return entry.first == loop; });
  for (std::string *dims : {&einsum.x, &einsum.weight, &einsum.y})
    substitute(*dims, loop, letters);
  return true;
}

/// The loops of `dims`, x or y, split so that their digits begin at `cuts`, a
/// superset of where they begin now.
std::optional<Einsum> Einsum::splitAt(StringRef dims, ArrayRef<int64_t> cuts) const {
  Einsum result = *this;
  int64_t stride = 1;
  for (char loop : llvm::reverse(dims)) {
    int64_t end = stride * sizeOf(loop);
    SmallVector<int64_t> sizes; // slowest first
    for (size_t i = cuts.size(); i-- > 1;)
      if (cuts[i] > stride && cuts[i] <= end)
        sizes.push_back(cuts[i] / cuts[i - 1]);
    stride = end;
    if (sizes.size() > 1 && !splitLoop(result, loop, sizes))
      return std::nullopt;
  }
  return result;
}

/// Whether wherever one of the two loops occurs, the second follows the first.
static bool areOneLoop(const Einsum &einsum, char first, char second) {
  for (StringRef dims : {einsum.x, einsum.weight, einsum.y}) {
    size_t position = dims.find(first), next = dims.find(second);
    if ((position == StringRef::npos) != (next == StringRef::npos))
      return false;
    if (position != StringRef::npos && next != position + 1)
      return false;
  }
  return true;
}

/// Drops a loop, whose size goes to `heir` unless that is 0.
static void dropLoop(Einsum &einsum, char loop, char heir) {
  int64_t size = einsum.sizeOf(loop);
  llvm::erase_if(einsum.loops, [&](EinsumLoop entry) { return entry.first == loop; });
  for (EinsumLoop &entry : einsum.loops)
    if (entry.first == heir)
      entry.second *= size;
  for (std::string *dims : {&einsum.x, &einsum.weight, &einsum.y})
    substitute(*dims, loop, "");
}

Einsum Einsum::simplified() const {
  Einsum result = *this;
  for (EinsumLoop loop : loops)
    if (loop.second == 1)
      dropLoop(result, loop.first, 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (EinsumLoop first : result.loops) {
      auto second = llvm::find_if(result.loops, [&](EinsumLoop loop) {
        return loop.first != first.first && areOneLoop(result, first.first, loop.first);
      });
      if (second == result.loops.end())
        continue;
      dropLoop(result, second->first, first.first);
      changed = true;
      break;
    }
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

/// `dims` without loops of size 1, which no cut sees.
static std::string properDigits(const Einsum &einsum, StringRef dims) {
  std::string result;
  for (char loop : dims)
    if (einsum.sizeOf(loop) > 1)
      result += loop;
  return result;
}

/// The letters of `dims`, in the order that `permutation` gives its input digits.
static std::string reorder(StringRef dims, const DigitPermutation &permutation) {
  std::string result;
  for (unsigned digit : permutation.order())
    result += dims[digit];
  return result;
}

std::optional<Einsum> Einsum::absorbBefore(const DigitPermutation &permutation) const {
  // x = P u: digit j of u is the digit of x that the inverse has in its order.
  DigitPermutation inverse = permutation.simplified().inverse();
  auto cuts = mergeDigitCuts(digitCuts(inverse.sizes()), digitCuts(sizesOf(x)));
  if (!cuts || permutation.size() != inSize())
    return std::nullopt;
  std::optional<Einsum> result = splitAt(x, *cuts);
  if (!result)
    return std::nullopt;
  result->x = reorder(properDigits(*result, result->x), inverse.refined(*cuts));
  return result->simplified();
}

std::optional<Einsum> Einsum::absorbAfter(const DigitPermutation &permutation) const {
  DigitPermutation simple = permutation.simplified();
  auto cuts = mergeDigitCuts(digitCuts(simple.sizes()), digitCuts(sizesOf(y)));
  if (!cuts || permutation.size() != outSize())
    return std::nullopt;
  std::optional<Einsum> result = splitAt(y, *cuts);
  if (!result)
    return std::nullopt;
  result->y = reorder(properDigits(*result, result->y), simple.refined(*cuts));
  return result->simplified();
}

//===----------------------------------------------------------------------===//
// Recognition
//===----------------------------------------------------------------------===//

namespace {
/// Runs of loops: those before and after the summed ones and the new ones.
struct Groups {
  std::string a, b, c, d;
};
} // namespace

/// x = a c d and y = a b d with a and d in both, if they are.
static std::optional<Groups> splitGroups(const Einsum &einsum) {
  Groups groups;
  StringRef x = einsum.x, y = einsum.y;
  auto shared = [&](char loop) { return holds(x, loop) && holds(y, loop); };
  // The place of the summed loops decides, or that of the new ones, or the end.
  size_t split = std::min(x.size(), y.size());
  for (StringRef dims : {x, y})
    for (size_t i = 0; i < dims.size(); ++i)
      if (!shared(dims[i]))
        split = std::min(split, i);
  groups.a = x.take_front(split).str();
  StringRef restX = x.drop_front(split), restY = y.drop_front(split);
  groups.c = restX.take_while([&](char loop) { return !shared(loop); }).str();
  groups.b = restY.take_while([&](char loop) { return !shared(loop); }).str();
  groups.d = restX.drop_front(groups.c.size()).str();
  bool fits = y.take_front(split) == groups.a && restY.drop_front(groups.b.size()) == groups.d &&
              llvm::all_of(groups.d, shared);
  return fits ? std::optional(groups) : std::nullopt;
}

/// A stage in the letters that `kroneckerSparse` gives it, also transposed since:
/// then the two of the block have changed places.
static std::optional<Einsum::KroneckerSparse> readAsBuilt(const Einsum &einsum) {
  if (StringRef(einsum.weight).find_first_not_of("abcd") != StringRef::npos)
    return std::nullopt;
  bool isTransposed = einsum.x == "abd" && einsum.y == "acd";
  if (!isTransposed && (einsum.x != "acd" || einsum.y != "abd"))
    return std::nullopt;
  StagePattern pattern{einsum.sizeOf('a'), einsum.sizeOf('b'), einsum.sizeOf('c'),
                       einsum.sizeOf('d')};
  Einsum::KroneckerSparse result{isTransposed ? pattern.transposed() : pattern, einsum.weight};
  for (char &dim : result.order)
    if (isTransposed && (dim == 'b' || dim == 'c'))
      dim = dim == 'b' ? 'c' : 'b';
  return result;
}

std::optional<Einsum::KroneckerSparse> Einsum::asKroneckerSparse() const {
  if (std::optional<KroneckerSparse> asBuilt = readAsBuilt(*this))
    return asBuilt;
  Einsum simple = simplified();
  std::optional<Groups> groups = splitGroups(simple);
  if (!groups)
    return std::nullopt;
  KroneckerSparse result{{simple.volume(groups->a), simple.volume(groups->b),
                          simple.volume(groups->c), simple.volume(groups->d)},
                         ""};
  const std::pair<char, StringRef> runs[] = {
      {'a', groups->a}, {'b', groups->b}, {'c', groups->c}, {'d', groups->d}};
  for (StringRef rest = simple.weight; !rest.empty();) {
    const auto *run = llvm::find_if(
        runs, [&](auto entry) { return !entry.second.empty() && rest.starts_with(entry.second); });
    if (run == std::end(runs))
      return std::nullopt;
    result.order += run->first;
    rest = rest.drop_front(run->second.size());
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Kronecker-sparse but for the order of its digits
//===----------------------------------------------------------------------===//

/// The permutation of an index with the digits `from` to one with those `to`.
static DigitPermutation reorder(const Einsum &einsum, StringRef from, StringRef to) {
  SmallVector<unsigned> order;
  for (char loop : to)
    order.push_back(from.find(loop));
  return *DigitPermutation::get(einsum.sizesOf(from), order);
}

int64_t Einsum::PermutedKroneckerSparse::movedColumns() const {
  return (before.isIdentity() ? 0 : before.size()) + (after.isIdentity() ? 0 : after.size());
}

std::optional<Einsum::PermutedKroneckerSparse> Einsum::asPermutedKroneckerSparse() const {
  // By where a loop occurs: summed, made, and of the batches with and without
  // the weight; each in the order of x or y.
  std::string summed, made, weighted, shared;
  for (char loop : x)
    if (!StringRef(y).contains(loop))
      summed += loop;
  for (char loop : y)
    (!StringRef(x).contains(loop)       ? made
     : StringRef(weight).contains(loop) ? weighted
                                        : shared) += loop;
  std::optional<PermutedKroneckerSparse> best;
  for (const auto &[slow, fast] : {std::pair(weighted, shared), std::pair(shared, weighted)}) {
    Einsum ordered{slow + summed + fast, weight, slow + made + fast, loops};
    std::optional<KroneckerSparse> stage = ordered.asKroneckerSparse();
    if (!stage)
      continue;
    PermutedKroneckerSparse found{reorder(*this, x, ordered.x), *stage,
                                  reorder(*this, ordered.y, y)};
    int64_t moved = found.movedColumns(), least = best ? best->movedColumns() : moved + 1;
    if (moved < least || (moved == least && found.after.isIdentity()))
      best = found;
  }
  return best;
}
