#include "verifier/source/directory_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace modlog {
namespace {

std::unexpected<Error> FailSource(const std::string& what) {
  const int error = errno;
  const bool missing = error == ENOENT || error == ENOTDIR;
  return Fail(missing ? Code::kNotFound : Code::kUnavailable,
              what + ": " + std::strerror(error));
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class DirectorySource : public Source {
 public:
  DirectorySource(std::string path, int directory)
      : path_(std::move(path)), directory_(directory) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    // Paths come from TilePath and BundlePath alone, so none leaves the
    // directory. O_NONBLOCK: a pipe in place of a file must not hang us.
    File file(openat(directory_.get(), path.c_str(),
                     O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return FailSource("cannot open " + path);
    struct stat info = {};
    if (fstat(file.get(), &info) != 0) return FailSource("cannot read " + path);
    if (!S_ISREG(info.st_mode)) {
      return Fail(Code::kUnavailable, path + " is not a regular file");
    }
    if (static_cast<uint64_t>(info.st_size) > size_max) {
      return Fail(Code::kTooLarge, "has " + std::to_string(info.st_size) +
                                       " bytes, want at most " +
                                       std::to_string(size_max));
    }
    out->resize(static_cast<size_t>(info.st_size));
    return ReadAll(file.get(), path, out);
  }

  std::string name() const override { return path_; }

 private:
  static Result<void> ReadAll(int fd, const std::string& path,
                              std::string* out) {
    size_t done = 0;
    while (done < out->size()) {
      const ssize_t n = read(fd, out->data() + done, out->size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return FailSource("cannot read " + path);
      if (n == 0) break;  // cut while we read it: judged as it is
      done += static_cast<size_t>(n);
    }
    out->resize(done);
    return {};
  }

  const std::string path_;
  const File directory_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenDirectorySource(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FailSource("cannot open the directory " + path);
  return std::make_unique<DirectorySource>(path, fd);
}

}  // namespace modlog
