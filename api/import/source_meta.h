#ifndef MODLOG_API_IMPORT_SOURCE_META_H_
#define MODLOG_API_IMPORT_SOURCE_META_H_

// Part 20 of a record: lines "name=value", in the order of the source.
//
//   uuid=0f0c…
//   created_at=2025-11-20 03:14:15
//   note=one line,\nand a second
//
// In a value "\\", "\n" and "\r" stand for a backslash, LF and CR. In a name
// "\e", "\h" and "\c" stand besides for "=", "#" and ":", so that what ends a
// name or begins with "#" is always ours. Every line ends in LF.
//
// Pure functions, thread-safe.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modlog {

using MetaLines = std::vector<std::pair<std::string, std::string>>;

// AppendMetaLine adds a line. `name` is one of ours or from EscapeMetaName; a
// leading "#" and a trailing ":" are marks.
void AppendMetaLine(std::string_view name, std::string_view value,
                    std::string* text);
// EscapeMetaName makes a foreign name one without marks.
std::string EscapeMetaName(std::string_view name);

// ParseMetaLines returns names as they stand, so that marks are told apart, and
// values unescaped. Lines without "=" are left out.
MetaLines ParseMetaLines(std::string_view text);
// UnescapeMetaName undoes EscapeMetaName.
std::string UnescapeMetaName(std::string_view name);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_SOURCE_META_H_
