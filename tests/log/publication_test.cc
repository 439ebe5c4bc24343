// If this failed, the public would be shown a head that no quorum of witnesses
// has seen, or a log that a witness knows better would go on signing.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "log/store/memory_store.h"
#include "log/write/publication.h"
#include "tests/eventually.h"
#include "tests/log/forwarding_store.h"
#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"

namespace modlog::publication_test {
namespace {

std::shared_ptr<const SignedHead> HeadOf(uint64_t size,
                                         std::string checkpoint = "note") {
  auto head = std::make_shared<SignedHead>();
  head->tree.size = size;
  head->checkpoint = std::move(checkpoint);
  return head;
}

TEST(Publication, NeverGoesBack) {
  Publication publication;
  ASSERT_TRUE(publication.Publish(HeadOf(5)));
  const auto back = publication.Publish(HeadOf(4));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Code::kConflict);
  EXPECT_EQ(publication.head()->tree.size, 5u);
}

TEST(Publication, TheSameTreeMayGainCosignatures) {
  Publication publication;
  ASSERT_TRUE(publication.Publish(HeadOf(5)));
  ASSERT_TRUE(publication.Publish(HeadOf(5, "note and cosignature")));
  EXPECT_EQ(publication.head()->checkpoint, "note and cosignature");
}

struct Told {
  int calls = 0;
  std::optional<uint64_t> size;
  std::optional<Error> error;
};
PublishedDone TellTo(Told* told) {
  return [told](Result<std::shared_ptr<const SignedHead>> head) {
    ++told->calls;
    if (head) told->size = (*head)->tree.size;
    if (!head) told->error = head.error();
  };
}

TEST(Publication, TellsWhoWaitsOnceTheirEntryIsInside) {
  Publication publication;
  Told six, seven;
  publication.When(6, 1'000, TellTo(&six));
  publication.When(7, 1'000, TellTo(&seven));
  publication.Publish(HeadOf(5));
  EXPECT_EQ(six.calls, 0);
  publication.Publish(HeadOf(6));
  EXPECT_EQ(six.size, 6u);
  EXPECT_EQ(seven.calls, 0);
  Told at_once;
  publication.When(6, 1'000, TellTo(&at_once));
  EXPECT_EQ(at_once.size, 6u);
}

TEST(Publication, TellsWhoWaitedTooLong) {
  Publication publication;
  Told early, late;
  publication.When(1, 1'000, TellTo(&early));
  publication.When(1, 2'000, TellTo(&late));
  publication.Expire(999);
  EXPECT_EQ(early.calls, 0);
  publication.Expire(1'000);
  ASSERT_TRUE(early.error);
  EXPECT_EQ(early.error->code, Code::kUnavailable);
  EXPECT_EQ(late.calls, 0);
  publication.Publish(HeadOf(1));
  EXPECT_EQ(early.calls, 1);
  EXPECT_EQ(late.size, 1u);
}

TEST(Publication, TellsWhoWaitsThatTheLogStops) {
  Publication publication;
  Told waiting, too_late;
  publication.When(1, 1'000, TellTo(&waiting));
  publication.Close();
  publication.When(1, 1'000, TellTo(&too_late));
  EXPECT_TRUE(waiting.error);
  EXPECT_TRUE(too_late.error);
}

// Calls `then` after each commit, before anything of it is signed.
class HookedStore final : public ForwardingStore {
 public:
  HookedStore(std::unique_ptr<Store> store, std::function<void()> then)
      : ForwardingStore(std::move(store)), then_(std::move(then)) {}
  CommitResult Commit(const StoreBatch& batch) override {
    CommitResult result = ForwardingStore::Commit(batch);
    then_();
    return result;
  }

 private:
  const std::function<void()> then_;
};

class HeldBackLog : public LogFixture {
 protected:
  void Open(bool with_witnesses = true) {
    log_.reset();
    refused_erasures_ = false;
    auto log = Log::Open(
        {.data_dir = directory_.path(),
         .key = TestKey(),
         .clock = &clock_,
         .erasures = {.look_every = std::chrono::milliseconds(20)},
         .publishing = {.at_once = !with_witnesses},
         .warn =
             [this](const std::string& what) {
               if (what.starts_with("erasures wait")) refused_erasures_ = true;
             }},
        std::make_unique<HookedStore>(NewMemoryStore(contents_), [this] {
          if (after_commit_) after_commit_();
        }));
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
  }
  // A batch is committed when a witness is heard.
  void AppendAndBeStopped(const std::string& puid) {
    after_commit_ = [this] { log_->StopSigning("a witness knows more"); };
    EXPECT_FALSE(AppendGroupOf({Takedown(puid)}));
    after_commit_ = nullptr;
  }
  std::shared_ptr<const SignedHead> Cosigned(const SignedHead& head) {
    auto cosigned = std::make_shared<SignedHead>(head);
    cosigned->witnessed = true;
    return cosigned;
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
  std::function<void()> after_commit_;
  std::atomic<bool> refused_erasures_ = false;
};

TEST_F(HeldBackLog, TakesNothingBeforeItsWitnessesHaveSpoken) {
  Open();
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  const auto early = AppendGroupOf({Takedown("before")});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Code::kUnavailable);
  log_->Confirm();
  EXPECT_EQ(log_->state(), LogState::kServing);
  EXPECT_TRUE(AppendGroupOf({Takedown("after")}));
}

TEST_F(HeldBackLog, PublishesTheEmptyTreeUntilToldOtherwise) {
  Open();
  log_->Confirm();
  ASSERT_TRUE(AppendGroupOf({Takedown("one")}));
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  EXPECT_EQ(log_->published_head()->tree.size, 0u);
  EXPECT_FALSE(log_->published_head()->checkpoint.empty());
  ASSERT_TRUE(log_->PublishHead(Cosigned(*log_->signed_head())));
  EXPECT_EQ(log_->published_head()->tree.size, 1u);
  EXPECT_TRUE(log_->published_head()->witnessed);
}

TEST_F(HeldBackLog, PublishesNoTreeThatIsNotItsOwn) {
  Open();
  log_->Confirm();
  ASSERT_TRUE(AppendGroupOf({Takedown("one")}));
  auto other = std::make_shared<SignedHead>(*log_->signed_head());
  other->tree.root[0] ^= 1;
  EXPECT_EQ(log_->PublishHead(other).error().code, Code::kConflict);
  auto beyond = std::make_shared<SignedHead>(*log_->signed_head());
  beyond->tree.size = 2;
  EXPECT_EQ(log_->PublishHead(beyond).error().code, Code::kOutOfRange);
  EXPECT_EQ(log_->published_head()->tree.size, 0u);
}

TEST_F(HeldBackLog, SignsNothingOnceTold) {
  Open();
  log_->Confirm();
  ASSERT_TRUE(AppendGroupOf({Takedown("one")}));
  log_->StopSigning("a witness has seen 9 entries");
  EXPECT_EQ(log_->state(), LogState::kRolledBack);
  EXPECT_EQ(log_->state_reason(), "a witness has seen 9 entries");
  const auto later = AppendGroupOf({Takedown("two")});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, Code::kUnavailable);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  log_->Confirm();
  EXPECT_EQ(log_->state(), LogState::kRolledBack);
}

// I4: what was committed when a witness was heard may stand otherwise in
// another history, so the next start asks before it signs it.
TEST_F(HeldBackLog, SignsABatchThatWasInFlightOnlyOnceConfirmed) {
  Open();
  log_->Confirm();
  ASSERT_TRUE(AppendGroupOf({Takedown("one")}));
  AppendAndBeStopped("two");
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  for (int start = 0; start < 2; ++start) {
    Open();
    EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
    OpenHead(*log_->signed_head());
    EXPECT_EQ(log_->signed_head()->tree.size, 1u);
    EXPECT_EQ(log_->committed_head().size, 2u);
    EXPECT_TRUE(log_->ReadLeaf(0));
    EXPECT_EQ(log_->ReadLeaf(1).error().code, Code::kOutOfRange);
    EXPECT_EQ(log_->FindPuid("example", "two").error().code, Code::kNotFound);
  }
  log_->Confirm();
  EXPECT_EQ(log_->state(), LogState::kServing);
  OpenHead(*log_->signed_head());
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
  EXPECT_EQ(AppendOne(Takedown("two")).outcome,
            ItemResult::Outcome::kDuplicate);
  EXPECT_EQ(AppendOne(Takedown("three")).index, 2u);
}

TEST_F(HeldBackLog, AFirstBatchThatWasInFlightWaitsToo) {
  Open();
  log_->Confirm();
  AppendAndBeStopped("one");
  Open();
  EXPECT_EQ(log_->signed_head()->tree.size, 0u);
  log_->StopSigning("a witness has seen 9 entries");
  log_->Confirm();
  EXPECT_EQ(log_->state(), LogState::kRolledBack);
  EXPECT_EQ(log_->signed_head()->tree.size, 0u);
  Open();
  log_->Confirm();
  OpenHead(*log_->signed_head());
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
}

// I4: the lost log of which this is a copy may have signed the same erasure in
// an entry of another time and another name.
TEST_F(HeldBackLog, AnErasureThatWaitsIsNotSignedBeforeTheWitnessesHaveSpoken) {
  Open(/*with_witnesses=*/false);
  const RecordWithPayload record = CommitTo(
      TakedownMessage("erased"), {{kPartContentId, "https://example.org/1"}});
  const std::string action = record.ActionBytes();
  const std::string payload = record.PayloadBytes();
  std::promise<Result<AppendAnswer>> appended;
  log_->Append(
      {.platform = "example", .actions = {action}, .payloads = {payload}},
      [&](Result<AppendAnswer> answer) {
        appended.set_value(std::move(answer));
      });
  ASSERT_TRUE(appended.get_future().get());
  std::promise<Result<EraseOutcome>> accepted;
  log_->Erase({.indexes = {0}, .basis = v1::ERASURE_BASIS_PERSON},
              [&](Result<EraseOutcome> outcome) {
                accepted.set_value(std::move(outcome));
              });
  ASSERT_TRUE(accepted.get_future().get());
  log_.reset();  // else its own run of the day would do it
  clock_.Advance(86'400'000);
  Open();
  EXPECT_TRUE(Eventually([&] { return refused_erasures_.load(); }));
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  EXPECT_EQ(log_->committed_head().size, 1u);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  EXPECT_FALSE(log_->ReadPayload(0)->parts.empty());
  log_->Confirm();
  EXPECT_TRUE(Eventually([&] { return log_->signed_head()->tree.size == 2; }));
  EXPECT_TRUE(log_->ReadPayload(0)->parts.empty());
}

TEST_F(HeldBackLog, ALogThatGainsWitnessesNeverShowsTheEmptyTree) {
  Open(/*with_witnesses=*/false);
  ASSERT_TRUE(AppendGroupOf({Takedown("one")}));
  Open();
  EXPECT_TRUE(log_->published_head()->checkpoint.empty());
  log_->Confirm();
  EXPECT_TRUE(log_->published_head()->checkpoint.empty());
  ASSERT_TRUE(log_->PublishHead(Cosigned(*log_->signed_head())));
  EXPECT_EQ(log_->published_head()->tree.size, 1u);
}

}  // namespace
}  // namespace modlog::publication_test
