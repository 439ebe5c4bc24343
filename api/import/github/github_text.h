#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_TEXT_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_TEXT_H_

// What the text of a published notice says, as far as it can be counted.
//
// Most notices are a web form: a question in bold, then the answer. What the
// answers to "what should be taken down?" and "which forks?" name are targets;
// what the description of the original work names is the claimant's own, unless
// nothing is named anywhere else. Letters have no form, and all they name are
// targets. In front, above a rule, may stand notes of GitHub's.
//
// It reads English phrases of one publisher and errs where they are worded
// otherwise; counts are of what a text names, not of what is true.
//
// Pure functions, thread-safe; linear in the size of the text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/import/github/github_addresses.h"

namespace modlog {

struct NoticeText {
  TargetSet targets;
  // "[invalid]" in the place of a target: named, and not acted on.
  uint64_t skipped = 0;
  // Repositories of all fork networks that GitHub's notes say were acted on
  // whole, their parents among them.
  uint64_t network = 0;
  // The claimant says that a technological measure is circumvented; GitHub
  // followed that, or acted on licence keys.
  bool claims_circumvention = false;
  bool acted_on_circumvention = false;
  // Paths of other notices that the text links to, as they stand in it.
  std::vector<std::string> links;
  // What a retraction says of its extent; both may be false.
  bool says_partial = false;
  bool says_entire = false;
};

NoticeText ParseNoticeText(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_TEXT_H_
