#include "api/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <chrono>
#include <utility>

namespace modlog {
namespace {

constexpr auto kStopTime = std::chrono::milliseconds(1'000);

constexpr int kMinuteMs = 60'000;

// Threads of the blocking API, which only reflection uses.
void LimitThreads(grpc::ServerBuilder* builder) {
  using Option = grpc::ServerBuilder::SyncServerOption;
  builder->SetSyncServerOption(Option::NUM_CQS, 1);
  builder->SetSyncServerOption(Option::MIN_POLLERS, 1);
  builder->SetSyncServerOption(Option::MAX_POLLERS, 2);
}

// Long streams are normal here, so no connection ends by its age; idle ones do,
// and dead peers are found by pings.
void LimitConnections(grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              kStreamsPerConnectionMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 30 * kMinuteMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 5 * kMinuteMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kMinuteMs / 3);
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinuteMs / 6);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
}

void LimitMemory(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kMessageBytesMax);
  // A compressed message may be a thousand times larger than it looks.
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  grpc::ResourceQuota quota("modlogd");
  quota.Resize(kGrpcMemoryMax).SetMaxThreads(32);
  builder->SetResourceQuota(quota);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  std::unique_ptr<Server> server(new Server(options));
  ASSIGN_OR_RETURN(
      server->http_,
      TileServer::Start(options.log, options.publisher, options.http_listen));
  RETURN_IF_ERROR(server->StartGrpc(options));
  server->UpdateHealth();
  return server;
}

Result<void> Server::StartGrpc(const ServerOptions& options) {
  ListenAddress address = options.grpc_listen;
  // Asked first, because gRPC does not say why it cannot listen.
  RETURN_IF_ERROR(Listen(&address));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  service_ = std::make_unique<LogService>(
      options.log, options.callers, options.publisher,
      ServiceSettings{.http_address = http_->address(),
                      .witness_interval_ms = options.witness_interval_ms,
                      .mldsa_vkey = options.mldsa_vkey,
                      .cose_key = options.cose_key});
  grpc::ServerBuilder builder;
  LimitThreads(&builder);
  LimitConnections(&builder);
  LimitMemory(&builder);
  int port = 0;
  builder.AddListeningPort(FormatAddress(options.grpc_listen),
                           grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service_.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port == 0) {
    return Fail(Code::kUnavailable,
                "cannot serve gRPC on " + FormatAddress(address));
  }
  address.port = static_cast<uint16_t>(port);
  grpc_address_ = FormatAddress(address);
  return {};
}

Server::~Server() {
  if (grpc_ == nullptr) return;
  grpc_->GetHealthCheckService()->Shutdown();
  log_->EndWaits();
  grpc_->Shutdown(std::chrono::system_clock::now() + kStopTime);
}

bool Server::UpdateHealth() {
  const bool serving = health_.Judge();
  auto* service = grpc_->GetHealthCheckService();
  service->SetServingStatus(serving);  // of the server as a whole
  service->SetServingStatus(v1::ModerationLog::service_full_name(), serving);
  return serving;
}

}  // namespace modlog
