#ifndef MODLOG_API_CLIENT_LOGGED_ACTIONS_H_
#define MODLOG_API_CLIENT_LOGGED_ACTIONS_H_

// What stands in a log under a puid.

#include <optional>
#include <string>

#include "api/client/client.h"

namespace modlog {

// FindLoggedAction returns the canonical bytes of the action that the platform
// has under `puid`, or nothing. kMalformed for an answer that is another
// entry, or no entry; the errors of the call.
Result<std::optional<std::string>> FindLoggedAction(Client* client,
                                                    const std::string& platform,
                                                    const std::string& puid);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_LOGGED_ACTIONS_H_
