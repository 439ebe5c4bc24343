// If these fail, signatures of type 0x06 are not those of other programs, or
// one is believed that nobody made, or a program whose libcrypto cannot judge
// them says other than that it cannot.
//
// With libcrypto before 3.5 only the last of these is asked:
//   LD_LIBRARY_PATH=DIRECTORY_OF_A_NEWER_ONE ctest --preset test -R MlDsa

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/verifier/hex.h"
#include "tests/verifier/keys.h"
#include "tests/verifier/samples.h"
#include "verifier/core/policy.h"

namespace modlog::core_mldsa_test {
namespace {

constexpr char kPlainKey[] =
    "PRIVATE+KEY+modlog.example/actions+41b75326+"
    "BoCBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6f";

// What transparency-dev/formats made, with filippo.io/mldsa: the sample
// checkpoint with the log's signature of type 0x01, one of type 0x06 by the key
// of seed 80..9f, time 0, and a witness's of type 0x06, seed 40..5f.
std::string ReadData(const std::string& name) {
  std::ifstream file(MODLOG_SOURCE_DIR "/tests/testdata/mldsa/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::string Vkey(size_t line) {
  const std::string text = ReadData("vkeys");
  const size_t end = text.find('\n');
  return line == 0 ? text.substr(0, end)
                   : text.substr(end + 1, text.size() - end - 2);
}
std::string LogPolicy() { return "log " + Vkey(0) + "\nquorum none\n"; }
std::string WitnessPolicy() {
  return "log " + std::string(kSampleLogKey) + "\nwitness pq " + Vkey(1) +
         "\nquorum pq\n";
}

class MlDsaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasMlDsa44()) GTEST_SKIP() << "libcrypto has no ML-DSA-44";
  }
};

TEST(MlDsaLackingTest, WithoutItAKeyIsOneThatDidNotSign) {
  if (HasMlDsa44()) GTEST_SKIP() << "libcrypto has ML-DSA-44";
  const auto key = ParseVerifierKey(Vkey(1));
  EXPECT_EQ(CodeOf(key), "untrusted");
  EXPECT_NE(key.error().message.find("OpenSSL 3.5"), std::string::npos);
  const auto witnessed = OpenCheckpoint(ReadData("checkpoint"),
                                        ParsePolicy(WitnessPolicy()).value());
  ASSERT_TRUE(witnessed) << witnessed.error().message;
  EXPECT_FALSE(witnessed->quorum);
  EXPECT_EQ(CodeOf(ParseMlDsaSignerKey(kPlainKey)), "untrusted");
  const auto opened = OpenCheckpoint(ReadData("checkpoint"),
                                     ParsePolicy(SamplePolicy()).value());
  EXPECT_TRUE(opened) << opened.error().message;
}

TEST_F(MlDsaTest, AnotherProgramsSignaturesHold) {
  const std::string note = ReadData("checkpoint");
  const auto log = OpenCheckpoint(note, ParsePolicy(LogPolicy()).value());
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->checkpoint.tree.size, 5u);
  EXPECT_EQ(FormatPolicy(ParsePolicy(LogPolicy()).value()), LogPolicy());
  const auto witnessed =
      OpenCheckpoint(note, ParsePolicy(WitnessPolicy()).value());
  ASSERT_TRUE(witnessed) << witnessed.error().message;
  EXPECT_TRUE(witnessed->quorum);
  ASSERT_EQ(witnessed->cosigners.size(), 1u);
  EXPECT_EQ(witnessed->cosigners[0].time_s, kSampleTime);
}

TEST_F(MlDsaTest, WeSignTheSameAndOthersKeysAreOurs) {
  const auto key = ParseMlDsaSignerKey(kPlainKey);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(FormatVerifierKey(key->verifier), Vkey(0));
  EXPECT_EQ(FormatMlDsaSignerKey(*key), kPlainKey);
  const NoteSignature signature = SignTree(kSampleText, *key);
  EXPECT_EQ(signature.name, kSampleOrigin);
  EXPECT_EQ(signature.signature.size(), 8 + kMlDsa44SignatureSize);
  EXPECT_EQ(SignTree(kSampleText, *key).signature, signature.signature);
  uint64_t time_s = 1;
  EXPECT_TRUE(VerifySignature(kSampleText, signature, key->verifier, &time_s));
  EXPECT_EQ(time_s, 0u);
  Note note = ParseNote(SampleNote()).value();
  note.signatures.push_back(signature);
  EXPECT_TRUE(
      OpenCheckpoint(FormatNote(note), ParsePolicy(LogPolicy()).value()));
}

// What is signed is the tree: its size, root and origin, the cosigner's name
// and the time. docs/formats.md has the bytes.
TEST_F(MlDsaTest, TheMessageIsThatOfTheSpecification) {
  std::string seed;
  for (int i = 0x40; i < 0x60; ++i) seed += static_cast<char>(i);
  const auto key = MlDsa44PrivateKey::FromSeed(AsBytes(seed)).value();
  const std::string message = FromHex(
      "737562747265652f76310a00 13 7769746e6573732e6578616d706c652f707131"
      "000000006955b900 16 6d6f646c6f672e6578616d706c652f616374696f6e73"
      "0000000000000000 0000000000000005"
      "d3e22a5520aa1aa7031a24e99d33f036dc3853870240904ba066f53ddbffb2a7");
  const VerifierKey verifier = ParseVerifierKey(Vkey(1)).value();
  const NoteSignature signature{
      verifier.name, verifier.id,
      FromHex("000000006955b900") + key.Sign(AsBytes(message))};
  EXPECT_TRUE(VerifySignature(kSampleText, signature, verifier));
}

TEST_F(MlDsaTest, WhatIsChangedIsRefused) {
  const std::string note = ReadData("checkpoint");
  const Note parsed = ParseNote(note).value();
  ASSERT_EQ(parsed.signatures.size(), 3u);
  for (const size_t line : {size_t{1}, size_t{2}}) {
    const VerifierKey key = ParseVerifierKey(Vkey(line - 1)).value();
    const NoteSignature& good = parsed.signatures[line];
    EXPECT_TRUE(VerifySignature(parsed.text, good, key));
    for (size_t i = 0; i < good.signature.size(); i += 61) {
      NoteSignature bad = good;
      bad.signature[i] = static_cast<char>(bad.signature[i] ^ 1);
      EXPECT_FALSE(VerifySignature(parsed.text, bad, key)) << i;
    }
    NoteSignature cut = good;
    cut.signature.pop_back();
    EXPECT_FALSE(VerifySignature(parsed.text, cut, key));
    cut.signature.clear();
    EXPECT_FALSE(VerifySignature(parsed.text, cut, key));
    EXPECT_FALSE(VerifySignature(parsed.text + "extension\n", good, key));
    std::string other = parsed.text;
    other[other.find("\n5\n") + 1] = '6';
    EXPECT_FALSE(VerifySignature(other, good, key));
  }
}

// A witness that does not say when it looked says too little to count.
TEST_F(MlDsaTest, OnlyTheLogMayLeaveTheTimeOut) {
  std::string seed;
  for (int i = 0x40; i < 0x60; ++i) seed += static_cast<char>(i);
  const auto sign = [&](const std::string& name) {
    const auto key =
        MakeMlDsaSignerKey(name,
                           MlDsa44PrivateKey::FromSeed(AsBytes(seed)).value())
            .value();
    std::string message("subtree/v1\n\0", 12);
    message += static_cast<char>(name.size());
    message +=
        name + std::string(8, '\0') + static_cast<char>(kSampleOrigin.size()) +
        std::string(kSampleOrigin) + FromHex("0000000000000000") +
        FromHex("0000000000000005") + ParseBase64(kSampleRoots[5]).value();
    const NoteSignature line{
        name, key.verifier.id,
        std::string(8, '\0') + key.key.Sign(AsBytes(message))};
    return VerifySignature(kSampleText, line, key.verifier);
  };
  EXPECT_TRUE(sign(std::string(kSampleOrigin)));
  EXPECT_FALSE(sign("witness.example/pq1"));
}

TEST_F(MlDsaTest, KeysOfTheWrongKindOrSizeAreRefused) {
  EXPECT_EQ(CodeOf(ParseSignerKey(kPlainKey)), "untrusted");
  EXPECT_EQ(CodeOf(ParseMlDsaSignerKey(kSampleLogSigner)), "untrusted");
  EXPECT_EQ(CodeOf(MlDsa44PublicKey::From(AsBytes("short"))), "malformed");
  EXPECT_EQ(CodeOf(MlDsa44PrivateKey::FromSeed(AsBytes("short"))), "malformed");
  // The same key twice is one key.
  EXPECT_EQ(CodeOf(ParsePolicy("log " + Vkey(0) + "\nlog " + Vkey(0) +
                               "\nquorum none\n")),
            "malformed");
}

}  // namespace
}  // namespace modlog::core_mldsa_test
