#ifndef MODLOG_VERIFIER_RULES_BULK_INDEX_H_
#define MODLOG_VERIFIER_RULES_BULK_INDEX_H_

// The rules for many entries (bulk corrections) of each platform, so that those
// that change an entry are found without a look at all of them: they lie in a
// tree over the ranges that they name, by the field and the code that they
// change. Memory: O(log k) for each of k rules. Operations: O(log² k) to find
// the next one. Thread-safe once made.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/rules/attestations.h"

namespace modlog {

class PlatformBulks {
 public:
  // So many changes of one entry are followed: no platform corrects its
  // corrections more often in good faith.
  static constexpr int kChangesMax = 64;

  // In log order.
  void Add(const BulkSeen& bulk);
  void Finish();

  // CountOf returns how many rules cover an entry that reads as they say.
  // `steps` is how much was looked at.
  uint64_t CountOf(uint64_t index, const v1::Action& action,
                   uint64_t* steps) const;

  // ForEachVersion calls `version` for what the entry at `index`, which reads
  // as `action` from entry `begin` on, reads up to entry `end`, and from when
  // to when. Only fields by which entries are counted are changed. If there
  // are more than kChangesMax, it returns when the next one would have begun.
  template <typename Version>
  std::optional<uint64_t> ForEachVersion(uint64_t index, uint64_t begin,
                                         uint64_t end, v1::Action* action,
                                         uint64_t* steps,
                                         const Version& version) const {
    for (int changes = 0;; ++changes) {
      const std::optional<Change> next =
          NextOf(index, *action, begin, end, steps);
      if (!next) {
        version(*action, begin, end);
        return std::nullopt;
      }
      version(*action, begin, next->entry);
      if (changes == kChangesMax) return next->entry;
      SetCode(next->field, next->to, action);
      begin = next->entry;
    }
  }

 private:
  struct Rule {
    uint64_t entry;
    uint64_t first;
    uint64_t last;
    uint32_t to;
  };
  struct Change {
    uint64_t entry;
    uint32_t field;
    uint32_t to;
  };
  // Rules that change one code of one field.
  struct Ranges {
    std::vector<Rule> rules;
    std::vector<uint64_t> points;                 // where ranges begin and end
    std::vector<std::vector<uint32_t>> covering;  // nodes: rules, ascending

    void Finish();
    // The node of an entry's leaf; 0 if no rule covers it.
    size_t LeafOf(uint64_t index) const;
  };

  std::optional<Change> NextOf(uint64_t index, const v1::Action& action,
                               uint64_t after, uint64_t before,
                               uint64_t* steps) const;

  std::map<std::pair<uint32_t, uint32_t>, Ranges> ranges_;  // field, code
  std::vector<uint32_t> fields_;                            // that any changes
};

class BulkIndex {
 public:
  // `bulks` in log order.
  explicit BulkIndex(const std::vector<BulkSeen>& bulks);

  // Null, if the platform has none.
  const PlatformBulks* Of(std::string_view platform) const;

 private:
  std::map<std::string, PlatformBulks, std::less<>> platforms_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_BULK_INDEX_H_
