#ifndef MODLOG_LOG_PAYLOAD_PAYLOAD_PLAN_H_
#define MODLOG_LOG_PAYLOAD_PAYLOAD_PLAN_H_

// What the payloads of one batch add to it: sealed parts, each with the slot of
// its key, the day on which they go, and how far the slots are used.

#include <string_view>
#include <vector>

#include "log/payload/payload_rules.h"
#include "log/store/store.h"

namespace modlog {

// ReadNextSlot returns the first slot that no commit refers to.
Result<uint64_t> ReadNextSlot(Store& store);

class PayloadPlan {
 public:
  explicit PayloadPlan(uint64_t next_slot) : next_slot_(next_slot) {}

  // Add takes what is kept beside entry `index`, logged at `logged_at_ms`.
  void Add(uint64_t index, const SealedPayload& payload, int64_t logged_at_ms);

  // The keys for slots [next_slot, next_slot + keys().size()).
  const std::vector<PartKey>& keys() const { return keys_; }
  bool empty() const { return keys_.empty(); }

  // MoveTo adds parts and rows to the batch. Call it once.
  void MoveTo(StoreBatch* batch);

 private:
  const uint64_t next_slot_;
  std::vector<PartKey> keys_;
  std::vector<PayloadPart> parts_;
  std::vector<Row> rows_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_PAYLOAD_PAYLOAD_PLAN_H_
