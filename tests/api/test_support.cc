#include "tests/api/test_support.h"

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <future>

#include "log/rules/action_bytes.h"
#include "log/store/memory_store.h"
#include "log/write/admission.h"
#include "verifier/core/entry.h"

namespace modlog {

TempDir::TempDir() {
  std::string name = std::filesystem::temp_directory_path() / "modlog-XXXXXX";
  MODLOG_CHECK(mkdtemp(name.data()) != nullptr, "a test has a directory");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

v1::Action TestAction(std::string_view puid,
                      const std::function<void(v1::Action*)>& tweak) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_puid(std::string(puid));
  action.set_taxonomy(202507);
  action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  action.set_application_date(18'628);  // 2021-01-01
  action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  tweak(&action);
  return action;
}

std::string TestBytes(std::string_view puid,
                      const std::function<void(v1::Action*)>& tweak) {
  return EncodeAction(TestAction(puid, tweak));
}

SignerKey TestKey() {
  const std::string seed(Ed25519PrivateKey::kSeedSize, '\x07');
  auto key = Ed25519PrivateKey::FromSeed(AsBytes(seed));
  MODLOG_CHECK(key.has_value(), "a seed makes a key");
  auto signer =
      MakeSignerKey("log.example/test", SignatureType::kEd25519, *key);
  MODLOG_CHECK(signer.has_value(), "the name is usable");
  return *signer;
}

Policy TestPolicy() {
  auto policy = ParsePolicy("log " + FormatVerifierKey(TestKey().verifier) +
                            "\nquorum none\n");
  MODLOG_CHECK(policy.has_value(), "the policy parses");
  return *policy;
}

std::unique_ptr<Log> OpenTestLog(const std::string& data_dir) {
  auto log = Log::Open(
      {.data_dir = data_dir, .key = TestKey(), .clock = SystemClock()},
      NewMemoryStore());
  MODLOG_CHECK(log.has_value(), "a new log opens");
  return *std::move(log);
}

Fixture::Fixture() : log_(OpenTestLog(dir_.path())) {
  Start([](ServerOptions*) {});
}

Fixture::Fixture(std::unique_ptr<Log> log) : log_(std::move(log)) {
  Start([](ServerOptions*) {});
}

Fixture::Fixture(const std::function<void(ServerOptions*)>& tweak)
    : log_(OpenTestLog(dir_.path())) {
  Start(tweak);
}

void Fixture::Start(const std::function<void(ServerOptions*)>& tweak) {
  auto callers = Callers::Open({.data_dir = dir_.path()});
  MODLOG_CHECK(callers.has_value(), "a new directory has its tokens");
  callers_ = *std::move(callers);
  ServerOptions options{.log = log_.get(),
                        .callers = callers_.get(),
                        .clock = SystemClock(),
                        .grpc_listen = {.host = "127.0.0.1"},
                        .http_listen = {.host = "127.0.0.1"}};
  tweak(&options);
  auto server = Server::Start(options);
  MODLOG_CHECK(server.has_value(), "a server on free ports starts");
  server_ = *std::move(server);
  channel_ = NewChannel();
  stub_ = v1::ModerationLog::NewStub(channel_);
}

Fixture::~Fixture() {
  stub_.reset();
  channel_.reset();
  server_.reset();
}

std::shared_ptr<grpc::Channel> Fixture::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("ipv4:" + server_->grpc_address(),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

void Fixture::Fill(int count, std::string_view prefix) {
  v1::AppendBatchRequest request;
  v1::AppendBatchResponse response;
  request.set_platform(kPlatform);
  for (int i = 0; i < count; ++i) {
    request.add_actions(TestBytes(std::string(prefix) + std::to_string(i)));
  }
  grpc::ClientContext context;
  const auto status = stub().AppendBatch(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

grpc::Status Fixture::Append(std::string_view action,
                             v1::AppendResponse* response) {
  v1::AppendResponse unused;
  v1::AppendRequest request;
  request.set_platform(kPlatform);
  request.set_action(std::string(action));
  grpc::ClientContext context;
  return stub().Append(&context, request,
                       response != nullptr ? response : &unused);
}

namespace {

std::shared_ptr<const SignedHead> HeadOf(uint64_t size) {
  auto head = std::make_shared<SignedHead>();
  head->tree.size = size;
  head->checkpoint = "a checkpoint\n";
  return head;
}

std::string Joined(const AppendGroup& group) {
  std::string joined;
  for (const std::string_view action : group.actions) joined += action;
  return joined;
}

// Copied: gcc 12 warns about moving it out of a key that goes.
VerifierKey TestVerifier() {
  const SignerKey key = TestKey();
  return key.verifier;
}

}  // namespace

HeldLog::HeldLog()
    : Log(TestVerifier()), signed_(HeadOf(1)), published_(HeadOf(1)) {}

HeldLog::~HeldLog() { AnswerAll(); }

void HeldLog::WaitForGroups(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_.size() >= count; });
}

size_t HeldLog::groups() {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

void HeldLog::Answer(size_t i) {
  AppendDone done;
  AppendAnswer answer;
  {
    const std::lock_guard lock(mutex_);
    Held& held = held_.at(i);
    if (!held.done) return;
    // The bytes must have stayed, whatever became of the call.
    MODLOG_CHECK(Joined(held.group) == held.seen,
                 "actions stay until answered");
    answer.items.resize(held.group.actions.size());
    for (size_t item = 0; item < answer.items.size(); ++item) {
      answer.items[item].outcome = ItemResult::Outcome::kLogged;
      answer.items[item].index = 1'000 * i + item;
      answer.items[item].logged_at_ms = 1;
    }
    answer.head = signed_;
    done = std::move(held.done);
    held.done = nullptr;
  }
  done(std::move(answer));
}

void HeldLog::AnswerAll() {
  for (size_t i = 0; i < groups(); ++i) Answer(i);
}

void HeldLog::SetSizes(uint64_t signed_size, uint64_t published_size) {
  const std::lock_guard lock(mutex_);
  signed_ = HeadOf(signed_size);
  published_ = HeadOf(published_size);
}

void HeldLog::Refuse(Error error) {
  const std::lock_guard lock(mutex_);
  refusal_ = std::move(error);
}

void HeldLog::Append(AppendGroup group, AppendDone done) {
  const std::lock_guard lock(mutex_);
  if (refusal_.has_value()) return done(std::unexpected(*refusal_));
  std::string seen = Joined(group);
  held_.push_back({std::move(group), std::move(done), std::move(seen)});
  changed_.notify_all();
}

std::shared_ptr<const SignedHead> HeldLog::signed_head() const {
  const std::lock_guard lock(mutex_);
  return signed_;
}
std::shared_ptr<const SignedHead> HeldLog::published_head() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

Result<std::string> HeldLog::ReadLeaf(uint64_t) {
  return Fail(Code::kCorrupt, "a test says so");
}
Result<std::string> HeldLog::ReadBundle(uint64_t, uint32_t) {
  return Fail(Code::kCorrupt, "a test says so");
}
void HeldLog::Erase(EraseOrder, EraseDone done) {
  done(Fail(Code::kUnavailable, "a test says so"));
}
void HeldLog::Redact(RedactOrder, RedactDone done) {
  done(Fail(Code::kUnavailable, "a test says so"));
}
void HeldLog::Freeze(const VerifierKey&, FreezeDone done) {
  done(Fail(Code::kUnavailable, "a test says so"));
}
Result<std::optional<RedactedEntry>> HeldLog::ReadRedacted(uint64_t) {
  return std::optional<RedactedEntry>();
}
Result<std::vector<RedactedEntry>> HeldLog::ReadAllRedacted() {
  return std::vector<RedactedEntry>();
}
Result<void> HeldLog::PublishHead(std::shared_ptr<const SignedHead>) {
  return Fail(Code::kUnavailable, "a test says so");
}
void HeldLog::WhenPublished(uint64_t, int64_t, PublishedDone done) {
  done(Fail(Code::kUnavailable, "a test says so"));
}
Result<std::optional<EntrySeal>> HeldLog::ReadEntrySeal(uint64_t) {
  return std::nullopt;
}
Result<std::vector<std::string>> HeldLog::ReadPlatformsWithKeys() {
  return std::vector<std::string>();
}
Result<PlatformStatus> HeldLog::ReadPlatform(std::string_view) {
  return PlatformStatus{};
}
Result<std::string> HeldLog::ReadTerm(const Hash&) {
  return Fail(Code::kNotFound, "a test says so");
}
Result<KeptPayload> HeldLog::ReadPayload(uint64_t) { return KeptPayload{}; }
Result<std::string> HeldLog::ReadTile(TileId, uint32_t) {
  return Fail(Code::kCorrupt, "a test says so");
}
Result<uint64_t> HeldLog::FindPuid(std::string_view, std::string_view) {
  return Fail(Code::kNotFound, "a held log knows no puid");
}

Result<EntryLife> HeldLog::ReadEntryLife(uint64_t) {
  return Fail(Code::kOutOfRange, "a held log has no lives");
}

Result<std::vector<Hash>> HeldLog::ProveInclusion(uint64_t, uint64_t) {
  return Fail(Code::kCorrupt, "a test says so");
}
Result<std::vector<Hash>> HeldLog::ProveConsistency(uint64_t, uint64_t) {
  return Fail(Code::kCorrupt, "a test says so");
}

RawReply CallRaw(const std::shared_ptr<grpc::Channel>& channel,
                 const std::string& method, std::string_view request) {
  const grpc::Slice slice(request.data(), request.size());
  grpc::ByteBuffer in(&slice, 1);
  grpc::ByteBuffer out;
  grpc::ClientContext context;
  std::promise<grpc::Status> done;
  grpc::GenericStub(channel).UnaryCall(
      &context, method, {}, &in, &out,
      [&](grpc::Status status) { done.set_value(std::move(status)); });
  RawReply reply = {.status = done.get_future().get(), .bytes = ""};
  grpc::Slice flat;
  if (out.DumpToSingleSlice(&flat).ok()) {
    reply.bytes = AsText({flat.begin(), flat.size()});
  }
  return reply;
}

Details DetailsOf(const google::rpc::Status& status) {
  Details details;
  for (const auto& any : status.details()) {
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        details.fields.push_back(violation.field());
      }
      details.text += bad.ShortDebugString();
    }
    if (any.UnpackTo(&retry)) details.has_retry = true;
    any.UnpackTo(&details.info);
  }
  return details;
}

Details DetailsOf(const grpc::Status& status) {
  google::rpc::Status parsed;
  EXPECT_TRUE(parsed.ParseFromString(status.error_details()));
  EXPECT_EQ(parsed.code(), status.error_code());
  return DetailsOf(parsed);
}

Hash LeafHashOf(std::string_view entry_header, std::string_view action) {
  std::string leaf;
  AppendLeaf(entry_header, action, &leaf);
  return HashLeaf(AsBytes(leaf));
}

std::vector<Hash> ParsePath(
    const google::protobuf::RepeatedPtrField<std::string>& path) {
  std::vector<Hash> hashes;
  for (const std::string& bytes : path) {
    const auto hash = HashFromBytes(AsBytes(bytes));
    EXPECT_TRUE(hash.has_value());
    hashes.push_back(hash.value_or(Hash{}));
  }
  return hashes;
}

bool IsReceipt(const v1::AppendResponse& response, std::string_view action) {
  const auto opened = OpenCheckpoint(response.checkpoint(), TestPolicy());
  if (!opened.has_value()) return false;
  return CheckInclusion(
             response.index(), LeafHashOf(response.entry_header(), action),
             ParsePath(response.inclusion_path()), opened->checkpoint.tree)
      .has_value();
}

}  // namespace modlog
