#include "api/import/source_meta.h"

#include <algorithm>

namespace modlog {
namespace {

struct Escape {
  char plain;
  char letter;
};
constexpr Escape kEscapes[] = {{'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'},
                               {'=', 'e'},   {'#', 'h'},  {':', 'c'}};
constexpr std::string_view kOfValues = "\\\n\r";
constexpr std::string_view kOfNames = "\\\n\r=#:";

std::string EscapeAll(std::string_view text, std::string_view which) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (which.find(c) == std::string_view::npos) {
      escaped.push_back(c);
      continue;
    }
    escaped.push_back('\\');
    escaped.push_back(std::ranges::find(kEscapes, c, &Escape::plain)->letter);
  }
  return escaped;
}

std::string Unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto* const found =
        text[i] == '\\' && i + 1 < text.size()
            ? std::ranges::find(kEscapes, text[i + 1], &Escape::letter)
            : std::end(kEscapes);
    if (found == std::end(kEscapes)) {
      plain.push_back(text[i]);
    } else {
      plain.push_back(found->plain);
      ++i;
    }
  }
  return plain;
}

}  // namespace

std::string EscapeMetaName(std::string_view name) {
  return EscapeAll(name, kOfNames);
}

std::string UnescapeMetaName(std::string_view name) { return Unescape(name); }

void AppendMetaLine(std::string_view name, std::string_view value,
                    std::string* text) {
  text->append(name);
  text->push_back('=');
  text->append(EscapeAll(value, kOfValues));
  text->push_back('\n');
}

MetaLines ParseMetaLines(std::string_view text) {
  MetaLines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    lines.emplace_back(line.substr(0, equals),
                       Unescape(line.substr(equals + 1)));
  }
  return lines;
}

}  // namespace modlog
