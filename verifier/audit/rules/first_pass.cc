#include "verifier/audit/rules/first_pass.h"

#include <algorithm>

#include "verifier/audit/rules/figures.h"
#include "verifier/audit/rules/unique_puid.h"
#include "verifier/words.h"

namespace modlog {

FirstPass::FirstPass(uint64_t size, std::string origin, uint32_t late_days,
                     Findings* findings)
    : size_(size),
      late_days_(late_days),
      findings_(findings),
      keys_(size),
      succession_(origin) {
  index_.keys = KeysRule(std::move(origin));
}

std::function<void()> FirstPass::Read(const BundleView& bundle) {
  auto facts = std::make_shared<const RecordFacts>(ReadRecordFacts(bundle));
  return [this, facts] { Take(*facts); };
}

uint32_t FirstPass::Intern(const std::string& platform) {
  const auto [it, is_new] =
      numbers_.try_emplace(platform, static_cast<uint32_t>(platforms_.size()));
  if (is_new) platforms_.push_back({platform, {}});
  return it->second;
}

// What is registered within the bundle counts for what follows it there.
void FirstPass::Take(const RecordFacts& facts) {
  std::vector<uint32_t> number;
  for (const std::string& platform : facts.platforms) {
    number.push_back(Intern(platform));
  }
  for (const Finding& finding : facts.findings) findings_->Add(finding);
  for (const uint64_t entry : facts.missing) index_.removals.TakeMissing(entry);
  for (const uint64_t prefix : facts.referenced) index_.referenced.Add(prefix);
  referenced_ += facts.referenced.size();
  for (const EntryFacts& entry : facts.entries) {
    logged_at_.Take(entry.entry, entry.logged_at_ms, findings_);
    PlatformFigures& figures = platforms_[number[entry.platform]].figures;
    if (entry.kind == 0) {
      ++figures.seals;
      index_.sealed_platforms[platforms_[number[entry.platform]].name] = true;
      continue;
    }
    CountEntry(entry, late_days_, &figures);
    keys_.Add(KeyPrefixes::Of(entry.key));
  }
  auto rare = facts.rare.begin();
  const auto take_rare_before = [&](uint64_t entry) {
    for (; rare != facts.rare.end() && rare->entry < entry; ++rare) {
      TakeRare(*rare, number[rare->platform]);
    }
  };
  auto handle = facts.handles.begin();
  const auto take_handles_before = [&](uint64_t entry) {
    for (; handle != facts.handles.end() && handle->entry < entry; ++handle) {
      take_rare_before(handle->entry);
      index_.keys.TakeHandle(platforms_[number[handle->platform]].name, *handle,
                             findings_);
    }
  };
  for (const NamedTerm& use : facts.terms) {
    take_handles_before(use.entry);
    take_rare_before(use.entry);
    terms_.TakeUse(number[use.platform], use.entry, use.number, use.kind,
                   findings_);
  }
  take_handles_before(kNever);
  take_rare_before(kNever);
}

void FirstPass::TakeRare(const RareEntry& rare, uint32_t platform) {
  PlatformFigures& figures = platforms_[platform].figures;
  switch (rare.action.kind()) {
    case v1::KIND_TERM:
      return terms_.TakeTerm(platform, rare.entry, rare.action.term(),
                             findings_);
    case v1::KIND_PLATFORM_KEY:
      return index_.keys.TakeEvent(platforms_[platform].name, rare.entry,
                                   rare.action.key_event(), findings_);
    case v1::KIND_PAYLOAD_ERASED:
      return index_.removals.TakeErased(rare.entry, platform, rare.action,
                                        &figures, findings_);
    case v1::KIND_LEAF_REDACTED:
      return index_.removals.TakeRedacted(rare.entry, platform, rare.action,
                                          &figures, findings_);
    case v1::KIND_STATS_ATTESTATION:
      return TakeAttestation(rare, platform);
    case v1::KIND_SUCCESSION:
      return succession_.Take(rare.entry, platforms_[platform].name,
                              rare.action.succession(), findings_);
    default:
      return TakeAmendment(rare, platform);
  }
}

void FirstPass::TakeAttestation(const RareEntry& rare, uint32_t platform) {
  const size_t number = attestation_keys_.size();
  if (!attestation_keys_.emplace(rare.key, number).second) return;
  index_.attestations.Take(rare.entry, platforms_[platform].name, rare.action);
  for (const std::string& puid : rare.action.about()) {
    const auto it =
        attestation_keys_.find(PuidKeyOf(platforms_[platform].name, puid));
    if (it != attestation_keys_.end() && it->second != number) {
      index_.attestations.TakeReplaced(it->second, rare.entry);
    }
  }
}

void FirstPass::TakeAmendment(const RareEntry& rare, uint32_t platform) {
  const v1::Action& action = rare.action;
  PlatformFigures& figures = platforms_[platform].figures;
  if (action.has_bulk()) {
    ++figures.bulk_corrections;
    bulks_.push_back(
        {rare.key, {rare.entry, platforms_[platform].name, action.bulk()}});
    if (action.bulk().last() >= rare.entry) {
      findings_->Add({kRuleReferences, rare.entry,
                      "bulk.last names entries that do not stand before it"});
    }
    return;
  }
  if (action.about_size() != 1) return;  // "kinds" says so
  const Hash target = PuidKeyOf(platforms_[platform].name, action.about(0));
  const bool is_void = action.kind() == v1::KIND_VOID;
  if (!is_void) ++figures.corrections;
  (is_void ? voids_ : corrections_).push_back({rare.key, target, rare.entry});
}

// A correction that was declared void is none.
void FirstPass::FinishAmendments() {
  for (const Amendment& amendment : voids_) {
    index_.voids.Add(amendment.target, amendment.entry);
  }
  index_.voids.Finish();
  for (const Amendment& amendment : corrections_) {
    if (index_.voids.Any(amendment.key)) continue;
    index_.corrections.Add(amendment.target, amendment.entry);
  }
  index_.corrections.Finish();
  for (const auto& [key, bulk] : bulks_) {
    if (!index_.voids.Any(key)) index_.bulks.push_back(bulk);
  }
}

RecordIndex FirstPass::Finish(RecordSummary* summary) && {
  index_.repeated = keys_.TakeRepeated(UniquePuidRule::kRepeatedMax);
  index_.referenced.Number();
  FinishAmendments();
  const auto most_used = terms_.MostUsedReasons();
  std::vector<std::string> names;
  for (uint32_t i = 0; i < platforms_.size(); ++i) {
    Platform& platform = platforms_[i];
    const std::string who =
        platform.name.empty() ? "the operator" : "platform " + platform.name;
    for (const std::string& note : UniformityNotes(platform.figures)) {
      summary->uniformity.push_back(who + ": " + note);
    }
    const auto reason = most_used.find(i);
    const uint64_t uses = reason == most_used.end() ? 0 : reason->second;
    if (uses >= 1'000 && uses * 2 > platform.figures.actions) {
      summary->uniformity.push_back(
          who + ": " + Grouped(uses) + " of " +
          Grouped(platform.figures.actions) +
          " entries give the same registered text as their reason");
    }
    summary->platforms[platform.name] = std::move(platform.figures);
    names.push_back(platform.name);
  }
  index_.removals.Finish(std::move(names));
  succession_.Finish(size_, findings_, summary);
  summary->late_days = late_days_;
  summary->redacted_leaves = index_.removals.RedactedLeaves();
  index_.needs_second_pass =
      referenced_ > 0 || !index_.repeated.empty() || !index_.bulks.empty() ||
      !index_.attestations.empty() || index_.removals.any() ||
      !index_.sealed_platforms.empty();
  return std::move(index_);
}

}  // namespace modlog
