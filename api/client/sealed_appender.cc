#include "api/client/sealed_appender.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "verifier/core/frontier.h"
#include "verifier/core/seal.h"

namespace modlog {
namespace {

using Positions = std::vector<size_t>;

constexpr std::chrono::milliseconds kSealedPauseMin{50};
constexpr std::chrono::milliseconds kSealedPauseMax{2'000};

// The same bytes may be answered later: by this server, or by the next one at
// its address. A log that asks for somebody to look at it is not waited for.
bool MayComeBack(const RpcFailure& failure) {
  return IsWorthRetrying(failure) || failure.reason == "STOPPING" ||
         failure.code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         failure.code == grpc::StatusCode::CANCELLED;
}

// The one in the bytes; nothing for what is no action, which the log refuses.
std::string PuidOf(const std::string& bytes) {
  v1::Action action;
  return action.ParseFromString(bytes) ? action.puid() : std::string();
}

std::string_view Metadata(const RpcFailure& failure, const std::string& name) {
  const auto found = failure.metadata.find(name);
  return found == failure.metadata.end() ? std::string_view() : found->second;
}

std::unexpected<Error> BadAnswer(const std::string& what) {
  return Fail(Code::kMalformed,
              absl::StrCat("the log refuses a seal and ", what));
}

std::optional<Hash> HashFromHex(std::string_view hex) {
  if (hex.size() != 2 * kHashSize ||
      hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  return HashFromBytes(AsBytes(absl::HexStringToBytes(std::string(hex))));
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

// "0-3,7": ascending, each a position among `size`.
Result<Positions> ParsePositions(std::string_view text, size_t size) {
  Positions positions;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view run = text.substr(0, comma);
    const size_t dash = std::min(run.find('-'), run.size());
    const auto first = ParseNumber(run.substr(0, dash));
    const auto last =
        dash == run.size() ? first : ParseNumber(run.substr(dash + 1));
    if (!first || !last || *last < *first || *last >= size ||
        (!positions.empty() && *first <= positions.back())) {
      return BadAnswer("names items that were not sent");
    }
    for (size_t i = *first; i <= *last; ++i) positions.push_back(i);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return positions;
}

// What is at these places of `of`.
Positions At(const Positions& places, const Positions& of) {
  Positions found;
  for (const size_t place : places) found.push_back(of[place]);
  return found;
}

// Both ascending.
void Remove(const Positions& gone, Positions* from) {
  std::erase_if(*from, [&](size_t position) {
    return std::ranges::binary_search(gone, position);
  });
}

CheckedItem RefusedItem(std::string why) {
  return {.outcome = AppendOutcome::kRefused,
          .index = 0,
          .leaf_hash = {},
          .error = std::move(why)};
}

}  // namespace

SealedAppender::SealedAppender(Client* client, SignerKey key,
                               SealedAppenderOptions options,
                               OnAnswers on_answers)
    : client_(client),
      key_(std::move(key)),
      options_(std::move(options)),
      on_answers_(std::move(on_answers)),
      head_check_(client->policy()) {}

Result<std::unique_ptr<SealedAppender>> SealedAppender::Open(
    Client* client, SignerKey key, SealedAppenderOptions options,
    OnAnswers on_answers) {
  auto appender = std::unique_ptr<SealedAppender>(new SealedAppender(
      client, std::move(key), std::move(options), std::move(on_answers)));
  RETURN_IF_ERROR(appender->Start());
  return appender;
}

Result<void> SealedAppender::Start() {
  ASSIGN_OR_RETURN(const v1::GetPlatformResponse known,
                   client_->GetPlatform(platform()));
  const std::string_view mine = AsText(key_.verifier.key.raw());
  for (const auto& key : known.keys()) {
    if (key.use() != v1::KEY_USE_SEAL || key.public_key() != mine) continue;
    if (key.state() != v1::KEY_OP_REGISTER) {
      return Fail(Code::kUntrusted,
                  absl::StrCat("key ", key.number(), " of ", platform(),
                               " was revoked by entry ", key.since_index()));
    }
    number_ = key.number();
  }
  if (number_ == 0) {
    return Fail(Code::kNotFound,
                absl::StrCat(platform(),
                             " has not registered this key (modlog platform "
                             "add, modlog platform rotate)"));
  }
  chain_.before = known.actions();
  if (!known.last_seal_sha256().empty()) {
    chain_.previous = HashFromBytes(AsBytes(known.last_seal_sha256()));
    if (!chain_.previous) {
      return Fail(Code::kMalformed, "the hash of the last seal is no hash");
    }
  }
  return {};
}

Result<void> SealedAppender::Add(AppendItem item) {
  if (broken_) return std::unexpected(*broken_);
  std::string puid = PuidOf(item.action);
  const bool fits = bytes_ + SizeOfItem(item) <= options_.batch_bytes;
  if (!items_.empty() && (!fits || puids_.contains(puid))) {
    RETURN_IF_ERROR(Flush());
  }
  puids_.insert(std::move(puid));
  bytes_ += SizeOfItem(item);
  items_.push_back(std::move(item));
  return items_.size() < options_.batch_items ? Result<void>() : Flush();
}

Result<void> SealedAppender::Flush() {
  if (broken_) return std::unexpected(*broken_);
  if (items_.empty()) return {};
  if (options_.before_send) RETURN_IF_ERROR(options_.before_send());
  std::vector<CheckedItem> answers(items_.size());
  if (auto settled = Settle(&answers); !settled) {
    broken_ = settled.error();
    return settled;
  }
  std::vector<AnsweredItem> answered;
  answered.reserve(items_.size());
  for (size_t i = 0; i < items_.size(); ++i) {
    answered.push_back({std::move(items_[i]), std::move(answers[i])});
  }
  items_.clear();
  puids_.clear();
  bytes_ = 0;
  on_answers_(answered);
  return {};
}

Result<void> SealedAppender::Settle(std::vector<CheckedItem>* answers) {
  const Time since = std::chrono::steady_clock::now();
  Positions open(items_.size());
  std::iota(open.begin(), open.end(), size_t{0});
  while (!open.empty()) {
    v1::AppendBatchRequest request = RequestFor(open);
    request.set_mode(v1::AppendBatchRequest::ALL_OR_NOTHING);
    request.set_seal(SealOver(open));
    ASSIGN_OR_RETURN(const Reply reply, Call(request, since));
    if (!reply.failure) return Take(reply, request.seal(), open, answers);
    RETURN_IF_ERROR(Narrow(*reply.failure, since, &open, answers));
  }
  return {};
}

std::string SealedAppender::SealOver(const Positions& open) const {
  Frontier frontier;
  for (const size_t i : open) {
    frontier.Append(HashSealedAction(items_[i].action));
  }
  Seal seal{.before = chain_.before,
            .count = static_cast<uint32_t>(open.size()),
            .root = frontier.Root(),
            .previous = chain_.previous,
            .key = number_};
  SignSeal(key_.key, client_->key().name, platform(), &seal);
  return EncodeSeal(seal);
}

v1::AppendBatchRequest SealedAppender::RequestFor(
    const Positions& positions) const {
  v1::AppendBatchRequest request;
  request.set_platform(platform());
  request.set_with_proofs(options_.with_proofs);
  bool payloads = false;
  for (const size_t i : positions) {
    request.add_actions(items_[i].action);
    payloads = payloads || !items_[i].payload.empty();
  }
  // As many as items, or none.
  if (!payloads) return request;
  for (const size_t i : positions) request.add_payloads(items_[i].payload);
  return request;
}

Result<SealedAppender::Reply> SealedAppender::Call(
    const v1::AppendBatchRequest& request, Time since) {
  Reply reply;
  for (int retries = 0;; ++retries) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(kCallSecondsMax));
    const grpc::Status status =
        client_->stub()->AppendBatch(&context, request, &reply.response);
    if (status.ok()) return reply;
    RpcFailure failure = ParseFailure(status);
    if (!MayComeBack(failure)) {
      reply.failure = std::move(failure);
      return reply;
    }
    if (std::chrono::steady_clock::now() - since > options_.retry_for) {
      return std::unexpected(ErrorFrom(failure));
    }
    Pause(failure, retries);
    reply.again = true;
  }
}

void SealedAppender::Pause(const RpcFailure& failure, int retries) {
  std::chrono::milliseconds pause =
      std::min(kSealedPauseMax, kSealedPauseMin * (1 << std::min(retries, 10)));
  pause = std::max(pause, failure.retry_after.value_or(pause));
  // Between a half and the whole, so that many clients do not come back at
  // once.
  std::uniform_int_distribution<int64_t> part(pause.count() / 2, pause.count());
  std::this_thread::sleep_for(std::chrono::milliseconds(part(jitter_)));
}

// Nothing is believed before all of it is checked: head, entries, and that the
// seal stands right behind what it covers.
Result<void> SealedAppender::Take(const Reply& reply, const std::string& seal,
                                  const Positions& open,
                                  std::vector<CheckedItem>* answers) {
  const v1::AppendBatchResponse& response = reply.response;
  if (static_cast<size_t>(response.results_size()) != open.size()) {
    return Fail(Code::kMalformed,
                absl::StrCat("an answer with ", response.results_size(),
                             " results, want ", open.size()));
  }
  ASSIGN_OR_RETURN(const TreeHead head,
                   head_check_.Check(response.checkpoint()));
  ASSIGN_OR_RETURN(const CheckedItem checked_seal,
                   CheckSeal(platform(), seal, response.seal(), head));
  uint64_t index = checked_seal.index - open.size();
  for (size_t i = 0; i < open.size(); ++i, ++index) {
    const AppendItem& item = items_[open[i]];
    auto checked = CheckItem(platform(), item.action,
                             response.results(static_cast<int>(i)), head);
    if (!checked) {
      return Prefixed(absl::StrCat("the answer for ", item.where),
                      checked.error());
    }
    const bool stands = checked->outcome == AppendOutcome::kLogged ||
                        checked->outcome == AppendOutcome::kDuplicate;
    if (!stands || checked->index != index) {
      return Fail(Code::kMalformed,
                  absl::StrCat("the answer for ", item.where,
                               " is not of an entry under the seal at ",
                               checked_seal.index));
    }
    // Known, but from an attempt of ours whose answer was lost.
    if (reply.again) checked->outcome = AppendOutcome::kLogged;
    (*answers)[open[i]] = *std::move(checked);
  }
  chain_ = {.before = chain_.before + open.size(), .previous = HashSeal(seal)};
  ++seals_;
  return {};
}

// Takes out of the batch what keeps it from being logged.
Result<void> SealedAppender::Narrow(const RpcFailure& failure, Time since,
                                    Positions* open,
                                    std::vector<CheckedItem>* answers) {
  if (failure.reason == "SEAL_REFUSED") {
    return Rebuild(failure, since, open, answers);
  }
  if (failure.code == grpc::StatusCode::INVALID_ARGUMENT) {
    return AnswerRefused(failure, open, answers);
  }
  if (failure.code == grpc::StatusCode::ALREADY_EXISTS) {
    return AnswerConflict(failure, open, answers);
  }
  return std::unexpected(ErrorFrom(failure));
}

Result<void> SealedAppender::AnswerRefused(
    const RpcFailure& failure, Positions* open,
    std::vector<CheckedItem>* answers) const {
  Positions gone;
  for (const auto& [place, why] : failure.items) {
    if (place >= open->size()) break;
    gone.push_back((*open)[place]);
    (*answers)[gone.back()] = RefusedItem(why);
  }
  if (gone.empty()) return std::unexpected(ErrorFrom(failure));
  Remove(gone, open);
  return {};
}

Result<void> SealedAppender::AnswerConflict(
    const RpcFailure& failure, Positions* open,
    std::vector<CheckedItem>* answers) const {
  const auto place = ItemNamed(Metadata(failure, "field"));
  const auto hash = HashFromHex(Metadata(failure, "leaf_hash"));
  const auto index = ParseNumber(Metadata(failure, "index"));
  if (!place || *place >= open->size() || !hash || !index) {
    return std::unexpected(ErrorFrom(failure));
  }
  v1::ItemResult result;
  result.set_outcome(v1::ItemResult::CONFLICT);
  result.set_index(*index);
  result.set_leaf_hash(std::string(AsText(*hash)));
  const size_t position = (*open)[*place];
  ASSIGN_OR_RETURN(
      (*answers)[position],
      CheckItem(platform(), items_[position].action, result, TreeHead()));
  Remove({position}, open);
  return {};
}

Result<void> SealedAppender::Rebuild(const RpcFailure& failure, Time since,
                                     Positions* open,
                                     std::vector<CheckedItem>* answers) {
  const auto before = ParseNumber(Metadata(failure, "before"));
  const std::string_view previous = Metadata(failure, "previous");
  const auto hash = HashFromHex(previous);
  if (!before || hash.has_value() == previous.empty()) {
    return BadAnswer("does not say what the next one is to say");
  }
  const Chain chain = {.before = *before, .previous = hash};
  ASSIGN_OR_RETURN(const Positions places,
                   ParsePositions(Metadata(failure, "known"), open->size()));
  // Then another seal would be refused for the same reason: its key.
  if (chain == chain_ && places.empty()) {
    return std::unexpected(ErrorFrom(failure));
  }
  if (std::chrono::steady_clock::now() - since > options_.retry_for) {
    return std::unexpected(ErrorFrom(failure));
  }
  chain_ = chain;
  if (places.empty()) return {};
  const Positions known = At(places, *open);
  RETURN_IF_ERROR(Recall(known, since, answers));
  Remove(known, open);
  return {};
}

// Asks where items stand that the log has. They are sent without a seal, and
// none may be new: that is checked.
Result<void> SealedAppender::Recall(const Positions& known, Time since,
                                    std::vector<CheckedItem>* answers) {
  v1::AppendBatchRequest request = RequestFor(known);
  request.set_mode(v1::AppendBatchRequest::PER_ITEM);
  ASSIGN_OR_RETURN(const Reply reply, Call(request, since));
  if (reply.failure) return std::unexpected(ErrorFrom(*reply.failure));
  if (static_cast<size_t>(reply.response.results_size()) != known.size()) {
    return BadAnswer("does not say where the items stand");
  }
  ASSIGN_OR_RETURN(const TreeHead head,
                   head_check_.Check(reply.response.checkpoint()));
  for (size_t i = 0; i < known.size(); ++i) {
    const AppendItem& item = items_[known[i]];
    auto checked = CheckItem(platform(), item.action,
                             reply.response.results(static_cast<int>(i)), head);
    if (!checked) {
      return Prefixed(absl::StrCat("the answer for ", item.where),
                      checked.error());
    }
    if (checked->outcome != AppendOutcome::kDuplicate) {
      return BadAnswer(
          absl::StrCat("said of ", item.where, " that it stands already"));
    }
    (*answers)[known[i]] = *std::move(checked);
  }
  return {};
}

}  // namespace modlog
