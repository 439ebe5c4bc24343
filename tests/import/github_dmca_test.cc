// If this fails, a published notice would be missing from the log, would accuse
// somebody by name there, or would be linked to another's.

#include "api/import/github/github_dmca.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "api/import/puid.h"
#include "tests/import/collector.h"
#include "verifier/core/commitment.h"

namespace modlog::github_dmca_test {
namespace {

constexpr uint32_t k20210101 = 18628;

class GithubDmcaTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/modlog-dmca-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.directory = folder_;
    options_.platform = "github";
    options_.secret.bytes.fill(7);
    options_.today = k20210101 + 365;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& path, std::string_view text) {
    const std::filesystem::path file = folder_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  Collector Import() {
    Collector collector;
    Result<ImportTotals> totals = ImportGithubDmca(options_, &collector);
    EXPECT_TRUE(totals.has_value());
    totals_ = totals.value_or(ImportTotals{});
    return collector;
  }

  std::string folder_;
  GithubDmcaOptions options_;
  ImportTotals totals_;
};

constexpr std::string_view kTakedown = "Remove https://github.com/some/thing\n";

TEST_F(GithubDmcaTest, ATakedownIsANoticeAndTheActionItCaused) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  const Collector imported = Import();
  ASSERT_EQ(imported.messages.size(), 2U);
  const v1::Action& notice = imported.messages[0];
  EXPECT_EQ(notice.kind(), v1::KIND_NOTICE_RECEIVED);
  EXPECT_EQ(notice.claimed(), 1U);
  EXPECT_EQ(notice.ground(), v1::GROUND_UNSPECIFIED);
  const v1::Action& action = imported.messages[1];
  EXPECT_EQ(action.kind(), v1::KIND_ACTION);
  ASSERT_EQ(action.cause_size(), 1);
  EXPECT_EQ(action.cause(0), notice.puid());
  EXPECT_EQ(action.affected(), 1U);
  EXPECT_EQ(action.ground(), v1::GROUND_CLAIM_NOT_JUDGED);
  ASSERT_EQ(action.visibility_size(), 1);
  EXPECT_EQ(action.visibility(0), v1::VISIBILITY_CONTENT_DISABLED);
  EXPECT_EQ(action.application_date(), 0U);  // nobody published it
  for (const v1::Action& message : imported.messages) {
    EXPECT_EQ(message.taxonomy(), 202507U);
    EXPECT_EQ(message.regime(), v1::REGIME_US_DMCA);
    EXPECT_EQ(message.provenance(), v1::PROVENANCE_COPIED_FROM_PLATFORM);
    EXPECT_EQ(message.source_date(), k20210101 + 4);
    EXPECT_EQ(message.source_type(), v1::SOURCE_TYPE_OTHER_NOTIFICATION);
    EXPECT_EQ(message.source_role(), v1::SOURCE_ROLE_RIGHTSHOLDER);
    EXPECT_EQ(message.subject_kind(), v1::SUBJECT_KIND_REPOSITORY);
    EXPECT_EQ(message.category(),
              v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS);
    EXPECT_EQ(message.commitment().size(), 32U);
  }
  EXPECT_NE(notice.commitment(), action.commitment());
}

TEST_F(GithubDmcaTest, PuidIsTheOneDocumented) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  const Collector imported = Import();
  EXPECT_EQ(imported.actions[1].puid,
            DerivePuid(options_.secret, "2021/01/2021-01-05-firm.md",
                       Sha256(AsBytes(kTakedown)), "action"));
  EXPECT_EQ(imported.actions[1].puid, imported.messages[1].puid());
  // printf '2021/01/2021-01-05-firm.md\0' then the SHA-256 of the text, then
  // 'action', by another implementation of HMAC and base32.
  EXPECT_EQ(imported.actions[1].puid,
            "action-czmh3liw2ur46ifnatxlbcvmvorvdn3tbmxi7dcys537nqyt4fmq");
}

TEST_F(GithubDmcaTest, CommitmentBindsPathTextAndTargets) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  const Collector imported = Import();
  const v1::Action& action = imported.messages[1];
  const RecordSecrets secrets =
      DeriveRecordSecrets(options_.secret.bytes, {}, "github", action.puid());
  const std::string targets[] = {"github:some/thing"};
  const Hash root = TargetsRoot(CommitTargets(secrets, targets));
  const RecordPart parts[] = {
      {kPartTargets, Reach::kSubject, root},
      {kPartSourceId, Reach::kSubject, AsBytes("2021/01/2021-01-05-firm.md")},
      {kPartSourceText, Reach::kSubject, AsBytes(kTakedown)}};
  EXPECT_EQ(action.commitment(),
            AsText(CommitRecord(CommitParts(secrets, parts))));
}

TEST_F(GithubDmcaTest, NoNameGetsIntoAnAction) {
  Write("2021/01/2021-01-05-Jane-Doe.md",
        "I am Jane Doe. Remove https://github.com/john-roe/secret-thing.\n");
  const Collector imported = Import();
  ASSERT_EQ(imported.actions.size(), 2U);
  for (const ImportedAction& action : imported.actions) {
    for (const std::string_view name : {"Jane", "jane", "Doe", "John", "john",
                                        "-roe", "secret-", "thing", "2021"}) {
      EXPECT_EQ(action.action.find(name), std::string::npos) << name;
    }
    EXPECT_NE(action.source.find("Jane-Doe"), std::string::npos);
  }
}

TEST_F(GithubDmcaTest, SecondImportMakesTheSameBytes) {
  Write("2021/01/2021-01-05-a.md", kTakedown);
  Write("2021/02/2021-02-05-a-counternotice.md", kTakedown);
  const Collector first = Import();
  const Collector second = Import();
  ASSERT_EQ(first.actions.size(), 3U);
  for (size_t i = 0; i < first.actions.size(); ++i) {
    EXPECT_EQ(first.actions[i].action, second.actions[i].action);
  }
}

TEST_F(GithubDmcaTest, AnotherSecretSharesNothingWithIt) {
  Write("2021/01/2021-01-05-a.md", kTakedown);
  const Collector first = Import();
  options_.secret.bytes.fill(8);
  const Collector second = Import();
  EXPECT_NE(first.messages[0].puid(), second.messages[0].puid());
  EXPECT_NE(first.messages[0].commitment(), second.messages[0].commitment());
}

TEST_F(GithubDmcaTest, TwoNoticesOfOneTextAreTwo) {
  Write("2021/01/2021-01-05-a.md", kTakedown);
  Write("2021/01/2021-01-05-a-2.md", kTakedown);
  std::set<std::string> puids;
  for (const ImportedAction& action : Import().actions) {
    puids.insert(action.puid);
  }
  EXPECT_EQ(puids.size(), 4U);
}

TEST_F(GithubDmcaTest, WhatIsReferredToComesFirstWhateverTheNames) {
  // By name the counter notice would come first.
  Write("2021/01/2021-01-05-z.md", kTakedown);
  Write("2021/01/2021-01-05-a-counternotice.md", kTakedown);
  Write("2021/01/2021-01-05-a-counternotice-retraction.md", kTakedown);
  Write("2021/01/2021-01-05-a-retraction.md", kTakedown);
  const Collector imported = Import();
  ASSERT_EQ(imported.messages.size(), 5U);
  std::set<std::string> seen;
  for (const v1::Action& message : imported.messages) {
    for (const std::string& puid : message.about()) {
      EXPECT_TRUE(seen.contains(puid)) << v1::Kind_Name(message.kind());
    }
    seen.insert(message.puid());
  }
  EXPECT_EQ(imported.messages[2].about(0), imported.messages[1].puid());
  EXPECT_EQ(imported.messages[3].about(0), imported.messages[0].puid());
  EXPECT_EQ(imported.messages[4].about(0), imported.messages[2].puid());
  EXPECT_TRUE(imported.warnings.empty());
}

TEST_F(GithubDmcaTest, EachPaperBecomesItsKind) {
  Write("2021/01/2021-01-05-a.md", kTakedown);
  Write("2021/01/2021-01-06-a-counternotice.md", kTakedown);
  Write("2021/01/2021-01-07-a-counternotice-reversal.md",
        "https://github.com/github/dmca/blob/master/2021/01/"
        "2021-01-06-a-counternotice.md");
  Write("2021/01/2021-01-08-a-counternotice-retraction.md", kTakedown);
  Write("2021/01/2021-01-09-a-retraction.md", kTakedown);
  Write("2021/01/2021-01-10-a-reversal.md",
        "https://github.com/github/dmca/blob/master/2021/01/2021-01-05-a.md");
  const Collector imported = Import();
  const std::vector<std::string> sources = {"05", "05", "06", "07",
                                            "08", "09", "10"};
  const std::vector<v1::Kind> kinds = {
      v1::KIND_NOTICE_RECEIVED,  v1::KIND_ACTION,
      v1::KIND_APPEAL_FILED,     v1::KIND_APPEAL_DECIDED,
      v1::KIND_APPEAL_WITHDRAWN, v1::KIND_NOTICE_RETRACTED,
      v1::KIND_REVERSAL};
  ASSERT_EQ(imported.messages.size(), kinds.size());
  for (size_t i = 0; i < kinds.size(); ++i) {
    EXPECT_EQ(imported.messages[i].kind(), kinds[i]);
    EXPECT_EQ(imported.actions[i].source.substr(16, 2), sources[i]);
  }
  EXPECT_EQ(imported.messages[3].outcome(), v1::OUTCOME_INADMISSIBLE);
  EXPECT_EQ(imported.messages[4].extent(), v1::EXTENT_FULL);
  EXPECT_EQ(imported.messages[5].extent(), v1::EXTENT_FULL);
  // A retraction is the claimant's act: the one reversal is the platform's.
  EXPECT_EQ(imported.messages[6].reversal_cause(), v1::CAUSE_OWN_REVIEW);
  EXPECT_EQ(imported.messages[6].about(0), imported.messages[1].puid());
  EXPECT_EQ(totals_.items_by_type["counternotice-reversal"], 1U);
  EXPECT_EQ(totals_.actions_by_kind["NOTICE_RECEIVED"], 1U);
  EXPECT_EQ(totals_.actions, 7U);
}

TEST_F(GithubDmcaTest, AReversalOfThreeNoticesReversesThreeActions) {
  std::string text;
  for (const std::string name : {"a", "b", "c"}) {
    Write("2021/01/2021-01-05-" + name + ".md", kTakedown);
    text += "https://github.com/github/dmca/blob/master/2021/01/2021-01-05-" +
            name + ".md\n";
  }
  Write("2021/02/2021-02-05-a-reversal.md", text);
  const Collector imported = Import();
  ASSERT_EQ(imported.messages.size(), 9U);
  std::set<std::string> puids;
  for (size_t i = 0; i < 3; ++i) {
    const v1::Action& reversal = imported.messages[6 + i];
    EXPECT_EQ(reversal.kind(), v1::KIND_REVERSAL);
    EXPECT_EQ(reversal.about(0), imported.messages[2 * i + 1].puid());
    puids.insert(reversal.puid());
  }
  EXPECT_EQ(puids.size(), 3U);
}

TEST_F(GithubDmcaTest, NothingIsLinkedByItsNameAlone) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  Write("2021/02/2021-02-05-firm-retraction.md",
        "I retract it: https://github.com/other/thing");
  const Collector imported = Import();
  ASSERT_EQ(imported.messages.size(), 3U);
  EXPECT_EQ(imported.messages[2].about_size(), 0);
  ASSERT_EQ(imported.warnings.size(), 1U);
  EXPECT_TRUE(imported.warnings[0].reason.starts_with("unlinked"));
  EXPECT_EQ(totals_.warnings, 1U);
}

TEST_F(GithubDmcaTest, ALinkThatLeadsElsewhereIsNotReplacedByAGuess) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  Write("2021/02/2021-02-05-firm-retraction.md",
        std::string(kTakedown) +
            "https://github.com/github/dmca/blob/master/2020/01/"
            "2020-01-05-firm.md");
  const Collector imported = Import();
  EXPECT_EQ(imported.messages[2].about_size(), 0);
  EXPECT_EQ(imported.warnings.size(), 1U);
}

TEST_F(GithubDmcaTest, OfSeveralWithTheTargetTheClaimantsOwnIsMeant) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  Write("2021/01/2021-01-06-other.md", kTakedown);
  Write("2021/02/2021-02-05-firm-retraction.md", kTakedown);
  Write("2021/02/2021-02-06-third-retraction.md", kTakedown);
  const Collector imported = Import();
  EXPECT_EQ(imported.messages[4].about(0), imported.messages[0].puid());
  EXPECT_EQ(imported.messages[5].about(0), imported.messages[2].puid());
}

TEST_F(GithubDmcaTest, ARetractionOfOneOfTwoTargetsIsPartial) {
  Write("2021/01/2021-01-05-firm.md",
        std::string(kTakedown) + "https://github.com/some/more\n");
  Write("2021/02/2021-02-05-firm-retraction.md", kTakedown);
  Write("2021/02/2021-02-06-firm-retraction.md",
        "I retract all of it: https://github.com/some/thing");
  const Collector imported = Import();
  EXPECT_EQ(imported.messages[2].extent(), v1::EXTENT_PARTIAL);
  EXPECT_EQ(imported.messages[3].extent(), v1::EXTENT_FULL);
}

TEST_F(GithubDmcaTest, CountsAreOfDistinctThings) {
  Write("2021/01/2021-01-05-firm.md",
        "Note: Because it was larger than one hundred (100), GitHub processed "
        "the takedown notice against the entire network of 120 repositories\n"
        "https://github.com/a/b/1 https://github.com/a/b/2 [invalid]\n"
        "https://github.com/c/b\n");
  const Collector imported = Import();
  EXPECT_EQ(imported.messages[0].claimed(), 3U);
  EXPECT_EQ(imported.messages[1].affected(), 2U);
  EXPECT_EQ(imported.messages[1].skipped(), 1U);
  EXPECT_EQ(imported.messages[1].network(), 118U);
}

TEST_F(GithubDmcaTest, CircumventionIsAKeywordOfItsOwn) {
  Write("2021/01/2021-01-05-firm.md",
        "It circumvents our lock: https://github.com/a/b");
  const Collector imported = Import();
  ASSERT_EQ(imported.messages[1].keywords_size(), 2);
  EXPECT_EQ(imported.messages[1].keywords(0),
            v1::KEYWORD_COPYRIGHT_INFRINGEMENT);
  EXPECT_EQ(imported.messages[1].keywords(1), v1::KEYWORD_CIRCUMVENTION);
}

TEST_F(GithubDmcaTest, PackagesAloneAreAPackageNotice) {
  Write("2021/01/2021-01-05-a.md", "https://www.npmjs.com/package/x");
  Write("2021/01/2021-01-05-b.md",
        "https://www.npmjs.com/package/x https://github.com/a/b");
  const Collector imported = Import();
  EXPECT_EQ(imported.messages[1].subject_kind(), v1::SUBJECT_KIND_PACKAGE);
  EXPECT_EQ(imported.messages[3].subject_kind(), v1::SUBJECT_KIND_REPOSITORY);
}

TEST_F(GithubDmcaTest, ADateInTheFutureStaysOutOfTheLog) {
  options_.today = k20210101 + 3;
  Write("2021/01/2021-01-04-a.md", kTakedown);
  Write("2021/01/2021-01-05-b.md", kTakedown);
  Write("2020/08/2021-08-13-c.md", kTakedown);  // later than its folder
  const Collector imported = Import();
  ASSERT_EQ(imported.messages.size(), 6U);
  EXPECT_EQ(imported.messages[0].source_date(), 0U);  // c, put into 2020/08
  EXPECT_EQ(imported.messages[2].source_date(), k20210101 + 3);
  EXPECT_EQ(imported.messages[4].source_date(), 0U);
  EXPECT_EQ(imported.warnings.size(), 2U);
}

TEST_F(GithubDmcaTest,
       WhatIsNoNoticeByItsPlaceIsPassedOverAndWhatIsBrokenRefused) {
  Write("README.md", "read me");
  Write("2021/01/2021-01-05-a.md", kTakedown);
  Write("2021/01/2021-01-05-a.pdf", "paper");
  Write("2021/01/2021-01-06-empty.md", "");
  Write("2021/01/2021-01-07-large.md", std::string((1 << 20) + 1, 'x'));
  Write("2021/01/2021-01-08-fits.md", std::string(1 << 20, 'x'));
  Write(".git/2021/01/2021-01-05-a.md", kTakedown);
  std::filesystem::create_symlink("2021-01-05-a.md",
                                  folder_ + "/2021/01/2021-01-09-link.md");
  const Collector imported = Import();
  std::vector<std::string> refused;
  for (const ImportRemark& remark : imported.refused) {
    refused.push_back(remark.source);
    EXPECT_FALSE(remark.reason.empty());
  }
  EXPECT_EQ(refused, std::vector<std::string>({"2021/01/2021-01-06-empty.md",
                                               "2021/01/2021-01-07-large.md",
                                               "2021/01/2021-01-09-link.md"}));
  EXPECT_EQ(imported.actions.size(), 4U);
  ASSERT_EQ(imported.passed_over.size(), 2U);
  EXPECT_EQ(imported.passed_over[0].source, "2021/01/2021-01-05-a.pdf");
  EXPECT_EQ(imported.passed_over[1].source, "README.md");
  EXPECT_EQ(totals_.passed_over.at("files that are no notices"), 2U);
  EXPECT_EQ(totals_.items, 5U);
  EXPECT_EQ(totals_.refused, 3U);
  EXPECT_EQ(imported.total, 5U);
  EXPECT_EQ(imported.done, std::vector<uint64_t>({1, 2, 3, 4, 5}));
}

constexpr std::string_view kObjection =
    "**Are you the owner of the content that has been disabled?**\n"
    "**What files were taken down?**\nhttps://github.com/some/thing\n";

TEST_F(GithubDmcaTest, WhoObjectedUnderAMisspeltNameIsNotAccused) {
  Write("2021/01/2021-01-05-firm.md", kTakedown);
  // Of the same day and before it by its name; after it by what it is.
  Write("2021/01/2021-01-05-a-counternnotice.md", kObjection);
  const Collector imported = Import();
  ASSERT_EQ(imported.messages.size(), 3U);
  EXPECT_EQ(imported.messages[2].kind(), v1::KIND_APPEAL_FILED);
  ASSERT_EQ(imported.messages[2].about_size(), 1);
  EXPECT_EQ(imported.messages[2].about(0), imported.messages[1].puid());
  EXPECT_EQ(imported.warnings.size(), 1U);
}

TEST_F(GithubDmcaTest, ATakedownLoggedOfAnObjectionIsFoundAndDeclaredVoidOnce) {
  const std::string path = "2021/01/2021-01-05-a-counter-notice.md";
  Write(path, kObjection);
  const Hash sha256 = Sha256(AsBytes(kObjection));
  const std::string action =
      DerivePuid(options_.secret, path, sha256, "action");
  const std::string notice =
      DerivePuid(options_.secret, path, sha256, "notice");
  std::map<std::string, LoggedAction> log;
  log[action].index = 1;
  log[notice].index = 0;
  options_.find = [&log](const std::vector<std::string>& puids)
      -> Result<std::vector<std::optional<LoggedAction>>> {
    std::vector<std::optional<LoggedAction>> found;
    for (const std::string& puid : puids) {
      const auto logged = log.find(puid);
      found.push_back(logged == log.end() ? std::nullopt
                                          : std::optional(logged->second));
    }
    return found;
  };
  EXPECT_EQ(Import().messages.size(), 1U);
  const std::string fault = "takedown that was a counternotice";
  EXPECT_EQ(totals_.faults.at(fault), 1U);
  EXPECT_EQ(totals_.repaired, 0U);

  options_.repair = true;
  const Collector repaired = Import();
  ASSERT_EQ(repaired.messages.size(), 3U);
  EXPECT_EQ(totals_.repaired, 2U);
  EXPECT_EQ(repaired.messages[0].kind(), v1::KIND_VOID);
  EXPECT_EQ(repaired.messages[0].about(0), action);
  EXPECT_EQ(repaired.messages[1].about(0), notice);
  EXPECT_EQ(repaired.messages[2].kind(), v1::KIND_APPEAL_FILED);

  log[action].is_void = log[notice].is_void = true;
  EXPECT_EQ(Import().messages.size(), 1U);
  EXPECT_TRUE(totals_.faults.empty());
}

TEST_F(GithubDmcaTest, WhatIsNoTextIsRefused) {
  Write("2021/01/2021-01-05-a", std::string("a\0b\0c\0d\0", 8));
  Write("2021/01/2021-01-06-a.md",
        std::string(kTakedown) + std::string(2, '\0'));
  const Collector imported = Import();
  ASSERT_EQ(imported.refused.size(), 1U);
  EXPECT_TRUE(imported.refused[0].reason.starts_with("no text"));
  EXPECT_EQ(imported.actions.size(), 2U);
}

TEST_F(GithubDmcaTest, ANameCannotCommandTheTerminal) {
  Write("2021/01/2021-01-05-a\x1b[2J.md", kTakedown);
  EXPECT_EQ(Import().actions[0].source, "2021/01/2021-01-05-a?[2J.md");
}

TEST_F(GithubDmcaTest, WrongDirectoryIsSaidSoNotImportedAsNothing) {
  Collector collector;
  options_.directory = folder_ + "/none";
  Result<ImportTotals> totals = ImportGithubDmca(options_, &collector);
  ASSERT_FALSE(totals.has_value());
  EXPECT_EQ(totals.error().code, Code::kNotFound);
  // The folder of one year: paths would begin elsewhere and all puids differ.
  Write("2021/01/2021-01-05-a.md", kTakedown);
  options_.directory = folder_ + "/2021";
  totals = ImportGithubDmca(options_, &collector);
  ASSERT_FALSE(totals.has_value());
  EXPECT_EQ(totals.error().code, Code::kNotFound);
}

TEST_F(GithubDmcaTest, AnImportEndsWhenNobodyTakesItsActions) {
  for (const std::string name : {"a", "b", "c"}) {
    Write("2021/01/2021-01-05-" + name + ".md", kTakedown);
  }
  Collector collector;
  collector.stop_after = 3;
  const Result<ImportTotals> totals = ImportGithubDmca(options_, &collector);
  ASSERT_FALSE(totals.has_value());
  EXPECT_EQ(totals.error().message, "the log is gone");
  EXPECT_EQ(collector.actions.size(), 3U);
}

TEST(Puid, Base32IsThatOfTheRfc) {
  // RFC 4648 section 10, in lower case and without padding.
  for (const auto& [bytes, text] :
       {std::pair("", ""), std::pair("f", "my"), std::pair("fo", "mzxq"),
        std::pair("foo", "mzxw6"), std::pair("foob", "mzxw6yq"),
        std::pair("fooba", "mzxw6ytb"), std::pair("foobar", "mzxw6ytboi")}) {
    EXPECT_EQ(FormatBase32(AsBytes(bytes)), text);
  }
}

}  // namespace
}  // namespace modlog::github_dmca_test
