#ifndef MODLOG_VERIFIER_RULES_KEY_PREFIXES_H_
#define MODLOG_VERIFIER_RULES_KEY_PREFIXES_H_

// The beginnings of many puid keys in little memory: 48 bits each, the first 16
// of which say in which of 65,536 lists the other 32 stand, so 4 bytes a key,
// and up to a quarter more for those to come. No room is made for what has not
// come: how many there will be is only what a log says.
// Who finds a prefix here must still compare the rest. Not thread-safe while
// keys are added; afterwards it is.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

class KeyPrefixes {
 public:
  KeyPrefixes() : lists_(kLists) {}

  static uint64_t Of(const Hash& key);  // the first 48 bits

  void Add(uint64_t prefix) {
    std::vector<uint32_t>& list = lists_[prefix >> 32];
    // Not twice as much, as a vector does by itself.
    if (list.size() == list.capacity()) {
      list.reserve(list.size() + list.size() / 4 + 8);
    }
    list.push_back(static_cast<uint32_t>(prefix));
  }

  // TakeRepeated returns the prefixes that were added more than once, at most
  // `limit` of them, and forgets everything.
  std::vector<uint64_t> TakeRepeated(size_t limit);

  // Number puts the prefixes in order, each once, and numbers them from 0.
  void Number();
  uint64_t size() const { return first_.empty() ? 0 : first_.back(); }
  // NumberOf: nothing if the prefix is not here. REQUIRES: Number was called.
  std::optional<uint64_t> NumberOf(uint64_t prefix) const;

 private:
  static constexpr size_t kLists = 1 << 16;

  std::vector<std::vector<uint32_t>> lists_;
  std::vector<uint64_t> first_;  // the number of each list's first, and the end
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_KEY_PREFIXES_H_
