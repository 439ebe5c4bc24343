#ifndef MODLOG_VERIFIER_RULES_AUDITED_LIFE_H_
#define MODLOG_VERIFIER_RULES_AUDITED_LIFE_H_

// The rules "references", "life" and "reversals": what an entry refers to
// stands before it, on the same platform, is of a kind that may be referred to,
// is not void, and is still open to what is done to it. docs/lifecycle.md.
//
// Every rule here needs the referrer and the one entry it names, so the log is
// judged target by target: entries that nothing refers to are not kept, and
// where there are more targets than fit, the rest is left to another pass.
//
// A target reads as its corrections before the referrer say, in log order, and
// an event that is declared void later counts until then: its effect has an
// end. An entry whose bytes are gone may have been either; so what could have
// been changed by one that stood between a target and its referrer is a warning
// and accuses nobody. The log that admitted it had read it.
//
// However many effects there are of one target, what they come to is at hand:
// what is asked is asked in log order, so that what has ended is let go, and of
// two effects that only differ in their ends the later end is kept. Operations:
// O(log n) a reference, and each target takes each of its platform's rules for
// many entries (at most kBulksMax) once. A correction is never void: its record
// takes the place of the one before.
//
// Not thread-safe.

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "verifier/core/sha256.h"
#include "verifier/rules/kind_table.h"
#include "verifier/rules/life_bulks.h"
#include "verifier/rules/rules.h"

namespace modlog {

inline constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

// As many entries may change one other: log/records/life.h, kLifeEventsMax.
inline constexpr uint16_t kChangesMax = 1'024;

// A key without the 48 bits by which it was found.
using KeyRest = std::pair<uint64_t, uint64_t>;
KeyRest RestOf(const Hash& key);

struct TargetSeen {
  uint64_t number = 0;  // of the key's prefix
  KeyRest rest;
  uint64_t entry = 0;
  TargetRecord record;
  uint32_t bulks = 0;                 // of the platform, in LifeBulks
  std::vector<uint32_t> label_terms;  // of a LABEL
};

struct ReferenceSeen {
  uint64_t number = 0;
  KeyRest rest;
  uint64_t entry = 0;
  uint8_t kind = 0;  // of the referrer
  bool cause = false;
  bool within = false;  // of the record that a correction states
  bool copied = false;
  KindList wanted;
  uint64_t until = kNever;  // the entry that declares the referrer void
  v1::Extent extent = v1::EXTENT_UNSPECIFIED;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  MeasureBits measures = ~MeasureBits{0};  // named; all where none is
  bool names_measures = false;
  bool odd_measures = false;  // one beyond 31, which no decision has
  uint64_t restored = 0;
  bool corrects = false;
  TargetRecord corrected;
  // Of a LABEL, or of the one that a correction states; one list, of however
  // many references. Null: none.
  std::shared_ptr<const std::vector<uint32_t>> label_terms;
};
// ReferenceOf fills in what the action says; number, rest, entry, cause, until
// are the caller's.
ReferenceSeen ReferenceOf(const v1::Action& action);

class LifeRule {
 public:
  // Targets numbered [begin, end) are judged, in 80 bytes each. `missing` are
  // entries whose bytes are gone, ascending: a reference may lead to one.
  // `doubtful` are those and what else redactions name, ascending: a log that
  // went on had read it no more, though a copy may have the bytes. `bulks` must
  // outlive it.
  LifeRule(uint64_t begin, uint64_t end, std::vector<uint64_t> missing,
           std::vector<uint64_t> doubtful, const LifeBulks* bulks);

  // In log order; of one entry what it refers to before the entry itself.
  void TakeReference(const ReferenceSeen& reference, Findings* findings);
  void TakeTarget(const TargetSeen& target);

  // References whose target may be an entry that was redacted.
  uint64_t perhaps_redacted() const { return perhaps_redacted_; }

  // What was looked at of effects with an end and of rules for many entries,
  // all together: tests hold it against the number of references.
  uint64_t steps() const { return steps_; }

 private:
  enum Flag : uint16_t {
    kReversed = 1,
    kReplaced = 2,
    kDecided = 4,
    kWithdrawn = 8,
    kExecuted = 16,
    kCancelled = 32,
    kReferred = 64,
    kNegated = 128,
    kVoid = 256,
    kEndedInPart = 512,
  };
  // What was done to a target.
  struct Effect {
    uint16_t flags = 0;
    uint8_t ended = 0;    // measures reversed one by one
    uint8_t expired = 0;  // measures
    uint64_t restored = 0;
  };
  struct Target {
    KeyRest rest;
    uint64_t entry = kNever;  // kNever: not seen yet
    TargetRecord record;      // as it reads now
    Effect effect;            // for good
    uint32_t bulks = 0;
    uint16_t bulks_taken = 0;  // of that list: applied, or passed over
    uint16_t changes = 0;      // entries that change what it is
  };
  static_assert(sizeof(Target) <= 80);
  // Effects that a VOID undoes, joined: each flag and measure lasts until the
  // latest end of those that have it.
  struct Passing {
    std::array<uint64_t, 16> flags = {};
    std::array<uint64_t, 8> ended = {};
    std::array<uint64_t, 8> expired = {};
    // What is restored until when, the earliest end first, and the sum.
    std::vector<std::pair<uint64_t, uint64_t>> restored;
    uint64_t sum = 0;
    uint64_t overflows = 0;  // of the sum, beyond 2^64
  };
  // What is rare is kept beside the targets.
  struct Rare {
    std::unique_ptr<Passing> passing;
    std::vector<uint32_t> label_terms;
  };

  Target* Find(uint64_t number, const KeyRest& rest);
  void Unknown(const ReferenceSeen& reference, Findings* findings);
  void Judge(const Target& target, const ReferenceSeen& reference,
             Findings* findings);
  void Apply(const ReferenceSeen& reference, Target* target);
  void ApplyBulksBefore(uint64_t entry, Target* target);
  Effect EffectAt(const Target& target, uint64_t entry);
  void Pass(const Effect& effect, uint64_t until, Rare* rare);
  void EndRestored(uint64_t entry, Passing* passing);
  bool IsAnyDoubtful(uint64_t begin, uint64_t end) const;
  static void Join(const Effect& effect, Effect* into);
  static Effect EffectOf(const ReferenceSeen& reference);

  uint64_t begin_;
  std::vector<Target> targets_;
  // Targets whose key begins like another's.
  std::map<std::pair<uint64_t, KeyRest>, Target> others_;
  std::unordered_map<uint64_t, Rare> rare_;  // by entry of the target
  std::vector<uint64_t> missing_;
  std::vector<uint64_t> doubtful_;
  const LifeBulks* bulks_;
  std::map<std::pair<uint64_t, KeyRest>, bool> unknown_;
  uint64_t perhaps_redacted_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_AUDITED_LIFE_H_
