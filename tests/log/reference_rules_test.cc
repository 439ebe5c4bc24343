#include "log/reference_rules.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

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

}  // namespace
}  // namespace modlog::reference_rules_test
