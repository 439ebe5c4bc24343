#ifndef MODLOG_API_SERVER_LOG_SERVICE_H_
#define MODLOG_API_SERVER_LOG_SERVICE_H_

// modlog.v1.ModerationLog on a Log: proto/modlog/v1/log.proto says what each
// call does. Callback API, thread-safe; nothing blocks but the short reads of
// the store that answer Get… calls.
//
// The methods take raw bytes, so that a request that does not parse is told so
// (INVALID_ARGUMENT; generated handlers answer UNIMPLEMENTED without a word).

#include <grpcpp/grpcpp.h>

#include <expected>
#include <string>

#include "api/server/callers.h"
#include "api/server/read_calls.h"
#include "api/server/scan_thread.h"
#include "api/witnessing/publisher.h"
#include "log/log.h"
#include "modlog/v1/log.grpc.pb.h"

namespace modlog {

// Every method in its raw callback form.
template <typename Base>
using RawReads = v1::ModerationLog::WithRawCallbackMethod_GetEntry<
    v1::ModerationLog::WithRawCallbackMethod_GetCheckpoint<
        v1::ModerationLog::WithRawCallbackMethod_GetInclusionProof<
            v1::ModerationLog::WithRawCallbackMethod_GetConsistencyProof<
                v1::ModerationLog::WithRawCallbackMethod_GetReceipt<
                    v1::ModerationLog::WithRawCallbackMethod_GetLogInfo<
                        Base>>>>>>;
template <typename Base>
using RawFinds = v1::ModerationLog::WithRawCallbackMethod_GetStatus<
    v1::ModerationLog::WithRawCallbackMethod_FindPuids<
        v1::ModerationLog::WithRawCallbackMethod_Search<
            v1::ModerationLog::WithRawCallbackMethod_Watch<Base>>>>;
template <typename Base>
using RawAppends = v1::ModerationLog::WithRawCallbackMethod_Append<
    v1::ModerationLog::WithRawCallbackMethod_AppendBatch<
        v1::ModerationLog::WithRawCallbackMethod_AppendStream<Base>>>;

template <typename Base>
using RawPayloads = v1::ModerationLog::WithRawCallbackMethod_GetPayload<
    v1::ModerationLog::WithRawCallbackMethod_AddPlatform<
        v1::ModerationLog::WithRawCallbackMethod_GetPlatform<
            v1::ModerationLog::WithRawCallbackMethod_Erase<
                v1::ModerationLog::WithRawCallbackMethod_Redact<
                    v1::ModerationLog::WithRawCallbackMethod_Freeze<
                        v1::ModerationLog::WithRawCallbackMethod_AcceptClock<
                            Base>>>>>>>;

class LogService final
    : public RawPayloads<
          RawAppends<RawReads<RawFinds<v1::ModerationLog::Service>>>> {
 public:
  // `log`, `callers` and `publisher` (null where there are no witnesses) must
  // outlive the service.
  LogService(Log* log, Callers* callers, const Publisher* publisher,
             ServiceSettings settings)
      : log_(log),
        callers_(callers),
        publisher_(publisher),
        settings_(std::move(settings)) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  using Buffer = grpc::ByteBuffer;

  Reactor* Append(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* AppendBatch(Context* context, const Buffer* in,
                       Buffer* out) override;
  grpc::ServerBidiReactor<Buffer, Buffer>* AppendStream(
      Context* context) override;

  Reactor* GetEntry(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* GetCheckpoint(Context* context, const Buffer* in,
                         Buffer* out) override;
  Reactor* GetInclusionProof(Context* context, const Buffer* in,
                             Buffer* out) override;
  Reactor* GetConsistencyProof(Context* context, const Buffer* in,
                               Buffer* out) override;
  Reactor* GetReceipt(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* GetLogInfo(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* GetPayload(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* Erase(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* Redact(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* Freeze(Context* context, const Buffer* in, Buffer* out) override;

  Reactor* AcceptClock(Context* context, const Buffer* in,
                       Buffer* out) override;

  Reactor* GetStatus(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* FindPuids(Context* context, const Buffer* in, Buffer* out) override;
  Reactor* AddPlatform(Context* context, const Buffer* in,
                       Buffer* out) override;
  Reactor* GetPlatform(Context* context, const Buffer* in,
                       Buffer* out) override;
  Reactor* Search(Context* context, const Buffer* in, Buffer* out) override;
  grpc::ServerWriteReactor<Buffer>* Watch(Context* context,
                                          const Buffer* in) override;

 private:
  Log* const log_;
  Callers* const callers_;
  const Publisher* const publisher_;
  const ServiceSettings settings_;
  ScanThread scans_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_LOG_SERVICE_H_
