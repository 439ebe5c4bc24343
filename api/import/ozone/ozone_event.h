#ifndef MODLOG_API_IMPORT_OZONE_OZONE_EVENT_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_EVENT_H_

// One moderation event of Bluesky's Ozone, as its API returns it
// (tools.ozone.moderation.queryEvents and getEvent; lexicon
// tools.ozone.moderation.defs#modEventView and #modEventViewDetail):
//
//   {"id":7,"createdAt":"2025-03-01T12:00:00.000Z","createdBy":"did:plc:…",
//    "event":{"$type":"tools.ozone.moderation.defs#modEventTakedown",
//             "comment":"…","durationInHours":24},
//    "subject":{"$type":"com.atproto.admin.defs#repoRef","did":"did:plc:…"},
//    "subjectBlobCids":[]}
//
// Only what a record has a place for is read; other members are let pass, as
// views carry many. Pure functions, thread-safe.
//
// Limits: kOzoneFileSizeMax a file, kOzoneDocumentSizeMax where it is one JSON
// value, kOzoneLineSizeMax a line otherwise, kOzoneDepthMax levels.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kOzoneFileSizeMax = 1 << 30;
inline constexpr size_t kOzoneDocumentSizeMax = 64 << 20;
inline constexpr size_t kOzoneLineSizeMax = 1 << 20;
inline constexpr int kOzoneDepthMax = 64;

struct OzoneEvent {
  uint64_t id = 0;
  std::string type;          // "modEventTakedown", without the lexicon's name
  int64_t created_at_s = 0;  // since 1970-01-01, UTC
  v1::SubjectKind subject_kind = v1::SUBJECT_KIND_UNSPECIFIED;
  std::string subject;  // did:…, at://…, chat:<convo>[/<message>]
  std::string account;  // whose it is: did:…; "" where the subject names none
  std::string created_by;
  std::string comment;
  std::string mod_tool;
  std::string report_type;  // "reasonSpam"
  std::vector<std::string> policies;
  std::string severity_level;
  std::vector<std::string> target_services;
  int64_t duration_hours = 0;  // 0: without an end
  int64_t strikes = 0;
  std::optional<int64_t> strikes_expire_s;
  std::vector<std::string> labels_created;
  std::vector<std::string> labels_negated;
  std::optional<int64_t> execute_at_s;
  std::string status;  // of an age assurance: "blocked", "assured", "reset"
};

// Why an event could not be read, and the member that is to blame.
struct OzoneError {
  std::string member;  // "event.durationInHours"; may be empty
  std::string reason;
};

// A value of a file: its place, and the event or why it is none.
struct OzoneItem {
  uint64_t line = 0;  // 0: the file is one JSON value
  uint64_t number = 0;
  std::expected<OzoneEvent, OzoneError> event;
};

// ReadOzone reads a file: arrays of events, objects with "events" or events,
// one behind the other, or one event a line. Hands out each event in the order
// of the file; an error of `on_item` ends it. Where the file ends in the middle
// the last item says so, and which event was last. kMalformed where the file is
// none of these.
Result<void> ReadOzone(std::string_view text,
                       const std::function<Result<void>(OzoneItem)>& on_item);

// ParseDateTime reads an RFC 3339 date and time ("2025-03-01T12:00:00.000Z",
// "…+02:00") as seconds since 1970-01-01 UTC; nothing for anything else.
std::optional<int64_t> ParseDateTime(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_EVENT_H_
