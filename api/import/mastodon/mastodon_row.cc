#include "api/import/mastodon/mastodon_row.h"

#include <algorithm>
#include <expected>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"
#include "api/import/input/utf8.h"
#include "api/import/mastodon/idn.h"
#include "api/import/mastodon/mastodon_tags.h"

namespace modlog {
namespace {

constexpr size_t kDomainSizeMax = 253;
constexpr size_t kSeveritySizeMax = 40;

constexpr std::string_view kNames[kDomainColumns] = {
    "domain",         "severity",        "reject_media", "reject_reports",
    "public_comment", "private_comment", "obfuscate",    "digest"};

struct Alias {
  std::string_view name;
  DomainColumn column;
};
// The API says comment; other tools have words of their own.
constexpr Alias kAliases[] = {{"comment", kPublicComment},
                              {"reason", kPublicComment},
                              {"instance", kDomain},
                              {"host", kDomain},
                              {"hostname", kDomain}};
constexpr std::string_view kUnread[] = {"id",           "created_at",
                                        "created_by",   "subscription_id",
                                        "suspended_at", "silenced_at"};
// Words in place of a name: whoever wrote them had none.
constexpr std::string_view kNoNames[] = {"domain", "null",      "none",
                                         "nil",    "undefined", "nan"};

struct CellError {
  DomainColumn column;
  std::string reason;
};
template <typename T>
using Cell = std::expected<T, CellError>;

std::unexpected<CellError> BadCell(DomainColumn column, std::string reason) {
  return std::unexpected(CellError{column, std::move(reason)});
}

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

bool IsHost(std::string_view domain) {
  return std::ranges::all_of(domain, [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_' || c == '*';
  });
}

// A host name, with stars where it is obfuscated.
Cell<std::string> ParseDomain(std::string_view cell) {
  if (!IsUtf8(cell)) return BadCell(kDomain, "not UTF-8; is the file Latin-1?");
  std::string domain = ToLower(Trim(cell));
  if (domain.ends_with('.')) domain.pop_back();
  if (domain.empty()) return BadCell(kDomain, "empty");
  if (!IsAscii(domain)) {
    if (IsMasked(domain)) {
      return BadCell(kDomain, "stars among letters beyond ASCII");
    }
    Result<std::string> ascii = ToAsciiHost(domain);
    if (!ascii) {
      return BadCell(kDomain, "not a host name: " + ascii.error().message);
    }
    domain = ToLower(*ascii);
  }
  if (domain.size() > kDomainSizeMax) {
    return BadCell(kDomain, absl::StrCat(domain.size(), " bytes, want at most ",
                                         kDomainSizeMax));
  }
  if (!IsHost(domain)) {
    return BadCell(kDomain,
                   "not a host name: want letters, digits, dots and dashes, "
                   "without https:// or a path");
  }
  if (std::ranges::find(kNoNames, domain) != std::end(kNoNames)) {
    return BadCell(kDomain, absl::StrCat("got ", Quote(domain),
                                         ", a word in place of a name"));
  }
  return domain;
}

Cell<bool> ParseBool(DomainColumn column, std::string_view cell) {
  constexpr std::string_view kTrue[] = {"true", "1", "yes", "t", "y", "on"};
  constexpr std::string_view kFalse[] = {"false", "0",   "no", "f",
                                         "n",     "off", ""};
  const std::string word = ToLower(Trim(cell));
  if (std::ranges::find(kTrue, word) != std::end(kTrue)) return true;
  if (std::ranges::find(kFalse, word) != std::end(kFalse)) return false;
  return BadCell(column,
                 absl::StrCat("got ", Quote(word), ", want true or false"));
}

Cell<BlockSeverity> ParseSeverity(const std::string& name) {
  if (name == "suspend") return BlockSeverity::kSuspend;
  if (name == "silence" || name == "limit") return BlockSeverity::kSilence;
  if (name == "noop") return BlockSeverity::kNoop;
  const bool code = !name.empty() && name.size() <= kSeveritySizeMax &&
                    name != "null" && std::ranges::all_of(name, [](char c) {
                      return (c >= 'a' && c <= 'z') || c == '_';
                    });
  if (code) return BlockSeverity::kUnlisted;
  return BadCell(
      kSeverity,
      absl::StrCat("got ", Quote(name),
                   ", want suspend, silence, noop, or another name of "
                   "a-z and _"));
}

// The digest of an obfuscated domain is kept; that of a name in full says
// nothing but whether the row is whole.
Cell<std::string> ParseDigest(const std::string& domain,
                              std::string_view cell) {
  const std::string digest = ToLower(Trim(cell));
  if (digest.empty()) return digest;
  const bool hex = digest.size() == 2 * Hash().size() &&
                   std::ranges::all_of(digest, [](char c) {
                     return IsDigit(c) || (c >= 'a' && c <= 'f');
                   });
  if (!hex) return BadCell(kDigest, "want the 64 hex digits of a SHA-256");
  if (IsMasked(domain)) return digest;
  if (digest == DomainId(domain)) return std::string();
  return BadCell(kDigest, "not the SHA-256 of the domain");
}

// What Latin-1 would have said, so that the domain of a refused row is known.
std::string FromLatin1(std::string_view bytes) {
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80U) {
      utf8.push_back(c);
      continue;
    }
    utf8.push_back(static_cast<char>(0xc0U | byte >> 6U));
    utf8.push_back(static_cast<char>(0x80U | (byte & 0x3fU)));
  }
  return utf8;
}

// All but domain and digest.
Cell<void> ReadRest(const DomainCells& cells, bool has_severities,
                    DomainBlock* block) {
  for (size_t i = 0; i < kDomainColumns; ++i) {
    if (!IsUtf8(cells[i])) {
      return BadCell(static_cast<DomainColumn>(i),
                     "not UTF-8; is the file Latin-1?");
    }
  }
  block->severity_name =
      has_severities ? ToLower(Trim(cells[kSeverity])) : "suspend";
  const Cell<BlockSeverity> severity = ParseSeverity(block->severity_name);
  if (!severity) return std::unexpected(severity.error());
  block->severity = *severity;
  for (const auto& [column, field] :
       {std::pair{kRejectMedia, &DomainBlock::reject_media},
        {kRejectReports, &DomainBlock::reject_reports},
        {kObfuscate, &DomainBlock::obfuscate}}) {
    const Cell<bool> value = ParseBool(column, cells[column]);
    if (!value) return std::unexpected(value.error());
    block->*field = *value;
  }
  block->public_comment = cells[kPublicComment];
  const size_t size = CountCharacters(block->public_comment);
  if (size > kCommentSizeMax) {
    return BadCell(
        kPublicComment,
        absl::StrCat(size, " characters, want at most ", kCommentSizeMax));
  }
  block->has_private_comment = !cells[kPrivateComment].empty();
  return {};
}

}  // namespace

bool IsNoop(const DomainBlock* block) {
  return block == nullptr || block->severity == BlockSeverity::kNoop;
}

bool IsMasked(std::string_view domain) {
  return domain.find('*') != std::string_view::npos;
}

std::string DomainId(const std::string& domain) {
  return IsMasked(domain) ? domain : FormatHex(Sha256(AsBytes(domain)));
}

bool SameDecision(const DomainBlock& a, const DomainBlock& b) {
  const BlockTags tags = ReadBlockTags(a.public_comment);
  const BlockTags other = ReadBlockTags(b.public_comment);
  return a.severity_name == b.severity_name &&
         a.reject_media == b.reject_media &&
         a.reject_reports == b.reject_reports &&
         tags.category == other.category && tags.more == other.more &&
         tags.keywords == other.keywords;
}

std::string DomainColumnName(DomainColumn column) {
  return std::string(kNames[column]);
}

std::optional<DomainColumn> FindDomainColumn(std::string_view name) {
  const auto* const known = std::ranges::find(kNames, name);
  if (known != std::end(kNames)) {
    return static_cast<DomainColumn>(known - std::begin(kNames));
  }
  const auto* const alias = std::ranges::find(kAliases, name, &Alias::name);
  if (alias != std::end(kAliases)) return alias->column;
  return std::nullopt;
}

bool IsKnownUnread(std::string_view name) {
  return std::ranges::find(kUnread, name) != std::end(kUnread);
}

void DomainRows::Refuse(uint64_t line, uint64_t row, std::string column,
                        std::string reason, const std::string& id) {
  list_->refused.push_back(
      Remark(line, row, std::move(column), std::move(reason)));
  if (id.empty()) {
    ++list_->unreadable;
  } else {
    list_->held.insert(id);
  }
}

void DomainRows::PassOver(uint64_t line, uint64_t row, const std::string& what,
                          std::string why) {
  list_->passed_over.push_back({Remark(line, row, "", std::move(why)), what});
}

// Add reads the domain first: a row whose domain is known leaves it as it was,
// one whose domain is not may be any.
void DomainRows::Add(const DomainCells& cells, uint64_t line, uint64_t row) {
  DomainBlock block;
  block.line = line;
  block.row = row;
  Cell<std::string> domain = ParseDomain(cells[kDomain]);
  if (!domain) {
    Refuse(line, row, DomainColumnName(kDomain), domain.error().reason, "");
    const auto guess = IsUtf8(cells[kDomain])
                           ? Cell<std::string>(domain)
                           : ParseDomain(FromLatin1(cells[kDomain]));
    if (guess) list_->held.insert(DomainId(*guess));
    return;
  }
  block.domain = *std::move(domain);
  Cell<std::string> digest = ParseDigest(block.domain, cells[kDigest]);
  if (!digest) {
    Refuse(line, row, DomainColumnName(kDigest), digest.error().reason,
           IsMasked(block.domain) ? "" : DomainId(block.domain));
    return;
  }
  block.digest = *std::move(digest);
  block.id = block.digest.empty() ? DomainId(block.domain) : block.digest;
  if (auto rest = ReadRest(cells, list_->has_severities, &block); !rest) {
    Refuse(line, row, DomainColumnName(rest.error().column),
           rest.error().reason, block.id);
    return;
  }
  AddBlock(std::move(block));
}

// Two rows that say different things of one domain say nothing of it together.
void DomainRows::AddBlock(DomainBlock block) {
  const auto [at, added] = places_.emplace(block.id, list_->blocks.size());
  if (!added) {
    const DomainBlock& first = list_->blocks[at->second];
    if (!contradicted_.contains(block.id) && SameDecision(first, block)) {
      PassOver(block.line, block.row, "repeated rows",
               absl::StrCat("says what row ", first.row, " says"));
      return;
    }
    Refuse(block.line, block.row, "domain",
           absl::StrCat("the same as in row ", first.row,
                        ", with another decision; neither is taken"),
           block.id);
    contradicted_.insert(block.id);
    return;
  }
  if (IsMasked(block.domain) && block.digest.empty()) {
    list_->warnings.push_back(Remark(block.line, block.row, "domain",
                                     "obfuscated: more than one may be meant"));
  }
  if (block.severity == BlockSeverity::kUnlisted) {
    list_->warnings.push_back(
        Remark(block.line, block.row, "severity",
               absl::StrCat("unknown code ", block.severity_name,
                            ", kept by its name")));
  }
  list_->blocks.push_back(std::move(block));
}

void DomainRows::CutOff(uint64_t line, uint64_t row, const std::string& why) {
  list_->ends_in_middle = true;
  const bool was_refused =
      !list_->refused.empty() && list_->refused.back().row == row;
  if (was_refused) {
    list_->refused.back().reason += "; " + why;
    return;
  }
  if (!list_->blocks.empty() && list_->blocks.back().row == row) {
    places_.erase(list_->blocks.back().id);
    list_->blocks.pop_back();
  }
  Refuse(line, row, "", why, "");
}

void DomainRows::Finish() {
  if (contradicted_.empty()) return;
  for (const DomainBlock& block : list_->blocks) {
    if (!contradicted_.contains(block.id)) continue;
    list_->refused.push_back(
        Remark(block.line, block.row, "domain",
               "a later row has another decision; neither is taken"));
  }
  std::erase_if(list_->blocks, [this](const DomainBlock& block) {
    return contradicted_.contains(block.id);
  });
}

}  // namespace modlog
