#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_LIST_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_LIST_H_

// A list of blocked domains as Mastodon exports it, and the dialect of the
// tools around it, without "#" and in any order of columns:
//
//   #domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
//   example.org,suspend,false,false,"hate-speech, spam",false
//
// domain and severity must be there; private_comment is known and not kept,
// because no part of a record is for moderators' eyes alone. severity is
// suspend, silence ("limit" is another word for it) or noop; another name is
// kept as it is. A domain with stars was obfuscated by its publisher.
//
// Limits: kDomainListSizeMax bytes, kDomainRowSizeMax a row, comments of
// kCommentSizeMax characters. Pure functions, thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/import/importer.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kDomainListSizeMax = 64 << 20;
inline constexpr size_t kDomainRowSizeMax = 64 << 10;
inline constexpr size_t kCommentSizeMax = 5'000;

enum class BlockSeverity { kNoop, kSilence, kSuspend, kUnlisted };

struct DomainBlock {
  uint64_t line = 0;
  uint64_t row = 0;    // the header is row 1
  std::string domain;  // lower case, without a dot at its end
  BlockSeverity severity = BlockSeverity::kNoop;
  std::string severity_name;  // as the list has it
  bool reject_media = false;
  bool reject_reports = false;
  bool obfuscate = false;
  std::string public_comment;
  bool has_private_comment = false;
};

struct DomainList {
  Hash sha256;  // of the file
  std::vector<DomainBlock>
      blocks;  // in the order of the file, each domain once
  std::vector<ImportRemark> refused;  // rows
  std::vector<ImportRemark> warnings;
};

// ParseDomainList reads a whole file; `source` is its name in remarks.
// kMalformed where the header is not one.
Result<DomainList> ParseDomainList(std::string_view text,
                                   const std::string& source);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_LIST_H_
