#include "api/import/dsa_codes.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "modlog/v1/action.pb.h"
#include "verifier/core/result.h"

namespace modlog {
namespace {

// How the names of action.proto become the DSA's: by prefix.
struct ListRule {
  const google::protobuf::EnumDescriptor* codes;
  std::string_view prefix;      // in action.proto
  std::string_view dsa_prefix;  // in place of it
};

ListRule RuleOf(DsaCodeList list) {
  switch (list) {
    case DsaCodeList::kVisibility:
      return {v1::Visibility_descriptor(), "", "DECISION_"};
    case DsaCodeList::kMonetary:
      return {v1::Monetary_descriptor(), "", "DECISION_"};
    case DsaCodeList::kProvision:
      return {v1::Provision_descriptor(), "", "DECISION_"};
    case DsaCodeList::kAccount:
      return {v1::AccountDecision_descriptor(), "ACCOUNT_DECISION_",
              "DECISION_ACCOUNT_"};
    case DsaCodeList::kAccountType:
      return {v1::AccountType_descriptor(), "", ""};
    case DsaCodeList::kGround:
      return {v1::Ground_descriptor(), "", "DECISION_"};
    case DsaCodeList::kCategory:
      return {v1::Category_descriptor(), "", "STATEMENT_"};
    case DsaCodeList::kKeyword:
      return {v1::Keyword_descriptor(), "", ""};
    case DsaCodeList::kContentType:
      return {v1::ContentType_descriptor(), "", ""};
    case DsaCodeList::kSourceType:
      return {v1::SourceType_descriptor(), "SOURCE_TYPE_", "SOURCE_"};
    case DsaCodeList::kAutomatedDecision:
      return {v1::AutomatedDecision_descriptor(), "", ""};
  }
  MODLOG_CHECK(false, "a list of codes is one of eleven");
  return {};
}
constexpr size_t kListCount = 11;

struct Renamed {
  DsaCodeList list;
  int number;
  std::string_view v1_name;
};
constexpr Renamed kRenamed[] = {
    {DsaCodeList::kCategory, v1::CATEGORY_OTHER_VIOLATION_TC,
     "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"},
    {DsaCodeList::kCategory, v1::CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS,
     "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS"},
    {DsaCodeList::kKeyword, v1::KEYWORD_CYBER_BULLYING_INTIMIDATION,
     "KEYWORD_ONLINE_BULLYING_INTIMIDATION"},
    {DsaCodeList::kKeyword, v1::KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS,
     "KEYWORD_INSUFFICIENT_INFORMATION_TRADERS"},
    {DsaCodeList::kKeyword, v1::KEYWORD_MISINFORMATION_DISINFORMATION,
     "KEYWORD_DISINFORMATION"},
    {DsaCodeList::kKeyword, v1::KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE,
     "KEYWORD_NON_CONSENSUAL_ITEMS_DEEPFAKE"},
};

// What v2 added. STALKING is taken by the validator and in no documented group.
constexpr int kNewCategories[] = {v1::CATEGORY_CONSUMER_INFORMATION,
                                  v1::CATEGORY_CYBER_VIOLENCE,
                                  v1::CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN,
                                  v1::CATEGORY_NOT_SPECIFIED_NOTICE};
constexpr int kNewKeywords[] = {
    v1::KEYWORD_HIDDEN_ADVERTISEMENT,
    v1::KEYWORD_MISLEADING_INFO_GOODS_SERVICES,
    v1::KEYWORD_MISLEADING_INFO_CONSUMER_RIGHTS,
    v1::KEYWORD_NONCOMPLIANCE_PRICING,
    v1::KEYWORD_CYBER_HARASSMENT,
    v1::KEYWORD_CYBER_INCITEMENT,
    v1::KEYWORD_CYBER_STALKING,
    v1::KEYWORD_BULLYING_AGAINST_GIRLS,
    v1::KEYWORD_CYBER_HARASSMENT_AGAINST_WOMEN,
    v1::KEYWORD_CYBER_STALKING_AGAINST_WOMEN,
    v1::KEYWORD_FEMALE_GENDERED_DISINFORMATION,
    v1::KEYWORD_INCITEMENT_AGAINST_WOMEN,
    v1::KEYWORD_NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN,
    v1::KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN,
    v1::KEYWORD_VIOLATION_EU_LAW,
    v1::KEYWORD_VIOLATION_NATIONAL_LAW,
    v1::KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE,
    v1::KEYWORD_PROHIBITED_PRODUCTS,
    v1::KEYWORD_UNSAFE_PRODUCTS,
    v1::KEYWORD_TRAFFICKING_WOMEN_GIRLS,
};

// Codes of ours, and the DSA's that says it best.
struct Nearest {
  DsaCodeList list;
  int ours, dsa;
};
constexpr Nearest kNearest[] = {
    {DsaCodeList::kGround, v1::GROUND_CLAIM_NOT_JUDGED,
     v1::GROUND_ILLEGAL_CONTENT},
    {DsaCodeList::kGround, v1::GROUND_ORDER, v1::GROUND_ILLEGAL_CONTENT},
    {DsaCodeList::kContentType, v1::CONTENT_TYPE_SOFTWARE,
     v1::CONTENT_TYPE_OTHER},
    {DsaCodeList::kKeyword, v1::KEYWORD_CIRCUMVENTION, v1::KEYWORD_OTHER},
};

template <typename List>
bool HoldsNumber(const List& list, int number) {
  return std::ranges::find(list, number) != std::end(list);
}

const Renamed* FindRenamed(DsaCodeList list, int number) {
  for (const Renamed& renamed : kRenamed) {
    if (renamed.list == list && renamed.number == number) return &renamed;
  }
  return nullptr;
}

DsaLists ListsOf(DsaCodeList list, int number) {
  if (number > 100) return DsaLists::kV1Only;
  if (FindRenamed(list, number) != nullptr) return DsaLists::kV2Only;
  const bool is_new =
      (list == DsaCodeList::kCategory && HoldsNumber(kNewCategories, number)) ||
      (list == DsaCodeList::kKeyword && HoldsNumber(kNewKeywords, number));
  return is_new ? DsaLists::kV2Only : DsaLists::kBoth;
}

// Names both ways. Built once; the names live as long as the program.
class Tables {
 public:
  Tables() {
    for (size_t i = 0; i < kListCount; ++i) {
      AddList(static_cast<DsaCodeList>(i));
    }
    for (const Renamed& renamed : kRenamed) {
      Of(renamed.list).by_name[renamed.v1_name] = {renamed.number,
                                                   DsaLists::kV1Only};
    }
    AddSourceTypes();
  }

  struct Table {
    absl::flat_hash_map<std::string_view, DsaCode> by_name;
    std::map<int, std::string_view> by_number;  // v2's name where it has one
  };
  const Table& Of(DsaCodeList list) const {
    return tables_[static_cast<size_t>(list)];
  }

 private:
  Table& Of(DsaCodeList list) { return tables_[static_cast<size_t>(list)]; }

  void Add(DsaCodeList list, int number, std::string name) {
    const std::string_view kept = names_.emplace_back(std::move(name));
    Of(list).by_name[kept] = {number, ListsOf(list, number)};
    Of(list).by_number[number] = kept;
  }

  void AddList(DsaCodeList list) {
    const ListRule rule = RuleOf(list);
    for (int i = 0; i < rule.codes->value_count(); ++i) {
      const auto* code = rule.codes->value(i);
      std::string_view name = code->name();
      const size_t v1_mark = name.find("_V1_");
      const bool dropped = v1_mark != std::string_view::npos;
      if (code->number() == 0 || code->number() == kUnlistedCode) continue;
      if (code->number() >= 100 && !dropped) continue;  // ours
      name.remove_prefix(rule.prefix.size());
      std::string dsa_name = std::string(rule.dsa_prefix).append(name);
      if (dropped) dsa_name.erase(dsa_name.find("_V1_"), 3);
      Add(list, code->number(), std::move(dsa_name));
    }
  }

  // One of four has "TYPE" in its name.
  void AddSourceTypes() {
    Table& table = Of(DsaCodeList::kSourceType);
    table.by_name.erase("SOURCE_OTHER_NOTIFICATION");
    Add(DsaCodeList::kSourceType, v1::SOURCE_TYPE_OTHER_NOTIFICATION,
        "SOURCE_TYPE_OTHER_NOTIFICATION");
  }

  std::deque<std::string> names_;
  std::array<Table, kListCount> tables_;
};

const Tables& AllTables() {
  static const Tables* const tables = new Tables();
  return *tables;
}

std::optional<std::string_view> ExactName(DsaCodeList list, int number,
                                          unsigned taxonomy) {
  if (taxonomy < kDsaTaxonomyV2) {
    if (const Renamed* renamed = FindRenamed(list, number)) {
      return renamed->v1_name;
    }
  }
  const auto& names = AllTables().Of(list).by_number;
  const auto found = names.find(number);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<DsaCode> FindDsaCode(DsaCodeList list, std::string_view name) {
  const auto& names = AllTables().Of(list).by_name;
  const auto found = names.find(name);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

std::optional<DsaName> NameDsaCode(DsaCodeList list, int number,
                                   unsigned taxonomy) {
  if (auto name = ExactName(list, number, taxonomy))
    return DsaName{*name, true};
  for (const Nearest& nearest : kNearest) {
    if (nearest.list != list || nearest.ours != number) continue;
    return DsaName{*ExactName(list, nearest.dsa, taxonomy), false};
  }
  return std::nullopt;
}

bool IsDsaCodeName(std::string_view name) {
  return !name.empty() && name.size() <= 100 &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace modlog
