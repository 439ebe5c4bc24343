// If these fail, what a platform signed is not what stands in the log under its
// signature: an action twice, not at all, or with nobody but the operator to
// vouch for it; or an operator's forgery passes for the platform's word.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "tests/audit/small_log.h"
#include "tests/client/running_log.h"
#include "tests/held_port.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/tile.h"

namespace modlog::seal_e2e_test {
namespace {

std::string Line(const std::string& puid, const std::string& more = "") {
  return R"({"kind":"KIND_ACTION","puid":")" + puid +
         R"(","taxonomy":202507,"visibility":["VISIBILITY_CONTENT_REMOVED"],)"
         R"("ground":"GROUND_INCOMPATIBLE_CONTENT",)"
         R"("category":"CATEGORY_VIOLENCE","application_date":18634,)"
         R"("regime":"REGIME_VOLUNTARY","source_type":"SOURCE_TYPE_VOLUNTARY",)"
         R"("subject_kind":"SUBJECT_KIND_ITEM")" +
         more + "}\n";
}

std::string ManyLines(const std::string& prefix, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += Line(prefix + std::to_string(i));
  return lines;
}

std::string Word(const std::string& text, const std::string& before) {
  const size_t at = text.find(before);
  if (at == std::string::npos) return "";
  const size_t begin = at + before.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

// A log whose process can end and begin again at the same address.
class SealLog {
 public:
  SealLog() { Start(); }

  void Start() {
    server_ = std::make_unique<Program>(
        "modlogd", Words{"--data-dir", data(), "--grpc-listen", grpc(),
                         "--http-listen", "127.0.0.1:0"});
    const std::string out = server_->WaitForOutput("\n");
    http_ = Word(out, "http=");
    if (http_.empty()) ADD_FAILURE() << server_->Wait().err;
  }
  void KillAndRestart() {
    server_->Signal(SIGKILL);
    server_->Wait();
    Start();
  }

  std::string data() const { return folder_ / "data"; }
  std::string operator_token() const { return data() + "/operator.token"; }
  const std::string& http() const { return http_; }
  std::string grpc() const { return port_.address(); }

 private:
  TemporaryFolder folder_;
  HeldPort port_;
  std::unique_ptr<Program> server_;
  std::string http_;
};

class SealTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string printed = Keygen("shop.key");
    const Outcome added = AsOperator(
        {"platform", "add", "shop", "--key", Word(printed, "key "), "--proof",
         Word(printed, "proof "), "--token-out", folder_ / "token"});
    ASSERT_EQ(added.status, 0) << added.err;
  }

  std::string Keygen(const std::string& file) {
    const Outcome made =
        RunProgram("modlog", {"--server", log_.grpc(), "platform", "keygen",
                              "shop", "--out", folder_ / file});
    EXPECT_EQ(made.status, 0) << made.err;
    return made.out;
  }
  Outcome AsOperator(const Words& words) {
    return With(log_.operator_token(), words, "");
  }
  Outcome AsPlatform(const Words& words, const std::string& input = "") {
    return With(folder_ / "token", words, input);
  }
  Outcome With(const std::string& token, const Words& words,
               const std::string& input) {
    Words all = {"--server", log_.grpc(), "--token-file", token};
    all.insert(all.end(), words.begin(), words.end());
    return RunProgram("modlog", all, input);
  }
  Words SealWords(const std::string& every, const std::string& file = "-",
                  const std::string& key = "shop.key") {
    return {"append",      "--platform",   "shop", "--json", "--seal-key",
            folder_ / key, "--seal-every", every,  file};
  }
  Outcome Seal(const std::string& lines, const std::string& every = "100",
               const std::string& key = "shop.key") {
    return AsPlatform(SealWords(every, "-", key), lines);
  }
  Json Show() {
    return Json::parse(AsPlatform({"platform", "show", "shop", "--json"}).out);
  }

  // The auditor's report on what the log serves.
  Json Audit() { return AuditOf("http://" + log_.http()); }
  Json AuditOf(const std::string& target) {
    const Outcome audit =
        RunProgram("modlog-verify",
                   {"audit", target, "--policy", log_.data() + "/log.policy",
                    "--first-use", "--json"});
    const Json report = Json::parse(audit.out, nullptr, false);
    EXPECT_FALSE(report.is_discarded()) << audit.out << audit.err;
    EXPECT_EQ(report["exit_status"], audit.status);
    return report;
  }
  // Of the platform; the entry of its key is the only one without a seal.
  static uint64_t Unsealed(const Json& report) {
    for (const Json& platform : report.at("platforms")) {
      if (platform["platform"] == "shop") {
        return platform["attributed_by_operator_alone"];
      }
    }
    return UINT64_MAX;
  }
  // How often each action stands in the log.
  std::multiset<std::string> Logged() {
    std::multiset<std::string> puids;
    const Outcome exported =
        AsPlatform({"export", "--format", "jsonl", "--platform", "shop"});
    EXPECT_EQ(exported.status, 0) << exported.err;
    for (const std::string& line : Lines(exported.out)) {
      const Json json = Json::parse(line);
      const Json action = json.value("action", Json::object());
      if (action.value("kind", "") == "KIND_ACTION") {
        puids.insert(action.value("puid", ""));
      }
    }
    return puids;
  }
  static std::multiset<std::string> Wanted(const std::string& prefix,
                                           int count) {
    std::multiset<std::string> puids;
    for (int i = 0; i < count; ++i) puids.insert(prefix + std::to_string(i));
    return puids;
  }

  TemporaryFolder folder_;
  SealLog log_;
};

TEST_F(SealTest, WhatAPlatformSealsIsItsOwnWord) {
  const Outcome sealed = Seal(ManyLines("a", 250));
  EXPECT_EQ(sealed.status, 0) << sealed.err;
  EXPECT_EQ(Lines(sealed.out).size(), 250u);
  const Json report = Audit();
  EXPECT_EQ(report["exit_status"], 0) << report.dump(1);
  EXPECT_EQ(Unsealed(report), 1u) << report.dump(1);
  EXPECT_EQ(Show()["sealed"], 250u);
  EXPECT_EQ(Show()["actions"], 251u);
}

TEST_F(SealTest, AppendedAgainInOtherPortionsNothingStandsTwice) {
  ASSERT_EQ(Seal(ManyLines("a", 250)).status, 0);
  const Json before = Show();
  const Outcome again = Seal(ManyLines("a", 250), "70");
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(Lines(again.out).size(), 250u);
  EXPECT_TRUE(Contains(again.err, "250 logged before")) << again.err;
  EXPECT_EQ(Show(), before);
  // Some known, some new, in one portion.
  const Outcome more = Seal(ManyLines("a", 260), "4096");
  EXPECT_EQ(more.status, 0) << more.err;
  EXPECT_EQ(Show()["sealed"], 260u);
  EXPECT_EQ(Logged(), Wanted("a", 260));
  EXPECT_EQ(Audit()["exit_status"], 0);
}

// As many positions as a refusal of a batch can name, and more.
TEST_F(SealTest, OfALargeBatchHalfOrAllIsKnown) {
  std::string half;
  for (int i = 0; i < 4'096; i += 2) half += Line("a" + std::to_string(i));
  ASSERT_EQ(Seal(half, "4096").status, 0);
  const Outcome whole = Seal(ManyLines("a", 4'096), "4096");
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_TRUE(Contains(whole.err, "2,048 logged, 2,048 logged before"));
  const Outcome again = Seal(ManyLines("a", 4'096), "4096");
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "4,096 logged before")) << again.err;
}

TEST_F(SealTest, OneThatIsRefusedKeepsNoneOfTheOthersOut) {
  std::string lines = ManyLines("a", 5);
  lines += Line("bad", R"(,"end_visibility":1)");   // ends before it begins
  lines += Line("a3", R"(,"content_date":18000)");  // a3 is another already
  lines += ManyLines("b", 5);
  const Outcome sealed = Seal(lines);
  EXPECT_EQ(sealed.status, 1) << sealed.err;
  EXPECT_TRUE(Contains(sealed.err, "-:6: ")) << sealed.err;
  EXPECT_TRUE(Contains(sealed.err, "-:7: ")) << sealed.err;
  EXPECT_EQ(Lines(sealed.out).size(), 10u);
  EXPECT_EQ(Show()["sealed"], 10u);
  EXPECT_EQ(Audit()["exit_status"], 0);
}

TEST_F(SealTest, WhatAFileSaysTwiceIsSealedOnce) {
  const std::string other = Line("a1", R"(,"content_date":18000)");
  const Outcome sealed =
      Seal(ManyLines("a", 3) + Line("a1") + other + Line("b"));
  EXPECT_EQ(sealed.status, 1) << sealed.err;  // the other a1
  EXPECT_TRUE(
      Contains(sealed.err, "-:5: puid: entry 2 has it with other bytes"))
      << sealed.err;
  EXPECT_EQ(Lines(sealed.out).size(), 5u);
  EXPECT_EQ(Show()["actions"], 5u);
  EXPECT_EQ(Show()["sealed"], 4u);
}

TEST_F(SealTest, ActionsWithoutASealBetweenAreCountedAndNamed) {
  ASSERT_EQ(Seal(ManyLines("a", 10)).status, 0);
  ASSERT_EQ(
      AsPlatform({"append", "--platform", "shop", "-"}, ManyLines("plain", 3))
          .status,
      0);
  ASSERT_EQ(Seal(ManyLines("b", 10)).status, 0);
  const Json report = Audit();
  EXPECT_EQ(report["exit_status"], 0) << report.dump(1);
  EXPECT_EQ(Unsealed(report), 4u);
}

TEST_F(SealTest, TwoClientsOfOnePlatformTakeTurns) {
  std::vector<std::unique_ptr<Program>> clients;
  for (const char* prefix : {"a", "b", "c"}) {
    const std::string file = folder_ / (std::string(prefix) + ".jsonl");
    WriteFile(file, ManyLines(prefix, 200));
    Words words = {"--server", log_.grpc(), "--token-file", folder_ / "token"};
    const Words seal = SealWords("20", file);
    words.insert(words.end(), seal.begin(), seal.end());
    clients.push_back(std::make_unique<Program>("modlog", words));
  }
  for (const auto& client : clients) {
    const Outcome outcome = client->Wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
  EXPECT_EQ(Show()["sealed"], 600u);
  const Json report = Audit();
  EXPECT_EQ(report["exit_status"], 0) << report.dump(1);
  EXPECT_EQ(Unsealed(report), 1u);
}

TEST_F(SealTest, ARotatedKeySealsAndTheOldOneNoLonger) {
  ASSERT_EQ(Seal(ManyLines("a", 10)).status, 0);
  const Words rotate = {"platform",
                        "rotate",
                        "shop",
                        "--seal-key",
                        folder_ / "shop.key",
                        "--out",
                        folder_ / "new.key"};
  const Outcome rotated = AsPlatform(rotate);
  ASSERT_EQ(rotated.status, 0) << rotated.err;
  const Outcome old = Seal(ManyLines("b", 10));
  EXPECT_EQ(old.status, 1) << old.err;
  EXPECT_TRUE(Contains(old.err, "revoked")) << old.err;
  const Outcome fresh = Seal(ManyLines("c", 10), "100", "new.key");
  EXPECT_EQ(fresh.status, 0) << fresh.err;
  // Asked for again it has been done.
  const Json before = Show();
  EXPECT_EQ(AsPlatform(rotate).status, 0);
  EXPECT_EQ(Show(), before);
  const Json report = Audit();
  EXPECT_EQ(report["exit_status"], 0) << report.dump(1);
  EXPECT_EQ(Unsealed(report), 1u);  // both rotating entries are sealed
}

TEST_F(SealTest, AStolenTokenBringsNoKeyAndTheOperatorReplacesALostOne) {
  const Words rotate = {"platform",          "rotate",    "shop", "--out",
                        folder_ / "new.key", "--revoked", "1"};
  const Outcome thief = AsPlatform(rotate);
  EXPECT_NE(thief.status, 0);
  EXPECT_EQ(Show()["keys"].size(), 1u);
  const Outcome vouched = AsOperator(rotate);
  EXPECT_EQ(vouched.status, 0) << vouched.err;
  EXPECT_EQ(Show()["keys"][0]["state"], "revoked");
  EXPECT_EQ(Seal(ManyLines("a", 3), "100", "new.key").status, 0);
  EXPECT_EQ(Audit()["exit_status"], 0);
}

TEST_F(SealTest, AKeyThatOthersCanReadOrThatIsNotRegisteredSealsNothing) {
  Keygen("other.key");
  const Outcome stranger = Seal(ManyLines("a", 1), "1", "other.key");
  EXPECT_EQ(stranger.status, 1) << stranger.err;
  EXPECT_TRUE(Contains(stranger.err, "has not registered")) << stranger.err;
  chmod((folder_ / "shop.key").c_str(), 0644);
  const Outcome open = Seal(ManyLines("a", 1));
  EXPECT_NE(open.status, 0);
  EXPECT_TRUE(Contains(open.err, "shop.key")) << open.err;
  EXPECT_EQ(Show()["actions"], 1u);
}

TEST_F(SealTest, AReceiptSaysThatThePlatformVouches) {
  ASSERT_EQ(Seal(ManyLines("a", 5)).status, 0);
  ASSERT_EQ(
      AsPlatform({"append", "--platform", "shop", "-"}, Line("plain")).status,
      0);
  const std::string vkey = Word(Keygen("shop.key"), "key ");
  const std::string other = Word(Keygen("other.key"), "key ");
  const auto receipt = [&](const std::string& index, const Words& more) {
    const std::string prefix = folder_ / ("receipt" + index);
    EXPECT_EQ(AsPlatform({"receipt", "--index", index, "--out", prefix}).status,
              0);
    Words words = {"receipt",  "--json",
                   "--entry",  prefix + ".entry",
                   "--proof",  prefix + ".tlog-proof",
                   "--policy", log_.data() + "/log.policy"};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram("modlog-verify", words);
  };
  const auto signs = [](const Outcome& outcome) {
    return Json::parse(outcome.out).at("entry").at("signed_by_platform") ==
           true;
  };
  const std::string seal = folder_ / "receipt3.seal";
  const Outcome bare = receipt("3", {});
  EXPECT_EQ(bare.status, 0);
  EXPECT_FALSE(signs(bare));
  const Outcome sealed = receipt("3", {"--seal", seal, "--platform-key", vkey});
  EXPECT_EQ(sealed.status, 0) << sealed.out;
  EXPECT_TRUE(signs(sealed));
  const Outcome by_log = receipt("3", {"--seal", seal});
  EXPECT_EQ(by_log.status, 0);
  EXPECT_FALSE(signs(by_log));  // the log alone says whose key it is
  // Platforms have new keys: the one given may be an older or a later one.
  EXPECT_EQ(receipt("3", {"--seal", seal, "--platform-key", other}).status, 2);
  // Another entry's seal; and one without has no such file.
  EXPECT_EQ(receipt("2", {"--seal", seal}).status, 1);
  EXPECT_EQ(receipt("7", {}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "receipt7.seal"));
  EXPECT_EQ(receipt("7", {"--seal", seal}).status, 1);
  // Said to stand elsewhere, it covers another action than its root does.
  Json forged = Json::parse(ReadFile(seal));
  forged["index"] = forged["index"].get<uint64_t>() + 1;
  WriteFile(seal, forged.dump());
  EXPECT_EQ(receipt("2", {"--seal", seal}).status, 1);
}

// Ends client and server where they happen to be, again and again.
TEST_F(SealTest, KilledAtAnyPointEveryActionIsSealedOnce) {
  constexpr int kActions = 3'000;
  const std::string file = folder_ / "actions.jsonl";
  WriteFile(file, ManyLines("a", kActions));
  Words words = {"--server", log_.grpc(), "--token-file", folder_ / "token"};
  const Words seal = SealWords("20", file);
  words.insert(words.end(), seal.begin(), seal.end());
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> pause(1, 150);
  for (int round = 0; round < 8; ++round) {
    Program client("modlog", words);
    std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
    if (round % 2 == 0) {
      client.Signal(SIGKILL);
    } else {
      log_.KillAndRestart();  // the client waits for it, and goes on
      std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
      if (round % 4 == 1) client.Signal(SIGKILL);
    }
    client.Wait();
  }
  const Outcome last = AsPlatform(seal);
  EXPECT_EQ(last.status, 0) << last.err;
  EXPECT_EQ(Logged(), Wanted("a", kActions));
  const Json report = Audit();
  EXPECT_EQ(report["exit_status"], 0) << report.dump(1);
  EXPECT_EQ(Unsealed(report), 1u) << report.dump(1);
}

// The log's own operator, with the log's own key.
class ForgedTest : public SealTest {
 protected:
  // What the log serves, entry by entry.
  SmallLog Copy() {
    const std::string tiles = folder_ / "tiles";
    const Outcome exported = AsOperator({"export-tiles", tiles});
    EXPECT_EQ(exported.status, 0) << exported.err;
    SmallLog log;
    std::string text = ReadFile(log_.data() + "/log.key");
    if (text.ends_with('\n')) text.pop_back();
    log.key = *ParseSignerKey(text);
    log.origin = log.key.verifier.name;
    const uint64_t size =
        Json::parse(AsOperator({"status", "--json"}).out)["signed"]["size"];
    EXPECT_LT(size, kTileWidth);
    const std::string bundle =
        ReadFile(tiles + "/" + BundlePath(0, static_cast<uint32_t>(size)));
    const auto entries =
        ParseBundle(AsBytes(bundle), static_cast<uint32_t>(size));
    EXPECT_TRUE(entries.has_value());
    for (const auto& entry : *entries) log.entries.emplace_back(AsText(entry));
    return log;
  }
  // The rules that the auditor finds broken.
  std::set<std::string> Broken(const SmallLog& log) {
    const std::string target =
        folder_ / ("forged" + std::to_string(++forgeries_));
    std::filesystem::create_directory(target);
    WriteFiles(log.MakeFiles(), target);
    std::set<std::string> rules;
    const Json report = AuditOf(target);
    EXPECT_TRUE(report.contains("violations")) << report.dump(1);
    for (const Json& finding : report.value("violations", Json::array())) {
      rules.insert(finding.value("rule", ""));
    }
    return rules;
  }

  int forgeries_ = 0;
};

TEST_F(ForgedTest, AnOperatorWhoChangesWhatWasSealedIsCaught) {
  ASSERT_EQ(Seal(ManyLines("a", 12), "4").status, 0);
  const SmallLog true_copy = Copy();  // key, 4 actions, seal, 4, seal, 4, seal
  ASSERT_EQ(true_copy.entries.size(), 16u);
  EXPECT_EQ(Broken(true_copy), std::set<std::string>());
  const auto at = [](SmallLog& log, long place) {
    return log.entries.begin() + place;
  };

  SmallLog dropped = true_copy;
  dropped.entries.erase(at(dropped, 7));
  EXPECT_TRUE(Broken(dropped).contains("seals"));

  SmallLog reordered = true_copy;
  std::iter_swap(at(reordered, 7), at(reordered, 8));
  EXPECT_TRUE(Broken(reordered).contains("seals"));

  SmallLog without_seal = true_copy;  // with all that it covers
  without_seal.entries.erase(at(without_seal, 6), at(without_seal, 11));
  EXPECT_TRUE(Broken(without_seal).contains("seals"));

  SmallLog added = true_copy;
  added.entries.insert(at(added, 6), MakeEntry(1, "shop", "forged"));
  EXPECT_TRUE(Broken(added).contains("seals"));

  SmallLog changed = true_copy;
  std::string& leaf = changed.entries[7];
  ASSERT_NE(leaf.find("a5"), std::string::npos);
  leaf[leaf.find("a5")] = 'z';
  EXPECT_TRUE(Broken(changed).contains("seals"));
}

}  // namespace
}  // namespace modlog::seal_e2e_test
