#include "api/import/input/read_window.h"

#include "api/import/input/utf8.h"

namespace modlog {

namespace {
constexpr size_t kReadSize = 256 << 10;
}  // namespace

Result<bool> ReadWindow::Fill() {
  if (at_end_) return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t old = buffer_.size();
  buffer_.resize(old + kReadSize);
  auto read = read_(std::span<char>(buffer_).subspan(old));
  buffer_.resize(old + (read ? *read : 0));
  if (!read) return std::unexpected(std::move(read).error());
  at_end_ = *read == 0;
  return !at_end_;
}

Result<void> ReadWindow::FillTo(size_t size) {
  while (rest().size() < size && !at_end_) RETURN_IF_ERROR(Fill());
  return {};
}

Result<void> ReadWindow::SkipByteOrderMark() {
  RETURN_IF_ERROR(FillTo(kByteOrderMark.size()));
  if (rest().starts_with(kByteOrderMark)) Consume(kByteOrderMark.size());
  return {};
}

}  // namespace modlog
