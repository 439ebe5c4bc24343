#ifndef MODLOG_TESTS_VERIFIER_CORRUPTION_H_
#define MODLOG_TESTS_VERIFIER_CORRUPTION_H_

// Named ways to spoil a good input. A mutation test says of each that it must
// be refused, and with which code; the name tells which one was not.

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/merkle.h"

namespace modlog {

using TextVisitor =
    std::function<void(const std::string& name, const std::string& spoiled)>;

// ForEachTextCorruption visits every text that differs from `text` by one
// flipped byte, by an end cut off, by a doubled or missing line, or by garbage
// at its end.
inline void ForEachTextCorruption(std::string_view text,
                                  const TextVisitor& visit) {
  for (size_t i = 0; i < text.size(); ++i) {
    for (unsigned mask = 1; mask <= 0x80; mask <<= 1) {
      std::string spoiled(text);
      spoiled[i] = static_cast<char>(static_cast<uint8_t>(text[i]) ^ mask);
      visit("flip_" + std::to_string(i) + "_" + std::to_string(mask), spoiled);
    }
  }
  for (size_t size = 0; size < text.size(); ++size) {
    visit("truncated_" + std::to_string(size),
          std::string(text.substr(0, size)));
  }
  for (const std::string_view garbage : {"\n", " ", "x", "\n\n", "x\n", "\t"}) {
    visit("trailing_garbage", std::string(text) + std::string(garbage));
  }
  visit("trailing_nul", std::string(text) + '\0');
  visit("leading_newline", "\n" + std::string(text));
  visit("leading_blank", " " + std::string(text));
  visit("byte_order_mark", "\xef\xbb\xbf" + std::string(text));
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string line(text.substr(begin, end - begin));
    const std::string before(text.substr(0, begin));
    const std::string after(text.substr(end));
    const std::string at = "_at_" + std::to_string(begin);
    visit("missing_line" + at, before + after);
    visit("carriage_return" + at,
          before + line.substr(0, line.size() - 1) + "\r\n" + after);
    visit("trailing_blank" + at,
          before + line.substr(0, line.size() - 1) + " \n" + after);
    begin = end;
  }
}

// What CheckInclusion judges.
struct InclusionCase {
  uint64_t index;
  Hash leaf_hash;
  std::vector<Hash> path;
  TreeHead tree;
};

// What CheckConsistency judges.
struct ConsistencyCase {
  TreeHead older;
  TreeHead newer;
  std::vector<Hash> proof;
};

template <typename Case>
using CaseVisitor =
    std::function<void(const std::string& name, const Case& spoiled)>;

// ForEachHashFlip visits every single flipped bit's neighbour by bytes: one
// flipped bit in each byte of the hash.
template <typename Case>
void ForEachHashFlip(const std::string& name, const Case& good,
                     const std::function<Hash&(Case&)>& field,
                     const CaseVisitor<Case>& visit) {
  for (size_t i = 0; i < kHashSize; ++i) {
    Case spoiled = good;
    field(spoiled)[i] ^= static_cast<uint8_t>(1u << (i % 8));
    visit(name + "_byte_" + std::to_string(i), spoiled);
  }
}

// ForEachPathCorruption spoils a list of hashes: lost, added, doubled, swapped
// and flipped ones.
template <typename Case>
void ForEachPathCorruption(const Case& good,
                           const std::function<std::vector<Hash>&(Case&)>& path,
                           const CaseVisitor<Case>& visit) {
  Case copy = good;
  const size_t length = path(copy).size();
  const auto with = [&](const std::string& name, const auto& change) {
    Case spoiled = good;
    change(path(spoiled));
    visit(name, spoiled);
  };
  using Path = std::vector<Hash>;
  with("extra_hash", [](Path& p) { p.push_back(HashEmpty()); });
  with("extra_hash_first", [](Path& p) { p.insert(p.begin(), HashEmpty()); });
  with("hash_doubled",
       [](Path& p) { p.push_back(p.empty() ? Hash{} : p.back()); });
  if (length == 0) return;
  with("last_hash_missing", [](Path& p) { p.pop_back(); });
  with("first_hash_missing", [](Path& p) { p.erase(p.begin()); });
  with("no_hashes", [](Path& p) { p.clear(); });
  for (size_t i = 0; i < length; ++i) {
    const std::string at = "_" + std::to_string(i);
    ForEachHashFlip<Case>(
        "hash" + at, good, [&](Case& c) -> Hash& { return path(c)[i]; }, visit);
    if (i + 1 < length) {
      with("swapped_hashes" + at, [i](Path& p) { std::swap(p[i], p[i + 1]); });
    }
  }
}

inline void ForEachCorruption(const InclusionCase& good,
                              const CaseVisitor<InclusionCase>& visit) {
  ForEachPathCorruption<InclusionCase>(
      good, [](auto& c) -> std::vector<Hash>& { return c.path; }, visit);
  ForEachHashFlip<InclusionCase>(
      "leaf_hash", good, [](auto& c) -> Hash& { return c.leaf_hash; }, visit);
  ForEachHashFlip<InclusionCase>(
      "root", good, [](auto& c) -> Hash& { return c.tree.root; }, visit);
  for (int bit = 0; bit < 64; ++bit) {
    InclusionCase spoiled = good;
    spoiled.index ^= uint64_t{1} << bit;
    visit("index_bit_" + std::to_string(bit), spoiled);
  }
  if (good.leaf_hash != good.tree.root) {
    InclusionCase spoiled = good;
    std::swap(spoiled.leaf_hash, spoiled.tree.root);
    visit("swapped_leaf_and_root", spoiled);
  }
  InclusionCase empty = good;
  empty.tree.size = 0;
  visit("size_zero", empty);
  InclusionCase cut = good;
  cut.tree.size = good.index;
  visit("size_is_index", cut);
}

inline void ForEachCorruption(const ConsistencyCase& good,
                              const CaseVisitor<ConsistencyCase>& visit) {
  ForEachPathCorruption<ConsistencyCase>(
      good, [](auto& c) -> std::vector<Hash>& { return c.proof; }, visit);
  ForEachHashFlip<ConsistencyCase>(
      "older_root", good, [](auto& c) -> Hash& { return c.older.root; }, visit);
  ForEachHashFlip<ConsistencyCase>(
      "newer_root", good, [](auto& c) -> Hash& { return c.newer.root; }, visit);
  ConsistencyCase zero = good;
  zero.older = {0, HashEmpty()};
  visit("older_size_zero", zero);
  if (good.older == good.newer) return;
  ConsistencyCase roots = good;
  std::swap(roots.older.root, roots.newer.root);
  visit("swapped_roots", roots);
  ConsistencyCase heads = good;
  std::swap(heads.older, heads.newer);
  visit("swapped_heads", heads);
  ConsistencyCase equal = good;
  equal.older.size = good.newer.size;
  visit("older_size_is_newer", equal);
}

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_CORRUPTION_H_
