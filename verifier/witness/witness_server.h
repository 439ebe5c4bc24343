#ifndef MODLOG_VERIFIER_WITNESS_WITNESS_SERVER_H_
#define MODLOG_VERIFIER_WITNESS_WITNESS_SERVER_H_

// A witness over HTTP/1.1, by libmicrohttpd:
//
//   POST /add-checkpoint                     c2sp.org/tlog-witness
//   GET  /<hex SHA-256 of origin>/checkpoint  what was cosigned last
//   GET  /                                   a page for people
//
// It may face the Internet; TLS is a proxy's business. Limits: `connections` at
// once, kConnectionsMax at most, of these kConnectionsPerPeerMax of one
// address; `request_seconds` for a request from the end of the one before;
// kAddCheckpointSizeMax bytes of body, kRequestHeadMax of request line and
// headers. Threads wait for the network, not for the disk, but where they keep
// evidence, of which there is a bounded number.

#include <chrono>
#include <memory>
#include <string>

#include "verifier/base/address.h"
#include "verifier/base/stopwatch.h"
#include "verifier/witness/witness.h"

struct MHD_Daemon;

namespace modlog {

inline constexpr unsigned kWitnessThreads = 2;
inline constexpr unsigned kConnectionsMax = 512;
inline constexpr unsigned kConnectionsMin = 16;
// Descriptors that are not connections: streams, state, evidence, lists,
// polling.
inline constexpr unsigned kDescriptorsReserve = 64;
inline constexpr unsigned kConnectionsPerPeerMax = 128;
inline constexpr unsigned kRequestSecondsDefault = 30;
inline constexpr unsigned kStopSeconds = 2;
inline constexpr size_t kRequestHeadMax = 16'384;

class WitnessServer {
 public:
  // Start listens and serves until destroyed. `witness` must outlive it.
  // kUnavailable where the address is taken.
  static Result<std::unique_ptr<WitnessServer>> Start(
      Witness* witness, ListenAddress address,
      std::chrono::seconds request_seconds,
      unsigned connections = kConnectionsMax);
  // Answers what has been asked, for kStopSeconds, then stops.
  ~WitnessServer();
  WitnessServer(const WitnessServer&) = delete;
  WitnessServer& operator=(const WitnessServer&) = delete;

  // HOST:PORT, with the port that it got.
  std::string address() const { return FormatAddress(address_); }
  Witness* witness() const { return witness_; }
  Stopwatch* stopwatch() { return &stopwatch_; }

  // Requests that wait for the disk, and then for their answer to be sent.
  // Begin is false once the server stops.
  bool BeginWaiting();
  void Answered();
  void Sent();

 private:
  WitnessServer(Witness* witness, ListenAddress address,
                std::chrono::seconds request_seconds)
      : witness_(witness),
        address_(std::move(address)),
        stopwatch_(request_seconds) {}

  Witness* const witness_;
  const ListenAddress address_;
  Stopwatch stopwatch_;
  std::mutex mutex_;
  std::condition_variable fewer_;
  size_t waiting_ = 0;  // for the disk
  size_t unsent_ = 0;   // these, and those whose answer is on its way
  bool stopping_ = false;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_WITNESS_SERVER_H_
