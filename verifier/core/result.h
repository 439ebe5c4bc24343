#ifndef MODLOG_VERIFIER_CORE_RESULT_H_
#define MODLOG_VERIFIER_CORE_RESULT_H_

// The two languages of failure. What the world may do to us is a value,
// Result<T>; what only a bug of ours can do is a crash with a sentence,
// MODLOG_CHECK, in every build. No exceptions of our own.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace modlog {

enum class Code {
  kMalformed,       // bytes or request do not parse
  kTooLarge,        // a stated limit is exceeded
  kUntrusted,       // no acceptable signature, key or origin
  kForbidden,       // known caller, not allowed
  kBadProof,        // path or hash does not lead to the root
  kConflict,        // fork or rollback: two heads disagree
  kAlreadyExists,   // same puid, other bytes
  kNotFound,        // no such entry
  kOutOfRange,      // beyond the current tree
  kExhausted,       // a queue is full; retry later
  kUnavailable,     // not accepting work: poisoned, rolled back, stopping
  kOutcomeUnknown,  // may have been written; the same again is safe
  kClock,           // not accepting work: the clock is out of step
  kCorrupt,         // stored data fails its check
};

// CodeName returns the code in words: "malformed", "bad proof", …
std::string_view CodeName(Code code);

// Error is a code and one line for a person: lower case, no full stop, got and
// want with their numbers; never a secret, never more than a cut fragment of
// foreign text.
struct [[nodiscard]] Error {
  Code code;
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

// Fail makes the error half of a Result: `return Fail(Code::kMalformed, "…")`.
inline std::unexpected<Error> Fail(Code code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// Prefixed returns the error with "context: " before its message.
inline std::unexpected<Error> Prefixed(std::string_view context, Error error) {
  error.message = std::string(context) + ": " + error.message;
  return std::unexpected<Error>(std::move(error));
}

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const char* sentence);

}  // namespace modlog

// MODLOG_CHECK(condition, "what a bug must have broken").
#define MODLOG_CHECK(condition, sentence) \
  ((condition)                            \
       ? static_cast<void>(0)             \
       : ::modlog::CheckFailed(__FILE__, __LINE__, #condition, sentence))

// The only two macros that change control flow.
#define RETURN_IF_ERROR(expression)                                      \
  do {                                                                   \
    if (auto modlog_result = (expression); !modlog_result.has_value()) { \
      return std::unexpected<::modlog::Error>(                           \
          std::move(modlog_result).error());                             \
    }                                                                    \
  } while (false)

#define MODLOG_CONCAT_INNER(a, b) a##b
#define MODLOG_CONCAT(a, b) MODLOG_CONCAT_INNER(a, b)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration takes none.
#define ASSIGN_OR_RETURN(declaration, expression)                    \
  auto MODLOG_CONCAT(modlog_result_, __LINE__) = (expression);       \
  if (!MODLOG_CONCAT(modlog_result_, __LINE__).has_value()) {        \
    return std::unexpected<::modlog::Error>(                         \
        std::move(MODLOG_CONCAT(modlog_result_, __LINE__)).error()); \
  }                                                                  \
  declaration = std::move(*MODLOG_CONCAT(modlog_result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

#endif  // MODLOG_VERIFIER_CORE_RESULT_H_
