// If this fails, a notice would be left out of the log, or a withdrawal would
// stand there as a takedown.

#include "api/import/github/github_name.h"

#include <gtest/gtest.h>

namespace modlog::github_name_test {
namespace {

NoticeName Parse(std::string_view path) {
  Result<NoticeName> name = ParseNoticeName(path);
  EXPECT_TRUE(name.has_value()) << path;
  return name.value_or(NoticeName{});
}

NoticeType TypeOf(std::string_view path) { return Parse(path).type; }

constexpr uint32_t k20210512 = 18759;

TEST(GithubName, DateAndLabelOfAPlainNotice) {
  const NoticeName name = Parse("2021/05/2021-05-12-someone.md");
  EXPECT_EQ(name.type, NoticeType::kTakedown);
  EXPECT_EQ(name.label, "-someone");
  EXPECT_EQ(name.day, k20210512);
  EXPECT_EQ(name.sort_day, k20210512);
}

TEST(GithubName, EachTypeIsToldByItsEnding) {
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-a-counternotice.md"),
            NoticeType::kCounterNotice);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-a-Counternotice-2.md"),
            NoticeType::kCounterNotice);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-a-retraction.md"),
            NoticeType::kRetraction);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-a-reversal-12.md"),
            NoticeType::kReversal);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-a-counternotice-reversal.md"),
            NoticeType::kCounterReversal);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-a-counternotice-retraction.md"),
            NoticeType::kCounterRetraction);
  EXPECT_EQ(TypeOf("2018/01/2018-01-05-a-counter-retraction.md"),
            NoticeType::kCounterRetraction);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-retraction.md"),
            NoticeType::kRetraction);
}

TEST(GithubName, AFirmNamedLikeATypeIsNotOne) {
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-reversal-games.md"),
            NoticeType::kTakedown);
  EXPECT_EQ(TypeOf("2021/01/2021-01-05-retractionist.md"),
            NoticeType::kTakedown);
}

TEST(GithubName, NumberAndTypeAreNoPartOfTheLabel) {
  EXPECT_EQ(Parse("2021/01/2021-01-05-a-b-3.md").label, "-a-b");
  EXPECT_EQ(Parse("2021/01/2021-01-05-a-b-3-retraction-2.md").label, "-a-b");
  EXPECT_EQ(Parse("2021/01/2021-01-05-A-B.md").label, "-a-b");
}

TEST(GithubName, StrayBlanksDoNotLoseANotice) {
  EXPECT_EQ(Parse("2021/05/2021-05-12-someone-4. md").label, "-someone");
  EXPECT_EQ(Parse("2021/05/2021-05-12- someone.md").label, "-someone");
  EXPECT_EQ(Parse("2021/05/ 2021-05-12-someone .md").day, k20210512);
}

TEST(GithubName, NamesThatAreNotAsciiAreKept) {
  EXPECT_EQ(Parse("2021/05/2021-05-12-\u6c49\u738b.md").label, "-\u6c49\u738b");
}

TEST(GithubName, OlderAndDeeperFoldersCount) {
  EXPECT_EQ(Parse("2015/2015-05-12-someone.markdown").type,
            NoticeType::kTakedown);
  EXPECT_EQ(Parse("2021/05/2021-05-12-a-legal-action/2021-05-12-a.md").day,
            k20210512);
}

TEST(GithubName, ADateThatCannotBeIsNoDate) {
  for (const std::string_view path :
       {"2026/08/2027-08-13-a.md", "2021/05/2021-06-01-a.md",
        "2021/02/2021-02-30-a.md", "2021/05/2021-00-12-a.md",
        "2021/05/1970-01-01-a.md"}) {
    EXPECT_EQ(Parse(path).day, std::nullopt) << path;
  }
  // It is ordered as the last of its month.
  EXPECT_EQ(Parse("2021/05/2021-06-01-a.md").sort_day, k20210512 + 19);
  // A notice put into a later folder bears its own date.
  EXPECT_EQ(Parse("2021/06/2021-05-12-a.md").day, k20210512);
}

TEST(GithubName, ANoticeWithoutAnEndingIsOneByItsPlace) {
  EXPECT_EQ(Parse("2014/2014-08-04-Firm-7-Limited").label, "-firm-7-limited");
  EXPECT_EQ(Parse("2023/08/2023-08-11-example.com").label, "-example.com");
  EXPECT_EQ(Parse("2023/08/2023-08-11-a-retraction.txt").type,
            NoticeType::kRetraction);
  EXPECT_EQ(Parse("2023/08/2023-08-11-Chart.js").type, NoticeType::kTakedown);
}

TEST(GithubName, WhatIsNoNoticeByItsPlaceIsNotFoundToBeOne) {
  for (const std::string_view path :
       {"README.md", "2021/05/README.md", "2021/05/2021-05-12-a.pdf",
        "2021/05/2021-05-12-a.PNG", "data/2021/2021-DATA.csv", "LICENSE",
        "2021/2021-H1-SUMMARY.md", "data/2021/notes.md", ""}) {
    const Result<NoticeName> name = ParseNoticeName(path);
    ASSERT_FALSE(name.has_value()) << path;
    EXPECT_EQ(name.error().code, Code::kNotFound) << path;
    EXPECT_TRUE(name.error().message.starts_with("not a notice: ")) << path;
  }
}

TEST(GithubName, WhatNearlyIsOneIsRefusedWithTheRemedy) {
  for (const std::string_view path :
       {"2021/13/2021-05-12-a.md", "21/05/2021-05-12-a.md",
        "2021/05/20107-05-22-a.md", "2021/05/2021-05-12.md", "2021-05-12-a.md",
        "2021/05/2021-5-12-a.md", "2021/05/2021_05_12_a.md"}) {
    const Result<NoticeName> name = ParseNoticeName(path);
    ASSERT_FALSE(name.has_value()) << path;
    EXPECT_EQ(name.error().code, Code::kMalformed) << path;
    EXPECT_NE(name.error().message.find("2021-01-05-name.md"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace modlog::github_name_test
