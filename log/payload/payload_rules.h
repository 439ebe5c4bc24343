#ifndef MODLOG_LOG_PAYLOAD_PAYLOAD_RULES_H_
#define MODLOG_LOG_PAYLOAD_PAYLOAD_RULES_H_

// What may be kept beside an action: the rules of proto/modlog/v1/payload.proto
// and the proof that it is what the action commits to. What passes is sealed at
// once, on the caller's thread, and goes through the log as ciphertext.
// Thread-safe.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/payload/payload_cipher.h"
#include "log/records/terms.h"
#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"
#include "modlog/v1/payload.pb.h"

namespace modlog {

inline constexpr size_t kPayloadSizeMax = 1 << 20;
inline constexpr size_t kTermTextSizeMax = 8'192;
// What ends the keeping of a payload whose action does not say.
inline constexpr uint32_t kPayloadDays = 183;

struct SealedPart {
  uint8_t tag;  // kCommitmentsTag: the 24 commitments
  PartKey key;
  std::string bytes;  // of a Part, or of the commitments; sealed
};
struct SealedPayload {
  std::vector<SealedPart> parts;  // ascending by tag
  std::string term_text;          // of a TERM
  uint32_t until = 0;  // last day it is kept; 0: kPayloadDays after logged_at
};

// CharactersMax is the limit of a part's value in characters; 0: the payload's
// own is the only one.
size_t CharactersMax(v1::Tag tag);

// AdmitPayload judges the encoded payload of an action that keeps its own
// rules, at time `now_ms`, and seals it. Null where violations were added;
// their paths begin with "payload". A part whose value is a term is added to
// `uses`, and stands or falls with the text of that.
std::shared_ptr<const SealedPayload> AdmitPayload(
    const v1::Action& action, std::string_view payload, int64_t now_ms,
    std::vector<Violation>* violations, std::vector<TermUse>* uses);

}  // namespace modlog

#endif  // MODLOG_LOG_PAYLOAD_PAYLOAD_RULES_H_
