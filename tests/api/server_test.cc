// If this failed, an operator's tools would be misled, or a caller could make
// the server do too much.

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/api/test_support.h"

namespace modlog::server_test {
namespace {

using grpc::StatusCode;
constexpr char kService[] = "modlog.v1.ModerationLog";

class ManualClock final : public Clock {
 public:
  int64_t WallMs() override { return 1; }
  int64_t MonotonicMs() override { return now_ms_; }
  void Advance(int64_t ms) { now_ms_ += ms; }

 private:
  int64_t now_ms_ = 1'000'000;
};

// A protobuf message with one text field, of less than 128 bytes.
std::string TextField(int number, std::string_view text) {
  return std::string(1, static_cast<char>(number << 3 | 2)) +
         static_cast<char>(text.size()) + std::string(text);
}

// What grpc.health.v1.HealthCheckResponse holds in these cases.
constexpr char kIsServing[] = "\x08\x01";
constexpr char kIsNotServing[] = "\x08\x02";

std::string HealthOf(Fixture& fixture, const std::string& service) {
  const auto reply = CallRaw(fixture.channel(), "/grpc.health.v1.Health/Check",
                             TextField(1, service));
  EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
  return reply.bytes;
}

// Asks with one message of grpc.reflection.v1alpha.ServerReflectionRequest.
std::string Reflect(Fixture& fixture, std::string_view request) {
  const auto reply =
      CallRaw(fixture.channel(),
              "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              request);
  EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
  return reply.bytes;
}

class HeldServerTest : public ::testing::Test {
 protected:
  HeldServerTest() {
    auto held = std::make_unique<HeldLog>();
    log_ = held.get();
    fixture_ = std::make_unique<Fixture>(std::move(held));
  }

  HeldLog* log_ = nullptr;
  std::unique_ptr<Fixture> fixture_;
};

TEST_F(HeldServerTest, HealthFollowsTheLog) {
  for (const char* service : {"", kService}) {
    EXPECT_EQ(HealthOf(*fixture_, service), kIsServing);
    for (const auto state : {LogState::kClock, LogState::kRolledBack,
                             LogState::kPoisoned, LogState::kStopping}) {
      log_->SetState(state);
      EXPECT_FALSE(fixture_->server().UpdateHealth());
      EXPECT_EQ(HealthOf(*fixture_, service), kIsNotServing);
    }
    log_->SetState(LogState::kServing);
    EXPECT_TRUE(fixture_->server().UpdateHealth());
    EXPECT_EQ(HealthOf(*fixture_, service), kIsServing);
  }
}

TEST(HealthTest, PublicationThatStandsStillIsNotHealthy) {
  HeldLog log;
  ManualClock clock;
  Health health(&log, &clock);
  log.SetSizes(10, 10);
  EXPECT_TRUE(health.Judge());
  // Behind, but moving.
  for (uint64_t i = 0; i < 5; ++i) {
    log.SetSizes(20, 10 + i);
    EXPECT_TRUE(health.Judge());
    clock.Advance(kPublishDelayMsMax);
  }
  // Behind and standing still, for as long as it may and longer.
  log.SetSizes(30, 20);
  EXPECT_TRUE(health.Judge());
  clock.Advance(kPublishDelayMsMax);
  EXPECT_TRUE(health.Judge());
  clock.Advance(1);
  EXPECT_FALSE(health.Judge());
  // Caught up, and idle for ever after.
  log.SetSizes(30, 30);
  EXPECT_TRUE(health.Judge());
  clock.Advance(1'000 * kPublishDelayMsMax);
  EXPECT_TRUE(health.Judge());
}

TEST_F(HeldServerTest, HealthOfAnUnknownServiceIsNotFound) {
  const auto reply = CallRaw(fixture_->channel(),
                             "/grpc.health.v1.Health/Check", TextField(1, "x"));
  EXPECT_EQ(reply.status.error_code(), StatusCode::NOT_FOUND);
}

TEST(ServerTest, ReflectionNamesTheServicesAndTheirFiles) {
  Fixture fixture;
  const std::string services = Reflect(fixture, TextField(7, "*"));
  EXPECT_NE(services.find(kService), std::string::npos);
  const std::string files = Reflect(fixture, TextField(4, kService));
  EXPECT_NE(files.find("modlog/v1/log.proto"), std::string::npos);
  EXPECT_NE(files.find("GetConsistencyProof"), std::string::npos);
}

TEST(ServerTest, AMessageAboveFourMebibytesIsRefused) {
  Fixture fixture;
  const auto status = fixture.Append(std::string(kMessageBytesMax, 'x'));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(fixture.Append(TestBytes("a")).ok());
}

TEST(ServerTest, LargeMetadataIsRefused) {
  Fixture fixture;
  ASSERT_TRUE(fixture.Append(TestBytes("a")).ok());  // settings are exchanged
  grpc::ClientContext context;
  context.AddMetadata("filler", std::string(2 * kMetadataBytesMax, 'x'));
  v1::GetCheckpointResponse response;
  const auto status = fixture.stub().GetCheckpoint(
      &context, v1::GetCheckpointRequest(), &response);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

// A few kilobytes that unpack to gigabytes.
TEST(ServerTest, CompressedMessagesAreRefused) {
  Fixture fixture;
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::AppendRequest request;
  v1::AppendResponse response;
  request.set_platform(kPlatform);
  request.set_action(std::string(1'000'000, 'x'));
  const auto status = fixture.stub().Append(&context, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_TRUE(fixture.Append(TestBytes("a")).ok());
}

TEST(ServerTest, AnAddressThatIsTakenIsNamed) {
  Fixture fixture;
  const auto taken_grpc = ParseListenAddress(fixture.server().grpc_address());
  const auto taken_http = ParseListenAddress(fixture.server().http_address());
  ASSERT_TRUE(taken_grpc.has_value() && taken_http.has_value());
  const ListenAddress free = {.host = "127.0.0.1"};
  for (const auto& [grpc, http, name] :
       {std::tuple(*taken_grpc, free, fixture.server().grpc_address()),
        std::tuple(free, *taken_http, fixture.server().http_address())}) {
    const auto second = Server::Start({.log = &fixture.log(),
                                       .callers = &fixture.callers(),
                                       .clock = SystemClock(),
                                       .grpc_listen = grpc,
                                       .http_listen = http});
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Code::kUnavailable);
    EXPECT_NE(second.error().message.find(name), std::string::npos)
        << second.error().message;
  }
}

}  // namespace
}  // namespace modlog::server_test
