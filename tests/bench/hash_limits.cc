#include "tests/bench/limits.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

// Hashes per second of `hash`, called in rounds until the time is over.
template <typename HashOnce>
double Rate(std::chrono::duration<double> time, HashOnce hash) {
  constexpr uint64_t kRound = 4'096;
  auto started = std::chrono::steady_clock::now();
  std::chrono::duration<double> passed{0};
  uint64_t count = 0;
  for (; passed < time; count += kRound) {
    for (uint64_t i = 0; i < kRound; ++i) hash();
    passed = std::chrono::steady_clock::now() - started;
  }
  return static_cast<double>(count) / passed.count();
}

}  // namespace

Figures MeasureHashes(std::chrono::duration<double> time) {
  // 14 bytes of header for a platform with a name of five letters, 3 before
  // the action.
  std::string leaf(14 + 3 + 250, 'x');
  double leaves = Rate(time, [&leaf] {
    // Each hash is part of the next leaf: nothing can be left out.
    Hash hash = HashLeaf(AsBytes(leaf));
    leaf[0] = static_cast<char>(hash[0]);
  });
  Hash left = HashEmpty();
  Hash right = HashEmpty();
  double nodes = Rate(time, [&] { left = HashNode(left, right); });
  return {{"leaf_hashes_per_second", leaves},
          {"node_hashes_per_second", nodes}};
}

}  // namespace modlog
