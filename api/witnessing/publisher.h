#ifndef MODLOG_API_WITNESSING_PUBLISHER_H_
#define MODLOG_API_WITNESSING_PUBLISHER_H_

// Brings what a log signs before its witnesses and publishes what they cosign:
// https://c2sp.org/tlog-witness from the log's side.
//
//   log signs -> Rounds says for which head -> one thread a witness asks
//             -> Rounds says what to publish -> durable file -> log publishes
//
// A witness that has seen more of the log than the log has, or another history,
// ends all signing at once (Log::StopSigning): a database restored from a copy
// looks whole, and only those outside can tell. A lying witness can end it too;
// then it is taken out of the policy and the log started again.
//
// The published checkpoint, with its cosignatures, is kept in a file, so that a
// start shows the public nothing older than it has seen.
//
// Thread-safe.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/witnessing/rounds.h"
#include "api/witnessing/witness_link.h"
#include "verifier/base/clock.h"

namespace modlog {

inline constexpr size_t kWitnessesMax = 32;
inline constexpr int64_t kWitnessRetryMsMin = 1'000;
inline constexpr int64_t kWitnessRetryMsMax = 60'000;

struct PublisherOptions {
  Policy policy;  // with the log's own key; CheckWitnesses accepts it
  RoundSettings rounds = {};
  std::string path;  // of the file
  Clock* clock = nullptr;
  // Told when something turns for the worse or the better; must not block.
  std::function<void(const std::string&)> warn = [](const std::string&) {};
  std::function<void(const std::string&)> inform = [](const std::string&) {};
};

// What is known of a witness.
struct WitnessStatus {
  std::string name;
  std::string vkey;
  std::string url;
  uint64_t size = 0;         // of the newest tree that it cosigned
  uint64_t cosigned_at = 0;  // seconds since the epoch, by its clock
  std::string trouble;       // why it was last asked in vain; else empty
  int64_t answer_ms = 0;     // what its last answer took
  uint64_t cosignatures = 0;
  uint64_t failures = 0;
};

// CheckWitnesses: whether a log can work with the policy: witnesses that can be
// asked make up the quorum. kMalformed, kTooLarge.
Result<void> CheckWitnesses(const Policy& policy);

// ForgetPublished removes the file of a log that publishes without witnesses,
// before it falls behind. kConflict, and it stays, where this log does not have
// what was published: then its data is older than it should be, or another's.
Result<void> ForgetPublished(const std::string& path, Log& log);

class Publisher {
 public:
  explicit Publisher(PublisherOptions options);
  ~Publisher();

  // To be called whenever the log has signed; does not block. May be called
  // before Start and after Stop.
  void OnSigned();

  // Start publishes what was published before and begins to ask; a witness
  // without an address counts as one that fails. Stop, to be
  // called before the log goes, ends running requests.
  void Start(Log* log);
  void Stop();

  std::vector<WitnessStatus> Statuses() const;
  bool hold_back() const { return options_.rounds.hold_back; }

 private:
  struct Witness {
    std::unique_ptr<WitnessLink> link;
    WitnessStatus status;
    int64_t retry_at_ms = 0;
    int64_t backoff_ms = 0;
    bool cosigned_empty = false;  // the empty tree, which has no round
    std::thread thread;
  };

  void RestorePublished();
  Result<void> Restore(const std::string& note);
  int64_t NowMs() const { return options_.clock->MonotonicMs(); }

  void Coordinate();
  Result<void> Publish(const Rounds::Head& head);
  void Published(const Rounds::Head& head, const Result<void>& done);
  int64_t NextLookMs() const;

  void Converse(size_t position);
  bool HasErrand(size_t position) const;
  void Take(size_t position, uint64_t round, uint64_t size,
            const WitnessAnswer& answer);
  void LearnTime();
  void Succeeded(Witness* witness);
  void Failed(Witness* witness, const std::string& why, int64_t retry_after_s);
  void Halt(const std::string& reason);

  const PublisherOptions options_;
  Log* log_ = nullptr;
  mutable std::mutex mutex_;
  // Guarded by it:
  Rounds rounds_;
  std::vector<Witness> witnesses_;
  std::string publish_trouble_;  // why nothing newer is published; else empty
  bool stirred_ = false;         // the coordinator has something to look at
  bool halted_ = false;          // nobody is asked any more
  bool stopping_ = false;
  std::condition_variable look_;    // for the coordinator
  std::condition_variable errand_;  // for the witnesses' threads
  std::thread coordinator_;
};

}  // namespace modlog

#endif  // MODLOG_API_WITNESSING_PUBLISHER_H_
