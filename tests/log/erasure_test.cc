// If this failed, what a person had erased could be read again: from a file,
// from a backup, or by asking.

#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>

#include <set>

#include "log/payload/key_slots.h"
#include "tests/eventually.h"
#include "tests/log/file_search.h"
#include "tests/log/forwarding_store.h"
#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"

namespace modlog::erasure_test {
namespace {

const std::vector<PartGiven> kParts = {
    {kPartContentId, "https://example.org/item/1"},
    {kPartDecisionFacts, "posted the same thing a hundred times", true},
    {kPartComplainant, "a person who asked not to be named"}};

class ErasureTest : public LogFixture {
 protected:
  void SetUp() override { OpenOnDisk(); }
  void TearDown() override { log_.reset(); }

  void OpenOnDisk() {
    log_.reset();
    auto store = OpenRocksDbStore(directory_.path() + "/db");
    ASSERT_TRUE(store) << store.error().message;
    Open(*std::move(store));
  }

  uint64_t Add(const RecordWithPayload& record) {
    AppendGroup group;
    group.platform = "example";
    const std::string action = record.ActionBytes();
    const std::string payload = record.PayloadBytes();
    group.actions = {action};
    group.payloads = {payload};
    std::promise<Result<AppendAnswer>> promise;
    log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    const auto answer = promise.get_future().get();
    EXPECT_TRUE(answer &&
                answer->items[0].outcome == ItemResult::Outcome::kLogged);
    return answer ? answer->items[0].index : 0;
  }

  Result<EraseOutcome> Erase(EraseOrder order) {
    std::promise<Result<EraseOutcome>> promise;
    log_->Erase(std::move(order), [&](Result<EraseOutcome> outcome) {
      promise.set_value(std::move(outcome));
    });
    return promise.get_future().get();
  }

  // The key of a slot and the ciphertext under it, from the files themselves.
  std::string KeyOf(uint64_t slot) {
    const std::string file = ReadAll(directory_.path() + "/key-slots");
    return file.substr((slot + 1) * kPartKeySize, kPartKeySize);
  }
  std::string CiphertextOf(uint64_t index, uint8_t tag) {
    auto store = OpenRocksDbStore(directory_.path() + "/db");
    EXPECT_TRUE(store);
    const auto parts = (*store)->ReadPayload(index);
    EXPECT_TRUE(parts);
    for (const PayloadPart& part : *parts) {
      if (part.id.tag == tag) return part.bytes;
    }
    return "";
  }
  std::string Root() const { return directory_.path(); }
};

TEST_F(ErasureTest, LeavesNeitherKeyNorSaltNorCiphertextInAnyFile) {
  const RecordWithPayload record = CommitTo(TakedownMessage("erased"), kParts);
  const RecordWithPayload other = CommitTo(TakedownMessage("kept"), kParts);
  ASSERT_EQ(Add(record), 0u);
  ASSERT_EQ(Add(other), 1u);
  const TreeHead before = log_->signed_head()->tree;
  const auto old_path = log_->ProveInclusion(0, before.size);
  const std::string old_leaf = *log_->ReadLeaf(0);
  log_.reset();

  // The control: all of it is there, and a backup is made of it.
  std::vector<std::string> keys;
  std::vector<std::string> ciphertexts;
  for (uint64_t slot = 0; slot < 4; ++slot) keys.push_back(KeyOf(slot));
  for (const uint8_t tag : {uint8_t{0}, uint8_t{2}, uint8_t{3}, uint8_t{11}}) {
    ciphertexts.push_back(CiphertextOf(0, tag));
    ASSERT_GT(ciphertexts.back().size(), kGcmTagSize);
  }
  for (const std::string& key : keys) {
    EXPECT_EQ(FilesWith(Root(), key),
              std::vector<std::string>{Root() + "/key-slots"});
  }
  for (const std::string& ciphertext : ciphertexts) {
    EXPECT_EQ(FilesWith(Root(), ciphertext).size(), 1u);
  }
  const ScratchDirectory backup;
  std::filesystem::copy(Root() + "/db", backup.path() + "/db",
                        std::filesystem::copy_options::recursive);
  EXPECT_FALSE(FilesWith(backup.path(), ciphertexts[2]).empty());

  OpenOnDisk();
  const auto outcome = Erase({.indexes = {0}, .basis = 1, .now = true});
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(outcome->entries, std::vector<uint64_t>{2});
  const auto kept = log_->ReadPayload(0);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->parts.empty() && kept->commitments.empty());
  EXPECT_EQ(kept->erased.size(), 24u);
  EXPECT_EQ(kept->erased_by, 2u);
  for (int round = 0; round < 2; ++round) {  // before a restart and after it
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_TRUE(FilesWith(Root(), keys[i]).empty()) << i;
      EXPECT_TRUE(FilesWith(Root(), ciphertexts[i]).empty()) << i;
      EXPECT_TRUE(FilesWith(backup.path(), keys[i]).empty()) << i;
    }
    for (const v1::Part& part : record.payload.parts()) {
      EXPECT_TRUE(FilesWith(Root(), part.salt()).empty());
      EXPECT_TRUE(FilesWith(backup.path(), part.salt()).empty());
    }
    OpenOnDisk();
  }
  // The ciphertext of the backup stays, useless.
  EXPECT_FALSE(FilesWith(backup.path(), ciphertexts[2]).empty());
  const auto untouched = log_->ReadPayload(1);
  ASSERT_TRUE(untouched);
  EXPECT_EQ(untouched->parts.size(), 3u);
  // The tree never heard of it.
  EXPECT_EQ(*log_->ReadLeaf(0), old_leaf);
  EXPECT_TRUE(
      CheckInclusion(0, HashLeaf(AsBytes(old_leaf)), *old_path, before));
  const auto consistency =
      log_->ProveConsistency(before.size, log_->signed_head()->tree.size);
  ASSERT_TRUE(consistency);
  EXPECT_TRUE(
      CheckConsistency(before, log_->signed_head()->tree, *consistency));
}

// A checkpoint of the database, as RocksDB makes it for a backup.
void MakeCheckpoint(const std::string& db, const std::string& to) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, db, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.push_back({name, {}});
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, db, families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> owner(opened);
  rocksdb::Checkpoint* made = nullptr;
  ASSERT_TRUE(rocksdb::Checkpoint::Create(opened, &made).ok());
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  EXPECT_TRUE(checkpoint->CreateCheckpoint(to).ok());
  for (auto* handle : handles) opened->DestroyColumnFamilyHandle(handle);
}

TEST_F(ErasureTest, ACheckpointTakenBeforeOpensToNobodyAfter) {
  // Every backup would have to be found and burnt for one person's sake.
  const RecordWithPayload record = CommitTo(TakedownMessage("erased"), kParts);
  Add(record);
  log_.reset();
  const ScratchDirectory backup;
  const std::string copy = backup.path() + "/checkpoint";
  MakeCheckpoint(Root() + "/db", copy);
  std::vector<std::string> keys;
  for (uint64_t slot = 0; slot < 4; ++slot) keys.push_back(KeyOf(slot));
  const std::string ciphertext = CiphertextOf(0, kPartComplainant);
  const auto opens = [&] {  // whether the checkpoint and the log's keys do
    auto store = OpenRocksDbStore(copy);
    EXPECT_TRUE(store);
    const auto parts = (*store)->ReadPayload(0);
    EXPECT_TRUE(parts && parts->size() == 4);
    size_t opened = 0;
    for (const PayloadPart& part : *parts) {
      PartKey key;
      const std::string bytes = KeyOf(part.slot);
      std::copy(bytes.begin(), bytes.end(), key.begin());
      opened += OpenPart(key, AsBytes(record.action.commitment()), part.id.tag,
                         part.bytes)
                    .has_value();
    }
    return opened;
  };
  // The control: with the keys of before, all of it opens.
  EXPECT_EQ(opens(), 4u);
  for (const std::string& key : keys) {
    EXPECT_EQ(FilesWith(Root(), key).size(), 1u);
  }
  EXPECT_FALSE(FilesWith(copy, ciphertext).empty());
  OpenOnDisk();
  ASSERT_TRUE(Erase({.indexes = {0}, .basis = 1, .now = true}));
  log_.reset();
  EXPECT_EQ(opens(), 0u);
  EXPECT_FALSE(FilesWith(copy, ciphertext).empty());  // useless
  for (const std::string& key : keys) {
    EXPECT_TRUE(FilesWith(Root(), key).empty());
    EXPECT_TRUE(FilesWith(copy, key).empty());
  }
  for (const v1::Part& part : record.payload.parts()) {
    EXPECT_TRUE(FilesWith(copy, part.salt()).empty());
  }
}

TEST_F(ErasureTest, OfAllIsOfAllAlsoWhereAPartWasAskedForBefore) {
  // The part would be erased, and the rest stay for another day.
  ASSERT_EQ(Add(CommitTo(TakedownMessage("erased"), kParts)), 0u);
  ASSERT_TRUE(Erase({.indexes = {0}, .tags = {kPartComplainant}, .basis = 1}));
  const auto outcome = Erase({.indexes = {0}, .basis = 1, .now = true});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->entries.size(), 1u);
  const auto kept = log_->ReadPayload(0);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->parts.empty() && kept->commitments.empty());
  EXPECT_FALSE(kept->erasure_pending);
  // And who asks what became of the entry hears of it.
  const auto life = log_->ReadEntryLife(0);
  ASSERT_TRUE(life);
  ASSERT_EQ(life->referrers.size(), 1u);
  EXPECT_EQ(life->referrers[0].kind, v1::KIND_PAYLOAD_ERASED);
}

TEST_F(ErasureTest, ALostKeyFileIsSaidAndTheLogGoesOn) {
  // An operator who lost every payload would learn it from a person who asks.
  ASSERT_EQ(Add(CommitTo(TakedownMessage("kept"), kParts)), 0u);
  log_.reset();
  std::filesystem::remove(Root() + "/key-slots");
  std::vector<std::string> warnings;
  auto store = OpenRocksDbStore(Root() + "/db");
  ASSERT_TRUE(store);
  auto log = Log::Open(
      {.data_dir = Root(),
       .key = TestKey(),
       .clock = &clock_,
       .warn = [&](const std::string& what) { warnings.push_back(what); }},
      *std::move(store));
  ASSERT_TRUE(log);
  log_ = *std::move(log);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].find("key-slots was missing"), 0u);
  EXPECT_TRUE(log_->ReadLeaf(0));
}

TEST_F(ErasureTest, OfOnePartLeavesTheOthers) {
  const RecordWithPayload record = CommitTo(TakedownMessage("part"), kParts);
  Add(record);
  ASSERT_TRUE(Erase({.indexes = {0}, .tags = {11}, .basis = 2, .now = true}));
  const auto kept = log_->ReadPayload(0);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->commitments.size(), 24u);
  EXPECT_EQ(kept->parts.size(), 2u);
  EXPECT_EQ(kept->erased, std::vector<uint32_t>{11});
  EXPECT_TRUE(FilesWith(Root(), record.payload.parts(2).salt()).empty());
}

// A retry must not bring it back, nor can anybody write such an entry.
TEST_F(ErasureTest, IsForEver) {
  const RecordWithPayload record = CommitTo(TakedownMessage("once"), kParts);
  Add(record);
  const auto outcome = Erase({.indexes = {0}, .basis = 3, .now = true});
  ASSERT_TRUE(outcome);
  AppendGroup group;
  const std::string action = record.ActionBytes();
  const std::string payload = record.PayloadBytes();
  group.platform = "example";
  group.actions = {action};
  group.payloads = {payload};
  std::promise<Result<AppendAnswer>> promise;
  log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
    promise.set_value(std::move(answer));
  });
  EXPECT_EQ(promise.get_future().get()->items[0].outcome,
            ItemResult::Outcome::kDuplicate);
  EXPECT_TRUE(log_->ReadPayload(0)->parts.empty());
  const std::string leaf = *log_->ReadLeaf(outcome->entries.at(0));
  const auto entry = DecodeEntry(leaf);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->platform, "");
  const auto answer = AppendGroupOf({std::string(entry->action)});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, ItemResult::Outcome::kRefused);
  EXPECT_EQ(answer->items[0].violations[0].field, "kind");
}

TEST_F(ErasureTest, OfWhatIsNotThereIsRefusedAndLeavesNoEntry) {
  AppendOne(Takedown("bare"));
  EXPECT_EQ(Erase({.indexes = {0}, .basis = 1, .now = true}).error().code,
            Code::kMalformed);
  EXPECT_EQ(Erase({.indexes = {5}, .basis = 1, .now = true}).error().code,
            Code::kOutOfRange);
  EXPECT_EQ(Erase({.indexes = {}, .basis = 1}).error().code, Code::kMalformed);
  Add(CommitTo(TakedownMessage("there"), kParts));
  EXPECT_EQ(Erase({.indexes = {1}, .basis = 0}).error().code, Code::kMalformed);
  EXPECT_EQ(Erase({.indexes = {1}, .tags = {3, 2}, .basis = 1}).error().code,
            Code::kMalformed);
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
}

// Many requests of a day make one entry for each basis and tags.
TEST_F(ErasureTest, WaitsForTheDailyRunAndForOthers) {
  for (int i = 0; i < 6; ++i) {
    Add(CommitTo(TakedownMessage("many" + std::to_string(i)), kParts));
  }
  ASSERT_TRUE(Erase({.indexes = {0, 1}, .basis = 1}));
  ASSERT_TRUE(Erase({.indexes = {3}, .basis = 1}));
  ASSERT_TRUE(Erase({.indexes = {4}, .tags = {3}, .basis = 1}));
  EXPECT_TRUE(log_->ReadPayload(1)->erasure_pending);
  EXPECT_EQ(log_->ReadPayload(1)->parts.size(), 3u);
  OpenOnDisk();  // the requests are durable
  EXPECT_TRUE(log_->ReadPayload(3)->erasure_pending);
  EXPECT_EQ(log_->signed_head()->tree.size, 6u);
  clock_.Advance(86'400'000);
  ASSERT_TRUE(Eventually([&] { return log_->signed_head()->tree.size == 8; }));
  std::set<std::string> abouts;
  for (const uint64_t index : {6u, 7u}) {
    v1::Action action;
    const std::string leaf = *log_->ReadLeaf(index);
    ASSERT_TRUE(action.ParseFromString(std::string(DecodeEntry(leaf)->action)));
    std::string about;
    for (const uint64_t target : action.about_index()) {
      about += std::to_string(target) + " ";
    }
    abouts.insert(about);
  }
  EXPECT_EQ(abouts, (std::set<std::string>{"0 1 3 ", "4 "}));
}

// The last day of a payload needs no entry.
TEST_F(ErasureTest, RetentionEndsWithoutAnEntry) {
  RecordWithPayload record = CommitTo(TakedownMessage("short"), kParts);
  const int64_t today = clock_.WallMs() / 86'400'000;
  record.action.set_payload_until(static_cast<uint32_t>(today + 1));
  Add(record);
  Add(CommitTo(TakedownMessage("long"), kParts));
  clock_.Advance(3 * int64_t{86'400'000});
  EXPECT_TRUE(Eventually([&] { return log_->ReadPayload(0)->parts.empty(); }));
  log_.reset();  // waits for the run
  OpenOnDisk();
  EXPECT_TRUE(log_->ReadPayload(0)->parts.empty());
  EXPECT_EQ(log_->ReadPayload(1)->parts.size(), 3u);
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
}

class CountingStore final : public ForwardingStore {
 public:
  CountingStore(std::unique_ptr<Store> store, std::atomic<int>* purges)
      : ForwardingStore(std::move(store)), purges_(purges) {}
  Result<void> PurgePayload(uint64_t first, uint64_t last) override {
    ++*purges_;
    return ForwardingStore::PurgePayload(first, last);
  }

 private:
  std::atomic<int>* const purges_;
};

// Writing the files anew for every few of a million payloads of a day would
// keep the disk busy until the next one.
TEST_F(ErasureTest, ARetentionRunPurgesOnce) {
  std::atomic<int> purges = 0;
  const auto contents = NewMemoryContents();
  // Another log than the one of the other tests: nothing of that is left.
  log_.reset();
  for (const char* name : {"/key-slots", "/high-water", "/index"}) {
    std::filesystem::remove_all(Root() + name);
  }
  Open(std::make_unique<CountingStore>(NewMemoryStore(contents), &purges));
  constexpr size_t kEntries = 5'000;  // more than one scan of rows
  const int64_t today = clock_.WallMs() / 86'400'000;
  std::vector<std::string> actions(kEntries);
  std::vector<std::string> payloads(kEntries);
  for (size_t i = 0; i < kEntries; ++i) {
    RecordWithPayload record = CommitTo(
        TakedownMessage("r" + std::to_string(i)), {{kPartComplainant, "x"}});
    record.action.set_payload_until(static_cast<uint32_t>(today + 1));
    actions[i] = record.ActionBytes();
    payloads[i] = record.PayloadBytes();
  }
  for (size_t begin = 0; begin < kEntries; begin += kEntries / 2) {
    AppendGroup group;
    group.platform = "example";
    for (size_t i = begin; i < begin + kEntries / 2; ++i) {
      group.actions.push_back(actions[i]);
      group.payloads.push_back(payloads[i]);
    }
    std::promise<bool> logged;
    log_->Append(std::move(group), [&](const Result<AppendAnswer>& answer) {
      logged.set_value(answer.has_value());
    });
    ASSERT_TRUE(logged.get_future().get());
  }
  clock_.Advance(3 * int64_t{86'400'000});
  EXPECT_TRUE(Eventually([&] { return purges > 0; }));
  log_.reset();  // waits for the run
  EXPECT_EQ(purges, 1);
  const auto store = NewMemoryStore(contents);
  for (const uint64_t index : {uint64_t{0}, kEntries - 1}) {
    EXPECT_TRUE(store->ReadPayload(index)->empty());
  }
  EXPECT_TRUE(store->ScanRows("pw", 1)->empty());
}

}  // namespace
}  // namespace modlog::erasure_test
