// If these fail, modlog-verify calls a false bare proof true, a true one false,
// or judges JSON that two readers would read differently.

#include "verifier/commands/bare_proof.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/verifier/samples.h"
#include "verifier/core/sha256.h"

namespace modlog::bare_proof_test {
namespace {

constexpr auto kInclusion = BareProofKind::kInclusion;
constexpr auto kConsistency = BareProofKind::kConsistency;

const std::string kEmptyRoot = FormatBase64(HashEmpty());
const std::string kRoot3(kSampleRoots[3]);
const std::string kRoot5(kSampleRoots[5]);
const std::string kLeaf3 = FormatBase64(HashLeaf(AsBytes(SampleEntry(3))));
constexpr char kMax[] = "18446744073709551615";

std::string Array(std::initializer_list<std::string_view> hashes) {
  std::string text;
  for (const std::string_view hash : hashes) {
    text += (text.empty() ? "\"" : ",\"") + std::string(hash) + "\"";
  }
  return "[" + text + "]";
}
const std::string kPath =
    Array({kSamplePath[0], kSamplePath[1], kSamplePath[2]});

std::string Inclusion(const std::string& index, const std::string& size,
                      const std::string& leaf, const std::string& root,
                      const std::string& path) {
  return "{\"index\":" + index + ",\"size\":" + size + ",\"leaf_hash\":\"" +
         leaf + "\",\"root\":\"" + root + "\",\"proof\":" + path + "}";
}
std::string Consistency(const std::string& old_size,
                        const std::string& new_size,
                        const std::string& old_root,
                        const std::string& new_root, const std::string& path) {
  return "{\"old_size\":" + old_size + ",\"new_size\":" + new_size +
         ",\"old_root\":\"" + old_root + "\",\"new_root\":\"" + new_root +
         "\",\"proof\":" + path + "}";
}
const std::string kTrueInclusion = Inclusion("3", "5", kLeaf3, kRoot5, kPath);
const std::string kGrowth =
    Array({kSampleConsistency[0], kSampleConsistency[1], kSampleConsistency[2],
           kSampleConsistency[3]});

Verdict Judge(BareProofKind kind, const std::string& object) {
  return JudgeBareProof(kind, object).verdict;
}
std::string Why(BareProofKind kind, const std::string& object) {
  return JudgeBareProof(kind, object).why;
}
std::string Changed(std::string text, const std::string& from,
                    const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

struct Answer {
  std::string out;
  Verdict verdict;
};
Answer JudgeAll(BareProofKind kind, const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out;
  const Verdict verdict = JudgeBareProofs(kind, in, out);
  return {out.str(), verdict};
}

TEST(BareProofTest, AProofThatHoldsIsTrue) {
  EXPECT_EQ(Judge(kInclusion, kTrueInclusion), Verdict::kTrue);
  EXPECT_EQ(Judge(kConsistency, Consistency("3", "5", kRoot3, kRoot5, kGrowth)),
            Verdict::kTrue);
  EXPECT_EQ(Judge(kConsistency, Consistency("5", "5", kRoot5, kRoot5, "[]")),
            Verdict::kTrue);
}

TEST(BareProofTest, AProofOfSomethingElseIsFalse) {
  const std::string& p = kPath;
  for (const std::string& object : {
           Inclusion("2", "5", kLeaf3, kRoot5, p),     // other index
           Inclusion("3", "9", kLeaf3, kRoot5, p),     // other size
           Inclusion("3", "5", kRoot5, kRoot5, p),     // other leaf
           Inclusion("3", "5", kLeaf3, kRoot3, p),     // other root
           Inclusion("3", "5", kLeaf3, kRoot5, "[]"),  // no path
           Inclusion("5", "5", kLeaf3, kRoot5, p),     // index = size
           Inclusion("0", "0", kLeaf3, kEmptyRoot, "[]"),
       }) {
    EXPECT_EQ(Judge(kInclusion, object), Verdict::kFalse) << object;
  }
  for (const std::string& object : {
           Consistency("3", "5", kRoot5, kRoot5, kGrowth),
           Consistency("3", "5", kRoot3, kRoot3, kGrowth),
           Consistency("5", "3", kRoot5, kRoot3, kGrowth),
           Consistency("3", "5", kRoot3, kRoot5, "[]"),
           Consistency("5", "5", kRoot5, kRoot5, kGrowth),
           Consistency("5", "5", kRoot3, kRoot5, "[]"),
       }) {
    EXPECT_EQ(Judge(kConsistency, object), Verdict::kFalse) << object;
  }
}

TEST(BareProofTest, NumbersUpToTheLargestAreJudgedAndLargerOnesAreErrors) {
  EXPECT_EQ(Judge(kInclusion, Inclusion(kMax, kMax, kLeaf3, kRoot5, kPath)),
            Verdict::kFalse);
  EXPECT_EQ(Judge(kInclusion, Inclusion("3", kMax, kLeaf3, kRoot5, kPath)),
            Verdict::kFalse);
  EXPECT_EQ(Judge(kConsistency, Consistency(kMax, kMax, kRoot5, kRoot5, "[]")),
            Verdict::kTrue);
  for (const std::string bad : {"18446744073709551616", "1e400", "-1", "3.0",
                                "3e0", "\"3\"", "null", "true", "03", "+3"}) {
    EXPECT_EQ(Judge(kInclusion, Inclusion(bad, "5", kLeaf3, kRoot5, kPath)),
              Verdict::kCannotTell)
        << bad;
  }
}

TEST(BareProofTest, AHashOfAnotherLengthIsFalseAndBrokenBase64AnError) {
  const std::string short_hash = FormatBase64(AsBytes(std::string(31, 'a')));
  const std::string long_hash = FormatBase64(AsBytes(std::string(33, 'a')));
  for (const std::string& hash : {short_hash, long_hash, std::string()}) {
    const auto judge = [&](const std::string& object) {
      return Judge(kInclusion, object);
    };
    EXPECT_EQ(judge(Inclusion("3", "5", hash, kRoot5, kPath)), Verdict::kFalse);
    EXPECT_EQ(judge(Inclusion("3", "5", kLeaf3, hash, kPath)), Verdict::kFalse);
    EXPECT_EQ(judge(Inclusion("3", "5", kLeaf3, kRoot5,
                              Array({kSamplePath[0], hash, kSamplePath[2]}))),
              Verdict::kFalse);
  }
  for (const std::string broken : {"!", "AAA", "AAAA=", "A\\n", "AB=="}) {
    EXPECT_EQ(Judge(kInclusion, Inclusion("3", "5", broken, kRoot5, kPath)),
              Verdict::kCannotTell)
        << broken;
  }
  EXPECT_NE(Why(kInclusion, Inclusion("3", "5", short_hash, kRoot5, kPath))
                .find("leaf_hash has 31 bytes, want 32"),
            std::string::npos);
}

TEST(BareProofTest, AnythingButTheFormStatedIsAnError) {
  const std::string& t = kTrueInclusion;
  for (const std::string& object : {
           std::string(),
           std::string("{}"),
           std::string("[]"),
           std::string("null"),
           "[" + t + "]",
           t + t,
           t + "x",
           t + "\0" + "x",
           t.substr(0, t.size() - 1),
           "\xef\xbb\xbf" + t,
           Changed(t, "{", "{\"index\":3,"),        // repeated key
           Changed(t, "{", "{\"ind\\u0065x\":3,"),  // the same, escaped
           Changed(t, "{", "{\"note\":1,"),         // unknown key
           Changed(t, "\"index\":3,", ""),          // missing key
           Changed(t, "\"index\"", "\"Index\""),
           Changed(t, "\"proof\":[", "\"proof\":[1,"),
           Changed(t, "\"proof\":[", "\"proof\":[[],"),
           Changed(t, "{", "{//\n"),
           Changed(t, "]}", "],}"),
           Changed(t, "\"index\"", "'index'"),
           Changed(t, "\"index\"", "\"index\xff\""),
       }) {
    EXPECT_EQ(Judge(kInclusion, object), Verdict::kCannotTell) << object;
  }
  EXPECT_EQ(Judge(kConsistency, t), Verdict::kCannotTell);
}

TEST(BareProofTest, DeepNestingIsRefusedAndDoesNotExhaustTheStack) {
  const std::string deep(500'000, '[');
  EXPECT_EQ(Judge(kInclusion, deep), Verdict::kCannotTell);
  EXPECT_EQ(Judge(kInclusion, Changed(kTrueInclusion, "[", deep)),
            Verdict::kCannotTell);
}

TEST(BareProofTest, FromTheEmptyTreeNothingIsCalledProved) {
  const auto judge = [](const std::string& object) {
    return Judge(kConsistency, object);
  };
  EXPECT_EQ(judge(Consistency("0", "5", kEmptyRoot, kRoot5, "[]")),
            Verdict::kCannotTell);
  EXPECT_EQ(judge(Consistency("0", "5", kEmptyRoot, kRoot5, kGrowth)),
            Verdict::kFalse);
  EXPECT_EQ(judge(Consistency("0", "5", kRoot3, kRoot5, "[]")),
            Verdict::kFalse);
  EXPECT_EQ(judge(Consistency("0", "0", kEmptyRoot, kEmptyRoot, "[]")),
            Verdict::kTrue);
  EXPECT_EQ(judge(Consistency("0", "0", kEmptyRoot, kRoot3, "[]")),
            Verdict::kFalse);
}

TEST(BareProofTest, EveryLineGetsItsVerdictAndAFalsehoodOutweighsADoubt) {
  const std::string wrong = Inclusion("2", "5", kLeaf3, kRoot5, kPath);
  const Answer answer =
      JudgeAll(kInclusion, kTrueInclusion + "\n\n  " + wrong +
                               " \r\nnonsense\n" + kTrueInclusion);
  std::istringstream lines(answer.out);
  std::string line;
  std::vector<std::string> verdicts;
  while (std::getline(lines, line)) {
    verdicts.push_back(line.substr(0, line.find(':')));
  }
  EXPECT_EQ(verdicts,
            (std::vector<std::string>{"true", "false", "error", "true"}));
  EXPECT_EQ(answer.verdict, Verdict::kFalse);
  EXPECT_EQ(JudgeAll(kInclusion, "x\n" + kTrueInclusion + "\n").verdict,
            Verdict::kCannotTell);
  EXPECT_EQ(JudgeAll(kInclusion, kTrueInclusion + "\n").verdict,
            Verdict::kTrue);
}

TEST(BareProofTest, AnObjectMayStandOnSeveralLines) {
  std::string pretty = kTrueInclusion;
  for (size_t at = 0; (at = pretty.find(',', at)) != std::string::npos;
       at += 2) {
    pretty.insert(at + 1, "\n");
  }
  pretty.insert(1, "\n");
  EXPECT_EQ(JudgeAll(kInclusion, "\n" + pretty + "\n").out, "true\n");
  const std::string cut = pretty.substr(0, pretty.size() - 1);
  EXPECT_EQ(JudgeAll(kInclusion, cut).verdict, Verdict::kCannotTell);
}

TEST(BareProofTest, AFirstLineThatIsCutDoesNotSwallowTheOthers) {
  const std::string cut = kTrueInclusion.substr(0, 20);
  const Answer answer =
      JudgeAll(kInclusion, cut + "\n" + kTrueInclusion + "\n");
  EXPECT_TRUE(answer.out.starts_with("error: ")) << answer.out;
  EXPECT_TRUE(answer.out.ends_with("\ntrue\n")) << answer.out;
}

TEST(BareProofTest, AnEmptyInputProvesNothing) {
  for (const std::string input : {"", "\n", " \n\t\n"}) {
    const Answer answer = JudgeAll(kInclusion, input);
    EXPECT_EQ(answer.verdict, Verdict::kCannotTell);
    EXPECT_TRUE(answer.out.starts_with("error: ")) << answer.out;
  }
}

TEST(BareProofTest, ALineOverTheLimitIsAnErrorAndTheNextIsJudged) {
  const std::string long_line(kBareProofSizeMax + 1, ' ');
  const Answer answer =
      JudgeAll(kInclusion, "{" + long_line + "}\n" + kTrueInclusion + "\n");
  EXPECT_TRUE(answer.out.starts_with("error: longer than 1,048,576 bytes"))
      << answer.out;
  EXPECT_TRUE(answer.out.ends_with("\ntrue\n")) << answer.out;
}

}  // namespace
}  // namespace modlog::bare_proof_test
