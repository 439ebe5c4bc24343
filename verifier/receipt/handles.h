#ifndef MODLOG_VERIFIER_RECEIPT_HANDLES_H_
#define MODLOG_VERIFIER_RECEIPT_HANDLES_H_

// A handle file judged under a policy: that its key was registered in a log
// that the policy trusts, and that the handles are what this key makes of the
// account. Which entries bear them is for an audit to see, which looks at all
// of them (audit/handle_search.h). Pure functions, thread-safe.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "verifier/base/lines.h"
#include "verifier/core/tlog_proof.h"
#include "verifier/core/verdict.h"
#include "verifier/receipt/handle_file.h"

namespace modlog {

struct HandlesReport {
  Verdict verdict = Verdict::kCannotTell;
  std::string reason;  // why not true; empty if true

  // Set where all of it holds, whether or not a quorum vouches for it.
  std::optional<TrustedCheckpoint> trusted;
  std::string log_key;     // vkey
  uint64_t key_entry = 0;  // index of the registration
  ProvedHandles proved;
};

HandlesReport JudgeHandles(std::string_view file, const Policy& policy);

// FormatHandles is for people; FormatHandlesJson is one JSON object.
std::string FormatHandles(const HandlesReport& report);
std::string FormatHandlesJson(const HandlesReport& report);

// What a receipt's entry has to do with an account.
struct HandleOfEntry {
  std::string account;
  uint32_t number = 0;
  uint32_t key = 0;
  uint64_t key_entry = 0;
};
// FindHandle: which of the handles an entry bears. `origin` and `index` are the
// entry's. kBadProof where it bears none of them; kNotFound where their key was
// registered in another log or after it, or is not the entry's: nothing can be
// said then.
Result<HandleOfEntry> FindHandle(const HandlesReport& report,
                                 std::string_view origin, uint64_t index,
                                 std::string_view platform,
                                 std::string_view handle, uint32_t key);
void AddHandle(const HandleOfEntry& handle, Lines* lines);
nlohmann::ordered_json HandleJson(const HandleOfEntry& handle);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_HANDLES_H_
