#ifndef MODLOG_VERIFIER_CORE_BUNDLE_H_
#define MODLOG_VERIFIER_CORE_BUNDLE_H_

// Entry bundles, https://c2sp.org/tlog-tiles: the concatenation of
//
//   uint16 big-endian length || entry
//
// for up to 256 entries; no count, no trailer. A piece of a bundle has the same
// form, and pieces concatenate to the bundle: storage relies on it.

#include <cstdint>
#include <string>
#include <vector>

#include "verifier/core/bytes.h"

namespace modlog {

inline constexpr size_t kEntrySizeMax = 65'535;  // what the length can say

// AppendToBundle adds one entry. REQUIRES: entry.size() <= kEntrySizeMax.
void AppendToBundle(Bytes entry, std::string* bundle);

// ParseBundle returns views of exactly `count` entries. kMalformed if there are
// fewer, more, or the last one is cut; the message names the position.
Result<std::vector<Bytes>> ParseBundle(Bytes bundle, uint32_t count);

// BundlePrefix returns the first `count` entries of a bundle, still encoded.
// kMalformed if it holds fewer.
Result<Bytes> BundlePrefix(Bytes bundle, uint32_t count);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_BUNDLE_H_
