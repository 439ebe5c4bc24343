#ifndef MODLOG_API_TOOL_COMMANDS_FILTER_OPTIONS_H_
#define MODLOG_API_TOOL_COMMANDS_FILTER_OPTIONS_H_

// The options by which `search` and `watch` say which entries they are after.

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "modlog/v1/log.pb.h"
#include "verifier/core/result.h"

namespace modlog {

struct FilterOptions {
  std::string platform;
  std::string puid;
  std::string refers_to;
  std::vector<std::string> kinds;       // ACTION, or KIND_ACTION
  std::vector<std::string> categories;  // VIOLENCE, or CATEGORY_VIOLENCE
  std::string since;                    // YYYY-MM-DD
  std::string until;
};

void AddFilterOptions(CLI::App* command, FilterOptions* options);

// MakeFilter. kMalformed names the option and what it may be.
Result<v1::Filter> MakeFilter(const FilterOptions& options);

// FormatFound writes an entry found as one line: index, date, kind, platform,
// puid; or, `json`, as `modlog get --json` does.
Result<std::string> FormatFound(const v1::FoundEntry& entry, bool json);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_FILTER_OPTIONS_H_
