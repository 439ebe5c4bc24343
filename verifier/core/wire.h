#ifndef MODLOG_VERIFIER_CORE_WIRE_H_
#define MODLOG_VERIFIER_CORE_WIRE_H_

// The little of protobuf's wire format that entries and seals are made of:
// varints as short as can be, and fields with a length.
// https://protobuf.dev/programming-guides/encoding/

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modlog {

void AppendVarint(uint64_t value, std::string* out);
size_t VarintSize(uint64_t value);

// WireCursor takes pieces off the front of bytes. What it cannot take, or finds
// in another than the shortest form, is nothing. Tags are number << 3 | wire
// type, below 0x80.
class WireCursor {
 public:
  explicit WireCursor(std::string_view rest) : rest_(rest) {}
  std::string_view rest() const { return rest_; }

  bool TakeTag(char tag);
  std::optional<uint64_t> TakeVarint();
  // A tag, a length and as many bytes.
  std::optional<std::string_view> TakeField(char tag);

 private:
  std::string_view rest_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_WIRE_H_
