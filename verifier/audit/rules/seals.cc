#include "verifier/audit/rules/seals.h"

#include "verifier/core/frontier.h"

namespace modlog {
namespace {

void ComplainOfSeal(const SealSeen& seen, std::string_view what,
                    Findings* findings) {
  findings->Add({kRuleSeals, seen.entry, std::string(what)});
}

}  // namespace

void SealsRule::TakeAction(const SealedAction& action) {
  const bool known = !action.platform.empty();
  if (known) {
    ++chains_[action.platform].since;
  } else {
    ++missing_;
  }
  const bool joins =
      run_.last + 1 == action.entry &&
      (!known || run_.platform.empty() || run_.platform == action.platform);
  if (!joins) run_ = {};
  if (known) run_.platform = action.platform;
  run_.last = action.entry;
  if (run_.hashes.size() >= 2 * size_t{kSealCountMax}) {
    run_.hashes.erase(run_.hashes.begin(), run_.hashes.begin() + kSealCountMax);
  }
  run_.hashes.push_back(action.hash);
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
  if (holds) summary->FiguresOf(seen.platform).sealed += seen.seal.count;
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
  const bool directly =
      run_.last + 1 == seen.entry && run_.hashes.size() >= seen.seal.count &&
      (run_.platform.empty() || run_.platform == seen.platform);
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
