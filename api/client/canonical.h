#ifndef MODLOG_API_CLIENT_CANONICAL_H_
#define MODLOG_API_CLIENT_CANONICAL_H_

// The canonical bytes of an Action, proto/modlog/v1/action.proto: what a
// platform's own software has to produce, in the few lines it takes.

#include <string>

#include "modlog/v1/action.pb.h"

namespace modlog {

// EncodeCanonical puts the lists, which are sets, in ascending order and writes
// deterministically. A value that stands twice in a list is left there, for the
// log to refuse.
std::string EncodeCanonical(v1::Action action);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_CANONICAL_H_
