#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_ROW_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_ROW_H_

// One row of a list of domains, from its cells, whatever the list's form; and
// what all rows of a list are held against. Not thread-safe.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "api/import/mastodon/mastodon_list.h"

namespace modlog {

enum DomainColumn : size_t {
  kDomain,
  kSeverity,
  kRejectMedia,
  kRejectReports,
  kPublicComment,
  kPrivateComment,
  kObfuscate,
  kDigest,
  kDomainColumns,
};
std::string DomainColumnName(DomainColumn column);
// FindDomainColumn knows other tools' names, too; nothing for "created_at".
std::optional<DomainColumn> FindDomainColumn(std::string_view name);
// Whether the column is one that other tools write and nothing is lost without.
bool IsKnownUnread(std::string_view name);

using DomainCells = std::array<std::string_view, kDomainColumns>;

// Takes rows into a list.
class DomainRows {
 public:
  DomainRows(const std::string& source, DomainList* list)
      : source_(source), list_(list) {}

  // Add reads a row or refuses it. Where the list has no column for the
  // severity, its domains are suspended.
  void Add(const DomainCells& cells, uint64_t line, uint64_t row);
  // Refuse: `id` is its domain's, empty where nobody can tell.
  void Refuse(uint64_t line, uint64_t row, std::string column,
              std::string reason, const std::string& id);
  void PassOver(uint64_t line, uint64_t row, const std::string& what,
                std::string why);
  // CutOff says that the file ends in the middle of the row added last, which
  // is refused if it was not.
  void CutOff(uint64_t line, uint64_t row, const std::string& why);
  // Finish takes out what a later row contradicted.
  void Finish();

 private:
  void AddBlock(DomainBlock block);
  ImportRemark Remark(uint64_t line, uint64_t row, std::string column,
                      std::string reason) const {
    return {source_, std::move(reason), line, row, std::move(column)};
  }

  const std::string& source_;
  DomainList* const list_;
  std::unordered_map<std::string, size_t> places_;  // of ids in list_->blocks
  std::unordered_set<std::string> contradicted_;    // ids
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_ROW_H_
