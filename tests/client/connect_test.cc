// If these fail, a call that comes a moment before its log, as at a start of
// the machine, is lost, or a person is not told why there is no log.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "api/client/client.h"
#include "tests/client/scripted_log.h"
#include "tests/held_port.h"

namespace modlog::connect_test {
namespace {

TEST(Connect, AFirstConnectionThatBreaksIsTriedAgain) {
  HeldPort held;
  std::future<bool> connected;
  {
    // Takes the first connection, and breaks it.
    const HeldPort breaking(held.port());
    ASSERT_EQ(listen(breaking.fd(), 16), 0);
    connected = std::async(std::launch::async, [&] {
      return Client::Connect(held.address()).has_value();
    });
    const int first = accept(breaking.fd(), nullptr, nullptr);
    ASSERT_GE(first, 0);
    close(first);
  }
  const ScriptedLog log(held.port());
  EXPECT_EQ(log.address(), held.address());
  EXPECT_TRUE(connected.get());
}

TEST(Connect, WhereThereIsNoLogItIsSaidWhy) {
  const HeldPort held;
  const auto client = Client::Connect(held.address());
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::kUnavailable);
  EXPECT_EQ(
      client.error().message.find("cannot reach a log at " + held.address() +
                                  " (Connection refused"),
      0u)
      << client.error().message;
}

// An address in figures of the other family, where the system has it.
TEST(Connect, Ipv6InFigures) {
  const ScriptedLog log(0, "[::1]");
  if (log.port() == 0) GTEST_SKIP() << "there is no IPv6 here";
  EXPECT_TRUE(Client::Connect(log.address()));
}

}  // namespace
}  // namespace modlog::connect_test
