#include "tests/witnessing/scripted_witness.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "verifier/core/bytes.h"
#include "verifier/core/checkpoint.h"

namespace modlog {
namespace {

struct Request {
  std::string body;
};

MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url,
                     const char*, const char*, const char* upload,
                     size_t* upload_size, void** context) {
  if (*context == nullptr) {
    *context = new Request();
    return MHD_YES;
  }
  auto* request = static_cast<Request*>(*context);
  if (*upload_size > 0) {
    request->body.append(upload, *upload_size);
    *upload_size = 0;
    return MHD_YES;
  }
  const ScriptedWitness::Answer answer =
      static_cast<ScriptedWitness*>(self)->Handle(url, request->body);
  MHD_Response* response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()),
      MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type",
                          answer.content_type.c_str());
  const MHD_Result queued =
      MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

void OnCompleted(void*, MHD_Connection*, void** context,
                 MHD_RequestTerminationCode) {
  delete static_cast<Request*>(*context);
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

ScriptedWitness::ScriptedWitness(const std::string& name, char seed)
    : name_(name),
      key_(*MakeSignerKey(
          "witness.example/" + name, SignatureType::kEd25519Cosignature,
          *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, seed))))) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, nullptr, nullptr,
                             &OnRequest, this, MHD_OPTION_SOCK_ADDR, &address,
                             MHD_OPTION_NOTIFY_COMPLETED, &OnCompleted, nullptr,
                             MHD_OPTION_END);
  MODLOG_CHECK(daemon_ != nullptr, "a witness listens");
}

ScriptedWitness::~ScriptedWitness() { MHD_stop_daemon(daemon_); }

PolicyWitness ScriptedWitness::InPolicy() const {
  const auto* port = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
  return {.name = name_,
          .key = key_.verifier,
          .url = "http://127.0.0.1:" + std::to_string(port->port) + "/base"};
}

void ScriptedWitness::SetScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void ScriptedWitness::SetHead(const TreeHead& head) {
  const std::lock_guard lock(mutex_);
  head_ = head;
}

TreeHead ScriptedWitness::head() {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::string ScriptedWitness::CosignBody(const std::string& body,
                                        const SignerKey& key) const {
  const std::string note = body.substr(body.find("\n\n") + 2);
  const std::string text = note.substr(0, note.find("\n\n") + 1);
  return FormatSignatureLine(Cosign(text, key, 1'767'225'600));
}

ScriptedWitness::Answer ScriptedWitness::Handle(const std::string& path,
                                                const std::string& body) {
  ++requests_;
  const std::lock_guard lock(mutex_);
  if (script_) {
    if (auto answer = script_(path, body)) return *std::move(answer);
  }
  if (path == "/base/add-checkpoint") return AddCheckpoint(body);
  return {404, "not found\n"};
}

ScriptedWitness::Answer ScriptedWitness::AddCheckpoint(
    const std::string& body) {
  const std::vector<std::string> head_lines =
      SplitLines(body.substr(0, body.find("\n\n") + 1));
  const uint64_t old_size = *ParseDecimal(head_lines.at(0).substr(4));
  std::vector<Hash> proof;
  for (size_t i = 1; i < head_lines.size(); ++i) {
    proof.push_back(*HashFromBytes(AsBytes(*ParseBase64(head_lines[i]))));
  }
  const std::string note = body.substr(body.find("\n\n") + 2);
  const auto checkpoint =
      ParseCheckpoint(note.substr(0, note.find("\n\n") + 1));
  if (old_size != head_.size) {
    return {409, std::to_string(head_.size) + "\n", "text/x.tlog.size"};
  }
  if (old_size > 0 && !CheckConsistency(head_, checkpoint->tree, proof)) {
    return {422, "", "text/plain"};
  }
  head_ = checkpoint->tree;
  return {200, CosignBody(body, key_)};
}

}  // namespace modlog
