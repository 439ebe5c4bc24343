#ifndef MODLOG_API_SERVER_SEARCH_CALL_H_
#define MODLOG_API_SERVER_SEARCH_CALL_H_

// Search: one page of the entries that match, read by the scan thread.

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "api/server/scan_thread.h"
#include "log/log.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

inline constexpr uint32_t kSearchPageDefault = 100;
inline constexpr uint32_t kSearchPageMax = 1'000;
inline constexpr uint64_t kSearchScanMax = 1'000'000;  // entries looked at

// StartSearch finishes `reactor` with the answer in `out`, now or later. An
// entry asked for by puid alone is looked up, not searched for.
void StartSearch(Log* log, ScanThread* scans, const v1::SearchRequest& request,
                 grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* out);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_SEARCH_CALL_H_
