// If these fail, a log's operator sends the witness network what its witnesses
// cannot read, or promises another rate than the log keeps.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/client/running_log.h"
#include "tests/eventually.h"

namespace modlog::witness_network_e2e_test {
namespace {

constexpr char kSampleKey[] =
    "modlog.example/actions+8c641279+"
    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
constexpr char kWitnessKey[] =
    "witness.example/w1+20324abe+"
    "BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

// Of no server: the log is named by its key.
Outcome OfKey(const std::string& vkey, const Words& more) {
  Words words = {"--server", "127.0.0.1:1", "witness-network", "--vkey", vkey};
  words.insert(words.end(), more.begin(), more.end());
  return RunProgram("modlog", words);
}

// What stands behind `name` in a program's ready line.
std::string Told(const std::string& ready, const std::string& name) {
  const size_t at = ready.find(" " + name + "=");
  EXPECT_NE(at, std::string::npos) << ready;
  const size_t begin = at + name.size() + 2;
  return ready.substr(begin, ready.find_first_of(" \n", begin) - begin);
}

constexpr char kAction[] =
    R"({"kind":"KIND_ACTION","puid":"p","taxonomy":202507,)"
    R"("visibility":["VISIBILITY_CONTENT_REMOVED"],)"
    R"("ground":"GROUND_INCOMPATIBLE_CONTENT","category":"CATEGORY_VIOLENCE",)"
    R"("application_date":18634,"subject_kind":"SUBJECT_KIND_ITEM"})";

class WitnessEnrolmentTest : public testing::Test {
 protected:
  Words Log(const Words& more) {
    Words words = {"--data-dir",           folder_ / "data", "--grpc-listen",
                   "127.0.0.1:0",          "--http-listen",  "127.0.0.1:0",
                   "--witness-interval-ms"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static Outcome Print(const std::string& grpc) {
    return RunProgram("modlog", {"--server", grpc, "witness-network",
                                 "--contact", "ops (at) log.example"});
  }
  static uint64_t PublishedSize(const std::string& grpc) {
    const Outcome status =
        RunProgram("modlog", {"--server", grpc, "status", "--json"});
    return Json::parse(status.out)["published"]["size"];
  }

  TemporaryFolder folder_;
};

TEST_F(WitnessEnrolmentTest, OurWitnessServesALogByWhatIsPrinted) {
  {
    Program log("modlogd", Log({"10000"}));
    const std::string ready = log.WaitForOutput("\n");
    const Outcome printed = Print(Told(ready, "grpc"));
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(printed.out, "logs/v0\n\nvkey " + Told(ready, "vkey") +
                               "\nqpd 8640\ncontact ops (at) log.example\n");
    EXPECT_EQ(printed.err, "");
    WriteFile(folder_ / "list", printed.out);
    log.Signal(SIGTERM);
    ASSERT_EQ(log.Wait().status, 0);
  }
  Program witness("modlog-witness",
                  {"--data-dir", folder_ / "w", "--name", "witness.example/1",
                   "--log-list", folder_ / "list", "--listen", "127.0.0.1:0"});
  const std::string ready = witness.WaitForOutput("\n");
  WriteFile(folder_ / "policy", "witness w " + Told(ready, "vkey") +
                                    " http://" + Told(ready, "http") +
                                    "/\nquorum w\n");
  Program log("modlogd", Log({"10", "--policy", folder_ / "policy"}));
  const std::string grpc = Told(log.WaitForOutput("\n"), "grpc");
  const Outcome append = RunProgram(
      "modlog", {"--server", grpc, "append", "--platform", "example", "-"},
      std::string(kAction) + "\n");
  EXPECT_EQ(append.status, 0) << append.err;
  // Held back until the witness has cosigned it.
  EXPECT_TRUE(Eventually([&] { return PublishedSize(grpc) == 1; }));

  // One request in 10 ms is more than anybody will take: that is said.
  const Outcome many = Print(grpc);
  EXPECT_EQ(many.status, 0);
  EXPECT_TRUE(Contains(many.out, "qpd 8640000\n")) << many.out;
  EXPECT_TRUE(Contains(many.err, "unlikely to be accepted")) << many.err;
}

TEST(WitnessNetworkTest, ALogThatDoesNotRunHere) {
  const Outcome printed = OfKey(kSampleKey, {"--qpd", "24", "--contact", "ops",
                                             "--origin", "another/name"});
  EXPECT_EQ(printed.status, 0) << printed.err;
  EXPECT_EQ(printed.out, "logs/v0\n\nvkey " + std::string(kSampleKey) +
                             "\norigin another/name\nqpd 24\ncontact ops\n");
}

TEST(WitnessNetworkTest, WhatTheFormatDoesNotAdmitIsRefused) {
  const auto refused = [](const std::string& vkey, const Words& more,
                          const std::string& why) {
    const Outcome outcome = OfKey(vkey, more);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(Contains(outcome.err, why)) << outcome.err;
  };
  refused(kWitnessKey, {"--qpd", "24", "--contact", "ops"}, "type 0x01");
  refused("nonsense", {"--qpd", "24", "--contact", "ops"}, "vkey");
  refused(kSampleKey, {"--contact", "ops"}, "--qpd");
  refused(kSampleKey, {"--qpd", "24"}, "--contact");
  refused(kSampleKey, {"--qpd", "0", "--contact", "ops"}, "qpd");
  refused(kSampleKey, {"--qpd", "2147483648", "--contact", "ops"}, "qpd");
  refused(kSampleKey, {"--qpd", "24", "--contact", ""}, "contact");
  refused(kSampleKey, {"--qpd", "24", "--contact", " ops"}, "contact");
  refused(kSampleKey, {"--qpd", "24", "--contact", "ops\nvkey x"}, "contact");
  refused(kSampleKey, {"--qpd", "24", "--contact", std::string(1'025, 'x')},
          "contact");
  refused(kSampleKey,
          {"--qpd", "24", "--contact", "ops", "--origin", "a\nqpd 1"},
          "origin");
  refused(kSampleKey, {"--qpd", "24", "--contact", "ops", "--origin", "none"},
          "none");
}

}  // namespace
}  // namespace modlog::witness_network_e2e_test
