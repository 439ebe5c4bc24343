// If these fail, one of the differences between log and auditor that once stood
// is back: an honest log is called false for ever, or a log that lied is right.

#include <gtest/gtest.h>

#include "log/rules/action_bytes.h"
#include "log/write/admission.h"
#include "tests/agreement/chain_log.h"
#include "tests/agreement/chain_maker.h"
#include "tests/agreement/judging.h"
#include "verifier/core/entry.h"

namespace modlog::joins_cases_test {
namespace {

constexpr char kP[] = "p";

v1::Action About(v1::Kind kind, const std::string& puid,
                 const std::string& about) {
  v1::Action action = MakeRecord(kind, puid);
  action.add_about(about);
  return action;
}

v1::Action Reversal(const std::string& puid, const std::string& about) {
  return About(v1::KIND_REVERSAL, puid, about);
}

v1::Action ReversalOf(const std::string& puid, const std::string& about,
                      v1::Measure measure) {
  v1::Action action = Reversal(puid, about);
  action.set_extent(v1::EXTENT_PARTIAL);
  action.add_measures(measure);
  return action;
}

v1::Action CorrectionOf(const std::string& puid, const v1::Action& record) {
  v1::Action action = About(v1::KIND_CORRECTION, puid, record.puid());
  *action.mutable_corrected() = record;
  return action;
}

v1::Action Bulk(const std::string& puid, uint64_t entry, uint32_t field,
                uint32_t from, uint32_t to) {
  v1::Action action = MakeRecord(v1::KIND_CORRECTION, puid);
  v1::BulkCorrection* const bulk = action.mutable_bulk();
  bulk->set_first(entry);
  bulk->set_last(entry);
  bulk->set_field(field);
  bulk->set_from_code(from);
  bulk->set_to_code(to);
  return action;
}

v1::Action Exchange(const std::string& puid, uint64_t last, uint32_t field,
                    uint32_t one, uint32_t other) {
  v1::Action action = Bulk(puid, 0, field, one, other);
  action.set_taxonomy(202'612);
  action.mutable_bulk()->set_last(last);
  action.mutable_bulk()->set_exchange(true);
  return action;
}

class JoinsCasesTest : public ::testing::Test {
 protected:
  JoinsCasesTest() { log_.Begin(); }

  // The index of what the log took.
  uint64_t Take(const v1::Action& action, const std::string& platform = kP) {
    ChainStep step;
    step.platform = platform;
    step.actions = {action};
    const size_t refused = log_.chain().refused.size();
    log_.Take(step);
    EXPECT_EQ(log_.chain().refused.size(), refused)
        << action.ShortDebugString() << "\n"
        << (log_.chain().refused.size() > refused
                ? log_.chain().refused.back().error
                : "");
    return log_.size() - 1;
  }
  void TakeSealed(const std::string& platform,
                  const std::vector<v1::Action>& actions, uint32_t key = 1) {
    ChainStep step;
    step.via = ChainStep::Via::kSeal;
    step.platform = platform;
    step.actions = actions;
    Seal seal = log_.FittingSeal(platform, key, actions);
    SignSeal(ChainLog::SealKeyOf(platform, key), kChainOrigin, platform, &seal);
    step.seal = seal;
    const size_t refused = log_.chain().refused.size();
    log_.Take(step);
    EXPECT_EQ(log_.chain().refused.size(), refused);
  }
  void Redact(uint64_t index) {
    ChainStep step;
    step.via = ChainStep::Via::kRedact;
    step.redact = {index, v1::ERASURE_BASIS_PERSON, {2}};
    log_.Take(step);
    EXPECT_TRUE(log_.chain().entries[index].redacted);
  }
  // Puts an action behind all of them that the log refuses.
  void ExpectRefused(const v1::Action& action,
                     const std::string& platform = kP) {
    ChainStep step;
    step.platform = platform;
    step.actions = {action};
    const size_t refused = log_.chain().refused.size();
    log_.Take(step);
    ASSERT_EQ(log_.chain().refused.size(), refused + 1)
        << action.ShortDebugString();
    forced_ = log_.chain().refused.back().forced;
  }
  // And one that is put there without asking.
  void Force(const v1::Action& action, const std::string& platform = kP) {
    std::string leaf;
    AppendLeaf(EncodeEntryHeader(1'767'225'600'000, platform),
               EncodeAction(action), &leaf);
    forced_.push_back({leaf});
  }

  Stretch Published(const std::vector<uint64_t>& gone = {}) const {
    Stretch stretch;
    for (const ChainEntry& entry : log_.chain().entries) {
      const bool taken = std::ranges::find(gone, entry.index) != gone.end();
      stretch.entries.push_back({entry.leaf, entry.redacted || taken});
    }
    stretch.entries.insert(stretch.entries.end(), forced_.begin(),
                           forced_.end());
    return stretch;
  }
  // "life 3" for a violation, "(life 3)" for a warning.
  std::vector<std::string> Found(const std::vector<uint64_t>& gone = {}) const {
    const Stretch stretch = Published(gone);
    std::vector<std::string> found;
    for (const Finding& finding : JudgeRecord(kChainOrigin, {&stretch, 1})) {
      const std::string name =
          std::string(finding.rule) + " " + std::to_string(finding.entry);
      const bool warns = finding.severity == Severity::kWarning;
      found.push_back(warns ? "(" + name + ")" : name);
    }
    return found;
  }

  ChainLog log_;
  std::vector<PublishedEntry> forced_;
};

using List = std::vector<std::string>;

// ---- what is read as corrected

TEST_F(JoinsCasesTest, AMeasureThatARuleForManyGaveCanBeReversed) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(Bulk("b", 0, v1::Action::kAccountFieldNumber, 0, 1));
  Take(ReversalOf("r", "a", v1::MEASURE_ACCOUNT));
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, AMeasureThatARuleForManyTookCannotBeReversed) {
  v1::Action action = MakeRecord(v1::KIND_ACTION, "a");
  action.set_account(v1::ACCOUNT_DECISION_TERMINATED);
  Take(action);
  Take(Bulk("b", 0, v1::Action::kAccountFieldNumber, 2, 0));
  ExpectRefused(ReversalOf("r", "a", v1::MEASURE_ACCOUNT));
  EXPECT_EQ(Found(), List{"reversals 2"});
}

TEST_F(JoinsCasesTest, ARuleForManyIsAppliedInLogOrder) {
  const v1::Action plain = MakeRecord(v1::KIND_ACTION, "a");
  Take(plain);
  Take(Bulk("b", 0, v1::Action::kAccountFieldNumber, 0, 1));
  Take(CorrectionOf("c", plain));  // and there is none again
  ExpectRefused(ReversalOf("r", "a", v1::MEASURE_ACCOUNT));
  EXPECT_EQ(Found(), List{"reversals 3"});
  forced_.clear();
  Take(Bulk("d", 0, v1::Action::kMonetaryFieldNumber, 0, 1));
  Take(ReversalOf("s", "a", v1::MEASURE_MONETARY));
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, AnEndDateThatARuleForManyTookDoesNotKeepFromExpiry) {
  v1::Action action = MakeRecord(v1::KIND_ACTION, "a");
  action.set_end_visibility(kChainDay + 1);
  Take(action);
  Take(Bulk("b", 0, v1::Action::kEndVisibilityFieldNumber, kChainDay + 1, 0));
  Take(About(v1::KIND_EXPIRY, "x", "a"));
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, AnExchangeGivesAMeasureToTheOneAndTakesItFromTheOther) {
  v1::Action with = MakeRecord(v1::KIND_ACTION, "with");
  with.set_account(v1::ACCOUNT_DECISION_TERMINATED);
  Take(with);
  Take(MakeRecord(v1::KIND_ACTION, "without"));
  Take(Exchange("x", 1, v1::Action::kAccountFieldNumber, 0, 2));
  Take(ReversalOf("r", "without", v1::MEASURE_ACCOUNT));
  ExpectRefused(ReversalOf("s", "with", v1::MEASURE_ACCOUNT));
  EXPECT_EQ(Found(), List{"reversals 4"});
  forced_.clear();
  Take(Exchange("y", 1, v1::Action::kAccountFieldNumber, 2, 0));  // and back
  Take(ReversalOf("t", "with", v1::MEASURE_ACCOUNT));
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, AnExchangeOfEndDatesIsOfBothDays) {
  const auto until = [](const std::string& puid, uint32_t day) {
    v1::Action action = MakeRecord(v1::KIND_ACTION, puid);
    action.set_end_visibility(day);
    return action;
  };
  Take(until("dated", kChainDay + 1));
  Take(until("open", 0));
  Take(Exchange("x", 1, v1::Action::kEndVisibilityFieldNumber, kChainDay + 1,
                0));
  Take(About(v1::KIND_EXPIRY, "e", "dated"));
  ExpectRefused(About(v1::KIND_EXPIRY, "f", "open"));
  EXPECT_EQ(Found(), List{"life 4"});
}

TEST_F(JoinsCasesTest, AnExchangeUnderAnOlderListIsRefusedAndAViolation) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  v1::Action exchange =
      Exchange("x", 0, v1::Action::kAutomatedDetectionFieldNumber, 1, 2);
  exchange.set_taxonomy(202'507);
  ExpectRefused(exchange);
  EXPECT_EQ(Found(), List{"fields 1"});
}

TEST_F(JoinsCasesTest, AnExchangeIsNotVoided) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(Exchange("x", 0, v1::Action::kAutomatedDetectionFieldNumber, 1, 2));
  ExpectRefused(About(v1::KIND_VOID, "v", "x"));
  EXPECT_EQ(Found(), List{"references 2"});
}

TEST_F(JoinsCasesTest, RulesThatMakeOneCodeOfTwoAreNoFaultOfTheLog) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(Bulk("b", 0, v1::Action::kAutomatedDetectionFieldNumber, 1, 2));
  Take(Bulk("c", 0, v1::Action::kAutomatedDetectionFieldNumber, 2, 1));
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, ACountThatIsSaidToBeAtLeastSoManyBoundsNothing) {
  v1::Action action = MakeRecord(v1::KIND_ACTION, "a");
  action.set_affected(5);
  Take(action);
  Take(Bulk("b", 0, v1::Action::kAffectedKindFieldNumber, 0, 1));
  v1::Action reversal = Reversal("r", "a");
  reversal.set_restored(10);
  Take(reversal);
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, ALabelIsTakenBackByItsCorrectedTerms) {
  Take(MakeTerm("t1", 1, v1::TERM_KIND_LABEL));
  Take(MakeTerm("t2", 2, v1::TERM_KIND_LABEL));
  v1::Action label = MakeRecord(v1::KIND_LABEL, "l");
  Take(label);
  label.set_label_terms(0, 2);
  Take(CorrectionOf("c", label));
  v1::Action negation = About(v1::KIND_LABEL, "n", "l");
  negation.set_label_op(v1::LABEL_OP_NEGATE);
  negation.clear_subject_kind();
  ExpectRefused(negation);
  EXPECT_EQ(Found(), List{"life 4"});
  forced_.clear();
  negation.set_label_terms(0, 2);
  Take(negation);
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, ACopyThatNegatesOtherTermsIsTakenWithAWarning) {
  Take(MakeTerm("t1", 1, v1::TERM_KIND_LABEL));
  Take(MakeTerm("t2", 2, v1::TERM_KIND_LABEL));
  Take(MakeRecord(v1::KIND_LABEL, "l"));
  v1::Action negation = About(v1::KIND_LABEL, "n", "l");
  negation.set_label_op(v1::LABEL_OP_NEGATE);
  negation.clear_subject_kind();
  negation.set_label_terms(0, 2);
  negation.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
  Take(negation);
  EXPECT_EQ(Found(), List{"(life 3)"});
}

// ---- what was redacted

TEST_F(JoinsCasesTest, ARedactedVoidCondemnsNobodyWhoHadReadIt) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(Reversal("r1", "a"));
  Take(About(v1::KIND_VOID, "v", "r1"));
  Take(Reversal("r2", "a"));
  EXPECT_EQ(Found(), List{});
  Redact(2);
  EXPECT_EQ(Found(), List{"(reversals 3)"});
}

TEST_F(JoinsCasesTest, ARedactedCorrectionCondemnsNobodyWhoHadReadIt) {
  v1::Action action = MakeRecord(v1::KIND_ACTION, "a");
  Take(action);
  action.set_account(v1::ACCOUNT_DECISION_TERMINATED);
  Take(CorrectionOf("c", action));
  Take(ReversalOf("r", "a", v1::MEASURE_ACCOUNT));
  Redact(1);
  EXPECT_EQ(Found(), List{"(reversals 2)"});
  // What the record reads now nobody knows, so that nothing is held against it.
  Take(ReversalOf("s", "a", v1::MEASURE_MONETARY));
  EXPECT_EQ(Found(), (List{"(reversals 2)", "(reversals 4)"}));
}

TEST_F(JoinsCasesTest, ARedactedRuleForManyCondemnsNobody) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(Bulk("b", 0, v1::Action::kAccountFieldNumber, 0, 1));
  Take(ReversalOf("r", "a", v1::MEASURE_ACCOUNT));
  Redact(1);
  EXPECT_EQ(Found(), List{"(reversals 2)"});
}

TEST_F(JoinsCasesTest, ACopyThatStillHasWhatWasRedactedCondemnsNobody) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(Reversal("r1", "a"));
  Redact(1);
  Take(Reversal("r2", "a"));  // what was redacted is not guessed
  Stretch stretch = Published();
  stretch.entries[1].gone = false;
  for (const Finding& finding : JudgeRecord(kChainOrigin, {&stretch, 1})) {
    EXPECT_EQ(finding.severity, Severity::kWarning) << finding.what;
  }
}

TEST_F(JoinsCasesTest, NothingRedactedMakesAVoidEntryStandAgain) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  const uint64_t other = Take(MakeRecord(v1::KIND_ACTION, "o"));
  Take(About(v1::KIND_VOID, "v", "a"));
  Redact(other);
  ExpectRefused(Reversal("r", "a"));
  EXPECT_EQ(Found(), List{"life 4"});
}

TEST_F(JoinsCasesTest, TheFirstOfASealedBatchMayBeRedactedBehindAnother) {
  for (const char* platform : {"pa", "pb"}) {
    Take(MakeSealKeyEvent("k", platform, 1), platform);
  }
  TakeSealed("pb", {MakeRecord(v1::KIND_ACTION, "b1")});
  const uint64_t other = Take(MakeRecord(v1::KIND_ACTION, "b2"), "pb");
  TakeSealed("pa", {MakeRecord(v1::KIND_ACTION, "a1"),
                    MakeRecord(v1::KIND_ACTION, "a2")});
  EXPECT_EQ(Found(), List{});
  Redact(other + 1);
  EXPECT_EQ(Found(), List{});
  Redact(other + 2);
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, ASealThatWasTakenOutAtTheEndIsDoubted) {
  Take(MakeSealKeyEvent("k", kP, 1));
  TakeSealed(kP, {MakeRecord(v1::KIND_ACTION, "a1")});
  const uint64_t seal = log_.size() - 1;
  v1::Action redaction = MakeRecord(v1::KIND_LEAF_REDACTED, "r");
  redaction.add_about_index(seal);
  redaction.mutable_redaction()->set_basis(v1::ERASURE_BASIS_PERSON);
  redaction.mutable_redaction()->add_fields(2);
  const Hash hash = HashLeaf(AsBytes(log_.chain().entries[seal].leaf));
  for (auto* field : {redaction.mutable_redaction()->mutable_leaf_hash(),
                      redaction.mutable_redaction()->mutable_action_hash()}) {
    *field = std::string(AsText(hash));
  }
  ExpectRefused(redaction, "");
  EXPECT_EQ(Found(), List{"removals 3"});
  EXPECT_EQ(Found({seal}), List{"(seals 2)"});
}

// ---- who may

TEST_F(JoinsCasesTest, APlatformExplainsNoEntryThatIsGone) {
  const uint64_t index = Take(MakeRecord(v1::KIND_ACTION, "a"));
  const ChainEntry& entry = log_.chain().entries[index];
  v1::Action redaction = MakeRecord(v1::KIND_LEAF_REDACTED, "r");
  redaction.add_about_index(index);
  v1::Redaction* const form = redaction.mutable_redaction();
  form->set_basis(v1::ERASURE_BASIS_PERSON);
  form->add_fields(2);
  form->set_leaf_hash(std::string(AsText(HashLeaf(AsBytes(entry.leaf)))));
  form->set_action_hash(
      std::string(AsText(HashLeaf(AsBytes(EncodeAction(entry.action))))));
  for (const char* platform : {"other", kP}) {
    ExpectRefused(redaction, platform);
    EXPECT_EQ(Found(), List{"kinds 1"});
    EXPECT_EQ(Found({index}), (List{"kinds 1", "removals 0"}));
  }
}

TEST_F(JoinsCasesTest, AnEntryIsRedactedOnce) {
  const uint64_t index = Take(MakeRecord(v1::KIND_ACTION, "a"));
  Redact(index);
  v1::Action again = log_.chain().entries.back().action;
  again.set_puid("again");
  ExpectRefused(again, "");
  EXPECT_EQ(Found(), List{"removals 2"});
}

TEST_F(JoinsCasesTest, WithoutAPlatformThereAreOnlyTheLogsOwnEntries) {
  ExpectRefused(MakeRecord(v1::KIND_ACTION, "a"), "");
  EXPECT_EQ(Found(), List{"kinds 0"});
  ExpectRefused(MakeTerm("t", 1, v1::TERM_KIND_POLICY), "");
  EXPECT_EQ(Found(), List{"kinds 0"});
}

TEST_F(JoinsCasesTest, AnErasureByItsOwnPlatformIsAWarning) {
  v1::Action action = MakeRecord(v1::KIND_ACTION, "a");
  action.set_commitment(std::string(32, 'c'));
  Take(action);
  v1::Action erasure = MakeRecord(v1::KIND_PAYLOAD_ERASED, "e");
  erasure.mutable_erasure()->set_basis(v1::ERASURE_BASIS_PERSON);
  erasure.add_about_index(0);
  ExpectRefused(erasure);
  EXPECT_EQ(Found(), List{"(kinds 1)"});
  ExpectRefused(erasure, "other");
  EXPECT_EQ(Found(), (List{"(kinds 1)", "removals 1"}));
}

// ---- keys

TEST_F(JoinsCasesTest, ADestroyedKeySealsNothing) {
  Take(MakeSealKeyEvent("k", kP, 1));
  Take(MakeSealKeyEvent("d", kP, 1, v1::KEY_OP_DESTROYED));
  ChainStep step;
  step.via = ChainStep::Via::kSeal;
  step.platform = kP;
  step.actions = {MakeRecord(v1::KIND_ACTION, "a")};
  Seal seal = log_.FittingSeal(kP, 1, step.actions);
  SignSeal(ChainLog::SealKeyOf(kP, 1), kChainOrigin, kP, &seal);
  step.seal = seal;
  log_.Take(step);
  ASSERT_EQ(log_.chain().refused.size(), 1u);
  forced_ = log_.chain().refused.back().forced;
  EXPECT_EQ(Found(), List{"keys 3"});
}

TEST_F(JoinsCasesTest, AKeyIsRevokedOnce) {
  Take(MakeSealKeyEvent("k", kP, 1));
  Take(MakeSealKeyEvent("d", kP, 1, v1::KEY_OP_REVOKE));
  ExpectRefused(MakeSealKeyEvent("e", kP, 1, v1::KEY_OP_REVOKE));
  EXPECT_EQ(Found(), List{"keys 2"});
  forced_.clear();
  Take(MakeSealKeyEvent("f", kP, 1, v1::KEY_OP_DESTROYED));
  EXPECT_EQ(Found(), List{});
}

// ---- references within a correction, limits, codes

TEST_F(JoinsCasesTest, TheRecordThatACorrectionStatesNamesWhatStands) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(MakeRecord(v1::KIND_NOTICE_RECEIVED, "n"));
  v1::Action reversal = Reversal("r", "a");
  Take(reversal);
  reversal.set_about(0, "nowhere");
  ExpectRefused(CorrectionOf("c", reversal));
  EXPECT_EQ(Found(), List{"(references 3)"}) << "logs took it once";
  reversal.set_about(0, "n");
  ExpectRefused(CorrectionOf("c", reversal));
  EXPECT_EQ(Found(), List{"(references 3)"});
  forced_.clear();
  reversal.set_about(0, "a");
  reversal.set_extent(v1::EXTENT_PARTIAL);
  Take(CorrectionOf("c", reversal));
  EXPECT_EQ(Found(), List{});
  // What it did it did: the action stays reversed.
  ExpectRefused(Reversal("s", "a"));
  EXPECT_EQ(Found(), List{"reversals 4"});
}

TEST_F(JoinsCasesTest, AMeasureThatNoDecisionHasIsRefused) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  ExpectRefused(ReversalOf("r", "a", v1::Measure(9)));
  EXPECT_EQ(Found(), List{"reversals 1"});
  ExpectRefused(ReversalOf("r", "a", v1::Measure(100)));
  EXPECT_EQ(Found(), List{"(reversals 1)"}) << "logs took it once";
}

TEST_F(JoinsCasesTest, APublicationOfThePlatformsOwnWordIsAWarning) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  Take(About(v1::KIND_PUBLICATION_CHANGED, "p", "a"));
  EXPECT_EQ(Found(), List{"(references 1)"});
}

TEST_F(JoinsCasesTest, SoManyMayChangeOneEntryAndNoMore) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  ChainStep step;
  step.platform = kP;
  for (int i = 0; i < 1'024; ++i) {
    v1::Action partial = Reversal("r" + std::to_string(i), "a");
    partial.set_extent(v1::EXTENT_PARTIAL);
    step.actions.push_back(std::move(partial));
  }
  log_.Take(step);
  ASSERT_EQ(log_.size(), 1'025u);
  EXPECT_EQ(Found(), List{});
  ExpectRefused(Reversal("s", "a"));
  EXPECT_EQ(Found(), List{"life 1025"});
  forced_.clear();
  Take(About(v1::KIND_VOID, "v", "a"));
  EXPECT_EQ(Found(), List{});
}

TEST_F(JoinsCasesTest, SoManyRulesForManyMayAPlatformMake) {
  Take(MakeRecord(v1::KIND_ACTION, "a"));
  ChainStep step;
  step.platform = kP;
  for (uint32_t i = 0; i < 1'024; ++i) {
    step.actions.push_back(Bulk("b" + std::to_string(i), 0,
                                v1::Action::kAccountFieldNumber, i % 2,
                                1 - i % 2));
  }
  log_.Take(step);
  ASSERT_EQ(log_.size(), 1'025u);
  EXPECT_EQ(Found(), List{});
  ExpectRefused(Bulk("c", 0, v1::Action::kAccountFieldNumber, 0, 1));
  EXPECT_EQ(Found(), List{"references 1025"});
}

}  // namespace
}  // namespace modlog::joins_cases_test
