#include "api/import/github/github_text.h"

#include <algorithm>
#include <map>
#include <optional>

#include "api/import/input/ascii.h"

namespace modlog {
namespace {

enum class Section { kTargets, kOriginal, kOther };

struct Question {
  std::string_view phrase;  // of a line, in lower case
  Section section;
};
// The first that matches decides: some questions mention the words of others.
constexpr Question kQuestions[] = {
    {"detailed description of the original copyrighted", Section::kOriginal},
    {"original work referenced above", Section::kOriginal},
    {"what files should be taken down", Section::kTargets},
    {"what files were taken down", Section::kTargets},
    {"identify the full repository url", Section::kTargets},
    {"identify only the specific file", Section::kTargets},
    {"list every specific file in the repo", Section::kTargets},
    {"based on the above, i confirm", Section::kTargets},
    {"searched for any forks", Section::kTargets},
    {"each fork</a> is", Section::kTargets},
    {"each fork is a distinct", Section::kTargets},
    {"reporting an allegedly infringing fork", Section::kTargets},
    {"s contact information", Section::kOther},  // the alleged infringer's
    {"nature of your", Section::kOther},
    {"licensed under an open source", Section::kOther},
    {"best solution for the alleged", Section::kOther},
    {"technological measures", Section::kOther},
    {"project designed to circumvent", Section::kOther},
    {"good faith belief", Section::kOther},
    {"i swear, under", Section::kOther},
    {"fair use", Section::kOther},
    {"telephone number", Section::kOther},
    {"full legal name", Section::kOther},
    {"full name for your sig", Section::kOther},
    {"zendesk ticket", Section::kOther},
    {"previously submitted notice", Section::kOther},
    {"content on github or npm", Section::kOther},
    {"representative number of forks", Section::kOther},
    {"which license", Section::kOther},
    {"license is being violated", Section::kOther},
    {"describe the change", Section::kOther},
    {"into compliance with the license", Section::kOther},
    {"i have read and understand", Section::kOther},
    {"are you the copyright", Section::kOther},
    {"are you the owner of the content", Section::kOther},
    {"consent to the jurisdiction", Section::kOther},
    {"anything else you think we should know", Section::kOther},
    {"do you want to make changes", Section::kOther},
};
constexpr size_t kQuestionSizeMax = 900;

// NextLine removes and returns the first line of `text`, without its end.
std::string_view NextLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

// Questions are bold, or headings, or end as questions do.
std::optional<Section> SectionOf(std::string_view line) {
  line = Trim(line);
  const bool shaped = line.starts_with("**") || line.starts_with('#') ||
                      line.ends_with('?') || line.ends_with(':') ||
                      line.ends_with("**");
  if (!shaped || line.size() > kQuestionSizeMax) return std::nullopt;
  for (const Question& question : kQuestions) {
    if (FindText(line, question.phrase) != std::string_view::npos) {
      return question.section;
    }
  }
  return std::nullopt;
}

// The text by what was asked; of a letter all is in `letter`.
struct Sections {
  std::string targets;
  std::string original;
  std::string other;
  bool has_targets = false;
};

Sections Divide(std::string_view text) {
  Sections sections;
  Section current = Section::kOther;
  while (!text.empty()) {
    const std::string_view line = NextLine(&text);
    current = SectionOf(line).value_or(current);
    std::string* const section =
        current == Section::kTargets    ? &sections.targets
        : current == Section::kOriginal ? &sections.original
                                        : &sections.other;
    section->append(line).push_back('\n');
    sections.has_targets |= current == Section::kTargets;
  }
  return sections;
}

TargetSet TargetsOf(const Sections& sections, std::string_view text) {
  if (!sections.has_targets) return FindTargets(text);
  for (const std::string* section :
       {&sections.targets, &sections.original, &sections.other}) {
    TargetSet targets = FindTargets(*section);
    if (!targets.empty()) return targets;
  }
  return {};
}

uint64_t Count(std::string_view what, std::string_view text) {
  uint64_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string_view::npos;
       at += what.size()) {
    ++count;
  }
  return count;
}

// ParseCount reads "1,461", blanks before it forgiven.
std::optional<uint64_t> ParseCount(std::string_view text) {
  constexpr uint64_t kCountMax = 1'000'000'000;
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::optional<uint64_t> count;
  for (const char c : text) {
    if (c == ',' && count) continue;
    if (c < '0' || c > '9') break;
    count = count.value_or(0) * 10 + static_cast<uint64_t>(c - '0');
    if (*count > kCountMax) return std::nullopt;
  }
  return count;
}

// A network of more than a hundred that is also being forked gets two notes
// with one number; two networks of one size get two notes of one kind.
uint64_t NetworkOf(std::string_view text) {
  constexpr std::string_view kNote = "against the entire network of";
  std::map<uint64_t, uint64_t> large;  // size -> notes
  std::map<uint64_t, uint64_t> growing;
  while (!text.empty()) {
    const std::string_view line = NextLine(&text);
    const size_t at = FindText(line, kNote);
    if (at == std::string_view::npos) continue;
    const std::optional<uint64_t> size =
        ParseCount(line.substr(at + kNote.size()));
    if (!size) continue;
    const bool is_large = line.find("larger than one hundred") < at;
    ++(is_large ? large : growing)[*size];
  }
  for (const auto& [size, notes] : growing) {
    large[size] = std::max(large[size], notes);
  }
  uint64_t total = 0;
  for (const auto& [size, notes] : large) total += size * notes;
  return total;
}

// The answer to whether technological measures are in place: the first of the
// next lines that begins with yes or no. Nothing where that was not asked.
std::optional<bool> AnswerOnMeasures(std::string_view text) {
  constexpr std::string_view kQuestion =
      "technological measures in place to control access";
  constexpr int kLinesMax = 3;
  const size_t at = FindText(text, kQuestion);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at);
  NextLine(&text);
  for (int lines = 0; lines < kLinesMax && !text.empty();) {
    const std::string_view line = Trim(NextLine(&text), " \t\r*");
    if (line.starts_with("yes")) return true;
    if (line.starts_with("no")) return false;
    lines += line.empty() ? 0 : 1;
  }
  return false;
}

void ReadCircumvention(std::string_view text, NoticeText* notice) {
  const auto says = [&](std::string_view phrase) {
    return FindText(text, phrase) != std::string_view::npos;
  };
  notice->claims_circumvention =
      AnswerOnMeasures(text).value_or(says("circumvent"));
  const bool rejected = says(
      "did not find sufficient information to determine a valid "
      "anti-circumvention claim");
  const bool keys = says("unauthorized product licensing keys") &&
                    says("has been processed in accordance with");
  notice->acted_on_circumvention =
      keys || (notice->claims_circumvention && !rejected);
}

bool SaysAny(std::string_view text,
             std::initializer_list<std::string_view> phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) {
    return FindText(text, phrase) != std::string_view::npos;
  });
}

}  // namespace

NoticeText ParseNoticeText(std::string_view text) {
  const std::string lower = ToLower(text);
  const Sections sections = Divide(lower);
  NoticeText notice;
  notice.targets = TargetsOf(sections, lower);
  notice.skipped =
      Count("[invalid]", sections.has_targets ? sections.targets : lower);
  notice.network = NetworkOf(lower);
  ReadCircumvention(lower, &notice);
  notice.links = FindNotices(text);
  notice.says_partial =
      SaysAny(lower, {"retract part of", "retract a part", "retract a portion",
                      "partial retraction", "partially retract"});
  notice.says_entire = SaysAny(lower, {"in its entirety", "retract all",
                                       "fully retract", "full retract"});
  return notice;
}

}  // namespace modlog
