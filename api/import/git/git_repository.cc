#include "api/import/git/git_repository.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"
#include "api/import/input/file_tree.h"
#include "verifier/core/bytes.h"

extern char** environ;

namespace modlog {
namespace {

constexpr size_t kPieceSize = 64 << 10;
constexpr size_t kListingSizeMax = 1 << 30;
constexpr size_t kLineSizeMax = 1'024;

// Neither another repository or other objects, nor a question, nor a fetch, nor
// anything in the place of something.
std::vector<std::pair<std::string, std::string>> Environment() {
  std::vector<std::pair<std::string, std::string>> changes = {
      {"LC_ALL", "C"},
      {"GIT_OPTIONAL_LOCKS", "0"},
      {"GIT_NO_LAZY_FETCH", "1"},
      {"GIT_NO_REPLACE_OBJECTS", "1"},
      {"GIT_GRAFT_FILE", "/dev/null"},
      {"GIT_TERMINAL_PROMPT", "0"}};
  const size_t own = changes.size();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with("GIT_")) continue;
    const bool set = std::ranges::any_of(
        std::span(changes).first(own),
        [name](const auto& change) { return change.first == name; });
    if (!set) changes.emplace_back(std::string(name), "");
  }
  return changes;
}

std::vector<std::string> With(std::vector<std::string> words,
                              const std::vector<std::string>& paths) {
  words.emplace_back("--");
  words.insert(words.end(), paths.begin(), paths.end());
  return words;
}

}  // namespace

Result<ChildProcess> GitRepository::Run(std::vector<std::string> words) const {
  std::vector<std::string> all = {"git",
                                  "--no-pager",
                                  "--no-replace-objects",
                                  "--literal-pathspecs",
                                  "-c",
                                  "core.commitGraph=false",
                                  "-C",
                                  directory_};
  all.insert(all.end(), std::make_move_iterator(words.begin()),
             std::make_move_iterator(words.end()));
  return ChildProcess::Start(all, Environment());
}

Result<std::string> GitRepository::Capture(
    std::vector<std::string> words) const {
  ASSIGN_OR_RETURN(ChildProcess git, Run(std::move(words)));
  std::string text;
  for (;;) {
    const size_t begin = text.size();
    text.resize(begin + kPieceSize);
    ASSIGN_OR_RETURN(const size_t size,
                     git.Read(std::span(text).subspan(begin)));
    text.resize(begin + size);
    if (size == 0) break;
    if (text.size() > kListingSizeMax) {
      return Fail(Code::kTooLarge, absl::StrCat("git printed more than ",
                                                kListingSizeMax, " bytes"));
    }
  }
  RETURN_IF_ERROR(git.Wait());
  return text;
}

Result<GitRepository> GitRepository::Open(const std::string& directory) {
  GitRepository repository(directory);
  Result<std::string> shallow =
      repository.Capture({"rev-parse", "--is-shallow-repository"});
  if (!shallow.has_value()) {
    const bool no_git = shallow.error().message.starts_with("cannot run");
    return Fail(
        no_git ? Code::kUnavailable : Code::kNotFound,
        absl::StrCat("cannot read the repository ", Printable(directory), ": ",
                     shallow.error().message));
  }
  repository.is_shallow_ = Trim(*shallow, " \n") == "true";
  RETURN_IF_ERROR(repository.LookForReplacements());
  return repository;
}

Result<void> GitRepository::LookForReplacements() {
  ASSIGN_OR_RETURN(
      const std::string refs,
      Capture({"for-each-ref", absl::StrCat("--count=", kReplacementsMax),
               "--format=%(refname:lstrip=2)", "refs/replace/"}));
  for (std::string_view rest = refs; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    replacements_.push_back(Printable(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  // Asked for the file itself, git names the one that it was told to read.
  ASSIGN_OR_RETURN(const std::string common,
                   Capture({"rev-parse", "--git-common-dir"}));
  std::filesystem::path folder = std::string(Trim(common, "\n"));
  if (folder.is_relative()) folder = std::filesystem::path(directory_) / folder;
  std::error_code error;
  const uintmax_t size =
      std::filesystem::file_size(folder / "info" / "grafts", error);
  has_grafts_ = !error && size > 0;
  return {};
}

Result<void> GitRepository::ReadHistory(
    const std::vector<std::string>& paths,
    const GitLogParser::OnCommit& on_commit) const {
  ASSIGN_OR_RETURN(ChildProcess git, Run(With({"-c",
                                               "log.showSignature=false",
                                               "-c",
                                               "log.showRoot=true",
                                               "log",
                                               "-z",
                                               "--raw",
                                               "-c",
                                               "--no-renames",
                                               "--no-abbrev",
                                               "--no-color",
                                               "--no-decorate",
                                               "--no-notes",
                                               "--no-ext-diff",
                                               "--no-textconv",
                                               "--no-relative",
                                               "--no-mailmap",
                                               "-O/dev/null",
                                               "--topo-order",
                                               "--reverse",
                                               "--format=%x01%H %ct",
                                               "HEAD"},
                                              paths)));
  GitLogParser parser(on_commit);
  std::array<char, kPieceSize> piece;
  for (;;) {
    ASSIGN_OR_RETURN(const size_t size, git.Read(piece));
    if (size == 0) break;
    RETURN_IF_ERROR(parser.Feed({piece.data(), size}));
  }
  RETURN_IF_ERROR(git.Wait());
  return parser.Finish();
}

Result<std::vector<GitFile>> GitRepository::ListHead(
    const std::vector<std::string>& paths) const {
  ASSIGN_OR_RETURN(
      const std::string text,
      Capture(With({"ls-tree", "-r", "-z", "--full-tree", "HEAD"}, paths)));
  // <mode> blob <id> TAB <path> NUL
  std::vector<GitFile> files;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find('\0'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t tab = line.find('\t');
    const size_t id = line.substr(0, tab).rfind(' ');
    if (tab == std::string_view::npos || id == std::string_view::npos) {
      return Fail(Code::kMalformed,
                  absl::StrCat("git printed a strange file ", Quote(line)));
    }
    if (!line.starts_with("100")) continue;
    files.push_back({std::string(line.substr(tab + 1)),
                     std::string(line.substr(id + 1, tab - id - 1))});
  }
  return files;
}

Result<std::string> GitRepository::ReadLine() {
  for (;;) {
    const size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (buffer_.size() > kLineSizeMax) {
      return Fail(Code::kMalformed, "git printed a line too long");
    }
    std::array<char, kPieceSize> piece;
    ASSIGN_OR_RETURN(const size_t size, blobs_->Read(piece));
    if (size == 0) {
      RETURN_IF_ERROR(blobs_->Wait());
      return Fail(Code::kUnavailable, "git: it ended early");
    }
    buffer_.append(piece.data(), size);
  }
}

// ReadBytes takes `size` bytes; kept only where `keep` is given.
Result<void> GitRepository::ReadBytes(size_t size, std::string* keep) {
  while (size > 0) {
    if (buffer_.empty()) {
      buffer_.resize(kPieceSize);
      const Result<size_t> got = blobs_->Read(buffer_);
      buffer_.resize(got.value_or(0));
      RETURN_IF_ERROR(got);
      if (buffer_.empty()) {
        return Fail(Code::kUnavailable, "git: a blob is cut off");
      }
    }
    const size_t take = std::min(size, buffer_.size());
    if (keep != nullptr) keep->append(buffer_, 0, take);
    buffer_.erase(0, take);
    size -= take;
  }
  return {};
}

Result<std::string> GitRepository::ReadBlob(const std::string& id,
                                            size_t size_max) {
  if (!blobs_) {
    ASSIGN_OR_RETURN(ChildProcess git, Run({"cat-file", "--batch"}));
    blobs_.emplace(std::move(git));
  }
  RETURN_IF_ERROR(blobs_->Write(id + "\n"));
  // <id> blob <size> LF <bytes> LF, or <id> missing LF
  ASSIGN_OR_RETURN(const std::string header, ReadLine());
  const std::string prefix = id + " blob ";
  if (!header.starts_with(prefix)) {
    return Fail(Code::kNotFound, "not in this clone");
  }
  ASSIGN_OR_RETURN(
      const uint64_t size,
      ParseDecimal(std::string_view(header).substr(prefix.size())));
  std::string content;
  RETURN_IF_ERROR(ReadBytes(size, size <= size_max ? &content : nullptr));
  RETURN_IF_ERROR(ReadBytes(1, nullptr));
  if (size > size_max) {
    return Fail(Code::kTooLarge,
                absl::StrCat("larger than ", size_max, " bytes"));
  }
  return content;
}

}  // namespace modlog
