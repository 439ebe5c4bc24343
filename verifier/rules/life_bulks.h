#ifndef MODLOG_VERIFIER_RULES_LIFE_BULKS_H_
#define MODLOG_VERIFIER_RULES_LIFE_BULKS_H_

// What an entry reads, as far as lives ask for it, and the rules for many
// entries (bulk corrections) that change that. Thread-safe once made.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/rules/attestations.h"

namespace modlog {

// So many may a platform make: log/records/life.h, kBulkCorrectionsMax. A log that has
// more of one has broken a rule; they change nothing here.
inline constexpr size_t kBulksMax = 1'024;

// Measures as bits: bit m for v1::Measure m.
using MeasureBits = uint32_t;

// 32 bytes, one of each entry that is referred to.
struct TargetRecord {
  uint8_t kind = 0;         // as it reads
  uint8_t kind_logged = 0;  // as it was logged: references go by that
  uint8_t monetary = 0;
  uint8_t provision = 0;
  uint8_t account = 0;
  uint8_t affected_kind = 0;
  uint8_t label_op = 0;
  bool visibility : 1 = false;
  bool copied : 1 = false;
  // A rule for many made it a code beyond 127, which none is: what it reads is
  // not known any more.
  bool unsure : 1 = false;
  uint32_t end_visibility = 0;
  uint32_t end_monetary = 0;
  uint32_t end_provision = 0;
  uint32_t end_account = 0;
  uint64_t affected = 0;  // with network; 0: not stated, or beyond 64 bits

  MeasureBits measures() const;
  MeasureBits ends() const;     // those with an end date
  uint64_t restorable() const;  // 0: no bound
};
TargetRecord RecordOfTarget(const v1::Action& action);

struct LifeBulk {
  uint64_t entry = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  uint32_t field = 0;
  uint32_t from = 0;
  uint32_t to = 0;
  bool exchange = false;  // and what reads `to` reads `from`

  bool Covers(uint64_t index) const { return first <= index && index <= last; }
  // Apply changes a record whose field reads as the rule says.
  void Apply(TargetRecord* record) const;
};

// The rules of each platform that concern lives, in log order.
class LifeBulks {
 public:
  LifeBulks() = default;
  explicit LifeBulks(const std::vector<BulkSeen>& bulks);

  // NumberOf names a platform's list; 0 is the empty one.
  uint32_t NumberOf(std::string_view platform) const;
  std::span<const LifeBulk> list(uint32_t number) const {
    if (number == 0) return {};
    return lists_[number - 1];
  }

 private:
  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::vector<std::vector<LifeBulk>> lists_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_LIFE_BULKS_H_
