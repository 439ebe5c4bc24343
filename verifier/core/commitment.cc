#include "verifier/core/commitment.h"

#include <algorithm>

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

Hash Derive(Bytes secret, std::string_view info) {
  return HkdfExpand(HkdfExtract(kNoSalt, secret), info);
}

// Labels end in a version, so what follows needs no separator.
std::string Info(std::string_view label, uint8_t number,
                 std::string_view rest = "") {
  std::string info(label);
  info.push_back(static_cast<char>(number));
  info.append(rest);
  return info;
}

Hash DeriveSecret(const Hash& key, Reach reach, std::string_view puid) {
  return Derive(key, Info(kSecretLabel, static_cast<uint8_t>(reach), puid));
}

Hash DeriveKey(Bytes secret, Reach reach, std::string_view scope) {
  return Derive(secret, Info(kKeyLabel, static_cast<uint8_t>(reach), scope));
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
  return HkdfExpand(HkdfExtract(salt, secret), AsText(info));
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
  return Derive(SecretOf(secrets, reach), Info(kSaltLabel, tag));
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
    std::string info(kTargetLabel);
    info.append(AsText(Sha256(AsBytes(target))));
    const Hash salt = Derive(secrets.platform, info);
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

PartSlots CommitParts(const RecordSecrets& secrets,
                      std::span<const RecordPart> parts) {
  // Most slots are fillers of one secret: its first step is made once.
  const Hash filler_key = HkdfExtract(kNoSalt, secrets.platform);
  PartSlots slots;
  size_t next = 0;
  for (uint8_t tag = 1; tag <= kPartTagMax; ++tag) {
    Hash& slot = slots[tag - 1U];
    if (next == parts.size() || parts[next].tag != tag) {
      slot = HkdfExpand(filler_key, Info(kFillerLabel, tag));
      continue;
    }
    const RecordPart& part = parts[next++];
    MODLOG_CHECK(MayHaveReach(part.tag, part.reach),
                 "a part is salted by a secret of its own reach");
    slot = CommitPart(part.tag, PartSalt(secrets, part.tag, part.reach),
                      part.value);
  }
  MODLOG_CHECK(next == parts.size(), "tags of parts ascend within 1..24");
  return slots;
}

Hash CommitRecord(const PartSlots& slots) {
  std::string joined;
  for (const Hash& slot : slots) joined.append(AsText(slot));
  return Sha256({AsBytes(kRecordLabel), AsBytes(joined)});
}

}  // namespace modlog
