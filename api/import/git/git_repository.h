#ifndef MODLOG_API_IMPORT_GIT_GIT_REPOSITORY_H_
#define MODLOG_API_IMPORT_GIT_GIT_REPOSITORY_H_

// A git repository, read with the program `git`: its history in one pass, and
// blobs one by one from a process that stays. Nothing in it is run or changed:
// no hooks, filters or external diffs. What it says does not depend on replaced
// objects, grafts, a commit graph, the caller's GIT_… variables, or what the
// caller has configured of logs and diffs. Not thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/import/git/git_log.h"
#include "api/import/input/child_process.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kReplacementsMax = 64;

struct GitFile {
  std::string path;
  std::string blob;
};

class GitRepository {
 public:
  // Open takes a working tree or a bare repository. kNotFound for anything
  // else, kUnavailable where git cannot be run.
  static Result<GitRepository> Open(const std::string& directory);

  // Whether the history was cut off by a shallow clone.
  bool is_shallow() const { return is_shallow_; }

  // Ids of objects in whose place git would show others (git replace), at most
  // kReplacementsMax; and whether parents are (info/grafts). The history is
  // read without either.
  const std::vector<std::string>& replacements() const { return replacements_; }
  bool has_grafts() const { return has_grafts_; }

  // ReadHistory hands out all commits that lead to HEAD, parents before their
  // children. `paths` are files or folders from the repository's root on; none:
  // all of it.
  Result<void> ReadHistory(const std::vector<std::string>& paths,
                           const GitLogParser::OnCommit& on_commit) const;

  // ListHead returns the regular files of HEAD below `paths`.
  Result<std::vector<GitFile>> ListHead(
      const std::vector<std::string>& paths) const;

  // ReadBlob returns at most `size_max` bytes. kTooLarge with the limit,
  // kNotFound where a partial clone lacks it.
  Result<std::string> ReadBlob(const std::string& id, size_t size_max);

 private:
  explicit GitRepository(std::string directory)
      : directory_(std::move(directory)) {}
  Result<ChildProcess> Run(std::vector<std::string> words) const;
  Result<std::string> Capture(std::vector<std::string> words) const;
  Result<void> LookForReplacements();
  Result<std::string> ReadLine();
  Result<void> ReadBytes(size_t size, std::string* keep);

  std::string directory_;
  bool is_shallow_ = false;
  std::vector<std::string> replacements_;
  bool has_grafts_ = false;
  std::optional<ChildProcess> blobs_;  // git cat-file --batch
  std::string buffer_;                 // read from it and not yet used
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GIT_GIT_REPOSITORY_H_
