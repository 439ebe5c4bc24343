#include "log/records/succession.h"

#include "log/rules/action_bytes.h"
#include "log/rules/taxonomy.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

constexpr char kSucceededByPuid[] = "succeeded-by";
constexpr char kSucceedsPuid[] = "succeeds";

v1::Action SuccessionAction(v1::SuccessionOp op, const VerifierKey& other) {
  v1::Action action;
  action.set_kind(v1::KIND_SUCCESSION);
  action.set_puid(op == v1::SUCCESSION_OP_SUCCEEDS ? kSucceedsPuid
                                                   : kSucceededByPuid);
  action.set_taxonomy(kTaxonomy);
  action.mutable_succession()->set_op(op);
  action.mutable_succession()->set_log(FormatVerifierKey(other));
  return action;
}

}  // namespace

void CheckSuccession(const v1::Action& action, std::string_view origin,
                     std::vector<Violation>* violations) {
  if (!action.has_succession()) return;
  const auto require = [&](bool holds, std::string field, std::string rule) {
    if (!holds) violations->push_back({std::move(field), std::move(rule)});
  };
  const v1::Succession& succession = action.succession();
  const bool succeeds = succession.op() == v1::SUCCESSION_OP_SUCCEEDS;
  require(succeeds || succession.op() == v1::SUCCESSION_OP_SUCCEEDED_BY,
          "succession.op", "is required, 1..2");
  require(action.puid() == (succeeds ? kSucceedsPuid : kSucceededByPuid),
          "puid", "must be the one that goes with succession.op");
  const auto key = ParseVerifierKey(succession.log());
  require(key && key->type == SignatureType::kEd25519, "succession.log",
          "must be a log's Ed25519 verifier key");
  require(!key || key->name != origin, "succession.log",
          "must be of another origin than this log's");
  require(succeeds == (succession.size() > 0), "succession.size",
          "is the other log's, for SUCCEEDS alone");
  require(succession.root().size() == (succeeds ? kHashSize : 0),
          "succession.root", "must be 32 bytes for SUCCEEDS, else absent");
}

std::string MakeSucceededBy(const VerifierKey& successor) {
  return EncodeAction(
      SuccessionAction(v1::SUCCESSION_OP_SUCCEEDED_BY, successor));
}

std::string MakeSucceeds(const Predecessor& predecessor) {
  v1::Action action =
      SuccessionAction(v1::SUCCESSION_OP_SUCCEEDS, predecessor.key);
  action.mutable_succession()->set_size(predecessor.head.size);
  action.mutable_succession()->set_root(
      std::string(AsText(predecessor.head.root)));
  return EncodeAction(action);
}

Result<std::optional<std::string>> ReadSuccessor(std::string_view leaf) {
  if (leaf.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  if (entry.is_seal() || !entry.platform.empty()) return std::nullopt;
  v1::Action action;
  if (!action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size()))) {
    return Fail(Code::kCorrupt, "the last entry's action does not parse");
  }
  if (action.succession().op() != v1::SUCCESSION_OP_SUCCEEDED_BY) {
    return std::nullopt;
  }
  return action.succession().log();
}

Result<void> CheckFirstEntry(std::string_view leaf,
                             const Predecessor& predecessor) {
  if (!leaf.empty()) {
    ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
    if (entry.platform.empty() && entry.action == MakeSucceeds(predecessor)) {
      return {};
    }
  }
  return Fail(Code::kConflict,
              "this log is to succeed " + predecessor.key.name +
                  ", but its first entry is another one: a successor says so "
                  "in entry 0 or never; take an empty --data-dir");
}

}  // namespace modlog
