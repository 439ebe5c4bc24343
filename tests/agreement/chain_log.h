#ifndef MODLOG_TESTS_AGREEMENT_CHAIN_LOG_H_
#define MODLOG_TESTS_AGREEMENT_CHAIN_LOG_H_

// A real Log on the memory store, to which short chains of actions are appended
// one behind the other, each of platforms of its own. What came of every step
// is kept: the entries as they are published, and what was refused, with the
// bytes that it would have had.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/log.h"
#include "modlog/v1/action.pb.h"
#include "tests/agreement/judging.h"
#include "verifier/core/ed25519.h"
#include "verifier/core/seal.h"

namespace modlog {

inline constexpr char kChainOrigin[] = "log.example/test";
inline constexpr uint32_t kChainDay = 20'454;  // 2026-01-01, the log's today

// What is handed to the log at once.
struct ChainStep {
  enum class Via { kAppend, kSeal, kErase, kRedact, kEnd };
  Via via = Via::kAppend;
  std::string platform;             // empty: as the log itself would write it
  std::vector<v1::Action> actions;  // all or nothing
  std::optional<Seal> seal;         // behind them, signed
  bool by_operator = true;          // shows the operator's token
  EraseOrder erase;
  RedactOrder redact;
};

// An entry of the chain at hand, as its maker knows it.
struct ChainEntry {
  uint64_t index = 0;
  std::string platform;
  v1::Action action;  // of a seal: none
  bool redacted = false;
  std::string leaf;
  bool is_seal = false;
};

// What the log refused, and the entries that would have come of it.
struct RefusedStep {
  uint64_t at = 0;  // the size of the log then
  std::vector<Violation> violations;
  std::string error;  // of the whole step
  std::vector<PublishedEntry> forced;
};

struct Chain {
  uint64_t first = 0;
  std::vector<ChainEntry> entries;
  std::vector<RefusedStep> refused;
  uint64_t end() const { return first + entries.size(); }
};

class ChainLog {
 public:
  ChainLog();
  ~ChainLog();

  // Begin starts a chain; entries follow the ones before and some others that
  // are nobody's.
  void Begin();
  // Take hands a step to the log and adds what came of it to the chain.
  void Take(ChainStep step);
  // The size of the log, which is the index of the next entry.
  uint64_t size() const;
  const Chain& chain() const { return chain_; }
  bool ended() const { return ended_; }
  const std::string& directory() const { return directory_; }

  static Ed25519PrivateKey SealKeyOf(const std::string& platform,
                                     uint32_t number);
  // The seal that would fit behind these actions.
  Seal FittingSeal(const std::string& platform, uint32_t key,
                   const std::vector<v1::Action>& actions) const;

 private:
  class TestClock;
  void Append(const ChainStep& step);
  void Redact(const ChainStep& step);
  void Erase(const ChainStep& step);
  void End();
  void ReadNew();
  void Refuse(const ChainStep& step, const std::string& seal,
              std::vector<Violation> violations, std::string error);

  std::string directory_;
  std::unique_ptr<TestClock> clock_;
  std::unique_ptr<Log> log_;
  Chain chain_;
  bool ended_ = false;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_AGREEMENT_CHAIN_LOG_H_
