// If these fail, a person's texts stay readable after they were to be erased,
// or somebody without the right has them erased, or a proof breaks over it.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/client/running_log.h"
#include "verifier/core/bytes.h"

namespace modlog::erase_e2e_test {
namespace {

constexpr char kStatement[] = R"({
  "puid": "s-1", "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
  "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
  "incompatible_content_ground": "Rule 7",
  "incompatible_content_explanation": "Selling counterfeit watches",
  "content_type": ["CONTENT_TYPE_TEXT"],
  "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
  "territorial_scope": ["DE"], "content_date": "2026-01-02",
  "application_date": "2026-01-03", "decision_facts": "Found on review",
  "source_type": "SOURCE_VOLUNTARY", "automated_detection": "No",
  "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED"})";

class EraseTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteFile(folder_ / "one.json", kStatement);
    const Outcome import =
        log_.Modlog({"import", "dsa-json", folder_ / "one.json", "--platform",
                     "example", "--secret", folder_ / "secret"});
    ASSERT_EQ(import.status, 0) << import.err;
  }
  Outcome Erase(const Words& more, bool as_operator = true) {
    Words words = {"erase", "--index", "0", "--basis", "person"};
    if (as_operator) {
      words.insert(words.begin(), {"--token-file", log_.operator_token()});
    }
    words.insert(words.end(), more.begin(), more.end());
    return log_.Modlog(words);
  }
  std::string Payload() { return log_.Modlog({"get", "0", "--payload"}).out; }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(EraseTest, WhatIsErasedIsGoneAndSaidAndEveryProofHolds) {
  ASSERT_TRUE(Contains(Payload(), "Selling counterfeit watches"));
  ASSERT_EQ(
      log_.Modlog({"receipt", "--index", "0", "--out", folder_ / "old"}).status,
      0);
  const Outcome erased = Erase({"--now"});
  EXPECT_EQ(erased.status, 0) << erased.err;
  EXPECT_EQ(log_.Size(), 2u);
  const Json entry = Json::parse(log_.Modlog({"get", "1", "--json"}).out);
  EXPECT_EQ(entry["action"]["kind"], "KIND_PAYLOAD_ERASED");
  EXPECT_FALSE(Contains(Payload(), "watches"));
  const Outcome receipt = RunProgram(
      "modlog-verify", {"receipt", "--entry", folder_ / "old.entry", "--proof",
                        folder_ / "old.tlog-proof", "--policy", log_.policy()});
  EXPECT_EQ(receipt.status, 0) << receipt.out << receipt.err;
}

TEST_F(EraseTest, WhoHasNoRightToItErasesNothingAndLeavesNoEntry) {
  const Outcome refused = Erase({"--now"}, false);
  EXPECT_NE(refused.status, 0);
  EXPECT_FALSE(refused.err.empty());
  EXPECT_EQ(log_.Size(), 1u);
  EXPECT_TRUE(Contains(Payload(), "Selling counterfeit watches"));
}

TEST_F(EraseTest, OnePartIsErasedAndTheOthersStand) {
  ASSERT_EQ(Erase({"--now", "--part", "incompatible_explanation"}).status, 0);
  EXPECT_FALSE(Contains(Payload(), "watches"));
  EXPECT_TRUE(Contains(Payload(), "Found on review"));
}

TEST_F(EraseTest, AskedForAgainItIsTheSameErasure) {
  ASSERT_EQ(Erase({"--now"}).status, 0);
  const Outcome again = Erase({"--now"});
  EXPECT_EQ(again.status, 0);
  EXPECT_TRUE(Contains(again.out + again.err, "entry 1")) << again.out;
  ASSERT_EQ(Erase({"--now", "--part", "decision_facts"}).status, 0);
  EXPECT_EQ(log_.Size(), 2u);
}

TEST_F(EraseTest, WithoutNowItWaitsForTheDailyEntry) {
  const Outcome accepted = Erase({});
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_EQ(log_.Size(), 1u);
}

// What a client keeps: the folder that it works in, exports included.
TEST_F(EraseTest, IsInNoExportAfterwardsNorInTheClientsFiles) {
  const auto export_to = [&](const std::string& name) {
    const Outcome exported =
        log_.Modlog({"--token-file", log_.operator_token(), "export",
                     "--format", "jsonl", "--output", folder_ / name});
    EXPECT_EQ(exported.status, 0) << exported.err;
    EXPECT_EQ(log_.Modlog({"export-tiles", folder_ / (name + ".tiles")}).status,
              0);
    return ReadFile(folder_ / name);
  };
  std::vector<std::string> secrets = {"Selling counterfeit watches"};
  const Json before = Json::parse(Lines(export_to("before")).at(0));
  for (const Json& part : before["payload"]["parts"]) {
    secrets.push_back(part["salt"]);
    const auto salt = ParseBase64(secrets.back());
    ASSERT_TRUE(salt);
    secrets.push_back(*salt);
    secrets.push_back(FormatHex(AsBytes(*salt)));
  }
  ASSERT_GT(secrets.size(), 5u);
  const std::string slots = ReadFile(log_.data_dir() + "/key-slots");
  std::vector<std::string> keys;
  for (size_t at = 32; at + 32 <= slots.size(); at += 32) {
    // The file is made longer than it need be.
    if (slots.substr(at, 32) == std::string(32, 0)) continue;
    keys.push_back(slots.substr(at, 32));
  }
  ASSERT_GT(keys.size(), 2u);
  const auto count = [&](const std::vector<std::string>& sought) {
    size_t found = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(
             std::string(folder_ / ""))) {
      if (!file.is_regular_file()) continue;
      const std::string text = ReadFile(file.path());
      for (const std::string& secret : sought) found += Contains(text, secret);
    }
    return found;
  };
  EXPECT_GT(count(secrets), 2u);  // the control: the old export has them
  EXPECT_EQ(count(keys), 0u);     // no client ever saw a key
  std::filesystem::remove(folder_ / "before");
  std::filesystem::remove(folder_ / "one.json");  // the platform's own source

  ASSERT_EQ(Erase({"--now"}).status, 0);
  EXPECT_TRUE(Contains(export_to("after"), "\"puid\""));
  EXPECT_EQ(count(secrets), 0u);
  const std::string left = ReadFile(log_.data_dir() + "/key-slots");
  for (const std::string& key : keys) EXPECT_FALSE(Contains(left, key));
}

}  // namespace
}  // namespace modlog::erase_e2e_test
