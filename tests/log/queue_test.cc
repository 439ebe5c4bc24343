// If this fails, one platform that floods the log keeps others from appending.
#include "log/write/queue.h"

#include "tests/log/log_fixture.h"

namespace modlog::queue_test {
namespace {

using ::testing::Test;

// A queue fed by several platforms; what a batch holds as "a3 b1": in order,
// the platform and the number of items of each group.
class QueueTest : public Test {
 protected:
  Result<void> Push(std::string_view platform, size_t items,
                    size_t bytes = 100) {
    PendingGroup group;
    group.group.platform = platform;
    group.group.actions.assign(items, "x");
    group.bytes = bytes;
    group.done = [](const Result<AppendAnswer>&) {};
    return queue_.Push(group);
  }
  // Pushes until the platform is refused; the number of groups taken.
  size_t Flood(std::string_view platform, size_t items, size_t bytes = 100) {
    size_t taken = 0;
    for (auto pushed = Push(platform, items, bytes); pushed;
         pushed = Push(platform, items, bytes)) {
      ++taken;
    }
    return taken;
  }
  std::string Pop(size_t items_max = kBatchItemsMax) {
    std::string batch;
    for (const PendingGroup& group : queue_.Pop(items_max)) {
      if (!batch.empty()) batch += ' ';
      batch += group.group.platform;
      batch += std::to_string(group.group.actions.size());
    }
    return batch;
  }

  AppendQueue queue_;
};

TEST_F(QueueTest, OnePlatformsGroupsStayInTheirOrder) {
  for (const size_t items : {3U, 1U, 2U}) ASSERT_TRUE(Push("a", items));
  EXPECT_EQ(Pop(), "a3 a1 a2");
}

TEST_F(QueueTest, AFloodDoesNotKeepAnotherOutOfTheNextBatch) {
  EXPECT_EQ(Flood("a", kGroupItemsMax), 16U);
  ASSERT_TRUE(Push("b", 1));
  EXPECT_EQ(Pop(), "a4096 b1 a4096 a4096");  // the next a4096 does not fit
}

TEST_F(QueueTest, ManySmallGroupsDoNotOutrunFewLargeOnes) {
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(Push("a", 1'000));
  ASSERT_TRUE(Push("b", 4'000));
  ASSERT_TRUE(Push("b", 4'000));
  EXPECT_EQ(Pop(),
            "a1000 a1000 a1000 a1000 b4000 a1000 a1000 a1000 a1000 "
            "b4000");
}

TEST_F(QueueTest, WhoDidNotFitComesFirstTheNextTime) {
  ASSERT_TRUE(Push("a", 3));
  ASSERT_TRUE(Push("b", 4));
  ASSERT_TRUE(Push("c", 4));
  EXPECT_EQ(Pop(8), "a3 b4");
  ASSERT_TRUE(Push("a", 1));
  ASSERT_TRUE(Push("b", 1));
  EXPECT_EQ(Pop(8), "c4 a1 b1");
}

TEST_F(QueueTest, ATurnGoesOnInTheNextBatchAndThenEnds) {
  ASSERT_TRUE(Push("a", 4'000));
  ASSERT_TRUE(Push("a", 90));
  ASSERT_TRUE(Push("a", 90));
  ASSERT_TRUE(Push("b", 1));
  EXPECT_EQ(Pop(4'000), "a4000");
  EXPECT_EQ(Pop(), "a90 b1 a90");
}

TEST_F(QueueTest, AGroupLargerThanTheBatchIsTakenAlone) {
  ASSERT_TRUE(Push("a", 9));
  ASSERT_TRUE(Push("b", 1));
  EXPECT_EQ(Pop(8), "a9");
  EXPECT_EQ(Pop(8), "b1");
}

TEST_F(QueueTest, APlatformMayHoldWhatItLeavesFree) {
  EXPECT_EQ(Flood("a", 1'024) * 1'024, kQueueItemsMax / 2);
  const auto refused = Push("a", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  EXPECT_EQ(refused.error().message,
            "the platform's share of the append queue is full: 65536 of its "
            "items wait, limit 65536 while 0 of other platforms do");
  EXPECT_EQ(Flood("b", 1'024) * 1'024, kQueueItemsMax / 4);
  EXPECT_EQ(Push("b", 1).error().message,
            "the platform's share of the append queue is full: 32768 of its "
            "items wait, limit 32768 while 65536 of other platforms do");
  EXPECT_EQ(Flood("c", 1'024) * 1'024, kQueueItemsMax / 8);
}

TEST_F(QueueTest, BytesAreSharedAsItemsAre) {
  EXPECT_EQ(Flood("a", 1, 1 << 20), (kQueueBytesMax >> 20) / 2);
  EXPECT_EQ(Push("a", 1, 1 << 20).error().message,
            "the platform's share of the append queue is full: 33554432 of its "
            "bytes wait, limit 33554432 while 0 of other platforms do");
  EXPECT_TRUE(Push("b", 1, 16 << 20));
}

TEST_F(QueueTest, TheWholeQueueHasALimitWhoeverFloods) {
  for (int i = 0; i < 40; ++i) Flood("p" + std::to_string(i), 1, 1 << 20);
  EXPECT_EQ(Push("q", 1, 2 << 20).error().message,
            "append queue is full: 66060288 bytes wait, limit 67108864");
  EXPECT_EQ(queue_.Pop(kBatchItemsMax).size(), 63U);
}

TEST_F(QueueTest, WhatWasTakenIsFreeAgain) {
  EXPECT_EQ(Flood("a", kGroupItemsMax), 16U);
  EXPECT_EQ(Pop(), "a4096 a4096 a4096 a4096");
  EXPECT_EQ(Flood("a", kGroupItemsMax), 4U);
}

TEST_F(QueueTest, AClosedQueueGivesWhatWaitsAndTakesNothing) {
  ASSERT_TRUE(Push("a", 1));
  queue_.Close();
  EXPECT_EQ(Push("a", 1).error().code, Code::kUnavailable);
  EXPECT_EQ(Pop(), "a1");
  EXPECT_EQ(Pop(), "");
}

// The whole log, its sequencer held at the first answer: what came last from a
// quiet platform stands before most of what the flood had waiting.
using FloodTest = LogFixture;

TEST_F(FloodTest, AQuietPlatformIsLoggedBeforeTheRestOfAFlood) {
  Open(NewMemoryStore());
  std::promise<void> held, go;
  const auto append = [&](std::string_view platform,
                          const std::vector<std::string>& actions,
                          AppendDone done) {
    AppendGroup group;
    group.platform = platform;
    group.actions.assign(actions.begin(), actions.end());
    log_->Append(std::move(group), std::move(done));
  };
  const std::vector<std::string> first = {Takedown("first")};
  append("noisy", first, [&](const Result<AppendAnswer>&) {
    held.set_value();
    go.get_future().wait();
  });
  held.get_future().wait();
  std::vector<std::vector<std::string>> flood(20);
  size_t answers = 0, refused = 0;
  for (size_t g = 0; g < flood.size(); ++g) {
    for (size_t i = 0; i < kGroupItemsMax; ++i) {
      flood[g].push_back(Takedown("n" + std::to_string(g * 10'000 + i)));
    }
    append("noisy", flood[g], [&](const Result<AppendAnswer>& answer) {
      ++answers;
      if (!answer && answer.error().code == Code::kExhausted) ++refused;
    });
  }
  EXPECT_EQ(refused, 4U);
  const std::vector<std::string> quiet = {Takedown("quiet")};
  std::promise<uint64_t> index;
  append("quiet", quiet, [&](const Result<AppendAnswer>& answer) {
    index.set_value(answer ? answer->items.at(0).index : 0);
  });
  go.set_value();
  EXPECT_EQ(index.get_future().get(), 1 + kGroupItemsMax);
  log_.reset();
  EXPECT_EQ(answers, flood.size());
}

}  // namespace
}  // namespace modlog::queue_test
