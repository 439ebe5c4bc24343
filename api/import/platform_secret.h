#ifndef MODLOG_API_IMPORT_PLATFORM_SECRET_H_
#define MODLOG_API_IMPORT_PLATFORM_SECRET_H_

// A platform's secret: 32 random bytes from which an importer derives puids and
// the salts of commitments. Whoever holds it can tell which entry stands for
// which file; whoever loses it gets other puids the next time, and every entry
// a second time.
//
// The file is one line of 64 lower-case hex digits, mode 0600, made once and
// synced with its directory before anything is derived from it. Never printed.

#include <optional>
#include <string>
#include <string_view>

#include "verifier/core/sha256.h"

namespace modlog {

struct PlatformSecret {
  Hash bytes;
};

// FindPlatformSecret reads the file; nothing where there is none. Errors as
// OpenPlatformSecret.
Result<std::optional<PlatformSecret>> FindPlatformSecret(
    const std::string& path);

struct OpenedSecret {
  PlatformSecret secret;
  bool created;  // just now: tell the person to keep the file
};

// DefaultSecretPath returns $XDG_CONFIG_HOME/modlog/<platform>.secret, or
// $HOME/.config/modlog/<platform>.secret. kNotFound where neither is set to an
// absolute path. REQUIRES: a valid platform name.
Result<std::string> DefaultSecretPath(std::string_view platform);

// OpenPlatformSecret reads the file, or makes it, with the folders above it
// (0700), where there is none. Of several that start at once one makes it and
// all read the same. kForbidden where group or others may read or write the
// file, or it is another user's; kMalformed where it holds anything else;
// kUnavailable where the disk refuses.
Result<OpenedSecret> OpenPlatformSecret(const std::string& path);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_PLATFORM_SECRET_H_
