#ifndef MODLOG_API_TOOL_COPY_COPY_REDACTIONS_H_
#define MODLOG_API_TOOL_COPY_COPY_REDACTIONS_H_

// What a log has redacted, obeyed in a copy of it. The list alone says nothing:
// each line is held against the LEAF_REDACTED entry that it names, whose bytes
// the caller has found to be in the signed tree. Not thread-safe.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/redaction_list.h"

namespace modlog {

class CopyRedactions {
 public:
  CopyRedactions() = default;
  explicit CopyRedactions(std::vector<RedactionLine> lines);

  // IsRedacted: whether the list has this entry, with this hash.
  bool IsRedacted(uint64_t entry, const Hash& leaf_hash) const;
  // Look at an entry that is in the tree: it may be one of those that redact.
  void Look(uint64_t entry, std::string_view leaf);

  // Finish returns the lines of entries below `size`. kBadProof names one that
  // no entry looked at stands for.
  Result<std::vector<RedactionLine>> Finish(uint64_t size) const;

 private:
  std::vector<RedactionLine> lines_;
  std::map<uint64_t, std::vector<size_t>> by_redaction_;  // positions
  std::vector<bool> proved_;
};

// EmptyInCopy takes the bytes of an entry out of every file of a directory that
// has them: its full bundle, and partial ones of older days. kMalformed for a
// bundle that does not parse; errors of the file system.
Result<void> EmptyInCopy(const std::string& directory, uint64_t entry);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COPY_COPY_REDACTIONS_H_
