#ifndef MODLOG_API_TOOL_ACTION_TEXT_H_
#define MODLOG_API_TOOL_ACTION_TEXT_H_

// An entry for people and for programs.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/core/result.h"

namespace modlog {

// FormatTime writes milliseconds since 1970 UTC as 2021-01-08T23:21:06.123Z.
std::string FormatTime(int64_t time_ms);

// DescribeAction lists the fields that are there, in the order of their
// numbers: dates as dates, codes by name, countries and languages as letters.
std::vector<std::pair<std::string, std::string>> DescribeAction(
    const v1::Action& action);

// FormatEntryJson writes a leaf as one line of JSON, the action in protobuf's
// JSON form under its names of the .proto. kMalformed if it does not decode.
Result<std::string> FormatEntryJson(uint64_t index, std::string_view leaf);

// FormatEntryTable writes a leaf as a table of lines.
Result<std::string> FormatEntryTable(uint64_t index, std::string_view leaf);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_ACTION_TEXT_H_
