// If these fail, the auditor lets an entry of some kind lack what it must have,
// or have what it must not: cell by cell of its table of kinds.

#include <gtest/gtest.h>

#include <google/protobuf/descriptor.h>

#include "tests/audit/record_log.h"
#include "verifier/rules/audited_fields.h"
#include "verifier/rules/audited_life.h"

namespace modlog::kind_table_test {
namespace {

using google::protobuf::FieldDescriptor;

const FieldDescriptor* Field(int number) {
  return v1::Action::descriptor()->FindFieldByNumber(number);
}

// Gives a field some value; whether the value makes sense is not the question.
void Fill(int number, v1::Action* action) {
  const FieldDescriptor* field = Field(number);
  const auto* reflection = action->GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return many ? reflection->AddEnumValue(action, field, 1)
                  : reflection->SetEnumValue(action, field, 1);
    case FieldDescriptor::CPPTYPE_UINT32:
      return many ? reflection->AddUInt32(action, field, 1)
                  : reflection->SetUInt32(action, field, 1);
    case FieldDescriptor::CPPTYPE_UINT64:
      return many ? reflection->AddUInt64(action, field, 1)
                  : reflection->SetUInt64(action, field, 1);
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection->AddString(action, field, "x")
                  : reflection->SetString(action, field, "x");
    default:
      reflection->MutableMessage(action, field);
  }
}

// An action of a row with all that it needs.
v1::Action Fulfilling(const KindRow& row) {
  v1::Action action;
  action.set_kind(row.kind);
  action.set_puid("p");
  action.set_taxonomy(202507);
  if (row.label_op != 0) action.set_label_op(row.label_op);
  for (const int field : (row.needs | row.needs_own).Numbers()) {
    if (field != v1::Action::kLabelOpFieldNumber) Fill(field, &action);
  }
  if (row.needs_measure) Fill(v1::Action::kVisibilityFieldNumber, &action);
  return action;
}

// What the rule "kinds" says of an action.
std::vector<std::string> Complaints(const v1::Action& action) {
  std::vector<std::string> complaints;
  JudgeAction(action, PresentFields(action.SerializeAsString()), kRecordTimeMs,
              [&](std::string_view rule, Severity severity, std::string what) {
                if (rule == kRuleKinds && severity == Severity::kViolation &&
                    !what.starts_with("corrected: ")) {
                  complaints.push_back(what);
                }
              });
  return complaints;
}

using List = std::vector<std::string>;

// Fields that choose the row, or that every entry must have.
bool DecidesTheRow(int field) {
  return field <= v1::Action::kTaxonomyFieldNumber ||
         field == v1::Action::kLabelOpFieldNumber;
}

TEST(KindTableTest, EveryKindHasARowAndNoOtherHasOne) {
  for (int kind = 1; kind < 128; ++kind) {
    v1::Action action;
    action.set_kind(static_cast<v1::Kind>(kind));
    EXPECT_EQ(RowOf(action) != nullptr, kind <= v1::KIND_SUCCESSION) << kind;
  }
}

TEST(KindTableTest, WhatARowNeedsIsMissedAndNothingElseIs) {
  for (const KindRow& row : KindTable()) {
    const v1::Action whole = Fulfilling(row);
    EXPECT_EQ(Complaints(whole), List{}) << KindName(row.kind);
    for (const int field : (row.needs | row.needs_own).Numbers()) {
      if (DecidesTheRow(field)) continue;
      v1::Action action = whole;
      action.GetReflection()->ClearField(&action, Field(field));
      const List expected = {FieldName(field) + " is required for " +
                             KindName(row.kind)};
      EXPECT_EQ(Complaints(action), expected);
      action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
      EXPECT_EQ(Complaints(action), row.needs.Has(field) ? expected : List{});
    }
  }
}

TEST(KindTableTest, WhatARowDoesNotNameIsForbiddenAndTheRestIsAllowed) {
  size_t cells = 0;
  for (const KindRow& row : KindTable()) {
    for (int field = 1; field <= FieldSet::kMax; ++field) {
      if (Field(field) == nullptr || DecidesTheRow(field)) continue;
      v1::Action action = Fulfilling(row);
      if (PresentFields(action.SerializeAsString()).Has(field)) continue;
      Fill(field, &action);
      const bool allowed = AllowedFields(row).Has(field);
      EXPECT_EQ(Complaints(action),
                allowed ? List{}
                        : List{FieldName(field) + " is not allowed for " +
                               KindName(row.kind)});
      ++cells;
    }
  }
  EXPECT_GT(cells, 1'500u);
}

// The references of each row, one by one, in a log.
TEST(KindTableTest, EveryKindMayBeNamedOrNotAsItsCellSays) {
  for (const KindRow& row : KindTable()) {
    for (int kind = 1; kind <= v1::KIND_SUCCESSION; ++kind) {
      for (const bool cause : {false, true}) {
        const LifeBulks bulks;
        LifeRule rule(0, 1, {}, {}, &bulks);
        TargetSeen target;
        target.entry = 0;
        target.record.kind = static_cast<uint8_t>(kind);
        target.record.kind_logged = target.record.kind;
        target.record.copied = true;
        target.record.visibility = true;
        target.record.monetary = 1;
        target.record.provision = 1;
        target.record.account = 1;
        target.record.label_op = v1::LABEL_OP_APPLY;
        target.label_terms = {1};
        rule.TakeTarget(target);
        ReferenceSeen reference = ReferenceOf(Fulfilling(row));
        reference.entry = 1;
        reference.cause = cause;
        reference.wanted = cause ? row.cause : row.about;
        reference.corrects = false;
        Findings findings;
        rule.TakeReference(reference, &findings);
        const bool allowed = reference.wanted.Has(kind);
        EXPECT_EQ(findings.violations(), allowed ? 0u : 1u)
            << KindName(row.kind) << " names " << KindName(kind)
            << (cause ? " as cause" : "");
      }
    }
  }
}

}  // namespace
}  // namespace modlog::kind_table_test
