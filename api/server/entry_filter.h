#ifndef MODLOG_API_SERVER_ENTRY_FILTER_H_
#define MODLOG_API_SERVER_ENTRY_FILTER_H_

// Which entries a Search or a Watch is after: v1::Filter, checked once and then
// held against entry after entry. Cheap tests come first: most entries are
// passed over without their action being parsed. Not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "log/log.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

inline constexpr int kFilterValuesMax = 32;  // of kinds, of categories

// FilterViolations: what is wrong with a filter, as fields below `path`.
std::vector<Violation> FilterViolations(const v1::Filter& filter,
                                        std::string_view path);

class EntryFilter {
 public:
  // REQUIRES: a filter without violations.
  explicit EntryFilter(v1::Filter filter);

  // Matches: whether the leaf is one of them. A leaf without an action matches
  // only a filter that asks for nothing, or for its platform alone.
  bool Matches(std::string_view leaf);
  // The same of a redacted entry, of which platform, kind and puid are known:
  // whoever asks for anything else does not get it.
  bool MatchesRedacted(const RedactedEntry& entry) const;

 private:
  bool asks_of_the_action() const;
  bool MatchesAction(int64_t logged_at_ms);

  const v1::Filter filter_;
  v1::Action action_;  // cleared and used again
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_ENTRY_FILTER_H_
