#ifndef MODLOG_API_IMPORT_IMPORTER_H_
#define MODLOG_API_IMPORT_IMPORTER_H_

// What every importer hands out, whatever its source: actions ready to append,
// in an order in which everything an action refers to came before it, and a
// word about each item (a file, a row, an event) that could not be read as one.
//
// An import is repeatable: the same files with the same secret make the same
// puids and the same bytes, so that a second run appends nothing. A changed
// file makes new puids. Where files were added on which an older file's link
// leads, the older file's entry differs from the one logged: the log answers
// with a conflict, and what was logged first stands.
//
// Importers know nothing of gRPC and hold no more in memory than one item and
// an index of what may be referred to. Not thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/core/result.h"

namespace modlog {

struct ImportedAction {
  std::string source;  // FormatPlace of its item; it may name people
  std::string puid;
  std::string action;        // canonical bytes of a modlog.v1.Action
  std::string payload = {};  // encoded modlog.v1.Payload to store, or nothing
  std::string account = {};  // that it is about, where the source names one
};

// A word about one item. A refused one gave no action; a warning is about one
// that did. The reason names no value, or a short fragment of one.
struct ImportRemark {
  std::string source;  // the file
  std::string reason;
  uint64_t line = 0;        // in the file, from 1; 0: the whole file
  uint64_t row = 0;         // or event, in the file, from 1; 0: no rows
  std::string column = {};  // by its name, or the field's
};
// FormatPlace returns "FILE" or "FILE:LINE".
std::string FormatPlace(const ImportRemark& remark);
// FormatReason returns "row 3, column severity: why", as far as it applies.
std::string FormatReason(const ImportRemark& remark);

class ImportSink {
 public:
  virtual ~ImportSink() = default;
  // An error ends the import and is what it returns.
  virtual Result<void> OnAction(ImportedAction action) = 0;
  virtual Result<void> OnRefused(ImportRemark remark) = 0;
  virtual void OnWarning(ImportRemark remark) = 0;
  // OnPassedOver is about what by its place is no record of the source's kind:
  // a README beside notices, a header line in the middle of a list.
  virtual void OnPassedOver(ImportRemark remark) = 0;
  // OnProgress comes after each item, or now and then, in items or bytes.
  // `total` does not change; 0 where it is not known.
  virtual void OnProgress(uint64_t done, uint64_t total) = 0;
};

struct ImportTotals {
  uint64_t items = 0;     // looked at
  uint64_t refused = 0;   // of these
  uint64_t warnings = 0;  // several may be about one item
  uint64_t actions = 0;   // handed out
  // Items read, by what the source calls them ("takedown"), and actions by the
  // name of their kind ("NOTICE_RECEIVED").
  std::map<std::string, uint64_t> items_by_type;
  std::map<std::string, uint64_t> actions_by_kind;
  // Items that are no moderation and were left out on purpose, by what they
  // are.
  std::map<std::string, uint64_t> left_out;
  // What was told to OnPassedOver, by what it is. These are no items.
  std::map<std::string, uint64_t> passed_over;
  // Entries of earlier imports that are wrong, by what is wrong with them; and
  // the VOID and CORRECTION entries handed out for them.
  std::map<std::string, uint64_t> faults;
  uint64_t repaired = 0;
  // What was kept in another form than it came in, by what that is.
  std::map<std::string, uint64_t> notes;
};

// What stands in the log under a puid.
struct LoggedAction {
  uint64_t index = 0;
  std::string action;      // canonical bytes, as logged; empty: redacted
  bool is_void = false;    // a VOID is about it
  bool corrected = false;  // it reads otherwise than its bytes say
};

// FindLogged asks a log for what stands under puids of the platform: an answer
// for each, in their order, nothing where the log has none. What has been
// handed to the sink and not been answered yet may be missing.
using FindLogged =
    std::function<Result<std::vector<std::optional<LoggedAction>>>(
        const std::vector<std::string>& puids)>;
// FindOne asks for one.
Result<std::optional<LoggedAction>> FindOne(const FindLogged& find,
                                            const std::string& puid);

// CountAction adds one handed out.
void CountAction(v1::Kind kind, ImportTotals* totals);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_IMPORTER_H_
