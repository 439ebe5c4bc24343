// If these fail, a text could be believed that no known key signed, or a note
// that others accept or make is not understood.

#include "verifier/core/note.h"

#include <gtest/gtest.h>

#include "tests/verifier/keys.h"
#include "tests/verifier/samples.h"
#include "verifier/core/sha256.h"

namespace modlog::core_note_test {
namespace {

const std::string kText = "first\n\nthird line\n";

NoteSignature PlainSignature(std::string_view text, const SignerKey& key) {
  return {key.verifier.name, key.verifier.id, key.key.Sign(AsBytes(text))};
}

std::string NoteOf(std::string_view text,
                   const std::vector<NoteSignature>& signatures) {
  return FormatNote({std::string(text), signatures});
}

// --- keys ---

TEST(KeyTest, BothHalvesAreReadAsTheyAreWritten) {
  for (const auto type :
       {SignatureType::kEd25519, SignatureType::kEd25519Cosignature}) {
    for (const std::string_view name :
         {"a", "modlog.example/actions", "имя", "a\x7f", "\xf0\x9f\x8c\xb1"}) {
      const SignerKey key = TestKey(name, type, 7);
      const auto verifier = ParseVerifierKey(FormatVerifierKey(key.verifier));
      ASSERT_TRUE(verifier) << verifier.error().message;
      EXPECT_EQ(verifier->name, name);
      EXPECT_EQ(verifier->id, key.verifier.id);
      EXPECT_EQ(verifier->type, type);
      EXPECT_TRUE(verifier->key == key.verifier.key);
      const auto signer = ParseSignerKey(FormatSignerKey(key));
      ASSERT_TRUE(signer) << signer.error().message;
      EXPECT_EQ(FormatSignerKey(*signer), FormatSignerKey(key));
    }
  }
}

TEST(KeyTest, TheKeyOfAnotherImplementationsTestLogIsRead) {
  constexpr std::string_view kKey =
      "example.com/log/testdata+33d7b496+"
      "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
  const auto key = ParseVerifierKey(kKey);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->id, 0x33d7b496u);
  EXPECT_EQ(FormatVerifierKey(*key), kKey);
}

TEST(KeyTest, TheTypeIsPartOfTheId) {
  EXPECT_NE(LogKey("n").verifier.id, WitnessKey("n", 1).verifier.id);
  EXPECT_NE(LogKey("n").verifier.id, LogKey("m").verifier.id);
}

TEST(KeyTest, UnusableNamesAreRefused) {
  const NoteKey key = LogKey("n").verifier.key;
  for (const std::string_view name : {"",
                                      " ",
                                      "a b",
                                      "a+b",
                                      "a\tb",
                                      "a\nb",
                                      "a\rb",
                                      "a\x01",
                                      "a\x0b",
                                      "a\xff",
                                      "\xc2\x85",
                                      "a\xc2\xa0",
                                      "\xe1\x9a\x80",
                                      "x\xe2\x80\x80",
                                      "\xe2\x80\x8a",
                                      "\xe2\x80\xa8",
                                      "\xe2\x80\xa9",
                                      "\xe2\x80\xaf",
                                      "\xe2\x81\x9f",
                                      "\xe3\x80\x80",
                                      "\xed\xa0\x80"}) {
    EXPECT_EQ(CodeOf(MakeVerifierKey(name, SignatureType::kEd25519, key)),
              "malformed")
        << Quote(name);
  }
  const auto named = [&](size_t size) {
    return MakeVerifierKey(std::string(size, 'n'), SignatureType::kEd25519,
                           key);
  };
  EXPECT_TRUE(named(kKeyNameSizeMax));
  EXPECT_FALSE(named(kKeyNameSizeMax + 1));
  // Neighbours of white space that are none: U+200B, U+202A.
  EXPECT_TRUE(MakeVerifierKey("a\xe2\x80\x8b", SignatureType::kEd25519, key));
  EXPECT_TRUE(MakeVerifierKey("a\xe2\x80\xaa", SignatureType::kEd25519, key));
}

// VkeyOf is a vkey with any bytes in it, and the id that goes with them.
std::string VkeyOf(std::string_view name, std::string_view blob) {
  const Hash id = Sha256({AsBytes(name), AsBytes("\n"), AsBytes(blob)});
  return std::string(name) + "+" + FormatHex(Bytes(id).first(4)) + "+" +
         FormatBase64(AsBytes(blob));
}

TEST(KeyTest, WeakKeysAndUnknownTypesAreUntrusted) {
  const std::string zero(32, '\0');
  EXPECT_EQ(CodeOf(ParseVerifierKey(VkeyOf("n", "\x01" + zero))), "untrusted");
  const std::string good(AsText(LogKey("n").verifier.key.raw()));
  EXPECT_EQ(CodeOf(ParseVerifierKey(VkeyOf("n", "\x01" + good))), "accepted");
  for (const int type : {0x00, 0x02, 0x03, 0x05, 0x07, 0xfa, 0xff}) {
    const std::string blob = std::string(1, static_cast<char>(type)) + good;
    EXPECT_EQ(CodeOf(ParseVerifierKey(VkeyOf("n", blob))), "untrusted") << type;
  }
  const auto other = ParseVerifierKey(VkeyOf("n", "\x07" + good));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            "key of \"n\" has signature type 0x07; only 0x01, 0x04 and 0x06 "
            "are supported");
}

TEST(KeyTest, EveryOtherSpellingOfAVkeyIsRefused) {
  const std::string good(kSampleLogKey);
  const std::string name(kSampleOrigin);
  const std::string base64 =
      good.substr(std::string_view("modlog.example/actions+8c641279+").size());
  for (const std::string& vkey : std::vector<std::string>{
           "",
           "+",
           "++",
           name,
           name + "+8c641279",
           name + "+8c641279+",
           "+8c641279+" + base64,
           name + "+8C641279+" + base64,
           name + "+8c64127+" + base64,
           name + "+08c641279+" + base64,
           name + "+8c641278+" + base64,
           name + "++" + base64,
           "x" + good,
           " " + good,
           good + " ",
           good + "\n",
           good + "=",
           good.substr(0, good.size() - 1),
           name + " +8c641279+" + base64,
           name + "+8c641279+" + FormatBase64(AsBytes("\x01short")),
           name + "+8c641279+" + FormatBase64(AsBytes("\x01"))}) {
    EXPECT_EQ(CodeOf(ParseVerifierKey(vkey)), "malformed") << vkey;
  }
}

TEST(KeyTest, NoMessageAboutASecretKeyRepeatsIt) {
  const std::string good(kSampleLogSigner);
  const std::string secret = good.substr(good.rfind('+') + 1);
  for (size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'!', 'B', '+', '\n'}) {
      std::string bad = good;
      bad[i] = c;
      const auto key = ParseSignerKey(bad);
      if (key) continue;
      EXPECT_EQ(key.error().message.find(secret.substr(10, 16)),
                std::string::npos)
          << key.error().message;
    }
  }
  EXPECT_FALSE(ParseSignerKey(kSampleLogKey));
  EXPECT_FALSE(ParseSignerKey("PRIVATE+KEY+"));
  EXPECT_FALSE(ParseSignerKey("PRIVATE+KEY" + good.substr(12)));
}

// --- the form of a note ---

TEST(NoteTest, WhatIsWrittenIsRead) {
  const std::vector<NoteSignature> signatures = {
      {"one", 0, std::string("\0", 1)},
      {"two", 0xffffffff, std::string(5'000, 's')},
      {"one", 0, "again"}};
  for (const std::string& text :
       std::vector<std::string>{"\n", "a\n", "\n\n", "a\n\n", "a\n\nb\n", kText,
                                "— looks like a signature Zm9vYmFy\n"}) {
    const std::string note = NoteOf(text, signatures);
    const auto parsed = ParseNote(note);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->text, text);
    ASSERT_EQ(parsed->signatures.size(), signatures.size());
    EXPECT_EQ(FormatNote(*parsed), note);
  }
}

TEST(NoteTest, EveryOtherFormIsRefused) {
  const std::string line = "— name Zm9vYmFy\n";
  ASSERT_TRUE(ParseNote("text\n\n" + line));
  for (const std::string& note :
       std::vector<std::string>{"",
                                "\n",
                                "\n\n",
                                "text\n",
                                "text\n\n",
                                "text" + line,
                                "text\n" + line,
                                "\n" + line,
                                "text\n\n" + line + "\n",
                                "text\n\n" + line + "x\n",
                                "text\n\n" + line + line + "\n" + line + "\n",
                                "text\n\n— name Zm9vYmFy",
                                "text\n\n- name Zm9vYmFy\n",
                                "text\n\n— name  Zm9vYmFy\n",
                                "text\n\n—  name Zm9vYmFy\n",
                                "text\n\n—name Zm9vYmFy\n",
                                "text\n\n— name Zm9vYmFy \n",
                                "text\n\n — name Zm9vYmFy\n",
                                "text\n\n— Zm9vYmFy\n",
                                "text\n\n— na+me Zm9vYmFy\n",
                                "text\n\n— name Zm9vYmF\n",
                                "text\n\n— name Zm9vYg==\n",
                                "text\n\n— name \n",
                                "text\n\n— name Zm9v YmFy\n",
                                "text\n\n— name\xc2\xa0x Zm9vYmFy\n",
                                "text\n\n— name Zm9vYmF=\n",
                                "te\rxt\n\n" + line,
                                "text\r\n\r\n— name Zm9vYmFy\r\n",
                                "te\txt\n\n" + line,
                                "te\xffxt\n\n" + line,
                                "te\xc0\xafxt\n\n" + line,
                                std::string("te\0xt\n\n", 7) + line}) {
    EXPECT_EQ(CodeOf(ParseNote(note)), "malformed") << note;
  }
}

TEST(NoteTest, LimitsAreThoseStated) {
  const NoteSignature signature = {"n", 1, "s"};
  EXPECT_EQ(
      CodeOf(ParseNote(NoteOf(
          "t\n", std::vector<NoteSignature>(kNoteSignaturesMax, signature)))),
      "accepted");
  EXPECT_EQ(
      CodeOf(ParseNote(NoteOf("t\n", std::vector<NoteSignature>(
                                         kNoteSignaturesMax + 1, signature)))),
      "too large");
  const size_t frame = NoteOf("\n", {signature}).size();
  const auto of_size = [&](size_t size) {
    return NoteOf(std::string(size - frame, 't') + "\n", {signature});
  };
  EXPECT_EQ(CodeOf(ParseNote(of_size(kNoteSizeMax))), "accepted");
  EXPECT_EQ(CodeOf(ParseNote(of_size(kNoteSizeMax + 1))), "too large");
}

// --- believing a note ---

TEST(OpenNoteTest, OnlyWhatAKnownKeySignedIsBelieved) {
  const SignerKey known = LogKey("known");
  const SignerKey unknown = LogKey("unknown", 2);
  const std::vector<VerifierKey> keys = {known.verifier};
  const NoteSignature good = PlainSignature(kText, known);
  const NoteSignature foreign = PlainSignature(kText, unknown);

  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {good}), keys)), "accepted");
  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {foreign, good}), keys)), "accepted");
  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {good, foreign}), keys)), "accepted");
  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {foreign}), keys)), "untrusted");
  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {good}), {})), "untrusted");
  EXPECT_EQ(CodeOf(OpenNote(NoteOf("other\n", {good}), keys)), "untrusted");
}

TEST(OpenNoteTest, AKnownKeysBadLineRefusesTheNote) {
  const SignerKey one = LogKey("one", 1);
  const SignerKey two = LogKey("two", 2);
  const std::vector<VerifierKey> keys = {one.verifier, two.verifier};
  NoteSignature bad = PlainSignature(kText, two);
  bad.signature.back() ^= 1;
  for (const auto& lines : {std::vector{PlainSignature(kText, one), bad},
                            std::vector{bad, PlainSignature(kText, one)}}) {
    EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, lines), keys)), "untrusted");
  }
  for (const size_t size : {1u, 63u, 65u}) {
    bad.signature = std::string(size, 's');
    EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {PlainSignature(kText, one), bad}),
                              keys)),
              "untrusted");
  }
}

TEST(OpenNoteTest, NameAloneAndIdAloneAreUnknownKeys) {
  const SignerKey known = LogKey("known");
  const std::vector<VerifierKey> keys = {known.verifier};
  NoteSignature good = PlainSignature(kText, known);
  NoteSignature name_only = good;
  name_only.key_id ^= 1;
  NoteSignature id_only = good;
  id_only.name = "knows";
  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {name_only, id_only}), keys)),
            "untrusted");
  const auto opened = OpenNote(NoteOf(kText, {name_only, id_only, good}), keys);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(opened->verified.size(), 1u);
  EXPECT_EQ(opened->verified[0].signature, 2u);
}

TEST(OpenNoteTest, AMalformedLineOfAnUnknownKeyRefusesTheNote) {
  const SignerKey known = LogKey("known");
  const std::string note = SignNote(kText, std::vector{known});
  EXPECT_EQ(
      CodeOf(OpenNote(note + "— other !!!!\n", std::vector{known.verifier})),
      "malformed");
}

TEST(OpenNoteTest, AKeyCountsOnceHoweverOftenItSigned) {
  const SignerKey known = LogKey("known");
  const NoteSignature good = PlainSignature(kText, known);
  NoteSignature bad = good;
  bad.signature.front() ^= 1;
  const auto opened =
      OpenNote(NoteOf(kText, {good, good, bad}), std::vector{known.verifier});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->verified.size(), 1u);
  EXPECT_EQ(opened->note.signatures.size(), 3u);
}

// Four bytes of id can collide, by malice within seconds.
TEST(OpenNoteTest, TwoKeysOfOneNameAndIdDoNotHideEachOther) {
  const SignerKey one = LogKey("n", 1);
  SignerKey two = LogKey("n", 2);
  two.verifier.id = one.verifier.id;
  const std::vector<VerifierKey> keys = {one.verifier, two.verifier};
  const NoteSignature by_two = PlainSignature(kText, two);
  auto opened = OpenNote(NoteOf(kText, {by_two}), keys);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->verified.at(0).key, 1u);
  opened = OpenNote(NoteOf(kText, {by_two, PlainSignature(kText, one)}), keys);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->verified.size(), 2u);
  NoteSignature bad = by_two;
  bad.signature.front() ^= 1;
  EXPECT_EQ(CodeOf(OpenNote(NoteOf(kText, {bad}), keys)), "untrusted");
}

// --- cosignatures ---

TEST(CosignatureTest, TheTimeIsCoveredAndReturned) {
  const SignerKey witness = WitnessKey("w", 3);
  for (const uint64_t time : {uint64_t{1}, kSampleTime, uint64_t{INT64_MAX}}) {
    const NoteSignature line = Cosign(kText, witness, time);
    const auto opened =
        OpenNote(NoteOf(kText, {line}), std::vector{witness.verifier});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->verified.at(0).time_s, time);

    NoteSignature other = line;
    other.signature[7] ^= 1;
    EXPECT_FALSE(VerifySignature(kText, other, witness.verifier));
  }
}

TEST(CosignatureTest, ATimeThatNoWitnessMaySignIsRefused) {
  const SignerKey witness = WitnessKey("w", 3);
  const auto at = [&](uint64_t time) {
    const std::string message =
        "cosignature/v1\ntime " + std::to_string(time) + "\n" + kText;
    std::string blob;
    for (int shift = 56; shift >= 0; shift -= 8) {
      blob += static_cast<char>(time >> shift & 0xff);
    }
    blob += witness.key.Sign(AsBytes(message));
    return VerifySignature(kText, {"w", witness.verifier.id, blob},
                           witness.verifier);
  };
  EXPECT_TRUE(at(1));
  EXPECT_TRUE(at(INT64_MAX));
  EXPECT_FALSE(at(0));
  EXPECT_FALSE(at(uint64_t{1} << 63));
  EXPECT_FALSE(at(UINT64_MAX));
}

TEST(CosignatureTest, APlainSignatureIsNoCosignatureAndTheReverse) {
  const SignerKey plain = TestKey("n", SignatureType::kEd25519, 4);
  const SignerKey cosigner =
      TestKey("n", SignatureType::kEd25519Cosignature, 4);
  NoteSignature line = PlainSignature(kText, plain);
  line.key_id = cosigner.verifier.id;
  EXPECT_FALSE(VerifySignature(kText, line, cosigner.verifier));
  line = Cosign(kText, cosigner, 1);
  line.key_id = plain.verifier.id;
  EXPECT_FALSE(VerifySignature(kText, line, plain.verifier));
  line.signature.erase(0, 8);
  EXPECT_FALSE(VerifySignature(kText, line, plain.verifier));
}

TEST(CosignatureTest, ShortBlobsAreRefused) {
  const SignerKey witness = WitnessKey("w", 3);
  const NoteSignature good = Cosign(kText, witness, 1);
  for (size_t size = 1; size < good.signature.size(); ++size) {
    NoteSignature cut = good;
    cut.signature.resize(size);
    ASSERT_FALSE(VerifySignature(kText, cut, witness.verifier)) << size;
  }
}

TEST(NoteDeathTest, ABugCannotSignWhatNobodyReads) {
  const std::vector<SignerKey> keys = {LogKey("n")};
  EXPECT_DEATH(SignNote("no newline", keys), "a note's text is lines of UTF-8");
  EXPECT_DEATH(SignNote("a\r\n", keys), "a note's text is lines of UTF-8");
  EXPECT_DEATH(SignNote("\xff\n", keys), "a note's text is lines of UTF-8");
  EXPECT_DEATH(SignNote("a\n", {}), "1..100 signatures");
  EXPECT_DEATH(SignNote("a\n", std::vector{WitnessKey("w", 1)}),
               "signed by a plain key");
  EXPECT_DEATH(Cosign("a\n", WitnessKey("w", 1), 0), "1..2\\^63-1 seconds");
  EXPECT_DEATH(Cosign("a\n", LogKey("n"), 1), "made by a cosigner's key");
}

}  // namespace
}  // namespace modlog::core_note_test
