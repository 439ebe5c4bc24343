#ifndef MODLOG_API_IMPORT_OZONE_OZONE_CHAIN_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_CHAIN_H_

// The entries that a log has of Ozone's subjects. Entry n of a subject has the
// puid derived from (subject, n), so whoever has the secret and the subject can
// ask for 0, 1, 2, … and knows where it stands. Which event an entry is of
// follows from its commitment, in which the event's number is.
//
// Versions before December 2026 derived puids from the event's number instead;
// these entries are recognised, and are on no chain.

#include <cstdint>
#include <string>
#include <vector>

#include "api/import/importer.h"
#include "api/import/platform_secret.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

inline constexpr size_t kOzoneChainMax = 100'000;  // entries of one subject

std::string OzonePuid(const PlatformSecret& secret, const std::string& subject,
                      size_t number);
// As versions before December 2026 had it.
std::string OzoneEventPuid(const PlatformSecret& secret, uint64_t event_id,
                           const std::string& role);

struct OzoneLogged {
  std::string puid;
  LoggedAction logged;
  v1::Action action;      // parsed; empty where it was redacted
  bool consumed = false;  // an event of the import is known to be it
  bool applied = false;   // to the subject's state
};

// LoadOzoneChains asks for the entries of each subject, in few calls: an answer
// for each, in their order. kTooLarge, kMalformed, errors of `find`.
Result<std::vector<std::vector<OzoneLogged>>> LoadOzoneChains(
    const PlatformSecret& secret, const std::vector<std::string>& subjects,
    const FindLogged& find);

// The day that an entry bears, 0 where it bears none.
uint32_t DayOfLogged(const v1::Action& action);

// SameButForState: whether two actions of one event say the same, apart from
// what follows from earlier entries (what they refer to, the outcome) and from
// a handle.
bool SameButForState(v1::Action one, v1::Action other);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_CHAIN_H_
