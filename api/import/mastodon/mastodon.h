#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_H_

// Reads lists of blocked domains (mastodon_list.h) into actions, and the
// differences of two lists into what became of them:
//
//   suspend    ACTION, provision TOTAL_SUSPENSION
//   silence    ACTION, visibility CONTENT_DEMOTED
//   noop       NO_ACTION
//   changed    MODIFICATION of the newest measure; to noop: REVERSAL, NO_ACTION
//   vanished   REVERSAL; a noop that vanished ended nothing and makes no entry
//
// A row that was refused leaves its domain as it was. Where nobody can tell
// whose row it was, or the file ends in the middle, no domain counts as
// vanished. Where many vanish at once, or all, that is a question and not an
// entry (allow_vanished).
//
// A list says nothing of when or in which order, and the same line may come
// back: so the entries of one domain are numbered. Entry n of a domain has the
// puid derived from (domain, n), whatever it says; whoever has the secret and
// the name can ask a log for entry 0, 1, 2, … and so knows where it stands.
//
// An entry holds the hashes of the files it was made of (committed to, in part
// 20), so it is recognised. Lists that come back make the same bytes twice: a
// step that the log has is nevertheless a new one where the record of the lists
// imported (list_record.h) says so, the log's newest entry of the domain says
// what the list before it says, and that entry is not the step.
//
// Lists are to be imported in their order, each with the one before it as
// `previous`. Where the log's newest entry of a domain says neither what the
// list before nor what this list says, the domain is refused: to guess would
// make up a decision.
//
// Liftings that an earlier version made of rows it could not read are found
// where both lists block the domain; `repair` makes them void.
//
// Rows copied from a list are COPIED_FROM_PLATFORM: the platform published the
// line. What follows from two lists is OBSERVED: nobody published that a block
// was changed or lifted, it was seen.

#include <string>

#include "api/import/importer.h"
#include "api/import/platform_secret.h"
#include "api/import/record_payload.h"

namespace modlog {

// So many blocks may vanish at once without a question: three, or a tenth of
// the list before, whichever is more. A list without a row always is one.
inline constexpr uint64_t kVanishedFew = 3;
inline constexpr uint64_t kVanishedShare = 10;  // one in

struct MastodonOptions {
  std::string file;      // or "-"
  std::string previous;  // the list before it; empty: there is none
  std::string platform;
  PlatformSecret secret;
  KeepPayload keep = KeepPayload::kNo;
  FindLogged find;
  std::string record;  // path of the record of lists; empty: none is kept
  uint64_t allow_vanished = 0;
  bool new_step = false;  // the step is new, whatever the record says
  bool repair = false;
};

// ImportMastodon hands out the entries of vanished domains first, then those of
// the file's rows in order. kMalformed for a file that is no list,
// kUnavailable, kTooLarge, errors of `find` and of the sink.
Result<ImportTotals> ImportMastodon(const MastodonOptions& options,
                                    ImportSink* sink);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_H_
