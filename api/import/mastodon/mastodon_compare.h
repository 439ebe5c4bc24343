#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_COMPARE_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_COMPARE_H_

// Holds a list of domains that was published anew against the one before it and
// against a log: which rows were edited, which vanished, and what the log has
// of each.

#include <cstdint>
#include <string>
#include <vector>

#include "api/import/mastodon/mastodon.h"

namespace modlog {

struct ListDifference {
  std::string domain;
  uint64_t line = 0;  // in the newer list; vanished: in the older one
  uint64_t row = 0;
  // "severity", "reject_media", "reject_reports", "public_comment"; vanished:
  // none.
  std::vector<std::string> changed;
  // Whether an import of the two lists logs it as a decision: a severity that
  // changed, a block that was lifted. Else it is a change of what is published.
  bool decision = false;
  bool logged = false;    // the log has an entry of the domain
  bool recorded = false;  // the log has an entry about this very change
};

struct ListComparison {
  std::vector<ListDifference> edited;
  std::vector<ListDifference> vanished;
  uint64_t added = 0;
  uint64_t unchanged = 0;
  uint64_t unread = 0;  // rows that were refused, in both lists
  uint64_t to_log = 0;  // changes of what is published, about an entry
};

// CompareMastodon looks at options.file, .previous, .platform, .secret, .keep
// and .find. With a sink, changes of what is published that the log has an
// entry to be about and none about yet are handed to it as
// PUBLICATION_CHANGED; remarks about rows always, where there is one. Errors as
// ImportMastodon.
Result<ListComparison> CompareMastodon(const MastodonOptions& options,
                                       ImportSink* sink);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_COMPARE_H_
