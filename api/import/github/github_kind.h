#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_KIND_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_KIND_H_

// Which of the six a published notice is: what its text says, and where that
// says nothing, what its name does. Names are misspelt, and who objected must
// not stand in a log as the one accused.
//
// The text is known by GitHub's two forms, by the sentences that the law wants
// in a notice and in a counter notice, by the words of GitHub's own decisions,
// and by "I retract … notice". A text that fits several says nothing: some
// retract by filling in the form for notices.
//
// Pure functions, thread-safe; linear in the size of the text.

#include <optional>
#include <string>
#include <string_view>

#include "api/import/github/github_name.h"
#include "verifier/core/result.h"

namespace modlog {

struct TextKind {
  std::optional<NoticeType> type;  // nothing: the text does not say
  // A retraction, and not said whether of a notice or of a counter notice.
  bool of_either = false;
};

TextKind KindOfText(std::string_view text);

struct DecidedType {
  NoticeType type;
  std::string warning;  // where name and text disagree, or the name is misspelt
};

// DecideType. kMalformed where the name may be any of two and the text does not
// say which.
Result<DecidedType> DecideType(const NoticeName& name, std::string_view text);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_KIND_H_
