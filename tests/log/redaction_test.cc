// If this failed, a name that slipped into an entry would stay readable after
// it was to be taken out, or the log would break over the hole.

#include "log/rules/action_bytes.h"
#include "log/store/redacted.h"
#include "tests/eventually.h"
#include "tests/log/file_search.h"
#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"
#include "verifier/core/bundle.h"

namespace modlog::redaction_test {
namespace {

using Outcome = ItemResult::Outcome;

class RedactionTest : public LogFixture {
 protected:
  void SetUp() override { OpenOnDisk(); }
  void TearDown() override { log_.reset(); }

  void OpenOnDisk() {
    log_.reset();
    auto store = OpenRocksDbStore(directory_.path() + "/db");
    ASSERT_TRUE(store) << store.error().message;
    Open(*std::move(store));
  }

  Result<uint64_t> Redact(RedactOrder order) {
    std::promise<Result<uint64_t>> promise;
    log_->Redact(std::move(order), [&](Result<uint64_t> entry) {
      promise.set_value(std::move(entry));
    });
    return promise.get_future().get();
  }

  void Fill(uint64_t size) {
    std::vector<std::string> actions;
    for (uint64_t i = log_->signed_head()->tree.size; i < size; ++i) {
      actions.push_back(Takedown("p" + std::to_string(i)));
    }
    ASSERT_TRUE(AppendGroupOf(actions));
  }

  v1::Action ActionAt(uint64_t index) {
    v1::Action action;
    const auto leaf = log_->ReadLeaf(index);
    EXPECT_TRUE(leaf) << leaf.error().message;
    if (!leaf) return action;
    const auto entry = DecodeEntry(*leaf);
    EXPECT_TRUE(entry && action.ParseFromString(std::string(entry->action)));
    return action;
  }

  // Every slot of every bundle is an entry with its hash in its tile, or empty.
  void CheckTree(const std::vector<uint64_t>& empty) {
    const uint64_t size = log_->signed_head()->tree.size;
    std::vector<uint64_t> found;
    for (uint64_t first = 0; first < size; first += kTileWidth) {
      const TileId id{0, first / kTileWidth};
      const uint32_t width = TileWidth(id, size);
      const auto bundle = log_->ReadBundle(id.index, width);
      const auto tile = log_->ReadTile(id, width);
      ASSERT_TRUE(bundle && tile);
      const auto entries = ParseBundle(AsBytes(*bundle), width);
      ASSERT_TRUE(entries);
      for (uint32_t i = 0; i < width; ++i) {
        if ((*entries)[i].empty()) {
          found.push_back(first + i);
          continue;
        }
        EXPECT_EQ(AsText(HashLeaf((*entries)[i])),
                  std::string_view(*tile).substr(i * kHashSize, kHashSize));
      }
    }
    EXPECT_EQ(found, empty);
  }

  std::string Root() const { return directory_.path(); }
};

TEST_F(RedactionTest, LeavesNoByteOfTheEntryInAnyFileAndTheTreeAsItWas) {
  const RecordWithPayload record =
      CommitTo(TakedownMessage("jane-doe-of-12-main-street"),
               {{kPartComplainant, "who asked not to be named"}});
  const std::string action = record.ActionBytes();
  const std::string payload = record.PayloadBytes();
  AppendOne(Takedown("before"));
  AppendGroup group;
  group.platform = "example";
  group.actions = {action};
  group.payloads = {payload};
  std::promise<Result<AppendAnswer>> promise;
  log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
    promise.set_value(std::move(answer));
  });
  ASSERT_TRUE(promise.get_future().get());
  AppendOne(Takedown("after"));
  const TreeHead before = log_->signed_head()->tree;
  const std::string old_leaf = *log_->ReadLeaf(1);
  const auto old_path = log_->ProveInclusion(1, before.size);
  EXPECT_FALSE(FilesWith(Root(), action).empty());  // the control
  OpenOnDisk();
  EXPECT_FALSE(FilesWith(Root(), record.action.puid()).empty());

  const auto by = Redact({.index = 1, .basis = 1, .fields = {2}});
  ASSERT_TRUE(by) << by.error().message;
  EXPECT_EQ(*by, 3u);
  for (int round = 0; round < 3; ++round) {  // before a restart and after it
    EXPECT_TRUE(FilesWith(Root(), action).empty());
    EXPECT_TRUE(FilesWith(Root(), record.action.puid()).empty());
    const auto leaf = log_->ReadLeaf(1);
    ASSERT_FALSE(leaf);
    EXPECT_EQ(leaf.error().code, Code::kNotFound);
    EXPECT_EQ(leaf.error().message.find("entry 1 was redacted by entry 3"), 0u);
    CheckTree({1});
    const auto kept = log_->ReadPayload(1);
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->parts.empty() && kept->commitments.empty());
    EXPECT_EQ(kept->erased.size(), 24u);
    EXPECT_EQ(kept->erased_by, 3u);
    EXPECT_EQ(log_->state(), LogState::kServing);
    OpenOnDisk();
  }
  const v1::Action entry = ActionAt(3);
  EXPECT_EQ(entry.kind(), v1::KIND_LEAF_REDACTED);
  ASSERT_EQ(entry.about_index_size(), 1);
  EXPECT_EQ(entry.about_index(0), 1u);
  EXPECT_EQ(entry.redaction().leaf_hash(), AsText(HashLeaf(AsBytes(old_leaf))));
  EXPECT_EQ(entry.redaction().action_hash(), AsText(HashLeaf(AsBytes(action))));
  EXPECT_EQ(entry.redaction().basis(), v1::ERASURE_BASIS_PERSON);
  ASSERT_EQ(entry.redaction().fields_size(), 1);
  EXPECT_EQ(entry.redaction().fields(0), 2u);
  // The proofs of before hold, and so do those of now.
  const TreeHead now = log_->signed_head()->tree;
  const Hash leaf_hash = HashLeaf(AsBytes(old_leaf));
  EXPECT_TRUE(CheckInclusion(1, leaf_hash, *old_path, before));
  EXPECT_TRUE(
      CheckInclusion(1, leaf_hash, *log_->ProveInclusion(1, now.size), now));
  EXPECT_TRUE(CheckConsistency(before, now,
                               *log_->ProveConsistency(before.size, now.size)));
  const auto all = log_->ReadAllRedacted();
  ASSERT_TRUE(all && all->size() == 1);
  EXPECT_EQ((*all)[0].index, 1u);
  EXPECT_EQ((*all)[0].by, 3u);
  EXPECT_EQ((*all)[0].leaf_hash, leaf_hash);
}

TEST_F(RedactionTest, ItsPuidIsTakenForEverAlsoByANewIndex) {
  // Else a retry would put back what was taken out, as a new entry.
  Fill(300);
  ASSERT_TRUE(Redact({.index = 3, .basis = 2}));
  ASSERT_TRUE(Redact({.index = 280, .basis = 2}));
  for (const bool rebuild : {false, true}) {
    if (rebuild) {
      log_.reset();
      std::filesystem::remove_all(Root() + "/index");
      OpenOnDisk();
    }
    for (const uint64_t index : {3u, 280u}) {
      const std::string puid = "p" + std::to_string(index);
      const ItemResult again = AppendOne(Takedown(puid));  // proves it, too
      EXPECT_EQ(again.outcome, Outcome::kDuplicate);
      EXPECT_EQ(again.index, index);
      v1::Action other = TakedownMessage(puid);
      other.set_application_date(20'001);
      const ItemResult conflict = AppendOne(EncodeAction(other));
      EXPECT_EQ(conflict.outcome, Outcome::kConflict);
      EXPECT_EQ(conflict.leaf_hash, again.leaf_hash);
    }
    CheckTree({3, 280});
  }
  Fill(600);  // the edge with the hole becomes a full bundle
  OpenOnDisk();
  CheckTree({3, 280});
}

TEST_F(RedactionTest, AskedForAgainIsTheSame) {
  Fill(2);
  const auto first = Redact({.index = 0, .basis = 1});
  ASSERT_TRUE(first);
  const auto again = Redact({.index = 0, .basis = 3});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(log_->signed_head()->tree.size, 3u);
}

TEST_F(RedactionTest, IsNeverOfWhatTheLogRestsOnAndLeavesNoEntryThen) {
  ASSERT_TRUE(AppendOne(Takedown("a")).outcome == Outcome::kLogged);
  const auto by = Redact({.index = 0, .basis = 1});
  ASSERT_TRUE(by);
  v1::Action stats;
  stats.set_kind(v1::KIND_STATS_ATTESTATION);
  stats.set_puid("s");
  stats.set_taxonomy(202507);
  stats.mutable_stats()->set_from(20'000);
  stats.mutable_stats()->set_to(20'001);
  stats.mutable_stats()->set_clock(v1::STATS_CLOCK_LOGGED);
  stats.mutable_stats()->add_cells()->set_unit(v1::STATS_UNIT_ENTRIES);
  ASSERT_EQ(AppendOne(EncodeAction(stats)).outcome, Outcome::kLogged);
  for (const uint64_t index : {1u, 2u}) {
    const auto refused = Redact({.index = index, .basis = 1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kMalformed);
    EXPECT_NE(refused.error().message.find("never redacted"),
              std::string::npos);
  }
  AppendOne(Takedown("b"));
  EXPECT_EQ(Redact({.index = 99, .basis = 1}).error().code, Code::kOutOfRange);
  EXPECT_EQ(Redact({.index = 3}).error().code, Code::kMalformed);
  EXPECT_EQ(Redact({.index = 3, .basis = 4}).error().code, Code::kMalformed);
  for (const std::vector<uint32_t>& fields :
       {std::vector<uint32_t>{3, 2}, {2, 2}, {9'999}}) {
    EXPECT_EQ(Redact({.index = 3, .basis = 1, .fields = fields}).error().code,
              Code::kMalformed);
  }
  EXPECT_EQ(log_->signed_head()->tree.size, 4u);
  // Nor can anybody submit one.
  v1::Action forged = ActionAt(*by);
  forged.set_about_index(0, 3);
  forged.set_puid("forged");
  const auto answer = AppendGroupOf({EncodeAction(forged)});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[0].violations[0].field, "kind");
}

TEST_F(RedactionTest, BytesThatAreGoneWithoutAnEntryAreNoRedaction) {
  // A store that loses entries would pass for one that redacts them.
  Fill(3);
  log_.reset();
  auto store = OpenRocksDbStore(Root() + "/db");
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->EmptyEntry(1));
  const auto opened = TryOpen(*std::move(store));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
  EXPECT_NE(opened.error().message.find("entry 1 has no bytes"),
            std::string::npos)
      << opened.error().message;
}

v1::Action About(v1::Kind kind, const std::string& puid,
                 const std::string& about) {
  v1::Action action;
  action.set_kind(kind);
  action.set_puid(puid);
  action.set_taxonomy(202507);
  action.add_about(about);
  return action;
}

std::string Reversal(const std::string& puid, const std::string& about) {
  v1::Action action = About(v1::KIND_REVERSAL, puid, about);
  action.set_extent(v1::EXTENT_FULL);
  action.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
  return EncodeAction(action);
}

TEST_F(RedactionTest, ADecisionThatIsRedactedCanStillBeReversed) {
  // Who was wronged would wait for ever for what undoes it.
  AppendOne(Takedown("a"));
  const auto by = Redact({.index = 0, .basis = 1});
  ASSERT_TRUE(by);
  EXPECT_EQ(AppendOne(Appeal("f", {"a"})).outcome, Outcome::kLogged);
  EXPECT_EQ(AppendOne(Reversal("r", "a")).outcome, Outcome::kLogged);
  EXPECT_EQ(AppendOne(Reversal("s", "a")).outcome, Outcome::kRefused);
  const auto life = log_->ReadEntryLife(0);
  ASSERT_TRUE(life) << life.error().message;
  EXPECT_EQ(life->life.redacted_by, by);
  EXPECT_EQ(life->life.record.kind(), v1::KIND_ACTION);
  EXPECT_TRUE(life->life.reversed);
  EXPECT_EQ(life->referrers.size(), 3u);
}

TEST_F(RedactionTest, WhatARedactedEntryDidIsNotGuessed) {
  AppendOne(Takedown("a"));
  AppendOne(Reversal("r", "a"));
  ASSERT_TRUE(Redact({.index = 1, .basis = 1}));
  const auto life = log_->ReadEntryLife(0);
  ASSERT_TRUE(life);
  EXPECT_FALSE(life->life.reversed);
  EXPECT_EQ(life->life.unread, std::vector<uint64_t>{1});
}

TEST_F(RedactionTest, WhatWasKeptBesideItIsErasedWithIt) {
  const RecordWithPayload record =
      CommitTo(TakedownMessage("a"), {{kPartComplainant, "somebody"}});
  const std::string action = record.ActionBytes();
  const std::string payload = record.PayloadBytes();
  AppendGroup group;
  group.platform = "example";
  group.actions = {action};
  group.payloads = {payload};
  std::promise<Result<AppendAnswer>> promise;
  log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
    promise.set_value(std::move(answer));
  });
  ASSERT_TRUE(promise.get_future().get());
  const std::string keys = ReadAll(Root() + "/key-slots").substr(32, 64);
  const auto erase = [&](bool now) {
    std::promise<Result<EraseOutcome>> erased;
    log_->Erase({.indexes = {0}, .basis = 1, .now = now},
                [&](Result<EraseOutcome> outcome) {
                  erased.set_value(std::move(outcome));
                });
    return erased.get_future().get();
  };
  ASSERT_TRUE(erase(false));  // waits for the day's run
  const auto by = Redact({.index = 0, .basis = 1});
  ASSERT_TRUE(by);
  EXPECT_EQ(ReadAll(Root() + "/key-slots").find(keys.substr(0, 32)),
            std::string::npos);
  EXPECT_EQ(ReadAll(Root() + "/key-slots").find(keys.substr(32)),
            std::string::npos);
  const auto outcome = erase(true);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->entries, std::vector<uint64_t>{*by});
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
}

TEST_F(RedactionTest, NoByteGoesBeforeTheEntryIsPublished) {
  // Whoever reads the hole could not find the entry that explains it.
  log_.reset();
  auto store = OpenRocksDbStore(Root() + "/db");
  ASSERT_TRUE(store);
  LogOptions options{.data_dir = Root(), .key = TestKey(), .clock = &clock_};
  options.publishing.at_once = false;
  auto log = Log::Open(std::move(options), *std::move(store));
  ASSERT_TRUE(log);
  log_ = *std::move(log);
  log_->Confirm();
  ASSERT_TRUE(AppendGroupOf({Takedown("a")}));
  ASSERT_TRUE(log_->PublishHead(log_->signed_head()));
  ASSERT_TRUE(Redact({.index = 0, .basis = 1}));
  EXPECT_TRUE(log_->ReadLeaf(0));
  EXPECT_TRUE(log_->ReadAllRedacted()->empty());
  ASSERT_TRUE(log_->PublishHead(log_->signed_head()));
  EXPECT_EQ(log_->ReadAllRedacted()->size(), 1u);
  EXPECT_TRUE(Eventually([&] { return !log_->ReadLeaf(0); }));
  log_.reset();  // waits for what is being done
  EXPECT_TRUE(FilesWith(Root(), Takedown("a")).empty());
}

}  // namespace
}  // namespace modlog::redaction_test
