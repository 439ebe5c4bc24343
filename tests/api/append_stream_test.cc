// If this failed, a platform could not tell which of its actions were taken.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/server/append_stream.h"
#include "tests/api/test_support.h"

namespace modlog::append_stream_test {
namespace {

using grpc::StatusCode;
using Stream =
    grpc::ClientReaderWriter<v1::AppendStreamRequest, v1::AppendStreamResponse>;

v1::AppendStreamRequest Message(const std::vector<std::string>& actions,
                                std::string_view platform = "") {
  v1::AppendStreamRequest message;
  message.set_platform(std::string(platform));
  for (const auto& action : actions) message.add_actions(action);
  return message;
}

// One stream to a fixture.
class Client {
 public:
  explicit Client(Fixture& fixture)
      : stream_(fixture.stub().AppendStream(&context_)) {}

  bool Write(const v1::AppendStreamRequest& message) {
    return stream_->Write(message);
  }
  v1::AppendStreamResponse Read() {
    v1::AppendStreamResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }
  bool AtEnd() {
    v1::AppendStreamResponse response;
    return !stream_->Read(&response);
  }
  grpc::Status Finish() {
    stream_->WritesDone();
    EXPECT_TRUE(AtEnd());
    return stream_->Finish();
  }
  Stream& stream() { return *stream_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
};

class AppendStreamTest : public ::testing::Test {
 protected:
  Fixture fixture_;
};

TEST_F(AppendStreamTest, EachMessageHasOneAnswerInOrderAndProves) {
  Client client(fixture_);
  constexpr int kMessages = 100;
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) {
      auto message = Message({TestBytes("a" + std::to_string(i)),
                              TestBytes("b" + std::to_string(i))},
                             i == 0 ? kPlatform : "");
      message.set_with_proofs(true);
      ASSERT_TRUE(client.Write(message));
    }
    client.stream().WritesDone();
  });
  for (int i = 0; i < kMessages; ++i) {
    const auto response = client.Read();
    ASSERT_EQ(response.results_size(), 2);
    EXPECT_FALSE(response.has_error());
    const auto opened = OpenCheckpoint(response.checkpoint(), TestPolicy());
    ASSERT_TRUE(opened.has_value());
    for (int item = 0; item < 2; ++item) {
      const auto& result = response.results(item);
      EXPECT_EQ(result.outcome(), v1::ItemResult::LOGGED);
      EXPECT_EQ(result.index(), static_cast<uint64_t>(2 * i + item));
      const std::string action =
          TestBytes((item == 0 ? "a" : "b") + std::to_string(i));
      EXPECT_TRUE(CheckInclusion(result.index(),
                                 LeafHashOf(result.entry_header(), action),
                                 ParsePath(result.inclusion_path()),
                                 opened->checkpoint.tree)
                      .has_value());
    }
  }
  writer.join();
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.stream().Finish().ok());
}

TEST_F(AppendStreamTest, ItemsStandAlone) {
  Client client(fixture_);
  ASSERT_TRUE(client.Write(
      Message({TestBytes("a"), "rubbish", TestBytes("a"),
               TestBytes("a", [](auto* a) { a->set_application_date(18'629); }),
               TestBytes("b")},
              kPlatform)));
  const auto response = client.Read();
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).outcome(), v1::ItemResult::LOGGED);
  EXPECT_EQ(response.results(1).outcome(), v1::ItemResult::REFUSED);
  EXPECT_EQ(DetailsOf(response.results(1).error()).fields,
            std::vector<std::string>{"actions[1]"});
  EXPECT_EQ(response.results(2).outcome(), v1::ItemResult::DUPLICATE);
  EXPECT_EQ(response.results(3).outcome(), v1::ItemResult::CONFLICT);
  EXPECT_EQ(response.results(4).outcome(), v1::ItemResult::LOGGED);
  EXPECT_TRUE(client.Finish().ok());
}

TEST_F(AppendStreamTest, PlainActionsComeBackAsBytes) {
  Client client(fixture_);
  v1::AppendStreamRequest message;
  message.set_platform(kPlatform);
  *message.add_plain() = TestAction("a");
  ASSERT_TRUE(client.Write(message));
  EXPECT_EQ(client.Read().results(0).action(), TestBytes("a"));
  EXPECT_TRUE(client.Finish().ok());
}

// A message that is wrong as a whole is answered like any other.
TEST_F(AppendStreamTest, AWrongMessageDoesNotEndTheStream) {
  Client client(fixture_);
  const auto expect_refused = [&](const v1::AppendStreamRequest& message,
                                  const std::string& field) {
    ASSERT_TRUE(client.Write(message));
    const auto response = client.Read();
    EXPECT_EQ(response.results_size(), 0);
    EXPECT_EQ(response.error().code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(response.error()).fields,
              std::vector<std::string>{field});
  };
  expect_refused(Message({TestBytes("a")}), "platform");
  expect_refused(Message({TestBytes("a")}, "Bad Name"), "platform");
  expect_refused(Message({}, kPlatform), "actions");
  ASSERT_TRUE(client.Write(Message({TestBytes("a")}, kPlatform)));
  EXPECT_EQ(client.Read().results_size(), 1);
  expect_refused(Message({TestBytes("b")}, "other.example"), "platform");
  auto both = Message({TestBytes("b")});
  *both.add_plain() = TestAction("c");
  expect_refused(both, "plain");
  // The platform stands: later messages leave it out.
  ASSERT_TRUE(client.Write(Message({TestBytes("b")})));
  EXPECT_EQ(client.Read().results(0).index(), 1u);
  EXPECT_TRUE(client.Finish().ok());
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 2u);
}

TEST_F(AppendStreamTest, AnEmptyStreamEndsWell) {
  Client client(fixture_);
  EXPECT_TRUE(client.Finish().ok());
}

class HeldStreamTest : public ::testing::Test {
 protected:
  HeldStreamTest() {
    auto held = std::make_unique<HeldLog>();
    log_ = held.get();
    fixture_ = std::make_unique<Fixture>(std::move(held));
  }

  HeldLog* log_ = nullptr;
  std::unique_ptr<Fixture> fixture_;
};

TEST_F(HeldStreamTest, AnswersKeepTheOrderOfMessagesWhateverComesFirst) {
  Client client(*fixture_);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(
        client.Write(Message({TestBytes("a" + std::to_string(i))}, kPlatform)));
  }
  log_->WaitForGroups(4);
  for (const size_t i : {3u, 1u, 2u, 0u}) log_->Answer(i);
  for (uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(client.Read().results(0).index(), 1'000 * i);
  }
  EXPECT_TRUE(client.Finish().ok());
}

// A client that does not stop sending must not fill the memory.
TEST_F(HeldStreamTest, NoMoreIsReadThanMayWait) {
  Client client(*fixture_);
  constexpr size_t kMessages = 3 * kStreamMessagesMax;
  std::thread writer([&] {
    for (size_t i = 0; i < kMessages; ++i) {
      ASSERT_TRUE(client.Write(
          Message({TestBytes("a" + std::to_string(i))}, kPlatform)));
    }
    client.stream().WritesDone();
  });
  log_->WaitForGroups(kStreamMessagesMax);
  // Each answer lets one more message in, and never more than that.
  for (size_t i = 0; i < kMessages; ++i) {
    EXPECT_LE(log_->groups(), kStreamMessagesMax + i);
    log_->Answer(i);
    EXPECT_EQ(client.Read().results(0).index(), 1'000 * i);
    log_->WaitForGroups(std::min(kMessages, kStreamMessagesMax + i + 1));
  }
  writer.join();
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.stream().Finish().ok());
}

TEST_F(HeldStreamTest, NoMoreBytesAreReadThanMayWait) {
  Client client(*fixture_);
  // 1,024 items of 4 KiB less a little: a message just under the limit.
  const auto big = Message(
      std::vector<std::string>(1'000, std::string(4'096, 'x')), kPlatform);
  const size_t fit = kStreamBytesMax / big.ByteSizeLong() + 1;
  ASSERT_LT(fit, kStreamMessagesMax);
  std::thread writer([&] {
    for (size_t i = 0; i < 2 * fit; ++i) ASSERT_TRUE(client.Write(big));
    client.stream().WritesDone();
  });
  log_->WaitForGroups(fit);
  for (size_t i = 0; i < 2 * fit; ++i) {
    EXPECT_LE(log_->groups(), fit + i);
    log_->Answer(i);
    EXPECT_EQ(client.Read().results_size(), 1'000);
    log_->WaitForGroups(std::min(2 * fit, fit + i + 1));
  }
  writer.join();
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.stream().Finish().ok());
}

TEST_F(HeldStreamTest, WhatWasSentBeforeTheHalfCloseIsAnswered) {
  Client client(*fixture_);
  ASSERT_TRUE(client.Write(Message({TestBytes("a")}, kPlatform)));
  ASSERT_TRUE(client.Write(Message({TestBytes("b")}, kPlatform)));
  client.stream().WritesDone();
  log_->WaitForGroups(2);
  log_->AnswerAll();
  EXPECT_EQ(client.Read().results_size(), 1);
  EXPECT_EQ(client.Read().results_size(), 1);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.stream().Finish().ok());
}

}  // namespace
}  // namespace modlog::append_stream_test
