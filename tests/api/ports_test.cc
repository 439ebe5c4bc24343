// If these fail, whoever reaches a port can keep everybody else out of it, or a
// port that is dead looks well for ever.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/api/test_support.h"
#include "tests/eventually.h"

namespace modlog::ports_test {
namespace {

using std::string_literals::operator""s;

constexpr size_t kFew = 8;
const std::string kPreface =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"s;
constexpr int kPatienceMs = 60'000;

Socket ConnectTo(const std::string& host_port) {
  const auto address = ParseListenAddress(host_port);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(address->port);
  inet_pton(AF_INET, address->host.c_str(), &to.sin_addr);
  Socket connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(
      connect(connection.fd(), reinterpret_cast<sockaddr*>(&to), sizeof(to)),
      0);
  return connection;
}

void SendAll(const Socket& connection, const std::string& bytes) {
  EXPECT_EQ(send(connection.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

// Exactly `size` bytes; fewer where the connection ends.
std::string Receive(const Socket& connection, size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    pollfd wait = {.fd = connection.fd(), .events = POLLIN, .revents = 0};
    char buffer[4'096];
    if (poll(&wait, 1, kPatienceMs) != 1) break;
    const ssize_t got = recv(connection.fd(), buffer,
                             std::min(sizeof(buffer), size - bytes.size()), 0);
    if (got <= 0) break;
    bytes.append(buffer, static_cast<size_t>(got));
  }
  return bytes;
}

// Until the server has closed it.
bool EndsInTime(const Socket& connection) {
  for (;;) {
    pollfd wait = {.fd = connection.fd(), .events = POLLIN, .revents = 0};
    char buffer[4'096];
    if (poll(&wait, 1, kPatienceMs) != 1) return false;
    if (recv(connection.fd(), buffer, sizeof(buffer), 0) <= 0) return true;
  }
}

PortStatus PortNamed(const Server& server, const std::string& name) {
  const auto ports = server.Ports();
  const auto it = std::ranges::find(ports, name, &PortStatus::name);
  EXPECT_NE(it, ports.end());
  return *it;
}

void AllowFew(ServerOptions* options) {
  options->grpc_connections = {.total = kFew, .per_peer = kFew};
  options->http_connections = {.total = kFew, .per_peer = kFew};
}

class CrowdedPortsTest : public testing::Test {
 protected:
  std::vector<Socket> Crowd(const std::string& address,
                            const std::string& first_words) {
    std::vector<Socket> crowd;
    crowd.reserve(5 * kFew);
    for (size_t i = 0; i < 5 * kFew; ++i) {
      crowd.push_back(ConnectTo(address));
      // Some have been ended for later ones already.
      send(crowd.back().fd(), first_words.data(), first_words.size(),
           MSG_NOSIGNAL);
    }
    return crowd;
  }
  grpc::Status AppendAnew(const std::string& puid) {
    const auto stub = v1::ModerationLog::NewStub(fixture_.NewChannel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::milliseconds(kPatienceMs));
    context.set_wait_for_ready(true);
    v1::AppendRequest request;
    request.set_platform(kPlatform);
    request.set_action(TestBytes(puid));
    v1::AppendResponse response;
    return stub->Append(&context, request, &response);
  }
  void ExpectFew(const std::string& name) {
    const PortStatus port = PortNamed(fixture_.server(), name);
    EXPECT_LE(port.connections, kFew);
    EXPECT_EQ(port.connections_max, kFew);
    EXPECT_GE(port.ended, 4 * kFew);
  }

  Fixture fixture_ = Fixture(AllowFew);
};

// Connections that nobody uses must not keep a platform out, neither while they
// last nor afterwards.
TEST_F(CrowdedPortsTest, IdleConnectionsKeepNoPlatformOut) {
  for (const std::string& words : {""s, kPreface}) {
    const std::string address = fixture_.server().grpc_address();
    auto crowd = Crowd(address, words);
    const std::string puid = words.empty() ? "silent" : "greeting";
    EXPECT_TRUE(AppendAnew(puid).ok());
    crowd.clear();
    EXPECT_TRUE(AppendAnew(puid + "-after").ok());
  }
  ExpectFew("grpc");
}

TEST_F(CrowdedPortsTest, SlowReadersKeepNoReaderOut) {
  const std::string address = fixture_.server().http_address();
  const auto crowd = Crowd(address, "GET /checkpoint HTTP/1.1\r\n");
  const Socket honest = ConnectTo(address);
  SendAll(honest, "GET /checkpoint HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Receive(honest, 12), "HTTP/1.1 200");
  ExpectFew("http");
}

// Both ports at their limit, and neither takes the other's share.
TEST_F(CrowdedPortsTest, TheServerStopsWhateverIsConnected) {
  const auto readers =
      Crowd(fixture_.server().http_address(), "GET /checkpoint HTTP/1.1\r\n");
  const auto platforms = Crowd(fixture_.server().grpc_address(), kPreface);
  EXPECT_TRUE(EndsInTime(readers.front()));
  EXPECT_TRUE(EndsInTime(platforms.front()));
}  // where the fixture's end hangs, so does the test

std::string Ping(char number) {
  return "\0\0\x08\x06\0\0\0\0\0"s + std::string(8, number);
}

// A client that is idle and asks whether its connection stands would lose it.
TEST(PortsTest, AnIdleClientMayPing) {
  Fixture fixture(
      [](ServerOptions* options) { options->ping_interval_ms_min = 0; });
  const Socket client = ConnectTo(fixture.server().grpc_address());
  SendAll(client, kPreface);
  for (char i = 0; i < 8; ++i) {
    SendAll(client, Ping(i));
    bool acknowledged = false;
    while (!acknowledged) {
      const std::string head = Receive(client, 9);
      ASSERT_EQ(head.size(), 9u) << "closed after " << int{i} << " pings";
      ASSERT_NE(head[3], '\x07') << "GOAWAY after " << int{i} << " pings";
      const auto size = static_cast<size_t>(static_cast<uint8_t>(head[2]));
      const std::string body = Receive(client, size);
      acknowledged = head[3] == '\x06' && head[4] == '\x01';
      if (acknowledged) {
        EXPECT_EQ(body, std::string(8, i));
      }
    }
  }
}

// The socket of this process that listens on the port.
int ListeningOn(const std::string& host_port) {
  const auto address = ParseListenAddress(host_port);
  for (int fd = 3; fd < 1'024; ++fd) {
    int listens = 0;
    socklen_t size = sizeof(listens);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
        listens == 0) {
      continue;
    }
    sockaddr_in bound = {};
    size = sizeof(bound);
    getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
    if (ntohs(bound.sin_port) == address->port) return fd;
  }
  return -1;
}

TEST(PortsTest, APortThatCannotAcceptAnyMoreSaysSo) {
  for (const std::string name : {"grpc", "http"}) {
    Fixture fixture;
    EXPECT_EQ(fixture.server().PortFailure(), "");
    EXPECT_TRUE(fixture.server().UpdateHealth());
    const int fd =
        ListeningOn(name == "grpc" ? fixture.server().grpc_address()
                                   : fixture.server().http_address());
    ASSERT_GE(fd, 0);
    shutdown(fd, SHUT_RDWR);
    EXPECT_TRUE(
        Eventually([&] { return !fixture.server().PortFailure().empty(); }));
    EXPECT_NE(fixture.server().PortFailure().find("the " + name + " port"),
              std::string::npos);
    EXPECT_FALSE(fixture.server().UpdateHealth());
    EXPECT_FALSE(PortNamed(fixture.server(), name).up);
  }
}

constexpr ProbeTimes kHurry = {.every = std::chrono::milliseconds(1),
                               .answer = std::chrono::milliseconds(50)};

// Accepted by the system, answered by nobody: what a hung server looks like.
TEST(PortProbeTest, APortThatDoesNotAnswerIsFoundOut) {
  ListenAddress address = {.host = "127.0.0.1"};
  const auto silent = Listen(&address);
  ASSERT_TRUE(silent.has_value());
  PortProbe probe({HttpProbe(address)}, kHurry);
  EXPECT_TRUE(Eventually([&] { return !probe.failure().empty(); }));
  EXPECT_FALSE(probe.Answers("http"));
  EXPECT_NE(probe.failure().find("the http port 127.0.0.1:"),
            std::string::npos);
}

// Who floods a port must not be able to have it declared dead.
TEST(PortProbeTest, APortThatIsOverrunIsNotDead) {
  ListenAddress address = {.host = "127.0.0.1"};
  const auto silent = Listen(&address);
  ASSERT_TRUE(silent.has_value());
  std::atomic<uint64_t> looks = 0;
  ProbedPort port = HttpProbe(address);
  port.progress = [&] { return 10 * ++looks; };
  PortProbe probe({port}, kHurry);
  EXPECT_TRUE(Eventually([&] { return looks > 2 * kProbesMax; }));
  EXPECT_EQ(probe.failure(), "");
  EXPECT_FALSE(probe.Answers("http"));
}

TEST(PortProbeTest, PortsThatAnswerAreUp) {
  Fixture fixture([](ServerOptions* options) {
    options->probes.every = std::chrono::milliseconds(1);
  });
  EXPECT_TRUE(Eventually([&] {
    return PortNamed(fixture.server(), "grpc").accepted > 10 &&
           PortNamed(fixture.server(), "http").accepted > 10;
  }));
  EXPECT_EQ(fixture.server().PortFailure(), "");
  EXPECT_TRUE(PortNamed(fixture.server(), "grpc").up);
  EXPECT_TRUE(PortNamed(fixture.server(), "http").up);
}

}  // namespace
}  // namespace modlog::ports_test
