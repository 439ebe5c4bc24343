#include "api/import/dsa/dsa_record.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/days.h"
#include "api/import/dsa/dsa_fields.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/utf8.h"
#include "api/import/puid.h"
#include "api/import/record_payload.h"
#include "api/import/source_meta.h"
#include "log/rules/code_lists.h"
#include "log/rules/dsa_lists.h"

namespace modlog {
namespace {

constexpr std::string_view kMidnight = " 00:00:00";
constexpr size_t kMetaCharactersMax = 65'536;

// ^[A-Za-z0-9_-]{1,64}$
bool IsPuid(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

// Where a text stops being UTF-8, from 1.
size_t FindBadByte(std::string_view text) {
  size_t good = 0, bad = text.size();
  while (good < bad) {  // a prefix that ends within a character is bad, too
    const size_t middle = good + (bad - good) / 2;
    if (IsUtf8(text.substr(0, middle + 1))) {
      good = middle + 1;
    } else {
      bad = middle;
    }
  }
  return good + 1;
}

class RecordMaker {
 public:
  RecordMaker(const DsaStatement& statement, unsigned taxonomy,
              const DsaRecordOptions& options)
      : statement_(statement), taxonomy_(taxonomy), options_(options) {}

  std::expected<DsaRecord, DsaFault> Make() {
    CheckTexts();
    TakePuid();
    TakeCodes();
    TakeTerritory();
    TakeDays();
    TakeTexts();
    TakeProduct();
    CheckRequired();
    if (fault_) return std::unexpected(*std::move(fault_));
    Finish();
    if (fault_) return std::unexpected(*std::move(fault_));
    return std::move(record_);
  }

 private:
  const std::string& Cell(DsaColumn column) const {
    return statement_.cells[column];
  }
  // The first fault counts.
  void Refuse(std::string_view column, std::string reason) {
    if (!fault_) fault_ = DsaFault{std::string(column), std::move(reason)};
  }
  void Refuse(DsaColumn column, std::string reason) {
    Refuse(DsaColumnName(column), std::move(reason));
  }
  void Warn(DsaColumn column, std::string reason) {
    record_.warnings.push_back(
        {std::string(DsaColumnName(column)), std::move(reason)});
  }
  // The column's text goes into part 20 as it is.
  void Keep(DsaColumn column) { kept_.insert(column); }
  void Keep(DsaColumn column, std::string why) {
    Keep(column);
    Warn(column, absl::StrCat(why, "; its text is kept"));
  }

  void CheckUtf8(std::string_view column, std::string_view text) {
    if (IsUtf8(text)) return;
    Refuse(column, absl::StrCat("byte ", FindBadByte(text),
                                " is not UTF-8: convert the file first, from "
                                "Latin-1 with iconv -f latin1 -t utf-8"));
  }

  void CheckTexts() {
    for (size_t i = 0; i < kDsaColumnCount; ++i) {
      const auto column = static_cast<DsaColumn>(i);
      CheckUtf8(DsaColumnName(column), Cell(column));
    }
    for (const DsaOther& other : statement_.others) {
      CheckUtf8("(name of an attribute)", other.name);
      CheckUtf8(other.name, other.value);
    }
  }

  void TakePuid() {
    const std::string& puid = Cell(kDsaPuid);
    if (IsPuid(puid)) {
      record_.puid = puid;
    } else if (!puid.empty()) {
      Keep(kDsaPuid,
           "not of the form ^[A-Za-z0-9_-]{1,64}$; a derived one "
           "stands for it");
      record_.puid = DerivePuid(options_.secret, absl::StrCat("dsa:", puid),
                                Sha256(AsBytes(puid)), "dsa");
    } else if (IsPuid(Cell(kDsaUuid))) {
      Keep(kDsaPuid);  // so that it is absent again when written
      record_.puid = Cell(kDsaUuid);
    } else {
      Refuse(kDsaPuid, "missing, and there is no uuid in its place");
    }
    action_.set_puid(record_.puid);
  }

  // FindCode returns the number, kUnlistedCode for a name without one; nothing
  // for a text that is no code.
  std::optional<int> FindCode(const DsaCodeField& field,
                              const std::string& name) {
    if (const auto code = FindDsaCode(field.codes, name)) {
      seen_v1_ |= code->lists == DsaLists::kV1Only;
      seen_v2_ |= code->lists == DsaLists::kV2Only;
      const bool renamed =
          code->lists == DsaLists::kV1Only && code->number < 100;
      if (renamed) v1_columns_.insert(field.column);
      return code->number;
    }
    if (!IsDsaCodeName(name)) {
      Refuse(field.column, "not a code, want ^[A-Za-z0-9_]{1,100}$");
      return std::nullopt;
    }
    unlisted_.append(field.field_name).append("=").append(name).append("\n");
    Warn(field.column, absl::StrCat("unknown code ", name, ", kept by name"));
    return kUnlistedCode;
  }

  void TakeCodes() {
    const auto& reflection = *v1::Action::GetReflection();
    const auto& fields = *v1::Action::descriptor();
    for (const DsaCodeField& field : DsaSingleCodes()) {
      if (Cell(field.column).empty()) continue;
      const auto code = FindCode(field, Cell(field.column));
      if (!code) continue;
      reflection.SetEnumValue(&action_, fields.FindFieldByNumber(field.field),
                              *code);
    }
    for (const DsaCodeField& field : DsaCodeLists()) TakeList(field);
    for (const DsaYesNoField& field : DsaYesNos()) TakeYesNo(field);
    const bool illegal_allowed =
        action_.ground() == v1::GROUND_INCOMPATIBLE_CONTENT;
    if (action_.also_illegal() != 0 && !illegal_allowed) {
      action_.clear_also_illegal();
      Keep(kDsaAlsoIllegal, "without DECISION_GROUND_INCOMPATIBLE_CONTENT");
    }
  }

  void TakeList(const DsaCodeField& field) {
    std::set<int> codes;
    for (const std::string& name : statement_.List(field.column)) {
      const auto code = FindCode(field, name);
      if (!code) continue;
      if (!codes.empty() && *code <= *codes.rbegin()) record_.reordered = true;
      codes.insert(*code);
    }
    if (field.column == kDsaMoreCategories &&
        codes.erase(action_.category()) > 0) {
      Keep(field.column, "repeats category");
    }
    if (codes.size() > field.size_max) {
      Keep(field.column, absl::StrCat(codes.size(), " codes, the record holds ",
                                      field.size_max));
    }
    const auto& reflection = *v1::Action::GetReflection();
    const auto* number =
        v1::Action::descriptor()->FindFieldByNumber(field.field);
    size_t taken = 0;
    for (const int code : codes) {
      if (taken++ == field.size_max) break;
      reflection.AddEnumValue(&action_, number, code);
    }
  }

  void TakeYesNo(const DsaYesNoField& field) {
    const std::string& text = Cell(field.column);
    if (text.empty()) return;
    if (text != "Yes" && text != "No") {
      if (!IsDsaCodeName(text)) {
        Refuse(field.column, "neither Yes nor No");
      } else {
        Keep(field.column, "neither Yes nor No");
      }
      return;
    }
    v1::Action::GetReflection()->SetEnumValue(
        &action_, v1::Action::descriptor()->FindFieldByNumber(field.field),
        text == "Yes" ? v1::YES_NO_YES : v1::YES_NO_NO);
  }

  void TakeTerritory() {
    uint32_t bits = 0;
    bool all_known = true;
    for (const std::string& country : statement_.List(kDsaTerritory)) {
      const auto bit = TerritoryBit(country);
      if (bit) {
        if (bits >> *bit != 0) record_.reordered = true;
        bits |= 1u << *bit;
        continue;
      }
      all_known = false;
      if (!IsDsaCodeName(country))
        Refuse(kDsaTerritory, "not a country's code");
    }
    if (!all_known)
      Keep(kDsaTerritory, "names a country that is not of the 30");
    action_.set_territory(bits);
    TakeLanguage();
  }

  void TakeLanguage() {
    const std::string& language = Cell(kDsaLanguage);
    if (language.empty()) return;
    const auto packed = PackLetters(language);
    if (packed && IsLanguage(*packed)) {
      action_.set_language(*packed);
    } else if (IsDsaCodeName(language)) {
      Keep(kDsaLanguage, "not a language of ISO 639-1");
    } else {
      Refuse(kDsaLanguage, "not a language's code");
    }
  }

  void TakeDays() {
    size_t days = 0, with_midnight = 0;
    for (const DsaDayField& field : DsaDays()) {
      if (Cell(field.column).empty()) continue;
      ++days;
      if (Cell(field.column).ends_with(kMidnight)) ++with_midnight;
    }
    all_midnight_ = days > 0 && with_midnight == days;
    for (const DsaDayField& field : DsaDays()) TakeDay(field);
  }

  void TakeDay(const DsaDayField& field) {
    const std::string_view text = Cell(field.column);
    if (text.empty()) return;
    const std::string_view date = text.substr(0, 10);
    const auto day = ParseDsaDay(date);
    const std::string_view rest =
        text.substr(std::min<size_t>(10, text.size()));
    if (!day && IsCalendarDay(date)) {
      return Keep(field.column, "a day before 1970-01-01");
    }
    if (!day || (!rest.empty() && !rest.starts_with(' '))) {
      return Refuse(field.column, "not a day, want YYYY-MM-DD");
    }
    // The database takes any day that it can read; what the record's field
    // cannot hold is kept as the statement says it.
    if (*day < kEntryDayMin || *day > kEntryDayMax) {
      return Keep(field.column, "a day outside of 2000-01-01 to 2038-01-01");
    }
    const bool has_been =
        field.column == kDsaContentDate || field.column == kDsaApplicationDate;
    if (has_been && *day > options_.today + 1) {
      return Keep(field.column, "a day that lies in the future");
    }
    if (LacksMeasure(field.column)) {
      return Keep(field.column, "the end of a measure that is not there");
    }
    if (options_.first_hand && EndsBeforeItApplies(field.column, *day)) {
      return Keep(field.column, "an end before application_date");
    }
    if (!rest.empty() && !all_midnight_) Keep(field.column);
    v1::Action::GetReflection()->SetUInt32(
        &action_, v1::Action::descriptor()->FindFieldByNumber(field.field),
        *day);
  }

  static bool IsEnd(DsaColumn column) {
    return column == kDsaEndVisibility || column == kDsaEndMonetary ||
           column == kDsaEndProvision || column == kDsaEndAccount;
  }

  // A rule of own records alone. Days are taken in the order of DsaDays.
  bool EndsBeforeItApplies(DsaColumn column, uint32_t day) const {
    if (!IsEnd(column)) return false;
    const auto applied =
        ParseDsaDay(std::string_view(Cell(kDsaApplicationDate)).substr(0, 10));
    return applied && day < *applied;
  }

  bool LacksMeasure(DsaColumn end) const {
    switch (end) {
      case kDsaEndVisibility:
        return action_.visibility().empty();
      case kDsaEndMonetary:
        return action_.monetary() == 0;
      case kDsaEndProvision:
        return action_.provision() == 0;
      case kDsaEndAccount:
        return action_.account() != v1::ACCOUNT_DECISION_SUSPENDED;
      default:
        return false;
    }
  }

  void TakeTexts() {
    for (const DsaTextPart& text : DsaTexts()) {
      const std::string& value = Cell(text.column);
      if (value.empty()) continue;
      const size_t characters = CountCharacters(value);
      if (characters > text.characters_max) {
        Refuse(text.column, absl::StrCat(characters, " characters, limit ",
                                         text.characters_max));
      }
      parts_.push_back({text.tag, text.reach, value});
    }
  }

  void TakeProduct() {
    const std::string& ean = Cell(kDsaEan13);
    if (ean.empty()) return;
    uint64_t number = 0;
    bool good = ean.size() == 13;
    for (const char c : ean) {
      good &= c >= '0' && c <= '9';
      number = number * 10 + static_cast<uint64_t>(c - '0');
    }
    if (good && number > 0 && options_.first_hand && !IsEan13(number)) {
      Keep(kDsaEan13, "an EAN with a wrong check digit");
    } else if (good && number > 0) {
      action_.set_ean13(number);
    } else {
      Keep(kDsaEan13, "not an EAN of 13 digits");
    }
  }

  void CheckRequired() {
    if (action_.ground() == 0) Refuse(kDsaGround, "missing");
    if (action_.category() == 0) Refuse(kDsaCategory, "missing");
    const bool decides = !action_.visibility().empty() ||
                         action_.monetary() != 0 || action_.provision() != 0 ||
                         action_.account() != 0;
    if (!decides) {
      Refuse(kDsaVisibility,
             "no decision: this and decision_monetary, decision_provision and "
             "decision_account are missing");
    }
  }

  void Finish() {
    TakeTaxonomy();
    action_.set_kind(v1::KIND_ACTION);
    action_.set_subject_kind(Subject());
    action_.set_regime(v1::REGIME_EU_DSA);
    if (options_.first_hand) {
      FitOwnRules();
    } else {
      SetProvenance();
    }
    AddOwnParts();
    std::ranges::sort(parts_, {}, &PrivatePart::tag);
    CommittedParts committed =
        CommitPayload(options_.secret, options_.platform, record_.puid, parts_,
                      KeepPayload::kYes);
    action_.set_commitment(committed.commitment.data(),
                           committed.commitment.size());
    record_.payload = std::move(committed.payload);
    // No maps and nothing unknown in it: protobuf writes it canonically.
    record_.action = action_.SerializeAsString();
  }

  // What the database took from the platform has to be loggable, though rules
  // of ours for a platform's own word are stricter: what one of them forbids is
  // kept as text, with a warning.
  void FitOwnRules() {
    DropForeignKeywords();
    if (action_.application_date() == 0) {
      // Nothing that stands here could be the day; so it is no own word.
      Warn(kDsaApplicationDate,
           "missing or no day that the record can hold: logged as a copy, "
           "since an own record needs it");
      SetProvenance();
      return;
    }
    for (const DsaColumn column : MissingDuty()) {
      Warn(column,
           "missing: the record does not claim to meet the EU's duty (regime)");
      action_.clear_regime();
    }
  }

  std::vector<DsaColumn> MissingDuty() const {
    std::vector<DsaColumn> missing;
    const auto need = [&](bool has, DsaColumn column) {
      if (!has) missing.push_back(column);
    };
    need(action_.content_types_size() > 0, kDsaContentTypes);
    need(action_.content_date() != 0, kDsaContentDate);
    need(action_.source_type() != 0, kDsaSourceType);
    need(action_.automated_detection() != 0, kDsaAutomatedDetection);
    need(action_.automated_decision() != 0, kDsaAutomatedDecision);
    need(action_.territory() != 0, kDsaTerritory);
    return missing;
  }

  // The database does not hold keywords against categories.
  void DropForeignKeywords() {
    if (taxonomy_ < kDsaTaxonomyV2) return;
    const auto all = action_.keywords();
    action_.clear_keywords();
    for (const int code : all) {
      const auto keyword = static_cast<v1::Keyword>(code);
      bool belongs = KeywordBelongs(keyword, action_.category());
      for (const int more : action_.more_categories()) {
        belongs |= KeywordBelongs(keyword, static_cast<v1::Category>(more));
      }
      if (belongs) action_.add_keywords(keyword);
    }
    if (action_.keywords_size() < all.size()) {
      Keep(kDsaKeywords, "a keyword that belongs to none of the categories");
    }
  }

  // The codes say which list they are of; where they are of both, what v1 calls
  // otherwise is kept by its text.
  void TakeTaxonomy() {
    if (seen_v1_ != seen_v2_) {
      taxonomy_ = seen_v1_ ? kDsaTaxonomyV1 : kDsaTaxonomyV2;
    } else if (seen_v1_) {
      taxonomy_ = kDsaTaxonomyV2;
      for (const DsaColumn column : v1_columns_) {
        Keep(column, "codes of two code lists");
      }
    }
    action_.set_taxonomy(taxonomy_);
  }

  v1::SubjectKind Subject() const {
    const bool account_alone =
        action_.account() != 0 && action_.visibility().empty() &&
        action_.monetary() == 0 && action_.provision() == 0;
    if (account_alone) return v1::SUBJECT_KIND_ACCOUNT;
    if (action_.content_types_size() == 1) {
      if (action_.content_types(0) == v1::CONTENT_TYPE_PRODUCT) {
        return v1::SUBJECT_KIND_PRODUCT;
      }
      if (action_.content_types(0) == v1::CONTENT_TYPE_APP) {
        return v1::SUBJECT_KIND_APP;
      }
    }
    return v1::SUBJECT_KIND_ITEM;
  }

  void SetProvenance() {
    action_.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
    const auto day = ParseDsaDay(Cell(kDsaCreatedAt).substr(0, 10));
    if (day && *day >= kEntryDayMin && *day <= options_.today + 1) {
      action_.set_source_date(*day);
    }
  }

  void AddOwnParts() {
    if (!unlisted_.empty()) {
      parts_.push_back({kPartUnlistedCodes, Reach::kPublic, unlisted_});
    }
    std::string meta = MetaText();
    if (CountCharacters(meta) > kMetaCharactersMax) {
      Refuse("attributes without a column",
             absl::StrCat(CountCharacters(meta), " characters, limit ",
                          kMetaCharactersMax));
    }
    if (!meta.empty()) {
      parts_.push_back({kPartSourceMeta, Reach::kPublic, std::move(meta)});
    }
  }

  std::string MetaText() const {
    std::string meta;
    for (const DsaColumn column : kDsaMetaColumns) {
      if (Cell(column).empty()) continue;
      AppendMetaLine(DsaColumnName(column), Cell(column), &meta);
    }
    for (const DsaColumn column : kept_) {
      AppendMetaLine(DsaColumnName(column),
                     IsDsaList(column) ? FormatCodeList(statement_.List(column))
                                       : Cell(column),
                     &meta);
    }
    if (all_midnight_) {
      AppendMetaLine(kDsaMidnightMark, kDsaMidnightFormat, &meta);
    }
    for (const DsaOther& other : statement_.others) {
      AppendMetaLine(
          absl::StrCat(EscapeMetaName(other.name), other.is_json ? ":" : ""),
          other.value, &meta);
    }
    return meta;
  }

  const DsaStatement& statement_;
  unsigned taxonomy_;
  const DsaRecordOptions& options_;

  v1::Action action_;
  DsaRecord record_;
  std::vector<PrivatePart> parts_;
  std::string unlisted_;       // part 17
  std::set<DsaColumn> kept_;   // in part 20
  bool all_midnight_ = false;  // all days have a time of 00:00:00
  bool seen_v1_ = false, seen_v2_ = false;
  std::set<DsaColumn> v1_columns_;  // with v1's name of a code
  std::optional<DsaFault> fault_;
};

}  // namespace

std::expected<DsaRecord, DsaFault> MakeDsaRecord(
    const DsaStatement& statement, unsigned taxonomy,
    const DsaRecordOptions& options) {
  return RecordMaker(statement, taxonomy, options).Make();
}

}  // namespace modlog
