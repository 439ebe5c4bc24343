#ifndef MODLOG_API_CLIENT_TOKEN_H_
#define MODLOG_API_CLIENT_TOKEN_H_

// The token that tells a log who calls: one line of a file of mode 0600, shown
// with every call as `authorization: Bearer <token>`.

#include <grpcpp/channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kTokenFileSizeMax = 4'096;

// ReadTokenFile: kForbidden where others may read the file, kMalformed unless
// it is one line of printable ASCII without blanks; kUnavailable, kTooLarge.
Result<std::string> ReadTokenFile(const std::string& path);

// NewTokenChannel returns a channel of which every call shows the token.
std::shared_ptr<grpc::Channel> NewTokenChannel(
    const std::string& address, const grpc::ChannelArguments& arguments,
    const std::string& token);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_TOKEN_H_
