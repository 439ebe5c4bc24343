#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_DMCA_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_DMCA_H_

// Reads a copy of the notices that GitHub publishes (github.com/github/dmca,
// one Markdown file each, YYYY/MM/YYYY-MM-DD-name.md) into actions:
//
//   takedown                NOTICE_RECEIVED, and an ACTION caused by it
//   counter notice          APPEAL_FILED     about the action
//   retraction              NOTICE_RETRACTED about the notice
//   reversal                REVERSAL         of the action
//   counter-notice reversal   APPEAL_DECIDED, inadmissible, about the appeal
//   counter-notice retraction APPEAL_WITHDRAWN              about the appeal
//
// Which of these one is says its text; where that does not say, its name
// (github_kind.h).
//
// A retraction is the claimant's act; that the platform acted on it is not said
// in it, so no REVERSAL is made of one, nor is a counter notice completed to
// "restored". Links come from a URL in the text, else from a common target,
// else there is none and a warning; never from the name alone.
//
// No name gets into an action: puids are derived, paths and texts are committed
// to (verifier/core/commitment.h) and kept only where that is asked for.
// docs/formats.md has the rest.

#include <cstdint>
#include <string>

#include "api/import/importer.h"
#include "api/import/platform_secret.h"
#include "api/import/record_payload.h"

namespace modlog {

struct GithubDmcaOptions {
  std::string directory;  // the one that holds 2021/, 2022/, …
  std::string platform;   // "github"; goes into the commitments
  PlatformSecret secret;
  uint32_t today;  // days since 1970-01-01; a later date of a file is a mistake
  KeepPayload keep = KeepPayload::kNo;  // path, text and root of the targets
  // Asked where an earlier version took a notice for something else; may be
  // empty. With `repair` what it made of it is declared void.
  FindLogged find = nullptr;
  bool repair = false;
};

// ImportGithubDmca hands out everything in the directory: by date, then in the
// order of the list above, then by path. Files that are no notices by their
// place are passed over. kNotFound where the directory is missing or no year's
// folder with a notice is in it; errors of `find` and of the sink.
Result<ImportTotals> ImportGithubDmca(const GithubDmcaOptions& options,
                                      ImportSink* sink);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_DMCA_H_
