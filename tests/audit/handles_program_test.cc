// If these fail, a person misses an entry about them, is told that one is about
// them that is not, or a stranger can find out whom an entry is about.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/audit/child.h"
#include "tests/audit/record_log.h"
#include "verifier/core/commitment.h"
#include "verifier/core/entry.h"
#include "verifier/receipt/handle_file.h"

namespace modlog::handles_program_test {
namespace {

using nlohmann::json;

// A handle file as a platform makes it.
class HandlesProgramTest : public testing::Test {
 protected:
  Ran Run(const RecordLog& log, const std::vector<std::string>& more,
          const std::vector<uint64_t>& removed = {}) {
    const std::string target = directory_.Path("log" + std::to_string(++logs_));
    WriteFiles(log.MakeFiles(removed), target);
    std::vector<std::string> arguments = {
        MODLOG_BIN_DIR "/modlog-verify", "audit",      target, "--policy",
        directory_.Path("policy"),       "--first-use"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunProgram(arguments);
  }
  static std::string Proof(const std::string& account, uint32_t number,
                           char key = 'v') {
    return *RecordLog::HandleKey(key).Prove(
        AsBytes(HandleInput("p", account, number)));
  }
  static v1::Action About(const std::string& puid, const std::string& account,
                          uint32_t number) {
    v1::Action action = Takedown(puid);
    action.set_subject_handle(
        HandleOf(*VrfProofToHash(AsBytes(Proof(account, number)))));
    action.set_handle_key(1);
    return action;
  }
  // Two entries about Ann, one about Bob, one about nobody that is told.
  void SetUp() override {
    WriteWholeFile(directory_.Path("policy"), SmallPolicyText());
    log_.Add(Takedown("before"));
    log_.Add(log_.HandleKeyEvent("k", 1));  // 1
    log_.Add(About("a1", "Ann", 1));        // 2
    log_.Add(About("b1", "Bob", 1));        // 3
    log_.Add(Takedown("other"));
    log_.Add(About("a2", "Ann", 2));  // 5
  }
  HandleFile FileOf(const std::string& account, uint32_t last) const {
    HandleFile file{"p", account, log_.log().entries[1], log_.ProofOf(1), {}};
    for (uint32_t number = 1; number <= last; ++number) {
      file.handles.push_back({number, Proof(account, number)});
    }
    return file;
  }
  std::string Write(const HandleFile& file) {
    const std::string path = directory_.Path("handles");
    WriteWholeFile(path, FormatHandleFile(file));
    return path;
  }
  Ran Handles(const HandleFile& file) {
    return RunProgram({MODLOG_BIN_DIR "/modlog-verify", "handles", Write(file),
                       "--policy", directory_.Path("policy")});
  }
  Ran Receipt(uint64_t index, const HandleFile& file) {
    WriteWholeFile(directory_.Path("entry"), log_.log().entries[index]);
    WriteWholeFile(directory_.Path("proof"), log_.ProofOf(index));
    return RunProgram({MODLOG_BIN_DIR "/modlog-verify", "receipt", "--entry",
                       directory_.Path("entry"), "--proof",
                       directory_.Path("proof"), "--policy",
                       directory_.Path("policy"), "--handles", Write(file)});
  }
  // Which entries bear which number: "1:2 2:5 3:".
  std::string Search(const HandleFile& file,
                     const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--handles", Write(file), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const json report = json::parse(Run(log_, arguments).out, nullptr, false);
    if (!report.contains("handles")) return report.dump();
    std::string found;
    for (const json& handle : report["handles"]["handles"]) {
      found += (found.empty() ? "" : " ") + handle["number"].dump() + ":";
      for (const json& entry : handle["entries"]) found += entry.dump();
    }
    return found;
  }

  RecordLog log_;
  TemporaryDirectory directory_;
  int logs_ = 0;
};

TEST_F(HandlesProgramTest, APersonFindsTheirEntriesAndSeesThereAreNoMore) {
  EXPECT_EQ(Search(FileOf("Ann", 3)), "1:2 2:5 3:");
  EXPECT_EQ(Search(FileOf("Bob", 2)), "1:3 2:");
  EXPECT_EQ(Search(FileOf("Eve", 1)), "1:");
  EXPECT_EQ(Search(FileOf("Ann", 3), {"--integrity-only"}), "1:2 2:5 3:");
  const Ran ran = Run(log_, {"--handles", Write(FileOf("Ann", 3))});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_NE(ran.out.find("number 3              in no entry of this log"),
            std::string::npos)
      << ran.out;
}

TEST_F(HandlesProgramTest, ACorrectionBearsTheHandleOfWhatItCorrects) {
  v1::Action correction = AboutRecord(v1::KIND_CORRECTION, "c", "a1");
  *correction.mutable_corrected() = About("a1", "Ann", 1);
  correction.mutable_corrected()->set_application_date(kRecordDay - 1);
  log_.Add(correction);
  EXPECT_EQ(Search(FileOf("Ann", 2)), "1:26 2:5");
}

TEST_F(HandlesProgramTest, AHandleOfAnotherPlatformOrKeyIsNotTheirs) {
  log_.Add(About("x", "Ann", 3), "q");
  v1::Action other = About("y", "Ann", 4);
  other.set_handle_key(2);
  log_.Add(other);
  const std::string found = Search(FileOf("Ann", 4), {"--integrity-only"});
  EXPECT_EQ(found, "1:2 2:5 3: 4:");
}

TEST_F(HandlesProgramTest, EntriesWhoseBytesAreGoneAreCountedAsNotLookedAt) {
  v1::Action redaction = RecordOf(v1::KIND_LEAF_REDACTED, "r");
  redaction.add_about_index(5);
  const Hash leaf = log_.LeafHash(5), action = log_.ActionHash(5);
  redaction.mutable_redaction()->set_leaf_hash(leaf.data(), leaf.size());
  redaction.mutable_redaction()->set_action_hash(action.data(), action.size());
  log_.Add(redaction, "");
  const Ran ran = Run(log_, {"--handles", Write(FileOf("Ann", 2))}, {5});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_NE(ran.out.find("number 2              in no entry"),
            std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("1 entry whose bytes were removed"), std::string::npos)
      << ran.out;
}

TEST_F(HandlesProgramTest, TheAuditSaysThatTheKeyWasDestroyed) {
  log_.Add(log_.HandleKeyEvent("d", 1, v1::KEY_OP_DESTROYED));  // 6
  const Ran ran = Run(log_, {"--handles", Write(FileOf("Ann", 1))});
  EXPECT_NE(ran.out.find("destroyed, says entry 6"), std::string::npos)
      << ran.out;
}

TEST_F(HandlesProgramTest, AReceiptSaysWhoseHandleItsEntryBears) {
  const Ran ran = Receipt(5, FileOf("Ann", 3));
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_NE(ran.out.find("account               \"Ann\""), std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("number 2 of this account, under key 1 that entry 1 "
                         "registered"),
            std::string::npos)
      << ran.out;
  EXPECT_EQ(Receipt(3, FileOf("Ann", 3)).status, 1);  // Bob's
  EXPECT_EQ(Receipt(4, FileOf("Ann", 3)).status, 1);  // nobody's
  EXPECT_EQ(Receipt(5, FileOf("Ann", 1)).status, 1);  // number 2 is not there
  EXPECT_EQ(Receipt(0, FileOf("Ann", 3)).status, 1);  // before the key
}

TEST_F(HandlesProgramTest, WhatThePlatformMadeUpIsFalse) {
  EXPECT_EQ(Handles(FileOf("Ann", 3)).status, 0);
  const auto says = [&](const HandleFile& file, const std::string& words) {
    const Ran ran = Handles(file);
    EXPECT_EQ(ran.status, 1) << ran.out;
    EXPECT_NE(ran.out.find(words), std::string::npos) << ran.out;
    const Ran audit = Run(log_, {"--handles", directory_.Path("handles")});
    EXPECT_EQ(audit.status, 1) << audit.out;
  };
  HandleFile file = FileOf("Ann", 3);
  file.account = "Bob";
  says(file, "number 1 of this account: VRF proof does not hold");
  file = FileOf("Ann", 3);
  file.handles[1].number = 3;
  file.handles.pop_back();
  says(file, "number 3 of this account: VRF proof does not hold");
  file = FileOf("Ann", 1);
  file.handles[0].proof = Proof("Ann", 1, 'w');
  says(file, "number 1 of this account: VRF proof does not hold");
  file = FileOf("Ann", 1);
  file.handles[0].proof.pop_back();
  says(file, "VRF proof of 80 bytes, want 81");
  file = FileOf("Ann", 1);
  file.platform = "q";
  says(file, "key.entry is of another platform");
  file = FileOf("Ann", 1);
  file.key_entry = log_.log().entries[0];
  says(file, "key: ");
  file.key_proof = log_.ProofOf(0);
  says(file, "key.entry registers no key for handles");
  RecordLog unproved;
  v1::Action registration = unproved.HandleKeyEvent("k", 2);
  registration.mutable_key_event()->set_number(1);
  unproved.Add(registration);
  file = FileOf("Ann", 1);
  file.key_entry = unproved.log().entries[0];
  file.key_proof = unproved.ProofOf(0);
  says(file, "without a proof that the platform holds it");
}

// Nothing in the log tells two handles of one account from those of two: there
// is no computation to offer but the guess of a handle without its key.
TEST_F(HandlesProgramTest, WithoutTheKeyADictionaryWithTheTrueAccountIsNoUse) {
  std::vector<std::string> handles;
  for (const uint64_t entry : {2U, 5U}) {
    const auto decoded = DecodeEntry(log_.log().entries[entry]);
    v1::Action action;
    ASSERT_TRUE(action.ParseFromString(std::string(decoded->action)));
    handles.push_back(action.subject_handle());
  }
  const std::string key(AsText(RecordLog::HandleKey().PublicKey().raw()));
  const auto guesses = [&](const std::string& account) {
    std::vector<std::string> made;
    for (uint32_t number = 1; number <= 3; ++number) {
      const std::string input = HandleInput("p", account, number);
      for (const std::string& text :
           {input, account, key + input, input + key, key + account}) {
        made.push_back(HandleOf(Sha256(AsBytes(text))));
        made.push_back(HandleOf(Hkdf(AsBytes(key), Hash{}, AsBytes(text))));
      }
      // Under a key of one's own, and with all that a stranger has of proofs.
      made.push_back(
          HandleOf(*VrfProofToHash(AsBytes(Proof(account, number, 'x')))));
    }
    return made;
  };
  const std::vector<std::string> made = guesses("Ann");
  for (const std::string& handle : handles) {
    EXPECT_EQ(std::ranges::count(made, handle), 0);
  }
  // Bob's file, which is a stranger's, says nothing about Ann.
  HandleFile bobs = FileOf("Bob", 3);
  bobs.account = "Ann";
  EXPECT_EQ(Handles(bobs).status, 1);
  // With the proofs it is found: the control.
  EXPECT_EQ(Search(FileOf("Ann", 2)), "1:2 2:5");
}

}  // namespace
}  // namespace modlog::handles_program_test
