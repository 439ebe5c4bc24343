#include "api/server/data_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "api/keys/key_file.h"
#include "verifier/base/durable_file.h"

namespace modlog {

Result<DataDir> DataDir::Open(const std::string& name) {
  ASSIGN_OR_RETURN(LockedDirectory directory,
                   LockedDirectory::Open(name, "modlogd"));
  return DataDir(std::move(directory));
}

Result<SignerKey> DataDir::LoadOrMakeKey(
    const std::optional<std::string>& origin,
    std::string_view default_origin) const {
  ASSIGN_OR_RETURN(auto kept, ReadLogKey(KeyPath()));
  if (kept) {
    RETURN_IF_ERROR(CheckIsNamed(*kept, origin, KeyPath()));
    return *std::move(kept);
  }
  if (access(DbPath().c_str(), F_OK) == 0) {
    return Fail(Code::kNotFound,
                fmt::format("{} is missing, but {} holds a log: restore the "
                            "key, or say with --key where it is; a new one "
                            "would be another log",
                            KeyPath(), DbPath()));
  }
  auto key =
      MakeSignerKey(origin.value_or(std::string(default_origin)),
                    SignatureType::kEd25519, Ed25519PrivateKey::Generate());
  if (!key.has_value()) return Prefixed("origin", key.error());
  RETURN_IF_ERROR(
      WriteFileDurably(KeyPath(), FormatSignerKey(*key) + "\n", 0600));
  return key;
}

Result<void> DataDir::WritePolicy(const Policy& policy) const {
  constexpr char kHead[] =
      "# Whom a verifier trusts: https://c2sp.org/tlog-policy\n"
      "# modlogd writes this file at each start: copy it, then edit the "
      "copy.\n";
  return WriteFileDurably(PolicyPath(), kHead + FormatPolicy(policy), 0644);
}

}  // namespace modlog
