#include "log/log.h"

#include <utility>

#include "log/log_reader.h"
#include "log/records/erasure.h"
#include "log/records/redaction.h"
#include "log/write/eraser.h"
#include "log/write/heads.h"
#include "log/write/log_time.h"
#include "log/write/recovery.h"
#include "log/write/sequencer.h"
#include "log/write/writer.h"

namespace modlog {

namespace {

// Of the store's meta: the time up to which entries may stay ahead of the
// clock.
constexpr std::string_view kStayUntil = "clock_stay_until";

// Puts the parts together and hands calls to them.
class RunningLog final : public Log {
 public:
  RunningLog(LogOptions options, std::unique_ptr<Store> store)
      : Log(options.key.verifier),
        clock_(options.clock != nullptr ? options.clock : SystemClock()),
        known_past_ms_(options.known_past_ms),
        clock_is_right_(options.clock_is_right),
        data_dir_(std::move(options.data_dir)),
        erasures_(options.erasures),
        predecessor_(std::move(options.predecessor)),
        first_(predecessor_ ? MakeSucceeds(*predecessor_) : std::string()),
        publish_at_once_(options.publishing.at_once),
        warn_(std::move(options.warn)),
        store_(std::move(store)),
        signer_(std::move(options.key), std::move(options.second_key)),
        state_(/*asks_witnesses=*/!publish_at_once_),
        heads_(store_.get(), std::move(options.publishing)) {}

  ~RunningLog() override {
    eraser_.reset();  // while its entries are still taken
    state_.Leave(LogState::kStopping, "the log is stopping");
    writer_.reset();
    heads_.publication().Close();
  }

  // Start is the second half of Open.
  Result<void> Start();

  void Append(AppendGroup group, AppendDone done) override;

  // A clock that is not believed keeps appends away, and nothing else.
  LogState state() const override {
    const LogState state = state_.state();
    return ClockTrouble(state).empty() ? state : LogState::kClock;
  }
  std::string state_reason() const override {
    std::string trouble = ClockTrouble(state_.state());
    return trouble.empty() ? state_.reason() : std::move(trouble);
  }
  ClockReport clock() const override {
    if (time_ != nullptr) return time_->Report();
    return {.wall_ms = clock_->WallMs()};
  }
  Result<ClockReport> AcceptClock(bool stay_at_newest) override;
  void LearnTime(int64_t others_ms) override {
    if (time_ != nullptr) time_->Learn(others_ms);
  }
  TreeHead committed_head() const override { return heads_.committed(); }
  std::shared_ptr<const SignedHead> signed_head() const override {
    return heads_.signed_head();
  }
  std::shared_ptr<const SignedHead> published_head() const override {
    return heads_.publication().head();
  }
  void Confirm() override;
  Result<void> PublishHead(std::shared_ptr<const SignedHead> head) override;
  void StopSigning(const std::string& reason) override {
    state_.Leave(LogState::kRolledBack, reason);
  }
  void WhenPublished(uint64_t size, int64_t until_ms,
                     PublishedDone done) override {
    heads_.publication().When(size, until_ms, std::move(done));
  }
  void ExpireWaits() override {
    heads_.publication().Expire(clock_->MonotonicMs());
  }
  void EndWaits() override { heads_.publication().Close(); }

  Result<std::string> ReadLeaf(uint64_t index) override {
    return heads_.Reader().ReadLeaf(index);
  }
  Result<std::string> ReadBundle(uint64_t index, uint32_t width) override {
    return heads_.Reader().ReadBundle(index, width);
  }
  Result<std::string> ReadTile(TileId id, uint32_t width) override {
    return heads_.Reader().ReadTile(id, width);
  }
  Result<KeptPayload> ReadPayload(uint64_t index) override {
    return Reader().ReadPayload(index);
  }
  Result<uint64_t> FindPuid(std::string_view platform,
                            std::string_view puid) override {
    if (index_ == nullptr) return Fail(Code::kUnavailable, state_reason());
    return Reader().FindPuid(platform, puid);
  }
  Result<EntryLife> ReadEntryLife(uint64_t index) override {
    return Reader().ReadEntryLife(index);
  }
  Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t index) override {
    return Reader().ReadEntrySeal(index);
  }
  Result<PlatformStatus> ReadPlatform(std::string_view platform) override {
    return Reader().ReadPlatform(platform);
  }
  Result<std::vector<std::string>> ReadPlatformsWithKeys() override {
    return Reader().ReadPlatformsWithKeys();
  }
  Result<std::optional<RedactedEntry>> ReadRedacted(uint64_t index) override {
    return Reader().ReadRedacted(index);
  }
  Result<std::vector<RedactedEntry>> ReadAllRedacted() override {
    return Reader().ReadAllRedacted();
  }
  Result<std::string> ReadTerm(const Hash& text_sha256) override {
    return Reader().ReadTerm(text_sha256);
  }
  Result<std::vector<Hash>> ProveInclusion(uint64_t index,
                                           uint64_t size) override {
    return heads_.Reader().ProveInclusion(index, size);
  }
  Result<std::vector<Hash>> ProveConsistency(uint64_t older_size,
                                             uint64_t newer_size) override {
    return heads_.Reader().ProveConsistency(older_size, newer_size);
  }

  void Erase(EraseOrder order, EraseDone done) override;
  void Redact(RedactOrder order, RedactDone done) override;
  void Freeze(const VerifierKey& successor, FreezeDone done) override;

 private:
  LogReader Reader() const {
    return {store_.get(), index_.get(), slots_.get(), &heads_};
  }
  std::string ClockTrouble(LogState state) const {
    if (state != LogState::kServing || time_ == nullptr) return {};
    return time_->Report().trouble;
  }
  void RollBack(const StoredHead& head, Edge edge, const StoredHead& mark);
  Result<void> StartTime(int64_t newest_ms);
  Result<void> StartSequencer(const StoredHead& head, Edge edge);
  void StartWriters();
  Result<void> ReadEnds();
  void BeginAsSuccessor();
  Result<void> CheckErasure(const EraseOrder& order) const;
  Result<void> CheckRedaction(const RedactOrder& order) const;

  Clock* const clock_;
  const int64_t known_past_ms_;
  const bool clock_is_right_;
  const std::string data_dir_;
  const ErasureSchedule erasures_;
  // A successor's first entry; empty for any other log.
  const std::optional<Predecessor> predecessor_;
  const std::string first_;
  const bool publish_at_once_;
  const std::function<void(const std::string&)> warn_;
  const std::unique_ptr<Store> store_;
  Signer signer_;
  StateOfLog state_;
  Heads heads_;
  std::unique_ptr<HighWater> high_water_;
  std::unique_ptr<PuidIndex> index_;
  std::unique_ptr<KeySlots> slots_;
  TermCache terms_;
  // Null where the log is rolled back: nothing is written then.
  std::unique_ptr<LogTime> time_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Eraser> eraser_;
};

// What is behind the high-water mark is opened for reading alone; anything else
// that does not fit ends the start, before the first signature.
Result<void> RunningLog::Start() {
  ASSIGN_OR_RETURN(Recovered recovered,
                   Recover(*store_, data_dir_, verifier_key()));
  high_water_ = std::move(recovered.high_water);
  ASSIGN_OR_RETURN(slots_, KeySlots::Open(data_dir_ + "/key-slots"));
  if (slots_->made() && recovered.head.tree.size > 0) {
    warn_("key-slots was missing and was made anew: what was kept beside the " +
          std::to_string(recovered.head.tree.size) +
          " entries can be read only if the old file comes back");
  }
  RETURN_IF_ERROR(terms_.Load(store_.get()));
  if (recovered.behind) {
    RollBack(recovered.head, std::move(recovered.edge), high_water_->mark());
    return {};
  }
  index_ = Shared(std::move(recovered.index));
  RETURN_IF_ERROR(StartTime(recovered.head.logged_at_ms));
  RETURN_IF_ERROR(StartSequencer(recovered.head, std::move(recovered.edge)));
  RETURN_IF_ERROR(ReadEnds());
  StartWriters();
  // Nobody else can append before this returns. Where witnesses are asked
  // first, the first entry waits until they know of no other (Confirm).
  if (publish_at_once_ && !first_.empty() && committed_head().size == 0) {
    if (auto begun = writer_->AppendFirst(first_); !begun) {
      return Prefixed("the first entry cannot be written", begun.error());
    }
  }
  return {};
}

Result<void> RunningLog::StartSequencer(const StoredHead& head, Edge edge) {
  sequencer_ = std::make_unique<Sequencer>(
      SequencerParts{store_.get(), index_.get(), high_water_.get(), &signer_,
                     slots_.get(), &terms_, time_.get(), &state_, &heads_},
      head, std::move(edge));
  RETURN_IF_ERROR(sequencer_->Start());
  if (publish_at_once_) return sequencer_->SignRest();
  if (signed_head()->tree.size > 0) return {};
  return heads_.publication().Publish(signed_head());
}

void RunningLog::StartWriters() {
  writer_ = std::make_unique<Writer>(
      WriterParts{verifier_key().name, store_.get(), &terms_, clock_,
                  time_.get(), &state_, &heads_, sequencer_.get()});
  eraser_ = std::make_unique<Eraser>(
      EraserParts{store_.get(), slots_.get(), time_.get(), &heads_,
                  writer_.get(), erasures_, warn_});
}

Result<void> RunningLog::StartTime(int64_t newest_ms) {
  LogTimeOptions options{.clock = clock_,
                         .newest_ms = newest_ms,
                         .known_past_ms = known_past_ms_,
                         .clock_is_right = clock_is_right_};
  const auto kept = store_->ReadMeta(kStayUntil);
  if (!kept && kept.error().code != Code::kNotFound) {
    return std::unexpected(kept.error());
  }
  if (kept) {
    options.stay_until_ms =
        static_cast<int64_t>(ParseDecimal(*kept).value_or(0));
  }
  time_ = std::make_unique<LogTime>(options);
  return {};
}

Result<ClockReport> RunningLog::AcceptClock(bool stay_at_newest) {
  if (time_ == nullptr) return Fail(Code::kUnavailable, state_reason());
  ASSIGN_OR_RETURN(const int64_t until_ms, time_->Accept(stay_at_newest));
  if (until_ms > 0) {
    RETURN_IF_ERROR(store_->WriteMeta(kStayUntil, std::to_string(until_ms)));
  }
  return time_->Report();
}

// What the ends of the log say: whether it goes on, and for whom it does.
Result<void> RunningLog::ReadEnds() {
  const Prover reader = heads_.Reader();
  if (reader.size() == 0) return {};
  ASSIGN_OR_RETURN(const std::string last, reader.ReadSlot(reader.size() - 1));
  ASSIGN_OR_RETURN(const auto successor, ReadSuccessor(last));
  state_.Ended(successor.value_or(""));
  if (!predecessor_) return {};
  ASSIGN_OR_RETURN(const std::string first, reader.ReadSlot(0));
  return CheckFirstEntry(first, *predecessor_);
}

// Behind the high-water mark: what is here can be read, but a signature would
// be the second history of a log that had gone further.
void RunningLog::RollBack(const StoredHead& head, Edge edge,
                          const StoredHead& mark) {
  auto unsigned_head = std::make_shared<SignedHead>();
  unsigned_head->tree = head.tree;
  static_cast<void>(heads_.publication().Publish(unsigned_head));
  heads_.Adopt(
      {std::move(unsigned_head), std::make_shared<const Edge>(std::move(edge))},
      head.tree);
  state_.Leave(
      LogState::kRolledBack,
      "the store holds " + std::to_string(head.tree.size) + " entries, but " +
          std::to_string(mark.tree.size) +
          " were signed: nothing is appended or signed any more; bring back "
          "the newer data or start a successor log");
}

void RunningLog::Append(AppendGroup group, AppendDone done) {
  if (writer_ != nullptr) {
    return writer_->Append(std::move(group), std::move(done));
  }
  done(Fail(Code::kUnavailable, state_reason()));  // rolled back
}

void RunningLog::Confirm() {
  switch (state_.Confirm()) {
    case StateOfLog::Confirmed::kNothing:
      return;
    case StateOfLog::Confirmed::kFirstEntry:
      return BeginAsSuccessor();
    case StateOfLog::Confirmed::kSignRest:
      break;
  }
  // The sequencer's thread has nothing to do before Serve or BeginAsSuccessor.
  auto ready = sequencer_->SignRest();
  if (ready) ready = ReadEnds();
  if (!ready) {
    return state_.Leave(LogState::kPoisoned, ready.error().message);
  }
  if (!first_.empty() && signed_head()->tree.size == 0) {
    BeginAsSuccessor();
  } else {
    state_.Serve();
  }
}

// The witnesses know of no entry: the first one is written, and then the log is
// open to others. Where the clock is not believed, the next Confirm tries again.
void RunningLog::BeginAsSuccessor() {
  writer_->AppendFirst(first_, [this](const Result<uint64_t>& index) {
    if (index) return state_.Serve();
    if (index.error().code != Code::kClock) {
      return state_.Leave(LogState::kPoisoned, index.error().message);
    }
    state_.FirstEntryWaits(index.error().message);
  });
}

Result<void> RunningLog::PublishHead(std::shared_ptr<const SignedHead> head) {
  ASSIGN_OR_RETURN(const Hash root, heads_.Reader().RootAt(head->tree.size));
  if (root != head->tree.root) {
    return Fail(Code::kConflict, "the root of size " +
                                     std::to_string(head->tree.size) +
                                     " is not the log's");
  }
  return heads_.publication().Publish(std::move(head));
}

Result<void> RunningLog::CheckErasure(const EraseOrder& order) const {
  RETURN_IF_ERROR(state_.CheckTakes());
  const Prover reader = heads_.Reader();
  return CheckOrder(order, [&reader](uint64_t index) {
    return ReadStoredAction(reader, index);
  });
}

void RunningLog::Erase(EraseOrder order, EraseDone done) {
  if (auto fit = CheckErasure(order); !fit) {
    return done(std::unexpected(fit.error()));
  }
  eraser_->Erase(std::move(order), std::move(done));
}

// Of an entry that is redacted already nothing is left to check.
Result<void> RunningLog::CheckRedaction(const RedactOrder& order) const {
  RETURN_IF_ERROR(state_.CheckTakes());
  ASSIGN_OR_RETURN(const std::string leaf,
                   heads_.Reader().ReadSlot(order.index));
  return leaf.empty() ? Result<void>() : CheckOrder(order, leaf);
}

void RunningLog::Redact(RedactOrder order, RedactDone done) {
  if (auto fit = CheckRedaction(order); !fit) {
    return done(std::unexpected(fit.error()));
  }
  eraser_->Redact(std::move(order), std::move(done));
}

void RunningLog::Freeze(const VerifierKey& successor, FreezeDone done) {
  const auto known = state_.HasEndedFor(FormatVerifierKey(successor));
  if (!known) return done(std::unexpected(known.error()));
  if (*known) return done(signed_head()->tree.size - 1);
  if (successor.name == verifier_key().name ||
      successor.type != SignatureType::kEd25519) {
    return done(Fail(Code::kMalformed,
                     "a successor has an Ed25519 key of another origin"));
  }
  if (auto fit = state_.CheckTakes(); !fit) {
    return done(std::unexpected(fit.error()));
  }
  state_.BeginEnd();
  eraser_->End(successor,
               [this, done = std::move(done)](Result<uint64_t> index) mutable {
                 if (!index) state_.CancelEnd();
                 done(std::move(index));
               });
}

}  // namespace

Result<std::unique_ptr<Log>> Log::Open(LogOptions options,
                                       std::unique_ptr<Store> store) {
  auto log = std::make_unique<RunningLog>(std::move(options), std::move(store));
  RETURN_IF_ERROR(log->Start());
  return log;
}

}  // namespace modlog
