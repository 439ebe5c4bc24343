#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/jsonl.h"
#include "api/client/payload_json.h"
#include "api/export/dsa_csv.h"
#include "api/export/dsa_restore.h"
#include "api/import/dsa/dsa_json.h"
#include "api/tool/action_text.h"
#include "api/tool/commands/command.h"
#include "api/tool/copy/entry_reader.h"
#include "api/tool/interrupt.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr char kExportFooter[] = R"(
  jsonl     every entry, one JSON object a line: all fields by name, and the
            parts of its payload. `modlog append` takes it back.
  dsa-csv   actions as a dump of the EU's DSA Transparency Database, written as
            PHP writes it; --columns v1 and light for its other forms
  dsa-json  actions as one body of the database's API, {"statements":[...]};
            with --batch 100 one body a line, of as many as a call takes

Parts of a payload that are restricted to the platform come with its token
(--token-file). What a form cannot say is counted on standard error at the end.

Every entry is proved to stand in the log's checkpoint, and every part to be
what its entry commits to; the proof ends with the export, so what was written
counts only with exit status 0.

Examples:
  modlog export --format jsonl -o log.jsonl
  modlog export --format dsa-csv --platform tiktok -o tiktok.csv
  modlog export --format dsa-json --from 1000 --to 1100

Exit status: 0 written, 1 something does not belong to the log, 2 usage,
connection or file, 130 ended by Ctrl-C.)";

struct ExportEntriesOptions {
  std::string format;
  uint64_t from = 0;
  uint64_t to = UINT64_MAX;
  std::string platform;
  std::string file;
  std::string http;
  std::string columns = "full";
  uint64_t batch = 0;
};

// A file or standard output, written through a buffer.
class Output {
 public:
  Result<void> Open(const std::string& path) {
    path_ = path;
    if (path.empty() || path == "-") {
      path_ = "standard output";
      return {};
    }
    file_.reset(std::fopen(path.c_str(), "we"));
    if (file_ == nullptr) return Fault();
    return {};
  }
  Result<void> Write(std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stream()) == text.size()
               ? Result<void>{}
               : Fault();
  }
  Result<void> Close() {
    if (std::fflush(stream()) != 0) return Fault();
    if (file_ != nullptr && std::fclose(file_.release()) != 0) return Fault();
    return {};
  }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::FILE* stream() const { return file_ != nullptr ? file_.get() : stdout; }
  Result<void> Fault() const {
    return Fail(Code::kUnavailable, absl::StrCat("cannot write ", path_, ": ",
                                                 std::strerror(errno)));
  }

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

// One form of export.
class Format {
 public:
  virtual ~Format() = default;
  // Whether an entry is one for this form; else it counts as what is named.
  virtual std::string Excludes(const ReadEntry& entry) const = 0;
  virtual Result<std::string> Write(const ReadEntry& entry,
                                    const DecodedEntry& decoded) = 0;
  virtual std::string Begin() { return ""; }
  virtual std::string End() { return ""; }
  const Losses& losses() const { return losses_; }

 protected:
  Losses losses_;
};

class JsonLines : public Format {
 public:
  std::string Excludes(const ReadEntry&) const override { return ""; }

  Result<std::string> Write(const ReadEntry& entry,
                            const DecodedEntry&) override {
    ASSIGN_OR_RETURN(std::string line,
                     FormatEntryJson(entry.index, entry.leaf));
    if (entry.payload != nullptr) {
      line.pop_back();
      absl::StrAppend(&line, ",\"payload\":",
                      PayloadToJson(entry.payload->payload()).dump(), "}");
    }
    return line + "\n";
  }
};

class DsaFormat : public Format {
 public:
  std::string Excludes(const ReadEntry& entry) const override {
    if (entry.action.kind() == v1::KIND_ACTION) return "";
    return absl::StrCat("no form for ", v1::Kind_Name(entry.action.kind()));
  }

 protected:
  DsaStatement Restore(const ReadEntry& entry, const DecodedEntry& decoded) {
    static const v1::Payload kNone;
    return RestoreDsaStatement(
        entry.action,
        entry.payload != nullptr ? entry.payload->payload() : kNone,
        std::string(decoded.platform), decoded.logged_at_ms, &losses_);
  }
};

class DsaCsv : public DsaFormat {
 public:
  explicit DsaCsv(DsaDumpForm form) : columns_(DsaDumpColumns(form)) {}

  std::string Begin() override { return FormatDsaHeader(columns_); }
  Result<std::string> Write(const ReadEntry& entry,
                            const DecodedEntry& decoded) override {
    return FormatDsaRow(Restore(entry, decoded), columns_, &losses_);
  }

 private:
  const std::vector<DsaColumn> columns_;
};

class DsaJson : public DsaFormat {
 public:
  explicit DsaJson(uint64_t batch) : batch_(batch) {}

  Result<std::string> Write(const ReadEntry& entry,
                            const DecodedEntry& decoded) override {
    std::string text;
    if (in_body_ > 0 && in_body_ == batch_) text = End();
    text += in_body_ == 0 ? kBegin : ",\n";
    ++in_body_;
    any_ = true;
    return text + FormatDsaJson(Restore(entry, decoded));
  }
  std::string End() override {
    if (in_body_ == 0) return any_ || batch_ > 0 ? "" : "{\"statements\":[]}\n";
    in_body_ = 0;
    return "]}\n";
  }

 private:
  static constexpr char kBegin[] = "{\"statements\":[";
  const uint64_t batch_;
  uint64_t in_body_ = 0;
  bool any_ = false;
};

std::unique_ptr<Format> MakeFormat(const ExportEntriesOptions& options) {
  if (options.format == "jsonl") return std::make_unique<JsonLines>();
  if (options.format == "dsa-json") {
    return std::make_unique<DsaJson>(options.batch);
  }
  return std::make_unique<DsaCsv>(options.columns == "v1" ? DsaDumpForm::kV1
                                  : options.columns == "light"
                                      ? DsaDumpForm::kLight
                                      : DsaDumpForm::kFull);
}

class Exporting {
 public:
  Exporting(const ExportEntriesOptions& options, Format* format, Output* output)
      : options_(options),
        format_(format),
        output_(output),
        progress_("export", "entries") {}

  Result<void> Run(Client* client, HttpFetcher* fetcher) {
    RETURN_IF_ERROR(output_->Write(format_->Begin()));
    EntryReaderOptions reading;
    reading.from = options_.from;
    reading.to = options_.to;
    reading.wants_payload = [this](const ReadEntry& entry) {
      return IsWanted(entry) && format_->Excludes(entry).empty();
    };
    reading.on_entry = [this](const ReadEntry& entry) {
      return OnEntry(entry);
    };
    auto tree = ReadEntries(client, fetcher, reading);
    if (!tree) return std::unexpected(std::move(tree).error());
    RETURN_IF_ERROR(output_->Write(format_->End()));
    return output_->Close();
  }

  void Summarize() {
    progress_.Say(absl::StrCat("export: ", Grouped(written_), " of ",
                               Grouped(seen_), " entries written"));
    Losses losses = format_->losses();
    losses.insert(left_out_.begin(), left_out_.end());
    for (const auto& [what, count] : losses) {
      progress_.Say(
          absl::StrCat("export: not said: ", what, " (", Grouped(count), ")"));
    }
  }

 private:
  bool IsWanted(const ReadEntry& entry) const {
    if (options_.platform.empty()) return true;
    const auto decoded = DecodeEntry(entry.leaf);
    return decoded && decoded->platform == options_.platform;
  }

  Result<void> OnEntry(const ReadEntry& entry) {
    progress_.Set(++looked_at_, 0);
    if (entry.leaf.empty()) {
      ++seen_;
      ++left_out_["a redacted entry"];
      return {};
    }
    if (!IsWanted(entry)) return {};
    ++seen_;
    const auto decoded = DecodeEntry(entry.leaf);
    if (!decoded) {
      ++left_out_["no form for a seal"];
      return {};
    }
    if (std::string excluded = format_->Excludes(entry); !excluded.empty()) {
      ++left_out_[excluded];
      return {};
    }
    CountMissingParts(entry);
    ASSIGN_OR_RETURN(std::string text, format_->Write(entry, *decoded));
    ++written_;
    return output_->Write(text);
  }

  void CountMissingParts(const ReadEntry& entry) {
    if (entry.payload == nullptr) {
      if (!entry.action.commitment().empty()) {
        ++left_out_["a payload that the log does not keep"];
      }
      return;
    }
    if (entry.payload->restricted_size() > 0) {
      ++left_out_["a part restricted to its platform"];
    }
    if (entry.payload->erased_size() > 0) ++left_out_["an erased part"];
  }

  const ExportEntriesOptions& options_;
  Format* const format_;
  Output* const output_;
  Progress progress_;
  Losses left_out_;
  uint64_t looked_at_ = 0;
  uint64_t seen_ = 0;  // of the platform
  uint64_t written_ = 0;
};

Result<void> ExportEntries(Client* client, const ExportEntriesOptions& options,
                           Exporting* exporting) {
  std::string http = options.http;
  if (http.empty()) {
    ASSIGN_OR_RETURN(v1::GetLogInfoResponse info, client->GetLogInfo());
    http = info.http_address();
  }
  if (http.empty()) {
    return Fail(
        Code::kUnavailable,
        "the log names no HTTP address: give one with --http HOST:PORT");
  }
  HttpFetcher fetcher(absl::StrCat("http://", http));
  return exporting->Run(client, &fetcher);
}

int RunExport(const CommandLine& line, const ExportEntriesOptions& options) {
  if (!options.platform.empty() && !IsPlatform(options.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  Output output;
  if (auto opened = output.Open(options.file); !opened) {
    return Complain(opened.error());
  }
  CatchInterrupt();
  const auto format = MakeFormat(options);
  Exporting exporting(options, format.get(), &output);
  auto done = ExportEntries(client->get(), options, &exporting);
  exporting.Summarize();
  if (line.token_file.empty()) {
    absl::FPrintF(stderr,
                  "export: not said: what is restricted to its platform, if "
                  "there is any: no --token-file\n");
  }
  if (done) return kExitDone;
  const int status = Complain(done.error());
  return Interrupted() != 0 ? kExitSignal + Interrupted() : status;
}

}  // namespace

void AddExport(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<ExportEntriesOptions>();
  CLI::App* command =
      app->add_subcommand("export", "Write entries in the forms of others");
  command->add_option("--format", options->format, "jsonl, dsa-csv, dsa-json")
      ->check(CLI::IsMember({"jsonl", "dsa-csv", "dsa-json"}))
      ->required();
  command->add_option("--from", options->from, "first index [0]")
      ->check(IsIndex());
  command->add_option("--to", options->to, "index behind the last [the end]")
      ->check(IsIndex());
  command->add_option("--platform", options->platform,
                      "entries of this platform alone");
  command->add_option("-o,--output", options->file,
                      "file to write [standard output]");
  command
      ->add_option("--columns", options->columns,
                   "dsa-csv: full, v1 (without content_id_ean) or light "
                   "[full]")
      ->check(CLI::IsMember({"full", "v1", "light"}));
  command
      ->add_option("--batch", options->batch,
                   "dsa-json: statements a body, one body a line [all]")
      ->check(IsIndex());
  command->add_option("--http", options->http,
                      "HOST:PORT of the log's HTTP side, if not as it says");
  command->footer(kExportFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunExport(*line, *options); };
  });
}

}  // namespace modlog
