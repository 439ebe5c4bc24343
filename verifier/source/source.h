#ifndef MODLOG_VERIFIER_SOURCE_SOURCE_H_
#define MODLOG_VERIFIER_SOURCE_SOURCE_H_

// Where an audit gets a log's bytes from: c2sp.org/tlog-tiles, served over HTTP
// (url_source) or lying in a directory (directory_source). Nothing that comes
// from here is believed.

#include <chrono>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

// Where a log's signed tree head is.
inline constexpr char kCheckpointPath[] = "checkpoint";

class Source {
 public:
  virtual ~Source() = default;

  // Fetch reads the whole resource at a path such as "checkpoint" or
  // "tile/0/000" into *out, whose storage is reused. Thread-safe. Errors:
  //   kNotFound     the log says that it is not there
  //   kForbidden    the log does not give it away, or is where what is not
  //                 there is answered so (HTTP 403)
  //   kTooLarge     it has more than size_max bytes
  //   kMalformed    its transfer encoding is broken
  //   kUnavailable  it cannot be told: network, permissions, interrupted
  virtual Result<void> Fetch(const std::string& path, size_t size_max,
                             std::string* out) = 0;

  // FetchBefore is Fetch for what is worth a while and no more: where it is not
  // there in time, kUnavailable.
  virtual Result<void> FetchBefore(const std::string& path, size_t size_max,
                                   std::chrono::steady_clock::time_point end,
                                   std::string* out) {
    if (std::chrono::steady_clock::now() < end) {
      return Fetch(path, size_max, out);
    }
    return Fail(Code::kUnavailable, "not there in time");
  }

  // WillNeed is a hint that Fetch of this path follows soon. Hints in the order
  // of the fetches; any of them may be ignored. Thread-safe.
  virtual void WillNeed(const std::string& /*path*/, size_t /*size_max*/) {}

  // A name for people: the address or directory.
  virtual std::string name() const = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_SOURCE_H_
