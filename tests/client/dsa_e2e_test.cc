// If these fail, a dump of the DSA database that went through the log comes out
// as another one, or a person is not told what an export cannot say.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/programs/programs.h"

namespace modlog::dsa_e2e_test {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class DsaTest : public testing::Test {
 protected:
  DsaTest()
      : server_("modlogd", {"--data-dir", folder_ / "data", "--grpc-listen",
                            "127.0.0.1:0", "--http-listen", "127.0.0.1:0"}) {
    const std::string out = server_.WaitForOutput("\n");
    const size_t at = out.find("grpc=");
    EXPECT_NE(at, std::string::npos) << server_.Wait().err;
    address_ = out.substr(at + 5, out.find(' ', at) - at - 5);
  }

  Outcome Modlog(Words words) {
    words.insert(words.begin(), {"--server", address_, "--token-file",
                                 folder_ / "data/operator.token"});
    return RunProgram("modlog", words);
  }
  Outcome Import(const std::string& source, const std::string& file,
                 const std::string& platform, const Words& more = {}) {
    Words words = {"import",          source,   file,
                   "--platform",      platform, "--secret",
                   folder_ / "secret"};
    words.insert(words.end(), more.begin(), more.end());
    return Modlog(words);
  }
  std::string Export(const std::string& format, const Words& more = {}) {
    Words words = {"export", "--format", format};
    words.insert(words.end(), more.begin(), more.end());
    Outcome outcome = Modlog(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    said_ = outcome.err;
    return outcome.out;
  }
  static std::string MakeDump(const Words& more) {
    Words words = {"python3",
                   MODLOG_SOURCE_DIR "/tests/import/make_dsa_dump.py"};
    words.insert(words.end(), more.begin(), more.end());
    Outcome outcome = RunProgram("/usr/bin/env", words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }

  TemporaryFolder folder_;
  Program server_;
  std::string address_;
  std::string said_;
};

TEST_F(DsaTest, ADumpOfEitherSchemaComesOutAsItWentIn) {
  for (const std::string schema : {"v1", "v2"}) {
    const std::string dump = MakeDump({"--rows", "4000", "--schema", schema});
    WriteFile(folder_ / "dump.csv", dump);
    Outcome import = Import("dsa-csv", folder_ / "dump.csv", schema);
    EXPECT_EQ(import.status, 0) << import.err;
    EXPECT_TRUE(Contains(import.err, "4,000 entries new")) << import.err;
    const std::string back = Export(
        "dsa-csv",
        {"--platform", schema, "--columns", schema == "v1" ? "v1" : "full"});
    EXPECT_TRUE(back == dump)
        << schema << ": " << back.size() << " bytes, want " << dump.size();
  }
}

TEST_F(DsaTest, APublishedZipComesOutAsItsRowsAndOnlyOnce) {
  MakeDump({"--rows", "1500", "--zip", folder_ / "day.zip"});
  Outcome first = Import("dsa-csv", folder_ / "day.zip", "zipped");
  EXPECT_TRUE(Contains(first.err, "1,500 entries new")) << first.err;
  Outcome again = Import("dsa-csv", folder_ / "day.zip", "zipped");
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(Contains(again.err, "0 entries new, 1,500 known")) << again.err;
  EXPECT_TRUE(Export("dsa-csv") == MakeDump({"--rows", "1500"}));
}

// Null, [], "" and absent are one thing, and lists are sets.
Json Normal(const Json& statement) {
  Json normal;
  for (const auto& [name, value] : statement.items()) {
    if (value.is_null() || value.empty()) continue;
    normal[name] =
        value.is_array() ? Json(value.get<std::set<std::string>>()) : value;
  }
  return normal;
}

TEST_F(DsaTest, TheDatabasesOwnExamplesComeOutAsTheyWentIn) {
  const char* const set = std::getenv("MODLOG_SHARED_DATA");
  const std::string data =
      (set != nullptr ? std::string(set)
                      : std::string(MODLOG_SOURCE_DIR "/../shared/data")) +
      "/dsa/";
  if (!std::filesystem::is_directory(data)) {
    GTEST_SKIP() << "no statements in " << data
                 << "; MODLOG_SHARED_DATA names another place";
  }
  Json want = Json::array();
  for (const char* name :
       {"example_statement.json", "example_multi_statements.json"}) {
    Outcome import = Import("dsa-json", data + name, "example");
    EXPECT_EQ(import.status, 0) << import.err;
    const Json file = Json::parse(ReadFile(data + name));
    const Json statements =
        file.contains("statements") ? file["statements"] : Json::array({file});
    for (const Json& statement : statements) want.push_back(Normal(statement));
  }
  const Json got = Json::parse(Export("dsa-json"));
  ASSERT_EQ(got["statements"].size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    Json statement = Normal(got["statements"][i]);
    // The examples were not stored yet, and so bear no time.
    EXPECT_EQ(statement.erase("created_at"), 1u);
    EXPECT_EQ(statement, want[i]);
  }
}

TEST_F(DsaTest, JsonLinesCanBeAppendedToAnotherLog) {
  WriteFile(folder_ / "dump.csv", MakeDump({"--rows", "300"}));
  ASSERT_EQ(Import("dsa-csv", folder_ / "dump.csv", "example").status, 0);
  const std::string lines = Export("jsonl");
  const std::string csv = Export("dsa-csv");
  WriteFile(folder_ / "log.jsonl", lines);
  Program other("modlogd", {"--data-dir", folder_ / "other", "--grpc-listen",
                            "127.0.0.1:0", "--http-listen", "127.0.0.1:0"});
  const std::string out = other.WaitForOutput("\n");
  const size_t at = out.find("grpc=");
  address_ = out.substr(at + 5, out.find(' ', at) - at - 5);
  std::filesystem::copy_file(folder_ / "other/operator.token",
                             folder_ / "data/operator.token",
                             std::filesystem::copy_options::overwrite_existing);
  Outcome append = Modlog({"append", folder_ / "log.jsonl"});
  EXPECT_EQ(append.status, 0) << append.err;
  EXPECT_TRUE(Export("dsa-csv") == csv);
}

TEST_F(DsaTest, WhatAnExportCannotSayIsCounted) {
  WriteFile(
      folder_ / "a.jsonl",
      R"({"platform":"x","action":{"kind":"KIND_NOTICE_RECEIVED","puid":"n",)"
      R"("taxonomy":202507,"source_type":"SOURCE_TYPE_ARTICLE_16",)"
      R"("subject_kind":"SUBJECT_KIND_REPOSITORY"}})"
      "\n"
      R"({"platform":"x","action":{"kind":"KIND_ACTION","puid":"a","taxonomy":)"
      R"(202507,"visibility":["VISIBILITY_CONTENT_DISABLED"],"ground":)"
      R"("GROUND_CLAIM_NOT_JUDGED","category":"CATEGORY_VIOLENCE",)"
      R"("application_date":18634,"cause":["n"],"subject_kind":)"
      R"("SUBJECT_KIND_REPOSITORY","affected":12}})"
      "\n");
  ASSERT_EQ(Modlog({"append", folder_ / "a.jsonl"}).status, 0);
  const std::string csv = Export("dsa-csv");
  EXPECT_TRUE(Contains(csv, ",DECISION_GROUND_ILLEGAL_CONTENT,")) << csv;
  EXPECT_TRUE(Contains(said_, "1 of 2 entries written")) << said_;
  for (const char* loss :
       {"no form for KIND_NOTICE_RECEIVED (1)", "no column for affected (1)",
        "no column for cause (1)",
        "GROUND_CLAIM_NOT_JUDGED written as DECISION_GROUND_ILLEGAL_CONTENT"}) {
    EXPECT_TRUE(Contains(said_, loss)) << loss << " in " << said_;
  }
  EXPECT_EQ(Export("dsa-csv", {"--from", "2"}),
            csv.substr(0, csv.find('\n') + 1));
}

TEST_F(DsaTest, WhatIsRefusedIsSaidAndTheRestIsLogged) {
  std::string dump = MakeDump({"--rows", "3"});
  const size_t date = dump.find("2025-11-20 00:00:00");
  dump.replace(date, 10, "2025-02-30");
  WriteFile(folder_ / "dump.csv", dump);
  Outcome import = Import("dsa-csv", folder_ / "dump.csv", "example");
  EXPECT_EQ(import.status, 1);
  EXPECT_TRUE(Contains(import.err,
                       "dump.csv:2: row 1, column application_date: not a "
                       "day, want YYYY-MM-DD"))
      << import.err;
  EXPECT_TRUE(Contains(import.err, "2 entries new")) << import.err;
  Outcome strict =
      Import("dsa-csv", folder_ / "dump.csv", "other", {"--strict"});
  EXPECT_EQ(strict.status, 1);
  EXPECT_TRUE(Contains(strict.err, "stopped by --strict")) << strict.err;
}

// Two dumps of the same day: in the second, one text reads otherwise, another
// is only quoted otherwise, and one statement is gone.
constexpr char kDumpHeader[] =
    "uuid,decision_visibility,decision_ground,category,content_type,"
    "content_date,application_date,decision_facts,platform_name,platform_uid,"
    "created_at\n";
std::string DumpRow(const std::string& puid, const std::string& facts) {
  return "00000000-0000-4000-8000-00000000000" + puid.substr(2) +
         ",\"[\"\"DECISION_VISIBILITY_CONTENT_REMOVED\"\"]\","
         "DECISION_GROUND_INCOMPATIBLE_CONTENT,"
         "STATEMENT_CATEGORY_SCAMS_AND_FRAUD,"
         "\"[\"\"CONTENT_TYPE_TEXT\"\"]\",2025-11-01,2025-11-02," +
         facts + ",Example," + puid + ",\"2025-11-03 00:00:00\"\n";
}

TEST_F(DsaTest, WhatADumpPublishedAnewChangedIsFoundAndLoggedOnce) {
  const std::string before = folder_ / "old.csv", now = folder_ / "new.csv";
  WriteFile(before, kDumpHeader +
                        DumpRow("p-1", "\"first line\nsecond \\\"line\\\"\"") +
                        DumpRow("p-2", "\"found by a rule\"") +
                        DumpRow("p-3", "\"found by a rule\""));
  WriteFile(now, kDumpHeader +
                     DumpRow("p-1", "\"first line second \"\"line\"\"\"") +
                     DumpRow("p-3", "found by a rule"));
  ASSERT_EQ(Import("dsa-csv", before, "example").status, 0);
  const auto compare = [&](Words more) {
    more.insert(more.begin(), {"compare", "dsa", now, "--platform", "example",
                               "--secret", folder_ / "secret"});
    return Modlog(more);
  };
  const Outcome found = compare({"--previous", before});
  EXPECT_EQ(found.status, 1) << found.err;
  EXPECT_TRUE(Contains(found.out, "edited p-1 ")) << found.out;
  EXPECT_TRUE(Contains(found.out, "vanished p-2 ")) << found.out;
  EXPECT_TRUE(Contains(found.out, "1 unchanged, 0 added, 1 edited, 1 vanished"))
      << found.out;
  const Outcome logged = compare({"--previous", before, "--log"});
  EXPECT_EQ(logged.status, 0) << logged.err;
  EXPECT_TRUE(Contains(logged.err, "2 entries new")) << logged.err;
  const Json again =
      Json::parse(compare({"--previous", before, "--log", "--json"}).out);
  EXPECT_EQ(again["edited"][0]["recorded"], true);
  EXPECT_EQ(again["vanished"][0]["recorded"], true);
  EXPECT_EQ(Json::parse(Modlog({"status", "--json"}).out)["signed"]["size"], 5);
  // Without the older dump: what the log has is what was.
  const Outcome alone = compare({});
  EXPECT_TRUE(Contains(alone.out, "edited p-1 ")) << alone.out;
  EXPECT_TRUE(Contains(alone.out, "0 vanished")) << alone.out;
}

// What cannot be read may be any statement: nothing counts as gone beside it.
TEST_F(DsaTest, BesideARowThatCannotBeReadNothingCountsAsGone) {
  const std::string before = folder_ / "old.csv", now = folder_ / "new.csv";
  WriteFile(before, kDumpHeader + DumpRow("p-1", "a") + DumpRow("p-2", "b"));
  WriteFile(now, kDumpHeader + DumpRow("p-1", "a") + DumpRow("p-2", "b\xe9"));
  ASSERT_EQ(Import("dsa-csv", before, "example").status, 0);
  const Outcome found =
      Modlog({"compare", "dsa", now, "--previous", before, "--platform",
              "example", "--secret", folder_ / "secret", "--log"});
  EXPECT_EQ(found.status, 1);
  EXPECT_TRUE(Contains(found.out, "0 vanished")) << found.out;
  EXPECT_TRUE(Contains(found.err, "not UTF-8")) << found.err;
}

// Each row the database's own validation takes, or its dumps have held.
TEST_F(DsaTest, ADumpWithEveryOddityIsLoggedAndTheAuditFindsNoViolation) {
  std::string header = kDumpHeader;
  header.insert(header.size() - 1, ",decision_monetary,account_type");
  const std::vector<std::string> days = {"1970-01-01", "1901-01-01",
                                         "2037-12-31", "2099-12-31"};
  std::string dump = header;
  int number = 1;
  for (const std::string& day : days) {
    std::string row = DumpRow("p-" + std::to_string(number++), "null");
    row.replace(row.find("2025-11-01"), 10, day);
    row.insert(row.size() - 1, ",null,\"null\"");
    dump += row;
  }
  WriteFile(folder_ / "odd.csv", dump);
  const Words first_hand = {"--first-hand"};
  for (const std::string platform : {"copy", "own"}) {
    const Outcome import = Import("dsa-csv", folder_ / "odd.csv", platform,
                                  platform == "own" ? first_hand : Words());
    EXPECT_EQ(import.status, 0) << import.err;
    EXPECT_TRUE(Contains(import.err, "4 entries new")) << import.err;
  }
  ASSERT_EQ(Modlog({"export-tiles", folder_ / "copy"}).status, 0);
  const Outcome audit = RunProgram(
      "modlog-verify", {"audit", folder_ / "copy", "--policy",
                        folder_ / "data/log.policy", "--first-use", "--json"});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  EXPECT_EQ(Json::parse(audit.out)["violation_count"], 0) << audit.out;
}

}  // namespace
}  // namespace modlog::dsa_e2e_test
