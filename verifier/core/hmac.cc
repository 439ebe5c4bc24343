#include "verifier/core/hmac.h"

#include <algorithm>
#include <array>
#include <string>

namespace modlog {
namespace {

constexpr size_t kBlockSize = 64;  // of SHA-256
using Block = std::array<uint8_t, kBlockSize>;

Block Pad(Bytes key, uint8_t with) {
  Block block = {};
  std::ranges::copy(key, block.begin());
  for (uint8_t& byte : block) byte ^= with;
  return block;
}

}  // namespace

Hash HmacSha256(Bytes key, Bytes message) {
  Hash short_key;
  if (key.size() > kBlockSize) {
    short_key = Sha256(key);
    key = short_key;
  }
  const Hash inner = Sha256({Pad(key, 0x36), message});
  return Sha256({Pad(key, 0x5c), inner});
}

Hash HkdfExpand(const Hash& key, std::string_view info) {
  std::string message(info);
  message.push_back('\x01');  // the number of the block of output
  return HmacSha256(key, AsBytes(message));
}

}  // namespace modlog
