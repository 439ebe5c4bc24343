#ifndef MODLOG_VERIFIER_AUDIT_RULES_LIFE_H_
#define MODLOG_VERIFIER_AUDIT_RULES_LIFE_H_

// The rules "references", "life" and "reversals": what an entry refers to
// stands before it, on the same platform, is of a kind that may be referred to,
// is not void, and is still open to what is done to it. docs/formats.md,
// "References".
//
// Every rule here needs the referrer and the one entry it names, so the log is
// judged target by target: entries that nothing refers to are not kept, and
// where there are more targets than fit, the rest is left to another pass.
//
// An event that is declared void later counts until then: its effect has an
// end. Not thread-safe.

#include <cstdint>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "verifier/audit/rules/kind_table.h"
#include "verifier/audit/rules/rules.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

// What the rules need to know of an entry that others refer to.
struct TargetRecord {
  uint8_t kind = 0;
  uint8_t measures = 0;  // bits by Measure
  uint8_t ends = 0;      // those with an end date
  bool copied = false;
  uint64_t restorable = 0;  // affected + network where exact; 0: no bound
};
TargetRecord RecordOfTarget(const v1::Action& action);

// A key without the 48 bits by which it was found.
using KeyRest = std::pair<uint64_t, uint64_t>;
KeyRest RestOf(const Hash& key);

struct TargetSeen {
  uint64_t number = 0;  // of the key's prefix
  KeyRest rest;
  uint64_t entry = 0;
  TargetRecord record;
  std::vector<uint32_t> label_terms;  // of a LABEL
};

struct ReferenceSeen {
  uint64_t number = 0;
  KeyRest rest;
  uint64_t entry = 0;
  uint8_t kind = 0;  // of the referrer
  bool cause = false;
  bool copied = false;
  KindList wanted;
  uint64_t until = kNever;  // the entry that declares the referrer void
  v1::Extent extent = v1::EXTENT_UNSPECIFIED;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  uint8_t measures = 0xff;  // named; all where none is
  bool names_measures = false;
  uint64_t restored = 0;
  bool corrects = false;
  TargetRecord corrected;
  std::vector<uint32_t> label_terms;
};
// ReferenceOf fills in what the action says; number, rest, entry, cause, until
// are the caller's.
ReferenceSeen ReferenceOf(const v1::Action& action);

class LifeRule {
 public:
  // Targets numbered [begin, end) are judged, in 64 bytes each. `redacted` are
  // entries whose bytes are gone, ascending: a reference may lead to one.
  LifeRule(uint64_t begin, uint64_t end, std::vector<uint64_t> redacted);

  // In log order; of one entry what it refers to before the entry itself.
  void TakeReference(const ReferenceSeen& reference, Findings* findings);
  void TakeTarget(const TargetSeen& target);

  // References whose target may be an entry that was redacted.
  uint64_t perhaps_redacted() const { return perhaps_redacted_; }

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
    TargetRecord record;
    Effect effect;
  };
  struct Passing {  // an effect that a VOID undoes
    uint64_t until;
    Effect effect;
  };
  struct Restated {
    uint64_t until;
    TargetRecord record;
  };
  // What is rare is kept beside the targets.
  struct Rare {
    std::vector<Passing> passing;
    std::vector<Restated> restated;
    std::vector<uint32_t> label_terms;
  };

  Target* Find(uint64_t number, const KeyRest& rest);
  void Unknown(const ReferenceSeen& reference, Findings* findings);
  void Judge(const Target& target, const ReferenceSeen& reference,
             Findings* findings) const;
  void Apply(const ReferenceSeen& reference, Target* target);
  TargetRecord RecordAt(const Target& target, uint64_t entry) const;
  Effect EffectAt(const Target& target, uint64_t entry) const;
  static void Join(const Effect& effect, Effect* into);
  static Effect EffectOf(const ReferenceSeen& reference);

  uint64_t begin_;
  std::vector<Target> targets_;
  // Targets whose key begins like another's.
  std::map<std::pair<uint64_t, KeyRest>, Target> others_;
  std::unordered_map<uint64_t, Rare> rare_;  // by entry of the target
  std::vector<uint64_t> redacted_;
  std::map<std::pair<uint64_t, KeyRest>, bool> unknown_;
  uint64_t perhaps_redacted_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RULES_LIFE_H_
