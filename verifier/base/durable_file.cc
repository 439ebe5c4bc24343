#include "verifier/base/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr size_t kReadAtOnce = 65'536;

Result<std::string> ReadAll(int fd, const std::string& path, size_t size_max) {
  std::string text;
  while (text.size() <= size_max) {
    const size_t before = text.size();
    text.resize(before + kReadAtOnce);
    const ssize_t got = read(fd, text.data() + before, kReadAtOnce);
    text.resize(before + static_cast<size_t>(got > 0 ? got : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path);
    if (got == 0) return text;
  }
  return Fail(Code::kTooLarge,
              path + " has more than " + Grouped(size_max) + " bytes");
}

Result<std::optional<std::string>> ReadIfThere(const std::string& path,
                                               size_t size_max, bool secret) {
  const OpenFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd < 0 && errno == ENOENT) return std::nullopt;
  if (file.fd < 0) return SystemError("open", path);
  if (secret) RETURN_IF_ERROR(CheckSecretFile(file.fd, path));
  ASSIGN_OR_RETURN(std::string text, ReadAll(file.fd, path, size_max));
  return std::optional<std::string>(std::move(text));
}

}  // namespace

OpenFile::~OpenFile() {
  if (fd >= 0) close(fd);
}

std::unexpected<Error> SystemError(std::string_view what,
                                   const std::string& path) {
  const int error = errno;
  return Fail(Code::kUnavailable, "cannot " + std::string(what) + " " + path +
                                      ": " + std::strerror(error));
}

std::string ParentOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Result<void> SyncDirectory(const std::string& path) {
  const OpenFile directory(
      open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd < 0 || fsync(directory.fd) != 0) {
    return SystemError("sync directory", path);
  }
  return {};
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

namespace {

enum class Durability { kSynced, kUnsynced };

Result<void> WriteDraft(const std::string& draft, std::string_view text,
                        mode_t mode, Durability durability) {
  unlink(draft.c_str());  // of an attempt that did not get this far
  const OpenFile file(
      open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.fd < 0 || !WriteAll(file.fd, text) ||
      (durability == Durability::kSynced && fsync(file.fd) != 0)) {
    return SystemError("write", draft);
  }
  return {};
}

Result<void> ReplaceFile(const std::string& path, std::string_view text,
                         mode_t mode, Durability durability) {
  const std::string draft = path + ".new";
  auto written = WriteDraft(draft, text, mode, durability);
  if (written && rename(draft.c_str(), path.c_str()) != 0) {
    written = SystemError("rename to", path);
  }
  if (!written) unlink(draft.c_str());
  return written;
}

}  // namespace

Result<void> WriteNewFileDurably(const std::string& path, std::string_view text,
                                 mode_t mode) {
  // Of this process: another one at the same time has a draft of its own.
  const std::string draft = path + "." + std::to_string(getpid()) + ".new";
  RETURN_IF_ERROR(WriteDraft(draft, text, mode, Durability::kSynced));
  // A link, and no rename: it fails where the name is taken.
  const bool linked = link(draft.c_str(), path.c_str()) == 0;
  const int why = errno;
  unlink(draft.c_str());
  if (!linked && why == EEXIST) {
    return Fail(Code::kAlreadyExists, path + " exists and is never replaced");
  }
  errno = why;
  if (!linked) return SystemError("make", path);
  return SyncDirectory(ParentOf(path));
}

Result<void> WriteFileDurably(const std::string& path, std::string_view text,
                              mode_t mode) {
  RETURN_IF_ERROR(ReplaceFile(path, text, mode, Durability::kSynced));
  return SyncDirectory(ParentOf(path));
}

Result<void> WriteFileAtomically(const std::string& path, std::string_view text,
                                 mode_t mode) {
  return ReplaceFile(path, text, mode, Durability::kUnsynced);
}

Result<void> CheckSecretFile(int fd, const std::string& path) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return SystemError("examine", path);
  if (!S_ISREG(facts.st_mode)) {
    return Fail(Code::kUnavailable, path + " is not a regular file");
  }
  if ((facts.st_mode & 077) != 0) {
    char mode[8];
    static_cast<void>(
        std::snprintf(mode, sizeof(mode), "%04o", facts.st_mode & 07777u));
    return Fail(Code::kForbidden,
                path + " may be read by others (mode " + mode +
                    "): run chmod 600 on it, and if others use this machine, "
                    "take it for stolen");
  }
  return {};
}

Result<std::string> ReadFile(const std::string& path, size_t size_max) {
  if (path == "-") return ReadAll(STDIN_FILENO, "standard input", size_max);
  const OpenFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0 && errno == ENOENT) {
    return Fail(Code::kNotFound, "there is no " + path);
  }
  if (file.fd < 0) return SystemError("open", path);
  return ReadAll(file.fd, path, size_max);
}

Result<std::optional<std::string>> ReadSmallFile(const std::string& path,
                                                 size_t size_max) {
  return ReadIfThere(path, size_max, /*secret=*/false);
}

Result<std::optional<std::string>> ReadSecretFile(const std::string& path,
                                                  size_t size_max) {
  return ReadIfThere(path, size_max, /*secret=*/true);
}

}  // namespace modlog
