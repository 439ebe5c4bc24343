#ifndef MODLOG_TESTS_CRASH_CAMPAIGN_H_
#define MODLOG_TESTS_CRASH_CAMPAIGN_H_

// Rounds of load, death, return and judgement on one log.

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/judge.h"
#include "tests/crash/load.h"
#include "tests/crash/oracle.h"
#include "tests/crash/power_disk.h"
#include "tests/crash/server_process.h"

namespace modlog {

// A round with fewer acknowledgements before its end does not count.
inline constexpr uint64_t kAcknowledgedMin = 100;

struct CampaignSettings {
  int rounds = 300;
  uint64_t seed = 0;
  bool power = false;     // cut the power of the disk, beside the kill
  std::string fault;      // a failpoint that is armed all the time, or empty
  std::string server;     // the program, a modlogd with failpoints
  std::string directory;  // exists; for the log's data
  int whole_every = 1;    // rounds between checks of all there ever was
};

class Campaign {
 public:
  explicit Campaign(CampaignSettings settings);

  // Prepare makes the disk where there is to be one. kUnavailable: this system
  // cannot run the test.
  Result<void> Prepare();
  // Run plays all rounds. kUnavailable: the test failed to do its own part; any
  // other error is a broken promise.
  Result<void> Run();

  // "300 rounds, 65536 acknowledged entries, 4711 checkpoints"
  std::string Summary() const;

 private:
  // How a round is to end.
  struct Plan {
    std::string failpoints;  // for the server
    bool dies = false;       // by itself, at one of them
  };
  // How it did end.
  struct Outcome {
    bool counts;
    std::vector<std::string> unanswered;
  };
  Plan MakePlan();
  Plan PlanFault();
  Result<void> Launch(const std::string& failpoints);
  Result<void> Start(const Plan& plan);
  Result<void> Reboot(const Plan& plan);
  Result<Outcome> LoadUntilDeath(const Plan& plan);
  Result<void> AwaitDeath(const Plan& plan, const Load& load);
  Result<void> JudgeReturn(const std::vector<std::string>& unanswered);
  int Random(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random_);
  }
  std::string DataDir() const;

  const CampaignSettings settings_;
  std::mt19937_64 random_;
  ActionSource source_;
  std::unique_ptr<PowerDisk> disk_;
  std::unique_ptr<Oracle> oracle_;  // once the log's key is known
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
  int attempts_ = 0;
  int counted_ = 0;
  int at_failpoint_ = 0;  // rounds that ended between commit and answer
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CRASH_CAMPAIGN_H_
