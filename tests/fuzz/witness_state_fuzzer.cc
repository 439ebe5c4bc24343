// Law: a state that is read covers what its newer head says, and its notes
// written as a state of their own are read the same. The input is damage to a
// whole state, or a state itself where it begins with 'S'. Up to 64 KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/witness/state_format.h"

namespace modlog {
namespace {

std::string WholeState(uint64_t records) {
  std::string body;
  StateHead head = {.sequence = 6};
  StateHead before = {.sequence = 5};
  for (uint64_t i = 0; i < records; ++i) {
    AppendStateRecord(
        "log" + std::to_string(i % 2) + "\n" + std::to_string(i) + "\n",
        &head.sum, &body);
    head.end = kStateRecordsAt + body.size();
    if (i + 2 == records) {
      before.end = head.end;
      before.sum = head.sum;
    }
  }
  return EncodeStateHead(head) + EncodeStateHead(before) + body;
}

// Each three bytes of the input change one of the state's.
std::string Damaged(FuzzInput input) {
  std::string bytes = WholeState(4);
  while (!input.Rest().empty()) {
    const size_t at = size_t{input.Byte()} << 8 | input.Byte();
    const uint8_t change = input.Byte();
    // The zeros of a head are long and all alike.
    const size_t place = at % 2 == 0 ? at % 160 + at / 160 % 2 * kStateHeadSize
                                     : kStateRecordsAt + at;
    char& byte = bytes[place % bytes.size()];
    byte = static_cast<char>(byte ^ change);
  }
  return bytes;
}

void CheckState(const std::string& bytes) {
  const auto state = ParseState(bytes);
  if (!state) return;
  MODLOG_CHECK(
      state->head.end >= kStateRecordsAt && state->head.end <= bytes.size(),
      "no record lies beyond the file");
  for (const auto& [origin, note] : state->notes) {
    MODLOG_CHECK(OriginOf(*note) == origin, "a note is under its origin");
  }
}

}  // namespace

MODLOG_FUZZER(witness_state) {
  if (size > 64 << 10) return -1;
  if (size > 0 && data[0] == 'S') {
    CheckState(std::string(AsText(Bytes(data + 1, size - 1))));
  } else {
    CheckState(Damaged(FuzzInput(data, size)));
  }
  return 0;
}

}  // namespace modlog
