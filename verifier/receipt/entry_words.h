#ifndef MODLOG_VERIFIER_RECEIPT_ENTRY_WORDS_H_
#define MODLOG_VERIFIER_RECEIPT_ENTRY_WORDS_H_

// What an entry says, in words. The names come from the messages' own
// descriptors, so a field added to Action is printed without a change here.
// Pure functions, thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <google/protobuf/message.h>

#include "modlog/v1/action.pb.h"
#include "verifier/core/entry.h"
#include "verifier/core/seal.h"

namespace modlog {

// ReadEntry is an entry whose bytes were found to be canonical.
struct ReadEntry {
  int64_t logged_at_ms = 0;
  std::string platform;           // empty: the log's operator
  v1::Action action;              // empty for a seal
  std::optional<Seal> seal;       // what the entry holds instead of an action
  std::string seal_bytes;         // as hashed by the platform's next seal
  std::string_view action_bytes;  // in the leaf; empty where it is a seal
};

// The newest code list that this program knows. Whatever a later version of
// modlog adds to entries stands in entries of a later list alone, so that who
// is older than an entry can see it (docs/formats.md, "Versions").
inline constexpr uint32_t kNewestTaxonomy = 202'612;

// IsNewerThanKnown: of a month that follows it, and could be one.
bool IsNewerThanKnown(uint32_t taxonomy);
// NewerThanKnown is the sentence about an entry of a later list.
std::string NewerThanKnown(uint32_t taxonomy);

// ReadCanonicalEntry decodes the leaf bytes and their action, and refuses any
// bytes that the canonical rule (proto/modlog/v1/action.proto) would not have
// let in: kMalformed; kUnavailable where they hold fields that are unknown here
// and the entry is of a later list. `scratch` holds the encoding that is
// compared.
Result<void> ReadCanonicalEntry(std::string_view leaf, ReadEntry* entry,
                                std::string* scratch);

// A field and its value in words: {"application date", "2021-01-08"}.
using NamedValue = std::pair<std::string, std::string>;

// DescribeAction lists the fields that are set, in number order, without kind,
// puid and provenance, which a report states on their own.
std::vector<NamedValue> DescribeAction(const v1::Action& action);

// DescribeFields lists the fields of any message that are set.
std::vector<NamedValue> DescribeFields(
    const google::protobuf::Message& message);

std::string KindWords(const v1::Action& action);  // "notice received"

// ProvenanceWords says whose word the entry is.
std::string ProvenanceWords(const v1::Action& action);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_ENTRY_WORDS_H_
