#include "verifier/rules/nested_fields.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "verifier/core/note.h"
#include "verifier/receipt/entry_words.h"
#include "verifier/rules/codes.h"

namespace modlog {
namespace {

using A = v1::Action;

constexpr uint32_t kTagMax = 24;  // of a payload's parts
constexpr int kErasedMax = 400;   // indexes of one PAYLOAD_ERASED entry
constexpr uint32_t kExchangeTaxonomy = 202'612;  // none before has it

// What one rule may correct in many entries: singular codes and days, but not
// what says which entry it is and which row of the table of kinds holds of it.
constexpr FieldSet kBulkFields = {A::kGroundFieldNumber,
                                  A::kCategoryFieldNumber,
                                  A::kContentDateFieldNumber,
                                  A::kApplicationDateFieldNumber,
                                  A::kTerritoryFieldNumber,
                                  A::kSourceTypeFieldNumber,
                                  A::kAutomatedDetectionFieldNumber,
                                  A::kAutomatedDecisionFieldNumber,
                                  A::kRegimeFieldNumber,
                                  A::kProvenanceFieldNumber,
                                  A::kSubjectKindFieldNumber,
                                  A::kAccountFieldNumber,
                                  A::kMonetaryFieldNumber,
                                  A::kProvisionFieldNumber,
                                  A::kAccountTypeFieldNumber,
                                  A::kEndVisibilityFieldNumber,
                                  A::kEndAccountFieldNumber,
                                  A::kEndMonetaryFieldNumber,
                                  A::kEndProvisionFieldNumber,
                                  A::kLanguageFieldNumber,
                                  A::kAlsoIllegalFieldNumber,
                                  A::kPayloadUntilFieldNumber,
                                  A::kAffectedKindFieldNumber,
                                  A::kSourceRoleFieldNumber,
                                  A::kSourceCountryFieldNumber,
                                  A::kNotifiedDateFieldNumber,
                                  A::kSourceDateFieldNumber,
                                  A::kExecuteDateFieldNumber,
                                  A::kStrikesExpireFieldNumber,
                                  A::kOutcomeFieldNumber,
                                  A::kExtentFieldNumber,
                                  A::kReversalCauseFieldNumber,
                                  A::kVoidReasonFieldNumber,
                                  A::kPublicationFieldNumber};

class Nested {
 public:
  Nested(const v1::Action& action, uint32_t tomorrow, const Complain& complain)
      : a_(action), tomorrow_(tomorrow), complain_(complain) {}

  void Run() const {
    if (a_.has_corrected()) JudgeCorrected();
    if (a_.has_bulk()) JudgeBulk(a_.bulk());
    if (a_.has_stats()) JudgeStats(a_.stats());
    if (a_.has_erasure()) JudgeErasure(a_.erasure());
    if (a_.has_redaction()) JudgeRedaction(a_.redaction());
    if (a_.has_term()) JudgeTerm(a_.term());
    if (a_.has_key_event()) JudgeKeyEvent(a_.key_event());
    if (a_.has_succession()) JudgeSuccession(a_.succession());
  }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void Form(bool holds, std::string_view what) const {
    if (!holds) {
      complain_(kRuleFields, Severity::kViolation, std::string(what));
    }
  }
  // A list that a later version of modlog may have made longer.
  void Closed(int code, int last, const std::string& what) const {
    const bool holds = code >= 1 && code <= last;
    IsCode(code) ? Known(holds, what) : Form(false, what);
  }
  void Known(bool holds, const std::string& what) const {
    if (holds) return;
    if (!IsNewerThanKnown(a_.taxonomy())) return Form(false, what);
    complain_(kRuleFields, Severity::kUnjudged,
              what + ", and the entry " + NewerThanKnown(a_.taxonomy()));
  }
  // What the log refuses, and did not always.
  void Tolerate(bool holds, std::string_view what) const {
    if (!holds) complain_(kRuleFields, Severity::kWarning, std::string(what));
  }

  void JudgeCorrected() const {
    const v1::Action& record = a_.corrected();
    Form(a_.about_size() != 1 || a_.about(0) == record.puid(),
         "corrected bears another puid than about");
    if (record.kind() <= v1::KIND_SUCCESSION) {  // others: JudgeAction
      Form(kRecordKinds.Has(record.kind()),
           "corrected is of a kind that cannot be corrected");
    }
    Form(!record.has_corrected() && !record.has_bulk(),
         "corrected holds a correction itself");
    const Complain within = [this](std::string_view rule, Severity severity,
                                   const std::string& what) {
      complain_(rule, severity, "corrected: " + what);
    };
    JudgeAction(record, PresentFields(record.SerializeAsString()),
                (int64_t{tomorrow_} - 1) * kMsPerDay, within);
  }

  void JudgeBulk(const v1::BulkCorrection& bulk) const {
    const Field* const field =
        bulk.field() > FieldSet::kMax
            ? nullptr
            : v1::Action::descriptor()->FindFieldByNumber(
                  static_cast<int>(bulk.field()));
    const bool singular = field != nullptr && !field->is_repeated() &&
                          (field->cpp_type() == Field::CPPTYPE_ENUM ||
                           field->cpp_type() == Field::CPPTYPE_UINT32);
    Known(singular, "bulk.field is not a singular code or day of Action");
    Form(bulk.first() <= bulk.last(), "bulk.last lies before bulk.first");
    Form(bulk.from_code() != bulk.to_code(), "bulk changes nothing");
    Form(!bulk.exchange() || a_.taxonomy() >= kExchangeTaxonomy,
         "bulk.exchange is of no code list before 202612");
    if (singular) JudgeBulkCodes(bulk, *field);
  }

  // Versions of the log before these rules took any number of any such field.
  void JudgeBulkCodes(const v1::BulkCorrection& bulk,
                      const Field& field) const {
    if (!kBulkFields.Has(field.number())) {
      return Tolerate(false, "bulk.field is " + field.name() +
                                 ", which is no code or day that a rule for "
                                 "many corrects");
    }
    Tolerate(CanRead(field, bulk.from_code()),
             "bulk.from_code is nothing that " + field.name() + " can be");
    Tolerate(CanRead(field, bulk.to_code()),
             "bulk.to_code is nothing that " + field.name() + " can be");
    Tolerate(bulk.to_code() != 0 || !IsNeeded(field.number()),
             "bulk takes away " + field.name() + ", which entries need");
    Form(!bulk.exchange() || bulk.from_code() != 0 || !IsNeeded(field.number()),
         "bulk.exchange takes away " + field.name() + ", which entries need");
  }

  // Whether a field can have that value; 0 is its absence.
  static bool CanRead(const Field& field, uint32_t value) {
    if (value == 0) return true;
    if (field.cpp_type() == Field::CPPTYPE_ENUM) {
      return value <= static_cast<uint32_t>(kCodeMax);
    }
    switch (field.number()) {
      case v1::Action::kTerritoryFieldNumber:
        return value <= kWorldwideBit;
      case v1::Action::kLanguageFieldNumber:
        return IsListedLanguage(value);
      case v1::Action::kSourceCountryFieldNumber:
        return IsListedCountry(value);
      default:
        return IsDay(value);
    }
  }

  static bool IsNeeded(int field) {
    return std::ranges::any_of(KindTable(), [&](const KindRow& row) {
      return (row.needs | row.needs_own).Has(field);
    });
  }

  void JudgeStats(const v1::Stats& stats) const {
    Form(IsDay(stats.from()) && IsDay(stats.to()) && stats.from() <= stats.to(),
         "stats.from and to are not two days in order");
    Form(IsCode(stats.clock()), "stats.clock is required, 1..127");
    const size_t sha = stats.source_sha256().size();
    Form(sha == 0 || sha == 32, "stats.source_sha256 has not 32 bytes");
    Form(stats.cells_size() >= 1 && stats.cells_size() <= 64,
         "stats has not 1..64 cells");
    std::string before;
    for (const v1::StatsCell& cell : stats.cells()) {
      std::string bytes = cell.SerializeAsString();
      JudgeCell(cell);
      Form(before < bytes, "the cells of stats are not in order, each once");
      before = std::move(bytes);
    }
  }

  void JudgeCell(const v1::StatsCell& cell) const {
    Form(IsCode(cell.unit()), "a cell of stats has no unit of 1..127");
    const auto code = [&](int value, const char* field) {
      if (value == 0 || IsCode(value)) return;
      Form(false, "a cell of stats has a " + std::string(field) +
                      " that is no code of 1..127");
    };
    code(cell.kind(), "kind");
    code(cell.category(), "category");
    code(cell.source_type(), "source_type");
    code(cell.automated_decision(), "automated_decision");
    code(cell.outcome(), "outcome");
    Tolerate(cell.territory() == 0 || IsListedCountry(cell.territory()),
             "a cell of stats has a territory that is not in ISO 3166-1");
  }

  // The log writes 1..3; another number is one that this list lacks.
  void JudgeErasure(const v1::Erasure& erasure) const {
    Form(IsCode(erasure.basis()), "erasure.basis is required, 1..127");
    Form(Ascends(erasure.tags(), kTagMax),
         "erasure.tags is not a set of 1..24 that ascends");
    Form(a_.about_index_size() <= kErasedMax,
         "about_index has more than 400 indexes");
  }

  void JudgeRedaction(const v1::Redaction& redaction) const {
    Form(redaction.leaf_hash().size() == 32,
         "redaction.leaf_hash has not 32 bytes");
    Form(redaction.action_hash().size() == 32,
         "redaction.action_hash has not 32 bytes");
    Form(IsCode(redaction.basis()), "redaction.basis is required, 1..127");
    Form(Ascends(redaction.fields(), 0xffff),
         "redaction.fields is not a set of numbers of fields that ascends");
    if (IsNewerThanKnown(a_.taxonomy())) return;  // which has others, perhaps
    Form(std::ranges::all_of(redaction.fields(), IsField),
         "redaction.fields holds a number that no field has");
  }

  static bool IsField(uint32_t number) {
    return number <= FieldSet::kMax &&
           v1::Action::descriptor()->FindFieldByNumber(
               static_cast<int>(number)) != nullptr;
  }

  template <typename List>
  static bool Ascends(const List& list, uint32_t value_max) {
    uint32_t before = 0;
    for (const uint32_t value : list) {
      if (value <= before || value > value_max) return false;
      before = value;
    }
    return true;
  }

  void JudgeTerm(const v1::Term& term) const {
    Closed(term.kind(), v1::TERM_KIND_LABEL, "term.kind is not 1..5");
    Form(term.number() >= 1 && term.number() <= kNumberMax,
         "term.number is not 1..2^20");
    Form(term.text_sha256().size() == 32, "term.text_sha256 has not 32 bytes");
    Form(term.valid_from() == 0 || IsDay(term.valid_from()),
         "term.valid_from is no day of 2000..2037");
    Form(term.replaces() <= kNumberMax, "term.replaces is more than 2^20");
    Form(term.replaces() == 0 || term.replaces() != term.number(),
         "term.replaces is the term itself");
  }

  void JudgeKeyEvent(const v1::KeyEvent& key) const {
    Closed(key.op(), v1::KEY_OP_DESTROYED, "key_event.op is not 1..3");
    Closed(key.use(), v1::KEY_USE_VRF, "key_event.use is not 1..2");
    Form(key.number() >= 1 && key.number() <= kNumberMax,
         "key_event.number is not 1..2^20");
    if (key.op() != v1::KEY_OP_REGISTER) {
      return Form(key.public_key().empty() && key.proof().empty(),
                  "key_event.public_key and proof go with REGISTER alone");
    }
    if (key.use() > v1::KEY_USE_VRF) return;
    const size_t size = key.use() == v1::KEY_USE_VRF ? 33 : 32;
    Form(key.public_key().size() == size,
         "key_event.public_key has not " + std::to_string(size) + " bytes");
  }

  void JudgeSuccession(const v1::Succession& succession) const {
    const bool succeeds = succession.op() == v1::SUCCESSION_OP_SUCCEEDS;
    Closed(succession.op(), v1::SUCCESSION_OP_SUCCEEDS,
           "succession.op is not 1..2");
    if (succession.op() > v1::SUCCESSION_OP_SUCCEEDS) return;
    const auto key = ParseVerifierKey(succession.log());
    Form(key && key->type == SignatureType::kEd25519,
         "succession.log is no Ed25519 verifier key");
    Form(succeeds == (succession.size() > 0) &&
             succession.root().size() == (succeeds ? 32 : 0),
         "succession.size and root go with SUCCEEDS and with it alone");
  }

  const v1::Action& a_;
  const uint32_t tomorrow_;
  const Complain& complain_;
};

}  // namespace

void JudgeNested(const v1::Action& action, uint32_t tomorrow,
                 const Complain& complain) {
  Nested(action, tomorrow, complain).Run();
}

}  // namespace modlog
