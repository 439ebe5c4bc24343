#include "api/import/puid.h"

#include "verifier/core/hmac.h"

namespace modlog {
namespace {

constexpr size_t kRoleSizeMax = 11;  // with "-" and 52 characters: 64

}  // namespace

std::string FormatBase32(Bytes bytes) {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  uint32_t pending = 0;
  uint32_t bits = 0;  // of `pending`, not yet written: fewer than 5
  for (const uint8_t byte : bytes) {
    pending = (pending << 8U | byte) & 0xfffU;
    for (bits += 8; bits >= 5; bits -= 5) {
      text.push_back(kDigits[pending >> (bits - 5) & 31U]);
    }
  }
  if (bits > 0) text.push_back(kDigits[pending << (5 - bits) & 31U]);
  return text;
}

std::string DerivePuid(const PlatformSecret& secret, std::string_view source,
                       const Hash& content_sha256, std::string_view role) {
  MODLOG_CHECK(!role.empty() && role.size() <= kRoleSizeMax,
               "a role leaves room for 52 characters");
  std::string message(source);
  message.push_back('\0');
  message.append(AsText(content_sha256));
  message.append(role);
  return std::string(role) + "-" +
         FormatBase32(HmacSha256(secret.bytes, AsBytes(message)));
}

}  // namespace modlog
