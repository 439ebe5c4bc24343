#include "api/import/input/json_statements.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace modlog {
namespace {

constexpr size_t kLookAhead = 4 << 10;
constexpr std::string_view kBlanks = " \t\r\n";

// TakeWord moves `text` behind `word` and the blanks before it.
bool TakeWord(std::string_view word, std::string_view* text) {
  const size_t at = text->find_first_not_of(kBlanks);
  if (at == std::string_view::npos || !text->substr(at).starts_with(word)) {
    return false;
  }
  text->remove_prefix(at + word.size());
  return true;
}

}  // namespace

std::unexpected<Error> JsonStatements::Fault(const std::string& what) const {
  return std::unexpected(
      Error{Code::kMalformed, absl::StrCat("line ", line_, ": ", what)});
}

Result<bool> JsonStatements::Fill() {
  if (!started_) {
    started_ = true;
    RETURN_IF_ERROR(window_.SkipByteOrderMark());
    return !window_.at_end() || !window_.rest().empty();
  }
  return window_.Fill();
}

void JsonStatements::Skip(size_t size) {
  const std::string_view skipped = window_.rest().substr(0, size);
  line_ +=
      static_cast<uint64_t>(std::count(skipped.begin(), skipped.end(), '\n'));
  window_.Consume(size);
}

Result<std::optional<char>> JsonStatements::Peek() {
  for (;;) {
    const size_t at = window_.rest().find_first_not_of(kBlanks);
    if (at != std::string_view::npos) {
      Skip(at);
      return window_.rest().front();
    }
    Skip(window_.rest().size());
    ASSIGN_OR_RETURN(bool more, Fill());
    if (!more) return std::nullopt;
  }
}

// Steps into {"statements":[ where that is what comes.
Result<bool> JsonStatements::EnterBody() {
  RETURN_IF_ERROR(window_.FillTo(kLookAhead));
  std::string_view rest = window_.rest();
  const size_t size = rest.size();
  for (const std::string_view word : {"{", "\"statements\"", ":", "["}) {
    if (!TakeWord(word, &rest)) return false;
  }
  Skip(size - rest.size());
  return true;
}

// Behind the ] of a list.
Result<void> JsonStatements::LeaveList() {
  place_ = Place::kTop;
  if (!std::exchange(in_body_, false)) return {};
  ASSIGN_OR_RETURN(std::optional<char> next, Peek());
  if (next != '}') return Fault("want } behind the list of statements");
  Skip(1);
  return {};
}

// Returns whether an element follows.
Result<bool> JsonStatements::StepBehindElement() {
  ASSIGN_OR_RETURN(std::optional<char> next, Peek());
  if (!next) return Fault("the file ends within a list");
  if (*next == ']') {
    Skip(1);
    RETURN_IF_ERROR(LeaveList());
    return false;
  }
  if (place_ == Place::kListStart) return true;
  if (*next != ',') return Fault("not JSON: want , or ] behind an object");
  Skip(1);
  return true;
}

Result<const JsonObject*> JsonStatements::Next() {
  for (;;) {
    if (place_ != Place::kTop) {
      ASSIGN_OR_RETURN(bool more, StepBehindElement());
      if (!more) continue;
      place_ = Place::kList;
      return TakeObject();
    }
    ASSIGN_OR_RETURN(std::optional<char> next, Peek());
    if (!next) return nullptr;
    if (*next == '[') {
      Skip(1);
      place_ = Place::kListStart;
      continue;
    }
    if (*next != '{') return Fault("not JSON objects: want { or [");
    ASSIGN_OR_RETURN(in_body_, EnterBody());
    if (!in_body_) return TakeObject();
    place_ = Place::kListStart;
  }
}

Result<const JsonObject*> JsonStatements::TakeObject() {
  ASSIGN_OR_RETURN(std::optional<char> next, Peek());
  if (next != '{') return Fault("not JSON: want an object in the list");
  ++object_.number;
  object_.line = line_;
  object_.text.clear();
  object_.refused.reset();
  RETURN_IF_ERROR(TakeUntilClosed());
  return &object_;
}

// Adds a piece to the object; nothing once it is refused.
bool JsonStatements::Keep(std::string_view piece) {
  if (object_.refused) return false;
  if (object_.text.size() + piece.size() > kJsonObjectSizeMax) {
    object_.refused =
        absl::StrCat("an object of more than ", kJsonObjectSizeMax, " bytes");
    object_.text.clear();
    return false;
  }
  object_.text.append(piece);
  return true;
}

Result<void> JsonStatements::TakeUntilClosed() {
  int depth = 0;
  bool quoted = false;
  bool escaped = false;
  for (;;) {
    const std::string_view rest = window_.rest();
    size_t i = 0;
    while (i < rest.size()) {
      const char c = rest[i++];
      if (escaped) {
        escaped = false;
      } else if (quoted) {
        escaped = c == '\\';
        if (c == '"') quoted = false;
        if (c != '\n') continue;
        // No string of JSON goes over a line: a quote is missing.
        Keep(rest.substr(0, i));
        Skip(i);
        if (place_ != Place::kTop) {
          return Fault("a quote that is not closed");
        }
        object_.refused = "not JSON: a quote that is not closed";
        return {};
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        Keep(rest.substr(0, i));
        Skip(i);
        return {};
      }
    }
    Keep(rest);
    Skip(rest.size());
    ASSIGN_OR_RETURN(bool more, Fill());
    if (!more) return Fault("the file ends within an object");
  }
}

}  // namespace modlog
