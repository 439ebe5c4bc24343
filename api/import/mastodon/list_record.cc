#include "api/import/mastodon/list_record.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kRecordSizeMax = 16 << 20;  // some 100,000 lists
constexpr mode_t kMode = 0600;

std::optional<size_t> ParseCount(std::string_view text) {
  size_t count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return count;
}

}  // namespace

// Lines "PLATFORM list NEWER OLDER new|known" and "PLATFORM at N".
Result<ListRecord> ListRecord::Read(const std::string& path,
                                    const std::string& platform) {
  ListRecord record;
  record.path_ = path;
  record.platform_ = platform;
  if (path.empty()) return record;
  ASSIGN_OR_RETURN(const auto text, ReadSmallFile(path, kRecordSizeMax));
  if (!text) return record;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
    ++number;
    if (line.empty()) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    const auto count = words.size() == 3 && words[1] == "at"
                           ? ParseCount(words[2])
                           : std::nullopt;
    const bool step = words.size() == 5 && words[1] == "list" &&
                      (words[4] == "new" || words[4] == "known");
    if (!count && !step) {
      return Fail(Code::kMalformed,
                  absl::StrCat(path, ":", number,
                               ": not a line of a record of lists; restore "
                               "the file, or remove it: importing.md says what "
                               "it is for"));
    }
    if (words[0] != platform) {
      record.others_.emplace_back(line);
    } else if (count) {
      record.at_ = *count;
    } else {
      record.steps_.push_back({{words[2], words[3]}, words[4] == "new"});
    }
  }
  record.at_ = std::min(record.at_, record.steps_.size());
  return record;
}

StepPlace ListRecord::Place(const ListStep& step, bool is_new) {
  placed_ = step;
  place_ = steps_.size() + 1;
  const auto first = std::ranges::find(steps_, step, &Step::step);
  if (is_new || first == steps_.end()) {
    // Behind the last.
  } else if (at_ < steps_.size() && steps_[at_].step == step) {
    place_ = at_ + 1;
  } else if (at_ > 0 && steps_[at_ - 1].step == step) {
    place_ = at_;
  } else if (step.older == "-" || step.older != steps_.back().step.newer) {
    place_ = static_cast<size_t>(first - steps_.begin()) + 1;
  }
  StepPlace place;
  place.again = place_ <= steps_.size();
  place.newest = place_ >= steps_.size();
  for (size_t i = 0; i + 1 < place_; ++i) {
    if (steps_[i].step == step) ++place.count;
  }
  place.from_start = !is_new && !steps_.empty() &&
                     steps_[0].step.older == "-" &&
                     std::ranges::none_of(steps_, &Step::added);
  return place;
}

Result<void> ListRecord::Keep(bool added) {
  if (path_.empty()) return {};
  if (place_ > steps_.size()) {
    steps_.push_back({placed_, added});
  } else {
    steps_[place_ - 1].added |= added;
  }
  at_ = place_;
  std::string text;
  for (const std::string& line : others_) absl::StrAppend(&text, line, "\n");
  for (const Step& step : steps_) {
    absl::StrAppend(&text, platform_, " list ", step.step.newer, " ",
                    step.step.older, step.added ? " new\n" : " known\n");
  }
  absl::StrAppend(&text, platform_, " at ", at_, "\n");
  return WriteFileDurably(path_, text, kMode);
}

}  // namespace modlog
