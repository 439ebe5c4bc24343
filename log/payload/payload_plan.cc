#include "log/payload/payload_plan.h"

#include <iterator>

#include "log/store/rows.h"
#include "verifier/base/day.h"

namespace modlog {

namespace {}  // namespace

Result<uint64_t> ReadNextSlot(Store& store) {
  const auto value = store.ReadRow(kNextSlotRow);
  if (!value && value.error().code == Code::kNotFound) return uint64_t{0};
  if (!value) return std::unexpected(value.error());
  return BigEndian(*value);
}

void PayloadPlan::Add(uint64_t index, const SealedPayload& payload,
                      int64_t logged_at_ms) {
  if (payload.parts.empty()) return;
  for (const SealedPart& part : payload.parts) {
    parts_.push_back(
        {{index, part.tag}, next_slot_ + keys_.size(), part.bytes});
    keys_.push_back(part.key);
  }
  const auto today = static_cast<uint64_t>(logged_at_ms / kDayMs);
  const uint64_t until =
      payload.until == 0 ? today + kPayloadDays : payload.until;
  std::string key(kKeptUntilRows);
  AppendBigEndian(until, 4, &key);
  AppendBigEndian(index, 8, &key);
  rows_.push_back({std::move(key), std::string()});
}

void PayloadPlan::MoveTo(StoreBatch* batch) {
  batch->payload = std::move(parts_);
  std::string next;
  AppendBigEndian(next_slot_ + keys_.size(), 8, &next);
  rows_.push_back({std::string(kNextSlotRow), std::move(next)});
  batch->rows.insert(batch->rows.end(), std::move_iterator(rows_.begin()),
                     std::move_iterator(rows_.end()));
}

}  // namespace modlog
