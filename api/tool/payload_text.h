#ifndef MODLOG_API_TOOL_PAYLOAD_TEXT_H_
#define MODLOG_API_TOOL_PAYLOAD_TEXT_H_

// What a log keeps beside an entry, for people.

#include <string>

#include "modlog/v1/action.pb.h"
#include "modlog/v1/log.pb.h"
#include "verifier/core/result.h"

namespace modlog {

// CheckPayload holds an answer against the action's commitment: the 24 lead to
// it, and each part to its own of them. kBadProof; nothing where nothing is
// kept.
Result<void> CheckPayload(const v1::Action& action, const v1::Payload& payload);

// FormatPayload writes an answer that was checked. Control characters of a
// value other than line feeds come out as \xNN.
std::string FormatPayload(uint64_t index, const v1::Action& action,
                          const v1::GetPayloadResponse& response);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_PAYLOAD_TEXT_H_
