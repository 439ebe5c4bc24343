#include "api/import/dsa/dsa_fields.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "modlog/v1/action.pb.h"

namespace modlog {
namespace {

using A = v1::Action;

constexpr DsaCodeField kSingleCodes[] = {
    {kDsaMonetary, DsaCodeList::kMonetary, A::kMonetaryFieldNumber, "monetary"},
    {kDsaProvision, DsaCodeList::kProvision, A::kProvisionFieldNumber,
     "provision"},
    {kDsaAccount, DsaCodeList::kAccount, A::kAccountFieldNumber, "account"},
    {kDsaAccountType, DsaCodeList::kAccountType, A::kAccountTypeFieldNumber,
     "account_type"},
    {kDsaGround, DsaCodeList::kGround, A::kGroundFieldNumber, "ground"},
    {kDsaCategory, DsaCodeList::kCategory, A::kCategoryFieldNumber, "category"},
    {kDsaSourceType, DsaCodeList::kSourceType, A::kSourceTypeFieldNumber,
     "source_type"},
    {kDsaAutomatedDecision, DsaCodeList::kAutomatedDecision,
     A::kAutomatedDecisionFieldNumber, "automated_decision"},
};

constexpr DsaCodeField kCodeLists[] = {
    {kDsaVisibility, DsaCodeList::kVisibility, A::kVisibilityFieldNumber,
     "visibility", 7},
    {kDsaMoreCategories, DsaCodeList::kCategory, A::kMoreCategoriesFieldNumber,
     "more_categories", 15},
    {kDsaKeywords, DsaCodeList::kKeyword, A::kKeywordsFieldNumber, "keywords",
     16},
    {kDsaContentTypes, DsaCodeList::kContentType, A::kContentTypesFieldNumber,
     "content_types", 8},
};

constexpr DsaDayField kDays[] = {
    {kDsaEndVisibility, A::kEndVisibilityFieldNumber},
    {kDsaEndMonetary, A::kEndMonetaryFieldNumber},
    {kDsaEndProvision, A::kEndProvisionFieldNumber},
    {kDsaEndAccount, A::kEndAccountFieldNumber},
    {kDsaContentDate, A::kContentDateFieldNumber},
    {kDsaApplicationDate, A::kApplicationDateFieldNumber},
};

constexpr DsaTextPart kTexts[] = {
    {kDsaFacts, kPartDecisionFacts, Reach::kPublic, 5'000},
    {kDsaIllegalGround, kPartIllegalGround, Reach::kPublic, 500},
    {kDsaIllegalExplanation, kPartIllegalExplanation, Reach::kPublic, 2'000},
    {kDsaIncompatibleGround, kPartIncompatibleGround, Reach::kPublic, 500},
    {kDsaIncompatibleExplanation, kPartIncompatibleExplanation, Reach::kPublic,
     2'000},
    {kDsaSourceIdentity, kPartSourceIdentity, Reach::kPlatform, 500},
    {kDsaReferenceUrl, kPartReferenceUrl, Reach::kPublic, 500},
    {kDsaVisibilityOther, kPartVisibilityOther, Reach::kPublic, 500},
    {kDsaMonetaryOther, kPartMonetaryOther, Reach::kPublic, 500},
    {kDsaContentTypeOther, kPartContentTypeOther, Reach::kPublic, 500},
    {kDsaKeywordOther, kPartKeywordOther, Reach::kPublic, 500},
};

constexpr DsaYesNoField kYesNos[] = {
    {kDsaAlsoIllegal, A::kAlsoIllegalFieldNumber},
    {kDsaAutomatedDetection, A::kAutomatedDetectionFieldNumber},
};

// Bits 0..29, in the order of the DSA's list.
constexpr std::array<std::string_view, 30> kTerritories = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
    "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};

bool IsDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

unsigned NumberOfDigits(std::string_view digits) {
  unsigned number = 0;
  for (const char c : digits)
    number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

// Days since 1970-01-01, negative before it.
std::optional<int> ParseCalendarDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !IsDigits(text.substr(0, 4)) || !IsDigits(text.substr(5, 2)) ||
      !IsDigits(text.substr(8))) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(NumberOfDigits(text.substr(0, 4)))},
      std::chrono::month{NumberOfDigits(text.substr(5, 2))},
      std::chrono::day{NumberOfDigits(text.substr(8))}};
  if (!date.ok()) return std::nullopt;
  return static_cast<int>(
      std::chrono::sys_days{date}.time_since_epoch().count());
}

}  // namespace

std::span<const DsaCodeField> DsaSingleCodes() { return kSingleCodes; }
std::span<const DsaCodeField> DsaCodeLists() { return kCodeLists; }
std::span<const DsaDayField> DsaDays() { return kDays; }
std::span<const DsaTextPart> DsaTexts() { return kTexts; }
std::span<const DsaYesNoField> DsaYesNos() { return kYesNos; }

std::optional<int> TerritoryBit(std::string_view country) {
  const auto* const found = std::ranges::lower_bound(kTerritories, country);
  if (found == kTerritories.end() || *found != country) return std::nullopt;
  return static_cast<int>(found - kTerritories.begin());
}

std::string_view TerritoryName(int bit) {
  return kTerritories.at(static_cast<size_t>(bit));
}

std::optional<uint32_t> PackLetters(std::string_view letters) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (letters.size() != 2 || !std::ranges::all_of(letters, is_capital)) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(letters[0] - 'A') * 26 +
         static_cast<uint32_t>(letters[1] - 'A') + 1;
}

std::string UnpackLetters(uint32_t packed) {
  MODLOG_CHECK(packed >= 1 && packed <= 676, "two letters make 1..676");
  return {static_cast<char>('A' + (packed - 1) / 26),
          static_cast<char>('A' + (packed - 1) % 26)};
}

std::optional<uint32_t> ParseDsaDay(std::string_view text) {
  const auto day = ParseCalendarDay(text);
  if (!day || *day < 0) return std::nullopt;
  return static_cast<uint32_t>(*day);
}

bool IsCalendarDay(std::string_view text) {
  return ParseCalendarDay(text).has_value();
}

std::string FormatDsaDay(uint32_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{day}}};
  return absl::StrFormat("%04d-%02d-%02d", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day()));
}

}  // namespace modlog
