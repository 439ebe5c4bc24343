#include "api/import/git/git_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr int64_t kSecondsMax = int64_t{1} << 40;

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const size_t end = text.find(' ');
    words.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end + 1);
  }
}

bool IsObjectId(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::ranges::all_of(
             text, [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

// The blob of a regular file; empty for none, a link, a submodule.
std::string BlobOf(std::string_view mode, std::string_view id) {
  return mode.starts_with("100") ? std::string(id) : std::string();
}

std::unexpected<Error> Strange(std::string_view what, std::string_view token) {
  return Fail(Code::kMalformed, absl::StrCat("git printed ", std::string(what),
                                             " ", Quote(token)));
}

}  // namespace

Result<void> GitLogParser::Feed(std::string_view bytes) {
  for (;;) {
    const size_t end = bytes.find('\0');
    const std::string_view piece = bytes.substr(0, end);
    if (pending_.size() + piece.size() > kGitTokenSizeMax) {
      return Fail(Code::kTooLarge, absl::StrCat("git printed a path of more "
                                                "than ",
                                                kGitTokenSizeMax, " bytes"));
    }
    pending_.append(piece);
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    const std::string token = std::exchange(pending_, {});
    RETURN_IF_ERROR(TakeToken(token));
  }
}

Result<void> GitLogParser::TakeToken(std::string_view token) {
  if (path_follows_) {
    path_follows_ = false;
    if (token.empty()) return Strange("an empty path", token);
    change_.path = token;
    if (change_.before != change_.after) {
      commit_.changes.push_back(std::exchange(change_, {}));
    }
    return {};
  }
  if (token.starts_with('\n')) token.remove_prefix(1);
  if (token.empty()) return {};
  if (token.front() == '\x01') return TakeHeader(token.substr(1));
  if (token.front() == ':' && has_commit_) return TakeChange(token);
  return Strange("something strange:", token);
}

Result<void> GitLogParser::TakeHeader(std::string_view header) {
  RETURN_IF_ERROR(Finish());
  const std::vector<std::string_view> words = SplitWords(header);
  if (words.size() != 2 || !IsObjectId(words[0])) {
    return Strange("a strange commit", header);
  }
  // Committers' clocks may be before 1970; that is no day of ours.
  const bool negative = words[1].starts_with('-');
  const Result<uint64_t> seconds =
      ParseDecimal(words[1].substr(negative ? 1 : 0));
  if (!seconds.has_value()) return Strange("a strange commit", header);
  const uint64_t magnitude =
      std::min<uint64_t>(*seconds, uint64_t{kSecondsMax});
  commit_.id = words[0];
  commit_.committed_at_s = negative ? 0 : static_cast<int64_t>(magnitude);
  commit_.changes.clear();
  has_commit_ = true;
  return {};
}

// n parents: n colons, n + 1 modes, n + 1 blobs, a status of n letters.
Result<void> GitLogParser::TakeChange(std::string_view change) {
  const size_t parents = std::min(change.find_first_not_of(':'), change.size());
  const std::vector<std::string_view> words =
      SplitWords(change.substr(parents));
  if (words.size() != 2 * (parents + 1) + 1 ||
      !std::ranges::all_of(words.begin() + static_cast<ptrdiff_t>(parents) + 1,
                           words.end() - 1, IsObjectId)) {
    return Strange("a strange change", change);
  }
  change_ = {};
  for (size_t i = 0; i < parents && change_.before.empty(); ++i) {
    change_.before = BlobOf(words[i], words[parents + 1 + i]);
  }
  change_.after = BlobOf(words[parents], words[2 * parents + 1]);
  path_follows_ = true;
  return {};
}

Result<void> GitLogParser::Finish() {
  if (path_follows_ || !pending_.empty()) {
    return Fail(Code::kMalformed, "git's output is cut off");
  }
  if (!has_commit_) return {};
  has_commit_ = false;
  return on_commit_(commit_);
}

}  // namespace modlog
