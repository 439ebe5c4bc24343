#ifndef MODLOG_LOG_RECORDS_PLATFORM_KEYS_H_
#define MODLOG_LOG_RECORDS_PLATFORM_KEYS_H_

// Keys of platforms: registered by an entry of their own, under a number that
// is used once for ever and for each use, with a proof that the platform has
// the secret half; revoked or destroyed by a later entry.
//
//   'k' 'n' || platform || 00 || use (u8) || number (u32)
//                            -> ends (u8: 1 revoked, 2 destroyed) || the entry
//                               (u64) that made it so || public key
//   'k' 'k' || use (u8) || SHA-256 of the public key  -> (empty)
//       registered, by whomever: never again
//
// A subject handle names a key for handles (VRF) that stands: registered
// earlier, neither revoked nor destroyed. The record within a correction states
// the handle that the entry has had, so its key must have been registered only.
//
// A platform's first key for seals is registered by whoever shows its token; a
// further one by a batch that a standing key seals, or by the operator, so that
// a stolen token cannot speak in the platform's signature. Nobody without a
// token says anything about keys.
//
// The proof is judged at the door, on the caller's thread; the rest by the
// sequencer, against the rows.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/rules/violation.h"
#include "log/store/rows.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// What the log knows of a platform.
struct PlatformStatus {
  struct Key {
    uint32_t number = 0;
    int use = 0;  // v1::KeyUse
    std::string public_key;
    int state = 0;  // v1::KeyOp: register while it stands, else what ended it
    uint64_t since = 0;  // the entry that made it so
  };
  std::vector<Key> keys;  // ascending by use and number
  uint64_t actions = 0;   // the next seal's `before`
  uint64_t sealed = 0;
  std::optional<Hash> last_seal;  // the next seal's `previous`
  uint64_t last_seal_entry = 0;   // of that
};

inline constexpr uint32_t kKeyNumberMax = 1 << 20;

// CheckKeyFields adds the rules of a key event, of the log named `origin`, and
// of a handle's form.
void CheckKeyFields(const v1::Action& action, std::string_view origin,
                    std::string_view platform,
                    std::vector<Violation>* violations);

// UsesKeys: whether JudgeKeys can concern the action.
bool UsesKeys(const v1::Action& action);

// Who says what an event says.
struct KeySpeaker {
  bool authenticated = false;  // by the platform's token or the operator's
  bool by_operator = false;
  bool sealed = false;  // by a key of the platform that stands
};

// JudgeKeys holds an event, and handles, against what is registered; RecordKeys
// puts an event into the rows. The store's errors.
Result<void> JudgeKeys(std::string_view platform, const v1::Action& action,
                       const KeySpeaker& speaker, const RowsView& rows,
                       std::vector<Violation>* violations);
void RecordKeys(std::string_view platform, const v1::Action& action,
                uint64_t entry, RowsView* rows);

// ReadKey returns a key that was registered, or nothing; ReadKeys all of a
// platform, ascending by use and number, at most kKeysToldMax.
inline constexpr size_t kKeysToldMax = 1'000;
struct RegisteredKey {
  std::string public_key;
  bool stands = false;  // neither revoked nor destroyed
};
Result<std::optional<RegisteredKey>> ReadKey(std::string_view platform,
                                             v1::KeyUse use, uint32_t number,
                                             const RowsView& rows);
Result<std::vector<PlatformStatus::Key>> ReadKeys(std::string_view platform,
                                                  const RowsView& rows);
// ReadPlatformsWithKeys: whose keys are in the log.
Result<std::vector<std::string>> ReadPlatformsWithKeys(const RowsView& rows);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_PLATFORM_KEYS_H_
