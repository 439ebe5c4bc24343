#include "api/import/github/github_kind.h"

#include <algorithm>
#include <initializer_list>
#include <span>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"

namespace modlog {
namespace {

// Those that most texts have come first.
constexpr std::string_view kTakedownPhrases[] = {
    "what files should be taken down",
    "are you the copyright holder or authorized to act on",
    "are you the copyright owner or authorized to act on",
    "is not authorized by the copyright owner",
    "is not authorised by the copyright owner",
    "not authorized by the copyright holder",
    "best solution for the alleged infringement",
    "searched for any forks of the allegedly",
    "good faith belief that use of the",
    "in relation to this takedown notice",
    "guide to filing a dmca notice",
    "guide to submitting a dmca takedown notice",
};
constexpr std::string_view kCounterPhrases[] = {
    "are you the owner of the content that has been disabled",
    "what files were taken down",
    "dispute the notice",
    "mistake or misidentification",
    "mistake or misidentifcation",
    "mistake or mis-identification",
    "i consent to the jurisdiction",
    "i consent to jurisdiction",
    "i will consent to the jurisdiction",
    "consent to the jurisdiction of the federal district court",
    "filing a dmca counter",
    "submitting a dmca counter",
    "is a counter notice",
    "is a counter-notice",
    "is a counternotice",
    "is a counter notification",
    "is a counter-notification",
    "is my counter notice",
    "is our counter notice",
    "submit this counter",
    "submitting this counter",
    "hereby submit a counter",
    "formal counter notice",
    "formal counter-notice",
};

// Too little to say that a text is a counter notice, which others may speak of;
// enough to doubt that it is a takedown notice: who objects quotes the law.
constexpr std::string_view kCounterHints[] = {
    "this counter notice",         "this counter-notice",
    "this counter notification",   "this counter-notification",
    "counter notification letter", "counter-notification letter",
    "consent to the jurisdiction", "accept service of process",
};

constexpr std::string_view kRetractingWords[] = {"retract", "withdraw",
                                                 "rescind", "revoke"};
constexpr std::string_view kRetractable[] = {
    "notice", "takedown", "take-down", "take down", "dmca",
    "dcma",   "claim",    "complaint", "request",   "report"};

bool Says(std::string_view text, std::string_view what) {
  return FindText(text, what) != std::string_view::npos;
}

bool SaysOne(std::string_view text, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(
      phrases, [text](std::string_view phrase) { return Says(text, phrase); });
}

// Plain returns the text in lower case without what tells wordings apart for
// the eye alone: marks of Markdown, line ends, curved apostrophes.
std::string Plain(std::string_view text) {
  constexpr std::string_view kDropped = " \t\r\n*_>`#";
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\xe2' && text.substr(i, 2) == "\xe2\x80" && i + 2 < text.size() &&
        (text[i + 2] == '\x98' || text[i + 2] == '\x99')) {
      c = '\'';
      i += 2;
    } else if (c == '\xc2' && text.substr(i, 2) == "\xc2\xa0") {
      c = ' ';
      i += 1;
    }
    if (c == '\0') continue;
    if (kDropped.find(c) != std::string_view::npos) {
      if (!plain.empty() && plain.back() != ' ') plain.push_back(' ');
      continue;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    plain.push_back(c);
  }
  return plain;
}

// What GitHub writes itself names the notice that it takes back.
std::optional<NoticeType> OwnDecision(std::string_view plain) {
  constexpr size_t kHeadSize = 600;
  constexpr size_t kObjectSize = 40;
  const std::string_view head = plain.substr(0, kHeadSize);
  for (const std::string_view opening :
       {"github has reversed the ", "github has reconsidered the ",
        "github published a "}) {
    const size_t at = FindText(head, opening);
    if (at == std::string_view::npos) continue;
    const std::string_view object =
        plain.substr(at + opening.size(), kObjectSize);
    const bool reversed = opening != "github published a " ||
                          Says(plain, "github has decided to reject");
    if (!reversed) continue;
    if (Says(object, "counter")) return NoticeType::kCounterReversal;
    if (Says(object, "takedown")) return NoticeType::kReversal;
  }
  return std::nullopt;
}

// "will withdraw if", "not retract": nothing is retracted yet.
bool IsHypothetical(std::string_view before) {
  constexpr size_t kLookBack = 40;
  if (before.size() > kLookBack)
    before.remove_prefix(before.size() - kLookBack);
  const size_t sentence = before.find_last_of(".!?;:");
  if (sentence != std::string_view::npos) before.remove_prefix(sentence);
  constexpr std::string_view kWords[] = {
      "will ",    "not ",   "n't ",      "may ",        "might ", "could ",
      "never ",   "until ", "unless ",   "if ",         "asked ", "refuse",
      "demand",   "must ",  "should ",   "ready to ",   "asks ",  "can ",
      "whether ", "they ",  "claimant ", "complainant "};
  return SaysOne(before, kWords);
}

struct Retracting {
  bool of_notice = false;
  bool of_counter = false;
  bool of_either = false;
};

// Looks at what follows one of the retracting words.
void LookAtObject(std::string_view after, Retracting* found) {
  constexpr size_t kLookAhead = 90;
  after = after.substr(0, kLookAhead);
  // An address may stand between; its dots end no sentence.
  for (size_t i = 0; i + 1 < after.size(); ++i) {
    if ((after[i] == '.' || after[i] == '!' || after[i] == '?') &&
        after[i + 1] == ' ') {
      after = after.substr(0, i);
      break;
    }
  }
  const size_t counter = FindText(after, "counter");
  const size_t takedown =
      std::min({FindText(after, "takedown"), FindText(after, "take-down"),
                FindText(after, "take down"), FindText(after, "claim"),
                FindText(after, "complaint"), FindText(after, "dmca notice"),
                FindText(after, "dmca request"), FindText(after, "infring")});
  if (counter != std::string_view::npos && counter < takedown) {
    found->of_counter = true;
  } else if (takedown != std::string_view::npos) {
    found->of_notice = true;
  } else if (SaysOne(after, kRetractable)) {
    found->of_either = true;
  }
}

Retracting FindRetracting(std::string_view plain) {
  Retracting found;
  for (const std::string_view word : kRetractingWords) {
    std::string_view rest = plain;
    for (size_t at; (at = FindText(rest, word)) != std::string_view::npos;) {
      const size_t begin = plain.size() - rest.size() + at;
      if (!IsHypothetical(plain.substr(0, begin))) {
        LookAtObject(plain.substr(begin + word.size()), &found);
      }
      rest.remove_prefix(at + word.size());
    }
  }
  return found;
}

}  // namespace

TextKind KindOfText(std::string_view text) {
  const std::string plain = Plain(text);
  if (const auto own = OwnDecision(plain)) return {own, false};
  const bool takedown = SaysOne(plain, kTakedownPhrases);
  const bool counter = SaysOne(plain, kCounterPhrases);
  if (takedown && (counter || SaysOne(plain, kCounterHints))) return {};
  // Whoever objects says of the other side that it should withdraw.
  if (counter) return {NoticeType::kCounterNotice, false};
  const Retracting retracting = FindRetracting(plain);
  const bool retracts =
      retracting.of_notice || retracting.of_counter || retracting.of_either;
  if (takedown) {
    return retracts ? TextKind{} : TextKind{NoticeType::kTakedown, false};
  }
  if (!retracts || (retracting.of_notice && retracting.of_counter)) return {};
  if (retracting.of_counter) return {NoticeType::kCounterRetraction, false};
  return {NoticeType::kRetraction, !retracting.of_notice};
}

Result<DecidedType> DecideType(const NoticeName& name, std::string_view text) {
  const TextKind kind = KindOfText(text);
  const std::string_view by_name = NoticeTypeName(name.type);
  if (!kind.type) {
    if (name.ending == NameEnding::kDoubtful) {
      return Fail(
          Code::kMalformed,
          absl::StrCat("its name may be that of a ", std::string(by_name),
                       ", and its text does not say: end the name with -",
                       std::string(by_name), ", or with another word"));
    }
    return DecidedType{name.type,
                       name.ending == NameEnding::kNear
                           ? absl::StrCat("its name is misspelt: taken for a ",
                                          std::string(by_name),
                                          ", which its text does not "
                                          "say and does not deny")
                           : ""};
  }
  const NoticeType type =
      kind.of_either && name.type == NoticeType::kCounterRetraction
          ? name.type
          : *kind.type;
  if (type != name.type) {
    return DecidedType{
        type, absl::StrCat("its name says ", std::string(by_name),
                           ", its text ", std::string(NoticeTypeName(type)),
                           ": what the text says is taken")};
  }
  return DecidedType{type,
                     name.ending == NameEnding::kExact
                         ? ""
                         : absl::StrCat("its name is misspelt: it is a ",
                                        std::string(by_name), " by its text")};
}

}  // namespace modlog
