// If these fail, a verifier trusts others than its policy says, or fewer
// witnesses suffice than were asked for.

#include "verifier/core/policy.h"

#include <gtest/gtest.h>

#include <bit>

#include "tests/verifier/keys.h"
#include "tests/verifier/samples.h"

namespace modlog::core_policy_test {
namespace {

std::string Log(std::string_view origin, uint8_t seed = 1) {
  return "log " + FormatVerifierKey(LogKey(origin, seed).verifier) + "\n";
}
std::string Witness(std::string_view name, uint8_t seed) {
  return "witness " + std::string(name) + " " +
         FormatVerifierKey(WitnessKey(name, seed).verifier) + "\n";
}
// Witnesses named w1..wN, with keys of their own.
std::string Witnesses(int count) {
  std::string lines;
  for (int i = 1; i <= count; ++i) {
    lines += Witness("w" + std::to_string(i), static_cast<uint8_t>(10 + i));
  }
  return lines;
}

TEST(PolicyTest, TheSampleIsRead) {
  const auto policy = ParsePolicy(SamplePolicy());
  ASSERT_TRUE(policy) << policy.error().message;
  ASSERT_EQ(policy->logs.size(), 1u);
  EXPECT_EQ(policy->logs[0].key.name, kSampleOrigin);
  EXPECT_EQ(policy->logs[0].url, "https://modlog.example/actions/");
  ASSERT_EQ(policy->witnesses.size(), 1u);
  EXPECT_EQ(policy->witnesses[0].name, "w1");
  EXPECT_EQ(policy->witnesses[0].url, "https://witness.example/");
  ASSERT_EQ(policy->groups.size(), 1u);
  EXPECT_EQ(policy->groups[0].threshold, 1u);
  EXPECT_FALSE(policy->quorum_none);
}

TEST(PolicyTest, WhiteSpaceCommentsAndForeignOctetsAreAsSpecified) {
  const std::string key = FormatVerifierKey(WitnessKey("w", 3).verifier);
  for (const std::string& text : std::vector<std::string>{
           "quorum none\n", "\n\n  \t \nquorum none\n",
           "\t quorum \t none \t\n", "# log nonsense\n \t# more\nquorum none\n",
           "#\nquorum none\n", "# \xff\xfe\nquorum none\n",
           "witness \xff\xfe " + key + " http://\xc3\xa9\nquorum \xff\xfe\n",
           "witness #w " + key + " #url\nquorum #w\n",
           "witness a+b " + key + "\nquorum a+b\n",
           "witness log " + key + "\nquorum log\n",
           "witness all " + key + "\ngroup any any all\nquorum any\n"}) {
    EXPECT_EQ(CodeOf(ParsePolicy(text)), "accepted") << text;
  }
}

TEST(PolicyTest, EveryErrorOfTheSpecificationIsRefusedWithItsLine) {
  const std::string w1 = Witness("w1", 11);
  const std::string w2 = Witness("w2", 12);
  const std::string both = w1 + w2;
  const std::string key = FormatVerifierKey(WitnessKey("x", 11).verifier);
  const std::string none = "quorum none\n";
  const struct {
    std::string text;
    std::string message;
  } kCases[] = {
      {"", "no quorum line, want exactly one"},
      {both, "no quorum line, want exactly one"},
      {"quorum none", "policy line 1: no newline at its end"},
      {none + none, "policy line 2: a second quorum line, want exactly one"},
      {"quorum\n",
       "policy line 1: wrong number of fields 1, want: quorum <name>|none"},
      {"quorum none none\n",
       "policy line 1: wrong number of fields 3, want: quorum <name>|none"},
      {"quorum w1\n" + w1,
       "policy line 1: the name \"w1\" is not defined above"},
      {"quorum NONE\n",
       "policy line 1: the name \"NONE\" is not defined above"},
      {"quorum none # why\n",
       "policy line 1: wrong number of fields 4, want: quorum <name>|none"},
      {none + "\r\n",
       "policy line 2: ends in CRLF, as mail programs and git's autocrlf make "
       "it, want LF: sed -i 's/\\r$//' FILE"},
      {"quorum none\r\n",
       "policy line 1: ends in CRLF, as mail programs and git's autocrlf make "
       "it, want LF: sed -i 's/\\r$//' FILE"},
      {none + "# a\rb\n", "policy line 2: control character"},
      {none + "#\x7f\n", "policy line 2: control character"},
      {none + std::string("#\0\n", 3), "policy line 2: control character"},
      {none + "#\x1b[31m\n", "policy line 2: control character"},
      {none + "Log x\n",
       "policy line 2: unknown keyword \"Log\", want log, witness, group or "
       "quorum"},
      {none + "log\n",
       "policy line 2: wrong number of fields 1, want: log <vkey> [<url>]"},
      {none + "witness a\n",
       "policy line 2: wrong number of fields 2, want: witness <name> <vkey> "
       "[<url>]"},
      {none + "witness a " + key + " url more\n",
       "policy line 2: wrong number of fields 5, want: witness <name> <vkey> "
       "[<url>]"},
      {none + "witness none " + key + "\n",
       "policy line 2: the name \"none\" is reserved"},
      {both + "group none any w1\n" + none,
       "policy line 3: the name \"none\" is reserved"},
      {both + "group g any none\n" + none,
       "policy line 3: the name \"none\" is not defined above"},
      {both + "witness w1 " + key + "\n" + none,
       "policy line 3: the name \"w1\" is defined for the second time"},
      {both + "group w1 any w2\n" + none,
       "policy line 3: the name \"w1\" is defined for the second time"},
      {both + "group g any w1\ngroup g any w2\n" + none,
       "policy line 4: the name \"g\" is defined for the second time"},
      {both + "group g any w1\nwitness g " +
           FormatVerifierKey(WitnessKey("x", 13).verifier) + "\n" + none,
       "policy line 4: the name \"g\" is defined for the second time"},
      {both + "witness w3 " + key + "\n" + none,
       "policy line 3: the public key of \"x\" stands in an earlier line"},
      {Log("a", 1) + Log("b", 1) + none,
       "policy line 2: the public key of \"b\" stands in an earlier line"},
      {both + "group g any\n" + none,
       "policy line 3: wrong number of fields 3, want: group <name> "
       "all|any|<k> <member>..."},
      {both + "group g any w1 w1\n" + none,
       "policy line 3: \"w1\" is a member for the second time"},
      {both + "group g any w1\ngroup h all w1 w2\n" + none,
       "policy line 4: \"w1\" is a member for the second time"},
      {both + "group g any w1\ngroup h all g\ngroup i all g w2\n" + none,
       "policy line 5: \"g\" is a member for the second time"},
      {both + "group g any g\n" + none,
       "policy line 3: the name \"g\" is not defined above"},
      {"group g any w1\n" + both + none,
       "policy line 1: the name \"w1\" is not defined above"},
      {both + "group g 0 w1 w2\n" + none,
       "policy line 3: wrong threshold \"0\", want all, any or 1..2"},
      {both + "group g 3 w1 w2\n" + none,
       "policy line 3: wrong threshold \"3\", want all, any or 1..2"},
      {both + "group g 01 w1 w2\n" + none,
       "policy line 3: wrong threshold \"01\", want all, any or 1..2"},
      {both + "group g -1 w1 w2\n" + none,
       "policy line 3: wrong threshold \"-1\", want all, any or 1..2"},
      {both + "group g 18446744073709551617 w1 w2\n" + none,
       "policy line 3: wrong threshold \"18446744073709551617\", want all, any "
       "or 1..2"},
      {both + "group g ALL w1 w2\n" + none,
       "policy line 3: wrong threshold \"ALL\", want all, any or 1..2"},
  };
  for (const auto& c : kCases) {
    const auto policy = ParsePolicy(c.text);
    ASSERT_FALSE(policy) << c.text;
    EXPECT_EQ(policy.error().code, Code::kMalformed) << c.text;
    EXPECT_EQ(policy.error().message, c.message) << c.text;
  }
}

TEST(PolicyTest, AKeyInTheWrongPlaceIsUntrustedAndNamed) {
  const std::string log_key = FormatVerifierKey(LogKey("l").verifier);
  const std::string witness_key =
      FormatVerifierKey(WitnessKey("w", 2).verifier);
  const std::string weak =
      "w+00000000+" + FormatBase64(AsBytes("\x04" + std::string(32, '\0')));
  const struct {
    std::string line;
    std::string message;
  } kCases[] = {
      {"log " + witness_key + "\n",
       "policy line 1: key of \"w\" has signature type 0x04, want 0x01 or "
       "0x06"},
      {"witness w " + log_key + "\n",
       "policy line 1: key of \"l\" has signature type 0x01, want 0x04 or "
       "0x06"},
      {"witness w " + weak + "\n",
       "policy line 1: key of \"w\": public key of small order, under which "
       "anybody can sign"},
  };
  for (const auto& c : kCases) {
    const auto policy = ParsePolicy(c.line + "quorum none\n");
    ASSERT_FALSE(policy) << c.line;
    EXPECT_EQ(policy.error().code, Code::kUntrusted) << c.line;
    EXPECT_EQ(policy.error().message, c.message);
  }
}

TEST(PolicyTest, OneKeyMayBeALogsAndAWitnesss) {
  EXPECT_TRUE(ParsePolicy(Log("l", 5) + Witness("w", 5) + "quorum w\n"));
}

TEST(PolicyTest, LimitsAreThoseStated) {
  const std::string none = "quorum none\n";
  EXPECT_EQ(CodeOf(ParsePolicy(
                none + std::string(kPolicySizeMax - none.size(), '\n'))),
            "accepted");
  EXPECT_EQ(CodeOf(ParsePolicy(
                none + std::string(kPolicySizeMax - none.size() + 1, '\n'))),
            "too large");
  std::string many = Witnesses(100);
  for (int i = 1; i <= 100; ++i) {
    many += "group g" + std::to_string(i) + " all w" + std::to_string(i) + "\n";
  }
  EXPECT_TRUE(ParsePolicy(many + "quorum g100\n"));
}

// A chain of groups as deep as the file allows must cost no stack.
TEST(PolicyTest, GroupsOfGroupsMayBeDeep) {
  std::string text = Witness("w", 3) + "group 0 all w\n";
  int depth = 0;
  for (; depth < 20'000; ++depth) {
    text += "group " + std::to_string(depth + 1) + " all " +
            std::to_string(depth) + "\n";
  }
  const auto policy =
      ParsePolicy(text + "quorum " + std::to_string(depth) + "\n");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_TRUE(QuorumReached(*policy, {true}));
  EXPECT_FALSE(QuorumReached(*policy, {false}));
}

// --- quorums ---

// QuorumOf says for which sets of witnesses (bit i is w(i+1)) it is reached.
std::vector<bool> QuorumOf(const std::string& text) {
  const auto policy = ParsePolicy(text);
  EXPECT_TRUE(policy) << policy.error().message;
  const size_t n = policy->witnesses.size();
  std::vector<bool> reached;
  for (size_t set = 0; set < size_t{1} << n; ++set) {
    std::vector<bool> cosigned;
    for (size_t i = 0; i < n; ++i) cosigned.push_back((set >> i & 1) != 0);
    reached.push_back(QuorumReached(*policy, cosigned));
  }
  return reached;
}

TEST(PolicyTest, WhatIsWrittenReadsTheSame) {
  const std::string text =
      Log("log.example/1") + Log("log.example/2", 2) + Witnesses(4) +
      "group two 2 w1 w2 w3\ngroup all 2 two w4\nquorum all\n";
  for (const std::string& policy :
       {text, SamplePolicy(), Log("log.example/1") + "quorum none\n"}) {
    const auto parsed = ParsePolicy(policy);
    ASSERT_TRUE(parsed) << parsed.error().message;
    const std::string written = FormatPolicy(*parsed);
    const auto again = ParsePolicy(written);
    ASSERT_TRUE(again) << written << again.error().message;
    EXPECT_EQ(FormatPolicy(*again), written);
    EXPECT_EQ(again->logs.size(), parsed->logs.size());
    EXPECT_EQ(again->witnesses.size(), parsed->witnesses.size());
    EXPECT_EQ(again->quorum_none, parsed->quorum_none);
  }
  EXPECT_EQ(FormatPolicy(*ParsePolicy(text)), text);
}

TEST(QuorumTest, ThresholdsCountMembers) {
  for (int k = 1; k <= 4; ++k) {
    const auto reached =
        QuorumOf(Witnesses(4) + "group g " + std::to_string(k) +
                 " w1 w2 w3 w4\nquorum g\n");
    for (size_t set = 0; set < reached.size(); ++set) {
      EXPECT_EQ(reached[set], std::popcount(set) >= k) << k << ", set " << set;
    }
  }
}

TEST(QuorumTest, AnyAllOneAndNone) {
  const auto any = QuorumOf(Witnesses(2) + "group g any w1 w2\nquorum g\n");
  EXPECT_EQ(any, (std::vector<bool>{false, true, true, true}));
  const auto all = QuorumOf(Witnesses(2) + "group g all w1 w2\nquorum g\n");
  EXPECT_EQ(all, (std::vector<bool>{false, false, false, true}));
  const auto one = QuorumOf(Witnesses(2) + "quorum w2\n");
  EXPECT_EQ(one, (std::vector<bool>{false, false, true, true}));
  const auto none = QuorumOf(Witnesses(2) + "quorum none\n");
  EXPECT_EQ(none, (std::vector<bool>{true, true, true, true}));
}

// The example of the specification: two of three, and any of three.
TEST(QuorumTest, GroupsOfGroups) {
  const auto reached =
      QuorumOf(Witnesses(6) +
               "group x 2 w1 w2 w3\ngroup y any w4 w5 w6\ngroup both all x y\n"
               "quorum both\n");
  for (size_t set = 0; set < reached.size(); ++set) {
    const bool want = std::popcount(set & 7) >= 2 && (set >> 3) != 0;
    EXPECT_EQ(reached[set], want) << set;
  }
}

TEST(QuorumTest, AMixOfWitnessAndGroup) {
  const auto reached = QuorumOf(
      Witnesses(3) + "group a any w1 w2\ngroup b all a w3\nquorum b\n");
  for (size_t set = 0; set < reached.size(); ++set) {
    EXPECT_EQ(reached[set], (set & 3) != 0 && (set & 4) != 0) << set;
  }
}

// --- checkpoints under a policy ---

constexpr std::string_view kOrigin = "log.example";

std::string Text(std::string_view origin = kOrigin) {
  return FormatCheckpoint({std::string(origin), {7, Sha256(AsBytes("root"))}});
}
std::string Signed(std::string_view text, const SignerKey& key) {
  return SignNote(text, std::vector{key});
}

TEST(OpenCheckpointTest, EveryCosignerIsReportedWithItsTime) {
  const auto policy = ParsePolicy(Log(kOrigin) + Witnesses(3) +
                                  "group g 2 w1 w2 w3\nquorum g\n");
  ASSERT_TRUE(policy);
  const std::string text = Text();
  const std::string note = Signed(text, LogKey(kOrigin));
  const auto line = [&](int i, uint64_t time) {
    return FormatSignatureLine(Cosign(
        text, WitnessKey("w" + std::to_string(i), static_cast<uint8_t>(10 + i)),
        time));
  };
  auto opened = OpenCheckpoint(note, *policy);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->quorum);
  EXPECT_TRUE(opened->cosigners.empty());

  opened = OpenCheckpoint(note + line(3, 30), *policy);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->quorum);

  // The same witness twice is one witness.
  opened = OpenCheckpoint(note + line(3, 30) + line(3, 31), *policy);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->quorum);

  opened = OpenCheckpoint(note + line(3, 30) + line(1, 10), *policy);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->quorum);
  ASSERT_EQ(opened->cosigners.size(), 2u);
  EXPECT_EQ(opened->cosigners[0].witness, 2u);
  EXPECT_EQ(opened->cosigners[0].time_s, 30u);
  EXPECT_EQ(opened->cosigners[1].witness, 0u);
  EXPECT_EQ(opened->cosigners[1].time_s, 10u);
  EXPECT_EQ(opened->checkpoint.origin, kOrigin);
  EXPECT_EQ(opened->checkpoint.tree.size, 7u);
}

TEST(OpenCheckpointTest, OnlyTheLogsOwnKeySpeaksForAnOrigin) {
  const auto policy = ParsePolicy(Log("a", 1) + Log("b", 2) + Witness("w", 3) +
                                  "quorum none\n");
  ASSERT_TRUE(policy);
  EXPECT_EQ(OpenCheckpoint(Signed(Text("b"), LogKey("b", 2)), *policy)->log,
            1u);
  // Signed by another known log, whose name is not the origin.
  EXPECT_EQ(CodeOf(OpenCheckpoint(Signed(Text("a"), LogKey("b", 2)), *policy)),
            "not found");
  // Signed by the right name with another key.
  EXPECT_EQ(CodeOf(OpenCheckpoint(Signed(Text("a"), LogKey("a", 9)), *policy)),
            "not found");
  EXPECT_EQ(CodeOf(OpenCheckpoint(Signed(Text("c"), LogKey("c", 9)), *policy)),
            "not found");
  // Cosigned, but not signed by the log.
  const std::string text = Text("a");
  EXPECT_EQ(
      CodeOf(OpenCheckpoint(
          FormatNote({text, {Cosign(text, WitnessKey("w", 3), 1)}}), *policy)),
      "not found");
}

TEST(OpenCheckpointTest, ALogMayHaveTwoKeys) {
  const auto policy = ParsePolicy(Log("a", 1) + Log("a", 2) + "quorum none\n");
  ASSERT_TRUE(policy);
  for (const uint8_t seed : {uint8_t{1}, uint8_t{2}}) {
    const auto opened =
        OpenCheckpoint(Signed(Text("a"), LogKey("a", seed)), *policy);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->log, seed - 1u);
  }
  const auto both = OpenCheckpoint(
      SignNote(Text("a"), std::vector{LogKey("a", 2), LogKey("a", 1)}),
      *policy);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_TRUE(both->cosigners.empty());
}

TEST(OpenCheckpointTest, AFailingWitnessRefusesTheCheckpoint) {
  const auto policy =
      ParsePolicy(Log(kOrigin) + Witness("w", 3) + "quorum none\n");
  ASSERT_TRUE(policy);
  NoteSignature bad = Cosign(Text(), WitnessKey("w", 3), 1);
  bad.signature.back() ^= 1;
  EXPECT_EQ(
      CodeOf(OpenCheckpoint(
          Signed(Text(), LogKey(kOrigin)) + FormatSignatureLine(bad), *policy)),
      "untrusted");
}

TEST(OpenCheckpointTest, ASignedTextThatIsNoCheckpointIsMalformed) {
  const auto policy = ParsePolicy(Log(kOrigin) + "quorum none\n");
  ASSERT_TRUE(policy);
  for (const std::string& text :
       {Text() + "\nextension\n", std::string(kOrigin) + "\n", Text() + "\n"}) {
    EXPECT_EQ(CodeOf(OpenCheckpoint(Signed(text, LogKey(kOrigin)), *policy)),
              "malformed");
  }
}

TEST(OpenCheckpointTest, ExtensionLinesAreLeftOut) {
  const auto policy = ParsePolicy(Log(kOrigin) + "quorum none\n");
  ASSERT_TRUE(policy);
  const auto plain = OpenCheckpoint(Signed(Text(), LogKey(kOrigin)), *policy);
  const auto extended = OpenCheckpoint(
      Signed(Text() + "Timestamp: 1700000000\nmore\n", LogKey(kOrigin)),
      *policy);
  ASSERT_TRUE(plain && extended);
  EXPECT_EQ(extended->checkpoint, plain->checkpoint);
}

// A key of a type that no version knows yet, well-formed.
std::string UnknownKey(const std::string& name) {
  const std::string blob = "\x09" + std::string(40, 'k');
  const Hash hash = Sha256(AsBytes(name + "\n" + blob));
  return name + "+" + FormatHex(AsBytes(AsText(hash).substr(0, 4))) + "+" +
         FormatBase64(AsBytes(blob));
}

TEST(OpenCheckpointTest, AKeyThatCannotBeCheckedDidNotSign) {
  const std::string later = "witness later " + UnknownKey("later") + "\n";
  const struct {
    std::string quorum;
    bool reached;
  } kCases[] = {{"quorum none\n", true},
                {"quorum later\n", false},
                {"group g any w later\nquorum g\n", true},
                {"group g all w later\nquorum g\n", false}};
  const std::string note =
      Signed(Text(), LogKey(kOrigin)) +
      FormatSignatureLine(Cosign(Text(), WitnessKey("w", 3), 1));
  for (const auto& c : kCases) {
    const auto policy =
        ParsePolicy(Log(kOrigin) + Witness("w", 3) + later + c.quorum);
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_FALSE(CheckKeysCheckable(*policy));
    const auto opened = OpenCheckpoint(note, *policy);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->quorum, c.reached) << c.quorum;
    // A line by it neither holds nor fails.
    const NoteSignature line = {"later", policy->witnesses[1].key.id, "junk"};
    const auto with_line =
        OpenCheckpoint(note + FormatSignatureLine(line), *policy);
    ASSERT_TRUE(with_line) << with_line.error().message;
    EXPECT_EQ(with_line->quorum, c.reached) << c.quorum;
    EXPECT_EQ(FormatPolicy(*policy),
              FormatPolicy(*ParsePolicy(FormatPolicy(*policy))));
  }
}

TEST(OpenCheckpointTest, ALogWhoseKeyCannotBeCheckedIsNotAccused) {
  const auto policy = ParsePolicy("log " + UnknownKey(std::string(kOrigin)) +
                                  "\nquorum none\n");
  ASSERT_TRUE(policy) << policy.error().message;
  const NoteSignature line = {std::string(kOrigin), policy->logs[0].key.id,
                              "junk"};
  EXPECT_EQ(CodeOf(OpenCheckpoint(Text() + "\n" + FormatSignatureLine(line),
                                  *policy)),
            "unavailable");
  // Nor is one that signed with a key that the policy does not have.
  EXPECT_EQ(CodeOf(OpenCheckpoint(Signed(Text(), LogKey(kOrigin)), *policy)),
            "not found");
}

TEST(PolicyTest, LineEndsOfAMailProgramAreNamed) {
  const auto policy = ParsePolicy("quorum none\r\n");
  ASSERT_FALSE(policy);
  EXPECT_NE(policy.error().message.find("CRLF"), std::string::npos);
}

TEST(OpenCheckpointTest, APolicyWithoutLogsKnowsNoOrigin) {
  const auto policy = ParsePolicy("quorum none\n");
  ASSERT_TRUE(policy);
  EXPECT_EQ(CodeOf(OpenCheckpoint(SampleNote(), *policy)), "not found");
}

TEST(QuorumDeathTest, AnAnswerForEachWitness) {
  const auto policy = ParsePolicy(Witnesses(2) + "quorum w1\n");
  ASSERT_TRUE(policy);
  EXPECT_DEATH(QuorumReached(*policy, {true}), "an answer for each witness");
}

}  // namespace
}  // namespace modlog::core_policy_test
