// If this failed, the public would be shown a head that no quorum of witnesses
// has seen, or a log that a witness knows better would go on signing.

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "log/memory_store.h"
#include "log/publication.h"
#include "tests/log/log_fixture.h"

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

class HeldBackLog : public LogFixture {
 protected:
  void Open() {
    log_.reset();
    auto log = Log::Open({.data_dir = directory_.path(),
                          .key = TestKey(),
                          .clock = &clock_,
                          .publishing = {.at_once = false}},
                         NewMemoryStore(contents_));
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
  }
  std::shared_ptr<const SignedHead> Cosigned(const SignedHead& head) {
    auto cosigned = std::make_shared<SignedHead>(head);
    cosigned->witnessed = true;
    return cosigned;
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
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

// The next start may serve again: what was committed was never signed, and
// what was signed is all there.
TEST_F(HeldBackLog, OpensAgainAfterItWasTold) {
  Open();
  log_->Confirm();
  ASSERT_TRUE(AppendGroupOf({Takedown("one")}));
  log_->StopSigning("a witness has seen 9 entries");
  Open();
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
}

}  // namespace
}  // namespace modlog::publication_test
