// If these fail, a platform is told that something is logged that is not, or
// that it is not when it is, or a retry makes a second entry.

#include "api/client/stream_appender.h"

#include <gtest/gtest.h>

#include "api/client/canonical.h"
#include "google/rpc/error_details.pb.h"
#include "tests/client/scripted_log.h"

namespace modlog::stream_appender_test {
namespace {

using std::chrono::milliseconds;

std::string Puid(uint64_t number) { return "a-" + std::to_string(number); }

// Action `number` refers to the one before it, so that any reordering shows.
std::string ChainedAction(uint64_t number) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_FILED);
  action.set_puid(Puid(number));
  action.set_taxonomy(202507);
  if (number > 0) action.add_about(Puid(number - 1));
  return EncodeCanonical(action);
}

google::rpc::Status Unavailable(const std::string& reason) {
  google::rpc::Status status;
  status.set_code(grpc::StatusCode::UNAVAILABLE);
  status.set_message("not now");
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  status.add_details()->PackFrom(info);
  return status;
}

google::rpc::Status QueueFull() {
  google::rpc::Status status;
  status.set_code(grpc::StatusCode::RESOURCE_EXHAUSTED);
  status.set_message("append queue is full");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(1'000'000);
  status.add_details()->PackFrom(retry);
  return status;
}

class StreamAppenderTest : public testing::Test {
 protected:
  // Appends actions [0, count), four a message, and finishes.
  Result<void> AppendChain(uint64_t count, StreamAppenderOptions options = {}) {
    auto client = Client::Connect(log_.address());
    EXPECT_TRUE(client) << client.error().message;
    options.platform = "example";
    options.batch_items = 4;
    options.in_flight = 3;
    StreamAppender appender(client->get(), options,
                            [this](std::span<const AnsweredItem> answers) {
                              for (const AnsweredItem& answered : answers) {
                                answers_.push_back(answered);
                              }
                            });
    Result<void> result;
    for (uint64_t i = 0; result && i < count; ++i) {
      result = appender.Add(
          {.action = ChainedAction(i), .puid = Puid(i), .where = Puid(i)});
    }
    if (result) result = appender.Finish();
    unanswered_ = appender.unanswered();
    return result;
  }

  void ExpectAllLoggedOnceInOrder(uint64_t count) {
    std::vector<std::string> logged = log_.actions();
    ASSERT_EQ(logged.size(), count);
    ASSERT_EQ(answers_.size(), count);
    for (uint64_t i = 0; i < count; ++i) {
      EXPECT_EQ(logged[i], ChainedAction(i));
      EXPECT_EQ(answers_[i].item.puid, Puid(i));
      EXPECT_EQ(answers_[i].answer.index, i);
      EXPECT_EQ(answers_[i].answer.outcome, AppendOutcome::kLogged);
      std::string leaf;
      AppendLeaf(EncodeEntryHeader(1'700'000'000'000, "example"),
                 ChainedAction(i), &leaf);
      EXPECT_EQ(answers_[i].answer.leaf_hash, HashLeaf(AsBytes(leaf)));
    }
    EXPECT_EQ(unanswered_, 0u);
  }

  ScriptedLog log_;
  std::vector<AnsweredItem> answers_;
  uint64_t unanswered_ = 0;
};

TEST_F(StreamAppenderTest, EveryItemIsAnsweredInTheOrderItWasAdded) {
  EXPECT_TRUE(AppendChain(103));
  ExpectAllLoggedOnceInOrder(103);
}

TEST_F(StreamAppenderTest, EachPayloadGoesWithItsAction) {
  auto client = Client::Connect(log_.address());
  ASSERT_TRUE(client) << client.error().message;
  StreamAppender appender(client->get(),
                          {.platform = "example", .batch_items = 3},
                          [](std::span<const AnsweredItem>) {});
  for (uint64_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(appender.Add({.action = ChainedAction(i),
                              .puid = Puid(i),
                              .where = "",
                              .payload = i == 4 ? "four" : ""}));
  }
  ASSERT_TRUE(appender.Finish());
  // None in a message without any; one for each item otherwise.
  EXPECT_EQ(log_.payload_counts(), (std::vector<int>{0, 3}));
  EXPECT_EQ(log_.payloads(), (std::vector<std::string>{"", "four", ""}));
}

TEST_F(StreamAppenderTest, PayloadsCountInTheSizeOfAMessage) {
  auto client = Client::Connect(log_.address());
  ASSERT_TRUE(client) << client.error().message;
  StreamAppender appender(client->get(),
                          {.platform = "example", .batch_bytes = 1'000},
                          [](std::span<const AnsweredItem>) {});
  for (uint64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(appender.Add({.action = ChainedAction(i),
                              .puid = Puid(i),
                              .where = "",
                              .payload = std::string(400, 'x')}));
  }
  ASSERT_TRUE(appender.Finish());
  EXPECT_EQ(log_.payload_counts(), (std::vector<int>{2, 2}));
}

TEST_F(StreamAppenderTest, NothingAddedIsNothingLost) {
  EXPECT_TRUE(AppendChain(0));
  ExpectAllLoggedOnceInOrder(0);
}

TEST_F(StreamAppenderTest, WhatWasLoggedBeforeIsSaidToBe) {
  EXPECT_TRUE(AppendChain(10));
  answers_.clear();
  EXPECT_TRUE(AppendChain(12));
  ASSERT_EQ(answers_.size(), 12u);
  EXPECT_EQ(answers_[9].answer.outcome, AppendOutcome::kDuplicate);
  EXPECT_EQ(answers_[9].answer.index, 9u);
  EXPECT_EQ(answers_[10].answer.outcome, AppendOutcome::kLogged);
  EXPECT_EQ(log_.actions().size(), 12u);
}

// The messages after one that was turned away fail at first, as they refer to
// what is not there: that must not be what the caller is told.
TEST_F(StreamAppenderTest, ATurnedAwayMessageLeavesNoGapAndNoDuplicate) {
  log_.turn_away = [](int message) -> std::optional<google::rpc::Status> {
    // At every place of the window of three, and some twice in a row.
    if (message % 7 == 1 || message % 11 < 2) return QueueFull();
    return std::nullopt;
  };
  EXPECT_TRUE(AppendChain(101));
  ExpectAllLoggedOnceInOrder(101);
}

TEST_F(StreamAppenderTest, OneInTheMiddleOfAWindowIsRetriedAfterItsFollowers) {
  log_.turn_away = [](int message) -> std::optional<google::rpc::Status> {
    if (message == 1) return Unavailable("CLOCK");
    return std::nullopt;
  };
  EXPECT_TRUE(AppendChain(40));
  ExpectAllLoggedOnceInOrder(40);
}

TEST_F(StreamAppenderTest, ALogThatWillNotAppendAgainIsNotAskedAgain) {
  for (const char* reason : {"ROLLED_BACK", "POISONED", "STOPPING"}) {
    int asked = 0;
    log_.turn_away = [&](int) {
      ++asked;
      return std::optional(Unavailable(reason));
    };
    Result<void> result = AppendChain(4);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kUnavailable);
    EXPECT_NE(result.error().message.find(reason), std::string::npos);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(unanswered_, 4u);
  }
}

TEST_F(StreamAppenderTest, RetryingEndsWithTheReason) {
  log_.turn_away = [](int) { return std::optional(QueueFull()); };
  StreamAppenderOptions options;
  options.retry_for = milliseconds(100);
  Result<void> result = AppendChain(20, options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kExhausted);
  EXPECT_TRUE(answers_.empty());
}

TEST_F(StreamAppenderTest, ABrokenStreamSaysHowMuchIsUnanswered) {
  log_.break_after = 2;
  log_.break_status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone");
  Result<void> result = AppendChain(100);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("gone"), std::string::npos);
  EXPECT_EQ(answers_.size(), 8u);
  EXPECT_GE(unanswered_, 4u);
}

TEST_F(StreamAppenderTest, AStreamThatEndsEarlyIsNoSuccess) {
  log_.break_after = 1;
  EXPECT_FALSE(AppendChain(5));
  EXPECT_EQ(unanswered_, 1u);
}

TEST_F(StreamAppenderTest, AnAppenderThatIsDroppedDoesNotHang) {
  auto client = Client::Connect(log_.address());
  ASSERT_TRUE(client);
  StreamAppender appender(client->get(), {.platform = "example"},
                          [](std::span<const AnsweredItem>) {});
  EXPECT_TRUE(appender.Add({ChainedAction(0), Puid(0), ""}));
}

struct Lie {
  std::string_view name;
  std::function<void(ScriptedLog*, v1::AppendStreamResponse*)> tell;
};

const Lie kLies[] = {
    {"header_of_another_platform",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(0)->set_entry_header(
           EncodeEntryHeader(1'700'000'000'000, "other"));
     }},
    {"header_that_does_not_decode",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(1)->set_entry_header("\x08");
     }},
    {"no_header",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(3)->clear_entry_header();
     }},
    {"index_beyond_the_head",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(2)->set_index(1'000);
     }},
    {"a_result_too_few",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results()->RemoveLast();
     }},
    {"a_result_too_many",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       *response->add_results() = response->results(0);
     }},
    {"unknown_outcome",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(0)->clear_outcome();
     }},
    {"conflict_without_hash",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(0)->set_outcome(v1::ItemResult::CONFLICT);
     }},
    {"path_that_leads_nowhere",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(0)->add_inclusion_path(std::string(32, 'x'));
     }},
    {"path_of_a_short_hash",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->mutable_results(0)->add_inclusion_path("x");
     }},
    {"no_checkpoint",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       response->clear_checkpoint();
     }},
    {"checkpoint_of_another_key",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       ScriptedLog other;
       Frontier frontier;
       for (int i = 0; i < 100; ++i) frontier.Append(HashEmpty());
       response->set_checkpoint(other.CheckpointOf(frontier));
     }},
    {"checkpoint_changed_after_signing",
     [](ScriptedLog*, v1::AppendStreamResponse* response) {
       std::string* note = response->mutable_checkpoint();
       (*note)[note->find('\n') + 1] = '9';
     }},
    {"tree_that_shrank",
     [](ScriptedLog* log, v1::AppendStreamResponse* response) {
       Frontier frontier;
       for (int i = 0; i < 3; ++i) frontier.Append(HashEmpty());
       response->set_checkpoint(log->CheckpointOf(frontier));
     }},
    {"two_roots_for_one_size",
     [](ScriptedLog* log, v1::AppendStreamResponse* response) {
       Frontier frontier;
       for (int i = 0; i < 4; ++i) frontier.Append(HashEmpty());
       for (v1::ItemResult& result : *response->mutable_results()) {
         result.set_index(0);
       }
       response->set_checkpoint(log->CheckpointOf(frontier));
     }},
};

class StreamAppenderLieTest : public StreamAppenderTest,
                              public testing::WithParamInterface<Lie> {};

TEST_P(StreamAppenderLieTest, IsFoundBeforeAnybodyIsToldOfTheAnswer) {
  log_.tamper = [this](int message, v1::AppendStreamResponse* response) {
    if (message == 1) GetParam().tell(&log_, response);
  };
  Result<void> result = AppendChain(12);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().code, Code::kUnavailable) << result.error().message;
  EXPECT_EQ(answers_.size(), 4u) << "the first message's, and no more";
}

std::string NameOf(const testing::TestParamInfo<Lie>& lie) {
  return std::string(lie.param.name);
}

INSTANTIATE_TEST_SUITE_P(Lies, StreamAppenderLieTest, testing::ValuesIn(kLies),
                         NameOf);

}  // namespace
}  // namespace modlog::stream_appender_test
