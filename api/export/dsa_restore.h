#ifndef MODLOG_API_EXPORT_DSA_RESTORE_H_
#define MODLOG_API_EXPORT_DSA_RESTORE_H_

// A record as a statement of reasons of the EU's DSA Transparency Database: the
// way back of api/import/dsa/dsa_record.h. What was imported comes out as it
// came in, but for what DsaStatement does not tell apart and the order of
// lists.
//
// Pure function, thread-safe.

#include <cstdint>
#include <string>

#include "api/export/losses.h"
#include "api/import/dsa/dsa_statement.h"
#include "modlog/v1/action.pb.h"
#include "modlog/v1/payload.pb.h"

namespace modlog {

// RestoreDsaStatement. REQUIRES: an ACTION. `payload` has the parts that may be
// seen. Counts every field and code that a statement cannot say.
DsaStatement RestoreDsaStatement(const v1::Action& action,
                                 const v1::Payload& payload,
                                 const std::string& platform,
                                 int64_t logged_at_ms, Losses* losses);

}  // namespace modlog

#endif  // MODLOG_API_EXPORT_DSA_RESTORE_H_
