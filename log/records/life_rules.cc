#include "log/records/life_rules.h"

#include <algorithm>

#include "log/records/bulk_rules.h"
#include "log/records/life.h"
#include "log/rules/violation.h"

namespace modlog {

namespace {

// One item against one entry that it is about.
class LifeRules {
 public:
  LifeRules(const v1::Action& action, const std::string& field,
            const Life& target, std::vector<Violation>* ruling)
      : action_(action), field_(field), target_(target), findings_(ruling) {}

  void Judge() {
    switch (action_.kind()) {
      case v1::KIND_ACTION:
      case v1::KIND_SCHEDULE_CANCELLED:
        return JudgeSchedule();
      case v1::KIND_APPEAL_WITHDRAWN:
        return Require(!target_.decided, "names an appeal that was decided");
      case v1::KIND_APPEAL_DECIDED:
        return JudgeAppeal();
      case v1::KIND_EXTERNAL_DECIDED:
        return JudgeExternal();
      case v1::KIND_MODIFICATION:
        return RequireInForce();
      case v1::KIND_REVERSAL:
        return JudgeReversal();
      case v1::KIND_EXPIRY:
        return JudgeExpiry();
      case v1::KIND_LABEL:
        return JudgeNegation();
      default:
        return;
    }
  }

 private:
  void Require(bool holds, std::string description) {
    Require(holds, field_, std::move(description));
  }
  void Require(bool holds, std::string field, std::string description) {
    if (!holds)
      findings_->push_back({std::move(field), std::move(description)});
  }

  void JudgeSchedule() {
    Require(!target_.cancelled, "names a schedule that was cancelled");
    Require(!target_.executed, "names a schedule that was executed");
  }
  void JudgeAppeal() {
    Require(!target_.withdrawn, "names an appeal that was withdrawn in full");
    Require(!target_.decided, "names an appeal that was decided");
  }
  void JudgeExternal() {
    if (target_.record.kind() == v1::KIND_EXTERNAL_REFERRED) {
      return Require(!target_.decided, "names a referral that was decided");
    }
    Require(!target_.referred,
            "names an action that was referred: name the referral");
  }
  // A label is taken back by its own terms, some of them or all.
  void JudgeNegation() {
    Require(!target_.negated, "names a label that was negated");
    const v1::Action& record = target_.record;
    Require(
        !target_.record_known || (record.label_op() == v1::LABEL_OP_APPLY &&
                                  std::ranges::includes(record.label_terms(),
                                                        action_.label_terms())),
        "must name a label that was applied with these label_terms");
  }
  void RequireInForce() {
    Require(!target_.replaced,
            "names a decision that a later one replaced: name that one");
    Require(!target_.reversed, "names a decision that was reversed in full");
    // What a redacted decision was is not known, and so not what is left of it.
    Require(target_.reversed || !target_.record_known || target_.left() != 0,
            "names a decision of which every measure has ended");
  }
  void JudgeReversal() {
    RequireInForce();
    RequireOwnMeasures("measures");
    // What is only said to be at least or about so many has no bound.
    const v1::Action& record = target_.record;
    if (action_.restored() == 0 || !target_.record_known ||
        record.affected() == 0 ||
        record.affected_kind() != v1::COUNT_KIND_EXACT) {
      return;
    }
    const uint64_t affected = record.affected() + record.network();
    Require(affected < record.affected() ||
                (target_.restored <= affected &&
                 action_.restored() <= affected - target_.restored),
            "restored",
            "all reversals together must restore at most affected + network");
  }
  void JudgeExpiry() {
    RequireInForce();
    RequireOwnMeasures("measures");
    if (!target_.record_known) return;
    const v1::Action& record = target_.record;
    const MeasureSet named = MeasuresNamed(action_);
    const auto ends = [&](v1::Measure measure, uint32_t day) {
      Require((named >> measure & 1) == 0 || day == 0,
              "names a decision with an end date: that is when it expires");
    };
    ends(record.kind() == v1::KIND_LABEL ? v1::MEASURE_LABEL
                                         : v1::MEASURE_VISIBILITY,
         record.end_visibility());
    ends(v1::MEASURE_MONETARY, record.end_monetary());
    ends(v1::MEASURE_PROVISION, record.end_provision());
    ends(v1::MEASURE_ACCOUNT, record.end_account());
  }
  void RequireOwnMeasures(std::string field) {
    Require(action_.measures_size() == 0 || !target_.record_known ||
                (MeasuresNamed(action_) & ~MeasuresOf(target_.record)) == 0,
            std::move(field), "must be measures of the decision named");
  }

  const v1::Action& action_;
  const std::string& field_;
  const Life& target_;
  std::vector<Violation>* findings_;
};

bool IsCause(const FoundReference& found) {
  return found.reference->list == "cause";
}

void Record(const JoinedItem& item, uint64_t target, Role role,
            LifeCache* lives, RowsView* rows) {
  std::string value;
  if (role == Role::kVoid) {
    AppendBigEndian(item.index, 8, &value);
    rows->Put(VoidKey(target), std::move(value));
  } else {
    AppendBigEndian(static_cast<uint64_t>(item.kind), 1, &value);
    rows->Put(ReferenceKey(target, role, item.index), std::move(value));
  }
  lives->Forget(target);
}

}  // namespace

Result<void> JudgeReferences(const JoinedItem& item, LifeCache* lives,
                             Ruling* ruling) {
  for (const FoundReference& found : item.references) {
    ASSIGN_OR_RETURN(const auto undone, ReadVoid(found.index, lives->source()));
    if (!undone) continue;
    ruling->violations.push_back(
        {found.reference->field(), "names an entry that was declared void"});
  }
  return {};
}

Result<void> JudgeLife(const JoinedItem& item, const v1::Action& action,
                       LifeCache* lives, Ruling* ruling) {
  std::vector<Violation>* const faults =
      action.provenance() == v1::PROVENANCE_FIRST_HAND ? &ruling->violations
                                                       : &ruling->warnings;
  if (action.has_bulk()) {
    RETURN_IF_ERROR(JudgeBulk(item, action.bulk(), lives->source(), ruling));
  }
  RETURN_IF_ERROR(JudgeReferences(item, lives, ruling));
  if (!ruling->violations.empty()) return {};
  for (const FoundReference& found : item.references) {
    // What changes nothing may always be said.
    if (RoleOf(item.kind, IsCause(found)) != Role::kLife) continue;
    ASSIGN_OR_RETURN(const Life* life, lives->Read(found.index));
    const std::string field = found.reference->field();
    if (life->events >= kLifeEventsMax) {
      ruling->violations.push_back(
          {field, "names an entry that " + std::to_string(kLifeEventsMax) +
                      " others have changed already, the most there can be"});
      continue;
    }
    LifeRules(action, field, *life, faults).Judge();
  }
  return {};
}

void RecordReferences(const JoinedItem& item, LifeCache* lives,
                      RowsView* rows) {
  for (const FoundReference& found : item.references) {
    Record(item, found.index, RoleOf(item.kind, IsCause(found)), lives, rows);
  }
}

void RecordLife(const JoinedItem& item, const v1::Action& action,
                LifeCache* lives, RowsView* rows) {
  RecordReferences(item, lives, rows);
  for (const uint64_t target : action.about_index()) {
    Record(item, target, Role::kAbout, lives, rows);
  }
  if (action.has_bulk()) {
    rows->Put(BulkKey(item.platform, item.index),
              action.bulk().SerializeAsString());
  }
  // A void event, or a rule for many, changes lives that the item does not
  // name.
  if (action.has_bulk() || item.kind == v1::KIND_VOID) lives->ForgetAll();
}

}  // namespace modlog
