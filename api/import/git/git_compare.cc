#include "api/import/git/git_compare.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "api/import/git/git_publication.h"
#include "api/import/git/git_repository.h"
#include "api/import/github/github_notices.h"
#include "api/import/input/file_tree.h"

namespace modlog {
namespace {

constexpr size_t kGitBlockSize = 256;

class Comparer {
 public:
  Comparer(const GitHistoryOptions& options, GitRepository* repository,
           const GitTexts& texts, std::vector<GitFile> head,
           const AppendChange& append)
      : options_(options),
        repository_(repository),
        texts_(texts),
        head_(std::move(head)),
        append_(append),
        lookup_(options_.find),
        papers_(texts.texts.size()),
        logged_(texts.texts.size()) {
    for (const GitFile& file : head_) at_head_.insert(file.blob);
  }

  Result<GitComparison> Run(
      const std::function<Result<void>(uint64_t, uint64_t)>& on_progress);

 private:
  Result<void> LookUpTexts(size_t begin, size_t end);
  Result<void> LookUpChanges(size_t begin, size_t end);
  Result<void> Append(const TextChange& change, const std::string& paper,
                      GitDifference* difference);
  Result<void> Look(const TextChange& change, GitComparison* comparison);
  Result<GitDifference> Describe(const TextChange& change, size_t before);

  const GitHistoryOptions& options_;
  GitRepository* const repository_;
  const GitTexts& texts_;
  const std::vector<GitFile> head_;
  std::unordered_set<std::string> at_head_;  // blobs
  const AppendChange& append_;
  LoggedPuids lookup_;
  // By text: the puid of the entry that stands for the paper, empty where the
  // log has none; whether the log has the text.
  std::vector<std::string> papers_;
  std::vector<bool> logged_;
};

// Whether the log has the papers, each under one of its text's paths.
Result<void> Comparer::LookUpTexts(size_t begin, size_t end) {
  std::vector<std::pair<size_t, std::string>> candidates;
  for (size_t text = begin; text < end; ++text) {
    const GitText& looked_at = texts_.texts[text];
    const Result<std::string> content =
        repository_->ReadBlob(looked_at.blob, kNoticeSizeMax);
    if (!content.has_value()) {
      // Too large, or not in this clone: no import took it either.
      if (content.error().code != Code::kUnavailable) continue;
      return std::unexpected(content.error());
    }
    for (const std::string& path : NoticePaths(looked_at)) {
      candidates.emplace_back(text, PaperPuid(options_.secret, path, *content));
      candidates.emplace_back(text,
                              OlderPaperPuid(options_.secret, path, *content));
    }
  }
  std::vector<std::string> puids;
  for (const auto& [text, puid] : candidates) puids.push_back(puid);
  RETURN_IF_ERROR(lookup_.Ask(puids));
  for (const auto& [text, puid] : candidates) {
    if (logged_[text] || lookup_.Find(puid) == nullptr) continue;
    logged_[text] = true;
    papers_[text] = puid;
  }
  return {};
}

Result<void> Comparer::LookUpChanges(size_t begin, size_t end) {
  std::vector<std::string> puids;
  for (size_t i = begin; i < end; ++i) {
    const TextChange& change = texts_.changes[i];
    if (change.fate != TextFate::kEdited && change.fate != TextFate::kRemoved) {
      continue;
    }
    PublicationPuids names =
        PublicationPuidsOf(options_.secret, texts_, change);
    puids.push_back(std::move(names.puid));
    puids.push_back(std::move(names.older));
  }
  return lookup_.Ask(puids);
}

Result<GitDifference> Comparer::Describe(const TextChange& change,
                                         size_t before) {
  const GitTexts::Commit& commit = texts_.commits[change.commit];
  std::string found;
  const LoggedAction* const recorded = lookup_.FindChange(
      PublicationPuidsOf(options_.secret, texts_, change), &found);
  GitDifference difference{.path = change.path,
                           .commit = commit.id,
                           .committed_at_s = commit.committed_at_s,
                           .logged = logged_[before],
                           .recorded = recorded != nullptr,
                           .newer_logged = logged_[change.text],
                           .reappeared = false,
                           .appended = false};
  const std::string& paper = papers_[before];
  if (recorded == nullptr && append_ && !paper.empty()) {
    RETURN_IF_ERROR(Append(change, paper, &difference));
  }
  return difference;
}

Result<void> Comparer::Append(const TextChange& change,
                              const std::string& paper,
                              GitDifference* difference) {
  std::string text;
  if (change.fate == TextFate::kEdited) {
    Result<std::string> content =
        repository_->ReadBlob(texts_.texts[change.text].blob, kNoticeSizeMax);
    if (!content.has_value()) {
      if (content.error().code == Code::kUnavailable) {
        return std::unexpected(content.error());
      }
      return {};  // no import would take it
    }
    text = *std::move(content);
  }
  RETURN_IF_ERROR(append_(MakePublicationChange(
      options_, texts_, change, paper, text,
      CommitDay(texts_.commits[change.commit], options_.today))));
  difference->appended = true;
  return {};
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
  if (edited.recorded || edited.appended) logged_[change.text] = true;
  if (!papers_[change.older].empty()) {
    papers_[change.text] = papers_[change.older];
  }
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
  comparison.replacements = repository_->replacements();
  comparison.has_grafts = repository_->has_grafts();
  const size_t texts = texts_.texts.size();
  for (size_t begin = 0; begin < texts; begin += kGitBlockSize) {
    const size_t end = std::min(begin + kGitBlockSize, texts);
    RETURN_IF_ERROR(LookUpTexts(begin, end));
    RETURN_IF_ERROR(on_progress(end, texts));
  }
  const size_t changes = texts_.changes.size();
  for (size_t begin = 0; begin < changes; begin += kGitBlockSize) {
    const size_t end = std::min(begin + kGitBlockSize, changes);
    RETURN_IF_ERROR(LookUpChanges(begin, end));
    for (size_t i = begin; i < end; ++i) {
      RETURN_IF_ERROR(Look(texts_.changes[i], &comparison));
    }
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
    const std::function<Result<void>(uint64_t, uint64_t)>& on_progress,
    const AppendChange& append) {
  ASSIGN_OR_RETURN(GitRepository repository,
                   GitRepository::Open(options.repository));
  ASSIGN_OR_RETURN(const TextHistory history,
                   ReadTextHistory(options, &repository));
  ASSIGN_OR_RETURN(std::vector<GitFile> head,
                   repository.ListHead(options.paths));
  return Comparer(options, &repository, history.texts(), std::move(head),
                  append)
      .Run(on_progress);
}

}  // namespace modlog
