#ifndef MODLOG_API_TOOL_LOGGED_ACTIONS_H_
#define MODLOG_API_TOOL_LOGGED_ACTIONS_H_

// What stands in a log under puids of a platform.

#include <optional>
#include <string>
#include <vector>

#include "api/client/client.h"
#include "api/import/importer.h"

namespace modlog {

// FindLoggedActions returns an answer for each puid, in their order. As many
// calls as that needs, 256 puids each. kMalformed for an answer that is another
// entry, or no entry; the errors of the call.
Result<std::vector<std::optional<LoggedAction>>> FindLoggedActions(
    Client* client, const std::string& platform,
    const std::vector<std::string>& puids);

// FinderOf is that, of a client that must outlive it.
FindLogged FinderOf(Client* client, const std::string& platform);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_LOGGED_ACTIONS_H_
