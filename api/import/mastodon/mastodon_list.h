#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_LIST_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_LIST_H_

// A list of blocked domains, as Mastodon and the tools around it write it:
//
//   #domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
//   example.org,suspend,false,false,"hate-speech, spam",false
//
//   a table: with or without "#", columns in any order, between them a comma, a
//     semicolon or a tab. Without a header: the domain; the domain and its
//     severity; these and the comment; or the six columns above
//   plain text: one domain a line, what follows " #" is a comment
//   JSON: the array of /api/v1/instance/domain_blocks (domain, digest,
//     severity, comment), of the API for admins, or of strings
//
// Where a list has no severities, every domain in it is suspended, as in
// Mastodon's own import. severity is suspend, silence ("limit" is another word
// for it) or noop; another name is kept as it is. private_comment is known and
// not kept, because no part of a record is for moderators' eyes alone.
//
// A domain with stars was obfuscated by its publisher. `digest`, the SHA-256 of
// its name, tells two that look the same apart.
//
// A row that cannot be read says nothing of its domain, least of all that it
// vanished: so a list names the domains of its refused rows, and counts those
// rows of which nobody can tell whose they are.
//
// Limits: kDomainListSizeMax bytes (JSON kDomainJsonSizeMax), kDomainRowSizeMax
// a row, comments of kCommentSizeMax characters. Pure functions, thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "api/import/importer.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kDomainListSizeMax = 64 << 20;
inline constexpr size_t kDomainJsonSizeMax = 16 << 20;  // it is held parsed
inline constexpr size_t kDomainRowSizeMax = 64 << 10;
inline constexpr size_t kCommentSizeMax = 5'000;

enum class BlockSeverity { kNoop, kSilence, kSuspend, kUnlisted };

struct DomainBlock {
  uint64_t line = 0;   // 0: JSON
  uint64_t row = 0;    // the header is row 1
  std::string domain;  // lower case, without a dot at its end
  std::string digest;  // of an obfuscated domain, in hex, or nothing
  // What tells domains apart: the digest of the name, or the name with its
  // stars where the list has no digest.
  std::string id;
  BlockSeverity severity = BlockSeverity::kNoop;
  std::string severity_name;  // as the list has it
  bool reject_media = false;
  bool reject_reports = false;
  bool obfuscate = false;
  std::string public_comment;
  bool has_private_comment = false;
};
// IsNoop: no list has it, or no measure is in it.
bool IsNoop(const DomainBlock* block);
bool IsMasked(std::string_view domain);
// DomainId returns the id of a domain without a digest beside it.
std::string DomainId(const std::string& domain);
// SameDecision: what an action says of both is the same. The comment's words
// are no measure, its tags are.
bool SameDecision(const DomainBlock& a, const DomainBlock& b);

// Something that is no row: a header in the middle, a comment.
struct PassedOver {
  ImportRemark remark;
  std::string what;  // "header lines"
};

struct DomainList {
  Hash sha256;  // of the file
  std::vector<DomainBlock>
      blocks;  // in the order of the file, each domain once
  std::vector<ImportRemark> refused;  // rows
  std::vector<ImportRemark> warnings;
  std::vector<PassedOver> passed_over;
  std::unordered_set<std::string> held;  // ids of the domains of refused rows
  uint64_t unreadable = 0;      // refused rows that may be any domain's
  bool ends_in_middle = false;  // what comes behind is missing
  bool last_line_open = false;  // the last line has no end: was it cut off?
  bool has_severities = true;   // else all are suspended

  // Whether a domain that the list lacks may be in it nevertheless.
  bool MayLack() const { return unreadable > 0 || ends_in_middle; }
};

// ParseDomainList reads a whole file; `source` is its name in remarks.
// kMalformed where it is no list, or JSON that is broken.
Result<DomainList> ParseDomainList(std::string_view text,
                                   const std::string& source);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_LIST_H_
