#ifndef MODLOG_TESTS_LOG_LOG_FIXTURE_H_
#define MODLOG_TESTS_LOG_LOG_FIXTURE_H_

// A small vocabulary for tests of the log: make actions, append them and wait,
// reopen on what was left, judge everything with verifier/core.

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "log/log.h"
#include "log/rules/action_bytes.h"
#include "log/store/memory_store.h"
#include "log/store/rocksdb_store.h"
#include "log/write/admission.h"
#include "verifier/core/entry.h"
#include "verifier/core/policy.h"

namespace modlog {

// A directory that goes away with the test.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name =
        (std::filesystem::temp_directory_path() / "modlog-test-XXXXXX")
            .string();
    path_ = ::mkdtemp(name.data());
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class FakeClock final : public Clock {
 public:
  int64_t WallMs() override { return wall_ms; }
  int64_t MonotonicMs() override { return monotonic_ms; }
  bool IsSynchronized() override { return synchronized; }
  void Advance(int64_t ms) {
    wall_ms += ms;
    monotonic_ms += ms;
  }
  std::atomic<int64_t> wall_ms = 1'767'225'600'000;  // 2026-01-01
  std::atomic<int64_t> monotonic_ms = 5'000;
  std::atomic<bool> synchronized = false;
};

// A takedown of one repository, valid, told apart by its puid.
inline v1::Action TakedownMessage(std::string_view puid) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_puid(std::string(puid));
  action.set_taxonomy(202507);
  action.add_visibility(v1::VISIBILITY_CONTENT_DISABLED);
  action.set_ground(v1::GROUND_CLAIM_NOT_JUDGED);
  action.set_category(v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS);
  action.set_application_date(20'000);
  action.set_subject_kind(v1::SUBJECT_KIND_REPOSITORY);
  return action;
}
inline std::string Takedown(std::string_view puid) {
  return EncodeAction(TakedownMessage(puid));
}
// An appeal against earlier actions.
inline std::string Appeal(std::string_view puid,
                          const std::vector<std::string>& about) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_FILED);
  action.set_puid(std::string(puid));
  action.set_taxonomy(202507);
  for (const std::string& name : about) action.add_about(name);
  return EncodeAction(action);
}

inline SignerKey TestKey() {
  static const SignerKey key =
      *MakeSignerKey("log.example/test", SignatureType::kEd25519,
                     *Ed25519PrivateKey::FromSeed(
                         AsBytes("0123456789abcdef0123456789abcdef")));
  return key;
}

class LogFixture : public ::testing::Test {
 protected:
  // Opens on a store; the directory, clock and key stay the same.
  Result<void> TryOpen(std::unique_ptr<Store> store) {
    log_.reset();
    auto log =
        Log::Open({.data_dir = directory_.path(),
                   .key = TestKey(),
                   .clock = &clock_,
                   .erasures = {.look_every = std::chrono::milliseconds(20)}},
                  std::move(store));
    if (!log) return std::unexpected(log.error());
    log_ = *std::move(log);
    return {};
  }
  void Open(std::unique_ptr<Store> store) {
    const auto opened = TryOpen(std::move(store));
    ASSERT_TRUE(opened) << opened.error().message;
  }

  Result<AppendAnswer> AppendGroupOf(const std::vector<std::string>& actions,
                                     Atomicity atomicity = Atomicity::kPerItem,
                                     std::string_view platform = "example") {
    AppendGroup group;
    group.platform = platform;
    group.actions.assign(actions.begin(), actions.end());
    group.atomicity = atomicity;
    group.with_proofs = true;
    group.authenticated = true;
    group.by_operator = true;
    std::promise<Result<AppendAnswer>> promise;
    log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  ItemResult AppendOne(const std::string& action) {
    const auto answer = AppendGroupOf({action});
    EXPECT_TRUE(answer) << answer.error().message;
    if (!answer) return {};
    CheckAnswer({action}, *answer);
    return answer->items.at(0);
  }

  // Every logged or duplicate item is proved by what the answer holds.
  void CheckAnswer(const std::vector<std::string>& actions,
                   const AppendAnswer& answer,
                   std::string_view platform = "example") {
    const Checkpoint checkpoint = OpenHead(*answer.head);
    for (size_t i = 0; i < actions.size(); ++i) {
      const ItemResult& item = answer.items[i];
      if (item.outcome != ItemResult::Outcome::kLogged &&
          item.outcome != ItemResult::Outcome::kDuplicate) {
        continue;
      }
      std::string leaf;
      AppendLeaf(EncodeEntryHeader(item.logged_at_ms, platform), actions[i],
                 &leaf);
      EXPECT_EQ(HashLeaf(AsBytes(leaf)), item.leaf_hash);
      const auto proved = CheckInclusion(item.index, item.leaf_hash,
                                         item.inclusion_path, checkpoint.tree);
      EXPECT_TRUE(proved) << proved.error().message;
    }
  }

  Checkpoint OpenHead(const SignedHead& head) {
    const VerifierKey key = TestKey().verifier;
    const auto note = OpenNote(head.checkpoint, {&key, 1});
    EXPECT_TRUE(note) << note.error().message;
    const auto checkpoint = ParseCheckpoint(note->note.text);
    EXPECT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->tree, head.tree);
    return *checkpoint;
  }

  ScratchDirectory directory_;
  FakeClock clock_;
  std::unique_ptr<Log> log_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_LOG_LOG_FIXTURE_H_
