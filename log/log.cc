#include "log/log.h"

#include <algorithm>
#include <future>
#include <thread>

#include "log/payload/eraser.h"
#include "log/payload/key_slots.h"
#include "log/payload/payload_reader.h"
#include "log/records/erasure.h"
#include "log/records/platform_keys.h"
#include "log/records/redaction.h"
#include "log/records/seals.h"
#include "log/records/succession.h"
#include "log/write/admission.h"
#include "log/write/log_time.h"
#include "log/write/publication.h"
#include "log/write/recovery.h"
#include "log/write/sequencer.h"
#include "verifier/base/mutex.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

constexpr char kUnconfirmedReason[] =
    "the witnesses have not said yet how much of this log they have seen; "
    "nothing is appended until a quorum has";

// Of the store's meta: the time up to which entries may stay ahead of the
// clock.
constexpr std::string_view kStayUntil = "clock_stay_until";

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
        on_signed_(std::move(options.publishing.on_signed)),
        warn_(std::move(options.warn)),
        store_(std::move(store)),
        signer_(std::move(options.key), std::move(options.second_key)),
        begun_(publish_at_once_),
        state_(publish_at_once_ ? LogState::kServing : LogState::kUnconfirmed),
        reason_(publish_at_once_ ? "" : kUnconfirmedReason) {}

  ~RunningLog() override {
    eraser_.reset();  // while its entries are still taken
    Leave(LogState::kStopping, "the log is stopping");
    queue_.Close();
    if (thread_.joinable()) thread_.join();
    publication_.Close();
  }

  // Start is the second half of Open.
  Result<void> Start();

  void Append(AppendGroup group, AppendDone done) override;

  LogState state() const override {
    MutexLock lock(&mutex_);
    if (IsFrozen()) return LogState::kFrozen;
    return ClockTrouble().empty() ? state_ : LogState::kClock;
  }
  std::string state_reason() const override {
    MutexLock lock(&mutex_);
    if (IsFrozen()) return FrozenReason();
    std::string trouble = ClockTrouble();
    return trouble.empty() ? reason_ : std::move(trouble);
  }
  ClockReport clock() const override {
    if (time_ != nullptr) return time_->Report();
    return {.wall_ms = clock_->WallMs()};
  }
  Result<ClockReport> AcceptClock(bool stay_at_newest) override;
  void LearnTime(int64_t others_ms) override {
    if (time_ != nullptr) time_->Learn(others_ms);
  }
  TreeHead committed_head() const override {
    MutexLock lock(&mutex_);
    return committed_;
  }
  std::shared_ptr<const SignedHead> signed_head() const override {
    MutexLock lock(&mutex_);
    return view_.head;
  }
  std::shared_ptr<const SignedHead> published_head() const override {
    return publication_.head();
  }
  void Confirm() override;
  Result<void> PublishHead(std::shared_ptr<const SignedHead> head) override;
  void StopSigning(const std::string& reason) override {
    Leave(LogState::kRolledBack, reason);
  }
  void WhenPublished(uint64_t size, int64_t until_ms,
                     PublishedDone done) override {
    publication_.When(size, until_ms, std::move(done));
  }
  void ExpireWaits() override { publication_.Expire(clock_->MonotonicMs()); }
  void EndWaits() override { publication_.Close(); }

  Result<std::string> ReadLeaf(uint64_t index) override {
    return Reader().ReadLeaf(index);
  }
  Result<std::string> ReadBundle(uint64_t index, uint32_t width) override {
    return Reader().ReadBundle(index, width);
  }
  Result<std::string> ReadTile(TileId id, uint32_t width) override {
    return Reader().ReadTile(id, width);
  }
  Result<KeptPayload> ReadPayload(uint64_t index) override {
    return PayloadReader(store_.get(), slots_.get()).Read(Reader(), index);
  }
  Result<uint64_t> FindPuid(std::string_view platform,
                            std::string_view puid) override;
  Result<EntryLife> ReadEntryLife(uint64_t index) override;
  Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t index) override;
  Result<PlatformStatus> ReadPlatform(std::string_view platform) override;
  Result<std::vector<std::string>> ReadPlatformsWithKeys() override {
    return modlog::ReadPlatformsWithKeys(RowsView(store_.get()));
  }
  void Erase(EraseOrder order, EraseDone done) override;
  void Redact(RedactOrder order, RedactDone done) override;
  void Freeze(const VerifierKey& successor, FreezeDone done) override;
  Result<std::optional<RedactedEntry>> ReadRedacted(uint64_t index) override;
  Result<std::vector<RedactedEntry>> ReadAllRedacted() override;
  Result<std::string> ReadTerm(const Hash& text_sha256) override {
    return ReadTermText(*store_, text_sha256);
  }
  Result<std::vector<Hash>> ProveInclusion(uint64_t index,
                                           uint64_t size) override {
    return Reader().ProveInclusion(index, size);
  }
  Result<std::vector<Hash>> ProveConsistency(uint64_t older_size,
                                             uint64_t newer_size) override {
    return Reader().ProveConsistency(older_size, newer_size);
  }

 private:
  Prover Reader() const {
    MutexLock lock(&mutex_);
    return Prover(store_.get(), view_.edge);
  }
  void Adopt(SignedView view);
  void Leave(LogState state, const std::string& reason);
  void RollBack(const StoredHead& head, Edge edge, const StoredHead& mark);
  // Nothing new is signed before the witnesses have answered, nor once the log
  // has left for good (I4).
  bool MaySign() const {
    MutexLock lock(&mutex_);
    return begun_ && state_ != LogState::kRolledBack &&
           state_ != LogState::kPoisoned;
  }
  void Run();
  void RefuseAll(std::vector<PendingGroup> groups) const;
  void StartEraser();
  Result<void> StartTime(int64_t newest_ms);
  Result<void> CheckOrder(const EraseOrder& order);
  Result<void> CheckOrder(const RedactOrder& order);
  Result<uint64_t> AppendOwn(const std::string& action, bool anyhow = false);
  Result<uint64_t> AppendWhileServing(const std::string& action);
  void Enqueue(AppendGroup group, AppendDone done);
  Result<void> CheckTakes() const;
  Result<void> ReadEnds();
  void BeginAsSuccessor();
  void Serve();
  std::optional<Result<uint64_t>> KnownEnd(const std::string& successor) const;
  Result<uint64_t> AppendLast(const VerifierKey& successor);
  bool HasEnded() const {
    MutexLock lock(&mutex_);
    return !successor_.empty();
  }
  Result<void> Sequence(std::vector<PendingGroup> groups);
  Result<StoredAction> ReadStored(uint64_t index) const {
    return ReadStoredAction(Reader(), index);
  }
  Result<void> CheckGroup(const AppendGroup& group) const;
  Result<void> AdmitGroupSeal(PendingGroup* pending);

  Clock* const clock_;
  const int64_t known_past_ms_;
  const bool clock_is_right_;
  const std::string data_dir_;
  const ErasureSchedule erasures_;
  // A successor's first entry; empty for any other log.
  const std::optional<Predecessor> predecessor_;
  const std::string first_;
  const bool publish_at_once_;
  const std::function<void()> on_signed_;
  const std::function<void(const std::string&)> warn_;
  const std::unique_ptr<Store> store_;
  Signer signer_;
  std::unique_ptr<HighWater> high_water_;
  std::unique_ptr<PuidIndex> index_;
  std::unique_ptr<KeySlots> slots_;
  TermCache terms_;
  std::unique_ptr<LogTime> time_;  // null where the log is rolled back
  std::unique_ptr<Sequencer> sequencer_;
  AppendQueue queue_;
  Publication publication_;

  bool IsFrozen() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return state_ == LogState::kServing && !successor_.empty();
  }
  std::string FrozenReason() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return "this log has ended for ever; it is succeeded by " + successor_;
  }

  // Why the clock, and nothing else, keeps appends away.
  std::string ClockTrouble() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (state_ != LogState::kServing || time_ == nullptr) return {};
    return time_->Report().trouble;
  }

  mutable Mutex mutex_;
  // The verifier key that the last entry names; empty while the log goes on.
  std::string successor_ ABSL_GUARDED_BY(mutex_);
  bool freezing_ ABSL_GUARDED_BY(mutex_) = false;  // the log's own entries only
  // Whether there is nobody to ask, or enough witnesses have answered.
  bool begun_ ABSL_GUARDED_BY(mutex_);
  // A successor's first entry could not be written yet, for the clock.
  bool first_waits_ ABSL_GUARDED_BY(mutex_) = false;
  LogState state_ ABSL_GUARDED_BY(mutex_);
  std::string reason_ ABSL_GUARDED_BY(mutex_);
  SignedView view_ ABSL_GUARDED_BY(mutex_);
  TreeHead committed_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
  std::unique_ptr<Eraser> eraser_;
};

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
  sequencer_ = std::make_unique<Sequencer>(
      SequencerParts{store_.get(), index_.get(), high_water_.get(), &signer_,
                     slots_.get(), &terms_, time_.get(),
                     [this](SignedView view) { Adopt(std::move(view)); },
                     [this](const Error& cause) {
                       Leave(LogState::kPoisoned, cause.message);
                     },
                     [this] { return MaySign(); }},
      recovered.head, std::move(recovered.edge));
  RETURN_IF_ERROR(sequencer_->Start());
  if (publish_at_once_) {
    RETURN_IF_ERROR(sequencer_->SignRest());
  } else if (signed_head()->tree.size == 0) {
    publication_.Publish(signed_head());
  }
  RETURN_IF_ERROR(ReadEnds());
  thread_ = std::thread([this] { Run(); });
  // Nobody else can append before this returns. Where witnesses are asked
  // first, the first entry waits until they know of no other (Confirm).
  if (publish_at_once_ && !first_.empty() && committed_head().size == 0) {
    if (auto begun = AppendOwn(first_); !begun) {
      return Prefixed("the first entry cannot be written", begun.error());
    }
  }
  StartEraser();
  return {};
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
  const Prover reader = Reader();
  if (reader.size() == 0) return {};
  ASSIGN_OR_RETURN(const std::string last, reader.ReadSlot(reader.size() - 1));
  ASSIGN_OR_RETURN(auto successor, ReadSuccessor(last));
  {
    MutexLock lock(&mutex_);
    successor_ = std::move(successor).value_or("");
  }
  if (!predecessor_) return {};
  ASSIGN_OR_RETURN(const std::string first, reader.ReadSlot(0));
  return CheckFirstEntry(first, *predecessor_);
}

void RunningLog::StartEraser() {
  eraser_ = std::make_unique<Eraser>(EraserParts{
      store_.get(), slots_.get(), [this] { return time_->Now(); }, erasures_,
      [this](const std::string& action) { return AppendWhileServing(action); },
      [this](uint64_t index) { return ReadStored(index); },
      [this](uint64_t index) { return ReadLeaf(index); },
      [this] { return publication_.head()->tree.size; }, warn_});
}

// Where an entry of the log's own stands, from what was answered.
Result<uint64_t> IndexOfOwn(const Result<AppendAnswer>& answer) {
  if (!answer) return std::unexpected(answer.error());
  const ItemResult& item = answer->items.front();
  if (item.outcome == ItemResult::Outcome::kLogged) return item.index;
  return Fail(Code::kMalformed,
              "the log refused an entry of its own" +
                  (item.violations.empty()
                       ? std::string()
                       : ": " + item.violations.front().field + " " +
                             item.violations.front().description));
}

// Appends an entry of the operator's and waits for its publication.
Result<uint64_t> RunningLog::AppendOwn(const std::string& action, bool anyhow) {
  AppendGroup group;
  group.by_log = true;
  group.anyhow = anyhow;
  group.actions = {action};
  std::promise<Result<uint64_t>> promise;
  Enqueue(std::move(group), [&promise](const Result<AppendAnswer>& answer) {
    promise.set_value(IndexOfOwn(answer));
  });
  return promise.get_future().get();
}

// The log's own entries wait for the witnesses like any other: a copy that was
// restored would sign its waiting erasures a second time (I4).
Result<uint64_t> RunningLog::AppendWhileServing(const std::string& action) {
  bool ending = false;
  {
    MutexLock lock(&mutex_);
    if (state_ != LogState::kServing) return Fail(Code::kUnavailable, reason_);
    ending = freezing_;
  }
  return AppendOwn(action, ending);
}

// Nothing is appended once the log has ended, or is about to.
Result<void> RunningLog::CheckTakes() const {
  MutexLock lock(&mutex_);
  if (!successor_.empty()) return Fail(Code::kConflict, FrozenReason());
  if (state_ != LogState::kServing) return Fail(Code::kUnavailable, reason_);
  if (!freezing_) return {};
  return Fail(Code::kUnavailable,
              "this log is about to end in favour of a successor");
}

std::optional<Result<uint64_t>> RunningLog::KnownEnd(
    const std::string& successor) const {
  MutexLock lock(&mutex_);
  if (successor_.empty()) return std::nullopt;
  if (successor_ == successor) return view_.head->tree.size - 1;
  return Fail(Code::kConflict, FrozenReason());
}

void RunningLog::Freeze(const VerifierKey& successor, FreezeDone done) {
  if (auto known = KnownEnd(FormatVerifierKey(successor)); known) {
    return done(*std::move(known));
  }
  if (successor.name == verifier_key().name ||
      successor.type != SignatureType::kEd25519) {
    return done(Fail(Code::kMalformed,
                     "a successor has an Ed25519 key of another origin"));
  }
  if (auto fit = CheckTakes(); !fit) {
    return done(std::unexpected(fit.error()));
  }
  {
    MutexLock lock(&mutex_);
    freezing_ = true;
  }
  eraser_->End([this, successor] { return AppendLast(successor); },
               [this, done = std::move(done)](Result<uint64_t> index) mutable {
                 if (!index) {
                   MutexLock lock(&mutex_);
                   freezing_ = false;
                 }
                 done(std::move(index));
               });
}

// The sequencer's thread learns that the log has ended before it takes up
// anything else.
Result<uint64_t> RunningLog::AppendLast(const VerifierKey& successor) {
  const std::string vkey = FormatVerifierKey(successor);
  if (auto known = KnownEnd(vkey); known) return *std::move(known);
  const std::string action = MakeSucceededBy(successor);
  AppendGroup group;
  group.by_log = true;
  group.anyhow = true;
  group.last = true;
  group.actions = {action};
  std::promise<Result<uint64_t>> promise;
  Enqueue(std::move(group), [&](const Result<AppendAnswer>& answer) {
    auto index = IndexOfOwn(answer);
    if (index) {
      MutexLock lock(&mutex_);
      successor_ = vkey;
    }
    promise.set_value(std::move(index));
  });
  return promise.get_future().get();
}

Result<void> RunningLog::CheckOrder(const EraseOrder& order) {
  RETURN_IF_ERROR(CheckTakes());
  if (order.indexes.empty() || order.indexes.size() > kEraseIndexesMax) {
    return Fail(Code::kMalformed,
                "indexes: must be 1.." + std::to_string(kEraseIndexesMax));
  }
  v1::Action form;
  form.mutable_erasure()->set_basis(static_cast<v1::ErasureBasis>(order.basis));
  form.mutable_erasure()->mutable_tags()->Assign(order.tags.begin(),
                                                 order.tags.end());
  std::vector<Violation> violations;
  CheckErasure(form, &violations);
  for (const uint64_t index : order.indexes) {
    if (!violations.empty()) break;
    form.clear_about_index();
    form.add_about_index(index);
    RETURN_IF_ERROR(JudgeErasure(
        index + 1, form, [this](uint64_t of) { return ReadStored(of); },
        &violations));
    if (violations.empty()) continue;
    return Fail(Code::kMalformed,
                "entry " + std::to_string(index) +
                    " has no commitment, so nothing is kept beside it");
  }
  if (violations.empty()) return {};
  return Fail(Code::kMalformed,
              violations.front().field + ": " + violations.front().description);
}

void RunningLog::Erase(EraseOrder order, EraseDone done) {
  if (auto fit = CheckOrder(order); !fit) {
    return done(std::unexpected(fit.error()));
  }
  eraser_->Erase(std::move(order), std::move(done));
}

// Of an entry that is redacted already nothing is left to check.
Result<void> RunningLog::CheckOrder(const RedactOrder& order) {
  RETURN_IF_ERROR(CheckTakes());
  ASSIGN_OR_RETURN(const std::string leaf, Reader().ReadSlot(order.index));
  if (leaf.empty()) return {};
  RETURN_IF_ERROR(CheckRedactable(order.index, leaf));
  ASSIGN_OR_RETURN(const v1::Action entry, MakeRedaction(order, leaf));
  std::vector<Violation> violations;
  CheckRedaction(entry, &violations);
  if (violations.empty()) return {};
  return Fail(Code::kMalformed,
              violations.front().field + ": " + violations.front().description);
}

void RunningLog::Redact(RedactOrder order, RedactDone done) {
  if (auto fit = CheckOrder(order); !fit) {
    return done(std::unexpected(fit.error()));
  }
  eraser_->Redact(std::move(order), std::move(done));
}

Result<std::optional<RedactedEntry>> RunningLog::ReadRedacted(uint64_t index) {
  ASSIGN_OR_RETURN(auto entry, modlog::ReadRedacted(*store_, index));
  const bool known = entry && entry->by < Reader().size();
  return known ? std::move(entry) : std::nullopt;
}

Result<std::vector<RedactedEntry>> RunningLog::ReadAllRedacted() {
  ASSIGN_OR_RETURN(auto entries, modlog::ReadAllRedacted(*store_));
  const uint64_t size = published_head()->tree.size;
  std::erase_if(entries,
                [&](const RedactedEntry& entry) { return entry.by >= size; });
  return entries;
}

// Behind the high-water mark: what is here can be read, but a signature would
// be the second history of a log that had gone further.
void RunningLog::RollBack(const StoredHead& head, Edge edge,
                          const StoredHead& mark) {
  auto unsigned_head = std::make_shared<SignedHead>();
  unsigned_head->tree = head.tree;
  publication_.Publish(unsigned_head);
  Adopt({std::move(unsigned_head),
         std::make_shared<const Edge>(std::move(edge))});
  Leave(LogState::kRolledBack,
        "the store holds " + std::to_string(head.tree.size) + " entries, but " +
            std::to_string(mark.tree.size) +
            " were signed: nothing is appended or signed any more; bring back "
            "the newer data or start a successor log");
}

Result<uint64_t> RunningLog::FindPuid(std::string_view platform,
                                      std::string_view puid) {
  if (index_ == nullptr) return Fail(Code::kUnavailable, state_reason());
  const Hash key = PuidKey(platform, puid);
  uint64_t place = PuidIndex::kAbsent;
  RETURN_IF_ERROR(index_->Find({&key, 1}, {&place, 1}));
  if (place == PuidIndex::kAbsent || PlaceIndex(place) >= Reader().size()) {
    return Fail(Code::kNotFound, "no entry of this platform has the puid");
  }
  return PlaceIndex(place);
}

Result<EntryLife> RunningLog::ReadEntryLife(uint64_t index) {
  const Prover reader = Reader();
  if (index >= reader.size()) {
    return Fail(Code::kOutOfRange, "entry " + std::to_string(index) +
                                       " is beyond the signed tree of size " +
                                       std::to_string(reader.size()));
  }
  ASSIGN_OR_RETURN(const StoredAction stored, ReadStoredAction(reader, index));
  if (stored.action.empty() && !stored.redacted_by) {
    return Fail(Code::kNotFound, "entry " + std::to_string(index) +
                                     " is a seal: nothing becomes of it");
  }
  const RowsView rows(store_.get());
  const LifeSource source{
      &rows, [&](uint64_t entry) { return ReadStoredAction(reader, entry); },
      reader.size()};
  EntryLife status;
  status.size = reader.size();
  ASSIGN_OR_RETURN(status.life, ReadLife(index, source));
  ASSIGN_OR_RETURN(const auto undone, ReadVoid(index, source));
  if (undone) {
    status.referrers.push_back({*undone, v1::KIND_VOID, Role::kVoid});
  }
  for (const Role role : {Role::kLife, Role::kAbout, Role::kCause}) {
    ASSIGN_OR_RETURN(const std::vector<Referrer> found,
                     ReadReferrers(source, index, role, kReferrersToldMax));
    status.referrers.insert(status.referrers.end(), found.begin(), found.end());
  }
  std::sort(
      status.referrers.begin(), status.referrers.end(),
      [](const Referrer& a, const Referrer& b) { return a.index < b.index; });
  if (status.referrers.size() > kReferrersToldMax) {
    status.referrers.resize(kReferrersToldMax);
  }
  return status;
}

Result<std::optional<EntrySeal>> RunningLog::ReadEntrySeal(uint64_t index) {
  return modlog::ReadEntrySeal(index, Reader(), RowsView(store_.get()));
}

// Rows are of what is committed, which may be ahead of what is signed; a seal
// that is made of them is judged by what is committed then.
Result<PlatformStatus> RunningLog::ReadPlatform(std::string_view platform) {
  const RowsView rows(store_.get());
  ASSIGN_OR_RETURN(const PlatformCount count, ReadCount(rows, platform));
  PlatformStatus status;
  ASSIGN_OR_RETURN(status.keys, ReadKeys(platform, rows));
  status.actions = count.actions;
  status.sealed = count.sealed;
  if (count.last.has_value()) {
    status.last_seal = count.last->hash;
    status.last_seal_entry = count.last->entry;
  }
  return status;
}

// Judges the seal of a group, so that only counts and chain are left.
Result<void> RunningLog::AdmitGroupSeal(PendingGroup* pending) {
  const AppendGroup& group = pending->group;
  if (group.seal.empty()) return {};
  ASSIGN_OR_RETURN(auto admitted,
                   AdmitSeal(group.seal, group.actions, verifier_key().name,
                             group.platform, RowsView(store_.get())));
  if (admitted.has_value()) {
    pending->seal = *std::move(admitted);
  } else {
    pending->seal_violations = std::move(admitted.error());
  }
  return {};
}

void RunningLog::Adopt(SignedView view) {
  auto head = view.head;
  {
    MutexLock lock(&mutex_);
    view_ = std::move(view);
    committed_ = sequencer_ ? sequencer_->committed() : head->tree;
  }
  if (publish_at_once_) publication_.Publish(std::move(head));
  on_signed_();
}

void RunningLog::Confirm() {
  bool again = false;
  {
    MutexLock lock(&mutex_);
    again = std::exchange(first_waits_, false);
    if (state_ != LogState::kUnconfirmed || (begun_ && !again)) return;
    begun_ = true;
  }
  if (again) return BeginAsSuccessor();
  // The sequencer's thread has nothing to do before Serve or BeginAsSuccessor.
  auto ready = sequencer_->SignRest();
  if (ready) ready = ReadEnds();
  if (!ready) return Leave(LogState::kPoisoned, ready.error().message);
  if (!first_.empty() && signed_head()->tree.size == 0) {
    BeginAsSuccessor();
  } else {
    Serve();
  }
}

void RunningLog::Serve() {
  MutexLock lock(&mutex_);
  if (state_ != LogState::kUnconfirmed) return;
  state_ = LogState::kServing;
  reason_.clear();
}

// The witnesses know of no entry: the first one is written, and then the log is
// open to others.
void RunningLog::BeginAsSuccessor() {
  AppendGroup group;
  group.by_log = true;
  group.actions = {first_};
  Enqueue(std::move(group), [this](const Result<AppendAnswer>& answer) {
    const auto index = IndexOfOwn(answer);
    if (index) return Serve();
    if (index.error().code != Code::kClock) {
      return Leave(LogState::kPoisoned, index.error().message);
    }
    MutexLock lock(&mutex_);  // tried again with the next Confirm
    first_waits_ = true;
    reason_ = "the first entry waits: " + index.error().message;
  });
}

Result<void> RunningLog::PublishHead(std::shared_ptr<const SignedHead> head) {
  const Prover reader = Reader();
  ASSIGN_OR_RETURN(const Hash root, reader.RootAt(head->tree.size));
  if (root != head->tree.root) {
    return Fail(Code::kConflict, "the root of size " +
                                     std::to_string(head->tree.size) +
                                     " is not the log's");
  }
  return publication_.Publish(std::move(head));
}

// The first reason to leave is the one that counts.
void RunningLog::Leave(LogState state, const std::string& reason) {
  MutexLock lock(&mutex_);
  if (state_ != LogState::kServing && state_ != LogState::kUnconfirmed) return;
  state_ = state;
  reason_ = reason;
}

void RunningLog::Run() {
  while (true) {
    std::vector<PendingGroup> groups = queue_.Pop(kBatchItemsMax);
    if (groups.empty()) return;
    if (!MaySign()) {
      RefuseAll(std::move(groups));
      continue;
    }
    if (Sequence(std::move(groups))) continue;
    {
      MutexLock lock(&mutex_);
      committed_ = sequencer_->committed();
    }
    break;
  }
  queue_.Close();
  while (true) {
    std::vector<PendingGroup> groups = queue_.Pop(kBatchItemsMax);
    if (groups.empty()) return;
    RefuseAll(std::move(groups));
  }
}

// What ends the log comes behind all that waits beside it.
Result<void> RunningLog::Sequence(std::vector<PendingGroup> groups) {
  std::vector<PendingGroup> ending;
  for (PendingGroup& group : groups) {
    if (group.group.anyhow) ending.push_back(std::move(group));
  }
  std::erase_if(groups, [](const PendingGroup& g) { return g.group.anyhow; });
  for (auto* part : {&groups, &ending}) {
    if (part->empty()) continue;
    if (HasEnded()) {
      RefuseAll(std::move(*part));
      continue;
    }
    const auto time =
        part == &groups ? Sequencer::Time::kNext : Sequencer::Time::kAnyhow;
    if (auto done = sequencer_->SequenceOnce(std::move(*part), time); !done) {
      if (part == &groups) RefuseAll(std::move(ending));
      return done;
    }
  }
  return {};
}

// Tells everybody who waits that nothing of theirs was written.
void RunningLog::RefuseAll(std::vector<PendingGroup> groups) const {
  const Error error{HasEnded() ? Code::kConflict : Code::kUnavailable,
                    "nothing is appended any more: " + state_reason()};
  for (PendingGroup& group : groups) group.done(std::unexpected(error));
}

Result<void> RunningLog::CheckGroup(const AppendGroup& group) const {
  RETURN_IF_ERROR(CheckTakes());
  const bool own = group.by_log && group.platform.empty();
  if (!own && !IsPlatformName(group.platform)) {
    return Fail(Code::kMalformed,
                "platform must match ^[a-z0-9][a-z0-9.-]{0,63}$");
  }
  if (group.actions.empty() || group.actions.size() > kGroupItemsMax) {
    return Fail(Code::kTooLarge,
                "a group has " + std::to_string(group.actions.size()) +
                    " items, want 1.." + std::to_string(kGroupItemsMax));
  }
  if (!group.payloads.empty() &&
      group.payloads.size() != group.actions.size()) {
    return Fail(Code::kMalformed, "a group has " +
                                      std::to_string(group.payloads.size()) +
                                      " payloads, want none or " +
                                      std::to_string(group.actions.size()));
  }
  if (!group.seal.empty() && group.atomicity != Atomicity::kAllOrNothing) {
    return Fail(Code::kMalformed, "a sealed group is all or nothing");
  }
  return {};
}

void RunningLog::Append(AppendGroup group, AppendDone done) {
  if (auto fit = CheckGroup(group); !fit) {
    return done(std::unexpected(fit.error()));
  }
  Enqueue(std::move(group), std::move(done));
}

// Judges each action, on the caller's thread, and queues the group. Dates are
// not held against a clock that is not believed: a refusal would be for good.
void RunningLog::Enqueue(AppendGroup group, AppendDone done) {
  PendingGroup pending;
  pending.admitted.reserve(group.actions.size());
  const Result<int64_t> now = time_->Now();
  const int64_t now_ms = now.value_or(clock_->WallMs());
  for (size_t i = 0; i < group.actions.size(); ++i) {
    const std::string_view action = group.actions[i];
    const std::string_view payload =
        group.payloads.empty() ? std::string_view() : group.payloads[i];
    pending.admitted.push_back(Admit(group.platform, action, now_ms, payload,
                                     &terms_, verifier_key().name));
    pending.bytes += action.size() + payload.size();
    if (!now && !pending.admitted.back()) {
      return done(std::unexpected(now.error()));
    }
  }
  pending.group = std::move(group);
  pending.done = std::move(done);
  if (auto admitted = AdmitGroupSeal(&pending); !admitted) {
    return pending.done(std::unexpected(admitted.error()));
  }
  if (auto pushed = queue_.Push(pending); !pushed) {
    pending.done(std::unexpected(pushed.error()));
  }
}

}  // namespace

std::string_view LogStateName(LogState state) {
  switch (state) {
    case LogState::kServing:
      return "SERVING";
    case LogState::kFrozen:
      return "FROZEN";
    case LogState::kClock:
      return "CLOCK";
    case LogState::kUnconfirmed:
      return "UNCONFIRMED";
    case LogState::kRolledBack:
      return "ROLLED_BACK";
    case LogState::kPoisoned:
      return "POISONED";
    case LogState::kStopping:
      return "STOPPING";
  }
  MODLOG_CHECK(false, "every state has a name");
  return "";
}

Result<std::unique_ptr<Log>> Log::Open(LogOptions options,
                                       std::unique_ptr<Store> store) {
  auto log = std::make_unique<RunningLog>(std::move(options), std::move(store));
  RETURN_IF_ERROR(log->Start());
  return log;
}

}  // namespace modlog
