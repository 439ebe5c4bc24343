#include "api/import/git/git_history.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/git/git_publication.h"
#include "api/import/git/git_repository.h"
#include "api/import/github/github_kind.h"
#include "api/import/github/github_notices.h"
#include "api/import/input/file_tree.h"
#include "api/import/puid.h"

namespace modlog {
namespace {

constexpr size_t kBlockChangesMax = 256;
constexpr size_t kBlockBytesMax = 16 << 20;

class HistoryImport {
 public:
  HistoryImport(const GitHistoryOptions& options, GitRepository* repository,
                const GitTexts& texts, ImportSink* sink)
      : options_(options),
        notices_{.directory = "",
                 .platform = options.platform,
                 .secret = options.secret,
                 .today = options.today,
                 .keep = options.keep,
                 .find = options.find,
                 .repair = options.repair},
        repository_(repository),
        texts_(texts),
        sink_(sink),
        importer_(notices_, sink, &totals_),
        papers_(texts.texts.size()),
        logged_(options_.find) {}

  Result<ImportTotals> Run();

 private:
  // Reads what the changes from `begin` on need, and asks the log about them at
  // once. Returns the first change that is not of the block.
  Result<size_t> LoadBlock(size_t begin);
  void AddQuestions(size_t change, std::vector<std::string>* puids) const;
  Result<void> ImportChange(size_t change);
  Result<void> ImportText(size_t change);
  Result<void> ImportFate(size_t change);
  std::string ChoosePath(const GitText& text,
                         const Result<std::string>& content) const;
  uint32_t SourceDay(const TextChange& change);
  void TellPassedOver();

  const GitHistoryOptions& options_;
  const GithubDmcaOptions notices_;
  GitRepository* const repository_;
  const GitTexts& texts_;
  ImportSink* const sink_;
  ImportTotals totals_;
  NoticeImporter importer_;
  // The puid of the paper that each text belongs to; empty: it has none.
  std::vector<std::string> papers_;
  // Of the block: the texts that its changes brought, and what the log has.
  std::unordered_map<size_t, Result<std::string>> contents_;  // by change
  LoggedPuids logged_;
};

Result<ImportTotals> HistoryImport::Run() {
  NoteReplacements(*repository_, &totals_);
  const size_t changes = texts_.changes.size();
  for (size_t begin = 0; begin < changes;) {
    ASSIGN_OR_RETURN(const size_t end, LoadBlock(begin));
    for (; begin < end; ++begin) {
      RETURN_IF_ERROR(ImportChange(begin));
      contents_.erase(begin);
      sink_->OnProgress(begin + 1, changes);
    }
  }
  TellPassedOver();
  return std::move(totals_);
}

void HistoryImport::TellPassedOver() {
  for (const auto& [path, changes] : texts_.other_files) {
    totals_.passed_over["changes of files that are no notices"] += changes;
    sink_->OnPassedOver(
        {.source = Printable(path),
         .reason = absl::StrCat("not a notice; changes of it: ", changes)});
  }
}

Result<size_t> HistoryImport::LoadBlock(size_t begin) {
  std::vector<std::string> puids;
  size_t bytes = 0;
  size_t end = begin;
  for (; end < texts_.changes.size() && end - begin < kBlockChangesMax &&
         bytes < kBlockBytesMax;
       ++end) {
    const TextChange& change = texts_.changes[end];
    if (change.fate == TextFate::kAdded || change.fate == TextFate::kEdited) {
      Result<std::string> content =
          repository_->ReadBlob(texts_.texts[change.text].blob, kNoticeSizeMax);
      if (!content.has_value() && content.error().code == Code::kUnavailable) {
        return std::unexpected(content.error());
      }
      if (content.has_value()) bytes += content->size();
      contents_.insert_or_assign(end, std::move(content));
    }
    AddQuestions(end, &puids);
  }
  RETURN_IF_ERROR(logged_.Ask(puids));
  return end;
}

void HistoryImport::AddQuestions(size_t number,
                                 std::vector<std::string>* puids) const {
  const TextChange& change = texts_.changes[number];
  if (change.fate != TextFate::kAdded) {
    PublicationPuids names =
        PublicationPuidsOf(options_.secret, texts_, change);
    puids->push_back(std::move(names.puid));
    puids->push_back(std::move(names.older));
  }
  const auto content = contents_.find(number);
  if (content == contents_.end() || !content->second.has_value()) return;
  const std::vector<std::string> paths = NoticePaths(texts_.texts[change.text]);
  if (paths.size() < 2) return;
  for (const std::string& path : paths) {
    puids->push_back(PaperPuid(options_.secret, path, *content->second));
    puids->push_back(OlderPaperPuid(options_.secret, path, *content->second));
  }
}

Result<void> HistoryImport::ImportChange(size_t number) {
  const TextChange& change = texts_.changes[number];
  if (change.fate == TextFate::kEdited) {
    papers_[change.text] = papers_[change.older];
    if (papers_[change.text].empty()) return ImportText(number);
  }
  if (change.fate == TextFate::kAdded) return ImportText(number);
  // What was refused has no entry that anything could be about.
  if (papers_[change.text].empty()) return {};
  return ImportFate(number);
}

// The first of its paths under which the log knows it.
std::string HistoryImport::ChoosePath(
    const GitText& text, const Result<std::string>& content) const {
  const std::vector<std::string> paths = NoticePaths(text);
  if (paths.size() > 1 && content.has_value()) {
    for (const std::string& path : paths) {
      if (logged_.Find(PaperPuid(options_.secret, path, *content)) != nullptr ||
          logged_.Find(OlderPaperPuid(options_.secret, path, *content)) !=
              nullptr) {
        return path;
      }
    }
  }
  return paths.front();
}

Result<void> HistoryImport::ImportText(size_t number) {
  const TextChange& change = texts_.changes[number];
  Result<std::string>& content = contents_.at(number);
  if (content.has_value() && content->empty()) {
    ++totals_.passed_over["texts that were empty"];
    sink_->OnPassedOver({.source = Printable(change.path),
                         .reason = "empty: nothing was published yet"});
    return {};
  }
  const std::string path = ChoosePath(texts_.texts[change.text], content);
  ASSIGN_OR_RETURN(const NoticeName name, ParseGitNoticeName(path));
  ASSIGN_OR_RETURN(papers_[change.text],
                   importer_.Import(path, name, std::move(content)));
  return {};
}

uint32_t HistoryImport::SourceDay(const TextChange& change) {
  const uint32_t day = CommitDay(texts_.commits[change.commit], options_.today);
  if (day > 0) return day;
  ++totals_.warnings;
  sink_->OnWarning({.source = Printable(change.path),
                    .reason = "the commit's date is left out: it is before "
                              "2000 or in the future"});
  return 0;
}

Result<void> HistoryImport::ImportFate(size_t number) {
  const TextChange& change = texts_.changes[number];
  ++totals_.items;
  ++totals_.items_by_type[std::string(FateName(change.fate))];
  const auto content = contents_.find(number);
  if (content != contents_.end() && !content->second.has_value()) {
    --totals_.items;
    return importer_.Refuse(change.path, content->second.error().message);
  }
  const uint32_t day = SourceDay(change);
  CountAction(v1::KIND_PUBLICATION_CHANGED, &totals_);
  // What stands was logged of other commits, or by an earlier version.
  std::string puid;
  const LoggedAction* const logged = logged_.FindChange(
      PublicationPuidsOf(options_.secret, texts_, change), &puid);
  if (logged != nullptr && !logged->action.empty()) {
    return sink_->OnAction({Printable(change.path), puid, logged->action});
  }
  return sink_->OnAction(MakePublicationChange(
      options_, texts_, change, papers_[change.text],
      content == contents_.end() ? "" : *content->second, day));
}

}  // namespace

std::vector<std::string> NoticePaths(const GitText& text) {
  std::vector<std::string> paths(text.paths.rbegin(), text.paths.rend());
  std::ranges::stable_partition(paths, [](const std::string& path) {
    return ParseNoticeName(path).has_value();
  });
  return paths;
}

std::string PaperPuid(const PlatformSecret& secret, const std::string& path,
                      const std::string& content) {
  const Result<NoticeName> name = ParseGitNoticeName(path);
  MODLOG_CHECK(name.has_value(), "only paths of notices belong to texts");
  const Result<DecidedType> decided = DecideType(*name, content);
  return DerivePuid(
      secret, path, Sha256(AsBytes(content)),
      PaperRole(decided.has_value() ? decided->type : name->type));
}

std::string OlderPaperPuid(const PlatformSecret& secret,
                           const std::string& path,
                           const std::string& content) {
  const Result<NoticeName> name = ParseGitNoticeName(path);
  MODLOG_CHECK(name.has_value(), "only paths of notices belong to texts");
  return DerivePuid(secret, path, Sha256(AsBytes(content)),
                    PaperRole(name->table_type));
}

void NoteReplacements(const GitRepository& repository, ImportTotals* totals) {
  for (const std::string& replaced : repository.replacements()) {
    ++totals->notes[absl::StrCat(
        "the repository replaces ", replaced,
        " by something else (git replace); the history is read without")];
  }
  if (repository.has_grafts()) {
    ++totals->notes
          ["the repository has grafts (info/grafts); the history is read "
           "without"];
  }
}

Result<TextHistory> ReadTextHistory(const GitHistoryOptions& options,
                                    GitRepository* repository) {
  TextHistory history;
  RETURN_IF_ERROR(repository->ReadHistory(
      options.paths, [&history](const GitCommit& commit) -> Result<void> {
        history.Add(commit);
        return {};
      }));
  if (history.texts().texts.empty()) {
    return Fail(Code::kNotFound,
                "no notices in the history of " +
                    Printable(options.repository) +
                    ": want files like 2021/01/2021-01-05-name.md");
  }
  return history;
}

Result<ImportTotals> ImportGitHistory(const GitHistoryOptions& options,
                                      ImportSink* sink) {
  ASSIGN_OR_RETURN(GitRepository repository,
                   GitRepository::Open(options.repository));
  ASSIGN_OR_RETURN(const TextHistory history,
                   ReadTextHistory(options, &repository));
  return HistoryImport(options, &repository, history.texts(), sink).Run();
}

}  // namespace modlog
