#ifndef MODLOG_API_IMPORT_OZONE_OZONE_MAKE_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_MAKE_H_

// What an event of Ozone's comes to, given what stood before it: the actions
// with their references, or why there is none. ozone.h has the table.
//
// Pure functions, thread-safe.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/import/ozone/ozone_event.h"
#include "api/import/ozone/ozone_state.h"

namespace modlog {

struct OzoneMade {
  struct Item {
    std::string role;  // tells several actions of one event apart
    v1::Action action;
  };
  std::vector<Item> items;
  std::optional<OzoneError> refusal;  // then there are no items
  std::vector<std::string> warnings;
  std::map<std::string, uint64_t> left_out;
  bool lapse = false;     // the newest takedown's hours are over
  bool answered = false;  // the reports were dealt with otherwise
};

// Roles that actions of an event type may have, but for the numbered ones
// (NumberedRole). Empty for types that make none.
std::vector<std::string> OzoneRoles(const OzoneEvent& event);
// The role of action `number`, from 1, where the first one's is `role`.
std::string NumberedRole(const std::string& role, size_t number);

struct OzoneMakeInput {
  const OzoneEvent* event;
  OzoneMoment now;
  OzoneScene before;
  // Of a modEventResolveAppeal: the scene after what belongs to the decision.
  OzoneScene after;
  bool own = false;
};
OzoneMade MakeOzone(const OzoneMakeInput& input);

// MayBeOfAppeal: whether the event changes measures, and not by the clock.
bool MayBeOfAppeal(const OzoneEvent& event);
bool IsAppeal(const OzoneEvent& event);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_MAKE_H_
