#ifndef MODLOG_TESTS_WITNESSING_WITNESSED_LOG_H_
#define MODLOG_TESTS_WITNESSING_WITNESSED_LOG_H_

// A real log on RocksDB, its publisher, and three witnesses over HTTP of which
// two are the quorum.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <string>

#include "api/witnessing/publisher.h"
#include "log/store/rocksdb_store.h"
#include "tests/eventually.h"
#include "tests/log/log_fixture.h"
#include "tests/witnessing/scripted_witness.h"

namespace modlog {

class WitnessedLog : public ::testing::Test {
 protected:
  ~WitnessedLog() override { Close(); }

  // Two of the three witnesses are the quorum.
  Policy TwoOfThree() {
    Policy policy;
    policy.logs = {{.key = TestKey().verifier, .url = ""}};
    policy.witnesses = {w1_.InPolicy(), w2_.InPolicy(), w3_.InPolicy()};
    policy.groups = {{.name = "g",
                      .threshold = 2,
                      .members = {{false, 0}, {false, 1}, {false, 2}}}};
    policy.quorum_none = false;
    policy.quorum = {true, 0};
    return policy;
  }

  void Open(bool hold_back = true) {
    Close();
    publisher_ = std::make_unique<Publisher>(
        PublisherOptions{.policy = TwoOfThree(),
                         .rounds = {.interval_ms = 10,
                                    .give_up_ms = 12'000,
                                    .hold_back = hold_back},
                         .path = directory_.path() + "/published",
                         .clock = SystemClock(),
                         .warn = [this](const std::string& what) {
                           const std::lock_guard lock(mutex_);
                           warnings_ += what + "\n";
                         }});
    auto store = *OpenRocksDbStore(directory_.path() + "/db");
    auto log = Log::Open(
        {.data_dir = directory_.path(),
         .key = TestKey(),
         .publishing = {.at_once = false,
                        .on_signed = [this] { publisher_->OnSigned(); }}},
        std::move(store));
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
    publisher_->Start(log_.get());
  }
  void Close() {
    if (publisher_ != nullptr) publisher_->Stop();
    log_.reset();
    publisher_.reset();
  }

  bool Serves() {
    return Eventually([&] { return log_->state() == LogState::kServing; });
  }
  bool Publishes(uint64_t size) {
    return Eventually(
        [&] { return log_->published_head()->tree.size == size; });
  }
  bool Stops() {
    return Eventually([&] { return log_->state() == LogState::kRolledBack; });
  }

  Result<AppendAnswer> Append(const std::string& puid) {
    const std::string action = Takedown(puid);
    AppendGroup group;
    group.platform = "example";
    group.actions = {action};
    std::promise<Result<AppendAnswer>> promise;
    log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  std::string warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }
  static ScriptedWitness::Script Always(unsigned status, std::string body) {
    return [=](const std::string&, const std::string&) {
      return ScriptedWitness::Answer{status, body};
    };
  }
  size_t CosignersOf(const SignedHead& head) {
    const auto trusted = OpenCheckpoint(head.checkpoint, TwoOfThree());
    EXPECT_TRUE(trusted) << trusted.error().message;
    EXPECT_EQ(trusted->quorum, head.witnessed);
    return trusted->cosigners.size();
  }

  ScriptedWitness w1_{"w1", '1'};
  ScriptedWitness w2_{"w2", '2'};
  ScriptedWitness w3_{"w3", '3'};
  ScratchDirectory directory_;
  std::mutex mutex_;
  std::string warnings_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Log> log_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_WITNESSING_WITNESSED_LOG_H_
