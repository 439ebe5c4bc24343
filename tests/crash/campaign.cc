#include "tests/crash/campaign.h"

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"

namespace modlog {
namespace {

constexpr int kFailpointExit = 137;  // log/store/failpoint.cc
constexpr int kFailpointEach = 5;    // one round of so many, at least
constexpr int kKilledReturnEach = 8;
constexpr int kAttemptsEach = 3;  // for each round asked for
constexpr double kDeathSeconds = 120;

void SleepMicroseconds(int microseconds) {
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

}  // namespace

Campaign::Campaign(CampaignSettings settings)
    : settings_(std::move(settings)),
      random_(settings_.seed),
      source_(settings_.seed) {}

std::string Campaign::DataDir() const {
  return (disk_ ? disk_->mount_point() : settings_.directory) + "/data";
}

std::string Campaign::Summary() const {
  return absl::StrCat(counted_, " rounds, ", oracle_ ? oracle_->entries() : 0,
                      " acknowledged entries, ",
                      oracle_ ? oracle_->checkpoints() : 0, " checkpoints");
}

Result<void> Campaign::Prepare() {
  if (!settings_.power) return {};
  ASSIGN_OR_RETURN(disk_, PowerDisk::Create(settings_.directory));
  return {};
}

Campaign::Plan Campaign::MakePlan() {
  if (settings_.fault == "sign_before_commit") return PlanFault();
  Plan plan;
  if (!settings_.fault.empty()) plan.failpoints = settings_.fault + ":arm@0,";
  if (at_failpoint_ * kFailpointEach <= counted_) {
    constexpr const char* kNames[] = {"after_commit", "after_high_water",
                                      "before_answer"};
    plan.dies = true;
    absl::StrAppend(&plan.failpoints, kNames[Random(0, 2)], ":exit@",
                    Random(20, 80));
  }
  return plan;
}

// The moment that matters here is short: between an early signature and the
// commit. It is hit exactly, or made longer for a reader and a kill to hit.
Campaign::Plan Campaign::PlanFault() {
  const std::string fault = settings_.fault + ":arm@0,";
  switch (attempts_ % 3) {
    case 0:
      return {fault + "before_commit:sleep@0", false};
    case 1:
      return {absl::StrCat(fault, "before_commit:exit@", Random(20, 80)), true};
    default:
      return {
          absl::StrCat(fault, "after_high_water:exit@", 2 * Random(20, 80) + 1),
          true};
  }
}

Result<void> Campaign::Launch(const std::string& failpoints) {
  ASSIGN_OR_RETURN(server_, ServerProcess::Launch(
                                {.program = settings_.server,
                                 .data_dir = DataDir(),
                                 .output = settings_.directory + "/server.log",
                                 .failpoints = failpoints}));
  return {};
}

Result<void> Campaign::Start(const Plan& plan) {
  RETURN_IF_ERROR(Launch(plan.failpoints));
  RETURN_IF_ERROR(server_->AwaitReady());
  stub_ = v1::ModerationLog::NewStub(NewLogChannel(server_->grpc()));
  ASSIGN_OR_RETURN(const VerifierKey key, ParseVerifierKey(server_->vkey()));
  if (!oracle_) oracle_ = std::make_unique<Oracle>(key);
  const VerifierKey& first = oracle_->policy().logs.front().key;
  if (FormatVerifierKey(first) != server_->vkey()) {
    return Fail(Code::kConflict, "the log came back with another key");
  }
  return {};
}

// Some returns are cut short too, wherever recovery is then.
Result<void> Campaign::Reboot(const Plan& plan) {
  if (disk_) {
    RETURN_IF_ERROR(disk_->Remount());
  }
  if (Random(1, kKilledReturnEach) == 1) {
    RETURN_IF_ERROR(Launch(""));
    SleepMicroseconds(Random(0, 80'000));
    if (disk_) {
      RETURN_IF_ERROR(disk_->Cut());
    }
    server_->Kill();
    if (disk_) {
      RETURN_IF_ERROR(disk_->Remount());
    }
  }
  return Start(plan);
}

Result<void> Campaign::AwaitDeath(const Plan& plan, const Load& load) {
  while (load.acknowledged() < kAcknowledgedMin && !load.interrupted()) {
    SleepMicroseconds(200);
  }
  if (plan.dies) {
    if (server_->EndsWithin(kDeathSeconds)) return {};
    return Fail(Code::kConflict,
                "the log lives, but does not append: " + load.failure());
  }
  if (load.interrupted()) {
    return Fail(Code::kConflict,
                "the log broke off by itself: " + load.failure());
  }
  SleepMicroseconds(Random(0, 60'000));
  return {};
}

Result<Campaign::Outcome> Campaign::LoadUntilDeath(const Plan& plan) {
  const LoadShape shape = {.message_items = static_cast<size_t>(Random(1, 24)),
                           .window = static_cast<size_t>(Random(1, 4))};
  Load load(stub_.get(), oracle_.get(), &source_, shape);
  const auto died = AwaitDeath(plan, load);
  if (disk_) {
    RETURN_IF_ERROR(disk_->Cut());
  }
  server_->Kill();
  ASSIGN_OR_RETURN(auto unanswered, load.Finish());
  RETURN_IF_ERROR(died);
  const bool by_itself = server_->exit_status() == kFailpointExit;
  if (by_itself != plan.dies) {
    return Fail(Code::kConflict,
                absl::StrCat("the server ended by itself with exit status ",
                             server_->exit_status()));
  }
  const bool counts = load.acknowledged() >= kAcknowledgedMin;
  if (counts && by_itself) ++at_failpoint_;
  return Outcome{counts, std::move(unanswered)};
}

Result<void> Campaign::JudgeReturn(const std::vector<std::string>& unanswered) {
  LogJudge judge(stub_.get(), server_->http(), oracle_.get());
  RETURN_IF_ERROR(judge.CheckServing());
  const Oracle::Recent recent = oracle_->TakeRecent();
  RETURN_IF_ERROR(judge.CheckRetries(unanswered, recent.promises));
  RETURN_IF_ERROR(judge.CheckExtends(recent.heads));
  const bool last = counted_ == settings_.rounds;
  if (last) {
    RETURN_IF_ERROR(judge.CheckExtends(oracle_->Heads()));
  }
  if (last || attempts_ % settings_.whole_every == 0) {
    return judge.CheckEntries(0);
  }
  uint64_t first = UINT64_MAX;
  for (const Promise& promise : recent.promises) {
    first = std::min(first, promise.index);
  }
  return judge.CheckEntries(first);
}

Result<void> Campaign::Run() {
  Plan plan = MakePlan();
  RETURN_IF_ERROR(Start(plan));
  while (counted_ < settings_.rounds) {
    if (attempts_ == kAttemptsEach * settings_.rounds) {
      return Fail(Code::kUnavailable,
                  absl::StrCat("in ", attempts_, " rounds only ", counted_,
                               " had ", kAcknowledgedMin, " acknowledgements"));
    }
    ASSIGN_OR_RETURN(const Outcome outcome, LoadUntilDeath(plan));
    ++attempts_;
    if (outcome.counts) ++counted_;
    plan = counted_ == settings_.rounds ? Plan{} : MakePlan();
    RETURN_IF_ERROR(Reboot(plan));
    RETURN_IF_ERROR(JudgeReturn(outcome.unanswered));
    if (outcome.counts && counted_ % 10 == 0) {
      std::printf("crash_test: %s, %d of the ends between commit and answer\n",
                  Summary().c_str(), at_failpoint_);
      std::fflush(stdout);
    }
  }
  return {};
}

}  // namespace modlog
