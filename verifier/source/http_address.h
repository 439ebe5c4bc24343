#ifndef MODLOG_VERIFIER_SOURCE_HTTP_ADDRESS_H_
#define MODLOG_VERIFIER_SOURCE_HTTP_ADDRESS_H_

// HTTP addresses, parsed by libcurl. Thread-safe.

#include <string>

#include "verifier/core/result.h"

namespace modlog {

struct HttpAddress {
  std::string url;   // without a slash at its end; may hold a password
  std::string name;  // the same without user and password, for people
};

// ParseHttpAddress: kMalformed unless http or https, without query or fragment.
Result<HttpAddress> ParseHttpAddress(const std::string& url);

// MayRedirect: both addresses have the same host and port, and the step does
// not leave https. From http to https on the default ports is allowed.
bool MayRedirect(const std::string& from, const std::string& to);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_HTTP_ADDRESS_H_
