#ifndef MODLOG_API_IMPORT_INPUT_INPUT_FILE_H_
#define MODLOG_API_IMPORT_INPUT_INPUT_FILE_H_

// A file that is read once from its begin to its end. Not thread-safe.

#include <span>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

class InputFile {
 public:
  // Open takes a path, or "-" for standard input. kUnavailable with the
  // system's reason.
  static Result<InputFile> Open(const std::string& path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  // Read fills `out` from its begin and returns how much; 0 at the end.
  // kUnavailable.
  Result<size_t> Read(std::span<char> out) const;

 private:
  InputFile(std::string path, int fd, bool owned)
      : path_(std::move(path)), fd_(fd), owned_(owned) {}

  std::string path_;
  int fd_;
  bool owned_;
};

// ReadInput returns a whole file, or standard input, of at most `size_max`
// bytes. kUnavailable; kTooLarge with the limit.
Result<std::string> ReadInput(const std::string& path, size_t size_max);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_INPUT_FILE_H_
