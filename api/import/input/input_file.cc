#include "api/import/input/input_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace modlog {

Result<InputFile> InputFile::Open(const std::string& path) {
  if (path == "-") return InputFile("standard input", STDIN_FILENO, false);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Fail(Code::kUnavailable,
                "cannot open " + path + ": " + std::strerror(errno));
  }
  return InputFile(path, fd, true);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      owned_(std::exchange(other.owned_, false)) {}

InputFile::~InputFile() {
  if (owned_) close(fd_);
}

Result<size_t> InputFile::Read(std::span<char> out) const {
  for (;;) {
    const ssize_t size = read(fd_, out.data(), out.size());
    if (size >= 0) return static_cast<size_t>(size);
    if (errno == EINTR) continue;
    return Fail(Code::kUnavailable,
                "cannot read " + path_ + ": " + std::strerror(errno));
  }
}

Result<std::string> ReadInput(const std::string& path, size_t size_max) {
  constexpr size_t kPiece = 64 << 10;
  ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  std::string bytes;
  for (;;) {
    const size_t begin = bytes.size();
    bytes.resize(begin + kPiece);
    ASSIGN_OR_RETURN(const size_t size,
                     file.Read(std::span(bytes).subspan(begin)));
    bytes.resize(begin + size);
    if (size == 0) return bytes;
    if (bytes.size() > size_max) {
      return Fail(Code::kTooLarge, path + ": larger than " +
                                       std::to_string(size_max) + " bytes");
    }
  }
}

}  // namespace modlog
