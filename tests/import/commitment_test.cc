// If this fails, a person shown their own record could not check that it is
// theirs, or could find out from it what was not theirs to know.

#include "verifier/core/commitment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace modlog::commitment_test {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(
        std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string HkdfHex(std::string_view secret, std::string_view salt,
                    std::string_view info) {
  return FormatHex(Hkdf(AsBytes(FromHex(secret)), AsBytes(FromHex(salt)),
                        AsBytes(FromHex(info))));
}

Hash CountingSecret() {
  Hash secret;
  for (size_t i = 0; i < secret.size(); ++i)
    secret[i] = static_cast<uint8_t>(i);
  return secret;
}

RecordSecrets Secrets(std::string_view puid = "case-1") {
  return DeriveRecordSecrets(CountingSecret(), {}, "example", puid);
}

std::vector<std::string> Targets(int count) {
  std::vector<std::string> targets;
  for (int i = 0; i < count; ++i) {
    targets.push_back("github:owner/" + std::to_string(i));
  }
  return targets;
}

Hash RootOf(const std::vector<std::string>& targets) {
  return TargetsRoot(CommitTargets(Secrets(), targets));
}

TEST(Commitment, HkdfIsThatOfTheRfc) {
  // RFC 5869 appendix A; the first 32 bytes of each output.
  EXPECT_EQ(HkdfHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
                    "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9"),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  std::string secret;
  std::string salt;
  std::string info;
  for (int i = 0; i < 80; ++i) {
    secret.push_back(static_cast<char>(i));
    salt.push_back(static_cast<char>(0x60 + i));
    info.push_back(static_cast<char>(0xb0 + i));
  }
  EXPECT_EQ(FormatHex(Hkdf(AsBytes(secret), AsBytes(salt), AsBytes(info))),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  EXPECT_EQ(HkdfHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", ""),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// The hex below is what commitment_vectors.py prints: a second implementation,
// written from the header's comment alone.
TEST(Commitment, SecretsAreWhatAnotherImplementationDerives) {
  const RecordSecrets secrets = Secrets();
  EXPECT_EQ(FormatHex(secrets.subject),
            "2fedeefe2804cc0418bc4ffb89b2e15cc529428e222283a912119199b811eab5");
  EXPECT_EQ(FormatHex(secrets.platform),
            "9c5ce4242f06acce819b89b62dd578b8eab4fcbcb5d2c4320a673e872fad9262");
  EXPECT_EQ(FormatHex(secrets.open),
            "eb8ecb69f923a3eed0a8f22bd436ffc2368d39f6079ee00c877fd84e24e97ecf");
}

TEST(Commitment, DeletingAPersonsKeyLeavesTheOtherSecrets) {
  Hash key;
  for (size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<uint8_t>(100 + i);
  const RecordSecrets keyed =
      DeriveRecordSecrets(CountingSecret(), key, "example", "case-1");
  EXPECT_EQ(FormatHex(keyed.subject),
            "bf8c00486df93810afc0f3fc76dfd5bce84351b980126d1a71f2af7aed0a14dd");
  EXPECT_EQ(keyed.platform, Secrets().platform);
  EXPECT_EQ(keyed.open, Secrets().open);
}

TEST(Commitment, RecordIsWhatAnotherImplementationCommitsTo) {
  const RecordSecrets secrets = Secrets();
  EXPECT_EQ(FormatHex(CommitRecord(CommitParts(secrets, {}))),
            "7d828448cd1ea173ddada8113655a6293f8c8d593aa17a311c30667da7914a4a");
  const Hash root = RootOf(Targets(5));
  const std::string long_value(100'000, 'x');
  const RecordPart parts[] = {
      {kPartSubjectAccount, Reach::kSubject,
       AsBytes("acct:someone@example.org")},
      {kPartDecisionFacts, Reach::kPublic, AsBytes("facts, with an \xc3\xa9")},
      {kPartTargets, Reach::kSubject, root},
      {kPartSourceIdentity, Reach::kPlatform, {}},
      {kPartExternalCase, Reach::kPublic, AsBytes(long_value)}};
  const PartSlots slots = CommitParts(secrets, parts);
  EXPECT_EQ(FormatHex(slots[2]),
            "2af82cc8ef8268bdf8f303acc4a37e9386f38d99bd0bff1740e6f1e7b576a531");
  EXPECT_EQ(FormatHex(slots[9]),
            "a28e05adb769014eb336631a54ba9510916939cfd4d3bdc7c4e34a280390b888");
  EXPECT_EQ(FormatHex(slots[23]),
            "0e752ed723212dae084af3ab779f4935dc5d7f3a3d5526ac6b96badf39830869");
  EXPECT_EQ(FormatHex(CommitRecord(slots)),
            "e5aeade7d37645cd181bf32df80fb88878d57eb68c8eec76036216077834d49b");
}

TEST(Commitment, TargetsRootIsWhatAnotherImplementationBuilds) {
  EXPECT_EQ(FormatHex(RootOf(Targets(5))),
            "5e1080a501233e39be89e18a092166e74684b4f198da9ba3176553a2998998e2");
  EXPECT_EQ(FormatHex(RootOf(Targets(1))),
            "193d68047f28610550ee6fd916213fc76f58906cdf180e15cbaba1de08643b5f");
}

TEST(Commitment, OrderInWhichASourceNamesTargetsDoesNotMatter) {
  std::vector<std::string> targets = Targets(9);
  const Hash root = RootOf(targets);
  std::ranges::reverse(targets);
  targets.push_back(targets.front());  // named twice
  EXPECT_EQ(RootOf(targets), root);
}

TEST(Commitment, ASaltOpensOnePartOfOneRecordAlone) {
  std::set<Hash> salts;
  size_t derived = 0;
  for (const std::string_view puid : {"case-1", "case-2", "case-10"}) {
    const RecordSecrets secrets = Secrets(puid);
    for (uint8_t tag = 1; tag <= kPartTagMax; ++tag) {
      for (const Reach reach :
           {Reach::kSubject, Reach::kPlatform, Reach::kPublic}) {
        salts.insert(PartSalt(secrets, static_cast<PartTag>(tag), reach));
        ++derived;
      }
    }
    for (const CommittedTarget& target : CommitTargets(secrets, Targets(9))) {
      salts.insert(target.salt);
      ++derived;
    }
    for (const Hash& filler : CommitParts(secrets, {})) {
      salts.insert(filler);
      ++derived;
    }
  }
  EXPECT_EQ(salts.size(), derived);
}

TEST(Commitment, APersonWithTheirOwnSecretCannotTellWhichOtherPartsExist) {
  // All that a slot can be compared with, from what a receipt may carry, is
  // other than the filler and other than the salted guess.
  const RecordSecrets secrets = Secrets();
  const std::string guess = "the complainant";
  const RecordPart parts[] = {
      {kPartComplainant, Reach::kPlatform, AsBytes(guess)}};
  const PartSlots with = CommitParts(secrets, parts);
  const PartSlots without = CommitParts(secrets, {});
  for (const Hash& known : {secrets.subject, secrets.open}) {
    const RecordSecrets held{known, known, known};
    EXPECT_NE(CommitParts(held, {})[10], without[10]);
    EXPECT_NE(CommitPart(kPartComplainant,
                         PartSalt(held, kPartComplainant, Reach::kPlatform),
                         AsBytes(guess)),
              with[10]);
  }
  // With the salt, the guess succeeds: the check above can fail.
  EXPECT_EQ(CommitPart(kPartComplainant,
                       PartSalt(secrets, kPartComplainant, Reach::kPlatform),
                       AsBytes(guess)),
            with[10]);
}

TEST(Commitment, AnotherValueTagOrLengthIsAnotherCommitment) {
  const Hash salt = CountingSecret();
  const Hash commitment = CommitPart(kPartSourceText, salt, AsBytes("text"));
  EXPECT_NE(CommitPart(kPartSourceId, salt, AsBytes("text")), commitment);
  EXPECT_NE(CommitPart(kPartSourceText, salt, AsBytes("texts")), commitment);
  EXPECT_NE(CommitPart(kPartSourceText, salt, {}), commitment);
  EXPECT_NE(CommitPart(kPartSourceText, Hash{}, AsBytes("text")), commitment);
}

TEST(Commitment, WhoAskedIsNeverSaltedBySomethingAReceiptMayCarry) {
  for (const Reach reach : {Reach::kSubject, Reach::kPublic}) {
    EXPECT_FALSE(MayHaveReach(kPartSourceIdentity, reach));
    EXPECT_FALSE(MayHaveReach(kPartComplainant, reach));
  }
  EXPECT_FALSE(MayHaveReach(static_cast<PartTag>(22), Reach::kSubject));
  EXPECT_TRUE(MayHaveReach(kPartDecisionFacts, Reach::kPublic));
  EXPECT_FALSE(MayHaveReach(kPartSourceText, Reach::kPublic));
}

TEST(CommitmentDeathTest, AWrongReachOrOrderIsABugNotARecord) {
  const RecordSecrets secrets = Secrets();
  const RecordPart exposed[] = {{kPartComplainant, Reach::kSubject, {}}};
  EXPECT_DEATH(CommitParts(secrets, exposed), "reach");
  const RecordPart unordered[] = {{kPartSourceText, Reach::kSubject, {}},
                                  {kPartSourceId, Reach::kSubject, {}}};
  EXPECT_DEATH(CommitParts(secrets, unordered), "ascend");
  EXPECT_DEATH(TargetsRoot({}), "targets");
}

}  // namespace
}  // namespace modlog::commitment_test
