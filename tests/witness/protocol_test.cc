// If these fail, our witness answers a log otherwise than c2sp.org/tlog-witness
// says: it cosigns what it must refuse, or refuses in words that other people's
// logs do not understand.

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

#include "tests/witness/running_witness.h"

namespace modlog::protocol_test {
namespace {

constexpr char kOrigin[] = "log.test/actions";
constexpr uint64_t kSize = 40;

// One witness for all: each test has a log of its own.
class ProtocolTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    std::vector<std::string> vkeys;
    for (int i = 0; i < kLogs; ++i) vkeys.push_back(LogOf(i).vkey());
    witness_ = std::make_unique<RunningWitness>(
        RunningWitness::Arguments(*folder_ / "w", vkeys, {"--rate", "0"}));
  }
  static void TearDownTestSuite() {
    witness_->program().Signal(SIGTERM);
    EXPECT_EQ(witness_->program().Wait().status, 0);
    witness_.reset();
    folder_.reset();
  }

  static SignedLog LogOf(int i, const std::string& salt = "") {
    return SignedLog(kOrigin + std::to_string(i), kSize,
                     static_cast<uint8_t>(i + 1), 10, salt);
  }
  // A log that no test has used, whose checkpoint of a size was cosigned.
  SignedLog FreshLog(uint64_t cosigned = 0) {
    number_ = next_++;
    SignedLog log = LogOf(number_);
    if (cosigned > 0) {
      EXPECT_EQ(Status(log.Body(0, cosigned)), 200);
    }
    return log;
  }
  // The history that departs from the last log's at entry 10.
  SignedLog OtherHistory() const { return LogOf(number_, "other"); }

  static HttpAnswer Add(const std::string& body) { return witness_->Add(body); }
  static int Status(const std::string& body) { return Add(body).status; }

  static constexpr int kLogs = 40;
  static std::unique_ptr<TemporaryFolder> folder_;
  static std::unique_ptr<RunningWitness> witness_;
  static int next_;
  int number_ = 0;
};
std::unique_ptr<TemporaryFolder> ProtocolTest::folder_;
std::unique_ptr<RunningWitness> ProtocolTest::witness_;
int ProtocolTest::next_ = 0;

std::string Replaced(std::string text, const std::string& what,
                     const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

uint64_t Now() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::system_clock::now().time_since_epoch())
          .count());
}

TEST_F(ProtocolTest, AFirstCheckpointIsCosignedNow) {
  const SignedLog log = FreshLog();
  const uint64_t before = Now();
  const HttpAnswer answer = Add(log.Body(0, 5));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain; charset=utf-8");
  const uint64_t time = witness_->CosignedAt(log.Text(5), answer.body);
  EXPECT_GE(time, before);
  EXPECT_LE(time, Now());
}

TEST_F(ProtocolTest, AnUpdateWithAProofIsCosigned) {
  const SignedLog log = FreshLog(5);
  for (uint64_t size = 6; size < kSize; size += 7) {
    const uint64_t old_size = witness_->SizeOf(log);
    const HttpAnswer answer = Add(log.Body(old_size, size));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_GT(witness_->CosignedAt(log.Text(size), answer.body), 0u);
  }
}

TEST_F(ProtocolTest, TheSameCheckpointIsCosignedAgain) {
  const SignedLog log = FreshLog(5);
  const HttpAnswer answer = Add(log.Body(5, 5));
  EXPECT_EQ(answer.status, 200);
  EXPECT_GT(witness_->CosignedAt(log.Text(5), answer.body), 0u);
}

TEST_F(ProtocolTest, AnotherOldSizeIsAnsweredWithTheOneThatCounts) {
  const SignedLog log = FreshLog(7);
  for (const uint64_t old_size : {0u, 6u, 8u}) {
    const HttpAnswer answer = Add(log.Body(old_size, 9));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body, "7\n");
    // Clients compare it for equality: no charset.
    EXPECT_EQ(answer.headers.at("content-type"), "text/x.tlog.size");
  }
}

// omniwitness trusts the first checkpoint whatever `old` says.
TEST_F(ProtocolTest, ALogNeverSeenHasOldSizeZero) {
  const SignedLog log = FreshLog();
  const HttpAnswer answer = Add(log.Body(3, 5));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body, "0\n");
  EXPECT_EQ(witness_->Latest(log).status, 404);
}

TEST_F(ProtocolTest, AnOldSizeBeyondTheCheckpointIsRefused) {
  const SignedLog log = FreshLog(9);
  EXPECT_EQ(Status(SignedLog::Body(9, {}, log.Note(8))), 400);
  EXPECT_EQ(Status(SignedLog::Body(1'000, {}, log.Note(8))), 400);
  EXPECT_EQ(Status(SignedLog::Body(UINT64_MAX, {}, log.Note(8))), 400);
}

TEST_F(ProtocolTest, AProofThatDoesNotHoldIsRefused) {
  const SignedLog log = FreshLog(7);
  std::vector<Hash> wrong = log.Proof(7, 20);
  wrong[1][0] ^= 1;
  std::vector<Hash> longer = log.Proof(7, 20);
  longer.push_back(longer[0]);
  std::vector<Hash> shorter = log.Proof(7, 20);
  shorter.pop_back();
  for (const auto& proof : {wrong, longer, shorter, {}}) {
    EXPECT_EQ(Status(SignedLog::Body(7, proof, log.Note(20))), 422);
  }
  EXPECT_EQ(Status(SignedLog::Body(7, longer, log.Note(7))), 422);
  EXPECT_EQ(witness_->SizeOf(log), 7u);
}

TEST_F(ProtocolTest, AnotherRootForTheSameSizeIsRefused) {
  const SignedLog log = FreshLog(20);
  EXPECT_EQ(Status(OtherHistory().Body(20, 20)), 422);
  EXPECT_EQ(Add(log.Body(20, 20)).status, 200);
}

TEST_F(ProtocolTest, AtMost63ProofLinesAreRead) {
  const SignedLog log = FreshLog(7);
  const std::vector<Hash> lines(64);
  EXPECT_EQ(Status(SignedLog::Body(7, lines, log.Note(8))), 400);
  EXPECT_EQ(
      Status(SignedLog::Body(7, {lines.begin(), lines.end() - 1}, log.Note(8))),
      422);
}

// omniwitness with a database answers 500.
TEST_F(ProtocolTest, AnUnknownOriginIsNotFound) {
  const SignedLog stranger("stranger.test/log", 5, 77);
  EXPECT_EQ(Status(stranger.Body(0, 5)), 404);
  // Whatever else is wrong with it.
  EXPECT_EQ(Status(SignedLog::Body(9, {}, stranger.Text(5) + "\n")), 404);
}

// litewitness answers 500 to the last, omniwitness to all.
TEST_F(ProtocolTest, ACheckpointThatTheLogDidNotSignIsForbidden) {
  const SignedLog log = FreshLog();
  const SignedLog impostor(log.origin(), 5, 99);
  const std::string broken =
      log.Text(5) + log.Note(4).substr(log.Text(4).size());
  EXPECT_EQ(Status(SignedLog::Body(0, {}, broken)), 403);
  EXPECT_EQ(Status(SignedLog::Body(0, {}, impostor.Note(5))), 403);
  EXPECT_EQ(Status(SignedLog::Body(0, {}, log.Text(5) + "\n")), 403);
  EXPECT_EQ(Status(SignedLog::Body(0, {}, log.Text(5))), 403);
  EXPECT_EQ(witness_->Latest(log).status, 404);
}

TEST_F(ProtocolTest, OneBadLineOfTheLogsKeySpoilsTheNote) {
  const SignedLog log = FreshLog();
  const std::string bad = log.Note(4).substr(log.Text(4).size() + 1);
  EXPECT_EQ(Status(SignedLog::Body(0, {}, log.Note(5) + bad)), 403);
  const std::string good = log.Note(5).substr(log.Text(5).size() + 1);
  EXPECT_EQ(Status(SignedLog::Body(0, {}, log.Note(5) + good)), 200);
}

// litewitness cosigns it.
TEST_F(ProtocolTest, AnEmptyTreeHasOneRootOnly) {
  const SignedLog log = FreshLog();
  const std::string wrong = kOrigin + std::to_string(number_) + "\n0\n" +
                            FormatBase64(log.Root(1)) + "\n";
  EXPECT_EQ(Status(SignedLog::Body(0, {}, log.Signed(wrong))), 422);
  EXPECT_EQ(Status(log.Body(0, 0)), 200);
  EXPECT_EQ(Status(log.Body(0, 0)), 200);
  EXPECT_EQ(Status(log.Body(0, 6)), 200);
}

// Both others cosign it.
TEST_F(ProtocolTest, FromSizeZeroThereIsNothingToProve) {
  const SignedLog log = FreshLog();
  EXPECT_EQ(Status(SignedLog::Body(0, {log.Root(1)}, log.Note(5))), 422);
  EXPECT_EQ(Status(SignedLog::Body(0, {log.Root(1)}, log.Note(0))), 422);
  EXPECT_EQ(witness_->Latest(log).status, 404);
}

// Both others read 05 as 5, and omniwitness takes CRLF.
TEST_F(ProtocolTest, WhatDoesNotParseIsRefused) {
  const SignedLog log = FreshLog(5);
  const std::string body = log.Body(5, 9);
  EXPECT_EQ(Status(Replaced(body, "old 5\n", "old 05\n")), 400);
  EXPECT_EQ(Status(Replaced(body, "old 5\n", "old 5\r\n")), 400);
  EXPECT_EQ(Status(Replaced(body, "old 5\n", "old +5\n")), 400);
  EXPECT_EQ(Status(Replaced(body, "old 5\n", "old 18446744073709551621\n")),
            400);
  EXPECT_EQ(Status(Replaced(body, "old 5\n", "")), 400);
  EXPECT_EQ(Status(Replaced(body, "=\n", "\n")), 400);
  EXPECT_EQ(Status(Replaced(body, "\n9\n", "\n09\n")), 400);
  EXPECT_EQ(Status(Replaced(body, "\n\n", "\n")), 400);
  EXPECT_EQ(Status(body + "— x AAAA\n"), 400);
  EXPECT_EQ(Status(body.substr(0, body.size() - 1)), 400);
  EXPECT_EQ(Status("old 5"), 400);
  EXPECT_EQ(Status(""), 400);
  EXPECT_EQ(Status(body), 200);
}

TEST_F(ProtocolTest, TheChecksComeInTheOrderOfTheSpecification) {
  const SignedLog log = FreshLog(7);
  const SignedLog impostor(log.origin(), kSize, 99);
  const std::vector<Hash> junk = {log.Root(3)};
  // Parsing before the origin, the origin before the signature.
  EXPECT_EQ(Status("old 05\n\nstranger\n5\n"), 400);
  // Signature before old size.
  EXPECT_EQ(Status(SignedLog::Body(9, junk, impostor.Note(8))), 403);
  // Old size beyond the checkpoint before the conflict.
  EXPECT_EQ(Status(SignedLog::Body(9, junk, log.Note(8))), 400);
  // The conflict before the proof, and before the empty tree's root.
  EXPECT_EQ(Status(SignedLog::Body(6, junk, log.Note(8))), 409);
  const std::string wrong =
      log.origin() + "\n0\n" + FormatBase64(log.Root(1)) + "\n";
  EXPECT_EQ(Status(SignedLog::Body(0, junk, log.Signed(wrong))), 409);
}

TEST_F(ProtocolTest, AHundredSignaturesAreRead) {
  const SignedLog log = FreshLog();
  const std::string stranger =
      FormatSignatureLine({"stranger.test/w", 7, std::string(72, 's')});
  std::string note = log.Note(5);
  for (int i = 0; i < 99; ++i) note += stranger;
  EXPECT_EQ(Status(SignedLog::Body(0, {}, note + stranger)), 400);
  EXPECT_EQ(Status(SignedLog::Body(0, {}, note)), 200);
  // What others signed is not passed on.
  EXPECT_EQ(witness_->Latest(log).body.find("stranger"), std::string::npos);
}

TEST_F(ProtocolTest, ABodyOf64KiBIsReadAndALargerOneRefused) {
  const SignedLog log = FreshLog();
  const std::string note = log.Note(5);
  const std::string body = SignedLog::Body(0, {}, note);
  // A line of a stranger of the length that is wanted; base64 has 4 letters
  // each, the name the rest.
  const size_t room = kAddCheckpointSizeMax - body.size();
  const size_t name = room % 4 + 4;
  const std::string start = "— " + std::string(name, 's') + " ";
  const std::string line =
      start + std::string((room - start.size() - 1) / 4 * 4, 'A');
  std::string full = body + line + "\n";
  while (full.size() < kAddCheckpointSizeMax) {
    full.insert(full.rfind("— ") + 4, "s");
  }
  ASSERT_EQ(full.size(), kAddCheckpointSizeMax);
  EXPECT_EQ(Status(Replaced(full, " sss", " ssss")), 413);
  EXPECT_EQ(Status(full), 200);
  EXPECT_EQ(Status(std::string(200'000, 'x')), 413);
}

TEST_F(ProtocolTest, ABodyOf16MegabytesCostsNothing) {
  Connection connection(witness_->address());
  connection.Send(
      "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: "
      "16000000\r\n\r\n");
  EXPECT_EQ(connection.Read().status, 413);
  // The same without a length: it is cut off.
  Connection chunked(witness_->address());
  chunked.Send(
      "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  bool open = true;
  for (int i = 0; i < 256 && open; ++i) open = chunked.Send(chunk);
  EXPECT_FALSE(open && chunked.Read().status != 413);
}

TEST_F(ProtocolTest, ExtensionLinesAreCosignedAsTheyStand) {
  const SignedLog log = FreshLog();
  const std::string text = log.Text(5) + "an extension\n";
  const HttpAnswer answer = Add(SignedLog::Body(0, {}, log.Signed(text)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_GT(witness_->CosignedAt(text, answer.body), 0u);
  EXPECT_TRUE(witness_->Latest(log).body.starts_with(text));
  // The same tree without it is another text, and the same tree.
  const HttpAnswer plain = Add(log.Body(5, 5));
  EXPECT_EQ(plain.status, 200);
  EXPECT_GT(witness_->CosignedAt(log.Text(5), plain.body), 0u);
}

TEST_F(ProtocolTest, ACheckpointOfMoreThan16KiBIsNotKept) {
  const SignedLog log = FreshLog();
  const std::string text = log.Text(5) + std::string(17'000, 'x') + "\n";
  EXPECT_EQ(Status(SignedLog::Body(0, {}, log.Signed(text))), 400);
  EXPECT_EQ(Status(log.Body(0, 5)), 200);
}

TEST_F(ProtocolTest, EveryoneReadsWhatWasCosignedLast) {
  const SignedLog log = FreshLog();
  EXPECT_EQ(witness_->Latest(log).status, 404);
  ASSERT_EQ(Status(log.Body(0, 5)), 200);
  ASSERT_EQ(Status(log.Body(5, 9)), 200);
  const HttpAnswer answer = witness_->Latest(log);
  EXPECT_EQ(answer.status, 200);
  const VerifierKey keys[] = {log.key().verifier,
                              ParseVerifierKey(witness_->vkey()).value()};
  const auto opened = OpenNote(answer.body, keys);
  ASSERT_TRUE(opened) << answer.body;
  EXPECT_EQ(opened->note.text, log.Text(9));
  EXPECT_EQ(opened->verified.size(), 2u);
}

TEST_F(ProtocolTest, OtherPathsAndMethodsAreNotServed) {
  const std::string& address = witness_->address();
  EXPECT_EQ(Get(address, "/").status, 200);
  EXPECT_EQ(Get(address, "/checkpoint").status, 404);
  EXPECT_EQ(Get(address, "/" + std::string(64, '0') + "/checkpoint").status,
            404);
  EXPECT_EQ(Post(address, "/sign-subtree", "subtree 0 1\n").status, 404);
  EXPECT_EQ(Get(address, "/add-checkpoint").status, 405);
  EXPECT_EQ(Get(address, "/add-checkpoint").headers.at("allow"), "POST");
}

TEST_F(ProtocolTest, OneConnectionIsEnoughForMany) {
  const SignedLog log = FreshLog();
  Connection connection(witness_->address());
  EXPECT_EQ(connection.Post("/add-checkpoint", log.Body(0, 5)).status, 200);
  EXPECT_EQ(connection.Post("/add-checkpoint", log.Body(0, 6)).status, 409);
  EXPECT_EQ(connection.Get("/" + log.origin_hash() + "/checkpoint").status,
            200);
  EXPECT_EQ(connection.Post("/add-checkpoint", log.Body(5, 6)).status, 200);
}

TEST_F(ProtocolTest, TheFrontPageSaysWhatWasSeen) {
  const SignedLog log = FreshLog(13);
  const std::string page = Get(witness_->address(), "/").body;
  EXPECT_NE(page.find("witness.test/1"), std::string::npos);
  EXPECT_NE(page.find(log.origin() + "</a></td><td>13<"), std::string::npos);
}

}  // namespace
}  // namespace modlog::protocol_test
