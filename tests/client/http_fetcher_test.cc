// If these fail, a log decides how much memory and time a copy of it takes.

#include "api/tool/copy/http_fetcher.h"

#include <gtest/gtest.h>

#include "tests/programs/flood_server.h"

namespace modlog::http_fetcher_test {
namespace {

// What libcurl and the kernel hold on their way, generously; a page that fails
// for a reason that may pass is asked for again.
constexpr uint64_t kTakenMax = uint64_t{kFetchAttempts} * (48 << 20);

class HttpFetcherTest : public testing::TestWithParam<Flood> {};

TEST_P(HttpFetcherTest, NoMoreIsTakenThanTheLimits) {
  const std::string body(900'000, 'b');
  FloodServer server([&body](const std::string& path) {
    return path == "/flood" ? GetParam().answer : Plainly(body);
  });
  HttpFetcher fetcher(server.url());
  for (int i = 0; i < 20; ++i) {
    const auto fetched = fetcher.Fetch({"file", body.size()});
    ASSERT_TRUE(fetched) << fetched.error().message;
  }
  const uint64_t before = server.sent();
  EXPECT_FALSE(fetcher.Fetch({"flood", body.size()}));
  EXPECT_LT(server.sent() - before, kTakenMax);
}

INSTANTIATE_TEST_SUITE_P(All, HttpFetcherTest, testing::ValuesIn(Floods()),
                         [](const testing::TestParamInfo<Flood>& flood) {
                           std::string name = flood.param.name;
                           std::erase_if(
                               name, [](char c) { return !std::isalpha(c); });
                           return name;
                         });

// Byte by byte, in less time than any transfer may take.
TEST(SlowFetchTest, WhoDripsIsNotWaitedForForEver) {
  FloodServer server([](const std::string&) {
    return FloodServer::Answer{
        .once = "HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n",
        .again = "a",
        .pause_ms = 20};
  });
  HttpFetcher fetcher(server.url(), {.at_most = std::chrono::seconds(1),
                                     .bytes_a_second = 10'000});
  const auto fetched = fetcher.Fetch({"tile/0/000", 8'192});
  ASSERT_FALSE(fetched);
  EXPECT_NE(fetched.error().message.find("a second"), std::string::npos)
      << fetched.error().message;
}

}  // namespace
}  // namespace modlog::http_fetcher_test
