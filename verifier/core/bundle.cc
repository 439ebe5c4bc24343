#include "verifier/core/bundle.h"

#include <algorithm>
#include <optional>

namespace modlog {
namespace {

constexpr size_t kLengthSize = 2;

// TakeEntry takes the first entry off the front of `rest`; nothing if it is cut
// off or absent.
std::optional<Bytes> TakeEntry(Bytes* rest) {
  if (rest->size() < kLengthSize) return std::nullopt;
  const size_t size = size_t{(*rest)[0]} << 8 | (*rest)[1];
  if (rest->size() - kLengthSize < size) return std::nullopt;
  const Bytes entry = rest->subspan(kLengthSize, size);
  *rest = rest->subspan(kLengthSize + size);
  return entry;
}

std::unexpected<Error> Short(uint32_t position, uint32_t count, Bytes rest) {
  return Fail(
      Code::kMalformed,
      "entry " + std::to_string(position) + " of " + std::to_string(count) +
          (rest.empty() ? " is missing from" : " is cut in") + " the bundle");
}

}  // namespace

void AppendToBundle(Bytes entry, std::string* bundle) {
  MODLOG_CHECK(entry.size() <= kEntrySizeMax,
               "an entry's length fits in two bytes");
  *bundle += static_cast<char>(entry.size() >> 8);
  *bundle += static_cast<char>(entry.size() & 0xff);
  bundle->append(AsText(entry));
}

Result<std::vector<Bytes>> ParseBundle(Bytes bundle, uint32_t count) {
  std::vector<Bytes> entries;
  entries.reserve(std::min<size_t>(count, bundle.size() / kLengthSize));
  Bytes rest = bundle;
  for (uint32_t i = 0; i < count; ++i) {
    const std::optional<Bytes> entry = TakeEntry(&rest);
    if (!entry) return Short(i, count, rest);
    entries.push_back(*entry);
  }
  if (!rest.empty()) {
    return Fail(Code::kMalformed,
                std::to_string(rest.size()) + " bytes follow the last entry, " +
                    std::to_string(count) + ", of the bundle");
  }
  return entries;
}

Result<Bytes> BundlePrefix(Bytes bundle, uint32_t count) {
  Bytes rest = bundle;
  for (uint32_t i = 0; i < count; ++i) {
    if (!TakeEntry(&rest)) return Short(i, count, rest);
  }
  return bundle.first(bundle.size() - rest.size());
}

}  // namespace modlog
