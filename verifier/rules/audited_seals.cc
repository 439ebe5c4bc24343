#include "verifier/rules/audited_seals.h"

#include <algorithm>

#include "verifier/core/frontier.h"

namespace modlog {
namespace {

void ComplainOfSeal(const SealSeen& seen, std::string_view what,
                    Findings* findings) {
  findings->Add({kRuleSeals, seen.entry, std::string(what)});
}

}  // namespace

// An entry that is missing may be of any platform: it breaks no run and proves
// none.
void SealsRule::TakeAction(const SealedAction& action) {
  const bool known = !action.platform.empty();
  if (known) {
    ++chains_[action.platform].since;
  } else {
    ++missing_;
  }
  const bool follows = run_.last + 1 == action.entry;
  if (!follows) {
    run_ = {};
  } else if (known && !run_.platform.empty() &&
             run_.platform != action.platform) {
    // Another platform's, but for what is missing in between: that may be of
    // either.
    Run run;
    run.hashes.assign(run_.hashes.end() - static_cast<ptrdiff_t>(run_.unknown),
                      run_.hashes.end());
    run_ = std::move(run);
  }
  if (known) {
    run_.platform = action.platform;
  } else if (!run_.platform.empty() &&
             keys_->MaySealAt(run_.platform, action.entry)) {
    perhaps_seals_.emplace(action.entry, run_.platform);
  }
  Append(action, &run_);
}

void SealsRule::Append(const SealedAction& action, Run* run) {
  run->unknown = action.platform.empty() ? run->unknown + 1 : 0;
  run->last = action.entry;
  if (run->hashes.size() >= 2 * size_t{kSealCountMax}) {
    run->hashes.erase(run->hashes.begin(), run->hashes.begin() + kSealCountMax);
    run->unknown = std::min(run->unknown, run->hashes.size());
  }
  run->hashes.push_back(action.hash);
}

void SealsRule::Finish(Findings* findings) const {
  for (const auto& [entry, platform] : perhaps_seals_) {
    findings->Add({kRuleSeals, entry,
                   "was redacted right behind actions of " + platform +
                       " that no seal covers: had it been their seal, nobody "
                       "may redact it; the platform can tell",
                   Severity::kWarning});
  }
}

void SealsRule::TakeSeal(const SealSeen& seen, RecordSummary* summary,
                         Findings* findings) {
  Chain& chain = chains_[seen.platform];
  bool holds = CheckSignature(seen, findings);
  holds = CheckCounts(seen, chain, findings) && holds;
  holds = CheckRoot(seen, findings) && holds;
  if (seen.seal.previous != chain.previous) {
    ComplainOfSeal(seen, "does not name the platform's previous seal",
                   findings);
    holds = false;
  }
  if (holds) {
    summary->FiguresOf(seen.platform).sealed += seen.seal.count;
    // What it covers is an action, and no seal.
    perhaps_seals_.erase(
        perhaps_seals_.lower_bound(seen.entry - seen.seal.count),
        perhaps_seals_.lower_bound(seen.entry));
  }
  chain = {seen.seal.before + seen.seal.count, 0, missing_, seen.hash};
  run_ = {};
}

bool SealsRule::CheckSignature(const SealSeen& seen, Findings* findings) const {
  const PlatformKey* const key =
      keys_->Find(seen.platform, v1::KEY_USE_SEAL, seen.seal.key);
  const std::string why = keys_->WhyNotSealedBy(key, seen.entry);
  if (!why.empty()) {
    findings->Add(
        {kRuleKeys, seen.entry,
         "sealed by key " + std::to_string(seen.seal.key) + ", which " + why});
    return false;
  }
  if (seen.verifies) return true;
  ComplainOfSeal(seen,
                 "the signature is not by the platform's key " +
                     std::to_string(seen.seal.key),
                 findings);
  return false;
}

bool SealsRule::CheckCounts(const SealSeen& seen, const Chain& chain,
                            Findings* findings) const {
  const uint64_t stated = seen.seal.before + seen.seal.count;
  const uint64_t counted = chain.covered + chain.since;
  // Of a missing entry nobody knows whose it was.
  const uint64_t slack = missing_ - chain.missing;
  if (stated >= counted && stated <= counted + slack &&
      seen.seal.before >= chain.covered) {
    return true;
  }
  ComplainOfSeal(seen,
                 "states " + std::to_string(seen.seal.before) +
                     " actions of the platform before the " +
                     std::to_string(seen.seal.count) +
                     " covered; the log has " + std::to_string(counted) +
                     " in all, " + std::to_string(chain.covered) +
                     " of them up to the seal before",
                 findings);
  return false;
}

bool SealsRule::CheckRoot(const SealSeen& seen, Findings* findings) const {
  // Behind another platform's actions, what is missing may be this one's.
  const bool own = run_.platform.empty() || run_.platform == seen.platform;
  const size_t behind = own ? run_.hashes.size() : run_.unknown;
  const bool directly =
      run_.last + 1 == seen.entry && behind >= seen.seal.count;
  if (!directly) {
    ComplainOfSeal(seen,
                   "does not stand right behind " +
                       std::to_string(seen.seal.count) +
                       " actions of the platform",
                   findings);
    return false;
  }
  Frontier tree;
  for (size_t i = run_.hashes.size() - seen.seal.count; i < run_.hashes.size();
       ++i) {
    tree.Append(run_.hashes[i]);
  }
  if (tree.Root() == seen.seal.root) return true;
  ComplainOfSeal(seen,
                 "its root is " + FormatBase64(seen.seal.root) +
                     ", that of the actions before it " +
                     FormatBase64(tree.Root()),
                 findings);
  return false;
}

}  // namespace modlog
