#include "api/import/mastodon/mastodon_json.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "verifier/base/strict_json.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

// The text of a cell; nothing for what no cell can be.
std::optional<std::string> CellText(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  return std::nullopt;
}

class JsonRows {
 public:
  JsonRows(const std::string& source, DomainRows* rows, DomainList* list)
      : source_(source), rows_(rows), list_(list) {}

  void Add(const Json& element, uint64_t row);
  bool without_severity() const { return without_severity_; }

 private:
  void AddObject(const Json& object, uint64_t row);

  const std::string& source_;
  DomainRows* const rows_;
  DomainList* const list_;
  std::set<std::string> unknown_;  // members, each said once
  bool without_severity_ = false;  // a row, or more
};

void JsonRows::Add(const Json& element, uint64_t row) {
  if (element.is_object()) return AddObject(element, row);
  if (!element.is_string()) {
    return rows_->Refuse(0, row, "", "neither an object nor a string", "");
  }
  const auto& name = element.get_ref<const std::string&>();
  DomainCells cells;
  cells[kDomain] = name;
  cells[kSeverity] = "suspend";
  without_severity_ = true;
  rows_->Add(cells, 0, row);
}

void JsonRows::AddObject(const Json& object, uint64_t row) {
  std::array<std::string, kDomainColumns> texts;
  // Without a severity it is a suspension; with null it is broken.
  texts[kSeverity] = "suspend";
  without_severity_ |= !object.contains("severity");
  for (const auto& [name, value] : object.items()) {
    const auto column = FindDomainColumn(name);
    if (!column) {
      if (!IsKnownUnread(name) && unknown_.insert(name).second) {
        list_->warnings.push_back(
            {source_, "unknown member, not read", 0, row, Quote(name)});
      }
      continue;
    }
    std::optional<std::string> text = CellText(value);
    if (!text) {
      const auto domain = object.find("domain");
      const bool named = domain != object.end() && domain->is_string();
      return rows_->Refuse(0, row, name,
                           "want text, a number, true, false or null",
                           named && !IsMasked(domain->get<std::string>())
                               ? DomainId(domain->get<std::string>())
                               : "");
    }
    texts[*column] = *std::move(text);
  }
  DomainCells cells;
  std::ranges::copy(texts, cells.begin());
  rows_->Add(cells, 0, row);
}

}  // namespace

Result<void> ReadDomainJson(std::string_view text, const std::string& source,
                            DomainRows* rows, DomainList* list) {
  if (text.size() > kDomainJsonSizeMax) {
    return Fail(Code::kTooLarge, absl::StrCat(source, ": JSON of more than ",
                                              kDomainJsonSizeMax, " bytes"));
  }
  Result<Json> json = ParseStrictJson(text);
  if (!json) {
    const size_t end = text.find_last_not_of(" \t\r\n");
    const char last = end == std::string_view::npos ? ' ' : text[end];
    return Fail(
        Code::kMalformed,
        absl::StrCat(
            source, ": ", json.error().message,
            last == ']' || last == '}' ? "" : "; the file ends in the middle"));
  }
  if (!json->is_array()) {
    return Fail(Code::kMalformed,
                source +
                    ": want an array, as /api/v1/instance/domain_blocks "
                    "answers, or the CSV of an export");
  }
  JsonRows reader(source, rows, list);
  uint64_t row = 0;
  for (const Json& element : *json) reader.Add(element, ++row);
  list->has_severities = !reader.without_severity();
  return {};
}

}  // namespace modlog
