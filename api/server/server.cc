#include "api/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
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
// and dead peers are found by pings. Who is idle may ask, too.
void LimitConnections(int ping_interval_ms_min, grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              kStreamsPerConnectionMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 30 * kMinuteMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 5 * kMinuteMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kMinuteMs / 3);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      ping_interval_ms_min);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                              kGrpcHandshakeMs);
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
      server->http_port_,
      Listener::Open("http", options.http_listen, options.http_connections));
  ASSIGN_OR_RETURN(
      server->grpc_port_,
      Listener::Open("grpc", options.grpc_listen, options.grpc_connections));
  server->StartProbes(options.probes);
  ASSIGN_OR_RETURN(server->http_,
                   TileServer::Start(
                       {.log = options.log,
                        .publisher = options.publisher,
                        .listener = server->http_port_.get(),
                        .ports = [at = server.get()] { return at->Ports(); }}));
  RETURN_IF_ERROR(server->StartGrpc(options));
  server->UpdateHealth();
  return server;
}

void Server::StartProbes(const ProbeTimes& times) {
  ProbedPort grpc = GrpcProbe(grpc_port_->address());
  grpc.progress = [port = grpc_port_.get()] { return port->status().accepted; };
  ProbedPort http = HttpProbe(http_port_->address());
  http.progress = [port = http_port_.get()] { return port->answered(); };
  probe_ = std::make_unique<PortProbe>(
      std::vector{std::move(grpc), std::move(http)}, times);
}

Result<void> Server::StartGrpc(const ServerOptions& options) {
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
  LimitConnections(options.ping_interval_ms_min, &builder);
  LimitMemory(&builder);
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      grpc::InsecureServerCredentials());
  builder.RegisterService(service_.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr) {
    return Fail(Code::kUnavailable, "cannot serve gRPC on " + grpc_address());
  }
  grpc_port_->Start([this](int fd, const sockaddr*, socklen_t) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters
        connection;
    connection.fd = fd;
    acceptor_->HandleNewConnection(&connection);
  });
  return {};
}

Server::~Server() {
  if (probe_ != nullptr) probe_->Stop();
  // First: what gRPC is handed once it is shut down stays open for ever.
  if (grpc_port_ != nullptr) grpc_port_->Stop();
  if (http_port_ != nullptr) http_port_->Stop();
  if (grpc_ == nullptr) return;
  grpc_->GetHealthCheckService()->Shutdown();
  log_->EndWaits();
  grpc_->Shutdown(std::chrono::system_clock::now() + kStopTime);
}

std::string Server::PortFailure() const {
  for (const Listener* port : {grpc_port_.get(), http_port_.get()}) {
    if (auto failure = port->failure(); !failure.empty()) return failure;
  }
  return probe_->failure();
}

std::vector<PortStatus> Server::Ports() const {
  std::vector<PortStatus> ports;
  for (Listener* port : {grpc_port_.get(), http_port_.get()}) {
    ports.push_back(port->status());
    ports.back().up = ports.back().up && probe_->Answers(ports.back().name);
  }
  return ports;
}

bool Server::UpdateHealth() {
  const std::vector<PortStatus> ports = Ports();
  const bool serving =
      health_.Judge() && std::ranges::all_of(ports, &PortStatus::up);
  auto* service = grpc_->GetHealthCheckService();
  service->SetServingStatus(serving);  // of the server as a whole
  service->SetServingStatus(v1::ModerationLog::service_full_name(), serving);
  return serving;
}

}  // namespace modlog
