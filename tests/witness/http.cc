#include "tests/witness/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "tests/eventually.h"

namespace modlog {
namespace {

constexpr timeval kPatience = {.tv_sec = kTestPatience.count(), .tv_usec = 0};

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

void ParseHead(const std::string& head, HttpAnswer* answer) {
  answer->status = std::atoi(head.c_str() + head.find(' ') + 1);
  size_t at = head.find("\r\n");
  while (at != std::string::npos) {
    const size_t begin = at + 2;
    at = head.find("\r\n", begin);
    const std::string line = head.substr(begin, at - begin);
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    answer->headers[Lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
}

}  // namespace

Connection::Connection(const std::string& address)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const size_t colon = address.rfind(':');
  sockaddr_in peer = {};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(
      static_cast<uint16_t>(std::atoi(address.substr(colon + 1).c_str())));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  sockaddr any = {};
  static_assert(sizeof(any) == sizeof(peer));
  std::copy_n(reinterpret_cast<const char*>(&peer), sizeof(peer),
              reinterpret_cast<char*>(&any));
  if (connect(fd_, &any, sizeof(any)) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

bool Connection::Send(const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n =
        send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

HttpAnswer Connection::Read() {
  HttpAnswer answer;
  size_t head_end = std::string::npos;
  size_t want = std::string::npos;
  char part[4'096];
  while (want == std::string::npos || rest_.size() < want) {
    const ssize_t n = recv(fd_, part, sizeof(part), 0);
    if (n <= 0) return {};
    rest_.append(part, static_cast<size_t>(n));
    if (want != std::string::npos) continue;
    head_end = rest_.find("\r\n\r\n");
    if (head_end == std::string::npos) continue;
    ParseHead(rest_.substr(0, head_end), &answer);
    want = head_end + 4 +
           static_cast<size_t>(
               std::atoi(answer.headers["content-length"].c_str()));
  }
  answer.body = rest_.substr(head_end + 4, want - head_end - 4);
  rest_.erase(0, want);
  return answer;
}

bool Connection::WaitForEnd() {
  char part[4'096];
  while (true) {
    const ssize_t n = recv(fd_, part, sizeof(part), 0);
    if (n == 0) return true;
    if (n < 0) return errno == ECONNRESET;
  }
}

HttpAnswer Connection::Post(const std::string& path, const std::string& body) {
  Send("POST " + path + " HTTP/1.1\r\nHost: w\r\nContent-Length: " +
       std::to_string(body.size()) + "\r\n\r\n" + body);
  return Read();
}

HttpAnswer Connection::Get(const std::string& path) {
  Send("GET " + path + " HTTP/1.1\r\nHost: w\r\n\r\n");
  return Read();
}

HttpAnswer Post(const std::string& address, const std::string& path,
                const std::string& body) {
  return Connection(address).Post(path, body);
}

HttpAnswer Get(const std::string& address, const std::string& path) {
  return Connection(address).Get(path);
}

}  // namespace modlog
