#ifndef MODLOG_LOG_RULES_REFERENCE_RULES_H_
#define MODLOG_LOG_RULES_REFERENCE_RULES_H_

// What an entry may refer to: which kinds in `about` (what it acts on) and in
// `cause` (why), by its own kind. The table of docs/formats.md, "References",
// as a table. Thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

#include "modlog/v1/action.pb.h"
#include "verifier/core/sha256.h"

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

// A puid that an action refers to, and where.
struct Reference {
  std::string_view list;  // "about" or "cause", or one of `corrected`
  int position;
  Hash key;       // PuidKey (action_bytes.h) of the same platform
  KindSet kinds;  // what it may be
  // Of the record that a correction states: it leads somewhere, and does
  // nothing to what it names.
  bool within = false;

  std::string field() const;  // "about[0]"
};

// NameKinds lists them for a person: "ACTION, MODIFICATION".
std::string NameKinds(KindSet set);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_REFERENCE_RULES_H_
