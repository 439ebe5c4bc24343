#include "verifier/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "verifier/words.h"

namespace modlog {
namespace {

class OwnedFile {
 public:
  explicit OwnedFile(int fd) : fd_(fd) {}
  ~OwnedFile() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  OwnedFile(const OwnedFile&) = delete;
  OwnedFile& operator=(const OwnedFile&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> FailFile(const std::string& what) {
  const int error = errno;
  return Fail(error == ENOENT ? Code::kNotFound : Code::kUnavailable,
              what + ": " + std::strerror(error));
}

Result<void> WriteAll(int fd, const std::string& bytes,
                      const std::string& path) {
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailFile("cannot write " + path);
    written += static_cast<size_t>(n);
  }
  if (fsync(fd) != 0) return FailFile("cannot sync " + path);
  return {};
}

Result<void> WriteNewFile(const std::string& path, const std::string& bytes) {
  OwnedFile file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return FailFile("cannot create " + path);
  return WriteAll(file.get(), bytes, path);
}

Result<void> SyncDirectory(const std::string& directory) {
  OwnedFile fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) {
    return FailFile("cannot sync " + directory);
  }
  return {};
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, size_t size_max) {
  const bool standard_input = path == "-";
  OwnedFile file(standard_input ? STDIN_FILENO
                                : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FailFile("cannot read " + path);
  std::string bytes;
  while (bytes.size() <= size_max) {
    const size_t old_size = bytes.size();
    bytes.resize(old_size + 65'536);
    const ssize_t n = read(file.get(), bytes.data() + old_size, 65'536);
    bytes.resize(old_size + static_cast<size_t>(n > 0 ? n : 0));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailFile("cannot read " + path);
    if (n == 0) return bytes;
  }
  return Fail(Code::kTooLarge,
              path + " has more than " + Grouped(size_max) + " bytes");
}

Result<void> WriteFileAtomically(const std::string& directory,
                                 const std::string& name,
                                 const std::string& bytes) {
  const std::string path = directory + "/" + name;
  const std::string temporary = path + ".new";
  if (auto written = WriteNewFile(temporary, bytes); !written) {
    unlink(temporary.c_str());
    return written;
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    return FailFile("cannot rename " + temporary);
  }
  return SyncDirectory(directory);
}

}  // namespace modlog
