// What the unit operations of the verifier cost, on one thread.

#include <benchmark/benchmark.h>

#include "verifier/core/ed25519.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

void HashALeaf(benchmark::State& state) {
  const std::string entry(static_cast<size_t>(state.range(0)), 'e');
  for (auto _ : state) benchmark::DoNotOptimize(HashLeaf(AsBytes(entry)));
}
BENCHMARK(HashALeaf)->Arg(250)->Arg(4'096);

void HashANode(benchmark::State& state) {
  Hash hash = HashEmpty();
  for (auto _ : state) hash = HashNode(hash, hash);
  benchmark::DoNotOptimize(hash);
}
BENCHMARK(HashANode);

void AppendALeaf(benchmark::State& state) {
  Frontier frontier;
  const Hash leaf = HashEmpty();
  for (auto _ : state) frontier.Append(leaf);
  benchmark::DoNotOptimize(frontier.Root());
}
BENCHMARK(AppendALeaf);

void FoldATile(benchmark::State& state) {
  const std::vector<Hash> hashes(kTileWidth, HashEmpty());
  for (auto _ : state) benchmark::DoNotOptimize(TileRoot(hashes));
}
BENCHMARK(FoldATile);

// A tree whose leaves are all alike: any size costs 64 hashes to build.
Result<Hash> NodeOfEqualLeaves(NodeId node) {
  static const std::vector<Hash> levels = [] {
    std::vector<Hash> hashes = {HashLeaf(AsBytes("leaf"))};
    while (hashes.size() < 64) {
      hashes.push_back(HashNode(hashes.back(), hashes.back()));
    }
    return hashes;
  }();
  return levels[static_cast<size_t>(node.level)];
}

TreeHead HeadOfEqualLeaves(uint64_t size) {
  Frontier frontier;
  for (int level = 63; level >= 0; --level) {
    if ((size >> level & 1) == 0) continue;
    frontier.AppendSubtree(level, *NodeOfEqualLeaves({level, 0}));
  }
  return frontier.Head();
}

void CheckAnInclusion(benchmark::State& state) {
  const auto size = static_cast<uint64_t>(state.range(0));
  const std::vector<Hash> path =
      ProveInclusion(size / 3, size, NodeOfEqualLeaves).value();
  const TreeHead head = HeadOfEqualLeaves(size);
  const Hash leaf = *NodeOfEqualLeaves({0, 0});
  for (auto _ : state) {
    const auto verdict = CheckInclusion(size / 3, leaf, path, head);
    MODLOG_CHECK(verdict.has_value(), "the proof holds");
  }
}
BENCHMARK(CheckAnInclusion)->Arg(1'000'000)->Arg(1'000'000'000);

void CheckAConsistency(benchmark::State& state) {
  const auto size = static_cast<uint64_t>(state.range(0));
  const std::vector<Hash> proof =
      ProveConsistency(size / 3, size, NodeOfEqualLeaves).value();
  const TreeHead older = HeadOfEqualLeaves(size / 3);
  const TreeHead newer = HeadOfEqualLeaves(size);
  for (auto _ : state) {
    const auto verdict = CheckConsistency(older, newer, proof);
    MODLOG_CHECK(verdict.has_value(), "the proof holds");
  }
}
BENCHMARK(CheckAConsistency)->Arg(1'000'000'000);

void Sign(benchmark::State& state) {
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate();
  const std::string message(100, 'm');
  for (auto _ : state) benchmark::DoNotOptimize(key.Sign(AsBytes(message)));
}
BENCHMARK(Sign);

void Verify(benchmark::State& state) {
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate();
  const Ed25519PublicKey public_key = key.PublicKey();
  const std::string message(100, 'm');
  const std::string signature = key.Sign(AsBytes(message));
  for (auto _ : state) {
    MODLOG_CHECK(public_key.Verify(AsBytes(message), AsBytes(signature)),
                 "the signature holds");
  }
}
BENCHMARK(Verify);

}  // namespace
}  // namespace modlog

BENCHMARK_MAIN();
