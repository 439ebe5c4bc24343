#include "api/import/record_payload.h"

#include "modlog/v1/payload.pb.h"

namespace modlog {
namespace {

std::string EncodePayload(const PartSlots& slots,
                          const std::vector<PrivatePart>& parts,
                          const std::vector<Hash>& salts) {
  // One message a thread, cleared and used again: its strings keep their room.
  thread_local v1::Payload payload;
  payload.Clear();
  for (size_t i = 0; i < parts.size(); ++i) {
    const PrivatePart& part = parts[i];
    v1::Part* const stored = payload.add_parts();
    stored->set_tag(static_cast<v1::Tag>(part.tag));
    stored->set_salt(salts[i].data(), salts[i].size());
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
  const std::vector<Hash> salts = SaltParts(secrets, committed);
  const PartSlots slots = CommitParts(secrets, committed, salts);
  return {CommitRecord(slots), keep == KeepPayload::kYes
                                   ? EncodePayload(slots, parts, salts)
                                   : std::string()};
}

}  // namespace modlog
