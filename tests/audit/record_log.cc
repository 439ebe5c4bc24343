#include "tests/audit/record_log.h"

#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"
#include "verifier/core/tlog_proof.h"

namespace modlog {

v1::Action RecordOf(v1::Kind kind, const std::string& puid) {
  v1::Action action;
  action.set_kind(kind);
  action.set_puid(puid);
  action.set_taxonomy(202507);
  switch (kind) {
    case v1::KIND_ACTION:
    case v1::KIND_MODIFICATION:
      action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
      action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
      action.set_category(v1::CATEGORY_VIOLENCE);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      action.set_application_date(kRecordDay);
      break;
    case v1::KIND_NOTICE_RECEIVED:
      action.set_source_type(v1::SOURCE_TYPE_ARTICLE_16);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      break;
    case v1::KIND_NO_ACTION:
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      break;
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
      action.set_extent(v1::EXTENT_FULL);
      break;
    case v1::KIND_USER_NOTIFIED:
      action.set_notified_date(kRecordDay);
      break;
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_DECIDED:
      action.set_outcome(v1::OUTCOME_UPHELD);
      break;
    case v1::KIND_EXTERNAL_REFERRED:
      action.set_body_term(1);
      break;
    case v1::KIND_REVERSAL:
      action.set_extent(v1::EXTENT_FULL);
      action.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
      break;
    case v1::KIND_SCHEDULED:
      action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      action.set_execute_date(kRecordDay + 10);
      break;
    case v1::KIND_VOID:
      action.set_void_reason(v1::VOID_REASON_TEST);
      break;
    case v1::KIND_PAYLOAD_ERASED:
      action.mutable_erasure()->set_basis(v1::ERASURE_BASIS_PERSON);
      break;
    case v1::KIND_LEAF_REDACTED:
      action.mutable_redaction()->set_basis(v1::ERASURE_BASIS_AUTHORITY);
      break;
    case v1::KIND_STATS_ATTESTATION: {
      v1::Stats* const stats = action.mutable_stats();
      stats->set_from(kRecordDay - 400);
      stats->set_to(kRecordDay + 400);
      stats->set_clock(v1::STATS_CLOCK_LOGGED);
      break;
    }
    case v1::KIND_TERM: {
      v1::Term* const term = action.mutable_term();
      term->set_kind(v1::TERM_KIND_POLICY);
      term->set_number(1);
      term->set_text_sha256(std::string(32, 't'));
      break;
    }
    case v1::KIND_LABEL:
      action.set_label_op(v1::LABEL_OP_APPLY);
      action.add_label_terms(1);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      break;
    case v1::KIND_DOCUMENT:
      action.set_commitment(std::string(32, 'c'));
      break;
    case v1::KIND_SUCCESSION:
      action.mutable_succession()->set_op(v1::SUCCESSION_OP_SUCCEEDED_BY);
      action.mutable_succession()->set_log(
          FormatVerifierKey(SuccessorKey().verifier));
      break;
    case v1::KIND_PUBLICATION_CHANGED:
      action.set_provenance(v1::PROVENANCE_OBSERVED);
      action.set_publication(v1::PUBLICATION_EDITED);
      break;
    default:
      break;
  }
  return action;
}

SignerKey SuccessorKey() {
  return *MakeSignerKey(
      "next.example/log", SignatureType::kEd25519,
      *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, 'n'))));
}

v1::Action Takedown(const std::string& puid) {
  return RecordOf(v1::KIND_ACTION, puid);
}

v1::Action AboutRecord(v1::Kind kind, const std::string& puid,
                       const std::string& about) {
  v1::Action action = RecordOf(kind, puid);
  action.add_about(about);
  return action;
}

v1::Action CopyOf(v1::Action action) {
  action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
  return action;
}

uint64_t RecordLog::Add(const v1::Action& action) {
  const int kind = action.kind();
  const bool own = kind == v1::KIND_PAYLOAD_ERASED ||
                   kind == v1::KIND_LEAF_REDACTED ||
                   kind == v1::KIND_SUCCESSION;
  return Add(action, own ? "" : "p");
}

uint64_t RecordLog::Add(const v1::Action& action, const std::string& platform) {
  return AddAt(kRecordTimeMs + static_cast<int64_t>(size()), action, platform);
}

uint64_t RecordLog::AddAt(int64_t logged_at_ms, const v1::Action& action,
                          const std::string& platform) {
  std::string leaf;
  AppendLeaf(EncodeEntryHeader(logged_at_ms, platform),
             action.SerializeAsString(), &leaf);
  log_.entries.push_back(leaf);
  if (platform == "p") actions_.push_back(action.SerializeAsString());
  return size() - 1;
}

Ed25519PrivateKey RecordLog::SealKey(char byte) {
  return *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, byte)));
}

v1::Action RecordLog::Registration(const std::string& puid, uint32_t number,
                                   char byte) const {
  v1::Action action = RecordOf(v1::KIND_PLATFORM_KEY, puid);
  v1::KeyEvent* const event = action.mutable_key_event();
  event->set_op(v1::KEY_OP_REGISTER);
  event->set_use(v1::KEY_USE_SEAL);
  event->set_number(number);
  event->set_public_key(std::string(AsText(SealKey(byte).PublicKey().raw())));
  event->set_proof(
      SealKey(byte).Sign(AsBytes(KeyProofText(log_.origin, "p", number))));
  return action;
}

VrfPrivateKey RecordLog::HandleKey(char byte) {
  return *VrfPrivateKey::FromSecret(AsBytes(std::string(32, byte)));
}

v1::Action RecordLog::HandleKeyEvent(const std::string& puid, uint32_t number,
                                     v1::KeyOp op, char byte) const {
  v1::Action action = RecordOf(v1::KIND_PLATFORM_KEY, puid);
  v1::KeyEvent* const event = action.mutable_key_event();
  event->set_op(op);
  event->set_use(v1::KEY_USE_VRF);
  event->set_number(number);
  if (op != v1::KEY_OP_REGISTER) return action;
  const VrfPrivateKey key = HandleKey(byte);
  event->set_public_key(std::string(AsText(key.PublicKey().raw())));
  event->set_proof(*key.Prove(AsBytes(KeyProofText(log_.origin, "p", number))));
  return action;
}

std::string RecordLog::ProofOf(uint64_t index) const {
  TlogProof proof;
  proof.index = index;
  const auto read = [this](NodeId node) -> Result<Hash> {
    SmallLog part;
    for (uint64_t i = 0; i < uint64_t{1} << node.level; ++i) {
      part.entries.push_back(log_.entries[(node.index << node.level) + i]);
    }
    return part.Head().root;
  };
  proof.path = *ProveInclusion(index, log_.entries.size(), read);
  proof.checkpoint = log_.Checkpoint();
  return FormatTlogProof(proof);
}

Seal RecordLog::MakeSeal(uint32_t count, uint32_t key, char byte,
                         const std::string& platform) const {
  Frontier tree;
  for (size_t i = actions_.size() - count; i < actions_.size(); ++i) {
    tree.Append(HashSealedAction(actions_[i]));
  }
  Seal seal;
  seal.before = actions_.size() - count;
  seal.count = count;
  seal.root = tree.Root();
  seal.key = key;
  if (!last_seal_.empty()) seal.previous = HashSeal(last_seal_);
  SignSeal(SealKey(byte), log_.origin, platform, &seal);
  return seal;
}

uint64_t RecordLog::AddSeal(const Seal& seal, const std::string& platform) {
  std::string leaf;
  AppendLeaf(
      EncodeEntryHeader(kRecordTimeMs + static_cast<int64_t>(size()), platform),
      EncodeSeal(seal), &leaf, EntryBody::kSeal);
  log_.entries.push_back(leaf);
  last_seal_ = EncodeSeal(seal);
  return size() - 1;
}

Hash RecordLog::LeafHash(uint64_t index) const {
  return HashLeaf(AsBytes(log_.entries[index]));
}

Hash RecordLog::ActionHash(uint64_t index) const {
  return HashLeaf(AsBytes(DecodeEntry(log_.entries[index])->action));
}

Files RecordLog::MakeFiles(const std::vector<uint64_t>& removed) const {
  Files files = log_.MakeFiles();
  if (removed.empty()) return files;
  SmallLog without = log_;
  for (const uint64_t index : removed) without.entries[index].clear();
  for (auto& [path, bytes] : without.MakeFiles()) {
    if (path.starts_with("tile/entries/")) files[path] = bytes;
  }
  return files;
}

}  // namespace modlog
