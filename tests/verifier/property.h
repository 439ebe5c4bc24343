#ifndef MODLOG_TESTS_VERIFIER_PROPERTY_H_
#define MODLOG_TESTS_VERIFIER_PROPERTY_H_

// Generators for property tests, and a fixed seed: a run today and one tomorrow
// try the same. For other cases set RC_PARAMS, as in
// RC_PARAMS="seed=7 max_success=100000".

#include <rapidcheck.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "verifier/core/note.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline const int kSeeded =
    setenv("RC_PARAMS", "seed=20261124 max_success=500", /*overwrite=*/0);

inline rc::Gen<std::string> AnyBytes() {
  return rc::gen::arbitrary<std::string>();
}
inline rc::Gen<std::string> SomeBytes() {
  return rc::gen::nonEmpty(AnyBytes());
}

inline rc::Gen<Hash> AnyHash() {
  return rc::gen::map(rc::gen::arbitrary<std::array<uint8_t, kHashSize>>(),
                      [](const auto& bytes) { return Hash(bytes); });
}

// Lines of UTF-8, blank ones among them.
inline rc::Gen<std::string> AnyNoteText() {
  const auto piece = rc::gen::element<std::string>(
      "\n", "\n\n", "a", " ", "—", "— a Zm9v", "é", "0", "\x7f", "+", "🌱");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& p : pieces) text += p;
                        return text + "\n";
                      });
}

inline rc::Gen<std::string> AnyKeyName() {
  const auto piece =
      rc::gen::element<std::string>("a", "Z", "0", ".", "/", "-", "é", "🌱");
  return rc::gen::map(
      rc::gen::suchThat(
          rc::gen::container<std::vector<std::string>>(piece),
          [](const auto& p) { return !p.empty() && p.size() < 60; }),
      [](const std::vector<std::string>& pieces) {
        std::string name;
        for (const std::string& p : pieces) name += p;
        return name;
      });
}

// Sizes of every magnitude: RapidCheck's own numbers stay small.
inline rc::Gen<uint64_t> AnySize(uint64_t min, uint64_t max) {
  return rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0, 64),
                    rc::gen::resize(100, rc::gen::arbitrary<uint64_t>())),
      [min, max](const std::pair<int, uint64_t>& p) {
        const uint64_t value = p.second >> p.first;
        const uint64_t span = max - min;
        return min + (span == UINT64_MAX ? value : value % (span + 1));
      });
}

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_PROPERTY_H_
