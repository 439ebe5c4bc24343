#include "verifier/rules/first_pass.h"

#include <algorithm>

#include "verifier/base/words.h"
#include "verifier/rules/figures.h"
#include "verifier/rules/life_bulks.h"
#include "verifier/rules/unique_puid.h"

namespace modlog {

FirstPass::FirstPass(uint64_t size, std::string origin, uint32_t late_days,
                     Findings* findings)
    : size_(size),
      late_days_(late_days),
      findings_(findings),
      succession_(origin) {
  index_.keys = KeysRule(std::move(origin));
}

std::function<void()> FirstPass::Read(const BundleView& bundle) {
  auto facts = std::make_shared<const RecordFacts>(ReadRecordFacts(bundle));
  return [this, facts] { Take(*facts); };
}

// kPlatformsKept for those that have no figures of their own.
uint32_t FirstPass::NumberOf(const std::string& platform,
                             const PlatformId& id) {
  const auto it = numbers_.find(id);
  if (it != numbers_.end()) return it->second;
  if (platforms_.size() == kPlatformsKept) {
    Hash hash = {};
    std::ranges::copy(id, hash.begin());
    further_platforms_.Add(KeyPrefixes::Of(hash));
    return kPlatformsKept;
  }
  const auto number = static_cast<uint32_t>(platforms_.size());
  numbers_.emplace(id, number);
  platforms_.push_back({platform, {}});
  return number;
}

PlatformFigures& FirstPass::FiguresOf(const Writer& writer) {
  return writer.number < platforms_.size() ? platforms_[writer.number].figures
                                           : further_;
}

// What is registered within the bundle counts for what follows it there.
void FirstPass::Take(const RecordFacts& facts) {
  std::vector<Writer> writers;
  for (const std::string& platform : facts.platforms) {
    const PlatformId id = PlatformIdOf(platform);
    writers.push_back({platform, id, NumberOf(platform, id)});
  }
  for (const Finding& finding : facts.findings) findings_->Add(finding);
  for (const uint64_t entry : facts.missing) index_.removals.TakeMissing(entry);
  for (const uint64_t prefix : facts.referenced) index_.referenced.Add(prefix);
  referenced_ += facts.referenced.size();
  for (const EntryFacts& entry : facts.entries) {
    logged_at_.Take(entry.entry, entry.logged_at_ms, findings_);
    const Writer& writer = writers[entry.platform];
    PlatformFigures& figures = FiguresOf(writer);
    if (entry.kind == 0) {
      ++figures.seals;
      index_.sealed_platforms[writer.name] = true;
      continue;
    }
    CountEntry(entry, late_days_, &figures);
    keys_.Add(KeyPrefixes::Of(entry.key));
  }
  auto rare = facts.rare.begin();
  const auto take_rare_before = [&](uint64_t entry) {
    for (; rare != facts.rare.end() && rare->entry < entry; ++rare) {
      TakeRare(*rare, writers[rare->platform]);
    }
  };
  auto handle = facts.handles.begin();
  const auto take_handles_before = [&](uint64_t entry) {
    for (; handle != facts.handles.end() && handle->entry < entry; ++handle) {
      take_rare_before(handle->entry);
      index_.keys.TakeHandle(writers[handle->platform].name, *handle,
                             findings_);
    }
  };
  for (const NamedTerm& use : facts.terms) {
    take_handles_before(use.entry);
    take_rare_before(use.entry);
    terms_.TakeUse(writers[use.platform].id, use.entry, use.number, use.kind,
                   findings_);
  }
  take_handles_before(kNever);
  take_rare_before(kNever);
}

void FirstPass::TakeRare(const RareEntry& rare, const Writer& writer) {
  PlatformFigures& figures = FiguresOf(writer);
  switch (rare.action.kind()) {
    case v1::KIND_TERM:
      return terms_.TakeTerm(writer.id, rare.entry, rare.action.term(),
                             findings_);
    case v1::KIND_PLATFORM_KEY:
      if (rare.action.key_event().use() == v1::KEY_USE_SEAL) {
        index_.sealed_platforms[writer.name] = true;
      }
      return index_.keys.TakeEvent(writer.name, rare.entry,
                                   rare.action.key_event(), findings_);
    case v1::KIND_PAYLOAD_ERASED:
      return index_.removals.TakeErased(rare.entry, writer.id, rare.action,
                                        &figures, findings_);
    case v1::KIND_LEAF_REDACTED:
      if (!writer.name.empty()) return;  // "kinds" says so
      return index_.removals.TakeRedacted(rare.entry, rare.action, &figures,
                                          findings_);
    case v1::KIND_STATS_ATTESTATION:
      return TakeAttestation(rare, writer);
    case v1::KIND_SUCCESSION:
      return succession_.Take(rare.entry, writer.name, rare.action, findings_);
    default:
      return TakeAmendment(rare, writer);
  }
}

void FirstPass::TakeAttestation(const RareEntry& rare, const Writer& writer) {
  const size_t number = attestation_keys_.size();
  if (!attestation_keys_.emplace(rare.key, number).second) return;
  index_.attestations.Take(rare.entry, writer.name, rare.action);
  for (const std::string& puid : rare.action.about()) {
    const auto it = attestation_keys_.find(PuidKeyOf(writer.name, puid));
    if (it != attestation_keys_.end() && it->second != number) {
      index_.attestations.TakeReplaced(it->second, rare.entry);
    }
  }
}

void FirstPass::TakeAmendment(const RareEntry& rare, const Writer& writer) {
  const v1::Action& action = rare.action;
  PlatformFigures& figures = FiguresOf(writer);
  if (action.has_bulk()) {
    ++figures.bulk_corrections;
    bulks_.push_back({rare.key, {rare.entry, writer.name, action.bulk()}});
    if (const uint64_t number = ++bulks_of_[writer.name]; number > kBulksMax) {
      findings_->Add({kRuleReferences, rare.entry,
                      "is bulk correction " + Grouped(number) +
                          " of the platform, limit " + Grouped(kBulksMax)});
    }
    if (action.bulk().last() >= rare.entry) {
      findings_->Add({kRuleReferences, rare.entry,
                      "bulk.last names entries that do not stand before it"});
    }
    return;
  }
  if (action.about_size() != 1) return;  // "kinds" says so
  const Hash target = PuidKeyOf(writer.name, action.about(0));
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

void FirstPass::FinishPlatforms(RecordSummary* summary) {
  const auto most_used = terms_.MostUsedReasons();
  for (Platform& platform : platforms_) {
    const std::string who =
        platform.name.empty() ? "the operator" : "platform " + platform.name;
    for (const std::string& note : UniformityNotes(platform.figures)) {
      summary->uniformity.push_back(who + ": " + note);
    }
    const auto reason = most_used.find(PlatformIdOf(platform.name));
    const uint64_t uses = reason == most_used.end() ? 0 : reason->second;
    if (uses >= 1'000 && uses * 2 > platform.figures.actions) {
      summary->uniformity.push_back(
          who + ": " + Grouped(uses) + " of " +
          Grouped(platform.figures.actions) +
          " entries give the same registered text as their reason");
    }
    summary->platforms[platform.name] = std::move(platform.figures);
  }
  further_platforms_.Number();
  summary->further_platforms = further_platforms_.size();
  summary->further = std::move(further_);
}

RecordIndex FirstPass::Finish(RecordSummary* summary) && {
  index_.repeated = keys_.TakeRepeated(UniquePuidRule::kRepeatedMax);
  index_.referenced.Number();
  FinishAmendments();
  index_.attestations.Finish();
  FinishPlatforms(summary);
  index_.removals.Finish();
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
