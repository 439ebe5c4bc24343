#include "verifier/core/cose_receipt.h"

#include "verifier/core/cbor.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/merkle.h"
#include "verifier/core/seal.h"

namespace modlog {
namespace {

// Labels of RFC 9052 (algorithm, kid), RFC 9597 (CWT claims) and RFC 9942.
constexpr int64_t kLabelAlgorithm = 1;
constexpr int64_t kLabelKeyId = 4;
constexpr int64_t kLabelClaims = 15;
constexpr int64_t kLabelTree = 395;
constexpr int64_t kLabelProofs = 396;
constexpr int64_t kClaimIssuer = 1;
constexpr int64_t kTreeOfRfc9162 = 1;
constexpr int64_t kInclusionProofs = -1;
constexpr uint64_t kTagSign1 = 18;

std::unexpected<Error> BadCoseReceipt(const std::string& what) {
  return Fail(Code::kMalformed, "COSE receipt: " + what);
}

std::string Head(CborKind kind, uint64_t value) {
  std::string bytes;
  AppendCborHead(kind, value, &bytes);
  return bytes;
}

std::string Int(int64_t value) {
  std::string bytes;
  AppendCborInt(value, &bytes);
  return bytes;
}

std::string Pair(int64_t label, int64_t value) {
  return Int(label) + Int(value);
}

void AppendHash(const Hash& hash, std::string* out) {
  AppendCborString(CborKind::kBytes, AsText(hash), out);
}

// The heads and labels that stand before the parts that vary.
const std::string& BeforeProtected() {
  static const std::string bytes =
      Head(CborKind::kTag, kTagSign1) + Head(CborKind::kArray, 4);
  return bytes;
}
const std::string& BeforeKeyId() {
  static const std::string bytes = Int(kLabelKeyId);
  return bytes;
}
const std::string& BeforeIssuer() {
  static const std::string bytes =
      Int(kLabelClaims) + Head(CborKind::kMap, 1) + Int(kClaimIssuer);
  return bytes;
}
const std::string& BeforeProof() {
  static const std::string bytes =
      Head(CborKind::kMap, 1) + Int(kLabelProofs) + Head(CborKind::kMap, 1) +
      Int(kInclusionProofs) + Head(CborKind::kArray, 1);
  return bytes;
}

std::string Start(CoseAlgorithm algorithm) {
  return Head(CborKind::kMap, 4) +
         Pair(kLabelAlgorithm, static_cast<int64_t>(algorithm));
}

// ---- writing

std::string FormatProtected(const CoseReceipt& receipt) {
  std::string bytes = Start(receipt.algorithm) + BeforeKeyId();
  AppendHash(receipt.key_id, &bytes);
  bytes += BeforeIssuer();
  AppendCborString(CborKind::kText, receipt.issuer, &bytes);
  return bytes + Pair(kLabelTree, kTreeOfRfc9162);
}

std::string FormatProof(const CoseReceipt& receipt) {
  std::string bytes = Head(CborKind::kArray, 3);
  AppendCborHead(CborKind::kUnsigned, receipt.size, &bytes);
  AppendCborHead(CborKind::kUnsigned, receipt.index, &bytes);
  AppendCborHead(CborKind::kArray, receipt.path.size(), &bytes);
  for (const Hash& hash : receipt.path) AppendHash(hash, &bytes);
  return bytes;
}

// ---- reading

std::optional<Hash> TakeHash(CborCursor* cursor) {
  const auto bytes = cursor->TakeString(CborKind::kBytes);
  return bytes ? HashFromBytes(AsBytes(*bytes)) : std::nullopt;
}

// These bytes are signed: a label that is read leniently here would be signed
// for one meaning and checked for another.
Result<void> ParseProtected(std::string_view bytes, CoseReceipt* receipt) {
  CborCursor cursor(bytes);
  if (cursor.TakeThis(Start(CoseAlgorithm::kEdDsa))) {
    receipt->algorithm = CoseAlgorithm::kEdDsa;
  } else if (cursor.TakeThis(Start(CoseAlgorithm::kEd25519))) {
    receipt->algorithm = CoseAlgorithm::kEd25519;
  } else {
    return BadCoseReceipt(
        "the protected header does not begin with algorithm -8 or -19");
  }
  const auto key_id =
      cursor.TakeThis(BeforeKeyId()) ? TakeHash(&cursor) : std::nullopt;
  if (!key_id) return BadCoseReceipt("the key id (4) is not 32 bytes");
  receipt->key_id = *key_id;
  const auto issuer = cursor.TakeThis(BeforeIssuer())
                          ? cursor.TakeString(CborKind::kText)
                          : std::nullopt;
  if (!issuer || !IsKeyName(*issuer)) {
    return BadCoseReceipt(
        "the claims (15) are not an issuer that can be a log's name");
  }
  receipt->issuer = *issuer;
  if (!cursor.TakeThis(Pair(kLabelTree, kTreeOfRfc9162))) {
    return BadCoseReceipt("the tree (395) is not RFC9162_SHA256 (1)");
  }
  if (!cursor.rest().empty()) {
    return BadCoseReceipt("more than four protected fields");
  }
  return {};
}

Result<void> ParseProof(std::string_view bytes, CoseReceipt* receipt) {
  CborCursor cursor(bytes);
  if (!cursor.TakeThis(Head(CborKind::kArray, 3))) {
    return BadCoseReceipt("the proof is no array of size, index and path");
  }
  const auto size = cursor.TakeHead(CborKind::kUnsigned);
  const auto index = cursor.TakeHead(CborKind::kUnsigned);
  if (!size || !index || *size > kTreeSizeMax || *index >= *size) {
    return BadCoseReceipt("size and index are no place in a tree");
  }
  receipt->size = *size;
  receipt->index = *index;
  const auto count = cursor.TakeHead(CborKind::kArray);
  if (!count || *count == 0 || *count > kCosePathMax) {
    return BadCoseReceipt("the path has not 1.." +
                          std::to_string(kCosePathMax) + " hashes");
  }
  for (uint64_t i = 0; i < *count; ++i) {
    const auto hash = TakeHash(&cursor);
    if (!hash) {
      return BadCoseReceipt("hash " + std::to_string(i) + " is not 32 bytes");
    }
    receipt->path.push_back(*hash);
  }
  if (!cursor.rest().empty()) return BadCoseReceipt("bytes follow the path");
  return {};
}

}  // namespace

// Foreign bytes: every length is checked before it is used, and nothing may
// follow.
Result<CoseReceipt> ParseCoseReceipt(std::string_view bytes) {
  if (bytes.size() > kCoseReceiptSizeMax) {
    return Fail(Code::kTooLarge, "COSE receipt of " +
                                     std::to_string(bytes.size()) +
                                     " bytes, want at most " +
                                     std::to_string(kCoseReceiptSizeMax));
  }
  CborCursor cursor(bytes);
  if (!cursor.TakeThis(BeforeProtected())) {
    return BadCoseReceipt("not a COSE_Sign1 with its tag 18");
  }
  CoseReceipt receipt;
  const auto header = cursor.TakeString(CborKind::kBytes);
  if (!header) return BadCoseReceipt("no protected header");
  RETURN_IF_ERROR(ParseProtected(*header, &receipt));
  const auto proof = cursor.TakeThis(BeforeProof())
                         ? cursor.TakeString(CborKind::kBytes)
                         : std::nullopt;
  if (!proof) {
    return BadCoseReceipt("the unprotected header is not one inclusion proof");
  }
  RETURN_IF_ERROR(ParseProof(*proof, &receipt));
  if (!cursor.TakeThis({&kCborNull, 1})) {
    return BadCoseReceipt("the payload is not null");
  }
  const auto signature = cursor.TakeString(CborKind::kBytes);
  if (!signature || signature->size() != kSignatureSize) {
    return BadCoseReceipt("the signature is not 64 bytes");
  }
  receipt.signature = *signature;
  if (!cursor.rest().empty()) {
    return BadCoseReceipt("bytes follow the signature");
  }
  return receipt;
}

std::string FormatCoseReceipt(const CoseReceipt& receipt) {
  MODLOG_CHECK(!receipt.path.empty() && receipt.path.size() <= kCosePathMax,
               "a COSE receipt has a path of 1..64 hashes");
  std::string bytes = BeforeProtected();
  AppendCborString(CborKind::kBytes, FormatProtected(receipt), &bytes);
  bytes += BeforeProof();
  AppendCborString(CborKind::kBytes, FormatProof(receipt), &bytes);
  bytes += kCborNull;
  AppendCborString(CborKind::kBytes, receipt.signature, &bytes);
  return bytes;
}

// {1: 1, -1: 6, -2: x}: an octet key pair on the curve Ed25519.
Hash CoseKeyId(const NoteKey& key) {
  MODLOG_CHECK(key.is_ed25519(), "a COSE receipt is signed by an Ed25519 key");
  std::string bytes =
      Head(CborKind::kMap, 3) + Pair(1, 1) + Pair(-1, 6) + Int(-2);
  AppendCborString(CborKind::kBytes, AsText(key.raw()), &bytes);
  return Sha256(AsBytes(bytes));
}

std::string CoseSigStructure(const CoseReceipt& receipt, const Hash& root) {
  std::string bytes = Head(CborKind::kArray, 4);
  AppendCborString(CborKind::kText, "Signature1", &bytes);
  AppendCborString(CborKind::kBytes, FormatProtected(receipt), &bytes);
  AppendCborString(CborKind::kBytes, "", &bytes);
  AppendHash(root, &bytes);
  return bytes;
}

CoseReceipt SignCoseReceipt(const SignerKey& key, const TreeHead& tree,
                            uint64_t index, std::span<const Hash> path) {
  MODLOG_CHECK(tree.size > 1, "a tree of one entry has no COSE receipt");
  CoseReceipt receipt{.key_id = CoseKeyId(key.verifier.key),
                      .issuer = key.verifier.name,
                      .size = tree.size,
                      .index = index,
                      .path = {path.begin(), path.end()},
                      .signature = {}};
  receipt.signature =
      key.key.Sign(AsBytes(CoseSigStructure(receipt, tree.root)));
  return receipt;
}

Result<TreeHead> CheckCoseReceipt(const CoseReceipt& receipt,
                                  const Hash& leaf_hash,
                                  const VerifierKey& key) {
  const bool by_key = receipt.key_id == CoseKeyId(key.key);
  if (receipt.issuer != key.name) {
    return Fail(
        by_key ? Code::kUntrusted : Code::kNotFound,
        "the issuer is " + Quote(receipt.issuer) + ", want " + Quote(key.name));
  }
  if (!by_key) {
    return Fail(Code::kUntrusted,
                "it is signed by another key than the one given");
  }
  ASSIGN_OR_RETURN(const Hash root, FollowInclusion(receipt.index, receipt.size,
                                                    leaf_hash, receipt.path));
  if (!key.key.Verify(AsBytes(CoseSigStructure(receipt, root)),
                      AsBytes(receipt.signature))) {
    return Fail(Code::kUntrusted,
                "the signature does not hold for the root that the path leads "
                "to from this entry");
  }
  return TreeHead{receipt.size, root};
}

}  // namespace modlog
