#ifndef MODLOG_LOG_RECORDS_ERASURE_H_
#define MODLOG_LOG_RECORDS_ERASURE_H_

// What is known of erasures, as rows:
//
//   'e' 'q' || index (u64) || tag (u8)  -> basis (u8) || accepted, ms (u64)
//       asked for; its entry is yet to come
//   'e' 'd' || index (u64) || tag (u8)  -> index of the entry (u64)
//       an entry says that the part is erased
//   'e' 'w' || entry (u64)              -> (empty)
//       what that entry says is still to be done
//
// Tag 0 is all parts, salts and commitments. The entry comes first: its commit
// turns the first row into the other two; keys and ciphertext go after that,
// and a start that finds the last row finishes it.

#include <chrono>
#include <functional>
#include <vector>

#include "log/records/kept_payload.h"
#include "log/records/life.h"
#include "log/rules/violation.h"
#include "log/store/rows.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// What is to be erased.
inline constexpr size_t kEraseIndexesMax = 4'096;
inline constexpr size_t kErasuresWaitingMax = 64;
struct EraseOrder {
  std::vector<uint64_t> indexes = {};  // 1..kEraseIndexesMax
  std::vector<uint32_t> tags =
      {};            // ascending, 1..24; none: all, salts as well
  int basis = 0;     // v1::ErasureBasis, 1..3
  bool now = false;  // else with the next daily run
};
struct EraseOutcome {
  uint64_t accepted = 0;
  std::vector<uint64_t> entries;  // written at once, of others that waited too
};
using EraseDone = std::move_only_function<void(Result<EraseOutcome>)>;

// When what was asked for is erased, and payloads whose last day has passed go:
// every `every_ms`, `at_ms` after midnight UTC.
struct ErasureSchedule {
  int64_t every_ms = 86'400'000;
  int64_t at_ms = 3 * 3'600'000;
  // How long after the time a run may begin: an idle log sleeps that long.
  std::chrono::milliseconds look_every = std::chrono::seconds(30);
};

// Indexes of one PAYLOAD_ERASED entry: they must fit into an action.
inline constexpr size_t kErasedAtOnce = 400;

struct ErasureRequest {
  uint64_t index;
  uint8_t tag;
  uint8_t basis;
  int64_t accepted_ms;
};

// CheckOrder: whether an order can be carried out at all. kMalformed, errors of
// `read`.
Result<void> CheckOrder(const EraseOrder& order, const ReadAction& read);

// CheckErasure adds the rules of fields.
void CheckErasure(const v1::Action& action, std::vector<Violation>* violations);

// JudgeErasure holds an entry that gets `index` against those it names;
// RecordErasure puts it into the rows. The store's errors.
Result<void> JudgeErasure(uint64_t index, const v1::Action& action,
                          const ReadAction& read,
                          std::vector<Violation>* violations);
void RecordErasure(uint64_t index, const v1::Action& action, RowsView* rows);

// DropRequests: what was asked of an entry is done with all that it kept.
void DropRequests(uint64_t index, RowsView* rows);

// What is new in a request, as rows, and the entries that say so already of the
// rest: a retry makes no second entry (I10). With a redacted leaf went what was
// kept beside it.
struct NewRequest {
  std::vector<Row> rows;
  std::vector<uint64_t> known;  // ascending, each once
};
Result<NewRequest> ReadNewRequest(Store& store, const EraseOrder& order,
                                  int64_t now_ms);
// All requests, at most `limit`.
Result<std::vector<ErasureRequest>> ReadRequests(Store& store, size_t limit);

// Entries whose work is still to be done, and the row that says so.
Result<std::vector<uint64_t>> ReadErasuresToDo(Store& store);
Row ErasureDone(uint64_t entry);

// ReadErasures adds to `kept` what is erased of entry `index`, or asked for.
Result<void> ReadErasures(Store& store, uint64_t index, KeptPayload* kept);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_ERASURE_H_
