#include "api/import/git/git_texts.h"

#include <algorithm>
#include <utility>

#include "api/import/input/ascii.h"

namespace modlog {
namespace {

std::string_view FileName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string Key(std::string_view blob, std::string_view path) {
  return std::string(blob) + std::string(FileName(path));
}

TextChange MakeChange(TextFate fate, size_t text, std::string path) {
  return {.fate = fate,
          .text = text,
          .older = text,
          .commit = 0,
          .path = std::move(path),
          .reappeared = false,
          .occurrence = 1};
}

}  // namespace

Result<NoticeName> ParseGitNoticeName(std::string_view path) {
  constexpr size_t kYearSize = 4;
  Result<NoticeName> name = ParseNoticeName(path);
  if (name.has_value()) return name;
  const std::string_view file = FileName(path);
  const std::string_view year = file.substr(0, kYearSize);
  if (year.size() < kYearSize || !std::ranges::all_of(year, IsDigit)) {
    return name;
  }
  return ParseNoticeName(std::string(year) + "/" + std::string(file));
}

void TextHistory::Add(const GitCommit& commit) {
  commit_ = {commit.id, commit.committed_at_s};
  commit_kept_ = false;
  // What is added first: a move is an addition and a deletion.
  for (const GitChange& change : commit.changes) {
    if (!ParseGitNoticeName(change.path).has_value()) {
      ++result_.other_files[change.path];
    } else if (change.before.empty()) {
      ApplyAdd(commit, change);
    } else if (!change.after.empty()) {
      ApplyEdit(change);
    }
  }
  for (const GitChange& change : commit.changes) {
    if (change.after.empty() && ParseGitNoticeName(change.path).has_value()) {
      ApplyDelete(change);
    }
  }
}

std::optional<size_t> TextHistory::Find(std::string_view blob,
                                        std::string_view path) const {
  const auto found = by_key_.find(Key(blob, path));
  return found == by_key_.end() ? std::nullopt : std::optional(found->second);
}

size_t TextHistory::NewText(const GitChange& change) {
  const size_t text = result_.texts.size();
  result_.texts.push_back({change.after, {}});
  live_.emplace_back();
  by_key_[Key(change.after, change.path)] = text;
  by_blob_[change.after].push_back(text);
  return text;
}

void TextHistory::Place(size_t text, const std::string& path) {
  std::vector<std::string>& paths = result_.texts[text].paths;
  std::erase(paths, path);
  paths.push_back(path);
  live_[text].insert(path);
  at_path_[path] = text;
  removed_at_.erase(path);
}

void TextHistory::Unplace(size_t text, const std::string& path) {
  live_[text].erase(path);
  const auto at = at_path_.find(path);
  if (at != at_path_.end() && at->second == text) at_path_.erase(at);
}

void TextHistory::Emit(TextChange change) {
  if (!std::exchange(commit_kept_, true)) result_.commits.push_back(commit_);
  change.commit = result_.commits.size() - 1;
  std::string step = result_.texts[change.text].blob;
  step.push_back(static_cast<char>('0' + static_cast<int>(change.fate)));
  step += change.path;
  change.occurrence = ++occurrences_[step];
  result_.changes.push_back(std::move(change));
}

void TextHistory::ApplyAdd(const GitCommit& commit, const GitChange& change) {
  const std::string& path = change.path;
  if (const auto text = Find(change.after, path)) {
    const bool gone = live_[*text].empty();
    Place(*text, path);
    if (gone) Emit(MakeChange(TextFate::kRestored, *text, path));
    return;
  }
  // Renamed in this commit: the words stay.
  for (const GitChange& other : commit.changes) {
    if (!other.after.empty() || other.before != change.after) continue;
    const auto text = Find(other.before, other.path);
    if (!text || !live_[*text].contains(other.path)) continue;
    by_key_[Key(change.after, path)] = *text;
    return Place(*text, path);
  }
  std::optional<size_t> older;
  bool reappeared = false;
  if (const auto at = at_path_.find(path); at != at_path_.end()) {
    older = at->second;  // on a parallel branch
    Unplace(*older, path);
  } else if (const auto removed = removed_at_.find(path);
             removed != removed_at_.end()) {
    older = removed->second;
    reappeared = true;
  }
  const size_t text = NewText(change);
  Place(text, path);
  TextChange added = MakeChange(TextFate::kAdded, text, path);
  if (older) {
    added.fate = TextFate::kEdited;
    added.older = *older;
    added.reappeared = reappeared;
  }
  Emit(std::move(added));
}

void TextHistory::ApplyEdit(const GitChange& change) {
  const auto older = Find(change.before, change.path);
  if (older) Unplace(*older, change.path);
  const auto known = Find(change.after, change.path);
  const size_t text = known ? *known : NewText(change);
  Place(text, change.path);
  TextChange edited = MakeChange(TextFate::kEdited, text, change.path);
  if (older) {
    edited.older = *older;
  } else if (known) {
    return;  // nothing is known of what it replaced
  } else {
    edited.fate = TextFate::kAdded;
  }
  Emit(std::move(edited));
}

void TextHistory::ApplyDelete(const GitChange& change) {
  const auto text = Find(change.before, change.path);
  // Deleted before, on a parallel branch, or never seen.
  if (!text || !live_[*text].contains(change.path)) return;
  Unplace(*text, change.path);
  const auto is_live = [this](size_t other) { return !live_[other].empty(); };
  const std::vector<size_t>& twins = by_blob_[change.before];
  const auto twin = std::ranges::find_if(twins, is_live);
  if (is_live(*text)) {
    // The newest of its paths that still stands.
    const std::vector<std::string>& paths = result_.texts[*text].paths;
    const auto path = std::ranges::find_if(
        paths.rbegin(), paths.rend(), [&](const std::string& candidate) {
          return live_[*text].contains(candidate);
        });
    Emit(MakeChange(TextFate::kMoved, *text, *path));
  } else if (twin != twins.end()) {
    Emit(MakeChange(TextFate::kMoved, *text, *live_[*twin].begin()));
  } else {
    removed_at_[change.path] = *text;
    Emit(MakeChange(TextFate::kRemoved, *text, change.path));
  }
}

}  // namespace modlog
