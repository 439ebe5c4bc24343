#ifndef MODLOG_API_IMPORT_IMPORTER_H_
#define MODLOG_API_IMPORT_IMPORTER_H_

// What every importer hands out, whatever its source: actions ready to append,
// in an order in which everything an action refers to came before it, and a
// word about each file that could not be read as one.
//
// An import is repeatable: the same files with the same secret make the same
// puids and the same bytes, so that a second run appends nothing. A changed
// file makes new puids. Where files were added on which an older file's link
// leads, the older file's entry differs from the one logged: the log answers
// with a conflict, and what was logged first stands.
//
// Importers know nothing of gRPC and hold no more in memory than one file and
// an index of what may be referred to. Not thread-safe.

#include <cstdint>
#include <map>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

struct ImportedAction {
  std::string source;  // its path, for messages alone: it names people
  std::string puid;
  std::string action;        // canonical bytes of a modlog.v1.Action
  std::string payload = {};  // encoded modlog.v1.Payload to store, or nothing
};

// A word about one file. A refused file gave no action; a warning is about one
// that did.
struct ImportRemark {
  std::string source;
  std::string reason;
};

class ImportSink {
 public:
  virtual ~ImportSink() = default;
  // OnAction: an error ends the import and is what it returns.
  virtual Result<void> OnAction(ImportedAction action) = 0;
  virtual void OnRefused(ImportRemark remark) = 0;
  virtual void OnWarning(ImportRemark remark) = 0;
  // OnProgress comes after each file; `total` does not change.
  virtual void OnProgress(uint64_t files_done, uint64_t files_total) = 0;
};

struct ImportTotals {
  uint64_t files = 0;     // looked at
  uint64_t refused = 0;   // of these
  uint64_t warnings = 0;  // several may be about one file
  uint64_t actions = 0;   // handed out
  // Files read, by what the source calls them ("takedown"), and actions by the
  // name of their kind ("NOTICE_RECEIVED").
  std::map<std::string, uint64_t> files_by_type;
  std::map<std::string, uint64_t> actions_by_kind;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_IMPORTER_H_
