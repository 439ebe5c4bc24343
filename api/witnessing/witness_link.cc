#include "api/witnessing/witness_link.h"

#include <fmt/format.h>

namespace modlog {
namespace {

using Kind = WitnessAnswer::Kind;

WitnessAnswer Failed(std::string why, int64_t retry_after_s = 0) {
  return {.kind = Kind::kFailed,
          .why = std::move(why),
          .retry_after_s = retry_after_s};
}

}  // namespace

WitnessAnswer WitnessLink::Ask(const SignedHead& head) {
  WitnessAnswer answer;
  for (int attempt = 0; attempt < kWitnessAttempts; ++attempt) {
    const uint64_t from = known_size_;
    answer = AskFrom(from, head);
    if (answer.kind == Kind::kCosigned) known_size_ = head.tree.size;
    if (answer.kind != Kind::kHasSize) return answer;
    known_size_ = answer.size;
    if (answer.size == from) {
      return Failed(
          fmt::format("says that it has size {}, from which it was "
                      "asked to go on",
                      from));
    }
    // It cosigned a newer head of ours already; the next round has a newer one.
    if (answer.size > head.tree.size) {
      return Failed(fmt::format("has cosigned size {} already", answer.size));
    }
  }
  return Failed("says another size each time that it is asked");
}

WitnessAnswer WitnessLink::AskFrom(uint64_t old_size, const SignedHead& head) {
  std::vector<Hash> proof;
  if (old_size > 0) {
    auto proved = log_->ProveConsistency(old_size, head.tree.size);
    if (!proved.has_value()) return Failed(proved.error().message);
    proof = *std::move(proved);
  }
  const auto answer =
      http_.Post(JoinUrl(witness_.url, "add-checkpoint"),
                 FormatAddCheckpoint(old_size, proof, head.checkpoint));
  if (!answer.has_value()) return Failed(answer.error().message);
  // The text ends where the blank line and the signatures begin.
  const std::string_view text =
      std::string_view(head.checkpoint)
          .substr(0, head.checkpoint.find("\n\n") + 1);
  WitnessReply reply = ReadAddCheckpoint(*answer, old_size, text, witness_.key);
  switch (reply.kind) {
    case WitnessReply::Kind::kCosigned:
      return {.kind = Kind::kCosigned,
              .signature = std::move(reply.signature),
              .time_s = reply.time_s};
    case WitnessReply::Kind::kHasSize:
      // Held against what is signed now: it may have grown since.
      return {.kind = reply.size > log_->signed_head()->tree.size
                          ? Kind::kAhead
                          : Kind::kHasSize,
              .size = reply.size};
    case WitnessReply::Kind::kOtherHistory:
      return {.kind = Kind::kOtherHistory, .size = old_size};
    case WitnessReply::Kind::kRefused:
      break;
  }
  return Failed(std::move(reply.why), reply.retry_after_s);
}

}  // namespace modlog
