// Law: an event that is read has a type, a subject and hours that are not
// negative, and makes an action and parts whose tags ascend. Inputs up to
// 16 KiB.

#include "api/import/ozone/ozone_actions.h"
#include "api/import/ozone/ozone_event.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {

MODLOG_FUZZER(ozone) {
  if (size > 16 << 10) return -1;
  uint64_t number = 0;
  static_cast<void>(ReadOzone(
      AsText(Bytes(data, size)), [&number](OzoneItem item) -> Result<void> {
        MODLOG_CHECK(item.number == ++number, "events are counted");
        if (!item.event) return {};
        const OzoneEvent& event = *item.event;
        MODLOG_CHECK(!event.type.empty() && !event.subject.empty(),
                     "an event has a type and a subject");
        MODLOG_CHECK(event.duration_hours >= 0, "hours are not negative");
        static_cast<void>(OzoneNotice(event));
        static_cast<void>(OzoneTakedown(event));
        static_cast<void>(OzoneLabels(event));
        int tag = 0;
        for (const PrivatePart& part : OzoneParts(event)) {
          MODLOG_CHECK(part.tag > tag, "tags ascend");
          MODLOG_CHECK(MayHaveReach(part.tag, part.reach),
                       "a part may have its reach");
          tag = part.tag;
        }
        return {};
      }));
  return 0;
}

}  // namespace modlog
