#ifndef MODLOG_API_IMPORT_GIT_GIT_TEXTS_H_
#define MODLOG_API_IMPORT_GIT_GIT_TEXTS_H_

// The texts that a repository of notices published in the course of its
// history, and what became of each:
//
//   added      a text that was not there before
//   edited     other words under the same path; also where a path that had
//              vanished comes back with other words
//   moved      gone from a path while the same words are under another
//   removed    gone, and nowhere else at that time
//   restored   back, after it was removed
//
// A text is its bytes and its file name, so that one that was moved to another
// folder stays the same. A file that gets another name and other words in one
// commit is removed and added: most notices are one form, and different ones
// resemble each other as much as two wordings of one.
//
// Commits of parallel branches come one after the other, so what a change says
// that there was before counts more than what the walk remembers. Only paths
// that can be notices' are looked at. Some 400 bytes a text. Not thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/import/git/git_log.h"
#include "api/import/github/github_name.h"

namespace modlog {

// ParseGitNoticeName reads the path of a notice, also of one that lies outside
// of its year's folder, as all did at first.
Result<NoticeName> ParseGitNoticeName(std::string_view path);

struct GitText {
  std::string blob;
  std::vector<std::string> paths;  // each once, in the order it got them
};

enum class TextFate { kAdded, kEdited, kMoved, kRemoved, kRestored };

struct TextChange {
  TextFate fate;
  size_t text;       // in GitTexts::texts
  size_t older;      // the text that an edited one took the place of
  size_t commit;     // in GitTexts::commits
  std::string path;  // where the text is now; of a removed one, where it was
  bool reappeared;   // an edited one whose path had vanished
  // Of how many this is the last: the same became of the same words under the
  // same path. From 1.
  uint32_t occurrence;
};

struct GitTexts {
  struct Commit {
    std::string id;
    int64_t committed_at_s;
  };
  std::vector<GitText> texts;
  std::vector<TextChange> changes;  // in the order of the history
  std::vector<Commit> commits;      // those with changes
  // Paths of files that are no notices, and how many changes of each.
  std::map<std::string, uint64_t> other_files;
};

class TextHistory {
 public:
  void Add(const GitCommit& commit);
  const GitTexts& texts() const { return result_; }

 private:
  void ApplyAdd(const GitCommit& commit, const GitChange& change);
  void ApplyEdit(const GitChange& change);
  void ApplyDelete(const GitChange& change);
  std::optional<size_t> Find(std::string_view blob,
                             std::string_view path) const;
  size_t NewText(const GitChange& change);
  void Place(size_t text, const std::string& path);
  void Unplace(size_t text, const std::string& path);
  void Emit(TextChange change);

  GitTexts result_;
  std::unordered_map<std::string, size_t> by_key_;  // blob || name
  std::unordered_map<std::string, std::vector<size_t>> by_blob_;
  std::unordered_map<std::string, size_t> at_path_;
  std::unordered_map<std::string, size_t> removed_at_;
  std::unordered_map<std::string, uint32_t> occurrences_;
  std::vector<std::set<std::string>> live_;  // paths of each text
  GitTexts::Commit commit_;
  bool commit_kept_ = false;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GIT_GIT_TEXTS_H_
