#include "api/import/mastodon/mastodon_entries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/dsa_codes.h"
#include "api/import/mastodon/mastodon_tags.h"

namespace modlog {
DomainEntries::DomainEntries(const PlatformSecret& secret, std::string platform,
                             KeepPayload keep, const Hash& newer,
                             std::string older_hex)
    : secret_(secret),
      platform_(std::move(platform)),
      keep_(keep),
      newer_hex_(FormatHex(newer)),
      older_hex_(std::move(older_hex)) {}

std::vector<MakeStep> DomainEntries::StepsOf(const DomainBlock* older,
                                             const DomainBlock* newer,
                                             LiftingForm form) {
  if (older != nullptr && newer != nullptr && SameDecision(*older, *newer)) {
    return {};
  }
  const MakeStep reversal = [this, older, form](const std::string& puid,
                                                const std::string& about) {
    return Reversal(*older, puid, about, form);
  };
  const auto decision = [this, newer](v1::Kind kind) -> MakeStep {
    return
        [this, kind, newer](const std::string& puid, const std::string& about) {
          v1::Action action = Decision(kind, *newer, puid);
          if (kind == v1::KIND_MODIFICATION && !about.empty()) {
            action.add_about(about);
          }
          return action;
        };
  };
  std::vector<MakeStep> steps;
  if (newer == nullptr) {
    if (!IsNoop(older)) steps.push_back(reversal);
    return steps;
  }
  if (IsNoop(newer)) {
    if (!IsNoop(older)) steps.push_back(reversal);
    steps.push_back(decision(v1::KIND_NO_ACTION));
    return steps;
  }
  return {decision(IsNoop(older) ? v1::KIND_ACTION : v1::KIND_MODIFICATION)};
}

v1::Action DomainEntries::Decision(v1::Kind kind, const DomainBlock& block,
                                   const std::string& puid) {
  v1::Action action;
  action.set_kind(kind);
  action.set_puid(puid);
  const BlockTags tags = ReadBlockTags(block.public_comment);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(tags.category);
  for (const v1::Keyword keyword : tags.keywords) action.add_keywords(keyword);
  for (const v1::Category more : tags.more) action.add_more_categories(more);
  action.set_subject_kind(v1::SUBJECT_KIND_DOMAIN);
  action.set_regime(v1::REGIME_VOLUNTARY);
  action.set_provenance(kind == v1::KIND_MODIFICATION
                            ? v1::PROVENANCE_OBSERVED
                            : v1::PROVENANCE_COPIED_FROM_PLATFORM);
  std::string codes;
  if (block.severity == BlockSeverity::kSuspend) {
    action.set_provision(v1::PROVISION_TOTAL_SUSPENSION);
  } else if (block.severity == BlockSeverity::kSilence) {
    action.add_visibility(v1::VISIBILITY_CONTENT_DEMOTED);
  } else if (block.severity == BlockSeverity::kUnlisted) {
    action.set_provision(v1::PROVISION_UNLISTED);
    absl::StrAppend(&codes, "provision=", block.severity_name, "\n");
  }
  if (block.reject_media) codes += "reject_media=true\n";
  if (block.reject_reports) codes += "reject_reports=true\n";
  std::vector<PrivatePart> parts = {
      {kPartSubjectAccount, Reach::kSubject, "domain:" + block.domain}};
  if (!block.public_comment.empty()) {
    parts.push_back(
        {kPartDecisionFacts, Reach::kSubject, block.public_comment});
  }
  if (!codes.empty()) {
    parts.push_back({kPartUnlistedCodes, Reach::kPublic, codes});
  }
  parts.push_back({kPartSourceMeta, Reach::kPublic, Meta(block)});
  Commit(std::move(parts), &action);
  return action;
}

// Why a block was lifted, and under which rules, is in no list.
v1::Action DomainEntries::Reversal(const DomainBlock& older,
                                   const std::string& puid,
                                   const std::string& about, LiftingForm form) {
  v1::Action action;
  action.set_kind(v1::KIND_REVERSAL);
  action.set_puid(puid);
  if (!about.empty()) action.add_about(about);
  action.set_extent(v1::EXTENT_FULL);
  action.set_reversal_cause(v1::CAUSE_UNKNOWN);
  if (form == LiftingForm::kFirst) action.set_regime(v1::REGIME_VOLUNTARY);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  Commit({{kPartSubjectAccount, Reach::kSubject, "domain:" + older.domain},
          {kPartSourceMeta, Reach::kPublic, Meta(older)}},
         &action);
  return action;
}

v1::Action DomainEntries::VoidOf(const std::string& puid,
                                 const std::string& about) const {
  v1::Action action;
  action.set_kind(v1::KIND_VOID);
  action.set_puid(puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  action.add_about(about);
  action.set_void_reason(v1::VOID_REASON_NEVER_APPLIED);
  return action;
}

v1::Action DomainEntries::ChangeOf(v1::Publication publication,
                                   const DomainBlock& block,
                                   const std::string& puid,
                                   const std::string& about) {
  v1::Action action;
  action.set_kind(v1::KIND_PUBLICATION_CHANGED);
  action.set_puid(puid);
  action.add_about(about);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  action.set_publication(publication);
  std::vector<PrivatePart> parts = {
      {kPartSubjectAccount, Reach::kSubject, "domain:" + block.domain}};
  if (publication == v1::PUBLICATION_EDITED && !block.public_comment.empty()) {
    parts.push_back(
        {kPartDecisionFacts, Reach::kSubject, block.public_comment});
  }
  parts.push_back({kPartSourceMeta, Reach::kPublic, Meta(block)});
  Commit(std::move(parts), &action);
  return action;
}

std::string DomainEntries::Meta(const DomainBlock& block) const {
  std::string meta = absl::StrCat("list_sha256=", newer_hex_);
  if (!older_hex_.empty()) {
    absl::StrAppend(&meta, "\nprevious_sha256=", older_hex_);
  }
  if (block.obfuscate) meta += "\nobfuscate=true";
  if (!block.digest.empty()) absl::StrAppend(&meta, "\ndigest=", block.digest);
  return meta + "\n";
}

void DomainEntries::Commit(std::vector<PrivatePart> parts, v1::Action* action) {
  CommittedParts committed =
      CommitPayload(secret_, platform_, action->puid(), parts, keep_);
  action->set_taxonomy(kDsaTaxonomyV2);
  action->set_commitment(committed.commitment.data(),
                         committed.commitment.size());
  if (!committed.payload.empty()) {
    payloads_[action->puid()] = std::move(committed.payload);
  }
}

std::string DomainEntries::TakePayload(const std::string& puid) {
  const auto at = payloads_.find(puid);
  return at == payloads_.end() ? std::string() : std::move(at->second);
}

}  // namespace modlog
