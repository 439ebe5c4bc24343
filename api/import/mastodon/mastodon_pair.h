#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_PAIR_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_PAIR_H_

// A list of domains and the one before it: what became of each domain. Not
// thread-safe; a change points into the pair.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/import/mastodon/mastodon_list.h"

namespace modlog {

// What one domain was and is; null where a list does not have it.
struct DomainChange {
  const DomainBlock* older = nullptr;
  const DomainBlock* newer = nullptr;
  // The list has a row that may be the domain's and could not be read.
  bool older_unread = false;
  bool newer_unread = false;

  const DomainBlock& block() const {
    return newer != nullptr ? *newer : *older;
  }
};

class ListPair {
 public:
  // Read reads the lists; an empty path is no list. kMalformed for a file that
  // is none; kUnavailable, kTooLarge.
  static Result<ListPair> Read(const std::string& older_path,
                               const std::string& newer_path);

  const DomainList& older() const { return older_; }
  const DomainList& newer() const { return newer_; }

  // The changes: domains that vanished, then the rows of the newer list.
  // Domains whose row was refused are among the former, as unread.
  std::vector<DomainChange> Changes() const;
  // KeyOf names the domain's entries in the log: by its name where one of the
  // lists has it in full.
  std::string KeyOf(const DomainBlock& block) const;

 private:
  void RefuseCutName();

  DomainList older_;
  DomainList newer_;
  std::string newer_path_;
  std::unordered_map<std::string, const DomainBlock*> names_;  // by digest
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_PAIR_H_
