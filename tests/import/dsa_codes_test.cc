// If these fail, a code of the EU's database is logged as another one, or is
// printed under a name that its code list does not have.

#include "api/import/dsa_codes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "modlog/v1/action.pb.h"

namespace modlog::dsa_codes_test {
namespace {

struct Named {
  DsaCodeList list;
  const char* name;
  int number;
};

TEST(DsaCodesTest, CodesOfEveryListHaveTheirNumbers) {
  for (const Named& code : {
           Named{DsaCodeList::kVisibility,
                 "DECISION_VISIBILITY_CONTENT_REMOVED", 1},
           Named{DsaCodeList::kVisibility, "DECISION_VISIBILITY_OTHER", 7},
           Named{DsaCodeList::kMonetary, "DECISION_MONETARY_OTHER", 3},
           Named{DsaCodeList::kProvision,
                 "DECISION_PROVISION_TOTAL_TERMINATION", 4},
           Named{DsaCodeList::kAccount, "DECISION_ACCOUNT_SUSPENDED", 1},
           Named{DsaCodeList::kAccountType, "ACCOUNT_TYPE_PRIVATE", 2},
           Named{DsaCodeList::kGround, "DECISION_GROUND_INCOMPATIBLE_CONTENT",
                 2},
           Named{DsaCodeList::kCategory, "STATEMENT_CATEGORY_VIOLENCE", 16},
           Named{DsaCodeList::kKeyword, "KEYWORD_STALKING", 69},
           Named{DsaCodeList::kContentType, "CONTENT_TYPE_SYNTHETIC_MEDIA", 5},
           Named{DsaCodeList::kSourceType, "SOURCE_ARTICLE_16", 1},
           Named{DsaCodeList::kSourceType, "SOURCE_TRUSTED_FLAGGER", 2},
           Named{DsaCodeList::kSourceType, "SOURCE_TYPE_OTHER_NOTIFICATION", 3},
           Named{DsaCodeList::kSourceType, "SOURCE_VOLUNTARY", 4},
           Named{DsaCodeList::kAutomatedDecision,
                 "AUTOMATED_DECISION_NOT_AUTOMATED", 3},
       }) {
    const auto found = FindDsaCode(code.list, code.name);
    ASSERT_TRUE(found) << code.name;
    EXPECT_EQ(found->number, code.number) << code.name;
    const auto name = NameDsaCode(code.list, code.number, kDsaTaxonomyV2);
    ASSERT_TRUE(name) << code.name;
    EXPECT_EQ(name->name, code.name);
    EXPECT_TRUE(name->exact);
  }
}

// 16 categories and 69 keywords in v2; in v1 14 and 55.
TEST(DsaCodesTest, EachListHasAsManyCodesAsWerePublished) {
  const auto count = [](DsaCodeList list, unsigned taxonomy) {
    std::set<std::string> names;
    for (int number = 1; number < kUnlistedCode; ++number) {
      const auto name = NameDsaCode(list, number, taxonomy);
      if (!name || !name->exact) continue;
      const auto found = FindDsaCode(list, name->name);
      EXPECT_TRUE(found && found->number == number) << name->name;
      const bool of_this_list =
          found->lists == DsaLists::kBoth ||
          (found->lists == DsaLists::kV1Only) == (taxonomy == kDsaTaxonomyV1);
      if (!of_this_list) continue;
      EXPECT_TRUE(names.emplace(name->name).second);
    }
    return names.size();
  };
  EXPECT_EQ(count(DsaCodeList::kCategory, kDsaTaxonomyV2), 16u);
  EXPECT_EQ(count(DsaCodeList::kCategory, kDsaTaxonomyV1), 14u);
  EXPECT_EQ(count(DsaCodeList::kKeyword, kDsaTaxonomyV2), 69u);
  EXPECT_EQ(count(DsaCodeList::kKeyword, kDsaTaxonomyV1), 55u);
}

TEST(DsaCodesTest, WhatWasRenamedHasOneNumberAndTwoNames) {
  struct Pair {
    DsaCodeList list;
    const char *v1, *v2;
  };
  for (const Pair& pair : {
           Pair{DsaCodeList::kCategory,
                "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE",
                "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"},
           Pair{DsaCodeList::kCategory,
                "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS",
                "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS"},
           Pair{DsaCodeList::kKeyword, "KEYWORD_ONLINE_BULLYING_INTIMIDATION",
                "KEYWORD_CYBER_BULLYING_INTIMIDATION"},
           Pair{DsaCodeList::kKeyword,
                "KEYWORD_INSUFFICIENT_INFORMATION_TRADERS",
                "KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS"},
           Pair{DsaCodeList::kKeyword, "KEYWORD_DISINFORMATION",
                "KEYWORD_MISINFORMATION_DISINFORMATION"},
           Pair{DsaCodeList::kKeyword, "KEYWORD_NON_CONSENSUAL_ITEMS_DEEPFAKE",
                "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"},
       }) {
    const auto v1 = FindDsaCode(pair.list, pair.v1);
    const auto v2 = FindDsaCode(pair.list, pair.v2);
    ASSERT_TRUE(v1 && v2) << pair.v1;
    EXPECT_EQ(v1->number, v2->number);
    EXPECT_EQ(v1->lists, DsaLists::kV1Only);
    EXPECT_EQ(v2->lists, DsaLists::kV2Only);
    EXPECT_EQ(NameDsaCode(pair.list, v1->number, kDsaTaxonomyV1)->name,
              pair.v1);
    EXPECT_EQ(NameDsaCode(pair.list, v1->number, kDsaTaxonomyV2)->name,
              pair.v2);
  }
}

TEST(DsaCodesTest, WhatV2DroppedKeepsItsNameInBothLists) {
  for (const char* name :
       {"KEYWORD_MISINFORMATION", "KEYWORD_FOREIGN_INFORMATION_MANIPULATION",
        "KEYWORD_REGULATED_GOODS_SERVICES", "KEYWORD_DANGEROUS_TOYS",
        "KEYWORD_GENDER_BASED_VIOLENCE", "KEYWORD_IMAGE_BASED_SEXUAL_ABUSE"}) {
    const auto code = FindDsaCode(DsaCodeList::kKeyword, name);
    ASSERT_TRUE(code) << name;
    EXPECT_EQ(code->lists, DsaLists::kV1Only);
    for (const unsigned taxonomy : {kDsaTaxonomyV1, kDsaTaxonomyV2}) {
      EXPECT_EQ(
          NameDsaCode(DsaCodeList::kKeyword, code->number, taxonomy)->name,
          name);
    }
  }
}

TEST(DsaCodesTest, CodesOfOursAreWrittenAsTheNearestAndNeverRead) {
  const auto claim = NameDsaCode(DsaCodeList::kGround,
                                 v1::GROUND_CLAIM_NOT_JUDGED, kDsaTaxonomyV2);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->name, "DECISION_GROUND_ILLEGAL_CONTENT");
  EXPECT_FALSE(claim->exact);
  EXPECT_FALSE(
      FindDsaCode(DsaCodeList::kGround, "DECISION_GROUND_CLAIM_NOT_JUDGED"));
  EXPECT_FALSE(FindDsaCode(DsaCodeList::kKeyword, "KEYWORD_UNLISTED"));
  EXPECT_FALSE(NameDsaCode(DsaCodeList::kKeyword, kUnlistedCode, 202'507));
}

}  // namespace
}  // namespace modlog::dsa_codes_test
