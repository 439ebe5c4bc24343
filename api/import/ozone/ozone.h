#ifndef MODLOG_API_IMPORT_OZONE_OZONE_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_H_

// Reads Ozone's moderation events (ozone_event.h) into actions, oldest first:
//
//   modEventReport            NOTICE_RECEIVED; with reasonAppeal APPEAL_FILED
//                             about the subject's takedown
//   modEventTakedown          ACTION: an account is suspended, with an end
//                             where hours are given, else terminated; anything
//                             else is removed. MODIFICATION where a takedown of
//                             the subject is in force
//   modEventReverseTakedown   REVERSAL of the subject's newest takedown
//   modEventResolveAppeal     APPEAL_DECIDED: reversed where the takedown was
//                             reversed before, else upheld
//   modEventLabel             ACTION, content labelled; REVERSAL where a later
//                             event negates labels, in part where some stay
//   scheduleTakedownEvent     SCHEDULED
//   cancelScheduledTakedownEvent  SCHEDULE_CANCELLED
//
// All others are no decisions about content or people, and are counted. So are
// the reversals that Ozone makes by itself when the hours of a takedown are
// over: the end was logged with it.
//
// What refers to what follows from the subject: the newest takedown, schedule
// or appeal of the same subject before it, in the files given. So files are
// given together, in any order. An event's puid is derived from its number.
//
// Accounts, handles, comments and policies get into no action: subject (1, 2),
// comment (3), policies (6) and, of reports alone, who reported (10) are
// committed to. Which moderator decided is not kept.

#include <cstdint>
#include <string>
#include <vector>

#include "api/import/importer.h"
#include "api/import/platform_secret.h"
#include "api/import/record_payload.h"

namespace modlog {

inline constexpr size_t kOzoneEventsMax = 2'000'000;  // of one import

struct OzoneOptions {
  std::vector<std::string> files;
  std::string platform;
  PlatformSecret secret;
  uint32_t today = 0;  // days since 1970-01-01
  // Whether the platform imports its own events: they are its own word. Else
  // they are copied, and may lack what they are about.
  bool own = false;
  KeepPayload keep = KeepPayload::kNo;
};

// ImportOzone. kMalformed for a file that holds no events, kTooLarge,
// kUnavailable, errors of the sink.
Result<ImportTotals> ImportOzone(const OzoneOptions& options, ImportSink* sink);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_H_
