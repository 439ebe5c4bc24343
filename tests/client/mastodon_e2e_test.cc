// If these fail, a log says that a block was lifted because somebody's list
// could not be read, or a list of another tool does not get into the log, or an
// audit finds fault with what was imported.

#include <gtest/gtest.h>

#include "tests/client/running_log.h"

namespace modlog::mastodon_e2e_test {
namespace {

constexpr char kHeader[] =
    "#domain,#severity,#reject_media,#reject_reports,#public_comment,"
    "#obfuscate\n";

class MastodonLogTest : public testing::Test {
 protected:
  std::string List(const std::string& name, const std::string& text) {
    WriteFile(folder_ / name, text);
    return folder_ / name;
  }
  Outcome Import(Words words) const {
    words.insert(words.begin(), {"import", "mastodon"});
    words.insert(words.end(), {"--platform", "example.social", "--secret",
                               folder_ / "secret"});
    return log_.Modlog(words);
  }
  void ExpectAuditFindsNothing() const {
    const TemporaryFolder folder;
    const Outcome exported = log_.Modlog({"export-tiles", folder / "copy"});
    ASSERT_EQ(exported.status, 0) << exported.err;
    const Outcome audit = RunProgram(
        "modlog-verify",
        {"audit", folder / "copy", "--policy", log_.policy(), "--first-use"});
    EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(MastodonLogTest, ARefusedRowAndACutOffFileLiftNothing) {
  const std::string rest =
      "hate.example,suspend,true,false,hate speech,false\n";
  const std::string end = "quiet.example,silence,false,false,,false\n";
  const std::string june =
      List("june.csv",
           kHeader + ("spam.example,suspend,true,true,spam,false\n" + rest) +
               "xn--bcher-kva.example,suspend,true,true,bots,false\n"
               "latin.example,suspend,true,true,spam wave,false\n" +
               end);
  const std::string july =
      List("july.csv",
           kHeader + ("spam.example,suspend,1,1,spam,0\n" + rest) +
               "b\xc3\xbc"
               "cher.example,suspend,true,true,bots,false\n"
               "latin.example,suspend,true,true,spam wave caf\xe9,false\n" +
               end);
  const std::string cut = List("cut.csv", kHeader);
  ASSERT_EQ(Import({june}).status, 0);
  const uint64_t size = log_.Size();
  const Outcome refused = Import({july, "--previous", june});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(Contains(refused.err,
                       "july.csv:5: row 5, column public_comment: not UTF-8; "
                       "is the file Latin-1?"))
      << refused.err;
  const Outcome question = Import({cut, "--previous", june});
  EXPECT_EQ(question.status, 1);
  EXPECT_TRUE(Contains(question.err, "--allow-vanished 5")) << question.err;
  EXPECT_EQ(log_.Size(), size);
  EXPECT_EQ(Import({june, "--previous", july}).status, 0)
      << "what was refused in July is no record of this list";
  EXPECT_EQ(log_.Size(), size);
  EXPECT_EQ(Import({cut, "--previous", june, "--allow-vanished", "5"}).status,
            0);
  EXPECT_EQ(log_.Size(), size + 5);
  ExpectAuditFindsNothing();
}

TEST_F(MastodonLogTest, FlappingIsLoggedEachTimeAndASecondRunAddsNothing) {
  const std::string stay = "stay.example,suspend,true,true,spam,false\n";
  const std::string a =
      List("a.csv",
           kHeader + ("flap.example,suspend,true,true,spam,false\n" + stay));
  const std::string b = List("b.csv", kHeader + stay);
  const std::vector<Words> runs = {
      {a}, {b, "--previous", a}, {a, "--previous", b}, {b, "--previous", a}};
  for (const Words& run : runs) EXPECT_EQ(Import(run).status, 0);
  EXPECT_EQ(log_.Size(), 5U) << "two blocks, lifted, blocked, lifted";
  for (const Words& run : runs) {
    const Outcome again = Import(run);
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_TRUE(Contains(again.err, "0 entries new")) << again.err;
  }
  EXPECT_EQ(log_.Size(), 5U);
  ExpectAuditFindsNothing();
}

TEST_F(MastodonLogTest, ListsOfOtherToolsAreReadAndLoggedOnce) {
  const std::string repeated =
      List("repeated.csv",
           "domain,severity,public_comment\none.example,suspend,spam\n"
           "domain,severity,public_comment\ntwo.example,silence,bots");
  const std::string plain = List("plain.txt",
                                 "# ours\none.example # spam\nb\xc3\xbc"
                                 "cher.example\n");
  const std::string table =
      List("table.csv", "\xef\xbb\xbfthree.example,suspend,t,no,,0\n");
  const std::string api = List(
      "api.json",
      R"([{"domain":"fo**.example","digest":")" + std::string(64, 'a') +
          R"(","severity":"suspend","comment":"spam"},)"
          R"({"domain":"fo**.example","digest":")" +
          std::string(64, 'b') + R"(","severity":"silence","comment":null}])");
  for (const std::string& list : {repeated, plain, table, api}) {
    const Outcome outcome = Import({list, "--verbose"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    if (list == repeated) {
      EXPECT_TRUE(Contains(outcome.err,
                           "repeated.csv:3: passed over: row 3: the header "
                           "once more"))
          << outcome.err;
    }
  }
  EXPECT_EQ(log_.Size(), 6U);
  for (const std::string& list : {repeated, plain, table, api}) {
    EXPECT_TRUE(Contains(Import({list}).err, "0 entries new"));
  }
  ExpectAuditFindsNothing();
}

TEST_F(MastodonLogTest, WhatWasPublishedAnewIsComparedAndLoggedOnce) {
  const std::string a =
      List("a.csv",
           "domain,severity,public_comment\n"
           "words.example,suspend,\"spam, x\"\ngone.example,noop,\n");
  const std::string b = List("b.csv",
                             "domain,severity,public_comment\n"
                             "words.example,suspend,\"spam, y\"\n");
  ASSERT_EQ(Import({a}).status, 0);
  const Words compare = {"compare",        "mastodon", b,
                         "--previous",     a,          "--platform",
                         "example.social", "--secret", folder_ / "secret"};
  const Outcome found = log_.Modlog(compare);
  EXPECT_EQ(found.status, 1);
  EXPECT_TRUE(Contains(found.out,
                       "edited words.example  row 2, "
                       "public_comment, logged before\n"))
      << found.out;
  EXPECT_TRUE(Contains(found.out, "vanished gone.example")) << found.out;
  Words log = compare;
  log.push_back("--log");
  for (int i = 0; i < 2; ++i) {
    const Outcome logged = log_.Modlog(log);
    EXPECT_EQ(logged.status, 0) << logged.err;
    EXPECT_EQ(log_.Size(), 4U);
  }
  Words json = compare;
  json.push_back("--json");
  const Json printed = Json::parse(log_.Modlog(json).out);
  EXPECT_TRUE(printed["edited"][0]["recorded"]);
  EXPECT_TRUE(printed["vanished"][0]["recorded"]);
  ExpectAuditFindsNothing();
}

}  // namespace
}  // namespace modlog::mastodon_e2e_test
