// If this fails, the first thing a newcomer appends is refused.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "log/rules/action_bytes.h"
#include "log/write/admission.h"

namespace modlog::january_test {
namespace {

constexpr int64_t kNowMs = 1'767'225'600'000;  // 2026-01-01

struct Line {
  std::string platform;
  v1::Action action;
};

std::vector<Line> ReadLines() {
  std::vector<Line> lines;
  std::ifstream file(MODLOG_SOURCE_DIR "/examples/january-2021.jsonl");
  for (std::string text; std::getline(file, text);) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    EXPECT_TRUE(json.is_object() && json.size() == 2) << text;
    Line line;
    line.platform = json.value("platform", "");
    const auto status = google::protobuf::util::JsonStringToMessage(
        json.value("action", nlohmann::json()).dump(), &line.action);
    EXPECT_TRUE(status.ok()) << status.ToString() << " in " << text;
    lines.push_back(std::move(line));
  }
  return lines;
}

TEST(January2021, EveryActionIsTakenInTheOrderOfTheFile) {
  std::set<Hash> logged;
  for (const Line& line : ReadLines()) {
    const auto admitted =
        Admit(line.platform, EncodeAction(line.action), kNowMs);
    ASSERT_TRUE(admitted.has_value())
        << line.action.puid() << ": " << admitted.error()[0].field << " "
        << admitted.error()[0].description;
    for (const Reference& reference : admitted->references) {
      EXPECT_TRUE(logged.contains(reference.key))
          << line.action.puid() << " " << reference.field();
    }
    EXPECT_TRUE(logged.insert(admitted->key).second) << line.action.puid();
  }
  EXPECT_EQ(logged.size(), 14U);
}

TEST(January2021, ShowsABodyOutsideAReversalAMassActionAndAService) {
  std::set<std::string> platforms;
  std::set<v1::Kind> kinds;
  std::set<v1::SubjectKind> subjects;
  uint64_t accounts = 0;
  for (const Line& line : ReadLines()) {
    platforms.insert(line.platform);
    kinds.insert(line.action.kind());
    subjects.insert(line.action.subject_kind());
    accounts = std::max(accounts, line.action.affected());
  }
  EXPECT_EQ(platforms.size(), 7U);
  for (const v1::Kind kind :
       {v1::KIND_ACTION, v1::KIND_EXTERNAL_REFERRED, v1::KIND_EXTERNAL_DECIDED,
        v1::KIND_MODIFICATION, v1::KIND_REVERSAL}) {
    EXPECT_TRUE(kinds.contains(kind)) << v1::Kind_Name(kind);
  }
  EXPECT_TRUE(subjects.contains(v1::SUBJECT_KIND_SERVICE));
  EXPECT_TRUE(subjects.contains(v1::SUBJECT_KIND_APP));
  EXPECT_EQ(accounts, 70'000U);
}

// Copied by a third party: the log must not say that a platform said so.
TEST(January2021, NoneOfItIsThePlatformsOwnWord) {
  for (const Line& line : ReadLines()) {
    EXPECT_EQ(line.action.provenance(), v1::PROVENANCE_COPIED_FROM_PRESS)
        << line.action.puid();
  }
}

}  // namespace
}  // namespace modlog::january_test
