#ifndef MODLOG_TESTS_FUZZ_FUZZER_H_
#define MODLOG_TESTS_FUZZ_FUZZER_H_

// MODLOG_FUZZER(name) { … } states a law of the bytes `data`, `size` and stops
// the process where it does not hold; it returns 0, or -1 for an input that is
// not worth keeping. It is compiled twice: with libFuzzer, one a program, and
// into fuzz_replay_test, which runs corpus/name in every ordinary build.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/bytes.h"

#ifdef MODLOG_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
#define MODLOG_FUZZER(name) \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
#else
#define MODLOG_FUZZER(name)                                 \
  static int Fuzz_##name(const uint8_t* data, size_t size); \
  static const bool registered_##name =                     \
      RegisterFuzzTarget(#name, &Fuzz_##name);              \
  static int Fuzz_##name(const uint8_t* data, size_t size)
#endif

namespace modlog {

struct FuzzTarget {
  std::string name;
  int (*fuzz)(const uint8_t* data, size_t size);
};

// FuzzTargets are those that were linked in; complete once main runs.
inline std::vector<FuzzTarget>& FuzzTargets() {
  static std::vector<FuzzTarget> targets;
  return targets;
}

inline bool RegisterFuzzTarget(const char* name,
                               int (*fuzz)(const uint8_t*, size_t)) {
  FuzzTargets().push_back({name, fuzz});
  return true;
}

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
