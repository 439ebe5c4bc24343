#include "api/server/entry_scan.h"

#include <algorithm>

#include "verifier/core/bundle.h"

namespace modlog {

void ScannedEntry::CopyTo(v1::FoundEntry* entry) const {
  entry->set_index(index);
  entry->set_leaf(std::string(leaf));
  entry->set_redacted_by(redacted_by);
}

// Whether the entry is one of those that are looked for.
Result<bool> EntryScan::Look(ScannedEntry* entry) {
  if (!entry->leaf.empty()) return filter_.Matches(entry->leaf);
  ASSIGN_OR_RETURN(const auto redacted, log_->ReadRedacted(entry->index));
  if (!redacted) {
    return Fail(Code::kCorrupt, "entry " + std::to_string(entry->index) +
                                    " has no bytes, and no entry says why");
  }
  entry->redacted_by = redacted->by;
  return filter_.MatchesRedacted(*redacted);
}

Result<void> EntryScan::Step(
    uint64_t end, const std::function<bool(const ScannedEntry&)>& found) {
  const uint64_t bundle = next_ / kTileWidth;
  const uint64_t first = bundle * kTileWidth;
  const auto width =
      static_cast<uint32_t>(std::min<uint64_t>(end - first, kTileWidth));
  ASSIGN_OR_RETURN(const std::string bytes, log_->ReadBundle(bundle, width));
  ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                   ParseBundle(AsBytes(bytes), width));
  while (next_ < first + width) {
    ScannedEntry entry{next_, AsText(entries[next_ - first])};
    ++next_;
    ASSIGN_OR_RETURN(const bool wanted, Look(&entry));
    if (wanted && !found(entry)) return {};
  }
  return {};
}

}  // namespace modlog
