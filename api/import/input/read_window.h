#ifndef MODLOG_API_IMPORT_INPUT_READ_WINDOW_H_
#define MODLOG_API_IMPORT_INPUT_READ_WINDOW_H_

// What a reader of a long text looks at: the part of it that was read and not
// yet consumed. So a file of any length is read in the memory of its longest
// piece. Not thread-safe.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

// Fills the span from its begin; returns how much, 0 at the end.
using ReadBytes = std::function<Result<size_t>(std::span<char>)>;

class ReadWindow {
 public:
  explicit ReadWindow(ReadBytes read) : read_(std::move(read)) {}

  // Views of it hold until the next Fill.
  std::string_view rest() const {
    return std::string_view(buffer_).substr(begin_);
  }
  bool at_end() const { return at_end_; }

  // Fill reads up to 256 KiB more; false at the end. Errors of the source.
  Result<bool> Fill();
  // FillTo reads until the window has `size` bytes, if there are so many.
  Result<void> FillTo(size_t size);
  // REQUIRES: size <= rest().size().
  void Consume(size_t size) { begin_ += size; }
  // SkipByteOrderMark: that of UTF-8, at the front. Once, first of all.
  Result<void> SkipByteOrderMark();

 private:
  const ReadBytes read_;
  std::string buffer_;
  size_t begin_ = 0;  // of what is not consumed
  bool at_end_ = false;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_READ_WINDOW_H_
