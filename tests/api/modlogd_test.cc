// If this failed, an operator's modlogd would start where it must refuse, or
// stop without saying what happened. The real program, on loopback.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "modlog/v1/log.grpc.pb.h"
#include "tests/programs/programs.h"

namespace modlog::modlogd_test {
namespace {

constexpr char kRolledBackStatus = 3;

size_t Lines(const std::string& text) {
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

// A modlogd that serves.
class Daemon {
 public:
  explicit Daemon(const std::string& data_dir,
                  std::vector<std::string> more = {})
      : program_("modlogd", Arguments(data_dir, std::move(more))) {
    ready_ = program_.WaitForOutput("\n");
    std::istringstream words(ready_);
    std::string word;
    words >> word;
    EXPECT_EQ(word, "ready") << ready_;
    while (words >> word) {
      const size_t equals = word.find('=');
      facts_[word.substr(0, equals)] = word.substr(equals + 1);
    }
    stub_ = v1::ModerationLog::NewStub(grpc::CreateChannel(
        "ipv4:" + facts_["grpc"], grpc::InsecureChannelCredentials()));
  }

  static std::vector<std::string> Arguments(const std::string& data_dir,
                                            std::vector<std::string> more) {
    std::vector<std::string> all = {"--data-dir", data_dir, "--grpc-listen",
                                    "127.0.0.1:0"};
    more.insert(more.begin(), all.begin(), all.end());
    if (std::ranges::find(more, "--http-listen") == more.end()) {
      more.insert(more.end(), {"--http-listen", "127.0.0.1:0"});
    }
    return more;
  }

  const std::string& Fact(const std::string& name) { return facts_[name]; }

  grpc::Status Append(const std::string& puid) {
    v1::AppendRequest request;
    v1::AppendResponse response;
    request.set_platform("video.example");
    auto* action = request.mutable_plain();
    action->set_kind(v1::KIND_ACTION);
    action->set_puid(puid);
    action->set_taxonomy(202507);
    action->add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
    action->set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
    action->set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
    action->set_application_date(18'628);
    action->set_subject_kind(v1::SUBJECT_KIND_ITEM);
    grpc::ClientContext context;
    return stub_->Append(&context, request, &response);
  }
  v1::GetLogInfoResponse Info() {
    grpc::ClientContext context;
    v1::GetLogInfoResponse response;
    EXPECT_TRUE(
        stub_->GetLogInfo(&context, v1::GetLogInfoRequest(), &response).ok());
    return response;
  }
  v1::ModerationLog::Stub& stub() { return *stub_; }

  Outcome Stop(int signal = SIGTERM) {
    program_.Signal(signal);
    return program_.Wait();
  }

 private:
  Program program_;
  std::string ready_;
  std::map<std::string, std::string> facts_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
};

class ModlogdTest : public ::testing::Test {
 protected:
  std::string dir() { return folder_ / "log"; }

  // A start that fails: one line, and the right status.
  void ExpectRefusal(const std::vector<std::string>& arguments, int status,
                     std::string_view says) {
    const Outcome outcome = RunProgram("modlogd", arguments);
    EXPECT_EQ(outcome.status, status) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(Lines(outcome.err), 1u) << outcome.err;
    EXPECT_TRUE(outcome.err.starts_with("modlogd: ")) << outcome.err;
    EXPECT_NE(outcome.err.find(says), std::string::npos) << outcome.err;
  }

  TemporaryFolder folder_;
};

TEST_F(ModlogdTest, ServesSaysSoInOneLineAndStopsWhenAsked) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    Daemon daemon(dir());
    EXPECT_EQ(daemon.Fact("origin"), "localhost/modlog");
    EXPECT_TRUE(daemon.Fact("vkey").starts_with("localhost/modlog+"));
    EXPECT_EQ(daemon.Info().vkey(), daemon.Fact("vkey"));
    EXPECT_EQ(daemon.Info().http_address(), daemon.Fact("http"));
    const Outcome outcome = daemon.Stop(signal);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(Lines(outcome.out), 1u) << outcome.out;
    // What a person needs.
    EXPECT_NE(outcome.err.find(dir() + "/log.policy"), std::string::npos);
    EXPECT_NE(outcome.err.find("modlog --server"), std::string::npos);
  }
}

TEST_F(ModlogdTest, KeepsNameKeyAndEntriesAcrossStarts) {
  std::string vkey;
  {
    Daemon daemon(dir(), {"--origin", "log.example/one"});
    vkey = daemon.Fact("vkey");
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(daemon.Append("a" + std::to_string(i)).ok());
    }
    EXPECT_EQ(daemon.Stop().status, 0);
  }
  Daemon daemon(dir());  // without a name: that of the key
  EXPECT_EQ(daemon.Fact("origin"), "log.example/one");
  EXPECT_EQ(daemon.Fact("vkey"), vkey);
  EXPECT_EQ(daemon.Info().published().size(), 300u);
  ASSERT_TRUE(daemon.Append("a0").ok());
  EXPECT_EQ(daemon.Info().published().size(), 300u);  // a duplicate
  EXPECT_EQ(daemon.Stop().status, 0);
}

TEST_F(ModlogdTest, ASecondOneOnTheSameDirectoryRefuses) {
  Daemon first(dir());
  ExpectRefusal(Daemon::Arguments(dir(), {}), 1,
                "is in use by modlogd, process ");
  EXPECT_TRUE(first.Append("a").ok());
  EXPECT_EQ(first.Stop().status, 0);
}

TEST_F(ModlogdTest, ASecondOneOnTheSamePortRefuses) {
  Daemon first(dir());
  ExpectRefusal({"--data-dir", folder_ / "other", "--http-listen",
                 "127.0.0.1:0", "--grpc-listen", first.Fact("grpc")},
                1, first.Fact("grpc"));
  ExpectRefusal({"--data-dir", folder_ / "other", "--grpc-listen",
                 "127.0.0.1:0", "--http-listen", first.Fact("http")},
                1, first.Fact("http"));
}

TEST_F(ModlogdTest, AnotherNameOrAnOpenKeyIsRefused) {
  {
    Daemon daemon(dir());
  }
  ExpectRefusal(Daemon::Arguments(dir(), {"--origin", "other.example/log"}), 1,
                "leave --origin out");
  ASSERT_EQ(chmod((dir() + "/log.key").c_str(), 0644), 0);
  ExpectRefusal(Daemon::Arguments(dir(), {}), 1, "chmod 600");
}

TEST_F(ModlogdTest, WrongUsageIsStatusTwoAndOneLine) {
  ExpectRefusal({"--nonsense"}, 2, "--nonsense");
  ExpectRefusal({"--data-dir"}, 2, "--data-dir");
  ExpectRefusal({"stray"}, 2, "stray");
  ExpectRefusal({"--grpc-listen", "0.0.0.0:50051"}, 2,
                "not a loopback address");
  ExpectRefusal({"--grpc-listen", "example.org:1"}, 2, "grpc-listen");
  ExpectRefusal({"--http-listen", "8080"}, 2, "http-listen");
  ExpectRefusal({"--config", folder_ / "missing.toml"}, 2, "missing.toml");
  WriteFile(folder_ / "bad.toml", "data_dir = 'x'\ndatadir = 'x'\n");
  ExpectRefusal({"--config", folder_ / "bad.toml"}, 2,
                "line 2: unknown key \"datadir\"");
}

TEST_F(ModlogdTest, TheConfigurationFileIsFollowedAndFlagsWin) {
  WriteFile(folder_ / "modlogd.toml",
            "origin = 'from.example/file'\ndata_dir = '" + dir() + "'\n");
  Daemon daemon(folder_ / "flag", {"--config", folder_ / "modlogd.toml"});
  EXPECT_EQ(daemon.Fact("origin"), "from.example/file");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "flag/log.key"));
  EXPECT_FALSE(std::filesystem::exists(dir()));
}

TEST_F(ModlogdTest, HelpTeachesAndVersionTells) {
  const Outcome help = RunProgram("modlogd", {"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* word :
       {"--data-dir", "--origin", "--grpc-listen", "--http-listen", "--config",
        "ready grpc=", "log.policy", "modlog append", "modlog-verify audit"}) {
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
  }
  const Outcome version = RunProgram("modlogd", {"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_TRUE(version.out.starts_with("modlogd ")) << version.out;
}

// A backup brought back over a log that had gone on: whoever saw the later
// checkpoints would be shown a second history.
class RolledBackTest : public ModlogdTest {
 protected:
  void SetUp() override {
    {
      Daemon daemon(dir());
      for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(daemon.Append("early" + std::to_string(i)).ok());
      }
      ASSERT_EQ(daemon.Stop().status, 0);
    }
    std::filesystem::copy(dir() + "/db", folder_ / "backup",
                          std::filesystem::copy_options::recursive);
    {
      Daemon daemon(dir());
      ASSERT_TRUE(daemon.Append("late").ok());
      ASSERT_EQ(daemon.Stop().status, 0);
    }
    std::filesystem::remove_all(dir() + "/db");
    std::filesystem::rename(folder_ / "backup", dir() + "/db");
  }
};

TEST_F(RolledBackTest, TakesNothingSignsNothingAndSaysSo) {
  Daemon daemon(dir());
  EXPECT_EQ(daemon.Info().state(), "ROLLED_BACK");
  // A head that was never signed is not called one.
  EXPECT_FALSE(daemon.Info().has_signed_());
  EXPECT_FALSE(daemon.Info().has_published());
  EXPECT_NE(daemon.Info().state_reason().find("were signed"),
            std::string::npos);
  EXPECT_EQ(daemon.Append("new").error_code(), grpc::StatusCode::UNAVAILABLE);
  {
    grpc::ClientContext context;
    v1::GetCheckpointResponse response;
    EXPECT_EQ(
        daemon.stub()
            .GetCheckpoint(&context, v1::GetCheckpointRequest(), &response)
            .error_code(),
        grpc::StatusCode::UNAVAILABLE);
  }
  {
    grpc::ClientContext context;
    v1::GetReceiptResponse response;
    EXPECT_EQ(daemon.stub()
                  .GetReceipt(&context, v1::GetReceiptRequest(), &response)
                  .error_code(),
              grpc::StatusCode::UNAVAILABLE);
  }
  {
    grpc::ClientContext context;
    v1::GetEntryResponse response;
    EXPECT_TRUE(daemon.stub()
                    .GetEntry(&context, v1::GetEntryRequest(), &response)
                    .ok());
  }
  const Outcome outcome = daemon.Stop();
  EXPECT_EQ(outcome.status, kRolledBackStatus);
  EXPECT_NE(outcome.err.find("error ROLLED_BACK"), std::string::npos)
      << outcome.err;
}

}  // namespace
}  // namespace modlog::modlogd_test
