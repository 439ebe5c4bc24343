// If this fails, a log that was killed, or lost its power, broke a promise: an
// acknowledged entry is gone or changed, or a signed checkpoint is
// contradicted.
//
//   crash_test [--rounds N] [--seed S] [--mode kill|power] [--fault NAME]
//
// Exit status: 0 every promise kept, 1 one broken (named), 2 the test could not
// do its part, 77 this system cannot run it. With --caught TEXT the log has a
// fault on purpose: 0 if a broken promise was found whose name holds the text.

#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "tests/crash/campaign.h"

namespace {

constexpr int kExitBroken = 1;
constexpr int kExitFailed = 2;
constexpr int kExitSkipped = 77;

int Tell(int status, const std::string& text) {
  std::printf("crash_test: %s\n", text.c_str());
  return status;
}

std::string OwnDirectory() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored)
      .parent_path()
      .string();
}

// With a fault on purpose: it must have been found, and for the right reason.
int ReportCaught(const std::string& summary,
                 const modlog::Result<void>& outcome,
                 const std::string& caught) {
  if (outcome) {
    return Tell(kExitBroken, summary + ", 0 lost: the fault was not found");
  }
  const std::string& why = outcome.error().message;
  const bool right = why.find(caught) != std::string::npos;
  return Tell(right ? 0 : kExitBroken,
              (right ? "caught after " : "caught for another reason after ") +
                  summary + ": " + why);
}

int Report(const std::string& summary, const modlog::Result<void>& outcome,
           const std::string& caught) {
  if (!outcome && outcome.error().code == modlog::Code::kUnavailable) {
    return Tell(kExitFailed, outcome.error().message);
  }
  if (!caught.empty()) return ReportCaught(summary, outcome, caught);
  if (outcome) return Tell(0, summary + ", 0 lost");
  return Tell(kExitBroken,
              "BROKEN after " + summary + ": " + outcome.error().message);
}

int RunIn(const modlog::CampaignSettings& settings, const std::string& caught) {
  modlog::Campaign campaign(settings);
  const auto prepared = campaign.Prepare();
  if (!prepared) {
    return Tell(kExitSkipped, "skipped: " + prepared.error().message);
  }
  const auto outcome = campaign.Run();
  return Report(campaign.Summary(), outcome, caught);
}

}  // namespace

int main(int argc, char** argv) {
  modlog::CampaignSettings settings;
  settings.seed = std::random_device{}();
  settings.server = OwnDirectory() + "/modlogd_failing";
  std::string mode = "kill";
  std::string caught;
  CLI::App app("Kills a log under load and holds it to what it promised.");
  app.add_option("--rounds", settings.rounds)->check(CLI::PositiveNumber);
  app.add_option("--seed", settings.seed);
  app.add_option("--mode", mode)->check(CLI::IsMember({"kill", "power"}));
  app.add_option("--fault", settings.fault, "A failpoint to arm throughout");
  app.add_option("--caught", caught,
                 "Succeed if a broken promise is found that says this");
  app.add_option("--whole-every", settings.whole_every,
                 "Rounds between checks of all there ever was")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  settings.power = mode == "power";

  std::string directory =
      (std::filesystem::temp_directory_path() / "modlog-crash-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) {
    return Tell(kExitFailed, "cannot make a directory " + directory);
  }
  settings.directory = directory;
  Tell(0, "seed " + std::to_string(settings.seed) + ", mode " + mode);
  std::fflush(stdout);
  const int status = RunIn(settings, caught);
  if (status == kExitBroken)
    return Tell(status, "its data is kept in " + directory);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return status;
}
