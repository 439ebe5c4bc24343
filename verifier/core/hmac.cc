#include "verifier/core/hmac.h"

#include <algorithm>
#include <array>
#include <span>

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

Hash HmacParts(Bytes key, std::span<const Bytes> message) {
  MODLOG_CHECK(message.size() <= kHmacPartsMax, "a message of few parts");
  Hash short_key;
  if (key.size() > kBlockSize) {
    short_key = Sha256(key);
    key = short_key;
  }
  const Block pad = Pad(key, 0x36);
  std::array<Bytes, kHmacPartsMax + 1> parts = {Bytes(pad)};
  std::ranges::copy(message, parts.begin() + 1);
  const Hash inner = Sha256(std::span(parts.data(), message.size() + 1));
  return Sha256({Pad(key, 0x5c), inner});
}

}  // namespace

Hash HmacSha256(Bytes key, std::initializer_list<Bytes> message) {
  return HmacParts(key, std::span(message.begin(), message.size()));
}

Hash HkdfExpand(const Hash& key, std::initializer_list<Bytes> info) {
  constexpr uint8_t kBlock[] = {1};  // the number of the block of output
  std::array<Bytes, kHmacPartsMax> parts;
  MODLOG_CHECK(info.size() < parts.size(), "an info of few parts");
  std::ranges::copy(info, parts.begin());
  parts[info.size()] = Bytes(kBlock);
  return HmacParts(key, std::span(parts.data(), info.size() + 1));
}

}  // namespace modlog
