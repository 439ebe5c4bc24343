#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_NAME_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_NAME_H_

// What the path of a published notice says: YYYY/MM/YYYY-MM-DD-name.md, before
// October 2018 without the folder of the month; some lie in a folder of their
// own beside their attachments. Dirty in places: stray blanks around the name
// and in the ending, no ending at all, dates that cannot be, words misspelt.
//
//   name            is
//   …-counternotice-retraction, …-counter-retraction    one of these,
//   …-counternotice-reversal, …-counternotice           in any case, and with
//   …-retraction, …-reversal                            -2, -3, … behind it
//   any other       a takedown notice
//
// …-counternnotice, …CounterNotice, …-counter-notice, …-retractions and the
// like are near one of these and taken for it; …-counter may be the name of a
// thing as well. github_kind.h asks the text.
//
// Pure functions, thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

// In the order in which they may refer to each other.
enum class NoticeType {
  kTakedown,
  kCounterNotice,
  kRetraction,
  kReversal,
  kCounterReversal,
  kCounterRetraction,
};
// NoticeTypeName returns GitHub's word: "takedown", "counternotice", …
std::string_view NoticeTypeName(NoticeType type);

enum class NameEnding {
  kExact,     // one of the table, or nothing near one
  kNear,      // misspelt, and nothing else it could be
  kDoubtful,  // may be a misspelt ending, and may be none
};

struct NoticeName {
  NoticeType type;
  NameEnding ending = NameEnding::kExact;
  // By the table alone. Earlier versions took a notice for this, whatever its
  // text said.
  NoticeType table_type = NoticeType::kTakedown;
  // Whom it is named after, lower case, without the type and the number.
  std::string label;
  // Day of the file name, since 1970-01-01; nothing where the calendar has no
  // such day or it is later than the folder that the notice was published in.
  std::optional<uint32_t> day;
  uint32_t sort_day;  // `day`, else the last day of the folder
};

// ParseNoticeName reads a path below the repository. kNotFound where it is no
// notice's by its place: a README, data, an attachment. kMalformed where it
// nearly is one, with the reason and the remedy.
Result<NoticeName> ParseNoticeName(std::string_view path);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_NAME_H_
