#include "verifier/rules/attestations.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "verifier/base/words.h"
#include "verifier/receipt/entry_words.h"
#include "verifier/rules/audited_life.h"

namespace modlog {
namespace {

std::string Letters(uint32_t country) {
  return {static_cast<char>('A' + (country - 1) / 26 % 26),
          static_cast<char>('A' + (country - 1) % 26)};
}

}  // namespace

// ---- amendments

void Amendments::Finish() { std::ranges::sort(list_); }

bool Amendments::Any(const Hash& key) const {
  return !list_.empty() && First(key) != kNever;
}

uint64_t Amendments::First(const Hash& key) const {
  const auto it = std::ranges::lower_bound(list_, std::pair(key, uint64_t{0}));
  return it != list_.end() && it->first == key ? it->second : kNever;
}

uint64_t Amendments::NextAfter(const Hash& key, uint64_t entry) const {
  const auto it = std::ranges::upper_bound(list_, std::pair(key, entry));
  return it != list_.end() && it->first == key ? it->second : kNever;
}

// ---- codes by field number

uint32_t CodeOf(const v1::Action& action, uint32_t number) {
  using Field = google::protobuf::FieldDescriptor;
  const Field* field =
      action.GetDescriptor()->FindFieldByNumber(static_cast<int>(number));
  if (field == nullptr || field->is_repeated()) return 0;
  if (field->cpp_type() == Field::CPPTYPE_ENUM) {
    return static_cast<uint32_t>(
        action.GetReflection()->GetEnumValue(action, field));
  }
  return field->cpp_type() == Field::CPPTYPE_UINT32
             ? action.GetReflection()->GetUInt32(action, field)
             : 0;
}

void SetCode(uint32_t number, uint32_t code, v1::Action* action) {
  using Field = google::protobuf::FieldDescriptor;
  const Field* field =
      action->GetDescriptor()->FindFieldByNumber(static_cast<int>(number));
  if (field == nullptr || field->is_repeated()) return;
  if (field->cpp_type() == Field::CPPTYPE_ENUM) {
    action->GetReflection()->SetEnumValue(action, field,
                                          static_cast<int>(code));
  } else if (field->cpp_type() == Field::CPPTYPE_UINT32) {
    action->GetReflection()->SetUInt32(action, field, code);
  }
}

// ---- counting

void Attestations::Take(uint64_t entry, const std::string& platform,
                        const v1::Action& action) {
  CountedAttestation attestation;
  attestation.entry = entry;
  attestation.platform = platform;
  attestation.copied = action.provenance() != v1::PROVENANCE_FIRST_HAND;
  attestation.stats = action.stats();
  const auto [number, is_new] =
      numbers_.try_emplace(platform, platforms_.size());
  if (is_new) platforms_.emplace_back();
  CellCounters& counters = platforms_[number->second].counters;
  Place place = {number->second, 0};
  for (const v1::StatsCell& cell : action.stats().cells()) {
    const size_t at = counters.AddCell(cell, action.stats(), entry);
    if (attestation.cells.empty()) place.first_cell = at;
    attestation.cells.push_back({cell, 0});
  }
  attestation.stats.clear_cells();
  list_.push_back(std::move(attestation));
  places_.push_back(place);
}

void Attestations::Finish() {
  for (Platform& platform : platforms_) platform.counters.Finish();
}

std::optional<size_t> Attestations::NumberOf(std::string_view platform) const {
  const auto it = numbers_.find(platform);
  if (it == numbers_.end()) return std::nullopt;
  return it->second;
}

uint64_t Attestations::Count(size_t platform, const v1::Action& action,
                             int64_t logged_at_ms, uint64_t begin, uint64_t end,
                             std::vector<CellCount>* counts) const {
  std::vector<CellCounters::Increment> increments;
  const uint64_t steps = platforms_[platform].counters.Read(
      CountedRecord(action, logged_at_ms), begin, end, &increments);
  for (const CellCounters::Increment& increment : increments) {
    counts->push_back({platform, increment});
  }
  return steps;
}

// ---- the end

std::vector<CountedAttestation> Attestations::Conclude(Findings* findings) && {
  for (Platform& platform : platforms_) platform.counters.Conclude();
  for (size_t i = 0; i < list_.size(); ++i) {
    CountedAttestation& attestation = list_[i];
    const Platform& platform = platforms_[places_[i].platform];
    if (attestation.entry > platform.end) {
      attestation.uncounted = true;
      findings->Add({kRuleAttestations, attestation.entry,
                     "is not counted: an entry that it counts was changed by "
                     "more rules for many entries than are followed",
                     Severity::kWarning});
      continue;
    }
    for (size_t k = 0; k < attestation.cells.size(); ++k) {
      CountedCell& cell = attestation.cells[k];
      cell.counted = platform.counters.CountOf(places_[i].first_cell + k);
      if (cell.cell.value() == cell.counted) continue;
      findings->Add({kRuleAttestations, attestation.entry,
                     CellWords(cell.cell) + ": attested " +
                         Grouped(cell.cell.value()) + ", counted " +
                         Grouped(cell.counted),
                     Severity::kWarning});
    }
  }
  return std::move(list_);
}

std::string CellWords(const v1::StatsCell& cell) {
  std::string unit;
  std::string codes;
  for (const auto& [name, value] : DescribeFields(cell)) {
    if (name == "value") continue;
    if (name == "unit") {
      unit = value;
    } else {
      codes += ", " + name + " " +
               (name == "territory" ? Letters(cell.territory()) : value);
    }
  }
  return unit + codes;
}

}  // namespace modlog
