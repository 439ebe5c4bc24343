// If these fail, the door of the log and the judge hold two versions of a rule
// of one entry alone: an honest log is called false for what it took, or one
// may sign what the pages forbid and be called true.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "log/rules/action_bytes.h"
#include "tests/agreement/both.h"
#include "tests/audit/record_log.h"
#include "verifier/core/seal.h"
#include "verifier/receipt/entry_words.h"
#include "verifier/rules/kind_table.h"

namespace modlog::entry_rules_test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using A = v1::Action;

constexpr uint32_t kToday = kRecordDay;
constexpr auto& kOrigin = kAgreementOrigin;

// ---- where they may differ, and why

enum class Judged { kWarning, kNot };
struct Difference {
  std::string_view field;  // of a refusal; "[]" stands for any index
  std::string_view rule;   // begin of its words
  Judged judged;
  std::string_view why;
  bool newer = false;  // of entries of a code list that is still to come
};
constexpr Difference kDifferences[] = {
    {"bulk.field", "", Judged::kWarning, "an earlier log took any number"},
    {"bulk.from_code", "", Judged::kWarning, "an earlier log took any value"},
    {"bulk.to_code", "must be what", Judged::kWarning,
     "an earlier log took any value"},
    {"bulk.to_code", "must not take", Judged::kWarning,
     "an earlier log took 0 for any field"},
    {"stats.cells[].territory", "", Judged::kWarning,
     "an earlier log took any number"},
    {"erasure.basis", "is required", Judged::kNot,
     "the log writes what it knows, 1..3; codes are open to the reader"},
    {"redaction.basis", "is required", Judged::kNot,
     "the log writes what it knows, 1..3; codes are open to the reader"},
    {"kind", "is written by the log", Judged::kWarning,
     "an erasure of a platform hides nothing"},
    {"redaction.fields", "", Judged::kNot, "a later list may have it", true},
    {"language", "", Judged::kWarning, "a later list may have it", true},
    {"source_country", "", Judged::kWarning, "a later list may have it", true},
    {"territories", "must be countries", Judged::kWarning,
     "a later list may have it", true},
    {"keywords[]", "belongs", Judged::kNot, "a later list may group it so",
     true},
};

std::string WithoutIndexes(const std::string& path) {
  std::string out;
  bool within = false;
  for (const char c : path) {
    if (c == ']') within = false;
    if (!within) out += c;
    if (c == '[') within = true;
  }
  return out;
}

const Difference* DifferenceOf(const Violation& refusal, bool newer) {
  std::string field = WithoutIndexes(refusal.field);
  if (field.starts_with("corrected.")) field.erase(0, 10);
  for (const Difference& difference : kDifferences) {
    if (difference.field == field && (newer || !difference.newer) &&
        refusal.description.starts_with(difference.rule)) {
      return &difference;
    }
  }
  return nullptr;
}

// Why the two do not agree; empty: they do.
std::string Disagreement(const Agreement& both, bool newer) {
  if (both.admitted()) {
    return both.violates() ? "admitted, and a violation" : "";
  }
  if (both.violates() || both.unjudged()) return "";
  bool warning = false;
  for (const Violation& refusal : both.refusals) {
    const Difference* const difference = DifferenceOf(refusal, newer);
    if (difference == nullptr) return "refused, and no violation";
    warning = warning || difference->judged == Judged::kWarning;
  }
  return warning && !both.warns() ? "refused, and no warning" : "";
}

// ---- actions at random

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t end) { return random_() % end; }
  int BelowInt(int end) {
    return static_cast<int>(Below(static_cast<uint64_t>(end)));
  }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <typename T>
  T Pick(std::initializer_list<T> list) {
    return *(list.begin() + Below(list.size()));
  }

  // A valid action of some kind, with some of what its row allows.
  v1::Action Valid(bool within = false) {
    const auto table = KindTable();
    const KindRow* row = &table[Below(table.size())];
    while (within && !kRecordKinds.Has(row->kind)) {
      row = &table[Below(table.size())];
    }
    v1::Action action;
    action.set_kind(row->kind);
    action.set_puid(Puid());
    action.set_taxonomy(Pick({202'507u, 202'507u, 202'309u}));
    if (row->kind == v1::KIND_PUBLICATION_CHANGED || OneIn(4)) {
      action.set_provenance(static_cast<v1::Provenance>(1 + Below(3)));
    }
    if (row->label_op != 0) action.set_label_op(row->label_op);
    for (const int field : (row->needs | row->needs_own).Numbers()) {
      SetValid(field, &action);
    }
    if (row->needs_measure) SetValid(5, &action);
    if (!OneIn(3)) {
      for (const int field : row->allows.Numbers()) {
        if (OneIn(6)) SetValid(field, &action);
      }
    }
    for (const int field : {4, 19, 37, 59}) {
      if (OneIn(8)) SetValid(field, &action);
    }
    if (row->kind == v1::KIND_CORRECTION) SetCorrection(&action);
    if (row->kind == v1::KIND_SUCCESSION) SetSuccession(&action);
    Mend(&action);
    return action;
  }

  std::string PlatformOf(const v1::Action& action) {
    const bool own = action.kind() == v1::KIND_PAYLOAD_ERASED ||
                     action.kind() == v1::KIND_LEAF_REDACTED ||
                     action.kind() == v1::KIND_SUCCESSION;
    return own != OneIn(40) ? "" : "example";
  }

  // Changes something somewhere in the message.
  void Mutate(Message* message) {
    std::vector<const FieldDescriptor*> fields;
    message->GetReflection()->ListFields(*message, &fields);
    const auto* const type = message->GetDescriptor();
    const FieldDescriptor* field = type->field(BelowInt(type->field_count()));
    if (!fields.empty() && OneIn(2)) field = fields[Below(fields.size())];
    if (field->message_type() != nullptr) return MutateBelow(message, field);
    if (OneIn(6)) return message->GetReflection()->ClearField(message, field);
    if (field->is_repeated()) return MutateList(message, field);
    SetAny(message, field);
  }

  // Bytes that are not, or no longer, what encoding gives.
  std::string Spoil(const v1::Action& action) {
    v1::Action copy = action;
    std::string bytes = EncodeAction(copy);
    switch (Below(7)) {
      case 0:
        AddUnknown(&copy);
        return EncodeAction(copy);
      case 1:
        bytes[Below(bytes.size())] ^= static_cast<char>(1u << Below(8));
        return bytes;
      case 2:
        bytes.resize(Below(bytes.size() + 1));
        return bytes;
      case 3:
        return bytes + bytes.substr(0, 2);
      case 4:
        return bytes + std::string("\x98\x01\x00", 3);
      case 5:
        bytes.insert(Below(bytes.size() + 1), 1, static_cast<char>(Below(256)));
        return bytes;
      default:
        return bytes + std::string(Below(5'000), 'a');
    }
  }

 private:
  using Field = FieldDescriptor;

  std::string Puid() { return Pick({"a", "b-1", "C_2", "d3", "e", "f"}); }

  void SetValid(int number, v1::Action* action) {
    const Field* const field = A::descriptor()->FindFieldByNumber(number);
    const auto* const reflection = action->GetReflection();
    switch (number) {
      case A::kAboutFieldNumber:
        action->clear_about();
        return action->add_about("other" + std::to_string(Below(9)));
      case A::kCauseFieldNumber:
        action->clear_cause();
        return action->add_cause("why");
      case A::kCommitmentFieldNumber:
        return action->set_commitment(std::string(32, 'c'));
      case A::kSubjectHandleFieldNumber:
      case A::kHandleKeyFieldNumber:
        action->set_handle_key(1);
        return action->set_subject_handle(std::string(16, 'h'));
      case A::kTerritoryFieldNumber:
        return action->set_territory(Pick({1u, 3u, 1u << 29, 1u << 30}));
      case A::kTerritoriesFieldNumber:
        action->clear_territories();
        return action->add_territories(('U' - 'A') * 26 + 'S' - 'A' + 1);
      case A::kLanguageFieldNumber:
        return action->set_language(('D' - 'A') * 26 + 'E' - 'A' + 1);
      case A::kSourceCountryFieldNumber:
        return action->set_source_country(('D' - 'A') * 26 + 'E' - 'A' + 1);
      case A::kEan13FieldNumber:
        return action->set_ean13(4006381333931);
      case A::kAboutIndexFieldNumber:
        action->clear_about_index();
        return action->add_about_index(Below(9));
      case A::kStrikesFieldNumber:
        return action->set_strikes(1 + static_cast<uint32_t>(Below(1'000)));
      case A::kLabelOpFieldNumber:
      case A::kCorrectedFieldNumber:
      case A::kBulkFieldNumber:
      case A::kSuccessionFieldNumber:
        return;
      case A::kErasureFieldNumber:
        action->mutable_erasure()->set_basis(v1::ERASURE_BASIS_PERSON);
        if (OneIn(2)) action->mutable_erasure()->add_tags(3);
        return;
      case A::kRedactionFieldNumber:
        return SetRedaction(action->mutable_redaction());
      case A::kStatsFieldNumber:
        return SetStats(action->mutable_stats());
      case A::kTermFieldNumber:
        return SetTerm(action->mutable_term());
      case A::kKeyEventFieldNumber:
        return SetKeyEvent(action->mutable_key_event());
      default:
        break;
    }
    const std::string& name = field->name();
    const bool day = name.ends_with("_date") || name.starts_with("end_") ||
                     name == "payload_until" || name == "strikes_expire";
    const auto code = static_cast<int>(1 + Below(5));
    switch (field->cpp_type()) {
      case Field::CPPTYPE_ENUM:
        if (!field->is_repeated()) {
          return reflection->SetEnumValue(action, field, code);
        }
        reflection->ClearField(action, field);
        return reflection->AddEnumValue(action, field, code);
      case Field::CPPTYPE_UINT32:
        if (field->is_repeated()) {
          reflection->ClearField(action, field);
          return reflection->AddUInt32(action, field, 1);
        }
        return reflection->SetUInt32(action, field, day ? kToday : 1);
      case Field::CPPTYPE_UINT64:
        return reflection->SetUInt64(action, field, 1 + Below(100));
      default:
        return;
    }
  }

  static void SetRedaction(v1::Redaction* redaction) {
    redaction->set_leaf_hash(std::string(32, 'l'));
    redaction->set_action_hash(std::string(32, 'a'));
    redaction->set_basis(v1::ERASURE_BASIS_AUTHORITY);
    redaction->add_fields(6);
  }
  void SetStats(v1::Stats* stats) {
    stats->set_from(kToday - 30);
    stats->set_to(kToday);
    stats->set_clock(v1::STATS_CLOCK_LOGGED);
    for (uint64_t i = 1 + Below(2); i > 0; --i) {
      v1::StatsCell* const cell = stats->add_cells();
      cell->set_unit(v1::STATS_UNIT_ENTRIES);
      cell->set_value(4 - i);
    }
  }
  void SetTerm(v1::Term* term) {
    term->set_kind(static_cast<v1::TermKind>(1 + Below(5)));
    term->set_number(1 + static_cast<uint32_t>(Below(1u << 20)));
    term->set_text_sha256(std::string(32, 't'));
    if (OneIn(3)) term->set_valid_from(kToday);
    if (OneIn(3)) term->set_replaces(term->number() % (1u << 20) + 1);
  }
  void SetKeyEvent(v1::KeyEvent* event) {
    event->set_use(OneIn(2) ? v1::KEY_USE_VRF : v1::KEY_USE_SEAL);
    event->set_number(1 + static_cast<uint32_t>(Below(3)));
    event->set_op(static_cast<v1::KeyOp>(1 + Below(3)));
    if (event->op() != v1::KEY_OP_REGISTER) return;
    // Making a proof is dear: one for each number and use.
    static std::map<std::pair<int, uint32_t>, std::string> proofs;
    std::string& proof = proofs[{event->use(), event->number()}];
    const std::string text = KeyProofText(kOrigin, "example", event->number());
    if (event->use() == v1::KEY_USE_VRF) {
      static const VrfPrivateKey key = RecordLog::HandleKey();
      event->set_public_key(std::string(AsText(key.PublicKey().raw())));
      if (proof.empty()) proof = *key.Prove(AsBytes(text));
    } else {
      static const Ed25519PrivateKey key = RecordLog::SealKey();
      event->set_public_key(std::string(AsText(key.PublicKey().raw())));
      if (proof.empty()) proof = key.Sign(AsBytes(text));
    }
    event->set_proof(proof);
  }
  void SetCorrection(v1::Action* action) {
    if (OneIn(2)) {
      action->clear_about();
      v1::BulkCorrection* const bulk = action->mutable_bulk();
      bulk->set_first(Below(3));
      bulk->set_last(bulk->first() + Below(3));
      bulk->set_field(Pick({6u, 10u, 11u, 19u, 22u, 26u, 30u, 56u, 70u}));
      bulk->set_from_code(0);
      bulk->set_to_code(bulk->field() == 10 || bulk->field() == 11 ||
                                bulk->field() == 26
                            ? kToday
                            : 1);
      if (OneIn(2)) return;
      bulk->set_exchange(true);
      if (bulk->field() != 22) bulk->set_from_code(bulk->to_code() + 1);
      if (!OneIn(4)) action->set_taxonomy(kNewestTaxonomy);
      return;
    }
    *action->mutable_corrected() = Valid(true);
    action->clear_about();
    action->add_about(action->corrected().puid());
    action->set_puid("correction");
  }
  void SetSuccession(v1::Action* action) {
    static const std::string other = FormatVerifierKey(SuccessorKey().verifier);
    v1::Succession* const succession = action->mutable_succession();
    succession->set_log(other);
    succession->set_op(v1::SUCCESSION_OP_SUCCEEDED_BY);
    action->set_puid("succeeded-by");
    if (OneIn(2)) return;
    succession->set_op(v1::SUCCESSION_OP_SUCCEEDS);
    succession->set_size(1 + Below(9));
    succession->set_root(std::string(32, 'r'));
    action->set_puid("succeeds");
  }

  // What needs what.
  static void Mend(v1::Action* action) {
    if (action->kind() != v1::KIND_LABEL && action->visibility().empty()) {
      action->clear_end_visibility();
    }
    if (action->account() != v1::ACCOUNT_DECISION_SUSPENDED) {
      action->clear_end_account();
    }
    if (action->monetary() == 0) action->clear_end_monetary();
    if (action->provision() == 0) action->clear_end_provision();
    if (action->affected() == 0) action->clear_affected_kind();
    if (action->strikes() == 0) action->clear_strikes_expire();
    if (action->commitment().empty()) action->clear_payload_until();
    if (action->provenance() == 0) action->clear_source_date();
    if (action->ground() != v1::GROUND_INCOMPATIBLE_CONTENT) {
      action->clear_also_illegal();
    }
    if (action->territory() == 1u << 30) action->clear_territories();
    if (action->regime() == v1::REGIME_EU_DSA) {
      action->set_regime(v1::REGIME_US_DMCA);
    }
    const auto& more = action->more_categories();
    if (std::ranges::find(more, action->category()) != more.end()) {
      action->clear_more_categories();
    }
    if (action->provenance() == 0) action->clear_keywords();
  }

  uint64_t AnyNumber() {
    if (OneIn(4)) return Below(130);
    if (OneIn(8)) return random_();
    return Pick<uint64_t>({0,
                           1,
                           2,
                           3,
                           5,
                           8,
                           9,
                           16,
                           24,
                           25,
                           100,
                           126,
                           127,
                           128,
                           200,
                           400,
                           676,
                           677,
                           1'000,
                           1'001,
                           1u << 20,
                           (1u << 20) + 1,
                           1u << 29,
                           1u << 30,
                           (1u << 30) + 1,
                           1u << 31,
                           0xffff,
                           0x10000,
                           10'956,
                           10'957,
                           24'837,
                           24'838,
                           kToday - 1,
                           kToday,
                           kToday + 1,
                           kToday + 2,
                           kToday + 3,
                           201'912,
                           202'001,
                           202'012,
                           202'013,
                           202'309,
                           202'507,
                           202'611,
                           202'612,
                           209'912,
                           210'001,
                           4'006'381'333'931,
                           9'999'999'999'999,
                           10'000'000'000'000,
                           0xffffffff,
                           0xffffffffffffffff});
  }
  std::string AnyText(bool bytes) {
    if (bytes) {
      return std::string(Pick<size_t>({0, 1, 15, 16, 17, 31, 32, 33, 64, 65}),
                         static_cast<char>('a' + Below(4)));
    }
    return Pick<std::string>(
        {"", "a", "b-1", "C_2", "own", "z", std::string(64, 'p'),
         std::string(65, 'p'), "with blank", "dot.dot", "\xc3\xa9", "succeeds",
         "succeeded-by", std::string("z\0", 2), "other1", "other10"});
  }

  void SetAny(Message* message, const Field* field) {
    const auto* const reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_ENUM:
        return reflection->SetEnumValue(
            message, field,
            OneIn(6) ? -static_cast<int>(1 + Below(130))
                     : static_cast<int>(static_cast<uint32_t>(AnyNumber())));
      case Field::CPPTYPE_UINT32:
        return reflection->SetUInt32(message, field,
                                     static_cast<uint32_t>(AnyNumber()));
      case Field::CPPTYPE_UINT64:
        return reflection->SetUInt64(message, field, AnyNumber());
      case Field::CPPTYPE_BOOL:
        return reflection->SetBool(message, field, OneIn(2));
      case Field::CPPTYPE_STRING:
        return reflection->SetString(
            message, field, AnyText(field->type() == Field::TYPE_BYTES));
      default:
        return;
    }
  }

  void AddAny(Message* message, const Field* field) {
    const auto* const reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_ENUM:
        return reflection->AddEnumValue(
            message, field,
            static_cast<int>(static_cast<uint32_t>(AnyNumber())));
      case Field::CPPTYPE_UINT32:
        return reflection->AddUInt32(message, field,
                                     static_cast<uint32_t>(AnyNumber()));
      case Field::CPPTYPE_UINT64:
        return reflection->AddUInt64(message, field, AnyNumber());
      default:
        return reflection->AddString(message, field, AnyText(false));
    }
  }

  void MutateList(Message* message, const Field* field) {
    const auto* const reflection = message->GetReflection();
    const int size = reflection->FieldSize(*message, field);
    switch (Below(4)) {
      case 0:
        if (size > 1) {
          return reflection->SwapElements(message, field, 0, BelowInt(size));
        }
        return AddAny(message, field);
      case 1: {  // ascending, about as many as there may be
        reflection->ClearField(message, field);
        const uint64_t count =
            Pick<uint64_t>({1, 2, 4, 5, 7, 8, 9, 15, 16, 17, 249, 251, 401});
        for (uint64_t i = 0; i < count; ++i) AddAscending(message, field, i);
        return;
      }
      default:
        return AddAny(message, field);
    }
  }

  static void AddAscending(Message* message, const Field* field, uint64_t i) {
    const auto* const reflection = message->GetReflection();
    const auto number = static_cast<uint32_t>(i + 1);
    switch (field->cpp_type()) {
      case Field::CPPTYPE_ENUM:
        return reflection->AddEnumValue(message, field,
                                        static_cast<int>(number));
      case Field::CPPTYPE_UINT32:
        return reflection->AddUInt32(message, field, number);
      case Field::CPPTYPE_UINT64:
        return reflection->AddUInt64(message, field, number);
      default:
        return reflection->AddString(message, field,
                                     "x" + std::to_string(1'000 + i));
    }
  }

  void MutateBelow(Message* message, const Field* field) {
    const auto* const reflection = message->GetReflection();
    if (field->is_repeated()) {
      const int size = reflection->FieldSize(*message, field);
      if (size > 1 && OneIn(4)) {
        return reflection->SwapElements(message, field, 0, size - 1);
      }
      if (size == 0 || OneIn(4)) {
        return Mutate(reflection->AddMessage(message, field));
      }
      return Mutate(
          reflection->MutableRepeatedMessage(message, field, BelowInt(size)));
    }
    if (OneIn(12)) return reflection->ClearField(message, field);
    Message* const below = reflection->MutableMessage(message, field);
    for (uint64_t i = 1 + Below(2); i > 0; --i) Mutate(below);
  }

  // Of the message itself or of one within.
  void AddUnknown(Message* message) {
    const auto* const reflection = message->GetReflection();
    std::vector<const Field*> fields;
    reflection->ListFields(*message, &fields);
    for (const Field* field : fields) {
      if (field->message_type() == nullptr || OneIn(4)) continue;
      return AddUnknown(
          field->is_repeated()
              ? reflection->MutableRepeatedMessage(message, field, 0)
              : reflection->MutableMessage(message, field));
    }
    reflection->MutableUnknownFields(message)->AddVarint(
        Pick({15, 100, 127, 128, 1'000}), 1);
  }

  std::mt19937_64 random_;
};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(EntryRulesTest, LogAndJudgeAgreeOfAnyEntryAlone) {
  const uint64_t seed = FromEnvironment("MODLOG_SEED", 11);
  const uint64_t count = FromEnvironment("MODLOG_MUTATIONS", 150'000);
  const google::protobuf::LogSilencer no_words_about_utf8;
  Maker maker(seed);
  std::map<int, uint64_t> admitted;
  std::map<std::string, uint64_t> disagreements;
  uint64_t refused = 0;
  for (uint64_t i = 0; i < count; ++i) {
    v1::Action action = maker.Valid();
    const std::string platform = maker.PlatformOf(action);
    if (!maker.OneIn(8)) {
      for (uint64_t n = 1 + maker.Below(3); n > 0; --n) maker.Mutate(&action);
    }
    const std::string bytes =
        maker.OneIn(10) ? maker.Spoil(action) : EncodeAction(action);
    const Agreement both = AskBoth(platform, bytes);
    if (both.admitted()) {
      ++admitted[action.kind()];
    } else {
      ++refused;
    }
    v1::Action read;
    (void)read.ParseFromString(bytes);
    const bool newer = IsNewerThanKnown(read.taxonomy()) ||
                       IsNewerThanKnown(read.corrected().taxonomy());
    const std::string why = Disagreement(both, newer);
    if (why.empty()) continue;
    std::string what = why;
    if (both.admitted()) {
      what += ": " + both.findings[0].what;
    } else {
      what += ": " + WithoutIndexes(both.refusals[0].field) + " " +
              both.refusals[0].description;
    }
    if (disagreements[what]++ > 0 || disagreements.size() > 40) continue;
    ADD_FAILURE() << "seed " << seed << ", number " << i << ", platform \""
                  << platform << "\": " << what << "\n"
                  << Words(both, bytes);
  }
  EXPECT_GT(refused, count / 4);
  for (int kind = 1; kind <= v1::KIND_SUCCESSION; ++kind) {
    EXPECT_GT(admitted[kind], 0u) << KindName(kind);
  }
}

// What the test above has found, by name.

TEST(EntryRulesTest, AScheduleHasNoEndDates) {
  // An audit took them, and the page and the log do not.
  v1::Action action = RecordOf(v1::KIND_SCHEDULED, "s");
  const Agreement without = AskBoth("example", EncodeAction(action));
  EXPECT_TRUE(without.admitted() && without.findings.empty());
  action.set_end_visibility(kToday + 20);
  const Agreement with = AskBoth("example", EncodeAction(action));
  EXPECT_FALSE(with.admitted());
  EXPECT_TRUE(with.violates());
}

TEST(EntryRulesTest, ACopyIsCorrectedIntoWhatACopyMayBe) {
  // The log asked more of it than of the copy, because the platform corrects.
  v1::Action action = RecordOf(v1::KIND_CORRECTION, "correction");
  action.add_about("a");
  *action.mutable_corrected() = CopyOf(Takedown("a"));
  action.mutable_corrected()->add_keywords(v1::KEYWORD_PHISHING);
  const Agreement both = AskBoth("example", EncodeAction(action));
  EXPECT_TRUE(both.admitted());
  EXPECT_TRUE(both.warns());
  action.mutable_corrected()->clear_provenance();
  const Agreement own = AskBoth("example", EncodeAction(action));
  EXPECT_FALSE(own.admitted());
  EXPECT_TRUE(own.violates());
}

}  // namespace
}  // namespace modlog::entry_rules_test
