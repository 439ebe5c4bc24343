#ifndef MODLOG_API_SERVER_CALLERS_H_
#define MODLOG_API_SERVER_CALLERS_H_

// Who calls, and what they may write. A caller shows a token in the metadata
// `authorization: Bearer <token>`: the operator's, a platform's, or none.
//
//   a platform that is enrolled   its token or the operator's
//   any other platform            anybody who reaches the port, or nobody but
//                                 the operator (enrolled_only)
//
// A token is 32 random bytes in base64url without padding, 43 characters. The
// log's directory holds
//
//   tokens          mode 0600, a line each: name, blank, hex of the token's
//                   SHA-256; the operator's name is "@operator". A platform
//                   that is enrolled and has no token has "-"
//   operator.token  mode 0600, the operator's token itself, made on the first
//                   start; may be moved to where the operator works
//
// Who was enrolled once is enrolled for ever: the log's store knows the names,
// as the meta `enrolled`, a line each. So a lost, emptied or older `tokens`
// opens nothing that was closed.
//
// Thread-safe.

#include <grpcpp/server_context.h>

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "api/server/status.h"
#include "log/store/store.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kPlatformsMax = 16'384;

struct Caller {
  enum class Role { kNobody, kPlatform, kOperator };
  Role role = Role::kNobody;
  std::string platform;  // of Role::kPlatform

  bool IsOperator() const { return role == Role::kOperator; }
  // SpeaksFor: has the platform's token or the operator's.
  bool SpeaksFor(std::string_view name) const {
    return IsOperator() || (role == Role::kPlatform && platform == name);
  }
};

// A token that was never written down here.
std::string MakeToken();

class Callers {
 public:
  struct Options {
    std::string data_dir;  // exists
    bool enrolled_only = false;
    // Remembers who was enrolled; must outlive it. Null: only the file does.
    Store* store = nullptr;
    // Platforms that `tokens` has lost are written down without a token.
    bool accept_lost_tokens = false;
  };

  // Open reads `tokens`, and makes the operator's token where there is none.
  // kCorrupt for a file that does not parse; kForbidden where others may read
  // a file; kNotFound, with the remedy, where it lacks who was enrolled.
  static Result<std::unique_ptr<Callers>> Open(Options options);

  // Reload reads `tokens` again and returns how many platforms that had a token
  // have none any more: they stay enrolled, and closed. On an error all stays.
  Result<size_t> Reload();

  // Identify says who calls; UNAUTHENTICATED for a token that is none of this
  // log's.
  std::expected<Caller, RpcStatus> Identify(
      const grpc::ServerContextBase& context) const;
  // The same for the value of `authorization`.
  std::expected<Caller, RpcStatus> IdentifyHeader(
      std::string_view authorization) const;

  // RefuseAppend returns PERMISSION_DENIED where the caller may not append in
  // the platform's name, nothing where they may.
  std::optional<RpcStatus> RefuseAppend(const Caller& caller,
                                        std::string_view platform) const;

  bool IsEnrolled(std::string_view platform) const;
  // MarkEnrolled: the platform has a key in the log, whether or not a token.
  void MarkEnrolled(std::string_view platform);
  // IssueToken enrols the platform and returns its token; one that it had
  // before is good no longer. kExhausted at kPlatformsMax. REQUIRES: a platform
  // name.
  Result<std::string> IssueToken(std::string_view platform);

 private:
  // Names and hashes: what the file holds. An enrolled platform may have none.
  using Tokens = std::map<std::string, std::optional<Hash>, std::less<>>;

  explicit Callers(Options options) : options_(std::move(options)) {}
  std::string TokensPath() const { return options_.data_dir + "/tokens"; }
  static Result<Tokens> ParseTokens(const std::string& text,
                                    const std::string& path);
  Result<Tokens> ReadTokens() const;
  Result<void> MakeOperator();
  Result<void> CloseLost(Tokens* tokens);
  Result<void> Remember(const Tokens& tokens);
  Result<void> Write(const Tokens& tokens);
  void Adopt(Tokens tokens) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  Tokens tokens_ ABSL_GUARDED_BY(mutex_);
  std::map<Hash, std::string> names_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_CALLERS_H_
