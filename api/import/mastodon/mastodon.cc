#include "api/import/mastodon/mastodon.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/file_tree.h"
#include "api/import/input/input_file.h"
#include "api/import/mastodon/mastodon_chain.h"
#include "api/import/mastodon/mastodon_list.h"
#include "api/import/mastodon/mastodon_tags.h"

namespace modlog {
namespace {

// What one domain was and is; null where a list does not have it.
struct DomainChange {
  const DomainBlock* older = nullptr;
  const DomainBlock* newer = nullptr;

  const std::string& domain() const {
    return newer != nullptr ? newer->domain : older->domain;
  }
};

bool IsNoop(const DomainBlock* block) {
  return block == nullptr || block->severity == BlockSeverity::kNoop;
}

// What the action says; the comment's words are no measure.
bool SameDecision(const DomainBlock& a, const DomainBlock& b) {
  const BlockTags tags = ReadBlockTags(a.public_comment);
  const BlockTags other = ReadBlockTags(b.public_comment);
  return a.severity_name == b.severity_name &&
         a.reject_media == b.reject_media &&
         a.reject_reports == b.reject_reports &&
         tags.category == other.category && tags.more == other.more &&
         tags.keywords == other.keywords;
}

class MastodonImport {
 public:
  MastodonImport(const MastodonOptions& options, ImportSink* sink)
      : options_(options), sink_(sink) {}

  Result<ImportTotals> Run();

 private:
  Result<DomainList> Read(const std::string& path);
  Result<void> HandRemarks(const DomainList& list);
  Result<void> ImportChange(const DomainChange& change);
  Result<void> Emit(const DomainChange& change, const DomainChain& chain,
                    const std::vector<MakeStep>& steps, size_t first);
  std::vector<MakeStep> StepsOf(const DomainChange& change);
  // Why the change does not fit the log, or nothing.
  std::optional<std::string> Mismatch(const DomainChange& change,
                                      const DomainChain& chain) const;

  v1::Action Decision(v1::Kind kind, const DomainBlock& block,
                      const std::string& puid);
  v1::Action Reversal(const DomainBlock& older, const std::string& puid,
                      const std::string& about);
  void Commit(std::vector<PrivatePart> parts, v1::Action* action);
  std::string Meta(const DomainBlock& block) const;

  void LeaveOut(const char* what) { ++totals_.left_out[what]; }
  const std::string& NameOf(const DomainChange& change) const {
    return change.newer != nullptr ? options_.file : options_.previous;
  }

  const MastodonOptions& options_;
  ImportSink* const sink_;
  ImportTotals totals_;
  DomainList older_;
  DomainList newer_;
  // Payloads of the actions made last, by puid.
  std::unordered_map<std::string, std::string> payloads_;
};

Result<DomainList> MastodonImport::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(path, kDomainListSizeMax));
  return ParseDomainList(text, Printable(path));
}

Result<void> MastodonImport::HandRemarks(const DomainList& list) {
  for (const ImportRemark& remark : list.warnings) {
    ++totals_.warnings;
    sink_->OnWarning(remark);
  }
  for (const ImportRemark& remark : list.refused) {
    ++totals_.items;
    ++totals_.refused;
    RETURN_IF_ERROR(sink_->OnRefused(remark));
  }
  return {};
}

Result<ImportTotals> MastodonImport::Run() {
  if (!options_.previous.empty()) {
    ASSIGN_OR_RETURN(older_, Read(options_.previous));
    RETURN_IF_ERROR(HandRemarks(older_));
  }
  ASSIGN_OR_RETURN(newer_, Read(options_.file));
  RETURN_IF_ERROR(HandRemarks(newer_));
  std::unordered_map<std::string_view, const DomainBlock*> newer;
  for (const DomainBlock& block : newer_.blocks) newer[block.domain] = &block;
  std::unordered_map<std::string_view, const DomainBlock*> older;
  std::vector<DomainChange> changes;
  for (const DomainBlock& block : older_.blocks) {
    older[block.domain] = &block;
    if (!newer.contains(block.domain)) changes.push_back({.older = &block});
  }
  for (const DomainBlock& block : newer_.blocks) {
    const auto before = older.find(block.domain);
    changes.push_back(
        {before == older.end() ? nullptr : before->second, &block});
  }
  for (size_t i = 0; i < changes.size(); ++i) {
    RETURN_IF_ERROR(ImportChange(changes[i]));
    sink_->OnProgress(i + 1, changes.size());
  }
  return std::move(totals_);
}

Result<void> MastodonImport::ImportChange(const DomainChange& change) {
  ++totals_.items;
  const DomainBlock& block =
      change.newer != nullptr ? *change.newer : *change.older;
  ++totals_.items_by_type[change.newer == nullptr ? "vanished"
                                                  : block.severity_name];
  if (block.has_private_comment && change.newer != nullptr) {
    LeaveOut("private comments");
  }
  const std::vector<MakeStep> steps = StepsOf(change);
  if (steps.empty()) return {};
  Result<DomainChain> chain =
      DomainChain::Load(options_.secret, change.domain(), options_.find);
  if (!chain) return std::unexpected(chain.error());
  const size_t first = chain->Find(steps);
  if (first == chain->size()) {
    if (change.newer != nullptr && !chain->empty() && change.older == nullptr &&
        chain->state() == StateOf(*change.newer)) {
      LeaveOut("rows that say what the log's newest entry of the domain says");
      return {};
    }
    if (auto why = Mismatch(change, *chain)) {
      ++totals_.refused;
      return sink_->OnRefused(
          {NameOf(change), *std::move(why), block.line, block.row, "domain"});
    }
  }
  return Emit(change, *chain, steps, first);
}

std::optional<std::string> MastodonImport::Mismatch(
    const DomainChange& change, const DomainChain& chain) const {
  if (options_.previous.empty()) {
    if (chain.empty()) return std::nullopt;
    return absl::StrCat(
        "the log has other entries of this domain, of which the newest says ",
        DomainStateName(chain.state()),
        "; give the list imported before as --previous");
  }
  const DomainState said =
      change.older == nullptr ? DomainState::kNothing : StateOf(*change.older);
  const bool nothing =
      IsNoop(change.older) && (chain.state() == DomainState::kNothing ||
                               chain.state() == DomainState::kNoop);
  if (nothing || chain.state() == said) return std::nullopt;
  return absl::StrCat("the previous list says ", DomainStateName(said),
                      " and the log's newest entry of the domain ",
                      DomainStateName(chain.state()),
                      "; import the lists in their order");
}

// StepsOf returns the entries that a change makes; none where nothing of the
// decision changed.
std::vector<MakeStep> MastodonImport::StepsOf(const DomainChange& change) {
  const DomainBlock* const older = change.older;
  const DomainBlock* const newer = change.newer;
  if (older != nullptr && newer != nullptr && SameDecision(*older, *newer)) {
    LeaveOut(older->public_comment == newer->public_comment
                 ? "unchanged rows"
                 : "rows in which only the comment changed");
    return {};
  }
  const MakeStep reversal = [this, older](const std::string& puid,
                                          const std::string& about) {
    return Reversal(*older, puid, about);
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
    if (!IsNoop(older)) return {reversal};
    LeaveOut("noop rows that vanished");
    return {};
  }
  if (IsNoop(newer)) {
    if (!IsNoop(older)) steps.push_back(reversal);
    steps.push_back(decision(v1::KIND_NO_ACTION));
    return steps;
  }
  return {decision(IsNoop(older) ? v1::KIND_ACTION : v1::KIND_MODIFICATION)};
}

v1::Action MastodonImport::Decision(v1::Kind kind, const DomainBlock& block,
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

// Why a block was lifted is in no list.
v1::Action MastodonImport::Reversal(const DomainBlock& older,
                                    const std::string& puid,
                                    const std::string& about) {
  v1::Action action;
  action.set_kind(v1::KIND_REVERSAL);
  action.set_puid(puid);
  if (!about.empty()) action.add_about(about);
  action.set_extent(v1::EXTENT_FULL);
  action.set_reversal_cause(v1::CAUSE_UNKNOWN);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  Commit({{kPartSubjectAccount, Reach::kSubject, "domain:" + older.domain},
          {kPartSourceMeta, Reach::kPublic, Meta(older)}},
         &action);
  return action;
}

std::string MastodonImport::Meta(const DomainBlock& block) const {
  std::string meta = absl::StrCat("list_sha256=", FormatHex(newer_.sha256));
  if (!options_.previous.empty()) {
    absl::StrAppend(&meta, "\nprevious_sha256=", FormatHex(older_.sha256));
  }
  if (block.obfuscate) meta += "\nobfuscate=true";
  return meta + "\n";
}

void MastodonImport::Commit(std::vector<PrivatePart> parts,
                            v1::Action* action) {
  CommittedParts committed = CommitPayload(
      options_.secret, options_.platform, action->puid(), parts, options_.keep);
  action->set_taxonomy(kDsaTaxonomyV2);
  action->set_regime(v1::REGIME_VOLUNTARY);
  action->set_commitment(committed.commitment.data(),
                         committed.commitment.size());
  payloads_[action->puid()] = std::move(committed.payload);
}

Result<void> MastodonImport::Emit(const DomainChange& change,
                                  const DomainChain& chain,
                                  const std::vector<MakeStep>& steps,
                                  size_t first) {
  payloads_.clear();
  const DomainBlock& block =
      change.newer != nullptr ? *change.newer : *change.older;
  const std::string place =
      absl::StrCat(Printable(NameOf(change)), ":", block.line);
  for (const v1::Action& action : chain.Make(steps, first)) {
    CountAction(action.kind(), &totals_);
    // No maps and nothing unknown in it: protobuf writes it canonically.
    RETURN_IF_ERROR(
        sink_->OnAction({place, action.puid(), action.SerializeAsString(),
                         std::move(payloads_[action.puid()])}));
  }
  return {};
}

}  // namespace

Result<ImportTotals> ImportMastodon(const MastodonOptions& options,
                                    ImportSink* sink) {
  return MastodonImport(options, sink).Run();
}

}  // namespace modlog
