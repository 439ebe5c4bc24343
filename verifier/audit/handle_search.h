#ifndef MODLOG_VERIFIER_AUDIT_HANDLE_SEARCH_H_
#define MODLOG_VERIFIER_AUDIT_HANDLE_SEARCH_H_

// Which entries of a log bear the handles of one account: every entry is looked
// at, so that of a handle that is not found it is proved that no entry up to
// the signed size bears it. Entries whose bytes were removed cannot be looked
// at, and are counted.
//
// Read may be called by any thread, what it returns by one at a time.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "verifier/receipt/handle_file.h"
#include "verifier/replay/replay.h"
#include "verifier/rules/keys.h"

namespace modlog {

struct FoundHandle {
  uint32_t number = 0;
  std::string handle;
  std::vector<uint64_t> entries;  // ascending; a correction bears it again
};

struct HandleFindings {
  std::string account;
  std::string platform;
  uint32_t key = 0;
  std::vector<FoundHandle> handles;  // ascending by number
  uint64_t removed = 0;              // entries that could not be looked at
  // Of the key, where the rules of the record were looked at; else kNever.
  uint64_t key_destroyed = kNever;
};

class HandleSearch {
 public:
  explicit HandleSearch(const ProvedHandles& proved);

  // For ReplayRequest::read.
  std::function<void()> Read(const BundleView& bundle);

  HandleFindings Finish() &&;

 private:
  // The position of the handle that a leaf bears, in findings_.handles.
  std::vector<size_t> BorneBy(std::string_view leaf) const;

  HandleFindings findings_;
  std::unordered_map<std::string, size_t> position_;  // by handle
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_HANDLE_SEARCH_H_
