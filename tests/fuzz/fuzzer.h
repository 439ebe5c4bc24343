#ifndef MODLOG_TESTS_FUZZ_FUZZER_H_
#define MODLOG_TESTS_FUZZ_FUZZER_H_

// A fuzzer states a law in LLVMFuzzerTestOneInput and stops the process where
// it does not hold. It is compiled twice: with libFuzzer, and into
// fuzz_replay_test, which runs its corpus in every ordinary build.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "verifier/core/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace modlog {

// FuzzInput takes numbers and pieces off the front of an input; past its end
// there are only zeros.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(data, size) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  // Number reads eight bytes and shifts by a ninth: numbers of all magnitudes.
  uint64_t Number() {
    uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number = number << 8 | Byte();
    return number >> (Byte() & 63);
  }
  Bytes Rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_FUZZ_FUZZER_H_
