#include "verifier/core/commitment.h"

#include <algorithm>
#include <optional>

#include "verifier/core/frontier.h"
#include "verifier/core/hmac.h"

namespace modlog {
namespace {

constexpr std::string_view kRecordLabel("modlog/record/v1\0", 17);
constexpr std::string_view kCommitLabel("modlog/commit/v1\0", 17);
constexpr std::string_view kKeyLabel = "modlog/key/v1";
constexpr std::string_view kSecretLabel = "modlog/rec/v1";
constexpr std::string_view kSaltLabel = "modlog/salt/v1";
constexpr std::string_view kFillerLabel = "modlog/filler/v1";
constexpr std::string_view kTargetLabel = "modlog/target/v1";

constexpr Hash kNoSalt = {};
constexpr size_t kReachMax = static_cast<size_t>(Reach::kPublic);

// Labels end in a version, so what follows needs no separator.
Hash Expand(const Hash& key, std::string_view label, uint8_t number,
            std::string_view rest = "") {
  return HkdfExpand(key, {AsBytes(label), Bytes(&number, 1), AsBytes(rest)});
}

Hash Derive(Bytes secret, std::string_view label, uint8_t number,
            std::string_view rest = "") {
  return Expand(HkdfExtract(kNoSalt, secret), label, number, rest);
}

Hash DeriveSecret(const Hash& key, Reach reach, std::string_view puid) {
  return Derive(key, kSecretLabel, static_cast<uint8_t>(reach), puid);
}

Hash DeriveKey(Bytes secret, Reach reach, std::string_view scope) {
  return Derive(secret, kKeyLabel, static_cast<uint8_t>(reach), scope);
}

const Hash& SecretOf(const RecordSecrets& secrets, Reach reach) {
  switch (reach) {
    case Reach::kSubject:
      return secrets.subject;
    case Reach::kPlatform:
      return secrets.platform;
    case Reach::kPublic:
      return secrets.open;
  }
  MODLOG_CHECK(false, "a reach is one of three");
  return secrets.platform;
}

}  // namespace

bool MayHaveReach(PartTag tag, Reach reach) {
  switch (tag) {
    case kPartSourceIdentity:
    case kPartComplainant:
      return reach == Reach::kPlatform;
    case kPartReferenceUrl:
    case kPartUnlistedCodes:
    case kPartSourceMeta:
    case kPartExternalCase:
      return reach == Reach::kPublic;
    case kPartSubjectAccount:
    case kPartContentId:
    case kPartContentSha256:
    case kPartTargets:
    case kPartSourceId:
    case kPartSourceText:
      return reach == Reach::kSubject;
    default:
      return tag <= kPartExternalCase && reach != Reach::kPlatform;
  }
}

Hash Hkdf(Bytes secret, Bytes salt, Bytes info) {
  return HkdfExpand(HkdfExtract(salt, secret), info);
}

RecordSecrets DeriveRecordSecrets(const Hash& platform_secret,
                                  Bytes subject_key, std::string_view platform,
                                  std::string_view puid) {
  MODLOG_CHECK(subject_key.empty() || subject_key.size() == kHashSize,
               "a subject's key is 32 bytes or none");
  std::string own(AsText(platform_secret));
  own.append(AsText(subject_key));
  std::string record(platform);
  record.push_back('\0');
  record.append(puid);
  const auto derive = [&](Bytes secret, Reach reach, std::string_view scope) {
    return DeriveSecret(DeriveKey(secret, reach, scope), reach, puid);
  };
  return {derive(AsBytes(own), Reach::kSubject, platform),
          derive(platform_secret, Reach::kPlatform, record),
          derive(platform_secret, Reach::kPublic, record)};
}

Hash PartSalt(const RecordSecrets& secrets, PartTag tag, Reach reach) {
  return Derive(SecretOf(secrets, reach), kSaltLabel, tag);
}

Hash CommitPart(PartTag tag, const Hash& salt, Bytes value) {
  std::array<uint8_t, 8> length;
  for (size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<uint8_t>(value.size() >> (56 - 8 * i));
  }
  const uint8_t number = tag;
  return Sha256(
      {AsBytes(kCommitLabel), Bytes(&number, 1), salt, length, value});
}

std::vector<CommittedTarget> CommitTargets(
    const RecordSecrets& secrets, std::span<const std::string> targets) {
  std::vector<CommittedTarget> committed;
  for (const std::string& target : targets) {
    const Hash name = Sha256(AsBytes(target));
    const Hash salt = HkdfExpand(HkdfExtract(kNoSalt, secrets.platform),
                                 {AsBytes(kTargetLabel), Bytes(name)});
    committed.push_back(
        {target, salt, CommitPart(kPartTargets, salt, AsBytes(target))});
  }
  std::ranges::sort(committed, {}, &CommittedTarget::commitment);
  const auto rest =
      std::ranges::unique(committed, {}, &CommittedTarget::commitment);
  committed.erase(rest.begin(), rest.end());
  return committed;
}

Hash TargetsRoot(std::span<const CommittedTarget> targets) {
  MODLOG_CHECK(!targets.empty(), "no part is made of no targets");
  Frontier tree;
  for (const CommittedTarget& target : targets) {
    tree.Append(HashLeaf(target.commitment));
  }
  return tree.Root();
}

std::vector<Hash> SaltParts(const RecordSecrets& secrets,
                            std::span<const RecordPart> parts) {
  // The first step of HKDF is the same for all parts of a reach.
  std::array<std::optional<Hash>, kReachMax + 1> keys;
  std::vector<Hash> salts;
  salts.reserve(parts.size());
  for (const RecordPart& part : parts) {
    MODLOG_CHECK(MayHaveReach(part.tag, part.reach),
                 "a part is salted by a secret of its own reach");
    auto& key = keys[static_cast<size_t>(part.reach)];
    if (!key) key = HkdfExtract(kNoSalt, SecretOf(secrets, part.reach));
    salts.push_back(Expand(*key, kSaltLabel, part.tag));
  }
  return salts;
}

PartSlots CommitParts(const RecordSecrets& secrets,
                      std::span<const RecordPart> parts) {
  return CommitParts(secrets, parts, SaltParts(secrets, parts));
}

PartSlots CommitParts(const RecordSecrets& secrets,
                      std::span<const RecordPart> parts,
                      std::span<const Hash> salts) {
  MODLOG_CHECK(salts.size() == parts.size(), "a salt a part");
  // Most slots are fillers of one secret: its first step is made once.
  const Hash filler_key = HkdfExtract(kNoSalt, secrets.platform);
  PartSlots slots;
  size_t next = 0;
  for (uint8_t tag = 1; tag <= kPartTagMax; ++tag) {
    Hash& slot = slots[tag - 1U];
    if (next == parts.size() || parts[next].tag != tag) {
      slot = Expand(filler_key, kFillerLabel, tag);
      continue;
    }
    slot = CommitPart(parts[next].tag, salts[next], parts[next].value);
    ++next;
  }
  MODLOG_CHECK(next == parts.size(), "tags of parts ascend within 1..24");
  return slots;
}

Hash CommitRecord(const PartSlots& slots) {
  const Bytes joined(slots.front().data(), slots.size() * kHashSize);
  return Sha256({AsBytes(kRecordLabel), joined});
}

}  // namespace modlog
