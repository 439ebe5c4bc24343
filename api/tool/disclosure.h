#ifndef MODLOG_API_TOOL_DISCLOSURE_H_
#define MODLOG_API_TOOL_DISCLOSURE_H_

// From a payload, which holds all private parts of a record, to the openings of
// those that a person may have (verifier/receipt/openings.h). Thread-safe.

#include <cstdint>
#include <string_view>
#include <vector>

#include "api/client/client.h"
#include "modlog/v1/log.pb.h"
#include "verifier/receipt/openings.h"

namespace modlog {

// As many bytes as a payload's file may have: a line of JSON, at most.
inline constexpr size_t kPayloadFileSizeMax = 2 << 20;

// ReadPayload reads an encoded Payload, or JSON from its first byte on: the
// payload alone, or the
// object that holds it as "payload", such as the line that was appended.
// kMalformed.
Result<v1::Payload> ReadPayload(std::string_view file);

// FetchPayload asks the log for what it keeps beside an entry, and shows to the
// caller. kNotFound where that is nothing.
Result<v1::GetPayloadResponse> FetchPayload(Client* client, uint64_t index);

// PartsNamed reads names and numbers of parts into ascending tags, each once.
// kMalformed for what is no part, and for one that is the platform's alone.
Result<std::vector<PartTag>> PartsNamed(const std::vector<std::string>& names);

// OpenParts opens the chosen parts of a payload, or, where none are chosen, all
// that may be disclosed, and holds them against the entry's commitment.
// kNotFound names a chosen part that is not among those given; kMalformed,
// kBadProof for a payload that is not this entry's.
Result<Openings> OpenParts(const v1::GetPayloadResponse& kept,
                           const std::vector<PartTag>& chosen,
                           std::string_view record_commitment);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_DISCLOSURE_H_
