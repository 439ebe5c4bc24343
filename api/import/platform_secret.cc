#include "api/import/platform_secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"

namespace modlog {
namespace {

constexpr size_t kTextSize = 2 * kHashSize + 1;  // hex digits and a newline

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::unexpected<Error> FailErrno(const std::string& what,
                                 const std::string& path) {
  const std::string reason = std::strerror(errno);
  return Fail(Code::kUnavailable,
              "cannot " + what + " " + path + ": " + reason);
}

Result<void> SyncFolder(const std::string& path) {
  const File folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || fsync(folder.fd()) != 0) {
    return FailErrno("sync the folder", path);
  }
  return {};
}

// FolderOf returns the folder that holds `path`, never empty.
std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// MakeFolders makes the folder and those above it, each durable before the next
// is made in it.
Result<void> MakeFolders(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) == 0) return SyncFolder(FolderOf(folder));
  if (errno == EEXIST) return {};
  if (errno != ENOENT || FolderOf(folder) == folder) {
    return FailErrno("make the folder", folder);
  }
  RETURN_IF_ERROR(MakeFolders(FolderOf(folder)));
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailErrno("make the folder", folder);
  }
  return SyncFolder(FolderOf(folder));
}

Result<void> WriteAndSync(int fd, std::string_view text,
                          const std::string& path) {
  if (write(fd, text.data(), text.size()) !=
          static_cast<ssize_t>(text.size()) ||
      fsync(fd) != 0) {
    return FailErrno("write", path);
  }
  return {};
}

// Create makes the file whole under another name and then links it, so that
// nobody reads half of it and none that stands is replaced. False where another
// process was faster.
Result<bool> Create(const std::string& path) {
  RETURN_IF_ERROR(MakeFolders(FolderOf(path)));
  Hash bytes;
  if (getentropy(bytes.data(), bytes.size()) != 0) {
    return FailErrno("draw a secret for", path);
  }
  std::string temporary = path + ".XXXXXX";
  const File file(mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!file.ok()) return FailErrno("create", temporary);
  Result<void> done = WriteAndSync(file.fd(), FormatHex(bytes) + "\n", path);
  const bool linked =
      done.has_value() && link(temporary.c_str(), path.c_str()) == 0;
  if (done.has_value() && !linked && errno != EEXIST) {
    done = FailErrno("create", path);
  }
  unlink(temporary.c_str());
  RETURN_IF_ERROR(done);
  RETURN_IF_ERROR(SyncFolder(FolderOf(path)));
  return linked;
}

Result<void> CheckOwner(int fd, const std::string& path) {
  struct stat status;
  if (fstat(fd, &status) != 0) return FailErrno("look at", path);
  if (!S_ISREG(status.st_mode)) {
    return Fail(Code::kMalformed, path + " is not a file");
  }
  if (status.st_uid != geteuid() && geteuid() != 0) {
    return Fail(Code::kForbidden, path + " belongs to another user");
  }
  if ((status.st_mode & 077U) != 0) {
    return Fail(Code::kForbidden,
                absl::StrFormat("%s is open to others: mode %04o, want 0600; "
                                "if nobody has read it, chmod 600 mends that",
                                path, status.st_mode & 07777U));
  }
  return {};
}

Result<PlatformSecret> ParseSecret(std::string_view text,
                                   const std::string& path) {
  const bool shaped =
      text.size() == kTextSize && text.back() == '\n' &&
      text.find_first_not_of("0123456789abcdef") == kTextSize - 1;
  if (!shaped) {
    return Fail(
        Code::kMalformed,
        path + " does not hold a secret: " + std::to_string(text.size()) +
            " bytes or more, want one line of 64 lower-case hex digits");
  }
  const std::string bytes =
      absl::HexStringToBytes(std::string(text.substr(0, 2 * kHashSize)));
  return PlatformSecret{*HashFromBytes(AsBytes(bytes))};
}

// ReadSecret returns nothing where there is no such file.
Result<std::optional<PlatformSecret>> ReadSecret(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok() && errno == ENOENT) return std::nullopt;
  if (!file.ok()) return FailErrno("open", path);
  RETURN_IF_ERROR(CheckOwner(file.fd(), path));
  char text[kTextSize + 1];  // one more, to see that there is no more
  const ssize_t size = read(file.fd(), text, sizeof(text));
  if (size < 0) return FailErrno("read", path);
  ASSIGN_OR_RETURN(PlatformSecret secret,
                   ParseSecret({text, static_cast<size_t>(size)}, path));
  return secret;
}

}  // namespace

Result<std::string> DefaultSecretPath(std::string_view platform) {
  const std::pair<const char*, std::string_view> bases[] = {
      {"XDG_CONFIG_HOME", ""}, {"HOME", "/.config"}};
  for (const auto& [variable, below] : bases) {
    const char* const base = std::getenv(variable);
    if (base != nullptr && base[0] == '/') {
      return base + std::string(below) + "/modlog/" + std::string(platform) +
             ".secret";
    }
  }
  return Fail(Code::kNotFound,
              "no place for the platform's secret: HOME is not set; name a "
              "file for it");
}

Result<std::optional<PlatformSecret>> FindPlatformSecret(
    const std::string& path) {
  return ReadSecret(path);
}

Result<OpenedSecret> OpenPlatformSecret(const std::string& path) {
  ASSIGN_OR_RETURN(std::optional<PlatformSecret> secret, ReadSecret(path));
  if (secret.has_value()) return OpenedSecret{*secret, false};
  ASSIGN_OR_RETURN(const bool created, Create(path));
  ASSIGN_OR_RETURN(secret, ReadSecret(path));
  if (!secret.has_value()) {
    return Fail(Code::kUnavailable, path + " vanished while it was made");
  }
  return OpenedSecret{*secret, created};
}

}  // namespace modlog
