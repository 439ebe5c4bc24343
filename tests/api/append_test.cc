// If this failed, a platform could not append, or could not prove it.

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "tests/api/test_support.h"
#include "verifier/core/entry.h"

namespace modlog::append_test {
namespace {

using grpc::StatusCode;

class AppendTest : public ::testing::Test {
 protected:
  grpc::Status Call(const v1::AppendRequest& request) {
    grpc::ClientContext context;
    response_.Clear();
    return fixture_.stub().Append(&context, request, &response_);
  }
  grpc::Status Call(const v1::AppendBatchRequest& request) {
    grpc::ClientContext context;
    batch_.Clear();
    return fixture_.stub().AppendBatch(&context, request, &batch_);
  }
  uint64_t Size() { return fixture_.log().signed_head()->tree.size; }

  static v1::AppendRequest Plain(const v1::Action& action) {
    v1::AppendRequest request;
    request.set_platform(kPlatform);
    *request.mutable_plain() = action;
    return request;
  }
  static v1::AppendBatchRequest Batch(const std::vector<std::string>& actions,
                                      v1::AppendBatchRequest::Mode mode) {
    v1::AppendBatchRequest request;
    request.set_platform(kPlatform);
    request.set_mode(mode);
    for (const auto& action : actions) request.add_actions(action);
    return request;
  }

  Fixture fixture_;
  v1::AppendResponse response_;
  v1::AppendBatchResponse batch_;
};

TEST_F(AppendTest, EveryAnswerIsAnOfflineReceipt) {
  for (int i = 0; i < 20; ++i) {
    const std::string action = TestBytes("a" + std::to_string(i));
    ASSERT_TRUE(fixture_.Append(action, &response_).ok());
    EXPECT_EQ(response_.index(), static_cast<uint64_t>(i));
    EXPECT_FALSE(response_.duplicate());
    EXPECT_FALSE(response_.witnessed());
    EXPECT_TRUE(response_.action().empty());
    EXPECT_TRUE(IsReceipt(response_, action));
    EXPECT_FALSE(IsReceipt(response_, TestBytes("other")));
  }
}

TEST_F(AppendTest, TheHeaderNamesThePlatformAndTheTime) {
  const std::string action = TestBytes("a");
  ASSERT_TRUE(fixture_.Append(action, &response_).ok());
  std::string leaf;
  AppendLeaf(response_.entry_header(), action, &leaf);
  const auto entry = DecodeEntry(leaf);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->platform, kPlatform);
  EXPECT_EQ(entry->action, action);
  EXPECT_GT(entry->logged_at_ms, 1'600'000'000'000);
}

TEST_F(AppendTest, APlainActionComesBackAsTheBytesItBecame) {
  ASSERT_TRUE(Call(Plain(TestAction("a"))).ok());
  EXPECT_EQ(response_.action(), TestBytes("a"));
  EXPECT_TRUE(IsReceipt(response_, response_.action()));
  // And those bytes, sent as such, are the same submission.
  ASSERT_TRUE(fixture_.Append(response_.action(), &response_).ok());
  EXPECT_TRUE(response_.duplicate());
}

TEST_F(AppendTest, ARetryGetsTheFirstIndexAndHeaderAndALaterCheckpoint) {
  const std::string action = TestBytes("a");
  v1::AppendResponse first;
  ASSERT_TRUE(fixture_.Append(action, &first).ok());
  fixture_.Fill(7);
  ASSERT_TRUE(fixture_.Append(action, &response_).ok());
  EXPECT_TRUE(response_.duplicate());
  EXPECT_EQ(response_.index(), first.index());
  EXPECT_EQ(response_.entry_header(), first.entry_header());
  EXPECT_NE(response_.checkpoint(), first.checkpoint());
  EXPECT_TRUE(IsReceipt(response_, action));
  EXPECT_EQ(Size(), 8u);
}

TEST_F(AppendTest, OtherBytesUnderAPuidAreToldWhatStandsThere) {
  const std::string action = TestBytes("a");
  ASSERT_TRUE(fixture_.Append(action, &response_).ok());
  const auto status = fixture_.Append(
      TestBytes("a", [](auto* a) { a->set_application_date(18'629); }));
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  const Details details = DetailsOf(status);
  EXPECT_EQ(details.info.reason(), "PUID_CONFLICT");
  EXPECT_EQ(details.info.domain(), "modlog");
  EXPECT_EQ(details.info.metadata().at("index"), "0");
  EXPECT_EQ(details.info.metadata().at("field"), "action.puid");
  EXPECT_EQ(details.info.metadata().at("leaf_hash"),
            FormatHex(LeafHashOf(response_.entry_header(), action)));
  EXPECT_EQ(Size(), 1u);
}

TEST_F(AppendTest, PuidsOfTwoPlatformsDoNotMeet) {
  ASSERT_TRUE(fixture_.Append(TestBytes("a")).ok());
  v1::AppendRequest request;
  request.set_platform("other.example");
  request.set_action(
      TestBytes("a", [](auto* a) { a->set_application_date(18'629); }));
  ASSERT_TRUE(Call(request).ok());
  EXPECT_EQ(response_.index(), 1u);
}

TEST_F(AppendTest, ABatchAnswersEachItemInOrder) {
  const std::vector<std::string> actions = {TestBytes("a"), TestBytes("b"),
                                            TestBytes("c")};
  auto request = Batch(actions, v1::AppendBatchRequest::PER_ITEM);
  request.set_with_proofs(true);
  ASSERT_TRUE(Call(request).ok());
  ASSERT_EQ(batch_.results_size(), 3);
  const auto opened = OpenCheckpoint(batch_.checkpoint(), TestPolicy());
  ASSERT_TRUE(opened.has_value());
  for (int i = 0; i < 3; ++i) {
    const auto& result = batch_.results(i);
    EXPECT_EQ(result.outcome(), v1::ItemResult::LOGGED);
    EXPECT_EQ(result.index(), static_cast<uint64_t>(i));
    const Hash hash =
        LeafHashOf(result.entry_header(), actions[static_cast<size_t>(i)]);
    EXPECT_TRUE(CheckInclusion(result.index(), hash,
                               ParsePath(result.inclusion_path()),
                               opened->checkpoint.tree)
                    .has_value());
  }
}

TEST_F(AppendTest, ABatchWithoutProofsCarriesNone) {
  fixture_.Fill(5);
  ASSERT_TRUE(
      Call(Batch({TestBytes("a")}, v1::AppendBatchRequest::PER_ITEM)).ok());
  EXPECT_EQ(batch_.results(0).inclusion_path_size(), 0);
}

TEST_F(AppendTest, APlainBatchGivesBackEachItemsBytes) {
  v1::AppendBatchRequest request;
  request.set_platform(kPlatform);
  // Short strings move with the vector that holds them; these must not.
  for (int i = 0; i < 100; ++i) {
    *request.add_plain() = TestAction("p" + std::to_string(i));
  }
  ASSERT_TRUE(Call(request).ok());
  ASSERT_EQ(batch_.results_size(), 100);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(batch_.results(i).action(), TestBytes("p" + std::to_string(i)));
  }
}

TEST_F(AppendTest, TheSameItemTwiceInABatchIsOneEntry) {
  const std::string action = TestBytes("a");
  for (const auto mode : {v1::AppendBatchRequest::PER_ITEM,
                          v1::AppendBatchRequest::ALL_OR_NOTHING}) {
    ASSERT_TRUE(Call(Batch({action, action}, mode)).ok());
    EXPECT_EQ(batch_.results(1).outcome(), v1::ItemResult::DUPLICATE);
    EXPECT_EQ(batch_.results(0).index(), batch_.results(1).index());
    EXPECT_EQ(batch_.results(0).entry_header(),
              batch_.results(1).entry_header());
  }
  EXPECT_EQ(Size(), 1u);
}

TEST_F(AppendTest, PerItemTheGoodOnesAreLogged) {
  ASSERT_TRUE(fixture_.Append(TestBytes("taken")).ok());
  ASSERT_TRUE(
      Call(Batch({TestBytes("a"), "rubbish",
                  TestBytes("taken",
                            [](auto* a) { a->set_application_date(18'629); }),
                  TestBytes("taken"), TestBytes("b")},
                 v1::AppendBatchRequest::PER_ITEM))
          .ok());
  ASSERT_EQ(batch_.results_size(), 5);
  EXPECT_EQ(batch_.results(0).outcome(), v1::ItemResult::LOGGED);
  const auto& refused = batch_.results(1);
  EXPECT_EQ(refused.outcome(), v1::ItemResult::REFUSED);
  EXPECT_EQ(refused.error().code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(refused.error()).fields,
            std::vector<std::string>{"actions[1]"});
  const auto& conflict = batch_.results(2);
  EXPECT_EQ(conflict.outcome(), v1::ItemResult::CONFLICT);
  EXPECT_EQ(conflict.index(), 0u);
  EXPECT_EQ(conflict.leaf_hash().size(), kHashSize);
  EXPECT_EQ(conflict.error().code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailsOf(conflict.error()).info.metadata().at("leaf_hash"),
            FormatHex(AsBytes(conflict.leaf_hash())));
  EXPECT_EQ(batch_.results(3).outcome(), v1::ItemResult::DUPLICATE);
  EXPECT_EQ(batch_.results(4).outcome(), v1::ItemResult::LOGGED);
  EXPECT_EQ(Size(), 3u);
}

TEST_F(AppendTest, AllOrNothingLogsNothingWhereOneItemIsRefused) {
  const auto status = Call(
      Batch({TestBytes("a"), TestBytes("b"),
             TestBytes("c", [](auto* a) { a->set_application_date(9'999); }),
             TestBytes("d", [](auto* a) { a->clear_ground(); })},
            v1::AppendBatchRequest::ALL_OR_NOTHING));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  const Details details = DetailsOf(status);
  EXPECT_EQ(details.fields,
            (std::vector<std::string>{"actions[2].application_date",
                                      "actions[3].ground"}));
  EXPECT_EQ(details.text.find("9999"), std::string::npos) << details.text;
  EXPECT_EQ(Size(), 0u);
}

TEST_F(AppendTest, AllOrNothingLogsNothingWhereOneItemConflicts) {
  ASSERT_TRUE(fixture_.Append(TestBytes("taken")).ok());
  const auto taken =
      TestBytes("taken", [](auto* a) { a->set_application_date(18'629); });
  const auto status = Call(
      Batch({TestBytes("a"), taken}, v1::AppendBatchRequest::ALL_OR_NOTHING));
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  const Details details = DetailsOf(status);
  EXPECT_EQ(details.info.metadata().at("index"), "0");
  EXPECT_EQ(details.info.metadata().at("field"), "actions[1].puid");
  EXPECT_EQ(Size(), 1u);
}

TEST_F(AppendTest, AllOrNothingNamesRefusalsAndConflictsTogether) {
  ASSERT_TRUE(fixture_.Append(TestBytes("taken")).ok());
  const auto taken =
      TestBytes("taken", [](auto* a) { a->set_application_date(18'629); });
  const auto status =
      Call(Batch({taken, "rubbish"}, v1::AppendBatchRequest::ALL_OR_NOTHING));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  const auto fields = DetailsOf(status).fields;
  EXPECT_EQ(std::set(fields.begin(), fields.end()),
            (std::set<std::string>{"actions[0].puid", "actions[1]"}));
  EXPECT_EQ(Size(), 1u);
}

TEST_F(AppendTest, AllOrNothingCountsOldEntriesAsSuccess) {
  ASSERT_TRUE(fixture_.Append(TestBytes("old")).ok());
  ASSERT_TRUE(Call(Batch({TestBytes("new"), TestBytes("old")},
                         v1::AppendBatchRequest::ALL_OR_NOTHING))
                  .ok());
  EXPECT_EQ(batch_.results(0).outcome(), v1::ItemResult::LOGGED);
  EXPECT_EQ(batch_.results(1).outcome(), v1::ItemResult::DUPLICATE);
}

TEST_F(AppendTest, ALargestBatchGoesThrough) {
  std::vector<std::string> actions;
  for (size_t i = 0; i < kGroupItemsMax; ++i) {
    actions.push_back(TestBytes("n" + std::to_string(i)));
  }
  ASSERT_TRUE(
      Call(Batch(actions, v1::AppendBatchRequest::ALL_OR_NOTHING)).ok());
  EXPECT_EQ(Size(), kGroupItemsMax);
  actions.push_back(TestBytes("one-more"));
  const auto status =
      Call(Batch(actions, v1::AppendBatchRequest::ALL_OR_NOTHING));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"actions"});
}

// Thousands of violations would be a trailer that no client takes.
TEST_F(AppendTest, ABatchOfRubbishIsToldSoInATrailerThatArrives) {
  const auto status =
      Call(Batch(std::vector<std::string>(kGroupItemsMax, "rubbish"),
                 v1::AppendBatchRequest::ALL_OR_NOTHING));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  const auto details = DetailsOf(status);
  EXPECT_EQ(details.fields.front(), "actions[0]");
  EXPECT_EQ(details.fields.back(), "");
  EXPECT_NE(details.text.find(" more"), std::string::npos);
}

TEST(AppendDeadline, AnExpiredCallIsNotAppended) {
  auto held = std::make_unique<HeldLog>();
  HeldLog& log = *held;
  Fixture fixture(std::move(held));
  v1::AppendRequest request;
  v1::AppendResponse response;
  request.set_platform(kPlatform);
  request.set_action(TestBytes("a"));
  {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() -
                         std::chrono::seconds(1));
    EXPECT_EQ(fixture.stub().Append(&context, request, &response).error_code(),
              StatusCode::DEADLINE_EXCEEDED);
  }
  EXPECT_EQ(log.groups(), 0u);
}

TEST(AppendDeadline, ACallThatTheLogHasMayExpireAndBeAnsweredLater) {
  auto held = std::make_unique<HeldLog>();
  HeldLog& log = *held;
  Fixture fixture(std::move(held));
  v1::AppendRequest request;
  v1::AppendResponse response;
  request.set_platform(kPlatform);
  request.set_action(TestBytes("a"));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(200));
  EXPECT_EQ(fixture.stub().Append(&context, request, &response).error_code(),
            StatusCode::DEADLINE_EXCEEDED);
  log.AnswerAll();  // nobody listens, and nothing breaks
}

class RefusingLogTest : public ::testing::Test {
 protected:
  RefusingLogTest() {
    auto held = std::make_unique<HeldLog>();
    log_ = held.get();
    fixture_ = std::make_unique<Fixture>(std::move(held));
  }

  HeldLog* log_ = nullptr;
  std::unique_ptr<Fixture> fixture_;
};

TEST_F(RefusingLogTest, ALogThatTakesNothingSaysWhy) {
  log_->Refuse({Code::kUnavailable, "a test says so"});
  for (const auto state :
       {LogState::kRolledBack, LogState::kPoisoned, LogState::kStopping}) {
    log_->SetState(state);
    const auto status = fixture_->Append(TestBytes("a"));
    EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
    EXPECT_EQ(status.error_message(), "a test says so");
    EXPECT_EQ(DetailsOf(status).info.reason(), LogStateName(state));
  }
  log_->SetState(LogState::kServing);
  log_->Refuse({Code::kClock, "a test says so"});
  EXPECT_EQ(DetailsOf(fixture_->Append(TestBytes("a"))).info.reason(), "CLOCK");
}

TEST_F(RefusingLogTest, AnUnknownOutcomeIsNotCalledAFaultOfTheClock) {
  // Under CLOCK a platform is told that nothing was appended.
  log_->Refuse({Code::kUnavailable, "the outcome is unknown"});
  log_->SetState(LogState::kServing);
  const auto status = fixture_->Append(TestBytes("a"));
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailsOf(status).info.reason(), "TRY_AGAIN");
}

TEST_F(RefusingLogTest, AFullQueueSaysWhenToComeBack) {
  log_->Refuse({Code::kExhausted, "queue of 65536 items is full"});
  const auto status = fixture_->Append(TestBytes("a"));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(status.error_message().find("65536"), std::string::npos);
  EXPECT_EQ(DetailsOf(status).info.reason(), "QUEUE_FULL");
  EXPECT_TRUE(DetailsOf(status).has_retry);
}

// A stream goes on: the caller learns which message to send again.
TEST_F(RefusingLogTest, AStreamIsToldMessageByMessage) {
  grpc::ClientContext context;
  auto stream = fixture_->stub().AppendStream(&context);
  v1::AppendStreamRequest message;
  v1::AppendStreamResponse response;
  message.set_platform(kPlatform);
  message.add_actions(TestBytes("a"));
  log_->Refuse({Code::kExhausted, "queue of 65536 items is full"});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Write(message));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.error().code(), StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_TRUE(DetailsOf(response.error()).has_retry);
    EXPECT_EQ(response.results_size(), 0);
  }
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace modlog::append_test
