#ifndef MODLOG_VERIFIER_CORE_BYTES_H_
#define MODLOG_VERIFIER_CORE_BYTES_H_

// Views of bytes, and the text forms that the formats use: base64 (RFC 4648
// section 4, padded), hex, decimals without leading zeros; and numbers in
// bytes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

using Bytes = std::span<const uint8_t>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string FormatBase64(Bytes bytes);

// ParseBase64 is strict: padding required, no white space, unused bits zero.
// kMalformed otherwise.
Result<std::string> ParseBase64(std::string_view text);

// FormatHex returns lower-case hex.
std::string FormatHex(Bytes bytes);

// AppendBigEndian adds the low `bytes` bytes of a number, most significant
// first; BigEndian reads as many as there are. REQUIRES: at most 8.
void AppendBigEndian(uint64_t value, size_t bytes, std::string* out);
uint64_t BigEndian(std::string_view bytes);

// ParseDecimal reads ASCII digits without sign, blank or leading zero, up to
// 2^64-1. kMalformed otherwise.
Result<uint64_t> ParseDecimal(std::string_view text);

// IsUtf8 follows the table of well-formed sequences of Unicode, section 3.9: no
// overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// Quote makes foreign text fit for an error message: in quotes, cut after 40
// bytes, everything but printable ASCII as \xNN.
std::string Quote(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_BYTES_H_
