#include "api/export/dsa_restore.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/import/dsa/dsa_fields.h"
#include "api/import/dsa_codes.h"
#include "api/import/source_meta.h"

namespace modlog {
namespace {

using google::protobuf::FieldDescriptor;
using A = v1::Action;

constexpr uint32_t kWorldwide = 1u << 30;

// Fields that a statement says by being one, or that are no statement's.
constexpr std::array kImplied = {
    A::kKindFieldNumber,       A::kPuidFieldNumber,
    A::kTaxonomyFieldNumber,   A::kCommitmentFieldNumber,
    A::kLanguageFieldNumber,   A::kTerritoryFieldNumber,
    A::kEan13FieldNumber,      A::kPayloadUntilFieldNumber,
    A::kSubjectKindFieldNumber};

bool HasColumn(int field) {
  const auto is_it = [field](const auto& entry) {
    return entry.field == field;
  };
  return std::ranges::find(kImplied, field) != kImplied.end() ||
         std::ranges::any_of(DsaSingleCodes(), is_it) ||
         std::ranges::any_of(DsaCodeLists(), is_it) ||
         std::ranges::any_of(DsaYesNos(), is_it) ||
         std::ranges::any_of(DsaDays(), is_it);
}

std::string FormatSecond(int64_t time_ms) {
  const int64_t seconds = time_ms / 1'000;
  const int64_t second = seconds % 86'400;
  return absl::StrFormat("%s %02d:%02d:%02d",
                         FormatDsaDay(static_cast<uint32_t>(seconds / 86'400)),
                         second / 3'600, second / 60 % 60, second % 60);
}

class Restorer {
 public:
  Restorer(const v1::Action& action, const v1::Payload& payload, Losses* losses)
      : action_(action), losses_(losses) {
    for (const v1::Part& part : payload.parts()) {
      if (part.tag() == v1::TAG_UNLISTED_CODES) {
        unlisted_ = ParseMetaLines(part.value());
      } else if (part.tag() == v1::TAG_SOURCE_META) {
        meta_ = ParseMetaLines(part.value());
      } else {
        TakeText(part);
      }
    }
  }

  DsaStatement Restore(const std::string& platform, int64_t logged_at_ms) {
    Cell(kDsaPuid) = action_.puid();
    TakeCodes();
    TakeYesNos();
    TakeDays();
    TakeTerritory();
    if (action_.language() >= 1 && action_.language() <= 676) {
      Cell(kDsaLanguage) = UnpackLetters(action_.language());
    }
    if (action_.ean13() != 0) {
      Cell(kDsaEan13) = absl::StrFormat("%013d", action_.ean13());
    }
    Cell(kDsaPlatformName) = platform;
    Cell(kDsaCreatedAt) = FormatSecond(logged_at_ms);
    TakeMeta();  // last: it says how things were
    CountLostFields();
    return std::move(statement_);
  }

 private:
  std::string& Cell(DsaColumn column) { return statement_.cells[column]; }
  void Lose(std::string what) { ++(*losses_)[std::move(what)]; }
  const FieldDescriptor* Field(int number) const {
    return v1::Action::descriptor()->FindFieldByNumber(number);
  }

  void TakeText(const v1::Part& part) {
    for (const DsaTextPart& text : DsaTexts()) {
      if (static_cast<int>(text.tag) != part.tag()) continue;
      Cell(text.column) = part.value();
      return;
    }
    Lose(absl::StrCat("no column for the part ", v1::Tag_Name(part.tag())));
  }

  // The names of a field's codes, those without a number among them.
  std::vector<std::string> NamesOf(const DsaCodeField& field, int number) {
    std::vector<std::string> names;
    if (number == kUnlistedCode) {
      for (const auto& [name, code] : unlisted_) {
        if (name == field.field_name) names.push_back(code);
      }
      if (names.empty()) {
        Lose(absl::StrCat("an unlisted code of ", std::string(field.field_name),
                          " without its name"));
      }
      return names;
    }
    const auto name = NameDsaCode(field.codes, number, action_.taxonomy());
    if (!name) {
      Lose(absl::StrCat("no name for code ", number, " of ",
                        std::string(field.field_name)));
      return names;
    }
    if (!name->exact) {
      const auto* code =
          Field(field.field)->enum_type()->FindValueByNumber(number);
      Lose(absl::StrCat(code->name(), " written as ", std::string(name->name)));
    }
    names.emplace_back(name->name);
    return names;
  }

  void TakeCodes() {
    const auto& reflection = *v1::Action::GetReflection();
    for (const DsaCodeField& field : DsaSingleCodes()) {
      const int number = reflection.GetEnumValue(action_, Field(field.field));
      if (number == 0) continue;
      auto names = NamesOf(field, number);
      if (!names.empty()) Cell(field.column) = std::move(names.front());
    }
    for (const DsaCodeField& field : DsaCodeLists()) {
      auto& list = statement_.List(field.column);
      const int size = reflection.FieldSize(action_, Field(field.field));
      for (int i = 0; i < size; ++i) {
        const int number =
            reflection.GetRepeatedEnumValue(action_, Field(field.field), i);
        for (std::string& name : NamesOf(field, number)) {
          if (std::ranges::find(list, name) != list.end()) continue;
          list.push_back(std::move(name));
        }
      }
    }
  }

  void TakeYesNos() {
    for (const DsaYesNoField& field : DsaYesNos()) {
      const int number = v1::Action::GetReflection()->GetEnumValue(
          action_, Field(field.field));
      if (number == v1::YES_NO_YES) Cell(field.column) = "Yes";
      if (number == v1::YES_NO_NO) Cell(field.column) = "No";
    }
  }

  void TakeDays() {
    const bool midnight = std::ranges::any_of(
        meta_, [](const auto& line) { return line.first == kDsaMidnightMark; });
    for (const DsaDayField& field : DsaDays()) {
      const uint32_t day =
          v1::Action::GetReflection()->GetUInt32(action_, Field(field.field));
      if (day == 0) continue;
      Cell(field.column) = FormatDsaDay(day);
      if (midnight) Cell(field.column) += " 00:00:00";
    }
  }

  void TakeTerritory() {
    const bool worldwide = action_.territory() == kWorldwide;
    if (worldwide) Lose("a worldwide territory written as the EEA");
    for (int bit = 0; bit < 30; ++bit) {
      if (!worldwide && (action_.territory() >> bit & 1) == 0) continue;
      statement_.List(kDsaTerritory).emplace_back(TerritoryName(bit));
    }
  }

  // What part 20 says of a column is how it was; the rest has no column.
  void TakeMeta() {
    for (auto& [name, value] : meta_) {
      if (name == kDsaMidnightMark) continue;
      const bool is_json = name.ends_with(':');
      const std::string plain = UnescapeMetaName(
          std::string_view(name).substr(0, name.size() - (is_json ? 1 : 0)));
      const auto column = is_json ? std::nullopt : FindDsaColumn(plain);
      if (!column) {
        statement_.others.push_back({plain, std::move(value), is_json});
      } else if (IsDsaList(*column)) {
        if (auto list = ParseCodeList(value)) {
          statement_.List(*column) = *std::move(list);
        }
      } else {
        Cell(*column) = std::move(value);
      }
    }
  }

  void CountLostFields() {
    std::vector<const FieldDescriptor*> fields;
    action_.GetReflection()->ListFields(action_, &fields);
    for (const FieldDescriptor* field : fields) {
      if (HasColumn(field->number())) continue;
      Lose(absl::StrCat("no column for ", field->name()));
    }
  }

  const v1::Action& action_;
  Losses* const losses_;
  DsaStatement statement_;
  MetaLines unlisted_;
  MetaLines meta_;
};

}  // namespace

DsaStatement RestoreDsaStatement(const v1::Action& action,
                                 const v1::Payload& payload,
                                 const std::string& platform,
                                 int64_t logged_at_ms, Losses* losses) {
  MODLOG_CHECK(action.kind() == v1::KIND_ACTION, "a statement is an ACTION");
  return Restorer(action, payload, losses).Restore(platform, logged_at_ms);
}

}  // namespace modlog
