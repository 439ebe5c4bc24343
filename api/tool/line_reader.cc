#include "api/tool/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/tool/interrupt.h"

namespace modlog {
namespace {

constexpr size_t kReadSize = 256 << 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

LineReader::LineReader(int fd, size_t line_size_max,
                       std::function<void()> before_wait)
    : fd_(fd),
      line_size_max_(line_size_max),
      before_wait_(std::move(before_wait)) {}

Result<std::optional<LineReader::Line>> LineReader::Next() {
  for (;;) {
    if (Interrupted() != 0) return std::nullopt;
    size_t newline = buffer_.find('\n', searched_);
    if (newline != std::string::npos) return Take(newline - begin_, 1);
    searched_ = buffer_.size();
    if (searched_ - begin_ > line_size_max_) {
      skipping_ = true;
      begin_ = searched_;
    }
    ASSIGN_OR_RETURN(bool more, Fill());
    if (more) continue;
    if (Interrupted() != 0) return std::nullopt;
    if (begin_ == buffer_.size() && !skipping_) return std::nullopt;
    return Take(buffer_.size() - begin_, 0);  // a last line without newline
  }
}

std::optional<LineReader::Line> LineReader::Take(size_t size,
                                                 size_t terminator) {
  std::string_view text = std::string_view(buffer_).substr(begin_, size);
  begin_ += size + terminator;
  searched_ = begin_;
  ++number_;
  if (std::exchange(skipping_, false) || size > line_size_max_) {
    return Line{number_, {}, true};
  }
  if (number_ == 1 && text.starts_with(kByteOrderMark)) {
    saw_byte_order_mark_ = true;
    text.remove_prefix(kByteOrderMark.size());
  }
  if (terminator > 0 && text.ends_with('\r')) {
    saw_cr_lf_ = true;
    text.remove_suffix(1);
  }
  return Line{number_, text, false};
}

// False at the end of the input and after an interruption.
Result<bool> LineReader::Fill() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  if (!WaitReadable(fd_, 0)) {
    before_wait_();
    if (!WaitReadable(fd_, -1)) return false;
  }
  size_t held = buffer_.size();
  buffer_.resize(held + kReadSize);
  ssize_t got = 0;
  do {
    got = read(fd_, buffer_.data() + held, kReadSize);
  } while (got < 0 && errno == EINTR);
  int error = errno;
  buffer_.resize(held + (got > 0 ? static_cast<size_t>(got) : 0));
  if (got < 0) {
    return Fail(Code::kUnavailable,
                absl::StrCat("cannot read: ", std::strerror(error)));
  }
  return got > 0;
}

}  // namespace modlog
