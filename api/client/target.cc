#include "api/client/target.h"

#include "verifier/base/address.h"

namespace modlog {

std::string ChannelTarget(const std::string& address) {
  const auto literal = ParseListenAddress(address);
  // "localhost" is a name here: it may be ::1.
  if (!literal || address.starts_with("localhost")) return address;
  return (literal->ipv6 ? "ipv6:" : "ipv4:") + FormatAddress(*literal);
}

}  // namespace modlog
