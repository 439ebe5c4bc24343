// If these fail, modlog-verify passes over a log that breaks a rule of the
// record, or accuses one that keeps them all.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/audit/child.h"
#include "tests/audit/record_log.h"

namespace modlog::record_program_test {
namespace {

using nlohmann::json;
using Found = std::vector<std::string>;

class RecordProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteWholeFile(directory_.Path("policy"), SmallPolicyText());
  }

  Ran Run(const RecordLog& log, std::vector<std::string> more = {},
          const std::vector<uint64_t>& removed = {}) {
    const std::string target = directory_.Path("log" + std::to_string(++logs_));
    WriteFiles(log.MakeFiles(removed), target);
    return RunAt(target, std::move(more));
  }
  Ran RunAt(const std::string& target, std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        MODLOG_BIN_DIR "/modlog-verify", "audit",      target, "--policy",
        directory_.Path("policy"),       "--first-use"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunProgram(arguments);
  }
  json Report(const RecordLog& log, const std::vector<uint64_t>& removed = {}) {
    const Ran ran = Run(log, {"--json"}, removed);
    json report = json::parse(ran.out, nullptr, false);
    EXPECT_FALSE(report.is_discarded()) << ran.out << ran.error;
    EXPECT_EQ(report["exit_status"], ran.status);
    return report;
  }

  // "rule entry" of each finding; a warning ends in "?".
  static Found FindingsOf(const json& report) {
    Found found;
    for (const json& finding : report["violations"]) {
      found.push_back(finding["rule"].get<std::string>() + " " +
                      std::to_string(finding["entry"].get<uint64_t>()));
    }
    for (const json& finding : report["warnings"]) {
      found.push_back(finding["rule"].get<std::string>() + " " +
                      std::to_string(finding["entry"].get<uint64_t>()) + "?");
    }
    EXPECT_EQ(report["exit_status"], report["violations"].empty() ? 0 : 1)
        << report.dump(1);
    return found;
  }
  Found Judge(const RecordLog& log) { return FindingsOf(Report(log)); }

  TemporaryDirectory directory_;
  int logs_ = 0;
};

// Everything that the rules below say of lives, done as it should be.
TEST_F(RecordProgramTest, AWholeLifeInOrderBreaksNoRule) {
  RecordLog log;
  v1::Action body = RecordOf(v1::KIND_TERM, "body");
  body.mutable_term()->set_kind(v1::TERM_KIND_BODY);
  log.Add(body);
  log.Add(RecordOf(v1::KIND_NOTICE_RECEIVED, "n"));
  v1::Action action = Takedown("a");
  action.add_cause("n");
  log.Add(action);
  log.Add(AboutRecord(v1::KIND_USER_NOTIFIED, "u", "a"));
  log.Add(AboutRecord(v1::KIND_APPEAL_FILED, "f", "a"));
  v1::Action decided = AboutRecord(v1::KIND_APPEAL_DECIDED, "d", "f");
  decided.set_outcome(v1::OUTCOME_REMANDED);
  log.Add(decided);
  log.Add(AboutRecord(v1::KIND_APPEAL_DECIDED, "d2", "f"));
  log.Add(AboutRecord(v1::KIND_EXTERNAL_REFERRED, "x", "a"));
  log.Add(AboutRecord(v1::KIND_EXTERNAL_DECIDED, "y", "x"));
  log.Add(AboutRecord(v1::KIND_MODIFICATION, "m", "a"));
  log.Add(AboutRecord(v1::KIND_REVERSAL, "r", "m"));
  log.Add(RecordOf(v1::KIND_SCHEDULED, "s"));
  v1::Action executed = Takedown("e");
  executed.add_about("s");
  log.Add(executed);
  log.Add(AboutRecord(v1::KIND_EXPIRY, "z", "e"));
  EXPECT_EQ(Judge(log), Found{});
}

TEST_F(RecordProgramTest, Rule1AReferenceLeadsBackToTheRightKind) {
  RecordLog log;
  log.Add(RecordOf(v1::KIND_NOTICE_RECEIVED, "n"));
  log.Add(AboutRecord(v1::KIND_REVERSAL, "of-nothing", "none"));  // 1
  log.Add(AboutRecord(v1::KIND_REVERSAL, "of-a-notice", "n"));    // 2
  log.Add(AboutRecord(v1::KIND_USER_NOTIFIED, "early", "late"));  // 3
  log.Add(Takedown("late"));
  log.Add(AboutRecord(v1::KIND_USER_NOTIFIED, "other", "late"), "q");  // 5
  v1::Action caused = Takedown("caused");
  caused.add_cause("late");
  log.Add(caused);  // 6
  EXPECT_EQ(Judge(log), (Found{"references 1", "references 2", "references 3",
                               "references 5", "references 6"}));
}

TEST_F(RecordProgramTest, Rule1ACopyWithoutItsLinkIsCountedAsAWarning) {
  RecordLog log;
  log.Add(CopyOf(RecordOf(v1::KIND_NOTICE_RETRACTED, "r")));
  log.Add(CopyOf(RecordOf(v1::KIND_APPEAL_FILED, "f")));
  const json report = Report(log);
  EXPECT_EQ(FindingsOf(report), (Found{"references 0?", "references 1?"}));
  EXPECT_EQ(report["warning_count"], 2);
  RecordLog own;
  own.Add(RecordOf(v1::KIND_NOTICE_RETRACTED, "r"));
  EXPECT_EQ(Judge(own), Found{"kinds 0"});
}

// One entry after a life that does not allow it.
struct Life {
  const char* what;
  std::function<void(RecordLog*)> make;
};

std::vector<Life> BrokenLives() {
  const auto appeal = [](RecordLog* log) {
    log->Add(Takedown("a"));
    log->Add(AboutRecord(v1::KIND_APPEAL_FILED, "f", "a"));
  };
  const auto scheduled = [](RecordLog* log) {
    log->Add(RecordOf(v1::KIND_SCHEDULED, "s"));
    v1::Action action = Takedown("a");
    action.add_about("s");
    log->Add(action);
  };
  return {
      {"an appeal decided twice",
       [=](RecordLog* log) {
         appeal(log);
         log->Add(AboutRecord(v1::KIND_APPEAL_DECIDED, "d", "f"));
         log->Add(AboutRecord(v1::KIND_APPEAL_DECIDED, "e", "f"));
       }},
      {"an appeal decided after it was withdrawn",
       [=](RecordLog* log) {
         appeal(log);
         log->Add(AboutRecord(v1::KIND_APPEAL_WITHDRAWN, "w", "f"));
         log->Add(AboutRecord(v1::KIND_APPEAL_DECIDED, "e", "f"));
       }},
      {"an appeal withdrawn after it was decided",
       [=](RecordLog* log) {
         appeal(log);
         log->Add(AboutRecord(v1::KIND_APPEAL_DECIDED, "d", "f"));
         log->Add(AboutRecord(v1::KIND_APPEAL_WITHDRAWN, "w", "f"));
       }},
      {"a modification of what was modified",
       [](RecordLog* log) {
         log->Add(Takedown("a"));
         log->Add(AboutRecord(v1::KIND_MODIFICATION, "m", "a"));
         log->Add(AboutRecord(v1::KIND_MODIFICATION, "o", "a"));
       }},
      {"a modification of what was reversed",
       [](RecordLog* log) {
         log->Add(Takedown("a"));
         log->Add(AboutRecord(v1::KIND_REVERSAL, "r", "a"));
         log->Add(AboutRecord(v1::KIND_MODIFICATION, "m", "a"));
       }},
      {"an expiry of what has an end date",
       [](RecordLog* log) {
         v1::Action action = Takedown("a");
         action.set_end_visibility(kRecordDay + 1);
         log->Add(action);
         log->Add(AboutRecord(v1::KIND_EXPIRY, "e", "a"));
       }},
      {"an expiry twice",
       [](RecordLog* log) {
         log->Add(Takedown("a"));
         log->Add(AboutRecord(v1::KIND_EXPIRY, "e", "a"));
         log->Add(AboutRecord(v1::KIND_EXPIRY, "f", "a"));
       }},
      {"a schedule cancelled after it was executed",
       [=](RecordLog* log) {
         scheduled(log);
         log->Add(AboutRecord(v1::KIND_SCHEDULE_CANCELLED, "c", "s"));
       }},
      {"a ruling about an action that was referred",
       [](RecordLog* log) {
         v1::Action body = RecordOf(v1::KIND_TERM, "body");
         body.mutable_term()->set_kind(v1::TERM_KIND_BODY);
         log->Add(body);
         log->Add(Takedown("a"));
         log->Add(AboutRecord(v1::KIND_EXTERNAL_REFERRED, "r", "a"));
         log->Add(AboutRecord(v1::KIND_EXTERNAL_DECIDED, "d", "a"));
       }},
      {"a reference to what is void",
       [](RecordLog* log) {
         log->Add(Takedown("a"));
         log->Add(AboutRecord(v1::KIND_VOID, "v", "a"));
         log->Add(AboutRecord(v1::KIND_USER_NOTIFIED, "u", "a"));
       }},
      {"a void twice",
       [](RecordLog* log) {
         log->Add(Takedown("a"));
         log->Add(AboutRecord(v1::KIND_VOID, "v", "a"));
         log->Add(AboutRecord(v1::KIND_VOID, "w", "a"));
       }},
  };
}

TEST_F(RecordProgramTest, Rule1NothingIsDoneToWhatIsNoLongerOpenToIt) {
  for (const Life& life : BrokenLives()) {
    RecordLog log;
    life.make(&log);
    EXPECT_EQ(Judge(log), Found{"life " + std::to_string(log.size() - 1)})
        << life.what;
    RecordLog before;
    before.entries() = {log.entries().begin(), log.entries().end() - 1};
    EXPECT_EQ(Judge(before), Found{}) << life.what;
  }
}

TEST_F(RecordProgramTest, Rule1WhatWasVoidHasNoEffectFromThenOn) {
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(AboutRecord(v1::KIND_REVERSAL, "wrong", "a"));
  log.Add(AboutRecord(v1::KIND_VOID, "v", "wrong"));
  log.Add(AboutRecord(v1::KIND_REVERSAL, "right", "a"));
  EXPECT_EQ(Judge(log), Found{});
  log.Add(AboutRecord(v1::KIND_REVERSAL, "again", "a"));
  EXPECT_EQ(Judge(log), Found{"reversals 4"});
}

TEST_F(RecordProgramTest, Rule2NoMoreIsReversedThanWasDone) {
  const auto with = [](const std::function<void(v1::Action*)>& first,
                       const std::function<void(v1::Action*)>& second) {
    RecordLog log;
    v1::Action action = Takedown("a");
    action.set_affected(10);
    action.set_network(2);
    log.Add(action);
    v1::Action one = AboutRecord(v1::KIND_REVERSAL, "r", "a");
    one.set_extent(v1::EXTENT_PARTIAL);
    first(&one);
    log.Add(one);
    v1::Action two = AboutRecord(v1::KIND_REVERSAL, "s", "a");
    two.set_extent(v1::EXTENT_PARTIAL);
    second(&two);
    log.Add(two);
    return log;
  };
  const auto restores = [](uint64_t n) {
    return [n](v1::Action* action) { action->set_restored(n); };
  };
  const auto ends = [](v1::Measure measure) {
    return [measure](v1::Action* action) { action->add_measures(measure); };
  };
  const auto full = [](v1::Action* action) {
    action->set_extent(v1::EXTENT_FULL);
  };
  EXPECT_EQ(Judge(with(restores(5), restores(7))), Found{});
  EXPECT_EQ(Judge(with(restores(5), restores(8))), Found{"reversals 2"});
  EXPECT_EQ(Judge(with(restores(1), ends(v1::MEASURE_VISIBILITY))), Found{});
  EXPECT_EQ(Judge(with(restores(1), ends(v1::MEASURE_ACCOUNT))),
            Found{"reversals 2"});
  EXPECT_EQ(Judge(with(restores(1), full)), Found{});
  EXPECT_EQ(Judge(with(full, full)), Found{"reversals 2"});
  EXPECT_EQ(Judge(with(ends(v1::MEASURE_VISIBILITY), full))[0], "reversals 2");
}

TEST_F(RecordProgramTest, Rule3SealsThatHoldAreCountedForTheirPlatform) {
  RecordLog log;
  log.Add(log.Registration("k", 1));
  log.AddSeal(log.MakeSeal(1));
  log.Add(Takedown("a"));
  log.Add(Takedown("b"));
  log.AddSeal(log.MakeSeal(2));
  log.Add(Takedown("c"));  // not sealed
  log.Add(Takedown("q"), "q");
  log.Add(Takedown("d"));
  log.AddSeal(log.MakeSeal(1));
  const json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  EXPECT_EQ(report["platforms"][0]["platform"], "p");
  EXPECT_EQ(report["platforms"][0]["seals"], 3);
  EXPECT_EQ(report["platforms"][0]["sealed"], 4);
  EXPECT_EQ(report["platforms"][0]["attributed_by_operator_alone"], 1);
  EXPECT_EQ(report["platforms"][1]["sealed"], 0);
  EXPECT_NE(Run(log).out.find("4 sealed by its key, 1 attributed by the "
                              "operator alone"),
            std::string::npos);
}

TEST_F(RecordProgramTest, Rule3ASealThatDoesNotFitItsPlatformsActionsIsNamed) {
  const auto sealed = [](const std::function<void(Seal*)>& change,
                         bool sign_again) {
    RecordLog log;
    log.Add(log.Registration("k", 1));
    log.Add(Takedown("a"));
    log.AddSeal(log.MakeSeal(2));
    log.Add(Takedown("b"));
    log.Add(Takedown("c"));
    Seal seal = log.MakeSeal(2);
    change(&seal);
    if (sign_again) {
      SignSeal(RecordLog::SealKey(), kSmallOrigin, "p", &seal);
    }
    log.AddSeal(seal);
    return log;
  };
  const Found bad = {"seals 5"};
  EXPECT_EQ(Judge(sealed([](Seal*) {}, true)), Found{});
  EXPECT_EQ(Judge(sealed([](Seal* s) { ++s->before; }, true)), bad);
  EXPECT_EQ(Judge(sealed([](Seal* s) { s->root[0] ^= 1; }, true)), bad);
  EXPECT_EQ(Judge(sealed([](Seal* s) { s->previous.reset(); }, true)), bad);
  EXPECT_EQ(Judge(sealed([](Seal* s) { (*s->previous)[0] ^= 1; }, true)), bad);
  EXPECT_EQ(Judge(sealed([](Seal* s) { s->signature[9] ^= 1; }, false)), bad);
  // Fewer than were logged since: what it leaves out would be hidden.
  EXPECT_EQ(Judge(sealed([](Seal* s) { --s->count; }, true)).size(), 2u);
}

TEST_F(RecordProgramTest, Rule3AnEntryDroppedBetweenActionAndSealIsNamed) {
  RecordLog log;
  log.Add(log.Registration("k", 1));
  log.AddSeal(log.MakeSeal(1));
  log.Add(Takedown("a"));
  log.Add(Takedown("b"));
  log.AddSeal(log.MakeSeal(2));
  log.entries().erase(log.entries().begin() + 2);
  for (const std::string& finding : Judge(log)) EXPECT_EQ(finding, "seals 3");
  EXPECT_FALSE(Judge(log).empty());
}

TEST_F(RecordProgramTest, Rule4APuidStandsOnce) {
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(Takedown("a"), "q");
  EXPECT_EQ(Judge(log), Found{});
  log.Add(Takedown("a"));
  EXPECT_EQ(Judge(log), Found{"unique_puid 2"});
}

TEST_F(RecordProgramTest, Rule5SenseIsAViolationOfOnesOwnWordOnly) {
  const std::vector<std::function<void(v1::Action*)>> changes = {
      [](v1::Action* a) { a->set_end_visibility(kRecordDay - 1); },
      [](v1::Action* a) { a->add_keywords(v1::KEYWORD_PHISHING); },
      [](v1::Action* a) { a->set_ean13(4006381333932); },
      [](v1::Action* a) {
        a->set_regime(v1::REGIME_EU_DSA);
        a->add_content_types(v1::CONTENT_TYPE_TEXT);
        a->set_content_date(kRecordDay);
        a->set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
        a->set_automated_detection(v1::YES_NO_YES);
        a->set_automated_decision(v1::AUTOMATED_DECISION_FULLY);
      },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    RecordLog log;
    v1::Action action = Takedown("a");
    changes[i](&action);
    log.Add(action);
    action.set_puid("b");
    log.Add(CopyOf(action));
    EXPECT_EQ(Judge(log), (Found{"fields 0", "fields 1?"})) << i;
  }
}

TEST_F(RecordProgramTest, Rule5FormIsAViolationInACopyToo) {
  const std::vector<std::function<void(v1::Action*)>> changes = {
      [](v1::Action* a) { a->set_puid("not a puid"); },
      [](v1::Action* a) { a->set_taxonomy(202513); },
      [](v1::Action* a) { a->set_commitment("short"); },
      [](v1::Action* a) { a->set_language(1'000); },
      [](v1::Action* a) { a->set_territory((1u << 30) + 1); },
      [](v1::Action* a) { a->set_end_account(kRecordDay + 1); },
      [](v1::Action* a) { a->set_category(static_cast<v1::Category>(200)); },
      [](v1::Action* a) { a->set_strikes_expire(kRecordDay); },
      [](v1::Action* a) { a->set_content_date(1); },
      [](v1::Action* a) { a->set_application_date(kRecordDay + 2); },
      [](v1::Action* a) {
        a->set_also_illegal(v1::YES_NO_YES);
        a->set_ground(v1::GROUND_ILLEGAL_CONTENT);
      },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    RecordLog log;
    v1::Action action = CopyOf(Takedown("a"));
    changes[i](&action);
    log.Add(action);
    EXPECT_EQ(Judge(log), (Found{"fields 0"})) << i;
  }
}

TEST_F(RecordProgramTest, Rule5ACopyLacksAMeasureNoMoreThanOnesOwnWord) {
  RecordLog log;
  v1::Action action = CopyOf(Takedown("a"));
  action.clear_visibility();
  log.Add(action);
  EXPECT_EQ(Judge(log), Found{"kinds 0"});
}

TEST_F(RecordProgramTest, Rule5WhatALaterVersionMayHaveWrittenIsNotJudged) {
  constexpr uint32_t kLater = 202801;
  const auto with = [](uint32_t taxonomy,
                       const std::function<void(v1::Action*)>& change) {
    RecordLog log;
    v1::Action action = Takedown("a");
    action.set_taxonomy(taxonomy);
    change(&action);
    log.Add(action);
    log.Add(AboutRecord(v1::KIND_USER_NOTIFIED, "u", "nobody"));
    return log;
  };
  const std::function<void(v1::Action*)> closed[] = {
      [](v1::Action* a) { a->set_kind(static_cast<v1::Kind>(27)); },
      [](v1::Action* a) {
        a->GetReflection()->MutableUnknownFields(a)->AddVarint(99, 1);
      },
      [](v1::Action* a) {
        *a = RecordOf(v1::KIND_TERM, "a");
        a->set_taxonomy(kLater);
        a->mutable_term()->set_kind(static_cast<v1::TermKind>(6));
      },
  };
  for (const auto& change : closed) {
    // The reference of the entry behind it: perhaps it leads there.
    const RecordLog log = with(kLater, change);
    const Ran run = Run(log, {"--json"});
    EXPECT_EQ(run.status, 2) << run.out;
    const json report = json::parse(run.out);
    EXPECT_EQ(report["violation_count"], 0) << run.out;
    EXPECT_EQ(report["unjudged_count"], 2) << run.out;
    EXPECT_EQ(report["unjudged"][0]["entry"], 0);
  }
  EXPECT_EQ(Judge(with(202507, closed[0])), (Found{"kinds 0", "references 1"}));
  EXPECT_EQ(Judge(with(202507, closed[1])),
            (Found{"encoding 0", "references 1"}));
  // What stands before it, or is wrong by itself, is false all the same.
  RecordLog log = with(kLater, closed[0]);
  v1::Action bad = Takedown("b");
  bad.set_territory(1u << 31);
  log.Add(bad);
  EXPECT_EQ(Run(log).status, 1);
  // Lists that nothing else hangs on.
  const auto unlisted = [](v1::Action* a) {
    a->set_language(3);
    a->add_keywords(v1::KEYWORD_PHISHING);
  };
  EXPECT_EQ(Judge(with(kLater, unlisted)),
            (Found{"references 1", "fields 0?"}));
  EXPECT_EQ(Judge(with(202507, unlisted)),
            (Found{"fields 0", "fields 0", "references 1"}));
}

TEST_F(RecordProgramTest, Rule6LatenessIsMeasuredByTheLogsClock) {
  RecordLog log;
  for (const uint32_t days : {0u, 0u, 2u, 40u}) {
    v1::Action action = Takedown("a" + std::to_string(log.size()));
    action.set_application_date(kRecordDay - days);
    log.Add(action);
  }
  log.Add(CopyOf(Takedown("copy")));  // copies are late by nature
  json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  const json lateness = report["platforms"][0]["lateness"];
  EXPECT_EQ(lateness["dated"], 4);
  EXPECT_EQ(lateness["late"], 1);
  EXPECT_EQ(lateness["delays"][0]["entries"], 2);
  EXPECT_EQ(lateness["delays"][2]["entries"], 1);
  EXPECT_EQ(lateness["delays"][5]["entries"], 1);
  report = json::parse(Run(log, {"--json", "--late-days", "1"}).out);
  EXPECT_EQ(report["platforms"][0]["lateness"]["late"], 2);
}

TEST_F(RecordProgramTest, Rule7VoidsAndCorrectionsAreCountedWithTheirFields) {
  RecordLog log;
  v1::Action first = Takedown("a");
  first.set_automated_detection(v1::YES_NO_YES);
  log.Add(first);
  v1::Action second = Takedown("b");
  second.set_automated_detection(v1::YES_NO_YES);
  log.Add(second);
  log.Add(Takedown("c"));
  log.Add(AboutRecord(v1::KIND_VOID, "v", "c"));
  v1::Action anew = AboutRecord(v1::KIND_CORRECTION, "n", "a");
  *anew.mutable_corrected() = first;
  anew.mutable_corrected()->set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  log.Add(anew);
  v1::Action rule = RecordOf(v1::KIND_CORRECTION, "r");
  rule.mutable_bulk()->set_first(0);
  rule.mutable_bulk()->set_last(2);
  rule.mutable_bulk()->set_field(v1::Action::kAutomatedDetectionFieldNumber);
  rule.mutable_bulk()->set_from_code(v1::YES_NO_YES);
  rule.mutable_bulk()->set_to_code(v1::YES_NO_NO);
  log.Add(rule);
  const json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  const json corrections = report["platforms"][0]["corrections"];
  EXPECT_EQ(corrections["void"], (json{{"test", 1}}));
  EXPECT_EQ(corrections["stated_anew"], 1);
  EXPECT_EQ(corrections["bulk"], 1);
  EXPECT_EQ(corrections["corrected_in_bulk"], 2);
  EXPECT_EQ(corrections["fields"], (json{{"category", 1}}));
}

TEST_F(RecordProgramTest, Rule7AnExchangeCorrectsEntriesOfBothCodes) {
  RecordLog log;
  for (const int flag : {1, 1, 2, 0}) {
    v1::Action action = Takedown("a" + std::to_string(log.size()));
    action.set_automated_detection(static_cast<v1::YesNo>(flag));
    log.Add(action);
  }
  v1::Action rule = RecordOf(v1::KIND_CORRECTION, "x");
  rule.set_taxonomy(202612);
  rule.mutable_bulk()->set_last(3);
  rule.mutable_bulk()->set_field(v1::Action::kAutomatedDetectionFieldNumber);
  rule.mutable_bulk()->set_from_code(v1::YES_NO_YES);
  rule.mutable_bulk()->set_to_code(v1::YES_NO_NO);
  rule.mutable_bulk()->set_exchange(true);
  log.Add(rule);
  const json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  const json corrections = report["platforms"][0]["corrections"];
  EXPECT_EQ(corrections["bulk"], 1);
  EXPECT_EQ(corrections["corrected_in_bulk"], 3);
}

v1::Action RedactionOf(const RecordLog& log, uint64_t index,
                       const std::string& puid) {
  v1::Action action = RecordOf(v1::KIND_LEAF_REDACTED, puid);
  action.add_about_index(index);
  action.mutable_redaction()->set_leaf_hash(
      std::string(AsText(log.LeafHash(index))));
  action.mutable_redaction()->set_action_hash(
      std::string(AsText(log.ActionHash(index))));
  return action;
}

TEST_F(RecordProgramTest, Rule8ARedactedEntryIsNamedAndTheAuditIsTrue) {
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(Takedown("b"));
  log.Add(AboutRecord(v1::KIND_USER_NOTIFIED, "u", "b"));
  log.Add(RedactionOf(log, 1, "r"));
  EXPECT_EQ(Judge(log), Found{}) << "the bytes are still there";
  const json report = Report(log, {1});
  EXPECT_EQ(FindingsOf(report), Found{});
  EXPECT_EQ(report["redacted_entries"].size(), 1u);
  EXPECT_EQ(report["redacted_entries"][0]["entry"], 1);
  EXPECT_EQ(report["redacted_entries"][0]["redaction"], 3);
  EXPECT_EQ(report["redacted_entries"][0]["basis"], "authority");
  EXPECT_EQ(report["platforms"][0]["redacted"], (json{{"authority", 1}}));
  EXPECT_EQ(report["perhaps_redacted_references"], 1);
  EXPECT_NE(Run(log, {}, {1}).out.find("entry 1               by entry 3"),
            std::string::npos)
      << Run(log, {}, {1}).out;
  const Ran integrity = Run(log, {"--integrity-only"}, {1});
  EXPECT_EQ(integrity.status, 0) << integrity.out;
  EXPECT_NE(integrity.out.find("entry 1"), std::string::npos);
}

TEST_F(RecordProgramTest, Rule8AMissingEntryThatNothingNamesIsFalse) {
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(Takedown("b"));
  const json report = Report(log, {1});
  EXPECT_EQ(FindingsOf(report), Found{"removals 1"});
  EXPECT_EQ(report["place"], "entry 1");
  EXPECT_EQ(Run(log, {"--integrity-only"}, {1}).status, 1);
}

TEST_F(RecordProgramTest, Rule8ARedactionWithAnotherHashIsFalse) {
  for (const bool leaf : {true, false}) {
    RecordLog log;
    log.Add(Takedown("a"));
    v1::Action redaction = RedactionOf(log, 0, "r");
    (leaf ? redaction.mutable_redaction()->mutable_leaf_hash()
          : redaction.mutable_redaction()->mutable_action_hash())
        ->at(0) ^= 1;
    log.Add(redaction);
    EXPECT_EQ(Judge(log), Found{"removals 1"});
    if (!leaf) continue;
    EXPECT_EQ(FindingsOf(Report(log, {0})), Found{"removals 1"});
    EXPECT_EQ(Run(log, {"--integrity-only"}, {0}).status, 1);
  }
}

TEST_F(RecordProgramTest, Rule8WhatMustStayAndWhatIsAnothersIsNotRedacted) {
  RecordLog log;
  log.Add(RecordOf(v1::KIND_TERM, "t"));
  log.Add(Takedown("a"));
  log.Add(RedactionOf(log, 0, "r"));       // 2: a term
  log.Add(RedactionOf(log, 1, "s"), "q");  // 3: another platform
  log.Add(RedactionOf(log, 1, "o"), "p");  // 4: its own platform
  log.Add(RedactionOf(log, 1, "l"), "");   // 5: only the log itself may
  EXPECT_EQ(Judge(log), (Found{"removals 2", "kinds 3", "kinds 4"}));
}

TEST_F(RecordProgramTest, Rule8ErasuresAreCountedByBasisAndHaveATarget) {
  RecordLog log;
  v1::Action action = Takedown("a");
  action.set_commitment(std::string(32, 'c'));
  log.Add(action);
  log.Add(Takedown("without"));
  v1::Action erasure = RecordOf(v1::KIND_PAYLOAD_ERASED, "e");
  erasure.add_about_index(0);
  log.Add(erasure);
  const json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  EXPECT_EQ(report["platforms"][0]["erased"], (json{{"person", 1}}));
  v1::Action wrong = RecordOf(v1::KIND_PAYLOAD_ERASED, "f");
  wrong.add_about_index(1);  // commits to nothing
  wrong.add_about_index(9);  // not there yet
  log.Add(wrong);
  erasure.set_puid("g");
  log.Add(erasure, "q");  // not its own
  EXPECT_EQ(Judge(log),
            (Found{"removals 3", "removals 3", "removals 4", "kinds 4?"}));
}

v1::StatsCell CellOf(v1::Kind kind, v1::StatsUnit unit, uint64_t value) {
  v1::StatsCell cell;
  cell.set_kind(kind);
  cell.set_unit(unit);
  cell.set_value(value);
  return cell;
}

TEST_F(RecordProgramTest, Rule9AttestedFiguresAreCountedAgain) {
  RecordLog log;
  v1::Action notice = RecordOf(v1::KIND_NOTICE_RECEIVED, "n");
  notice.set_claimed(3);
  log.Add(notice);
  notice.set_puid("o");
  log.Add(notice);
  notice.set_puid("void");
  log.Add(notice);
  log.Add(AboutRecord(v1::KIND_VOID, "v", "void"));
  v1::Action anew = AboutRecord(v1::KIND_CORRECTION, "c", "o");
  notice.set_puid("o");
  notice.set_claimed(4);
  *anew.mutable_corrected() = notice;
  log.Add(anew);
  log.Add(RecordOf(v1::KIND_NOTICE_RECEIVED, "elsewhere"), "q");
  v1::Action stats = RecordOf(v1::KIND_STATS_ATTESTATION, "s");
  *stats.mutable_stats()->add_cells() =
      CellOf(v1::KIND_NOTICE_RECEIVED, v1::STATS_UNIT_ENTRIES, 2);
  *stats.mutable_stats()->add_cells() =
      CellOf(v1::KIND_NOTICE_RECEIVED, v1::STATS_UNIT_CLAIMED, 7);
  log.Add(stats);  // 6
  log.Add(RecordOf(v1::KIND_NOTICE_RECEIVED, "later"));
  const json right = Report(log);
  EXPECT_EQ(FindingsOf(right), Found{});
  EXPECT_EQ(right["attestations"][0]["cells"][0]["agrees"], true);

  stats.set_puid("t");
  stats.mutable_stats()->mutable_cells(1)->set_value(100);
  log.Add(stats);  // 8: three entries by now, and not 100
  const json wrong = Report(log);
  EXPECT_EQ(FindingsOf(wrong), (Found{"attestations 8?", "attestations 8?"}));
  EXPECT_EQ(wrong["attestations"][1]["cells"][0]["attested"], 2);
  EXPECT_EQ(wrong["attestations"][1]["cells"][0]["counted"], 3);
  EXPECT_EQ(wrong["attestations"][1]["cells"][1]["attested"], 100);
  EXPECT_EQ(wrong["attestations"][1]["cells"][1]["counted"], 7);
  EXPECT_EQ(wrong["exit_status"], 0);
  const Ran strict = Run(log, {"--strict"});
  EXPECT_EQ(strict.status, 1);
  EXPECT_NE(strict.out.find("claimed, kind notice received"), std::string::npos)
      << strict.out;
  EXPECT_NE(strict.out.find("attested 100, counted 7"), std::string::npos);
}

TEST_F(RecordProgramTest, Rule10ATermIsRegisteredBeforeItsUseAndAsWhatItIs) {
  RecordLog log;
  v1::Action uses = Takedown("a");
  uses.set_policy_term(1);
  log.Add(uses);  // 0: too early
  log.Add(RecordOf(v1::KIND_TERM, "t"));
  uses.set_puid("b");
  log.Add(uses);
  uses.set_puid("q");
  log.Add(uses, "q");  // 3: another platform's
  uses.set_puid("c");
  uses.clear_policy_term();
  uses.set_legal_term(1);
  log.Add(uses);                          // 4: no statute
  log.Add(RecordOf(v1::KIND_TERM, "u"));  // 5: the number again
  EXPECT_EQ(Judge(log), (Found{"terms 0", "terms 3", "terms 4", "terms 5"}));
}

TEST_F(RecordProgramTest, Rule11WhatIsTooRegularIsNoted) {
  RecordLog log;
  for (int n = 0; n < 1'000; ++n) {
    v1::Action action = Takedown("a" + std::to_string(n));
    action.set_automated_detection(v1::YES_NO_NO);
    action.set_automated_decision(v1::AUTOMATED_DECISION_NOT_AUTOMATED);
    log.AddAt(kRecordTimeMs + n * 2'000, action);
  }
  json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  ASSERT_EQ(report["uniformity"].size(), 1u) << report["uniformity"];
  EXPECT_NE(report["uniformity"][0].get<std::string>().find("by people alone"),
            std::string::npos);
  // The next month everything is found by machines.
  for (int n = 0; n < 100; ++n) {
    v1::Action action = Takedown("b" + std::to_string(n));
    action.set_automated_detection(v1::YES_NO_YES);
    action.set_automated_decision(v1::AUTOMATED_DECISION_NOT_AUTOMATED);
    log.AddAt(kRecordTimeMs + 40 * int64_t{86'400'000} + n * 2'000, action);
  }
  report = Report(log);
  ASSERT_EQ(report["uniformity"].size(), 1u) << report["uniformity"];
  EXPECT_NE(report["uniformity"][0].get<std::string>().find(
                "automated_detection turns over in 202602"),
            std::string::npos);
}

TEST_F(RecordProgramTest, Rule12AKeyIsRegisteredBeforeItSignsAndNotRevoked) {
  RecordLog unknown;
  unknown.Add(Takedown("a"));
  unknown.AddSeal(unknown.MakeSeal(1));
  EXPECT_EQ(Judge(unknown), Found{"keys 1"});

  RecordLog revoked;
  revoked.Add(revoked.Registration("k", 1));
  revoked.Add(revoked.Registration("l", 2, 'l'));
  revoked.AddSeal(revoked.MakeSeal(2));
  v1::Action revoke = RecordOf(v1::KIND_PLATFORM_KEY, "r");
  revoke.mutable_key_event()->set_op(v1::KEY_OP_REVOKE);
  revoke.mutable_key_event()->set_use(v1::KEY_USE_SEAL);
  revoke.mutable_key_event()->set_number(1);
  revoked.Add(revoke);
  revoked.AddSeal(revoked.MakeSeal(1, 2, 'l'));
  EXPECT_EQ(Judge(revoked), Found{}) << "by the key that replaced it";
  revoked.Add(Takedown("a"));
  revoked.AddSeal(revoked.MakeSeal(1));
  EXPECT_EQ(Judge(revoked), Found{"keys 6"});
}

TEST_F(RecordProgramTest, Rule12AKeyIsRegisteredByWhoHoldsItsSecret) {
  RecordLog log;
  v1::Action key = log.Registration("k", 1);
  key.mutable_key_event()->mutable_proof()->at(0) ^= 1;
  log.Add(key);
  log.Add(log.Registration("l", 2, 'l'), "q");  // a proof for p
  log.Add(log.Registration("m", 2, 'l'));
  log.Add(log.Registration("n", 2, 'l'));  // again
  EXPECT_EQ(Judge(log), (Found{"keys 0", "keys 1", "keys 3"}));
}

TEST_F(RecordProgramTest, Rule1ALabelIsNegatedByItsOwnValues) {
  RecordLog log;
  v1::Action term = RecordOf(v1::KIND_TERM, "t");
  term.mutable_term()->set_kind(v1::TERM_KIND_LABEL);
  log.Add(term);
  term.set_puid("u");
  term.mutable_term()->set_number(2);
  log.Add(term);
  log.Add(RecordOf(v1::KIND_LABEL, "l"));
  v1::Action negation = RecordOf(v1::KIND_LABEL, "n");
  negation.clear_subject_kind();
  negation.set_label_op(v1::LABEL_OP_NEGATE);
  negation.add_about("l");
  negation.set_label_terms(0, 2);
  log.Add(negation);  // 3: another value
  negation.set_puid("o");
  negation.set_label_terms(0, 1);
  RecordLog right = log;
  right.entries().pop_back();
  right.Add(negation);
  EXPECT_EQ(Judge(right), Found{});
  EXPECT_EQ(Judge(log), Found{"life 3"});
  negation.set_puid("again");
  right.Add(negation);
  EXPECT_EQ(Judge(right), Found{"life 4"});
  negation.set_puid("of-a-negation");
  negation.set_about(0, "o");
  right.Add(negation);
  EXPECT_EQ(Judge(right), (Found{"life 4", "life 5"}));
}

TEST_F(RecordProgramTest, Rule12AHandleNeedsAKeyThatWasNotDestroyed) {
  RecordLog log;
  v1::Action action = Takedown("a");
  action.set_subject_handle(std::string(16, 'h'));
  action.set_handle_key(7);
  log.Add(action);  // 0: too early
  log.Add(log.HandleKeyEvent("k", 7));
  action.set_puid("b");
  log.Add(action);
  log.Add(log.HandleKeyEvent("d", 7, v1::KEY_OP_DESTROYED));
  action.set_puid("c");
  log.Add(action);  // 4: too late
  EXPECT_EQ(Judge(log), (Found{"keys 0", "keys 4"}));
}

TEST_F(RecordProgramTest, Rule12ACorrectionMayNameAKeyThatIsGone) {
  RecordLog log;
  log.Add(log.HandleKeyEvent("k", 7));
  v1::Action action = Takedown("a");
  action.set_subject_handle(std::string(16, 'h'));
  action.set_handle_key(7);
  log.Add(action);
  log.Add(log.HandleKeyEvent("d", 7, v1::KEY_OP_REVOKE));
  v1::Action correction = AboutRecord(v1::KIND_CORRECTION, "c", "a");
  *correction.mutable_corrected() = action;
  log.Add(correction);
  correction.set_puid("c2");
  correction.mutable_corrected()->set_handle_key(8);
  log.Add(correction);  // 4: never registered
  EXPECT_EQ(Judge(log), Found{"keys 4"});
}

TEST_F(RecordProgramTest, Rule12OneKeyDoesNotComeUnderTwoNumbers) {
  RecordLog log;
  log.Add(log.HandleKeyEvent("k1", 1));
  log.Add(log.HandleKeyEvent("k2", 2));  // 1
  log.Add(log.HandleKeyEvent("k3", 3, v1::KEY_OP_REGISTER, 'w'));
  EXPECT_EQ(Judge(log), Found{"keys 1"});
}

TEST_F(RecordProgramTest, Rule12AKeyForHandlesIsRegisteredWithProof) {
  RecordLog log;
  v1::Action bad = log.HandleKeyEvent("of-another-number", 1);
  bad.mutable_key_event()->set_number(2);
  log.Add(bad);  // 0
  bad = log.HandleKeyEvent("of-another-key", 3);
  bad.mutable_key_event()->set_public_key(
      std::string(AsText(RecordLog::HandleKey('w').PublicKey().raw())));
  log.Add(bad);  // 1
  bad.mutable_key_event()->set_number(4);
  bad.mutable_key_event()->set_public_key("\x02" + std::string(32, '\xff'));
  bad.set_puid("no-point");
  log.Add(bad);  // 2
  log.Add(log.HandleKeyEvent("good", 5));
  EXPECT_EQ(Judge(log), (Found{"keys 0", "keys 1", "keys 2"}));
}

v1::Action Succeeds(uint64_t size, const std::string& root) {
  v1::Action action = RecordOf(v1::KIND_SUCCESSION, "succeeds");
  action.mutable_succession()->set_op(v1::SUCCESSION_OP_SUCCEEDS);
  action.mutable_succession()->set_size(size);
  action.mutable_succession()->set_root(root);
  return action;
}

TEST_F(RecordProgramTest, Rule13ALogThatHasEndedHasNoFurtherEntry) {
  RecordLog log;
  log.Add(Succeeds(5, std::string(32, 'r')), "");
  log.Add(Takedown("a"));
  log.Add(RecordOf(v1::KIND_SUCCESSION, "succeeded-by"), "");
  const json report = Report(log);
  EXPECT_EQ(FindingsOf(report), Found{});
  const std::string next = FormatVerifierKey(SuccessorKey().verifier);
  EXPECT_EQ(report["succession"]["succeeded_by"]["entry"], 2);
  EXPECT_EQ(report["succession"]["succeeded_by"]["log"], next);
  EXPECT_EQ(report["succession"]["succeeded_by"]["in_policy"], false);
  EXPECT_EQ(report["succession"]["succeeds"]["size"], 5);
  const Ran words = Run(log);
  EXPECT_NE(words.out.find("frozen"), std::string::npos) << words.out;
  EXPECT_NE(words.out.find(next), std::string::npos) << words.out;

  log.Add(Takedown("late"));  // 3
  EXPECT_EQ(Judge(log), Found{"succession 3"});
}

TEST_F(RecordProgramTest, Rule13WhatStandsInASuccessionEntryIsJudged) {
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(Succeeds(5, std::string(32, 'r')), "");    // 1: not the first
  log.Add(RecordOf(v1::KIND_SUCCESSION, "s"), "p");  // 2: a platform's
  v1::Action own = RecordOf(v1::KIND_SUCCESSION, "t");
  own.mutable_succession()->set_log(
      FormatVerifierKey(SmallLogOtherKey().verifier));
  log.Add(own, "");  // 3: another puid, this log's own origin
  v1::Action bad = RecordOf(v1::KIND_SUCCESSION, "u");
  bad.mutable_succession()->set_log("next.example/log+00000000+AAAA");
  bad.mutable_succession()->set_size(1);
  log.Add(bad, "");  // 4: another puid; twice: no key, and a size
  EXPECT_EQ(Judge(log),
            (Found{"succession 1", "kinds 2", "succession 2", "succession 3",
                   "succession 3", "fields 4", "fields 4", "succession 4"}));
}

}  // namespace
}  // namespace modlog::record_program_test
