// If these fail, a name in an entry cannot be taken out, or somebody without
// the right takes an entry out, or nobody can tell a redaction from a loss.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/client/running_log.h"
#include "verifier/core/bundle.h"
#include "verifier/core/redaction_list.h"

namespace modlog::redact_e2e_test {
namespace {

std::string ActionLine(const std::string& puid) {
  return R"({"platform":"example","action":{"puid":")" + puid +
         R"(","kind":"KIND_ACTION","taxonomy":202507,"visibility":["VISIBILITY_CONTENT_REMOVED"],)"
         R"("ground":"GROUND_INCOMPATIBLE_CONTENT","category":"CATEGORY_VIOLENCE",)"
         R"("application_date":20000,"subject_kind":"SUBJECT_KIND_ITEM"}})"
         "\n";
}

class RedactTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string lines;
    for (const char* puid : {"first", "jane-doe", "third"}) {
      lines += ActionLine(puid);
    }
    Append(lines);
  }
  void Append(const std::string& lines, int status = 0) {
    WriteFile(folder_ / "lines", lines);
    const Outcome appended =
        log_.Modlog({"append", "--platform", "example", folder_ / "lines"});
    ASSERT_EQ(appended.status, status) << appended.err;
  }
  Outcome Redact(const Words& more = {"--yes"}, bool as_operator = true) {
    Words words = {"redact", "--index", "1", "--basis", "person"};
    if (as_operator) {
      words.insert(words.begin(), {"--token-file", log_.operator_token()});
    }
    words.insert(words.end(), more.begin(), more.end());
    return log_.Modlog(words);
  }
  Outcome Export() { return log_.Modlog({"export-tiles", folder_ / "copy"}); }
  Outcome Audit() {
    return RunProgram("modlog-verify", {"audit", folder_ / "copy", "--policy",
                                        log_.policy(), "--first-use"});
  }
  std::string Bundle(uint64_t width) {
    return folder_ / ("copy/tile/entries/000.p/" + std::to_string(width));
  }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(RedactTest, WhatIsRedactedIsGoneAndSaidAndEveryProofHolds) {
  ASSERT_EQ(
      log_.Modlog({"receipt", "--index", "1", "--out", folder_ / "old"}).status,
      0);
  const Outcome redacted = Redact({"--yes", "--field", "puid"});
  ASSERT_EQ(redacted.status, 0) << redacted.err;
  EXPECT_EQ(redacted.out, "entry 1 redacted by entry 3\n");
  const Json entry = Json::parse(log_.Modlog({"get", "3", "--json"}).out);
  EXPECT_EQ(entry["action"]["kind"], "KIND_LEAF_REDACTED");

  for (const Words& words :
       {Words{"get", "1"}, Words{"get", "1", "--json"},
        Words{"receipt", "--index", "1", "--out", folder_ / "new"}}) {
    const Outcome refused = log_.Modlog(words);
    EXPECT_EQ(refused.status, 1) << words[0];
    EXPECT_TRUE(Contains(refused.err, "entry 1 was redacted by entry 3"))
        << refused.err;
  }
  for (const Words& words :
       {Words{"show", "1"}, Words{"search"},
        Words{"search", "--platform", "example", "--puid", "jane-doe"},
        Words{"search", "--kind", "ACTION"}}) {
    const Outcome shown = log_.Modlog(words);
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_TRUE(Contains(shown.out, "by entry 3")) << shown.out;
    EXPECT_FALSE(Contains(shown.out, "jane-doe")) << shown.out;
  }
  const Json shown = Json::parse(log_.Modlog({"show", "1", "--json"}).out);
  EXPECT_EQ(shown["redacted_by"], 3);
  EXPECT_EQ(shown["state"], "STATE_UNKNOWN");
  EXPECT_EQ(shown["events"][0]["kind"], "KIND_LEAF_REDACTED");

  const Outcome lines = log_.Modlog({"export", "--format", "jsonl"});
  EXPECT_EQ(lines.status, 0) << lines.err;
  EXPECT_TRUE(Contains(lines.err, "a redacted entry")) << lines.err;
  EXPECT_FALSE(Contains(lines.out, "jane-doe"));

  const Outcome receipt = RunProgram(
      "modlog-verify", {"receipt", "--entry", folder_ / "old.entry", "--proof",
                        folder_ / "old.tlog-proof", "--policy", log_.policy()});
  EXPECT_EQ(receipt.status, 0) << receipt.out << receipt.err;
  // Its puid is taken: the same again is known, and other bytes a conflict.
  Append(ActionLine("jane-doe"));
  EXPECT_EQ(log_.Size(), 4u);
}

TEST_F(RedactTest, AnAuditIsTrueAndNamesItAndWithoutItsEntryFalse) {
  ASSERT_EQ(Export().status, 0);  // before, with the bytes
  ASSERT_EQ(Audit().status, 0);
  ASSERT_EQ(Redact().status, 0);
  const Outcome exported = Export();
  ASSERT_EQ(exported.status, 0) << exported.err;
  const Outcome audit = Audit();
  EXPECT_EQ(audit.status, 0) << audit.out;
  EXPECT_TRUE(Contains(audit.out, "entry 1               by entry 3"))
      << audit.out;
  // No file of the copy has the bytes, the partial bundle of before included.
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(folder_ / "copy")) {
    if (!file.is_regular_file()) continue;
    EXPECT_FALSE(Contains(ReadFile(file.path()), "jane-doe")) << file.path();
  }
  ASSERT_TRUE(std::filesystem::exists(Bundle(3)));
  const auto list = ParseRedactionList(ReadFile(folder_ / "copy/redactions"));
  ASSERT_TRUE(list && list->size() == 1);
  EXPECT_EQ((*list)[0].entry, 1u);
  EXPECT_EQ((*list)[0].redaction, 3u);
  // The third entry has no such excuse.
  const std::string bundle = ReadFile(Bundle(4));
  const auto entries = ParseBundle(AsBytes(bundle), 4);
  ASSERT_TRUE(entries);
  std::string without;
  for (size_t i = 0; i < 4; ++i) {
    AppendToBundle(i == 2 ? Bytes() : (*entries)[i], &without);
  }
  WriteFile(Bundle(4), without);
  const Outcome missing = Audit();
  EXPECT_EQ(missing.status, 1);
  EXPECT_TRUE(Contains(missing.out, "entry 2")) << missing.out;
}

TEST_F(RedactTest, WhoHasNoRightToItRedactsNothingAndLeavesNoEntry) {
  ASSERT_EQ(log_.Modlog({"--token-file", log_.operator_token(), "platform",
                         "add", "example", "--token-out", folder_ / "token"})
                .status,
            0);
  const Outcome nobody = Redact({"--yes"}, false);
  const Outcome platform =
      Redact({"--yes", "--token-file", folder_ / "token"}, false);
  for (const Outcome& refused : {nobody, platform}) {
    EXPECT_EQ(refused.status, 2) << refused.err;
    EXPECT_TRUE(Contains(refused.err, "only the operator")) << refused.err;
  }
  EXPECT_EQ(log_.Size(), 3u);
  EXPECT_EQ(log_.Modlog({"get", "1"}).status, 0);
}

TEST_F(RedactTest, NothingGoesWithoutAYesOrTwice) {
  const Outcome asked = Redact({});
  EXPECT_EQ(asked.status, 2);
  EXPECT_TRUE(Contains(asked.err, "say --yes")) << asked.err;
  EXPECT_EQ(log_.Size(), 3u);
  ASSERT_EQ(Redact().status, 0);
  const Outcome again = Redact();
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.out, "entry 1 redacted by entry 3\n");
  EXPECT_EQ(log_.Size(), 4u);
}

}  // namespace
}  // namespace modlog::redact_e2e_test
