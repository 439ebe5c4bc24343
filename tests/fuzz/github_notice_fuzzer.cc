// Law: any bytes are a text that can be counted, and what is found in it is
// lower case and bounded; any path is a notice's or is refused. Inputs up to
// 64 KiB. What a text is and what its name says make one type or a reason.

#include "api/import/github/github_kind.h"
#include "api/import/github/github_name.h"
#include "api/import/github/github_text.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {

MODLOG_FUZZER(github_notice) {
  if (size > 64 << 10) return -1;
  const std::string_view text = AsText(Bytes(data, size));
  const NoticeText notice = ParseNoticeText(text);
  MODLOG_CHECK(notice.links.size() <= kFoundNoticesMax, "links are bounded");
  for (const std::string& target : notice.targets) {
    MODLOG_CHECK(!target.empty() && target.size() <= size + 16,
                 "a target comes from the text");
    MODLOG_CHECK(
        target.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos,
        "cases are not told apart");
  }
  const auto name = ParseNoticeName(text.substr(0, 256));
  if (name.has_value() && name->day) {
    MODLOG_CHECK(*name->day == name->sort_day, "a day sorts by itself");
  }
  const TextKind kind = KindOfText(text);
  if (name.has_value()) {
    const auto decided = DecideType(*name, text);
    MODLOG_CHECK(decided.has_value() ? !kind.type || kind.of_either ||
                                           decided->type == *kind.type
                                     : !decided.error().message.empty(),
                 "the text decides");
  }
  return 0;
}

}  // namespace modlog
