// If these fail, a witness forgets what it cosigned: across a restart, a kill,
// a full disk, a race of two requests, or because its files were damaged or
// taken from elsewhere; or it lets a fork pass without keeping the evidence.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "tests/eventually.h"
#include "tests/witness/running_witness.h"

namespace modlog::life_test {
namespace {

using Words = std::vector<std::string>;

constexpr char kOrigin[] = "log.test/life";

class LifeTest : public testing::Test {
 protected:
  std::string Dir() const { return folder_ / "w"; }
  Words Arguments(const Words& more = {}) const {
    return RunningWitness::Arguments(Dir(), {log_.vkey()}, more);
  }
  // What it says of a start that fails.
  Outcome Refused(const Words& arguments) const {
    return RunProgram("modlog-witness", arguments);
  }

  TemporaryFolder folder_;
  SignedLog log_{kOrigin, 100};
};

size_t EvidenceIn(const std::string& dir, const std::string& kind) {
  size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(dir + "/evidence")) {
    count += file.path().filename().string().find(kind) != std::string::npos;
  }
  return count;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t CountOf(const std::string& part, const std::string& text) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// How many files of evidence the judge, who has nothing else, finds to be
// forks.
size_t ConvictedBy(const std::string& dir, const SignedLog& log) {
  const std::string policy = dir + "/policy";
  WriteFile(policy, "log " + log.vkey() + "\nquorum none\n");
  size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(dir + "/evidence")) {
    count += RunProgram("modlog-verify",
                        {"fork", file.path().string(), "--policy", policy})
                 .status == 0;
  }
  return count;
}

// Anybody can send a log's checkpoint with a wrong proof, as often as they
// like.
TEST_F(LifeTest, AWrongProofIsASuspicionAndFewOfThemAreKept) {
  RunningWitness witness(Arguments({"--rate", "0"}));
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 30)), 200);
  for (uint64_t size = 31; size < 90; ++size) {
    const auto proof = log_.Proof(29, size);
    EXPECT_EQ(witness.StatusOf(SignedLog::Body(30, proof, log_.Note(size))),
              422);
  }
  EXPECT_EQ(EvidenceIn(Dir(), ".suspicion."), 20u);
  EXPECT_EQ(EvidenceIn(Dir(), ".fork."), 0u);
  EXPECT_EQ(ConvictedBy(Dir(), log_), 0u);
}

TEST_F(LifeTest, ARestartForgetsNothing) {
  std::string vkey;
  std::string note;
  {
    RunningWitness witness(Arguments());
    vkey = witness.vkey();
    EXPECT_EQ(witness.StatusOf(log_.Body(0, 50)), 200);
    note = witness.Latest(log_).body;
    witness.program().Signal(SIGTERM);
    EXPECT_EQ(witness.program().Wait().status, 0);
  }
  RunningWitness witness(Arguments());
  EXPECT_EQ(witness.vkey(), vkey);
  EXPECT_EQ(witness.Latest(log_).body, note);
  EXPECT_EQ(witness.Add(log_.Body(0, 60)).body, "50\n");
  EXPECT_EQ(witness.StatusOf(log_.Body(50, 60)), 200);
}

TEST_F(LifeTest, ALogThatIsLeftOutAndComesBackIsKnownStill) {
  {
    RunningWitness witness(Arguments());
    EXPECT_EQ(witness.StatusOf(log_.Body(0, 50)), 200);
  }
  const SignedLog other("other.test/log", 5, 9);
  {
    RunningWitness witness(RunningWitness::Arguments(Dir(), {other.vkey()}));
    EXPECT_EQ(witness.StatusOf(log_.Body(50, 60)), 404);
    EXPECT_EQ(witness.SizeOf(log_), 50u);
    EXPECT_EQ(witness.StatusOf(other.Body(0, 5)), 200);
  }
  RunningWitness witness(Arguments());
  EXPECT_EQ(witness.Add(log_.Body(0, 60)).body, "50\n");
}

// Each round ends at another moment; what was answered with 200 must stand.
TEST_F(LifeTest, AKillForgetsNothingThatWasAnswered) {
  std::mt19937 random(20261124);
  uint64_t acknowledged = 0;
  const SignedLog log(kOrigin, 2'000);
  for (int round = 0; round < 12; ++round) {
    RunningWitness witness(Arguments({"--rate", "0"}));
    const uint64_t size = witness.SizeOf(log);
    ASSERT_GE(size, acknowledged) << "round " << round;
    std::atomic<uint64_t> answered = acknowledged;
    std::thread submitting([&] {
      Connection connection(witness.address());
      for (uint64_t s = size; s < log.tree_size(); ++s) {
        const auto answer =
            connection.Post("/add-checkpoint", log.Body(s, s + 1));
        if (answer.status != 200) return;
        answered = s + 1;
      }
    });
    const uint64_t until = acknowledged + 1 + random() % 20;
    while (answered < until) std::this_thread::yield();
    witness.program().Signal(SIGKILL);
    submitting.join();
    acknowledged = answered;
  }
}

// The same number of entries, and another history: 50 sizes, and not one of
// them passes, before a restart and after it.
TEST_F(LifeTest, AForkIsRefusedAtEverySizeAndItsEvidenceKept) {
  std::mt19937 random(7);
  const SignedLog fork(kOrigin, 100, 1, 20, "fork");
  uint64_t size = 30;
  auto witness = std::make_unique<RunningWitness>(Arguments({"--rate", "0"}));
  EXPECT_EQ(witness->StatusOf(log_.Body(0, size)), 200);
  for (int i = 0; i < 50; ++i) {
    const uint64_t other = size + random() % (101 - size);
    EXPECT_EQ(witness->StatusOf(fork.Body(size, other)), 422) << other;
    if (i % 10 == 9) {
      EXPECT_EQ(witness->StatusOf(fork.Body(size, size)), 422);
      EXPECT_EQ(witness->StatusOf(log_.Body(size, size + 5)), 200);
      size += 5;
    }
    if (i == 25) {
      witness.reset();
      witness = std::make_unique<RunningWitness>(Arguments({"--rate", "0"}));
    }
  }
  EXPECT_EQ(witness->SizeOf(log_), size);
  // 30, 35, 40 … are no powers of two: the log's own proofs convict it.
  EXPECT_GE(EvidenceIn(Dir(), ".fork."), 25u);
  EXPECT_EQ(EvidenceIn(Dir(), ".suspicion."), 0u);
  EXPECT_EQ(ConvictedBy(Dir(), log_), EvidenceIn(Dir(), ".fork."));
  witness->program().Signal(SIGTERM);
  EXPECT_TRUE(
      Contains(witness->program().Wait().err, "fork: two histories of sizes"));
}

TEST_F(LifeTest, EvidenceOfAForkHoldsBothCheckpointsAndIsKeptOnce) {
  const SignedLog fork(kOrigin, 100, 1, 20, "fork");
  RunningWitness witness(Arguments());
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 30)), 200);
  const std::string body = fork.Body(30, 30);
  // A stranger's line makes no new evidence, and is not kept.
  const std::string more =
      body + FormatSignatureLine({"stranger", 7, std::string(64, 's')});
  for (const auto& again : {body, more, body}) {
    EXPECT_EQ(witness.StatusOf(again), 422);
  }
  ASSERT_EQ(EvidenceIn(Dir(), ".fork."), 1u);
  const std::string evidence =
      ReadFile(std::filesystem::directory_iterator(Dir() + "/evidence")
                   ->path()
                   .string());
  EXPECT_TRUE(Contains(evidence, "\"two roots for one size\""));
  EXPECT_TRUE(Contains(evidence, FormatBase64(log_.Root(30))));
  EXPECT_TRUE(Contains(evidence, FormatBase64(fork.Root(30))));
  EXPECT_FALSE(Contains(evidence, "stranger"));
}

// Sixteen at once, half of them for each of two histories: one history wins,
// and no smaller size ever follows a larger one.
TEST_F(LifeTest, OfConflictingRequestsAtOnceOneWins) {
  const SignedLog fork(kOrigin, 100, 1, 1, "fork");
  RunningWitness witness(Arguments({"--rate", "0"}));
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 1)), 200);
  std::atomic<int> won[2] = {0, 0};
  std::atomic<uint64_t> largest = 0;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      const SignedLog log(kOrigin, 100, 1, 1, t % 2 == 0 ? "" : "fork");
      Connection connection(witness.address());
      for (uint64_t size = 2; size <= 40; ++size) {
        const uint64_t old_size = size - 1;
        if (connection.Post("/add-checkpoint", log.Body(old_size, size))
                .status == 200) {
          ++won[t % 2];
          uint64_t seen = largest;
          while (seen < size && !largest.compare_exchange_weak(seen, size)) {
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE((won[0] == 0) != (won[1] == 0)) << won[0] << " " << won[1];
  EXPECT_GE(witness.SizeOf(log_), largest);
  witness.program().Signal(SIGTERM);
  EXPECT_EQ(witness.program().Wait().status, 0);
}

TEST_F(LifeTest, OneDirectoryServesOneProcess) {
  RunningWitness witness(Arguments());
  const Outcome second = Refused(Arguments());
  EXPECT_EQ(second.status, 1);
  EXPECT_TRUE(Contains(second.err, "in use by modlog-witness, process " +
                                       std::to_string(witness.program().pid())))
      << second.err;
}

TEST_F(LifeTest, AKeyThatOthersMayReadIsRefused) {
  {
    RunningWitness witness(Arguments());
  }
  const std::string key = Dir() + "/witness.key";
  struct stat facts;
  ASSERT_EQ(stat(key.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777u, 0600u);
  chmod(key.c_str(), 0640);
  const Outcome refused = Refused(Arguments());
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(Contains(refused.err, "may be read by others (mode 0640)"));
}

TEST_F(LifeTest, AnotherNameIsAnotherWitness) {
  {
    RunningWitness witness(Arguments());
  }
  Words arguments = Arguments();
  std::ranges::replace(arguments, "witness.test/1", "witness.test/2");
  const Outcome refused = Refused(arguments);
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(Contains(refused.err, "is named \"witness.test/1\""));
}

TEST_F(LifeTest, KeyAndStateBelongTogether) {
  {
    RunningWitness witness(Arguments());
    EXPECT_EQ(witness.StatusOf(log_.Body(0, 50)), 200);
  }
  const std::string state = Dir() + "/state";
  const std::string key = Dir() + "/witness.key";
  std::filesystem::rename(state, folder_ / "state");
  EXPECT_TRUE(Contains(Refused(Arguments()).err, "state is missing"));
  std::filesystem::rename(folder_ / "state", state);
  std::filesystem::rename(key, folder_ / "key");
  EXPECT_TRUE(Contains(Refused(Arguments()).err, "witness.key is missing"));
  // The key of another witness.
  WriteFile(key, FormatSignerKey(WitnessKey("witness.test/1", 5)) + "\n");
  chmod(key.c_str(), 0600);
  EXPECT_TRUE(Contains(Refused(Arguments()).err, "not of one witness"));
}

TEST_F(LifeTest, ADamagedStateStopsTheStartAndSaysSo) {
  {
    RunningWitness witness(Arguments());
    EXPECT_EQ(witness.StatusOf(log_.Body(0, 50)), 200);
    EXPECT_EQ(witness.StatusOf(log_.Body(50, 51)), 200);
  }
  const std::string whole = ReadFile(Dir() + "/state");
  for (const size_t at : {size_t{8'192}, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    WriteFile(Dir() + "/state", damaged);
    const Outcome refused = Refused(Arguments());
    EXPECT_EQ(refused.status, 1);
    EXPECT_TRUE(Contains(refused.err, "no longer knows what it has cosigned"))
        << refused.err;
  }
  WriteFile(Dir() + "/state", whole.substr(0, whole.size() - 1));
  EXPECT_EQ(Refused(Arguments()).status, 1);
  WriteFile(Dir() + "/state", "");
  EXPECT_EQ(Refused(Arguments()).status, 1);
  WriteFile(Dir() + "/state", whole);
  RunningWitness witness(Arguments());
  EXPECT_EQ(witness.SizeOf(log_), 51u);
}

// A limit of the size of files stands in for a full disk.
TEST_F(LifeTest, AWitnessThatCannotStoreDoesNotAnswer) {
  {
    RunningWitness witness(Arguments());
  }
  Words arguments = {"-c", "ulimit -f 8; exec \"$@\"", "bash",
                     BinaryPath("modlog-witness")};
  std::ranges::copy(Arguments({"--rate", "0"}), std::back_inserter(arguments));
  Program program("/bin/bash", arguments);
  const std::string out = program.WaitForOutput("\n");
  const size_t at = out.find("http=") + 5;
  Connection connection(out.substr(at, out.find(' ', at) - at));
  uint64_t size = 0;
  int status = 200;
  for (; size < 90 && status == 200; ++size) {
    const auto answer =
        connection.Post("/add-checkpoint", log_.Body(size, size + 1));
    status = answer.status;
  }
  EXPECT_EQ(status, 503);
  const Outcome outcome = program.Wait();
  EXPECT_EQ(outcome.status, 4);
  EXPECT_TRUE(Contains(outcome.err, "File too large")) << outcome.err;
  RunningWitness again(Arguments());
  EXPECT_GE(again.SizeOf(log_), size - 1);
}

TEST_F(LifeTest, ALogThatComesTooOftenIsHeldBackAndNoOther) {
  const SignedLog other("other.test/log", 5, 9);
  RunningWitness witness(RunningWitness::Arguments(
      Dir(), {log_.vkey(), other.vkey()}, {"--rate", "0.001"}));
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 1)), 200);
  const HttpAnswer answer = witness.Add(log_.Body(1, 2));
  EXPECT_EQ(answer.status, 429);
  EXPECT_TRUE(answer.headers.contains("retry-after"));
  EXPECT_EQ(witness.SizeOf(log_), 1u);
  // What anybody can repeat costs the log nothing and is answered.
  EXPECT_EQ(witness.StatusOf(log_.Body(1, 1)), 200);
  EXPECT_EQ(witness.StatusOf(other.Body(0, 5)), 200);
}

// One byte now and then, for ever: the connection ends, and meanwhile others
// are served.
TEST_F(LifeTest, ASlowClientIsCutOff) {
  RunningWitness witness(Arguments({"--request-seconds", "3"}));
  Connection slow(witness.address());
  slow.Send("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n");
  Connection silent(witness.address());
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 5)), 200);
  std::atomic<bool> open = true;
  std::thread dribbling([&] {
    while (open && slow.Send("X-A: 1\r\n")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  EXPECT_TRUE(slow.WaitForEnd());
  open = false;
  dribbling.join();
  EXPECT_TRUE(silent.WaitForEnd());
  EXPECT_EQ(witness.StatusOf(log_.Body(5, 6)), 200);
}

TEST_F(LifeTest, ALogListSaysWhomItServes) {
  const SignedLog other("other.test/key", 5, 9);
  WriteFile(folder_ / "list",
            "# whom we serve\nlogs/v0\n\nvkey " + log_.vkey() +
                "\nqpd 8640\ncontact a@b\n\nvkey " + other.vkey() +
                "\norigin other.test/log\nqpd 24\n"
                "contact https://b/\n");
  Words arguments =
      RunningWitness::Arguments(Dir(), {}, {"--log-list", folder_ / "list"});
  RunningWitness witness(arguments);
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 5)), 200);
  // Its origin is another one than its key's name.
  const std::string text =
      FormatCheckpoint({"other.test/log", {5, other.Root(5)}});
  EXPECT_EQ(witness.StatusOf(SignedLog::Body(0, {}, other.Signed(text))), 200);
  EXPECT_EQ(witness.StatusOf(other.Body(0, 5)), 404);
}

std::string EntryOf(const SignedLog& log, const std::string& more = "") {
  return "\nvkey " + log.vkey() + "\n" + more + "qpd 24\ncontact a@b\n";
}

// One platform's new kind of key would end the witness of all others.
TEST_F(LifeTest, AnOddEntryOfAListCostsThatLogAlone) {
  const SignedLog other("other.test/log", 5, 9);
  const SignedLog odd("odd.test/log", 5, 8);
  WriteFile(folder_ / "list",
            "logs/v0\n" + EntryOf(log_) + EntryOf(odd, "bastion yes\n") +
                "\nvkey odd.test/new+00000000+/w==\nqpd 1\ncontact c\n" +
                EntryOf(other));
  RunningWitness witness(
      RunningWitness::Arguments(Dir(), {}, {"--log-list", folder_ / "list"}));
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 5)), 200);
  EXPECT_EQ(witness.StatusOf(other.Body(0, 5)), 200);
  EXPECT_EQ(witness.StatusOf(odd.Body(0, 5)), 404);
  witness.program().Signal(SIGTERM);
  const Outcome outcome = witness.program().Wait();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(Contains(outcome.err, "passed over")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "bastion yes")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "odd.test/new")) << outcome.err;
}

// Who adds a log would have to stop the witness of all the others; and what
// sends SIGHUP to all it knows would end it.
TEST_F(LifeTest, HangingUpReadsTheListAgain) {
  const std::string list = folder_ / "list";
  const SignedLog other("other.test/log", 5, 9);
  WriteFile(list, "logs/v0\n" + EntryOf(log_));
  RunningWitness witness(
      RunningWitness::Arguments(Dir(), {}, {"--log-list", list}));
  ASSERT_EQ(witness.StatusOf(log_.Body(0, 5)), 200);
  ASSERT_EQ(witness.StatusOf(other.Body(0, 5)), 404);

  WriteFile(list, "logs/v0\n" + EntryOf(other));
  witness.program().Signal(SIGHUP);
  EXPECT_TRUE(
      Eventually([&] { return witness.StatusOf(other.Body(0, 5)) == 200; }));
  EXPECT_EQ(witness.StatusOf(log_.Body(5, 6)), 404);
  EXPECT_EQ(witness.SizeOf(log_), 5u);  // is still shown

  // What is no list, or none that can be read, changes nothing.
  size_t refused = 0;
  for (const std::string text : {"", "logs/v0\nrubbish", "<html>"}) {
    if (text.starts_with("logs")) {
      std::filesystem::remove(list);
    } else {
      WriteFile(list, text);
    }
    witness.program().Signal(SIGHUP);
    ++refused;
    EXPECT_TRUE(Eventually([&] {
      return CountOf("the logs stay as they were",
                     witness.program().ErrorsSoFar()) == refused;
    }));
    EXPECT_EQ(witness.StatusOf(other.Body(5, 5)), 200);
  }

  // It comes back, and what was cosigned of it is known.
  WriteFile(list, "logs/v0\n" + EntryOf(log_) + EntryOf(other));
  witness.program().Signal(SIGHUP);
  EXPECT_TRUE(
      Eventually([&] { return witness.StatusOf(log_.Body(5, 6)) == 200; }));
  EXPECT_EQ(witness.StatusOf(log_.Body(0, 5)), 409);
  EXPECT_EQ(witness.StatusOf(other.Body(5, 5)), 200);
  witness.program().Signal(SIGTERM);
  EXPECT_EQ(witness.program().Wait().status, 0);
}

// Outsiders' connections would take the descriptors that the state needs.
TEST_F(LifeTest, DescriptorsAreSharedOutAtTheStart) {
  const auto limited = [&](const std::string& limit) {
    Words words = {"-c", "ulimit -n " + limit + "; exec \"$0\" \"$@\"",
                   BinaryPath("modlog-witness")};
    const Words arguments = Arguments();
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  };
  const Outcome refused = RunProgram("/bin/sh", limited("60"));
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(Contains(refused.err, "may have 60 files open, want 80"))
      << refused.err;
  RunningWitness witness(limited("90"), "/bin/sh");
  std::vector<std::unique_ptr<Connection>> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(std::make_unique<Connection>(witness.address()));
  }
  idle.resize(10);
  EXPECT_TRUE(
      Eventually([&] { return witness.StatusOf(log_.Body(0, 5)) == 200; }));
}

TEST_F(LifeTest, WrongUsageIsSaidBeforeAnythingIsMade) {
  EXPECT_EQ(Refused({"--data-dir", Dir(), "--name", "w"}).status, 2);
  EXPECT_EQ(Refused(Arguments({"--log", "no key"})).status, 2);
  EXPECT_EQ(Refused(RunningWitness::Arguments(Dir(), {}, {"--log-list", Dir()}))
                .status,
            2);
  const std::string cosigner =
      FormatVerifierKey(WitnessKey("w.test/1", 3).verifier);
  EXPECT_TRUE(
      Contains(Refused(RunningWitness::Arguments(Dir(), {cosigner})).err,
               "is a cosigner's"));
  EXPECT_FALSE(std::filesystem::exists(Dir()));
  EXPECT_EQ(Refused({"--data-dir", Dir(), "--log", log_.vkey()}).status, 1);
  EXPECT_EQ(RunProgram("modlog-witness", {"--help"}).status, 0);
  EXPECT_TRUE(Contains(RunProgram("modlog-witness", {"--version"}).out,
                       "modlog-witness "));
}

}  // namespace
}  // namespace modlog::life_test
