#ifndef MODLOG_API_IMPORT_OZONE_OZONE_ACTIONS_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_ACTIONS_H_

// The action that stands for one event of Ozone's, without references, and the
// private parts of its record. Pure functions, thread-safe.

#include <string>
#include <vector>

#include "api/import/ozone/ozone_event.h"
#include "api/import/record_payload.h"

namespace modlog {

uint32_t DayOf(int64_t seconds);
// The day on which the hours of a takedown or label are over; 0: without end.
uint32_t EndDayOf(const OzoneEvent& event);

v1::Action OzoneNotice(const OzoneEvent& event);
v1::Action OzoneTakedown(const OzoneEvent& event);  // an ACTION
v1::Action OzoneLabels(const OzoneEvent& event);    // an ACTION
v1::Action OzoneScheduled(const OzoneEvent& event);
v1::Action OzoneNoAction(const OzoneEvent& event);
v1::Action OzoneCredentials(const OzoneEvent& event);  // an ACTION
v1::Action OzoneAgeBlock(const OzoneEvent& event);     // an ACTION

bool IsCredentialsRevoked(const OzoneEvent& event);

// OzoneParts returns the private parts, tags ascending.
std::vector<PrivatePart> OzoneParts(const OzoneEvent& event);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_ACTIONS_H_
