#ifndef MODLOG_API_SERVER_ENTRY_STATUS_H_
#define MODLOG_API_SERVER_ENTRY_STATUS_H_

// The answers to GetStatus and FindPuids: what became of an entry, as a state
// and as the entries that it follows from. docs/lifecycle.md has the states.
// Thread-safe.

#include "api/server/read_calls.h"

namespace modlog {

// StateOf names the state of an entry whose life this is. `as_of` is the day
// that end dates are held against: a measure is in force on its last day.
v1::GetStatusResponse::State StateOf(const Life& life, uint32_t as_of);

// ReadStatus. NOT_FOUND for a puid that nobody logged, OUT_OF_RANGE beyond the
// signed tree.
Reply<v1::GetStatusResponse> ReadStatus(Log* log,
                                        const v1::GetStatusRequest& request);

// Of one call of FindPuids.
inline constexpr int kFindPuidsMax = 256;
// What refers to the entries of one answer, all together, before it ends: an
// entry may be referred to a thousand times, and a call is to stay short.
inline constexpr size_t kFoundEventsMax = 4'096;

// ReadFound. INVALID_ARGUMENT for no puid, or too many.
Reply<v1::FindPuidsResponse> ReadFound(Log* log,
                                       const v1::FindPuidsRequest& request);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_ENTRY_STATUS_H_
