// Law: what is admitted is canonical (decoding and encoding it gives the same
// bytes), its puid is its own, and no violation repeats what was submitted.
// Inputs up to 8 KiB, beyond the limit of an action.

#include "log/rules/action_bytes.h"
#include "log/rules/limits.h"
#include "log/write/admission.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {

MODLOG_FUZZER(admission) {
  if (size > 8 << 10) return -1;
  constexpr int64_t kNowMs = 1'767'225'600'000;
  const std::string_view input = AsText(Bytes(data, size));
  const auto admitted = Admit("example", input, kNowMs);
  if (!admitted) {
    MODLOG_CHECK(!admitted.error().empty(), "a refusal has a reason");
    MODLOG_CHECK(admitted.error().size() <= 1'000, "faults are bounded");
    return 0;
  }
  MODLOG_CHECK(input.size() <= kActionSizeMax, "an action has a limit");
  v1::Action action;
  MODLOG_CHECK(action.ParseFromArray(data, static_cast<int>(size)),
               "what is admitted parses");
  MODLOG_CHECK(EncodeAction(action) == input, "an action has one encoding");
  const auto identity = IdentityOf(input);
  MODLOG_CHECK(identity && PuidKey("example", identity->puid) == admitted->key,
               "a submission has one identity");
  MODLOG_CHECK(admitted->references.size() <= 40, "references are bounded");
  return 0;
}

}  // namespace modlog
