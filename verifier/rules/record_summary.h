#ifndef MODLOG_VERIFIER_RULES_RECORD_SUMMARY_H_
#define MODLOG_VERIFIER_RULES_RECORD_SUMMARY_H_

// The figures of an audit that are nobody's fault by themselves: the notes.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"

namespace modlog {

// Days from application to logging, by the log's clock: how many fall at or
// below each bound, and beyond the bound before.
inline constexpr std::array<uint32_t, 7> kDelayBounds = {0,  1,  3,  7,
                                                         30, 90, 365};

struct AutomationCounts {
  uint64_t detected_by_machine = 0;
  uint64_t detected_by_people = 0;
  uint64_t decided_by_machine = 0;
  uint64_t decided_with_people = 0;  // in part or not automated
};

struct PlatformFigures {
  uint64_t actions = 0;  // entries that are no seals
  uint64_t seals = 0;
  uint64_t sealed = 0;  // actions under a seal that holds
  uint64_t copied = 0;  // not the platform's own word

  // Own ACTION and MODIFICATION with an application date.
  uint64_t dated = 0;
  uint64_t late = 0;  // beyond the limit asked for
  std::array<uint64_t, kDelayBounds.size() + 1> delays = {};

  std::map<int, uint64_t> voids;  // by VoidReason
  uint64_t corrections = 0;       // of one entry
  uint64_t bulk_corrections = 0;
  uint64_t corrected_in_bulk = 0;                    // entries that they touch
  std::map<std::string, uint64_t> corrected_fields;  // by name
  uint64_t uncompared = 0;         // corrections of which no field was compared
  std::map<int, uint64_t> erased;  // entries, by ErasureBasis
  std::map<int, uint64_t> redacted;  // the same

  uint64_t automation_stated = 0;  // own decisions that say how
  uint64_t manual_without_delay = 0;
  uint64_t busiest_second = 0;  // most entries logged within one second
  int64_t second = -1;          // the one counted now
  uint64_t in_second = 0;
  std::map<uint32_t, AutomationCounts> months;  // of own decisions, by YYYYMM
};

struct RedactedLeaf {
  uint64_t entry = 0;
  uint64_t redaction = 0;  // the entry that says so
  int basis = 0;
};

// Another log, as an entry of this one names it.
struct NamedLog {
  uint64_t entry = 0;
  std::string vkey;
  // Of a predecessor: what it ended with.
  uint64_t size = 0;
  std::string root;        // 32 bytes
  bool in_policy = false;  // whether the policy trusts it
  bool compared = false;   // a predecessor that was at hand, and agrees
};

struct CountedCell {
  v1::StatsCell cell;  // value: attested
  uint64_t counted = 0;
};
struct CountedAttestation {
  uint64_t entry = 0;
  std::string platform;
  bool copied = false;
  v1::Stats stats;
  uint64_t replaced_by = 0;  // an entry, or 0
  bool uncounted = false;    // too many changes: nothing is said of the cells
  std::vector<CountedCell> cells;
};

// So many platforms have figures of their own: those that a log names first.
// What the others did is added up.
inline constexpr size_t kPlatformsKept = 16'384;

struct RecordSummary {
  std::map<std::string, PlatformFigures> platforms;  // "" is the operator
  uint64_t further_platforms = 0;
  PlatformFigures further;                    // theirs, together
  std::vector<RedactedLeaf> redacted_leaves;  // bytes are not there
  std::vector<CountedAttestation> attestations;
  std::vector<std::string> uniformity;   // "platform p: …"
  std::optional<NamedLog> succeeded_by;  // this log has ended
  std::optional<NamedLog> succeeds;
  uint64_t late_days = 0;  // the limit asked for
  uint64_t perhaps_redacted_references = 0;
  uint64_t payloads_checked = 0;  // with --payloads
  uint64_t payload_parts_checked = 0;

  // The figures that a platform's entries are counted in.
  PlatformFigures& FiguresOf(const std::string& platform) {
    const auto it = platforms.find(platform);
    if (it != platforms.end()) return it->second;
    return further_platforms > 0 ? further : platforms[platform];
  }
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_RECORD_SUMMARY_H_
