#include "api/witnessing/publisher.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "verifier/base/durable_file.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/merkle.h"

namespace modlog {
namespace {

constexpr int64_t kTickMs = 1'000;
constexpr mode_t kPublicFile = 0644;
constexpr uint64_t kTimeMaxS = uint64_t{1} << 40;  // beyond every year

bool HasAddress(const PolicyWitness& witness) { return !witness.url.empty(); }

// Whether the log's tree has this older one in it.
bool HoldsAll(const TreeHead& older, const TreeHead& now, Log& log) {
  const auto proof = log.ProveConsistency(older.size, now.size);
  return proof.has_value() && CheckConsistency(older, now, *proof).has_value();
}

}  // namespace

Result<void> CheckWitnesses(const Policy& policy) {
  if (policy.witnesses.size() > kWitnessesMax) {
    return Fail(Code::kTooLarge,
                fmt::format("names {} witnesses, want up to {}",
                            policy.witnesses.size(), kWitnessesMax));
  }
  std::vector<bool> reachable;
  for (const PolicyWitness& witness : policy.witnesses) {
    const std::string& url = witness.url;
    if (!url.empty() && !url.starts_with("http://") &&
        !url.starts_with("https://")) {
      return Fail(Code::kMalformed,
                  fmt::format("witness {}: its address must begin with "
                              "https:// or http://",
                              witness.name));
    }
    reachable.push_back(HasAddress(witness));
  }
  if (!QuorumReached(policy, reachable)) {
    return Fail(
        Code::kMalformed,
        "the witnesses with an address are fewer than the quorum needs: "
        "write \"witness NAME VKEY URL\" for each that is to be asked");
  }
  return {};
}

Result<void> ForgetPublished(const std::string& path, Log& log) {
  ASSIGN_OR_RETURN(const auto note, ReadSmallFile(path, kNoteSizeMax));
  if (!note.has_value() || log.state() == LogState::kRolledBack) return {};
  Policy policy;
  policy.logs = {{.key = log.verifier_key(), .url = ""}};
  const auto trusted = OpenCheckpoint(*note, policy);
  if (trusted.has_value()) {
    const TreeHead& published = trusted->checkpoint.tree;
    const TreeHead now = log.signed_head()->tree;
    if (published.size > 0 && !HoldsAll(published, now, log)) {
      return Fail(Code::kConflict,
                  fmt::format("{} holds a checkpoint of {} entries that this "
                              "log, of {}, does not have: bring the newer data "
                              "back",
                              path, published.size, now.size));
    }
  }
  if (::unlink(path.c_str()) != 0) return SystemError("remove", path);
  return SyncDirectory(ParentOf(path));
}

Publisher::Publisher(PublisherOptions options)
    : options_(std::move(options)),
      rounds_(&options_.policy, options_.rounds) {}

Publisher::~Publisher() { Stop(); }

void Publisher::OnSigned() {
  const std::lock_guard lock(mutex_);
  stirred_ = true;
  look_.notify_one();
}

void Publisher::Start(Log* log) {
  log_ = log;
  RestorePublished();
  const std::lock_guard lock(mutex_);
  halted_ = log_->state() == LogState::kRolledBack;
  witnesses_.resize(options_.policy.witnesses.size());
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    const PolicyWitness& known = options_.policy.witnesses[i];
    witnesses_[i].link = std::make_unique<WitnessLink>(known, log_);
    witnesses_[i].status.name = known.name;
    witnesses_[i].status.vkey = FormatVerifierKey(known.key);
    witnesses_[i].status.url = known.url;
  }
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    if (!HasAddress(options_.policy.witnesses[i])) {
      witnesses_[i].status.trouble = "has no address in the policy";
      continue;
    }
    witnesses_[i].thread = std::thread([this, i] { Converse(i); });
  }
  coordinator_ = std::thread([this] { Coordinate(); });
}

void Publisher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Witness& witness : witnesses_) witness.link->Abort();
    look_.notify_all();
    errand_.notify_all();
  }
  if (coordinator_.joinable()) coordinator_.join();
  for (Witness& witness : witnesses_) {
    if (witness.thread.joinable()) witness.thread.join();
  }
}

std::vector<WitnessStatus> Publisher::Statuses() const {
  const std::lock_guard lock(mutex_);
  std::vector<WitnessStatus> statuses;
  for (const Witness& witness : witnesses_) statuses.push_back(witness.status);
  return statuses;
}

// --- what was published before ---

void Publisher::RestorePublished() {
  const auto note = ReadSmallFile(options_.path, kNoteSizeMax);
  if (!note.has_value()) {
    return options_.warn(note.error().message + "; it is made anew");
  }
  if (!note->has_value()) return;
  const auto restored = Restore(**note);
  if (restored.has_value()) return;
  if (restored.error().code == Code::kConflict ||
      restored.error().code == Code::kOutOfRange) {
    return Halt("the checkpoint that was published last: " +
                restored.error().message);
  }
  options_.warn(options_.path + ": " + restored.error().message +
                "; it is made anew");
}

Result<void> Publisher::Restore(const std::string& note) {
  ASSIGN_OR_RETURN(const TrustedCheckpoint trusted,
                   OpenCheckpoint(note, options_.policy));
  if (trusted.checkpoint.origin != log_->verifier_key().name) {
    return modlog::Fail(Code::kMalformed, "is of another log");
  }
  auto head = std::make_shared<SignedHead>();
  head->tree = trusted.checkpoint.tree;
  head->checkpoint = note;
  head->witnessed = trusted.quorum && !options_.policy.quorum_none;
  RETURN_IF_ERROR(log_->PublishHead(head));
  const std::lock_guard lock(mutex_);
  rounds_.Published(std::move(head));
  return {};
}

// --- one thread decides ---

void Publisher::Coordinate() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    stirred_ = false;
    rounds_.Signed(log_->signed_head());
    const uint64_t before = rounds_.round();
    const Rounds::Head head = halted_ ? nullptr : rounds_.Advance(NowMs());
    if (rounds_.round() != before) errand_.notify_all();
    const bool confirmed = rounds_.Confirmed() && !halted_;
    lock.unlock();
    Result<void> done;
    if (head != nullptr) done = Publish(head);
    if (confirmed) log_->Confirm();
    log_->ExpireWaits();
    lock.lock();
    if (head != nullptr) Published(head, done);
    look_.wait_for(lock, std::chrono::milliseconds(NextLookMs()),
                   [this] { return stirred_ || stopping_; });
  }
}

Result<void> Publisher::Publish(const Rounds::Head& head) {
  RETURN_IF_ERROR(
      WriteFileDurably(options_.path, head->checkpoint, kPublicFile));
  return log_->PublishHead(head);
}

// What could not be published is composed again at the next look.
void Publisher::Published(const Rounds::Head& head, const Result<void>& done) {
  if (done.has_value()) rounds_.Published(head);
  const std::string trouble = done.has_value() ? "" : done.error().message;
  if (!trouble.empty() && trouble != publish_trouble_) {
    options_.warn("nothing newer is published: " + trouble);
  }
  publish_trouble_ = trouble;
}

// Whoever waits for publication is told after a time that it does not come.
int64_t Publisher::NextLookMs() const {
  const int64_t now_ms = NowMs();
  const int64_t due_ms = std::max(rounds_.DueAt(now_ms) - now_ms, int64_t{1});
  const bool behind =
      !publish_trouble_.empty() ||
      log_->published_head()->tree.size < log_->signed_head()->tree.size;
  return behind ? std::min(due_ms, kTickMs) : due_ms;
}

// --- one thread a witness asks ---

bool Publisher::HasErrand(size_t position) const {
  if (halted_) return false;
  const Witness& witness = witnesses_[position];
  if (rounds_.target() != nullptr) return rounds_.Asks(position);
  return !witness.cosigned_empty && log_->signed_head()->tree.size == 0;
}

void Publisher::Converse(size_t position) {
  Witness& witness = witnesses_[position];
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const int64_t wait_ms = witness.retry_at_ms - NowMs();
    if (!HasErrand(position)) {
      errand_.wait(lock);
      continue;
    }
    if (wait_ms > 0) {
      errand_.wait_for(lock, std::chrono::milliseconds(wait_ms));
      continue;
    }
    const Rounds::Head head =
        rounds_.target() != nullptr ? rounds_.target() : log_->signed_head();
    const uint64_t round = rounds_.round();
    lock.unlock();
    const int64_t asked_ms = NowMs();
    const WitnessAnswer answer = witness.link->Ask(*head);
    lock.lock();
    if (stopping_) return;
    witness.status.answer_ms = NowMs() - asked_ms;
    Take(position, round, head->tree.size, answer);
    stirred_ = true;
    look_.notify_one();
  }
}

void Publisher::Take(size_t position, uint64_t round, uint64_t size,
                     const WitnessAnswer& answer) {
  Witness& witness = witnesses_[position];
  switch (answer.kind) {
    case WitnessAnswer::Kind::kCosigned:
      rounds_.Cosigned(position, round, answer.signature);
      witness.cosigned_empty = true;
      witness.status.size = size;
      witness.status.cosigned_at = answer.time_s;
      LearnTime();
      ++witness.status.cosignatures;
      return Succeeded(&witness);
    case WitnessAnswer::Kind::kAhead:
      witness.status.trouble = fmt::format("has seen {} entries", answer.size);
      return Halt(fmt::format(
          "witness {} has seen {} entries of this log, which has {}: nothing "
          "is signed any more; bring the newer data back or start a successor "
          "log",
          witness.status.name, answer.size, log_->signed_head()->tree.size));
    case WitnessAnswer::Kind::kOtherHistory:
      witness.status.trouble = "has seen another history of this log";
      return Halt(fmt::format(
          "witness {} has seen another history of this log, of {} entries, "
          "than the one here: nothing is signed any more; find out who else "
          "signs with this key",
          witness.status.name, answer.size));
    case WitnessAnswer::Kind::kHasSize:  // the link went on from there in vain
    case WitnessAnswer::Kind::kFailed:
      rounds_.Failed(position, round);
      return Failed(&witness, answer.why, answer.retry_after_s);
  }
}

// The time that half of those who have cosigned, or more, say has passed: one
// that lies about it moves nothing by itself.
void Publisher::LearnTime() {
  std::vector<uint64_t> times;
  for (const Witness& witness : witnesses_) {
    const uint64_t time_s = witness.status.cosigned_at;
    if (time_s > 0) times.push_back(time_s);
  }
  if (times.empty()) return;
  std::ranges::sort(times, std::greater());
  const uint64_t passed_s = std::min(times[times.size() / 2], kTimeMaxS);
  log_->LearnTime(static_cast<int64_t>(passed_s) * 1'000);
}

void Publisher::Succeeded(Witness* witness) {
  if (!witness->status.trouble.empty()) {
    options_.inform(
        fmt::format("witness {} answers again", witness->status.name));
  }
  witness->status.trouble.clear();
  witness->backoff_ms = 0;
  witness->retry_at_ms = 0;
}

void Publisher::Failed(Witness* witness, const std::string& why,
                       int64_t retry_after_s) {
  ++witness->status.failures;
  witness->backoff_ms = std::clamp(2 * witness->backoff_ms, kWitnessRetryMsMin,
                                   kWitnessRetryMsMax);
  // Capped before it is multiplied: a witness may name any number.
  const int64_t asked_ms =
      std::min(retry_after_s, kWitnessRetryMsMax / 1'000) * 1'000;
  witness->retry_at_ms = NowMs() + std::max(witness->backoff_ms, asked_ms);
  if (witness->status.trouble == why) return;
  witness->status.trouble = why;
  options_.warn(fmt::format("witness {}: {}", witness->status.name, why));
}

void Publisher::Halt(const std::string& reason) {
  halted_ = true;
  log_->StopSigning(reason);
}

}  // namespace modlog
