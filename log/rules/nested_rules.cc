#include "log/rules/nested_rules.h"

#include <algorithm>
#include <iterator>

#include "log/rules/code_lists.h"
#include "log/rules/dsa_lists.h"
#include "log/rules/dsa_rules.h"
#include "log/rules/field_rules.h"
#include "log/rules/kind_rules.h"
#include "log/rules/taxonomy.h"
#include "verifier/core/sha256.h"

namespace modlog {

namespace {

using Violations = std::vector<Violation>;

void Add(bool holds, std::string_view field, std::string_view rule,
         Violations* violations) {
  if (!holds) violations->push_back({std::string(field), std::string(rule)});
}

// Whether a record of this kind can be corrected by stating it anew.
bool IsCorrectable(v1::Kind kind) {
  return kind < v1::KIND_CORRECTION ||
         (kind > v1::KIND_PLATFORM_KEY && kind != v1::KIND_SUCCESSION);
}

void AddWithin(Violations within, Violations* out) {
  for (Violation& violation : within) {
    violation.field = "corrected." + violation.field;
    out->push_back(std::move(violation));
  }
}

void CheckCorrected(const v1::Action& action, int64_t now_ms,
                    Violations* violations, Violations* warnings) {
  const v1::Action& record = action.corrected();
  Add(action.about_size() == 1, "about", "is required with corrected",
      violations);
  Add(action.about_size() != 1 || record.puid() == action.about(0),
      "corrected.puid", "must be the puid of the entry in about", violations);
  Add(IsCorrectable(record.kind()), "corrected.kind",
      "is of a kind that is not corrected by stating it anew", violations);
  Add(!record.has_corrected() && !record.has_bulk(), "corrected",
      "must not hold a correction itself", violations);
  Violations within;
  Violations expected_within;
  const bool own = record.provenance() == v1::PROVENANCE_FIRST_HAND;
  Violations* const strict = own ? &within : &expected_within;
  CheckFields(record, now_ms, &within, strict);
  CheckKind(record, &within, strict);
  CheckDsa(record, strict);
  AddWithin(std::move(within), violations);
  AddWithin(std::move(expected_within), warnings);
}

// What a field that one rule can correct may read. Not among them: what says
// which entry it is and which rules hold of it (kind, taxonomy, label_op), and
// numbers that are no codes (terms, keys, strikes, counts).
enum class Reads : uint8_t { kCode, kDay, kLanguage, kCountry, kTerritory };
enum class Absent : uint8_t { kMay, kMayNot };  // not: some kind needs it

struct BulkRule {
  int field;
  Reads reads = Reads::kCode;
  Absent absent = Absent::kMay;
};

constexpr BulkRule kBulkRules[] = {
    {v1::Action::kGroundFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kCategoryFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kContentDateFieldNumber, Reads::kDay},
    {v1::Action::kApplicationDateFieldNumber, Reads::kDay, Absent::kMayNot},
    {v1::Action::kTerritoryFieldNumber, Reads::kTerritory},
    {v1::Action::kSourceTypeFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kAutomatedDetectionFieldNumber},
    {v1::Action::kAutomatedDecisionFieldNumber},
    {v1::Action::kRegimeFieldNumber},
    {v1::Action::kProvenanceFieldNumber},
    {v1::Action::kSubjectKindFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kAccountFieldNumber},
    {v1::Action::kMonetaryFieldNumber},
    {v1::Action::kProvisionFieldNumber},
    {v1::Action::kAccountTypeFieldNumber},
    {v1::Action::kEndVisibilityFieldNumber, Reads::kDay},
    {v1::Action::kEndAccountFieldNumber, Reads::kDay},
    {v1::Action::kEndMonetaryFieldNumber, Reads::kDay},
    {v1::Action::kEndProvisionFieldNumber, Reads::kDay},
    {v1::Action::kLanguageFieldNumber, Reads::kLanguage},
    {v1::Action::kAlsoIllegalFieldNumber},
    {v1::Action::kPayloadUntilFieldNumber, Reads::kDay},
    {v1::Action::kAffectedKindFieldNumber},
    {v1::Action::kSourceRoleFieldNumber},
    {v1::Action::kSourceCountryFieldNumber, Reads::kCountry},
    {v1::Action::kNotifiedDateFieldNumber, Reads::kDay, Absent::kMayNot},
    {v1::Action::kSourceDateFieldNumber, Reads::kDay},
    {v1::Action::kExecuteDateFieldNumber, Reads::kDay, Absent::kMayNot},
    {v1::Action::kStrikesExpireFieldNumber, Reads::kDay},
    {v1::Action::kOutcomeFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kExtentFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kReversalCauseFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kVoidReasonFieldNumber, Reads::kCode, Absent::kMayNot},
    {v1::Action::kPublicationFieldNumber, Reads::kCode, Absent::kMayNot},
};

const BulkRule* BulkRuleOf(uint32_t field) {
  const auto* const rule = std::find_if(
      std::begin(kBulkRules), std::end(kBulkRules), [&](const BulkRule& each) {
        return static_cast<uint32_t>(each.field) == field;
      });
  return rule == std::end(kBulkRules) ? nullptr : rule;
}

bool IsDayOfCalendar(uint32_t day) { return day >= kDayMin && day <= kDayMax; }

bool MayRead(Reads reads, uint32_t code) {
  if (code == 0) return true;
  switch (reads) {
    case Reads::kCode:
      return code <= 127;
    case Reads::kDay:
      return IsDayOfCalendar(code);
    case Reads::kLanguage:
      return IsLanguage(code);
    case Reads::kCountry:
      return IsCountry(code);
    case Reads::kTerritory:
      return code <= 1u << 30;
  }
  return false;
}

void CheckBulk(const v1::Action& action, Violations* violations) {
  const v1::BulkCorrection& bulk = action.bulk();
  Add(action.about().empty(), "about", "is not allowed with bulk", violations);
  Add(bulk.last() >= bulk.first(), "bulk.last", "must not be before bulk.first",
      violations);
  Add(bulk.from_code() != bulk.to_code(), "bulk.to_code",
      "must differ from bulk.from_code", violations);
  Add(!bulk.exchange() || action.taxonomy() >= kExchangeSince, "bulk.exchange",
      "goes with taxonomy 202612 or later: who knows older lists alone cannot "
      "read it",
      violations);
  const BulkRule* const rule = BulkRuleOf(bulk.field());
  Add(rule != nullptr, "bulk.field",
      "must be the number of a singular code or day of Action, and none that "
      "says what an entry is",
      violations);
  if (rule == nullptr) return;
  Add(MayRead(rule->reads, bulk.from_code()), "bulk.from_code",
      "must be what the field can be, 0 for absent", violations);
  Add(MayRead(rule->reads, bulk.to_code()), "bulk.to_code",
      "must be what the field can be, 0 for absent", violations);
  Add(bulk.to_code() != 0 || rule->absent == Absent::kMay, "bulk.to_code",
      "must not take away a field that some kind of entry needs", violations);
  Add(!bulk.exchange() || bulk.from_code() != 0 || rule->absent == Absent::kMay,
      "bulk.from_code",
      "exchanged, must not take away a field that some kind of entry needs",
      violations);
}

void CheckCell(const v1::StatsCell& cell, const std::string& path,
               Violations* violations) {
  const auto code = [&](int value, std::string_view field) {
    Add(value >= 0 && value <= 127, path + "." + std::string(field),
        "must be 1..127 or absent", violations);
  };
  code(cell.kind(), "kind");
  code(cell.category(), "category");
  code(cell.source_type(), "source_type");
  code(cell.automated_decision(), "automated_decision");
  code(cell.outcome(), "outcome");
  Add(cell.territory() == 0 || IsCountry(cell.territory()), path + ".territory",
      "must be a country of ISO 3166-1 or absent", violations);
  Add(cell.unit() >= 1 && cell.unit() <= 127, path + ".unit",
      "is required, 1..127", violations);
}

void CheckStats(const v1::Stats& stats, Violations* violations) {
  Add(IsDayOfCalendar(stats.from()), "stats.from",
      "is required, a day 10957..24837", violations);
  Add(IsDayOfCalendar(stats.to()) && stats.to() >= stats.from(), "stats.to",
      "is required, a day not before stats.from", violations);
  Add(stats.clock() >= 1 && stats.clock() <= 127, "stats.clock",
      "is required, 1..127", violations);
  Add(stats.source_sha256().empty() ||
          stats.source_sha256().size() == kHashSize,
      "stats.source_sha256", "must be 32 bytes or absent", violations);
  Add(stats.cells_size() >= 1 && stats.cells_size() <= kStatsCellsMax,
      "stats.cells", "must have 1..64 elements", violations);
  if (stats.cells_size() > kStatsCellsMax) return;
  std::string before;
  for (int i = 0; i < stats.cells_size(); ++i) {
    const std::string path = "stats.cells[" + std::to_string(i) + "]";
    CheckCell(stats.cells(i), path, violations);
    std::string bytes = stats.cells(i).SerializeAsString();
    Add(i == 0 || before < bytes, path,
        "must be in the order of the cells' bytes, each once", violations);
    before = std::move(bytes);
  }
}

}  // namespace

void CheckNested(const v1::Action& action, int64_t now_ms,
                 Violations* violations, Violations* warnings) {
  if (action.kind() == v1::KIND_CORRECTION) {
    Add(action.has_corrected() != action.has_bulk(), "corrected",
        "one of corrected and bulk is required", violations);
  }
  if (action.has_corrected())
    CheckCorrected(action, now_ms, violations, warnings);
  if (action.has_bulk()) CheckBulk(action, violations);
  if (action.has_stats()) CheckStats(action.stats(), violations);
}

}  // namespace modlog
