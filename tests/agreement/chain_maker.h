#ifndef MODLOG_TESTS_AGREEMENT_CHAIN_MAKER_H_
#define MODLOG_TESTS_AGREEMENT_CHAIN_MAKER_H_

// Makes steps of chains: mostly such that a log takes, often such that one rule
// alone speaks against them. All of it follows from numbers, so that a chain
// can be made again, and with steps left out.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/agreement/chain_log.h"

namespace modlog {

// SplitMix64 (Steele, Lea, Flood 2014): good enough, and the same everywhere.
class ChainRandom {
 public:
  explicit ChainRandom(uint64_t seed) : state_(seed) {}

  uint64_t Next();
  // 0 .. n - 1.
  size_t Below(size_t n) { return static_cast<size_t>(Next() % n); }
  bool Percent(unsigned share) { return Below(100) < share; }
  template <typename T>
  const T& Of(const std::vector<T>& list) {
    return list[Below(list.size())];
  }

 private:
  uint64_t state_;
};

// Seeds of the steps, from which a chain follows.
struct ChainPlan {
  std::vector<uint64_t> steps;
  std::vector<uint64_t> redactions;  // when all of it stands
};
// PlanChain plans a chain of 1..12 steps, and up to two redactions.
ChainPlan PlanChain(uint64_t seed);

// RunChain appends a chain to the log. `number` tells its platforms from those
// of other chains in the same log.
void RunChain(const ChainPlan& plan, uint64_t number, bool may_end,
              ChainLog* log);

// MakeRecord: a record of a kind as the log takes it, but for what it is about.
v1::Action MakeRecord(v1::Kind kind, const std::string& puid);
v1::Action MakeTerm(const std::string& puid, uint32_t number,
                    v1::TermKind kind);
v1::Action MakeSealKeyEvent(const std::string& puid,
                            const std::string& platform, uint32_t number,
                            v1::KeyOp op = v1::KEY_OP_REGISTER);

}  // namespace modlog

#endif  // MODLOG_TESTS_AGREEMENT_CHAIN_MAKER_H_
