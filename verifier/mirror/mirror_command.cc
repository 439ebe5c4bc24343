#include "verifier/mirror/mirror_command.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include "verifier/base/progress.h"
#include "verifier/evidence/fork.h"
#include "verifier/mirror/evidence_directory.h"
#include "verifier/mirror/mirror.h"
#include "verifier/mirror/mirror_report.h"
#include "verifier/source/inputs.h"

namespace modlog {
namespace {

constexpr std::chrono::milliseconds kStopPoll(100);

Verdict CannotTell(const Error& error) {
  std::cerr << "modlog-verify: cannot tell: " << error.message << '\n';
  return Verdict::kCannotTell;
}

class Follower {
 public:
  Follower(const MirrorOptions& options, MirrorRequest request,
           Progress* progress, const std::atomic<bool>* stop)
      : options_(options),
        mirror_(std::move(request)),
        progress_(progress),
        stop_(stop) {}

  Verdict Once() {
    MirrorReport report = Pass();
    if (report.looks_false && Wait()) report = Pass();
    Print(report);
    return report.verdict;
  }

  Verdict ForEver() {
    while (true) {
      const MirrorReport report = Pass();
      published_ = published_ || report.published;
      // A stop takes nothing back that was proved.
      if (*stop_ && report.verdict != Verdict::kFalse) return Stopped();
      const bool goes_on = report.verdict == Verdict::kTrue || report.may_pass;
      if (!goes_on) {
        Print(report);
        return report.verdict;
      }
      if (report.verdict != Verdict::kTrue) {
        std::cerr << "modlog-verify: " << FormatMirrorLine(report)
                  << "modlog-verify: trying again every " << options_.interval_s
                  << " s\n";
      } else if (IsNews(report)) {
        Print(report);
      }
      if (!Wait()) return Stopped();
    }
  }

 private:
  MirrorReport Pass() {
    MirrorReport report = mirror_.Pass();
    progress_->Clear();
    return report;
  }

  bool IsNews(const MirrorReport& report) {
    const bool is_first = !told_;
    told_ = true;
    return is_first || report.taken_out > 0 ||
           report.before != report.trusted->checkpoint.tree;
  }

  void Print(const MirrorReport& report) const {
    if (!report.unkept.empty()) std::cerr << UnkeptEvidence(report.unkept);
    if (options_.quiet && report.verdict == Verdict::kTrue) return;
    if (options_.json) {
      std::cout << FormatMirrorJson(report, !options_.once);
    } else if (options_.once || report.verdict != Verdict::kTrue) {
      std::cout << FormatMirror(report);
    } else {
      std::cout << FormatMirrorLine(report);
    }
    std::cout.flush();
  }

  // False once it is to stop.
  bool Wait() const {
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::seconds(options_.interval_s);
    while (!*stop_ && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(kStopPoll);
    }
    return !*stop_;
  }

  Verdict Stopped() const {
    std::cerr << "modlog-verify: stopped; "
              << (published_ ? "the copy is that of the last checkpoint in it"
                             : "there is no checkpoint of this run in the "
                               "copy; what was fetched is kept")
              << '\n';
    return published_ ? Verdict::kTrue : Verdict::kCannotTell;
  }

  const MirrorOptions& options_;
  Mirror mirror_;
  Progress* const progress_;
  const std::atomic<bool>* const stop_;
  bool told_ = false;
  bool published_ = false;
};

}  // namespace

Verdict RunMirror(const MirrorOptions& options, const std::atomic<bool>* stop) {
  const auto policy = ReadPolicy(options.policy);
  if (!policy) return CannotTell(policy.error());
  UrlSourceOptions url_options;
  url_options.stop = stop;
  // An address that is none is better said before a directory is made.
  if (auto source = OpenTarget(options.target, url_options); !source) {
    return CannotTell(source.error());
  }
  const auto copy = CopyDirectory::Open(options.directory);
  if (!copy) return CannotTell(copy.error());
  Progress progress;
  MirrorRequest request;
  request.open = [&] { return OpenTarget(options.target, url_options); };
  request.copy = copy->get();
  request.policy = &*policy;
  request.evidence = options.evidence.empty() ? (*copy)->path() + ".evidence"
                                              : options.evidence;
  if (auto made = MakeEvidenceDirectory(request.evidence); !made) {
    return CannotTell(made.error());
  }
  request.first_use = options.first_use;
  request.threads = options.threads;
  request.stop = stop;
  request.progress = [&progress](const std::string& what, uint64_t done,
                                 uint64_t total) {
    progress.Show(what, done, total);
  };
  Follower follower(options, std::move(request), &progress, stop);
  return options.once ? follower.Once() : follower.ForEver();
}

}  // namespace modlog
