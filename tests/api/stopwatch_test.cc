// If these fail, slow connections are held for ever, or an honest reader with a
// slow line is cut off.

#include "verifier/base/stopwatch.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>

#include "verifier/base/address.h"

namespace modlog::stopwatch_test {
namespace {

struct Pair {
  Socket server;
  Socket reader;
};

Pair Connect() {
  ListenAddress address = {.host = "127.0.0.1"};
  const Socket listening = *Listen(&address);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  Socket reader(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(reader.fd(), reinterpret_cast<sockaddr*>(&to), sizeof(to)),
            0);
  pollfd wait = {.fd = listening.fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&wait, 1, 30'000), 1);
  return {Socket(accept4(listening.fd(), nullptr, nullptr, SOCK_CLOEXEC)),
          std::move(reader)};
}

void ExpectToEnd(const Socket& reader) {
  pollfd wait = {.fd = reader.fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&wait, 1, 60'000), 1);
  char byte;
  EXPECT_EQ(recv(reader.fd(), &byte, 1, MSG_DONTWAIT), 0);
}

TEST(StopwatchTest, EndsWhatTakesTooLong) {
  const Pair late = Connect();
  Stopwatch stopwatch(std::chrono::seconds(0));
  stopwatch.Start(late.server.fd());
  ExpectToEnd(late.reader);
}

TEST(StopwatchTest, LeavesAloneWhatWasStoppedInTime) {
  const Pair done = Connect();
  const Pair late = Connect();
  Stopwatch stopwatch(std::chrono::seconds(0), 0);
  stopwatch.Start(done.server.fd());
  stopwatch.Stop(done.server.fd());
  stopwatch.Start(late.server.fd());
  ExpectToEnd(late.reader);  // so there was a look at both
  char byte;
  EXPECT_EQ(recv(done.reader.fd(), &byte, 1, MSG_DONTWAIT), -1);
}

// What a reader has taken counts for it. The sockets are looked at in the order
// of their numbers, so that the end of the later one says that the other was
// looked at as well.
TEST(StopwatchTest, AReaderThatTakesEnoughHasMoreTime) {
  const Pair taking = Connect();
  const Pair idle = Connect();
  ASSERT_LT(taking.server.fd(), idle.server.fd());
  Stopwatch stopwatch(std::chrono::seconds(1), 1);
  const std::string answer(10'000, 'x');
  std::string taken(answer.size(), '\0');
  stopwatch.Start(taking.server.fd());
  ASSERT_EQ(send(taking.server.fd(), answer.data(), answer.size(), 0),
            static_cast<ssize_t>(answer.size()));
  ASSERT_EQ(recv(taking.reader.fd(), taken.data(), taken.size(), MSG_WAITALL),
            static_cast<ssize_t>(taken.size()));
  stopwatch.Start(idle.server.fd());
  ExpectToEnd(idle.reader);
  char byte;
  EXPECT_EQ(recv(taking.reader.fd(), &byte, 1, MSG_DONTWAIT), -1);
}

}  // namespace
}  // namespace modlog::stopwatch_test
