#ifndef MODLOG_LOG_PLATFORM_KEYS_H_
#define MODLOG_LOG_PLATFORM_KEYS_H_

// Keys of platforms: registered by an entry of their own, under a number that
// is used once for ever and for each use, with a proof that the platform has
// the secret half; revoked or destroyed by a later entry.
//
//   'k' 'n' || platform || 00 || use (u8) || number (u32)
//                            -> ends (u8: 1 revoked, 2 destroyed) || public key
//   'k' 'k' || use (u8) || SHA-256 of the public key  -> (empty)
//       registered, by whomever: never again
//
// A subject handle names a key for handles (VRF) that stands: registered
// earlier, neither revoked nor destroyed. The record within a correction states
// the handle that the entry has had, so its key must have been registered only.
//
// The proof is judged at the door, on the caller's thread; the rest by the
// sequencer, against the rows.

#include <string>
#include <string_view>
#include <vector>

#include "log/log.h"
#include "log/rows.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

inline constexpr uint32_t kKeyNumberMax = 1 << 20;

// CheckKeyFields adds the rules of a key event, of the log named `origin`, and
// of a handle's form.
void CheckKeyFields(const v1::Action& action, std::string_view origin,
                    std::string_view platform,
                    std::vector<Violation>* violations);

// UsesKeys: whether JudgeKeys can concern the action.
bool UsesKeys(const v1::Action& action);

// JudgeKeys holds an event, and handles, against what is registered; RecordKeys
// puts an event into the rows. The store's errors.
Result<void> JudgeKeys(std::string_view platform, const v1::Action& action,
                       const RowsView& rows,
                       std::vector<Violation>* violations);
void RecordKeys(std::string_view platform, const v1::Action& action,
                RowsView* rows);

}  // namespace modlog

#endif  // MODLOG_LOG_PLATFORM_KEYS_H_
