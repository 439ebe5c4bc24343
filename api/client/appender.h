#ifndef MODLOG_API_CLIENT_APPENDER_H_
#define MODLOG_API_CLIENT_APPENDER_H_

// What the ways of appending many actions of one platform have in common:
// StreamAppender, by a stream and without a signature, and SealedAppender, in
// batches that the platform signs.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "api/client/answer_check.h"
#include "verifier/core/result.h"

namespace modlog {

struct AppendItem {
  std::string action;  // canonical bytes
  std::string puid;    // the caller's, as is `where`: returned with the answer
  std::string where;   // "FILE:LINE"
  std::string payload = {};  // encoded Payload to keep beside it, or nothing
};

// SizeOfItem is what an item counts against a limit of bytes.
inline size_t SizeOfItem(const AppendItem& item) {
  return item.action.size() + item.payload.size();
}

struct AnsweredItem {
  AppendItem item;
  CheckedItem answer;
};

// Called once for each message, with its items in the order of Add.
using OnAnswers = std::function<void(std::span<const AnsweredItem>)>;

// For one thread; from which one OnAnswers comes, each says.
class Appender {
 public:
  virtual ~Appender() = default;

  // Add takes one action; blocks while the log has enough to do. An error is
  // final.
  virtual Result<void> Add(AppendItem item) = 0;
  // Flush sends what Add has collected.
  virtual Result<void> Flush() = 0;
  // Finish sends the rest and waits for every answer. Nothing may follow.
  virtual Result<void> Finish() = 0;

  // Items added whose answer has not been handed out.
  virtual uint64_t unanswered() const = 0;
};

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_APPENDER_H_
