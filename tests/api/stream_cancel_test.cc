// If this failed, a client that leaves at a bad moment could take the log with
// it. Meant to be run under AddressSanitizer as well.
//
// Each test cancels at one step of a stream's life, many times, and then shows
// that the server still serves. The held log answers after the client is gone,
// when nothing of the stream may be touched that is not kept alive.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "api/server/append_stream.h"
#include "tests/api/test_support.h"

namespace modlog::stream_cancel_test {
namespace {

constexpr int kRounds = 100;

using Stream =
    grpc::ClientReaderWriter<v1::AppendStreamRequest, v1::AppendStreamResponse>;

v1::AppendStreamRequest Message(const std::string& puid) {
  v1::AppendStreamRequest message;
  message.set_platform(kPlatform);
  message.add_actions(TestBytes(puid));
  return message;
}

// A stream that a test may leave.
class Leaver {
 public:
  Leaver(Fixture& fixture, int round)
      : stub_(v1::ModerationLog::NewStub(fixture.channel())),
        stream_(stub_->AppendStream(&context_)),
        prefix_("r" + std::to_string(round) + "-") {}

  bool Write() {
    return stream_->Write(Message(prefix_ + std::to_string(written_++)));
  }
  bool Read() {
    v1::AppendStreamResponse response;
    return stream_->Read(&response);
  }
  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  grpc::StatusCode End() {
    while (Read()) {
    }
    return stream_->Finish().error_code();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
  std::unique_ptr<Stream> stream_;
  std::string prefix_;
  int written_ = 0;
};

class StreamCancelTest : public ::testing::Test {
 protected:
  void ExpectServing() {
    Leaver last(fixture_, kRounds);
    EXPECT_TRUE(last.Write());
    EXPECT_TRUE(last.Read());
    last.HalfClose();
    EXPECT_EQ(last.End(), grpc::StatusCode::OK);
  }

  Fixture fixture_;
};

TEST_F(StreamCancelTest, BeforeTheFirstMessage) {
  for (int round = 0; round < kRounds; ++round) {
    Leaver leaver(fixture_, round);
    leaver.Cancel();
    EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
  }
  ExpectServing();
}

TEST_F(StreamCancelTest, WhileMessagesAreOnTheirWay) {
  for (int round = 0; round < kRounds; ++round) {
    Leaver leaver(fixture_, round);
    for (int i = 0; i < round % 20; ++i) leaver.Write();
    leaver.Cancel();
    EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
  }
  ExpectServing();
}

TEST_F(StreamCancelTest, AfterSomeAnswers) {
  for (int round = 0; round < kRounds; ++round) {
    Leaver leaver(fixture_, round);
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(leaver.Write());
    for (int i = 0; i <= round % 8; ++i) ASSERT_TRUE(leaver.Read());
    leaver.Cancel();
    leaver.End();  // OK where the last answer was already read
  }
  ExpectServing();
}

TEST_F(StreamCancelTest, WhileAnotherThreadWrites) {
  for (int round = 0; round < kRounds; ++round) {
    Leaver leaver(fixture_, round);
    std::thread writer([&] {
      for (int i = 0; i < 64 && leaver.Write(); ++i) {
      }
    });
    for (int i = 0; i < round % 16 && leaver.Read(); ++i) {
    }
    leaver.Cancel();
    writer.join();
    EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
  }
  ExpectServing();
}

TEST_F(StreamCancelTest, AfterTheHalfClose) {
  for (int round = 0; round < kRounds; ++round) {
    Leaver leaver(fixture_, round);
    for (int i = 0; i < round % 8; ++i) ASSERT_TRUE(leaver.Write());
    leaver.HalfClose();
    leaver.Cancel();
    leaver.End();
  }
  ExpectServing();
}

// Answers that nobody reads fill the flow control window; the write in flight
// then fails with the cancellation.
TEST_F(StreamCancelTest, WhileAWriteIsBlocked) {
  v1::AppendStreamRequest big;
  big.set_platform(kPlatform);
  big.set_with_proofs(true);
  for (int i = 0; i < 4'000; ++i) {
    big.add_actions(TestBytes("big" + std::to_string(i)));
  }
  for (int round = 0; round < 5; ++round) {
    grpc::ClientContext context;
    auto stream = fixture_.stub().AppendStream(&context);
    for (int i = 0; i < 8; ++i) stream->Write(big);
    context.TryCancel();
    v1::AppendStreamResponse response;
    while (stream->Read(&response)) {
    }
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  ExpectServing();
}

TEST_F(StreamCancelTest, WhenTheConnectionGoes) {
  for (int round = 0; round < kRounds / 4; ++round) {
    auto channel = fixture_.NewChannel();
    auto stub = v1::ModerationLog::NewStub(channel);
    auto context = std::make_unique<grpc::ClientContext>();
    auto stream = stub->AppendStream(context.get());
    for (int i = 0; i < round; ++i) {
      stream->Write(Message("c" + std::to_string(round * 100 + i)));
    }
    context->TryCancel();
    stream->Finish();
    stream.reset();
    context.reset();
    stub.reset();
    channel.reset();
  }
  ExpectServing();
}

class HeldCancelTest : public ::testing::Test {
 protected:
  HeldCancelTest() {
    auto held = std::make_unique<HeldLog>();
    log_ = held.get();
    fixture_ = std::make_unique<Fixture>(std::move(held));
  }

  HeldLog* log_ = nullptr;
  std::unique_ptr<Fixture> fixture_;
};

TEST_F(HeldCancelTest, BetweenMessageAndAnswer) {
  for (int round = 0; round < kRounds; ++round) {
    const size_t before = log_->groups();
    {
      Leaver leaver(*fixture_, round);
      ASSERT_TRUE(leaver.Write());
      ASSERT_TRUE(leaver.Write());
      log_->WaitForGroups(before + 2);
      leaver.Cancel();
      EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
    }
    // Every other round at once, the rest when the whole server is gone.
    if (round % 2 == 0) log_->AnswerAll();
  }
  fixture_.reset();
}

TEST_F(HeldCancelTest, WhileTheAnswerIsGiven) {
  for (int round = 0; round < kRounds; ++round) {
    const size_t before = log_->groups();
    Leaver leaver(*fixture_, round);
    ASSERT_TRUE(leaver.Write());
    ASSERT_TRUE(leaver.Write());
    log_->WaitForGroups(before + 2);
    std::thread answers([&] { log_->AnswerAll(); });
    leaver.Cancel();
    answers.join();
    EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
  }
}

TEST_F(HeldCancelTest, HalfClosedWithEverythingUnanswered) {
  for (int round = 0; round < kRounds; ++round) {
    const size_t before = log_->groups();
    Leaver leaver(*fixture_, round);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(leaver.Write());
    leaver.HalfClose();
    log_->WaitForGroups(before + 3);
    leaver.Cancel();
    EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
    log_->AnswerAll();
  }
}

TEST_F(HeldCancelTest, WithReadingPausedByBackpressure) {
  for (int round = 0; round < kRounds / 4; ++round) {
    const size_t before = log_->groups();
    Leaver leaver(*fixture_, round);
    std::thread writer([&] {
      for (int i = 0; i < 40 && leaver.Write(); ++i) {
      }
    });
    log_->WaitForGroups(before + kStreamMessagesMax);
    leaver.Cancel();
    writer.join();
    EXPECT_EQ(leaver.End(), grpc::StatusCode::CANCELLED);
    log_->AnswerAll();
  }
}

// Unary calls too: the log answers a call that was given up.
TEST_F(HeldCancelTest, AUnaryCallBetweenRequestAndAnswer) {
  for (int round = 0; round < kRounds; ++round) {
    const size_t before = log_->groups();
    v1::AppendRequest request;
    v1::AppendResponse response;
    request.set_platform(kPlatform);
    request.set_action(TestBytes("u" + std::to_string(round)));
    grpc::ClientContext context;
    std::thread leaver([&] {
      log_->WaitForGroups(before + 1);
      context.TryCancel();
    });
    const auto status = fixture_->stub().Append(&context, request, &response);
    leaver.join();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
    log_->AnswerAll();
  }
}

// Stopping the server while streams are open and the log has their messages.
TEST(StreamShutdown, OpenStreamsEndWithTheServer) {
  auto held = std::make_unique<HeldLog>();
  HeldLog* log = held.get();
  auto fixture = std::make_unique<Fixture>(std::move(held));
  auto stub = v1::ModerationLog::NewStub(fixture->channel());
  grpc::ClientContext idle_context;
  auto idle = stub->AppendStream(&idle_context);
  grpc::ClientContext busy_context;
  auto busy = stub->AppendStream(&busy_context);
  ASSERT_TRUE(busy->Write(Message("a")));
  log->WaitForGroups(1);
  fixture.reset();  // returns, though nobody closed a stream
  EXPECT_FALSE(idle->Finish().ok());
  EXPECT_FALSE(busy->Finish().ok());
}

}  // namespace
}  // namespace modlog::stream_cancel_test
