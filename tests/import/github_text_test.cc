// If this fails, the log would say that more, or fewer, or other things were
// taken down than the published notice names.

#include "api/import/github/github_text.h"

#include <gtest/gtest.h>

namespace modlog::github_text_test {
namespace {

TargetSet TargetsIn(std::string_view text) {
  return ParseNoticeText(text).targets;
}

TEST(GithubTargets, OneRepositoryHoweverItIsWritten) {
  const TargetSet one = {"github:owner/repo.js"};
  for (const std::string_view address :
       {"https://github.com/owner/repo.js",
        "http://www.github.com/owner/repo.js",
        "https://github.com/Owner/Repo.js/blob/master/a.txt",
        "github.com/owner/repo.js.git", "(https://github.com/owner/repo.js)",
        "See https://github.com/owner/repo.js.",
        "<https://github.com/owner/repo.js>",
        "https://github.com/owner/repo.js#readme",
        "https://raw.githubusercontent.com/owner/repo.js/master/a",
        "https://codeload.github.com/owner/repo.js/zip/master"}) {
    EXPECT_EQ(TargetsIn(address), one) << address;
  }
}

TEST(GithubTargets, OtherPagesAreNoTargets) {
  for (const std::string_view address :
       {"https://github.com/owner", "https://github.com/owner/",
        "https://github.com/github/dmca/blob/master/2021/01/2021-01-05-a.md",
        "https://docs.github.com/articles/guide",
        "https://help.github.com/articles/guide",
        "https://github.com/orgs/some/people",
        "https://avatars.githubusercontent.com/u/1?v=4",
        "https://notgithub.com/owner/repo", "https://github.community/a/b",
        "https://gist.github.com/owner", "https://www.npmjs.com/policies/dmca",
        "https://example.org/github/owner/repo", "someone@github.com"}) {
    EXPECT_EQ(TargetsIn(address), TargetSet()) << address;
  }
}

TEST(GithubTargets, AGistIsItsNumberWithOrWithoutItsOwner) {
  const TargetSet one = {"gist:de4ea917601b4bd383e2d42e05bf2186"};
  EXPECT_EQ(TargetsIn("https://gist.github.com/Some-One/"
                      "de4ea917601b4bd383e2d42e05bf2186/raw"),
            one);
  EXPECT_EQ(
      TargetsIn("https://gist.github.com/DE4EA917601b4bd383e2d42e05bf2186"),
      one);
}

TEST(GithubTargets, PackagesAndSites) {
  EXPECT_EQ(TargetsIn("https://www.npmjs.com/package/@scope/name/v/1.0.0"),
            TargetSet({"npm:@scope/name"}));
  EXPECT_EQ(TargetsIn("npmjs.com/package/name."), TargetSet({"npm:name"}));
  EXPECT_EQ(TargetsIn("https://Owner.github.io/a and owner.github.io/b"),
            TargetSet({"pages:owner.github.io"}));
}

TEST(GithubTargets, ASiteIsNotCountedBesideItsOwnRepository) {
  EXPECT_EQ(TargetsIn("https://owner.github.io/repo from "
                      "https://github.com/owner/repo"),
            TargetSet({"github:owner/repo"}));
  EXPECT_EQ(TargetsIn("https://owner.github.io/repo and "
                      "https://github.com/owner2/repo")
                .size(),
            2U);
}

constexpr std::string_view kForm = R"(
**Please provide a detailed description of the original copyrighted work that has allegedly been infringed.**

Mine: https://github.com/claimant/original

**What files should be taken down? Please provide URLs for each file.**

https://github.com/first/copy/blob/main/a.txt
https://github.com/first/copy/blob/main/b.txt
[invalid]
https://github.com/second/copy

**Have you searched for any forks of the allegedly infringing files?**

https://github.com/third/copy
[invalid]

**Is the work licensed under an open source license?**

See https://github.com/claimant/original/blob/main/LICENSE [invalid]
)";

TEST(GithubText, AFormsTargetsAreWhatItAsksToTakeDown) {
  const NoticeText text = ParseNoticeText(kForm);
  EXPECT_EQ(text.targets, TargetSet({"github:first/copy", "github:second/copy",
                                     "github:third/copy"}));
  EXPECT_EQ(text.skipped, 2U);
}

TEST(GithubText, ATargetGivenInTheWrongFieldIsFound) {
  EXPECT_EQ(TargetsIn("**Please provide a detailed description of the original "
                      "copyrighted work**\nCopied to github.com/a/b\n"
                      "**What files should be taken down?**\n"
                      "Entire repository\n"),
            TargetSet({"github:a/b"}));
}

TEST(GithubText, QuestionsOfTheNewerFormAreKnown) {
  EXPECT_EQ(
      TargetsIn("**If the original work referenced above is available online, "
                "please provide a URL.**\nhttps://github.com/claimant/own\n"
                "**Identify the full repository URL that is infringing:**\n"
                "https://github.com/a/b\n"
                "**Do you claim to have any technological measures in place "
                "to control access to your copyrighted content?**\nNo, see "
                "https://github.com/claimant/drm\n"),
      TargetSet({"github:a/b"}));
}

TEST(GithubText, AllThatALetterNamesIsATarget) {
  EXPECT_EQ(TargetsIn("Dear Sir,\nremove https://github.com/a/b and\n"
                      "https://github.com/c/d.\n"),
            TargetSet({"github:a/b", "github:c/d"}));
}

uint64_t NetworkIn(std::string_view text) {
  return ParseNoticeText(text).network;
}
std::string Note(std::string_view reason, std::string_view size) {
  return "Note: Because the reported network " + std::string(reason) +
         ", GitHub processed the takedown notice against the entire network "
         "of " +
         std::string(size) + " repositories, inclusive of the parent.\n";
}
constexpr std::string_view kLarge = "was larger than one hundred (100)";
constexpr std::string_view kGrowing = "was actively being forked";

TEST(GithubText, ANetworkTakenWholeIsCountedAsGithubCountsIt) {
  EXPECT_EQ(NetworkIn(Note(kLarge, "1,461")), 1461U);
  EXPECT_EQ(NetworkIn(Note(kGrowing, "5") + Note(kGrowing, "3") +
                      Note(kLarge, "197") + Note(kGrowing, "5")),
            210U);
  EXPECT_EQ(NetworkIn("against the entire network of 12repositories"), 12U);
}

TEST(GithubText, OneNetworkWithTwoReasonsIsCountedOnce) {
  EXPECT_EQ(NetworkIn(Note(kLarge, "897") + Note(kGrowing, "897")), 897U);
}

TEST(GithubText, ANumberThatIsNoneIsNotANetwork) {
  EXPECT_EQ(NetworkIn(Note(kLarge, "many")), 0U);
  EXPECT_EQ(NetworkIn(Note(kLarge, "99999999999999999999")), 0U);
  EXPECT_EQ(NetworkIn("I ask you to act against the entire network of forks"),
            0U);
}

constexpr std::string_view kMeasures =
    "**Do you claim to have any technological measures in place to control "
    "access to your copyrighted content? See Anti-Circumvention.**\n\n";
constexpr std::string_view kRejected =
    "While GitHub did not find sufficient information to determine a valid "
    "anti-circumvention claim, it has others.\n---\n";

TEST(GithubText, CircumventionIsWhatTheClaimantSays) {
  const std::string form(kMeasures);
  EXPECT_TRUE(ParseNoticeText(form + "Yes\n").claims_circumvention);
  EXPECT_TRUE(ParseNoticeText(form + "**Yes**\n").claims_circumvention);
  EXPECT_FALSE(ParseNoticeText(form + "No\n").claims_circumvention);
  EXPECT_FALSE(
      ParseNoticeText(form + "No, nothing\nYes\n").claims_circumvention);
  EXPECT_FALSE(ParseNoticeText(form).claims_circumvention);
  EXPECT_TRUE(ParseNoticeText("It circumvents our lock").claims_circumvention);
}

TEST(GithubText, CircumventionActedOnIsWhatGithubSays) {
  const std::string yes = std::string(kMeasures) + "Yes\n";
  EXPECT_TRUE(ParseNoticeText(yes).acted_on_circumvention);
  const NoticeText rejected = ParseNoticeText(std::string(kRejected) + yes);
  EXPECT_TRUE(rejected.claims_circumvention);
  EXPECT_FALSE(rejected.acted_on_circumvention);
  const NoticeText keys = ParseNoticeText(
      "One or more repositories in this notice has been processed in "
      "accordance with GitHub's prohibition on sharing unauthorized product "
      "licensing keys\n" +
      std::string(kMeasures) + "No\n");
  EXPECT_FALSE(keys.claims_circumvention);
  EXPECT_TRUE(keys.acted_on_circumvention);
}

TEST(GithubText, LinksToNoticesInEveryFormThatWasSeen) {
  EXPECT_EQ(
      ParseNoticeText(
          "at https://github.com/github/dmca/blob/master/2021/03/"
          "2021-03-26-Some-One.md\n"
          "[this](https://github.com/github/dmca/blob/master/2020/12/"
          "2020-12-21-a.md), again <https://github.com/github/dmca/tree/main/"
          "2020/12/2020-12-21-a.md>.\n"
          "dmca/2025/07/2025-07-08-b.md at master \xc2\xb7 github/dmca\n"
          "https://github.com/github/dmca/blob/master/2021/05/"
          "2021-05-12-c-4.%20md 2021/05/2021-05-12-bare.md")
          .links,
      std::vector<std::string>({"2021/03/2021-03-26-Some-One.md",
                                "2020/12/2020-12-21-a.md",
                                "2025/07/2025-07-08-b.md"}));
}

TEST(GithubText, HostileTextIsReadInOneGo) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "github.com";
  EXPECT_TRUE(TargetsIn(text).empty());
  EXPECT_TRUE(TargetsIn(std::string(1 << 20, '\n')).empty());
  const std::string binary = std::string(3, '\0') + "\xff github.com/a/\xff%";
  EXPECT_TRUE(TargetsIn(binary).empty());
}

}  // namespace
}  // namespace modlog::github_text_test
