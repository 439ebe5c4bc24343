// If these fail, a line that two readers understand differently gets into a log
// from which nothing can be taken back.

#include "api/client/jsonl.h"

#include <gtest/gtest.h>

#include <string>

#include "modlog/v1/action.pb.h"

namespace modlog::jsonl_test {
namespace {

constexpr std::string_view kBare =
    R"({"kind":"KIND_ACTION","puid":"a-1","taxonomy":202507})";

std::string Wrapped(std::string_view action) {
  return R"({"platform":"example","action":)" + std::string(action) + "}";
}

v1::Action Parse(std::string_view line) {
  auto parsed = ParseActionLine(line, "example");
  v1::Action action;
  EXPECT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(parsed && action.ParseFromString(parsed->action));
  return action;
}

std::string ErrorOf(std::string_view line, std::string_view platform = {}) {
  auto parsed = ParseActionLine(line, platform);
  return parsed ? "accepted" : parsed.error().message;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(Jsonl, BothFormsOfALineGiveTheSameBytes) {
  auto bare = ParseActionLine(kBare, "example");
  auto wrapped = ParseActionLine(Wrapped(kBare), "");
  ASSERT_TRUE(bare && wrapped);
  EXPECT_EQ(bare->action, wrapped->action);
  EXPECT_EQ(bare->platform, "example");
  EXPECT_EQ(wrapped->platform, "example");
  EXPECT_EQ(bare->puid, "a-1");
}

TEST(Jsonl, ABareActionNeedsAPlatform) {
  EXPECT_TRUE(Contains(ErrorOf(kBare), "--platform"));
}

TEST(Jsonl, ALineOfAnotherPlatformThanToldIsRefused) {
  EXPECT_TRUE(Contains(ErrorOf(Wrapped(kBare), "other"), "--platform"));
  EXPECT_EQ(ErrorOf(Wrapped(kBare), "example"), "accepted");
}

TEST(Jsonl, ListsAreWrittenAsTheSetsTheyAre) {
  v1::Action action = Parse(
      R"({"visibility":["VISIBILITY_CONTENT_LABELLED","VISIBILITY_CONTENT_REMOVED"],)"
      R"("about":["b","a"],"territories":[300,200]})");
  EXPECT_EQ(action.visibility(0), v1::VISIBILITY_CONTENT_REMOVED);
  EXPECT_EQ(action.about(0), "a");
  EXPECT_EQ(action.territories(0), 200u);
}

TEST(Jsonl, BothNamesOfAFieldAreRead) {
  EXPECT_EQ(Parse(R"({"contentDate":20000})").content_date(), 20'000u);
  EXPECT_EQ(Parse(R"({"content_date":20000})").content_date(), 20'000u);
}

TEST(Jsonl, WhiteSpaceOfJsonIsAllowed) {
  EXPECT_EQ(ErrorOf(" { \"puid\" : \"a\" } \r", "example"), "accepted");
}

struct BadLine {
  std::string_view name;
  std::string line;
  std::string_view error;  // a part of it
};

std::string Deep(size_t levels) {
  return R"({"about":)" + std::string(levels, '[') + std::string(levels, ']') +
         "}";
}

const BadLine kBadLines[] = {
    {"repeated name", R"({"puid":"a","puid":"b"})", "key \"puid\" is repeated"},
    {"repeated name, escaped", R"({"puid":"a","\u0070uid":"b"})",
     "key \"puid\" is repeated"},
    {"repeated by the other name", R"({"contentDate":1,"content_date":2})",
     "content_date is given twice"},
    {"repeated in the wrapper",
     R"({"platform":"a","platform":"b","action":{}})",
     "key \"platform\" is repeated"},
    {"repeated within the wrapper",
     R"({"platform":"a","action":{"puid":"a","puid":"b"}})",
     "key \"puid\" is repeated"},
    {"unknown name", R"({"puid":"a","colour":"red"})",
     "unknown field \"colour\""},
    {"name of another case", R"({"Puid":"a"})", "unknown field \"Puid\""},
    {"mixed name", R"({"content_Date":1})", "unknown field"},
    {"unknown name beside the action",
     R"({"platform":"a","action":{},"note":1})", "unknown field \"note\""},
    {"action without platform", R"({"action":{}})", "needs both"},
    {"platform without action", R"({"platform":"a","puid":"b"})",
     "unknown field \"puid\""},
    {"trailing bytes", R"({"puid":"a"} x)", "not JSON"},
    {"two objects", R"({"puid":"a"}{"puid":"b"})", "not JSON"},
    {"trailing comma", R"({"puid":"a",})", "not JSON"},
    {"trailing comma in a list", R"({"about":["a",]})", "not JSON"},
    {"name without quotes", R"({puid:"a"})", "not JSON"},
    {"single quotes", R"({'puid':'a'})", "not JSON"},
    {"comment", R"({"puid":"a"/* b */})", "not JSON"},
    {"not a number", R"({"taxonomy":NaN})", "not JSON"},
    {"leading zero", R"({"taxonomy":0202507})", "not JSON"},
    {"cut", R"({"puid":"a")", "not JSON"},
    {"newline in a string", "{\"puid\":\"a\nb\"}", "not JSON"},
    {"no UTF-8", "{\"puid\":\"\xff\"}", "not JSON"},
    {"overlong UTF-8", "{\"puid\":\"\xc0\xaf\"}", "not JSON"},
    {"half a surrogate pair", R"({"puid":"\ud800"})", "not JSON"},
    {"byte order mark", "\xef\xbb\xbf{}", "byte order mark"},
    {"nul byte", std::string("{\"puid\":\"a\0b\"}", 14), "not JSON"},
    {"empty", "", "empty line"},
    {"blank", " \t", "empty line"},
    {"a list", "[]", "not a JSON object"},
    {"a string", R"("a")", "not a JSON object"},
    {"action is no object", R"({"platform":"a","action":[]})",
     "must be an object"},
    {"platform is no string", R"({"platform":1,"action":{}})",
     "platform: must"},
    {"platform of a wrong form", R"({"platform":"A b","action":{}})",
     "platform: must"},
    {"nested too deep", Deep(30), "nested deeper"},
    {"nested too deep to build", Deep(30'000), "nested deeper"},
    {"too large for its type", R"({"taxonomy":4294967296})", "taxonomy: not"},
    {"negative", R"({"taxonomy":-1})", "taxonomy: not"},
    {"a fraction", R"({"taxonomy":202507.5})", "taxonomy: not"},
    {"a truth for a number", R"({"taxonomy":true})", "taxonomy: not"},
    {"a number for a string", R"({"puid":7})", "puid: not"},
    {"an unknown code", R"({"kind":"KIND_PARDON"})", "kind: not"},
    {"a code in another case", R"({"kind":"kind_action"})", "kind: not"},
    {"a single value for a list", R"({"about":"a"})", "about: not"},
    {"no base64", R"({"commitment":"?"})", "commitment: not"},
    {"an object for a string", R"({"puid":{"a":1}})", "puid: not"},
};

TEST(Jsonl, NothingAmbiguousIsAccepted) {
  for (const BadLine& bad : kBadLines) {
    std::string error = ErrorOf(bad.line, "example");
    if (bad.line.find("\"platform\"") != std::string::npos) {
      error = ErrorOf(bad.line);
    }
    EXPECT_TRUE(Contains(error, bad.error)) << bad.name << ": " << error;
  }
}

TEST(Jsonl, AnErrorNeverQuotesAValue) {
  for (std::string_view line :
       {R"({"taxonomy":"secret-person"})", R"({"kind":"secret-person"})",
        R"({"commitment":"secret-person!"})"}) {
    std::string error = ErrorOf(line, "example");
    EXPECT_NE(error, "accepted");
    EXPECT_FALSE(Contains(error, "secret")) << error;
  }
}

TEST(Jsonl, ALineOverTheLimitIsRefusedBeforeItIsParsed) {
  std::string line =
      R"({"puid":")" + std::string(kJsonLineSizeMax, 'a') + "\"}";
  auto parsed = ParseActionLine(line, "example");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Code::kTooLarge);
}

TEST(Jsonl, PlatformNamesAreThoseTheLogTakes) {
  EXPECT_TRUE(IsPlatform("a"));
  EXPECT_TRUE(IsPlatform("example.org-1"));
  EXPECT_TRUE(IsPlatform(std::string(64, 'a')));
  for (std::string_view name :
       {"", "A", "-a", ".a", "a b", "a_b", "\xc3\xa4"}) {
    EXPECT_FALSE(IsPlatform(name)) << name;
  }
  EXPECT_FALSE(IsPlatform(std::string(65, 'a')));
}

}  // namespace
}  // namespace modlog::jsonl_test
