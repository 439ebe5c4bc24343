#ifndef MODLOG_VERIFIER_CORE_COMMITMENT_H_
#define MODLOG_VERIFIER_CORE_COMMITMENT_H_

// The record commitment: 32 bytes in an action that bind the private parts of
// its record (texts, URLs, accounts) and show nothing of them, not even which
// there are.
//
//   commitment = SHA-256("modlog/record/v1" || 00 || C_1 || … || C_24)
//   C_t        = SHA-256("modlog/commit/v1" || 00 || t || salt_t
//                        || u64be(length of value) || value)    a part there is
//   C_t        = filler_t                                       one there is
//   not
//
// t is one byte, 1..24; a salt is always 32 bytes. Every 32 bytes derived here
// are
//
//   HKDF(secret, info) = HKDF-SHA256 (RFC 5869), salt 32 zero bytes, length 32
//
// and `||` joins bytes, texts without a terminator:
//
//   K_x      = HKDF(P || S, "modlog/key/v1" || x || platform)          x = 1
//   K_x      = HKDF(P, "modlog/key/v1" || x || platform || 00 || puid) x = 2, 3
//   secret_x = HKDF(K_x, "modlog/rec/v1" || x || puid)
//   salt_t   = HKDF(secret_x, "modlog/salt/v1" || t)     x the reach of the
//   part filler_t = HKDF(secret_2, "modlog/filler/v1" || t) target   =
//   HKDF(secret_2, "modlog/target/v1" || SHA-256(target))
//
// P is the platform's secret, 32 bytes; S is nothing, or 32 bytes kept for one
// person, whose deletion makes that person's parts unopenable; x is one byte:
//
//   1 subject   may be handed to the person the record is about
//   2 platform  never leaves the platform: what opens it would tell who asked,
//               and which slots are fillers
//   3 public    may be handed to anybody
//
// All is derived and nothing drawn, so that a retry makes the same bytes.
//
// Many targets make one part, tag 9: the RFC 6962 root of the tree whose
// entries are C(9, target) with the salts above, ascending as bytes and without
// a duplicate. So the order tells nothing of the targets, and one can be shown
// without helping anybody to guess its neighbours.
//
// Values are committed to as the bytes given. A value that is not a copied
// document must be UTF-8 in NFC, or two writers would commit differently.
//
// Pure functions, thread-safe. Source: the project's own; docs/formats.md.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr int kPartTagMax = 24;

enum class Reach : uint8_t { kSubject = 1, kPlatform = 2, kPublic = 3 };

// The tags of parts; 22 to 24 are spare and are always fillers.
enum PartTag : uint8_t {
  kPartSubjectAccount = 1,
  kPartContentId = 2,  // URL or id
  kPartDecisionFacts = 3,
  kPartIllegalGround = 4,
  kPartIllegalExplanation = 5,
  kPartIncompatibleGround = 6,
  kPartIncompatibleExplanation = 7,
  kPartContentSha256 = 8,
  kPartTargets = 9,  // a root, 32 bytes
  kPartSourceIdentity = 10,
  kPartComplainant = 11,
  kPartReferenceUrl = 12,
  kPartVisibilityOther = 13,
  kPartMonetaryOther = 14,
  kPartContentTypeOther = 15,
  kPartKeywordOther = 16,
  kPartUnlistedCodes = 17,
  kPartSourceId = 18,    // path or number of the document copied
  kPartSourceText = 19,  // the document
  kPartSourceMeta = 20,
  kPartExternalCase = 21,
};

// MayHaveReach: 10 and 11 are the platform's, 12, 17, 20 and 21 are public,
// 3..7 and 13..16 are the subject's or, where the platform vouches for them,
// public; the others are the subject's.
bool MayHaveReach(PartTag tag, Reach reach);

// The three secrets of one record.
struct RecordSecrets {
  Hash subject;
  Hash platform;
  Hash open;  // reach kPublic
};

// Hkdf: RFC 5869 with SHA-256, the first 32 bytes.
Hash Hkdf(Bytes secret, Bytes salt, Bytes info);

// DeriveRecordSecrets. REQUIRES: `subject_key` has 0 or 32 bytes.
RecordSecrets DeriveRecordSecrets(const Hash& platform_secret,
                                  Bytes subject_key, std::string_view platform,
                                  std::string_view puid);

// PartSalt is what a disclosure of one part carries.
Hash PartSalt(const RecordSecrets& secrets, PartTag tag, Reach reach);

// CommitPart returns C_t.
Hash CommitPart(PartTag tag, const Hash& salt, Bytes value);

struct CommittedTarget {
  std::string value;
  Hash salt;
  Hash commitment;
};
// CommitTargets returns the entries of the targets' tree, in its order.
std::vector<CommittedTarget> CommitTargets(
    const RecordSecrets& secrets, std::span<const std::string> targets);
// TargetsRoot is the value of part 9. REQUIRES: at least one target.
Hash TargetsRoot(std::span<const CommittedTarget> targets);

struct RecordPart {
  PartTag tag;
  Reach reach;
  Bytes value;
};
using PartSlots = std::array<Hash, kPartTagMax>;  // C_1 first

// SaltParts is PartSalt for each part, in their order: for whoever commits to
// them and keeps the salts, since each costs four hashes.
// REQUIRES: each part may have its reach.
std::vector<Hash> SaltParts(const RecordSecrets& secrets,
                            std::span<const RecordPart> parts);

// CommitParts returns the slots of a record: parts and fillers. `salts` are
// SaltParts of the same.
// REQUIRES: tags ascend, and each may have its reach.
PartSlots CommitParts(const RecordSecrets& secrets,
                      std::span<const RecordPart> parts,
                      std::span<const Hash> salts);
PartSlots CommitParts(const RecordSecrets& secrets,
                      std::span<const RecordPart> parts);
// CommitRecord returns the commitment over the slots.
Hash CommitRecord(const PartSlots& slots);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_COMMITMENT_H_
