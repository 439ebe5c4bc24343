#ifndef MODLOG_API_WITNESSING_WITNESS_LINK_H_
#define MODLOG_API_WITNESSING_WITNESS_LINK_H_

// One witness, as the log talks to it: remembers the size that it cosigned
// last, proves from there, and starts again from what the witness says where
// that is another. Used by one thread, but Abort by any.

#include <string>

#include "api/witnessing/witness_http.h"
#include "log/log.h"
#include "verifier/core/policy.h"

namespace modlog {

// Requests for one cosignature: the size may be told once or twice anew.
inline constexpr int kWitnessAttempts = 4;

struct WitnessAnswer {
  enum class Kind {
    kCosigned,      // `signature`, made at `time_s` by the witness's clock
    kHasSize,       // it has seen `size` entries, which the log has too
    kAhead,         // it has seen `size` entries, which is more
    kOtherHistory,  // what it has seen is not a prefix of this log
    kFailed,        // `why`; to be asked again, after `retry_after_s` if not 0
  };
  Kind kind = Kind::kFailed;
  NoteSignature signature = {};
  uint64_t time_s = 0;
  uint64_t size = 0;
  std::string why = {};
  int64_t retry_after_s = 0;
};

class WitnessLink {
 public:
  // `log` must outlive it.
  WitnessLink(PolicyWitness witness, Log* log)
      : witness_(std::move(witness)), log_(log) {}

  // Ask asks for a cosignature of a head that the log has signed; never
  // kHasSize. Of the empty tree: whoever has cosigned anything must answer with
  // its size, and a witness that cosigns says that it has not. What it shows to
  // readers tells neither: many show nothing, and 404 is their answer then.
  WitnessAnswer Ask(const SignedHead& head);

  void Abort() { http_.Abort(); }

 private:
  WitnessAnswer AskFrom(uint64_t old_size, const SignedHead& head);

  const PolicyWitness witness_;
  Log* const log_;
  WitnessHttp http_;
  uint64_t known_size_ = 0;  // 0: not known, or none
};

}  // namespace modlog

#endif  // MODLOG_API_WITNESSING_WITNESS_LINK_H_
