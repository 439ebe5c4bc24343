#ifndef MODLOG_API_CLIENT_RPC_ERROR_H_
#define MODLOG_API_CLIENT_RPC_ERROR_H_

// What a log's error says, out of the status and its google.rpc details, in
// words that can be shown on a terminal. Pure functions, thread-safe.

#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "google/rpc/status.pb.h"
#include "verifier/core/result.h"

namespace modlog {

struct RpcFailure {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string text;    // printable, one line
  std::string reason;  // of an ErrorInfo: "ROLLED_BACK"; may be empty
  std::optional<std::chrono::milliseconds> retry_after;  // of a RetryInfo
  std::map<std::string, std::string> metadata = {};      // of an ErrorInfo
  // Of a BadRequest, by item: what is wrong with "actions[3]" is under 3.
  std::map<size_t, std::string> items = {};
};

// ParseFailure reads a status that is not OK. The text is that of the
// BadRequest's violations ("application_date: must be …") where there is one,
// else the message. A leading "actions[3]." is left out: it counts items of a
// message that the reader never saw.
RpcFailure ParseFailure(const google::rpc::Status& status);
RpcFailure ParseFailure(const grpc::Status& status);

// IsWorthRetrying: the same bytes may be accepted soon, by the same server.
// False for a log that will not append again before somebody looks at it.
bool IsWorthRetrying(const RpcFailure& failure);

Error ErrorFrom(const RpcFailure& failure);

// ItemNamed returns the 3 of "actions[3].puid"; nothing for a field of none.
std::optional<size_t> ItemNamed(std::string_view field);

// Printable returns at most `size_max` bytes of foreign text with everything
// but printable ASCII escaped, and "…" where it was cut.
std::string Printable(std::string_view text, size_t size_max);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_RPC_ERROR_H_
