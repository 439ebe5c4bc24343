// What may be done to an entry, given what was done to it before: each rule
// both ways, in one batch and across batches.

#include "log/records/life.h"

#include <gtest/gtest.h>

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"

namespace modlog::life_test {
namespace {

using Outcome = ItemResult::Outcome;

// An action of any kind with what the kind needs, told apart by its puid.
v1::Action Make(v1::Kind kind, std::string_view puid,
                const std::vector<std::string>& about = {}) {
  v1::Action action = TakedownMessage(puid);
  const bool decides = kind == v1::KIND_ACTION || kind == v1::KIND_MODIFICATION;
  if (!decides) {
    action.Clear();
    action.set_puid(std::string(puid));
    action.set_taxonomy(202507);
  }
  action.set_kind(kind);
  switch (kind) {
    case v1::KIND_NOTICE_RECEIVED:
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      action.set_source_type(v1::SOURCE_TYPE_ARTICLE_16);
      break;
    case v1::KIND_SCHEDULED:
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      action.set_execute_date(20'700);
      action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
      break;
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
      action.set_extent(v1::EXTENT_FULL);
      break;
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_DECIDED:
      action.set_outcome(v1::OUTCOME_REVERSED);
      break;
    case v1::KIND_REVERSAL:
      action.set_extent(v1::EXTENT_FULL);
      action.set_reversal_cause(v1::CAUSE_APPEAL);
      break;
    case v1::KIND_VOID:
      action.set_void_reason(v1::VOID_REASON_DUPLICATE);
      break;
    default:
      break;
  }
  for (const std::string& name : about) action.add_about(name);
  return action;
}

class LifeTest : public LogFixture {
 protected:
  void SetUp() override { Open(NewMemoryStore(contents_)); }

  // Appends and returns what was wrong, "" if nothing.
  std::string Try(const v1::Action& action) {
    const ItemResult item = AppendOne(EncodeAction(action));
    last_ = item;
    if (item.outcome == Outcome::kLogged) return "";
    return item.violations.empty() ? "not refused, not logged"
                                   : item.violations[0].field + ": " +
                                         item.violations[0].description;
  }
  void Log(const v1::Action& action) { ASSERT_EQ(Try(action), ""); }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
  ItemResult last_;
};

TEST_F(LifeTest, NothingRefersToAnEntryThatWasDeclaredVoid) {
  // A mistaken record would go on being appealed and counted.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_NOTICE_RECEIVED, "n"));
  Log(Make(v1::KIND_VOID, "va", {"a"}));
  Log(Make(v1::KIND_VOID, "vn", {"n"}));
  for (const v1::Kind kind :
       {v1::KIND_REVERSAL, v1::KIND_APPEAL_FILED, v1::KIND_MODIFICATION,
        v1::KIND_VOID, v1::KIND_EXPIRY}) {
    EXPECT_EQ(Try(Make(kind, "x", {"a"})),
              "about[0]: names an entry that was declared void")
        << kind;
  }
  v1::Action caused = Make(v1::KIND_ACTION, "y");
  caused.add_cause("n");
  EXPECT_EQ(Try(caused), "cause[0]: names an entry that was declared void");
}

TEST_F(LifeTest, ADecisionIsReversedInFullOnlyOnce) {
  // Reversals could be counted twice.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_REVERSAL, "r1", {"a"}));
  EXPECT_EQ(Try(Make(v1::KIND_REVERSAL, "r2", {"a"})),
            "about[0]: names a decision that was reversed in full");
  EXPECT_EQ(Try(Make(v1::KIND_MODIFICATION, "m", {"a"})),
            "about[0]: names a decision that was reversed in full");
  // An appeal against it is still a fact.
  Log(Make(v1::KIND_APPEAL_FILED, "f", {"a"}));
}

TEST_F(LifeTest, AVoidReversalHasReversedNothing) {
  // A reversal logged by mistake could never be taken back.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_REVERSAL, "r1", {"a"}));
  Log(Make(v1::KIND_VOID, "v", {"r1"}));
  Log(Make(v1::KIND_REVERSAL, "r2", {"a"}));
}

TEST_F(LifeTest, AReversalUndoesOnlyMeasuresOfItsDecision) {
  // A public record would show accounts restored that were never suspended.
  v1::Action both = Make(v1::KIND_ACTION, "a");
  both.set_account(v1::ACCOUNT_DECISION_SUSPENDED);
  Log(both);
  v1::Action part = Make(v1::KIND_REVERSAL, "r", {"a"});
  part.set_extent(v1::EXTENT_PARTIAL);
  part.add_measures(v1::MEASURE_MONETARY);
  EXPECT_EQ(Try(part), "measures: must be measures of the decision named");
  part.set_measures(0, v1::MEASURE_VISIBILITY);
  Log(part);
  // The other half, and then there is nothing left.
  part.set_puid("r2");
  part.set_measures(0, v1::MEASURE_ACCOUNT);
  Log(part);
  part.set_puid("r3");
  EXPECT_EQ(Try(part), "about[0]: names a decision that was reversed in full");
}

TEST_F(LifeTest, ReversalsTogetherRestoreNoMoreThanWasAffected) {
  // More could come back than was ever taken down.
  v1::Action mass = Make(v1::KIND_ACTION, "a");
  mass.set_affected(3);
  mass.set_network(2);
  Log(mass);
  v1::Action part = Make(v1::KIND_REVERSAL, "r1", {"a"});
  part.set_extent(v1::EXTENT_PARTIAL);
  part.set_restored(4);
  Log(part);
  part.set_puid("r2");
  part.set_restored(2);
  EXPECT_EQ(Try(part),
            "restored: all reversals together must restore at most affected + "
            "network");
  part.set_restored(~uint64_t{0});
  EXPECT_NE(Try(part), "");
  part.set_restored(1);
  Log(part);
}

TEST_F(LifeTest, OnlyTheLatestDecisionIsModified) {
  // A decision would have two successors.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_MODIFICATION, "m1", {"a"}));
  EXPECT_EQ(Try(Make(v1::KIND_MODIFICATION, "m2", {"a"})),
            "about[0]: names a decision that a later one replaced: name that "
            "one");
  EXPECT_NE(Try(Make(v1::KIND_REVERSAL, "r", {"a"})), "");
  Log(Make(v1::KIND_MODIFICATION, "m2", {"m1"}));
  Log(Make(v1::KIND_REVERSAL, "r", {"m2"}));
}

TEST_F(LifeTest, AnAppealIsDecidedOnceAndNotAfterItWasWithdrawn) {
  // An appeal could be won and lost.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_APPEAL_FILED, "f1", {"a"}));
  Log(Make(v1::KIND_APPEAL_DECIDED, "d1", {"f1"}));
  EXPECT_EQ(Try(Make(v1::KIND_APPEAL_DECIDED, "d2", {"f1"})),
            "about[0]: names an appeal that was decided");
  EXPECT_EQ(Try(Make(v1::KIND_APPEAL_WITHDRAWN, "w1", {"f1"})),
            "about[0]: names an appeal that was decided");
  Log(Make(v1::KIND_APPEAL_FILED, "f2", {"a"}));
  v1::Action part = Make(v1::KIND_APPEAL_WITHDRAWN, "w2", {"f2"});
  part.set_extent(v1::EXTENT_PARTIAL);
  Log(part);
  Log(Make(v1::KIND_APPEAL_WITHDRAWN, "w3", {"f2"}));
  EXPECT_EQ(Try(Make(v1::KIND_APPEAL_DECIDED, "d3", {"f2"})),
            "about[0]: names an appeal that was withdrawn in full");
}

TEST_F(LifeTest, ARemandedAppealIsDecidedAgain) {
  // A decision sent back could never be made.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_APPEAL_FILED, "f", {"a"}));
  v1::Action remanded = Make(v1::KIND_APPEAL_DECIDED, "d1", {"f"});
  remanded.set_outcome(v1::OUTCOME_REMANDED);
  Log(remanded);
  Log(Make(v1::KIND_APPEAL_DECIDED, "d2", {"f"}));
}

TEST_F(LifeTest, ABodyDecidesTheReferralWhereThereIsOne) {
  // A ruling would stand beside the referral that it answers.
  Log(Make(v1::KIND_ACTION, "a1"));
  Log(Make(v1::KIND_EXTERNAL_DECIDED, "e1", {"a1"}));
  Log(Make(v1::KIND_ACTION, "a2"));
  v1::Action referral = Make(v1::KIND_EXTERNAL_REFERRED, "x", {"a2"});
  // A copy: the platform's own would name the body by a term.
  referral.set_provenance(v1::PROVENANCE_COPIED_FROM_PRESS);
  Log(referral);
  EXPECT_EQ(Try(Make(v1::KIND_EXTERNAL_DECIDED, "e2", {"a2"})),
            "about[0]: names an action that was referred: name the referral");
  Log(Make(v1::KIND_EXTERNAL_DECIDED, "e3", {"x"}));
  EXPECT_EQ(Try(Make(v1::KIND_EXTERNAL_DECIDED, "e4", {"x"})),
            "about[0]: names a referral that was decided");
}

TEST_F(LifeTest, ExpiryIsForWhatHasNoEndDateAlone) {
  // Two entries would say when a measure ended.
  v1::Action dated = Make(v1::KIND_ACTION, "a1");
  dated.set_end_visibility(20'500);
  dated.set_monetary(v1::MONETARY_SUSPENSION);
  Log(dated);
  EXPECT_EQ(Try(Make(v1::KIND_EXPIRY, "x1", {"a1"})),
            "about[0]: names a decision with an end date: that is when it "
            "expires");
  v1::Action part = Make(v1::KIND_EXPIRY, "x2", {"a1"});
  part.add_measures(v1::MEASURE_MONETARY);
  Log(part);
  part.set_puid("x3");
  part.set_measures(0, v1::MEASURE_ACCOUNT);
  EXPECT_EQ(Try(part), "measures: must be measures of the decision named");
  Log(Make(v1::KIND_ACTION, "a2"));
  Log(Make(v1::KIND_EXPIRY, "x4", {"a2"}));
  EXPECT_EQ(Try(Make(v1::KIND_REVERSAL, "r", {"a2"})),
            "about[0]: names a decision of which every measure has ended");
}

TEST_F(LifeTest, AScheduleIsExecutedOrCancelledOnce) {
  // A measure called off would be carried out all the same.
  Log(Make(v1::KIND_SCHEDULED, "s1"));
  Log(Make(v1::KIND_ACTION, "a1", {"s1"}));
  EXPECT_EQ(Try(Make(v1::KIND_SCHEDULE_CANCELLED, "c1", {"s1"})),
            "about[0]: names a schedule that was executed");
  EXPECT_NE(Try(Make(v1::KIND_ACTION, "a2", {"s1"})), "");
  Log(Make(v1::KIND_SCHEDULED, "s2"));
  Log(Make(v1::KIND_SCHEDULE_CANCELLED, "c2", {"s2"}));
  EXPECT_EQ(Try(Make(v1::KIND_ACTION, "a3", {"s2"})),
            "about[0]: names a schedule that was cancelled");
}

TEST_F(LifeTest, WhatWasCorrectedCountsAsItNowReads) {
  // A count corrected from 3 to 30 would still bar the return of the rest.
  v1::Action mass = Make(v1::KIND_ACTION, "a");
  mass.set_affected(3);
  Log(mass);
  v1::Action correction;
  correction.set_kind(v1::KIND_CORRECTION);
  correction.set_puid("c");
  correction.set_taxonomy(202507);
  correction.add_about("a");
  *correction.mutable_corrected() = mass;
  correction.mutable_corrected()->set_affected(30);
  Log(correction);
  v1::Action part = Make(v1::KIND_REVERSAL, "r", {"a"});
  part.set_extent(v1::EXTENT_PARTIAL);
  part.set_restored(30);
  Log(part);
}

TEST_F(LifeTest, AFieldCorrectedInManyEntriesReadsAnewInEachOfThem) {
  // One flag was inverted for 32 months; entry by entry nobody corrects that.
  for (const char* puid : {"a0", "a1", "a2"}) {
    v1::Action action = Make(v1::KIND_ACTION, puid);
    action.set_automated_detection(v1::YES_NO_NO);
    Log(action);
  }
  v1::Action correction;
  correction.set_kind(v1::KIND_CORRECTION);
  correction.set_puid("c");
  correction.set_taxonomy(202507);
  v1::BulkCorrection* bulk = correction.mutable_bulk();
  bulk->set_first(1);
  bulk->set_last(3);
  bulk->set_field(v1::Action::kAutomatedDetectionFieldNumber);
  bulk->set_from_code(v1::YES_NO_NO);
  bulk->set_to_code(v1::YES_NO_YES);
  EXPECT_EQ(Try(correction),
            "bulk.last: must be an entry before the correction");
  bulk->set_last(2);
  Log(correction);
  for (const uint64_t index : {0u, 1u, 2u}) {
    const auto life = log_->ReadEntryLife(index);
    ASSERT_TRUE(life);
    EXPECT_EQ(life->life.corrected, index > 0);
    EXPECT_EQ(life->life.record.automated_detection(),
              index > 0 ? v1::YES_NO_YES : v1::YES_NO_NO);
  }
}

// One rule for all of the entries 0..4 but where it says others.
v1::Action Rule(std::string_view puid, uint32_t from, uint32_t to) {
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid(std::string(puid));
  action.set_taxonomy(202507);
  v1::BulkCorrection* const bulk = action.mutable_bulk();
  bulk->set_last(4);
  bulk->set_field(v1::Action::kAutomatedDetectionFieldNumber);
  bulk->set_from_code(from);
  bulk->set_to_code(to);
  return action;
}
v1::Action Exchange(std::string_view puid, uint32_t one, uint32_t other) {
  v1::Action action = Rule(puid, one, other);
  action.set_taxonomy(202612);
  action.mutable_bulk()->set_exchange(true);
  return action;
}

// Five decisions with a flag, and rules that change it.
class BulkTest : public LifeTest {
 protected:
  void SetUp() override {
    LifeTest::SetUp();
    const int flags[] = {1, 1, 2, 2, 0};
    for (size_t i = 0; i < 5; ++i) {
      decisions_[i] = Make(v1::KIND_ACTION, "s" + std::to_string(i));
      decisions_[i].set_automated_detection(static_cast<v1::YesNo>(flags[i]));
      Log(decisions_[i]);
    }
  }
  std::vector<int> Flags() {
    std::vector<int> flags;
    for (uint64_t i = 0; i < 5; ++i) {
      const auto life = log_->ReadEntryLife(i);
      EXPECT_TRUE(life);
      flags.push_back(life ? life->life.record.automated_detection() : -1);
    }
    return flags;
  }
  // Logs, and returns the entry that the warning names, "" if there is none.
  std::string Warned(const v1::Action& action) {
    EXPECT_EQ(Try(action), "");
    return EntryIn(last_);
  }
  static std::string EntryIn(const ItemResult& item) {
    if (item.warnings.empty()) return "";
    EXPECT_EQ(item.warnings.size(), 1u);
    EXPECT_EQ(item.warnings[0].field, "bulk");
    const std::string& text = item.warnings[0].description;
    const std::string begin = "turns entry ";
    EXPECT_TRUE(text.starts_with(begin)) << text;
    EXPECT_NE(text.find("log one entry with bulk.exchange"), std::string::npos);
    EXPECT_LE(text.size(), 200u) << "clients show no more";
    return text.substr(begin.size(),
                       text.find(' ', begin.size()) - begin.size());
  }

  v1::Action decisions_[5];
};
using Codes = std::vector<int>;

TEST_F(BulkTest, AnExchangeLetsTwoCodesChangePlaces) {
  // An inverted flag could be put right by no one entry.
  EXPECT_EQ(Warned(Exchange("x", 1, 2)), "");
  EXPECT_EQ(Flags(), (Codes{2, 2, 1, 1, 0}));
}

TEST_F(BulkTest, TheSameExchangeAgainTurnsTheFirstBack) {
  // Nothing voids a correction, so nothing else would.
  Log(Exchange("x", 1, 2));
  EXPECT_EQ(Warned(Exchange("y", 2, 1)), "") << "no two codes became one";
  EXPECT_EQ(Flags(), (Codes{1, 1, 2, 2, 0}));
  EXPECT_NE(Try(Make(v1::KIND_VOID, "v", {"x"})), "");
}

TEST_F(BulkTest, ExchangesOfRangesThatOverlapApplyInLogOrder) {
  Log(Exchange("x", 1, 2));
  v1::Action rest = Exchange("y", 1, 127);
  rest.mutable_bulk()->set_first(1);
  rest.mutable_bulk()->set_last(2);
  Log(rest);
  EXPECT_EQ(Flags(), (Codes{2, 2, 127, 1, 0}));
}

TEST_F(BulkTest, ACodeIsExchangedForNone) {
  Log(Exchange("x", 2, 0));
  EXPECT_EQ(Flags(), (Codes{1, 1, 0, 0, 2}));
  Log(Exchange("y", 0, 1));
  EXPECT_EQ(Flags(), (Codes{0, 0, 1, 1, 2}));
}

TEST_F(BulkTest, ARecordStatedAnewAfterAnExchangeReadsAsItSays) {
  Log(Exchange("x", 1, 2));
  v1::Action anew;
  anew.set_kind(v1::KIND_CORRECTION);
  anew.set_puid("c");
  anew.set_taxonomy(202507);
  anew.add_about("s0");
  *anew.mutable_corrected() = decisions_[0];
  Log(anew);
  EXPECT_EQ(Flags(), (Codes{1, 2, 1, 1, 0}));
  Log(Exchange("y", 1, 2));  // and takes part in what follows
  EXPECT_EQ(Flags(), (Codes{2, 1, 2, 2, 0}));
}

TEST_F(BulkTest, AMeasureThatAnExchangeTookCannotBeReversed) {
  v1::Action lost = Make(v1::KIND_ACTION, "m");
  lost.set_account(v1::ACCOUNT_DECISION_TERMINATED);
  Log(lost);
  v1::Action exchange = Exchange("x", 0, v1::ACCOUNT_DECISION_TERMINATED);
  exchange.mutable_bulk()->set_last(5);
  exchange.mutable_bulk()->set_field(v1::Action::kAccountFieldNumber);
  Log(exchange);
  v1::Action part = Make(v1::KIND_REVERSAL, "r", {"m"});
  part.set_extent(v1::EXTENT_PARTIAL);
  part.add_measures(v1::MEASURE_ACCOUNT);
  EXPECT_EQ(Try(part), "measures: must be measures of the decision named");
  part.set_about(0, "s0");
  EXPECT_EQ(Try(part), "");
}

TEST_F(BulkTest, TwoRulesThatWouldExchangeTwoCodesAreTakenWithAWarning) {
  // All read the same from then on, and nobody would know.
  EXPECT_EQ(Warned(Rule("swap-1", 1, 2)), "");
  EXPECT_EQ(Warned(Rule("swap-2", 2, 1)), "5");
  EXPECT_EQ(Flags(), (Codes{1, 1, 1, 1, 0}));
}

TEST_F(BulkTest, AnItemBeforeItInTheBatchWarnsToo) {
  const auto answer = AppendGroupOf(
      {EncodeAction(Rule("swap-1", 1, 2)), EncodeAction(Rule("swap-2", 2, 1))});
  ASSERT_TRUE(answer);
  EXPECT_EQ(EntryIn(answer->items[0]), "");
  EXPECT_EQ(answer->items[1].outcome, Outcome::kLogged);
  EXPECT_EQ(EntryIn(answer->items[1]), "5");
}

TEST_F(BulkTest, ThreeRulesByAThirdCodeExchangeTwoWithoutAWarning) {
  EXPECT_EQ(Warned(Rule("swap-a", 1, 126)), "");
  EXPECT_EQ(Warned(Rule("swap-b", 2, 1)), "");
  EXPECT_EQ(Warned(Rule("swap-c", 126, 2)), "");
  EXPECT_EQ(Flags(), (Codes{2, 2, 1, 1, 0}));
}

TEST_F(BulkTest, ARoundOfThreeCodesIsTakenWithAWarning) {
  EXPECT_EQ(Warned(Rule("a", 1, 2)), "");
  EXPECT_EQ(Warned(Rule("b", 2, 3)), "");  // a chain, and may be meant
  EXPECT_EQ(Warned(Rule("c", 3, 1)), "6");
}

TEST_F(BulkTest, ARuleBehindAnExchangeMayWarnOfIt) {
  Log(Exchange("x", 1, 2));
  EXPECT_EQ(Warned(Rule("y", 2, 1)), "5");
}

TEST_F(BulkTest, RulesOfOtherEntriesOrFieldsDoNotWarn) {
  const auto over = [](v1::Action rule, uint64_t first, uint64_t last) {
    rule.mutable_bulk()->set_first(first);
    rule.mutable_bulk()->set_last(last);
    return rule;
  };
  EXPECT_EQ(Warned(over(Rule("a", 1, 2), 0, 1)), "");
  EXPECT_EQ(Warned(over(Rule("b", 2, 1), 2, 4)), "");
  v1::Action other = over(Rule("c", 2, 1), 0, 1);
  other.mutable_bulk()->set_field(v1::Action::kAutomatedDecisionFieldNumber);
  EXPECT_EQ(Warned(other), "");
  EXPECT_EQ(Warned(over(Rule("d", 2, 1), 1, 3)), "5") << "of one entry alone";
  // Two links of a chain, which no entry has gone through both of.
  EXPECT_EQ(Warned(over(Rule("e", 3, 4), 0, 1)), "");
  EXPECT_EQ(Warned(over(Rule("f", 4, 5), 2, 4)), "");
  EXPECT_EQ(Warned(over(Rule("g", 5, 3), 0, 4)), "");
}

TEST_F(LifeTest, AnEntryIsFoundByItsPuidAndTellsItsLife) {
  // The person concerned could not learn what became of the decision.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_APPEAL_FILED, "f", {"a"}));
  Log(Make(v1::KIND_REVERSAL, "r", {"a"}));
  const auto index = log_->FindPuid("example", "a");
  ASSERT_TRUE(index);
  EXPECT_EQ(*index, 0u);
  EXPECT_EQ(log_->FindPuid("other", "a").error().code, Code::kNotFound);
  const auto life = log_->ReadEntryLife(0);
  ASSERT_TRUE(life);
  EXPECT_TRUE(life->life.reversed);
  EXPECT_EQ(life->life.by, std::vector<uint64_t>{2});
  ASSERT_EQ(life->referrers.size(), 2u);
  EXPECT_EQ(life->referrers[0].index, 1u);
  EXPECT_EQ(life->referrers[1].index, 2u);
  EXPECT_EQ(log_->ReadEntryLife(3).error().code, Code::kOutOfRange);
}

TEST_F(LifeTest, EarlierItemsOfOneBatchCount) {
  // Two full reversals in one request would both stand.
  const auto answer =
      AppendGroupOf({EncodeAction(Make(v1::KIND_ACTION, "a")),
                     EncodeAction(Make(v1::KIND_REVERSAL, "r1", {"a"})),
                     EncodeAction(Make(v1::KIND_REVERSAL, "r2", {"a"}))});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[1].outcome, Outcome::kLogged);
  EXPECT_EQ(answer->items[2].outcome, Outcome::kRefused);
}

TEST_F(LifeTest, WhatAFailedGroupDidIsTakenBack) {
  // A reversal that was never logged would bar the real one.
  Log(Make(v1::KIND_ACTION, "a"));
  const auto answer =
      AppendGroupOf({EncodeAction(Make(v1::KIND_REVERSAL, "r1", {"a"})),
                     EncodeAction(Make(v1::KIND_REVERSAL, "r2", {"a"}))},
                    Atomicity::kAllOrNothing);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kNotTried);
  Log(Make(v1::KIND_REVERSAL, "r3", {"a"}));
}

TEST_F(LifeTest, ARestartRemembersTheLifeOfEveryEntry) {
  // After a restart everything could be reversed again.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_REVERSAL, "r1", {"a"}));
  Open(NewMemoryStore(contents_));
  EXPECT_NE(Try(Make(v1::KIND_REVERSAL, "r2", {"a"})), "");
}

TEST_F(LifeTest, ACopyIsTakenAsItWasPublishedWithAWarning) {
  // A source that reverses twice would have a hole in the log, or the log
  // would hide that it does.
  Log(Make(v1::KIND_ACTION, "a"));
  Log(Make(v1::KIND_REVERSAL, "r1", {"a"}));
  v1::Action copy = Make(v1::KIND_REVERSAL, "r2", {"a"});
  copy.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
  Log(copy);
  ASSERT_EQ(last_.warnings.size(), 1u);
  EXPECT_EQ(last_.warnings[0].field, "about[0]");
  // What lacks its reference is warned about too.
  v1::Action loose = Make(v1::KIND_REVERSAL, "r3");
  EXPECT_EQ(Try(loose), "about: is required for KIND_REVERSAL");
  loose.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
  Log(loose);
  ASSERT_EQ(last_.warnings.size(), 1u);
  EXPECT_EQ(last_.warnings[0].description, "is required for KIND_REVERSAL");
}

TEST_F(LifeTest, WhatAnEarlierItemOfTheBatchMadeVoidCountsForTheLater) {
  // A life that was read before would be believed after it had changed.
  const auto answer = AppendGroupOf(
      {EncodeAction(Make(v1::KIND_ACTION, "a")),
       EncodeAction(Make(v1::KIND_REVERSAL, "r1", {"a"})),
       EncodeAction(Make(v1::KIND_REVERSAL, "r2", {"a"})),  // refused: read
       EncodeAction(Make(v1::KIND_VOID, "v", {"r1"})),      // not about "a"
       EncodeAction(Make(v1::KIND_REVERSAL, "r3", {"a"}))});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[2].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[4].outcome, Outcome::kLogged);
}

TEST_F(LifeTest, ThereIsABoundToWhatCanBeDoneToOneEntry) {
  // Judging one reversal could take the log an hour.
  v1::Action mass = Make(v1::KIND_ACTION, "a");
  mass.set_affected(1'000'000);
  Log(mass);
  std::vector<std::string> parts;
  for (size_t i = 0; i <= kLifeEventsMax; ++i) {
    v1::Action part = Make(v1::KIND_REVERSAL, "r" + std::to_string(i), {"a"});
    part.set_extent(v1::EXTENT_PARTIAL);
    part.set_restored(1);
    parts.push_back(EncodeAction(part));
  }
  const auto answer = AppendGroupOf(parts);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[kLifeEventsMax - 1].outcome, Outcome::kLogged);
  EXPECT_EQ(answer->items[kLifeEventsMax].outcome, Outcome::kRefused);
  Log(Make(v1::KIND_VOID, "v", {"a"}));
}

}  // namespace
}  // namespace modlog::life_test
