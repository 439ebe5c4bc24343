#ifndef MODLOG_API_WITNESSING_ROUNDS_H_
#define MODLOG_API_WITNESSING_ROUNDS_H_

// Which head the witnesses are asked to cosign, and what becomes the published
// one: the decisions of publication, without threads, clock or network.
//
// In a round all witnesses are asked for the same head, so that their
// cosignatures add up. A round is over once the quorum is reached, or once all
// have answered or failed, or after `give_up_ms`. The next one takes the newest
// signed head, at most one round in `interval_ms`; an unchanged head has its
// round again every `refresh_ms`, so that the time in the cosignatures shows
// that the log is alive. A head of size 0 has none.
//
// Holding back, only a head with a quorum is published. Failing open, a round
// that ends without one is published with what it has. What was published is
// never shown with less: of the same tree, a witness that has not cosigned in
// this round keeps its line of an earlier one.
//
// A witness without an address counts as one that has failed.
//
// Times are of a monotonic clock, in milliseconds. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "log/log.h"
#include "verifier/core/policy.h"

namespace modlog {

struct RoundSettings {
  int64_t interval_ms = 1'000;
  int64_t give_up_ms = 15'000;
  int64_t refresh_ms = 300'000;
  bool hold_back = true;
};

class Rounds {
 public:
  using Head = std::shared_ptr<const SignedHead>;

  // `policy` must outlive it.
  Rounds(const Policy* policy, RoundSettings settings);

  // The newest head that was signed.
  void Signed(Head head) { newest_ = std::move(head); }

  // The head to be cosigned now, null before the first round, and its number.
  const Head& target() const { return target_; }
  uint64_t round() const { return round_; }
  // Whether this witness has not cosigned the target yet.
  bool Asks(size_t witness) const {
    return target_ != nullptr && !votes_[witness].signature;
  }

  // What came of asking, in the round `round`; votes of another round are
  // ignored.
  void Cosigned(size_t witness, uint64_t round, NoteSignature signature);
  void Failed(size_t witness, uint64_t round);
  // The witness was heard to know no more than the log has; a cosignature says
  // so too.
  void Confirm(size_t witness);
  // Whether as many have confirmed as make the quorum or, failing open, each
  // has been asked once.
  bool Confirmed() const;

  // Advance returns the head to publish, if there is one, and begins the next
  // round where it is due. The same head comes again until Published is told.
  Head Advance(int64_t now_ms);
  // What is published now: a head of Advance, or one of an earlier start.
  void Published(Head head);
  // When Advance has to be called again though nothing happened.
  int64_t DueAt(int64_t now_ms) const;

 private:
  struct Vote {
    std::optional<NoteSignature> signature;
    bool failed = false;
  };

  using Line = std::optional<NoteSignature>;

  bool Quorum() const;
  bool AllAnswered() const;
  bool Over(int64_t now_ms) const;
  bool NextIsDue(int64_t now_ms) const;
  bool IsNews() const;
  Head Compose(int64_t now_ms) const;
  void Begin(int64_t now_ms);
  void ForgetVotes();

  const Policy* const policy_;
  const RoundSettings settings_;
  Head newest_;
  Head target_;
  uint64_t round_ = 0;
  int64_t began_ms_ = 0;
  std::vector<Vote> votes_;      // by witness
  Head published_;               // of any round
  std::vector<Line> lines_;      // by witness, of the published head
  std::vector<bool> confirmed_;  // by witness
  std::vector<bool> heard_;      // confirmed, or failed once
};

}  // namespace modlog

#endif  // MODLOG_API_WITNESSING_ROUNDS_H_
