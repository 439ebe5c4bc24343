#ifndef MODLOG_API_IMPORT_PUID_H_
#define MODLOG_API_IMPORT_PUID_H_

// Puids for sources whose own names are people's or firms' names: derived, so
// that an import can be repeated, and saying nothing to whoever lacks the
// secret.
//
//   puid = role || "-" || base32(HMAC-SHA256(platform's secret,
//                                source || 00 || SHA-256(content) || role))
//
// base32 is that of RFC 4648, in lower case and without padding: 52 characters.
// Pure functions, thread-safe.

#include <string>
#include <string_view>

#include "api/import/platform_secret.h"

namespace modlog {

// DerivePuid. `source` is a path or number, unique within the source; `role`
// tells several actions of one document apart: 1..11 of a-z, 0-9 and "-".
std::string DerivePuid(const PlatformSecret& secret, std::string_view source,
                       const Hash& content_sha256, std::string_view role);

std::string FormatBase32(Bytes bytes);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_PUID_H_
