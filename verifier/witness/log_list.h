#ifndef MODLOG_VERIFIER_WITNESS_LOG_LIST_H_
#define MODLOG_VERIFIER_WITNESS_LOG_LIST_H_

// Which logs a witness serves: a file in the format of the public witness
// network (https://witness-network.org/log-list-format). An example:
//
//   logs/v0
//
//   vkey log.example/actions+8c641279+AQOh…VTG4
//   qpd 8640
//   contact moderation@log.example
//
//   vkey other.example/key+…
//   origin other.example/log
//   qpd 24
//   contact https://other.example/
//
// The order of a log's lines is fixed; `origin` may be left out and is the
// key's name then, as it is where it says `none`. Blank lines and lines that
// begin with # are passed over.
//
// Lists are made by others, for more witnesses than this one, and get keys and
// lines that it has never heard of. An entry, from its vkey line to the next,
// that is not as above costs that entry and no other: it is named and passed
// over. A list only ever gets longer, so an origin stands in it once; a second
// entry for it is such an odd one.
//
// Limits: kLogListSizeMax bytes, kWitnessedLogsMax logs, kOddEntriesMax named.
// Pure functions, thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/note.h"

namespace modlog {

inline constexpr size_t kLogListSizeMax = 64 << 20;
inline constexpr size_t kWitnessedLogsMax = 100'000;
inline constexpr size_t kOddEntriesMax = 20;
inline constexpr uint64_t kQueriesPerDayMax = (uint64_t{1} << 31) - 1;

struct WitnessedLog {
  std::string origin;
  VerifierKey key;      // of type 0x01
  uint64_t qpd = 0;     // add-checkpoint requests a day that it announced;
                        // 0: none announced
  std::string contact;  // may be empty
};

// ParseLogKey makes a log whose origin is its key's name. kMalformed;
// kUntrusted for a key that is weak or not of type 0x01.
Result<WitnessedLog> ParseLogKey(std::string_view vkey);

struct LogList {
  std::vector<WitnessedLog> logs;
  // Entries that were passed over: "line 7: …". The first kOddEntriesMax are
  // named, odd_count says how many there are.
  std::vector<std::string> odd;
  size_t odd_count = 0;
};

// ParseLogList: kMalformed for what does not begin as a list does, kTooLarge.
Result<LogList> ParseLogList(std::string_view text);

// FormatLogList writes what ParseLogList reads as the same. kMalformed for an
// entry that would be passed over; kMalformed for an origin or a contact that
// is not one line, and a contact that is empty or has blanks at its ends, of
// which other readers make something else.
Result<std::string> FormatLogList(std::span<const WitnessedLog> logs);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_LOG_LIST_H_
