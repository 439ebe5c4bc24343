#include "verifier/mirror/mirror_redactions.h"

#include <string>

#include "verifier/receipt/entry_words.h"

namespace modlog {

std::vector<RedactionLine> Redactions::Unproved(uint64_t size) const {
  std::vector<RedactionLine> lines;
  for (const RedactionLine& line : listed_) {
    if (line.redaction >= size) continue;  // of a tree to come
    const auto it = proved_.find(line.entry);
    if (it == proved_.end() || it->second != line) lines.push_back(line);
  }
  return lines;
}

void Redactions::Proved(const RedactionLine& line) {
  proved_.insert_or_assign(line.entry, line);
}

bool Redactions::Explains(uint64_t entry, const Hash& leaf_hash) const {
  const auto it = proved_.find(entry);
  return it != proved_.end() && it->second.leaf_hash == leaf_hash;
}

std::vector<RedactionLine> Redactions::Lines() const {
  std::vector<RedactionLine> lines;
  for (const auto& [entry, line] : proved_) lines.push_back(line);
  return lines;
}

bool Says(std::string_view leaf, const RedactionLine& line) {
  ReadEntry entry;
  std::string scratch;
  // What a platform says of it takes nothing out.
  return ReadCanonicalEntry(leaf, &entry, &scratch) && entry.platform.empty() &&
         entry.action.kind() == v1::KIND_LEAF_REDACTED &&
         entry.action.about_index_size() == 1 &&
         entry.action.about_index(0) == line.entry &&
         entry.action.redaction().leaf_hash() == AsText(line.leaf_hash);
}

}  // namespace modlog
