#ifndef MODLOG_API_IMPORT_GIT_GIT_LOG_H_
#define MODLOG_API_IMPORT_GIT_GIT_LOG_H_

// What `git log` prints of the changes of each commit, with
//
//   -z --raw -c --no-renames --no-abbrev --format=%x01%H %ct
//
//   01 <commit id> <committed at, s> 00
//   \n :<mode> <mode> <blob before> <blob after> <status> 00 <path> 00
//   \n ::<mode> <mode> <mode> <blob> <blob> <blob after> MM 00 <path> 00
//
// the last for a file that a merge made differ from all its parents; what it
// was before is then what it was in the first of them that had it. Ids are 40
// or 64 hex digits. Paths are bytes.
//
// Limits: kGitTokenSizeMax bytes between two NULs. Not thread-safe.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kGitTokenSizeMax = 64 << 10;

// One path that a commit changed. Empty blobs: there is no file before, after.
struct GitChange {
  std::string before;
  std::string after;
  std::string path;
};

struct GitCommit {
  std::string id;
  int64_t committed_at_s = 0;
  std::vector<GitChange> changes;  // of regular files
};

class GitLogParser {
 public:
  // `on_commit` gets each commit once it is whole; its error is final.
  using OnCommit = std::function<Result<void>(const GitCommit&)>;
  explicit GitLogParser(OnCommit on_commit)
      : on_commit_(std::move(on_commit)) {}

  // Feed takes the next bytes. kMalformed for what git does not print.
  Result<void> Feed(std::string_view bytes);
  // Finish hands out the last commit.
  Result<void> Finish();

 private:
  Result<void> TakeToken(std::string_view token);
  Result<void> TakeHeader(std::string_view header);
  Result<void> TakeChange(std::string_view change);

  const OnCommit on_commit_;
  std::string pending_;  // without its NUL yet
  bool has_commit_ = false;
  bool path_follows_ = false;
  GitCommit commit_;
  GitChange change_;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GIT_GIT_LOG_H_
