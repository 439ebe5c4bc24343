#ifndef MODLOG_API_IMPORT_MASTODON_IDN_H_
#define MODLOG_API_IMPORT_MASTODON_IDN_H_

// Host names beyond ASCII, as DNS has them: "bücher.example" is
// "xn--bcher-kva.example" (IDNA 2008 with the mapping of UTS 46, so that upper
// case and composed letters do not make another name). Thread-safe.

#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

// ToAsciiHost. kMalformed, with the library's reason, for what is no name.
// REQUIRES: UTF-8.
Result<std::string> ToAsciiHost(std::string_view utf8);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_IDN_H_
