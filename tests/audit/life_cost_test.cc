// If these fail, whoever may append can make an audit take as long as they
// like, or the audit forgets what a void undid.

#include <gtest/gtest.h>

#include "verifier/rules/audited_life.h"

namespace modlog::life_cost_test {
namespace {

constexpr KindList kAny = {v1::KIND_ACTION, v1::KIND_REVERSAL};

// A target at entry 0, and what is done to it.
class Lives {
 public:
  Lives() : rule_(0, 1, {}, {}, &bulks_) {
    TargetSeen target;
    target.record = Restorable(v1::KIND_ACTION, 100);
    rule_.TakeTarget(target);
  }

  static TargetRecord Restorable(int kind, uint64_t restorable) {
    TargetRecord record;
    record.kind = static_cast<uint8_t>(kind);
    record.kind_logged = record.kind;
    record.visibility = true;
    record.monetary = 1;
    record.affected = restorable;
    return record;
  }

  // A REVERSAL in part that restores so many and is void from an entry on.
  // Whether nothing is wrong with it.
  bool Reverse(uint64_t entry, uint64_t restored, uint64_t until = kNever) {
    ReferenceSeen reference;
    reference.kind = v1::KIND_REVERSAL;
    reference.extent = v1::EXTENT_PARTIAL;
    reference.restored = restored;
    return Take(reference, entry, until);
  }
  bool ReverseFully(uint64_t entry, uint64_t until) {
    ReferenceSeen reference;
    reference.kind = v1::KIND_REVERSAL;
    reference.extent = v1::EXTENT_FULL;
    return Take(reference, entry, until);
  }
  bool Correct(uint64_t entry, uint64_t restorable) {
    ReferenceSeen reference;
    reference.kind = v1::KIND_CORRECTION;
    reference.corrects = true;
    reference.corrected = Restorable(v1::KIND_ACTION, restorable);
    return Take(reference, entry, kNever);
  }
  uint64_t steps() const { return rule_.steps(); }

 private:
  bool Take(ReferenceSeen reference, uint64_t entry, uint64_t until) {
    reference.entry = entry;
    reference.until = until;
    reference.wanted = kAny;
    Findings findings;
    rule_.TakeReference(reference, &findings);
    return findings.total() == 0;
  }

  LifeBulks bulks_;
  LifeRule rule_;
};

TEST(LifeCostTest, AVoidEffectHoldsUntilItsEndAndNotAfter) {
  Lives lives;
  EXPECT_TRUE(lives.Reverse(1, 60, 10));
  EXPECT_TRUE(lives.Reverse(2, 40, 5));
  EXPECT_FALSE(lives.Reverse(4, 1, 5));  // 100 are restored
  EXPECT_TRUE(lives.Reverse(5, 40));     // those of 2 and 4 are void
  EXPECT_FALSE(lives.Reverse(9, 1, 10));
  EXPECT_TRUE(lives.Reverse(10, 60));
  EXPECT_FALSE(lives.Reverse(11, 1));
}

TEST(LifeCostTest, OfTwoThatSayTheSameTheLaterEndCounts) {
  Lives lives;
  EXPECT_TRUE(lives.ReverseFully(1, 20));
  EXPECT_FALSE(lives.ReverseFully(2, 10));
  EXPECT_FALSE(lives.Reverse(15, 1, 16));
  EXPECT_TRUE(lives.Reverse(20, 1));
}

TEST(LifeCostTest, ACorrectionTakesThePlaceOfTheOneBefore) {
  Lives lives;
  lives.Correct(1, 10);
  lives.Correct(2, 5);
  EXPECT_FALSE(lives.Reverse(3, 6, 4));
  EXPECT_TRUE(lives.Reverse(4, 5, 8));
  EXPECT_FALSE(lives.Reverse(7, 1, 8));
  lives.Correct(8, 3);
  EXPECT_FALSE(lives.Reverse(9, 4, 10));
  EXPECT_TRUE(lives.Reverse(10, 3));
}

TEST(LifeCostTest, WhatIsRestoredBeyondAllNumbersIsTooMuchAndNotNothing) {
  Lives lives;
  EXPECT_FALSE(lives.Reverse(1, kNever, 10));
  EXPECT_FALSE(lives.Reverse(2, kNever, 10));
  EXPECT_FALSE(lives.Reverse(3, 2, 10));
  EXPECT_FALSE(lives.Reverse(9, 1, 10));
  EXPECT_TRUE(lives.Reverse(10, 100));
}

// n reversals, each void in the end, in the order of their ends or against it.
uint64_t StepsOfReversals(uint64_t n, bool last_first) {
  Lives lives;
  for (uint64_t i = 1; i <= n; ++i) {
    lives.Reverse(i, 1, last_first ? 3 * n - i : n + i);
  }
  for (uint64_t i = n + 1; i <= 3 * n; ++i) lives.Reverse(i, 1, i + 1);
  return lives.steps();
}

uint64_t StepsOfCorrections(uint64_t n) {
  Lives lives;
  for (uint64_t i = 1; i <= n; ++i) {
    lives.Correct(i, 1);
  }
  for (uint64_t i = n + 1; i <= 3 * n; ++i) lives.Reverse(i, 1, i + 1);
  return lives.steps();
}

TEST(LifeCostTest, TwiceAsManyEffectsOfOneTargetCostTwiceAsMuch) {
  for (const bool way : {false, true}) {
    const uint64_t once = StepsOfReversals(1'000, way);
    EXPECT_GT(once, 1'000u);
    EXPECT_LE(StepsOfReversals(2'000, way), 2 * once + 100);
  }
  const uint64_t corrections = StepsOfCorrections(1'000);
  EXPECT_GT(corrections, 1'000u);
  EXPECT_LE(StepsOfCorrections(2'000), 2 * corrections + 100);
}

}  // namespace
}  // namespace modlog::life_cost_test
