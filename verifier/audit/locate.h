#ifndef MODLOG_VERIFIER_AUDIT_LOCATE_H_
#define MODLOG_VERIFIER_AUDIT_LOCATE_H_

// Naming the wrong hash of a tile. That a tile is wrong is known from above: it
// does not lead to a trusted hash. Which of its hashes it is can only be told
// from below, by recomputing them from what the log serves there; the answer is
// trusted if the recomputed tile does lead to the trusted hash.

#include <functional>
#include <span>

#include "verifier/audit/resources.h"

namespace modlog {

using LeadsToTrust = std::function<bool(const std::vector<Hash>&)>;

// LocateInTile returns `otherwise`, or, where what lies below a wrong tile is
// right, the fault of the first hash that differs from it.
Fault LocateInTile(Source* source, TileId tile, std::span<const Hash> hashes,
                   const LeadsToTrust& leads_to_trust, Fault otherwise);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_LOCATE_H_
