#ifndef MODLOG_TESTS_LOG_PAYLOAD_FIXTURE_H_
#define MODLOG_TESTS_LOG_PAYLOAD_FIXTURE_H_

// Records with private parts, made as a client makes them: secrets, salts, the
// commitment in the action, and the payload beside it.

#include <string>
#include <vector>

#include "log/rules/action_bytes.h"
#include "log/write/admission.h"
#include "modlog/v1/payload.pb.h"
#include "verifier/core/commitment.h"

namespace modlog {

struct PartGiven {
  PartTag tag;
  std::string value;
  bool open = false;
};

struct RecordWithPayload {
  v1::Action action;
  v1::Payload payload;

  std::string ActionBytes() const { return EncodeAction(action); }
  std::string PayloadBytes() const { return payload.SerializeAsString(); }
};

// Commits `action` to the parts; tags ascend.
inline RecordWithPayload CommitTo(v1::Action action,
                                  const std::vector<PartGiven>& parts,
                                  std::string_view platform = "example") {
  Hash secret = {};
  secret.fill(0x5a);
  const RecordSecrets secrets =
      DeriveRecordSecrets(secret, {}, platform, action.puid());
  RecordWithPayload record{std::move(action), {}};
  std::vector<RecordPart> committed;
  for (const PartGiven& part : parts) {
    const Reach reach =
        part.open                                  ? Reach::kPublic
        : MayHaveReach(part.tag, Reach::kSubject)  ? Reach::kSubject
        : MayHaveReach(part.tag, Reach::kPlatform) ? Reach::kPlatform
                                                   : Reach::kPublic;
    committed.push_back({part.tag, reach, AsBytes(part.value)});
    const Hash salt = PartSalt(secrets, part.tag, reach);
    v1::Part* made = record.payload.add_parts();
    made->set_tag(static_cast<v1::Tag>(part.tag));
    made->set_salt(salt.data(), salt.size());
    made->set_value(part.value);
    made->set_open(part.open);
  }
  const PartSlots slots = CommitParts(secrets, committed);
  for (const Hash& slot : slots) {
    record.payload.add_commitments(slot.data(), slot.size());
  }
  const Hash commitment = CommitRecord(slots);
  record.action.set_commitment(commitment.data(), commitment.size());
  return record;
}

}  // namespace modlog

#endif  // MODLOG_TESTS_LOG_PAYLOAD_FIXTURE_H_
