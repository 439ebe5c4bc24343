#include "api/import/git/git_publication.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/days.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/file_tree.h"
#include "api/import/puid.h"

namespace modlog {
namespace {

v1::Publication PublicationOf(TextFate fate) {
  switch (fate) {
    case TextFate::kAdded:
      return v1::PUBLICATION_UNSPECIFIED;
    case TextFate::kEdited:
      return v1::PUBLICATION_EDITED;
    case TextFate::kMoved:
      return v1::PUBLICATION_MOVED;
    case TextFate::kRemoved:
      return v1::PUBLICATION_REMOVED;
    case TextFate::kRestored:
      return v1::PUBLICATION_RESTORED;
  }
  MODLOG_CHECK(false, "a text has one of five fates");
  return {};
}

}  // namespace

std::string_view FateName(TextFate fate) {
  switch (fate) {
    case TextFate::kAdded:
      return "added";
    case TextFate::kEdited:
      return "edited";
    case TextFate::kMoved:
      return "moved";
    case TextFate::kRemoved:
      return "removed";
    case TextFate::kRestored:
      return "restored";
  }
  MODLOG_CHECK(false, "a text has one of five fates");
  return {};
}

PublicationPuids PublicationPuidsOf(const PlatformSecret& secret,
                                    const GitTexts& texts,
                                    const TextChange& change) {
  const Hash blob = Sha256(AsBytes(texts.texts[change.text].blob));
  const std::string_view fate = FateName(change.fate);
  const auto puid = [&](const std::string& source) {
    return DerivePuid(secret, source, blob, fate);
  };
  return {
      puid(absl::StrCat("history/", change.occurrence, ":", change.path)),
      puid(absl::StrCat(texts.commits[change.commit].id, ":", change.path))};
}

ImportedAction MakePublicationChange(const GitHistoryOptions& options,
                                     const GitTexts& texts,
                                     const TextChange& change,
                                     const std::string& paper,
                                     const std::string& text,
                                     uint32_t source_day) {
  v1::Action action;
  action.set_kind(v1::KIND_PUBLICATION_CHANGED);
  action.set_puid(PublicationPuidsOf(options.secret, texts, change).puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  action.add_about(paper);
  action.set_regime(v1::REGIME_US_DMCA);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  action.set_source_date(source_day);
  action.set_publication(PublicationOf(change.fate));
  std::vector<PrivatePart> parts = {
      {kPartSourceId, Reach::kSubject, change.path}};
  if (change.fate == TextFate::kEdited) {
    parts.push_back({kPartSourceText, Reach::kSubject, text});
  }
  parts.push_back(
      {kPartSourceMeta, Reach::kPublic,
       absl::StrCat("commit=", texts.commits[change.commit].id, "\n")});
  CommittedParts committed = CommitPayload(options.secret, options.platform,
                                           action.puid(), parts, options.keep);
  action.set_commitment(committed.commitment.data(),
                        committed.commitment.size());
  return {Printable(change.path), action.puid(), action.SerializeAsString(),
          std::move(committed.payload)};
}

uint32_t CommitDay(const GitTexts::Commit& commit, uint32_t today) {
  const int64_t day = commit.committed_at_s / kDaySeconds;
  return day >= kEntryDayMin && day <= int64_t{today} + 1
             ? static_cast<uint32_t>(day)
             : 0;
}

Result<void> LoggedPuids::Ask(const std::vector<std::string>& puids) {
  logged_.clear();
  if (puids.empty() || !find_) return {};
  ASSIGN_OR_RETURN(auto found, find_(puids));
  for (size_t i = 0; i < puids.size(); ++i) {
    if (found[i]) logged_[puids[i]] = *std::move(found[i]);
  }
  return {};
}

const LoggedAction* LoggedPuids::Find(const std::string& puid) const {
  const auto found = logged_.find(puid);
  return found == logged_.end() ? nullptr : &found->second;
}

const LoggedAction* LoggedPuids::FindChange(const PublicationPuids& puids,
                                            std::string* found) const {
  for (const std::string* const puid : {&puids.puid, &puids.older}) {
    if (const LoggedAction* const logged = Find(*puid)) {
      *found = *puid;
      return logged;
    }
  }
  return nullptr;
}

}  // namespace modlog
