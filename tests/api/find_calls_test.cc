// If these failed, nobody outside could follow what became of a decision, or
// would miss entries that were logged.

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "api/server/entry_status.h"
#include "api/server/pages.h"
#include "api/server/scan_thread.h"
#include "tests/api/test_support.h"
#include "tests/eventually.h"
#include "verifier/core/entry.h"

namespace modlog::find_calls_test {
namespace {

using grpc::StatusCode;
using State = v1::GetStatusResponse;

class FindCallsTest : public ::testing::Test {
 protected:
  // An action of a kind about another, with what it needs.
  void Log(std::string_view puid, v1::Kind kind, std::string_view about = "") {
    const std::string bytes = TestBytes(puid, [&](v1::Action* action) {
      if (kind == v1::KIND_ACTION) return;
      action->Clear();
      action->set_kind(kind);
      action->set_puid(std::string(puid));
      action->set_taxonomy(202507);
      action->add_about(std::string(about));
      if (kind == v1::KIND_REVERSAL) {
        action->set_extent(v1::EXTENT_FULL);
        action->set_reversal_cause(v1::CAUSE_OWN_REVIEW);
      }
      if (kind == v1::KIND_VOID) {
        action->set_void_reason(v1::VOID_REASON_TEST);
      }
    });
    const grpc::Status status = fixture_.Append(bytes);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  v1::GetStatusResponse StatusOf(uint64_t index) {
    v1::GetStatusRequest request;
    request.set_index(index);
    v1::GetStatusResponse response;
    grpc::ClientContext context;
    const auto status = fixture_.stub().GetStatus(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  grpc::Status Search(const v1::SearchRequest& request,
                      v1::SearchResponse* response) {
    grpc::ClientContext context;
    return fixture_.stub().Search(&context, request, response);
  }

  Fixture fixture_;
};

TEST_F(FindCallsTest, AStatusFollowsFromAllThatRefersToTheEntry) {
  Log("a", v1::KIND_ACTION);
  EXPECT_EQ(StatusOf(0).state(), State::IN_FORCE);
  Log("f", v1::KIND_APPEAL_FILED, "a");
  Log("r", v1::KIND_REVERSAL, "a");
  const v1::GetStatusResponse reversed = StatusOf(0);
  EXPECT_EQ(reversed.state(), State::REVERSED);
  EXPECT_EQ(reversed.because(), "follows from entry 2");
  ASSERT_EQ(reversed.events_size(), 2);
  EXPECT_EQ(reversed.events(0).kind(), v1::KIND_APPEAL_FILED);
  EXPECT_EQ(reversed.events(1).reversal_cause(), v1::CAUSE_OWN_REVIEW);
  EXPECT_EQ(reversed.tree_size(), 3u);
  const v1::GetStatusResponse appeal = StatusOf(1);
  ASSERT_EQ(appeal.refers_to_size(), 1);
  EXPECT_EQ(appeal.refers_to(0).index(), 0u);
  Log("v", v1::KIND_VOID, "r");
  EXPECT_EQ(StatusOf(0).state(), State::IN_FORCE);
  EXPECT_EQ(StatusOf(2).state(), State::VOID);
}

TEST_F(FindCallsTest, AStatusIsAskedForByPuidToo) {
  Log("a", v1::KIND_ACTION);
  Log("b", v1::KIND_ACTION);
  v1::GetStatusRequest request;
  request.set_platform(kPlatform);
  request.set_puid("b");
  v1::GetStatusResponse response;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(fixture_.stub().GetStatus(&context, request, &response).ok());
    EXPECT_EQ(response.index(), 1u);
  }
  request.set_puid("c");
  grpc::ClientContext context;
  EXPECT_EQ(
      fixture_.stub().GetStatus(&context, request, &response).error_code(),
      StatusCode::NOT_FOUND);
}

TEST_F(FindCallsTest, ManyPuidsAreAskedForAtOnce) {
  Log("a", v1::KIND_ACTION);
  Log("b", v1::KIND_ACTION);
  Log("v", v1::KIND_VOID, "b");
  v1::FindPuidsRequest request;
  request.set_platform(kPlatform);
  for (const char* puid : {"b", "nobody", "a"}) request.add_puids(puid);
  const auto find = [&](v1::FindPuidsResponse* response) {
    grpc::ClientContext context;
    return fixture_.stub().FindPuids(&context, request, response).error_code();
  };
  v1::FindPuidsResponse response;
  ASSERT_EQ(find(&response), StatusCode::OK);
  ASSERT_EQ(response.found_size(), 3);
  EXPECT_EQ(response.found(0).index(), 1u);
  EXPECT_EQ(response.found(0).state(), State::VOID);
  EXPECT_FALSE(response.found(1).known());
  EXPECT_TRUE(response.found(1).leaf().empty());
  EXPECT_EQ(response.found(2).state(), State::IN_FORCE);
  const auto entry = DecodeEntry(response.found(2).leaf());
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->platform, kPlatform);
  // Of another platform they are others.
  request.set_platform("somebody-else");
  ASSERT_EQ(find(&response), StatusCode::OK);
  EXPECT_FALSE(response.found(0).known());

  request.clear_puids();
  EXPECT_EQ(find(&response), StatusCode::INVALID_ARGUMENT);
  for (int i = 0; i <= kFindPuidsMax; ++i) request.add_puids("a");
  EXPECT_EQ(find(&response), StatusCode::INVALID_ARGUMENT);
}

// One call must not make a server read without end.
TEST_F(FindCallsTest, AnAnswerEndsWhereItsEntriesAreReferredToByMany) {
  Log("a", v1::KIND_ACTION);
  for (int i = 0; i < 50; ++i) {
    Log("f" + std::to_string(i), v1::KIND_APPEAL_FILED, "a");
  }
  v1::FindPuidsRequest request;
  request.set_platform(kPlatform);
  for (int i = 0; i < kFindPuidsMax; ++i) request.add_puids("a");
  v1::FindPuidsResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(fixture_.stub().FindPuids(&context, request, &response).ok());
  EXPECT_EQ(static_cast<size_t>(response.found_size()),
            (kFoundEventsMax + 49) / 50);
}

TEST_F(FindCallsTest, ASearchFindsExactlyWhatMatches) {
  fixture_.Fill(600, "p");
  Log("f", v1::KIND_APPEAL_FILED, "p7");
  v1::SearchRequest request;
  request.mutable_filter()->add_kinds(v1::KIND_APPEAL_FILED);
  v1::SearchResponse response;
  ASSERT_TRUE(Search(request, &response).ok());
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).index(), 600u);
  EXPECT_EQ(response.next_index(), 601u);

  request.Clear();
  request.mutable_filter()->set_platform(kPlatform);
  request.mutable_filter()->set_refers_to("p7");
  ASSERT_TRUE(Search(request, &response).ok());
  ASSERT_EQ(response.entries_size(), 1);
  request.mutable_filter()->clear_refers_to();
  request.mutable_filter()->set_puid("p555");
  ASSERT_TRUE(Search(request, &response).ok());
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).index(), 555u);
  // Looked up: nothing after it was looked at, and nothing is left to look at.
  EXPECT_EQ(response.next_index(), response.tree_size());
  request.set_to_index(555);
  ASSERT_TRUE(Search(request, &response).ok());
  EXPECT_EQ(response.entries_size(), 0);
  EXPECT_EQ(response.next_index(), 555u);
  EXPECT_EQ(response.tree_size(), 601u);
  request.clear_to_index();
  request.mutable_filter()->set_puid("nobody");
  ASSERT_TRUE(Search(request, &response).ok());
  EXPECT_EQ(response.entries_size(), 0);
  EXPECT_EQ(response.next_index(), response.tree_size());
}

TEST_F(FindCallsTest, PagesOfASearchMissNothingAndRepeatNothing) {
  fixture_.Fill(600, "p");
  v1::SearchRequest request;
  request.set_limit(77);
  uint64_t seen = 0;
  while (true) {
    v1::SearchResponse response;
    ASSERT_TRUE(Search(request, &response).ok());
    for (const auto& entry : response.entries()) {
      EXPECT_EQ(entry.index(), seen++);
      EXPECT_TRUE(DecodeEntry(entry.leaf()).has_value());
    }
    request.set_from_index(response.next_index());
    if (response.next_index() == response.tree_size()) break;
  }
  EXPECT_EQ(seen, 600u);
}

TEST_F(FindCallsTest, AFilterThatIsWrongIsNamedByField) {
  v1::SearchRequest request;
  request.set_limit(1'001);
  request.set_from_index(5);
  request.set_to_index(4);
  request.mutable_filter()->set_puid("no platform");
  for (int i = 0; i < 33; ++i) {
    request.mutable_filter()->add_kinds(v1::KIND_ACTION);
  }
  v1::SearchResponse response;
  const grpc::Status status = Search(request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields,
            (std::vector<std::string>{"filter.puid", "filter.platform",
                                      "filter.kinds", "limit", "to_index"}));
}

TEST_F(FindCallsTest, AWatchSeesEveryEntryOnceAndGoesOnFromWhereItWas) {
  fixture_.Fill(300, "old");
  uint64_t next = 0;
  uint64_t seen = 0;
  const auto watch_until = [&](uint64_t end) {
    v1::WatchRequest request;
    request.set_from_index(next);
    grpc::ClientContext context;
    const auto stream = fixture_.stub().Watch(&context, request);
    v1::WatchResponse response;
    while (next < end && stream->Read(&response)) {
      for (const auto& entry : response.entries()) {
        EXPECT_EQ(entry.index(), seen++);
      }
      next = response.next_index();
    }
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  };
  watch_until(300);
  EXPECT_EQ(seen, 300u);
  std::thread later([this] { fixture_.Fill(10, "new"); });
  watch_until(310);
  later.join();
  EXPECT_EQ(seen, 310u);
}

TEST_F(FindCallsTest, ThereAreNoMoreWatchesThanTheLimitSays) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchResponse>>> streams;
  v1::WatchRequest request;
  v1::WatchResponse response;
  for (size_t i = 0; i < kScansMax; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    streams.push_back(fixture_.stub().Watch(contexts.back().get(), request));
    ASSERT_TRUE(streams.back()->Read(&response));  // the first heartbeat
  }
  grpc::ClientContext one_more;
  const auto refused = fixture_.stub().Watch(&one_more, request);
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_EQ(refused->Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& stream : streams) {
    while (stream->Read(&response)) {
    }
    stream->Finish();
  }
}

// A job that always has more to do, or one that never has.
class CountingJob final : public ScanJob {
 public:
  explicit CountingJob(Next next) : next_(next) {}
  Next Step() override {
    ++steps;
    return next_;
  }
  void Abort() override {}
  std::atomic<int> steps = 0;

 private:
  const Next next_;
};

TEST(ScanThread, WhoWaitsHasTheirTurnBesideWhoAlwaysHasMoreToDo) {
  // One long search would silence every watch as long as it lasts.
  const auto busy = std::make_shared<CountingJob>(ScanJob::Next::kAgain);
  const auto idle = std::make_shared<CountingJob>(ScanJob::Next::kIdle);
  ScanThread scans;
  ASSERT_TRUE(scans.Add(idle));
  ASSERT_TRUE(scans.Add(busy));
  EXPECT_TRUE(Eventually([&] { return idle->steps >= 3; }));
  EXPECT_GT(busy->steps, idle->steps);
}

TEST(StateOf, FollowsTheTableOfStates) {
  // A measure that has ended would be shown as in force, or the other way.
  Life life;
  life.record.set_kind(v1::KIND_ACTION);
  life.record.set_account(v1::ACCOUNT_DECISION_SUSPENDED);
  life.record.set_end_account(20'000);
  EXPECT_EQ(StateOf(life, 20'000), State::IN_FORCE);  // its last day
  EXPECT_EQ(StateOf(life, 20'001), State::EXPIRED);
  life.record.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);  // for ever
  EXPECT_EQ(StateOf(life, 20'001), State::IN_FORCE);
  life.reversed_in_part = true;
  EXPECT_EQ(StateOf(life, 20'001), State::REVERSED_IN_PART);
  life.expired = ~MeasureSet{0};
  EXPECT_EQ(StateOf(life, 20'001), State::EXPIRED);
  life.reversed = true;
  EXPECT_EQ(StateOf(life, 20'001), State::REVERSED);
  life.replaced = true;
  EXPECT_EQ(StateOf(life, 20'001), State::REPLACED);
  life.is_void = true;
  EXPECT_EQ(StateOf(life, 20'001), State::VOID);

  Life other;
  other.record.set_kind(v1::KIND_SCHEDULED);
  EXPECT_EQ(StateOf(other, 1), State::IN_FORCE);
  other.cancelled = true;
  EXPECT_EQ(StateOf(other, 1), State::CANCELLED);
  other.executed = true;
  EXPECT_EQ(StateOf(other, 1), State::EXECUTED);
  other.record.set_kind(v1::KIND_APPEAL_FILED);
  EXPECT_EQ(StateOf(other, 1), State::IN_FORCE);
  other.withdrawn = true;
  EXPECT_EQ(StateOf(other, 1), State::WITHDRAWN);
  other.decided = true;
  EXPECT_EQ(StateOf(other, 1), State::DECIDED);
}

class RedactionCallsTest : public FindCallsTest {
 protected:
  void Redact(uint64_t index) {
    std::promise<bool> done;
    fixture_.log().Redact(
        {.index = index, .basis = 1},
        [&](const Result<uint64_t>& by) { done.set_value(by.has_value()); });
    ASSERT_TRUE(done.get_future().get());
  }
  std::vector<uint64_t> Found(const std::function<void(v1::Filter*)>& ask) {
    v1::SearchRequest request;
    ask(request.mutable_filter());
    v1::SearchResponse response;
    EXPECT_TRUE(Search(request, &response).ok());
    std::vector<uint64_t> found;
    for (const auto& entry : response.entries()) {
      EXPECT_EQ(entry.leaf().empty(), entry.redacted_by() != 0);
      if (entry.redacted_by() != 0) found.push_back(entry.index());
    }
    return found;
  }
};

TEST_F(RedactionCallsTest, WhatIsGoneIsSaidAndNothingBreaksOverIt) {
  // A hole in the log would end every stream and search that meets it.
  Log("a", v1::KIND_ACTION);
  Log("b", v1::KIND_ACTION);
  Log("r", v1::KIND_REVERSAL, "b");
  Redact(0);  // by entry 3
  Redact(2);  // by entry 4

  v1::GetEntryRequest request;
  v1::GetEntryResponse response;
  grpc::ClientContext context;
  const auto entry = fixture_.stub().GetEntry(&context, request, &response);
  EXPECT_EQ(entry.error_code(), StatusCode::NOT_FOUND);
  const auto info = DetailsOf(entry).info;
  EXPECT_EQ(info.reason(), "REDACTED");
  EXPECT_EQ(info.metadata().at("index"), "0");
  EXPECT_EQ(info.metadata().at("redacted_by"), "3");

  const auto gone = StatusOf(0);
  EXPECT_EQ(gone.redacted_by(), 3u);
  EXPECT_TRUE(gone.leaf().empty());
  EXPECT_EQ(gone.state(), State::STATE_UNKNOWN);
  ASSERT_EQ(gone.events_size(), 1);
  EXPECT_EQ(gone.events(0).kind(), v1::KIND_LEAF_REDACTED);
  // Whether it was reversed in full is not known any more: nothing is made up.
  const auto reversed = StatusOf(1);
  EXPECT_EQ(reversed.state(), State::STATE_UNKNOWN);
  ASSERT_EQ(reversed.events_size(), 1);
  EXPECT_EQ(reversed.events(0).kind(), v1::KIND_REVERSAL);
  EXPECT_EQ(reversed.events(0).redacted_by(), 4u);

  using Indexes = std::vector<uint64_t>;
  EXPECT_EQ(Found([](auto*) {}), (Indexes{0, 2}));
  EXPECT_EQ(Found([](auto* f) { f->add_kinds(v1::KIND_REVERSAL); }),
            Indexes{2});
  EXPECT_EQ(Found([](auto* f) { f->set_platform("another"); }), Indexes{});
  EXPECT_EQ(Found([](auto* f) { f->set_date_from(1); }), Indexes{});
  EXPECT_EQ(Found([](auto* f) {
              f->set_platform(std::string(kPlatform));
              f->set_puid("a");
            }),
            Indexes{0});

  grpc::ClientContext watch_context;
  v1::WatchRequest all;
  const auto stream = fixture_.stub().Watch(&watch_context, all);
  v1::WatchResponse batch;
  ASSERT_TRUE(stream->Read(&batch));
  ASSERT_EQ(batch.entries_size(), 5);
  EXPECT_EQ(batch.entries(0).redacted_by(), 3u);
  watch_context.TryCancel();
  stream->Finish();
  EXPECT_EQ(GetPage(&fixture_.log(), "/redactions", "").body.substr(0, 4),
            "0 3 ");
}

TEST_F(RedactionCallsTest, WhoShowsNoTokenOfTheOperatorRedactsNothing) {
  // Whoever is spoken against could have it taken out.
  Log("a", v1::KIND_ACTION);
  v1::RedactRequest request;
  request.set_basis(v1::ERASURE_BASIS_PERSON);
  v1::RedactResponse response;
  for (const bool as_platform : {false, true}) {
    grpc::ClientContext context;
    if (as_platform) {
      context.AddMetadata(
          "authorization",
          "Bearer " + *fixture_.callers().IssueToken(kPlatform));
    }
    const auto status = fixture_.stub().Redact(&context, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(DetailsOf(status).info.reason(), "OPERATOR_ONLY");
  }
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 1u);
}

}  // namespace
}  // namespace modlog::find_calls_test
