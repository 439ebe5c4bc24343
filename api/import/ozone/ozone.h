#ifndef MODLOG_API_IMPORT_OZONE_OZONE_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_H_

// Reads Ozone's moderation events (ozone_event.h) into actions, oldest first:
//
//   modEventReport            NOTICE_RECEIVED; with reasonAppeal APPEAL_FILED
//                             about the newest measure of the subject in force,
//                             or of what contains it
//   modEventTakedown          ACTION: an account is suspended, with an end
//                             where hours are given, else terminated; anything
//                             else is removed. MODIFICATION where a takedown of
//                             the subject is in force
//   modEventReverseTakedown   REVERSAL of the subject's newest takedown
//   modEventLabel             ACTION, content labelled; REVERSAL where a later
//                             event negates labels, in part where some stay
//   modEventResolveAppeal     APPEAL_DECIDED: what was done since the appeal,
//                             or by the same moderator shortly behind it
//   modEventAcknowledge       NO_ACTION, where reports are unanswered
//   revokeAccountCredentialsEvent  ACTION, account UNLISTED
//   ageAssuranceOverrideEvent ACTION, PARTIAL_SUSPENSION; lifted: REVERSAL
//   scheduleTakedownEvent     SCHEDULED
//   cancelScheduledTakedownEvent  SCHEDULE_CANCELLED
//
// All others are no decisions about content or people, and are counted. So are
// the reversals that Ozone makes by itself when the hours of a takedown are
// over: the end was logged with it, and it is nothing that an appeal brought.
//
// What refers to what follows from the subject: from the files given, in any
// order, and from what the log has of the subject already (ozone_chain.h). An
// event older than what the log has of its subject is refused: entries behind
// it were made without it. What follows from state alone (references, outcomes)
// is said once; an event that is known keeps what was logged, but for the
// faults below.
//
// Faults of earlier versions and of exports that ended too early are counted,
// and with `repair` put right by a CORRECTION: an appeal decided otherwise than
// what was done, a reversal because of an appeal that says own review, an
// appeal that names no measure though there was one.
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
  bool repair = false;
  KeepPayload keep = KeepPayload::kNo;
  FindLogged find;  // empty: a log that has nothing
};

// ImportOzone. kMalformed for a file that holds no events, kTooLarge,
// kUnavailable, errors of `find` and of the sink.
Result<ImportTotals> ImportOzone(const OzoneOptions& options, ImportSink* sink);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_H_
