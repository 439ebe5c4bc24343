#include "api/import/mastodon/mastodon_list.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"
#include "api/import/input/csv_reader.h"
#include "api/import/input/utf8.h"

namespace modlog {
namespace {

constexpr size_t kDomainSizeMax = 253;
constexpr size_t kSeveritySizeMax = 40;

enum Column : size_t {
  kDomain,
  kSeverity,
  kRejectMedia,
  kRejectReports,
  kPublicComment,
  kPrivateComment,
  kObfuscate,
  kColumns,
};
constexpr std::string_view kListColumnNames[kColumns] = {
    "domain",         "severity",        "reject_media", "reject_reports",
    "public_comment", "private_comment", "obfuscate"};

struct ColumnError {
  std::string column;
  std::string reason;
};
template <typename T>
using Cell = std::expected<T, ColumnError>;

std::unexpected<ColumnError> BadCell(Column column, std::string reason) {
  return std::unexpected(
      ColumnError{std::string(kListColumnNames[column]), std::move(reason)});
}

ReadBytes FromText(std::string_view text) {
  return [text](std::span<char> out) mutable -> Result<size_t> {
    const size_t size = std::min(text.size(), out.size());
    std::copy_n(text.begin(), size, out.begin());
    text.remove_prefix(size);
    return size;
  };
}

// A host name, with stars where it is obfuscated. Names beyond ASCII come as
// xn--….
Cell<std::string> ParseDomain(std::string_view cell) {
  std::string domain = ToLower(Trim(cell));
  if (domain.ends_with('.')) domain.pop_back();
  if (domain.empty()) return BadCell(kDomain, "empty");
  if (domain.size() > kDomainSizeMax) {
    return BadCell(kDomain, absl::StrCat(domain.size(), " bytes, want at most ",
                                         kDomainSizeMax));
  }
  const bool host = std::ranges::all_of(domain, [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_' || c == '*';
  });
  if (!host) {
    return BadCell(
        kDomain,
        "not a host name: want letters, digits, dots and dashes; other "
        "letters as xn--...");
  }
  return domain;
}

Cell<bool> ParseBool(Column column, std::string_view cell) {
  const std::string word = ToLower(Trim(cell));
  if (word == "true") return true;
  if (word == "false" || word.empty()) return false;
  return BadCell(column,
                 absl::StrCat("got ", Quote(word), ", want true or false"));
}

Cell<BlockSeverity> ParseSeverity(const std::string& name) {
  if (name == "suspend") return BlockSeverity::kSuspend;
  if (name == "silence" || name == "limit") return BlockSeverity::kSilence;
  if (name == "noop") return BlockSeverity::kNoop;
  const bool code = !name.empty() && name.size() <= kSeveritySizeMax &&
                    std::ranges::all_of(name, [](char c) {
                      return (c >= 'a' && c <= 'z') || c == '_';
                    });
  if (code) return BlockSeverity::kUnlisted;
  return BadCell(
      kSeverity,
      absl::StrCat("got ", Quote(name),
                   ", want suspend, silence, noop, or another name of "
                   "a-z and _"));
}

class ListParser {
 public:
  explicit ListParser(const std::string& source) : source_(source) {}

  Result<DomainList> Parse(std::string_view text) {
    list_.sha256 = Sha256(AsBytes(text));
    CsvReader reader(FromText(text), {.row_size_max = kDomainRowSizeMax});
    ASSIGN_OR_RETURN(const CsvRow* header, reader.Next());
    RETURN_IF_ERROR(ReadHeader(header));
    for (;;) {
      ASSIGN_OR_RETURN(const CsvRow* row, reader.Next());
      if (row == nullptr) return std::move(list_);
      ReadRow(*row);
    }
  }

 private:
  Result<void> ReadHeader(const CsvRow* header);
  void ReadRow(const CsvRow& row);
  Cell<DomainBlock> ReadBlock(const CsvRow& row);
  std::string_view At(const CsvRow& row, Column column) const;
  ImportRemark Remark(const CsvRow& row, std::string column,
                      std::string reason) const {
    return {source_, std::move(reason), row.line, row.number,
            std::move(column)};
  }

  const std::string& source_;
  DomainList list_;
  std::optional<size_t> places_[kColumns];
  size_t width_ = 0;                                 // of the header
  std::unordered_map<std::string, uint64_t> lines_;  // of domains
};

Result<void> ListParser::ReadHeader(const CsvRow* header) {
  if (header == nullptr) return Fail(Code::kMalformed, source_ + ": empty");
  if (header->refused) {
    return Fail(Code::kMalformed, absl::StrCat(source_, ":", header->line, ": ",
                                               *header->refused));
  }
  width_ = header->cells.size();
  for (size_t i = 0; i < width_; ++i) {
    std::string name = ToLower(Trim(header->cells[i]));
    if (name.starts_with('#')) name.erase(0, 1);
    const auto* const known = std::ranges::find(kListColumnNames, name);
    if (known == std::end(kListColumnNames)) {
      list_.warnings.push_back(
          Remark(*header, Quote(name), "unknown column, not read"));
      continue;
    }
    std::optional<size_t>& place =
        places_[known - std::begin(kListColumnNames)];
    if (place) {
      return Fail(Code::kMalformed, absl::StrCat(source_, ":", header->line,
                                                 ": column ", name, " twice"));
    }
    place = i;
  }
  for (const Column needed : {kDomain, kSeverity}) {
    if (places_[needed]) continue;
    return Fail(Code::kMalformed,
                absl::StrCat(source_, ":", header->line, ": no column ",
                             std::string(kListColumnNames[needed]),
                             " in the header; want #domain,#severity,..."));
  }
  return {};
}

std::string_view ListParser::At(const CsvRow& row, Column column) const {
  const std::optional<size_t> place = places_[column];
  if (!place || *place >= row.cells.size()) return {};
  return row.cells[*place];
}

Cell<DomainBlock> ListParser::ReadBlock(const CsvRow& row) {
  DomainBlock block;
  block.line = row.line;
  block.row = row.number;
  for (size_t i = 0; i < kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    if (!IsUtf8(At(row, column))) {
      return BadCell(column, "not UTF-8; is the file Latin-1?");
    }
  }
  Cell<std::string> domain = ParseDomain(At(row, kDomain));
  if (!domain) return std::unexpected(domain.error());
  block.domain = *std::move(domain);
  block.severity_name = ToLower(Trim(At(row, kSeverity)));
  const Cell<BlockSeverity> severity = ParseSeverity(block.severity_name);
  if (!severity) return std::unexpected(severity.error());
  block.severity = *severity;
  for (const auto& [column, field] :
       {std::pair{kRejectMedia, &DomainBlock::reject_media},
        {kRejectReports, &DomainBlock::reject_reports},
        {kObfuscate, &DomainBlock::obfuscate}}) {
    const Cell<bool> value = ParseBool(column, At(row, column));
    if (!value) return std::unexpected(value.error());
    block.*field = *value;
  }
  block.public_comment = At(row, kPublicComment);
  const size_t size = CountCharacters(block.public_comment);
  if (size > kCommentSizeMax) {
    return BadCell(
        kPublicComment,
        absl::StrCat(size, " characters, want at most ", kCommentSizeMax));
  }
  block.has_private_comment = !At(row, kPrivateComment).empty();
  return block;
}

void ListParser::ReadRow(const CsvRow& row) {
  if (row.refused) {
    std::string column =
        row.refused_column == 0 ? "" : std::to_string(row.refused_column);
    list_.refused.push_back(Remark(row, std::move(column), *row.refused));
    return;
  }
  if (row.cells.size() > width_) {
    list_.refused.push_back(Remark(
        row, "",
        absl::StrCat(row.cells.size(), " cells, the header has ", width_)));
    return;
  }
  Cell<DomainBlock> block = ReadBlock(row);
  if (!block) {
    list_.refused.push_back(
        Remark(row, block.error().column, block.error().reason));
    return;
  }
  const auto [first, added] = lines_.emplace(block->domain, row.line);
  if (!added) {
    list_.refused.push_back(Remark(
        row, "domain", absl::StrCat("the same as on line ", first->second)));
    return;
  }
  if (block->domain.find('*') != std::string::npos) {
    list_.warnings.push_back(
        Remark(row, "domain", "obfuscated: more than one may be meant"));
  }
  if (block->severity == BlockSeverity::kUnlisted) {
    list_.warnings.push_back(
        Remark(row, "severity",
               absl::StrCat("unknown code ", block->severity_name,
                            ", kept by its name")));
  }
  list_.blocks.push_back(*std::move(block));
}

}  // namespace

Result<DomainList> ParseDomainList(std::string_view text,
                                   const std::string& source) {
  return ListParser(source).Parse(text);
}

}  // namespace modlog
