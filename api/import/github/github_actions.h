#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_ACTIONS_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_ACTIONS_H_

// The actions that stand for one published notice. Which fields, and why, is in
// docs/formats.md; every one is marked as a copy of what the platform published
// under the DMCA, with the date that the file bears.
//
// Pure functions, thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include "api/import/github/github_dmca.h"
#include "api/import/github/github_links.h"
#include "api/import/github/github_name.h"
#include "api/import/github/github_text.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// A notice as read.
struct Notice {
  std::string path;  // within the repository
  std::string content;
  Hash content_sha256;
  NoticeName name;
  NoticeText text;
  std::optional<uint32_t> source_day;
};

// Each returns what is particular to its kind, without references.
v1::Action NoticeReceived(const NoticeText& text);
v1::Action ContentDisabled(const NoticeText& text);
v1::Action AppealFiled(const NoticeText& text);
// NoticeRetracted: in part where the text says so, or names fewer than the
// notice retracted did; `about` is null where that is not known.
v1::Action NoticeRetracted(const NoticeText& text, const LinkedNotice* about);
v1::Action ContentRestored();
v1::Action AppealInadmissible();
v1::Action AppealWithdrawn(const NoticeText& text);

// FinishAction adds what all have in common (puid, dates, provenance,
// commitment) and returns the puid and the canonical bytes.
ImportedAction FinishAction(const GithubDmcaOptions& options,
                            const Notice& notice, std::string_view role,
                            v1::Action action);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_ACTIONS_H_
