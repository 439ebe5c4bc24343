#ifndef MODLOG_TESTS_VERIFIER_GOLDEN_H_
#define MODLOG_TESTS_VERIFIER_GOLDEN_H_

// Golden vectors, tests/testdata/core, written by tools/vectors.py.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/verifier/hex.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline nlohmann::json ReadGolden(const std::string& name) {
  std::ifstream file(MODLOG_SOURCE_DIR "/tests/testdata/core/" + name);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  nlohmann::json golden = nlohmann::json::parse(text, nullptr, false);
  EXPECT_TRUE(golden.is_object()) << "cannot read " << name;
  return golden;
}

inline std::string Text(const nlohmann::json& value) {
  return value.get<std::string>();
}
inline std::string Unhex(const nlohmann::json& value) {
  return FromHex(Text(value));
}
inline Hash UnhexHash(const nlohmann::json& value) {
  return HashFromBytes(AsBytes(Unhex(value))).value();
}
inline std::vector<Hash> UnhexHashes(const nlohmann::json& list) {
  std::vector<Hash> hashes;
  for (const auto& hash : list) hashes.push_back(UnhexHash(hash));
  return hashes;
}
// Numbers that a double cannot hold are strings.
inline uint64_t Number(const nlohmann::json& value) {
  return value.is_string() ? std::stoull(Text(value)) : value.get<uint64_t>();
}

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_GOLDEN_H_
