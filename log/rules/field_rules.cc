#include "log/rules/field_rules.h"

#include <algorithm>

#include "log/rules/code_lists.h"
#include "verifier/core/sha256.h"

namespace modlog {

namespace {

constexpr int kEnumMax = 127;
constexpr uint32_t kPairMax = 676;  // 26 * 26 two-letter codes
constexpr uint32_t kWorldwide = 1u << 30;
constexpr uint32_t kStrikesMax = 1'000;
constexpr uint64_t kEan13Max = 9'999'999'999'999;

class FieldCheck {
 public:
  FieldCheck(int64_t now_ms, std::vector<Violation>* violations,
             std::vector<Violation>* expected)
      : tomorrow_(static_cast<uint32_t>(now_ms / 86'400'000) + 1),
        violations_(violations),
        expected_(expected) {}

  void Require(bool holds, std::string_view field, std::string_view rule) {
    if (!holds) violations_->push_back({std::string(field), std::string(rule)});
  }

  void Enum(int value, std::string_view field) {
    Require(value >= 0 && value <= kEnumMax, field, "must be 1..127 or absent");
  }

  // A day within the calendar's range, 0 for absent.
  void Day(uint32_t day, std::string_view field) {
    Require(day == 0 || (day >= kDayMin && day <= kDayMax), field,
            "must be a day from 10957 (2000-01-01) to 24837 (2038-01-01)");
  }

  // A day that has been.
  void PastDay(uint32_t day, std::string_view field) {
    Day(day, field);
    Require(day <= tomorrow_ || day > kDayMax, field,
            "must not lie in the future");
  }

  // The last day of a measure, which began on `from`.
  void EndDay(uint32_t day, bool has_measure, uint32_t from,
              std::string_view field, std::string_view need) {
    if (day == 0) return;
    Day(day, field);
    Require(has_measure, field, need);
    if (day >= from) return;
    expected_->push_back(
        {std::string(field), "must not be before application_date"});
  }

  void Country(uint32_t code, std::string_view field) {
    Require(code == 0 || IsCountry(code), field,
            "must be a country of ISO 3166-1");
  }

  template <typename List>
  void Set(const List& list, int size_max, uint32_t value_max,
           std::string_view field) {
    CheckSize(list.size(), size_max, field);
    uint32_t before = 0;
    for (const auto element : list) {
      const auto value = static_cast<uint32_t>(element);
      if (value > before && value <= value_max) {
        before = value;
        continue;
      }
      Require(false, field,
              "must be strictly ascending codes from 1 to " +
                  std::to_string(value_max));
      return;
    }
  }

  void Puids(const google::protobuf::RepeatedPtrField<std::string>& puids,
             int size_max, std::string_view own, std::string_view field) {
    // Not each of them too: two bytes of an action would become a hundred here.
    if (!CheckSize(puids.size(), size_max, field)) return;
    for (int i = 0; i < puids.size(); ++i) {
      const std::string_view broken = PuidRule(puids, i, own);
      if (broken.empty()) continue;
      Require(false, std::string(field) + "[" + std::to_string(i) + "]",
              broken);
    }
  }

 private:
  // Words are put together only for what is wrong: nearly nothing is.
  bool CheckSize(int size, int size_max, std::string_view field) {
    if (size <= size_max) return true;
    Require(false, field,
            "has too many elements, limit " + std::to_string(size_max));
    return false;
  }

  // The rule that the i-th puid breaks, or nothing.
  static std::string_view PuidRule(
      const google::protobuf::RepeatedPtrField<std::string>& puids, int i,
      std::string_view own) {
    if (!IsPuid(puids[i])) return "must match ^[A-Za-z0-9_-]{1,64}$";
    if (puids[i] == own) return "must not name the action itself";
    if (i > 0 && puids[i] <= puids[i - 1]) {
      return "must be in ascending order, each once";
    }
    return "";
  }

  const uint32_t tomorrow_;
  std::vector<Violation>* violations_;
  std::vector<Violation>* expected_;
};

void CheckIdentity(const v1::Action& action, FieldCheck& check) {
  check.Require(action.kind() >= 1 && action.kind() <= kEnumMax, "kind",
                "is required, 1..127");
  check.Require(IsPuid(action.puid()), "puid",
                "is required and must match ^[A-Za-z0-9_-]{1,64}$");
  const uint32_t month = action.taxonomy() % 100;
  check.Require(action.taxonomy() >= 202'001 && action.taxonomy() <= 209'912 &&
                    month >= 1 && month <= 12,
                "taxonomy", "is required, YYYYMM of the code list");
  check.Require(
      action.commitment().empty() || action.commitment().size() == kHashSize,
      "commitment", "must be 32 bytes or absent");
  check.Day(action.payload_until(), "payload_until");
  check.Require(action.payload_until() == 0 || !action.commitment().empty(),
                "payload_until", "needs commitment");
  check.Puids(action.about(), 16, action.puid(), "about");
  check.Puids(action.cause(), 4, action.puid(), "cause");
}

void CheckDates(const v1::Action& action, FieldCheck& check) {
  check.PastDay(action.content_date(), "content_date");
  check.PastDay(action.application_date(), "application_date");
  check.PastDay(action.notified_date(), "notified_date");
  check.PastDay(action.source_date(), "source_date");
  check.Require(action.source_date() == 0 || action.provenance() != 0,
                "source_date", "is only for copied records: needs provenance");
  const uint32_t from = action.application_date();
  check.EndDay(action.end_visibility(),
               action.visibility_size() > 0 || action.kind() == v1::KIND_LABEL,
               from, "end_visibility", "needs visibility");
  check.EndDay(action.end_account(),
               action.account() == v1::ACCOUNT_DECISION_SUSPENDED, from,
               "end_account", "needs account = ACCOUNT_DECISION_SUSPENDED");
  check.EndDay(action.end_monetary(), action.monetary() != 0, from,
               "end_monetary", "needs monetary");
  check.EndDay(action.end_provision(), action.provision() != 0, from,
               "end_provision", "needs provision");
}

void CheckDecision(const v1::Action& action, FieldCheck& check) {
  check.Set(action.visibility(), 7, kEnumMax, "visibility");
  check.Enum(action.monetary(), "monetary");
  check.Enum(action.provision(), "provision");
  check.Enum(action.account(), "account");
  check.Enum(action.account_type(), "account_type");
  check.Enum(action.ground(), "ground");
  check.Enum(action.category(), "category");
  check.Set(action.keywords(), 16, kEnumMax, "keywords");
  check.Set(action.more_categories(), 15, kEnumMax, "more_categories");
  const auto& more = action.more_categories();
  check.Require(
      std::find(more.begin(), more.end(), action.category()) == more.end(),
      "more_categories", "must not repeat category");
  check.Enum(action.also_illegal(), "also_illegal");
  check.Require(action.also_illegal() == 0 ||
                    action.ground() == v1::GROUND_INCOMPATIBLE_CONTENT,
                "also_illegal", "needs ground = GROUND_INCOMPATIBLE_CONTENT");
}

void CheckContent(const v1::Action& action, FieldCheck& check) {
  check.Enum(action.subject_kind(), "subject_kind");
  check.Set(action.content_types(), 8, kEnumMax, "content_types");
  check.Require(action.language() == 0 || IsLanguage(action.language()),
                "language", "must be a language of ISO 639-1");
  check.Require(action.ean13() <= kEan13Max, "ean13", "must have 13 digits");
  const uint32_t territory = action.territory();
  check.Require(territory <= kWorldwide, "territory",
                "must be bits 0..29, or bit 30 alone for worldwide");
  check.Set(action.territories(), 250, kPairMax, "territories");
  const auto& others = action.territories();
  check.Require(std::all_of(others.begin(), others.end(),
                            [](uint32_t code) {
                              return IsCountry(code) && !HasTerritoryBit(code);
                            }),
                "territories",
                "must be countries of ISO 3166-1 without a bit in territory");
  check.Require(action.territories().empty() || territory != kWorldwide,
                "territories", "must be empty when territory is worldwide");
  check.Enum(action.affected_kind(), "affected_kind");
  check.Require(action.affected_kind() == 0 || action.affected() > 0,
                "affected_kind", "needs affected");
}

void CheckSource(const v1::Action& action, FieldCheck& check) {
  check.Enum(action.source_type(), "source_type");
  check.Enum(action.source_role(), "source_role");
  check.Country(action.source_country(), "source_country");
  check.Enum(action.automated_detection(), "automated_detection");
  check.Enum(action.automated_decision(), "automated_decision");
  check.Enum(action.regime(), "regime");
  check.Enum(action.provenance(), "provenance");
  check.Set(action.redress(), 8, kEnumMax, "redress");
}

void CheckOutcome(const v1::Action& action, FieldCheck& check) {
  check.Enum(action.outcome(), "outcome");
  check.Enum(action.extent(), "extent");
  check.Set(action.measures(), 8, kEnumMax, "measures");
  check.Enum(action.reversal_cause(), "reversal_cause");
  check.Enum(action.void_reason(), "void_reason");
  check.Enum(action.publication(), "publication");
  check.Require(action.label_op() >= 0 && action.label_op() <= 2, "label_op",
                "must be 1, 2 or absent");
  check.Set(action.label_terms(), 16, 1u << 20, "label_terms");
  check.Require(action.publication() == 0 || action.provenance() != 0,
                "publication", "is for copied records: needs provenance");
}

void CheckPenalty(const v1::Action& action, FieldCheck& check) {
  check.Day(action.execute_date(), "execute_date");
  check.Require(action.strikes() <= kStrikesMax, "strikes",
                "must be at most 1000");
  check.Day(action.strikes_expire(), "strikes_expire");
  check.Require(action.strikes_expire() == 0 || action.strikes() != 0,
                "strikes_expire", "needs strikes");
}

}  // namespace

bool IsPuid(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kPuidSizeMax &&
         std::all_of(text.begin(), text.end(), allowed);
}

void CheckFields(const v1::Action& action, int64_t now_ms,
                 std::vector<Violation>* violations,
                 std::vector<Violation>* expected) {
  FieldCheck check(now_ms, violations, expected);
  CheckIdentity(action, check);
  CheckDates(action, check);
  CheckDecision(action, check);
  CheckContent(action, check);
  CheckSource(action, check);
  CheckOutcome(action, check);
  CheckPenalty(action, check);
}

}  // namespace modlog
