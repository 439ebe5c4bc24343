#ifndef MODLOG_API_IMPORT_GIT_GIT_COMPARE_H_
#define MODLOG_API_IMPORT_GIT_GIT_COMPARE_H_

// Holds the history of a repository of notices against a log: which published
// texts were edited in place, which vanished, and what the log has of each. The
// log is asked for the puids that the imports (git_history.h, github_dmca.h)
// would have made with the same secret.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/import/git/git_history.h"

namespace modlog {

struct GitDifference {
  std::string path;
  std::string commit;
  int64_t committed_at_s = 0;
  bool logged = false;    // the log has the text as it was before
  bool recorded = false;  // the log has an entry about this very change
  // Edited: the log has the new text, too. Vanished: the path came back, with
  // other words.
  bool newer_logged = false;
  bool reappeared = false;
  bool appended = false;  // an entry about this change was handed out now
};

struct GitComparison {
  // In the order of the history. Edited: the text under a path was replaced.
  // Vanished: a text was deleted, and its words are nowhere at HEAD.
  std::vector<GitDifference> edited;
  std::vector<GitDifference> vanished;
  uint64_t added = 0;  // texts published under paths of their own
  uint64_t moved = 0;  // deletions of texts that are elsewhere, word for word
  uint64_t not_logged = 0;  // notices at HEAD of which the log has no text
  bool is_shallow = false;  // the history was cut off
  // As GitRepository has them.
  std::vector<std::string> replacements;
  bool has_grafts = false;
};

// Takes an entry to append; an error ends the comparison.
using AppendChange = std::function<Result<void>(ImportedAction)>;

// CompareGit. `on_progress` gets texts looked at and their number. Where
// `append` is given it gets an entry for each edit and each vanished text of a
// paper that the log has and that has no such entry yet: the one that
// ImportGitHistory would make. Errors as there, and of `append`.
Result<GitComparison> CompareGit(
    const GitHistoryOptions& options,
    const std::function<Result<void>(uint64_t, uint64_t)>& on_progress,
    const AppendChange& append = nullptr);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GIT_GIT_COMPARE_H_
