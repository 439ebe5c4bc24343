#ifndef MODLOG_LOG_RULES_REFERENCE_RULES_H_
#define MODLOG_LOG_RULES_REFERENCE_RULES_H_

// What an entry may refer to: which kinds in `about` (what it acts on) and in
// `cause` (why), by its own kind. The table of docs/formats.md, "References",
// as a table. Thread-safe.

#include <cstdint>
#include <string>

#include "modlog/v1/action.pb.h"

namespace modlog {

using KindSet = uint64_t;  // bit k for kind k; kinds above 63 are in no set

constexpr KindSet Kinds(auto... kinds) {
  return ((KindSet{1} << kinds) | ... | KindSet{0});
}
constexpr bool Contains(KindSet set, int kind) {
  return kind > 0 && kind < 64 && (set >> kind & 1) != 0;
}

KindSet AboutKinds(const v1::Action& action);
KindSet CauseKinds(const v1::Action& action);

// NameKinds lists them for a person: "ACTION, MODIFICATION".
std::string NameKinds(KindSet set);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_REFERENCE_RULES_H_
