#ifndef MODLOG_TESTS_CLIENT_SCRIPTED_LOG_H_
#define MODLOG_TESTS_CLIENT_SCRIPTED_LOG_H_

// A log of a few lines that does to a client what a real one rarely does: turns
// messages away, breaks off, lies. It knows what it appended, and refuses an
// action whose `about` it does not know.

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "modlog/v1/log.grpc.pb.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/note.h"

namespace modlog {

class ScriptedLog : public v1::ModerationLog::Service {
 public:
  // What is to be answered to the n-th message, from 0, in place of a result.
  std::function<std::optional<google::rpc::Status>(int message)> turn_away;
  // Changes an answer before it is sent.
  std::function<void(int message, v1::AppendStreamResponse*)> tamper;
  // After so many messages the stream ends with this status.
  int break_after = -1;
  grpc::Status break_status = grpc::Status::OK;

  // On any free port, or on the one given.
  explicit ScriptedLog(int port = 0, std::string host = "127.0.0.1")
      : key_(MakeKey()), host_(std::move(host)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(host_ + ":" + std::to_string(port),
                             grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~ScriptedLog() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  int port() const { return port_; }  // 0: it could not be had
  std::string address() const { return host_ + ":" + std::to_string(port_); }
  std::vector<std::string> actions() {
    absl::MutexLock lock(&mutex_);
    return actions_;
  }

  // Of the messages applied: how many payloads each had, and all of them.
  std::vector<int> payload_counts() {
    absl::MutexLock lock(&mutex_);
    return payload_counts_;
  }
  std::vector<std::string> payloads() {
    absl::MutexLock lock(&mutex_);
    return payloads_;
  }

  grpc::Status GetLogInfo(grpc::ServerContext*, const v1::GetLogInfoRequest*,
                          v1::GetLogInfoResponse* response) override {
    response->set_vkey(FormatVerifierKey(key_.verifier));
    return grpc::Status::OK;
  }

  grpc::Status AppendStream(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::AppendStreamResponse,
                               v1::AppendStreamRequest>* stream) override {
    v1::AppendStreamRequest request;
    while (stream->Read(&request)) {
      int message = messages_++;
      if (message == break_after) return break_status;
      v1::AppendStreamResponse response;
      std::optional<google::rpc::Status> error;
      if (turn_away) error = turn_away(message);
      if (error) {
        *response.mutable_error() = *error;
      } else {
        Apply(request, &response);
      }
      if (tamper) tamper(message, &response);
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  // A checkpoint of `size` first leaves, signed by the log's key.
  std::string CheckpointOf(const Frontier& frontier) const {
    std::vector<SignerKey> keys = {key_};
    return SignNote(FormatCheckpoint({key_.verifier.name, frontier.Head()}),
                    keys);
  }

 private:
  static SignerKey MakeKey() {
    return *MakeSignerKey("scripted", SignatureType::kEd25519,
                          Ed25519PrivateKey::Generate());
  }

  void Apply(const v1::AppendStreamRequest& request,
             v1::AppendStreamResponse* response) {
    absl::MutexLock lock(&mutex_);
    payload_counts_.push_back(request.payloads_size());
    payloads_.insert(payloads_.end(), request.payloads().begin(),
                     request.payloads().end());
    std::string header =
        EncodeEntryHeader(1'700'000'000'000, request.platform());
    for (const std::string& bytes : request.actions()) {
      v1::ItemResult* result = response->add_results();
      v1::Action action;
      action.ParseFromString(bytes);
      auto [known, is_new] = puids_.try_emplace(action.puid(), actions_.size());
      if (is_new && !action.about().empty() &&
          !puids_.contains(action.about(0))) {
        puids_.erase(known);
        result->set_outcome(v1::ItemResult::REFUSED);
        result->mutable_error()->set_code(3);
        result->mutable_error()->set_message("dangling");
        continue;
      }
      result->set_outcome(is_new ? v1::ItemResult::LOGGED
                                 : v1::ItemResult::DUPLICATE);
      result->set_index(known->second);
      result->set_entry_header(header);
      if (!is_new) continue;
      actions_.push_back(bytes);
      std::string leaf;
      AppendLeaf(header, bytes, &leaf);
      frontier_.Append(HashLeaf(AsBytes(leaf)));
    }
    response->set_checkpoint(CheckpointOf(frontier_));
  }

  SignerKey key_;
  std::string host_;
  int port_ = 0;
  std::atomic<int> messages_ = 0;
  absl::Mutex mutex_;
  std::vector<std::string> actions_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> payload_counts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> payloads_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> puids_ ABSL_GUARDED_BY(mutex_);
  Frontier frontier_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CLIENT_SCRIPTED_LOG_H_
