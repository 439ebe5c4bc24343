#ifndef MODLOG_API_CLIENT_SEAL_KEY_H_
#define MODLOG_API_CLIENT_SEAL_KEY_H_

// A platform's key for seals, in a file of its own: one line, as golang.org's
// sumdb/note writes signers, named after the platform:
//
//   PRIVATE+KEY+<platform>+<8 hex of key id>+<base64 of 01 || seed>
//
// mode 0600. The number that a log knows the key by is no part of it: the log
// is asked (GetPlatform), so that one file serves several logs.

#include <string>

#include "modlog/v1/action.pb.h"
#include "verifier/core/note.h"

namespace modlog {

inline constexpr size_t kSealKeyFileSizeMax = 4'096;

// MakeSealKey makes a key and its file, synced; kAlreadyExists where there is
// one, which is never replaced: what it signed could not be continued.
Result<SignerKey> MakeSealKey(const std::string& platform,
                              const std::string& path);

// ReadSealKey: kNotFound, kForbidden where others may read the file, kMalformed
// for anything but a platform's Ed25519 key.
Result<SignerKey> ReadSealKey(const std::string& path);

// RegistrationOf is the PLATFORM_KEY entry that registers the key under a
// number in the log named `origin`, with its proof of possession: the same
// bytes each time, so that it can be asked for again.
v1::Action RegistrationOf(const SignerKey& key, const std::string& origin,
                          uint32_t number);
// RevocationOf is the entry that ends a key.
v1::Action RevocationOf(v1::KeyUse use, uint32_t number);

// ProveSealKey signs that the platform has the key: "proof of possession".
std::string ProveSealKey(const SignerKey& key, const std::string& origin,
                         uint32_t number);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_SEAL_KEY_H_
