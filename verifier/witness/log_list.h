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
// A list only ever gets longer, so an origin stands in it once. Limits:
// kLogListSizeMax bytes, kWitnessedLogsMax logs. Pure functions, thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/note.h"

namespace modlog {

inline constexpr size_t kLogListSizeMax = 64 << 20;
inline constexpr size_t kWitnessedLogsMax = 100'000;
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

// ParseLogList: kMalformed, kUntrusted and kTooLarge, with the line's number.
Result<std::vector<WitnessedLog>> ParseLogList(std::string_view text);

// FormatLogList writes what ParseLogList reads as the same. The errors of that
// for what it would refuse; kMalformed for an origin or a contact that is not
// one line, and a contact that is empty or has blanks at its ends, of which
// other readers make something else.
Result<std::string> FormatLogList(std::span<const WitnessedLog> logs);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_LOG_LIST_H_
