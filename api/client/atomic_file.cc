#include "api/client/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "verifier/durable_file.h"

namespace modlog {
namespace {

// Closes what it opened.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

Result<void> WriteNew(const std::string& path, std::string_view data,
                      Durability durability, mode_t mode) {
  Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (file.get() < 0) return SystemError("create", path);
  if (!WriteAll(file.get(), data)) return SystemError("write", path);
  if (durability == Durability::kSynced && fsync(file.get()) != 0) {
    return SystemError("sync", path);
  }
  return {};
}

Result<void> SyncDirectoryOf(const std::string& path) {
  std::string directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory.assign(1, '.');
  Descriptor handle(open(directory.c_str(), O_RDONLY | O_CLOEXEC));
  if (handle.get() < 0 || fsync(handle.get()) != 0) {
    return SystemError("sync", directory);
  }
  return {};
}

}  // namespace

Result<void> WriteFileAtomically(const std::string& path, std::string_view data,
                                 Durability durability, mode_t mode) {
  std::string temporary = absl::StrCat(path, ".tmp.", getpid());
  Result<void> written = WriteNew(temporary, data, durability, mode);
  if (written && std::rename(temporary.c_str(), path.c_str()) != 0) {
    written = SystemError("replace", path);
  }
  if (!written) {
    unlink(temporary.c_str());
    return written;
  }
  return durability == Durability::kSynced ? SyncDirectoryOf(path) : written;
}

Result<std::string> ReadWholeFile(const std::string& path, size_t size_max) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) {
    return Fail(Code::kNotFound, absl::StrCat("there is no ", path));
  }
  if (file.get() < 0) return SystemError("open", path);
  std::string data(size_max + 1, '\0');
  size_t size = 0;
  while (size < data.size()) {
    ssize_t got = read(file.get(), data.data() + size, data.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > size_max) {
    return Fail(Code::kTooLarge,
                absl::StrCat(path, " is larger than ", size_max, " bytes"));
  }
  data.resize(size);
  return data;
}

}  // namespace modlog
