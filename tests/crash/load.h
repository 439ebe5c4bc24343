#ifndef MODLOG_TESTS_CRASH_LOAD_H_
#define MODLOG_TESTS_CRASH_LOAD_H_

// The load that a crash interrupts: one AppendStream, two callers of Append and
// one reader of checkpoints, all at once. Every action is valid and new. What
// is answered is judged and told to the oracle at once; what was sent and not
// answered is kept, for nobody knows what became of it.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "modlog/v1/log.grpc.pb.h"
#include "tests/crash/oracle.h"

namespace modlog {

inline constexpr const char* kPlatform = "example";

// Numbers that no two actions of a run share.
class ActionSource {
 public:
  explicit ActionSource(uint64_t seed) : seed_(seed) {}
  // Next returns the canonical bytes of `count` new actions: takedowns and, now
  // and then, an appeal about the one before it.
  std::vector<std::string> Next(size_t count);

 private:
  const uint64_t seed_;
  std::atomic<uint64_t> next_ = 0;
};

struct LoadShape {
  size_t message_items;  // of the stream, 1..4,096
  size_t window;         // messages in flight
};

class Load {
 public:
  // Starts at once. All that is given must outlive the load.
  Load(v1::ModerationLog::Stub* stub, Oracle* oracle, ActionSource* source,
       LoadShape shape);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  uint64_t acknowledged() const { return acknowledged_; }
  // True once a call failed or an answer did not hold: the log is gone, or
  // should be.
  bool interrupted() const { return interrupted_; }

  // Finish waits for all lanes, which end when the server is dead, and returns
  // what was in flight. An error is an answer that did not hold.
  Result<std::vector<std::string>> Finish();
  // Why the first call failed, in the server's words.
  std::string failure() const;

 private:
  class Window;
  void RunStream();
  void RunUnary();
  void RunReader();
  Result<void> Judge(const std::string& action, const v1::ItemResult& result,
                     const TreeHead& head);
  Result<void> JudgeMessage(const std::vector<std::string>& actions,
                            const v1::AppendStreamResponse& response);
  Result<bool> AppendOne(const std::string& action);
  void Failed(const grpc::Status& status);
  void Broke(Error error);
  void Unanswered(std::vector<std::string> actions);

  v1::ModerationLog::Stub* const stub_;
  Oracle* const oracle_;
  ActionSource* const source_;
  const LoadShape shape_;
  std::atomic<uint64_t> acknowledged_ = 0;
  std::atomic<bool> interrupted_ = false;
  mutable absl::Mutex mutex_;
  std::vector<std::string> unanswered_ ABSL_GUARDED_BY(mutex_);
  std::optional<Error> broken_ ABSL_GUARDED_BY(mutex_);
  std::string failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> lanes_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CRASH_LOAD_H_
