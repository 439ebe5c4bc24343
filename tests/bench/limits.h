#ifndef MODLOG_TESTS_BENCH_LIMITS_H_
#define MODLOG_TESTS_BENCH_LIMITS_H_

// The floors under the log's figures: the hash, the disk and the call. Each
// function measures for about so long and returns figures by name.

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

namespace modlog {

using Figures = nlohmann::ordered_json;

// leaf_hashes_per_second (of entries with a 250-byte action) and
// node_hashes_per_second, of one core.
Figures MeasureHashes(std::chrono::duration<double> time);

// In a file of this directory: fdatasync_4k_p50_ms and …_p99_ms, a 4 KiB append
// and fdatasync; synced_mb_per_second, 1 MiB at a time; overwrite_4k_p50_ms, in
// a file that has its blocks. The file is removed. Throws std::runtime_error.
Figures MeasureDisk(const std::string& directory,
                    std::chrono::duration<double> time);

// Against an echo server in another process, on loopback:
// empty_calls_per_second and proof_calls_per_second (300 bytes in, 1,200 out)
// with 256 in flight, empty_call_alone_p50_ms and …_p99_ms,
// stream_echo_entries_per_second (messages of 1,024 entries of 250 bytes, eight
// in flight).
Figures MeasureCalls(const std::string& address,
                     std::chrono::duration<double> time);

// EchoServer is that process, started before gRPC is used in this one.
class EchoServer {
 public:
  EchoServer();
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int port_ = 0;
  int lifeline_ = -1;  // the server ends when this end is closed
  int pid_ = -1;
};

inline constexpr size_t kAnswerBytes = 1'200;

}  // namespace modlog

#endif  // MODLOG_TESTS_BENCH_LIMITS_H_
