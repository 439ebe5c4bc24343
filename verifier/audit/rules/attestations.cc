#include "verifier/audit/rules/attestations.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "verifier/audit/rules/codes.h"
#include "verifier/audit/rules/life.h"
#include "verifier/entry_words.h"
#include "verifier/words.h"

namespace modlog {
namespace {

// The bits of Action.territory, in the DSA's order.
constexpr std::string_view kTerritoryOrder =
    "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEISITLILTLULVMTNLNOPLPTROSESISK";

std::string Letters(uint32_t country) {
  return {static_cast<char>('A' + (country - 1) / 26 % 26),
          static_cast<char>('A' + (country - 1) % 26)};
}

// Whether a decision applies in a country.
bool AppliesIn(const v1::Action& action, uint32_t country) {
  constexpr uint32_t kWorldwide = 1u << 30;
  if ((action.territory() & kWorldwide) != 0) return true;
  const auto& others = action.territories();
  if (std::find(others.begin(), others.end(), country) != others.end()) {
    return true;
  }
  if (!IsTerritoryBit(country)) return false;
  const std::string letters = Letters(country);
  for (size_t bit = 0; bit < 30; ++bit) {
    if (kTerritoryOrder.substr(2 * bit, 2) == letters) {
      return (action.territory() >> bit & 1) != 0;
    }
  }
  return false;
}

bool Matches(const v1::StatsCell& cell, const v1::Action& action) {
  const auto same = [](int wanted, int code) {
    return wanted == 0 || wanted == code;
  };
  return same(cell.kind(), action.kind()) &&
         same(cell.category(), action.category()) &&
         same(cell.source_type(), action.source_type()) &&
         same(cell.automated_decision(), action.automated_decision()) &&
         same(cell.outcome(), action.outcome()) &&
         (cell.territory() == 0 || AppliesIn(action, cell.territory()));
}

uint64_t AmountOf(v1::StatsUnit unit, const v1::Action& action) {
  switch (unit) {
    case v1::STATS_UNIT_ENTRIES:
      return 1;
    case v1::STATS_UNIT_AFFECTED:
      return action.affected();
    case v1::STATS_UNIT_CLAIMED:
      return action.claimed();
    case v1::STATS_UNIT_RESTORED:
      return action.restored();
    default:
      return 0;
  }
}

uint32_t DayOf(v1::StatsClock clock, const v1::Action& action,
               int64_t logged_at_ms) {
  switch (clock) {
    case v1::STATS_CLOCK_LOGGED:
      return static_cast<uint32_t>(logged_at_ms / kMsPerDay);
    case v1::STATS_CLOCK_APPLICATION:
      return action.application_date();
    case v1::STATS_CLOCK_SOURCE:
      return action.source_date();
    default:
      return 0;
  }
}

// Applies the rules for many entries that stood before an attestation.
void ApplyBulk(const CountedEntry& entry, uint64_t before,
               const std::vector<BulkSeen>& bulks, v1::Action* action) {
  for (const BulkSeen& bulk : bulks) {
    const bool covers =
        bulk.entry < before && bulk.platform == entry.platform &&
        bulk.rule.first() <= entry.entry && entry.entry <= bulk.rule.last();
    if (covers && CodeOf(*action, bulk.rule.field()) == bulk.rule.from_code()) {
      SetCode(bulk.rule.field(), bulk.rule.to_code(), action);
    }
  }
}

bool Covers(const std::vector<BulkSeen>& bulks, const CountedEntry& entry) {
  return std::ranges::any_of(bulks, [&](const BulkSeen& bulk) {
    return bulk.platform == entry.platform &&
           bulk.rule.first() <= entry.entry && entry.entry <= bulk.rule.last();
  });
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

uint64_t Amendments::LastBefore(const Hash& key, uint64_t entry) const {
  const auto it = std::ranges::lower_bound(list_, std::pair(key, entry));
  if (it == list_.begin() || std::prev(it)->first != key) return kNever;
  return std::prev(it)->second;
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
  for (const v1::StatsCell& cell : action.stats().cells()) {
    attestation.cells.push_back({cell, 0});
  }
  list_.push_back(std::move(attestation));
}

void Attestations::CountOne(size_t attestation, const v1::Action& action,
                            int64_t logged_at_ms,
                            std::vector<CellCount>* counts) const {
  const CountedAttestation& attested = list_[attestation];
  const uint32_t day = DayOf(attested.stats.clock(), action, logged_at_ms);
  if (day < attested.stats.from() || day > attested.stats.to()) return;
  for (size_t i = 0; i < attested.cells.size(); ++i) {
    const v1::StatsCell& cell = attested.cells[i].cell;
    if (!Matches(cell, action)) continue;
    const uint64_t amount = AmountOf(cell.unit(), action);
    if (amount > 0) counts->push_back({attestation, i, amount});
  }
}

std::vector<CellCount> Attestations::Count(
    const CountedEntry& entry, const Amendments& voids,
    const Amendments& corrections, const std::vector<BulkSeen>& bulks) const {
  std::vector<CellCount> counts;
  const bool in_bulk = Covers(bulks, entry);
  for (size_t i = 0; i < list_.size(); ++i) {
    const uint64_t before = list_[i].entry;
    if (entry.entry >= before || list_[i].platform != entry.platform) continue;
    if (voids.First(*entry.key) < before) continue;
    if (corrections.LastBefore(*entry.key, before) != kNever) continue;
    if (!in_bulk) {
      CountOne(i, *entry.action, entry.logged_at_ms, &counts);
      continue;
    }
    v1::Action action = *entry.action;
    ApplyBulk(entry, before, bulks, &action);
    CountOne(i, action, entry.logged_at_ms, &counts);
  }
  return counts;
}

std::vector<CellCount> Attestations::CountCorrected(
    const CountedEntry& entry, int64_t target_logged_at_ms,
    const Hash& target_key, const Amendments& voids,
    const Amendments& corrections, const std::vector<BulkSeen>& bulks) const {
  std::vector<CellCount> counts;
  for (size_t i = 0; i < list_.size(); ++i) {
    const uint64_t before = list_[i].entry;
    if (entry.entry >= before || list_[i].platform != entry.platform) continue;
    if (voids.First(target_key) < before) continue;
    if (corrections.LastBefore(target_key, before) != entry.entry) continue;
    v1::Action action = entry.action->corrected();
    ApplyBulk(entry, before, bulks, &action);
    CountOne(i, action, target_logged_at_ms, &counts);
  }
  return counts;
}

// ---- the end

std::vector<CountedAttestation> Attestations::Conclude(Findings* findings) && {
  for (const CountedAttestation& attestation : list_) {
    for (const CountedCell& cell : attestation.cells) {
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
