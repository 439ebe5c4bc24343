#include "log/records/terms.h"

#include <cstring>
#include <mutex>

#include "log/rules/field_rules.h"

namespace modlog {

namespace {

using Violations = std::vector<Violation>;

constexpr size_t kValueSize = 1 + kHashSize;

std::string TermKey(std::string_view platform, uint32_t number) {
  std::string key(kTermNumberRows);
  key += platform;
  key.push_back('\0');
  AppendBigEndian(number, 4, &key);
  return key;
}

std::string TextKey(Bytes sha256) {
  std::string key(kTermTextRows);
  key += AsText(sha256);
  return key;
}

std::optional<KnownTerm> DecodeTerm(std::string_view value) {
  if (value.size() != kValueSize) return std::nullopt;
  KnownTerm term = {static_cast<uint8_t>(value.front()), {}};
  std::memcpy(term.text_sha256.data(), value.data() + 1, kHashSize);
  return term;
}

Error BrokenTermRow() {
  return {Code::kCorrupt, "a row of terms is malformed"};
}

// Where the kind is not the one that the field is for.
void CheckKindOfTerm(const TermUse& use, int kind, Violations* violations) {
  if (use.kind == 0 || use.kind == kind) return;
  violations->push_back(
      {use.field, "must name a term of kind " +
                      v1::TermKind_Name(static_cast<v1::TermKind>(use.kind))});
}

void CheckText(const TermUse& use, std::string_view text,
               Violations* violations) {
  if (CommitPart(use.part->tag, use.part->salt, AsBytes(text)) ==
      use.part->commitment) {
    return;
  }
  violations->push_back(
      {use.field, "names a text that the part's commitment is not made of"});
}

void AddUses(const v1::Action& action, const std::string& prefix,
             std::vector<TermUse>* uses) {
  const auto add = [&](std::string_view field, uint32_t number, int kind) {
    if (number == 0) return;
    uses->push_back({prefix + std::string(field), number, kind});
  };
  add("policy_term", action.policy_term(), v1::TERM_KIND_POLICY);
  add("legal_term", action.legal_term(), v1::TERM_KIND_LAW);
  add("reason_term", action.reason_term(), v1::TERM_KIND_REASON);
  add("body_term", action.body_term(), v1::TERM_KIND_BODY);
  for (int i = 0; i < action.label_terms_size(); ++i) {
    add("label_terms[" + std::to_string(i) + "]", action.label_terms(i),
        v1::TERM_KIND_LABEL);
  }
  add("term.replaces", action.term().replaces(), action.term().kind());
}

class TermFieldCheck {
 public:
  explicit TermFieldCheck(Violations* violations) : violations_(violations) {}

  void Numbers(const v1::Action& action, const std::string& prefix) {
    Number(action.policy_term(), prefix + "policy_term");
    Number(action.legal_term(), prefix + "legal_term");
    Number(action.reason_term(), prefix + "reason_term");
    Number(action.body_term(), prefix + "body_term");
  }
  void Number(uint32_t number, std::string_view field) {
    Require(number <= kTermNumberMax, field, "must be at most 1,048,576");
  }
  void Require(bool holds, std::string_view field, std::string_view rule) {
    if (!holds) violations_->push_back({std::string(field), std::string(rule)});
  }

 private:
  Violations* violations_;
};

}  // namespace

void CheckTermFields(const v1::Action& action, Violations* violations) {
  TermFieldCheck check(violations);
  check.Numbers(action, "");
  if (action.has_corrected()) check.Numbers(action.corrected(), "corrected.");
  if (!action.has_term()) return;
  const v1::Term& term = action.term();
  check.Require(
      term.kind() >= v1::TERM_KIND_POLICY && term.kind() <= v1::TERM_KIND_LABEL,
      "term.kind", "is required, 1..5");
  check.Require(term.number() >= 1, "term.number", "is required");
  check.Number(term.number(), "term.number");
  check.Number(term.replaces(), "term.replaces");
  check.Require(term.replaces() == 0 || term.replaces() != term.number(),
                "term.replaces", "must not be the term itself");
  check.Require(term.valid_from() == 0 || (term.valid_from() >= kDayMin &&
                                           term.valid_from() <= kDayMax),
                "term.valid_from", "must be a day 10957..24837 or absent");
  check.Require(term.text_sha256().size() == kHashSize, "term.text_sha256",
                "is required, 32 bytes");
}

std::vector<TermUse> UsesOf(const v1::Action& action) {
  std::vector<TermUse> uses;
  AddUses(action, "", &uses);
  if (action.has_corrected()) AddUses(action.corrected(), "corrected.", &uses);
  return uses;
}

Result<void> TermCache::Load(Store* store) {
  store_ = store;
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   store->ScanRows(kTermNumberRows, kTermsCachedMax));
  Learn(rows);
  return {};
}

void TermCache::Learn(std::span<const Row> rows) {
  for (const Row& row : rows) {
    if (!row.key.starts_with(kTermNumberRows) || !row.value) continue;
    const auto term = DecodeTerm(*row.value);
    const std::unique_lock lock(mutex_);
    if (!term || terms_.size() >= kTermsCachedMax) continue;
    terms_.emplace(row.key, *term);
  }
}

std::optional<KnownTerm> TermCache::Find(const std::string& key) const {
  const std::shared_lock lock(mutex_);
  const auto it = terms_.find(key);
  if (it == terms_.end()) return std::nullopt;
  return it->second;
}

std::vector<TermUse> TermCache::Settle(std::string_view platform,
                                       std::vector<TermUse> uses,
                                       Violations* violations) const {
  std::vector<TermUse> open;
  for (TermUse& use : uses) {
    const auto term = Find(TermKey(platform, use.number));
    if (!term) {
      open.push_back(std::move(use));
      continue;
    }
    CheckKindOfTerm(use, term->kind, violations);
    if (!use.part) continue;
    const auto text = ReadTermText(*store_, term->text_sha256);
    // The sequencer will meet the same error, and knows what to do about it.
    if (!text) open.push_back(std::move(use));
    if (text) CheckText(use, *text, violations);
  }
  return open;
}

Result<void> JudgeUses(std::string_view platform, std::span<const TermUse> uses,
                       const RowsView& rows, Violations* violations) {
  for (const TermUse& use : uses) {
    ASSIGN_OR_RETURN(const auto value,
                     rows.Read(TermKey(platform, use.number)));
    if (!value) {
      violations->push_back(
          {use.field, "names no term that this platform registered earlier"});
      continue;
    }
    const auto term = DecodeTerm(*value);
    if (!term) return std::unexpected(BrokenTermRow());
    CheckKindOfTerm(use, term->kind, violations);
    if (!use.part) continue;
    ASSIGN_OR_RETURN(const auto text, rows.Read(TextKey(term->text_sha256)));
    if (!text) return std::unexpected(BrokenTermRow());
    CheckText(use, *text, violations);
  }
  return {};
}

Result<void> JudgeTerm(std::string_view platform, const v1::Term& term,
                       std::string_view text, const RowsView& rows,
                       Violations* violations) {
  // Asked here and not at the door, so that a retry may leave the text out.
  if (text.empty()) {
    violations->push_back({"payload.term_text", "is required with a TERM"});
  }
  ASSIGN_OR_RETURN(const auto taken,
                   rows.Read(TermKey(platform, term.number())));
  if (taken) {
    violations->push_back(
        {"term.number", "is registered already, for ever: take another"});
  }
  return {};
}

void RegisterTerm(std::string_view platform, const v1::Term& term,
                  std::string_view text, RowsView* rows) {
  std::string value(1, static_cast<char>(term.kind()));
  value += term.text_sha256();
  rows->Put(TermKey(platform, term.number()), std::move(value));
  rows->Put(TextKey(AsBytes(term.text_sha256())), std::string(text));
}

Result<std::string> ReadTermText(Store& store, const Hash& sha256) {
  return store.ReadRow(TextKey(sha256));
}

Result<std::string> ReadTermText(Store& store, std::string_view platform,
                                 uint32_t number) {
  ASSIGN_OR_RETURN(const std::string value,
                   store.ReadRow(TermKey(platform, number)));
  const auto term = DecodeTerm(value);
  if (!term) return std::unexpected(BrokenTermRow());
  return ReadTermText(store, term->text_sha256);
}

}  // namespace modlog
