#include "api/import/record_payload.h"

#include "modlog/v1/payload.pb.h"

namespace modlog {
namespace {

std::string EncodePayload(const RecordSecrets& secrets, const PartSlots& slots,
                          const std::vector<PrivatePart>& parts) {
  v1::Payload payload;
  for (const PrivatePart& part : parts) {
    v1::Part* const stored = payload.add_parts();
    stored->set_tag(static_cast<v1::Tag>(part.tag));
    const Hash salt = PartSalt(secrets, part.tag, part.reach);
    stored->set_salt(salt.data(), salt.size());
    stored->set_value(part.value);
    stored->set_open(part.reach == Reach::kPublic);
  }
  for (const Hash& slot : slots) {
    payload.add_commitments(slot.data(), slot.size());
  }
  return payload.SerializeAsString();
}

}  // namespace

CommittedParts CommitPayload(const PlatformSecret& secret,
                             std::string_view platform, std::string_view puid,
                             const std::vector<PrivatePart>& parts,
                             KeepPayload keep) {
  const RecordSecrets secrets =
      DeriveRecordSecrets(secret.bytes, {}, platform, puid);
  std::vector<RecordPart> committed;
  for (const PrivatePart& part : parts) {
    committed.push_back({part.tag, part.reach, AsBytes(part.value)});
  }
  const PartSlots slots = CommitParts(secrets, committed);
  return {CommitRecord(slots), keep == KeepPayload::kYes
                                   ? EncodePayload(secrets, slots, parts)
                                   : std::string()};
}

}  // namespace modlog
