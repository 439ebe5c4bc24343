#ifndef MODLOG_API_TOOL_COPY_HTTP_FETCHER_H_
#define MODLOG_API_TOOL_COPY_HTTP_FETCHER_H_

// Many small files over HTTP, several at a time. A fetch that fails for a
// reason that may pass (connection, 429, 5xx) is tried kFetchAttempts times.
// What a log may send is limited as http_guard.h says, how slowly as
// patience.h. Not thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "verifier/base/patience.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr int kFetchAttempts = 4;

struct FetchRequest {
  std::string path;  // without the leading slash
  size_t size_max;   // more is an error
};

class HttpFetcher {
 public:
  // `base` is "http://HOST:PORT".
  explicit HttpFetcher(std::string base, const PatienceTerms& patience = {});
  ~HttpFetcher();

  // OnBody gets the position in `requests` and what was there, as it arrives.
  using OnBody = std::function<Result<void>(size_t position, std::string body)>;

  // FetchAll ends at the first error: of OnBody, kNotFound for a 404,
  // kTooLarge, kUnavailable for the rest and after Interrupted(). Names the
  // path.
  Result<void> FetchAll(std::span<const FetchRequest> requests,
                        const OnBody& on_body);
  Result<std::string> Fetch(const FetchRequest& request);

 private:
  class Transfers;
  std::unique_ptr<Transfers> transfers_;
};

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COPY_HTTP_FETCHER_H_
