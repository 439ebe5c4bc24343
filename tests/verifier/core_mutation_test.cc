// If these fail, somebody on the way can change a signed text, a proof or a
// policy without being noticed.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/verifier/corruption.h"
#include "tests/verifier/keys.h"
#include "tests/verifier/samples.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::core_mutation_test {
namespace {

Policy SampleTrust() { return ParsePolicy(SamplePolicy()).value(); }

TEST(MutationTest, NoChangedNoteStillHasItsQuorum) {
  const Policy policy = SampleTrust();
  size_t seen = 0;
  ForEachTextCorruption(SampleNote(), [&](const auto& name, const auto& bad) {
    ++seen;
    const auto opened = OpenCheckpoint(bad, policy);
    if (!opened) return;
    // What remains is the log's own signature: a witness line whose name or id
    // was changed is by an unknown key.
    EXPECT_FALSE(opened->quorum) << name;
    EXPECT_EQ(opened->checkpoint.tree.size, 5u) << name;
    EXPECT_EQ(ParseNote(bad)->text, kSampleText) << name;
  });
  EXPECT_GT(seen, 2'000u);
}

TEST(MutationTest, NoChangedLogSignatureIsAccepted) {
  const Policy policy = SampleTrust();
  const std::string note =
      std::string(kSampleText) + "\n" + std::string(kSampleLogLine);
  ASSERT_TRUE(OpenCheckpoint(note, policy));
  ForEachTextCorruption(note, [&](const auto& name, const auto& bad) {
    EXPECT_FALSE(OpenCheckpoint(bad, policy)) << name;
  });
}

TEST(MutationTest, AChangedCheckpointIsAnotherCheckpoint) {
  const Checkpoint good = ParseCheckpoint(kSampleText).value();
  ForEachTextCorruption(kSampleText, [&](const auto& name, const auto& bad) {
    const auto parsed = ParseCheckpoint(bad);
    if (!parsed) {
      EXPECT_EQ(parsed.error().code, Code::kMalformed) << name;
      return;
    }
    EXPECT_FALSE(*parsed == good) << name;
    EXPECT_EQ(FormatCheckpoint(*parsed), bad) << name;
  });
}

TEST(MutationTest, NoChangedProofFileProvesTheLeafWithItsQuorum) {
  const Policy policy = SampleTrust();
  const Hash leaf = HashLeaf(AsBytes(SampleEntry(3)));
  std::string text = SampleProof();
  // `extra` is vouched for by nobody; without it every byte counts.
  const std::string extra = "extra Y2FzZT00Mg==\n";
  text.erase(text.find(extra), extra.size());
  ASSERT_TRUE(CheckTlogProof(*ParseTlogProof(text), leaf, policy)->quorum);
  ForEachTextCorruption(text, [&](const auto& name, const auto& bad) {
    const auto proof = ParseTlogProof(bad);
    if (!proof) return;
    EXPECT_EQ(FormatTlogProof(*proof), bad) << name;
    const auto checked = CheckTlogProof(*proof, leaf, policy);
    EXPECT_FALSE(checked && checked->quorum) << name;
  });
}

TEST(MutationTest, NoChangedProofProvesAnotherLeaf) {
  const Policy policy = SampleTrust();
  for (int n = 0; n < 5; ++n) {
    if (n == 3) continue;
    const Hash leaf = HashLeaf(AsBytes(SampleEntry(n)));
    ForEachTextCorruption(
        SampleProof(), [&](const auto& name, const auto& bad) {
          const auto proof = ParseTlogProof(bad);
          EXPECT_FALSE(proof && CheckTlogProof(*proof, leaf, policy)) << name;
        });
  }
}

// A changed policy may be refused or mean the same; it never trusts a key that
// was not in it, nor fewer witnesses.
TEST(MutationTest, NoChangedPolicyTrustsMore) {
  const std::string w2 = FormatVerifierKey(WitnessKey("w2", 9).verifier);
  const std::string text = "log " + std::string(kSampleLogKey) +
                           " https://log.example/\nwitness w1 " +
                           std::string(kSampleWitnessKey) +
                           " https://w1.example/\nwitness w2 " + w2 +
                           "\ngroup g all w1 w2\nquorum g\n";
  const auto good = ParsePolicy(text);
  ASSERT_TRUE(good) << good.error().message;
  const auto known = [](const auto& lines, const auto& line) {
    return std::ranges::any_of(lines, [&](const auto& l) {
      return FormatVerifierKey(l.key) == FormatVerifierKey(line.key);
    });
  };
  size_t accepted = 0;
  ForEachTextCorruption(text, [&](const auto& name, const auto& bad) {
    const auto policy = ParsePolicy(bad);
    if (!policy) return;
    ++accepted;
    for (const PolicyLog& log : policy->logs) {
      EXPECT_TRUE(known(good->logs, log)) << name;
    }
    for (const PolicyWitness& witness : policy->witnesses) {
      EXPECT_TRUE(known(good->witnesses, witness)) << name;
    }
    ASSERT_EQ(policy->witnesses.size(), 2u) << name;
    EXPECT_FALSE(QuorumReached(*policy, {false, false})) << name;
    EXPECT_FALSE(QuorumReached(*policy, {true, false})) << name;
    EXPECT_FALSE(QuorumReached(*policy, {false, true})) << name;
  });
  EXPECT_GT(accepted, 0u) << "urls may change";
}

TEST(MutationTest, NoChangedVerifierKeyIsAKey) {
  ForEachTextCorruption(kSampleLogKey, [&](const auto& name, const auto& bad) {
    EXPECT_FALSE(ParseVerifierKey(bad)) << name;
  });
  ForEachTextCorruption(kSampleWitnessKey,
                        [&](const auto& name, const auto& bad) {
                          EXPECT_FALSE(ParseVerifierKey(bad)) << name;
                        });
}

TEST(MutationTest, NoChangedSignerKeyIsAKey) {
  ForEachTextCorruption(kSampleLogSigner,
                        [&](const auto& name, const auto& bad) {
                          EXPECT_FALSE(ParseSignerKey(bad)) << name;
                        });
}

TEST(MutationTest, AChangedBundleHoldsOtherEntries) {
  std::string bundle;
  for (int n = 0; n < 5; ++n) AppendToBundle(AsBytes(SampleEntry(n)), &bundle);
  ForEachTextCorruption(bundle, [&](const auto& name, const auto& bad) {
    const auto entries = ParseBundle(AsBytes(bad), 5);
    if (!entries) {
      EXPECT_EQ(entries.error().code, Code::kMalformed) << name;
      return;
    }
    std::string again;
    for (const Bytes entry : *entries) AppendToBundle(entry, &again);
    EXPECT_EQ(again, bad) << name;
  });
}

}  // namespace
}  // namespace modlog::core_mutation_test
