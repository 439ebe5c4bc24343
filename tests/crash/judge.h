#ifndef MODLOG_TESTS_CRASH_JUDGE_H_
#define MODLOG_TESTS_CRASH_JUDGE_H_

// Holds a log that came back to what the oracle knows. Every error is a broken
// promise, named; its code is never kUnavailable. Not thread-safe.

#include <span>
#include <string>
#include <vector>

#include "modlog/v1/log.grpc.pb.h"
#include "tests/crash/oracle.h"

namespace modlog {

class LogJudge {
 public:
  // `http` is HOST:PORT of the log's public side.
  LogJudge(v1::ModerationLog::Stub* stub, std::string http, Oracle* oracle)
      : stub_(stub), http_(std::move(http)), oracle_(oracle) {}

  // CheckServing: the log appends, and has grown to at least the largest
  // checkpoint ever seen. Takes its newest checkpoint as the one that the other
  // checks measure by.
  Result<void> CheckServing();

  // CheckExtends asks for a proof that the newest checkpoint extends each.
  Result<void> CheckExtends(std::span<const TreeHead> older);

  // CheckRetries sends `unanswered` twice: each must stand in the log once,
  // whether or not it did before; and some of `promises`, which must be found
  // where they were promised.
  Result<void> CheckRetries(std::span<const std::string> unanswered,
                            std::span<const Promise> promises);

  // CheckEntries reads the entry bundles from that of `first` to the end of the
  // tree: what was promised stands there with the same bytes. From 0 the whole
  // tree is built anew: the root of every checkpoint ever seen must be one that
  // it went through, and no action may stand in it twice.
  Result<void> CheckEntries(uint64_t first);

 private:
  struct Leaves;
  Result<void> Refresh();
  Result<Leaves> ReadLeaves(uint64_t first_bundle);
  Result<void> CheckRoots(const Leaves& leaves);
  Result<std::vector<v1::ItemResult>> Send(
      std::span<const std::string> actions);
  Result<std::vector<Promise>> Resend(std::span<const std::string> actions,
                                      bool must_stand);

  v1::ModerationLog::Stub* const stub_;
  const std::string http_;
  Oracle* const oracle_;
  TreeHead newest_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CRASH_JUDGE_H_
