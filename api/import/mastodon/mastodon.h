#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_H_

// Reads Mastodon's lists of blocked domains (mastodon_list.h) into actions, and
// the differences of two lists into what became of them:
//
//   suspend    ACTION, provision TOTAL_SUSPENSION
//   silence    ACTION, visibility CONTENT_DEMOTED
//   noop       NO_ACTION
//   changed    MODIFICATION of the newest measure; to noop: REVERSAL, NO_ACTION
//   vanished   REVERSAL; a noop that vanished ended nothing and makes no entry
//
// A list says nothing of when or in which order, and the same line may come
// back: so the entries of one domain are numbered. Entry n of a domain has the
// puid derived from (domain, n), whatever it says; whoever has the secret and
// the name can ask a log for entry 0, 1, 2, … and so knows where it stands.
// From that follows what a later file may add, and that the same command run
// again, now or after later ones, adds nothing: an entry holds the hashes of
// the files it was made of (committed to, in part 20), so it is recognised.
//
// Lists are to be imported in their order, each with the one before it as
// `previous`. Where the log's newest entry of a domain is not what that says,
// the domain is refused: to guess would make up a decision.
//
// Rows copied from a list are COPIED_FROM_PLATFORM: the platform published the
// line. What follows from two lists is OBSERVED: nobody published that a block
// was changed or lifted, it was seen.

#include <string>

#include "api/import/importer.h"
#include "api/import/platform_secret.h"
#include "api/import/record_payload.h"

namespace modlog {

struct MastodonOptions {
  std::string file;      // or "-"
  std::string previous;  // the list before it; empty: there is none
  std::string platform;
  PlatformSecret secret;
  KeepPayload keep = KeepPayload::kNo;
  FindLogged find;
};

// ImportMastodon hands out the entries of vanished domains first, then those of
// the file's rows in order. kMalformed for a file that is no list,
// kUnavailable, kTooLarge, errors of `find` and of the sink.
Result<ImportTotals> ImportMastodon(const MastodonOptions& options,
                                    ImportSink* sink);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_H_
