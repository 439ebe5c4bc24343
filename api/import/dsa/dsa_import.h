#ifndef MODLOG_API_IMPORT_DSA_DSA_IMPORT_H_
#define MODLOG_API_IMPORT_DSA_DSA_IMPORT_H_

// Reads statements of reasons of the EU's DSA Transparency Database, each of
// which becomes one ACTION (api/import/dsa/dsa_record.h):
//
//   ImportDsaCsv    the dumps, schema v1 and v2, full and light: .csv, a zip
//                   of them, or the outer zip as it is published
//   ImportDsaJson   the API's bodies, plain or zipped
//
// A dump of several platforms is refused before anything is handed out: all of
// it would stand under one name. `platform_name` takes the rows of one.
//
// Memory does not grow with the files. What kinds of values were kept in
// another form than they came in is counted in the totals' notes.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/import/dsa/dsa_record.h"
#include "api/import/importer.h"

namespace modlog {

struct DsaImportOptions {
  std::vector<std::string> files;  // "-" is standard input
  DsaRecordOptions record;
  std::string platform_name;  // take rows of this one alone; empty: all
  // Asked for what an earlier version logged of the word null; may be empty.
  FindLogged find = {};
  bool repair = false;  // hand out what puts it right
};

// Each returns errors of the sink, and kUnavailable for a file that cannot be
// opened or read. Everything else is handed out as refused.
Result<ImportTotals> ImportDsaCsv(const DsaImportOptions& options,
                                  ImportSink* sink);
Result<ImportTotals> ImportDsaJson(const DsaImportOptions& options,
                                   ImportSink* sink);

// ReadDsaRecords reads dumps as ImportDsaCsv does, and hands out each statement
// with its record; rows of another platform than `platform_name` are passed
// over. Errors of the two, and kUnavailable.
Result<void> ReadDsaRecords(
    const DsaImportOptions& options,
    const std::function<Result<void>(const ImportRemark&, const DsaStatement&,
                                     const DsaRecord&)>& on_record,
    const std::function<Result<void>(ImportRemark)>& on_refused);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_IMPORT_H_
