#ifndef MODLOG_VERIFIER_CORE_ENTRY_H_
#define MODLOG_VERIFIER_CORE_ENTRY_H_

// The leaf bytes: a header of the log around the platform's exact bytes, an
// action's or a seal's.
//
//   08 <varint logged_at>  12 <length> <platform>   7a <varint length> <action>
//   '------------------ entry header ------------'  '----- as submitted -----'
//   …                                               1a <varint length> <seal>
//
// which is the canonical encoding of modlog.v1.Entry; docs/formats.md. Varints
// are as short as can be; the platform matches ^[a-z0-9][a-z0-9.-]{0,63}$ or is
// absent, which it is not for a seal (seal.h); the action or seal is last and
// not empty.

#include <cstdint>
#include <string>
#include <string_view>

#include "verifier/core/bytes.h"

namespace modlog {

inline constexpr size_t kLeafSizeMax = 4'608;
inline constexpr size_t kPlatformSizeMax = 64;

// IsPlatformName: ^[a-z0-9][a-z0-9.-]{0,63}$
bool IsPlatformName(std::string_view text);

// EncodeEntryHeader returns the header. An empty platform is the operator.
// REQUIRES: logged_at_ms > 0, and a platform as above.
std::string EncodeEntryHeader(int64_t logged_at_ms, std::string_view platform);

enum class EntryBody { kAction, kSeal };

// AppendLeaf adds the leaf bytes of (header, body) to `out`.
// REQUIRES: a body that is not empty, and at most kLeafSizeMax bytes in all.
void AppendLeaf(std::string_view header, std::string_view body,
                std::string* out, EntryBody kind = EntryBody::kAction);
size_t LeafSize(std::string_view header, std::string_view body);

// What a leaf holds; views into the leaf bytes.
struct DecodedEntry {
  int64_t logged_at_ms;
  std::string_view platform;
  std::string_view header;
  std::string_view action;  // empty for a seal
  std::string_view seal;    // empty for an action; DecodeSeal accepts it

  bool is_seal() const { return !seal.empty(); }
};
// DecodeEntry reads exactly what EncodeEntryHeader and AppendLeaf write;
// kMalformed for any other bytes.
Result<DecodedEntry> DecodeEntry(std::string_view leaf);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_ENTRY_H_
