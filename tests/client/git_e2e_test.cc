// If these fail, a notice that its publisher edited or dropped afterwards looks
// as if it had always been so, or one that was only moved counts twice.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/client/running_log.h"

namespace modlog::git_e2e_test {
namespace {

constexpr char kUmlaut[] = "2021/01/2021-01-09-m\xc3\xbcller.md";

std::string Notice(const std::string& about) {
  return "Remove https://github.com/some/" + about + "\n";
}

// A repository of notices, made commit by commit.
class GitTest : public testing::Test {
 protected:
  void SetUp() override {
    Git({"init", "-q", "-b", "main"}, ".");
    Git({"config", "core.quotepath", "true"});
  }

  void Git(Words words, const std::string& where = "") {
    words.insert(
        words.begin(),
        {"-C", where.empty() ? repository_ : folder_ / "", "-c", "user.name=t",
         "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"});
    if (!where.empty()) words.push_back("repository");
    const Outcome outcome = RunProgram("/usr/bin/git", words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }
  void Write(const std::string& path, const std::string& text) {
    WriteFile(repository_ + "/" + path, text);
  }
  void Commit() {
    Git({"add", "-A"});
    Git({"commit", "-q", "-m", "notices"});
  }
  Outcome Run(Words words) const {
    words.insert(words.end(),
                 {"--platform", "github", "--secret", folder_ / "secret"});
    return log_.Modlog(words);
  }
  Outcome Import() const { return Run({"import", "git-history", repository_}); }
  Json Compare() const {
    const Outcome compared = Run({"compare", "git", repository_, "--json"});
    return Json::parse(compared.out);
  }
  static Words Paths(const Json& list) {
    Words paths;
    for (const Json& item : list) paths.push_back(item["path"]);
    std::ranges::sort(paths);
    return paths;
  }

  // Two notices at the root, then moved to their year's folder by a copy in one
  // commit and a deletion in the next, as GitHub did.
  void MakeHistory() {
    Write("README.md", "notices\n");
    Write("2013-01-05-a.md", Notice("a"));
    Write("2013-01-06-b.md", Notice("b"));
    Commit();
    Write("2013/2013-01-05-a.md", Notice("a"));
    Write("2013/2013-01-06-b.md", Notice("b"));
    Commit();
    Git({"rm", "-q", "2013-01-05-a.md", "2013-01-06-b.md"});
    Commit();
    Write("2021/01/2021-01-07-edited.md", Notice("edited"));
    Write("2021/01/2021-01-08-gone.md", Notice("gone"));
    Write("2021/01/2021-01-08-back.md", Notice("back"));
    Write(kUmlaut, Notice("umlaut"));
    Commit();
    Write("2021/01/2021-01-07-edited.md", Notice("another"));
    Write(kUmlaut, Notice("umlaut2"));
    Commit();
    Git({"rm", "-q", "2021/01/2021-01-08-gone.md",
         "2021/01/2021-01-08-back.md"});
    Commit();
    Write("2021/01/2021-01-08-back.md", Notice("back, reworded"));
    Commit();
  }

  TemporaryFolder folder_;
  const std::string repository_ = folder_ / "repository";
  RunningLog log_;
};

TEST_F(GitTest, EveryEditAndEveryVanishedTextIsLoggedAndShown) {
  MakeHistory();
  const Outcome imported = Import();
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_TRUE(
      Contains(imported.err, "(3 edited, 2 moved, 2 removed, 6 takedown)"))
      << imported.err;
  // Six notices of two entries each, and seven changes.
  EXPECT_TRUE(Contains(imported.err, "19 entries new, 0 known, 0 refused"))
      << imported.err;

  const Json compared = Compare();
  EXPECT_EQ(Paths(compared["edited"]),
            (Words{"2021/01/2021-01-07-edited.md", kUmlaut}));
  EXPECT_EQ(Paths(compared["vanished"]), (Words{"2021/01/2021-01-08-back.md",
                                                "2021/01/2021-01-08-gone.md"}));
  EXPECT_EQ(compared["added"], 6);
  EXPECT_EQ(compared["moved"], 2);
  EXPECT_EQ(compared["not_logged"], 0);
  for (const char* list : {"edited", "vanished"}) {
    for (const Json& item : compared[list]) {
      EXPECT_EQ(item["commit"].get<std::string>().size(), 40U);
      EXPECT_TRUE(item["logged"]);
      EXPECT_TRUE(item["recorded"]);
    }
  }
}

TEST_F(GitTest, AHistoryImportedAgainAddsNothing) {
  MakeHistory();
  Import();
  const uint64_t size = log_.Size();
  const Outcome again = Import();
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "0 entries new, 19 known, 0 refused"))
      << again.err;
  EXPECT_EQ(log_.Size(), size);
}

TEST_F(GitTest, ATextThatMovesAfterItsImportStaysOneNotice) {
  Write("2013-01-05-a.md", Notice("a"));
  Commit();
  Import();
  EXPECT_EQ(log_.Size(), 2U);
  Git({"mv", "2013-01-05-a.md", "2013-01-05-renamed.md"});
  Commit();
  const Outcome again = Import();
  EXPECT_TRUE(Contains(again.err, "1 entries new, 2 known, 0 refused"))
      << again.err;
}

TEST_F(GitTest, FilesAtHeadAndHistoryNameANoticeAlike) {
  MakeHistory();
  Import();
  const Outcome files = Run({"import", "github-dmca", repository_});
  // Those with other words than at first, three of two entries, are new.
  EXPECT_TRUE(Contains(files.err, "6 entries new, 4 known, ")) << files.err;
}

TEST_F(GitTest, WhatWasEditedAfterAnImportOfTheFilesIsShown) {
  Write("2021/01/2021-01-07-a.md", Notice("a"));
  Commit();
  Run({"import", "github-dmca", repository_});
  const Outcome same = Run({"compare", "git", repository_});
  EXPECT_EQ(same.status, 0) << same.err;
  Write("2021/01/2021-01-07-a.md", Notice("b"));
  Write("2021/01/2021-01-08-new.md", Notice("c"));
  Commit();
  const Json compared = Compare();
  ASSERT_EQ(compared["edited"].size(), 1U);
  EXPECT_TRUE(compared["edited"][0]["logged"]);
  EXPECT_FALSE(compared["edited"][0]["recorded"]);
  EXPECT_FALSE(compared["edited"][0]["newer_logged"]);
  EXPECT_EQ(compared["not_logged"], 2);
  const Outcome text = Run({"compare", "git", repository_});
  EXPECT_EQ(text.status, 1);
  EXPECT_TRUE(Contains(text.out, "2021-01-07-a.md  logged before\n"))
      << text.out;
}

TEST_F(GitTest, WhatAMergeAloneChangedIsNotMissed) {
  const std::string path = "2021/01/2021-01-07-a.md";
  Write(path, Notice("a"));
  Commit();
  Git({"checkout", "-q", "-b", "side"});
  Write(path, Notice("side"));
  Commit();
  Git({"checkout", "-q", "main"});
  Write(path, Notice("main"));
  Commit();
  Git({"merge", "-q", "-s", "ours", "--no-commit", "side"});
  Write(path, Notice("merged by hand"));
  Commit();
  EXPECT_EQ(Import().status, 0);
  EXPECT_EQ(Compare()["edited"].size(), 3U);
}

TEST_F(GitTest, APathLimitsTheHistory) {
  MakeHistory();
  const Outcome imported =
      Run({"import", "git-history", repository_, "--path", "2013"});
  EXPECT_TRUE(Contains(imported.err, "4 entries new")) << imported.err;
}

TEST_F(GitTest, AHistoryIsReadWithoutReplacementsAndTheyAreNamed) {
  const std::string path = "2021/01/2021-01-07-a.md";
  Write(path, Notice("a"));
  Commit();
  EXPECT_EQ(Import().status, 0);
  WriteFile(folder_ / "other", Notice("other"));
  Git({"tag", "right", "HEAD:" + path});
  Git({"hash-object", "-w", folder_ / "other"});
  const Outcome id = RunProgram(
      "/usr/bin/git", {"-C", repository_, "hash-object", folder_ / "other"});
  Git({"replace", "right", Lines(id.out)[0]});
  const Outcome again = Import();
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "0 entries new, 2 known, 0 refused"))
      << again.err;
  EXPECT_TRUE(Contains(again.err, "note: the repository replaces "))
      << again.err;
  EXPECT_EQ(Compare()["replaced"].size(), 1U);
  // Nor do parents that are not the commit's.
  Write("2021/01/2021-01-08-b.md", Notice("b"));
  Commit();
  const Outcome head =
      RunProgram("/usr/bin/git", {"-C", repository_, "rev-parse", "HEAD"});
  WriteFile(repository_ + "/.git/info/grafts", head.out);
  const Outcome grafted = Import();
  EXPECT_TRUE(Contains(grafted.err, "2 entries new, 2 known")) << grafted.err;
  EXPECT_TRUE(Contains(grafted.err, "note: the repository has grafts"))
      << grafted.err;
}

TEST_F(GitTest, EachStepOfAHistoryIsAnEntryAlsoWhereTheWordsComeBack) {
  const std::string path = "2021/01/2021-01-07-a.md";
  for (const char* words : {"a", "b", "a", "b"}) {
    Write(path, Notice(words));
    Commit();
  }
  for (int i = 0; i < 2; ++i) {
    Git({"rm", "-q", path});
    Commit();
    if (i == 0) Write(path, Notice("b"));
    if (i == 0) Commit();
  }
  const Outcome imported = Import();
  EXPECT_TRUE(
      Contains(imported.err, "(3 edited, 2 removed, 1 restored, 1 takedown)"))
      << imported.err;
  EXPECT_TRUE(Contains(imported.err, "8 entries new, 0 known, 0 refused"))
      << imported.err;
  EXPECT_TRUE(Contains(Import().err, "0 entries new, 8 known, 0 refused"));
}

TEST_F(GitTest, AHistoryThatWasRewrittenAddsNothing) {
  MakeHistory();
  EXPECT_EQ(Import().status, 0);
  // Other commits: another committer, another day.
  Git({"filter-branch", "-f", "--env-filter",
       "export GIT_COMMITTER_NAME=other "
       "GIT_COMMITTER_DATE='2022-01-01T00:00:00Z'"});
  const Outcome again = Import();
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "0 entries new, 19 known, 0 refused"))
      << again.err;
  const Json compared = Compare();
  for (const Json& item : compared["edited"]) EXPECT_TRUE(item["recorded"]);
}

TEST_F(GitTest, WhatWasEditedOrVanishedIsLoggedByCompareAsTheImportWould) {
  Write("2021/01/2021-01-07-a.md", Notice("a"));
  Write("2021/01/2021-01-08-gone.md", Notice("gone"));
  Commit();
  Run({"import", "github-dmca", repository_});
  EXPECT_EQ(log_.Size(), 4U);
  Write("2021/01/2021-01-07-a.md", Notice("b"));
  Git({"rm", "-q", "2021/01/2021-01-08-gone.md"});
  Commit();
  const Outcome compared =
      Run({"compare", "git", repository_, "--log", "--json"});
  EXPECT_EQ(compared.status, 1) << compared.err;
  const Json differences = Json::parse(compared.out);
  ASSERT_EQ(differences["edited"].size(), 1U);
  EXPECT_TRUE(differences["edited"][0]["appended"]);
  ASSERT_EQ(differences["vanished"].size(), 1U);
  EXPECT_TRUE(differences["vanished"][0]["appended"]);
  EXPECT_EQ(log_.Size(), 6U);
  EXPECT_TRUE(Compare()["edited"][0]["recorded"]);
  Run({"compare", "git", repository_, "--log"});
  const Outcome imported = Import();
  EXPECT_TRUE(Contains(imported.err, "0 entries new, 6 known, 0 refused"))
      << imported.err;
}

TEST_F(GitTest, WhatIsNoRepositoryOrHasNoNoticeIsSaidInOneLine) {
  WriteFile(folder_ / "empty/x", "");
  const Outcome none = Run({"import", "git-history", folder_ / "empty"});
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(Contains(none.err, "cannot read the repository ")) << none.err;
  Write("README.md", "x\n");
  Commit();
  const Outcome bare = Import();
  EXPECT_EQ(bare.status, 2);
  EXPECT_TRUE(Contains(bare.err, "no notices in the history of ")) << bare.err;
  WriteFile(folder_ / "x", "");
  const Outcome secret =
      log_.Modlog({"compare", "git", repository_, "--platform", "github",
                   "--secret", folder_ / "nowhere"});
  EXPECT_EQ(secret.status, 2);
  EXPECT_TRUE(Contains(secret.err, "no secret at ")) << secret.err;
}

}  // namespace
}  // namespace modlog::git_e2e_test
