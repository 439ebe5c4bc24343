#include "verifier/core/seal.h"

#include "verifier/core/wire.h"

namespace modlog {
namespace {

// Protobuf tags, number << 3 | wire type.
constexpr char kBeforeTag = 0x08;
constexpr char kCountTag = 0x10;
constexpr char kRootTag = 0x1a;
constexpr char kPreviousTag = 0x22;
constexpr char kKeyTag = 0x28;
constexpr char kSignatureTag = 0x32;

std::unexpected<Error> BadSeal(std::string_view what) {
  return Fail(Code::kMalformed, "seal: " + std::string(what));
}

void AppendField(char tag, std::string_view value, std::string* out) {
  *out += tag;
  AppendVarint(value.size(), out);
  *out += value;
}

std::string EncodeUnsigned(const Seal& seal) {
  MODLOG_CHECK(seal.count >= 1 && seal.count <= kSealCountMax,
               "a seal covers something");
  MODLOG_CHECK(seal.key >= 1, "a seal names its key");
  std::string out;
  if (seal.before != 0) {
    out += kBeforeTag;
    AppendVarint(seal.before, &out);
  }
  out += kCountTag;
  AppendVarint(seal.count, &out);
  AppendField(kRootTag, AsText(seal.root), &out);
  if (seal.previous) AppendField(kPreviousTag, AsText(*seal.previous), &out);
  out += kKeyTag;
  AppendVarint(seal.key, &out);
  return out;
}

std::optional<uint64_t> TakeNumber(char tag, uint64_t max, WireCursor* cursor) {
  if (!cursor->TakeTag(tag)) return std::nullopt;
  const auto value = cursor->TakeVarint();
  if (!value || *value == 0 || *value > max) return std::nullopt;
  return value;
}

std::optional<Hash> TakeHash(char tag, WireCursor* cursor) {
  const auto field = cursor->TakeField(tag);
  return field ? HashFromBytes(AsBytes(*field)) : std::nullopt;
}

}  // namespace

std::string EncodeSeal(const Seal& seal) {
  MODLOG_CHECK(seal.signature.size() == kSignatureSize, "a seal is signed");
  std::string out = EncodeUnsigned(seal);
  AppendField(kSignatureTag, seal.signature, &out);
  return out;
}

// The hash of these bytes is the next seal's `previous`: a second encoding of
// the same seal would fork the chain.
Result<Seal> DecodeSeal(std::string_view bytes) {
  WireCursor cursor(bytes);
  Seal seal;
  if (cursor.rest().starts_with(kBeforeTag)) {
    const auto before = TakeNumber(kBeforeTag, UINT64_MAX, &cursor);
    if (!before) return BadSeal("before is not a shortest varint above 0");
    seal.before = *before;
  }
  const auto count = TakeNumber(kCountTag, kSealCountMax, &cursor);
  if (!count) return BadSeal("count is not a shortest varint of 1..65536");
  seal.count = static_cast<uint32_t>(*count);
  const auto root = TakeHash(kRootTag, &cursor);
  if (!root) return BadSeal("root is not 32 bytes");
  seal.root = *root;
  if (cursor.rest().starts_with(kPreviousTag)) {
    seal.previous = TakeHash(kPreviousTag, &cursor);
    if (!seal.previous) return BadSeal("previous is not 32 bytes");
  }
  const auto key = TakeNumber(kKeyTag, UINT32_MAX, &cursor);
  if (!key) return BadSeal("key is not a shortest varint from 1 on");
  seal.key = static_cast<uint32_t>(*key);
  const auto signature = cursor.TakeField(kSignatureTag);
  if (!signature || signature->size() != kSignatureSize) {
    return BadSeal("signature is not 64 bytes");
  }
  seal.signature = *signature;
  if (!cursor.rest().empty()) return BadSeal("bytes follow the signature");
  return seal;
}

std::string SealText(const Seal& seal, std::string_view origin,
                     std::string_view platform) {
  std::string text = "modlog/seal/v1\n";
  text += origin;
  text += '\n';
  text += platform;
  text += '\n';
  return text + EncodeUnsigned(seal);
}

void SignSeal(const Ed25519PrivateKey& key, std::string_view origin,
              std::string_view platform, Seal* seal) {
  seal->signature = key.Sign(AsBytes(SealText(*seal, origin, platform)));
}

bool VerifySeal(const Seal& seal, std::string_view origin,
                std::string_view platform, const Ed25519PublicKey& key) {
  return key.Verify(AsBytes(SealText(seal, origin, platform)),
                    AsBytes(seal.signature));
}

Hash HashSeal(std::string_view seal_bytes) {
  return Sha256(AsBytes(seal_bytes));
}

Hash HashSealedAction(std::string_view action) {
  return HashLeaf(AsBytes(action));
}

std::string KeyProofText(std::string_view origin, std::string_view platform,
                         uint32_t number) {
  std::string text = "modlog/key/v1\n";
  text += origin;
  text += '\n';
  text += platform;
  text += '\n';
  return text + std::to_string(number) + "\n";
}

}  // namespace modlog
