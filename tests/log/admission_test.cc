#include "log/write/admission.h"

#include <gtest/gtest.h>

#include <functional>

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"

namespace modlog::admission_test {
namespace {

constexpr int64_t kNowMs = 1'767'225'600'000;  // day 20454

std::vector<std::string> FieldsRefused(std::string_view bytes) {
  const auto admitted = Admit("example", bytes, kNowMs);
  std::vector<std::string> fields;
  if (admitted) return fields;
  for (const Violation& violation : admitted.error()) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(Admission, TakesAValidActionAndNamesItsReferences) {
  // A platform could not append at all.
  const auto admitted = Admit("example", Appeal("b", {"a1", "a2"}), kNowMs);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->key, PuidKey("example", "b"));
  ASSERT_EQ(admitted->references.size(), 2u);
  EXPECT_EQ(admitted->references[1].field(), "about[1]");
  EXPECT_EQ(admitted->references[1].key, PuidKey("example", "a2"));
}

TEST(Admission, RefusesEveryEncodingButTheCanonicalOne) {
  // One action could be logged under two hashes.
  const std::string good = Takedown("a");
  ASSERT_TRUE(Admit("example", good, kNowMs));
  const std::string variants[] = {
      good + std::string("\x0a\x00", 2),                // wrong wire type order
      good + std::string("\xf8\x3f\x01", 3),            // unknown field 1023
      std::string("\x08\x01", 2) + good,                // kind twice
      std::string("\x08\x81\x00", 3) + good.substr(2),  // padded varint
      good.substr(0, good.size() - 1),                  // cut
      good + std::string("\xe8\x02\x00", 3),            // explicit default
      std::string(1, '\0'),
      "",
      std::string(kActionSizeMax + 1, 'x'),
  };
  for (const std::string& bytes : variants) {
    EXPECT_FALSE(Admit("example", bytes, kNowMs)) << FormatHex(AsBytes(bytes));
  }
}

TEST(Admission, EveryFlippedBitIsRefusedOrIsAnotherCanonicalAction) {
  // Damage on the way would be logged as what the platform said.
  const std::string good = Takedown("abc");
  for (size_t i = 0; i < good.size() * 8; ++i) {
    std::string bytes = good;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ 1 << i % 8);
    if (!Admit("example", bytes, kNowMs)) continue;
    v1::Action action;
    ASSERT_TRUE(action.ParseFromString(bytes));
    EXPECT_EQ(EncodeAction(action), bytes);
  }
}

struct BadField {
  std::string field;
  std::function<void(v1::Action&)> spoil;
};

TEST(Admission, NamesTheFieldThatBreaksARule) {
  // A platform would have to guess what is wrong with its batch.
  const BadField cases[] = {
      {"puid", [](auto& a) { a.set_puid("a b"); }},
      {"puid", [](auto& a) { a.set_puid(std::string(65, 'a')); }},
      {"puid", [](auto& a) { a.clear_puid(); }},
      {"taxonomy", [](auto& a) { a.set_taxonomy(202513); }},
      {"commitment", [](auto& a) { a.set_commitment("short"); }},
      {"ground", [](auto& a) { a.clear_ground(); }},
      {"category", [](auto& a) { a.clear_category(); }},
      {"subject_kind", [](auto& a) { a.clear_subject_kind(); }},
      {"application_date", [](auto& a) { a.clear_application_date(); }},
      {"application_date", [](auto& a) { a.set_application_date(9); }},
      {"application_date", [](auto& a) { a.set_application_date(20'456); }},
      {"content_date", [](auto& a) { a.set_content_date(24'838); }},
      {"end_visibility", [](auto& a) { a.set_end_visibility(19'999); }},
      {"end_account", [](auto& a) { a.set_end_account(20'001); }},
      {"keywords",
       [](auto& a) {
         a.add_keywords(v1::KEYWORD_PHISHING);
         a.add_keywords(v1::KEYWORD_PHISHING);
       }},
      {"visibility",
       [](auto& a) { a.add_visibility(v1::VISIBILITY_CONTENT_REMOVED); }},
      {"more_categories", [](auto& a) { a.add_more_categories(a.category()); }},
      {"also_illegal", [](auto& a) { a.set_also_illegal(v1::YES_NO_YES); }},
      {"territory", [](auto& a) { a.set_territory(3u << 30); }},
      {"territories",
       [](auto& a) {
         a.set_territory(1u << 30);
         a.add_territories(5);
       }},
      {"affected_kind",
       [](auto& a) { a.set_affected_kind(v1::COUNT_KIND_ABOUT); }},
      {"source_date", [](auto& a) { a.set_source_date(20'000); }},
      {"about[0]", [](auto& a) { a.add_about("no spaces"); }},
      {"about[0]", [](auto& a) { a.add_about(a.puid()); }},
      {"about",
       [](auto& a) {
         a.add_about("x");
         a.add_about("y");
       }},
      {"cause[1]",
       [](auto& a) {
         a.add_cause("y");
         a.add_cause("x");
       }},
      {"outcome", [](auto& a) { a.set_outcome(v1::OUTCOME_UPHELD); }},
      {"term", [](auto& a) { a.set_kind(v1::KIND_TERM); }},
      {"kind", [](auto& a) { a.clear_kind(); }},
      {"ean13", [](auto& a) { a.set_ean13(10'000'000'000'000); }},
      {"language", [](auto& a) { a.set_language(677); }},
  };
  for (const BadField& bad : cases) {
    v1::Action action = TakedownMessage("own");
    bad.spoil(action);
    const auto fields = FieldsRefused(EncodeAction(action));
    EXPECT_NE(std::find(fields.begin(), fields.end(), bad.field), fields.end())
        << bad.field;
  }
}

TEST(Admission, NamesEveryFaultOfAnItemAtOnceAndNeverTheValue) {
  // A secret in a wrong field would come back in an error message.
  v1::Action action = TakedownMessage("SECRET VALUE");
  action.set_taxonomy(1);
  action.set_application_date(1);
  const auto admitted = Admit("example", EncodeAction(action), kNowMs);
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().size(), 3u);
  for (const Violation& violation : admitted.error()) {
    EXPECT_EQ(violation.description.find("SECRET"), std::string::npos);
  }
}

TEST(Admission, AnActionFullOfFaultsGetsAFewViolations) {
  // One request of 4 MiB would make violations of hundreds of them (I8).
  v1::Action action = TakedownMessage("a");
  for (int i = 0; i < 600; ++i) {
    action.add_about("");
    action.add_cause("");
  }
  const auto admitted = Admit("example", EncodeAction(action), kNowMs);
  ASSERT_FALSE(admitted);
  EXPECT_GT(admitted.error().size(), 1u);  // not for its length alone
  EXPECT_LT(admitted.error().size(), 10u);
}

TEST(Admission, APuidOfOnePlatformIsNeverAnothersKey) {
  // ("ab", "c") and ("a", "bc") would block each other.
  EXPECT_NE(PuidKey("ab", "c"), PuidKey("a", "bc"));
}

}  // namespace
}  // namespace modlog::admission_test
