#include "verifier/core/entry.h"

#include <algorithm>
#include <optional>

namespace modlog {
namespace {

// Protobuf tags, number << 3 | wire type, each below 0x80.
constexpr char kLoggedAtTag = 0x08;  // 1, varint
constexpr char kPlatformTag = 0x12;  // 2, length-delimited
constexpr char kActionTag = 0x7a;    // 15, length-delimited

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

// Cursor takes pieces off the front of a leaf. What it cannot take, or finds in
// another than the shortest form, is nothing.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}
  std::string_view rest() const { return rest_; }

  bool TakeTag(char tag) {
    if (!rest_.starts_with(tag)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<uint64_t> TakeVarint() {
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

  std::optional<std::string_view> TakeField(char tag) {
    if (!TakeTag(tag)) return std::nullopt;
    const std::optional<uint64_t> size = TakeVarint();
    if (!size || *size > rest_.size()) return std::nullopt;
    const std::string_view field = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return field;
  }

 private:
  std::string_view rest_;
};

std::unexpected<Error> Bad(std::string_view what) {
  return Fail(Code::kMalformed, "entry: " + std::string(what));
}

}  // namespace

bool IsPlatformName(std::string_view name) {
  const auto alphanumeric = [](char c) {
    return ('a' <= c && c <= 'z') || ('0' <= c && c <= '9');
  };
  return !name.empty() && name.size() <= kPlatformSizeMax &&
         alphanumeric(name.front()) && std::ranges::all_of(name, [&](char c) {
           return alphanumeric(c) || c == '.' || c == '-';
         });
}

std::string EncodeEntryHeader(int64_t logged_at_ms, std::string_view platform) {
  MODLOG_CHECK(logged_at_ms > 0, "an entry is logged after 1970");
  MODLOG_CHECK(platform.empty() || IsPlatformName(platform),
               "a platform's name was checked at admission");
  std::string header(1, kLoggedAtTag);
  AppendVarint(static_cast<uint64_t>(logged_at_ms), &header);
  if (!platform.empty()) {
    header += kPlatformTag;
    AppendVarint(platform.size(), &header);
    header += platform;
  }
  return header;
}

size_t LeafSize(std::string_view header, std::string_view action) {
  return header.size() + 1 + VarintSize(action.size()) + action.size();
}

void AppendLeaf(std::string_view header, std::string_view action,
                std::string* out) {
  MODLOG_CHECK(!action.empty(), "an entry has an action");
  MODLOG_CHECK(LeafSize(header, action) <= kLeafSizeMax,
               "an action's size was checked at admission");
  *out += header;
  *out += kActionTag;
  AppendVarint(action.size(), out);
  *out += action;
}

Result<DecodedEntry> DecodeEntry(std::string_view leaf) {
  if (leaf.size() > kLeafSizeMax) {
    return Bad(std::to_string(leaf.size()) + " bytes, want at most " +
               std::to_string(kLeafSizeMax));
  }
  Cursor cursor(leaf);
  if (!cursor.TakeTag(kLoggedAtTag)) return Bad("no logged_at at its begin");
  const std::optional<uint64_t> logged_at = cursor.TakeVarint();
  if (!logged_at || *logged_at == 0 || *logged_at > INT64_MAX) {
    return Bad("logged_at is not a shortest varint of 1..2^63-1");
  }
  std::string_view platform;
  if (cursor.rest().starts_with(kPlatformTag)) {
    platform = cursor.TakeField(kPlatformTag).value_or("");
    if (!IsPlatformName(platform)) {
      return Bad("platform is not ^[a-z0-9][a-z0-9.-]{0,63}$: " +
                 Quote(platform));
    }
  }
  const size_t header_size = leaf.size() - cursor.rest().size();
  const std::optional<std::string_view> action = cursor.TakeField(kActionTag);
  if (!action || action->empty()) {
    return Bad("no action after the header of " + std::to_string(header_size) +
               " bytes");
  }
  if (!cursor.rest().empty()) {
    return Bad(std::to_string(cursor.rest().size()) +
               " bytes follow the action");
  }
  return DecodedEntry{.logged_at_ms = static_cast<int64_t>(*logged_at),
                      .platform = platform,
                      .header = leaf.substr(0, header_size),
                      .action = *action};
}

}  // namespace modlog
