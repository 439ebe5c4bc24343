#include "verifier/rules/audited_life.h"

#include <algorithm>

namespace modlog {
namespace {

bool IsLifeless(int kind) {
  switch (kind) {
    case v1::KIND_ACTION:
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_REFERRED:
    case v1::KIND_EXTERNAL_DECIDED:
    case v1::KIND_REVERSAL:
    case v1::KIND_MODIFICATION:
    case v1::KIND_EXPIRY:
    case v1::KIND_SCHEDULE_CANCELLED:
    case v1::KIND_LABEL:
    case v1::KIND_CORRECTION:
    case v1::KIND_VOID:
      return false;
    default:
      return true;
  }
}

std::string Names(const ReferenceSeen& reference) {
  return std::string(reference.within ? "corrected." : "") +
         (reference.cause ? "cause" : "about") + " names ";
}

void KeepLabelTerms(const std::vector<uint32_t>& terms,
                    std::vector<uint32_t>* kept) {
  *kept = terms;
  std::ranges::sort(*kept);
}

// A correction with references that lead nowhere was taken once.
Severity SeverityOf(const ReferenceSeen& reference) {
  return reference.within ? Severity::kWarning : Severity::kViolation;
}

}  // namespace

KeyRest RestOf(const Hash& key) {
  KeyRest rest = {0, 0};
  for (size_t i = 6; i < 14; ++i) rest.first = rest.first << 8 | key[i];
  for (size_t i = 14; i < 22; ++i) rest.second = rest.second << 8 | key[i];
  return rest;
}

ReferenceSeen ReferenceOf(const v1::Action& action) {
  ReferenceSeen reference;
  reference.kind = static_cast<uint8_t>(action.kind() & 0x7f);
  reference.copied = action.provenance() != v1::PROVENANCE_FIRST_HAND;
  reference.extent = action.extent();
  reference.outcome = action.outcome();
  reference.restored = action.restored();
  if (action.measures_size() > 0) {
    reference.names_measures = true;
    reference.measures = 0;
    for (const int measure : action.measures()) {
      if (measure < 0 || measure > 31) {
        reference.odd_measures = true;
      } else {
        reference.measures |= MeasureBits{1} << measure;
      }
    }
  }
  const v1::Action* labels = &action;
  if (action.has_corrected()) {
    reference.corrects = true;
    reference.corrected = RecordOfTarget(action.corrected());
    labels = &action.corrected();
  }
  if (labels->label_terms_size() > 0) {
    reference.label_terms = std::make_shared<const std::vector<uint32_t>>(
        labels->label_terms().begin(), labels->label_terms().end());
  }
  return reference;
}

LifeRule::LifeRule(uint64_t begin, uint64_t end, std::vector<uint64_t> missing,
                   std::vector<uint64_t> doubtful, const LifeBulks* bulks)
    : begin_(begin),
      targets_(end - begin),
      missing_(std::move(missing)),
      doubtful_(std::move(doubtful)),
      bulks_(bulks) {}

LifeRule::Target* LifeRule::Find(uint64_t number, const KeyRest& rest) {
  Target& target = targets_[number - begin_];
  if (target.entry == kNever) return nullptr;
  if (target.rest == rest) return &target;
  const auto it = others_.find({number, rest});
  return it == others_.end() ? nullptr : &it->second;
}

void LifeRule::TakeTarget(const TargetSeen& seen) {
  if (Find(seen.number, seen.rest) != nullptr) return;  // unique_puid names it
  Target& place = targets_[seen.number - begin_];
  Target& target =
      place.entry == kNever ? place : others_[{seen.number, seen.rest}];
  target = {.rest = seen.rest,
            .entry = seen.entry,
            .record = seen.record,
            .effect = {},
            .bulks = seen.bulks};
  if (!seen.label_terms.empty()) {
    KeepLabelTerms(seen.label_terms, &rare_[seen.entry].label_terms);
  }
}

void LifeRule::TakeReference(const ReferenceSeen& reference,
                             Findings* findings) {
  Target* const target = Find(reference.number, reference.rest);
  if (target == nullptr) return Unknown(reference, findings);
  const auto complain = [&](std::string_view rule, const std::string& what) {
    findings->Add({rule, reference.entry,
                   Names(reference) + "entry " + std::to_string(target->entry) +
                       ", " + what,
                   SeverityOf(reference)});
  };
  const uint8_t kind = target->record.kind_logged;
  if (!reference.wanted.Has(kind)) {
    return complain(kRuleReferences, "which is a " + KindName(kind));
  }
  if (reference.within) return;  // it says anew what was right at its time
  if (reference.corrects && reference.corrected.kind != kind) {
    return complain(kRuleReferences,
                    "which is of another kind than its correction");
  }
  if ((target->effect.flags & kVoid) != 0) {
    complain(kRuleLife, "which was declared void");
  } else if (!reference.cause) {
    ApplyBulksBefore(reference.entry, target);
    Judge(*target, reference, findings);
  }
  if (!reference.cause) Apply(reference, target);
}

// A redacted entry has no puid any more; it may be what is named, but only one
// puid can be its.
void LifeRule::Unknown(const ReferenceSeen& reference, Findings* findings) {
  const auto earlier = static_cast<size_t>(
      std::ranges::lower_bound(missing_, reference.entry) - missing_.begin());
  std::pair key(reference.number, reference.rest);
  const bool known = unknown_.contains(key);
  // What only a correction names may lead nowhere, and takes nobody's place.
  if (reference.within && !known && earlier > 0) {
    ++perhaps_redacted_;
    return;
  }
  if (known || (!reference.within && unknown_.size() < earlier)) {
    unknown_.emplace(key, true);
    ++perhaps_redacted_;
    return;
  }
  findings->Add(
      {kRuleReferences, reference.entry,
       Names(reference) + "a puid that no earlier entry of this platform bears",
       SeverityOf(reference)});
}

// Whether there is one in [begin, end).
bool LifeRule::IsAnyDoubtful(uint64_t begin, uint64_t end) const {
  const auto it = std::ranges::lower_bound(doubtful_, begin);
  return it != doubtful_.end() && *it < end;
}

// What a correction or a redaction may have changed in between is not known
// here: then a finding is a warning, since "violation" accuses the log.
void LifeRule::Judge(const Target& target, const ReferenceSeen& reference,
                     Findings* findings) {
  if (IsLifeless(reference.kind) &&
      reference.kind != v1::KIND_PUBLICATION_CHANGED) {
    return;
  }
  const bool too_many = target.changes >= kChangesMax &&
                        reference.kind != v1::KIND_VOID &&
                        reference.kind != v1::KIND_PUBLICATION_CHANGED;
  if (too_many) {
    findings->Add({kRuleLife, reference.entry,
                   Names(reference) + "entry " + std::to_string(target.entry) +
                       ", which " + std::to_string(kChangesMax) +
                       " others have changed, the most there can be"});
    return;
  }
  const TargetRecord& record = target.record;
  const Effect effect = EffectAt(target, reference.entry);
  const bool known =
      !record.unsure && !IsAnyDoubtful(target.entry, reference.entry);
  const auto find = [&](std::string_view rule, std::string_view what,
                        Severity severity) {
    findings->Add(
        {rule, reference.entry,
         Names(reference) + "entry " + std::to_string(target.entry) + ", " +
             std::string(what) +
             (known ? ""
                    : ", unless what was corrected or redacted between "
                      "the two says otherwise"),
         severity});
  };
  const auto require = [&](bool holds, std::string_view rule,
                           std::string_view what) {
    if (holds) return;
    find(
        rule, what,
        reference.copied || !known ? Severity::kWarning : Severity::kViolation);
  };
  const auto is = [&](uint16_t flag) { return (effect.flags & flag) != 0; };
  const MeasureBits left = record.measures() & ~MeasureBits{effect.ended} &
                           ~MeasureBits{effect.expired};
  const bool reversed =
      is(kReversed) || (is(kEndedInPart) &&
                        (record.measures() & ~MeasureBits{effect.ended}) == 0);
  const auto in_force = [&](std::string_view rule) {
    require(!is(kReplaced), rule, "which a later decision replaced");
    require(!reversed, rule, "which was reversed in full");
    require(reversed || left != 0, rule, "every measure of which has ended");
  };
  const auto own_measures = [&](std::string_view rule) {
    require(!reference.names_measures ||
                (reference.measures & ~record.measures()) == 0,
            rule, "which has not all of the measures stated");
    if (reference.odd_measures) {
      find(rule, "and a measure that no decision has", Severity::kWarning);
    }
  };
  switch (reference.kind) {
    case v1::KIND_ACTION:
    case v1::KIND_SCHEDULE_CANCELLED:
      require(!is(kCancelled), kRuleLife, "a schedule that was cancelled");
      require(!is(kExecuted), kRuleLife, "a schedule that was executed");
      return;
    case v1::KIND_APPEAL_WITHDRAWN:
      require(!is(kDecided), kRuleLife, "an appeal that was decided");
      return;
    case v1::KIND_APPEAL_DECIDED:
      require(!is(kWithdrawn), kRuleLife, "an appeal withdrawn in full");
      require(!is(kDecided), kRuleLife, "an appeal that was decided");
      return;
    case v1::KIND_EXTERNAL_DECIDED:
      require(record.kind != v1::KIND_EXTERNAL_REFERRED || !is(kDecided),
              kRuleLife, "a referral that was decided");
      require(record.kind == v1::KIND_EXTERNAL_REFERRED || !is(kReferred),
              kRuleLife, "an action that was referred: not by its referral");
      return;
    case v1::KIND_MODIFICATION:
      return in_force(kRuleLife);
    case v1::KIND_REVERSAL: {
      in_force(kRuleReversals);
      own_measures(kRuleReversals);
      const uint64_t most = record.restorable();
      require(reference.restored == 0 || most == 0 ||
                  (effect.restored <= most &&
                   reference.restored <= most - effect.restored),
              kRuleReversals,
              "of which more is restored in all than was affected");
      return;
    }
    case v1::KIND_EXPIRY:
      in_force(kRuleLife);
      own_measures(kRuleLife);
      require((record.ends() & reference.measures) == 0, kRuleLife,
              "which has an end date: that is when it expires");
      return;
    case v1::KIND_LABEL: {
      require(!is(kNegated), kRuleLife, "a label that was negated");
      const auto it = rare_.find(target.entry);
      const auto has = [&](uint32_t term) {
        return std::ranges::binary_search(it->second.label_terms, term);
      };
      require(record.label_op == v1::LABEL_OP_APPLY && it != rare_.end() &&
                  (reference.label_terms == nullptr ||
                   std::ranges::all_of(*reference.label_terms, has)),
              kRuleLife, "a label without all of the values negated");
      return;
    }
    // A log takes one about the platform's own word: nothing is undone by it.
    case v1::KIND_PUBLICATION_CHANGED:
      if (!record.copied) {
        find(kRuleReferences, "which is the platform's own word and no copy",
             Severity::kWarning);
      }
      return;
    default:
      return;
  }
}

// Must say the same as Apply in log/records/life.cc, and is written apart from
// it on purpose: tests/agreement holds one against the other.
LifeRule::Effect LifeRule::EffectOf(const ReferenceSeen& reference) {
  const bool full = reference.extent == v1::EXTENT_FULL;
  const auto flags = [](bool holds, Flag flag) {
    return Effect{.flags = static_cast<uint16_t>(holds ? flag : 0)};
  };
  switch (reference.kind) {
    case v1::KIND_REVERSAL: {
      Effect effect = flags(true, full ? kReversed : kEndedInPart);
      effect.restored = reference.restored;
      if (!full && reference.names_measures) {
        effect.ended = static_cast<uint8_t>(reference.measures);
      }
      return effect;
    }
    case v1::KIND_EXPIRY:
      return {.expired = static_cast<uint8_t>(reference.measures)};
    case v1::KIND_MODIFICATION:
      return flags(true, kReplaced);
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
      return flags(full, kWithdrawn);
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_DECIDED:
      return flags(reference.outcome != v1::OUTCOME_REMANDED, kDecided);
    case v1::KIND_EXTERNAL_REFERRED:
      return flags(true, kReferred);
    case v1::KIND_ACTION:
      return flags(true, kExecuted);
    case v1::KIND_SCHEDULE_CANCELLED:
      return flags(true, kCancelled);
    case v1::KIND_LABEL:
      return flags(true, kNegated);
    case v1::KIND_VOID:
      return flags(true, kVoid);
    default:
      return {};
  }
}

void LifeRule::Apply(const ReferenceSeen& reference, Target* target) {
  if (IsLifeless(reference.kind)) return;
  if (reference.kind != v1::KIND_VOID && target->changes < kChangesMax) {
    ++target->changes;
  }
  if (reference.corrects) {
    ApplyBulksBefore(reference.entry, target);  // they are of what was
    const uint8_t kind = target->record.kind_logged;
    target->record = reference.corrected;
    target->record.kind_logged = kind;
    if (kind == v1::KIND_LABEL) {
      KeepLabelTerms(reference.label_terms == nullptr ? std::vector<uint32_t>()
                                                      : *reference.label_terms,
                     &rare_[target->entry].label_terms);
    }
  }
  const Effect effect = EffectOf(reference);
  if (reference.until == kNever) return Join(effect, &target->effect);
  Pass(effect, reference.until, &rare_[target->entry]);
}

void LifeRule::Pass(const Effect& effect, uint64_t until, Rare* rare) {
  if (!rare->passing) rare->passing = std::make_unique<Passing>();
  Passing& passing = *rare->passing;
  const auto last = [until](uint16_t bits, auto* ends) {
    for (size_t bit = 0; bit < ends->size(); ++bit) {
      if ((bits >> bit & 1) == 0) continue;
      (*ends)[bit] = std::max((*ends)[bit], until);
    }
  };
  last(effect.flags, &passing.flags);
  last(effect.ended, &passing.ended);
  last(effect.expired, &passing.expired);
  ++steps_;
  if (effect.restored == 0) return;
  passing.restored.emplace_back(until, effect.restored);
  std::ranges::push_heap(passing.restored, std::ranges::greater());
  passing.sum += effect.restored;
  if (passing.sum < effect.restored) ++passing.overflows;
}

void LifeRule::EndRestored(uint64_t entry, Passing* passing) {
  std::vector<std::pair<uint64_t, uint64_t>>& restored = passing->restored;
  while (!restored.empty() && restored.front().first <= entry) {
    const uint64_t ended = restored.front().second;
    if (passing->sum < ended) --passing->overflows;
    passing->sum -= ended;
    std::ranges::pop_heap(restored, std::ranges::greater());
    restored.pop_back();
    ++steps_;
  }
}

void LifeRule::ApplyBulksBefore(uint64_t entry, Target* target) {
  const std::span<const LifeBulk> list = bulks_->list(target->bulks);
  for (; target->bulks_taken < list.size(); ++target->bulks_taken) {
    const LifeBulk& bulk = list[target->bulks_taken];
    ++steps_;
    if (bulk.entry >= entry) return;
    if (bulk.Covers(target->entry)) bulk.Apply(&target->record);
  }
}

void LifeRule::Join(const Effect& effect, Effect* into) {
  into->flags |= effect.flags;
  into->ended |= effect.ended;
  into->expired |= effect.expired;
  into->restored += std::min(effect.restored, kNever - into->restored);
}

LifeRule::Effect LifeRule::EffectAt(const Target& target, uint64_t entry) {
  Effect effect = target.effect;
  const auto it = rare_.empty() ? rare_.end() : rare_.find(target.entry);
  if (it == rare_.end() || !it->second.passing) return effect;
  Passing& passing = *it->second.passing;
  EndRestored(entry, &passing);
  ++steps_;
  const auto lasting = [entry](const auto& ends) {
    uint16_t bits = 0;
    for (size_t bit = 0; bit < ends.size(); ++bit) {
      if (entry < ends[bit]) bits |= static_cast<uint16_t>(1u << bit);
    }
    return bits;
  };
  Join({.flags = lasting(passing.flags),
        .ended = static_cast<uint8_t>(lasting(passing.ended)),
        .expired = static_cast<uint8_t>(lasting(passing.expired)),
        .restored = passing.overflows > 0 ? kNever : passing.sum},
       &effect);
  return effect;
}

}  // namespace modlog
