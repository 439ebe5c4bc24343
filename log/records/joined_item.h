#ifndef MODLOG_LOG_RECORDS_JOINED_ITEM_H_
#define MODLOG_LOG_RECORDS_JOINED_ITEM_H_

// An item as the rules see it that need to know what stands before it, and what
// they found. Plain values.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "log/records/platform_keys.h"
#include "log/records/terms.h"
#include "log/rules/reference_rules.h"
#include "log/rules/violation.h"

namespace modlog {

// How much of what stands before it an action has to be held against.
enum class HistoryNeeded : uint8_t {
  kNone,        // nothing: it is never looked at again
  kReferences,  // it names entries and changes none: they must not be void
  kFull,        // all: it is parsed again
};

// A reference of an item, and what it leads to.
struct FoundReference {
  const Reference* reference;
  uint64_t index;  // of the entry named
  int kind;        // of it
};

struct JoinedItem {
  std::string_view platform;
  std::string_view action;  // canonical bytes
  int kind;
  HistoryNeeded needs;
  uint64_t index;  // that it gets if nothing is wrong with it
  std::span<const FoundReference> references;
  std::span<const TermUse> terms = {};  // not judged yet
  std::string_view term_text = {};      // of a TERM
  KeySpeaker speaker = {};
};

// What was found. Violations refuse an item; a warning is what would have
// refused a record, had it not been copied (provenance), or what a bulk
// correction does that may not be meant (bulk_rules.h).
struct Ruling {
  std::vector<Violation> violations;
  std::vector<Violation> warnings;
};

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_JOINED_ITEM_H_
