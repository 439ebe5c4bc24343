#ifndef MODLOG_VERIFIER_CORE_COSE_RECEIPT_H_
#define MODLOG_VERIFIER_CORE_COSE_RECEIPT_H_

// COSE receipts, RFC 9942: that an entry is in the tree, as one small CBOR file
// for those who do not read notes. In diagnostic notation:
//
//   18([
//     << {1: -8,                      / EdDSA; RFC 9053, 2.2           /
//         4: h'…32 bytes…',           / kid: thumbprint of the key     /
//         15: {1: "log.example/a"},   / CWT claims: the issuer, origin /
//         395: 1} >>,                 / RFC 6962's tree with SHA-256   /
//     {396: {-1: [ << [size, index, [h'…32 bytes…', …]] >> ]}},
//     null,                           / detached: the root             /
//     h'…64 bytes…'])
//
// Signed is the Sig_structure of RFC 9052, 4.4: ["Signature1", the protected
// header, h'', the 32-byte root]. The root stands nowhere: it is what the path
// leads to from the leaf. So neither size nor index is signed, and many wrong
// sizes lead to the right root (merkle.h): the signature says that the leaf is
// in a tree of the issuer, and its place is no more than told.
//
// The tree of one entry has no receipt: RFC 9942, 5.2 wants a path of one hash
// at least. No witness signs this, and it says nothing about other receipts:
// the tlog-proof of the same entry says both.
//
// One spelling: the header is exactly this, in the deterministic encoding of
// RFC 8949, 4.2.1. Algorithm -19 (Ed25519, RFC 9864), the same by its newer
// name, is read as well. Limits: kCoseReceiptSizeMax bytes, a path of 1..64
// hashes, an issuer of 1..255 bytes that IsKeyName. Pure functions and values,
// thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/merkle.h"
#include "verifier/core/note.h"

namespace modlog {

inline constexpr size_t kCoseReceiptSizeMax = 4'096;
inline constexpr size_t kCosePathMax = 64;

enum class CoseAlgorithm : int8_t { kEdDsa = -8, kEd25519 = -19 };

struct CoseReceipt {
  CoseAlgorithm algorithm = CoseAlgorithm::kEdDsa;
  Hash key_id = {};
  std::string issuer;
  uint64_t size = 0;   // of the tree; not signed
  uint64_t index = 0;  // of the leaf; not signed
  std::vector<Hash> path;
  std::string signature;  // 64 bytes
  friend bool operator==(const CoseReceipt&, const CoseReceipt&) = default;
};

// ParseCoseReceipt and FormatCoseReceipt are inverse. kMalformed, kTooLarge.
// FormatCoseReceipt REQUIRES what the limits say, and 64 bytes of signature.
Result<CoseReceipt> ParseCoseReceipt(std::string_view bytes);
std::string FormatCoseReceipt(const CoseReceipt& receipt);

// CoseKeyId is the thumbprint of an Ed25519 key: RFC 9679. REQUIRES: is one.
Hash CoseKeyId(const NoteKey& key);

// CoseSigStructure is what is signed.
std::string CoseSigStructure(const CoseReceipt& receipt, const Hash& root);

// SignCoseReceipt makes the receipt of a leaf that `path` leads to the tree's
// root; the key's name is the issuer. Ed25519 draws no random number, so all
// receipts of one tree have one signature.
// REQUIRES: a tree of two leaves at least.
CoseReceipt SignCoseReceipt(const SignerKey& key, const TreeHead& tree,
                            uint64_t index, std::span<const Hash> path);

// CheckCoseReceipt returns the tree, whose root is signed by the key, that the
// leaf is in. kNotFound for a receipt of another issuer by another key, of
// which this key can tell nothing; kUntrusted where one of the two is another,
// or the signature fails over the root that the path leads to; kBadProof for a
// path of wrong length.
Result<TreeHead> CheckCoseReceipt(const CoseReceipt& receipt,
                                  const Hash& leaf_hash,
                                  const VerifierKey& key);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_COSE_RECEIPT_H_
