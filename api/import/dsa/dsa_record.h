#ifndef MODLOG_API_IMPORT_DSA_DSA_RECORD_H_
#define MODLOG_API_IMPORT_DSA_DSA_RECORD_H_

// A statement of reasons as a record: codes, days and territory into the
// action, texts into parts of the payload. Nothing is lost on the way:
//
//   a code that the list lacks    *_UNLISTED, its name in part 17; a warning
//   a value without a field       its text in part 20 under its column's name;
//                                 a warning
//   an attribute without a column its text in part 20
//   a puid that is no puid here   a derived one, the original in part 20
//
// Texts are open parts: by law (DSA, article 24(5)) there is no personal data
// in them. The source's identity (part 10) is the platform's alone.
//
// Pure functions, thread-safe.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "api/import/dsa/dsa_statement.h"
#include "api/import/platform_secret.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

struct DsaRecordOptions {
  std::string platform;  // valid
  PlatformSecret secret;
  uint32_t today = 0;  // days since 1970-01-01; a day may be at most one later
  bool first_hand = false;  // the platform's own word, and no copy
};

// What is wrong in one column; the reason names no value.
struct DsaFault {
  std::string column;
  std::string reason;
};

struct DsaRecord {
  std::string puid;
  std::string action;   // canonical bytes
  std::string payload;  // encoded
  std::vector<DsaFault> warnings;
  bool reordered = false;  // a list was not in the order of its codes
};

// MakeDsaRecord. `taxonomy` is the code list of a statement whose codes do not
// tell: kDsaTaxonomyV1 or V2.
std::expected<DsaRecord, DsaFault> MakeDsaRecord(
    const DsaStatement& statement, unsigned taxonomy,
    const DsaRecordOptions& options);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_RECORD_H_
