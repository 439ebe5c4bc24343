// If this failed, a crash in the middle of an erasure or a redaction would
// leave a person's texts readable, though an entry says that they are gone.

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <sstream>

#include "log/payload/key_slots.h"
#include "tests/eventually.h"
#include "tests/log/file_search.h"
#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"

namespace modlog::erasure_crash_test {
namespace {

constexpr char kDirectoryVariable[] = "MODLOG_TEST_DIRECTORY";
constexpr int kKilled = 137;

RecordWithPayload Record() {
  return CommitTo(TakedownMessage("erased"),
                  {{kPartContentId, "https://example.org/item/1"},
                   {kPartComplainant, "who asked not to be named"}});
}

std::unique_ptr<Log> OpenOn(const std::string& directory) {
  auto store = OpenRocksDbStore(directory + "/db");
  EXPECT_TRUE(store);
  if (!store) return nullptr;
  auto log =
      Log::Open({.data_dir = directory, .key = TestKey()}, *std::move(store));
  EXPECT_TRUE(log);
  return log ? *std::move(log) : nullptr;
}

void Add(Log* log) {
  const std::string action = Record().ActionBytes();
  const std::string payload = Record().PayloadBytes();
  AppendGroup group;
  group.platform = "example";
  group.actions = {action};
  group.payloads = {payload};
  std::promise<bool> logged;
  log->Append(std::move(group), [&](const Result<AppendAnswer>& answer) {
    logged.set_value(answer &&
                     answer->items[0].outcome == ItemResult::Outcome::kLogged);
  });
  EXPECT_TRUE(logged.get_future().get());
}

bool EraseNow(Log* log) {
  std::promise<bool> erased;
  log->Erase({.indexes = {0}, .basis = 1, .now = true},
             [&](const Result<EraseOutcome>& outcome) {
               erased.set_value(outcome.has_value());
             });
  return erased.get_future().get();
}

// Run by the test below, in a process that dies on the way.
TEST(ErasureCrash, DISABLED_DiesOnTheWay) {
  const char* directory = std::getenv(kDirectoryVariable);
  ASSERT_NE(directory, nullptr);
  const auto log = OpenOn(directory);
  ASSERT_NE(log, nullptr);
  EraseNow(log.get());
}

bool RedactNow(Log* log) {
  std::promise<bool> redacted;
  log->Redact({.index = 0, .basis = 1}, [&](const Result<uint64_t>& entry) {
    redacted.set_value(entry && *entry == 1u);
  });
  return redacted.get_future().get();
}

TEST(ErasureCrash, DISABLED_RedactsAndDies) {
  const char* directory = std::getenv(kDirectoryVariable);
  ASSERT_NE(directory, nullptr);
  const auto log = OpenOn(directory);
  ASSERT_NE(log, nullptr);
  RedactNow(log.get());
}

int RunDying(const std::string& directory, const std::string& failpoint,
             const std::string& test = "DiesOnTheWay") {
  std::string directory_setting =
      std::string(kDirectoryVariable) + "=" + directory;
  std::string failpoint_setting = "MODLOG_FAILPOINT=" + failpoint + ":exit";
  char* environment[] = {directory_setting.data(), failpoint_setting.data(),
                         nullptr};
  std::string program = "/proc/self/exe";
  std::string all = "--gtest_also_run_disabled_tests";
  std::string filter = "--gtest_filter=*DISABLED_" + test;
  char* arguments[] = {program.data(), all.data(), filter.data(), nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments,
                    environment) != 0) {
    return -1;
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string KeySlotsOf(const std::string& directory) {
  std::ostringstream text;
  text << std::ifstream(directory + "/key-slots", std::ios::binary).rdbuf();
  return text.str();
}

// The three slots of the record: one for the commitments, one a part.
std::vector<std::string> KeysIn(const std::string& file) {
  std::vector<std::string> keys;
  for (size_t slot = 0; slot < 3; ++slot) {
    keys.push_back(file.substr((slot + 1) * kPartKeySize, kPartKeySize));
  }
  return keys;
}

bool IsErased(Log* log) {
  const auto kept = log->ReadPayload(0);
  return kept && kept->parts.empty() && kept->commitments.empty();
}

class ErasureCrashTest : public testing::TestWithParam<const char*> {};

TEST_P(ErasureCrashTest, IsFinishedByTheNextStart) {
  const ScratchDirectory directory;
  {
    const auto log = OpenOn(directory.path());
    ASSERT_NE(log, nullptr);
    Add(log.get());
  }
  const std::vector<std::string> keys = KeysIn(KeySlotsOf(directory.path()));
  ASSERT_EQ(RunDying(directory.path(), GetParam()), kKilled);

  const auto log = OpenOn(directory.path());
  ASSERT_NE(log, nullptr);
  // Before the entry is out nothing was promised but that it will be done.
  if (std::string_view(GetParam()) == "erasure_accepted") {
    EXPECT_EQ(log->signed_head()->tree.size, 1u);
    ASSERT_TRUE(EraseNow(log.get()));
  }
  EXPECT_TRUE(Eventually([&] { return IsErased(log.get()); }));
  // Whatever was to be done is done when nothing more can be asked for.
  EraseNow(log.get());
  const std::string file = KeySlotsOf(directory.path());
  for (const std::string& key : keys) {
    EXPECT_EQ(file.find(key), std::string::npos);
  }
  EXPECT_EQ(log->signed_head()->tree.size, 2u);  // one entry says so, not two
}

INSTANTIATE_TEST_SUITE_P(Places, ErasureCrashTest,
                         testing::Values("erasure_accepted",
                                         "erasure_published",
                                         "erasure_keys_gone",
                                         "erasure_removed"));

class RedactionCrashTest : public testing::TestWithParam<const char*> {};

TEST_P(RedactionCrashTest, IsFinishedByTheNextStart) {
  const ScratchDirectory directory;
  {
    const auto log = OpenOn(directory.path());
    ASSERT_NE(log, nullptr);
    Add(log.get());
  }
  const std::string action = Record().ActionBytes();
  EXPECT_FALSE(FilesWith(directory.path(), action).empty());
  const std::vector<std::string> keys = KeysIn(KeySlotsOf(directory.path()));
  ASSERT_EQ(RunDying(directory.path(), GetParam(), "RedactsAndDies"), kKilled);

  const auto log = OpenOn(directory.path());
  ASSERT_NE(log, nullptr);
  // Before the commit nothing was asked of anybody: it is asked for again.
  const bool before_entry = log->signed_head()->tree.size == 1;
  EXPECT_EQ(before_entry, std::string_view(GetParam()) == "before_commit");
  if (before_entry) {
    EXPECT_TRUE(log->ReadLeaf(0));
    ASSERT_TRUE(RedactNow(log.get()));
  }
  EXPECT_TRUE(Eventually([&] {
    return !log->ReadLeaf(0) && FilesWith(directory.path(), action).empty();
  }));
  EXPECT_TRUE(RedactNow(log.get()));  // the same entry, when all of it is done
  EXPECT_EQ(log->signed_head()->tree.size, 2u);
  EXPECT_EQ(log->ReadLeaf(0).error().code, Code::kNotFound);
  EXPECT_TRUE(FilesWith(directory.path(), action).empty());
  const std::string file = KeySlotsOf(directory.path());
  for (const std::string& key : keys) {
    EXPECT_EQ(file.find(key), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Places, RedactionCrashTest,
    testing::Values("before_commit", "after_commit", "after_high_water",
                    "redaction_published", "redaction_emptied",
                    "redaction_purged", "erasure_keys_gone",
                    "erasure_removed"));

}  // namespace
}  // namespace modlog::erasure_crash_test
