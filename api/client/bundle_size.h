#ifndef MODLOG_API_CLIENT_BUNDLE_SIZE_H_
#define MODLOG_API_CLIENT_BUNDLE_SIZE_H_

// How large a bundle of entries can be: the limit where one is fetched or read.

#include <cstddef>

#include "verifier/core/bundle.h"
#include "verifier/core/tile.h"

namespace modlog {

// All entries that a bundle has room for, each as long as its length can say.
inline constexpr size_t kBundleBytesMax = kTileWidth * (2 + kEntrySizeMax);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_BUNDLE_SIZE_H_
