// Law: a line that is read is an action in canonical bytes of a platform with a
// valid name. Inputs up to 64 KiB.

#include "api/client/jsonl.h"

#include "modlog/v1/action.pb.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {

MODLOG_FUZZER(jsonl) {
  if (size > 64 << 10) return -1;
  const auto line = ParseActionLine(AsText(Bytes(data, size)), "example");
  if (!line.has_value()) return 0;
  MODLOG_CHECK(IsPlatform(line->platform), "a platform has a valid name");
  v1::Action action;
  MODLOG_CHECK(action.ParseFromString(line->action), "an action is one");
  MODLOG_CHECK(action.puid() == line->puid, "the puid is the action's");
  MODLOG_CHECK(action.SerializeAsString() == line->action, "and canonical");
  return 0;
}

}  // namespace modlog
