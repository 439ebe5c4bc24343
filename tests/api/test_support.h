#ifndef MODLOG_TESTS_API_TEST_SUPPORT_H_
#define MODLOG_TESTS_API_TEST_SUPPORT_H_

// A log with its server on loopback, a client to it, and the words that the
// tests of api/server speak in.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/server/server.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "log/log.h"
#include "modlog/v1/action.pb.h"
#include "modlog/v1/log.grpc.pb.h"
#include "verifier/core/commitment.h"  // else its names are hidden by ours
#include "verifier/core/policy.h"

namespace modlog {

inline constexpr char kPlatform[] = "video.example";

// A directory that is gone with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A takedown that admission accepts; `tweak` may spoil it.
v1::Action TestAction(
    std::string_view puid,
    const std::function<void(v1::Action*)>& tweak = [](v1::Action*) {});
// Its canonical bytes.
std::string TestBytes(
    std::string_view puid,
    const std::function<void(v1::Action*)>& tweak = [](v1::Action*) {});

SignerKey TestKey();
Policy TestPolicy();
std::unique_ptr<Log> OpenTestLog(const std::string& data_dir);

// A log in memory, its server, and a client.
class Fixture {
 public:
  Fixture();                                   // a real log
  explicit Fixture(std::unique_ptr<Log> log);  // any other
  // A real log, with a server of other settings.
  explicit Fixture(const std::function<void(ServerOptions*)>& tweak);
  ~Fixture();

  Log& log() { return *log_; }
  Callers& callers() { return *callers_; }
  Server& server() { return *server_; }
  v1::ModerationLog::Stub& stub() { return *stub_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  std::shared_ptr<grpc::Channel> NewChannel() const;

  // Appends `count` actions with puids "<prefix>0"…; fails the test if not.
  void Fill(int count, std::string_view prefix = "fill");
  grpc::Status Append(std::string_view action,
                      v1::AppendResponse* response = nullptr);

 private:
  void Start(const std::function<void(ServerOptions*)>& tweak);

  TempDir dir_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Callers> callers_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
};

// A log that answers when the test says so.
class HeldLog final : public Log {
 public:
  HeldLog();
  ~HeldLog() override;

  void WaitForGroups(size_t count);  // appended so far, answered or not
  size_t groups();
  // Answers group `i` as logged, every item of it.
  void Answer(size_t i);
  void AnswerAll();
  void SetState(LogState state) { state_ = state; }
  // From now on refuses at the door.
  void Refuse(Error error);
  // Sizes of the heads; their roots mean nothing.
  void SetSizes(uint64_t signed_size, uint64_t published_size);

  void Append(AppendGroup group, AppendDone done) override;
  LogState state() const override { return state_; }
  std::string state_reason() const override { return "a test says so"; }
  ClockReport clock() const override { return {}; }
  Result<ClockReport> AcceptClock(bool) override { return ClockReport{}; }
  void LearnTime(int64_t) override {}
  TreeHead committed_head() const override { return signed_head()->tree; }
  std::shared_ptr<const SignedHead> signed_head() const override;
  std::shared_ptr<const SignedHead> published_head() const override;
  void Confirm() override {}
  Result<void> PublishHead(std::shared_ptr<const SignedHead>) override;
  void StopSigning(const std::string&) override {}
  void WhenPublished(uint64_t, int64_t, PublishedDone done) override;
  void ExpireWaits() override {}
  void EndWaits() override {}
  Result<std::string> ReadLeaf(uint64_t index) override;
  Result<std::string> ReadBundle(uint64_t index, uint32_t width) override;
  Result<std::string> ReadTile(TileId id, uint32_t width) override;
  Result<KeptPayload> ReadPayload(uint64_t index) override;
  Result<uint64_t> FindPuid(std::string_view, std::string_view) override;
  Result<EntryLife> ReadEntryLife(uint64_t) override;
  Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t) override;
  Result<PlatformStatus> ReadPlatform(std::string_view) override;
  Result<std::vector<std::string>> ReadPlatformsWithKeys() override;
  Result<std::string> ReadTerm(const Hash& text_sha256) override;
  void Erase(EraseOrder order, EraseDone done) override;
  void Redact(RedactOrder order, RedactDone done) override;
  void Freeze(const VerifierKey& successor, FreezeDone done) override;
  Result<std::optional<RedactedEntry>> ReadRedacted(uint64_t) override;
  Result<std::vector<RedactedEntry>> ReadAllRedacted() override;
  Result<std::vector<Hash>> ProveInclusion(uint64_t, uint64_t) override;
  Result<std::vector<Hash>> ProveConsistency(uint64_t, uint64_t) override;

 private:
  struct Held {
    AppendGroup group;
    AppendDone done;
    std::string seen;  // what the actions held when they came
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Held> held_;
  std::optional<Error> refusal_;
  std::shared_ptr<const SignedHead> signed_;
  std::shared_ptr<const SignedHead> published_;
  std::atomic<LogState> state_ = LogState::kServing;
};

// A unary call with bytes that no generated code would send.
struct RawReply {
  grpc::Status status;
  std::string bytes;
};
RawReply CallRaw(const std::shared_ptr<grpc::Channel>& channel,
                 const std::string& method, std::string_view request);

// What a status says in detail.
struct Details {
  std::vector<std::string> fields;  // of BadRequest, in order
  std::string text;                 // all of it, for searching
  google::rpc::ErrorInfo info;
  bool has_retry = false;
};
Details DetailsOf(const google::rpc::Status& status);
Details DetailsOf(const grpc::Status& status);

// The leaf hash that an answer claims for an action.
Hash LeafHashOf(std::string_view entry_header, std::string_view action);
std::vector<Hash> ParsePath(
    const google::protobuf::RepeatedPtrField<std::string>& path);

// Whether the bytes submitted and the answer prove, offline, that the action
// is in the log.
bool IsReceipt(const v1::AppendResponse& response, std::string_view action);

}  // namespace modlog

#endif  // MODLOG_TESTS_API_TEST_SUPPORT_H_
