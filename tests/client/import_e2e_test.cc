// If these fail, an import loses a record, logs one twice, or a person cannot
// tell from what it says which line to mend.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/client/running_log.h"

namespace modlog::import_e2e_test {
namespace {

class ImportTest : public testing::Test {
 protected:
  Outcome Import(Words words) const {
    words.insert(words.begin(), "import");
    words.insert(words.end(), {"--secret", folder_ / "secret"});
    return log_.Modlog(words);
  }
  uint64_t Size() const { return log_.Size(); }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(ImportTest, StrictStopsAtTheFirstFileThatIsRefused) {
  const std::string notices = folder_ / "dmca";
  WriteFile(notices + "/2021/01/2021-01-05-a.md", "https://github.com/a/b\n");
  WriteFile(notices + "/2021/01/2021-01-04-c.md", "");
  const Words words = {"github-dmca", notices, "--platform", "github"};
  Words strict = words;
  strict.push_back("--strict");
  const Outcome stopped = Import(strict);
  EXPECT_EQ(stopped.status, 1);
  EXPECT_TRUE(Contains(stopped.err, "2021-01-04-c.md: ")) << stopped.err;
  EXPECT_TRUE(Contains(stopped.err,
                       "import, stopped by --strict: 0 entries new, 0 known, "
                       "1 refused"))
      << stopped.err;
  EXPECT_EQ(Size(), 0U);

  const Outcome rest = Import(words);
  EXPECT_EQ(rest.status, 1);
  EXPECT_TRUE(Contains(rest.err, "2 files (1 takedown), 1 of them refused"))
      << rest.err;
  EXPECT_EQ(Size(), 2U);
}

// As github.com/github/dmca has them.
TEST_F(ImportTest, NoticesMisspeltOrWithoutAnEndingAreWhatTheirTextSays) {
  const std::string notices = folder_ / "dmca";
  const std::string counter =
      "**Are you the owner of the content that has been disabled, or "
      "authorized to act on the owner's behalf?**\n\nYes.\n\n**What files were "
      "taken down? Please provide URLs**\n\nhttps://github.com/a/copy\n";
  WriteFile(notices + "/2015/2015-02-14-CS-retractions.md",
            "We wish to withdraw our takedown notice for the following:\n\n"
            "https://github.com/a/copy\n");
  WriteFile(notices + "/2018/2018-05-04-MatchCounterNotice.md", counter);
  WriteFile(notices + "/2023/07/2023-07-20-labs.md",
            "**What files should be taken down?**\n\n"
            "https://github.com/a/copy\n");
  for (const char* name : {"/2023/08/2023-08-02-labs-counternnotice.md",
                           "/2023/08/2023-08-10-control-counternotice.md",
                           "/2024/03/2024-03-07-shop-counter-notice.md",
                           "/2026/02/2026-02-19-library-counter.md"}) {
    WriteFile(notices + name, counter);
  }
  WriteFile(notices + "/2014/2014-08-04-Example-7-Limited",
            "https://github.com/b/copy\n");
  WriteFile(notices + "/2023/08/2023-08-11-example.com",
            "https://github.com/c/copy\n");
  WriteFile(notices + "/README.md", "about\n");
  WriteFile(notices + "/data/2015/2015-SUMMARY-DATA.csv", "a,b\n");
  const Words words = {"github-dmca", notices,      "--platform",
                       "github",      "--warnings", "--verbose"};
  const Outcome imported = Import(words);
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_TRUE(Contains(imported.err,
                       "(3 ACTION, 5 APPEAL_FILED, 3 NOTICE_RECEIVED, "
                       "1 NOTICE_RETRACTED)"))
      << imported.err;
  EXPECT_TRUE(Contains(imported.err,
                       "labs-counternnotice.md: warning: its name is misspelt"))
      << imported.err;
  EXPECT_TRUE(Contains(imported.err, "README.md: passed over: not a notice"))
      << imported.err;
  EXPECT_TRUE(
      Contains(imported.err, "passed over: 2 files that are no notices"))
      << imported.err;
  const Outcome again = Import(words);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "0 entries new, 12 known, 0 refused"))
      << again.err;
}

TEST_F(ImportTest, ALostSecretIsNotMadeAnewBesideEntries) {
  const std::string file = folder_ / "events.jsonl";
  WriteFile(file,
            R"({"id":1,"createdAt":"2025-03-01T12:00:00Z","createdBy":"did:x",)"
            R"("event":{"$type":"tools.ozone.moderation.defs#)"
            R"(modEventTakedown"},"subject":{"did":"did:plc:alice"}})"
            "\n");
  const Words words = {"ozone", file, "--platform", "labeler.example"};
  ASSERT_EQ(Import(words).status, 0);
  std::filesystem::remove(folder_ / "secret");
  const Outcome refused = Import(words);
  EXPECT_EQ(refused.status, 2);
  EXPECT_TRUE(Contains(refused.err,
                       "labeler.example has entries in this log already (the "
                       "first is entry 0): restore the file"))
      << refused.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "secret"));
  EXPECT_EQ(Size(), 1U);
  // Another platform has none, and whoever insists gets a new one.
  Words other = words;
  other.back() = "other.example";
  EXPECT_EQ(Import(other).status, 0);
  std::filesystem::remove(folder_ / "secret");
  Words insisting = words;
  insisting.push_back("--new-secret");
  EXPECT_EQ(Import(insisting).status, 0);
  EXPECT_EQ(Size(), 3U);
}

TEST_F(ImportTest, OzonesEventsAreLoggedOnceAndWhatIsBadIsNamed) {
  const auto event = [](int id, const std::string& what) {
    return "{\"id\":" + std::to_string(id) +
           R"(,"createdAt":"2025-03-01T12:00:00Z","createdBy":"did:plc:m",)"
           R"("event":{"$type":"tools.ozone.moderation.defs#)" +
           what + R"("},"subject":{"did":"did:plc:alice"}})" + "\n";
  };
  const std::string file = folder_ / "events.jsonl";
  WriteFile(file, event(3, "modEventReverseTakedown") + "{\"id\":\n" +
                      event(2, "modEventTakedown") +
                      event(1, "modEventAcknowledge"));
  const Words words = {"ozone", file, "--platform", "labeler.example"};
  const Outcome first = Import(words);
  EXPECT_EQ(first.status, 1);
  EXPECT_TRUE(Contains(first.err, "events.jsonl:2: row 2: not JSON, cut off"))
      << first.err;
  EXPECT_TRUE(Contains(first.err, "left out: 1 modEventAcknowledge"))
      << first.err;
  EXPECT_TRUE(Contains(first.err, "2 entries new, 0 known, 1 refused"))
      << first.err;
  const Outcome second = Import(words);
  EXPECT_TRUE(Contains(second.err, "0 entries new, 2 known, 1 refused"))
      << second.err;
  EXPECT_EQ(Size(), 2U);
}

TEST_F(ImportTest, ListsOfDomainsAreLoggedOnceEachAndTheirDifferencesToo) {
  const std::string header = "#domain,#severity,#public_comment\n";
  const std::vector<std::string> lists = {
      header + "a.example,suspend,spam\nb.example,silence,\n",
      header + "b.example,suspend,\n",
      header + "a.example,suspend,spam\nb.example,suspend,\n"};
  std::vector<Words> runs;
  for (size_t i = 0; i < lists.size(); ++i) {
    const std::string file = folder_ / ("list" + std::to_string(i) + ".csv");
    WriteFile(file, lists[i]);
    Words words = {"mastodon", file, "--platform", "example.social"};
    if (i > 0) words.insert(words.end(), {"--previous", runs.back()[1]});
    runs.push_back(words);
  }
  for (const Words& words : runs) {
    const Outcome outcome = Import(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
  // Two blocks; one lifted, one changed; one that came back.
  EXPECT_EQ(Size(), 5U);
  for (const Words& words : runs) {
    const Outcome again = Import(words);
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_TRUE(Contains(again.err, "0 entries new")) << again.err;
  }
  WriteFile(folder_ / "bad.csv", header + "c.example,suspend,caf\xe9\n");
  const Outcome bad =
      Import({"mastodon", folder_ / "bad.csv", "--platform", "example.social"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_TRUE(Contains(bad.err,
                       "bad.csv:2: row 2, column public_comment: not UTF-8; "
                       "is the file Latin-1?"))
      << bad.err;
}

}  // namespace
}  // namespace modlog::import_e2e_test
