// If these fail, a log that goes on for another one can leave out what that one
// had signed, or an honest succession is called a lie.

#include "verifier/audit/predecessor.h"

#include <gtest/gtest.h>

#include "tests/audit/record_log.h"

namespace modlog::predecessor_test {
namespace {

std::string NameOf(const SignerKey& key) { return key.verifier.name; }

v1::Action SucceededBy(const std::string& vkey) {
  v1::Action action = RecordOf(v1::KIND_SUCCESSION, "succeeded-by");
  action.mutable_succession()->set_log(vkey);
  return action;
}

class PredecessorTest : public testing::Test {
 protected:
  // A log of ten entries, and one that says it goes on where that one ended
  // with `size`.
  PredecessorTest() {
    for (int i = 0; i < 10; ++i) old_.Add(Takedown("p-" + std::to_string(i)));
  }
  AuditReport Judge(uint64_t size, const Memory* memory = nullptr,
                    const std::string& vkey = "") {
    RecordLog next;
    next.log().key = SuccessorKey();
    next.log().origin = NameOf(SuccessorKey());
    v1::Action first = RecordOf(v1::KIND_SUCCESSION, "succeeds");
    v1::Succession* const named = first.mutable_succession();
    named->set_op(v1::SUCCESSION_OP_SUCCEEDS);
    named->set_log(vkey.empty() ? FormatVerifierKey(SmallLogKey().verifier)
                                : vkey);
    named->set_size(size);
    named->set_root(std::string(AsText(old_.log().HeadAt(size).root)));
    next.Add(first, "");
    next.Add(Takedown("p-next"));
    FilesSource of_next(next.MakeFiles());
    FilesSource of_old(old_.MakeFiles());
    AuditRequest request;
    request.source = &of_next;
    request.policy = &policy_;
    request.first_use = true;
    AuditReport report = Audit(request);
    EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
    request.source = &of_old;
    JudgePredecessor(request, memory, false, &report);
    return report;
  }
  static bool Names(const AuditReport& report, const std::string& word) {
    return report.reason.find(word) != std::string::npos;
  }

  RecordLog old_;
  Policy policy_ = *ParsePolicy(
      "log " + FormatVerifierKey(SmallLogKey().verifier) + "\nlog " +
      FormatVerifierKey(SuccessorKey().verifier) + "\nquorum none\n");
};

TEST_F(PredecessorTest, AnHonestSuccessionIsTrueAlsoWhereTheKeyWasLost) {
  EXPECT_EQ(Judge(10).verdict, Verdict::kTrue);
  old_.Add(SucceededBy(FormatVerifierKey(SuccessorKey().verifier)), "");
  EXPECT_EQ(Judge(11).verdict, Verdict::kTrue);
}

TEST_F(PredecessorTest, EntriesThatWereSignedAndAreLeftOutAreFalse) {
  for (const uint64_t size : {1u, 9u}) {
    const AuditReport report = Judge(size);
    EXPECT_EQ(report.verdict, Verdict::kFalse);
    EXPECT_TRUE(Names(report, "ended with " + std::to_string(size) +
                                  " entries, and it signed 10"))
        << report.reason;
  }
}

TEST_F(PredecessorTest, WhatTheStateRemembersOfTheOldLogCounts) {
  const std::string note = old_.log().Checkpoint();
  old_.entries().resize(8);  // the copy at hand is older
  const TemporaryDirectory directory;
  const auto memory =
      Memory::Open(directory.Path("state"), Memory::IfMissing::kCreate);
  ASSERT_TRUE(memory);
  EXPECT_EQ(Judge(8, memory->get()).verdict, Verdict::kTrue);
  const auto opened = OpenCheckpoint(note, policy_);
  ASSERT_TRUE(opened);
  ASSERT_TRUE((*memory)->Remember({opened->checkpoint, note}));
  const AuditReport report = Judge(8, memory->get());
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_TRUE(Names(report, "it signed 10")) << report.reason;
}

TEST_F(PredecessorTest, AnotherSuccessorIsFalseAndAnotherKeyOfItIsNot) {
  const SignerKey third =
      *MakeSignerKey("third.example/log", SignatureType::kEd25519,
                     Ed25519PrivateKey::Generate());
  old_.Add(SucceededBy(FormatVerifierKey(third.verifier)), "");
  EXPECT_EQ(Judge(11).verdict, Verdict::kFalse);
  // Of the same name: the log may have two keys, and the policy know one.
  old_.entries().pop_back();
  const SignerKey second =
      *MakeSignerKey(NameOf(SuccessorKey()), SignatureType::kEd25519,
                     Ed25519PrivateKey::Generate());
  old_.Add(SucceededBy(FormatVerifierKey(second.verifier)), "");
  EXPECT_EQ(Judge(11).verdict, Verdict::kCannotTell);
}

// The old log signs with the named key as well; the policy trusts another one.
TEST_F(PredecessorTest, TheNamedKeyNeedNotBeTheOneOfThePolicy) {
  const SignerKey other = SmallLogOtherKey();
  EXPECT_EQ(Judge(10, nullptr, FormatVerifierKey(other.verifier)).verdict,
            Verdict::kCannotTell)
      << "that key did not sign";
  const SignerKey stranger =
      *MakeSignerKey("third.example/log", SignatureType::kEd25519,
                     Ed25519PrivateKey::Generate());
  EXPECT_EQ(Judge(10, nullptr, FormatVerifierKey(stranger.verifier)).verdict,
            Verdict::kCannotTell)
      << "the wrong log at hand accuses nobody";
}

}  // namespace
}  // namespace modlog::predecessor_test
