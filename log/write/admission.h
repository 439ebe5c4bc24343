#ifndef MODLOG_LOG_WRITE_ADMISSION_H_
#define MODLOG_LOG_WRITE_ADMISSION_H_

// What may enter the log: the canonical rule and the rules of the record that
// need no knowledge of other entries. proto/modlog/v1/action.proto states them;
// docs/formats.md has the table. Pure functions, thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/payload/payload_rules.h"
#include "log/records/joined_item.h"
#include "log/records/terms.h"
#include "log/rules/reference_rules.h"
#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

struct Admitted {
  Hash key = {};  // PuidKey
  int kind = 0;
  // The last day that must not lie after the day of logging, and one.
  uint32_t latest_day = 0;
  std::vector<Reference> references;
  HistoryNeeded needs = HistoryNeeded::kNone;
  std::vector<Violation> warnings;               // of a copied record
  std::shared_ptr<const SealedPayload> payload;  // null: none was given
  std::vector<TermUse> terms;                    // that `known` could not judge
};

// Admit judges one submitted action at a time `now_ms`, and the encoded payload
// that came with it (empty: none). All violations at once, each with its field
// path; never the value. A record that was copied (provenance) is taken as it
// was published: what an own record would have to have besides becomes a
// warning. `known` (null: nothing is) are the terms registered so far. `origin`
// is the log's: a key is registered with a proof made for it.
std::expected<Admitted, std::vector<Violation>> Admit(
    std::string_view platform, std::string_view action, int64_t now_ms,
    std::string_view payload = {}, const TermCache* known = nullptr,
    std::string_view origin = {});

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_ADMISSION_H_
