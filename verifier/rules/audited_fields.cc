#include "verifier/rules/audited_fields.h"

#include <algorithm>

#include "verifier/receipt/entry_words.h"
#include "verifier/rules/codes.h"
#include "verifier/rules/nested_fields.h"

namespace modlog {
namespace {

using A = v1::Action;

constexpr size_t kPuidMax = 64;
constexpr uint32_t kTaxonomyV2 = 202'507;

bool MatchesPuid(std::string_view text) {
  return !text.empty() && text.size() <= kPuidMax &&
         std::ranges::all_of(text, [](char c) {
           return ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') ||
                  ('A' <= c && c <= 'Z') || c == '-' || c == '_';
         });
}

// One action under judgement.
class Judge {
 public:
  Judge(const A& action, FieldSet present, int64_t logged_at_ms,
        const Complain& complain)
      : a_(action),
        present_(present),
        tomorrow_(static_cast<uint32_t>(
            static_cast<uint64_t>(logged_at_ms) / kMsPerDay + 1)),
        complain_(complain) {}

  void Run() {
    JudgeKind();
    JudgeIdentity();
    JudgeCodes();
    JudgeSets();
    JudgeDays();
    JudgeEnds();
    JudgePlaces();
    JudgeDependents();
    JudgeSense();
    if (!(present_ & kNested).empty()) JudgeNested(a_, tomorrow_, complain_);
  }

 private:
  static constexpr FieldSet kNested = {
      A::kBulkFieldNumber,      A::kErasureFieldNumber,
      A::kRedactionFieldNumber, A::kStatsFieldNumber,
      A::kTermFieldNumber,      A::kKeyEventFieldNumber,
      A::kCorrectedFieldNumber, A::kSuccessionFieldNumber};

  bool copied() const { return a_.provenance() != v1::PROVENANCE_FIRST_HAND; }
  bool has(int field) const { return present_.Has(field); }

  // Words are put together only for what is wrong: nearly nothing is.
  void Form(bool holds, std::string_view what) const {
    if (!holds) {
      complain_(kRuleFields, Severity::kViolation, std::string(what));
    }
  }
  void Sense(bool holds, std::string_view what) const {
    if (holds) return;
    complain_(kRuleFields, copied() ? Severity::kWarning : Severity::kViolation,
              std::string(what));
  }

  // A list that a later version of modlog may have made longer.
  void Closed(int code, bool holds, std::string_view rule,
              std::string what) const {
    if (holds) return;
    if (!IsCode(code) || !IsNewerThanKnown(a_.taxonomy())) {
      return complain_(rule, Severity::kViolation, std::move(what));
    }
    complain_(rule, Severity::kUnjudged,
              what + ", and the entry " + NewerThanKnown(a_.taxonomy()));
  }
  // The same of a list of codes, which nothing else depends on.
  void Listed(bool holds, std::string what) const {
    if (holds) return;
    if (!IsNewerThanKnown(a_.taxonomy())) return Form(false, what);
    complain_(kRuleFields, Severity::kWarning,
              what + ", and the entry " + NewerThanKnown(a_.taxonomy()));
  }

  // ---- the table of kinds

  void JudgeKind() const {
    const KindRow* row = RowOf(a_);
    if (row == nullptr) {
      Closed(a_.kind(), false, kRuleKinds,
             KindName(a_.kind()) + " is not a kind of entry");
      return;
    }
    ComplainOfEach(row->needs - present_, " is required for ",
                   Severity::kViolation);
    ComplainOfEach(present_ - AllowedFields(*row), " is not allowed for ",
                   Severity::kViolation);
    const FieldSet missing = row->needs_own - present_;
    if (!copied()) {
      ComplainOfEach(missing, " is required for ", Severity::kViolation);
    } else if (missing.Has(A::kAboutFieldNumber)) {
      complain_(kRuleReferences, Severity::kWarning,
                KindName(a_.kind()) +
                    " without about: a copy whose link is "
                    "not known");
    }
    if (a_.about_size() > std::max(row->about_max, 0) &&
        AllowedFields(*row).Has(A::kAboutFieldNumber)) {
      complain_(kRuleKinds, Severity::kViolation,
                "about has " + std::to_string(a_.about_size()) +
                    " puids, want at most " + std::to_string(row->about_max));
    }
    JudgeRow(*row);
  }

  void JudgeRow(const KindRow& row) const {
    if (row.needs_measure && (present_ & kMeasureFields).empty()) {
      complain_(kRuleKinds, Severity::kViolation,
                "none of visibility, monetary, provision, account, of which "
                "one is required");
    }
    const bool decides =
        row.kind == v1::KIND_ACTION || row.kind == v1::KIND_MODIFICATION;
    if (decides && a_.regime() == v1::REGIME_EU_DSA) {
      for (const int field : (kEuDutyFields - present_).Numbers()) {
        Sense(false, FieldName(field) + " is required under the EU's duty");
      }
    }
    if (row.kind == v1::KIND_CORRECTION) {
      const bool anew = has(A::kCorrectedFieldNumber);
      Form(anew != has(A::kBulkFieldNumber),
           "not exactly one of corrected and bulk");
      Form(anew == has(A::kAboutFieldNumber),
           "about goes with corrected and not with bulk");
    }
    if (row.kind == v1::KIND_LEAF_REDACTED) {
      Form(a_.about_index_size() == 1, "about_index does not name one entry");
    }
  }

  void ComplainOfEach(FieldSet fields, std::string_view what,
                      Severity severity) const {
    if (fields.empty()) return;
    for (const int field : fields.Numbers()) {
      complain_(kRuleKinds, severity,
                FieldName(field) + std::string(what) + KindName(a_.kind()));
    }
  }

  // ---- the form

  void JudgeIdentity() const {
    Form(MatchesPuid(a_.puid()), "puid does not match ^[A-Za-z0-9_-]{1,64}$");
    const uint32_t month = a_.taxonomy() % 100;
    Form(a_.taxonomy() >= 202'001 && a_.taxonomy() <= 209'912 && month >= 1 &&
             month <= 12,
         "taxonomy is not a month YYYYMM of 2020..2099");
    Form(a_.commitment().empty() || a_.commitment().size() == 32,
         "commitment has not 32 bytes");
    if (has(A::kAboutFieldNumber)) JudgePuids(a_.about(), 16, "about");
    if (has(A::kCauseFieldNumber)) JudgePuids(a_.cause(), 4, "cause");
  }

  template <typename List>
  void JudgePuids(const List& puids, int size_max, const char* field) const {
    const auto form = [&](bool holds, const char* what) {
      if (!holds) Form(false, std::string(field) + what);
    };
    form(puids.size() <= size_max, " has too many puids");
    for (int i = 0; i < puids.size(); ++i) {
      form(MatchesPuid(puids[i]), " holds what is no puid");
      form(puids[i] != a_.puid(), " names the entry itself");
      form(i == 0 || puids[i - 1] < puids[i], " does not ascend, each once");
    }
  }

  void Code(int value, const char* field) const {
    if (value >= 0 && value <= kCodeMax) return;
    Form(false, std::string(field) + " is " + std::to_string(value) +
                    ", want a code of 1..127");
  }

  void JudgeCodes() const {
    Code(a_.kind(), "kind");
    Code(a_.monetary(), "monetary");
    Code(a_.provision(), "provision");
    Code(a_.account(), "account");
    Code(a_.account_type(), "account_type");
    Code(a_.ground(), "ground");
    Code(a_.category(), "category");
    Code(a_.also_illegal(), "also_illegal");
    Code(a_.subject_kind(), "subject_kind");
    Code(a_.affected_kind(), "affected_kind");
    Code(a_.source_type(), "source_type");
    Code(a_.source_role(), "source_role");
    Code(a_.automated_detection(), "automated_detection");
    Code(a_.automated_decision(), "automated_decision");
    Code(a_.regime(), "regime");
    Code(a_.provenance(), "provenance");
    Code(a_.outcome(), "outcome");
    Code(a_.extent(), "extent");
    Code(a_.reversal_cause(), "reversal_cause");
    Code(a_.void_reason(), "void_reason");
    Code(a_.publication(), "publication");
    Code(a_.label_op(), "label_op");
    Closed(a_.label_op(), a_.label_op() <= v1::LABEL_OP_NEGATE, kRuleFields,
           "label_op is not 1..2 or absent");
  }

  template <typename List>
  void Set(const List& list, int size_max, uint32_t value_max,
           const char* field) const {
    if (list.empty()) return;
    if (list.size() > size_max) {
      Form(false, std::string(field) + " has too many codes");
    }
    uint64_t before = 0;
    for (const auto element : list) {
      const auto value = static_cast<uint32_t>(element);
      if (value <= before || value > value_max) {
        Form(false, std::string(field) + " is not a set of codes of 1.." +
                        std::to_string(value_max) + " that ascend");
        return;
      }
      before = value;
    }
  }

  void JudgeSets() const {
    Set(a_.visibility(), 7, kCodeMax, "visibility");
    Set(a_.keywords(), 16, kCodeMax, "keywords");
    Set(a_.more_categories(), 15, kCodeMax, "more_categories");
    Set(a_.content_types(), 8, kCodeMax, "content_types");
    Set(a_.territories(), 250, kPackedMax, "territories");
    Set(a_.redress(), 8, kCodeMax, "redress");
    Set(a_.measures(), 8, kCodeMax, "measures");
    Set(a_.label_terms(), 16, kNumberMax, "label_terms");
    const auto& more = a_.more_categories();
    Form(std::find(more.begin(), more.end(), a_.category()) == more.end(),
         "more_categories repeats category");
  }

  void Day(uint32_t day, const char* field) const {
    if (day == 0 || IsDay(day)) return;
    Form(false, std::string(field) + " is no day of 2000..2037");
  }
  void PastDay(uint32_t day, const char* field) const {
    Day(day, field);
    if (day <= tomorrow_ || day > kLastDay) return;
    Form(false, std::string(field) + " lies after the day it was logged");
  }

  void JudgeDays() const {
    PastDay(a_.content_date(), "content_date");
    PastDay(a_.application_date(), "application_date");
    PastDay(a_.notified_date(), "notified_date");
    PastDay(a_.source_date(), "source_date");
    Day(a_.execute_date(), "execute_date");
    Day(a_.strikes_expire(), "strikes_expire");
    Day(a_.payload_until(), "payload_until");
  }

  void End(uint32_t day, bool has_measure, const char* field,
           const char* measure) const {
    if (day == 0) return;
    Day(day, field);
    if (!has_measure) Form(false, std::string(field) + " without " + measure);
    if (day < a_.application_date()) {
      Sense(false, std::string(field) + " lies before application_date");
    }
  }

  void JudgeEnds() const {
    const bool label = a_.kind() == v1::KIND_LABEL;
    End(a_.end_visibility(), label || a_.visibility_size() > 0,
        "end_visibility", "visibility");
    End(a_.end_account(), a_.account() == v1::ACCOUNT_DECISION_SUSPENDED,
        "end_account", "account = SUSPENDED");
    End(a_.end_monetary(), a_.monetary() != 0, "end_monetary", "monetary");
    End(a_.end_provision(), a_.provision() != 0, "end_provision", "provision");
  }

  void JudgePlaces() const {
    Packed(a_.language(), IsListedLanguage(a_.language()), "language",
           "ISO 639-1");
    Packed(a_.source_country(), IsListedCountry(a_.source_country()),
           "source_country", "ISO 3166-1");
    Form(a_.territory() <= kWorldwideBit,
         "territory has other bits beside worldwide, or bit 31");
    if (!has(A::kTerritoriesFieldNumber)) return;
    Form(a_.territory() != kWorldwideBit, "territories beside worldwide");
    for (const uint32_t code : a_.territories()) {
      Packed(code, IsListedCountry(code), "territories", "ISO 3166-1");
    }
    Form(std::ranges::none_of(a_.territories(), IsTerritoryBit),
         "territories holds what has a bit in territory");
  }

  // Two letters, packed.
  void Packed(uint32_t code, bool is_listed, const char* field,
              const char* list) const {
    if (code == 0 || is_listed) return;
    const std::string what = std::string(field) + " is not in " + list;
    code > kPackedMax ? Form(false, what) : Listed(false, what);
  }

  void JudgeDependents() const {
    Form(a_.also_illegal() == 0 ||
             a_.ground() == v1::GROUND_INCOMPATIBLE_CONTENT,
         "also_illegal without ground = INCOMPATIBLE_CONTENT");
    Form(a_.affected_kind() == 0 || a_.affected() != 0,
         "affected_kind without affected");
    Form(a_.strikes() <= 1'000, "strikes are more than 1000");
    Form(a_.strikes_expire() == 0 || a_.strikes() != 0,
         "strikes_expire without strikes");
    Form(a_.source_date() == 0 || copied(), "source_date without provenance");
    Form(a_.publication() == 0 || copied(), "publication without provenance");
    Form(a_.subject_handle().empty() == (a_.handle_key() == 0),
         "subject_handle and handle_key do not go together");
    Form(a_.subject_handle().empty() || a_.subject_handle().size() == 16,
         "subject_handle has not 16 bytes");
    Number(a_.handle_key(), "handle_key");
    Number(a_.policy_term(), "policy_term");
    Number(a_.legal_term(), "legal_term");
    Number(a_.reason_term(), "reason_term");
    Number(a_.body_term(), "body_term");
    Form(a_.payload_until() == 0 || !a_.commitment().empty(),
         "payload_until without commitment");
    Form(a_.ean13() <= 9'999'999'999'999, "ean13 has more than 13 digits");
    JudgeIndexes();
  }

  // Of a key or a term.
  void Number(uint32_t number, const char* field) const {
    if (number <= kNumberMax) return;
    Form(false,
         std::string(field) + " is more than " + std::to_string(kNumberMax));
  }

  void JudgeIndexes() const {
    const auto& indexes = a_.about_index();
    Form(indexes.size() <= 4'096, "about_index has more than 4096 indexes");
    Form(std::adjacent_find(indexes.begin(), indexes.end(),
                            std::greater_equal<>()) == indexes.end(),
         "about_index does not ascend, each once");
  }

  // ---- the sense

  void JudgeSense() const {
    if (has(A::kEan13FieldNumber)) {
      Sense(HasEan13CheckDigit(a_.ean13()), "ean13 has a wrong check digit");
    }
    // v1 grouped keywords otherwise, and what is to come may.
    if (a_.taxonomy() < kTaxonomyV2 || IsNewerThanKnown(a_.taxonomy())) return;
    for (const int keyword : a_.keywords()) {
      if (KeywordFits(keyword, a_)) continue;
      Sense(false, "keyword " + v1::Keyword_Name(keyword) +
                       " belongs to none of the action's categories");
    }
  }

  const A& a_;
  const FieldSet present_;
  const uint32_t tomorrow_;
  const Complain& complain_;
};

}  // namespace

void JudgeAction(const v1::Action& action, FieldSet present,
                 int64_t logged_at_ms, const Complain& complain) {
  Judge(action, present, logged_at_ms, complain).Run();
}

}  // namespace modlog
