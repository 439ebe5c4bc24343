#ifndef MODLOG_API_SERVER_ENTRY_SCAN_H_
#define MODLOG_API_SERVER_ENTRY_SCAN_H_

// Reading through the published log, a bundle at a time, for the entries that a
// filter lets pass. Not thread-safe.

#include <cstdint>
#include <functional>
#include <string_view>

#include "api/server/entry_filter.h"

namespace modlog {

// An entry that was found; a redacted one has no leaf.
struct ScannedEntry {
  uint64_t index;
  std::string_view leaf;
  uint64_t redacted_by = 0;  // where there is no leaf

  void CopyTo(v1::FoundEntry* entry) const;
};

class EntryScan {
 public:
  EntryScan(Log* log, uint64_t from, v1::Filter filter)
      : log_(log), next_(from), filter_(std::move(filter)) {}

  uint64_t next() const { return next_; }

  // Step looks at the entries [next(), end) of one bundle and calls `found` for
  // those that match; stops after one for which it returns false. The log's
  // errors. REQUIRES: next() < end <= the published size.
  Result<void> Step(uint64_t end,
                    const std::function<bool(const ScannedEntry&)>& found);

 private:
  Result<bool> Look(ScannedEntry* entry);

  Log* log_;
  uint64_t next_;
  EntryFilter filter_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_ENTRY_SCAN_H_
