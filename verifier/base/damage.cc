#include "verifier/base/damage.h"

#include <utility>

namespace modlog {
namespace {

// A page begins with its first tag, behind white space.
bool IsHtml(std::string_view bytes) {
  const size_t begin = bytes.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && bytes[begin] == '<';
}

bool IsUtf16(std::string_view bytes) {
  return bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
}

}  // namespace

std::string DamageWords(std::string_view bytes) {
  if (bytes.empty()) return "; it is empty: get it again";
  if (bytes.starts_with("\x1f\x8b")) {
    return "; it is gzip that nobody unpacked: gunzip it";
  }
  if (IsUtf16(bytes)) {
    return "; it was saved as UTF-16: get it again, and do not edit it";
  }
  if (bytes.starts_with("\xef\xbb\xbf")) {
    return "; an editor put a byte order mark before it: get it again";
  }
  if (IsHtml(bytes)) {
    return "; it is a web page, of a proxy or a login perhaps: get it again";
  }
  if (bytes.find("\r\n") != std::string_view::npos) {
    return "; its lines end in CRLF, as mail programs and git's autocrlf make "
           "them, and must end in LF: sed -i 's/\\r$//' FILE";
  }
  if (bytes.find("=\n") != std::string_view::npos &&
      bytes.find("=E2=80=94") != std::string_view::npos) {
    return "; a mail program encoded it (quoted-printable): save the "
           "attachment, not the text";
  }
  if (!bytes.ends_with('\n')) {
    return "; its end may be cut off: get it again";
  }
  return "";
}

Error WithDamageWords(Error error, std::string_view bytes) {
  if (error.code == Code::kMalformed) error.message += DamageWords(bytes);
  return error;
}

}  // namespace modlog
