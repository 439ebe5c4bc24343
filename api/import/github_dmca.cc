#include "api/import/github_dmca.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "api/import/file_tree.h"
#include "api/import/github_actions.h"
#include "api/import/github_links.h"

namespace modlog {
namespace {

constexpr size_t kNoticeSizeMax = 1 << 20;
constexpr size_t kReferencesMax = 16;  // `about` of one action

struct ListedNotice {
  std::string path;
  NoticeName name;

  auto Order() const { return std::tie(name.sort_day, name.type, path); }
};

struct Listing {
  std::vector<ListedNotice> notices;  // in the order of the import
  std::vector<ImportRemark> refused;
};

Listing Sort(std::vector<std::string> paths) {
  Listing listing;
  for (std::string& path : paths) {
    Result<NoticeName> name = ParseNoticeName(path);
    if (name.has_value()) {
      listing.notices.push_back({std::move(path), *std::move(name)});
    } else {
      listing.refused.push_back({.source = Printable(path),
                                 .reason = std::move(name).error().message});
    }
  }
  std::ranges::sort(listing.notices, {}, &ListedNotice::Order);
  return listing;
}

// One import: what was read so far, and where it goes.
class Importer {
 public:
  Importer(const GithubDmcaOptions& options, ImportSink* sink)
      : options_(options), sink_(sink) {}

  Result<ImportTotals> Run(const Listing& listing) {
    const uint64_t files = listing.refused.size() + listing.notices.size();
    for (const ImportRemark& remark : listing.refused) {
      RETURN_IF_ERROR(Refuse(remark.source, remark.reason));
      sink_->OnProgress(totals_.items, files);
    }
    for (const ListedNotice& listed : listing.notices) {
      RETURN_IF_ERROR(ImportFile(listed));
      sink_->OnProgress(totals_.items, files);
    }
    return totals_;
  }

 private:
  Result<void> ImportFile(const ListedNotice& listed);
  Result<void> ImportNotice(const Notice& notice);
  Result<void> ImportTakedown(const Notice& notice);
  Result<void> ImportAppeal(const Notice& notice, const Links& links);
  Result<void> ImportSequel(const Notice& notice, const Links& links);
  v1::Action SequelTo(const Notice& notice, const LinkedNotice* about) const;
  std::optional<uint32_t> SourceDay(const ListedNotice& listed);
  Result<std::string> Emit(const Notice& notice, std::string_view role,
                           const v1::Action& action);
  Result<void> Refuse(const std::string& path, std::string reason);
  void Warn(const std::string& path, std::string reason);
  void WarnOfLinks(const Notice& notice, const Links& links);

  const GithubDmcaOptions& options_;
  ImportSink* const sink_;
  NoticeIndex index_;
  ImportTotals totals_;
};

Result<void> Importer::Refuse(const std::string& path, std::string reason) {
  ++totals_.items;
  ++totals_.refused;
  return sink_->OnRefused(
      {.source = Printable(path), .reason = std::move(reason)});
}

void Importer::Warn(const std::string& path, std::string reason) {
  ++totals_.warnings;
  sink_->OnWarning({.source = Printable(path), .reason = std::move(reason)});
}

Result<std::string> Importer::Emit(const Notice& notice, std::string_view role,
                                   const v1::Action& action) {
  ImportedAction finished = FinishAction(options_, notice, role, action);
  std::string puid = finished.puid;
  RETURN_IF_ERROR(sink_->OnAction(std::move(finished)));
  CountAction(action.kind(), &totals_);
  return puid;
}

std::optional<uint32_t> Importer::SourceDay(const ListedNotice& listed) {
  const std::optional<uint32_t> day = listed.name.day;
  if (!day) {
    Warn(listed.path,
         "date left out: the calendar has no such day, or it is after the "
         "folder's month");
    return std::nullopt;
  }
  if (*day > options_.today) {
    Warn(listed.path, "date left out: it is in the future");
    return std::nullopt;
  }
  return day;
}

Result<void> Importer::ImportFile(const ListedNotice& listed) {
  Result<std::string> content =
      ReadFile(options_.directory + "/" + listed.path, kNoticeSizeMax);
  if (content.has_value() && content->empty()) {
    content = Fail(Code::kMalformed, "empty");
  }
  if (!content.has_value()) {
    return Refuse(listed.path, std::move(content).error().message);
  }
  ++totals_.items;
  ++totals_.items_by_type[std::string(NoticeTypeName(listed.name.type))];
  Notice notice;
  notice.path = listed.path;
  notice.content = *std::move(content);
  notice.content_sha256 = Sha256(AsBytes(notice.content));
  notice.name = listed.name;
  notice.text = ParseNoticeText(notice.content);
  notice.source_day = SourceDay(listed);
  return ImportNotice(notice);
}

Result<void> Importer::ImportNotice(const Notice& notice) {
  if (notice.name.type == NoticeType::kTakedown) return ImportTakedown(notice);
  const Links links = index_.Find(notice.name, notice.text);
  WarnOfLinks(notice, links);
  return notice.name.type == NoticeType::kCounterNotice
             ? ImportAppeal(notice, links)
             : ImportSequel(notice, links);
}

void Importer::WarnOfLinks(const Notice& notice, const Links& links) {
  if (links.missing) {
    Warn(notice.path, "unlinked: it links to " +
                          Printable(links.missing->substr(0, 120)) +
                          ", which is not in the directory or not before it");
  } else if (links.notices.empty()) {
    Warn(notice.path,
         "unlinked: no address of an earlier notice in it, and no target in "
         "common with one");
  }
  if (links.notices.size() > kReferencesMax) {
    Warn(notice.path, "only the first " + std::to_string(kReferencesMax) +
                          " of its " + std::to_string(links.notices.size()) +
                          " links are kept");
  }
}

std::span<const LinkedNotice* const> Kept(const Links& links) {
  return std::span(links.notices)
      .first(std::min(links.notices.size(), kReferencesMax));
}

Result<void> Importer::ImportTakedown(const Notice& notice) {
  ASSIGN_OR_RETURN(std::string puid,
                   Emit(notice, "notice", NoticeReceived(notice.text)));
  v1::Action measure = ContentDisabled(notice.text);
  measure.add_cause(puid);
  ASSIGN_OR_RETURN(std::string action_puid, Emit(notice, "action", measure));
  index_.Add(notice.path, {notice.name.type, notice.name.label, std::move(puid),
                           std::move(action_puid), notice.text.targets});
  return {};
}

// One appeal may be against several measures.
Result<void> Importer::ImportAppeal(const Notice& notice, const Links& links) {
  std::vector<std::string> about;
  for (const LinkedNotice* const linked : Kept(links)) {
    about.push_back(linked->action_puid);
  }
  std::ranges::sort(about);
  v1::Action action = AppealFiled(notice.text);
  for (std::string& puid : about) action.add_about(std::move(puid));
  ASSIGN_OR_RETURN(std::string puid, Emit(notice, "counter", action));
  index_.Add(notice.path, {notice.name.type, notice.name.label, std::move(puid),
                           "", notice.text.targets});
  return {};
}

// What ends a notice, a measure or an appeal is about one of them each: one
// paper about three makes three actions.
Result<void> Importer::ImportSequel(const Notice& notice, const Links& links) {
  static constexpr std::pair<NoticeType, std::string_view> kRoles[] = {
      {NoticeType::kRetraction, "retract"},
      {NoticeType::kReversal, "reversal"},
      {NoticeType::kCounterReversal, "cn-rev"},
      {NoticeType::kCounterRetraction, "cn-ret"}};
  const auto role =
      std::ranges::find(kRoles, notice.name.type,
                        &std::pair<NoticeType, std::string_view>::first);
  MODLOG_CHECK(role != std::ranges::end(kRoles), "a sequel has one of 4 types");
  std::vector<const LinkedNotice*> about(Kept(links).begin(),
                                         Kept(links).end());
  if (about.empty()) about.push_back(nullptr);
  for (size_t i = 0; i < about.size(); ++i) {
    const std::string number = i == 0 ? "" : "-" + std::to_string(i + 1);
    RETURN_IF_ERROR(Emit(notice, std::string(role->second) + number,
                         SequelTo(notice, about[i])));
  }
  return {};
}

v1::Action Importer::SequelTo(const Notice& notice,
                              const LinkedNotice* about) const {
  const bool retraction = notice.name.type == NoticeType::kRetraction;
  const bool reversal = notice.name.type == NoticeType::kReversal;
  v1::Action action = retraction ? NoticeRetracted(notice.text, about)
                      : reversal ? ContentRestored()
                      : notice.name.type == NoticeType::kCounterReversal
                          ? AppealInadmissible()
                          : AppealWithdrawn(notice.text);
  if (about != nullptr) {
    action.add_about(reversal ? about->action_puid : about->puid);
  }
  return action;
}

}  // namespace

Result<ImportTotals> ImportGithubDmca(const GithubDmcaOptions& options,
                                      ImportSink* sink) {
  ASSIGN_OR_RETURN(std::vector<std::string> paths,
                   ListFiles(options.directory));
  const Listing listing = Sort(std::move(paths));
  if (listing.notices.empty()) {
    return Fail(Code::kNotFound,
                "no notices in " + options.directory +
                    ": want the directory that holds a folder for each year, "
                    "2021/01/2021-01-05-name.md");
  }
  return Importer(options, sink).Run(listing);
}

}  // namespace modlog
