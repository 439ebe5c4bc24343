#ifndef MODLOG_VERIFIER_CORE_CBOR_H_
#define MODLOG_VERIFIER_CORE_CBOR_H_

// The little of CBOR (RFC 8949) that COSE receipts are made of: integers, byte
// and text strings, and the heads of arrays, maps and tags, in the one spelling
// that section 4.2.1 allows: numbers as short as can be, lengths stated.
//
// Pure functions and values, thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modlog {

// The kinds of data item, as in the top three bits of an item's first byte.
enum class CborKind : uint8_t {
  kUnsigned = 0,
  kNegative = 1,  // the number is -1 - value
  kBytes = 2,
  kText = 3,
  kArray = 4,
  kMap = 5,
  kTag = 6,
};
inline constexpr char kCborNull = '\xf6';

// AppendCborHead adds the head of an item: its kind, and the number, length or
// count. AppendCborInt adds a whole integer, AppendCborString a string.
void AppendCborHead(CborKind kind, uint64_t value, std::string* out);
void AppendCborInt(int64_t value, std::string* out);
void AppendCborString(CborKind kind, std::string_view value, std::string* out);

// CborCursor takes items off the front of bytes. What it cannot take, or finds
// in another than the shortest spelling, is nothing, and the cursor stays.
class CborCursor {
 public:
  explicit CborCursor(std::string_view rest) : rest_(rest) {}
  std::string_view rest() const { return rest_; }

  std::optional<uint64_t> TakeHead(CborKind kind);
  // TakeThis takes exactly these bytes.
  bool TakeThis(std::string_view bytes);
  std::optional<std::string_view> TakeString(CborKind kind);

 private:
  std::string_view rest_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_CBOR_H_
