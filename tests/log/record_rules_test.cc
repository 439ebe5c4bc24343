// The rules of the record beyond single fields: the EU's duty, keywords within
// their category, product numbers, codes that exist, corrections and
// statistics.

#include <gtest/gtest.h>

#include <functional>

#include "log/rules/action_bytes.h"
#include "log/rules/code_lists.h"
#include "log/rules/dsa_lists.h"
#include "log/rules/dsa_rules.h"
#include "log/rules/nested_rules.h"
#include "tests/log/log_fixture.h"

namespace modlog::record_rules_test {
namespace {

constexpr int64_t kNowMs = 1'767'225'600'000;

uint32_t Code(std::string_view letters) {
  return static_cast<uint32_t>((letters[0] - 'A') * 26 + letters[1] - 'A' + 1);
}

std::vector<std::string> Refused(const v1::Action& action) {
  const auto admitted = Admit("example", EncodeAction(action), kNowMs);
  std::vector<std::string> fields;
  if (admitted) return fields;
  for (const Violation& violation : admitted.error()) {
    fields.push_back(violation.field);
  }
  return fields;
}
using Fields = std::vector<std::string>;

v1::Action Statement() {
  v1::Action action = TakedownMessage("own");
  action.set_ground(v1::GROUND_ILLEGAL_CONTENT);
  action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  action.set_regime(v1::REGIME_EU_DSA);
  action.add_content_types(v1::CONTENT_TYPE_TEXT);
  action.set_content_date(19'990);
  action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
  action.set_automated_detection(v1::YES_NO_NO);
  action.set_automated_decision(v1::AUTOMATED_DECISION_NOT_AUTOMATED);
  action.set_territory(1);
  return action;
}

TEST(DsaRules, AStatementThatClaimsTheDutyHasAllThatItAsksFor) {
  // A platform could claim to have reported and leave out what hurts.
  EXPECT_EQ(Refused(Statement()), Fields{});
  const std::pair<std::string, std::function<void(v1::Action&)>> cases[] = {
      {"content_types", [](auto& a) { a.clear_content_types(); }},
      {"content_date", [](auto& a) { a.clear_content_date(); }},
      {"source_type", [](auto& a) { a.clear_source_type(); }},
      {"automated_detection", [](auto& a) { a.clear_automated_detection(); }},
      {"automated_decision", [](auto& a) { a.clear_automated_decision(); }},
      {"territory", [](auto& a) { a.clear_territory(); }},
  };
  for (const auto& [field, spoil] : cases) {
    v1::Action action = Statement();
    spoil(action);
    EXPECT_EQ(Refused(action), Fields{field});
    // A copy is taken as it was published.
    action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
    EXPECT_EQ(Refused(action), Fields{});
  }
}

TEST(DsaRules, EveryKeywordBelongsToItsCategoryAlone) {
  // Statistics by keyword would count what belongs elsewhere.
  int pairs = 0;
  for (int keyword = 1; keyword <= 67; ++keyword) {
    int homes = 0;
    for (int category = 1; category <= 16; ++category) {
      homes += KeywordBelongs(static_cast<v1::Keyword>(keyword),
                              static_cast<v1::Category>(category))
                   ? 1
                   : 0;
    }
    EXPECT_EQ(homes, 1) << v1::Keyword_Name(static_cast<v1::Keyword>(keyword));
    pairs += homes;
  }
  EXPECT_EQ(pairs, 67);
  EXPECT_TRUE(KeywordBelongs(v1::KEYWORD_OTHER, v1::CATEGORY_VIOLENCE));
}

TEST(DsaRules, AKeywordOutsideItsCategoryIsRefusedFirstHand) {
  // The EU's validator never looks: this one does.
  v1::Action action = Statement();
  action.add_keywords(v1::KEYWORD_SUICIDE);
  EXPECT_EQ(Refused(action), Fields{"keywords[0]"});
  action.add_more_categories(v1::CATEGORY_SELF_HARM);
  EXPECT_EQ(Refused(action), Fields{});
  action.clear_more_categories();
  action.set_taxonomy(202309);  // grouped otherwise
  EXPECT_EQ(Refused(action), Fields{});
}

TEST(DsaRules, AProductNumberHasItsCheckDigit) {
  // A mistyped product would be named for ever.
  EXPECT_TRUE(IsEan13(4006381333931));
  EXPECT_TRUE(IsEan13(96385074));  // EAN-8, zero padded
  EXPECT_FALSE(IsEan13(4006381333932));
  EXPECT_FALSE(IsEan13(10'000'000'000'000));
  v1::Action action = Statement();
  action.set_ean13(4006381333932);
  EXPECT_EQ(Refused(action), Fields{"ean13"});
}

TEST(CodeLists, HoldTheCodesThatExist) {
  // A record could speak of a language or a country that there is not.
  int languages = 0, countries = 0, bits = 0;
  for (uint32_t code = 0; code <= 700; ++code) {
    languages += IsLanguage(code) ? 1 : 0;
    countries += IsCountry(code) ? 1 : 0;
    bits += HasTerritoryBit(code) ? 1 : 0;
  }
  EXPECT_EQ(countries, 250);  // ISO 3166-1 has 249, and XK
  EXPECT_EQ(bits, 30);
  EXPECT_GE(languages, 183);
  for (const char* known : {"EN", "DE", "FR", "GA", "MT", "YI", "ZU"}) {
    EXPECT_TRUE(IsLanguage(Code(known))) << known;
  }
  EXPECT_FALSE(IsLanguage(Code("XX")));
  EXPECT_FALSE(IsCountry(Code("EL")));  // Greece is GR
  v1::Action action = Statement();
  action.set_language(Code("XX"));
  action.add_territories(Code("DE"));  // has a bit
  EXPECT_EQ(Refused(action), (Fields{"language", "territories"}));
}

v1::Action Correction() {
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid("correction");
  action.set_taxonomy(202507);
  action.add_about("own");
  *action.mutable_corrected() = Statement();
  return action;
}

TEST(NestedRules, ACorrectionStatesTheWholeRecordUnderTheSameRules) {
  // A correction would be the way around every rule.
  EXPECT_EQ(Refused(Correction()), Fields{});
  v1::Action action = Correction();
  action.mutable_corrected()->clear_ground();
  action.mutable_corrected()->set_taxonomy(1);
  EXPECT_EQ(Refused(action),
            (Fields{"corrected.taxonomy", "corrected.ground"}));
  action = Correction();
  action.mutable_corrected()->set_puid("another");
  EXPECT_EQ(Refused(action), Fields{"corrected.puid"});
  action = Correction();
  *action.mutable_corrected()->mutable_corrected() = Statement();
  EXPECT_NE(Refused(action), Fields{});
  action = Correction();
  action.mutable_bulk()->set_last(1);
  EXPECT_NE(Refused(action), Fields{});  // both
  action = Correction();
  action.clear_corrected();
  EXPECT_EQ(Refused(action), Fields{"corrected"});  // none
}

TEST(NestedRules, OneRuleCorrectsASingularCodeOrDay) {
  // A bulk correction could claim to change what is not one value.
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid("bulk");
  action.set_taxonomy(202507);
  action.mutable_bulk()->set_first(5);
  action.mutable_bulk()->set_last(900);
  action.mutable_bulk()->set_field(14);  // automated_detection
  action.mutable_bulk()->set_from_code(1);
  action.mutable_bulk()->set_to_code(2);
  EXPECT_EQ(Refused(action), Fields{});
  for (const uint32_t field : {0u, 2u, 4u, 5u, 16u, 80u, 9'999u, 70'000u}) {
    action.mutable_bulk()->set_field(field);
    EXPECT_EQ(Refused(action), Fields{"bulk.field"}) << field;
  }
}

TEST(NestedRules, OneRuleForManyMakesNoRecordThatNobodyCouldSubmit) {
  // A thousand decisions could lose their ground, or become notices.
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid("bulk");
  action.set_taxonomy(202507);
  action.mutable_bulk()->set_last(900);
  const auto refused = [&](uint32_t field, uint32_t from, uint32_t to) {
    action.mutable_bulk()->set_field(field);
    action.mutable_bulk()->set_from_code(from);
    action.mutable_bulk()->set_to_code(to);
    return Refused(action);
  };
  // kind, taxonomy, handle_key, terms, strikes, label_op
  for (const uint32_t field : {1u, 3u, 36u, 50u, 51u, 52u, 53u, 61u, 76u}) {
    EXPECT_EQ(refused(field, 1, 2), Fields{"bulk.field"}) << field;
  }
  struct Case {
    uint32_t field, good, bad;
  };
  constexpr Case kCases[] = {
      {6, 127, 128},        {19, 1, 5'000},           {11, 20'000, 5},
      {26, 24'837, 24'838}, {12, 1u << 30, 1u << 31}, {30, 118, 3},
      {56, 4, 9'999}};
  for (const auto& [field, good, bad] : kCases) {
    EXPECT_EQ(refused(field, 0, good), Fields{}) << field;
    EXPECT_EQ(refused(field, 0, bad), Fields{"bulk.to_code"}) << field;
    EXPECT_EQ(refused(field, bad, good), Fields{"bulk.from_code"}) << field;
  }
  for (const uint32_t needed : {6u, 7u, 13u, 21u, 70u, 71u, 74u, 75u, 77u}) {
    EXPECT_EQ(refused(needed, 1, 0), Fields{"bulk.to_code"}) << needed;
  }
  for (const uint32_t needed : {11u, 58u, 60u}) {
    EXPECT_EQ(refused(needed, 20'000, 0), Fields{"bulk.to_code"}) << needed;
  }
  EXPECT_EQ(refused(22, 1, 0), Fields{});  // another measure may be left
}

TEST(NestedRules, AnExchangeTakesAwayNoFieldInEitherDirection) {
  // What read the one code would lose its ground, though to_code is none.
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid("bulk");
  action.set_taxonomy(202612);
  action.mutable_bulk()->set_last(900);
  action.mutable_bulk()->set_exchange(true);
  const auto refused = [&](uint32_t field, uint32_t from, uint32_t to) {
    action.mutable_bulk()->set_field(field);
    action.mutable_bulk()->set_from_code(from);
    action.mutable_bulk()->set_to_code(to);
    return Refused(action);
  };
  EXPECT_EQ(refused(14, 1, 2), Fields{});
  EXPECT_EQ(refused(14, 0, 2), Fields{});  // either may be absent
  EXPECT_EQ(refused(14, 2, 0), Fields{});
  EXPECT_EQ(refused(14, 1, 127), Fields{});  // a code of no list yet
  EXPECT_EQ(refused(11, 20'000, 20'001), Fields{});
  EXPECT_EQ(refused(14, 2, 2), Fields{"bulk.to_code"});
  EXPECT_EQ(refused(6, 0, 2), Fields{"bulk.from_code"});
  EXPECT_EQ(refused(6, 2, 0), Fields{"bulk.to_code"});
  EXPECT_EQ(refused(14, 128, 2), Fields{"bulk.from_code"});
  for (const uint32_t list : {5u, 8u, 9u, 31u, 34u, 72u}) {
    EXPECT_EQ(refused(list, 1, 2), Fields{"bulk.field"}) << list;
  }
}

TEST(NestedRules, AnExchangeIsOfAListThatHasExchanges) {
  // An older auditor would call the log false for a field it does not know.
  v1::Action action;
  action.set_kind(v1::KIND_CORRECTION);
  action.set_puid("bulk");
  action.mutable_bulk()->set_last(900);
  action.mutable_bulk()->set_field(14);
  action.mutable_bulk()->set_from_code(1);
  action.mutable_bulk()->set_to_code(2);
  for (const uint32_t month : {202507u, 202611u}) {
    action.set_taxonomy(month);
    action.mutable_bulk()->set_exchange(true);
    EXPECT_EQ(Refused(action), Fields{"bulk.exchange"}) << month;
    action.mutable_bulk()->clear_exchange();
    EXPECT_EQ(Refused(action), Fields{}) << month;
  }
  for (const uint32_t month : {202612u, 202701u}) {
    action.set_taxonomy(month);
    action.mutable_bulk()->set_exchange(true);
    EXPECT_EQ(Refused(action), Fields{}) << month;
  }
}

TEST(NestedRules, AttestedStatisticsAreOrderedAndWithinTheirLimits) {
  // Figures that nobody can recompute would look attested.
  v1::Action action;
  action.set_kind(v1::KIND_STATS_ATTESTATION);
  action.set_puid("stats");
  action.set_taxonomy(202507);
  v1::Stats* stats = action.mutable_stats();
  stats->set_from(18'628);
  stats->set_to(18'992);
  stats->set_clock(v1::STATS_CLOCK_SOURCE);
  for (const uint64_t value : {1'825u, 1'900u}) {
    v1::StatsCell* cell = stats->add_cells();
    cell->set_kind(v1::KIND_ACTION);
    cell->set_unit(v1::STATS_UNIT_ENTRIES);
    cell->set_value(value);
  }
  EXPECT_EQ(Refused(action), Fields{});
  stats->mutable_cells()->SwapElements(0, 1);
  EXPECT_EQ(Refused(action), Fields{"stats.cells[1]"});  // not in byte order
  stats->mutable_cells()->SwapElements(0, 1);
  stats->mutable_cells(0)->set_territory(9'999);
  stats->mutable_cells(1)->set_territory(9'999);
  EXPECT_EQ(Refused(action),
            (Fields{"stats.cells[0].territory", "stats.cells[1].territory"}));
  stats->mutable_cells(0)->set_territory(Code("DE"));
  stats->mutable_cells(1)->set_territory(Code("DE"));
  EXPECT_EQ(Refused(action), Fields{});
  stats->set_to(1);
  EXPECT_EQ(Refused(action), Fields{"stats.to"});
}

TEST(NestedRules, TermsOfACorrectedRecordHaveTheRangeOfAnyTerm) {
  // A number that no term can ever have would be answered as unregistered.
  v1::Action action = Correction();
  action.mutable_corrected()->set_policy_term(1u << 20);
  EXPECT_EQ(Refused(action), Fields{});
  action.mutable_corrected()->set_policy_term((1u << 20) + 1);
  EXPECT_EQ(Refused(action), Fields{"corrected.policy_term"});
}

TEST(NestedRules, AnUnknownFieldAtAnyDepthIsRefused) {
  // Bytes that no reader understands would stand in the log as the record.
  v1::Action action = Correction();
  const std::string good = EncodeAction(action);
  ASSERT_TRUE(Admit("example", good, kNowMs));
  v1::Action* record = action.mutable_corrected();
  record->GetReflection()->MutableUnknownFields(record)->AddVarint(1023, 1);
  EXPECT_FALSE(Admit("example", EncodeAction(action), kNowMs));
}

TEST(FieldRules, APayloadHasALastDayOnlyWhereThereMayBeOne) {
  // A promise about what nobody committed to would stand in the log.
  v1::Action action = Statement();
  action.clear_commitment();
  action.set_payload_until(20'500);
  EXPECT_EQ(Refused(action), Fields{"payload_until"});
  action.set_commitment(std::string(32, 'c'));
  EXPECT_EQ(Refused(action), Fields{});
  action.set_payload_until(24'838);
  EXPECT_EQ(Refused(action), Fields{"payload_until"});
}

TEST(KindRules, AKindThatNobodyJudgesYetIsNotTaken) {
  // A promise would stand in the log that nothing keeps.
  v1::Action action;
  action.set_kind(static_cast<v1::Kind>(27));
  action.set_puid("later");
  action.set_taxonomy(202507);
  EXPECT_EQ(Refused(action), Fields{"kind"});
}

TEST(FieldRules, AHandleHasItsLengthAndItsKey) {
  // A handle that no proof can lead to would stand in the log.
  v1::Action action = Statement();
  action.set_subject_handle(std::string(16, 'h'));
  EXPECT_EQ(Refused(action), Fields{"handle_key"});
  action.set_handle_key(1);
  EXPECT_EQ(Refused(action), Fields{});
  action.set_handle_key((1u << 20) + 1);
  EXPECT_EQ(Refused(action), Fields{"handle_key"});
  action.set_handle_key(1);
  for (const size_t size : {15U, 17U, 32U}) {
    action.set_subject_handle(std::string(size, 'h'));
    EXPECT_EQ(Refused(action), Fields{"subject_handle"});
  }
  action.clear_subject_handle();
  EXPECT_EQ(Refused(action), Fields{"handle_key"});
}

}  // namespace
}  // namespace modlog::record_rules_test
