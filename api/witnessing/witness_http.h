#ifndef MODLOG_API_WITNESSING_WITNESS_HTTP_H_
#define MODLOG_API_WITNESSING_WITNESS_HTTP_H_

// HTTP as a log speaks it to one witness, by libcurl: one connection kept
// alive, one request at a time, redirects not followed, an answer of at most
// kWitnessAnswerMax bytes within kWitnessTimeoutMs, whatever the peer does;
// what else it may send is limited as http_guard.h says. Used by one thread,
// but Abort by any.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "api/witnessing/witness_reply.h"
#include "verifier/source/http_guard.h"

namespace modlog {

inline constexpr long kWitnessConnectMs = 5'000;
inline constexpr long kWitnessTimeoutMs = 10'000;

class WitnessHttp {
 public:
  WitnessHttp();
  ~WitnessHttp();
  WitnessHttp(const WitnessHttp&) = delete;
  WitnessHttp& operator=(const WitnessHttp&) = delete;

  // kUnavailable where there is no answer in time, kTooLarge.
  Result<HttpAnswer> Post(const std::string& url, std::string_view body);

  // Abort ends a running request within a second and refuses further ones.
  void Abort() { aborted_ = true; }
  bool aborted() const { return aborted_; }

 private:
  Result<HttpAnswer> Perform(const std::string& url);

  HttpSockets sockets_;  // outlives the handle and its connection
  HttpGuard guard_;
  void* const handle_;  // CURL
  std::atomic<bool> aborted_ = false;
};

// JoinUrl puts a path behind an address that may have a path of its own.
std::string JoinUrl(std::string_view base, std::string_view path);

}  // namespace modlog

#endif  // MODLOG_API_WITNESSING_WITNESS_HTTP_H_
