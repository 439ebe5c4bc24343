// If these fail, a log that was asked for COSE receipts gives none, or one that
// judges do not believe, or one of another tree than it publishes.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/client/running_log.h"
#include "tests/client/scripted_log.h"
#include "verifier/core/cose_receipt.h"
#include "verifier/core/seal.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::cose_e2e_test {
namespace {

std::string Line(const std::string& puid) {
  return R"({"kind":"KIND_ACTION","puid":")" + puid +
         R"(","taxonomy":202507,"visibility":["VISIBILITY_CONTENT_REMOVED"],)"
         R"("ground":"GROUND_INCOMPATIBLE_CONTENT",)"
         R"("category":"CATEGORY_VIOLENCE","application_date":18634,)"
         R"("subject_kind":"SUBJECT_KIND_ITEM"})"
         "\n";
}

class CoseTest : public testing::Test {
 protected:
  CoseTest() : log_({"--cose-key", folder_ / "cose.key"}) {}

  void Append(const std::string& puid) {
    const Outcome append =
        log_.Modlog({"append", "--platform", "example", "-"}, Line(puid));
    ASSERT_EQ(append.status, 0) << append.err;
  }
  Outcome Receipt(const std::string& index) {
    return log_.Modlog({"receipt", "--index", index, "--format", "cose",
                        "--out", folder_ / "r"});
  }
  std::string Key() {
    return Json::parse(log_.Modlog({"status", "--json"}).out)["cose_vkey"];
  }
  Outcome Judge(const std::string& key, const Words& more = {}) {
    Words words = {"cose",      "--entry",          folder_ / "r.entry",
                   "--receipt", folder_ / "r.cose", "--key",
                   key};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram("modlog-verify", words);
  }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(CoseTest, AReceiptIsJudgedOfflineByItsKey) {
  Append("one");
  Append("two");
  Append("three");
  const Outcome receipt = Receipt("1");
  ASSERT_EQ(receipt.status, 0) << receipt.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r.tlog-proof"));
  const std::string key = Key();

  const Outcome judged = Judge(key);
  EXPECT_EQ(judged.status, 0) << judged.out << judged.err;
  EXPECT_TRUE(Contains(judged.out, "verdict: true"));
  EXPECT_TRUE(Contains(judged.out, "COSE receipt"));
  EXPECT_TRUE(Contains(judged.out, "\"two\""));
  const Json json = Json::parse(Judge(key, {"--json"}).out);
  EXPECT_EQ(json["index"], 1);
  EXPECT_EQ(json["size"], 3);
  EXPECT_EQ(json["log_key"], key);
  EXPECT_EQ(json["index_and_size_signed"], false);
  const Json status = Json::parse(log_.Modlog({"status", "--json"}).out);
  EXPECT_EQ(json["root"], status["published"]["root"]);

  // The log's own key, which signs its checkpoints, signs no receipts of these.
  EXPECT_NE(status["vkey"], key);
  EXPECT_EQ(Judge(status["vkey"]).status, 1);
  // A key of another log can tell nothing of it.
  EXPECT_EQ(Judge("modlog.example/actions+8c641279+"
                  "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
                .status,
            2);
}

// What no longer parses may have been damaged on its way; what parses and does
// not hold is false, and a changed signature always parses.
TEST_F(CoseTest, AnyChangedByteIsRefused) {
  Append("one");
  Append("two");
  ASSERT_EQ(Receipt("0").status, 0);
  const std::string key = Key();
  const std::string entry = ReadFile(folder_ / "r.entry");
  const std::string receipt = ReadFile(folder_ / "r.cose");
  std::string other = entry;
  other[entry.size() / 2] ^= 1;
  WriteFile(folder_ / "r.entry", other);
  EXPECT_NE(Judge(key).status, 0);
  WriteFile(folder_ / "r.entry", entry);
  for (size_t i = 0; i < receipt.size(); i += 7) {
    other = receipt;
    other[i] ^= 1;
    WriteFile(folder_ / "r.cose", other);
    const int status = Judge(key).status;
    EXPECT_NE(status, 0) << i;
    if (i + kSignatureSize >= receipt.size()) {
      EXPECT_EQ(status, 1) << i;
    }
  }
  WriteFile(folder_ / "r.cose", receipt + "x");
  EXPECT_EQ(Judge(key).status, 2);
  WriteFile(folder_ / "r.cose", std::string(10'000, 'x'));
  EXPECT_EQ(Judge(key).status, 2);
  WriteFile(folder_ / "r.cose", receipt);
  EXPECT_EQ(Judge(key).status, 0);
  EXPECT_EQ(Judge("no key").status, 2);
}

TEST_F(CoseTest, TheOnlyEntryOfALogHasNone) {
  Append("one");
  const Outcome receipt = Receipt("0");
  EXPECT_EQ(receipt.status, 1) << receipt.err;
  EXPECT_TRUE(Contains(receipt.err, "RFC 9942 has no receipt for the only"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r.entry"));
}

TEST_F(CoseTest, TheKeyIsSecretAndStays) {
  struct stat status = {};
  ASSERT_EQ(stat((folder_ / "cose.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string text = ReadFile(folder_ / "cose.key");
  EXPECT_TRUE(text.starts_with("PRIVATE+KEY+localhost/modlog+")) << text;
  // It is not the log's, and another log does not start with it.
  EXPECT_NE(text, ReadFile(log_.data_dir() + "/log.key"));
  const auto start = [&](const std::string& file, const std::string& origin) {
    return RunProgram(
        "modlogd",
        {"--data-dir", folder_ / "other", "--origin", origin, "--cose-key",
         file, "--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"});
  };
  const Outcome other = start(folder_ / "cose.key", "another.example");
  EXPECT_EQ(other.status, 1);
  EXPECT_TRUE(Contains(other.err, "the key is named \"localhost/modlog\""))
      << other.err;
  const Outcome own = start(folder_ / "other/log.key", "another.example");
  EXPECT_EQ(own.status, 1);
  EXPECT_TRUE(Contains(own.err, "the log's own key")) << own.err;
  WriteFile(folder_ / "bad.key", "no key\n");
  ASSERT_EQ(chmod((folder_ / "bad.key").c_str(), 0600), 0);
  EXPECT_EQ(start(folder_ / "bad.key", "another.example").status, 1);
  ASSERT_EQ(chmod((folder_ / "cose.key").c_str(), 0644), 0);
  EXPECT_EQ(start(folder_ / "cose.key", "localhost/modlog").status, 1);
}

TEST(NoCoseTest, ALogWithoutAKeySaysSo) {
  const TemporaryFolder folder;
  const RunningLog log;
  for (const char* puid : {"one", "two"}) {
    ASSERT_EQ(
        log.Modlog({"append", "--platform", "example", "-"}, Line(puid)).status,
        0);
  }
  const Outcome receipt = log.Modlog(
      {"receipt", "--index", "0", "--format", "cose", "--out", folder / "r"});
  EXPECT_EQ(receipt.status, 1) << receipt.err;
  EXPECT_TRUE(Contains(receipt.err, "--cose-key")) << receipt.err;
  EXPECT_EQ(Json::parse(log.Modlog({"status", "--json"}).out)["cose_vkey"], "");
}

// A log of two entries that names any key for its COSE receipts; by that one,
// if it is an Ed25519 key, they hold.
class MisnamingLog final : public ScriptedLog {
 public:
  MisnamingLog(SignerKey cose, std::string vkey)
      : cose_(std::move(cose)), vkey_(std::move(vkey)) {}
  explicit MisnamingLog(const SignerKey& cose)
      : MisnamingLog(cose, FormatVerifierKey(cose.verifier)) {}

  grpc::Status GetLogInfo(grpc::ServerContext* context,
                          const v1::GetLogInfoRequest* request,
                          v1::GetLogInfoResponse* response) override {
    ScriptedLog::GetLogInfo(context, request, response);
    response->set_cose_vkey(vkey_);
    return grpc::Status::OK;
  }

  grpc::Status GetReceipt(grpc::ServerContext*, const v1::GetReceiptRequest*,
                          v1::GetReceiptResponse* response) override {
    std::string leaf = EncodeEntryHeader(1'700'000'000'000, "example");
    AppendLeaf(leaf, "\x01", response->mutable_leaf());
    Frontier frontier;
    frontier.Append(HashLeaf(AsBytes(response->leaf())));
    const Hash other = HashLeaf(AsBytes("another"));
    frontier.Append(other);
    response->set_tlog_proof(
        FormatTlogProof({.extra = {},
                         .index = 0,
                         .path = {other},
                         .checkpoint = CheckpointOf(frontier)}));
    response->set_cose(FormatCoseReceipt(
        SignCoseReceipt(cose_, frontier.Head(), 0, {&other, 1})));
    return grpc::Status::OK;
  }

 private:
  const SignerKey cose_;
  const std::string vkey_;
};

SignerKey KeyOf(const std::string& name, SignatureType type) {
  return *MakeSignerKey(name, type, Ed25519PrivateKey::Generate());
}

Outcome ReceiptFrom(const MisnamingLog& log) {
  const TemporaryFolder folder;
  return RunProgram("modlog", {"--server", log.address(), "receipt", "--index",
                               "0", "--format", "cose", "--out", folder / "r"});
}

// A log that names a key that signs no COSE receipts of its own gets none past
// the client, and does not end it.
TEST(MisnamedCoseKeyTest, AKeyOfAnotherKindOrNameIsRefused) {
  const SignerKey right = KeyOf("scripted", SignatureType::kEd25519);
  const Outcome taken = ReceiptFrom(MisnamingLog(right));
  EXPECT_EQ(taken.status, 0) << taken.err;
  for (const auto& key : {KeyOf("scripted", SignatureType::kEd25519Cosignature),
                          KeyOf("another.example", SignatureType::kEd25519)}) {
    const Outcome refused = ReceiptFrom(MisnamingLog(key));
    EXPECT_EQ(refused.status, 1) << refused.err;
    EXPECT_TRUE(Contains(refused.err, "want one of type 1")) << refused.err;
  }
  if (!HasMlDsa44()) GTEST_SKIP() << "libcrypto has no ML-DSA-44";
  const auto key =
      MakeMlDsaSignerKey("scripted", *MlDsa44PrivateKey::Generate());
  const Outcome refused =
      ReceiptFrom(MisnamingLog(right, FormatVerifierKey(key->verifier)));
  EXPECT_EQ(refused.status, 1) << refused.err;
  EXPECT_TRUE(Contains(refused.err, "of type 6")) << refused.err;
}

}  // namespace
}  // namespace modlog::cose_e2e_test
