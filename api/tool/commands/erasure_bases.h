#ifndef MODLOG_API_TOOL_COMMANDS_ERASURE_BASES_H_
#define MODLOG_API_TOOL_COMMANDS_ERASURE_BASES_H_

// Why something is taken out of the log, as --basis names it: for what is
// erased beside entries, and for an entry that is redacted. Thread-safe.

#include <map>
#include <string>

#include "modlog/v1/action.pb.h"

namespace modlog {

inline const std::map<std::string, v1::ErasureBasis>& ErasureBases() {
  static const std::map<std::string, v1::ErasureBasis> bases = {
      {"person", v1::ERASURE_BASIS_PERSON},
      {"platform", v1::ERASURE_BASIS_PLATFORM},
      {"authority", v1::ERASURE_BASIS_AUTHORITY}};
  return bases;
}

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_ERASURE_BASES_H_
