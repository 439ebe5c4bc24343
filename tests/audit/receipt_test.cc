// If these fail, a receipt is called true that is not, or its words claim more
// than it proves.

#include "verifier/receipt/receipt.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/audit/small_log.h"
#include "verifier/core/merkle.h"
#include "verifier/source/trust.h"

namespace modlog::receipt_test {
namespace {

constexpr uint64_t kTime = 1'767'225'600;  // 2026-01-01 00:00:00 UTC

SignerKey Witness(int n) {
  const std::string seed(32, static_cast<char>('1' + n));
  return *MakeSignerKey("witness.example/" + std::to_string(n),
                        SignatureType::kEd25519Cosignature,
                        *Ed25519PrivateKey::FromSeed(AsBytes(seed)));
}

// A receipt for one entry of a log, cosigned by witness i at times[i].
struct Receipt {
  std::string entry;
  std::string proof;
};
Receipt MakeReceipt(const SmallLog& log, uint64_t index,
                    const std::vector<uint64_t>& times = {}) {
  TlogProof proof;
  proof.index = index;
  const auto read = [&log](NodeId node) -> Result<Hash> {
    SmallLog part;
    for (uint64_t i = 0; i < uint64_t{1} << node.level; ++i) {
      part.entries.push_back(log.entries[(node.index << node.level) + i]);
    }
    return part.Head().root;
  };
  proof.path = *ProveInclusion(index, log.entries.size(), read);
  proof.checkpoint = log.Checkpoint();
  const std::string text = ParseNote(proof.checkpoint)->text;
  for (size_t i = 0; i < times.size(); ++i) {
    proof.checkpoint += FormatSignatureLine(
        Cosign(text, Witness(static_cast<int>(i)), times[i]));
  }
  return {log.entries[index], FormatTlogProof(proof)};
}

// A policy with three witnesses.
Policy WitnessedPolicy(const std::string& quorum) {
  std::string text = "log " + FormatVerifierKey(SmallLogKey().verifier) + "\n";
  for (int n = 0; n < 3; ++n) {
    text += "witness w" + std::to_string(n) + " " +
            FormatVerifierKey(Witness(n).verifier) + "\n";
  }
  return *ParsePolicy(text + "group two 2 w0 w1 w2\nquorum " + quorum + "\n");
}

ReceiptReport Judge(const Receipt& receipt,
                    const Policy& policy = SmallPolicy()) {
  return JudgeReceipt(receipt.entry, receipt.proof, policy);
}

bool Says(const ReceiptReport& report, const std::string& words) {
  return FormatReceipt(report).find(words) != std::string::npos;
}

TEST(ReceiptTest, AReceiptThatHoldsSaysWhatIsProvedAndWhatNot) {
  const ReceiptReport report = Judge(MakeReceipt(SmallLog::OfSize(7), 3));
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  for (const std::string words :
       {"verdict: true", "small.example/log", "index                 3",
        "in the tree of size   7", "by the log's own word only",
        "\"platform.example\"", "\"p-3\"", "article 16",
        "not signed by the platform", "submitted as the platform's own word",
        "that nothing was left out of the log"}) {
    EXPECT_TRUE(Says(report, words)) << words << "\n" << FormatReceipt(report);
  }
}

TEST(ReceiptTest, EveryEntryOfALogOfAnySizeHasAReceiptThatHolds) {
  for (uint64_t size = 1; size <= 20; ++size) {
    const SmallLog log = SmallLog::OfSize(size);
    for (uint64_t index = 0; index < size; ++index) {
      ASSERT_EQ(Judge(MakeReceipt(log, index)).verdict, Verdict::kTrue);
    }
  }
}

// What still parses is another claim than the log signed, and false; what does
// not is damaged, and accuses nobody.
TEST(ReceiptTest, AnyChangedByteIsFalseOrCannotBeRead) {
  const Receipt good = MakeReceipt(SmallLog::OfSize(7), 3);
  for (size_t at = 0; at < good.proof.size(); ++at) {
    for (const int mask : {0x01, 0x20, 0x80}) {
      Receipt bad = good;
      bad.proof[at] = static_cast<char>(bad.proof[at] ^ mask);
      // Another origin, or another key's line: of those nothing is known.
      const auto parsed = ParseTlogProof(bad.proof);
      const auto opened = parsed
                              ? OpenSharply(parsed->checkpoint, SmallPolicy())
                              : std::unexpected(parsed.error());
      const bool unknown =
          !opened && (opened.error().code == Code::kMalformed ||
                      opened.error().code == Code::kNotFound);
      ASSERT_EQ(Judge(bad).verdict,
                unknown ? Verdict::kCannotTell : Verdict::kFalse)
          << "byte " << at << ": " << Judge(bad).reason;
    }
  }
  for (size_t at = 0; at < good.entry.size(); ++at) {
    Receipt bad = good;
    bad.entry[at] ^= 1;
    ReadEntry entry;
    std::string scratch;
    const bool whole =
        ReadCanonicalEntry(bad.entry, &entry, &scratch).has_value();
    ASSERT_EQ(Judge(bad).verdict,
              whole ? Verdict::kFalse : Verdict::kCannotTell)
        << "byte " << at;
  }
}

TEST(ReceiptTest, AReceiptCutAnywhereCannotTell) {
  const Receipt good = MakeReceipt(SmallLog::OfSize(7), 3);
  for (size_t keep = 0; keep < good.proof.size(); ++keep) {
    const Receipt bad = {good.entry, good.proof.substr(0, keep)};
    ASSERT_EQ(Judge(bad).verdict, Verdict::kCannotTell) << keep;
  }
  EXPECT_EQ(Judge({good.entry, good.proof + "\n"}).verdict,
            Verdict::kCannotTell);
  EXPECT_EQ(Judge({"", good.proof}).verdict, Verdict::kCannotTell);
  EXPECT_EQ(Judge({good.entry + "\n", good.proof}).verdict,
            Verdict::kCannotTell);
}

// What mail programs, editors, git and proxies do to a receipt.
TEST(ReceiptTest, WhatHonestProgramsDoToAProofFileIsNamedAndNotFalse) {
  const Receipt good = MakeReceipt(SmallLog::OfSize(7), 3);
  std::string crlf;
  for (const char c : good.proof)
    crlf += c == '\n' ? "\r\n" : std::string(1, c);
  const struct {
    std::string proof;
    std::string word;
  } kCases[] = {
      {crlf, "CRLF"},
      {"\xef\xbb\xbf" + good.proof, "byte order mark"},
      {"<!DOCTYPE html>\n<p>log in\n", "web page"},
      {good.proof.substr(0, good.proof.size() - 9), "cut off"},
      {std::string("\x1f\x8b\x08", 3) + good.proof, "gzip"},
      {"", "empty"},
      {"c2sp.org/tlog-proof@v2\n" + good.proof, "newer version"},
  };
  for (const auto& c : kCases) {
    const ReceiptReport report = Judge({good.entry, c.proof});
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << c.word;
    EXPECT_NE(report.reason.find(c.word), std::string::npos) << report.reason;
  }
}

TEST(ReceiptTest, AnotherEntrysReceiptIsFalse) {
  const SmallLog log = SmallLog::OfSize(7);
  const Receipt three = MakeReceipt(log, 3);
  for (uint64_t other = 0; other < 7; ++other) {
    if (other == 3) continue;
    EXPECT_EQ(Judge({log.entries[other], three.proof}).verdict,
              Verdict::kFalse);
  }
}

TEST(ReceiptTest, AnOriginThatThePolicyDoesNotKnowIsNotJudged) {
  SmallLog log = SmallLog::OfSize(7);
  log.origin = "other.example/log";
  log.key = *MakeSignerKey(log.origin, SignatureType::kEd25519,
                           Ed25519PrivateKey::Generate());
  const ReceiptReport report = Judge(MakeReceipt(log, 3));
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_FALSE(report.trusted);
  EXPECT_FALSE(report.entry);
}

TEST(ReceiptTest, TheTimeIsThatAtWhichTheQuorumWasReached) {
  const SmallLog log = SmallLog::OfSize(7);
  const Receipt receipt =
      MakeReceipt(log, 3, {kTime + 60, kTime, kTime + 3600});
  const ReceiptReport two = Judge(receipt, WitnessedPolicy("two"));
  EXPECT_EQ(two.verdict, Verdict::kTrue) << two.reason;
  EXPECT_EQ(two.logged_by.witnessed_s, kTime + 60);
  EXPECT_EQ(two.logged_by.witnesses, (std::vector<std::string>{"w1", "w0"}));
  EXPECT_TRUE(Says(two, "2026-01-01 00:01:00 UTC, by the word of 2 witnesses"));
  // Where w2 alone counts, the earlier ones do not.
  const ReceiptReport last = Judge(receipt, WitnessedPolicy("w2"));
  EXPECT_EQ(last.logged_by.witnessed_s, kTime + 3600);
  // No quorum asked for: the first witness's word is still more than the log's.
  const ReceiptReport none = Judge(receipt, WitnessedPolicy("none"));
  EXPECT_EQ(none.logged_by.witnessed_s, kTime);
  EXPECT_EQ(none.logged_by.witnesses, std::vector<std::string>{"w1"});
}

TEST(ReceiptTest, BelowTheQuorumItIsNotWitnessedYet) {
  const Receipt receipt = MakeReceipt(SmallLog::OfSize(7), 3, {kTime});
  const ReceiptReport report = Judge(receipt, WitnessedPolicy("two"));
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(Says(report, "not witnessed yet"));
  EXPECT_TRUE(Says(report, "no quorum of witnesses says so"));
  EXPECT_FALSE(report.logged_by.witnessed_s);
}

TEST(ReceiptTest, AFalseCosignatureRefusesTheWhole) {
  Receipt receipt = MakeReceipt(SmallLog::OfSize(7), 3, {kTime, kTime});
  const Policy policy = WitnessedPolicy("w0");
  ASSERT_EQ(Judge(receipt, policy).verdict, Verdict::kTrue);
  const size_t line = receipt.proof.rfind("witness.example/1 ");
  receipt.proof[line + 40] = receipt.proof[line + 40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(Judge(receipt, policy).verdict, Verdict::kFalse);
}

TEST(ReceiptTest, AnEntryThatIsInTheLogButNotCanonicalIsNotUnderstood) {
  SmallLog log = SmallLog::OfSize(7);
  log.entries[3] = "not an entry";
  const ReceiptReport report = Judge(MakeReceipt(log, 3));
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(report.reason.starts_with("the entry is in the log, but"));
}

TEST(ReceiptTest, ACopyByAThirdPartyIsNeverCalledThePlatformsOwnWord) {
  for (const auto provenance :
       {v1::PROVENANCE_COPIED_FROM_PLATFORM, v1::PROVENANCE_COPIED_FROM_PRESS,
        v1::PROVENANCE_OBSERVED}) {
    v1::Action action;
    action.set_kind(v1::KIND_NOTICE_RECEIVED);
    action.set_puid("n-1");
    action.set_taxonomy(202507);
    action.set_provenance(provenance);
    SmallLog log;
    AppendLeaf(EncodeEntryHeader(1, "p"), action.SerializeAsString(),
               &log.entries.emplace_back());
    const ReceiptReport report = Judge(MakeReceipt(log, 0));
    EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
    EXPECT_TRUE(Says(report, "not the platform's own word"));
    EXPECT_TRUE(Says(report, "notice received"));
  }
}

TEST(ReceiptTest, ExtraDataIsSaidToBeVouchedForByNobody) {
  Receipt receipt = MakeReceipt(SmallLog::OfSize(7), 3);
  receipt.proof.insert(receipt.proof.find("index"), "extra Y2FzZT00Mg==\n");
  const ReceiptReport report = Judge(receipt);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_TRUE(Says(report, "7 bytes of extra data that nobody vouches for"));
}

TEST(ReceiptTest, NoControlByteOfALogReachesTheTerminal) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_puid("\x1b[2J\r\n");
  action.set_taxonomy(202507);
  SmallLog log;
  AppendLeaf(EncodeEntryHeader(1, "p"), action.SerializeAsString(),
             &log.entries.emplace_back());
  const std::string words = FormatReceipt(Judge(MakeReceipt(log, 0)));
  EXPECT_EQ(words.find('\x1b'), std::string::npos);
  EXPECT_EQ(words.find('\r'), std::string::npos);
  EXPECT_NE(words.find("\\x1b[2J\\x0d\\x0a"), std::string::npos);
}

TEST(ReceiptTest, FieldsAreWords) {
  v1::Action action;
  action.set_application_date(18'635);
  action.set_language(uint32_t{'D' - 'A'} * 26 + ('E' - 'A') + 1);
  action.set_territory(1u << 0 | 1u << 29);
  action.set_affected(70'000);
  action.add_keywords(v1::KEYWORD_HATE_SPEECH);
  action.add_keywords(static_cast<v1::Keyword>(99));
  action.set_commitment(std::string(2, '\xab'));
  action.add_about("p-1");
  const std::vector<NamedValue> want = {{"commitment", "abab"},
                                        {"keywords", "hate speech, code 99"},
                                        {"application date", "2021-01-08"},
                                        {"territory", "AT SK"},
                                        {"about", "\"p-1\""},
                                        {"language", "DE"},
                                        {"affected", "70,000"}};
  EXPECT_EQ(DescribeAction(action), want);
}

TEST(ReceiptTest, TheReportForMachinesSaysTheSame) {
  const Receipt receipt = MakeReceipt(SmallLog::OfSize(7), 3, {kTime});
  const auto json = nlohmann::json::parse(
      FormatReceiptJson(Judge(receipt, WitnessedPolicy("w0"))), nullptr, false);
  EXPECT_EQ(json["verdict"], "true");
  EXPECT_EQ(json["exit_status"], 0);
  EXPECT_EQ(json["index"], 3);
  EXPECT_EQ(json["size"], 7);
  EXPECT_EQ(json["witnessed_no_later_than_s"], kTime);
  EXPECT_EQ(json["entry"]["puid"], "p-3");
  EXPECT_EQ(json["entry"]["signed_by_platform"], false);
  const auto refused = nlohmann::json::parse(
      FormatReceiptJson(Judge({SmallEntry(5), receipt.proof})), nullptr, false);
  EXPECT_EQ(refused["verdict"], "false");
  EXPECT_EQ(refused["exit_status"], 1);
  EXPECT_FALSE(refused.contains("entry"));
}

}  // namespace
}  // namespace modlog::receipt_test
