#ifndef MODLOG_API_IMPORT_GIT_GIT_HISTORY_H_
#define MODLOG_API_IMPORT_GIT_GIT_HISTORY_H_

// Reads the history of a git repository of GitHub's notices, oldest commit
// first, into actions:
//
//   added       the actions that github_dmca.h makes of the text
//   edited, moved, removed, restored     PUBLICATION_CHANGED about the entry
//               that stands for the paper, seen on the day of the commit
//
// git_texts.h says what each of these is. An edited notice stays one notice:
// its new text is committed to in the entry about the edit, and no second
// notice is counted.
//
// So that this and an import of the files at HEAD name a text alike, its puid
// is made of the newest path that it had; where the log knows it under an
// older one, because it moved since the last import, of that.
//
// The secret, the platform and what is kept are those of github_dmca.h.

#include <string>
#include <vector>

#include "api/import/git/git_repository.h"
#include "api/import/git/git_texts.h"
#include "api/import/github/github_dmca.h"
#include "api/import/importer.h"

namespace modlog {

struct GitHistoryOptions {
  std::string repository;          // a working tree or a bare repository
  std::vector<std::string> paths;  // files or folders in it; none: all
  std::string platform;
  PlatformSecret secret;
  uint32_t today = 0;  // days since 1970-01-01
  KeepPayload keep = KeepPayload::kNo;
  FindLogged find;
  bool repair = false;  // as in github_dmca.h
};

// ReadTextHistory walks the history. kNotFound where it holds no notice.
Result<TextHistory> ReadTextHistory(const GitHistoryOptions& options,
                                    GitRepository* repository);

// ImportGitHistory. kNotFound where there is no repository or no notice in its
// history; kUnavailable where git fails; errors of `find` and of the sink.
Result<ImportTotals> ImportGitHistory(const GitHistoryOptions& options,
                                      ImportSink* sink);

// PaperPuid names the entry that stands for a text under one of its paths;
// OlderPaperPuid as earlier versions did, that went by the name alone.
// REQUIRES: ParseGitNoticeName(path) holds.
std::string PaperPuid(const PlatformSecret& secret, const std::string& path,
                      const std::string& content);
std::string OlderPaperPuid(const PlatformSecret& secret,
                           const std::string& path, const std::string& content);

// NoteReplacements says in `notes` what git would have put in the place of
// objects of the history, and this did not, and whether it was cut off.
void NoteReplacements(const GitRepository& repository, ImportTotals* totals);

// NoticePaths returns the paths of a text that name a notice, newest first, as
// github_dmca.h would find it: those below a year's folder before others.
std::vector<std::string> NoticePaths(const GitText& text);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GIT_GIT_HISTORY_H_
