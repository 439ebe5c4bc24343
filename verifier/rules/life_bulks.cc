#include "verifier/rules/life_bulks.h"

#include <algorithm>

namespace modlog {
namespace {

constexpr uint32_t kEnumCodeMax = 127;

constexpr MeasureBits BitOf(v1::Measure measure) {
  return MeasureBits{1} << measure;
}

uint8_t CodeByte(int code) { return static_cast<uint8_t>(code & 0x7f); }

// The field of a record that a rule for many may change, or null.
uint8_t* CodeIn(uint32_t field, TargetRecord* record) {
  switch (field) {
    case v1::Action::kKindFieldNumber:
      return &record->kind;
    case v1::Action::kMonetaryFieldNumber:
      return &record->monetary;
    case v1::Action::kProvisionFieldNumber:
      return &record->provision;
    case v1::Action::kAccountFieldNumber:
      return &record->account;
    case v1::Action::kAffectedKindFieldNumber:
      return &record->affected_kind;
    case v1::Action::kLabelOpFieldNumber:
      return &record->label_op;
    default:
      return nullptr;
  }
}

uint32_t* DayIn(uint32_t field, TargetRecord* record) {
  switch (field) {
    case v1::Action::kEndVisibilityFieldNumber:
      return &record->end_visibility;
    case v1::Action::kEndMonetaryFieldNumber:
      return &record->end_monetary;
    case v1::Action::kEndProvisionFieldNumber:
      return &record->end_provision;
    case v1::Action::kEndAccountFieldNumber:
      return &record->end_account;
    default:
      return nullptr;
  }
}

bool ConcernsLives(uint32_t field) {
  TargetRecord any;
  return CodeIn(field, &any) != nullptr || DayIn(field, &any) != nullptr;
}

}  // namespace

MeasureBits TargetRecord::measures() const {
  MeasureBits bits = 0;
  const auto add = [&](bool has, v1::Measure measure) {
    if (has) bits |= BitOf(measure);
  };
  add(visibility, v1::MEASURE_VISIBILITY);
  add(monetary != 0, v1::MEASURE_MONETARY);
  add(provision != 0, v1::MEASURE_PROVISION);
  add(account != 0, v1::MEASURE_ACCOUNT);
  add(kind == v1::KIND_LABEL, v1::MEASURE_LABEL);
  return bits;
}

MeasureBits TargetRecord::ends() const {
  MeasureBits bits = 0;
  const auto add = [&](uint32_t day, v1::Measure measure) {
    if (day != 0) bits |= BitOf(measure);
  };
  add(end_visibility,
      kind == v1::KIND_LABEL ? v1::MEASURE_LABEL : v1::MEASURE_VISIBILITY);
  add(end_monetary, v1::MEASURE_MONETARY);
  add(end_provision, v1::MEASURE_PROVISION);
  add(end_account, v1::MEASURE_ACCOUNT);
  return bits;
}

// What is only said to be at least or about so many bounds nothing.
uint64_t TargetRecord::restorable() const {
  return affected_kind == v1::COUNT_KIND_EXACT ? affected : 0;
}

TargetRecord RecordOfTarget(const v1::Action& action) {
  TargetRecord record;
  record.kind = CodeByte(action.kind());
  record.kind_logged = record.kind;
  record.monetary = CodeByte(action.monetary());
  record.provision = CodeByte(action.provision());
  record.account = CodeByte(action.account());
  record.affected_kind = CodeByte(action.affected_kind());
  record.label_op = CodeByte(action.label_op());
  record.visibility = action.visibility_size() > 0;
  record.copied = action.provenance() != v1::PROVENANCE_FIRST_HAND;
  record.end_visibility = action.end_visibility();
  record.end_monetary = action.end_monetary();
  record.end_provision = action.end_provision();
  record.end_account = action.end_account();
  const uint64_t sum = action.affected() + action.network();
  if (action.affected() != 0 && sum >= action.affected()) record.affected = sum;
  return record;
}

// The new value goes by the old one, read once: no value turns twice.
void LifeBulk::Apply(TargetRecord* record) const {
  const auto becomes = [this](uint32_t value) {
    if (value == from) return to;
    return exchange && value == to ? from : value;
  };
  if (uint32_t* const day = DayIn(field, record); day != nullptr) {
    *day = becomes(*day);
    return;
  }
  uint8_t* const code = CodeIn(field, record);
  if (code == nullptr) return;
  const uint32_t reads = becomes(*code);
  if (reads > kEnumCodeMax) record->unsure = true;
  *code = static_cast<uint8_t>(std::min(reads, kEnumCodeMax));
}

LifeBulks::LifeBulks(const std::vector<BulkSeen>& bulks) {
  for (const BulkSeen& bulk : bulks) {
    const v1::BulkCorrection& rule = bulk.rule;
    if (!ConcernsLives(rule.field())) continue;
    const auto [it, is_new] = numbers_.try_emplace(
        bulk.platform, static_cast<uint32_t>(lists_.size() + 1));
    if (is_new) lists_.emplace_back();
    std::vector<LifeBulk>& list = lists_[it->second - 1];
    if (list.size() >= kBulksMax) continue;
    list.push_back({bulk.entry, rule.first(), rule.last(), rule.field(),
                    rule.from_code(), rule.to_code(), rule.exchange()});
  }
}

uint32_t LifeBulks::NumberOf(std::string_view platform) const {
  const auto it = numbers_.find(platform);
  return it == numbers_.end() ? 0 : it->second;
}

}  // namespace modlog
