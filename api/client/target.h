#ifndef MODLOG_API_CLIENT_TARGET_H_
#define MODLOG_API_CLIENT_TARGET_H_

// What gRPC is told to connect to, for the HOST:PORT that a person wrote. gRPC
// takes what names no scheme for a name to look up, addresses in figures too;
// its resolver wants /etc/hosts for them, and where there is none it fails now
// and then. So an address in figures says that it is one. The schemes are those
// of https://grpc.github.io/grpc/core/md_doc_naming.html.

#include <string>

namespace modlog {

// ChannelTarget returns ipv4:HOST:PORT or ipv6:[HOST]:PORT for an address in
// figures. A name, and what brings a scheme of its own, stays as it is: names
// are looked up (dns:). Pure, thread-safe.
std::string ChannelTarget(const std::string& address);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_TARGET_H_
