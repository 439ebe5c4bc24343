#ifndef MODLOG_API_SERVER_DATA_DIR_H_
#define MODLOG_API_SERVER_DATA_DIR_H_

// The directory of a log, as far as modlogd knows it:
//
//   lock         held while a modlogd runs, with its process id in it
//   log.key      the signing key, mode 0600: PRIVATE+KEY+<origin>+…
//   log.policy   a c2sp.org/tlog-policy that trusts this log, for verifiers
//   published    the newest checkpoint that its witnesses cosigned, if it has
//                any
//   db/          RocksDB
//
// and what the log library keeps there.

#include <optional>
#include <string>
#include <string_view>

#include "verifier/base/locked_directory.h"
#include "verifier/core/note.h"
#include "verifier/core/policy.h"

namespace modlog {

class DataDir {
 public:
  // Open makes the directory (0700) if missing and locks it. kUnavailable,
  // naming the process, where another modlogd has it.
  static Result<DataDir> Open(const std::string& name);

  // LoadOrMakeKey returns the log's key; a first start makes one, named
  // `origin` or, if absent, `default_origin`. Refused: a key that others may
  // read (kForbidden), one of another name than `origin` (kConflict), a missing
  // one where there is a database already (kNotFound), one that does not parse.
  Result<SignerKey> LoadOrMakeKey(const std::optional<std::string>& origin,
                                  std::string_view default_origin) const;

  // WritePolicy writes log.policy anew.
  Result<void> WritePolicy(const Policy& policy) const;

  const std::string& path() const { return directory_.path(); }
  std::string KeyPath() const { return path() + "/log.key"; }
  std::string PolicyPath() const { return path() + "/log.policy"; }
  std::string PublishedPath() const { return path() + "/published"; }
  std::string DbPath() const { return path() + "/db"; }

 private:
  explicit DataDir(LockedDirectory directory)
      : directory_(std::move(directory)) {}

  LockedDirectory directory_;  // unlocked at the end
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_DATA_DIR_H_
