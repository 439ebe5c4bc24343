// If these fail, a bench measures a log refusing what no platform would send,
// or answering for the same action twice.

#include "api/tool/bench/workload.h"

#include <gtest/gtest.h>

#include <set>

#include "log/write/admission.h"

namespace modlog::workload_test {
namespace {

constexpr int64_t kNowMs = 1'795'000'000'000;

struct Made {
  Workload::Kind kind;
  std::string bytes;
};

std::vector<Made> MakeActions(const Workload& workload, uint64_t count) {
  Referable referable(1'000);
  FastRandom random(7);
  std::vector<Made> actions;
  for (uint64_t number = 0; number < count; ++number) {
    Workload::Kind kind = KindOf(workload, number, referable);
    std::string bytes(workload.action_bytes(), '\0');
    WriteAction(workload, kind, number, referable, &random, bytes.data());
    Remember(number, &referable);
    actions.push_back({kind, std::move(bytes)});
  }
  return actions;
}

TEST(Workload, EverySizeOffersActionsThatTheLogTakes) {
  for (size_t size = 159; size <= 432; ++size) {
    auto workload = Workload::Make(size, 42);
    ASSERT_TRUE(workload) << size;
    for (const Made& made : MakeActions(*workload, 200)) {
      ASSERT_EQ(made.bytes.size(), size);
      auto admitted = Admit("bench", made.bytes, kNowMs);
      ASSERT_TRUE(admitted) << size << " bytes, kind " << made.kind << ": "
                            << admitted.error()[0].field << " "
                            << admitted.error()[0].description;
    }
  }
}

TEST(Workload, ActionsReferOnlyToWhatWasThereBefore) {
  auto workload = Workload::Make(250, 42);
  ASSERT_TRUE(workload);
  std::set<Hash> keys;
  uint64_t references = 0;
  for (const Made& made : MakeActions(*workload, 20'000)) {
    auto admitted = Admit("bench", made.bytes, kNowMs);
    ASSERT_TRUE(admitted);
    for (const Reference& reference : admitted->references) {
      ASSERT_TRUE(keys.contains(reference.key)) << reference.field();
      ++references;
    }
    ASSERT_TRUE(keys.insert(admitted->key).second) << "the same puid twice";
  }
  EXPECT_GT(references, 20'000u * 3 / 16);
}

TEST(Workload, AnotherSeedGivesAnotherRun) {
  auto one = Workload::Make(250, 1);
  auto other = Workload::Make(250, 2);
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->of(Workload::kAction).bytes,
            other->of(Workload::kAction).bytes);
}

TEST(Workload, AnImpossibleSizeIsRefusedWithTheRange) {
  auto workload = Workload::Make(20, 1);
  ASSERT_FALSE(workload);
  EXPECT_EQ(workload.error().code, Code::kTooLarge);
  EXPECT_NE(workload.error().message.find("159 to 432"), std::string::npos)
      << workload.error().message;
}

}  // namespace
}  // namespace modlog::workload_test
