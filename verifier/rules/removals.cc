#include "verifier/rules/removals.h"

#include <algorithm>

#include "verifier/rules/kind_table.h"

namespace modlog {
namespace {

// What cannot be redacted: it is what the log itself rests on.
constexpr KindList kPermanent = {
    v1::KIND_PAYLOAD_ERASED, v1::KIND_LEAF_REDACTED, v1::KIND_STATS_ATTESTATION,
    v1::KIND_TERM,           v1::KIND_PLATFORM_KEY,  v1::KIND_SUCCESSION};

Hash ToHash(const std::string& bytes) {
  return HashFromBytes(AsBytes(bytes)).value_or(Hash{});
}

// Whether who wrote an entry may do such a thing to a platform's.
bool IsOwner(const PlatformId& by, std::string_view platform) {
  static const PlatformId log_itself = PlatformIdOf("");
  return by == log_itself || by == PlatformIdOf(platform);
}

std::string EntryName(uint64_t entry) {
  return "entry " + std::to_string(entry);
}

}  // namespace

void Removals::TakeErased(uint64_t entry, const PlatformId& platform,
                          const v1::Action& action, PlatformFigures* figures,
                          Findings* findings) {
  uint32_t tags = 0;
  for (const uint32_t tag : action.erasure().tags()) {
    if (tag < 32) tags |= 1u << tag;
  }
  for (const uint64_t target : action.about_index()) {
    if (target >= entry) {
      findings->Add({kRuleRemovals, entry,
                     "erases the payload of " + EntryName(target) +
                         ", which does not stand before it"});
      continue;
    }
    erased_.push_back({target, entry, platform, tags});
    ++figures->erased[action.erasure().basis()];
  }
}

void Removals::TakeRedacted(uint64_t entry, const v1::Action& action,
                            PlatformFigures* figures, Findings* findings) {
  if (action.about_index_size() != 1) return;  // "fields" says so
  const uint64_t target = action.about_index(0);
  if (target >= entry) {
    findings->Add(
        {kRuleRemovals, entry,
         "redacts " + EntryName(target) + ", which does not stand before it"});
    return;
  }
  ++figures->redacted[action.redaction().basis()];
  const RedactionSeen redaction = {entry,
                                   static_cast<int>(action.redaction().basis()),
                                   ToHash(action.redaction().leaf_hash()),
                                   ToHash(action.redaction().action_hash())};
  const auto [it, is_new] = redactions_.emplace(target, redaction);
  if (is_new) return;
  findings->Add({kRuleRemovals, entry,
                 "redacts " + EntryName(target) + ", which " +
                     EntryName(it->second.entry) + " had redacted"});
}

void Removals::Finish() {
  std::ranges::stable_sort(erased_, {}, &ErasedPayload::target);
}

std::vector<uint64_t> Removals::Unexplained() const {
  std::vector<uint64_t> unexplained;
  for (const uint64_t entry : missing_) {
    if (!redactions_.contains(entry)) unexplained.push_back(entry);
  }
  return unexplained;
}

std::vector<uint64_t> Removals::Doubtful() const {
  std::vector<uint64_t> doubtful = missing_;
  for (const auto& [entry, redaction] : redactions_) doubtful.push_back(entry);
  std::ranges::sort(doubtful);
  const auto twice = std::ranges::unique(doubtful);
  doubtful.erase(twice.begin(), twice.end());
  return doubtful;
}

const RedactionSeen* Removals::RedactionOf(uint64_t entry) const {
  const auto it = redactions_.find(entry);
  return it == redactions_.end() ? nullptr : &it->second;
}

bool Removals::Concerns(uint64_t entry) const {
  return redactions_.contains(entry) ||
         std::ranges::binary_search(erased_, entry, {}, &ErasedPayload::target);
}

std::vector<Removals::ErasedPayload> Removals::ErasuresOf(
    uint64_t entry) const {
  const auto range =
      std::ranges::equal_range(erased_, entry, {}, &ErasedPayload::target);
  return {range.begin(), range.end()};
}

// Of a redacted entry only the hash is left: what would need its bytes is not
// asked, since nothing follows from their absence.
std::vector<Finding> Removals::Judge(const RemovalTarget& target) const {
  std::vector<Finding> findings;
  const auto require = [&](bool holds, uint64_t entry, const char* does,
                           const char* what) {
    if (holds) return;
    findings.push_back({kRuleRemovals, entry,
                        std::string(does) + EntryName(target.entry) + what});
  };
  if (target.action != nullptr || target.is_seal) {
    const RedactionSeen* const gone = RedactionOf(target.entry);
    for (const ErasedPayload& erased : ErasuresOf(target.entry)) {
      // By then the log had forgotten what it committed to.
      if (gone != nullptr && gone->entry < erased.entry) continue;
      const char* const does = "erases the payload of ";
      require(!target.is_seal && !target.action->commitment().empty(),
              erased.entry, does, ", which commits to none");
      require(IsOwner(erased.platform, target.platform), erased.entry, does,
              ", which is another platform's");
    }
  }
  const RedactionSeen* const redaction = RedactionOf(target.entry);
  if (redaction == nullptr) return findings;
  const char* const does = "redacts ";
  require(redaction->leaf_hash == *target.leaf_hash, redaction->entry, does,
          " with another hash than the tree has for it");
  if (target.action == nullptr && !target.is_seal) return findings;
  require(!target.is_seal && !kPermanent.Has(target.action->kind()),
          redaction->entry, does, ", which is of a kind that must stay");
  if (target.is_seal) return findings;
  require(redaction->action_hash == HashLeaf(AsBytes(target.action_bytes)),
          redaction->entry, does, " with another hash of its action");
  return findings;
}

std::vector<RedactedLeaf> Removals::RedactedLeaves() const {
  std::vector<RedactedLeaf> leaves;
  for (const uint64_t entry : missing_) {
    if (const RedactionSeen* redaction = RedactionOf(entry)) {
      leaves.push_back({entry, redaction->entry, redaction->basis});
    }
  }
  return leaves;
}

}  // namespace modlog
