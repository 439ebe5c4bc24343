#include "verifier/core/cbor.h"

#include "verifier/core/bytes.h"

namespace modlog {
namespace {

// Below this a head's number stands in its first byte. From there on the first
// byte says in how many bytes it follows: 1, 2, 4 or 8.
constexpr uint64_t kInline = 24;

size_t FollowingBytes(uint64_t value) {
  if (value < kInline) return 0;
  if (value <= 0xff) return 1;
  if (value <= 0xffff) return 2;
  return value <= 0xffffffff ? 4 : 8;
}

}  // namespace

void AppendCborHead(CborKind kind, uint64_t value, std::string* out) {
  const size_t following = FollowingBytes(value);
  uint64_t low = value;
  if (following > 0) {
    low = kInline;
    for (size_t size = 1; size < following; size *= 2) ++low;
  }
  *out += static_cast<char>(static_cast<uint64_t>(kind) << 5 | low);
  AppendBigEndian(value, following, out);
}

void AppendCborInt(int64_t value, std::string* out) {
  if (value >= 0) {
    AppendCborHead(CborKind::kUnsigned, static_cast<uint64_t>(value), out);
  } else {
    AppendCborHead(CborKind::kNegative, static_cast<uint64_t>(-(value + 1)),
                   out);
  }
}

void AppendCborString(CborKind kind, std::string_view value, std::string* out) {
  AppendCborHead(kind, value.size(), out);
  *out += value;
}

std::optional<uint64_t> CborCursor::TakeHead(CborKind kind) {
  if (rest_.empty()) return std::nullopt;
  const auto first = static_cast<uint8_t>(rest_.front());
  if (first >> 5 != static_cast<uint8_t>(kind)) return std::nullopt;
  uint64_t value = first & 0x1f;
  size_t following = 0;
  if (value >= kInline) {
    if (value > kInline + 3) return std::nullopt;  // reserved, or no length
    following = size_t{1} << (value - kInline);
    if (rest_.size() - 1 < following) return std::nullopt;
    value = BigEndian(rest_.substr(1, following));
    if (FollowingBytes(value) != following) return std::nullopt;
  }
  rest_.remove_prefix(1 + following);
  return value;
}

bool CborCursor::TakeThis(std::string_view bytes) {
  if (!rest_.starts_with(bytes)) return false;
  rest_.remove_prefix(bytes.size());
  return true;
}

std::optional<std::string_view> CborCursor::TakeString(CborKind kind) {
  CborCursor ahead = *this;
  const auto size = ahead.TakeHead(kind);
  if (!size || *size > ahead.rest_.size()) return std::nullopt;
  const std::string_view value = ahead.rest_.substr(0, *size);
  rest_ = ahead.rest_.substr(*size);
  return value;
}

}  // namespace modlog
