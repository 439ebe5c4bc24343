#ifndef MODLOG_API_SERVER_ENROLMENT_H_
#define MODLOG_API_SERVER_ENROLMENT_H_

// Platforms: the operator gives one a token, and from then on its entries need
// that token or the operator's; with a key, the log gets the entry that
// registers it first. And what the log knows of a platform. Thread-safe.

#include <functional>

#include "api/server/callers.h"
#include "api/server/read_calls.h"
#include "log/log.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

using EnrolDone = std::move_only_function<void(Reply<v1::AddPlatformResponse>)>;

// EnrolPlatform: PERMISSION_DENIED for anybody but the operator. Of a platform
// that is enrolled already it replaces the token. A key comes with its
// platform's proof of possession and becomes key 1; asked for again it is the
// same entry. `log` and `callers` must outlive `done`.
void EnrolPlatform(Log* log, Callers* callers,
                   const v1::AddPlatformRequest& request, const Caller& caller,
                   EnrolDone done);

// ReadPlatformStatus: keys, and what the next seal has to say. Of a platform
// that the log does not know: nothing of each.
Reply<v1::GetPlatformResponse> ReadPlatformStatus(
    Log* log, const Callers& callers, const v1::GetPlatformRequest& request);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_ENROLMENT_H_
