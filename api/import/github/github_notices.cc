#include "api/import/github/github_notices.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/import/github/github_actions.h"
#include "api/import/github/github_kind.h"
#include "api/import/input/file_tree.h"
#include "api/import/puid.h"
#include "api/import/void_action.h"

namespace modlog {
namespace {

constexpr size_t kReferencesMax = 16;  // `about` of one action

std::span<const LinkedNotice* const> Kept(const Links& links) {
  return std::span(links.notices)
      .first(std::min(links.notices.size(), kReferencesMax));
}

}  // namespace

Result<void> CheckNotice(const Result<std::string>& content) {
  if (!content.has_value()) return std::unexpected(content.error());
  if (content->empty()) return Fail(Code::kMalformed, "empty");
  // A few are found in real ones.
  constexpr ptrdiff_t kNulShare = 8;
  if (std::ranges::count(*content, '\0') > std::ssize(*content) / kNulShare) {
    return Fail(Code::kMalformed,
                "no text: every few bytes one is NUL; want UTF-8, not UTF-16 "
                "or a binary file");
  }
  return {};
}

std::string_view PaperRole(NoticeType type) {
  switch (type) {
    case NoticeType::kTakedown:
      return "notice";
    case NoticeType::kCounterNotice:
      return "counter";
    case NoticeType::kRetraction:
      return "retract";
    case NoticeType::kReversal:
      return "reversal";
    case NoticeType::kCounterReversal:
      return "cn-rev";
    case NoticeType::kCounterRetraction:
      return "cn-ret";
  }
  MODLOG_CHECK(false, "a notice has one of six types");
  return "";
}

Result<void> NoticeImporter::Refuse(const std::string& path,
                                    std::string reason) {
  ++totals_->items;
  ++totals_->refused;
  return sink_->OnRefused(
      {.source = Printable(path), .reason = std::move(reason)});
}

void NoticeImporter::PassOver(const std::string& path, std::string reason) {
  ++totals_->passed_over["files that are no notices"];
  sink_->OnPassedOver({.source = Printable(path), .reason = std::move(reason)});
}

void NoticeImporter::Warn(const std::string& path, std::string reason) {
  ++totals_->warnings;
  sink_->OnWarning({.source = Printable(path), .reason = std::move(reason)});
}

Result<std::string> NoticeImporter::Emit(const Notice& notice,
                                         std::string_view role,
                                         const v1::Action& action) {
  ImportedAction finished = FinishAction(options_, notice, role, action);
  std::string puid = finished.puid;
  // A reply may lead to a paper that the earlier import did not know, or took
  // for something else. What was logged of it stands.
  if (notice.name.type != NoticeType::kTakedown && options_.find) {
    ASSIGN_OR_RETURN(const auto logged, FindOne(options_.find, puid));
    if (logged && !logged->action.empty() &&
        logged->action != finished.action) {
      Warn(notice.path, "the log has it with other links: these stand");
      finished.action = logged->action;
      finished.payload.clear();
    }
  }
  RETURN_IF_ERROR(sink_->OnAction(std::move(finished)));
  CountAction(action.kind(), totals_);
  return puid;
}

std::optional<uint32_t> NoticeImporter::SourceDay(const std::string& path,
                                                  const NoticeName& name) {
  const std::optional<uint32_t> day = name.day;
  if (!day) {
    Warn(path,
         "date left out: the calendar has no such day, or it is after the "
         "folder's month");
    return std::nullopt;
  }
  if (*day > options_.today) {
    Warn(path, "date left out: it is in the future");
    return std::nullopt;
  }
  return day;
}

Result<std::string> NoticeImporter::Import(const std::string& path,
                                           const NoticeName& name,
                                           Result<std::string> content) {
  Result<void> readable = CheckNotice(content);
  Result<DecidedType> decided = DecidedType{name.type, ""};
  if (readable.has_value()) decided = DecideType(name, *content);
  if (!readable.has_value() || !decided.has_value()) {
    RETURN_IF_ERROR(Refuse(path, readable.has_value()
                                     ? std::move(decided).error().message
                                     : std::move(readable).error().message));
    return std::string();
  }
  ++totals_->items;
  ++totals_->items_by_type[std::string(NoticeTypeName(decided->type))];
  if (!decided->warning.empty()) Warn(path, std::move(decided->warning));
  Notice notice;
  notice.path = path;
  notice.content = *std::move(content);
  notice.content_sha256 = Sha256(AsBytes(notice.content));
  notice.name = name;
  notice.name.type = decided->type;
  notice.text = ParseNoticeText(notice.content);
  notice.source_day = SourceDay(path, name);
  RETURN_IF_ERROR(LookForFaults(notice));
  RETURN_IF_ERROR(ImportNotice(notice));
  return DerivePuid(options_.secret, path, notice.content_sha256,
                    PaperRole(decided->type));
}

// An action is declared void before the notice that it names as its cause.
Result<void> NoticeImporter::LookForFaults(const Notice& notice) {
  const NoticeType before = notice.name.table_type;
  if (before == notice.name.type || !options_.find) return {};
  const auto puid = [&](std::string_view role) {
    return DerivePuid(options_.secret, notice.path, notice.content_sha256,
                      role);
  };
  std::vector<std::string> puids;
  if (before == NoticeType::kTakedown) puids.push_back(puid("action"));
  puids.push_back(puid(PaperRole(before)));
  if (before != NoticeType::kTakedown && before != NoticeType::kCounterNotice) {
    for (size_t i = 2; i <= kReferencesMax; ++i) {
      puids.push_back(
          puid(absl::StrCat(std::string(PaperRole(before)), "-", i)));
    }
  }
  ASSIGN_OR_RETURN(const auto logged, options_.find(puids));
  bool faulty = false;
  for (size_t i = 0; i < puids.size(); ++i) {
    if (!logged[i] || logged[i]->is_void) continue;
    faulty = true;
    if (options_.repair) RETURN_IF_ERROR(DeclareVoid(notice, puids[i]));
  }
  if (faulty) {
    ++totals_->faults[absl::StrCat(
        std::string(NoticeTypeName(before)), " that was a ",
        std::string(NoticeTypeName(notice.name.type)))];
  }
  return {};
}

Result<void> NoticeImporter::DeclareVoid(const Notice& notice,
                                         const std::string& puid) {
  RETURN_IF_ERROR(sink_->OnAction(
      VoidAction(options_.secret, puid, Printable(notice.path))));
  CountAction(v1::KIND_VOID, totals_);
  ++totals_->repaired;
  return {};
}

Result<void> NoticeImporter::ImportNotice(const Notice& notice) {
  if (notice.name.type == NoticeType::kTakedown) return ImportTakedown(notice);
  const Links links = index_.Find(notice.name, notice.text);
  WarnOfLinks(notice, links);
  return notice.name.type == NoticeType::kCounterNotice
             ? ImportAppeal(notice, links)
             : ImportSequel(notice, links);
}

void NoticeImporter::WarnOfLinks(const Notice& notice, const Links& links) {
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

Result<void> NoticeImporter::ImportTakedown(const Notice& notice) {
  ASSIGN_OR_RETURN(std::string puid, Emit(notice, PaperRole(notice.name.type),
                                          NoticeReceived(notice.text)));
  v1::Action measure = ContentDisabled(notice.text);
  measure.add_cause(puid);
  ASSIGN_OR_RETURN(std::string action_puid, Emit(notice, "action", measure));
  index_.Add(notice.path, {notice.name.type, notice.name.label, std::move(puid),
                           std::move(action_puid), notice.text.targets});
  return {};
}

// One appeal may be against several measures.
Result<void> NoticeImporter::ImportAppeal(const Notice& notice,
                                          const Links& links) {
  std::vector<std::string> about;
  for (const LinkedNotice* const linked : Kept(links)) {
    about.push_back(linked->action_puid);
  }
  std::ranges::sort(about);
  v1::Action action = AppealFiled(notice.text);
  for (std::string& puid : about) action.add_about(std::move(puid));
  ASSIGN_OR_RETURN(std::string puid,
                   Emit(notice, PaperRole(notice.name.type), action));
  index_.Add(notice.path, {notice.name.type, notice.name.label, std::move(puid),
                           "", notice.text.targets});
  return {};
}

// What ends a notice, a measure or an appeal is about one of them each: one
// paper about three makes three actions.
Result<void> NoticeImporter::ImportSequel(const Notice& notice,
                                          const Links& links) {
  std::vector<const LinkedNotice*> about(Kept(links).begin(),
                                         Kept(links).end());
  if (about.empty()) about.push_back(nullptr);
  for (size_t i = 0; i < about.size(); ++i) {
    const std::string number = i == 0 ? "" : "-" + std::to_string(i + 1);
    RETURN_IF_ERROR(Emit(notice,
                         std::string(PaperRole(notice.name.type)) + number,
                         SequelTo(notice, about[i])));
  }
  return {};
}

v1::Action NoticeImporter::SequelTo(const Notice& notice,
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

}  // namespace modlog
