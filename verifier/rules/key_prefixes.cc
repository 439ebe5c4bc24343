#include "verifier/rules/key_prefixes.h"

#include <algorithm>

namespace modlog {

uint64_t KeyPrefixes::Of(const Hash& key) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 6; ++i) prefix = prefix << 8 | key[i];
  return prefix;
}

std::vector<uint64_t> KeyPrefixes::TakeRepeated(size_t limit) {
  std::vector<uint64_t> repeated;
  for (size_t i = 0; i < lists_.size(); ++i) {
    std::vector<uint32_t> list = std::move(lists_[i]);
    std::ranges::sort(list);
    for (auto it = list.begin();
         (it = std::adjacent_find(it, list.end())) != list.end() &&
         repeated.size() < limit;
         it = std::upper_bound(it, list.end(), *it)) {
      repeated.push_back(uint64_t{i} << 32 | *it);
    }
  }
  return repeated;
}

void KeyPrefixes::Number() {
  first_ = {0};
  first_.reserve(kLists + 1);
  for (std::vector<uint32_t>& list : lists_) {
    std::ranges::sort(list);
    const auto rest = std::ranges::unique(list);
    list.erase(rest.begin(), rest.end());
    list.shrink_to_fit();
    first_.push_back(first_.back() + list.size());
  }
}

std::optional<uint64_t> KeyPrefixes::NumberOf(uint64_t prefix) const {
  const std::vector<uint32_t>& list = lists_[prefix >> 32];
  const auto low = static_cast<uint32_t>(prefix);
  const auto it = std::ranges::lower_bound(list, low);
  if (it == list.end() || *it != low) return std::nullopt;
  return first_[prefix >> 32] + static_cast<uint64_t>(it - list.begin());
}

}  // namespace modlog
