// If these fail, whoever is asked decides how much memory and how much time the
// asking takes: an endless answer or a slow one ends every audit.

#include <gtest/gtest.h>

#include <chrono>

#include "tests/audit/child.h"
#include "tests/audit/small_log.h"
#include "tests/programs/flood_server.h"
#include "verifier/audit/audit.h"
#include "verifier/source/url_source.h"

namespace modlog::hostile_log_test {
namespace {

using std::chrono::milliseconds;

// What libcurl and the kernel hold on their way, generously.
constexpr uint64_t kTakenMax = 48 << 20;

UrlSourceOptions Hasty() {
  UrlSourceOptions options;
  options.backoff_ms = 5;
  return options;
}

// A log of `size` entries; what `odd` has an answer for is answered so.
FloodServer::Script ServeLog(uint64_t size, FloodServer::Script odd) {
  return [files = SmallLog::OfSize(size).MakeFiles(),
          odd = std::move(odd)](const std::string& path) {
    const FloodServer::Answer answer = odd(path);
    if (!answer.once.empty() || !answer.again.empty() || answer.hold) {
      return answer;
    }
    const auto file = files.find(path.substr(1));
    return file == files.end() ? Plainly("", "404 Not Found")
                               : Plainly(file->second);
  };
}

AuditReport AuditUrl(const std::string& url, const UrlSourceOptions& options) {
  const auto source = OpenUrlSource(url, options);
  const Policy policy = SmallPolicy();
  AuditRequest request;
  request.source = source->get();
  request.policy = &policy;
  return Audit(request);
}

class FloodTest : public testing::TestWithParam<Flood> {};

TEST_P(FloodTest, NoMoreIsTakenThanTheLimits) {
  FloodServer server([](const std::string&) { return GetParam().answer; });
  const auto source = OpenUrlSource(server.url(), Hasty());
  std::string out;
  const auto fetched = (*source)->Fetch("checkpoint", 1'000'000, &out);
  ASSERT_FALSE(fetched);
  EXPECT_FALSE(fetched.error().message.empty());
  EXPECT_LT(server.sent(), kTakenMax) << fetched.error().message;
}

// Of a connection that is kept, all that earlier answers took is not counted to
// the next one, and what the next one sends is.
TEST_P(FloodTest, AKeptConnectionIsNoWayAround) {
  const std::string body(900'000, 'b');
  FloodServer server([&body](const std::string& path) {
    return path == "/flood" ? GetParam().answer : Plainly(body);
  });
  UrlSourceOptions options = Hasty();
  options.parallel = 1;
  const auto source = OpenUrlSource(server.url(), options);
  std::string out;
  for (int i = 0; i < 20; ++i) {
    const auto fetched = (*source)->Fetch("file", body.size(), &out);
    ASSERT_TRUE(fetched) << fetched.error().message;
  }
  const uint64_t before = server.sent();
  EXPECT_FALSE((*source)->Fetch("flood", body.size(), &out));
  EXPECT_LT(server.sent() - before, kTakenMax);
}

INSTANTIATE_TEST_SUITE_P(All, FloodTest, testing::ValuesIn(Floods()),
                         [](const testing::TestParamInfo<Flood>& flood) {
                           std::string name = flood.param.name;
                           std::erase_if(
                               name, [](char c) { return !std::isalpha(c); });
                           return name;
                         });

TEST(FloodWordsTest, TheLimitIsNamedAndTheLogIsNotAccused) {
  for (const Flood& flood : Floods()) {
    if (flood.name != "trailers" && flood.name != "a chunk extension") continue;
    FloodServer server(ServeLog(300, [&flood](const std::string& path) {
      return path == "/checkpoint" ? FloodServer::Answer{} : flood.answer;
    }));
    const AuditReport report = AuditUrl(server.url(), Hasty());
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << flood.name;
    EXPECT_NE(report.reason.find("sends more than"), std::string::npos)
        << report.reason;
  }
}

// ---- slowness

// A log that sends its tiles byte by byte for ever, each of them in less time
// than any transfer may take.
TEST(SlowLogTest, WhoDripsIsNotWaitedForForEver) {
  FloodServer server(ServeLog(40 * 256, [](const std::string& path) {
    if (path == "/checkpoint") return FloodServer::Answer{};
    return FloodServer::Answer{
        .once = "HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n",
        .again = "a",
        .pause_ms = 20};
  }));
  UrlSourceOptions options = Hasty();
  options.patience.at_most = milliseconds(1'500);
  options.patience.bytes_a_second = 10'000;
  const AuditReport report = AuditUrl(server.url(), options);
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(report.reason.find("bytes/s"), std::string::npos) << report.reason;
}

// As many files as there are may take as long as they take.
TEST(SlowLogTest, WhoSendsOnIsWaitedForHoweverLongItTakes) {
  FloodServer server(ServeLog(10 * 256, [](const std::string& path) {
    FloodServer::Answer answer;
    if (path == "/wait") answer.hold = true;
    return answer;
  }));
  UrlSourceOptions options = Hasty();
  // Less patience than all of it takes, were it for all of it.
  options.patience.at_most = milliseconds(20'000);
  options.parallel = 1;
  const AuditReport report = AuditUrl(server.url(), options);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
}

TEST(SlowLogTest, AfterTheDeadlineNothingIsWaitedFor) {
  FloodServer server(
      [](const std::string&) { return FloodServer::Answer{.hold = true}; });
  Deadline deadline;
  UrlSourceOptions options = Hasty();
  options.deadline = &deadline;
  const auto source = OpenUrlSource(server.url(), options);
  deadline.Within(milliseconds(300));
  std::string out;
  const auto fetched = (*source)->Fetch("checkpoint", 1'000, &out);
  ASSERT_FALSE(fetched);
  EXPECT_NE(fetched.error().message.find("deadline"), std::string::npos)
      << fetched.error().message;
}

// ---- a verdict that stands

// The log never answers for what would name the wrong hash.
TEST(StandingVerdictTest, ATileProvedWrongIsNotHeldBackByWhatLiesBelow) {
  const uint64_t size = 65'536;
  const Files files = SmallLog::OfSize(size).MakeFiles();
  std::string wrong = files.at("tile/1/000");
  wrong[5] ^= 1;
  FloodServer server(ServeLog(size, [&wrong](const std::string& path) {
    if (path == "/tile/1/000") return Plainly(wrong);
    return FloodServer::Answer{.hold = path.starts_with("/tile/0/")};
  }));
  const AuditReport report = AuditUrl(server.url(), Hasty());
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_EQ(report.place, "tile/1/000") << report.reason;
}

// Where the log does answer, the hash is named.
TEST(StandingVerdictTest, TheWrongHashOfATileIsNamed) {
  const uint64_t size = 65'536;
  const Files files = SmallLog::OfSize(size).MakeFiles();
  std::string wrong = files.at("tile/1/000");
  wrong[5] ^= 1;
  FloodServer server(ServeLog(size, [&wrong](const std::string& path) {
    return path == "/tile/1/000" ? Plainly(wrong) : FloodServer::Answer{};
  }));
  const AuditReport report = AuditUrl(server.url(), Hasty());
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_TRUE(report.place.starts_with("tile/1/000")) << report.place;
}

}  // namespace
}  // namespace modlog::hostile_log_test
