#include "api/server/append_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "api/server/item_outcome.h"
#include "api/server/status.h"
#include "modlog/v1/log.pb.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

using Outcome = ItemResult::Outcome;

// A message in the making. Fields in the order they are added, defaults left
// out, as https://protobuf.dev/programming-guides/encoding/ has it.
class WireWriter {
 public:
  void AddUint(int field, uint64_t value) {
    if (value == 0) return;
    Varint(uint64_t{static_cast<uint32_t>(field)} << 3);
    Varint(value);
  }
  void AddBytes(int field, std::string_view value) {
    Varint(uint64_t{static_cast<uint32_t>(field)} << 3 | 2);
    Varint(value.size());
    out_.append(value);
  }
  void AddHashes(int field, const std::vector<Hash>& hashes) {
    for (const Hash& hash : hashes) AddBytes(field, AsText(hash));
  }
  void Clear() { out_.clear(); }
  const std::string& bytes() const { return out_; }

  grpc::ByteBuffer Buffer() const {
    const grpc::Slice slice(out_);
    return {&slice, 1};
  }

 private:
  void Varint(uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

// The entry header of an item; items of one group mostly share it.
class HeaderCache {
 public:
  explicit HeaderCache(std::string_view platform) : platform_(platform) {}

  const std::string& Get(int64_t logged_at_ms) {
    if (header_.empty() || logged_at_ms != logged_at_ms_) {
      header_ = EncodeEntryHeader(logged_at_ms, platform_);
      logged_at_ms_ = logged_at_ms;
    }
    return header_;
  }

 private:
  std::string_view platform_;
  int64_t logged_at_ms_ = 0;
  std::string header_;
};

void AddViolations(const AppendInput& input, size_t i, const ItemResult& item,
                   std::vector<Violation>* out) {
  for (const Violation& violation : item.violations) {
    out->push_back(
        {ItemField(input, i, violation.field), violation.description});
  }
}

RpcStatus ItemStatus(const AppendInput& input, size_t i, const ItemResult& item,
                     size_t violations_max) {
  if (item.outcome == Outcome::kConflict) {
    return ConflictStatus(ItemField(input, i, "puid"), item.index,
                          item.leaf_hash);
  }
  std::vector<Violation> violations;
  AddViolations(input, i, item, &violations);
  return RefusedStatus(violations, violations_max);
}

// "0-3,7": runs of ascending positions, the first of them. gRPC carries 8 KiB
// of metadata; who drops these and asks again is told of more.
constexpr size_t kRunsToldMax = 200;

std::string JoinPositions(const std::vector<size_t>& positions) {
  std::vector<std::string> runs;
  for (size_t i = 0; i < positions.size() && runs.size() < kRunsToldMax;) {
    size_t end = i + 1;
    while (end < positions.size() && positions[end] == positions[end - 1] + 1) {
      ++end;
    }
    runs.push_back(
        end == i + 1 ? fmt::to_string(positions[i])
                     : fmt::format("{}-{}", positions[i], positions[end - 1]));
    i = end;
  }
  return fmt::format("{}", fmt::join(runs, ","));
}

// What a client needs to make the seal anew: the platform's count and last
// seal, and which items stand already.
RpcStatus SealStatus(const SealResult& seal) {
  std::vector<std::string> rules;
  for (const Violation& violation : seal.item.violations) {
    rules.push_back(violation.field + " " + violation.description);
  }
  if (!seal.known.empty()) {
    rules.push_back(
        fmt::format("{} of the items stand in the log already: a seal covers "
                    "new ones only",
                    seal.known.size()));
  }
  std::map<std::string, std::string> metadata = {
      {"before", fmt::to_string(seal.before)},
      {"known", JoinPositions(seal.known)}};
  if (seal.previous) metadata["previous"] = FormatHex(*seal.previous);
  RpcStatus status =
      DetailedStatus(grpc::StatusCode::FAILED_PRECONDITION, "SEAL_REFUSED",
                     fmt::format("{}", fmt::join(rules, "; ")), metadata);
  return status;
}

// Why a group that stands or falls as one fell: every refusal, and every
// conflict, or the first conflict where there is nothing else.
std::optional<RpcStatus> GroupStatus(const AppendInput& input,
                                     const AppendAnswer& answer) {
  const std::vector<ItemResult>& items = answer.items;
  std::vector<Violation> violations;
  std::optional<size_t> conflict;
  bool refused = false;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].outcome == Outcome::kRefused) {
      refused = true;
      AddViolations(input, i, items[i], &violations);
    } else if (items[i].outcome == Outcome::kConflict) {
      if (!conflict) conflict = i;
      violations.push_back(
          {ItemField(input, i, "puid"),
           fmt::format("other bytes stand at index {}", items[i].index)});
    }
  }
  if (refused) return RefusedStatus(violations);
  if (!conflict && answer.seal &&
      answer.seal->item.outcome == Outcome::kRefused) {
    return SealStatus(*answer.seal);
  }
  if (!conflict) return std::nullopt;
  return ItemStatus(input, *conflict, items[*conflict], kStatusViolationsMax);
}

// AppendResponse and v1::ItemResult agree in the number.
constexpr int kWarningsField = v1::ItemResult::kWarningsFieldNumber;
static_assert(kWarningsField == v1::AppendResponse::kWarningsFieldNumber);

void WriteWarnings(const ItemResult& item, WireWriter* out) {
  const size_t count = std::min(item.warnings.size(), kItemViolationsMax);
  for (size_t i = 0; i < count; ++i) {
    WireWriter warning;
    warning.AddBytes(v1::Warning::kFieldFieldNumber, item.warnings[i].field);
    warning.AddBytes(v1::Warning::kDescriptionFieldNumber,
                     item.warnings[i].description);
    out->AddBytes(kWarningsField, warning.bytes());
  }
}

void WriteSingle(const AppendInput& input, const AppendAnswer& answer,
                 WireWriter* out) {
  using Response = v1::AppendResponse;
  const ItemResult& item = answer.items.front();
  out->AddUint(Response::kIndexFieldNumber, item.index);
  out->AddBytes(Response::kEntryHeaderFieldNumber,
                EncodeEntryHeader(item.logged_at_ms, input.platform));
  if (input.plain) {
    out->AddBytes(Response::kActionFieldNumber, input.encoded.front());
  }
  out->AddHashes(Response::kInclusionPathFieldNumber, item.inclusion_path);
  out->AddBytes(Response::kCheckpointFieldNumber, answer.head->checkpoint);
  out->AddUint(Response::kWitnessedFieldNumber, answer.head->witnessed);
  out->AddUint(Response::kDuplicateFieldNumber,
               item.outcome == Outcome::kDuplicate);
  if (item.outcome == Outcome::kLogged) WriteWarnings(item, out);
}

v1::ItemResult::Outcome WireOutcome(Outcome outcome) {
  switch (outcome) {
    case Outcome::kLogged:
      return v1::ItemResult::LOGGED;
    case Outcome::kDuplicate:
      return v1::ItemResult::DUPLICATE;
    case Outcome::kConflict:
      return v1::ItemResult::CONFLICT;
    case Outcome::kRefused:
      return v1::ItemResult::REFUSED;
    case Outcome::kNotTried:
      break;
  }
  MODLOG_CHECK(false, "an item that is answered alone was tried");
}

void WriteSeal(const ItemResult& item, HeaderCache* headers, WireWriter* out) {
  using Wire = v1::ItemResult;
  out->AddUint(Wire::kOutcomeFieldNumber,
               static_cast<uint64_t>(WireOutcome(item.outcome)));
  out->AddUint(Wire::kIndexFieldNumber, item.index);
  out->AddBytes(Wire::kEntryHeaderFieldNumber, headers->Get(item.logged_at_ms));
  out->AddHashes(Wire::kInclusionPathFieldNumber, item.inclusion_path);
}

void WriteItem(const AppendInput& input, size_t i, const ItemResult& item,
               HeaderCache* headers, WireWriter* out) {
  using Wire = v1::ItemResult;
  out->AddUint(Wire::kOutcomeFieldNumber,
               static_cast<uint64_t>(WireOutcome(item.outcome)));
  if (item.outcome != Outcome::kRefused) {
    out->AddUint(Wire::kIndexFieldNumber, item.index);
  }
  if (Stands(item)) {
    out->AddBytes(Wire::kEntryHeaderFieldNumber,
                  headers->Get(item.logged_at_ms));
    if (input.plain) out->AddBytes(Wire::kActionFieldNumber, input.encoded[i]);
    out->AddHashes(Wire::kInclusionPathFieldNumber, item.inclusion_path);
    if (item.outcome == Outcome::kLogged) WriteWarnings(item, out);
    return;
  }
  if (item.outcome == Outcome::kConflict) {
    out->AddBytes(Wire::kLeafHashFieldNumber, AsText(item.leaf_hash));
  }
  out->AddBytes(
      Wire::kErrorFieldNumber,
      ItemStatus(input, i, item, kItemViolationsMax).SerializeAsString());
}

// AppendBatchResponse and AppendStreamResponse agree in these fields.
constexpr int kResultsField = v1::AppendBatchResponse::kResultsFieldNumber;
constexpr int kCheckpointField =
    v1::AppendBatchResponse::kCheckpointFieldNumber;
constexpr int kWitnessedField = v1::AppendBatchResponse::kWitnessedFieldNumber;
static_assert(kResultsField == v1::AppendStreamResponse::kResultsFieldNumber);
static_assert(kCheckpointField ==
              v1::AppendStreamResponse::kCheckpointFieldNumber);
static_assert(kWitnessedField ==
              v1::AppendStreamResponse::kWitnessedFieldNumber);

void WriteMany(const AppendInput& input, const AppendAnswer& answer,
               WireWriter* out) {
  HeaderCache headers(input.platform);
  WireWriter item;
  for (size_t i = 0; i < answer.items.size(); ++i) {
    item.Clear();
    WriteItem(input, i, answer.items[i], &headers, &item);
    out->AddBytes(kResultsField, item.bytes());
  }
  out->AddBytes(kCheckpointField, answer.head->checkpoint);
  out->AddUint(kWitnessedField, answer.head->witnessed);
  if (answer.seal) {
    item.Clear();
    WriteSeal(answer.seal->item, &headers, &item);
    out->AddBytes(v1::AppendBatchResponse::kSealFieldNumber, item.bytes());
  }
}

}  // namespace

grpc::Status WriteAnswer(const AppendInput& input,
                         const Result<AppendAnswer>& answer, LogState state,
                         grpc::ByteBuffer* out) {
  if (!answer.has_value()) {
    const RpcStatus error = ErrorStatus(answer.error(), state);
    if (input.kind != AppendKind::kStream) return ToGrpc(error);
    *out = WriteStreamError(error);
    return grpc::Status::OK;
  }
  if (input.kind == AppendKind::kSingle ||
      input.atomicity == Atomicity::kAllOrNothing) {
    const auto failed = GroupStatus(input, *answer);
    if (failed.has_value()) return ToGrpc(*failed);
  }
  WireWriter writer;
  if (input.kind == AppendKind::kSingle) {
    WriteSingle(input, *answer, &writer);
  } else {
    WriteMany(input, *answer, &writer);
  }
  *out = writer.Buffer();
  return grpc::Status::OK;
}

grpc::ByteBuffer WriteStreamError(const RpcStatus& error) {
  WireWriter writer;
  writer.AddBytes(v1::AppendStreamResponse::kErrorFieldNumber,
                  error.SerializeAsString());
  return writer.Buffer();
}

}  // namespace modlog
