#include "log/rules/reference_rules.h"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>
#include <thread>

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"

namespace modlog::reference_rules_test {
namespace {

// The table of docs/formats.md, "References", written down again by number.
struct Row {
  std::set<int> about, cause;
};
std::set<int> Records() {
  std::set<int> kinds;
  for (int kind = 1; kind <= 25; ++kind) {
    if (kind < 16 || kind > 22) kinds.insert(kind);
  }
  return kinds;
}
std::set<int> All() {
  std::set<int> kinds;
  for (int kind = 1; kind <= 25; ++kind) kinds.insert(kind);
  return kinds;
}
std::map<int, Row> Table() {
  return {{1, {{14}, {3, 8, 10}}},
          {2, {{}, {3}}},
          {3, {}},
          {4, {{3}, {}}},
          {5, {{1, 11, 12}, {}}},
          {6, {{1, 2, 12}, {}}},
          {7, {{6}, {}}},
          {8, {{6}, {}}},
          {9, {{1, 8, 12}, {}}},
          {10, {{1, 9}, {}}},
          {11, {{1, 12}, {4, 8, 10}}},
          {12, {{1, 12}, {4, 8, 10}}},
          {13, {{1, 12, 23}, {}}},
          {14, {{}, {3}}},
          {15, {{14}, {}}},
          {17, {Records(), {}}},
          {20, {{20}, {}}},
          {24, {All(), {}}},
          {25, {All(), {}}}};
}

TEST(ReferenceRules, EveryCellOfTheTableIsAsDocumented) {
  // A reversal could undo an appeal, or an appeal contest a statistic.
  for (const auto& [kind, row] : Table()) {
    v1::Action action;
    action.set_kind(static_cast<v1::Kind>(kind));
    for (int target = 0; target <= 127; ++target) {
      const bool about = row.about.contains(target) ||
                         (row.about == All() && target > 25 && target < 64);
      EXPECT_EQ(Contains(AboutKinds(action), target),
                about || (row.about == Records() && target > 26 && target < 64))
          << kind << " about " << target;
      EXPECT_EQ(Contains(CauseKinds(action), target),
                row.cause.contains(target))
          << kind << " cause " << target;
    }
  }
}

TEST(ReferenceRules, ACorrectionIsAboutAnEntryOfTheKindThatItStates) {
  // A notice could be corrected into a takedown.
  for (int kind = 1; kind <= 25; ++kind) {
    v1::Action action;
    action.set_kind(v1::KIND_CORRECTION);
    action.mutable_corrected()->set_kind(static_cast<v1::Kind>(kind));
    for (int target = 1; target <= 25; ++target) {
      EXPECT_EQ(Contains(AboutKinds(action), target),
                target == kind && Records().contains(kind));
    }
  }
}

class ReferenceTest : public LogFixture {
 protected:
  void SetUp() override { Open(NewMemoryStore(contents_)); }
  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
};

TEST_F(ReferenceTest, AReferenceToTheWrongKindIsRefusedByName) {
  // An appeal against an appeal would be counted as one against a decision.
  AppendOne(Takedown("takedown"));
  AppendOne(Appeal("appeal", {"takedown"}));
  const auto refuse = [&](const std::string& action) {
    const auto answer = AppendGroupOf({action});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->items[0].outcome, ItemResult::Outcome::kRefused);
    EXPECT_EQ(answer->items[0].violations[0].field, "about[0]");
    EXPECT_EQ(answer->items[0].violations[0].description,
              "must name an entry of kind ACTION, NO_ACTION, MODIFICATION");
  };
  refuse(Appeal("second", {"appeal"}));
  // What the kinds are is known again after a restart.
  log_.reset();
  Open(NewMemoryStore(contents_));
  refuse(Appeal("second", {"appeal"}));
  EXPECT_EQ(AppendOne(Appeal("second", {"takedown"})).outcome,
            ItemResult::Outcome::kLogged);
}

TEST_F(ReferenceTest, WithinOneGroupTheKindIsJudgedToo) {
  // A batch would be the way around the rule.
  const auto answer =
      AppendGroupOf({Takedown("t"), Appeal("a", {"t"}), Appeal("b", {"a"})});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[1].outcome, ItemResult::Outcome::kLogged);
  EXPECT_EQ(answer->items[2].outcome, ItemResult::Outcome::kRefused);
}

// Restates `record` anew.
std::string CorrectionOf(std::string_view puid, const v1::Action& record) {
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid(std::string(puid));
  action.set_taxonomy(202507);
  action.add_about(record.puid());
  *action.mutable_corrected() = record;
  return EncodeAction(action);
}

TEST_F(ReferenceTest, WhatACorrectionRestatesLeadsSomewhereToo) {
  // A reversal could be corrected into one of nothing, or of an appeal.
  AppendOne(Takedown("takedown"));
  AppendOne(Takedown("another"));
  AppendOne(Appeal("appeal", {"takedown"}));
  v1::Action reversal;
  reversal.set_kind(v1::KIND_REVERSAL);
  reversal.set_puid("reversal");
  reversal.set_taxonomy(202507);
  reversal.set_extent(v1::EXTENT_FULL);
  reversal.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
  reversal.add_about("takedown");
  AppendOne(EncodeAction(reversal));
  const auto refused = [&](const v1::Action& record) -> std::string {
    const auto answer = AppendGroupOf({CorrectionOf("correction", record)});
    if (!answer || answer->items[0].violations.empty()) return "";
    return answer->items[0].violations[0].field;
  };
  v1::Action anew = reversal;
  anew.set_about(0, "nobody");
  EXPECT_EQ(refused(anew), "corrected.about[0]");
  anew.set_about(0, "appeal");
  EXPECT_EQ(refused(anew), "corrected.about[0]");
  anew.set_about(0, "takedown");
  anew.add_cause("never");
  EXPECT_EQ(refused(anew), "corrected.cause[0]");
  anew.set_cause(0, "another");
  EXPECT_EQ(refused(anew), "corrected.cause[0]");
  anew.clear_cause();
  anew.set_about(0, "another");
  EXPECT_EQ(refused(anew), "");
  // What it restates is looked up and not done again.
  v1::Action second = reversal;
  second.set_puid("second");
  second.set_about(0, "another");
  EXPECT_EQ(AppendOne(EncodeAction(second)).outcome,
            ItemResult::Outcome::kLogged);
}

// Runs ahead for the thread that asks first, as a clock does that is set right
// while an entry waits.
class ClockSetBack final : public Clock {
 public:
  int64_t WallMs() override {
    const bool ahead = std::this_thread::get_id() == ahead_;
    return kNowMs + (ahead ? 3 * 86'400'000 : 0);
  }
  int64_t MonotonicMs() override { return 5'000; }

  static constexpr int64_t kNowMs = 1'767'225'600'000;

 private:
  const std::thread::id ahead_ = std::this_thread::get_id();
};

TEST(ReferenceRules, ADayToComeIsNotLoggedBecauseTheClockWasWrongAtTheDoor) {
  // An audit would call the log false for ever, for a clock that was set right.
  ScratchDirectory directory;
  ClockSetBack clock;
  auto log =
      std::async(std::launch::async, [&] {
        return Log::Open(
            {.data_dir = directory.path(), .key = TestKey(), .clock = &clock},
            NewMemoryStore(NewMemoryContents()));
      }).get();
  ASSERT_TRUE(log) << log.error().message;
  const auto append = [&](uint32_t day) {
    v1::Action action = TakedownMessage("takedown");
    action.set_application_date(day);
    const std::string bytes = EncodeAction(action);
    AppendGroup group;
    group.platform = "example";
    group.actions = {bytes};
    std::promise<Result<AppendAnswer>> promise;
    (*log)->Append(std::move(group), [&](Result<AppendAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  };
  constexpr uint32_t kToday = ClockSetBack::kNowMs / 86'400'000;
  const auto ahead = append(kToday + 2);
  ASSERT_FALSE(ahead);
  EXPECT_EQ(ahead.error().code, Code::kClock) << ahead.error().message;
  const auto now = append(kToday + 1);
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->items[0].outcome, ItemResult::Outcome::kLogged);
}

}  // namespace
}  // namespace modlog::reference_rules_test
