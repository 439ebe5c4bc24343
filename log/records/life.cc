#include "log/records/life.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <limits>

#include "log/records/bulk_rules.h"
#include "log/store/redacted.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

constexpr size_t kKeySize = 1 + 8 + 1 + 8;

std::string BulkPrefix(std::string_view platform) {
  return std::string(kBulkRows) + std::string(platform) + '\0';
}

// Of a redacted entry the kind is left.
Result<v1::Action> Parse(const StoredAction& stored) {
  v1::Action action;
  if (stored.redacted_by) {
    action.set_kind(static_cast<v1::Kind>(stored.kind));
  } else if (!action.ParseFromString(stored.action)) {
    return Fail(Code::kCorrupt, "a stored action does not parse");
  }
  return action;
}

// Whether the kind of an event alone says what it did.
bool SaysByItsKind(int kind) {
  switch (kind) {
    case v1::KIND_MODIFICATION:
    case v1::KIND_EXTERNAL_REFERRED:
    case v1::KIND_ACTION:
    case v1::KIND_SCHEDULE_CANCELLED:
    case v1::KIND_LABEL:
      return true;
    default:
      return false;
  }
}

void ApplyReversal(const v1::Action& reversal, Life* life) {
  const uint64_t room = std::numeric_limits<uint64_t>::max() - life->restored;
  life->restored += std::min(room, reversal.restored());
  if (reversal.extent() == v1::EXTENT_FULL) {
    life->reversed = true;
    return;
  }
  life->reversed_in_part = true;
  if (reversal.measures_size() > 0) life->ended |= MeasuresNamed(reversal);
}

// Applies one rule to a record that it covers, if the field reads as it says.
// What is not known is not guessed.
void ApplyBulk(const v1::BulkCorrection& bulk, Life* life) {
  if (!life->record_known) return;
  using Field = google::protobuf::FieldDescriptor;
  v1::Action& record = life->record;
  const Field* field =
      record.GetDescriptor()->FindFieldByNumber(static_cast<int>(bulk.field()));
  const auto* reflection = record.GetReflection();
  if (field == nullptr || field->is_repeated()) return;
  if (field->cpp_type() == Field::CPPTYPE_ENUM) {
    const auto after = CodeAfter(
        bulk, static_cast<uint32_t>(reflection->GetEnumValue(record, field)));
    if (!after) return;
    reflection->SetEnumValue(&record, field, static_cast<int>(*after));
  } else if (field->cpp_type() == Field::CPPTYPE_UINT32) {
    const auto after = CodeAfter(bulk, reflection->GetUInt32(record, field));
    if (!after) return;
    reflection->SetUInt32(&record, field, *after);
  } else {
    return;
  }
  life->corrected = true;
}

// The bulk corrections that cover an entry, in log order.
struct Bulk {
  uint64_t entry;
  v1::BulkCorrection rule;
};
Result<std::vector<Bulk>> ReadBulks(std::string_view platform, uint64_t index,
                                    const LifeSource& source) {
  std::vector<Bulk> bulks;
  const std::string prefix = BulkPrefix(platform);
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   source.rows->Scan(prefix, kBulkCorrectionsMax));
  for (const Row& row : rows) {
    Bulk bulk;
    bulk.entry = BigEndian(std::string_view(row.key).substr(prefix.size()));
    if (bulk.entry >= source.size) break;
    if (!bulk.rule.ParseFromString(*row.value)) {
      return Fail(Code::kCorrupt, "a row of bulk corrections is malformed");
    }
    const bool covers = bulk.rule.first() <= index && index <= bulk.rule.last();
    if (covers) bulks.push_back(std::move(bulk));
  }
  return bulks;
}

// Applies what one entry did, given that it is not void itself.
void Apply(const v1::Action& event, Life* life) {
  switch (event.kind()) {
    case v1::KIND_REVERSAL:
      return ApplyReversal(event, life);
    case v1::KIND_MODIFICATION:
      life->replaced = true;
      return;
    case v1::KIND_EXPIRY:
      life->expired |= MeasuresNamed(event);
      return;
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
      life->withdrawn |= event.extent() == v1::EXTENT_FULL;
      return;
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_DECIDED:
      life->decided |= event.outcome() != v1::OUTCOME_REMANDED;
      return;
    case v1::KIND_EXTERNAL_REFERRED:
      life->referred = true;
      return;
    case v1::KIND_ACTION:
      life->executed = true;
      return;
    case v1::KIND_SCHEDULE_CANCELLED:
      life->cancelled = true;
      return;
    case v1::KIND_LABEL:
      life->negated = true;
      return;
    case v1::KIND_CORRECTION:
      life->corrected = true;
      life->record = event.corrected();
      life->record_known = true;
      return;
    default:
      return;
  }
}

}  // namespace

Role RoleOf(int kind, bool as_cause) {
  if (as_cause) return Role::kCause;
  switch (kind) {
    case v1::KIND_ACTION:
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_REFERRED:
    case v1::KIND_EXTERNAL_DECIDED:
    case v1::KIND_REVERSAL:
    case v1::KIND_MODIFICATION:
    case v1::KIND_EXPIRY:
    case v1::KIND_SCHEDULE_CANCELLED:
    case v1::KIND_CORRECTION:
    case v1::KIND_LABEL:
      return Role::kLife;
    case v1::KIND_VOID:
      return Role::kVoid;
    default:
      return Role::kAbout;
  }
}

std::string ReferenceKey(uint64_t target, Role role, uint64_t referrer) {
  std::string key(kReferenceRows);
  AppendBigEndian(target, 8, &key);
  AppendBigEndian(static_cast<uint64_t>(role), 1, &key);
  AppendBigEndian(referrer, 8, &key);
  return key;
}

std::string VoidKey(uint64_t target) {
  return ReferenceKey(target, Role::kVoid, 0).substr(0, 10);
}

std::string BulkKey(std::string_view platform, uint64_t entry) {
  std::string key = BulkPrefix(platform);
  AppendBigEndian(entry, 8, &key);
  return key;
}

Result<std::vector<Referrer>> ReadReferrers(const LifeSource& source,
                                            uint64_t target, Role role,
                                            size_t limit) {
  const std::string prefix = ReferenceKey(target, role, 0).substr(0, 10);
  ASSIGN_OR_RETURN(const std::vector<Row> found,
                   source.rows->Scan(prefix, limit));
  std::vector<Referrer> referrers;
  referrers.reserve(found.size());
  for (const Row& row : found) {
    if (row.key.size() != kKeySize || row.value->size() != 1) {
      return Fail(Code::kCorrupt, "a row of references is malformed");
    }
    const uint64_t referrer = BigEndian(std::string_view(row.key).substr(10));
    if (referrer >= source.size) break;
    referrers.push_back(
        {referrer, static_cast<uint8_t>(row.value->front()), role});
  }
  return referrers;
}

MeasureSet MeasuresOf(const v1::Action& action) {
  MeasureSet set = 0;
  const auto add = [&](bool has, v1::Measure measure) {
    if (has) set |= MeasureSet{1} << measure;
  };
  add(action.visibility_size() > 0, v1::MEASURE_VISIBILITY);
  add(action.monetary() != 0, v1::MEASURE_MONETARY);
  add(action.provision() != 0, v1::MEASURE_PROVISION);
  add(action.account() != 0, v1::MEASURE_ACCOUNT);
  add(action.kind() == v1::KIND_LABEL, v1::MEASURE_LABEL);
  return set;
}

MeasureSet MeasuresNamed(const v1::Action& action) {
  if (action.measures_size() == 0) return ~MeasureSet{0};
  MeasureSet set = 0;
  for (const int measure : action.measures()) {
    set |= MeasureSet{1} << std::clamp(measure, 0, 31);
  }
  return set;
}

Result<std::optional<uint64_t>> ReadVoid(uint64_t index,
                                         const LifeSource& source) {
  ASSIGN_OR_RETURN(const auto row, source.rows->Read(VoidKey(index)));
  if (!row) return std::optional<uint64_t>();
  const uint64_t referrer = BigEndian(*row);
  if (referrer >= source.size) return std::optional<uint64_t>();
  return std::optional(referrer);
}

Result<StoredAction> ReadStoredAction(const Prover& prover, uint64_t index) {
  ASSIGN_OR_RETURN(const std::string leaf, prover.ReadSlot(index));
  if (leaf.empty()) {
    ASSIGN_OR_RETURN(RedactedEntry redacted, prover.ReadEmptied(index));
    return StoredAction{std::move(redacted.platform), "", redacted.logged_at_ms,
                        redacted.by, redacted.kind};
  }
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  return StoredAction{std::string(entry.platform), std::string(entry.action),
                      entry.logged_at_ms};
}

Result<const Life*> LifeCache::Read(uint64_t index) {
  if (const auto it = lives_.find(index); it != lives_.end()) {
    return &it->second;
  }
  if (lives_.size() >= kLivesMax) lives_.clear();
  ASSIGN_OR_RETURN(Life life, ReadLife(index, source_));
  return &lives_.emplace(index, std::move(life)).first->second;
}

// A rule for many covers what an entry read at that moment, so rules and events
// are applied in the order of their indexes; otherwise the code would be
// another.
Result<Life> ReadLife(uint64_t index, const LifeSource& source) {
  Life life;
  ASSIGN_OR_RETURN(const StoredAction own, source.read(index));
  ASSIGN_OR_RETURN(life.record, Parse(own));
  life.redacted_by = own.redacted_by;
  life.record_known = !own.redacted_by;
  ASSIGN_OR_RETURN(const std::vector<Bulk> bulks,
                   ReadBulks(own.platform, index, source));
  auto bulk = bulks.begin();
  const auto apply_bulks_before = [&](uint64_t entry) {
    for (; bulk != bulks.end() && bulk->entry < entry; ++bulk) {
      ApplyBulk(bulk->rule, &life);
    }
  };
  ASSIGN_OR_RETURN(const auto events,
                   ReadReferrers(source, index, Role::kLife, kLifeEventsMax));
  life.events = events.size();
  for (const Referrer& event : events) {
    ASSIGN_OR_RETURN(const auto undone, ReadVoid(event.index, source));
    if (undone) continue;
    apply_bulks_before(event.index);
    ASSIGN_OR_RETURN(const StoredAction stored, source.read(event.index));
    if (stored.redacted_by && !SaysByItsKind(stored.kind)) {
      life.unread.push_back(event.index);
      // What it made of the record went with it.
      if (stored.kind == v1::KIND_CORRECTION) life.record_known = false;
      continue;
    }
    ASSIGN_OR_RETURN(const v1::Action action, Parse(stored));
    Apply(action, &life);
    life.by.push_back(event.index);
  }
  apply_bulks_before(source.size);
  ASSIGN_OR_RETURN(const auto undone, ReadVoid(index, source));
  life.is_void = undone.has_value();
  if (undone) life.by.push_back(*undone);
  if (life.reversed_in_part && life.record_known &&
      (MeasuresOf(life.record) & ~life.ended) == 0) {
    life.reversed = true;
  }
  return life;
}

}  // namespace modlog
