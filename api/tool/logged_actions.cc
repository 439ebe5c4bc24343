#include "api/tool/logged_actions.h"

#include <algorithm>

#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr size_t kPuidsMax = 256;  // of one call

// One call; the answer may be of fewer puids than were asked for.
Result<v1::FindPuidsResponse> AskFor(Client* client,
                                     const std::string& platform,
                                     const std::vector<std::string>& puids,
                                     size_t first) {
  const size_t count = std::min(kPuidsMax, puids.size() - first);
  v1::FindPuidsRequest request;
  request.set_platform(platform);
  for (size_t i = 0; i < count; ++i) request.add_puids(puids[first + i]);
  auto response = client->FindPuids(request);
  if (!response) {
    return Prefixed("asking the log for earlier entries", response.error());
  }
  const auto answered = static_cast<size_t>(response->found_size());
  if (answered == 0 || answered > count) {
    return Fail(Code::kMalformed,
                "the log answered with another number of entries than was "
                "asked for");
  }
  return *std::move(response);
}

Result<LoggedAction> Logged(const v1::FindPuidsResponse::Found& found,
                            const std::string& platform,
                            const std::string& puid) {
  LoggedAction logged;
  logged.index = found.index();
  logged.is_void = found.state() == v1::GetStatusResponse::VOID;
  logged.corrected = found.corrected();
  if (found.leaf().empty() && found.redacted_by() != 0) return logged;
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(found.leaf()));
  v1::Action action;
  if (entry.platform != platform ||
      !action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size())) ||
      action.puid() != puid) {
    return Fail(Code::kMalformed,
                "the log answered with another entry than the one asked for");
  }
  logged.action = std::string(entry.action);
  return logged;
}

}  // namespace

Result<std::vector<std::optional<LoggedAction>>> FindLoggedActions(
    Client* client, const std::string& platform,
    const std::vector<std::string>& puids) {
  std::vector<std::optional<LoggedAction>> all;
  all.reserve(puids.size());
  while (all.size() < puids.size()) {
    ASSIGN_OR_RETURN(const v1::FindPuidsResponse response,
                     AskFor(client, platform, puids, all.size()));
    for (const auto& found : response.found()) {
      if (!found.known()) {
        all.emplace_back();
        continue;
      }
      ASSIGN_OR_RETURN(LoggedAction logged,
                       Logged(found, platform, puids[all.size()]));
      all.emplace_back(std::move(logged));
    }
  }
  return all;
}

FindLogged FinderOf(Client* client, const std::string& platform) {
  return [client, platform](const std::vector<std::string>& puids) {
    return FindLoggedActions(client, platform, puids);
  };
}

}  // namespace modlog
