#ifndef MODLOG_VERIFIER_REPLAY_LOCATE_H_
#define MODLOG_VERIFIER_REPLAY_LOCATE_H_

// Naming the wrong hash of a tile. That a tile is wrong is known from above: it
// does not lead to a trusted hash. Which of its hashes it is can only be told
// from below, by recomputing them from what the log serves there; the answer is
// trusted if the recomputed tile does lead to the trusted hash. The verdict
// stands without it, and does not wait for it longer than kLocateTime.

#include <chrono>
#include <functional>
#include <span>

#include "verifier/source/resources.h"

namespace modlog {

inline constexpr std::chrono::milliseconds kLocateTime(2'000);

using LeadsToTrust = std::function<bool(const std::vector<Hash>&)>;

// LocateInTile returns `otherwise`, or, where what lies below a wrong tile is
// right, the fault of the first hash that differs from it. What has not come by
// `end` is taken for not there.
Fault LocateInTile(Source* source, TileId tile, std::span<const Hash> hashes,
                   const LeadsToTrust& leads_to_trust, Fault otherwise,
                   std::chrono::steady_clock::time_point end =
                       std::chrono::steady_clock::now() + kLocateTime);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_REPLAY_LOCATE_H_
