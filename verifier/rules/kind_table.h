#ifndef MODLOG_VERIFIER_RULES_KIND_TABLE_H_
#define MODLOG_VERIFIER_RULES_KIND_TABLE_H_

// The table of kinds: which fields an entry of each kind needs and allows, and
// what it may refer to. Everything not named in a row is forbidden there.
// Written from docs/formats.md, "Kinds", and not from what the log admits by:
// two that were written apart are each other's test. Thread-safe.

#include <span>
#include <string>

#include "modlog/v1/action.pb.h"
#include "verifier/rules/field_set.h"

namespace modlog {

// A set of kinds; a code that the table does not know is in none.
class KindList {
 public:
  constexpr KindList() = default;
  constexpr KindList(std::initializer_list<int> kinds) {
    for (const int kind : kinds) bits_ |= uint64_t{1} << kind;
  }
  constexpr bool Has(int kind) const {
    return kind >= 0 && kind < 64 && (bits_ >> kind & 1) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(KindList, KindList) = default;

 private:
  uint64_t bits_ = 0;
};

struct KindRow {
  v1::Kind kind;
  v1::LabelOp label_op;  // LABEL has a row for each; otherwise unspecified
  FieldSet needs;
  FieldSet needs_own;  // not of a copy (provenance), which may have them
  FieldSet allows;     // beside those; kEverywhere is not repeated
  bool needs_measure;  // one of visibility, monetary, provision, account
  int about_max;
  KindList about;
  KindList cause;
};

// What any entry may have.
inline constexpr FieldSet kEverywhere = {1, 2, 3, 4, 19, 20, 37, 59};
inline constexpr FieldSet kMeasureFields = {
    v1::Action::kVisibilityFieldNumber, v1::Action::kMonetaryFieldNumber,
    v1::Action::kProvisionFieldNumber, v1::Action::kAccountFieldNumber};
// What an ACTION or MODIFICATION under the EU's duty needs besides.
inline constexpr FieldSet kEuDutyFields = {
    v1::Action::kContentTypesFieldNumber,
    v1::Action::kContentDateFieldNumber,
    v1::Action::kSourceTypeFieldNumber,
    v1::Action::kAutomatedDetectionFieldNumber,
    v1::Action::kAutomatedDecisionFieldNumber,
    v1::Action::kTerritoryFieldNumber};
// What can be corrected and voided: no entry of the log's own working.
inline constexpr KindList kRecordKinds = {1,  2,  3,  4,  5,  6,  7,  8,  9,
                                          10, 11, 12, 13, 14, 15, 23, 24, 25};

std::span<const KindRow> KindTable();

// RowOf returns the row of an action, or null for a kind the table lacks.
const KindRow* RowOf(const v1::Action& action);

// The fields a row allows at all.
FieldSet AllowedFields(const KindRow& rule);

std::string KindName(int kind);  // "APPEAL_FILED"

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_KIND_TABLE_H_
