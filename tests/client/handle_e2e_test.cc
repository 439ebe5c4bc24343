// If these fail, a person is not shown an entry about them, a stranger can tell
// whom one is about, or a platform's retry is refused as a conflict.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/client/running_log.h"

namespace modlog::handle_e2e_test {
namespace {

constexpr char kAnn[] = "acct:ann@example";
constexpr char kBob[] = "acct:bob@example";

std::string Line(const std::string& puid, const std::string& account,
                 int application_date = 20'000) {
  Json line = {{"platform", "example"},
               {"action",
                {{"kind", "KIND_ACTION"},
                 {"puid", puid},
                 {"taxonomy", 202507},
                 {"visibility", {"VISIBILITY_CONTENT_REMOVED"}},
                 {"ground", "GROUND_INCOMPATIBLE_CONTENT"},
                 {"category", "CATEGORY_VIOLENCE"},
                 {"subject_kind", "SUBJECT_KIND_ITEM"},
                 {"application_date", application_date}}}};
  if (!account.empty()) line["account"] = account;
  return line.dump() + "\n";
}

class HandleTest : public testing::Test {
 protected:
  Outcome Handle(Words words) {
    words.insert(words.begin(), "handle");
    if (words[1] != "find") {
      words.insert(words.end(),
                   {"--platform", "example", "--handles", directory_});
    }
    // Keys are spoken of with the platform's token or the operator's.
    words.insert(words.begin(), {"--token-file", log_.operator_token()});
    return log_.Modlog(words);
  }
  void NewKey() {
    const Outcome made = Handle({"new-key"});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  Outcome Append(const std::string& lines) {
    return log_.Modlog(
        {"append", "--subject-handle", "--handles", directory_, "--json", "-"},
        lines);
  }
  std::string Prove(const std::string& account, const Words& more = {}) {
    Words words = {"prove", "--account", account, "--out", file_};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome proved = Handle(words);
    EXPECT_EQ(proved.status, 0) << proved.err;
    return file_;
  }
  std::string Find(const std::string& file) {
    const Outcome found = Handle({"find", file});
    EXPECT_EQ(found.status, 0) << found.err;
    return found.out;
  }
  Outcome Verify(Words words) {
    words.insert(words.end(), {"--policy", log_.policy()});
    return RunProgram("modlog-verify", words);
  }
  Json Entry(uint64_t index) {
    return Json::parse(
        log_.Modlog({"get", std::to_string(index), "--json"}).out);
  }

  TemporaryFolder folder_;
  RunningLog log_;
  const std::string directory_ = folder_ / "keys";
  const std::string file_ = folder_ / "mine.handles";
};

TEST_F(HandleTest, APersonIsShownTheirEntriesAndThatThereAreNoMore) {
  NewKey();
  const Outcome appended = Append(Line("p1", kAnn) + Line("p2", kBob) +
                                  Line("p3", "") + Line("p4", kAnn));
  ASSERT_EQ(appended.status, 0) << appended.err;
  EXPECT_TRUE(Contains(appended.err, "3 with a handle, 1 without an account"));
  EXPECT_EQ(Find(Prove(kAnn)),
            "number 1\tentry 1\nnumber 2\tentry 4\n"
            "number 3\tin none of 5 entries\n");
  EXPECT_EQ(Find(Prove(kBob, {"--beyond", "2"})),
            "number 1\tentry 2\nnumber 2\tin none of 5 entries\n"
            "number 3\tin none of 5 entries\n");
  EXPECT_EQ(Find(Prove("acct:eve@example")),
            "number 1\tin none of 5 entries\n");
  EXPECT_NE(Entry(1)["action"]["subject_handle"],
            Entry(4)["action"]["subject_handle"]);
  EXPECT_FALSE(Entry(3)["action"].contains("subject_handle"));
}

TEST_F(HandleTest, WhatThePlatformSaysIsProvedOffline) {
  NewKey();
  ASSERT_EQ(Append(Line("p1", kAnn) + Line("p2", kBob)).status, 0);
  const Outcome handles = Verify({"handles", Prove(kAnn)});
  EXPECT_EQ(handles.status, 0) << handles.out << handles.err;
  ASSERT_EQ(log_.Modlog({"export-tiles", folder_ / "copy"}).status, 0);
  const Outcome audit = Verify(
      {"audit", folder_ / "copy", "--first-use", "--handles", file_, "--json"});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  const Json found = Json::parse(audit.out)["handles"]["handles"];
  EXPECT_EQ(found[0]["entries"], Json({1}));
  EXPECT_EQ(found[1]["entries"], Json::array());
  const Outcome made =
      log_.Modlog({"receipt", "--index", "1", "--out", folder_ / "r",
                   "--handle-of", kAnn, "--handles", directory_});
  ASSERT_EQ(made.status, 0) << made.err;
  const Outcome receipt =
      Verify({"receipt", "--entry", folder_ / "r.entry", "--proof",
              folder_ / "r.tlog-proof", "--handles", folder_ / "r.handles"});
  EXPECT_EQ(receipt.status, 0) << receipt.out << receipt.err;
  EXPECT_TRUE(Contains(receipt.out, "number 1 of this account"));
  // Bob's entry is not proved to be Ann's, by whomever.
  EXPECT_EQ(log_.Modlog({"receipt", "--index", "2", "--out", folder_ / "s",
                         "--handle-of", kAnn, "--handles", directory_})
                .status,
            1);
}

TEST_F(HandleTest, ARecordSentAgainHasTheHandleItHad) {
  NewKey();
  const std::string first = Line("p1", kAnn) + Line("p2", kAnn);
  ASSERT_EQ(Append(first).status, 0);
  const Outcome again = Append(Line("p3", kAnn) + first);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "1 logged, 2 logged before, 0 refused"));
  // Also in the next period.
  NewKey();
  const Outcome later = Append(first + Line("p4", kAnn));
  EXPECT_EQ(later.status, 0) << later.err;
  EXPECT_TRUE(Contains(later.err, "1 logged, 2 logged before, 0 refused"));
  EXPECT_EQ(Find(Prove(kAnn)),
            "number 1\tentry 5\nnumber 2\tin none of 6 entries\n");
  EXPECT_EQ(Find(Prove(kAnn, {"--key", "1"})),
            "number 1\tentry 1\nnumber 2\tentry 2\nnumber 3\tentry 3\n"
            "number 4\tin none of 6 entries\n");
}

TEST_F(HandleTest, ARefusedRecordLeavesNoNumberOut) {
  NewKey();
  const Outcome some = Append(Line("p1", kAnn) + Line("bad", kAnn, 24'000) +
                              Line("p2", kAnn) + Line("p3", "\n"));
  EXPECT_EQ(some.status, 1);
  const Outcome mended = Append(Line("bad", kAnn, 20'001));
  EXPECT_EQ(mended.status, 0) << mended.err;
  EXPECT_EQ(Find(Prove(kAnn)),
            "number 1\tentry 1\nnumber 2\tentry 4\nnumber 3\tentry 2\n"
            "number 4\tin none of 5 entries\n");
}

TEST_F(HandleTest, OnceTheKeyIsDestroyedNobodyCanTellAndOldProofsHold) {
  NewKey();
  ASSERT_EQ(Append(Line("p1", kAnn)).status, 0);
  const std::string secret = ReadFile(directory_ + "/key-1");
  const std::string hex = secret.substr(secret.rfind(' ') + 1, 64);
  Prove(kAnn);
  const Outcome destroyed = Handle({"destroy-key", "1"});
  ASSERT_EQ(destroyed.status, 0) << destroyed.err;
  EXPECT_EQ(Handle({"destroy-key", "1"}).status, 0);  // again
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(folder_ / "keys")) {
    ADD_FAILURE() << "left behind: " << file.path();
  }
  for (const Words& words :
       {Words{"prove", "--account", kAnn, "--out", folder_ / "late", "--key",
              "1"},
        Words{"prove", "--account", kAnn, "--out", folder_ / "late"}}) {
    EXPECT_NE(Handle(words).status, 0);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "late"));
  EXPECT_TRUE(Contains(Append(Line("p2", kAnn)).err, "modlog handle new-key"));
  // A handle under the key is refused whoever makes it.
  Json line = Json::parse(Line("p3", ""));
  line["action"]["subject_handle"] = "aGhoaGhoaGhoaGhoaGhoaA==";
  line["action"]["handle_key"] = 1;
  const Outcome late = log_.Modlog({"append", "-"}, line.dump() + "\n");
  EXPECT_EQ(late.status, 1);
  EXPECT_TRUE(Contains(late.err, "names a key that was revoked or destroyed"));
  // What was proved before stands, and names the entry of the destruction.
  EXPECT_EQ(Verify({"handles", file_}).status, 0);
  ASSERT_EQ(log_.Modlog({"export-tiles", folder_ / "copy"}).status, 0);
  const Outcome audit =
      Verify({"audit", folder_ / "copy", "--first-use", "--handles", file_});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  EXPECT_TRUE(Contains(audit.out, "destroyed, says entry 2")) << audit.out;
  EXPECT_FALSE(Contains(ReadFile(file_), hex));
  // The next key has the next number.
  NewKey();
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/key-2"));
}

TEST_F(HandleTest, ThereIsNoHandleUnlessAskedForAndNoneWithoutAKey) {
  const Outcome none = Append(Line("p1", kAnn));
  EXPECT_EQ(none.status, 1) << none.err;
  EXPECT_EQ(log_.Size(), 0u);
  ASSERT_EQ(log_.Modlog({"append", "-"}, Line("p1", kAnn)).status, 0);
  EXPECT_FALSE(Entry(0)["action"].contains("subject_handle"));
}

TEST_F(HandleTest, AnInterruptedNewKeyIsTakenUpAgain) {
  NewKey();
  const std::string key = ReadFile(directory_ + "/key-1");
  // As if the entry had not been written: a folder with a key of a log that
  // knows none.
  RunningLog other;
  const Outcome refused = other.Modlog(
      {"--token-file", other.operator_token(), "handle", "destroy-key", "1",
       "--platform", "example", "--handles", directory_});
  EXPECT_NE(refused.status, 0);
  EXPECT_EQ(ReadFile(directory_ + "/key-1"), key);
  const Outcome taken =
      other.Modlog({"--token-file", other.operator_token(), "handle", "new-key",
                    "--platform", "example", "--handles", directory_});
  EXPECT_EQ(taken.status, 0) << taken.err;
  EXPECT_EQ(ReadFile(directory_ + "/key-1"), key);
}

TEST_F(HandleTest, AnImportOfEventsGivesHandlesToo) {
  NewKey();
  const std::string events = folder_ / "events.jsonl";
  const auto event = [](int id, const std::string& subject) {
    return Json({{"id", id},
                 {"event",
                  {{"$type",
                    "tools.ozone.moderation.defs#"
                    "modEventTakedown"}}},
                 {"subject", Json::parse(subject)},
                 {"createdBy", "did:plc:moderator"},
                 {"createdAt", "2026-01-02T03:04:05.000Z"}})
               .dump() +
           "\n";
  };
  WriteFile(events,
            event(1, R"({"$type":"com.atproto.admin.defs#repoRef",)"
                     R"("did":"did:plc:ann"})") +
                event(2, R"({"$type":"com.atproto.repo.strongRef",)"
                         R"("uri":"at://did:plc:ann/app.bsky.feed.post/1",)"
                         R"("cid":"bafy"})"));
  const Words words = {"import",
                       "ozone",
                       events,
                       "--platform",
                       "example",
                       "--secret",
                       folder_ / "secret",
                       "--subject-handle",
                       "--handles",
                       directory_};
  const Outcome imported = log_.Modlog(words);
  ASSERT_EQ(imported.status, 0) << imported.err;
  EXPECT_TRUE(Contains(imported.err, "2 actions with a handle"));
  const Outcome again = log_.Modlog(words);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "0 entries new, 2 known, 0 refused"));
  EXPECT_EQ(Find(Prove("did:plc:ann")),
            "number 1\tentry 1\nnumber 2\tentry 2\n"
            "number 3\tin none of 3 entries\n");
}

}  // namespace
}  // namespace modlog::handle_e2e_test
