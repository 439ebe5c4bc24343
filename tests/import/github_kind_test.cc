// If this fails, whoever objected to a notice would stand in the log as the one
// accused, because of a misspelt file name.

#include "api/import/github/github_kind.h"

#include <gtest/gtest.h>

namespace modlog::github_kind_test {
namespace {

constexpr std::string_view kTakedown =
    "**Are you the copyright holder or authorized to act on the copyright "
    "owner's behalf?**\n\nYes.\n\n**What files should be taken down?**\n";
constexpr std::string_view kCounter =
    "**Are you the owner of the content that has been disabled, or authorized "
    "to act on the owner\u2019s behalf?**\n\nYes.\n\n**What files were taken "
    "down?**\n";
constexpr std::string_view kRetraction =
    "We wish to\nwithdraw our *takedown notice* for this repository.\n";
constexpr std::string_view kSilent = "https://github.com/some/thing\n";

std::optional<NoticeType> Kind(std::string_view text) {
  return KindOfText(text).type;
}

Result<DecidedType> Decide(const std::string& ending, std::string_view text) {
  const Result<NoticeName> name =
      ParseNoticeName("2024/03/2024-03-07-" + ending);
  EXPECT_TRUE(name.has_value()) << ending;
  return DecideType(name.value_or(NoticeName{}), text);
}

NoticeType TypeOf(const std::string& ending, std::string_view text) {
  const Result<DecidedType> decided = Decide(ending, text);
  EXPECT_TRUE(decided.has_value()) << ending;
  return decided.has_value() ? decided->type : NoticeType::kTakedown;
}

TEST(GithubKind, TheFormsAndTheSentencesOfTheLawSayWhatATextIs) {
  EXPECT_EQ(Kind(kTakedown), NoticeType::kTakedown);
  EXPECT_EQ(Kind("I have a good faith belief that use of the material is not "
                 "authorized by the copyright\nowner, its agent, or the law."),
            NoticeType::kTakedown);
  EXPECT_EQ(Kind(kCounter), NoticeType::kCounterNotice);
  EXPECT_EQ(Kind("I have a good faith belief that this material was removed "
                 "or disabled in error as a result of mistake or\n"
                 "misidentification of the material."),
            NoticeType::kCounterNotice);
  EXPECT_EQ(Kind("This email is a counter notice."),
            NoticeType::kCounterNotice);
  EXPECT_EQ(Kind(kRetraction), NoticeType::kRetraction);
  EXPECT_EQ(Kind("I hereby retract the DMCA counter-notification I sent."),
            NoticeType::kCounterRetraction);
  EXPECT_EQ(Kind("GitHub has reversed the takedown notice previously processed "
                 "and published at: x"),
            NoticeType::kReversal);
  EXPECT_EQ(Kind("GitHub has reversed the DMCA counter notice previously "
                 "processed and published at: x"),
            NoticeType::kCounterReversal);
}

TEST(GithubKind, ATextThatFitsSeveralSaysNothing) {
  EXPECT_EQ(Kind(""), std::nullopt);
  EXPECT_EQ(Kind(kSilent), std::nullopt);
  EXPECT_EQ(Kind(std::string(kTakedown) + "This is a retraction of my notice."),
            std::nullopt);
  // Who objects quotes what the other side should have written.
  EXPECT_EQ(Kind("The complainant did not state that use is not authorized by "
                 "the copyright owner. This is a counter notification letter. "
                 "I hereby consent to the jurisdiction of the court."),
            std::nullopt);
  EXPECT_EQ(Kind("Please find the takedown notice and this counter notice."),
            std::nullopt);
}

TEST(GithubKind, WhatMayBeRetractedLaterIsNotRetracted) {
  EXPECT_EQ(Kind("We will withdraw this notice once it complies."),
            std::nullopt);
  EXPECT_EQ(Kind("I did not retract my notice."), std::nullopt);
}

TEST(GithubKind, WhereNameAndTextDisagreeTheTextDecidesAndAWarningSaysSo) {
  for (const auto& [ending, text, type] : std::initializer_list<
           std::tuple<const char*, std::string_view, NoticeType>>{
           {"a-counternnotice.md", kCounter, NoticeType::kCounterNotice},
           {"a-counter.md", kCounter, NoticeType::kCounterNotice},
           {"MatchCounterNotice.md", kCounter, NoticeType::kCounterNotice},
           {"a-counter-notice.md", kCounter, NoticeType::kCounterNotice},
           {"a-retractions.md", kRetraction, NoticeType::kRetraction},
           {"a.md", kCounter, NoticeType::kCounterNotice},
           {"a.md", kRetraction, NoticeType::kRetraction},
           {"a-counternotice.md", kTakedown, NoticeType::kTakedown},
           {"step-counter.md", kTakedown, NoticeType::kTakedown},
           {"a-retraction.md", kCounter, NoticeType::kCounterNotice}}) {
    const Result<DecidedType> decided = Decide(ending, text);
    ASSERT_TRUE(decided.has_value()) << ending;
    EXPECT_EQ(decided->type, type) << ending;
    EXPECT_FALSE(decided->warning.empty()) << ending;
  }
}

TEST(GithubKind, WhereTheyAgreeThereIsNothingToSay) {
  EXPECT_EQ(Decide("a.md", kTakedown)->warning, "");
  EXPECT_EQ(Decide("a.md", kSilent)->warning, "");
  EXPECT_EQ(Decide("a-counternotice-2.md", kCounter)->warning, "");
  EXPECT_EQ(Decide("AdvancedFPSCounter.md", kTakedown)->warning, "");
}

TEST(GithubKind, ATextThatDoesNotSayLeavesItToTheNameMisspeltOrNot) {
  EXPECT_EQ(TypeOf("a-counternotice.md", kSilent), NoticeType::kCounterNotice);
  EXPECT_EQ(TypeOf("a-counternnotice-2.md", kSilent),
            NoticeType::kCounterNotice);
  EXPECT_EQ(TypeOf("a-conternotice.md", kSilent), NoticeType::kCounterNotice);
  EXPECT_EQ(TypeOf("a-rectraction.md", kSilent), NoticeType::kRetraction);
  EXPECT_EQ(TypeOf("a-reversals.md", kSilent), NoticeType::kReversal);
  EXPECT_EQ(TypeOf("a-counternnotice-retraction-2.md",
                   "I would like to retract all my notice."),
            NoticeType::kCounterRetraction);
  EXPECT_EQ(TypeOf("a-counter-reversal.md", kSilent),
            NoticeType::kCounterReversal);
  EXPECT_EQ(TypeOf("pageviewcounter.md", kSilent), NoticeType::kTakedown);
  EXPECT_EQ(TypeOf("light-refraction.md", kSilent), NoticeType::kTakedown);
  EXPECT_EQ(TypeOf("data-extraction.md", kSilent), NoticeType::kTakedown);
  EXPECT_EQ(TypeOf("cookie-notice.md", kSilent), NoticeType::kTakedown);
}

TEST(GithubKind, WhatMayBeEitherIsRefusedWithTheRemedy) {
  const Result<DecidedType> decided = Decide("step-counter.md", kSilent);
  ASSERT_FALSE(decided.has_value());
  EXPECT_EQ(decided.error().message,
            "its name may be that of a counternotice, and its text does not "
            "say: end the name with -counternotice, or with another word");
}

}  // namespace
}  // namespace modlog::github_kind_test
