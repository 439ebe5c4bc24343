#ifndef MODLOG_TESTS_PROGRAMS_FLOOD_SERVER_H_
#define MODLOG_TESTS_PROGRAMS_FLOOD_SERVER_H_

// A server on loopback that sends bytes as it is told, and not what HTTP asks
// for: for ever, one at a time, or none at all. It counts what it sent.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace modlog {

class FloodServer {
 public:
  struct Answer {
    std::string once = {};   // sent first
    std::string again = {};  // then this, until the peer has gone or kFloodMax
    // Then, and where there is nothing to send, whether the connection is held
    // until the peer or the server ends; else the next request is read.
    bool hold = false;
    int pause_ms = 0;  // before each `again`
  };
  // What is answered to a request for this path ("/checkpoint").
  using Script = std::function<Answer(const std::string& path)>;

  // Sent in all; a peer that takes so much has no limit.
  static constexpr uint64_t kFloodMax = 512 << 20;

  explicit FloodServer(Script script);
  ~FloodServer();
  FloodServer(const FloodServer&) = delete;
  FloodServer& operator=(const FloodServer&) = delete;

  std::string url() const;  // "http://127.0.0.1:PORT"
  uint64_t sent() const { return sent_; }
  // How many requests came for paths that begin so.
  size_t Requests(const std::string& beginning) const;

 private:
  void Accept();
  void Serve(int fd);
  bool Send(int fd, const std::string& bytes);
  bool Answered(int fd, const Answer& answer);

  const Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> ended_ = false;
  std::atomic<uint64_t> sent_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

// An honest answer with a body, after which the connection is kept.
FloodServer::Answer Plainly(const std::string& body,
                            const std::string& status = "200 OK");

// Every way to send more than anybody asked for, by name.
struct Flood {
  std::string name;
  FloodServer::Answer answer;
};
std::vector<Flood> Floods();

}  // namespace modlog

#endif  // MODLOG_TESTS_PROGRAMS_FLOOD_SERVER_H_
