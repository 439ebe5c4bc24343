#include "verifier/witness/witness_server.h"

#include <microhttpd.h>

#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "verifier/witness/witness_pages.h"

namespace modlog {
namespace {

constexpr char kContentPolicy[] =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view kSubmissionPath = "/add-checkpoint";
constexpr std::string_view kCheckpointEnd = "/checkpoint";
constexpr size_t kHashHexSize = 2 * kHashSize;

// A body that is too large is read on for this long, so that its sender gets to
// hear of it.
constexpr size_t kBodyReadMax = 1 << 20;

// An add-checkpoint on its way. The answer comes from another thread, or before
// AddCheckpointRequest returned; the connection sleeps in between.
struct Submission {
  WitnessServer* server;
  MHD_Connection* connection;
  std::string body;
  size_t body_size = 0;  // also of what was not kept
  std::mutex mutex;
  std::optional<WitnessAnswer> answer;
  bool is_ended = false;      // all of the body is there
  bool is_submitted = false;  // counts as waiting with the server
  bool is_suspended = false;
};

// The state of a request without a body: an answer before the end of a request
// would close its connection.
int g_without_body;

void FreeBody(void* body) { delete static_cast<std::string*>(body); }

MHD_Response* MakeResponse(WitnessAnswer answer) {
  auto* body = new std::string(std::move(answer.body));
  MHD_Response* response =
      MHD_create_response_from_buffer_with_free_callback_cls(
          body->size(), body->data(), FreeBody, body);
  if (response == nullptr) {
    delete body;
    return nullptr;
  }
  MHD_add_response_header(response, "Content-Type",
                          answer.content_type.c_str());
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(response, "Content-Security-Policy", kContentPolicy);
  if (answer.status == MHD_HTTP_TOO_MANY_REQUESTS) {
    MHD_add_response_header(response, "Retry-After", "1");
  }
  if (answer.allow != nullptr) {
    MHD_add_response_header(response, "Allow", answer.allow);
  }
  return response;
}

MHD_Result Send(MHD_Connection* connection, WitnessAnswer answer) {
  const unsigned status = answer.status;
  MHD_Response* response = MakeResponse(std::move(answer));
  if (response == nullptr) return MHD_NO;  // closes the connection
  const MHD_Result queued = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return queued;
}

WitnessAnswer TooLarge() {
  return {MHD_HTTP_CONTENT_TOO_LARGE, kPlain,
          "body of more than " + std::to_string(kAddCheckpointSizeMax) +
              " bytes\n"};
}

WitnessAnswer Get(const Witness& witness, std::string_view path) {
  if (path == "/") {
    return {MHD_HTTP_OK, "text/html; charset=utf-8", WitnessPage(witness)};
  }
  path.remove_prefix(1);
  if (path.size() == kHashHexSize + kCheckpointEnd.size() &&
      path.ends_with(kCheckpointEnd)) {
    const SharedNote note = witness.LatestOf(path.substr(0, kHashHexSize));
    if (note) return {MHD_HTTP_OK, kPlain, *note};
  }
  return {MHD_HTTP_NOT_FOUND, kPlain, "not found\n"};
}

// What the client says its body will have; nothing where it does not say.
std::optional<uint64_t> AnnouncedSize(MHD_Connection* connection) {
  const char* value = MHD_lookup_connection_value(
      connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  if (value == nullptr) return std::nullopt;
  const auto size = ParseDecimal(value);
  return size ? std::optional(*size) : std::nullopt;
}

MHD_Result Begin(WitnessServer* server, MHD_Connection* connection,
                 void** state) {
  const auto size = AnnouncedSize(connection);
  if (size && *size > kBodyReadMax) return Send(connection, TooLarge());
  *state = new Submission{.server = server,
                          .connection = connection,
                          .body = {},
                          .mutex = {},
                          .answer = {}};
  return MHD_YES;
}

// True while more may be sent.
bool Receive(Submission* submission, std::string_view part) {
  submission->body_size += part.size();
  if (submission->body_size <= kAddCheckpointSizeMax) {
    submission->body += part;
  } else {
    submission->body.clear();
  }
  return submission->body_size <= kBodyReadMax;
}

void Answer(Submission* submission, WitnessAnswer answer) {
  WitnessServer* const server = submission->server;
  {
    const std::lock_guard lock(submission->mutex);
    submission->answer = std::move(answer);
    if (submission->is_suspended) {
      MHD_resume_connection(submission->connection);
    }
  }
  server->Answered();
}

MHD_Result Submit(Submission* submission) {
  submission->is_ended = true;
  if (submission->body_size > kAddCheckpointSizeMax) {
    return Send(submission->connection, TooLarge());
  }
  if (!submission->server->BeginWaiting()) {
    return Send(submission->connection,
                {MHD_HTTP_SERVICE_UNAVAILABLE, kPlain, "stopping\n"});
  }
  submission->is_submitted = true;
  submission->server->witness()->AddCheckpoint(
      submission->body, [submission](WitnessAnswer answer) {
        Answer(submission, std::move(answer));
      });
  const std::lock_guard lock(submission->mutex);
  if (submission->answer) {
    return Send(submission->connection, std::move(*submission->answer));
  }
  submission->is_suspended = true;
  MHD_suspend_connection(submission->connection);
  return MHD_YES;
}

MHD_Result Continue(Submission* submission, const char* upload,
                    size_t* upload_size) {
  if (*upload_size > 0) {
    const bool more = Receive(submission, {upload, *upload_size});
    *upload_size = 0;
    return more ? MHD_YES : MHD_NO;
  }
  if (!submission->is_ended) return Submit(submission);
  const std::lock_guard lock(submission->mutex);
  if (!submission->answer) return MHD_YES;
  return Send(submission->connection, std::move(*submission->answer));
}

bool IsGet(std::string_view method) {
  return method == MHD_HTTP_METHOD_GET || method == MHD_HTTP_METHOD_HEAD;
}

// A request of which nothing but the headers is read.
WitnessAnswer AnswerHead(const Witness& witness, std::string_view method,
                         std::string_view path) {
  const bool is_submission = path == kSubmissionPath;
  if (IsGet(method) && !is_submission) return Get(witness, path);
  if (method == MHD_HTTP_METHOD_POST) {
    return {MHD_HTTP_NOT_FOUND, kPlain, "not found\n"};
  }
  const char* const allowed = is_submission ? "POST" : "GET, HEAD";
  return {MHD_HTTP_METHOD_NOT_ALLOWED, kPlain,
          "want " + std::string(allowed) + "\n", allowed};
}

// libmicrohttpd's handler: called when the headers are there, for each part of
// a body, at its end, and after a connection slept.
MHD_Result Handle(void* self, MHD_Connection* connection, const char* url,
                  const char* method, const char* /*version*/,
                  const char* upload, size_t* upload_size, void** state) {
  auto* const server = static_cast<WitnessServer*>(self);
  if (*state == nullptr) {
    if (std::string_view(method) == MHD_HTTP_METHOD_POST &&
        std::string_view(url) == kSubmissionPath) {
      return Begin(server, connection, state);
    }
    if (IsGet(method)) {
      *state = &g_without_body;
      return MHD_YES;
    }
  } else if (*state != &g_without_body) {
    return Continue(static_cast<Submission*>(*state), upload, upload_size);
  }
  return Send(connection, AnswerHead(*server->witness(), method, url));
}

int SocketOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

void OnConnection(void* self, MHD_Connection* connection,
                  void** /*socket_state*/,
                  MHD_ConnectionNotificationCode code) {
  Stopwatch* const stopwatch = static_cast<WitnessServer*>(self)->stopwatch();
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    stopwatch->Start(SocketOf(connection));
  } else {
    stopwatch->Stop(SocketOf(connection));
  }
}

void Forget(Submission* submission) {
  if (submission == nullptr) return;
  {
    const std::lock_guard until_answered(submission->mutex);
  }
  if (submission->is_submitted) submission->server->Sent();
  delete submission;
}

void OnCompleted(void* self, MHD_Connection* connection, void** state,
                 MHD_RequestTerminationCode code) {
  auto* const server = static_cast<WitnessServer*>(self);
  if (*state != &g_without_body) Forget(static_cast<Submission*>(*state));
  *state = nullptr;
  if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK) return;
  server->stopwatch()->Start(SocketOf(connection));
}

// Paths are compared as they were sent: an escaped spelling is another path.
size_t KeepEscapes(void* /*self*/, MHD_Connection* /*connection*/, char* text) {
  return std::strlen(text);
}

}  // namespace

Result<std::unique_ptr<WitnessServer>> WitnessServer::Start(
    Witness* witness, ListenAddress address,
    std::chrono::seconds request_seconds, unsigned connections) {
  ASSIGN_OR_RETURN(Socket socket, Listen(&address));
  std::unique_ptr<WitnessServer> server(
      new WitnessServer(witness, std::move(address), request_seconds));
  server->daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr,
      nullptr, &Handle, server.get(),  //
      MHD_OPTION_LISTEN_SOCKET, socket.fd(), MHD_OPTION_THREAD_POOL_SIZE,
      kWitnessThreads, MHD_OPTION_CONNECTION_LIMIT, connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, kConnectionsPerPeerMax,
      MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(request_seconds.count()),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kRequestHeadMax,
      MHD_OPTION_NOTIFY_CONNECTION, &OnConnection, server.get(),
      MHD_OPTION_NOTIFY_COMPLETED, &OnCompleted, server.get(),
      MHD_OPTION_UNESCAPE_CALLBACK, &KeepEscapes, nullptr,
      MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    return Fail(Code::kUnavailable,
                "cannot serve HTTP on " + server->address());
  }
  socket.Release();  // the daemon closes it
  return server;
}

// A daemon must not be stopped while a connection of it sleeps.
WitnessServer::~WitnessServer() {
  if (daemon_ == nullptr) return;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    fewer_.wait(lock, [this] { return waiting_ == 0; });
    fewer_.wait_for(lock, std::chrono::seconds(kStopSeconds),
                    [this] { return unsent_ == 0; });
  }
  MHD_stop_daemon(daemon_);
}

bool WitnessServer::BeginWaiting() {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  ++waiting_;
  ++unsent_;
  return true;
}

void WitnessServer::Answered() {
  const std::lock_guard lock(mutex_);
  if (--waiting_ == 0) fewer_.notify_all();
}

void WitnessServer::Sent() {
  const std::lock_guard lock(mutex_);
  if (--unsent_ == 0) fewer_.notify_all();
}

}  // namespace modlog
