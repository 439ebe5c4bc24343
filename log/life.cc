#include "log/life.h"

#include <algorithm>
#include <limits>

namespace modlog {

namespace {

constexpr size_t kKeySize = 1 + 8 + 1 + 8;

Result<v1::Action> Parse(const std::string& bytes) {
  v1::Action action;
  if (!action.ParseFromString(bytes)) {
    return Fail(Code::kCorrupt, "a stored action does not parse");
  }
  return action;
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
      if (event.has_corrected()) life->record = event.corrected();
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
    case v1::KIND_VOID:
    case v1::KIND_LABEL:
      return Role::kLife;
    default:
      return Role::kAbout;
  }
}

std::string ReferenceKey(uint64_t target, Role role, uint64_t referrer) {
  std::string key = "r";
  PutBigEndian(target, 8, &key);
  PutBigEndian(static_cast<uint64_t>(role), 1, &key);
  PutBigEndian(referrer, 8, &key);
  return key;
}

Result<std::vector<Referrer>> ReadReferrers(const RowsView& rows,
                                            uint64_t target, Role role,
                                            size_t limit) {
  const std::string prefix = ReferenceKey(target, role, 0).substr(0, 10);
  ASSIGN_OR_RETURN(const std::vector<Row> found, rows.Scan(prefix, limit));
  std::vector<Referrer> referrers;
  referrers.reserve(found.size());
  for (const Row& row : found) {
    if (row.key.size() != kKeySize || row.value->size() != 1) {
      return Fail(Code::kCorrupt, "a row of references is malformed");
    }
    referrers.push_back({GetBigEndian(std::string_view(row.key).substr(10)),
                         static_cast<uint8_t>(row.value->front()), role});
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
    if (measure < 32) set |= MeasureSet{1} << measure;
  }
  return set;
}

Result<bool> IsVoid(uint64_t index, const RowsView& rows) {
  ASSIGN_OR_RETURN(const auto events,
                   ReadReferrers(rows, index, Role::kLife, kLifeEventsMax));
  return std::any_of(events.begin(), events.end(), [](const Referrer& event) {
    return event.kind == v1::KIND_VOID;
  });
}

Result<Life> ReadLife(uint64_t index, const RowsView& rows,
                      const ReadAction& read) {
  Life life;
  ASSIGN_OR_RETURN(const std::string own, read(index));
  ASSIGN_OR_RETURN(life.record, Parse(own));
  ASSIGN_OR_RETURN(const auto events,
                   ReadReferrers(rows, index, Role::kLife, kLifeEventsMax));
  for (const Referrer& event : events) {
    if (event.kind == v1::KIND_VOID) {  // a void cannot be void
      life.is_void = true;
      life.by.push_back(event.index);
      continue;
    }
    ASSIGN_OR_RETURN(const bool is_void, IsVoid(event.index, rows));
    if (is_void) continue;
    ASSIGN_OR_RETURN(const std::string bytes, read(event.index));
    ASSIGN_OR_RETURN(const v1::Action action, Parse(bytes));
    Apply(action, &life);
    life.by.push_back(event.index);
  }
  if (life.reversed_in_part && (MeasuresOf(life.record) & ~life.ended) == 0) {
    life.reversed = true;
  }
  return life;
}

}  // namespace modlog
