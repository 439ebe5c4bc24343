// If these fail, an input that was kept because it once mattered breaks a law
// of its format again.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzzer.h"

namespace modlog {
namespace {

class FuzzReplayTest : public testing::TestWithParam<FuzzTarget> {};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Replay(const FuzzTarget& target, const std::string& input) {
  // A copy of exactly this size, so that a sanitizer sees a read beyond it.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  target.fuzz(bytes.data(), bytes.size());
}

TEST_P(FuzzReplayTest, TheCorpusKeepsTheLaw) {
  const auto folder =
      std::filesystem::path(MODLOG_SOURCE_DIR "/tests/fuzz/corpus") /
      GetParam().name;
  size_t inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().filename());
    const std::string input = ReadFile(file.path());
    Replay(GetParam(), input);
    // Its halves and its neighbours cost nothing and are often new.
    Replay(GetParam(), input.substr(0, input.size() / 2));
    Replay(GetParam(), input + '\n');
    for (size_t i = 0; i < std::min<size_t>(input.size(), 64); ++i) {
      std::string other = input;
      other[i] = static_cast<char>(other[i] ^ 0x20);
      Replay(GetParam(), other);
    }
    ++inputs;
  }
  EXPECT_GE(inputs, 3u) << "no corpus in " << folder;
}

INSTANTIATE_TEST_SUITE_P(All, FuzzReplayTest, testing::ValuesIn(FuzzTargets()),
                         [](const auto& target) { return target.param.name; });

}  // namespace
}  // namespace modlog
