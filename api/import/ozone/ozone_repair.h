#ifndef MODLOG_API_IMPORT_OZONE_OZONE_REPAIR_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_REPAIR_H_

// What an earlier import of Ozone's events may have logged wrongly, and the
// CORRECTION for it. Pure functions, thread-safe.

#include <optional>
#include <string>

#include "api/import/ozone/ozone_state.h"
#include "api/import/platform_secret.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

struct OzoneFault {
  std::string what;      // for a count: "appeals decided otherwise than logged"
  v1::Action corrected;  // the record as it should read
};

// FindOzoneFault compares what was logged of an event with what would be made
// of it now, where `state` stood before it. Only what is proved by the events
// at hand is a fault: a reversal that they do not hold may be in another file.
std::optional<OzoneFault> FindOzoneFault(const v1::Action& logged,
                                         const v1::Action& made,
                                         const OzoneState& state);

// The CORRECTION under a puid that follows from what it says.
v1::Action MakeOzoneCorrection(const PlatformSecret& secret,
                               const v1::Action& corrected);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_REPAIR_H_
