#ifndef MODLOG_API_SERVER_ENROLMENT_H_
#define MODLOG_API_SERVER_ENROLMENT_H_

// Enrolment: the operator gives a platform a token, and from then on its
// entries need that token or the operator's. Thread-safe.

#include "api/server/callers.h"
#include "api/server/read_calls.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

// EnrolPlatform: PERMISSION_DENIED for anybody but the operator. Of a platform
// that is enrolled already it replaces the token. Keys are not taken yet:
// INVALID_ARGUMENT.
Reply<v1::AddPlatformResponse> EnrolPlatform(
    Callers* callers, LogState state, const v1::AddPlatformRequest& request,
    const Caller& caller);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_ENROLMENT_H_
