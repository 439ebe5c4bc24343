#include "log/payload/payload_reader.h"

#include <algorithm>

#include "log/records/erasure.h"
#include "log/records/terms.h"
#include "modlog/v1/action.pb.h"
#include "modlog/v1/payload.pb.h"
#include "verifier/core/commitment.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

Result<std::string> CommitmentOf(const DecodedEntry& entry) {
  v1::Action action;
  if (!action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size()))) {
    return Fail(Code::kCorrupt, "a stored action does not parse");
  }
  return action.commitment();
}

// The commitments go with the last part of all.
bool IsErased(const KeptPayload& kept, uint8_t tag) {
  if (tag == kCommitmentsTag) return kept.erased.size() >= kPartTagMax;
  return std::ranges::find(kept.erased, tag) != kept.erased.end();
}

Result<KeptPart> DecodeKeptPart(const std::string& bytes) {
  v1::Part part;
  if (!part.ParseFromString(bytes)) {
    return Fail(Code::kCorrupt, "a stored part does not parse");
  }
  return KeptPart{static_cast<uint32_t>(part.tag()), part.salt(), part.value(),
                  part.term(), part.open()};
}

}  // namespace

Result<std::optional<std::string>> PayloadReader::Open(const PayloadPart& part,
                                                       Bytes commitment) const {
  ASSIGN_OR_RETURN(const auto key, slots_->Read(part.slot));
  if (!key) return std::optional<std::string>();
  ASSIGN_OR_RETURN(std::string plain,
                   OpenPart(*key, commitment, part.id.tag, part.bytes));
  return std::optional(std::move(plain));
}

// Keys go before bytes: between the two, and after a redaction, parts are still
// there that must not be shown.
Result<KeptPayload> PayloadReader::Read(const Prover& prover,
                                        uint64_t index) const {
  KeptPayload kept;
  ASSIGN_OR_RETURN(const std::string leaf, prover.ReadSlot(index));
  ASSIGN_OR_RETURN(const std::vector<PayloadPart> parts,
                   store_->ReadPayload(index));
  RETURN_IF_ERROR(ReadErasures(*store_, index, &kept));
  // Nothing of a redacted entry is shown, though its parts are about to go.
  if (parts.empty() || leaf.empty()) return kept;
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  ASSIGN_OR_RETURN(const std::string commitment, CommitmentOf(entry));
  for (const PayloadPart& part : parts) {
    if (IsErased(kept, part.id.tag)) continue;  // its bytes are about to go
    ASSIGN_OR_RETURN(const auto plain, Open(part, AsBytes(commitment)));
    if (!plain) continue;  // erased, and about to go
    if (part.id.tag == kCommitmentsTag) {
      if (plain->size() != kPartTagMax * kHashSize) {
        return Fail(Code::kCorrupt, "stored commitments are cut short");
      }
      for (size_t i = 0; i < kPartTagMax; ++i) {
        kept.commitments.push_back(plain->substr(i * kHashSize, kHashSize));
      }
      continue;
    }
    ASSIGN_OR_RETURN(KeptPart decoded, DecodeKeptPart(*plain));
    if (decoded.term != 0) {
      ASSIGN_OR_RETURN(decoded.value,
                       ReadTermText(*store_, entry.platform, decoded.term));
    }
    kept.parts.push_back(std::move(decoded));
  }
  return kept;
}

}  // namespace modlog
