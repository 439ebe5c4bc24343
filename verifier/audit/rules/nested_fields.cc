#include "verifier/audit/rules/nested_fields.h"

#include <google/protobuf/descriptor.h>

#include "verifier/audit/rules/codes.h"
#include "verifier/core/note.h"

namespace modlog {
namespace {

class Nested {
 public:
  Nested(const v1::Action& action, uint32_t tomorrow, const Complain& complain)
      : a_(action), tomorrow_(tomorrow), complain_(complain) {}

  void Run() const {
    if (a_.has_corrected()) JudgeCorrected();
    if (a_.has_bulk()) JudgeBulk(a_.bulk());
    if (a_.has_stats()) JudgeStats(a_.stats());
    if (a_.has_erasure()) Need(a_.erasure().basis() != 0, "erasure.basis");
    if (a_.has_redaction()) JudgeRedaction(a_.redaction());
    if (a_.has_term()) JudgeTerm(a_.term());
    if (a_.has_key_event()) JudgeKeyEvent(a_.key_event());
    if (a_.has_succession()) JudgeSuccession(a_.succession());
  }

 private:
  void Form(bool holds, std::string_view what) const {
    if (!holds) {
      complain_(kRuleFields, Severity::kViolation, std::string(what));
    }
  }
  void Need(bool holds, std::string_view field) const {
    if (!holds) Form(false, std::string(field) + " is required");
  }

  void JudgeCorrected() const {
    const v1::Action& record = a_.corrected();
    Form(a_.about_size() != 1 || a_.about(0) == record.puid(),
         "corrected bears another puid than about");
    Form(kRecordKinds.Has(record.kind()),
         "corrected is of a kind that cannot be corrected");
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
    using Field = google::protobuf::FieldDescriptor;
    const Field* field = bulk.field() > FieldSet::kMax
                             ? nullptr
                             : v1::Action::descriptor()->FindFieldByNumber(
                                   static_cast<int>(bulk.field()));
    Form(field != nullptr && !field->is_repeated() &&
             (field->cpp_type() == Field::CPPTYPE_ENUM ||
              field->cpp_type() == Field::CPPTYPE_UINT32),
         "bulk.field is not a singular code or day of Action");
    Form(bulk.first() <= bulk.last(), "bulk.last lies before bulk.first");
    Form(bulk.from_code() != bulk.to_code(), "bulk changes nothing");
  }

  void JudgeStats(const v1::Stats& stats) const {
    Form(stats.from() != 0 && stats.from() <= stats.to(),
         "stats.from and to are not two days in order");
    Form(stats.clock() >= 1 && stats.clock() <= kCodeMax,
         "stats.clock is required");
    const size_t sha = stats.source_sha256().size();
    Form(sha == 0 || sha == 32, "stats.source_sha256 has not 32 bytes");
    Form(stats.cells_size() >= 1 && stats.cells_size() <= 64,
         "stats has not 1..64 cells");
    std::string before;
    for (const v1::StatsCell& cell : stats.cells()) {
      std::string bytes = cell.SerializeAsString();
      Form(cell.unit() >= 1 && cell.unit() <= kCodeMax,
           "a cell of stats has no unit");
      Form(before < bytes, "the cells of stats are not in order, each once");
      before = std::move(bytes);
    }
  }

  void JudgeRedaction(const v1::Redaction& redaction) const {
    Form(redaction.leaf_hash().size() == 32,
         "redaction.leaf_hash has not 32 bytes");
    Form(redaction.action_hash().size() == 32,
         "redaction.action_hash has not 32 bytes");
    Need(redaction.basis() != 0, "redaction.basis");
  }

  void JudgeTerm(const v1::Term& term) const {
    Need(term.kind() != 0, "term.kind");
    Form(term.number() >= 1 && term.number() <= 1u << 20,
         "term.number is not 1..2^20");
    Form(term.text_sha256().size() == 32, "term.text_sha256 has not 32 bytes");
  }

  void JudgeKeyEvent(const v1::KeyEvent& key) const {
    Need(key.op() != 0, "key_event.op");
    Need(key.use() != 0, "key_event.use");
    Need(key.number() != 0, "key_event.number");
    if (key.op() != v1::KEY_OP_REGISTER) return;
    const size_t size = key.use() == v1::KEY_USE_VRF ? 33 : 32;
    Form(key.public_key().size() == size,
         "key_event.public_key has not " + std::to_string(size) + " bytes");
  }

  void JudgeSuccession(const v1::Succession& succession) const {
    const bool succeeds = succession.op() == v1::SUCCESSION_OP_SUCCEEDS;
    Form(succeeds || succession.op() == v1::SUCCESSION_OP_SUCCEEDED_BY,
         "succession.op is not 1..2");
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
