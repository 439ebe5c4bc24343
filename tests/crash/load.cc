#include "tests/crash/load.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/answer_check.h"
#include "api/client/canonical.h"

namespace modlog {
namespace {

constexpr int kUnaryLanes = 2;
constexpr uint64_t kAppealEach = 8;
constexpr std::chrono::milliseconds kReaderPause{2};
constexpr std::chrono::seconds kDeadline{60};

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + kDeadline);
}

v1::Action Takedown(std::string puid) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_puid(std::move(puid));
  action.set_taxonomy(202507);
  action.add_visibility(v1::VISIBILITY_CONTENT_DISABLED);
  action.set_ground(v1::GROUND_CLAIM_NOT_JUDGED);
  action.set_category(v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS);
  action.set_application_date(20'000);
  action.set_subject_kind(v1::SUBJECT_KIND_REPOSITORY);
  return action;
}

v1::Action Appeal(std::string puid, std::string about) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_FILED);
  action.set_puid(std::move(puid));
  action.set_taxonomy(202507);
  action.add_about(std::move(about));
  return action;
}

}  // namespace

std::vector<std::string> ActionSource::Next(size_t count) {
  const uint64_t first = next_.fetch_add(count);
  const auto puid = [this](uint64_t number) {
    return absl::StrCat("crash-", seed_, "-", number);
  };
  std::vector<std::string> actions;
  actions.reserve(count);
  for (uint64_t number = first; number < first + count; ++number) {
    const bool appeal = number > first && number % kAppealEach == 0;
    actions.push_back(
        EncodeCanonical(appeal ? Appeal(puid(number), puid(number - 1))
                               : Takedown(puid(number))));
  }
  return actions;
}

// The stream's messages in flight, between its writing and its reading thread.
class Load::Window {
 public:
  explicit Window(size_t capacity) : capacity_(capacity) {}

  // Push waits for room; false once closed.
  bool Push(std::vector<std::string> actions) {
    absl::MutexLock lock(&mutex_);
    auto room = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return closed_ || messages_.size() < capacity_;
    };
    mutex_.Await(absl::Condition(&room));
    if (closed_) return false;
    messages_.push_back(std::move(actions));
    return true;
  }
  // The oldest; nothing where none is in flight.
  std::vector<std::string> Pop() {
    absl::MutexLock lock(&mutex_);
    if (messages_.empty()) return {};
    std::vector<std::string> oldest = std::move(messages_.front());
    messages_.pop_front();
    return oldest;
  }
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

 private:
  const size_t capacity_;
  absl::Mutex mutex_;
  std::deque<std::vector<std::string>> messages_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

Load::Load(v1::ModerationLog::Stub* stub, Oracle* oracle, ActionSource* source,
           LoadShape shape)
    : stub_(stub), oracle_(oracle), source_(source), shape_(shape) {
  lanes_.emplace_back([this] { RunStream(); });
  lanes_.emplace_back([this] { RunReader(); });
  for (int i = 0; i < kUnaryLanes; ++i) {
    lanes_.emplace_back([this] { RunUnary(); });
  }
}

Load::~Load() {
  interrupted_ = true;
  for (std::thread& lane : lanes_) {
    if (lane.joinable()) lane.join();
  }
}

Result<std::vector<std::string>> Load::Finish() {
  for (std::thread& lane : lanes_) lane.join();
  absl::MutexLock lock(&mutex_);
  if (broken_) return std::unexpected(*broken_);
  return std::exchange(unanswered_, {});
}

std::string Load::failure() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

void Load::Failed(const grpc::Status& status) {
  interrupted_ = true;
  absl::MutexLock lock(&mutex_);
  if (failure_.empty()) failure_ = status.error_message();
}

void Load::Broke(Error error) {
  interrupted_ = true;
  absl::MutexLock lock(&mutex_);
  if (!broken_) broken_ = std::move(error);
}

void Load::Unanswered(std::vector<std::string> actions) {
  absl::MutexLock lock(&mutex_);
  for (std::string& action : actions) unanswered_.push_back(std::move(action));
}

// Every action is new, so the one right outcome is a new entry.
Result<void> Load::Judge(const std::string& action,
                         const v1::ItemResult& result, const TreeHead& head) {
  ASSIGN_OR_RETURN(const CheckedItem item,
                   CheckItem(kPlatform, action, result, head));
  if (item.outcome != AppendOutcome::kLogged) {
    return Fail(Code::kConflict,
                absl::StrCat("a new action was not logged but answered with "
                             "outcome ",
                             static_cast<int>(result.outcome()), ", index ",
                             item.index, " ", item.error));
  }
  RETURN_IF_ERROR(oracle_->Acknowledged({item.index, item.leaf_hash, action}));
  ++acknowledged_;
  return {};
}

Result<void> Load::JudgeMessage(const std::vector<std::string>& actions,
                                const v1::AppendStreamResponse& response) {
  if (response.has_error()) {
    Failed(grpc::Status(grpc::StatusCode::UNAVAILABLE,
                        response.error().message()));
    Unanswered(actions);
    return {};
  }
  if (static_cast<size_t>(response.results_size()) != actions.size()) {
    return Fail(Code::kMalformed,
                absl::StrCat("a message of ", actions.size(),
                             " actions was answered with ",
                             response.results_size(), " results"));
  }
  ASSIGN_OR_RETURN(const TreeHead head, oracle_->Saw(response.checkpoint()));
  for (size_t i = 0; i < actions.size(); ++i) {
    RETURN_IF_ERROR(
        Judge(actions[i], response.results(static_cast<int>(i)), head));
  }
  return {};
}

void Load::RunStream() {
  grpc::ClientContext context;
  SetDeadline(&context);
  auto stream = stub_->AppendStream(&context);
  Window window(shape_.window);
  std::thread writer([&] {
    v1::AppendStreamRequest request;
    request.set_platform(kPlatform);
    request.set_with_proofs(true);
    while (!interrupted_) {
      std::vector<std::string> actions = source_->Next(shape_.message_items);
      request.clear_actions();
      for (const std::string& action : actions) request.add_actions(action);
      if (!window.Push(std::move(actions)) || !stream->Write(request)) break;
    }
    stream->WritesDone();
  });
  v1::AppendStreamResponse response;
  while (stream->Read(&response)) {
    auto judged = JudgeMessage(window.Pop(), response);
    if (!judged) Broke(judged.error());
  }
  window.Close();
  writer.join();
  Failed(stream->Finish());
  for (auto left = window.Pop(); !left.empty(); left = window.Pop()) {
    Unanswered(std::move(left));
  }
}

// False when the call failed.
Result<bool> Load::AppendOne(const std::string& action) {
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::AppendRequest request;
  request.set_platform(kPlatform);
  request.set_action(action);
  v1::AppendResponse response;
  const grpc::Status status = stub_->Append(&context, request, &response);
  if (!status.ok()) {
    Failed(status);
    return false;
  }
  v1::ItemResult result;
  result.set_outcome(response.duplicate() ? v1::ItemResult::DUPLICATE
                                          : v1::ItemResult::LOGGED);
  result.set_index(response.index());
  result.set_entry_header(response.entry_header());
  *result.mutable_inclusion_path() = response.inclusion_path();
  ASSIGN_OR_RETURN(const TreeHead head, oracle_->Saw(response.checkpoint()));
  RETURN_IF_ERROR(Judge(action, result, head));
  return true;
}

void Load::RunUnary() {
  while (!interrupted_) {
    std::vector<std::string> action = source_->Next(1);
    const auto appended = AppendOne(action[0]);
    if (!appended) Broke(appended.error());
    if (appended && !*appended) Unanswered(std::move(action));
  }
}

void Load::RunReader() {
  while (!interrupted_) {
    grpc::ClientContext context;
    SetDeadline(&context);
    v1::GetCheckpointResponse response;
    const auto status = stub_->GetCheckpoint(&context, {}, &response);
    if (!status.ok()) return Failed(status);
    const auto seen = oracle_->Saw(response.checkpoint());
    if (!seen) Broke(seen.error());
    std::this_thread::sleep_for(kReaderPause);
  }
}

}  // namespace modlog
