// If these fail, an auditor calls an honest log false for what it was right to
// take, or passes over what it was right to refuse.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "log/write/admission.h"
#include "tests/agreement/chain_log.h"
#include "tests/agreement/chain_maker.h"
#include "tests/agreement/judging.h"
#include "verifier/core/entry.h"

namespace modlog::joins_test {
namespace {

constexpr size_t kChainsAtOnce = 16;     // judged together
constexpr uint64_t kChainsOfALog = 512;  // then another log begins

// What the log refuses and an auditor cannot know; docs/verifying.md has it as
// a table, in "What only the log knows".
struct OnlyTheLogKnows {
  std::string_view field;
  std::string_view description;  // begins so
};
constexpr OnlyTheLogKnows kOnlyTheLogKnows[] = {
    {"key_event", "registers a further seal key"},
    {"key_event", "comes with the platform's token"},
};

// What logs took until 2026-11, or take of a copy as it stands: a warning.
constexpr OnlyTheLogKnows kWarnedOf[] = {
    {"corrected.about", "names no entry of this platform"},
    {"corrected.about", "must name an entry of kind"},
    {"corrected.cause", "names no entry of this platform"},
    {"corrected.cause", "must name an entry of kind"},
    // Which of these were always refused, entry_rules_test holds apart.
    {"bulk.field", "must be the number of a singular code or day"},
    {"bulk.from_code", "must be what the field can be"},
    {"bulk.to_code", "must be what the field can be"},
    {"bulk.to_code", "must not take away"},
    // Of an erasure by the entry's own platform; the cases of joins_cases_test
    // say that all else is a violation.
    {"kind", "is written by the log alone"},
};

bool IsWarnedOf(const Violation& violation) {
  return std::ranges::any_of(kWarnedOf, [&](const OnlyTheLogKnows& known) {
    return violation.field.starts_with(known.field) &&
           violation.description.starts_with(known.description);
  });
}

// Whether a warning is all that an auditor has to say of it.
bool AWarningSuffices(const RefusedStep& step) {
  return step.error.empty() &&
         std::ranges::all_of(step.violations, [](const Violation& violation) {
           return IsWarnedOf(violation);
         });
}

bool OnlyTheLogKnowsOf(const Violation& violation) {
  return std::ranges::any_of(
      kOnlyTheLogKnows, [&](const OnlyTheLogKnows& known) {
        return violation.field == known.field &&
               violation.description.starts_with(known.description);
      });
}

bool CouldBeKnown(const RefusedStep& step) {
  return !step.error.empty() ||
         !std::ranges::all_of(step.violations, OnlyTheLogKnowsOf);
}

std::string NamesOf(const RefusedStep& step) {
  std::string text = step.error;
  for (const Violation& violation : step.violations) {
    text += "\n    " + violation.field + ": " + violation.description;
  }
  return text;
}

enum class Served { kAll, kRest, kSome };

// The chain as it is served: all bytes, or without those that were redacted, or
// without every second one.
Stretch StretchOf(const Chain& chain, Served served) {
  Stretch stretch;
  stretch.first = chain.first;
  bool gone = served == Served::kRest;
  for (const ChainEntry& entry : chain.entries) {
    if (served == Served::kSome && entry.redacted) gone = !gone;
    stretch.entries.push_back({entry.leaf, entry.redacted && gone});
  }
  return stretch;
}

// The chain as it stood, with what was refused behind it.
Stretch ForcedStretch(const Chain& chain, const RefusedStep& step) {
  Stretch stretch;
  stretch.first = chain.first;
  for (uint64_t i = chain.first; i < step.at; ++i) {
    stretch.entries.push_back({chain.entries[i - chain.first].leaf});
  }
  for (const PublishedEntry& entry : step.forced) {
    stretch.entries.push_back(entry);
  }
  return stretch;
}

bool AnyRedacted(const Chain& chain) {
  return std::ranges::any_of(chain.entries, &ChainEntry::redacted);
}

// Whether an entry named by a redaction stands before: what the log remembers
// of it the auditor takes for a doubt.
bool RedactedBefore(const Chain& chain, uint64_t end) {
  return std::ranges::any_of(chain.entries, [&](const ChainEntry& entry) {
    return entry.index < end && entry.action.kind() == v1::KIND_LEAF_REDACTED;
  });
}

// Whether the log refused to erase what no payload stands beside, of entries
// that redactions before had named all of: had their bytes been gone by then it
// would have taken the erasure, and when they went only the log knows.
bool ErasesWhatWasRedacted(const Chain& chain, const RefusedStep& step) {
  const auto is_of_commitment = [](const Violation& violation) {
    return violation.field.starts_with("about_index") &&
           violation.description == "must name an entry with a commitment";
  };
  if (step.violations.empty() || step.forced.empty() ||
      !std::ranges::all_of(step.violations, is_of_commitment)) {
    return false;
  }
  const auto decoded = DecodeEntry(step.forced.back().leaf);
  v1::Action action;
  if (!decoded || !action.ParseFromString(std::string(decoded->action))) {
    return false;
  }
  return std::ranges::all_of(action.about_index(), [&](uint64_t target) {
    return std::ranges::any_of(chain.entries, [&](const ChainEntry& entry) {
      return entry.index < step.at &&
             entry.action.kind() == v1::KIND_LEAF_REDACTED &&
             entry.action.about_index(0) == target;
    });
  });
}

std::string Describe(const Stretch& stretch) {
  std::string text;
  for (size_t i = 0; i < stretch.entries.size(); ++i) {
    const PublishedEntry& entry = stretch.entries[i];
    const auto decoded = DecodeEntry(entry.leaf);
    text += "  " + std::to_string(stretch.first + i) + " " +
            (decoded ? std::string(decoded->platform) : "?") +
            (entry.gone ? " GONE " : " ");
    v1::Action action;
    if (decoded && decoded->is_seal()) {
      text += "seal";
    } else if (decoded &&
               action.ParseFromString(std::string(decoded->action))) {
      text += action.ShortDebugString();
    }
    text += "\n";
  }
  return text;
}

std::string Describe(const Finding& finding) {
  return "entry " + std::to_string(finding.entry) + ", " +
         std::string(finding.rule) + ": " + finding.what;
}

std::vector<Finding> JudgeOne(const Stretch& stretch) {
  return JudgeRecord(kChainOrigin, {&stretch, 1});
}

// ---- the laws, of one chain

// Why what was admitted is called a violation; empty if it is not.
std::string Condemned(const Chain& chain, Served served) {
  const Stretch stretch = StretchOf(chain, served);
  const auto findings = JudgeOne(stretch);
  const Finding* wrong = ViolationWithin(findings, 0, ~uint64_t{0});
  if (wrong == nullptr) return "";
  return "an honest log is called false: " + Describe(*wrong) + "\n" +
         Describe(stretch);
}

bool IsDoubted(std::span<const Finding> findings, uint64_t begin) {
  return std::ranges::any_of(findings, [&](const Finding& finding) {
    return finding.entry >= begin && finding.rule != kRuleAttestations;
  });
}

// Why what was refused is passed over.
std::string PassedOver(const Chain& chain, const RefusedStep& step) {
  const Stretch stretch = ForcedStretch(chain, step);
  const auto findings = JudgeOne(stretch);
  if (ViolationWithin(findings, step.at, stretch.end()) != nullptr) return "";
  if (ErasesWhatWasRedacted(chain, step)) return "";
  if ((RedactedBefore(chain, step.at) || AWarningSuffices(step)) &&
      IsDoubted(findings, step.at)) {
    return "";
  }
  return "the log refused this, and the audit passes over it:" + NamesOf(step) +
         "\n" + Describe(stretch);
}

std::string WhyChainFails(const Chain& chain) {
  for (const Served served : {Served::kAll, Served::kRest, Served::kSome}) {
    if (served != Served::kAll && !AnyRedacted(chain)) break;
    std::string why = Condemned(chain, served);
    if (!why.empty()) return why;
  }
  for (const RefusedStep& step : chain.refused) {
    if (!CouldBeKnown(step)) continue;
    std::string why = PassedOver(chain, step);
    if (!why.empty()) return why;
  }
  return "";
}

std::string WhyPlanFails(const ChainPlan& plan) {
  for (const bool may_end : {false, true}) {
    ChainLog log;
    RunChain(plan, 0, may_end, &log);
    std::string why = WhyChainFails(log.chain());
    if (!why.empty()) return why;
  }
  return "";
}

// The same with as few steps as still fail.
ChainPlan Shrink(ChainPlan plan) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (auto* list : {&plan.redactions, &plan.steps}) {
      for (size_t i = 0; i < list->size(); ++i) {
        const uint64_t left_out = (*list)[i];
        list->erase(list->begin() + static_cast<ptrdiff_t>(i));
        if (!WhyPlanFails(plan).empty()) {
          smaller = true;
          break;
        }
        list->insert(list->begin() + static_cast<ptrdiff_t>(i), left_out);
      }
    }
  }
  return plan;
}

// ---- many chains

struct Tally {
  uint64_t chains = 0;
  uint64_t entries = 0;
  uint64_t refused = 0;
  uint64_t redacted = 0;
};

// Chains that lie in one log and are judged together, since most of what a
// judge costs he costs once.
class Batch {
 public:
  void Add(uint64_t seed, Chain chain, Tally* tally) {
    tally->entries += chain.entries.size();
    tally->refused += chain.refused.size();
    tally->redacted += static_cast<uint64_t>(
        std::ranges::count_if(chain.entries, &ChainEntry::redacted));
    ++tally->chains;
    seeds_.push_back(seed);
    chains_.push_back(std::move(chain));
  }

  // The seeds of those that may fail, each to be looked at alone.
  std::vector<uint64_t> Suspects() const {
    std::vector<uint64_t> suspects;
    for (const Served served : {Served::kAll, Served::kRest, Served::kSome}) {
      SuspectAdmitted(served, &suspects);
    }
    for (size_t turn = 0; SuspectRefused(turn, &suspects); ++turn) {
    }
    return suspects;
  }

 private:
  void SuspectAdmitted(Served served, std::vector<uint64_t>* suspects) const {
    std::vector<Stretch> stretches;
    std::vector<size_t> of;
    for (size_t i = 0; i < chains_.size(); ++i) {
      if (chains_[i].entries.empty()) continue;
      if (served != Served::kAll && !AnyRedacted(chains_[i])) continue;
      stretches.push_back(StretchOf(chains_[i], served));
      of.push_back(i);
    }
    if (stretches.empty()) return;
    const auto findings = JudgeRecord(kChainOrigin, stretches);
    for (size_t i = 0; i < stretches.size(); ++i) {
      if (ViolationWithin(findings, stretches[i].first, stretches[i].end())) {
        suspects->push_back(seeds_[of[i]]);
      }
    }
  }

  // Each chain with its refused step number `turn`; false if none has so many.
  bool SuspectRefused(size_t turn, std::vector<uint64_t>* suspects) const {
    std::vector<Stretch> stretches;
    std::vector<size_t> of;
    bool any = false;
    for (size_t i = 0; i < chains_.size(); ++i) {
      if (turn >= chains_[i].refused.size()) continue;
      any = true;
      const RefusedStep& step = chains_[i].refused[turn];
      if (!CouldBeKnown(step)) continue;
      stretches.push_back(ForcedStretch(chains_[i], step));
      of.push_back(i);
    }
    if (stretches.empty()) return any;
    const auto findings = JudgeRecord(kChainOrigin, stretches);
    for (size_t i = 0; i < stretches.size(); ++i) {
      const RefusedStep& step = chains_[of[i]].refused[turn];
      if (ViolationWithin(findings, step.at, stretches[i].end())) continue;
      suspects->push_back(seeds_[of[i]]);
    }
    return any;
  }

  std::vector<uint64_t> seeds_;
  std::vector<Chain> chains_;
};

uint64_t NumberFrom(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Says how a chain fails, as small as it can be made; false if it does not.
bool TellIfItFails(uint64_t seed) {
  const ChainPlan plan = PlanChain(seed);
  if (WhyPlanFails(plan).empty()) return false;
  ADD_FAILURE() << "chain of seed " << seed << ": "
                << WhyPlanFails(Shrink(plan));
  return true;
}

TEST(JoinsTest, WhatTheLogTakesIsRightAndWhatItRefusesIsWrong) {
  // MODLOG_CHAINS=2000000 takes an hour or two; a failure names its seed.
  const uint64_t count = NumberFrom("MODLOG_CHAINS", 2'000);
  const uint64_t first = NumberFrom("MODLOG_CHAINS_FROM", 1);
  const uint64_t told_max = 20;
  Tally tally;
  uint64_t told = 0;
  auto log = std::make_unique<ChainLog>();
  uint64_t in_log = 0;
  for (uint64_t n = 0; n < count && told < told_max;) {
    if (log->ended() || in_log >= kChainsOfALog) {
      log = std::make_unique<ChainLog>();
      in_log = 0;
    }
    Batch batch;
    for (size_t i = 0; i < kChainsAtOnce && n < count; ++i, ++n, ++in_log) {
      const bool last = i + 1 == kChainsAtOnce;
      RunChain(PlanChain(first + n), n, last, log.get());
      batch.Add(first + n, log->chain(), &tally);
    }
    for (const uint64_t seed : batch.Suspects()) {
      if (TellIfItFails(seed)) ++told;
    }
    if (n % 65'536 < kChainsAtOnce) {
      std::cout << n << " chains, " << told << " fail\n" << std::flush;
    }
  }
  std::cout << tally.chains << " chains: " << tally.entries << " entries, "
            << tally.refused << " steps refused, " << tally.redacted
            << " entries redacted\n";
  EXPECT_GT(tally.entries, 2 * tally.chains) << "most of it is refused";
  EXPECT_GT(tally.refused, tally.chains / 2) << "too little of it is refused";
  EXPECT_GE(tally.redacted, tally.chains / 10);
}

}  // namespace
}  // namespace modlog::joins_test
