#include "api/server/entry_scan.h"

#include <algorithm>

#include "verifier/core/bundle.h"

namespace modlog {

Result<void> EntryScan::Step(
    uint64_t end,
    const std::function<bool(uint64_t, std::string_view)>& found) {
  const uint64_t bundle = next_ / kTileWidth;
  const uint64_t first = bundle * kTileWidth;
  const auto width =
      static_cast<uint32_t>(std::min<uint64_t>(end - first, kTileWidth));
  ASSIGN_OR_RETURN(const std::string bytes, log_->ReadBundle(bundle, width));
  ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                   ParseBundle(AsBytes(bytes), width));
  while (next_ < first + width) {
    const std::string_view leaf = AsText(entries[next_ - first]);
    const uint64_t index = next_++;
    if (filter_.Matches(leaf) && !found(index, leaf)) return {};
  }
  return {};
}

}  // namespace modlog
