// If these fail, a blocked domain is missing from the log or carries a measure
// that its list does not say, or nobody can tell which row to mend.

#include "api/import/mastodon/mastodon_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api/import/mastodon/mastodon_tags.h"

namespace modlog::mastodon_list_test {
namespace {

constexpr char kHeader[] =
    "#domain,#severity,#reject_media,#reject_reports,#public_comment,"
    "#obfuscate\n";

DomainList Parse(const std::string& text) {
  Result<DomainList> list = ParseDomainList(text, "list.csv");
  EXPECT_TRUE(list.has_value()) << list.error().message;
  return list.value_or(DomainList{});
}

// What a person reads of the refused rows.
std::vector<std::string> Refused(const std::string& text) {
  std::vector<std::string> lines;
  for (const ImportRemark& remark : Parse(text).refused) {
    lines.push_back(FormatPlace(remark) + ": " + FormatReason(remark));
  }
  return lines;
}

std::string RefusedFile(const std::string& text) {
  const Result<DomainList> list = ParseDomainList(text, "list.csv");
  return list.has_value() ? "" : list.error().message;
}

using Lines = std::vector<std::string>;

TEST(DomainList, BothDialectsSayTheSame) {
  const DomainList exported =
      Parse(std::string(kHeader) +
            "Example.ORG.,suspend,true,false,\"spam, bots\",true\n");
  const DomainList other = Parse(
      "severity,domain,private_comment,public_comment,obfuscate,reject_media\r"
      "\nsuspend,example.org,,\"spam, bots\",true,TRUE\r\n");
  for (const DomainList& list : {exported, other}) {
    ASSERT_EQ(list.blocks.size(), 1U);
    const DomainBlock& block = list.blocks[0];
    EXPECT_EQ(block.domain, "example.org");
    EXPECT_EQ(block.severity, BlockSeverity::kSuspend);
    EXPECT_TRUE(block.reject_media);
    EXPECT_FALSE(block.reject_reports);
    EXPECT_TRUE(block.obfuscate);
    EXPECT_EQ(block.public_comment, "spam, bots");
    EXPECT_EQ(block.line, 2U);
    EXPECT_TRUE(list.refused.empty());
    EXPECT_TRUE(list.warnings.empty());
  }
}

TEST(DomainList, ARowNeedsNoMoreThanDomainAndSeverity) {
  const DomainList list =
      Parse("domain,severity,obfuscate\nexample.org,noop\n");
  ASSERT_EQ(list.blocks.size(), 1U);
  EXPECT_EQ(list.blocks[0].severity, BlockSeverity::kNoop);
}

TEST(DomainList, AQuotedNewlineAByteOrderMarkAndABareCrAreRead) {
  const DomainList list = Parse(
      "\xef\xbb\xbf#domain,#severity,#public_comment\ra.example,suspend,"
      "\"one\ntwo\"\rb.example,silence,\r");
  ASSERT_EQ(list.blocks.size(), 2U);
  EXPECT_EQ(list.blocks[0].public_comment, "one\ntwo");
  EXPECT_EQ(list.blocks[1].line, 4U);
}

TEST(DomainList, AFileThatIsNoListIsRefusedWhole) {
  EXPECT_EQ(RefusedFile(""), "list.csv: empty");
  EXPECT_EQ(RefusedFile("<!DOCTYPE html>\n<html>\n"),
            "list.csv:1: no column domain in the header; want "
            "#domain,#severity,... or one domain a line");
  EXPECT_EQ(RefusedFile("name,mood\nexample.org,bad\n"),
            "list.csv:1: no column domain in the header; want "
            "#domain,#severity,... or one domain a line");
  EXPECT_EQ(RefusedFile("{\"error\":\"not public\"}"),
            "list.csv: want an array, as /api/v1/instance/domain_blocks "
            "answers, or the CSV of an export");
  EXPECT_NE(RefusedFile("[{\"domain\":\"a.example\",\"sev")
                .find("; the file ends in the middle"),
            std::string::npos);
  EXPECT_EQ(RefusedFile("domain,severity,#domain\n"),
            "list.csv:1: column domain twice");
}

TEST(DomainList, EachBadRowIsNamedWithColumnAndReasonAndTheRestIsRead) {
  const std::string text =
      "domain,severity,reject_media,public_comment\n"
      "good.example,suspend,,\n"
      "ba d.example,suspend,,\n"
      ",suspend,,\n"
      "a.example,,,\n"
      "b.example,Kill It,,\n"
      "c.example,suspend,maybe,\n"
      "d.example,suspend,false,caf\xe9\n"
      "e.example,suspend,false,x,y\n"
      "f.example,sus\"pend,false,\n"
      "good.example,silence,,\n"
      "last.example,silence,,\n";
  EXPECT_EQ(
      Refused(text),
      (Lines{"list.csv:3: row 3, column domain: not a host name: want letters, "
             "digits, dots and dashes, without https:// or a path",
             "list.csv:4: row 4, column domain: empty",
             "list.csv:5: row 5, column severity: got \"\", want suspend, "
             "silence, noop, or another name of a-z and _",
             "list.csv:6: row 6, column severity: got \"kill it\", want "
             "suspend, silence, noop, or another name of a-z and _",
             "list.csv:7: row 7, column reject_media: got \"maybe\", want true "
             "or false",
             "list.csv:8: row 8, column public_comment: not UTF-8; is the file "
             "Latin-1?",
             "list.csv:9: row 9: 5 cells, the header has 4",
             "list.csv:10: row 10, column 2: a quote inside a cell that does "
             "not begin with one",
             "list.csv:11: row 11, column domain: the same as in row 2, with "
             "another decision; neither is taken",
             "list.csv:2: row 2, column domain: a later row has another "
             "decision; neither is taken"}));
  EXPECT_EQ(Parse(text).blocks.size(), 1U);
  EXPECT_EQ(Parse(text).held.size(), 6U) << "whose domain can be read";
  EXPECT_EQ(Parse(text).unreadable, 3U);
}

TEST(DomainList, WhatIsTooLongIsRefusedByItsLimit) {
  const std::string header = "domain,severity,public_comment\n";
  EXPECT_EQ(
      Refused(header + "a.example,suspend," + std::string(70'000, 'x') + "\n"),
      (Lines{"list.csv:2: row 2: a row of more than 65536 bytes"}));
  EXPECT_EQ(
      Refused(header + "a.example,suspend," + std::string(5'001, 'x') + "\n"),
      (Lines{"list.csv:2: row 2, column public_comment: 5001 characters, want "
             "at most 5000"}));
  std::string umlauts;
  for (int i = 0; i < 5'000; ++i) umlauts += "ü";
  EXPECT_EQ(Refused(header + "a.example,suspend," + umlauts + "\n"), Lines{});
  EXPECT_EQ(Refused(header + std::string(254, 'a') + ",suspend,\n"),
            (Lines{"list.csv:2: row 2, column domain: 254 bytes, want at most "
                   "253"}));
}

TEST(DomainList, WhatIsUnknownIsKeptByItsNameAndSaid) {
  const DomainList list =
      Parse("domain,severity,mood\na.example,quarantine,bad\n");
  ASSERT_EQ(list.blocks.size(), 1U);
  EXPECT_EQ(list.blocks[0].severity, BlockSeverity::kUnlisted);
  ASSERT_EQ(list.warnings.size(), 2U);
  EXPECT_EQ(FormatReason(list.warnings[0]),
            "row 1, column \"mood\": unknown column, not read");
  EXPECT_EQ(FormatReason(list.warnings[1]),
            "row 2, column severity: unknown code quarantine, kept by its "
            "name");
}

TEST(DomainList, ADomainWithStarsIsKeptAndSaidToBeObfuscated) {
  const DomainList list = Parse("domain,severity\nex*****.org,suspend\n");
  ASSERT_EQ(list.blocks.size(), 1U);
  EXPECT_EQ(list.blocks[0].domain, "ex*****.org");
  ASSERT_EQ(list.warnings.size(), 1U);
}

std::vector<std::string> Domains(const DomainList& list) {
  std::vector<std::string> domains;
  for (const DomainBlock& block : list.blocks) domains.push_back(block.domain);
  return domains;
}

TEST(DomainList, WhatOtherToolsWriteIsRead) {
  const Lines two = {"a.example", "xn--bcher-kva.example"};
  for (const std::string& text :
       {std::string("a.example\nb\xc3\xbc"
                    "cher.example\n"),
        std::string("\xef\xbb\xbf# ours\n\na.example # spam, \"x\"\n"
                    "B\xc3\x9c"
                    "CHER.example.\n"),
        std::string("a.example,suspend\nxn--bcher-kva.example,silence\n"),
        std::string("a.example,suspend,1,0,spam,f\n"
                    "xn--bcher-kva.example,suspend,True,no,,0\n"),
        std::string("domain;severity\na.example;suspend\n"
                    "xn--bcher-kva.example;noop\n"),
        std::string("domain\tcomment\na.example\tone, two\n"
                    "xn--bcher-kva.example\t\n"),
        std::string("domain\na.example\nxn--bcher-kva.example"),
        std::string("domain,severity,public_comment,private_comment,"
                    "reject_media,reject_reports,obfuscate\n"
                    "a.example,suspend,x,y,yes,t,no\n"
                    "xn--bcher-kva.example,suspend,,,1,0,0\n"),
        std::string(R"(["a.example","b\u00fccher.example"])"),
        std::string(R"([{"domain":"a.example","severity":"suspend",
             "comment":null,"digest":"dfb1ba3bf8c6e3ba6b7d5a3b8e3b6dd9"},
             {"domain":"xn--bcher-kva.example","public_comment":"x"}])")}) {
    const DomainList list = Parse(text);
    if (text.find("dfb1ba") != std::string::npos) {
      EXPECT_EQ(list.refused.size(), 1U) << "a digest of another length";
      continue;
    }
    EXPECT_EQ(Domains(list), two) << text;
    EXPECT_TRUE(list.refused.empty()) << text;
  }
}

TEST(DomainList, WithoutSeveritiesAllAreSuspended) {
  const DomainList list = Parse("a.example # spam\n");
  ASSERT_EQ(list.blocks.size(), 1U);
  EXPECT_EQ(list.blocks[0].severity, BlockSeverity::kSuspend);
  EXPECT_EQ(list.blocks[0].public_comment, "spam");
  EXPECT_FALSE(list.has_severities);
}

TEST(DomainList, DigestsTellDomainsApartThatLookTheSame) {
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  const DomainList list = Parse(
      R"([{"domain":"ex*.org","digest":")" + a + R"(","severity":"suspend"},)" +
      R"({"domain":"ex*.org","digest":")" + b + R"(","severity":"silence"}])");
  ASSERT_EQ(list.blocks.size(), 2U);
  EXPECT_EQ(list.blocks[0].id, a);
  EXPECT_EQ(list.blocks[1].id, b);
  EXPECT_TRUE(list.warnings.empty());
}

TEST(DomainList, AHeaderInTheMiddleIsPassedOverAndAnotherIsReadBy) {
  const DomainList list = Parse(
      "domain,severity,public_comment\na.example,suspend,x\n"
      "#domain,#severity,#public_comment\nb.example,silence,y\n"
      "severity,domain\nnoop,c.example\n");
  EXPECT_EQ(Domains(list), (Lines{"a.example", "b.example", "c.example"}));
  EXPECT_EQ(list.blocks[2].severity, BlockSeverity::kNoop);
  EXPECT_EQ(list.passed_over.size(), 2U);
  EXPECT_TRUE(list.refused.empty());
}

TEST(DomainList, AFileThatEndsInTheMiddleIsSaidTo) {
  const std::string header = "domain,severity,public_comment\n";
  const std::string good = "a.example,suspend,x\n";
  for (const std::string& end :
       {std::string("b.example,susp"), std::string("b.exam"),
        std::string("b.example,suspend,\"one\ntwo\n")}) {
    const DomainList list = Parse(header + good + end);
    EXPECT_TRUE(list.ends_in_middle) << end;
    EXPECT_EQ(Domains(list), Lines{"a.example"}) << end;
    ASSERT_EQ(list.refused.size(), 1U) << end;
    EXPECT_NE(list.refused[0].reason.find("the middle"), std::string::npos);
  }
  EXPECT_TRUE(Parse("domain,severity\na.example,suspend\nb.example,sile")
                  .ends_in_middle);
  EXPECT_FALSE(Parse(header + "b.example,suspend,x").ends_in_middle);
}

TEST(DomainList, ARepeatedRowIsPassedOverAndAContradictoryOneTakesBothOut) {
  const DomainList list = Parse(
      "domain,severity\na.example,suspend\na.example,suspend\n"
      "b.example,suspend\nb.example,noop\nb.example,suspend\n");
  EXPECT_EQ(Domains(list), Lines{"a.example"});
  EXPECT_EQ(list.passed_over.size(), 1U);
  EXPECT_EQ(list.refused.size(), 3U);
  EXPECT_EQ(list.held.size(), 1U);
}

TEST(BlockTags, TheFirstTagIsTheCategory) {
  const BlockTags tags =
      ReadBlockTags("Spam, hate-speech, racism, hate-speech, made-up");
  EXPECT_EQ(tags.category, v1::CATEGORY_SCAMS_AND_FRAUD);
  EXPECT_EQ(
      tags.more,
      (std::vector<v1::Category>{v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH}));
  EXPECT_EQ(tags.keywords, (std::vector<v1::Keyword>{v1::KEYWORD_DISCRIMINATION,
                                                     v1::KEYWORD_HATE_SPEECH}));
  EXPECT_EQ(tags.unknown, 1U);
}

TEST(BlockTags, ATagMayNameItsList) {
  EXPECT_EQ(ReadBlockTags("iftas:online-harassment;phishing").category,
            v1::CATEGORY_CYBER_VIOLENCE);
}

TEST(BlockTags, ACommentWithoutATagHasNoCategoryOfItsOwn) {
  EXPECT_EQ(ReadBlockTags("we just do not like them").category, kNoCategory);
  EXPECT_EQ(ReadBlockTags("").category, kNoCategory);
}

}  // namespace
}  // namespace modlog::mastodon_list_test
