#include "api/import/mastodon/idn.h"

#include <idn2.h>

namespace modlog {

Result<std::string> ToAsciiHost(std::string_view utf8) {
  if (utf8.find('\0') != std::string_view::npos) {
    return Fail(Code::kMalformed, "a zero byte");
  }
  const std::string name(utf8);
  char* ascii = nullptr;
  const int code = idn2_to_ascii_8z(name.c_str(), &ascii,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (code != IDN2_OK) return Fail(Code::kMalformed, idn2_strerror(code));
  std::string host = ascii;
  idn2_free(ascii);
  return host;
}

}  // namespace modlog
