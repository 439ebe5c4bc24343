#ifndef MODLOG_VERIFIER_RULES_RECORD_FACTS_H_
#define MODLOG_VERIFIER_RULES_RECORD_FACTS_H_

// What the first pass over a log takes from each bundle. Reading an entry is
// the costly part and needs no other entry: it is done in parallel and leaves
// these facts, which are then taken one bundle after the other.
//
// The rules "encoding", "kinds" and "fields" are judged here, as they concern
// one entry alone. Thread-safe.

#include <algorithm>
#include <array>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/replay/replay.h"
#include "verifier/rules/rules.h"

namespace modlog {

// So many violations and so many warnings of one entry alone are counted: an
// entry of 4,608 bytes can be wrong in thousands of ways, and each is a text.
inline constexpr uint32_t kFindingsPerEntryMax = 100;

// So many references of each list of an entry are followed: more are none that
// it may have, and "fields" says so.
inline constexpr int kReferencesFollowedMax = 16;
template <typename List>
auto FollowedOf(const List& list) {
  return std::ranges::subrange(
      list.begin(),
      list.begin() + std::min<int>(list.size(), kReferencesFollowedMax));
}

// A platform in little memory: the first half of SHA-256 of its name.
using PlatformId = std::array<uint8_t, 16>;
PlatformId PlatformIdOf(std::string_view platform);

// SHA-256(platform || 0 || puid): the identity of a submission.
Hash PuidKeyOf(std::string_view platform, std::string_view puid);

struct EntryFacts {
  uint64_t entry = 0;
  int64_t logged_at_ms = 0;
  uint32_t platform = 0;  // position in RecordFacts::platforms
  uint8_t kind = 0;       // 0: a seal
  uint8_t detection = 0;
  uint8_t decision = 0;
  uint8_t void_reason = 0;
  bool own = false;          // the platform's own word
  bool delay_known = false;  // own decisions with an application date
  uint32_t delay_days = 0;
  Hash key = {};
};

struct NamedTerm {
  uint64_t entry = 0;
  uint32_t platform = 0;
  uint32_t number = 0;
  v1::TermKind kind = v1::TERM_KIND_UNSPECIFIED;
};

struct HandleUse {
  uint64_t entry = 0;
  uint32_t platform = 0;
  uint32_t key = 0;
  bool corrected = false;  // of the record within a correction
};

// An entry of the log's own working, kept whole.
struct RareEntry {
  uint64_t entry = 0;
  uint32_t platform = 0;
  Hash key = {};
  v1::Action action;
};

struct RecordFacts {
  std::vector<std::string> platforms;
  std::vector<EntryFacts> entries;   // those that could be read
  std::vector<uint64_t> referenced;  // KeyPrefixes::Of what is named
  std::vector<NamedTerm> terms;
  std::vector<HandleUse> handles;
  std::vector<RareEntry> rare;
  std::vector<uint64_t> missing;
  std::vector<Finding> findings;
};

RecordFacts ReadRecordFacts(const BundleView& bundle);

// Whether entries of this kind are RareEntry.
bool IsRareKind(int kind);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_RECORD_FACTS_H_
