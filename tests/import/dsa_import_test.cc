// If these fail, a statement of reasons is logged as something else than was
// published, or a file that cannot be read is refused without a word on where
// and why.

#include "api/import/dsa/dsa_import.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/import/dsa_codes.h"
#include "log/write/admission.h"
#include "modlog/v1/payload.pb.h"
#include "tests/import/collector.h"
#include "tests/import/fputcsv.h"

namespace modlog::dsa_import_test {
namespace {

constexpr int64_t kNowMs = 20'500LL * 86'400'000;

using Cells = std::vector<std::string>;

struct ZipMember {
  std::string name, data;
};
std::string MakeZip(const std::vector<ZipMember>& members) {
  std::string bytes(200 << 20, '\0');
  size_t used = 0;
  archive* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  archive_write_open_memory(zip, bytes.data(), bytes.size(), &used);
  for (const ZipMember& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.data.size()));
    archive_write_header(zip, entry);
    archive_write_data(zip, member.data.data(), member.data.size());
    archive_entry_free(entry);
  }
  archive_write_close(zip);
  archive_write_free(zip);
  bytes.resize(used);
  return bytes;
}

// A statement by column, and what a test changes in it.
using Row = std::map<std::string, std::string>;
Row GoodRow(const Row& changes = {}) {
  Row row = {
      {"uuid", "0f0c6a1e-0000-4000-a000-000000000001"},
      {"decision_visibility", R"(["DECISION_VISIBILITY_CONTENT_REMOVED"])"},
      {"decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
      {"incompatible_content_ground", "Rule 3"},
      {"category", "STATEMENT_CATEGORY_VIOLENCE"},
      {"content_type", R"(["CONTENT_TYPE_TEXT"])"},
      {"content_date", "2025-11-01"},
      {"application_date", "2025-11-20"},
      {"territorial_scope", R"(["DE","FR"])"},
      {"decision_facts", "Seen by a person"},
      {"source_type", "SOURCE_VOLUNTARY"},
      {"automated_detection", "No"},
      {"automated_decision", "AUTOMATED_DECISION_PARTIALLY"},
      {"platform_name", "Example"},
      {"platform_uid", "p-1"},
      {"created_at", "2025-11-21 01:02:03"}};
  for (const auto& [column, cell] : changes) row[column] = cell;
  return row;
}

class DsaImportTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("modlog-dsa-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    options_.record.platform = "example";
    options_.record.secret.bytes.fill(7);
    options_.record.today = 20'500;  // 2026-02-16
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& data) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << data;
    options_.files = {path};
  }

  // A file of rows; `extra` is a column at the end.
  static std::string Csv(const std::vector<Row>& rows, bool v2 = true,
                         const std::string& extra = "") {
    Cells columns;
    for (size_t i = 0; i < kDsaColumnCount; ++i) {
      const auto column = static_cast<DsaColumn>(i);
      if (v2 || column != kDsaEan13) {
        columns.emplace_back(DsaColumnName(column));
      }
    }
    if (!extra.empty()) columns.push_back(extra);
    std::string text = PutCsv(columns);
    for (Row row : rows) {
      Cells cells;
      for (const std::string& column : columns) cells.push_back(row[column]);
      text += PutCsv(cells);
    }
    return text;
  }

  void ImportCsv(const std::vector<Row>& rows, bool v2 = true,
                 const std::string& extra = "") {
    Write("dump.csv", Csv(rows, v2, extra));
    Run(ImportDsaCsv);
  }
  void ImportJson(const std::string& text) {
    Write("statements.json", text);
    Run(ImportDsaJson);
  }
  void Run(Result<ImportTotals> (*import)(const DsaImportOptions&,
                                          ImportSink*)) {
    out_ = Collector();
    auto totals = import(options_, &out_);
    ASSERT_TRUE(totals) << totals.error().message;
    totals_ = *totals;
  }

  // What a person sees of the only refusal, without the folder.
  std::string Refusal() const {
    if (out_.refused.size() != 1) {
      return std::to_string(out_.refused.size()) + " refused";
    }
    const std::string place = FormatPlace(out_.refused[0]);
    return place.substr(place.find("-dsa-"))
               .substr(place.substr(place.find("-dsa-")).find('/') + 1) +
           ": " + FormatReason(out_.refused[0]);
  }

  std::string Part(size_t action, v1::Tag tag) const {
    v1::Payload payload;
    payload.ParseFromString(out_.actions[action].payload);
    for (const v1::Part& part : payload.parts()) {
      if (part.tag() == tag) return part.value();
    }
    return "(none)";
  }

  std::filesystem::path folder_;
  DsaImportOptions options_;
  Collector out_;
  ImportTotals totals_;
};

TEST_F(DsaImportTest, AStatementBecomesARecord) {
  ImportCsv({GoodRow(
      {{"end_date_visibility_restriction", "2026-01-01"},
       {"content_language", "DE"},
       {"content_id_ean", "4006381333931"},
       {"source_identity", "Jane Roe"},
       {"category_specification", R"(["KEYWORD_HUMAN_TRAFFICKING"])"}})});
  ASSERT_EQ(out_.actions.size(), 1u) << Refusal();
  const v1::Action& action = out_.messages[0];
  EXPECT_EQ(action.kind(), v1::KIND_ACTION);
  EXPECT_EQ(action.puid(), "p-1");
  EXPECT_EQ(action.taxonomy(), 202'507u);
  EXPECT_EQ(action.visibility(0), v1::VISIBILITY_CONTENT_REMOVED);
  EXPECT_EQ(action.ground(), v1::GROUND_INCOMPATIBLE_CONTENT);
  EXPECT_EQ(action.category(), v1::CATEGORY_VIOLENCE);
  EXPECT_EQ(action.keywords(0), v1::KEYWORD_HUMAN_TRAFFICKING);
  EXPECT_EQ(action.content_types(0), v1::CONTENT_TYPE_TEXT);
  EXPECT_EQ(action.content_date(), 20'393u);
  EXPECT_EQ(action.application_date(), 20'412u);
  EXPECT_EQ(action.end_visibility(), 20'454u);
  EXPECT_EQ(action.territory(), 1u << 5 | 1u << 10);
  EXPECT_EQ(action.source_type(), v1::SOURCE_TYPE_VOLUNTARY);
  EXPECT_EQ(action.automated_detection(), v1::YES_NO_NO);
  EXPECT_EQ(action.automated_decision(), v1::AUTOMATED_DECISION_PARTIALLY);
  EXPECT_EQ(action.regime(), v1::REGIME_EU_DSA);
  EXPECT_EQ(action.provenance(), v1::PROVENANCE_COPIED_FROM_PLATFORM);
  EXPECT_EQ(action.subject_kind(), v1::SUBJECT_KIND_ITEM);
  EXPECT_EQ(action.language(), 3u * 26 + 4 + 1);
  EXPECT_EQ(action.ean13(), 4'006'381'333'931u);
  EXPECT_EQ(action.source_date(), 20'413u);
  EXPECT_EQ(Part(0, v1::TAG_DECISION_FACTS), "Seen by a person");
  EXPECT_EQ(Part(0, v1::TAG_INCOMPATIBLE_GROUND), "Rule 3");
  EXPECT_EQ(Part(0, v1::TAG_SOURCE_IDENTITY), "Jane Roe");
  EXPECT_EQ(Part(0, v1::TAG_SOURCE_META),
            "uuid=0f0c6a1e-0000-4000-a000-000000000001\n"
            "created_at=2025-11-21 01:02:03\nplatform_name=Example\n");
}

TEST_F(DsaImportTest, AllIsOpenButTheSourcesIdentity) {
  ImportCsv({GoodRow({{"source_identity", "Jane Roe"}})});
  v1::Payload payload;
  ASSERT_TRUE(payload.ParseFromString(out_.actions.at(0).payload));
  EXPECT_EQ(payload.commitments_size(), 24);
  for (const v1::Part& part : payload.parts()) {
    EXPECT_EQ(part.open(), part.tag() != v1::TAG_SOURCE_IDENTITY);
  }
}

TEST_F(DsaImportTest, TheSameFileMakesTheSameBytesAgain) {
  ImportCsv({GoodRow()});
  const auto first = out_.actions;
  ImportCsv({GoodRow()});
  EXPECT_EQ(first.at(0).action, out_.actions.at(0).action);
  EXPECT_EQ(first.at(0).payload, out_.actions.at(0).payload);
}

TEST_F(DsaImportTest, ThePlatformsOwnWordIsNoCopy) {
  options_.record.first_hand = true;
  ImportCsv({GoodRow()});
  EXPECT_EQ(out_.messages.at(0).provenance(), v1::PROVENANCE_FIRST_HAND);
  EXPECT_EQ(out_.messages.at(0).source_date(), 0u);
}

TEST_F(DsaImportTest, OldNamesAreOldCodes) {
  const Row old = {{"category", "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"},
                   {"category_specification", R"(["KEYWORD_DISINFORMATION"])"}};
  for (const bool v2_file : {false, true}) {
    ImportCsv({GoodRow(old)}, v2_file);
    EXPECT_EQ(out_.messages.at(0).taxonomy(), 202'309u);
    EXPECT_EQ(out_.messages[0].category(), v1::CATEGORY_OTHER_VIOLATION_TC);
    EXPECT_EQ(out_.messages[0].keywords(0),
              v1::KEYWORD_MISINFORMATION_DISINFORMATION);
  }
  ImportCsv({GoodRow()}, /*v2=*/false);
  EXPECT_EQ(out_.messages.at(0).taxonomy(), 202'309u);
}

TEST_F(DsaImportTest, AnUnknownCodeIsKeptByNameAndReported) {
  ImportCsv(
      {GoodRow({{"category", "STATEMENT_CATEGORY_NEW"},
                {"category_specification", R"(["KEYWORD_A","KEYWORD_B"])"}})});
  ASSERT_EQ(out_.messages.size(), 1u);
  EXPECT_EQ(out_.messages[0].category(), v1::CATEGORY_UNLISTED);
  ASSERT_EQ(out_.messages[0].keywords_size(), 1);
  EXPECT_EQ(out_.messages[0].keywords(0), v1::KEYWORD_UNLISTED);
  EXPECT_EQ(Part(0, v1::TAG_UNLISTED_CODES),
            "category=STATEMENT_CATEGORY_NEW\nkeywords=KEYWORD_A\n"
            "keywords=KEYWORD_B\n");
  EXPECT_EQ(FormatReason(out_.warnings.at(0)),
            "row 1, column category: unknown code STATEMENT_CATEGORY_NEW, kept "
            "by name");
  EXPECT_EQ(totals_.notes["category: unknown code STATEMENT_CATEGORY_NEW, kept "
                          "by name"],
            1u);
}

TEST_F(DsaImportTest, AnUnknownColumnIsNamedAndItsValuesAreKept) {
  ImportCsv({GoodRow({{"mood", "a=b\nc\\"}})}, true, "mood");
  EXPECT_TRUE(Part(0, v1::TAG_SOURCE_META).ends_with("mood=a=b\\nc\\\\\n"))
      << Part(0, v1::TAG_SOURCE_META);
  EXPECT_EQ(
      totals_.notes["column \"mood\" is not the DSA's: its values are kept"],
      1u);
}

TEST_F(DsaImportTest, APuidThatIsNoneHereIsDerivedAndKept) {
  const std::string puid(100, 'x');
  ImportCsv({GoodRow({{"platform_uid", puid}})});
  EXPECT_TRUE(out_.messages.at(0).puid().starts_with("dsa-"));
  EXPECT_NE(Part(0, v1::TAG_SOURCE_META).find("platform_uid=" + puid + "\n"),
            std::string::npos);
}

TEST_F(DsaImportTest, ValuesWithoutAFieldAreKeptByText) {
  ImportCsv(
      {GoodRow({{"end_date_monetary_restriction", "2026-01-01"},
                {"content_id_ean", "12"},
                {"category_addition", R"(["STATEMENT_CATEGORY_VIOLENCE"])"},
                {"territorial_scope", R"(["DE","US"])"}})});
  ASSERT_EQ(out_.actions.size(), 1u) << Refusal();
  EXPECT_EQ(out_.messages[0].end_monetary(), 0u);
  EXPECT_EQ(out_.messages[0].more_categories_size(), 0);
  EXPECT_EQ(totals_.warnings, 4u);
  const std::string meta = Part(0, v1::TAG_SOURCE_META);
  for (const char* line :
       {"end_date_monetary_restriction=2026-01-01\n", "content_id_ean=12\n",
        "category_addition=[\"STATEMENT_CATEGORY_VIOLENCE\"]\n",
        "territorial_scope=[\"DE\",\"US\"]\n"}) {
    EXPECT_NE(meta.find(line), std::string::npos) << line;
  }
}

// The database takes the word for every code that may be absent (`in:null`).
TEST_F(DsaImportTest, NullInEveryFormIsNoDecision) {
  const Row null = {{"decision_monetary", "null"},
                    {"decision_provision", "\"null\""},
                    {"decision_account", " NULL "},
                    {"account_type", "null"},
                    {"content_language", "null"},
                    {"end_date_account_restriction", "null"},
                    {"category_addition", "[null]"},
                    {"category_specification", R"(["null"])"}};
  ImportCsv({GoodRow(), GoodRow(null)});
  ASSERT_EQ(out_.actions.size(), 2U) << Refusal();
  EXPECT_EQ(out_.actions[0].action, out_.actions[1].action);
  EXPECT_EQ(totals_.warnings, 0U);
  for (const char* nothing : {"null", "[null]", R"(["null"])", "[]", "", " "}) {
    Row row = null;
    row["decision_visibility"] = nothing;
    ImportCsv({GoodRow(row)});
    EXPECT_EQ(Refusal(),
              "dump.csv:2: row 1, column decision_visibility: no decision: "
              "this and decision_monetary, decision_provision and "
              "decision_account are missing")
        << nothing;
  }
  Row account = null;
  account["decision_visibility"] = "null";
  account["decision_account"] = "DECISION_ACCOUNT_TERMINATED";
  ImportCsv({GoodRow(account)});
  EXPECT_EQ(out_.messages.at(0).account(), v1::ACCOUNT_DECISION_TERMINATED);
}

TEST_F(DsaImportTest, NullInJsonIsNoDecisionEither) {
  const auto statement = [](const std::string& more) {
    return R"({"decision_ground":"DECISION_GROUND_INCOMPATIBLE_CONTENT",)"
           R"("category":"STATEMENT_CATEGORY_VIOLENCE","puid":"p-1",)"
           R"("decision_account":"DECISION_ACCOUNT_TERMINATED")" +
           more + "}";
  };
  ImportJson(statement(""));
  const std::string plain = out_.actions.at(0).action;
  for (const char* more :
       {R"(,"decision_visibility":null,"decision_monetary":"null")",
        R"(,"decision_visibility":"null","account_type":null)",
        R"(,"decision_visibility":["null"],"territorial_scope":[null])"}) {
    ImportJson(statement(more));
    ASSERT_EQ(out_.actions.size(), 1U) << Refusal();
    EXPECT_EQ(out_.actions[0].action, plain) << more;
  }
}

// An earlier version took the word for a code. Here the log has what that made.
TEST_F(DsaImportTest, ADecisionThatWasMadeOfTheWordNullIsFoundAndPutRightOnce) {
  const Row null = {{"decision_provision", "null"}};
  Row nothing = null;
  nothing["decision_visibility"] = "[]";
  nothing["platform_uid"] = "p-2";
  std::map<std::string, LoggedAction> log;
  for (const Row& row : {GoodRow(null), GoodRow(nothing)}) {
    DsaStatement statement;
    for (const auto& [name, cell] : row) {
      const DsaColumn column = *FindDsaColumn(name);
      if (IsDsaList(column)) {
        statement.List(column) = *ParseCodeList(cell);
      } else {
        statement.cells[column] = cell;
      }
    }
    const auto made = MakeDsaRecord(statement, 202'507, options_.record);
    ASSERT_TRUE(made.has_value());
    log[made->puid] = {.index = log.size(), .action = made->action};
  }
  options_.find = [&](const std::vector<std::string>& puids)
      -> Result<std::vector<std::optional<LoggedAction>>> {
    std::vector<std::optional<LoggedAction>> found;
    for (const std::string& puid : puids) {
      found.emplace_back();
      if (log.contains(puid)) found.back() = log[puid];
    }
    return found;
  };
  ImportCsv({GoodRow(null), GoodRow(nothing)});
  EXPECT_EQ(totals_.faults.at("decisions made of the word null"), 2U);
  EXPECT_TRUE(out_.actions.empty());
  EXPECT_TRUE(out_.refused.empty()) << "it is no conflict";

  options_.repair = true;
  ImportCsv({GoodRow(null), GoodRow(nothing)});
  ASSERT_EQ(out_.messages.size(), 2U);
  EXPECT_EQ(out_.messages[0].kind(), v1::KIND_CORRECTION);
  EXPECT_EQ(out_.messages[0].corrected().provision(), 0);
  EXPECT_EQ(out_.messages[0].about(0), "p-1");
  EXPECT_EQ(out_.messages[1].kind(), v1::KIND_VOID);
  EXPECT_EQ(out_.messages[1].about(0), "p-2");
  for (const ImportedAction& action : out_.actions) {
    EXPECT_TRUE(Admit("example", action.action, kNowMs).has_value());
  }
  log["p-1"].corrected = true;
  log["p-2"].is_void = true;
  ImportCsv({GoodRow(null), GoodRow(nothing)});
  EXPECT_TRUE(out_.actions.empty());
  EXPECT_TRUE(totals_.faults.empty());
}

// A person may have written it.
TEST_F(DsaImportTest, NullInATextIsTheText) {
  ImportCsv({GoodRow({{"decision_facts", "null"}})});
  EXPECT_EQ(Part(0, v1::TAG_DECISION_FACTS), "null");
}

TEST_F(DsaImportTest, ADayThatTheRecordCannotHoldIsKeptAsTheCopySaysIt) {
  ImportCsv({GoodRow({{"content_date", "1970-01-01"},
                      {"application_date", "2037-05-05"},
                      {"end_date_visibility_restriction", "2099-01-01"}}),
             GoodRow({{"content_date", "1901-02-03 00:00:00"}})});
  ASSERT_EQ(out_.actions.size(), 2U) << Refusal();
  EXPECT_EQ(out_.messages[0].content_date(), 0U);
  EXPECT_EQ(totals_.warnings, 4U);
  const std::string meta = Part(0, v1::TAG_SOURCE_META);
  for (const char* line :
       {"content_date=1970-01-01\n", "application_date=2037-05-05\n",
        "end_date_visibility_restriction=2099-01-01\n"}) {
    EXPECT_NE(meta.find(line), std::string::npos) << meta;
  }
}

// The platform had to submit it, so it must be loggable: each of these the
// database takes, and a rule for own records of ours would refuse.
TEST_F(DsaImportTest, WhatTheDatabaseTookIsAdmittedAsThePlatformsOwnWord) {
  options_.record.first_hand = true;
  const std::vector<Row> oddities = {
      {{"category_specification", R"(["KEYWORD_PHISHING"])"}},
      {{"content_id_ean", "4006381333930"}},
      {{"territorial_scope", "null"}},
      {{"territorial_scope", "[]"}},
      {{"end_date_visibility_restriction", "2025-11-19"}},
      {{"end_date_account_restriction", "2026-01-01"}},
      {{"application_date", "2037-05-05"}},
      {{"content_date", "2037-05-05"}},
      {{"category_addition", R"(["STATEMENT_CATEGORY_VIOLENCE"])"}},
      {{"decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"},
       {"incompatible_content_illegal", "Yes"}},
      {{"platform_uid", std::string(500, 'x')}}};
  for (const Row& oddity : oddities) {
    ImportCsv({GoodRow(oddity)});
    const std::string& what = oddity.begin()->first;
    ASSERT_EQ(out_.actions.size(), 1U) << what << Refusal();
    EXPECT_GE(totals_.warnings, 1U) << what;
    const auto admitted = Admit("example", out_.actions[0].action, kNowMs);
    EXPECT_TRUE(admitted.has_value()) << what;
    EXPECT_EQ(out_.messages[0].provenance() == v1::PROVENANCE_FIRST_HAND,
              what != "application_date")
        << what;
  }
}

// Each message as a person sees it: file, line, row, column, reason; and never
// the value.
TEST_F(DsaImportTest, WhatIsRefusedIsRefusedWithPlaceAndReason) {
  struct Bad {
    Row changes;
    std::string message;
  };
  for (const Bad& bad : std::vector<Bad>{
           {{{"content_date", "01/03/2025"}},
            "content_date: not a day, want YYYY-MM-DD"},
           {{{"content_date", "2025-02-30"}},
            "content_date: not a day, want YYYY-MM-DD"},
           {{{"decision_facts", "caf\xe9 au lait"}},
            "decision_facts: byte 4 is not UTF-8: convert the file first, from "
            "Latin-1 with iconv -f latin1 -t utf-8"},
           {{{"decision_facts", std::string(5'001, 'x')}},
            "decision_facts: 5001 characters, limit 5000"},
           {{{"category", ""}}, "category: missing"},
           {{{"category", "Jane Roe"}},
            "category: not a code, want ^[A-Za-z0-9_]{1,100}$"},
           {{{"content_type", "CONTENT_TYPE_TEXT"}},
            "content_type: not a JSON list of codes"},
           {{{"automated_detection", "Jane Roe"}},
            "automated_detection: neither Yes nor No"},
           {{{"decision_visibility", "[]"}},
            "decision_visibility: no decision: this and decision_monetary, "
            "decision_provision and decision_account are missing"},
           {{{"platform_uid", ""}, {"uuid", ""}},
            "platform_uid: missing, and there is no uuid in its place"}}) {
    ImportCsv({GoodRow(), GoodRow(bad.changes), GoodRow()});
    EXPECT_EQ(Refusal(), "dump.csv:3: row 2, column " + bad.message);
    EXPECT_EQ(out_.actions.size(), 2u) << "the others go on";
    EXPECT_EQ(totals_.refused, 1u);
  }
}

TEST_F(DsaImportTest, ARowOfTheWrongLengthNamesItsLine) {
  Write("dump.csv",
        Csv({GoodRow({{"decision_facts", "two\nlines"}})}) + "a,b\n");
  Run(ImportDsaCsv);
  EXPECT_EQ(Refusal(), "dump.csv:4: row 2: 2 cells, want 38");
  EXPECT_EQ(out_.actions.size(), 1u);
}

TEST_F(DsaImportTest, AFileThatIsNoDumpIsRefusedWhole) {
  Write("other.csv", "a,b\n1,2\n");
  Run(ImportDsaCsv);
  EXPECT_EQ(Refusal(),
            "other.csv: header: no column decision_ground: not a dump of the "
            "DSA Transparency Database");
}

TEST_F(DsaImportTest, ADumpOfSeveralPlatformsIsRefusedBeforeAnythingIsLogged) {
  const std::vector<Row> rows = {GoodRow(), GoodRow({{"platform_name", "Other"},
                                                     {"platform_uid", "p-2"}})};
  ImportCsv(rows);
  EXPECT_TRUE(out_.actions.empty());
  EXPECT_EQ(Refusal(),
            "dump.csv: column platform_name: several platforms (\"Example\", "
            "\"Other\") would stand under one name: take one at a time with "
            "--platform-name NAME");
  options_.platform_name = "Other";
  ImportCsv(rows);
  ASSERT_EQ(out_.actions.size(), 1u);
  EXPECT_EQ(out_.actions[0].puid, "p-2");
  EXPECT_EQ(totals_.left_out["of other platforms"], 1u);
}

TEST_F(DsaImportTest, ADayIsReadAsItIsPublished) {
  const std::string csv = Csv({GoodRow()});
  Write("day.zip",
        MakeZip({{"day-00000.csv.zip", MakeZip({{"day-00000-00000.csv", csv},
                                                {"day-00000-00001.csv", csv}})},
                 {"README.txt", "not a dump"}}));
  Run(ImportDsaCsv);
  EXPECT_EQ(out_.actions.size(), 2u);
  EXPECT_TRUE(out_.actions.at(1).source.ends_with(
      "day.zip/day-00000.csv.zip/day-00000-00001.csv:2"))
      << out_.actions[1].source;
}

TEST_F(DsaImportTest, ATruncatedZipIsNamedAfterTheRowsThatItGave) {
  std::vector<Row> rows;
  for (int i = 0; i < 5'000; ++i) {
    rows.push_back(
        GoodRow({{"platform_uid", "p-" + std::to_string(i * 7919)}}));
  }
  const std::string zip = MakeZip({{"day.csv", Csv(rows)}});
  Write("day.zip", zip.substr(0, zip.size() / 2));
  Run(ImportDsaCsv);
  EXPECT_TRUE(Refusal().starts_with("day.zip: not a whole zip: ")) << Refusal();
  EXPECT_GT(out_.actions.size(), 0u);
  EXPECT_LT(out_.actions.size(), 5'000u);
}

TEST_F(DsaImportTest, AZipBombIsRefused) {
  // Some 1,000 to 1 in one zip, and a million to one in two.
  const std::string bomb =
      MakeZip({{"day.csv", Csv({}) + std::string(100 << 20, '\n')}});
  Write("bomb.zip", bomb);
  Run(ImportDsaCsv);
  EXPECT_EQ(Refusal(),
            "bomb.zip: unpacks to more than 500 times its size: refused as a "
            "zip bomb");
  Write("bomb.zip", MakeZip({{"day.csv.zip", bomb}}));
  Run(ImportDsaCsv);
  EXPECT_NE(FormatReason(out_.refused.at(0)).find("zip bomb"),
            std::string::npos);
  Write("deep.zip", MakeZip({{"a.zip", MakeZip({{"b.zip", MakeZip({})}})}}));
  Run(ImportDsaCsv);
  EXPECT_EQ(Refusal(), "deep.zip/a.zip/b.zip: zips nested deeper than 2");
}

constexpr char kStatement[] =
    R"({"puid":"j-1","decision_visibility":null,"decision_account":)"
    R"("DECISION_ACCOUNT_TERMINATED","decision_ground":)"
    R"("DECISION_GROUND_ILLEGAL_CONTENT","category":)"
    R"("STATEMENT_CATEGORY_SELF_HARM","category_addition":[],)"
    R"("content_type":["CONTENT_TYPE_APP"],"content_id":{"EAN-13":)"
    R"("4006381333931"},"permalink":"https://x.example/1","id":100000000007})";

TEST_F(DsaImportTest, JsonComesInEveryFormOfTheApi) {
  const std::string one = kStatement;
  std::string two = one;
  two.replace(two.find("j-1"), 3, "j-2");
  for (const std::string& text :
       {one + two, "[" + one + " ,\n" + two + "]",
        "{ \"statements\" : [" + one + "," + two + "] }",
        "{\"statements\":[" + one + "]}\n{\"statements\":[" + two + "]}\n",
        "\xef\xbb\xbf" + one + "\n[]\n" + two}) {
    ImportJson(text);
    ASSERT_EQ(out_.actions.size(), 2u) << text << Refusal();
    EXPECT_EQ(out_.actions[1].puid, "j-2");
    EXPECT_EQ(out_.messages[0].subject_kind(), v1::SUBJECT_KIND_ACCOUNT);
    EXPECT_EQ(out_.messages[0].ean13(), 4'006'381'333'931u);
    EXPECT_EQ(Part(0, v1::TAG_SOURCE_META),
              "id:=100000000007\npermalink=https://x.example/1\n");
  }
}

TEST_F(DsaImportTest, AStatementThatIsWrongTakesNoOtherWithIt) {
  const std::string one = kStatement;
  std::string wrong = one;
  wrong.replace(wrong.find("\"j-1\""), 5, "7");
  ImportJson("[" + one + ",\n" + wrong + "," + one + "]");
  EXPECT_EQ(Refusal(), "statements.json:2: row 2, column puid: not a string");
  EXPECT_EQ(out_.actions.size(), 2u);
  ImportJson(one + "\n{\"puid\":\"a\",\"puid\":\"b\"}\n" + one);
  EXPECT_EQ(Refusal(), "statements.json:2: row 2: key \"puid\" is repeated");
  ImportJson(one + "\n{\"puid\":\"a\n" + one);
  EXPECT_EQ(Refusal(),
            "statements.json:2: row 2: not JSON: a quote that is not closed");
  EXPECT_EQ(out_.actions.size(), 2u);
  ImportJson("{\"decision_facts\":\"" + std::string(2 << 20, 'x') + "\"}\n" +
             one);
  EXPECT_EQ(Refusal(),
            "statements.json:1: row 1: an object of more than 1048576 bytes");
  EXPECT_EQ(out_.actions.size(), 1u);
}

TEST_F(DsaImportTest, WhatIsNoJsonIsRefusedWithItsLine) {
  ImportJson(std::string("[") + kStatement + "\n" + kStatement + "]");
  EXPECT_EQ(Refusal(),
            "statements.json: line 2: not JSON: want , or ] behind "
            "an object");
  ImportJson("uuid,puid\n");
  EXPECT_EQ(Refusal(),
            "statements.json: line 1: not JSON objects: want { or [");
  ImportJson(std::string("[") + kStatement);
  EXPECT_EQ(Refusal(), "statements.json: line 1: the file ends within a list");
}

}  // namespace
}  // namespace modlog::dsa_import_test
