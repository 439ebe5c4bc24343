#include "api/server/append_request.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>

#include "api/server/platform_rule.h"
#include "log/rules/action_bytes.h"
#include "log/write/admission.h"
#include "modlog/v1/log.pb.h"
#include "verifier/core/seal.h"

namespace modlog {
namespace {

// https://protobuf.dev/programming-guides/encoding/
constexpr uint32_t kVarint = 0;
constexpr uint32_t kLengthDelimited = 2;

// The same numbers in all three requests.
constexpr int kPlatformField = v1::AppendRequest::kPlatformFieldNumber;
constexpr int kActionsField = v1::AppendRequest::kActionFieldNumber;
constexpr int kPlainField = v1::AppendRequest::kPlainFieldNumber;
static_assert(kPlatformField == v1::AppendBatchRequest::kPlatformFieldNumber &&
              kPlatformField == v1::AppendStreamRequest::kPlatformFieldNumber);
static_assert(kActionsField == v1::AppendBatchRequest::kActionsFieldNumber &&
              kActionsField == v1::AppendStreamRequest::kActionsFieldNumber);
static_assert(kPlainField == v1::AppendBatchRequest::kPlainFieldNumber &&
              kPlainField == v1::AppendStreamRequest::kPlainFieldNumber);

int PayloadField(AppendKind kind) {
  switch (kind) {
    case AppendKind::kSingle:
      return v1::AppendRequest::kPayloadFieldNumber;
    case AppendKind::kBatch:
      return v1::AppendBatchRequest::kPayloadsFieldNumber;
    case AppendKind::kStream:
      return v1::AppendStreamRequest::kPayloadsFieldNumber;
  }
  return 0;
}

constexpr int kSealField = v1::AppendBatchRequest::kSealFieldNumber;

// Which scalar a field is, by kind of request.
bool IsMode(AppendKind kind, int field) {
  return kind == AppendKind::kBatch &&
         field == v1::AppendBatchRequest::kModeFieldNumber;
}
bool IsWithProofs(AppendKind kind, int field) {
  switch (kind) {
    case AppendKind::kSingle:
      return false;
    case AppendKind::kBatch:
      return field == v1::AppendBatchRequest::kWithProofsFieldNumber;
    case AppendKind::kStream:
      return field == v1::AppendStreamRequest::kWithProofsFieldNumber;
  }
  return false;
}

bool IsWaitWitnessed(AppendKind kind, int field) {
  switch (kind) {
    case AppendKind::kSingle:
      return field == v1::AppendRequest::kWaitWitnessedFieldNumber;
    case AppendKind::kBatch:
      return field == v1::AppendBatchRequest::kWaitWitnessedFieldNumber;
    case AppendKind::kStream:
      return false;
  }
  return false;
}

// Reads one request, field by field, and collects what is wrong with it.
class Reader {
 public:
  Reader(std::string_view bytes, AppendKind kind, AppendInput* out)
      : in_(reinterpret_cast<const uint8_t*>(bytes.data()),
            static_cast<int>(bytes.size())),
        kind_(kind),
        out_(out) {}

  std::vector<Violation> Read(std::string_view inherited_platform) {
    if (kind_ == AppendKind::kSingle) out_->actions.reserve(1);
    bool whole = true;
    while (const uint32_t tag = whole ? in_.ReadTag() : 0) {
      whole = ReadField(tag >> 3, tag & 7);
    }
    if (!violations_.empty()) return std::move(violations_);
    if (!whole || !in_.ConsumedEntireMessage()) {
      Refuse("", "does not parse as a request of this call");
      return std::move(violations_);
    }
    JudgePlatform(inherited_platform);
    JudgeMode();
    JudgeItems();
    JudgeSeal();
    return std::move(violations_);
  }

 private:
  const char* ActionsName() const {
    return kind_ == AppendKind::kSingle ? "action" : "actions";
  }

  void Refuse(std::string field, std::string rule) {
    violations_.push_back({std::move(field), std::move(rule)});
  }

  // False where nothing after it can be read.
  bool ReadField(uint32_t number, uint32_t wire_type) {
    const int field = static_cast<int>(number);
    if (wire_type == kLengthDelimited) {
      if (field == kPlatformField) return ReadView(&out_->platform);
      if (field == kActionsField) return ReadItem(&out_->actions);
      if (field == kPlainField) return ReadItem(&plain_);
      if (field == PayloadField(kind_)) return ReadItem(&out_->payloads);
      if (kind_ == AppendKind::kBatch && field == kSealField) {
        return ReadView(&out_->seal);
      }
    }
    if (wire_type == kVarint) {
      if (IsMode(kind_, field)) return in_.ReadVarint64(&mode_);
      if (IsWithProofs(kind_, field)) return ReadBool(&out_->with_proofs);
      if (IsWaitWitnessed(kind_, field)) {
        return ReadBool(&out_->wait_witnessed);
      }
    }
    Refuse("", fmt::format("unknown field {}", number));
    return false;
  }

  bool ReadView(std::string_view* out) {
    uint32_t size = 0;
    if (!in_.ReadVarint32(&size)) return false;
    const void* data = nullptr;
    int available = 0;
    if (size > 0 && !in_.GetDirectBufferPointer(&data, &available)) {
      return false;
    }
    if (size > static_cast<uint32_t>(available)) return false;
    *out = {static_cast<const char*>(data), size};
    return in_.Skip(static_cast<int>(size));
  }

  bool ReadItem(std::vector<std::string_view>* items) {
    std::string_view item;
    if (!ReadView(&item)) return false;
    items->push_back(item);
    return true;
  }

  bool ReadBool(bool* out) {
    uint64_t value = 0;
    if (!in_.ReadVarint64(&value)) return false;
    *out = value != 0;
    return true;
  }

  void JudgePlatform(std::string_view inherited) {
    if (out_->platform.empty()) out_->platform = inherited;
    if (!IsPlatformName(out_->platform)) {
      Refuse("platform", kPlatformRule);
    } else if (!inherited.empty() && out_->platform != inherited) {
      Refuse("platform", "must be that of the stream's first message");
    }
  }

  void JudgeItems() {
    const size_t items = out_->actions.size() + plain_.size();
    const size_t items_max = kind_ == AppendKind::kSingle ? 1 : kGroupItemsMax;
    if (items == 0) {
      Refuse(ActionsName(),
             fmt::format("one of {} and plain is required", ActionsName()));
    } else if (!out_->actions.empty() && !plain_.empty()) {
      Refuse("plain",
             fmt::format("must be absent where {} is sent", ActionsName()));
    } else if (items > items_max) {
      Refuse(plain_.empty() ? ActionsName() : "plain",
             fmt::format("must be at most {} items, got {}", items_max, items));
    }
    if (!out_->payloads.empty() && out_->payloads.size() != items) {
      Refuse(kind_ == AppendKind::kSingle ? "payload" : "payloads",
             fmt::format("must be none or {}, as many as items, got {}", items,
                         out_->payloads.size()));
    }
    if (violations_.empty() && !plain_.empty()) EncodePlain();
  }

  void JudgeMode() {
    if (kind_ != AppendKind::kBatch) return;
    if (mode_ == v1::AppendBatchRequest::ALL_OR_NOTHING) {
      out_->atomicity = Atomicity::kAllOrNothing;
    } else if (mode_ != v1::AppendBatchRequest::PER_ITEM) {
      Refuse("mode", "must be ALL_OR_NOTHING or PER_ITEM");
    }
  }

  // A seal is over bytes that its signer knows, and stands or falls with them.
  void JudgeSeal() {
    if (out_->seal.empty()) return;
    if (out_->plain) Refuse("seal", "goes with actions, not with plain");
    if (out_->atomicity != Atomicity::kAllOrNothing) {
      Refuse("seal", "goes with mode ALL_OR_NOTHING");
    }
    if (out_->seal.size() > kSealSizeMax) {
      Refuse("seal", fmt::format("must be at most {} bytes", kSealSizeMax));
    }
  }

  // A message that does not parse goes on as it is: admission refuses it, as it
  // would the same bytes in `actions`, and knows best what to call the fault.
  void EncodePlain() {
    out_->plain = true;
    out_->encoded.reserve(plain_.size());
    v1::Action action;
    for (const std::string_view item : plain_) {
      const bool parsed =
          action.ParseFromArray(item.data(), static_cast<int>(item.size()));
      out_->encoded.push_back(parsed ? EncodeAction(action)
                                     : std::string(item));
    }
    out_->actions.assign(out_->encoded.begin(), out_->encoded.end());
  }

  google::protobuf::io::CodedInputStream in_;
  AppendKind kind_;
  AppendInput* out_;
  uint64_t mode_ = v1::AppendBatchRequest::ALL_OR_NOTHING;
  std::vector<std::string_view> plain_;
  std::vector<Violation> violations_;
};

// One piece, without a copy where gRPC received it as one. A call that breaks
// off leaves a buffer that cannot be read: it is an empty message then, and
// refused as one.
grpc::Slice Flatten(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (buffer.TrySingleSlice(&slice).ok()) return slice;
  if (buffer.DumpToSingleSlice(&slice).ok()) return slice;
  return grpc::Slice();
}

}  // namespace

std::vector<Violation> ParseAppend(const grpc::ByteBuffer& request,
                                   AppendKind kind,
                                   std::string_view inherited_platform,
                                   AppendInput* input) {
  input->kind = kind;
  input->bytes = Flatten(request);
  const std::string_view bytes(
      reinterpret_cast<const char*>(input->bytes.begin()), input->bytes.size());
  return Reader(bytes, kind, input).Read(inherited_platform);
}

std::string ItemField(const AppendInput& input, size_t item,
                      std::string_view field) {
  constexpr std::string_view kPayload = "payload";
  if (field == kPayload || field.starts_with("payload.")) {
    if (input.kind == AppendKind::kSingle) return std::string(field);
    return fmt::format("payloads[{}]{}", item, field.substr(kPayload.size()));
  }
  const std::string_view dot = field.empty() ? "" : ".";
  if (input.kind == AppendKind::kSingle) {
    return fmt::format("{}{}{}", input.plain ? "plain" : "action", dot, field);
  }
  return fmt::format("{}[{}]{}{}", input.plain ? "plain" : "actions", item, dot,
                     field);
}

AppendGroup TakeGroup(AppendInput* input, const Caller& caller) {
  return {.platform = std::string(input->platform),
          .actions = std::move(input->actions),
          .payloads = std::move(input->payloads),
          .seal = input->seal,
          .atomicity = input->atomicity,
          .with_proofs = input->with_proofs,
          .authenticated = caller.SpeaksFor(input->platform),
          .by_operator = caller.IsOperator()};
}

}  // namespace modlog
