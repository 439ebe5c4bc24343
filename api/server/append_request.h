#ifndef MODLOG_API_SERVER_APPEND_REQUEST_H_
#define MODLOG_API_SERVER_APPEND_REQUEST_H_

// The three append requests of proto/modlog/v1/log.proto, read from the wire
// into one form. They are read here and not by generated code for two reasons:
// the actions are views into the received bytes, never copied on their way to
// the log; and a plain action that does not parse refuses that item by name,
// where gRPC would answer UNIMPLEMENTED to the whole call.
//
// Unknown fields of a request are refused: what an append does not understand
// it must not do half of. Pure functions, thread-safe.

#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <string_view>
#include <vector>

#include "api/server/callers.h"
#include "log/log.h"

namespace modlog {

enum class AppendKind { kSingle, kBatch, kStream };

// AppendInput is a request that may go to the log: a platform name of the right
// form and 1..kGroupItemsMax items. The items themselves are not judged yet.
// It stays where it is: a short slice holds its bytes within itself, and the
// views point there.
struct AppendInput {
  AppendInput() = default;
  AppendInput(const AppendInput&) = delete;
  AppendInput& operator=(const AppendInput&) = delete;

  grpc::Slice bytes;  // what the views below point into
  AppendKind kind = AppendKind::kSingle;
  std::string_view platform;
  std::vector<std::string_view> actions;   // in the order of the request
  std::vector<std::string_view> payloads;  // none, or as many as actions
  std::string_view seal;                   // of a batch; empty: none
  std::vector<std::string> encoded;        // where `plain` was sent: what of it
  bool plain = false;                      // became; `actions` views these
  bool with_proofs = false;
  bool wait_witnessed = false;
  Atomicity atomicity = Atomicity::kPerItem;
};

// ParseAppend reads a request into `input` and returns all that is wrong with
// it; what it read is of use only where nothing is. `inherited_platform` (may
// be empty) is that of the stream's first message.
std::vector<Violation> ParseAppend(const grpc::ByteBuffer& request,
                                   AppendKind kind,
                                   std::string_view inherited_platform,
                                   AppendInput* input);

// ItemField returns the path of an item, or of a field in it: "action",
// "actions[3].puid", "payloads[3].parts[0].salt".
std::string ItemField(const AppendInput& input, size_t item,
                      std::string_view field);

// TakeGroup makes the log's group of what `caller` sent; `input` keeps the
// bytes alive and must stay until the answer is given.
AppendGroup TakeGroup(AppendInput* input, const Caller& caller);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_APPEND_REQUEST_H_
