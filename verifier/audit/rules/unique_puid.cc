#include "verifier/audit/rules/unique_puid.h"

#include <algorithm>
#include <cstring>

namespace modlog {
namespace {

uint64_t PrefixOf(const Hash& key) {
  uint64_t prefix = 0;
  std::memcpy(&prefix, key.data(), sizeof prefix);
  return prefix;
}

// Appends every value that stands more than once in a sorted vector.
void AppendRepeated(const std::vector<uint64_t>& sorted,
                    std::vector<uint64_t>* out) {
  for (auto it = sorted.begin();
       (it = std::adjacent_find(it, sorted.end())) != sorted.end() &&
       out->size() < PuidPrefixes::kRepeatedMax;) {
    out->push_back(*it);
    it = std::upper_bound(it, sorted.end(), *it);
  }
}

}  // namespace

void PuidPrefixes::Take(const EntryFacts& facts) {
  prefixes_[facts.puid_key[0]].push_back(PrefixOf(facts.puid_key));
}

std::vector<uint64_t> PuidPrefixes::TakeRepeated() {
  std::vector<uint64_t> repeated;
  for (std::vector<uint64_t>& prefixes : prefixes_) {
    std::ranges::sort(prefixes);
    AppendRepeated(prefixes, &repeated);
    std::vector<uint64_t>().swap(prefixes);
  }
  return repeated;
}

UniquePuidRule::UniquePuidRule(const std::vector<uint64_t>& repeated)
    : repeated_(repeated.begin(), repeated.end()) {}

size_t UniquePuidRule::KeyHash::operator()(const Hash& key) const {
  return static_cast<size_t>(PrefixOf(key));
}

void UniquePuidRule::Take(const EntryFacts& facts, Findings* findings) {
  if (!repeated_.contains(PrefixOf(facts.puid_key))) return;
  const auto [first, is_first] =
      first_entry_.try_emplace(facts.puid_key, facts.entry);
  if (is_first) return;
  findings->Add(
      {"unique puid", facts.entry,
       "has the platform and puid of entry " + std::to_string(first->second)});
}

}  // namespace modlog
