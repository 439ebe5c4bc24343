#include "api/import/dsa/dsa_import.h"

#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/import/dsa/dsa_json.h"
#include "api/import/dsa/dsa_repair.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/csv_table.h"
#include "api/import/input/input_file.h"
#include "api/import/input/json_statements.h"
#include "api/import/input/unzip.h"

namespace modlog {
namespace {

constexpr uint64_t kProgressEvery = 1'024;
constexpr size_t kNotesMax = 100;
constexpr size_t kAskedAtOnce = 256;
constexpr size_t kNamesShownMax = 5;
constexpr size_t kColumnNameMax = 64;

// What is done with what is in the files; one reading of all of them.
class Reading {
 public:
  virtual ~Reading() = default;
  // Whether OnStatement looks at a column: what is not is not read.
  virtual bool Wants(std::optional<DsaColumn> /*column*/) const { return true; }
  virtual Result<void> OnStatement(const ImportRemark& place,
                                   const DsaStatement& statement,
                                   unsigned taxonomy) = 0;
  virtual Result<void> OnRefused(ImportRemark remark) = 0;
  virtual void OnUnknownColumn(const std::string& /*name*/) {}
};

using ReadFileText = Result<void> (*)(const std::string& name,
                                      const ReadBytes& read, Reading* reading);

// ---- CSV ----

// Which column of the table is what.
struct Header {
  std::vector<std::string> names;
  std::vector<std::optional<DsaColumn>> columns;
  std::vector<bool> wanted;  // by the reading
  unsigned taxonomy = kDsaTaxonomyV1;
};

Result<Header> JudgeHeader(std::vector<std::string> names) {
  Header header;
  std::set<DsaColumn> seen;
  for (const std::string& name : names) {
    if (!IsUtf8(name) || name.empty() || name.size() > kColumnNameMax) {
      return Fail(Code::kMalformed,
                  absl::StrCat("header: column ", header.columns.size() + 1,
                               " has no name of 1 to ", kColumnNameMax,
                               " bytes of UTF-8"));
    }
    header.columns.push_back(FindDsaColumn(name));
    const auto column = header.columns.back();
    if (column && !seen.insert(*column).second) {
      return Fail(Code::kMalformed,
                  absl::StrCat("header: ", name, " is there under two names"));
    }
  }
  for (const DsaColumn column : {kDsaGround, kDsaCategory}) {
    if (seen.contains(column)) continue;
    return Fail(
        Code::kMalformed,
        absl::StrCat("header: no column ", std::string(DsaColumnName(column)),
                     ": not a dump of the DSA Transparency Database"));
  }
  if (seen.contains(kDsaEan13)) header.taxonomy = kDsaTaxonomyV2;
  header.names = std::move(names);
  return header;
}

std::expected<void, DsaFault> ReadRow(const Header& header,
                                      const CsvCells& cells,
                                      DsaStatement* statement) {
  statement->Clear();
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!header.wanted[i]) continue;
    const auto column = header.columns[i];
    if (!column) {
      if (cells[i].empty()) continue;
      statement->others.push_back({header.names[i], std::string(cells[i])});
    } else if (IsDsaList(*column)) {
      std::vector<std::string> nulls;
      auto list = ParseCodeList(cells[i], &nulls);
      if (!list) {
        return std::unexpected(
            DsaFault{header.names[i], std::move(list).error().message});
      }
      statement->List(*column) = *std::move(list);
      for (std::string& null : nulls) {
        statement->nulls.push_back({*column, std::move(null)});
      }
    } else if (SaysNull(*column, cells[i])) {
      statement->nulls.push_back({*column, std::string(cells[i])});
    } else {
      statement->cells[*column] = cells[i];
    }
  }
  return {};
}

ImportRemark PlaceOf(const std::string& name, const TableRow& row) {
  return {.source = name, .reason = "", .line = row.line, .row = row.number};
}

Result<void> RefuseRow(const std::string& name, const Header& header,
                       const TableRow& row, Reading* reading) {
  ImportRemark remark = PlaceOf(name, row);
  remark.reason = *row.refused;
  if (row.refused_column > 0 && row.refused_column <= header.names.size()) {
    remark.column = header.names[row.refused_column - 1];
  }
  if (row.last_line > row.line) {
    absl::StrAppend(&remark.reason, "; read on behind line ", row.last_line);
  }
  return reading->OnRefused(std::move(remark));
}

Result<void> ReadCsv(const std::string& name, const ReadBytes& read,
                     Reading* reading) {
  CsvTable table(read);
  auto names = table.ReadHeader();
  auto header = names ? JudgeHeader(*std::move(names))
                      : Result<Header>(std::unexpected(names.error()));
  if (!header) {
    if (header.error().code != Code::kMalformed) {
      return std::unexpected(header.error());
    }
    return reading->OnRefused(
        {.source = name, .reason = header.error().message});
  }
  for (size_t i = 0; i < header->names.size(); ++i) {
    header->wanted.push_back(reading->Wants(header->columns[i]));
    if (!header->columns[i]) reading->OnUnknownColumn(header->names[i]);
  }
  DsaStatement statement;
  for (;;) {
    ASSIGN_OR_RETURN(const TableRow* row, table.Next());
    if (row == nullptr) return {};
    if (row->refused) {
      RETURN_IF_ERROR(RefuseRow(name, *header, *row, reading));
      continue;
    }
    ImportRemark place = PlaceOf(name, *row);
    if (auto read_row = ReadRow(*header, row->cells, &statement); !read_row) {
      place.column = read_row.error().column;
      place.reason = read_row.error().reason;
      RETURN_IF_ERROR(reading->OnRefused(std::move(place)));
      continue;
    }
    RETURN_IF_ERROR(reading->OnStatement(place, statement, header->taxonomy));
  }
}

// ---- JSON ----

Result<void> ReadObject(const ImportRemark& place, const JsonObject& object,
                        Reading* reading) {
  ImportRemark remark = place;
  if (object.refused) {
    remark.reason = *object.refused;
    return reading->OnRefused(std::move(remark));
  }
  auto statement = ParseDsaJson(object.text);
  if (!statement) {
    remark.column = std::move(statement).error().column;
    remark.reason = std::move(statement).error().reason;
    return reading->OnRefused(std::move(remark));
  }
  return reading->OnStatement(place, *statement, kDsaTaxonomyV2);
}

Result<void> ReadJson(const std::string& name, const ReadBytes& read,
                      Reading* reading) {
  JsonStatements objects(read);
  for (;;) {
    auto object = objects.Next();
    if (!object) {
      if (object.error().code != Code::kMalformed) {
        return std::unexpected(std::move(object).error());
      }
      return reading->OnRefused(
          {.source = name, .reason = object.error().message});
    }
    if (*object == nullptr) return {};
    const ImportRemark place = {.source = name,
                                .reason = "",
                                .line = (*object)->line,
                                .row = (*object)->number};
    RETURN_IF_ERROR(ReadObject(place, **object, reading));
  }
}

// ---- both ----

Result<void> ReadFiles(const std::vector<std::string>& files,
                       std::string_view ending, ReadFileText read_text,
                       Reading* reading) {
  UnzipVisitor visitor;
  visitor.on_file = [&](const std::string& name, const ReadBytes& read) {
    return read_text(name, read, reading);
  };
  visitor.on_broken = [&](const std::string& name, std::string reason) {
    return reading->OnRefused({.source = name, .reason = std::move(reason)});
  };
  visitor.wants = [&](const std::string& name) {
    return name.ends_with(ending) || name.ends_with(".zip");
  };
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
    RETURN_IF_ERROR(WalkFiles(
        path == "-" ? "standard input" : path,
        [&file](std::span<char> out) { return file.Read(out); }, visitor));
  }
  return {};
}

// Finds out whose statements there are, and passes over all else.
class NamesReading : public Reading {
 public:
  bool Wants(std::optional<DsaColumn> column) const override {
    return column == kDsaPlatformName;
  }
  Result<void> OnStatement(const ImportRemark&, const DsaStatement& statement,
                           unsigned) override {
    if (names_.size() <= kNamesShownMax) {
      names_.insert(statement.cells[kDsaPlatformName]);
      names_.erase("");
    }
    return {};
  }
  Result<void> OnRefused(ImportRemark) override { return {}; }
  const std::set<std::string>& names() const { return names_; }

 private:
  std::set<std::string> names_;
};

// Makes the records, for whoever compares them.
class RecordsReading : public Reading {
 public:
  using OnRecord = std::function<Result<void>(
      const ImportRemark&, const DsaStatement&, const DsaRecord&)>;
  using OnRefusedRow = std::function<Result<void>(ImportRemark)>;

  RecordsReading(const DsaImportOptions& options, const OnRecord& on_record,
                 const OnRefusedRow& on_refused)
      : options_(options), on_record_(on_record), on_refused_(on_refused) {}

  Result<void> OnStatement(const ImportRemark& place,
                           const DsaStatement& statement,
                           unsigned taxonomy) override {
    if (!options_.platform_name.empty() &&
        statement.cells[kDsaPlatformName] != options_.platform_name) {
      return {};
    }
    const auto record = MakeDsaRecord(statement, taxonomy, options_.record);
    if (record) return on_record_(place, statement, *record);
    ImportRemark remark = place;
    remark.column = record.error().column;
    remark.reason = record.error().reason;
    return on_refused_(std::move(remark));
  }
  Result<void> OnRefused(ImportRemark remark) override {
    return on_refused_(std::move(remark));
  }

 private:
  const DsaImportOptions& options_;
  const OnRecord& on_record_;
  const OnRefusedRow& on_refused_;
};

class ImportReading : public Reading {
 public:
  ImportReading(const DsaImportOptions& options, ImportSink* sink)
      : options_(options), sink_(sink), name_(options.platform_name) {}

  Result<void> OnStatement(const ImportRemark& place,
                           const DsaStatement& statement,
                           unsigned taxonomy) override {
    const std::string& name = statement.cells[kDsaPlatformName];
    if (!options_.platform_name.empty() && name != name_) {
      ++totals_.left_out["of other platforms"];
      return {};
    }
    CountItem();
    if (name_.empty()) name_ = name;
    if (!name.empty() && name != name_) {
      return Refuse(place, {std::string(DsaColumnName(kDsaPlatformName)),
                            "another platform than in the rows before"});
    }
    auto record = MakeDsaRecord(statement, taxonomy, options_.record);
    if (options_.find) {
      auto before = ReadBefore(statement, taxonomy, options_.record, record);
      if (before) {
        return Ask({place, std::move(record), *std::move(before)});
      }
    }
    return Take(place, std::move(record));
  }

  // Finish hands out what waits for the log's answer.
  Result<void> Finish() { return asked_.empty() ? Result<void>() : Answer(); }

  Result<void> OnRefused(ImportRemark remark) override {
    CountItem();
    ++totals_.refused;
    return sink_->OnRefused(std::move(remark));
  }

  void OnUnknownColumn(const std::string& name) override {
    Note(absl::StrCat("column ", Quote(name),
                      " is not the DSA's: its values are kept"));
  }

  ImportTotals totals() && { return std::move(totals_); }

 private:
  Result<void> Take(const ImportRemark& place,
                    std::expected<DsaRecord, DsaFault> record) {
    if (!record) return Refuse(place, std::move(record).error());
    return HandOut(place, *std::move(record));
  }

  Result<void> Ask(NullStatement statement) {
    asked_.push_back(std::move(statement));
    return asked_.size() < kAskedAtOnce ? Result<void>() : Answer();
  }

  Result<void> Answer() {
    std::vector<std::string> puids;
    for (const NullStatement& asked : asked_) {
      puids.push_back(asked.before.puid);
    }
    ASSIGN_OR_RETURN(const auto logged, options_.find(puids));
    for (size_t i = 0; i < asked_.size(); ++i) {
      RETURN_IF_ERROR(logged[i] ? Settle(asked_[i], *logged[i])
                                : Take(asked_[i].place, asked_[i].record));
    }
    asked_.clear();
    return {};
  }

  // The log has something of the statement.
  Result<void> Settle(const NullStatement& asked, const LoggedAction& logged) {
    if (logged.action == asked.before.action &&
        !WasLoggedWrongly(asked, logged)) {
      ++totals_.left_out["records put right before"];
      return {};
    }
    if (!WasLoggedWrongly(asked, logged)) {
      return Take(asked.place, asked.record);
    }
    ++totals_.faults["decisions made of the word null"];
    if (!options_.repair) return {};
    ++totals_.repaired;
    CountAction(asked.record ? v1::KIND_CORRECTION : v1::KIND_VOID, &totals_);
    return sink_->OnAction(PutRight(asked, options_.record));
  }

  void CountItem() {
    if (++totals_.items % kProgressEvery == 0) {
      sink_->OnProgress(totals_.items, 0);
    }
  }

  void Note(const std::string& note) {
    const bool known = totals_.notes.contains(note);
    ++totals_
          .notes[known || totals_.notes.size() < kNotesMax ? note : "others"];
  }

  Result<void> Refuse(const ImportRemark& place, DsaFault fault) {
    ImportRemark remark = place;
    remark.column = std::move(fault.column);
    remark.reason = std::move(fault.reason);
    ++totals_.refused;
    return sink_->OnRefused(std::move(remark));
  }

  Result<void> HandOut(const ImportRemark& place, DsaRecord record) {
    for (DsaFault& warning : record.warnings) {
      ++totals_.warnings;
      Note(absl::StrCat(warning.column, ": ", warning.reason));
      ImportRemark remark = place;
      remark.column = std::move(warning.column);
      remark.reason = std::move(warning.reason);
      sink_->OnWarning(std::move(remark));
    }
    if (record.reordered) {
      Note("a list's order is not kept: the record's lists are sets");
    }
    CountAction(v1::KIND_ACTION, &totals_);
    return sink_->OnAction({.source = FormatPlace(place),
                            .puid = std::move(record.puid),
                            .action = std::move(record.action),
                            .payload = std::move(record.payload)});
  }

  const DsaImportOptions& options_;
  ImportSink* const sink_;
  std::string name_;  // of the platform, as the rows have it
  std::vector<NullStatement> asked_;
  ImportTotals totals_;
};

// Reads the files once in advance: what is logged cannot be taken back.
// Standard input can be read only once, and its rows are judged one by one.
Result<std::optional<std::string>> FindSeveralPlatforms(
    const DsaImportOptions& options, std::string_view ending,
    ReadFileText read_text) {
  NamesReading names;
  for (const std::string& file : options.files) {
    if (file == "-") return std::nullopt;
  }
  RETURN_IF_ERROR(ReadFiles(options.files, ending, read_text, &names));
  if (names.names().size() < 2) return std::nullopt;
  std::vector<std::string> shown;
  for (const std::string& name : names.names()) shown.push_back(Quote(name));
  return std::optional<std::string>(absl::StrCat(
      "several platforms (", absl::StrJoin(shown, ", "),
      names.names().size() > kNamesShownMax ? ", …" : "",
      ") would stand under one name: take one at a time with --platform-name "
      "NAME"));
}

Result<ImportTotals> Import(const DsaImportOptions& options, ImportSink* sink,
                            std::string_view ending, ReadFileText read_text) {
  ImportReading reading(options, sink);
  if (options.platform_name.empty()) {
    ASSIGN_OR_RETURN(auto several,
                     FindSeveralPlatforms(options, ending, read_text));
    if (several) {
      RETURN_IF_ERROR(reading.OnRefused(
          {.source = options.files.front(),
           .reason = *std::move(several),
           .column = std::string(DsaColumnName(kDsaPlatformName))}));
      return std::move(reading).totals();
    }
  }
  RETURN_IF_ERROR(ReadFiles(options.files, ending, read_text, &reading));
  RETURN_IF_ERROR(reading.Finish());
  return std::move(reading).totals();
}

}  // namespace

Result<ImportTotals> ImportDsaCsv(const DsaImportOptions& options,
                                  ImportSink* sink) {
  return Import(options, sink, ".csv", ReadCsv);
}

Result<ImportTotals> ImportDsaJson(const DsaImportOptions& options,
                                   ImportSink* sink) {
  return Import(options, sink, ".json", ReadJson);
}

Result<void> ReadDsaRecords(
    const DsaImportOptions& options,
    const std::function<Result<void>(const ImportRemark&, const DsaStatement&,
                                     const DsaRecord&)>& on_record,
    const std::function<Result<void>(ImportRemark)>& on_refused) {
  RecordsReading reading(options, on_record, on_refused);
  return ReadFiles(options.files, ".csv", ReadCsv, &reading);
}

}  // namespace modlog
