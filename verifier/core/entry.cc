#include "verifier/core/entry.h"

#include <algorithm>
#include <optional>

#include "verifier/core/seal.h"
#include "verifier/core/wire.h"

namespace modlog {
namespace {

// Protobuf tags, number << 3 | wire type, each below 0x80.
constexpr char kLoggedAtTag = 0x08;  // 1, varint
constexpr char kPlatformTag = 0x12;  // 2, length-delimited
constexpr char kSealTag = 0x1a;      // 3, length-delimited
constexpr char kActionTag = 0x7a;    // 15, length-delimited

std::unexpected<Error> BadEntry(std::string_view what) {
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

size_t LeafSize(std::string_view header, std::string_view body) {
  return header.size() + 1 + VarintSize(body.size()) + body.size();
}

void AppendLeaf(std::string_view header, std::string_view body,
                std::string* out, EntryBody kind) {
  MODLOG_CHECK(!body.empty(), "an entry has an action or a seal");
  MODLOG_CHECK(LeafSize(header, body) <= kLeafSizeMax,
               "an action's size was checked at admission");
  *out += header;
  *out += kind == EntryBody::kSeal ? kSealTag : kActionTag;
  AppendVarint(body.size(), out);
  *out += body;
}

// Two readings of one leaf would be two entries under one hash: whatever is not
// the one encoding is refused.
Result<DecodedEntry> DecodeEntry(std::string_view leaf) {
  if (leaf.size() > kLeafSizeMax) {
    return BadEntry(std::to_string(leaf.size()) + " bytes, want at most " +
                    std::to_string(kLeafSizeMax));
  }
  WireCursor cursor(leaf);
  if (!cursor.TakeTag(kLoggedAtTag)) {
    return BadEntry("no logged_at at its begin");
  }
  const std::optional<uint64_t> logged_at = cursor.TakeVarint();
  if (!logged_at || *logged_at == 0 || *logged_at > INT64_MAX) {
    return BadEntry("logged_at is not a shortest varint of 1..2^63-1");
  }
  std::string_view platform;
  if (cursor.rest().starts_with(kPlatformTag)) {
    platform = cursor.TakeField(kPlatformTag).value_or("");
    if (!IsPlatformName(platform)) {
      return BadEntry("platform is not ^[a-z0-9][a-z0-9.-]{0,63}$: " +
                      Quote(platform));
    }
  }
  const size_t header_size = leaf.size() - cursor.rest().size();
  const bool is_seal = cursor.rest().starts_with(kSealTag);
  const auto body = cursor.TakeField(is_seal ? kSealTag : kActionTag);
  if (!body || body->empty()) {
    return BadEntry("no action and no seal after the header of " +
                    std::to_string(header_size) + " bytes");
  }
  if (!cursor.rest().empty()) {
    return BadEntry(std::to_string(cursor.rest().size()) +
                    " bytes follow the " + (is_seal ? "seal" : "action"));
  }
  if (is_seal && platform.empty()) return BadEntry("a seal of no platform");
  if (is_seal) RETURN_IF_ERROR(DecodeSeal(*body));
  return DecodedEntry{.logged_at_ms = static_cast<int64_t>(*logged_at),
                      .platform = platform,
                      .header = leaf.substr(0, header_size),
                      .action = is_seal ? std::string_view() : *body,
                      .seal = is_seal ? *body : std::string_view()};
}

}  // namespace modlog
