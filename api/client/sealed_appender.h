#ifndef MODLOG_API_CLIENT_SEALED_APPENDER_H_
#define MODLOG_API_CLIENT_SEALED_APPENDER_H_

// Appends one platform's actions in batches that the platform signs: behind
// each stands its seal (verifier/core/seal.h), so that nobody, not the log's
// operator either, can add to the platform's record or take from it unseen.
//
// One batch is on its way at a time, because a seal names the one before it.
//
//   * No answer: the same batch with the same seal again. The log answers for
//     a seal that stands as it did the first time, so nothing stands twice.
//   * An item is refused, or stands with other bytes: it is answered so, and
//     the rest gets a new seal.
//   * Items that stand already, from an earlier run or another client: they are
//     recalled, and the rest gets a new seal. A seal covers new items only.
//   * Another client of the platform was faster: the log says what the next
//     seal has to say.
//
// So whoever died on the way starts anew, from its own record: nothing is kept
// on disk but the key. What stood is recognised by puid, and the log says how
// far the seals go.
//
// Everything happens in Add, Flush and Finish, on the caller's thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "api/client/appender.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "verifier/core/note.h"

namespace modlog {

struct SealedAppenderOptions {
  size_t batch_items = 1'024;    // 1..4,096, under one seal
  size_t batch_bytes = 1 << 20;  // with payloads; one item may exceed it
  bool with_proofs = false;
  // How long a batch may stay without an answer, or without its turn among
  // several clients, before that is an error.
  std::chrono::milliseconds retry_for = std::chrono::seconds(60);
  // Called before a batch goes, the first time; an error keeps it here.
  std::function<Result<void>()> before_send = {};
};

class SealedAppender : public Appender {
 public:
  // Open asks the log for the number of the key, which names its platform, and
  // for what the next seal says. kNotFound where the platform has not
  // registered the key, kUntrusted where it was revoked. `client` must outlive
  // the appender.
  static Result<std::unique_ptr<SealedAppender>> Open(
      Client* client, SignerKey key, SealedAppenderOptions options,
      OnAnswers on_answers);

  Result<void> Add(AppendItem item) override;
  Result<void> Flush() override;
  Result<void> Finish() override { return Flush(); }
  uint64_t unanswered() const override { return items_.size(); }

  const std::string& platform() const { return key_.verifier.name; }
  // Seals that stand because of this appender.
  uint64_t seals() const { return seals_; }

 private:
  // What the next seal says of those before it.
  struct Chain {
    uint64_t before = 0;
    std::optional<Hash> previous = {};
    friend bool operator==(const Chain&, const Chain&) = default;
  };
  struct Reply {
    std::optional<RpcFailure> failure;  // else:
    v1::AppendBatchResponse response;
    bool again = false;  // an attempt before may have been the one that did it
  };
  using Time = std::chrono::steady_clock::time_point;

  SealedAppender(Client* client, SignerKey key, SealedAppenderOptions options,
                 OnAnswers on_answers);

  Result<void> Start();
  Result<void> Settle(std::vector<CheckedItem>* answers);
  std::string SealOver(const std::vector<size_t>& open) const;
  v1::AppendBatchRequest RequestFor(const std::vector<size_t>& positions) const;
  Result<Reply> Call(const v1::AppendBatchRequest& request, Time since);
  void Pause(const RpcFailure& failure, int retries);
  Result<void> Take(const Reply& reply, const std::string& seal,
                    const std::vector<size_t>& open,
                    std::vector<CheckedItem>* answers);
  Result<void> Narrow(const RpcFailure& failure, Time since,
                      std::vector<size_t>* open,
                      std::vector<CheckedItem>* answers);
  Result<void> AnswerRefused(const RpcFailure& failure,
                             std::vector<size_t>* open,
                             std::vector<CheckedItem>* answers) const;
  Result<void> AnswerConflict(const RpcFailure& failure,
                              std::vector<size_t>* open,
                              std::vector<CheckedItem>* answers) const;
  Result<void> Rebuild(const RpcFailure& failure, Time since,
                       std::vector<size_t>* open,
                       std::vector<CheckedItem>* answers);
  Result<void> Recall(const std::vector<size_t>& known, Time since,
                      std::vector<CheckedItem>* answers);

  Client* const client_;
  const SignerKey key_;
  const SealedAppenderOptions options_;
  const OnAnswers on_answers_;
  uint32_t number_ = 0;  // of the key
  Chain chain_;
  HeadCheck head_check_;
  std::minstd_rand jitter_{std::random_device{}()};
  std::vector<AppendItem> items_;
  // Of items_: one that comes again waits for the next batch, or the log would
  // call it known while nothing of the batch stands.
  std::set<std::string> puids_;
  size_t bytes_ = 0;
  uint64_t seals_ = 0;
  std::optional<Error> broken_;
};

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_SEALED_APPENDER_H_
