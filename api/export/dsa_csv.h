#ifndef MODLOG_API_EXPORT_DSA_CSV_H_
#define MODLOG_API_EXPORT_DSA_CSV_H_

// Dumps as the DSA Transparency Database writes them: PHP's fputcsv, a header,
// lists as JSON in their cell. What a row has no column for is counted.
//
// Pure functions, thread-safe.

#include <span>
#include <string>
#include <vector>

#include "api/export/losses.h"
#include "api/import/dsa/dsa_statement.h"

namespace modlog {

enum class DsaDumpForm { kFull, kV1, kLight };

// DsaDumpColumns: 38 of the full dump, 37 of v1's, 34 of the light one.
std::vector<DsaColumn> DsaDumpColumns(DsaDumpForm form);

// Each with its LF.
std::string FormatDsaHeader(std::span<const DsaColumn> columns);
std::string FormatDsaRow(const DsaStatement& statement,
                         std::span<const DsaColumn> columns, Losses* losses);

}  // namespace modlog

#endif  // MODLOG_API_EXPORT_DSA_CSV_H_
