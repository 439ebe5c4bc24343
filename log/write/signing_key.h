#ifndef MODLOG_LOG_WRITE_SIGNING_KEY_H_
#define MODLOG_LOG_WRITE_SIGNING_KEY_H_

// What a log signs with: its public half, and a way to a signature. The private
// half is in memory, or somewhere that this program cannot look into and that
// may fail: a token.

#include <functional>
#include <string>

#include "verifier/core/note.h"

namespace modlog {

struct SigningKey {
  VerifierKey verifier;
  // Returns the 64 bytes of RFC 8032, or why there is none. Called by one
  // thread at a time; may block as long as the token does.
  std::function<Result<std::string>(Bytes message)> sign;
  // Whether what `sign` returns has to be held against the public half before
  // it leaves: whenever others made it.
  bool check = true;

  SigningKey(VerifierKey public_half,
             std::function<Result<std::string>(Bytes)> maker)
      : verifier(std::move(public_half)), sign(std::move(maker)) {}
  // Implicit: a key in memory.
  SigningKey(SignerKey key)
      : verifier(key.verifier),
        sign([key = std::move(key.key)](Bytes message) -> Result<std::string> {
          return key.Sign(message);
        }),
        check(false) {}
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_SIGNING_KEY_H_
