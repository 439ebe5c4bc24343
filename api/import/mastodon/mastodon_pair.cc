#include "api/import/mastodon/mastodon_pair.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/file_tree.h"
#include "api/import/input/input_file.h"

namespace modlog {
namespace {

Result<DomainList> ReadList(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(path, kDomainListSizeMax));
  return ParseDomainList(text, Printable(path));
}

}  // namespace

Result<ListPair> ListPair::Read(const std::string& older_path,
                                const std::string& newer_path) {
  ListPair pair;
  pair.newer_path_ = newer_path;
  if (!older_path.empty()) {
    ASSIGN_OR_RETURN(pair.older_, ReadList(older_path));
  }
  ASSIGN_OR_RETURN(pair.newer_, ReadList(newer_path));
  pair.RefuseCutName();
  for (const DomainList* list : {&pair.older_, &pair.newer_}) {
    for (const DomainBlock& block : list->blocks) {
      if (!IsMasked(block.domain)) pair.names_[block.id] = &block;
    }
  }
  return pair;
}

// A last line without its end that begins a name of the list before, and is
// none of its names, was cut off.
void ListPair::RefuseCutName() {
  if (!newer_.last_line_open || newer_.blocks.empty()) return;
  const DomainBlock last = newer_.blocks.back();
  const bool alone = last.public_comment.empty() && !newer_.has_severities;
  if (!alone || IsMasked(last.domain)) return;
  bool begins = false;
  for (const DomainBlock& block : older_.blocks) {
    if (block.domain == last.domain) return;
    begins |= block.domain.starts_with(last.domain);
  }
  if (!begins) return;
  newer_.blocks.pop_back();
  newer_.ends_in_middle = true;
  ++newer_.unreadable;
  newer_.refused.push_back(
      {Printable(newer_path_),
       "the file ends in the middle of this name, without the end of the line",
       last.line, last.row, "domain"});
}

std::string ListPair::KeyOf(const DomainBlock& block) const {
  if (block.digest.empty()) return block.domain;
  const auto named = names_.find(block.digest);
  return named != names_.end() ? named->second->domain
                               : absl::StrCat("sha256:", block.digest);
}

std::vector<DomainChange> ListPair::Changes() const {
  std::unordered_set<std::string_view> newer;
  for (const DomainBlock& block : newer_.blocks) newer.insert(block.id);
  std::unordered_map<std::string_view, const DomainBlock*> older;
  std::vector<DomainChange> changes;
  for (const DomainBlock& block : older_.blocks) {
    older[block.id] = &block;
    if (newer.contains(block.id)) continue;
    changes.push_back(
        {.older = &block, .newer_unread = newer_.held.contains(block.id)});
  }
  for (const DomainBlock& block : newer_.blocks) {
    const auto before = older.find(block.id);
    const bool has = before != older.end();
    changes.push_back({.older = has ? before->second : nullptr,
                       .newer = &block,
                       .older_unread = !has && older_.held.contains(block.id)});
  }
  return changes;
}

}  // namespace modlog
