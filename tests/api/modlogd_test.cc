// If this failed, an operator's modlogd would start where it must refuse, or
// stop without saying what happened. The real program, on loopback.

#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "modlog/v1/log.grpc.pb.h"
#include "tests/eventually.h"
#include "tests/programs/programs.h"
#include "verifier/base/address.h"

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
  std::string Checkpoint() {
    grpc::ClientContext context;
    v1::GetCheckpointResponse response;
    EXPECT_TRUE(
        stub_->GetCheckpoint(&context, v1::GetCheckpointRequest(), &response)
            .ok());
    return response.checkpoint();
  }
  pid_t pid() const { return program_.pid(); }
  void Signal(int signal) const { program_.Signal(signal); }
  Outcome Wait() { return program_.Wait(); }

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
  for (const int signal : {SIGTERM, SIGINT}) {
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

// What logrotate and `systemctl reload` send must not stop a log.
TEST_F(ModlogdTest, AHangupEndsNothingAndOpensTheLogFileAgain) {
  const std::string log_file = folder_ / "modlogd.log";
  const auto says = [&](const std::string& what) {
    return Eventually(
        [&] { return ReadFile(log_file).find(what) != std::string::npos; });
  };
  Daemon daemon(dir(), {"--log-file", log_file});
  EXPECT_TRUE(says("verifier key"));
  for (int i = 0; i < 3; ++i) {
    std::filesystem::rename(log_file, log_file + std::to_string(i));
    daemon.Signal(SIGHUP);
    EXPECT_TRUE(says("SIGHUP: log file opened again, tokens read again"));
  }
  ASSERT_TRUE(daemon.Append("a").ok());
  const Outcome outcome = daemon.Stop();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(says("stopping"));
}

TEST_F(ModlogdTest, AHangupDuringTheStartEndsNothing) {
  Program program("modlogd", Daemon::Arguments(dir(), {}));
  // Before the first byte of its own, a signal finds the program before it.
  ASSERT_TRUE(Eventually([&] { return std::filesystem::exists(dir()); }));
  program.Signal(SIGHUP);
  EXPECT_TRUE(program.WaitForOutput("\n").starts_with("ready "));
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait().status, 0);
}

// Who takes the file away must not be able to write in a platform's name.
TEST_F(ModlogdTest, LostTokensCloseWhatWasEnrolled) {
  const std::string tokens = dir() + "/tokens";
  {
    Daemon daemon(dir());
    std::string token = ReadFile(dir() + "/operator.token");
    token.pop_back();
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    v1::AddPlatformRequest request;
    request.set_platform("video.example");
    v1::AddPlatformResponse response;
    ASSERT_TRUE(daemon.stub().AddPlatform(&context, request, &response).ok());
    std::filesystem::resize_file(tokens, 0);
    daemon.Signal(SIGHUP);
    EXPECT_EQ(daemon.Append("a").error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
    const Outcome outcome = daemon.Stop();
    EXPECT_NE(outcome.err.find("has lost 1 platforms"), std::string::npos);
  }
  ExpectRefusal(Daemon::Arguments(dir(), {}), 1, "--accept-lost-tokens");
  std::filesystem::remove(tokens);
  ExpectRefusal(Daemon::Arguments(dir(), {}), 1, "\"video.example\"");
  {
    Daemon daemon(dir(), {"--accept-lost-tokens"});
    EXPECT_EQ(daemon.Append("a").error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(daemon.Stop().status, 0);
  }
  Daemon daemon(dir());
  EXPECT_EQ(daemon.Append("a").error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(daemon.Stop().status, 0);
}

// What is kept beside the entries is gone with the file; whoever runs the log
// must hear it.
TEST_F(ModlogdTest, AStartWithoutKeySlotsSaysSo) {
  {
    Daemon daemon(dir());
    ASSERT_TRUE(daemon.Append("a").ok());
    EXPECT_EQ(daemon.Stop().status, 0);
  }
  std::filesystem::remove(dir() + "/key-slots");
  Daemon daemon(dir());
  EXPECT_NE(daemon.Stop().err.find("key-slots was missing"), std::string::npos);
}

class RestoredBackupTest : public ModlogdTest {
 protected:
  // A log of five entries, its backup at three, and what it signed last.
  void SetUp() override {
    {
      Daemon daemon(dir());
      for (const char* puid : {"a", "b", "c"}) {
        ASSERT_TRUE(daemon.Append(puid).ok());
      }
      EXPECT_EQ(daemon.Stop().status, 0);
    }
    std::filesystem::copy(dir(), backup(),
                          std::filesystem::copy_options::recursive);
    Daemon daemon(dir());
    WriteFile(three(), daemon.Checkpoint());
    for (const char* puid : {"d", "e"}) ASSERT_TRUE(daemon.Append(puid).ok());
    WriteFile(five(), daemon.Checkpoint());
    EXPECT_EQ(daemon.Stop().status, 0);
  }
  std::string backup() const { return folder_ / "backup"; }
  std::string three() const { return folder_ / "three"; }
  std::string five() const { return folder_ / "five"; }

  void ExpectOlder(const std::string& where, std::string_view says) {
    const Outcome outcome = RunProgram(
        "modlogd", Daemon::Arguments(backup(), {"--not-older-than", where}));
    EXPECT_EQ(outcome.status, kRolledBackStatus) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(says), std::string::npos) << outcome.err;
  }
};

// Going on from last night's backup is a fork that nobody can undo.
TEST_F(RestoredBackupTest, IsRefusedByANewerCheckpoint) {
  ExpectOlder(five(), "holds 3 entries, and the log has signed 5");
  Daemon newer(dir(), {"--not-older-than", five()});
  const std::string address = "http://" + newer.Fact("http");
  ExpectOlder(address + "/", "holds 3 entries, and the log has signed 5");
  ExpectOlder(address + "/checkpoint", "holds 3 entries");
  EXPECT_EQ(newer.Stop().status, 0);
}

TEST_F(RestoredBackupTest, WhatExtendsTheCheckpointStarts) {
  for (const std::string& kept : {three(), five()}) {
    Daemon daemon(dir(), {"--not-older-than", kept});
    const Outcome outcome = daemon.Stop();
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err.find("the log would fork"), std::string::npos);
  }
}

// As many entries, but others.
TEST_F(RestoredBackupTest, AnotherHistoryIsRefused) {
  {
    Daemon forked(backup());
    for (const char* puid : {"x", "y", "z"}) {
      ASSERT_TRUE(forked.Append(puid).ok());
    }
    EXPECT_NE(forked.Stop().err.find("the log would fork"), std::string::npos);
  }
  ExpectOlder(five(), "these are two histories");
}

TEST_F(RestoredBackupTest, WhatIsNoCheckpointOfThisLogIsRefused) {
  std::string foreign;
  {
    Daemon other(folder_ / "other");
    foreign = other.Checkpoint();
    EXPECT_EQ(other.Stop().status, 0);
  }
  std::string changed = ReadFile(five());
  changed[changed.find('\n') + 1] = '4';
  const std::string file = folder_ / "kept";
  for (const std::string& text :
       {foreign, changed, std::string("rubbish\n"), std::string()}) {
    WriteFile(file, text);
    ExpectRefusal(Daemon::Arguments(dir(), {"--not-older-than", file}), 1,
                  "not-older-than: " + file);
  }
  std::filesystem::remove(file);
  for (const std::string& where : {file, std::string("http://127.0.0.1:1/")}) {
    ExpectRefusal(Daemon::Arguments(dir(), {"--not-older-than", where}), 1,
                  "not-older-than: " + where);
  }
}

Socket ConnectTo(const std::string& host_port) {
  const size_t colon = host_port.rfind(':');
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port =
      htons(static_cast<uint16_t>(std::stoi(host_port.substr(colon + 1))));
  inet_pton(AF_INET, host_port.substr(0, colon).c_str(), &to.sin_addr);
  Socket connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(
      connect(connection.fd(), reinterpret_cast<sockaddr*>(&to), sizeof(to)),
      0);
  return connection;
}

size_t OpenFiles(pid_t pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) +
                                                "/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// A shortage of descriptors passes; a port given up for good would not.
TEST_F(ModlogdTest, WithoutDescriptorsThePortsGoOn) {
  Daemon daemon(dir());
  ASSERT_TRUE(daemon.Append("a").ok());
  rlimit few{};
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_NOFILE, nullptr, &few), 0);
  few.rlim_cur = OpenFiles(daemon.pid()) + 4;
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  {
    std::vector<Socket> crowd;
    crowd.reserve(60);
    for (int i = 0; i < 30; ++i) {
      crowd.push_back(ConnectTo(daemon.Fact("grpc")));
      crowd.push_back(ConnectTo(daemon.Fact("http")));
    }
    few.rlim_cur = few.rlim_max;
    // By the connection that it has, unless that was the quietest of all when
    // room was made.
    EXPECT_TRUE(Eventually([&] { return daemon.Append("b").ok(); }));
  }
  ASSERT_EQ(prlimit(daemon.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  const auto stub = v1::ModerationLog::NewStub(grpc::CreateCustomChannel(
      "ipv4:" + daemon.Fact("grpc"), grpc::InsecureChannelCredentials(), [] {
        grpc::ChannelArguments own;
        own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        return own;
      }()));
  EXPECT_TRUE(Eventually([&] {
    grpc::ClientContext context;
    v1::GetLogInfoResponse info;
    return stub->GetLogInfo(&context, v1::GetLogInfoRequest(), &info).ok();
  }));
  EXPECT_EQ(daemon.Stop().status, 0);
}

// Whoever is connected must not decide how long a stop takes. Before it was the
// time that a connection may idle, 30 s.
TEST_F(ModlogdTest, StopsWithManyConnectedToIt) {
  Daemon daemon(dir());
  std::vector<Socket> crowd;
  crowd.reserve(650);
  for (int i = 0; i < 600; ++i) {
    crowd.push_back(ConnectTo(daemon.Fact("http")));
    const std::string part = "GET /checkpoint HTTP/1.1\r\n";
    send(crowd.back().fd(), part.data(), part.size(), MSG_NOSIGNAL);
  }
  for (int i = 0; i < 50; ++i) crowd.push_back(ConnectTo(daemon.Fact("grpc")));
  daemon.Signal(SIGTERM);
  // Far longer than the 2 s that are promised, and shorter than the old time.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  siginfo_t info = {};
  while (info.si_pid == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(daemon.pid()), &info,
                     WEXITED | WNOHANG | WNOWAIT),
              0);
  }
  ASSERT_EQ(info.si_pid, daemon.pid()) << "still runs";
  EXPECT_EQ(daemon.Wait().status, 0);
}

// A port that is dead while all says SERVING is found by nobody.
TEST_F(ModlogdTest, EndsWhenAPortIsDead) {
  Daemon daemon(dir());
  const int process =
      static_cast<int>(syscall(SYS_pidfd_open, daemon.pid(), 0));
  ASSERT_GE(process, 0);
  const Socket held(process);
  const auto port = static_cast<uint16_t>(std::stoi(
      daemon.Fact("http").substr(daemon.Fact("http").rfind(':') + 1)));
  bool found = false;
  for (int fd = 3; fd < 200 && !found; ++fd) {
    const Socket theirs(
        static_cast<int>(syscall(SYS_pidfd_getfd, process, fd, 0)));
    if (theirs.fd() < 0 && (errno == EPERM || errno == ENOSYS)) {
      GTEST_SKIP() << "this system lets nobody look into another process";
    }
    int listens = 0;
    socklen_t size = sizeof(listens);
    sockaddr_in bound = {};
    socklen_t bound_size = sizeof(bound);
    found = theirs.fd() >= 0 &&
            getsockopt(theirs.fd(), SOL_SOCKET, SO_ACCEPTCONN, &listens,
                       &size) == 0 &&
            listens != 0 &&
            getsockname(theirs.fd(), reinterpret_cast<sockaddr*>(&bound),
                        &bound_size) == 0 &&
            ntohs(bound.sin_port) == port;
    if (found) shutdown(theirs.fd(), SHUT_RDWR);
  }
  ASSERT_TRUE(found);
  const Outcome outcome = daemon.Wait();
  EXPECT_EQ(outcome.status, 5);
  EXPECT_NE(outcome.err.find("the http port"), std::string::npos);
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
