// If these fail, a log whose key is in a token gives out what nobody can verify
// or loses what it acknowledged, when the token is gone, broken or lying.

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "tests/keys/keyed_log.h"

namespace modlog::token_e2e_test {
namespace {

constexpr char kOrigin[] = "log.example/token";

// A SoftHSM token in a folder of its own, behind a driver that fails when the
// file `fault` says so (faulty_module.cc).
class TokenTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(tokens());
    WriteFile(folder_ / "softhsm2.conf",
              "directories.tokendir = " + tokens() + "\n");
    setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    setenv("MODLOG_TEST_TOKEN_FAULT", (folder_ / "fault").c_str(), 1);
    // SoftHSM leaks an ASN.1 string for each Ed25519 key that it makes.
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    const Outcome made = RunProgram(
        SOFTHSM2_UTIL, {"--init-token", "--free", "--label", "modlog", "--pin",
                        "1234", "--so-pin", "5678"});
    ASSERT_EQ(made.status, 0) << made.err;
    WritePin("1234\n");
    const Outcome key = Keygen();
    ASSERT_EQ(key.status, 0) << key.err;
    vkey_ = key.out.substr(0, key.out.find('\n'));
  }

  std::string tokens() { return folder_ / "tokens"; }
  std::string data() { return folder_ / "data"; }
  void WritePin(const std::string& pin) {
    WriteFile(folder_ / "pin", pin);
    chmod((folder_ / "pin").c_str(), 0600);
  }
  std::string Uri(const std::string& what = "token=modlog;object=log",
                  const std::string& module = FAULTY_MODULE) {
    return "pkcs11:" + what + "?module-path=" + module +
           "&pin-source=file:" + (folder_ / "pin");
  }
  Outcome Keygen(const std::string& what = "token=modlog;object=log") {
    return RunProgram("modlog",
                      {"keygen", "--name", kOrigin, "--pkcs11", Uri(what)});
  }
  Words Key() { return {"--origin", kOrigin, "--key", Uri()}; }
  Words Key(const std::string& uri) {
    return {"--origin", kOrigin, "--key", uri};
  }
  void Break(const std::string& how) { WriteFile(folder_ / "fault", how); }
  void Mend() { std::filesystem::remove(folder_ / "fault"); }
  size_t Logins() { return ReadFile(folder_ / "fault.logins").size(); }

  TemporaryFolder folder_;
  std::string vkey_;
};

TEST_F(TokenTest, ALogSignsByItsTokenAcrossRestartsAndKills) {
  EXPECT_TRUE(vkey_.starts_with(std::string(kOrigin) + "+")) << vkey_;
  for (const int signal : {SIGTERM, SIGKILL, SIGTERM}) {
    static int n = 0;
    KeyedLog log(data(), Key());
    EXPECT_EQ(log.vkey(), vkey_);
    const Outcome appended = log.Append("a" + std::to_string(n++));
    EXPECT_EQ(appended.status, 0) << appended.err;
    const Outcome audit = log.Audit();
    EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
    EXPECT_EQ(log.Stop(signal).status, signal == SIGTERM ? 0 : 128 + SIGKILL);
  }
  EXPECT_FALSE(std::filesystem::exists(data() + "/log.key"));
  // The driver without the tests' own in between.
  KeyedLog log(data(), Key(Uri("token=modlog;object=log", SOFTHSM2_MODULE)));
  EXPECT_EQ(log.Audit().status, 0);
}

TEST_F(TokenTest, AKeyIsMadeOnceAndCannotBeReadOut) {
  const Outcome again = Keygen();
  EXPECT_EQ(again.status, 2);
  EXPECT_TRUE(Contains(again.err, "never replaced")) << again.err;
  const Outcome other = Keygen("token=modlog;object=other");
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_NE(other.out, vkey_ + "\n");
  const Outcome listed =
      RunProgram(PKCS11_TOOL, {"--module", SOFTHSM2_MODULE, "--token-label",
                               "modlog", "--login", "--pin", "1234",
                               "--list-objects", "--type", "privkey"});
  EXPECT_TRUE(Contains(listed.out, "never extractable")) << listed.out;
  // Which of them is never guessed, nor is one taken of another token.
  ExpectNoStart(data(), Key(Uri("token=modlog")), 1, "object=LABEL");
  ExpectNoStart(data(), Key(Uri("token=modlog;object=none")), 1,
                "modlog keygen --pkcs11");
  ExpectNoStart(data(), Key(Uri("token=none;object=log")), 1, "plugged in");
  EXPECT_FALSE(std::filesystem::exists(data() + "/log.key"));
}

TEST_F(TokenTest, AnotherKeyOfTheTokenIsNotTheLogs) {
  ASSERT_EQ(Keygen("token=modlog;object=other").status, 0);
  {
    KeyedLog log(data(), Key());
    ASSERT_EQ(log.Append("a").status, 0);
  }
  ExpectNoStart(data(), Key(Uri("token=modlog;object=other")), 1,
                "modlog succeed");
}

TEST_F(TokenTest, WhatAUriMayNotSayIsRefused) {
  const std::string module = "module-path=" + std::string(FAULTY_MODULE);
  const auto refuses = [&](const std::string& uri, const std::string& says) {
    ExpectNoStart(data(), Key(uri), 1, says);
  };
  refuses("pkcs11:token=modlog;object=log?" + module, "pin-source");
  refuses("pkcs11:token=modlog;object=log?" + module + "&pin-value=1234",
          "everybody who lists the processes");
  refuses("pkcs11:token=modlog;object=log?" + module + "&pin-source=|cat",
          "file:PATH");
  refuses("pkcs11:tokn=modlog;object=log", "not known");
  refuses("pkcs11:token=%zz;object=log", "RFC 7512");
  refuses("pkcs11:token=modlog;object=log;type=cert?" + module +
              "&pin-source=file:" + (folder_ / "pin"),
          "type=private");
  refuses(Uri("token=modlog;object=log", "/nowhere/driver.so"), "cannot load");
  ExpectNoStart(data(), {"--key", Uri()}, 1, "say --origin");
  chmod((folder_ / "pin").c_str(), 0644);
  refuses(Uri(), "chmod 600");
}

TEST_F(TokenTest, AWrongPinIsTriedOnceAndStartsNothing) {
  const size_t before = Logins();
  EXPECT_EQ(before, 1u);  // keygen's
  WritePin("9999\n");
  ExpectNoStart(data(), Key(), 1, "refuses the PIN");
  EXPECT_EQ(Logins(), before + 1);
  WritePin("1234\n");
  KeyedLog log(data(), Key());
  EXPECT_EQ(log.Append("a").status, 0);
  EXPECT_EQ(Logins(), before + 2);
}

// A supervisor that starts modlogd again and again locks no token.
TEST_F(TokenTest, ThePinIsNotTriedWhereAWrongOneWouldLockTheToken) {
  const size_t before = Logins();
  Break("final");
  ExpectNoStart(data(), Key(), 1, "locks at the next wrong PIN");
  EXPECT_EQ(Logins(), before);
  Mend();
  KeyedLog log(data(), Key());
  EXPECT_EQ(log.Append("a").status, 0);
}

TEST_F(TokenTest, WhatAUriSaysOfTheSlotCounts) {
  const auto with = [&](const std::string& slot) {
    return Key(Uri("token=modlog;object=log;" + slot));
  };
  ExpectNoStart(data(), with("slot-manufacturer=none"), 1, "plugged in");
  ExpectNoStart(data(), with("slot-description=none"), 1, "plugged in");
  KeyedLog log(data(), with("slot-manufacturer=SoftHSM%20project"));
  EXPECT_EQ(log.vkey(), vkey_);
}

// A name is not used up by a key that nobody can use.
TEST_F(TokenTest, AKeyThatCannotSignIsRemovedAgain) {
  for (const char* fault : {"fail", "flip", "short", "blind"}) {
    Break(fault);
    const Outcome made = Keygen("token=modlog;object=other");
    EXPECT_EQ(made.status, 2) << fault << made.err;
    EXPECT_EQ(made.out, "");
    EXPECT_TRUE(Contains(made.err, "was removed")) << made.err;
    Mend();
    ExpectNoStart(data(), Key(Uri("token=modlog;object=other")), 1,
                  "no Ed25519 key of that name");
  }
  EXPECT_EQ(Keygen("token=modlog;object=other").status, 0);
  KeyedLog log(data(), Key());  // and the one beside it stays
  EXPECT_EQ(log.vkey(), vkey_);
}

TEST_F(TokenTest, ATokenThatIsGoneStartsNothingAndComesBack) {
  {
    KeyedLog log(data(), Key());
    ASSERT_EQ(log.Append("a").status, 0);
  }
  std::filesystem::rename(tokens(), folder_ / "away");
  std::filesystem::create_directory(tokens());
  ExpectNoStart(data(), Key(), 1, "plugged in");
  std::filesystem::remove(tokens());
  std::filesystem::rename(folder_ / "away", tokens());
  KeyedLog log(data(), Key());
  EXPECT_EQ(log.vkey(), vkey_);
  EXPECT_EQ(log.Audit().status, 0);
}

// I3, I6, I10: what could not be signed was never acknowledged, what was
// acknowledged is there, and the next start signs what is durable.
class BrokenTokenTest : public TokenTest,
                        public testing::WithParamInterface<const char*> {};

TEST_P(BrokenTokenTest, ASignatureThatFailsStopsTheLogInOrder) {
  {
    KeyedLog log(data(), Key());
    ASSERT_EQ(log.Append("before").status, 0);
    Break(GetParam());
    const Outcome refused = log.Append("during");
    EXPECT_NE(refused.status, 0);
    EXPECT_FALSE(Contains(refused.err, "1 logged")) << refused.err;
    const Outcome ended = log.Wait();
    EXPECT_EQ(ended.status, 4);
    EXPECT_TRUE(Contains(ended.err, "POISONED")) << ended.err;
    EXPECT_TRUE(Contains(ended.err, "sign")) << ended.err;
  }
  // Still broken: no start, and nothing is signed.
  ExpectNoStart(data(), Key(), 1, "sign");
  Mend();
  KeyedLog log(data(), Key());
  const Outcome again = log.Append("during");  // was durable
  EXPECT_TRUE(Contains(again.err, "0 logged, 1 logged before")) << again.err;
  EXPECT_TRUE(Contains(log.Append("before").err, "0 logged, 1 logged before"));
  const Outcome audit = log.Audit();
  EXPECT_EQ(audit.status, 0) << audit.out;
  EXPECT_TRUE(Contains(audit.out, "entries checked") &&
              Contains(audit.out, "2"))
      << audit.out;
}

INSTANTIATE_TEST_SUITE_P(Ways, BrokenTokenTest,
                         testing::Values("fail", "flip", "short"));

}  // namespace
}  // namespace modlog::token_e2e_test
