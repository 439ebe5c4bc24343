#include "api/tool/handles/handle_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/canonical.h"
#include "modlog/v1/payload.pb.h"
#include "verifier/core/handle.h"

namespace modlog {

bool MayBearHandle(const v1::Action& record) {
  switch (record.kind()) {
    case v1::KIND_ACTION:
    case v1::KIND_NO_ACTION:
    case v1::KIND_NOTICE_RECEIVED:
    case v1::KIND_MODIFICATION:
    case v1::KIND_SCHEDULED:
      return true;
    case v1::KIND_LABEL:
      return record.label_op() == v1::LABEL_OP_APPLY;
    default:
      return false;
  }
}

std::string AccountOf(std::string_view bytes) {
  v1::Payload payload;
  if (!payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return "";
  }
  for (const v1::Part& part : payload.parts()) {
    if (part.tag() == v1::TAG_SUBJECT_ACCOUNT) return part.value();
  }
  return "";
}

Result<std::unique_ptr<HandleWriter>> HandleWriter::Open(
    const std::string& directory, std::string_view origin,
    std::string_view platform) {
  ASSIGN_OR_RETURN(std::vector<HandleKey> keys,
                   ReadHandleKeys(directory, origin, platform));
  if (keys.empty()) {
    return Fail(Code::kNotFound,
                absl::StrCat("no key for handles in ", directory,
                             ": make and register one with modlog handle "
                             "new-key --platform ",
                             std::string(platform)));
  }
  auto writer = std::make_unique<HandleWriter>();
  absl::MutexLock lock(&writer->mutex_);
  for (HandleKey& key : keys) {
    ASSIGN_OR_RETURN(
        HandleNumbers numbers,
        HandleNumbers::Open(directory, key, HandleNumbers::Use::kWrite));
    writer->periods_.push_back(
        std::make_unique<Period>(Period{std::move(key), std::move(numbers)}));
  }
  return writer;
}

Result<std::string> HandleWriter::AddHandle(std::string_view bytes,
                                            std::string_view account) {
  v1::Action action;
  if (!action.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(Code::kMalformed, "does not parse as an action");
  }
  v1::Action* const record =
      action.has_corrected() ? action.mutable_corrected() : &action;
  if (!MayBearHandle(*record) || !record->subject_handle().empty() ||
      record->handle_key() != 0) {
    return std::string(bytes);
  }
  RETURN_IF_ERROR(CheckHandleAccount(account));
  absl::MutexLock lock(&mutex_);
  uint32_t key = 0;
  ASSIGN_OR_RETURN(const std::string handle,
                   HandleFor(*record, account, action.puid(), &key));
  record->set_subject_handle(handle);
  record->set_handle_key(key);
  ++given_;
  return EncodeCanonical(std::move(action));
}

Result<std::string> HandleWriter::HandleFor(const v1::Action& record,
                                            std::string_view account,
                                            std::string puid, uint32_t* key) {
  Period* period = nullptr;
  uint32_t number = 0;
  for (const auto& candidate : periods_) {
    const auto known = candidate->numbers.Find(
        HandleNumbers::TagsOf(candidate->key, account, record.puid()));
    if (!known) continue;
    period = candidate.get();
    number = *known;
  }
  if (period == nullptr) {
    period = periods_.back().get();
    const auto tags =
        HandleNumbers::TagsOf(period->key, account, record.puid());
    ASSIGN_OR_RETURN(number, period->numbers.Assign(tags));
    unanswered_.insert_or_assign(std::move(puid), Given{period, tags});
  }
  *key = period->key.number;
  const std::string input = HandleInput(period->key.platform, account, number);
  ASSIGN_OR_RETURN(const std::string proof,
                   period->key.key.Prove(AsBytes(input)));
  ASSIGN_OR_RETURN(const Hash output, VrfProofToHash(AsBytes(proof)));
  return HandleOf(output);
}

Result<void> HandleWriter::BeforeSend() {
  absl::MutexLock lock(&mutex_);
  for (const auto& period : periods_) {
    RETURN_IF_ERROR(period->numbers.Sync());
  }
  return {};
}

// A number that cannot be given back is one that no entry will have: the next
// start finds the record under it still.
void HandleWriter::OnAnswers(std::span<const AnsweredItem> answers) {
  absl::MutexLock lock(&mutex_);
  for (const AnsweredItem& answered : answers) {
    const auto it = unanswered_.find(answered.item.puid);
    if (it == unanswered_.end()) continue;
    const AppendOutcome outcome = answered.answer.outcome;
    if (outcome == AppendOutcome::kRefused ||
        outcome == AppendOutcome::kConflict) {
      static_cast<void>(it->second.period->numbers.Release(it->second.record));
    }
    unanswered_.erase(it);
  }
}

uint64_t HandleWriter::given() const {
  absl::MutexLock lock(&mutex_);
  return given_;
}

}  // namespace modlog
