#include "api/tool/handles/handle_keys.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "api/import/platform_secret.h"
#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

constexpr char kFirstLine[] = "modlog handle key v1";
constexpr size_t kKeyFileSizeMax = 1'024;
constexpr char kKeyPrefix[] = "key-";

// Cleansed when it goes out of scope.
struct Secret {
  std::string text;
  ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
};

// Takes "<label><value>\n" off the front; nothing where it is not there.
std::optional<std::string> TakeLine(std::string_view label,
                                    std::string_view* text) {
  const size_t end = text->find('\n');
  if (!text->starts_with(label) || end == std::string_view::npos) {
    return std::nullopt;
  }
  std::string value(text->substr(label.size(), end - label.size()));
  text->remove_prefix(end + 1);
  return value;
}

Result<HandleKey> ParseKey(std::string_view text, const std::string& path) {
  const auto wrong = [&path] {
    return Fail(Code::kMalformed, path + " is not a key for handles");
  };
  const auto first = TakeLine(kFirstLine, &text);
  const auto origin = TakeLine("log ", &text);
  const auto platform = TakeLine("platform ", &text);
  const auto number = TakeLine("number ", &text);
  auto digits = TakeLine("secret ", &text);
  if (!first || !first->empty() || !origin || !platform || !number || !digits ||
      !text.empty()) {
    return wrong();
  }
  const Secret hex{*std::move(digits)};
  const auto parsed = ParseDecimal(*number);
  if (!parsed || *parsed < 1 || *parsed > kHandleKeysMax ||
      hex.text.size() != 2 * VrfPrivateKey::kSize ||
      hex.text.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return wrong();
  }
  const Secret secret{absl::HexStringToBytes(hex.text)};
  const auto key = VrfPrivateKey::FromSecret(AsBytes(secret.text));
  if (!key) return Prefixed(path, key.error());
  return HandleKey{*origin, *platform, static_cast<uint32_t>(*parsed), *key};
}

Result<void> MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(ParentOf(directory), error);
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return SystemError("make the folder", directory);
  }
  return SyncDirectory(ParentOf(directory));
}

Result<void> Overwrite(const std::string& path) {
  const OpenFile file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.fd < 0 && errno == ENOENT) return {};
  struct stat facts;
  if (file.fd < 0 || fstat(file.fd, &facts) != 0) {
    return SystemError("overwrite", path);
  }
  const std::string zeros(1 << 16, '\0');
  for (off_t left = facts.st_size; left > 0;) {
    const auto part = std::min<off_t>(left, 1 << 16);
    if (!WriteAll(file.fd, std::string_view(zeros).substr(
                               0, static_cast<size_t>(part)))) {
      return SystemError("overwrite", path);
    }
    left -= part;
  }
  if (fsync(file.fd) != 0 || unlink(path.c_str()) != 0) {
    return SystemError("overwrite", path);
  }
  return {};
}

}  // namespace

Result<std::string> DefaultHandleDirectory(std::string_view platform) {
  constexpr std::string_view kSuffix = ".secret";
  ASSIGN_OR_RETURN(std::string path, DefaultSecretPath(platform));
  path.resize(path.size() - kSuffix.size());
  return path + ".handles";
}

std::string HandleKeyPath(const std::string& directory, uint32_t number) {
  return absl::StrCat(directory, "/", kKeyPrefix, number);
}
std::string HandleNumbersPath(const std::string& directory, uint32_t number) {
  return absl::StrCat(directory, "/numbers-", number);
}

Result<void> WriteHandleKey(const std::string& directory,
                            const HandleKey& key) {
  RETURN_IF_ERROR(MakeDirectory(directory));
  const std::string path = HandleKeyPath(directory, key.number);
  if (access(path.c_str(), F_OK) == 0) {
    return Fail(Code::kAlreadyExists, path + " is there already");
  }
  const Secret text{absl::StrCat(
      kFirstLine, "\nlog ", key.origin, "\nplatform ", key.platform,
      "\nnumber ", key.number, "\nsecret ", FormatHex(key.key.Secret()), "\n")};
  return WriteFileDurably(path, text.text, 0600);
}

Result<std::optional<HandleKey>> ReadHandleKey(const std::string& directory,
                                               std::string_view origin,
                                               std::string_view platform,
                                               uint32_t number) {
  const std::string path = HandleKeyPath(directory, number);
  ASSIGN_OR_RETURN(auto text, ReadSecretFile(path, kKeyFileSizeMax));
  if (!text) return std::nullopt;
  const Secret secret{*std::move(text)};
  ASSIGN_OR_RETURN(HandleKey key, ParseKey(secret.text, path));
  if (key.origin != origin || key.platform != platform ||
      key.number != number) {
    return Fail(
        Code::kConflict,
        absl::StrCat(path, " is key ", key.number, " of ", Quote(key.platform),
                     " for the log ", Quote(key.origin), ", want key ", number,
                     " of ", Quote(platform), " for ", Quote(origin),
                     ": name another folder with --handles"));
  }
  return std::optional<HandleKey>(std::move(key));
}

Result<std::vector<HandleKey>> ReadHandleKeys(const std::string& directory,
                                              std::string_view origin,
                                              std::string_view platform) {
  std::vector<uint32_t> numbers;
  std::error_code error;
  for (std::filesystem::directory_iterator it(directory, error), end;
       !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kKeyPrefix)) continue;
    const auto number = ParseDecimal(name.substr(sizeof(kKeyPrefix) - 1));
    if (!number || *number < 1 || *number > kHandleKeysMax) continue;
    if (numbers.size() == kHandleKeysMax) {
      return Fail(
          Code::kTooLarge,
          absl::StrCat(directory, " has more than ", kHandleKeysMax,
                       " keys: destroy those of periods that are over"));
    }
    numbers.push_back(static_cast<uint32_t>(*number));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Fail(Code::kUnavailable,
                absl::StrCat("cannot read ", directory, ": ", error.message()));
  }
  std::ranges::sort(numbers);
  std::vector<HandleKey> keys;
  for (const uint32_t number : numbers) {
    ASSIGN_OR_RETURN(auto key,
                     ReadHandleKey(directory, origin, platform, number));
    if (key) keys.push_back(*std::move(key));
  }
  return keys;
}

// The key first: without it the numbers tell which entries are about one
// account and not whose that is.
Result<void> DestroyHandleKey(const std::string& directory, uint32_t number) {
  RETURN_IF_ERROR(Overwrite(HandleKeyPath(directory, number)));
  RETURN_IF_ERROR(Overwrite(HandleNumbersPath(directory, number)));
  if (access(directory.c_str(), F_OK) != 0) return {};
  return SyncDirectory(directory);
}

}  // namespace modlog
