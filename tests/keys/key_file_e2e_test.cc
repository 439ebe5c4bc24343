// If these fail, a log's key is made where it is not safe, or one log gets two
// keys, and readers who know the first take the second for a forger's.

#include <sys/stat.h>

#include <filesystem>

#include "tests/keys/keyed_log.h"

namespace modlog::key_file_e2e_test {
namespace {

constexpr char kOrigin[] = "log.example/keys";

class KeyFileTest : public testing::Test {
 protected:
  std::string key() { return folder_ / "secret/log.key"; }
  std::string data() { return folder_ / "data"; }
  Outcome Keygen(const std::string& path, const std::string& name = kOrigin) {
    return RunProgram("modlog", {"keygen", "--name", name, "--out", path});
  }
  void SetUp() override {
    std::filesystem::create_directory(folder_ / "secret");
    const Outcome made = Keygen(key());
    ASSERT_EQ(made.status, 0) << made.err;
    vkey_ = made.out.substr(0, made.out.find('\n'));
  }

  TemporaryFolder folder_;
  std::string vkey_;
};

TEST_F(KeyFileTest, AKeyIsMadeOnceAndForItsOwnerAlone) {
  struct stat facts = {};
  ASSERT_EQ(stat(key().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  EXPECT_TRUE(vkey_.starts_with(std::string(kOrigin) + "+")) << vkey_;
  const std::string before = ReadFile(key());
  EXPECT_TRUE(before.starts_with("PRIVATE+KEY+log.example/keys+"));

  const Outcome again = Keygen(key());
  EXPECT_EQ(again.status, 2);
  EXPECT_TRUE(Contains(again.err, "never replaced")) << again.err;
  EXPECT_EQ(ReadFile(key()), before);

  for (const char* name : {"", "a b", "a+b", "https://log.example"}) {
    EXPECT_EQ(Keygen(folder_ / "other", name).status, 2) << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "other")) << name;
  }
  EXPECT_EQ(RunProgram("modlog", {"keygen", "--name", kOrigin}).status, 2);
}

TEST_F(KeyFileTest, ALogSignsWithAKeyOutsideItsDirectory) {
  {
    KeyedLog log(data(), {"--key", key()});
    EXPECT_EQ(log.vkey(), vkey_);
    EXPECT_EQ(log.Append("first").status, 0);
    EXPECT_EQ(log.Audit().status, 0);
  }
  EXPECT_FALSE(std::filesystem::exists(data() + "/log.key"));
  KeyedLog again(data(), {"--key", key()});
  EXPECT_EQ(again.Append("second").status, 0);
  EXPECT_EQ(again.Audit().status, 0);
}

TEST_F(KeyFileTest, AKeyThatOthersMayReadOrThatIsNotThereIsRefused) {
  ASSERT_EQ(chmod(key().c_str(), 0640), 0);
  ExpectNoStart(data(), {"--key", key()}, 1, "chmod 600");
  ASSERT_EQ(chmod(key().c_str(), 0604), 0);
  ExpectNoStart(data(), {"--key", key()}, 1, "chmod 600");
  ExpectNoStart(data(), {"--key", folder_ / "none"}, 1, "modlog keygen");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
  ExpectNoStart(data(), {"--key", ""}, 2, "key: is empty");
}

TEST_F(KeyFileTest, ALogNeverGetsAnotherKey) {
  {
    KeyedLog log(data(), {"--key", key()});
    ASSERT_EQ(log.Append("first").status, 0);
  }
  // The same origin, another key.
  const Outcome other = Keygen(folder_ / "secret/other.key");
  ASSERT_EQ(other.status, 0) << other.err;
  ExpectNoStart(data(), {"--key", folder_ / "secret/other.key"}, 1,
                "modlog succeed");
  ExpectNoStart(data(), {}, 1, "--key");  // and makes none of its own
  EXPECT_FALSE(std::filesystem::exists(data() + "/log.key"));
  // Another origin.
  ExpectNoStart(data(), {"--key", key(), "--origin", "log.example/x"}, 1,
                "leave --origin out");
  KeyedLog log(data(), {"--key", key()});
  EXPECT_EQ(log.Audit().status, 0);
}

// Readers who know the key of a log's COSE receipts take those by another one
// for a forger's, as they do its checkpoints.
TEST_F(KeyFileTest, ALogNeverGetsAnotherCoseKey) {
  const std::string cose = folder_ / "cose.key";
  const auto with = [&](const std::string& file) -> Words {
    return {"--key", key(), "--cose-key", file};
  };
  {
    KeyedLog log(data(), with(cose));
    ASSERT_EQ(log.Append("first").status, 0);
  }
  const std::string before = ReadFile(cose);
  // Mistyped, lost, and of the same name but another.
  ExpectNoStart(data(), with(folder_ / "csoe.key"), 1, "is missing");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "csoe.key"));
  std::filesystem::rename(cose, folder_ / "away");
  ExpectNoStart(data(), with(cose), 1, "restore the file");
  EXPECT_FALSE(std::filesystem::exists(cose));
  ASSERT_EQ(Keygen(folder_ / "other.key").status, 0);
  ExpectNoStart(data(), with(folder_ / "other.key"), 1, "another key");
  {
    KeyedLog without(data(), {"--key", key()});
    EXPECT_EQ(without.Append("second").status, 0);
  }
  // And its own as ever, wherever that is.
  KeyedLog log(data(), with(folder_ / "away"));
  EXPECT_EQ(ReadFile(folder_ / "away"), before);
  EXPECT_EQ(log.Audit().status, 0);
}

// A start that took another log's directory for its own leaves nothing there
// that keeps that log from starting.
TEST_F(KeyFileTest, ACoseKeyOfAnotherLogsDirectoryIsNotRemembered) {
  {
    KeyedLog log(data(), {"--key", key()});
    ASSERT_EQ(log.Append("first").status, 0);
  }
  ASSERT_EQ(Keygen(folder_ / "x.key", "log.example/x").status, 0);
  ExpectNoStart(data(),
                {"--key", folder_ / "x.key", "--cose-key", folder_ / "x.cose"},
                1, "an origin is for ever");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.cose"));
  KeyedLog log(data(), {"--key", key(), "--cose-key", folder_ / "cose.key"});
  EXPECT_EQ(log.Audit().status, 0);
}

}  // namespace
}  // namespace modlog::key_file_e2e_test
