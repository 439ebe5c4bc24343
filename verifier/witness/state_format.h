#ifndef MODLOG_VERIFIER_WITNESS_STATE_FORMAT_H_
#define MODLOG_VERIFIER_WITNESS_STATE_FORMAT_H_

// The bytes of a witness's state: what it cosigned last, log by log.
//
//   0      two heads of 4 KiB, written in turn (head = sequence mod 2):
//            "modlog-witness-state-1\n" u64 sequence  u64 end  32-byte sum
//            then SHA-256 of all before; zeros
//   8192   records, one behind the other up to `end`:
//            u32 size  note  32-byte sum
//          sum = SHA-256(sum of the record before || size || note), the first
//          one's predecessor zeros; integers big-endian
//
// A note is a checkpoint with the log's signatures and the witness's own; its
// first line is the origin, and of an origin the last record counts. Nobody was
// answered before a head covered the record. So all up to `end` must be whole:
// otherwise something that was cosigned is forgotten, and the bytes are
// refused. What stands behind `end` was being written; of it, whole records
// are taken and the first that is not ends the file.
//
// Pure functions, thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kStateHeadSize = 4'096;
inline constexpr size_t kStateRecordsAt = 2 * kStateHeadSize;
// What a request keeps, and the cosignature.
inline constexpr size_t kStateNoteSizeMax = 20 << 10;
inline constexpr size_t kStateSizeMax = size_t{1} << 32;

struct StateHead {
  uint64_t sequence = 0;
  uint64_t end = kStateRecordsAt;
  Hash sum = {};
  friend bool operator==(const StateHead&, const StateHead&) = default;
};

// Shared, because the state, the pages and a record on its way hold the same.
using SharedNote = std::shared_ptr<const std::string>;

struct State {
  StateHead head;  // its end and sum are those of the last whole record
  bool heads_whole = true;  // false where one of the two did not hold
  std::map<std::string, SharedNote, std::less<>> notes;  // by origin
};

std::string EncodeStateHead(const StateHead& head);
// AppendStateRecord adds a record to bytes that end in `*sum`.
void AppendStateRecord(std::string_view note, Hash* sum, std::string* bytes);

// OriginOf returns a note's first line.
std::string_view OriginOf(std::string_view note);

// ParseState: kCorrupt, naming the offset and what is wrong there.
Result<State> ParseState(std::string_view bytes);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_STATE_FORMAT_H_
