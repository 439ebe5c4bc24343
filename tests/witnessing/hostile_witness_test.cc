// If these fail, a witness that the policy names takes the log's memory, or its
// time, by sending what nobody asked for.

#include <gtest/gtest.h>

#include "api/witnessing/witness_http.h"
#include "tests/programs/flood_server.h"

namespace modlog::hostile_witness_test {
namespace {

// What libcurl and the kernel hold on their way, generously.
constexpr uint64_t kTakenMax = 48 << 20;

class HostileWitnessTest : public testing::TestWithParam<Flood> {};

TEST_P(HostileWitnessTest, NoMoreIsTakenThanTheLimits) {
  FloodServer server([](const std::string&) { return GetParam().answer; });
  WitnessHttp http;
  const auto answer = http.Post(server.url() + "/add-checkpoint", "a head");
  EXPECT_FALSE(answer) << answer->status;
  EXPECT_LT(server.sent(), kTakenMax);
}

// The next answer of the same connection has limits of its own.
TEST_P(HostileWitnessTest, AKeptConnectionIsNoWayAround) {
  const std::string body(400'000, 'b');
  FloodServer server([&body](const std::string& path) {
    return path == "/flood" ? GetParam().answer : Plainly(body);
  });
  WitnessHttp http;
  for (int i = 0; i < 10; ++i) {
    const auto answer = http.Post(server.url() + "/add-checkpoint", "a head");
    ASSERT_TRUE(answer) << answer.error().message;
  }
  const uint64_t before = server.sent();
  EXPECT_FALSE(http.Post(server.url() + "/flood", "a head"));
  EXPECT_LT(server.sent() - before, kTakenMax);
}

INSTANTIATE_TEST_SUITE_P(All, HostileWitnessTest, testing::ValuesIn(Floods()),
                         [](const testing::TestParamInfo<Flood>& flood) {
                           std::string name = flood.param.name;
                           std::erase_if(
                               name, [](char c) { return !std::isalpha(c); });
                           return name;
                         });

// Where a witness sends the log is not for the witness to say.
TEST(WitnessRedirectTest, ARedirectionIsAnAnswerAndIsNotFollowed) {
  FloodServer server([](const std::string& path) {
    if (path == "/elsewhere") return Plainly("here");
    return FloodServer::Answer{
        .once =
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\n"
            "Content-Length: 0\r\n\r\n"};
  });
  WitnessHttp http;
  const auto answer = http.Post(server.url() + "/add-checkpoint", "a head");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(server.Requests("/elsewhere"), 0u);
}

}  // namespace
}  // namespace modlog::hostile_witness_test
