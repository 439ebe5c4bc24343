#include <memory>

#include "api/import/dsa/dsa_import.h"
#include "api/tool/commands/import/import_source.h"
#include "api/tool/logged_actions.h"

namespace modlog {
namespace {

constexpr char kCsvFooter[] = R"(
FILE is a dump of https://transparency.dsa.ec.europa.eu/explore-data/download:
the zip as it is published, or a .csv or .csv.zip out of it; full or light,
schema v1 or v2. - is standard input. Every row becomes one entry; its texts,
which by law hold no personal data, go into open parts of the payload, and
the source's identity into a restricted one.

A dump of several platforms is refused: take one at a time by --platform-name,
the name that column platform_name has.

Codes and columns that the schema lacks are kept by name and counted at the
end. Of a list, the order is not kept; null, [] and an empty cell are one.

Examples:
  modlog import dsa-csv sor-tiktok-2025-11-20-full.zip --platform tiktok
  modlog import dsa-csv sor-global-2025-11-20-full.zip --platform tiktok \
      --platform-name TikTok
  unzip -p day.csv.zip | modlog import dsa-csv - --platform tiktok

Exit status: 0 all is logged, 1 a row or an entry was refused, 2 usage,
connection or file, 130 ended by Ctrl-C after what had been sent was answered.)";

constexpr char kJsonFooter[] = R"(
FILE holds statements of reasons as the database's API takes and answers them:
one object, a list, {"statements":[...]}, or any of these one behind the other.
- is standard input. Each becomes one entry, as with dsa-csv.

Examples:
  modlog import dsa-json statements.json --platform example
  modlog import dsa-json today.jsonl --platform example --first-hand

Exit status: 0 all is logged, 1 a statement or an entry was refused, 2 usage,
connection or file, 130 ended by Ctrl-C after what had been sent was answered.)";

struct ImportDsaOptions {
  ImportOptions common;
  std::vector<std::string> files;
  std::string platform_name;
  bool first_hand = false;
};

using ImportDsa = Result<ImportTotals> (*)(const DsaImportOptions&,
                                           ImportSink*);

int RunDsa(const CommandLine& line, const ImportDsaOptions& options,
           const std::string& unit, ImportDsa import) {
  return RunImport(
      line, options.common,
      {.unit = unit,
       .check = [&] { return CheckFiles(options.files); },
       .run =
           [&](const ImportRun& run) {
             return import(
                 {.files = options.files,
                  .record = {.platform = options.common.platform,
                             .secret = run.secret,
                             .today = Today(),
                             .first_hand = options.first_hand},
                  .platform_name = options.platform_name,
                  .find = FinderOf(run.client, options.common.platform),
                  .repair = options.common.repair},
                 run.sink);
           }});
}

struct Source {
  const char* name;
  const char* help;
  const char* footer;
  const char* unit;
  ImportDsa import;
};
constexpr Source kSources[] = {
    {"dsa-csv", "Dumps of the EU's DSA Transparency Database", kCsvFooter,
     "rows", ImportDsaCsv},
    {"dsa-json", "Statements of reasons in the DSA's JSON", kJsonFooter,
     "statements", ImportDsaJson},
};

}  // namespace

void AddImportDsa(CLI::App* import, CommandLine* line) {
  for (const Source& source : kSources) {
    auto options = std::make_shared<ImportDsaOptions>();
    CLI::App* command = import->add_subcommand(source.name, source.help);
    command->add_option("FILE", options->files, "files, plain or zipped")
        ->required();
    AddImportOptions(command, "platform of the entries", &options->common);
    command->add_option("--platform-name", options->platform_name,
                        "take the statements of this platform_name alone");
    command->add_flag("--first-hand", options->first_hand,
                      "the entries are the platform's own word, no copies");
    AddRepair(command, &options->common);
    command->footer(source.footer);
    command->callback([line, options, &source] {
      line->run = [line, options, &source] {
        return RunDsa(*line, *options, source.unit, source.import);
      };
    });
  }
}

}  // namespace modlog
