// If these fail, a platform that seals believes a log that lies to it, or what
// it signs stands twice, or in another place than it was told, because an
// answer was lost.

#include "api/client/sealed_appender.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "api/client/canonical.h"
#include "api/client/seal_key.h"
#include "api/client/token.h"
#include "google/rpc/error_details.pb.h"
#include "tests/client/running_log.h"

namespace modlog::sealed_appender_test {
namespace {

// Stands before a real log and loses what it is told to lose.
class LossyLog : public v1::ModerationLog::Service {
 public:
  using Response = v1::AppendBatchResponse;
  // Of the n-th batch from 0: what comes instead of asking the log, and what
  // becomes of its answer.
  std::function<grpc::Status(int)> before = [](int) {
    return grpc::Status::OK;
  };
  std::function<grpc::Status(int, Response*)> after = [](int, Response*) {
    return grpc::Status::OK;
  };

  explicit LossyLog(v1::ModerationLog::Stub* log) : log_(log) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~LossyLog() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int batches() const { return batches_; }

  grpc::Status GetLogInfo(grpc::ServerContext*,
                          const v1::GetLogInfoRequest* request,
                          v1::GetLogInfoResponse* response) override {
    grpc::ClientContext context;
    return log_->GetLogInfo(&context, *request, response);
  }
  grpc::Status GetPlatform(grpc::ServerContext*,
                           const v1::GetPlatformRequest* request,
                           v1::GetPlatformResponse* response) override {
    grpc::ClientContext context;
    return log_->GetPlatform(&context, *request, response);
  }
  grpc::Status AppendBatch(grpc::ServerContext*,
                           const v1::AppendBatchRequest* request,
                           Response* response) override {
    const int batch = batches_++;
    if (grpc::Status lost = before(batch); !lost.ok()) return lost;
    grpc::ClientContext context;
    grpc::Status status = log_->AppendBatch(&context, *request, response);
    return status.ok() ? after(batch, response) : status;
  }

 private:
  v1::ModerationLog::Stub* const log_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  int batches_ = 0;
};

v1::Action Removal(const std::string& puid) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_puid(puid);
  action.set_taxonomy(202507);
  action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(v1::CATEGORY_VIOLENCE);
  action.set_application_date(18'634);
  action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
  action.set_regime(v1::REGIME_VOLUNTARY);
  return action;
}

class SealedAppenderTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto token = ReadTokenFile(log_.operator_token());
    ASSERT_TRUE(token) << token.error().message;
    auto client = Client::Connect(log_.With({})[1], *token);
    ASSERT_TRUE(client) << client.error().message;
    direct_ = *std::move(client);
    auto key = MakeSealKey("shop", folder_ / "key");
    ASSERT_TRUE(key) << key.error().message;
    key_ = *std::move(key);
    v1::AddPlatformRequest request;
    request.set_platform("shop");
    request.set_seal_key(std::string(AsText(key_->verifier.key.raw())));
    request.set_proof(ProveSealKey(*key_, direct_->key().name, 1));
    const auto added = direct_->AddPlatform(request);
    ASSERT_TRUE(added) << added.error().message;
    lossy_ = std::make_unique<LossyLog>(direct_->stub());
    client = Client::Connect(lossy_->address());
    ASSERT_TRUE(client) << client.error().message;
    client_ = *std::move(client);
  }

  // Appends these in one batch; the answers are in answered_.
  Result<void> Append(const std::vector<std::string>& puids) {
    ASSIGN_OR_RETURN(
        const auto appender,
        SealedAppender::Open(client_.get(), *key_, {},
                             [this](std::span<const AnsweredItem> answers) {
                               answered_.assign(answers.begin(), answers.end());
                             }));
    for (const std::string& puid : puids) {
      RETURN_IF_ERROR(appender->Add({.action = EncodeCanonical(Removal(puid)),
                                     .puid = puid,
                                     .where = puid}));
    }
    return appender->Finish();
  }
  v1::GetPlatformResponse Platform() { return *direct_->GetPlatform("shop"); }

  TemporaryFolder folder_;
  RunningLog log_;
  std::unique_ptr<Client> direct_;
  std::optional<SignerKey> key_;
  std::unique_ptr<LossyLog> lossy_;
  std::unique_ptr<Client> client_;
  std::vector<AnsweredItem> answered_;
};

const grpc::Status kGone(grpc::StatusCode::UNAVAILABLE, "socket closed");

TEST_F(SealedAppenderTest, AnAnswerThatWasLostIsAskedForAgain) {
  lossy_->after = [](int batch, LossyLog::Response*) {
    return batch < 2 ? kGone : grpc::Status::OK;
  };
  const auto done = Append({"a", "b", "c"});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(lossy_->batches(), 3);
  ASSERT_EQ(answered_.size(), 3u);
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(answered_[i].answer.outcome, AppendOutcome::kLogged);
    EXPECT_EQ(answered_[i].answer.index, i + 1);
  }
  EXPECT_EQ(Platform().sealed(), 3u);
  EXPECT_EQ(Platform().actions(), 4u);
}

TEST_F(SealedAppenderTest, ARequestThatWasLostIsSentAgain) {
  lossy_->before = [](int batch) {
    return batch < 2 ? kGone : grpc::Status::OK;
  };
  ASSERT_TRUE(Append({"a", "b"}));
  EXPECT_EQ(Platform().sealed(), 2u);
  EXPECT_EQ(Platform().actions(), 3u);
}

TEST_F(SealedAppenderTest, WhoDiedBeforeTheAnswerFindsWhatStandsNextTime) {
  lossy_->after = [](int, LossyLog::Response*) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "the end");
  };
  EXPECT_FALSE(Append({"a", "b"}));
  lossy_->after = [](int, LossyLog::Response*) { return grpc::Status::OK; };
  const auto again = Append({"a", "b", "c"});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(answered_[0].answer.outcome, AppendOutcome::kDuplicate);
  EXPECT_EQ(answered_[2].answer.outcome, AppendOutcome::kLogged);
  EXPECT_EQ(Platform().sealed(), 3u);
}

TEST_F(SealedAppenderTest, ASealThatStandsElsewhereIsNotBelieved) {
  lossy_->after = [](int, LossyLog::Response* response) {
    response->mutable_seal()->set_index(2);
    return grpc::Status::OK;
  };
  const auto done = Append({"a", "b"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kMalformed) << done.error().message;
  EXPECT_TRUE(answered_.empty());
}

TEST_F(SealedAppenderTest, ABatchWithoutItsSealIsNotBelieved) {
  lossy_->after = [](int, LossyLog::Response* response) {
    response->clear_seal();
    return grpc::Status::OK;
  };
  EXPECT_FALSE(Append({"a", "b"}));
  EXPECT_TRUE(answered_.empty());
}

grpc::Status Refusal(const std::map<std::string, std::string>& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason("SEAL_REFUSED");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  google::rpc::Status status;
  status.set_code(static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION));
  status.set_message("no");
  status.add_details()->PackFrom(info);
  return {grpc::StatusCode::FAILED_PRECONDITION, "no",
          status.SerializeAsString()};
}

TEST_F(SealedAppenderTest, ARefusalThatSaysNothingNewEndsIt) {
  lossy_->before = [](int) { return Refusal({{"before", "1"}}); };
  EXPECT_FALSE(Append({"a"}));
  EXPECT_EQ(lossy_->batches(), 1);
}

TEST_F(SealedAppenderTest, ARefusalThatMakesNoSenseEndsIt) {
  const std::map<std::string, std::string> senseless[] = {
      {},
      {{"before", "x"}},
      {{"before", "1"}, {"previous", "00"}},
      {{"before", "1"}, {"known", "2"}},
      {{"before", "1"}, {"known", "1-0"}},
      {{"before", "1"}, {"known", "0,0"}},
      {{"before", "1"}, {"known", "0-18446744073709551615"}}};
  for (const auto& metadata : senseless) {
    lossy_->before = [&](int) { return Refusal(metadata); };
    EXPECT_FALSE(Append({"a", "b"}));
  }
  EXPECT_EQ(Platform().actions(), 1u);
}

// The log says that it has what it has not, to get it without a signature.
TEST_F(SealedAppenderTest, AnItemThatIsCalledKnownAndIsNotIsFoundOut) {
  lossy_->before = [](int batch) {
    return batch == 0 ? Refusal({{"before", "1"}, {"known", "0"}})
                      : grpc::Status::OK;
  };
  const auto done = Append({"a", "b"});
  ASSERT_FALSE(done);
  EXPECT_TRUE(Contains(done.error().message, "stands already"))
      << done.error().message;
  EXPECT_TRUE(answered_.empty());
}

}  // namespace
}  // namespace modlog::sealed_appender_test
