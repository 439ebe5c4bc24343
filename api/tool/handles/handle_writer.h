#ifndef MODLOG_API_TOOL_HANDLES_HANDLE_WRITER_H_
#define MODLOG_API_TOOL_HANDLES_HANDLE_WRITER_H_

// Puts subject handles into actions on their way to the log, under the newest
// key that a platform has for it.
//
//   action, account ──► AddHandle ──► action with handle ──► log
//   numbers on disk  ◄── BeforeSend ── before a message goes ──┘
//   a number is given back ◄── OnAnswers, of a record that was refused
//
// The same record gets the same handle again, under the key that it had, as
// long as that key is not destroyed. Thread-safe.

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "api/client/stream_appender.h"
#include "api/tool/handles/handle_numbers.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

class HandleWriter {
 public:
  // Open reads the keys in the folder. kNotFound where there is none: the
  // message says how to make one. Errors of handle_keys.h, handle_numbers.h.
  static Result<std::unique_ptr<HandleWriter>> Open(
      const std::string& directory, std::string_view origin,
      std::string_view platform);

  // AddHandle returns the action with the account's next handle, as canonical
  // bytes. An action that can bear none, or has one, comes back as it is; of a
  // correction it is the corrected record that bears it. kMalformed, kTooLarge
  // for the account.
  Result<std::string> AddHandle(std::string_view action,
                                std::string_view account);

  // For StreamAppenderOptions::before_send and its callback.
  Result<void> BeforeSend();
  void OnAnswers(std::span<const AnsweredItem> answers);

  uint64_t given() const;

 private:
  struct Period {
    HandleKey key;
    HandleNumbers numbers;
  };
  struct Given {
    Period* period;
    HandleNumbers::Record record;
  };

  Result<std::string> HandleFor(const v1::Action& record,
                                std::string_view account, std::string puid,
                                uint32_t* key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::vector<std::unique_ptr<Period>> periods_ ABSL_GUARDED_BY(mutex_);
  // By the puid of the item: numbers that were new and have no answer yet.
  std::map<std::string, Given> unanswered_ ABSL_GUARDED_BY(mutex_);
  uint64_t given_ ABSL_GUARDED_BY(mutex_) = 0;
};

// AccountOf returns part 1 of an encoded payload, or "".
std::string AccountOf(std::string_view payload);

// MayBearHandle: kinds that allow SUB (docs/lifecycle.md).
bool MayBearHandle(const v1::Action& record);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_HANDLES_HANDLE_WRITER_H_
