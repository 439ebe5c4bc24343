#include "api/import/dsa/dsa_statement.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/import/input/ascii.h"

namespace modlog {
namespace {

constexpr std::array<std::string_view, kDsaColumnCount> kDsaColumnNames = {
    "uuid",
    "decision_visibility",
    "decision_visibility_other",
    "end_date_visibility_restriction",
    "decision_monetary",
    "decision_monetary_other",
    "end_date_monetary_restriction",
    "decision_provision",
    "end_date_service_restriction",
    "decision_account",
    "end_date_account_restriction",
    "account_type",
    "decision_ground",
    "decision_ground_reference_url",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "incompatible_content_illegal",
    "category",
    "category_addition",
    "category_specification",
    "category_specification_other",
    "content_type",
    "content_type_other",
    "content_language",
    "content_date",
    "content_id_ean",
    "territorial_scope",
    "application_date",
    "decision_facts",
    "source_type",
    "source_identity",
    "automated_detection",
    "automated_decision",
    "platform_name",
    "platform_uid",
    "created_at",
};
static_assert(kDsaColumnNames[kDsaCreatedAt] == "created_at" &&
              kDsaColumnNames[kDsaEan13] == "content_id_ean");

size_t ListIndex(DsaColumn column) {
  const auto found = std::ranges::find(kDsaLists, column);
  MODLOG_CHECK(found != kDsaLists.end(), "only a list's column has a list");
  return static_cast<size_t>(found - kDsaLists.begin());
}

bool IsNullWord(std::string_view value) {
  const std::string_view word = Trim(value, " \t\r\n\"");
  return word.size() == 4 && ToLower(word) == "null";
}

class CodeListParser {
 public:
  CodeListParser(std::string_view text, std::vector<std::string>* nulls)
      : rest_(text), nulls_(nulls) {}

  Result<std::vector<std::string>> Parse() {
    std::vector<std::string> codes;
    if (!Take('[')) return Fault();
    if (Take(']')) return End(std::move(codes));
    for (;;) {
      if (!TakeString(&codes)) return Fault();
      if (Take(']')) return End(std::move(codes));
      if (!Take(',')) return Fault();
    }
  }

 private:
  static Result<std::vector<std::string>> Fault() {
    return Fail(Code::kMalformed, "not a JSON list of codes");
  }
  Result<std::vector<std::string>> End(std::vector<std::string> codes) {
    SkipBlanks();
    if (!rest_.empty()) return Fault();
    return codes;
  }
  void SkipBlanks() {
    rest_.remove_prefix(
        std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }
  bool Take(char c) {
    SkipBlanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeString(std::vector<std::string>* codes) {
    if (TakeNull()) return true;
    if (!Take('"')) return false;
    const size_t end = rest_.find_first_of("\"\\");
    if (end == std::string_view::npos || rest_[end] != '"') return false;
    const std::string_view code = rest_.substr(0, end);
    if (!IsNullWord(code)) {
      codes->emplace_back(code);
    } else if (nulls_ != nullptr) {
      nulls_->emplace_back(code);
    }
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool TakeNull() {
    SkipBlanks();
    if (!rest_.starts_with("null")) return false;
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
  std::vector<std::string>* const nulls_;
};

}  // namespace

std::string_view DsaColumnName(DsaColumn column) {
  return kDsaColumnNames.at(column);
}

std::string_view DsaAttributeName(DsaColumn column) {
  if (column == kDsaPuid) return "puid";
  if (column == kDsaEan13) return "content_id";
  return DsaColumnName(column);
}

std::optional<DsaColumn> FindDsaColumn(std::string_view name) {
  static const auto* const columns = [] {
    auto* all = new absl::flat_hash_map<std::string_view, DsaColumn>();
    for (size_t i = 0; i < kDsaColumnCount; ++i) {
      const auto column = static_cast<DsaColumn>(i);
      all->emplace(DsaColumnName(column), column);
      all->emplace(DsaAttributeName(column), column);
    }
    return all;
  }();
  const auto found = columns->find(name);
  if (found == columns->end()) return std::nullopt;
  return found->second;
}

bool IsDsaList(DsaColumn column) {
  return std::ranges::find(kDsaLists, column) != kDsaLists.end();
}

std::vector<std::string>& DsaStatement::List(DsaColumn column) {
  return lists[ListIndex(column)];
}

const std::vector<std::string>& DsaStatement::List(DsaColumn column) const {
  return lists[ListIndex(column)];
}

void DsaStatement::Clear() {
  for (std::string& cell : cells) cell.clear();
  for (auto& list : lists) list.clear();
  others.clear();
  nulls.clear();
}

DsaStatement TakingNullForACode(const DsaStatement& statement) {
  DsaStatement before = statement;
  for (const DsaNull& null : statement.nulls) {
    if (IsDsaList(null.column)) {
      before.List(null.column).push_back(null.text);
    } else {
      before.cells[null.column] = null.text;
    }
  }
  before.nulls.clear();
  return before;
}

bool SaysNull(DsaColumn column, std::string_view value) {
  switch (column) {
    case kDsaUuid:
    case kDsaPuid:
    case kDsaPlatformName:
    case kDsaVisibilityOther:
    case kDsaMonetaryOther:
    case kDsaReferenceUrl:
    case kDsaIllegalGround:
    case kDsaIllegalExplanation:
    case kDsaIncompatibleGround:
    case kDsaIncompatibleExplanation:
    case kDsaKeywordOther:
    case kDsaContentTypeOther:
    case kDsaFacts:
    case kDsaSourceIdentity:
      return false;
    default:
      return IsNullWord(value);
  }
}

Result<std::vector<std::string>> ParseCodeList(
    std::string_view cell, std::vector<std::string>* nulls) {
  if (Trim(cell).empty() || IsNullWord(cell)) return std::vector<std::string>();
  return CodeListParser(cell, nulls).Parse();
}

std::string FormatCodeList(const std::vector<std::string>& codes) {
  if (codes.empty()) return "[]";
  return absl::StrCat("[\"", absl::StrJoin(codes, "\",\""), "\"]");
}

}  // namespace modlog
