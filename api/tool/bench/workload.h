#ifndef MODLOG_API_TOOL_BENCH_WORKLOAD_H_
#define MODLOG_API_TOOL_BENCH_WORKLOAD_H_

// Actions to load a log with: each valid and distinct, of exactly the same
// size, with a random commitment, and a share of them with references to
// earlier ones of the same run. Of 16 consecutive numbers
//
//   1   is a notice received
//   3   are actions caused by an earlier notice
//   1   is an appeal about earlier actions, as many as its size has room for
//   11  are actions that refer to nothing
//
// Making one is copying a template and filling in a number and a commitment,
// some 50 ns: the load shares the machine with the log.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/result.h"

namespace modlog {

// A small fast generator (splitmix64); not for secrets.
class FastRandom {
 public:
  explicit FastRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// One kind of action, encoded, with holes.
struct ActionTemplate {
  std::string bytes;
  size_t puid_at = 0;  // of the number's 12 hex digits
  size_t commitment_at = 0;
  std::vector<size_t> references_at;  // ascending by what is to go there
};

// The templates of one run. Immutable, thread-safe.
class Workload {
 public:
  // Make chooses what the actions hold so that each has `action_bytes` bytes.
  // The seed gives the run's puids, and so whether two runs are one. kTooLarge
  // names the range of sizes that a valid action of every kind can have.
  static Result<Workload> Make(size_t action_bytes, uint64_t seed);

  enum Kind { kAction, kCausedAction, kNotice, kAppeal, kKinds };
  const ActionTemplate& of(Kind kind) const { return templates_[kind]; }
  size_t action_bytes() const { return templates_[kAction].bytes.size(); }

 private:
  std::array<ActionTemplate, kKinds> templates_;
};

// Numbers of earlier actions that may be referred to, the newest kept.
class Earlier {
 public:
  explicit Earlier(size_t capacity) : ring_(capacity) {}
  void Add(uint64_t number) { ring_[added_++ % ring_.size()] = number; }
  size_t size() const { return added_ < ring_.size() ? added_ : ring_.size(); }
  // back(0) is the newest. REQUIRES: distance < size().
  uint64_t back(size_t distance) const {
    return ring_[(added_ - 1 - distance) % ring_.size()];
  }

 private:
  std::vector<uint64_t> ring_;
  size_t added_ = 0;
};

// Where one stream, or one caller, has its references from: what it was
// answered for. Not thread-safe.
struct Referable {
  explicit Referable(size_t capacity) : actions(capacity), notices(capacity) {}
  Earlier actions;
  Earlier notices;
};

// KindOf says what number `number` is, given what there is to refer to.
Workload::Kind KindOf(const Workload& workload, uint64_t number,
                      const Referable& referable);

// WriteAction writes action_bytes() bytes to `out`.
// REQUIRES: `kind` is from KindOf with the same `referable`.
void WriteAction(const Workload& workload, Workload::Kind kind, uint64_t number,
                 const Referable& referable, FastRandom* random, char* out);

// Remember makes an action one that may be referred to, once it is logged.
void Remember(uint64_t number, Referable* referable);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_BENCH_WORKLOAD_H_
