#include "api/server/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "verifier/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kKeyFileSizeMax = 4'096;

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// What a small file begins with.
std::string ReadStart(int fd) {
  std::string text(kKeyFileSizeMax, '\0');
  const ssize_t got = pread(fd, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<size_t>(got));
  return text;
}

Result<SignerKey> ReadKey(const std::string& path, int fd) {
  RETURN_IF_ERROR(CheckSecretFile(fd, path));
  auto key = ParseSignerKey(FirstLine(ReadStart(fd)));
  if (!key.has_value()) return Prefixed(path, key.error());
  if (key->verifier.type != SignatureType::kEd25519) {
    return Fail(Code::kUntrusted, path + ": want a key of type 1");
  }
  return key;
}

}  // namespace

Result<DataDir> DataDir::Open(const std::string& name) {
  ASSIGN_OR_RETURN(LockedDirectory directory,
                   LockedDirectory::Open(name, "modlogd"));
  return DataDir(std::move(directory));
}

Result<SignerKey> DataDir::LoadOrMakeKey(
    const std::optional<std::string>& origin,
    std::string_view default_origin) const {
  const OpenFile file(open(KeyPath().c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd >= 0) {
    ASSIGN_OR_RETURN(SignerKey key, ReadKey(KeyPath(), file.fd));
    if (origin.has_value() && *origin != key.verifier.name) {
      return Fail(Code::kConflict,
                  fmt::format("origin is \"{}\", but the key in {} is named "
                              "\"{}\": leave --origin out to go on with that "
                              "log, or take another --data-dir for a new one",
                              origin->substr(0, kKeyNameSizeMax), KeyPath(),
                              key.verifier.name));
    }
    return key;
  }
  if (errno != ENOENT) return SystemError("open", KeyPath());
  if (access(DbPath().c_str(), F_OK) == 0) {
    return Fail(Code::kNotFound,
                fmt::format("{} is missing, but {} holds a log: restore the "
                            "key; a new one would be another log",
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
