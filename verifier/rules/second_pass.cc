#include "verifier/rules/second_pass.h"

#include <algorithm>

#include "verifier/receipt/entry_words.h"
#include "verifier/rules/kind_table.h"
#include "verifier/rules/record_facts.h"

namespace modlog {
namespace {

// Bytes of corrected entries that wait for their corrections, to say which
// fields these changed. Where there are more it is not said of the rest.
constexpr size_t kOriginalBytesMax = 64 << 20;

// What one version of an entry counts for, and all that follow from rules for
// many entries.
struct Counting {
  const Attestations& attestations;
  const PlatformBulks* bulks;  // may be null
  size_t platform;
  uint64_t index;  // by which rules for many name it
  int64_t logged_at_ms;
  std::vector<CellCount>* counts;
  uint64_t* steps;

  // Returns from when on there are too many to follow, if there are.
  std::optional<uint64_t> Count(uint64_t begin, uint64_t end,
                                v1::Action action) const {
    if (begin >= end) return std::nullopt;
    const auto count = [&](const v1::Action& version, uint64_t from,
                           uint64_t to) {
      *steps +=
          attestations.Count(platform, version, logged_at_ms, from, to, counts);
    };
    if (bulks == nullptr) {
      count(action, begin, end);
      return std::nullopt;
    }
    return bulks->ForEachVersion(index, begin, end, &action, steps, count);
  }
};

}  // namespace

struct CorrectionSeen {
  uint64_t entry;
  std::string platform;
  Hash target;
  v1::Action corrected;
};

struct OriginalSeen {
  uint64_t entry;
  Hash key;
  int64_t logged_at_ms;
  std::string action;
};

// What is taken in log order; an entry's references before itself.
struct LifeEvent {
  bool is_target = false;
  TargetSeen target;
  ReferenceSeen reference;
};

struct SealEvent {
  bool is_seal = false;
  SealedAction action;
  SealSeen seal;
};

struct SecondFacts {
  std::vector<LifeEvent> life;
  std::vector<std::pair<uint64_t, Hash>> repeated;
  std::vector<SealEvent> seals;
  std::vector<CellCount> counts;
  std::vector<std::pair<size_t, uint64_t>> uncounted;  // platform, from when
  std::vector<CorrectionSeen> corrections;
  std::vector<OriginalSeen> originals;
  std::map<std::string, uint64_t> in_bulk;  // entries that a rule changes
  std::vector<Finding> findings;
  uint64_t steps = 0;
};

// Reads one bundle beside what the first pass found.
class SecondReader {
 public:
  explicit SecondReader(const SecondPass& pass)
      : pass_(pass), index_(pass.index_), rest_(pass.first_target_ == 0) {}

  SecondFacts Read(const BundleView& bundle) && {
    for (size_t i = 0; i < bundle.entries.size(); ++i) {
      entry_ = bundle.first_entry + i;
      if (std::ranges::binary_search(bundle.missing, i)) {
        if (rest_) ReadMissing(bundle.hashes[i]);
        continue;
      }
      // What cannot be read was named in the first pass.
      if (!ReadCanonicalEntry(AsText(bundle.entries[i]), &read_, &scratch_)) {
        continue;
      }
      if (read_.seal) {
        if (rest_) ReadSeal(bundle.hashes[i]);
      } else {
        ReadAction(bundle.hashes[i]);
      }
    }
    return std::move(facts_);
  }

 private:
  void ReadMissing(const Hash& leaf_hash) {
    JudgeRemoval({entry_, &leaf_hash, false, {}, nullptr, {}});
    if (index_.sealed_platforms.empty()) return;
    const RedactionSeen* redaction = index_.removals.RedactionOf(entry_);
    SealEvent event;
    event.action.entry = entry_;
    if (redaction != nullptr) event.action.hash = redaction->action_hash;
    facts_.seals.push_back(std::move(event));
  }

  void ReadSeal(const Hash& leaf_hash) {
    JudgeRemoval({entry_, &leaf_hash, true, read_.platform, nullptr, {}});
    SealEvent event;
    event.is_seal = true;
    event.seal = {entry_, read_.platform, *read_.seal,
                  HashSeal(read_.seal_bytes), false};
    const PlatformKey* key =
        index_.keys.Find(read_.platform, v1::KEY_USE_SEAL, read_.seal->key);
    if (key != nullptr) {
      const auto parsed = Ed25519PublicKey::From(AsBytes(key->public_key));
      event.seal.verifies = parsed && VerifySeal(*read_.seal, pass_.origin_,
                                                 read_.platform, *parsed);
    }
    facts_.seals.push_back(std::move(event));
  }

  void ReadAction(const Hash& leaf_hash) {
    const v1::Action& action = read_.action;
    key_ = PuidKeyOf(read_.platform, action.puid());
    ReadReferences();
    ReadTarget();
    if (!rest_) return;
    if (pass_.unique_puid_.Concerns(key_)) {
      facts_.repeated.emplace_back(entry_, key_);
    }
    JudgeRemoval({entry_, &leaf_hash, false, read_.platform, &action,
                  read_.action_bytes});
    ReadForSeals();
    ReadForCounts();
  }

  void JudgeRemoval(const RemovalTarget& target) {
    if (!index_.removals.Concerns(entry_)) return;
    for (Finding& finding : index_.removals.Judge(target)) {
      facts_.findings.push_back(std::move(finding));
    }
  }

  // ---- lives

  std::optional<uint64_t> NumberOf(const Hash& key) const {
    const auto number = index_.referenced.NumberOf(KeyPrefixes::Of(key));
    if (!number || *number < pass_.first_target_ ||
        *number >= pass_.end_target_) {
      return std::nullopt;
    }
    return number;
  }

  void ReadTarget() {
    const auto number = NumberOf(key_);
    if (!number) return;
    LifeEvent event;
    event.is_target = true;
    event.target = {*number,
                    RestOf(key_),
                    entry_,
                    RecordOfTarget(read_.action),
                    pass_.bulks_.NumberOf(read_.platform),
                    {}};
    if (read_.action.label_op() == v1::LABEL_OP_APPLY) {
      event.target.label_terms.assign(read_.action.label_terms().begin(),
                                      read_.action.label_terms().end());
    }
    facts_.life.push_back(std::move(event));
  }

  void ReadReferences() {
    ReadReferencesOf(read_.action, false);
    if (read_.action.has_corrected()) {
      ReadReferencesOf(read_.action.corrected(), true);
    }
  }

  // Of the record that a correction states they lead somewhere, and no more.
  void ReadReferencesOf(const v1::Action& action, bool within) {
    if (action.about_size() == 0 && action.cause_size() == 0) return;
    const KindRow* const row = RowOf(action);
    if (row == nullptr) return;  // named in the first pass
    ReferenceSeen stated = ReferenceOf(action);
    stated.entry = entry_;
    stated.within = within;
    stated.until = index_.voids.First(key_);
    stated.wanted = row->about;
    for (const std::string& puid : FollowedOf(action.about())) {
      ReadReference(puid, stated);
    }
    stated.cause = true;
    stated.wanted = row->cause;
    for (const std::string& puid : FollowedOf(action.cause())) {
      ReadReference(puid, stated);
    }
  }

  void ReadReference(const std::string& puid, const ReferenceSeen& stated) {
    const Hash key = PuidKeyOf(read_.platform, puid);
    const auto number = NumberOf(key);
    if (!number) return;
    LifeEvent event;
    event.reference = stated;
    event.reference.number = *number;
    event.reference.rest = RestOf(key);
    facts_.life.push_back(std::move(event));
  }

  // ---- seals and counts

  void ReadForSeals() {
    if (!index_.sealed_platforms.contains(read_.platform)) return;
    SealEvent event;
    event.action = {entry_, read_.platform,
                    HashSealedAction(read_.action_bytes)};
    facts_.seals.push_back(std::move(event));
  }

  void ReadForCounts() {
    const v1::Action& action = read_.action;
    const PlatformBulks* const bulks = pass_.bulk_index_.Of(read_.platform);
    if (bulks != nullptr) {
      const uint64_t rules = bulks->CountOf(entry_, action, &facts_.steps);
      if (rules > 0) facts_.in_bulk[read_.platform] += rules;
    }
    if (index_.corrections.Any(key_)) {
      facts_.originals.push_back(
          {entry_, key_, read_.logged_at_ms, std::string(read_.action_bytes)});
    }
    if (action.has_corrected() && action.about_size() == 1) {
      facts_.corrections.push_back({entry_, read_.platform,
                                    PuidKeyOf(read_.platform, action.about(0)),
                                    action.corrected()});
    }
    const auto attesting = index_.attestations.NumberOf(read_.platform);
    if (!attesting) return;
    // As logged it stands until it is void or stated anew.
    const uint64_t end =
        std::min(index_.voids.First(key_), index_.corrections.First(key_));
    const Counting counting = {
        index_.attestations, bulks,          *attesting,   entry_,
        read_.logged_at_ms,  &facts_.counts, &facts_.steps};
    if (const auto from = counting.Count(entry_, end, action)) {
      facts_.uncounted.emplace_back(*attesting, *from);
    }
  }

  const SecondPass& pass_;
  const RecordIndex& index_;
  const bool rest_;  // judge the rules beside lives as well
  SecondFacts facts_;
  ReadEntry read_;
  std::string scratch_;
  uint64_t entry_ = 0;
  Hash key_ = {};
};

SecondPass::SecondPass(const RecordIndex& index, std::string origin,
                       uint64_t first_target, Findings* findings,
                       RecordSummary* summary)
    : index_(index),
      origin_(std::move(origin)),
      first_target_(first_target),
      end_target_(
          std::min(index.referenced.size(), first_target + kTargetsPerPass)),
      findings_(findings),
      summary_(summary),
      bulks_(index.bulks),
      life_(first_target_, end_target_, index.removals.missing(),
            index.removals.Doubtful(), &bulks_),
      unique_puid_(index.repeated),
      seals_(&index.keys),
      counts_(first_target == 0 ? index.attestations : Attestations()),
      bulk_index_(index.bulks) {}

SecondPass::~SecondPass() = default;

std::function<void()> SecondPass::Read(const BundleView& bundle) {
  auto facts =
      std::make_shared<const SecondFacts>(SecondReader(*this).Read(bundle));
  return [this, facts] { Take(*facts); };
}

std::optional<uint64_t> SecondPass::NextTarget() const {
  if (end_target_ >= index_.referenced.size()) return std::nullopt;
  return end_target_;
}

void SecondPass::Take(const SecondFacts& facts) {
  for (const Finding& finding : facts.findings) findings_->Add(finding);
  for (const auto& [entry, key] : facts.repeated) {
    unique_puid_.Take(entry, key, findings_);
  }
  for (const LifeEvent& event : facts.life) {
    if (event.is_target) {
      life_.TakeTarget(event.target);
    } else {
      life_.TakeReference(event.reference, findings_);
    }
  }
  for (const SealEvent& event : facts.seals) {
    if (event.is_seal) {
      seals_.TakeSeal(event.seal, summary_, findings_);
    } else {
      seals_.TakeAction(event.action);
    }
  }
  for (const CellCount& count : facts.counts) counts_.Add(count);
  for (const auto& [platform, number] : facts.in_bulk) {
    summary_->FiguresOf(platform).corrected_in_bulk += number;
  }
  for (const auto& [platform, from] : facts.uncounted) {
    counts_.EndCount(platform, from);
  }
  steps_ += facts.steps;
  TakeOriginals(facts);
  for (const CorrectionSeen& correction : facts.corrections) {
    TakeCorrection(correction);
  }
}

void SecondPass::TakeOriginals(const SecondFacts& facts) {
  for (const OriginalSeen& original : facts.originals) {
    const auto [it, is_new] = originals_.try_emplace(
        original.key,
        Original{original.entry, original.logged_at_ms, std::nullopt});
    const size_t bytes = original.action.size();
    if (!is_new || original_bytes_ + bytes > kOriginalBytesMax) continue;
    it->second.action = original.action;
    original_bytes_ += bytes;
  }
}

void SecondPass::TakeCorrection(const CorrectionSeen& correction) {
  const auto it = originals_.find(correction.target);
  if (it == originals_.end()) return;
  CountCorrected(correction);
  CompareFields(correction);
  if (index_.corrections.NextAfter(correction.target, correction.entry) !=
      kNever) {
    return;
  }
  if (it->second.action) original_bytes_ -= it->second.action->size();
  originals_.erase(it);
}

// A correction counts in place of its target, on the day of its target, until
// that is void or stated anew once more.
void SecondPass::CountCorrected(const CorrectionSeen& correction) {
  const auto attesting = counts_.NumberOf(correction.platform);
  if (!attesting) return;
  const Original& original = originals_.at(correction.target);
  const uint64_t end = std::min(
      index_.voids.First(correction.target),
      index_.corrections.NextAfter(correction.target, correction.entry));
  std::vector<CellCount> counts;
  const Counting counting = {counts_,
                             bulk_index_.Of(correction.platform),
                             *attesting,
                             original.entry,
                             original.logged_at_ms,
                             &counts,
                             &steps_};
  const auto from = counting.Count(correction.entry, end, correction.corrected);
  if (from) counts_.EndCount(*attesting, *from);
  for (const CellCount& count : counts) counts_.Add(count);
}

void SecondPass::CompareFields(const CorrectionSeen& correction) {
  PlatformFigures& figures = summary_->FiguresOf(correction.platform);
  const Original& original = originals_.at(correction.target);
  if (!original.action) {
    ++figures.uncompared;
    return;
  }
  const FieldSet differing = DifferingFields(
      *original.action, correction.corrected.SerializeAsString());
  for (const int field : differing.Numbers()) {
    ++figures.corrected_fields[FieldName(field)];
  }
}

void SecondPass::Finish() {
  summary_->perhaps_redacted_references += life_.perhaps_redacted();
  if (first_target_ != 0) return;
  seals_.Finish(findings_);
  summary_->attestations = std::move(counts_).Conclude(findings_);
}

}  // namespace modlog
