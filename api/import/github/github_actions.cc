#include "api/import/github/github_actions.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/import/dsa_codes.h"
#include "api/import/input/file_tree.h"
#include "api/import/puid.h"
#include "verifier/core/commitment.h"

namespace modlog {
namespace {

// A notice that names packages of npm alone is about packages.
v1::SubjectKind SubjectOf(const TargetSet& targets) {
  const bool packages =
      !targets.empty() &&
      std::ranges::all_of(targets, [](const std::string& target) {
        return target.starts_with("npm:");
      });
  return packages ? v1::SUBJECT_KIND_PACKAGE : v1::SUBJECT_KIND_REPOSITORY;
}

// SetClaim fills what notice and measure share: what it is about, who asked.
void SetClaim(const NoticeText& text, bool circumvention, v1::Action* action) {
  action->set_category(v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS);
  action->add_keywords(v1::KEYWORD_COPYRIGHT_INFRINGEMENT);
  if (circumvention) action->add_keywords(v1::KEYWORD_CIRCUMVENTION);
  action->add_content_types(v1::CONTENT_TYPE_SOFTWARE);
  action->set_subject_kind(SubjectOf(text.targets));
  action->set_source_type(v1::SOURCE_TYPE_OTHER_NOTIFICATION);
  action->set_source_role(v1::SOURCE_ROLE_RIGHTSHOLDER);
}

bool NamesAllOf(const LinkedNotice& notice, const TargetSet& targets) {
  return std::ranges::includes(targets, notice.targets);
}

// The paper's path and text, and its targets, are the affected person's: the
// platform published them, and still a log need not repeat who was accused.
CommittedParts CommitTo(const GithubDmcaOptions& options, const Notice& notice,
                        std::string_view puid) {
  std::vector<PrivatePart> parts;
  if (!notice.text.targets.empty()) {
    const std::vector<std::string> targets(notice.text.targets.begin(),
                                           notice.text.targets.end());
    const RecordSecrets secrets =
        DeriveRecordSecrets(options.secret.bytes, {}, options.platform, puid);
    const Hash root = TargetsRoot(CommitTargets(secrets, targets));
    parts.push_back({kPartTargets, Reach::kSubject, std::string(AsText(root))});
  }
  parts.push_back({kPartSourceId, Reach::kSubject, notice.path});
  parts.push_back({kPartSourceText, Reach::kSubject, notice.content});
  return CommitPayload(options.secret, options.platform, puid, parts,
                       options.keep);
}

}  // namespace

v1::Action NoticeReceived(const NoticeText& text) {
  v1::Action action;
  action.set_kind(v1::KIND_NOTICE_RECEIVED);
  SetClaim(text, text.claims_circumvention, &action);
  action.set_claimed(text.targets.size() + text.skipped);
  return action;
}

v1::Action ContentDisabled(const NoticeText& text) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.add_visibility(v1::VISIBILITY_CONTENT_DISABLED);
  action.set_ground(v1::GROUND_CLAIM_NOT_JUDGED);
  SetClaim(text, text.acted_on_circumvention, &action);
  const uint64_t affected = text.targets.size();
  action.set_affected(affected);
  action.set_skipped(text.skipped);
  // Those named count as of the network, one parent at least.
  const uint64_t named = std::max<uint64_t>(affected, 1);
  if (text.network > named) action.set_network(text.network - named);
  return action;
}

v1::Action AppealFiled(const NoticeText& text) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_FILED);
  action.set_claimed(text.targets.size() + text.skipped);
  return action;
}

v1::Action NoticeRetracted(const NoticeText& text, const LinkedNotice* about) {
  const bool fewer = about != nullptr && !text.targets.empty() &&
                     !NamesAllOf(*about, text.targets);
  const bool partial = text.says_partial || (fewer && !text.says_entire);
  v1::Action action;
  action.set_kind(v1::KIND_NOTICE_RETRACTED);
  action.set_extent(partial ? v1::EXTENT_PARTIAL : v1::EXTENT_FULL);
  return action;
}

v1::Action ContentRestored() {
  v1::Action action;
  action.set_kind(v1::KIND_REVERSAL);
  action.set_extent(v1::EXTENT_FULL);
  action.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
  return action;
}

v1::Action AppealInadmissible() {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_DECIDED);
  action.set_outcome(v1::OUTCOME_INADMISSIBLE);
  return action;
}

v1::Action AppealWithdrawn(const NoticeText& text) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_WITHDRAWN);
  action.set_extent(text.says_partial ? v1::EXTENT_PARTIAL : v1::EXTENT_FULL);
  return action;
}

ImportedAction FinishAction(const GithubDmcaOptions& options,
                            const Notice& notice, std::string_view role,
                            v1::Action action) {
  std::string puid =
      DerivePuid(options.secret, notice.path, notice.content_sha256, role);
  action.set_puid(puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  CommittedParts parts = CommitTo(options, notice, puid);
  action.set_commitment(parts.commitment.data(), parts.commitment.size());
  action.set_regime(v1::REGIME_US_DMCA);
  action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
  action.set_source_date(notice.source_day.value_or(0));
  // No maps and nothing unknown in it: protobuf writes it canonically.
  return {Printable(notice.path), std::move(puid), action.SerializeAsString(),
          std::move(parts.payload)};
}

}  // namespace modlog
