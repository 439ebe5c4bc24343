#ifndef MODLOG_VERIFIER_RULES_SECOND_PASS_H_
#define MODLOG_VERIFIER_RULES_SECOND_PASS_H_

// The second pass over a log: the rules that join entries (references, lives,
// duplicates, erasures), seals, and counting what is attested. What is referred
// to is kept, 80 bytes each, the rest is not; where more is referred to than
// kTargetsPerPass, another pass judges the remaining lives. What it costs is in
// docs/verifying.md, "What an audit costs".
//
// Not thread-safe, but for Read.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "verifier/replay/replay.h"
#include "verifier/rules/audited_life.h"
#include "verifier/rules/audited_seals.h"
#include "verifier/rules/bulk_index.h"
#include "verifier/rules/first_pass.h"
#include "verifier/rules/unique_puid.h"

namespace modlog {

// 8,000,000 targets of 80 bytes.
inline constexpr uint64_t kTargetsPerPass = 8'000'000;

struct SecondFacts;
struct CorrectionSeen;

class SecondPass {
 public:
  // Judges the lives of targets numbered [first_target, …) that fit; the rules
  // beside lives only where first_target is 0.
  SecondPass(const RecordIndex& index, std::string origin,
             uint64_t first_target, Findings* findings, RecordSummary* summary);
  ~SecondPass();

  // For ReplayRequest::read.
  std::function<void()> Read(const BundleView& bundle);

  // NextTarget is where a further pass has to begin; nothing if none has to.
  std::optional<uint64_t> NextTarget() const;

  void Finish();

  // What was looked at beside each entry itself: tests hold it against the
  // number of entries.
  uint64_t steps() const { return steps_ + life_.steps(); }

 private:
  friend class SecondReader;

  void Take(const SecondFacts& facts);
  void TakeOriginals(const SecondFacts& facts);
  void TakeCorrection(const CorrectionSeen& correction);
  void CountCorrected(const CorrectionSeen& correction);
  void CompareFields(const CorrectionSeen& correction);

  const RecordIndex& index_;
  const std::string origin_;
  const uint64_t first_target_;
  const uint64_t end_target_;
  Findings* findings_;
  RecordSummary* summary_;
  const LifeBulks bulks_;
  LifeRule life_;
  UniquePuidRule unique_puid_;
  SealsRule seals_;
  Attestations counts_;
  const BulkIndex bulk_index_;
  // Of what a CORRECTION is about, once it was seen and until the last one.
  struct Original {
    uint64_t entry;
    int64_t logged_at_ms;
    std::optional<std::string> action;
  };
  std::map<Hash, Original> originals_;
  size_t original_bytes_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_SECOND_PASS_H_
