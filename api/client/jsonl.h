#ifndef MODLOG_API_CLIENT_JSONL_H_
#define MODLOG_API_CLIENT_JSONL_H_

// One action as one line of JSON (RFC 8259, jsonlines.org):
//
//   {"platform":"example","action":{"kind":"KIND_ACTION","puid":"a-1",…}}
//   {"kind":"KIND_ACTION","puid":"a-1",…}           the platform given apart
//
// Beside an action may stand its payload (api/client/payload_json.h); the
// account that it is about, as "account", which never leaves this machine; and
// what `modlog export` says of the entry that it had elsewhere: index,
// logged_at and leaf_hash are read past.
//
// The action is protobuf's JSON form of modlog.v1.Action. It is read strictly,
// because what is logged cannot be taken back: a repeated or unknown name, at
// any depth, trailing bytes or commas, a name without quotes and text that is
// not UTF-8 are refused, all of which protobuf's own parser lets pass.
//
// Limits: kJsonLineSizeMax bytes a line, kJsonLineDepthMax levels. Pure
// functions, thread-safe.

#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kJsonLineSizeMax = 2 << 20;  // payloads, in base64
inline constexpr int kJsonLineDepthMax = 8;

struct ParsedLine {
  std::string platform;
  std::string puid;          // may be empty: that is the log's to refuse
  std::string action;        // canonical bytes
  std::string payload = {};  // encoded, or nothing
  std::string account = {};  // for a subject handle
};

// ParseActionLine reads one line, without its newline. `platform` is that of a
// bare action; it may be empty, and where the line names one too they must
// agree. kMalformed and kTooLarge say what is wrong and where in the line.
Result<ParsedLine> ParseActionLine(std::string_view line,
                                   std::string_view platform);

// IsPlatform: ^[a-z0-9][a-z0-9.-]{0,63}$
bool IsPlatform(std::string_view name);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_JSONL_H_
