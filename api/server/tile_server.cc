#include "api/server/tile_server.h"

#include <microhttpd.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "api/server/metrics.h"
#include "api/server/pages.h"

namespace modlog {
namespace {

// No script, no frame, nothing from elsewhere; the page has a style of its own.
constexpr char kContentPolicy[] =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

constexpr size_t kHostSizeMax = 255;

// A Host header goes into commands that people paste: nothing but a name or an
// address, perhaps with a port.
bool IsPlainHost(std::string_view host) {
  return !host.empty() && host.size() <= kHostSizeMax &&
         std::ranges::all_of(host, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  std::string_view(".-:[]").find(c) != std::string_view::npos;
         });
}

std::string BaseUrl(MHD_Connection* connection, const TileServer& server) {
  const char* host =
      MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
  const bool plain = host != nullptr && IsPlainHost(host);
  return "http://" + (plain ? std::string(host) : server.address());
}

void FreeBody(void* body) { delete static_cast<std::string*>(body); }

MHD_Response* MakeResponse(Page page) {
  auto* body = new std::string(std::move(page.body));
  MHD_Response* response =
      MHD_create_response_from_buffer_with_free_callback_cls(
          body->size(), body->data(), FreeBody, body);
  if (response == nullptr) {
    delete body;
    return nullptr;
  }
  MHD_add_response_header(response, "Content-Type", page.content_type);
  MHD_add_response_header(response, "Cache-Control", page.cache_control);
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(response, "Content-Security-Policy", kContentPolicy);
  MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
  if (page.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, "Allow", "GET, HEAD");
  }
  return response;
}

Page PageFor(MHD_Connection* connection, const TileServer& server,
             const char* url, std::string_view method) {
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return {.status = MHD_HTTP_METHOD_NOT_ALLOWED,
            .body = "405: only GET and HEAD\n"};
  }
  if (std::string_view(url) == "/metrics") {
    const TileServerOptions& options = server.options();
    return {
        .body = FormatMetrics(*options.log, options.publisher, options.ports()),
        .content_type = kMetricsType};
  }
  return GetPage(server.options().log, url, BaseUrl(connection, server));
}

bool HasBody(MHD_Connection* connection) {
  const auto has = [connection](const char* header) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, header) !=
           nullptr;
  };
  return has(MHD_HTTP_HEADER_CONTENT_LENGTH) ||
         has(MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

// libmicrohttpd's handler. Called when the headers are there and again when the
// body was read. It keeps a connection only if it is answered then; so a
// request with a body, which nobody here reads, is answered at once and its
// connection closed.
MHD_Result Handle(void* self, MHD_Connection* connection, const char* url,
                  const char* method, const char* /*version*/,
                  const char* /*upload*/, size_t* /*upload_size*/,
                  void** state) {
  static char headers_seen;
  auto* const server = static_cast<TileServer*>(self);
  if (*state == nullptr) {
    *state = &headers_seen;
    server->Begun();
    if (!HasBody(connection)) return MHD_YES;
  }
  Page page = PageFor(connection, *server, url, method);
  const unsigned status = page.status;
  MHD_Response* response = MakeResponse(std::move(page));
  if (response == nullptr) return MHD_NO;  // closes the connection
  const MHD_Result queued = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return queued;
}

int SocketOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

void OnConnection(void* self, MHD_Connection* connection,
                  void** /*socket_state*/,
                  MHD_ConnectionNotificationCode code) {
  Stopwatch* const stopwatch = static_cast<TileServer*>(self)->stopwatch();
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    stopwatch->Start(SocketOf(connection));
  } else {
    stopwatch->Stop(SocketOf(connection));
  }
}

void OnCompleted(void* self, MHD_Connection* connection, void** state,
                 MHD_RequestTerminationCode code) {
  auto* const server = static_cast<TileServer*>(self);
  if (*state != nullptr) server->Ended();
  *state = nullptr;
  if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK) return;
  server->options().listener->CountAnswer();
  server->stopwatch()->Start(SocketOf(connection));
}

// Paths are compared as they were sent: an escaped spelling is another path.
size_t KeepEscapes(void* /*self*/, MHD_Connection* /*connection*/, char* text) {
  return std::strlen(text);
}

}  // namespace

Result<std::unique_ptr<TileServer>> TileServer::Start(
    TileServerOptions options) {
  std::unique_ptr<TileServer> server(new TileServer(std::move(options)));
  Listener* const listener = server->options_.listener;
  // The listener keeps the limit of connections. The library's own, which it
  // divides among its threads, only has to be out of the way.
  const size_t connections_max = listener->status().connections_max + 1;
  server->daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC, 0,
      nullptr, nullptr, &Handle, server.get(),  //
      MHD_OPTION_THREAD_POOL_SIZE, kHttpThreads, MHD_OPTION_CONNECTION_LIMIT,
      static_cast<unsigned>(connections_max * kHttpThreads),
      MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(server->options_.request_time.count()),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kHttpRequestBytesMax,
      MHD_OPTION_NOTIFY_CONNECTION, &OnConnection, server.get(),
      MHD_OPTION_NOTIFY_COMPLETED, &OnCompleted, server.get(),
      MHD_OPTION_UNESCAPE_CALLBACK, &KeepEscapes, nullptr,
      MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    return Fail(Code::kUnavailable,
                "cannot serve HTTP on " + server->address());
  }
  listener->Start([daemon = server->daemon_](int fd, const sockaddr* peer,
                                             socklen_t peer_size) {
    MHD_add_connection(daemon, fd, peer, peer_size);  // closes it if it fails
  });
  return server;
}

TileServer::~TileServer() {
  if (daemon_ == nullptr) return;
  options_.listener->Stop();
  {
    const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return answering_ == 0;
    };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&none),
                            absl::FromChrono(kHttpStopTime));
  }
  MHD_stop_daemon(daemon_);
}

void TileServer::Begun() {
  absl::MutexLock lock(&mutex_);
  ++answering_;
}

void TileServer::Ended() {
  absl::MutexLock lock(&mutex_);
  --answering_;
}

}  // namespace modlog
