#ifndef MODLOG_VERIFIER_MIRROR_MIRROR_REDACTIONS_H_
#define MODLOG_VERIFIER_MIRROR_MIRROR_REDACTIONS_H_

// What a log has redacted, as far as it was proved: its list
// (verifier/core/redaction_list.h) says where to look, and a line counts once
// the entry that it names was found in the tree and says the same. What was
// proved once stays so: a log cannot take a redaction back. Thread-safe but for
// Take and Proved.

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "verifier/core/redaction_list.h"

namespace modlog {

class Redactions {
 public:
  // Take replaces the log's list.
  void Take(std::vector<RedactionLine> lines) { listed_ = std::move(lines); }

  // Unproved lists what is to be looked at in the tree of `size`.
  std::vector<RedactionLine> Unproved(uint64_t size) const;
  void Proved(const RedactionLine& line);

  // Explains: the slot of this entry may be empty.
  bool Explains(uint64_t entry, const Hash& leaf_hash) const;

  // All that was proved, ascending.
  std::vector<RedactionLine> Lines() const;

 private:
  std::vector<RedactionLine> listed_;
  std::map<uint64_t, RedactionLine> proved_;  // by entry
};

// Says: whether a leaf is the LEAF_REDACTED entry that a line speaks of.
bool Says(std::string_view leaf, const RedactionLine& line);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_MIRROR_REDACTIONS_H_
