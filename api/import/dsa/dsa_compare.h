#ifndef MODLOG_API_IMPORT_DSA_DSA_COMPARE_H_
#define MODLOG_API_IMPORT_DSA_DSA_COMPARE_H_

// Holds a dump that was published anew against the one before it, or against a
// log: which statements read otherwise now, and which are gone.
//
// Statements are the same where their records are (dsa_record.h): another way
// to quote a cell, or another order of a list, edits nothing. Without an older
// dump what is gone cannot be known, and a statement is edited where the log
// has another record under its puid.
//
// For a difference that has a record in the log, the entry about it is a
// PUBLICATION_CHANGED about that record, OBSERVED: EDITED, which commits to the
// new statement (part 19, as JSON), or REMOVED. Its puid is derived from the
// statement's and from the two records, so that it is recognised.
//
// Memory: some 120 bytes a statement of the older dump, at most
// kCompareRowsMax.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/import/dsa/dsa_import.h"
#include "api/import/importer.h"

namespace modlog {

inline constexpr size_t kCompareRowsMax = 1'500'000;

struct DsaCompareOptions {
  DsaImportOptions dump;              // the dump as it is published now
  std::vector<std::string> previous;  // as it was; none: the log's records
  FindLogged find;
};

struct DsaDifference {
  std::string puid;
  std::string place;      // FILE:LINE, of the older dump where it is gone
  bool logged = false;    // the log has a record of the statement
  bool recorded = false;  // the log has the entry about this very difference
  ImportedAction change;  // that entry
};

struct DsaComparison {
  std::vector<DsaDifference> edited;    // in the order of the files
  std::vector<DsaDifference> vanished;  // the same
  uint64_t unchanged = 0;
  uint64_t added = 0;
  uint64_t unread = 0;  // rows that were refused: nothing follows from them
};

// CompareDsa. `on_refused` gets rows that cannot be read; where the new dump
// has one, nothing counts as gone, since it may be that row's. kTooLarge,
// errors as ImportDsaCsv, of `find` and of `on_refused`.
Result<DsaComparison> CompareDsa(
    const DsaCompareOptions& options,
    const std::function<Result<void>(ImportRemark)>& on_refused);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_COMPARE_H_
