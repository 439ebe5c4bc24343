#include "log/records/redaction.h"

#include "log/records/erasure.h"
#include "log/rules/action_bytes.h"
#include "log/rules/taxonomy.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

std::string ToDoKey(uint64_t entry) {
  std::string key(kRedactionToDoRows);
  AppendBigEndian(entry, 8, &key);
  return key;
}

// What the log itself rests on.
bool IsPermanent(int kind) {
  return (kind >= v1::KIND_PAYLOAD_ERASED && kind <= v1::KIND_PLATFORM_KEY) ||
         kind == v1::KIND_SUCCESSION;
}

std::string_view AsString(const Hash& hash) { return AsText(hash); }

// The leaf hash of an entry, from what is read of it.
Hash LeafHashOf(const StoredAction& stored) {
  std::string leaf;
  AppendLeaf(EncodeEntryHeader(stored.logged_at_ms, stored.platform),
             stored.action, &leaf);
  return HashLeaf(AsBytes(leaf));
}

}  // namespace

void CheckRedaction(const v1::Action& action,
                    std::vector<Violation>* violations) {
  if (!action.has_redaction()) return;
  const auto require = [&](bool holds, std::string field, std::string rule) {
    if (!holds) violations->push_back({std::move(field), std::move(rule)});
  };
  const v1::Redaction& redaction = action.redaction();
  require(redaction.basis() >= v1::ERASURE_BASIS_PERSON &&
              redaction.basis() <= v1::ERASURE_BASIS_AUTHORITY,
          "redaction.basis", "is required, 1..3");
  require(redaction.leaf_hash().size() == kHashSize, "redaction.leaf_hash",
          "must be 32 bytes");
  require(redaction.action_hash().size() == kHashSize, "redaction.action_hash",
          "must be 32 bytes");
  uint32_t before = 0;
  for (const uint32_t field : redaction.fields()) {
    require(field > before && field <= 0xffff &&
                v1::Action::descriptor()->FindFieldByNumber(
                    static_cast<int>(field)) != nullptr,
            "redaction.fields",
            "must be numbers of fields of Action, strictly ascending");
    before = field;
  }
  require(action.about_index_size() == 1, "about_index",
          "must name exactly one entry");
}

Result<void> CheckRedactable(uint64_t index, std::string_view leaf) {
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  const auto refuse = [&](const char* what) {
    return Fail(Code::kMalformed, "entry " + std::to_string(index) + " is " +
                                      what + ", and is never redacted");
  };
  if (entry.is_seal()) return refuse("a seal");
  ASSIGN_OR_RETURN(const ActionIdentity identity, IdentityOf(entry.action));
  if (!IsPermanent(identity.kind)) return {};
  return refuse("of a kind that the log itself rests on (18 to 22, 26)");
}

Result<v1::Action> MakeRedaction(const RedactOrder& order,
                                 std::string_view leaf, Bytes nonce) {
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  v1::Action action;
  action.set_kind(v1::KIND_LEAF_REDACTED);
  action.set_puid("redaction-" + FormatHex(nonce));
  action.set_taxonomy(kTaxonomy);
  action.add_about_index(order.index);
  v1::Redaction* redaction = action.mutable_redaction();
  redaction->set_leaf_hash(std::string(AsString(HashLeaf(AsBytes(leaf)))));
  redaction->set_action_hash(
      std::string(AsString(HashLeaf(AsBytes(entry.action)))));
  redaction->set_basis(static_cast<v1::ErasureBasis>(order.basis));
  redaction->mutable_fields()->Assign(order.fields.begin(), order.fields.end());
  return action;
}

// An entry that takes bytes out must name exactly these bytes: with another
// hash nobody could tell later what was taken.
Result<void> JudgeRedaction(uint64_t index, const v1::Action& action,
                            const ReadAction& read, const RowsView& rows,
                            std::vector<Violation>* violations) {
  if (!action.has_redaction()) return {};
  const auto refuse = [&](std::string field, std::string rule) {
    violations->push_back({std::move(field), std::move(rule)});
    return Result<void>();
  };
  const std::string field = "about_index[0]";
  const uint64_t target = action.about_index(0);
  if (target >= index) return refuse(field, "must be earlier in the log");
  ASSIGN_OR_RETURN(const auto known, rows.Read(RedactedKey(target)));
  if (known) return refuse(field, "names an entry that is redacted already");
  ASSIGN_OR_RETURN(const StoredAction stored, read(target));
  if (stored.action.empty()) return refuse(field, "names a seal");
  if (stored.logged_at_ms == 0) return refuse(field, "is not logged yet");
  ASSIGN_OR_RETURN(const ActionIdentity identity, IdentityOf(stored.action));
  if (IsPermanent(identity.kind)) {
    return refuse(field, "must not name an entry of a kind 18 to 22 or 26");
  }
  if (action.redaction().leaf_hash() != AsString(LeafHashOf(stored))) {
    return refuse("redaction.leaf_hash", "is not that of the entry");
  }
  if (action.redaction().action_hash() !=
      AsString(HashLeaf(AsBytes(stored.action)))) {
    return refuse("redaction.action_hash", "is not that of the entry");
  }
  return {};
}

Result<void> RecordRedaction(uint64_t index, const v1::Action& action,
                             const ReadAction& read, RowsView* rows) {
  RedactedEntry entry;
  entry.index = action.about_index(0);
  entry.by = index;
  ASSIGN_OR_RETURN(StoredAction stored, read(entry.index));
  ASSIGN_OR_RETURN(const ActionIdentity identity, IdentityOf(stored.action));
  entry.logged_at_ms = stored.logged_at_ms;
  entry.kind = identity.kind;
  entry.leaf_hash = LeafHashOf(stored);
  entry.action_hash = HashLeaf(AsBytes(stored.action));
  entry.puid_key = PuidKey(stored.platform, identity.puid);
  entry.platform = std::move(stored.platform);
  rows->Put(RedactedKey(entry.index), EncodeRedacted(entry));
  rows->Put(ToDoKey(index), "");
  DropRequests(entry.index, rows);
  return {};
}

Result<std::vector<uint64_t>> ReadRedactionsToDo(Store& store) {
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   store.ScanRows(kRedactionToDoRows, kRedactionsMax));
  std::vector<uint64_t> entries;
  for (const Row& row : rows) {
    entries.push_back(BigEndian(std::string_view(row.key).substr(2)));
  }
  return entries;
}

Result<bool> IsToDo(Store& store, uint64_t entry) {
  const auto row = store.ReadRow(ToDoKey(entry));
  if (row) return true;
  if (row.error().code == Code::kNotFound) return false;
  return std::unexpected(row.error());
}

Row RedactionDone(uint64_t entry) { return {ToDoKey(entry), std::nullopt}; }

Result<void> CheckOrder(const RedactOrder& order, std::string_view leaf) {
  RETURN_IF_ERROR(CheckRedactable(order.index, leaf));
  constexpr uint8_t kAnyNonce[16] = {};
  ASSIGN_OR_RETURN(const v1::Action entry,
                   MakeRedaction(order, leaf, kAnyNonce));
  std::vector<Violation> violations;
  CheckRedaction(entry, &violations);
  if (violations.empty()) return {};
  return Fail(Code::kMalformed,
              violations.front().field + ": " + violations.front().description);
}

}  // namespace modlog
