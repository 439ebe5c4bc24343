#ifndef MODLOG_VERIFIER_BASE_DAMAGE_H_
#define MODLOG_VERIFIER_BASE_DAMAGE_H_

// What honest programs do to files on their way: the reason, and the remedy, of
// a verdict of "cannot tell" on what does not parse. Pure, thread-safe.

#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

// DamageWords says what seems to have happened to a text file of ours and how
// to mend it, beginning with "; ", or nothing: line ends that became CRLF, a
// byte order mark, UTF-16, a page of HTML, gzip that was not unpacked, a mail
// program's quoted-printable, an end that is cut off. Nothing is proved by it.
std::string DamageWords(std::string_view bytes);

// WithDamageWords adds them to an error of form (kMalformed).
Error WithDamageWords(Error error, std::string_view bytes);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_DAMAGE_H_
