#ifndef MODLOG_VERIFIER_SOURCE_URL_SOURCE_H_
#define MODLOG_VERIFIER_SOURCE_URL_SOURCE_H_

// A log over HTTP, https://c2sp.org/tlog-tiles, by libcurl: connections kept
// alive, what will be needed fetched ahead in parallel, gzip accepted,
// transient failures retried. One thread talks to the network.
//
// Redirects are followed within the same host only: an answer must not choose
// whom we ask next. What an answer may have is limited in every part of it
// (http_guard.h), and how slowly a log may send by `patience`: once that is
// over, every further Fetch fails at once.

#include <atomic>
#include <memory>

#include "verifier/base/deadline.h"
#include "verifier/base/patience.h"
#include "verifier/source/source.h"

namespace modlog {

struct UrlSourceOptions {
  int parallel = 16;     // transfers at a time
  int attempts = 4;      // of one resource
  int backoff_ms = 250;  // before the second attempt; then doubled
  int connect_timeout_ms = 10'000;
  int stall_timeout_s = 15;  // without a byte: tried again
  int transfer_timeout_ms = 300'000;
  // Once so many bytes wait to be fetched, nothing further is fetched ahead.
  size_t bytes_ahead = 64 << 20;
  PatienceTerms patience;                   // while somebody waits
  const std::atomic<bool>* stop = nullptr;  // set: give up, kUnavailable
  // Of all there is to be fetched; null: none. It must outlive the source.
  const Deadline* deadline = nullptr;
};

// OpenUrlSource connects to nothing yet. kMalformed if `url` is not an http or
// https address without query and fragment.
Result<std::unique_ptr<Source>> OpenUrlSource(const std::string& url,
                                              const UrlSourceOptions& options);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_URL_SOURCE_H_
