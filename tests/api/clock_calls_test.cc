// If this failed, an operator would not learn that the clock keeps appends
// away, or anybody could make the log believe a wrong one.

#include <gtest/gtest.h>

#include <fstream>

#include "api/server/metrics.h"
#include "log/store/memory_store.h"
#include "tests/api/test_support.h"

namespace modlog::clock_calls_test {
namespace {

using grpc::StatusCode;

// The machine's clock, ahead by what the test says.
class AheadClock final : public Clock {
 public:
  int64_t WallMs() override { return SystemClock()->WallMs() + ahead_ms; }
  int64_t MonotonicMs() override { return SystemClock()->MonotonicMs(); }
  std::atomic<int64_t> ahead_ms = 0;
};

class ClockCallsTest : public ::testing::Test {
 protected:
  ClockCallsTest() {
    log_ = *Log::Open(
        {.data_dir = dir_.path(), .key = TestKey(), .clock = &clock_},
        NewMemoryStore());
    callers_ = *Callers::Open({.data_dir = dir_.path()});
    server_ = *Server::Start({.log = log_.get(),
                              .callers = callers_.get(),
                              .clock = &clock_,
                              .grpc_listen = {.host = "127.0.0.1"},
                              .http_listen = {.host = "127.0.0.1"}});
    stub_ = v1::ModerationLog::NewStub(grpc::CreateChannel(
        server_->grpc_address(), grpc::InsecureChannelCredentials()));
  }

  grpc::Status Append(std::string_view puid) {
    v1::AppendRequest request;
    v1::AppendResponse response;
    request.set_platform(kPlatform);
    request.set_action(TestBytes(puid));
    grpc::ClientContext context;
    return stub_->Append(&context, request, &response);
  }
  v1::GetLogInfoResponse Info() {
    v1::GetLogInfoResponse info;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->GetLogInfo(&context, {}, &info).ok());
    return info;
  }
  grpc::Status Accept(bool stay, bool as_operator,
                      v1::AcceptClockResponse* response) {
    grpc::ClientContext context;
    if (as_operator) {
      std::string token;
      std::ifstream(dir_.path() + "/operator.token") >> token;
      context.AddMetadata("authorization", "Bearer " + token);
    }
    v1::AcceptClockRequest request;
    request.set_entries_stay_at_newest(stay);
    return stub_->AcceptClock(&context, request, response);
  }
  bool MetricsSay(const std::string& line) {
    return FormatMetrics(*log_, nullptr, {}).find(line + "\n") !=
           std::string::npos;
  }

  TempDir dir_;
  AheadClock clock_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Callers> callers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
};

TEST_F(ClockCallsTest, AClockThatIsNotBelievedIsShownEverywhere) {
  ASSERT_TRUE(Append("a").ok());
  EXPECT_EQ(Info().state(), "SERVING");
  EXPECT_EQ(Info().clock().trouble(), "");
  EXPECT_GT(Info().clock().newest(), 0);
  EXPECT_TRUE(MetricsSay("modlog_state{state=\"CLOCK\"} 0"));
  EXPECT_TRUE(MetricsSay("modlog_clock_believed 1"));
  clock_.ahead_ms = 6'000;
  const auto refused = Append("b");
  EXPECT_EQ(refused.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_NE(refused.error_message().find("jumped"), std::string::npos);
  const auto info = Info();
  EXPECT_EQ(info.state(), "CLOCK");
  EXPECT_NE(info.state_reason().find("jumped"), std::string::npos);
  EXPECT_EQ(info.clock().trouble(), info.state_reason());
  EXPECT_GT(info.clock().goes_on_at(), info.clock().wall());
  EXPECT_TRUE(MetricsSay("modlog_state{state=\"CLOCK\"} 1"));
  EXPECT_TRUE(MetricsSay("modlog_state{state=\"SERVING\"} 0"));
  EXPECT_TRUE(MetricsSay("modlog_clock_believed 0"));
  EXPECT_FALSE(server_->UpdateHealth());
}

TEST_F(ClockCallsTest, OnlyTheOperatorAcceptsAClock) {
  ASSERT_TRUE(Append("a").ok());
  clock_.ahead_ms = int64_t{1'000} * 86'400'000;
  v1::AcceptClockResponse response;
  EXPECT_EQ(Accept(false, false, &response).error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_FALSE(Append("b").ok());
  const auto accepted = Accept(false, true, &response);
  ASSERT_TRUE(accepted.ok()) << accepted.error_message();
  EXPECT_EQ(response.clock().trouble(), "");
  EXPECT_TRUE(Append("b").ok());
  EXPECT_TRUE(server_->UpdateHealth());
  // Now an entry is of the future.
  clock_.ahead_ms = 0;
  EXPECT_EQ(Accept(false, true, &response).error_code(),
            StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(Accept(true, true, &response).ok());
  EXPECT_TRUE(response.clock().stays_at_newest());
  EXPECT_TRUE(MetricsSay("modlog_entries_stay_at_newest 1"));
  EXPECT_TRUE(Append("c").ok());
}

}  // namespace
}  // namespace modlog::clock_calls_test
