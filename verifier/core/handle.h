#ifndef MODLOG_VERIFIER_CORE_HANDLE_H_
#define MODLOG_VERIFIER_CORE_HANDLE_H_

// The subject handle: 16 bytes in an action by which the account that it is
// about can be told that the entry is about it, and nobody else can find out.
//
//   handle = VRF(key, "modlog/handle/v1\n" || platform || "\n" || account
//                     || u32be(number)), the first 16 bytes
//
// by ECVRF-P256-SHA256-TAI (vrf.h) under a key of the platform for a period,
// whose public half is registered in the log. `number` counts the entries about
// this account under this key from 1, so that two entries have two handles and
// the first number without an entry says that there are no more.
//
// Pure functions, thread-safe. Source: the project's own; docs/formats.md.

#include <cstdint>
#include <string>
#include <string_view>

#include "verifier/core/vrf.h"

namespace modlog {

inline constexpr size_t kHandleSize = 16;
// As long as the text of part 1 may be, 2,000 characters.
inline constexpr size_t kHandleAccountSizeMax = 8'000;

// CheckHandleAccount: kMalformed for an account that is empty or no UTF-8,
// kTooLarge for one beyond the limit.
Result<void> CheckHandleAccount(std::string_view account);

// HandleInput is what the VRF is asked for. REQUIRES: number >= 1.
std::string HandleInput(std::string_view platform, std::string_view account,
                        uint32_t number);

// HandleOf cuts the handle from a VRF's output.
std::string HandleOf(const Hash& output);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_HANDLE_H_
