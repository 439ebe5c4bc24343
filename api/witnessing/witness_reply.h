#ifndef MODLOG_API_WITNESSING_WITNESS_REPLY_H_
#define MODLOG_API_WITNESSING_WITNESS_REPLY_H_

// What a log says to a witness and what the answer means, without the network:
// https://c2sp.org/tlog-witness, "add-checkpoint".
//
// Witnesses in use depart from the page in many small ways; what an answer may
// lack is tolerated, what it claims is checked: a cosignature counts only once
// it has been verified, and whatever is not understood is a failure that may
// pass. Limits: kWitnessAnswerMax bytes. Pure functions, thread-safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "verifier/core/merkle.h"
#include "verifier/core/note.h"

namespace modlog {

// A hundred signature lines, of which the longest kind has 3.3 kB.
inline constexpr size_t kWitnessAnswerMax = 512 << 10;

// FormatAddCheckpoint returns the body of the request. `proof` leads from
// `old_size` to the checkpoint's size; empty from 0. The checkpoint should bear
// the log's own signatures only: some witnesses take 10 kB.
std::string FormatAddCheckpoint(uint64_t old_size, std::span<const Hash> proof,
                                std::string_view checkpoint);

struct HttpAnswer {
  int status = 0;
  std::string body = {};
  std::optional<int64_t> retry_after_s = {};
};

struct WitnessReply {
  enum class Kind {
    kCosigned,      // `signature`, verified, made at `time_s`
    kHasSize,       // the size that it cosigned last is `size`
    kOtherHistory,  // what it cosigned before is not a prefix of this tree
    kRefused,       // `why`; may pass
  };
  Kind kind = Kind::kRefused;
  NoteSignature signature = {};
  uint64_t time_s = 0;
  uint64_t size = 0;
  std::string why = {};  // for a person
  int64_t retry_after_s = 0;
};

// ReadAddCheckpoint judges the answer to a request that started from
// `old_size`. `text` is the checkpoint's text, `key` the witness's.
WitnessReply ReadAddCheckpoint(const HttpAnswer& answer, uint64_t old_size,
                               std::string_view text, const VerifierKey& key);

}  // namespace modlog

#endif  // MODLOG_API_WITNESSING_WITNESS_REPLY_H_
