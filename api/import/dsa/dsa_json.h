#ifndef MODLOG_API_IMPORT_DSA_DSA_JSON_H_
#define MODLOG_API_IMPORT_DSA_DSA_JSON_H_

// A statement of reasons in JSON, as the DSA Transparency Database's API takes
// and answers it.
//
// Pure functions, thread-safe.

#include <expected>
#include <string>
#include <string_view>

#include "api/import/dsa/dsa_record.h"
#include "api/import/dsa/dsa_statement.h"

namespace modlog {

// ParseDsaJson reads one object, strictly: no name twice, no value of another
// type than the attribute's. An attribute without a column is kept, whatever
// its type.
std::expected<DsaStatement, DsaFault> ParseDsaJson(std::string_view text);

// FormatDsaJson writes one object: what there is, in the order of the columns.
// A value that FormatDsaJson wrote is read as the same statement.
std::string FormatDsaJson(const DsaStatement& statement);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_JSON_H_
