#include "api/server/read_calls.h"

#include <fmt/format.h>

#include "api/server/redactions.h"
#include "api/server/status.h"
#include "verifier/core/cose_receipt.h"
#include "verifier/core/tlog_proof.h"

namespace modlog {
namespace {

std::unexpected<grpc::Status> Refuse(std::string_view field,
                                     std::string_view rule) {
  return std::unexpected(RefusedToGrpc(field, rule));
}

std::unexpected<grpc::Status> Beyond(std::string_view what, uint64_t got,
                                     std::string_view of, uint64_t size) {
  return std::unexpected(ErrorToGrpc(
      {Code::kOutOfRange, fmt::format("{} {} is beyond the {} tree of size {}",
                                      what, got, of, size)},
      LogState::kServing));
}

std::unexpected<grpc::Status> FailedLeaf(Log* log, uint64_t index,
                                         const Error& error) {
  return std::unexpected(LeafErrorToGrpc(log, index, error));
}

// A log that was rolled back shows what it has, but signs nothing of it.
std::unexpected<grpc::Status> NoCheckpoint(const Log& log) {
  return FailedCall(log, {Code::kUnavailable, WhyNoCheckpoint(log)});
}

void SetHead(const TreeHead& tree, v1::GetLogInfoResponse::Head* out) {
  out->set_size(tree.size);
  out->set_root(tree.root.data(), tree.root.size());
}

void SetSeal(const EntrySeal& seal, v1::EntrySeal* out) {
  out->set_index(seal.entry);
  out->set_leaf(seal.leaf);
  for (const Hash& hash : seal.action_path) {
    out->add_action_path(hash.data(), hash.size());
  }
  out->set_public_key(seal.public_key);
}

void AddWitnesses(const Publisher& publisher,
                  v1::GetLogInfoResponse* response) {
  response->set_hold_back(publisher.hold_back());
  for (const WitnessStatus& status : publisher.Statuses()) {
    v1::GetLogInfoResponse::Witness* witness = response->add_witnesses();
    witness->set_name(status.name);
    witness->set_vkey(status.vkey);
    witness->set_url(status.url);
    witness->set_size(status.size);
    witness->set_cosigned_at(static_cast<int64_t>(status.cosigned_at));
    witness->set_trouble(status.trouble);
    witness->set_cosignatures(status.cosignatures);
    witness->set_failures(status.failures);
  }
}

// The same path under the same root, for those who read CBOR. Only what is
// published is signed so, hence what the log has signed as a note before.
Reply<std::string> MakeCoseReceipt(const std::optional<SignerKey>& key,
                                   const TreeHead& tree, uint64_t index,
                                   const std::vector<Hash>& path) {
  const auto none = [](const char* why) {
    return std::unexpected(ToGrpc(DetailedStatus(
        grpc::StatusCode::FAILED_PRECONDITION, "NO_COSE_RECEIPT", why, {})));
  };
  if (!key.has_value()) {
    return none(
        "this log has no key for COSE receipts: its operator starts it with "
        "--cose-key, or ask for the proof file");
  }
  if (tree.size == 1) {
    return none(
        "RFC 9942 has no receipt for the only entry of a log: ask again once "
        "there are two, or for the proof file");
  }
  return FormatCoseReceipt(SignCoseReceipt(*key, tree, index, path));
}

}  // namespace

Reply<v1::GetEntryResponse> ReadEntry(Log* log,
                                      const v1::GetEntryRequest& request) {
  auto leaf = log->ReadLeaf(request.index());
  if (!leaf.has_value()) return FailedLeaf(log, request.index(), leaf.error());
  v1::GetEntryResponse response;
  response.set_leaf(*std::move(leaf));
  return response;
}

Reply<v1::GetCheckpointResponse> ReadCheckpoint(Log* log) {
  const auto head = log->published_head();
  if (head->checkpoint.empty()) return NoCheckpoint(*log);
  v1::GetCheckpointResponse response;
  response.set_checkpoint(head->checkpoint);
  return response;
}

Reply<v1::GetInclusionProofResponse> ReadInclusion(
    Log* log, const v1::GetInclusionProofRequest& request) {
  const uint64_t size = request.tree_size() == 0
                            ? log->published_head()->tree.size
                            : request.tree_size();
  const uint64_t signed_size = log->signed_head()->tree.size;
  if (size > signed_size) {
    return Beyond("tree_size", size, "signed", signed_size);
  }
  if (request.index() >= size) {
    return Beyond("index", request.index(), "requested", size);
  }
  const auto path = log->ProveInclusion(request.index(), size);
  if (!path.has_value()) return FailedCall(*log, path.error());
  v1::GetInclusionProofResponse response;
  response.set_tree_size(size);
  for (const Hash& hash : *path) {
    response.add_inclusion_path(hash.data(), hash.size());
  }
  return response;
}

Reply<v1::GetConsistencyProofResponse> ReadConsistency(
    Log* log, const v1::GetConsistencyProofRequest& request) {
  const uint64_t signed_size = log->signed_head()->tree.size;
  const uint64_t size = request.new_size() == 0
                            ? log->published_head()->tree.size
                            : request.new_size();
  if (request.old_size() == 0) {
    return Refuse("old_size",
                  "must be at least 1: from an empty tree nothing can be "
                  "proved");
  }
  if (request.new_size() != 0 && request.old_size() > request.new_size()) {
    return Refuse("old_size", "must be at most new_size");
  }
  if (size > signed_size) {
    return Beyond("new_size", size, "signed", signed_size);
  }
  if (request.old_size() > size) {
    return Beyond("old_size", request.old_size(), "published", size);
  }
  const auto proof = log->ProveConsistency(request.old_size(), size);
  if (!proof.has_value()) return FailedCall(*log, proof.error());
  v1::GetConsistencyProofResponse response;
  response.set_new_size(size);
  for (const Hash& hash : *proof) {
    response.add_proof(hash.data(), hash.size());
  }
  return response;
}

Reply<v1::GetReceiptResponse> ReadReceipt(
    Log* log, const std::optional<SignerKey>& cose_key,
    const v1::GetReceiptRequest& request) {
  const auto head = log->published_head();
  if (head->checkpoint.empty()) return NoCheckpoint(*log);
  if (request.index() >= head->tree.size) {
    return Beyond("index", request.index(), "published", head->tree.size);
  }
  auto leaf = log->ReadLeaf(request.index());
  if (!leaf.has_value()) return FailedLeaf(log, request.index(), leaf.error());
  auto path = log->ProveInclusion(request.index(), head->tree.size);
  if (!path.has_value()) return FailedCall(*log, path.error());
  v1::GetReceiptResponse response;
  if (request.cose()) {
    auto cose = MakeCoseReceipt(cose_key, head->tree, request.index(), *path);
    if (!cose.has_value()) return std::unexpected(cose.error());
    response.set_cose(*std::move(cose));
  }
  TlogProof proof;
  proof.index = request.index();
  proof.path = *std::move(path);
  proof.checkpoint = head->checkpoint;
  response.set_leaf(*std::move(leaf));
  response.set_tlog_proof(FormatTlogProof(proof));
  const auto seal = log->ReadEntrySeal(request.index());
  if (!seal.has_value()) return FailedCall(*log, seal.error());
  // One that is not published yet is no part of what the receipt says.
  if (seal->has_value() && (*seal)->entry < head->tree.size) {
    SetSeal(**seal, response.mutable_seal());
  }
  return response;
}

v1::Clock ToClock(const ClockReport& report) {
  v1::Clock clock;
  clock.set_wall(report.wall_ms);
  clock.set_newest(report.newest_ms);
  clock.set_trouble(report.trouble);
  clock.set_goes_on_at(report.goes_on_at_ms);
  clock.set_stays_at_newest(report.stays_at_newest);
  return clock;
}

Reply<v1::GetLogInfoResponse> ReadInfo(Log* log, const Publisher* publisher,
                                       const ServiceSettings& settings) {
  // Oldest first, so that what is told keeps committed >= signed >= published.
  const auto published = log->published_head();
  const auto signed_head = log->signed_head();
  v1::GetLogInfoResponse response;
  response.set_origin(log->verifier_key().name);
  response.set_vkey(FormatVerifierKey(log->verifier_key()));
  response.set_http_address(settings.http_address);
  response.set_witness_interval_ms(
      static_cast<uint32_t>(settings.witness_interval_ms));
  response.set_mldsa_vkey(settings.mldsa_vkey);
  if (settings.cose_key.has_value()) {
    response.set_cose_vkey(FormatVerifierKey(settings.cose_key->verifier));
  }
  // Behind its high-water mark a log has a tree to read and no signed head.
  if (!published->checkpoint.empty()) {
    SetHead(published->tree, response.mutable_published());
  }
  if (!signed_head->checkpoint.empty()) {
    SetHead(signed_head->tree, response.mutable_signed_());
  }
  SetHead(log->committed_head(), response.mutable_committed());
  response.set_state(std::string(LogStateName(log->state())));
  response.set_state_reason(log->state_reason());
  *response.mutable_clock() = ToClock(log->clock());
  response.set_version(MODLOG_VERSION);
  if (publisher != nullptr) AddWitnesses(*publisher, &response);
  return response;
}

}  // namespace modlog
