// If these fail, an audit that runs out of memory hangs or aborts, and whoever
// runs it is told nothing.

#include <gtest/gtest.h>

#include <new>
#include <thread>

#include "verifier/base/out_of_memory.h"
#include "verifier/replay/pipeline.h"

namespace modlog::out_of_memory_test {
namespace {

enum class Where { kNext, kWork, kTake };

void RunOut(Where where, int threads) {
  Pipeline<int, int> pipeline;
  int handed_out = 0;
  pipeline.next = [&]() -> std::optional<int> {
    if (where == Where::kNext && handed_out == 20) throw std::bad_alloc();
    return handed_out++;
  };
  pipeline.work = [&](int job) {
    if (where == Where::kWork && job == 20) throw std::bad_alloc();
    return job;
  };
  pipeline.take = [&](int outcome) {
    if (where == Where::kTake && outcome == 20) throw std::bad_alloc();
    return true;
  };
  pipeline.Run(threads);
}

TEST(OutOfMemoryTest, ItEndsTheWorkOfAllThreadsAndIsToldToTheCaller) {
  for (const Where where : {Where::kNext, Where::kWork, Where::kTake}) {
    for (const int threads : {1, 2, 5}) {
      EXPECT_THROW(RunOut(where, threads), std::bad_alloc);
    }
  }
}

template <typename Main>
void Exit(const Main& main) {
  _exit(MemoryEnd::Run("program: not enough memory\n", 2, main));
}

TEST(OutOfMemoryDeathTest, AProgramSaysSoInWhateverThreadItHappens) {
  const auto status = testing::ExitedWithCode(2);
  EXPECT_EXIT(Exit([]() -> int { throw std::bad_alloc(); }), status,
              "not enough memory");
  EXPECT_EXIT(Exit([]() -> int { throw std::length_error("reserve"); }), status,
              "not enough memory");
  EXPECT_EXIT(Exit([]() -> int {
                RunOut(Where::kWork, 3);
                return 0;
              }),
              status, "not enough memory");
  EXPECT_EXIT(Exit([]() -> int {
                std::thread([] { throw std::bad_alloc(); }).join();
                return 0;
              }),
              status, "not enough memory");
  EXPECT_EXIT(Exit([] { return 7; }), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace modlog::out_of_memory_test
