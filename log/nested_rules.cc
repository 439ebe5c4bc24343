#include "log/nested_rules.h"

#include <google/protobuf/descriptor.h>

#include "log/dsa_rules.h"
#include "log/field_rules.h"
#include "log/kind_rules.h"

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
                    Violations* violations, Violations* expected) {
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
  AddWithin(std::move(expected_within), expected);
}

// A singular enum or number of Action: what one rule can change in many
// entries.
bool IsBulkField(uint32_t number) {
  using Field = google::protobuf::FieldDescriptor;
  const Field* field = v1::Action::descriptor()->FindFieldByNumber(
      static_cast<int>(number & 0xffff));
  return number <= 0xffff && field != nullptr && !field->is_repeated() &&
         (field->cpp_type() == Field::CPPTYPE_ENUM ||
          field->cpp_type() == Field::CPPTYPE_UINT32);
}

void CheckBulk(const v1::Action& action, Violations* violations) {
  const v1::BulkCorrection& bulk = action.bulk();
  Add(action.about().empty(), "about", "is not allowed with bulk", violations);
  Add(bulk.last() >= bulk.first(), "bulk.last", "must not be before bulk.first",
      violations);
  Add(IsBulkField(bulk.field()), "bulk.field",
      "must be the number of a singular code or day of Action", violations);
  Add(bulk.from_code() != bulk.to_code(), "bulk.to_code",
      "must differ from bulk.from_code", violations);
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
  Add(cell.unit() >= 1 && cell.unit() <= 127, path + ".unit",
      "is required, 1..127", violations);
}

void CheckStats(const v1::Stats& stats, Violations* violations) {
  const auto is_day = [](uint32_t day) {
    return day >= kDayMin && day <= kDayMax;
  };
  Add(is_day(stats.from()), "stats.from", "is required, a day 10957..24837",
      violations);
  Add(is_day(stats.to()) && stats.to() >= stats.from(), "stats.to",
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
                 Violations* violations, Violations* expected) {
  if (action.kind() == v1::KIND_CORRECTION) {
    Add(action.has_corrected() != action.has_bulk(), "corrected",
        "one of corrected and bulk is required", violations);
  }
  if (action.has_corrected())
    CheckCorrected(action, now_ms, violations, expected);
  if (action.has_bulk()) CheckBulk(action, violations);
  if (action.has_stats()) CheckStats(action.stats(), violations);
}

}  // namespace modlog
