#include "api/import/git/git_history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/days.h"
#include "api/import/dsa_codes.h"
#include "api/import/git/git_repository.h"
#include "api/import/github/github_notices.h"
#include "api/import/input/file_tree.h"
#include "api/import/puid.h"

namespace modlog {
namespace {

struct Fate {
  std::string_view name;  // of the role, and of the count
  v1::Publication publication;
};
Fate FateOf(TextFate fate) {
  switch (fate) {
    case TextFate::kAdded:
      return {"added", v1::PUBLICATION_UNSPECIFIED};
    case TextFate::kEdited:
      return {"edited", v1::PUBLICATION_EDITED};
    case TextFate::kMoved:
      return {"moved", v1::PUBLICATION_MOVED};
    case TextFate::kRemoved:
      return {"removed", v1::PUBLICATION_REMOVED};
    case TextFate::kRestored:
      return {"restored", v1::PUBLICATION_RESTORED};
  }
  MODLOG_CHECK(false, "a text has one of five fates");
  return {};
}

class HistoryImport {
 public:
  HistoryImport(const GitHistoryOptions& options, GitRepository* repository,
                const GitTexts& texts, ImportSink* sink)
      : options_(options),
        notices_{.directory = "",
                 .platform = options.platform,
                 .secret = options.secret,
                 .today = options.today,
                 .keep = options.keep},
        repository_(repository),
        texts_(texts),
        sink_(sink),
        importer_(notices_, sink, &totals_),
        papers_(texts.texts.size()) {}

  Result<ImportTotals> Run();

 private:
  Result<void> ImportChange(const TextChange& change);
  Result<void> ImportText(const TextChange& change);
  Result<void> ImportFate(const TextChange& change);
  Result<std::string> ChoosePath(const GitText& text,
                                 const Result<std::string>& content);
  uint32_t SourceDay(const TextChange& change);

  const GitHistoryOptions& options_;
  const GithubDmcaOptions notices_;
  GitRepository* const repository_;
  const GitTexts& texts_;
  ImportSink* const sink_;
  ImportTotals totals_;
  NoticeImporter importer_;
  // The puid of the paper that each text belongs to; empty: it has none.
  std::vector<std::string> papers_;
};

Result<ImportTotals> HistoryImport::Run() {
  if (repository_->is_shallow()) {
    ++totals_.warnings;
    sink_->OnWarning({.source = Printable(options_.repository),
                      .reason = "a shallow clone: what was before its first "
                                "commit is not seen"});
  }
  const std::vector<TextChange>& changes = texts_.changes;
  for (size_t i = 0; i < changes.size(); ++i) {
    RETURN_IF_ERROR(ImportChange(changes[i]));
    sink_->OnProgress(i + 1, changes.size());
  }
  if (texts_.other_files > 0) {
    totals_.left_out["changes of other files"] = texts_.other_files;
  }
  return std::move(totals_);
}

Result<void> HistoryImport::ImportChange(const TextChange& change) {
  if (change.fate == TextFate::kEdited) {
    papers_[change.text] = papers_[change.older];
    if (papers_[change.text].empty()) return ImportText(change);
  }
  if (change.fate == TextFate::kAdded) return ImportText(change);
  // What was refused has no entry that anything could be about.
  if (papers_[change.text].empty()) return {};
  return ImportFate(change);
}

Result<std::string> HistoryImport::ChoosePath(
    const GitText& text, const Result<std::string>& content) {
  const std::vector<std::string> paths = NoticePaths(text);
  if (paths.size() > 1 && content.has_value()) {
    const Hash sha256 = Sha256(AsBytes(*content));
    for (const std::string& path : paths) {
      ASSIGN_OR_RETURN(
          const auto logged,
          FindOne(options_.find, PaperPuid(options_.secret, path, sha256)));
      if (logged) return path;
    }
  }
  return paths.front();
}

Result<void> HistoryImport::ImportText(const TextChange& change) {
  const GitText& text = texts_.texts[change.text];
  Result<std::string> content =
      repository_->ReadBlob(text.blob, kNoticeSizeMax);
  if (!content.has_value() && content.error().code == Code::kUnavailable) {
    return std::unexpected(content.error());
  }
  ASSIGN_OR_RETURN(const std::string path, ChoosePath(text, content));
  ASSIGN_OR_RETURN(const NoticeName name, ParseGitNoticeName(path));
  ASSIGN_OR_RETURN(papers_[change.text],
                   importer_.Import(path, name, std::move(content)));
  return {};
}

// A committer's clock may be anything.
uint32_t HistoryImport::SourceDay(const TextChange& change) {
  const int64_t day =
      texts_.commits[change.commit].committed_at_s / kDaySeconds;
  if (day >= kEntryDayMin && day <= options_.today + 1) {
    return static_cast<uint32_t>(day);
  }
  ++totals_.warnings;
  sink_->OnWarning({.source = Printable(change.path),
                    .reason = "the commit's date is left out: it is before "
                              "2000 or in the future"});
  return 0;
}

Result<void> HistoryImport::ImportFate(const TextChange& change) {
  ++totals_.items;
  const Fate fate = FateOf(change.fate);
  ++totals_.items_by_type[std::string(fate.name)];
  const GitTexts::Commit& commit = texts_.commits[change.commit];
  v1::Action action;
  action.set_kind(v1::KIND_PUBLICATION_CHANGED);
  action.set_puid(PublicationPuid(options_.secret, texts_, change));
  action.set_taxonomy(kDsaTaxonomyV2);
  action.add_about(papers_[change.text]);
  action.set_regime(v1::REGIME_US_DMCA);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  action.set_source_date(SourceDay(change));
  action.set_publication(fate.publication);
  std::vector<PrivatePart> parts = {
      {kPartSourceId, Reach::kSubject, change.path}};
  if (change.fate == TextFate::kEdited) {
    Result<std::string> content =
        repository_->ReadBlob(texts_.texts[change.text].blob, kNoticeSizeMax);
    if (!content.has_value()) {
      return importer_.Refuse(change.path, content.error().message);
    }
    parts.push_back({kPartSourceText, Reach::kSubject, *std::move(content)});
  }
  parts.push_back({kPartSourceMeta, Reach::kPublic,
                   absl::StrCat("commit=", commit.id, "\n")});
  CommittedParts committed = CommitPayload(options_.secret, options_.platform,
                                           action.puid(), parts, options_.keep);
  action.set_commitment(committed.commitment.data(),
                        committed.commitment.size());
  CountAction(action.kind(), &totals_);
  return sink_->OnAction({Printable(change.path), action.puid(),
                          action.SerializeAsString(),
                          std::move(committed.payload)});
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
                      const Hash& content_sha256) {
  const Result<NoticeName> name = ParseGitNoticeName(path);
  MODLOG_CHECK(name.has_value(), "only paths of notices belong to texts");
  return DerivePuid(secret, path, content_sha256, PaperRole(name->type));
}

std::string PublicationPuid(const PlatformSecret& secret, const GitTexts& texts,
                            const TextChange& change) {
  const std::string source =
      absl::StrCat(texts.commits[change.commit].id, ":", change.path);
  return DerivePuid(secret, source,
                    Sha256(AsBytes(texts.texts[change.text].blob)),
                    FateOf(change.fate).name);
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
