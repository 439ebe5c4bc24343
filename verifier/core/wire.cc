#include "verifier/core/wire.h"

namespace modlog {

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    *out += static_cast<char>(value | 0x80);
  }
  *out += static_cast<char>(value);
}

size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

bool WireCursor::TakeTag(char tag) {
  if (!rest_.starts_with(tag)) return false;
  rest_.remove_prefix(1);
  return true;
}

std::optional<uint64_t> WireCursor::TakeVarint() {
  uint64_t value = 0;
  for (size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>(rest_[i]);
    value |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte >= 0x80) continue;
    // A last byte of zero, or bits lost beyond the 64th, show in the size.
    const bool shortest = VarintSize(value) == i + 1;
    if (!shortest || (i == 9 && byte > 1)) return std::nullopt;
    rest_.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> WireCursor::TakeField(char tag) {
  if (!TakeTag(tag)) return std::nullopt;
  const std::optional<uint64_t> size = TakeVarint();
  if (!size || *size > rest_.size()) return std::nullopt;
  const std::string_view field = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  return field;
}

}  // namespace modlog
