#include "api/server/payload_calls.h"

#include <google/protobuf/util/json_util.h>

#include "api/server/redactions.h"
#include "api/server/status.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

// Whether the caller may see restricted parts of an entry.
Result<bool> MaySeeAll(Log* log, uint64_t index,
                       const PayloadReaderIdentity& caller) {
  if (caller.is_operator) return true;
  if (caller.platform.empty()) return false;
  ASSIGN_OR_RETURN(const std::string leaf, log->ReadLeaf(index));
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  return entry.platform == caller.platform;
}

void AddPart(const KeptPart& kept, v1::Payload* payload) {
  v1::Part* part = payload->add_parts();
  part->set_tag(static_cast<v1::Tag>(kept.tag));
  part->set_salt(kept.salt);
  part->set_value(kept.value);
  part->set_term(kept.term);
  part->set_open(kept.open);
}

}  // namespace

Reply<v1::GetPayloadResponse> ReadKept(Log* log,
                                       const v1::GetPayloadRequest& request,
                                       const PayloadReaderIdentity& caller) {
  const auto kept = log->ReadPayload(request.index());
  if (!kept.has_value()) {
    return std::unexpected(ErrorToGrpc(kept.error(), log->state()));
  }
  const auto all =
      kept->parts.empty() ? false : MaySeeAll(log, request.index(), caller);
  if (!all.has_value()) {
    return std::unexpected(LeafErrorToGrpc(log, request.index(), all.error()));
  }
  v1::GetPayloadResponse response;
  v1::Payload* payload = response.mutable_payload();
  for (const std::string& slot : kept->commitments) {
    payload->add_commitments(slot);
  }
  for (const KeptPart& part : kept->parts) {
    if (part.open || *all) AddPart(part, payload);
  }
  for (const uint32_t tag : kept->erased) response.add_erased(tag);
  response.set_erased_by(kept->erased_by);
  response.set_erasure_pending(kept->erasure_pending);
  return response;
}

std::optional<grpc::Status> RefuseErase(Log* log,
                                        const v1::EraseRequest& request,
                                        const Caller& caller) {
  if (request.indexes_size() > static_cast<int>(kEraseIndexesMax)) {
    return RefusedToGrpc("indexes", "must be 1..4096");
  }
  for (const uint64_t index : request.indexes()) {
    const auto leaf = log->ReadLeaf(index);
    if (!leaf.has_value()) return LeafErrorToGrpc(log, index, leaf.error());
    const auto entry = DecodeEntry(*leaf);
    if (!entry.has_value()) return ErrorToGrpc(entry.error(), log->state());
    const bool may = entry->platform.empty()
                         ? caller.IsOperator()
                         : caller.SpeaksFor(entry->platform);
    if (may) continue;
    return grpc::Status(grpc::StatusCode::PERMISSION_DENIED,
                        "what is kept beside an entry is erased by its "
                        "platform or the operator: show the token of one");
  }
  return std::nullopt;
}

EraseOrder OrderOf(const v1::EraseRequest& request) {
  return {.indexes = {request.indexes().begin(), request.indexes().end()},
          .tags = {request.tags().begin(), request.tags().end()},
          .basis = request.basis(),
          .now = request.now()};
}

std::string FormatKept(const v1::GetPayloadResponse& response) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(response, &json, options);
  MODLOG_CHECK(status.ok(), "a message without strings has a JSON form");
  return json;
}

}  // namespace modlog
