// What the log itself costs, without gRPC: groups of 1,024 actions of 250 bytes
// with commitments and references, appended by one thread with some in flight.
// Prints one JSON object. Not a test: run it by hand.
//
//   log_bench DIRECTORY ENTRIES [IN_FLIGHT]

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"

namespace modlog {
namespace {

constexpr int kGroup = 1'024;

std::string BenchAction(uint64_t i) {
  v1::Action action;
  const std::string puid = "bench-" + std::to_string(i);
  if (i % 4 == 3) {  // an appeal against an action some way back
    action.set_kind(v1::KIND_APPEAL_FILED);
    const uint64_t back = 4 * (1 + i % 9'973);
    action.add_about("bench-" +
                     std::to_string(i >= back + 3 ? i - back - 3 : i - 1));
  } else {
    action = TakedownMessage("x");
    action.set_content_date(19'990);
    action.set_affected(1 + i % 7);
  }
  action.set_puid(puid + std::string(64 - puid.size(), 'x'));
  for (auto& about : *action.mutable_about()) {
    about.append(64 - about.size(), 'x');
  }
  action.set_taxonomy(202507);
  const Hash commitment = Sha256(AsBytes(puid));
  action.set_commitment(commitment.data(), commitment.size());
  return EncodeAction(action);
}

int Run(const std::string& directory, uint64_t entries, int in_flight) {
  std::filesystem::create_directories(directory);
  auto store = OpenRocksDbStore(directory + "/db");
  if (!store)
    return std::fprintf(stderr, "%s\n", store.error().message.c_str());
  auto log =
      Log::Open({.data_dir = directory, .key = TestKey()}, *std::move(store));
  if (!log) return std::fprintf(stderr, "%s\n", log.error().message.c_str());
  std::mutex mutex;
  std::condition_variable done;
  int flying = 0;
  uint64_t logged = 0, bytes = 0;
  const uint64_t first = (*log)->signed_head()->tree.size;
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t i = first; i < first + entries; i += kGroup) {
    auto actions = std::make_shared<std::vector<std::string>>();
    AppendGroup group;
    group.platform = "bench";
    for (uint64_t j = i; j < i + kGroup; ++j) {
      actions->push_back(BenchAction(j));
      bytes += actions->back().size();
    }
    group.actions.assign(actions->begin(), actions->end());
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return flying < in_flight; });
    ++flying;
    lock.unlock();
    (*log)->Append(std::move(group), [&, actions](Result<AppendAnswer> answer) {
      const std::scoped_lock guard(mutex);
      --flying;
      if (answer) {
        for (const ItemResult& item : answer->items) {
          logged += item.outcome == ItemResult::Outcome::kLogged ? 1 : 0;
        }
      } else {
        std::fprintf(stderr, "%s\n", answer.error().message.c_str());
      }
      done.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return flying == 0; });
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  std::printf(
      "{\"logged\":%llu,\"seconds\":%.2f,\"entries_per_second\":%.0f,"
      "\"bytes_an_action\":%.0f,\"size\":%llu}\n",
      static_cast<unsigned long long>(logged), seconds,
      static_cast<double>(logged) / seconds,
      static_cast<double>(bytes) / static_cast<double>(entries),
      static_cast<unsigned long long>((*log)->signed_head()->tree.size));
  return logged == entries ? 0 : 1;
}

}  // namespace
}  // namespace modlog

int main(int argc, char** argv) {
  if (argc < 3)
    return std::fprintf(stderr, "log_bench DIR ENTRIES [IN_FLIGHT]\n");
  return modlog::Run(argv[1], std::strtoull(argv[2], nullptr, 10),
                     argc > 3 ? std::atoi(argv[3]) : 8);
}
