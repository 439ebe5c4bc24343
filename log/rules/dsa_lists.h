#ifndef MODLOG_LOG_RULES_DSA_LISTS_H_
#define MODLOG_LOG_RULES_DSA_LISTS_H_

// What the EU's database documents of its codes and does not check itself.
// Pure functions, thread-safe.

#include <cstdint>

#include "modlog/v1/action.pb.h"

namespace modlog {

// IsEan13 checks the last digit of a 13-digit number, zero padded.
bool IsEan13(uint64_t number);

// KeywordBelongs: to that category, as the database's documentation groups
// them. KEYWORD_OTHER and KEYWORD_STALKING belong everywhere.
bool KeywordBelongs(v1::Keyword keyword, v1::Category category);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_DSA_LISTS_H_
