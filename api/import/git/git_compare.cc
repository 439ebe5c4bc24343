#include "api/import/git/git_compare.h"

#include <unordered_set>
#include <utility>

#include "api/import/git/git_repository.h"
#include "api/import/github/github_notices.h"
#include "api/import/input/file_tree.h"

namespace modlog {
namespace {

class Comparer {
 public:
  Comparer(const GitHistoryOptions& options, GitRepository* repository,
           const GitTexts& texts, std::vector<GitFile> head)
      : options_(options),
        repository_(repository),
        texts_(texts),
        head_(std::move(head)) {
    for (const GitFile& file : head_) at_head_.insert(file.blob);
  }

  Result<GitComparison> Run(
      const std::function<Result<void>(uint64_t, uint64_t)>& on_progress);

 private:
  Result<bool> IsLogged(const std::string& puid) const;
  Result<bool> IsTextLogged(size_t text);
  Result<void> Look(const TextChange& change, GitComparison* comparison);
  Result<GitDifference> Describe(const TextChange& change, size_t before);

  const GitHistoryOptions& options_;
  GitRepository* const repository_;
  const GitTexts& texts_;
  const std::vector<GitFile> head_;
  std::unordered_set<std::string> at_head_;  // blobs
  std::vector<bool> logged_;                 // by text
};

Result<bool> Comparer::IsLogged(const std::string& puid) const {
  ASSIGN_OR_RETURN(const auto action, FindOne(options_.find, puid));
  return action.has_value();
}

// Whether the log has the paper under one of the text's paths.
Result<bool> Comparer::IsTextLogged(size_t text) {
  const GitText& looked_at = texts_.texts[text];
  const Result<std::string> content =
      repository_->ReadBlob(looked_at.blob, kNoticeSizeMax);
  if (!content.has_value()) {
    // Too large, or not in this clone: no import took it either.
    if (content.error().code != Code::kUnavailable) return false;
    return std::unexpected(content.error());
  }
  const Hash sha256 = Sha256(AsBytes(*content));
  for (const std::string& path : NoticePaths(looked_at)) {
    ASSIGN_OR_RETURN(const bool logged,
                     IsLogged(PaperPuid(options_.secret, path, sha256)));
    if (logged) return true;
  }
  return false;
}

Result<GitDifference> Comparer::Describe(const TextChange& change,
                                         size_t before) {
  const GitTexts::Commit& commit = texts_.commits[change.commit];
  ASSIGN_OR_RETURN(const bool recorded,
                   IsLogged(PublicationPuid(options_.secret, texts_, change)));
  return GitDifference{.path = change.path,
                       .commit = commit.id,
                       .committed_at_s = commit.committed_at_s,
                       .logged = logged_[before],
                       .recorded = recorded,
                       .newer_logged = logged_[change.text],
                       .reappeared = false};
}

Result<void> Comparer::Look(const TextChange& change,
                            GitComparison* comparison) {
  const bool at_head = at_head_.contains(texts_.texts[change.text].blob);
  switch (change.fate) {
    case TextFate::kAdded:
      ++comparison->added;
      return {};
    case TextFate::kRestored:
      return {};
    case TextFate::kMoved:
      ++comparison->moved;
      return {};
    case TextFate::kRemoved: {
      if (at_head) {
        ++comparison->moved;
        return {};
      }
      ASSIGN_OR_RETURN(GitDifference vanished, Describe(change, change.text));
      vanished.newer_logged = false;
      comparison->vanished.push_back(std::move(vanished));
      return {};
    }
    case TextFate::kEdited:
      break;
  }
  ASSIGN_OR_RETURN(GitDifference edited, Describe(change, change.older));
  // The text in between is in the log as that of the edit that brought it.
  if (edited.recorded) logged_[change.text] = true;
  edited.newer_logged = logged_[change.text];
  if (!change.reappeared) {
    comparison->edited.push_back(std::move(edited));
    return {};
  }
  for (GitDifference& vanished : comparison->vanished) {
    if (vanished.path == change.path) vanished.reappeared = true;
  }
  return {};
}

Result<GitComparison> Comparer::Run(
    const std::function<Result<void>(uint64_t, uint64_t)>& on_progress) {
  GitComparison comparison;
  comparison.is_shallow = repository_->is_shallow();
  for (size_t text = 0; text < texts_.texts.size(); ++text) {
    ASSIGN_OR_RETURN(const bool logged, IsTextLogged(text));
    logged_.push_back(logged);
    RETURN_IF_ERROR(on_progress(text + 1, texts_.texts.size()));
  }
  for (const TextChange& change : texts_.changes) {
    RETURN_IF_ERROR(Look(change, &comparison));
  }
  std::unordered_set<std::string> logged_blobs;
  for (size_t text = 0; text < texts_.texts.size(); ++text) {
    if (logged_[text]) logged_blobs.insert(texts_.texts[text].blob);
  }
  for (const GitFile& file : head_) {
    if (!ParseGitNoticeName(file.path).has_value()) continue;
    if (!logged_blobs.contains(file.blob)) ++comparison.not_logged;
  }
  return comparison;
}

}  // namespace

Result<GitComparison> CompareGit(
    const GitHistoryOptions& options,
    const std::function<Result<void>(uint64_t, uint64_t)>& on_progress) {
  ASSIGN_OR_RETURN(GitRepository repository,
                   GitRepository::Open(options.repository));
  ASSIGN_OR_RETURN(const TextHistory history,
                   ReadTextHistory(options, &repository));
  ASSIGN_OR_RETURN(std::vector<GitFile> head,
                   repository.ListHead(options.paths));
  return Comparer(options, &repository, history.texts(), std::move(head))
      .Run(on_progress);
}

}  // namespace modlog
