#include "log/write/eraser.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>

#include "log/payload/payload_plan.h"
#include "log/records/erasure.h"
#include "log/records/redaction.h"
#include "log/rules/action_bytes.h"
#include "log/rules/taxonomy.h"
#include "log/store/failpoint.h"
#include "log/store/rows.h"
#include "verifier/base/day.h"

namespace modlog {

namespace {

constexpr size_t kRequestsAtOnce = 65'536;
constexpr size_t kRetentionAtOnce = 4'096;
constexpr int64_t kAllOfThem = std::numeric_limits<int64_t>::max();
constexpr auto kRetryAfter = std::chrono::milliseconds(500);
// Entries this near to each other are purged together.
constexpr uint64_t kNear = 4'096;

// Entries [first, last].
struct IndexRange {
  uint64_t first;
  uint64_t last;
};

// Adds a range that begins where the others began or later.
void Extend(const IndexRange& range, std::vector<IndexRange>* ranges) {
  if (ranges->empty() || range.first > ranges->back().last + kNear) {
    ranges->push_back(range);
  } else {
    ranges->back().last = std::max(ranges->back().last, range.last);
  }
}

// Ranges that hold all of the indexes, which ascend.
std::vector<IndexRange> NearRanges(const std::vector<uint64_t>& indexes) {
  std::vector<IndexRange> ranges;
  for (const uint64_t index : indexes) Extend({index, index}, &ranges);
  return ranges;
}

Row PurgeRow(uint64_t first, uint64_t last) {
  Row row{std::string(kPurgeToDoRows), std::string()};
  AppendBigEndian(first, 8, &row.key);
  AppendBigEndian(last, 8, &*row.value);
  return row;
}

v1::Action ErasureEntry(int basis, const std::vector<uint32_t>& tags) {
  v1::Action action;
  action.set_kind(v1::KIND_PAYLOAD_ERASED);
  const PartKey random = DrawPartKeys(1).front();
  action.set_puid("erasure-" + FormatHex(Bytes(random).first(16)));
  action.set_taxonomy(kTaxonomy);
  action.mutable_erasure()->set_basis(static_cast<v1::ErasureBasis>(basis));
  for (const uint32_t tag : tags) {
    if (tag != 0) action.mutable_erasure()->add_tags(tag);
  }
  return action;
}

std::unexpected<Error> Ended() {
  return Fail(Code::kConflict, "this log has ended for ever");
}

// One entry for all with the same basis and tags.
std::vector<v1::Action> EntriesFor(const std::vector<ErasureRequest>& requests,
                                   int64_t before_ms, int64_t now_ms) {
  std::map<std::pair<int, uint64_t>, std::vector<uint32_t>> by_index;
  for (const ErasureRequest& request : requests) {
    if (request.accepted_ms >= before_ms && request.accepted_ms <= now_ms) {
      continue;
    }
    by_index[{request.basis, request.index}].push_back(request.tag);
  }
  std::map<std::pair<int, std::vector<uint32_t>>, std::vector<uint64_t>> alike;
  for (auto& [key, tags] : by_index) {
    if (tags.front() == 0) tags = {0};  // all parts; they ascend
    alike[{key.first, std::move(tags)}].push_back(key.second);
  }
  std::vector<v1::Action> entries;
  for (const auto& [what, indexes] : alike) {
    for (size_t i = 0; i < indexes.size(); ++i) {
      if (i % kErasedAtOnce == 0) {
        entries.push_back(ErasureEntry(what.first, what.second));
      }
      entries.back().add_about_index(indexes[i]);
    }
  }
  return entries;
}

}  // namespace

Eraser::Eraser(EraserParts parts) : parts_(std::move(parts)) {
  thread_ = std::thread([this] { Run(); });
}

Eraser::~Eraser() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  const Error stopping{Code::kUnavailable, "the log is stopping"};
  for (Request& request : waiting_) request(&stopping);
}

void Eraser::Erase(EraseOrder order, EraseDone done) {
  Push([this, order = std::move(order),
        done = std::move(done)](const Error* refused) mutable {
    if (refused != nullptr) return done(std::unexpected(*refused));
    if (ended_) return done(Ended());
    done(Accept(order));
  });
}

void Eraser::Redact(RedactOrder order, RedactDone done) {
  Push([this, order = std::move(order),
        done = std::move(done)](const Error* refused) mutable {
    if (refused != nullptr) return done(std::unexpected(*refused));
    if (ended_) return done(Ended());
    done(AcceptRedaction(order));
  });
}

void Eraser::End(const VerifierKey& successor, FreezeDone done) {
  Push([this, successor, done = std::move(done)](const Error* refused) mutable {
    if (refused != nullptr) return done(std::unexpected(*refused));
    done(CarryOutAllThenEnd(successor));
  });
}

// Nothing can be erased later: that would take an entry.
Result<uint64_t> Eraser::CarryOutAllThenEnd(const VerifierKey& successor) {
  RETURN_IF_ERROR(FinishOld());
  finished_ = true;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> written,
                     CarryOut(kAllOfThem, kAllOfThem));
    more = !written.empty();
  }
  ASSIGN_OR_RETURN(const uint64_t index, parts_.writer->AppendLast(successor));
  ended_ = true;
  return index;
}

void Eraser::Push(Request request) {
  std::unique_lock lock(mutex_);
  if (waiting_.size() < kErasuresWaitingMax) {
    waiting_.push_back(std::move(request));
    changed_.notify_all();
    return;
  }
  lock.unlock();
  const Error full{Code::kExhausted,
                   "erasures and redactions wait already: limit " +
                       std::to_string(kErasuresWaitingMax)};
  request(&full);
}

// The time of the newest daily run that was due.
int64_t Eraser::LastRunDue(int64_t now_ms) const {
  const ErasureSchedule& schedule = parts_.schedule;
  const int64_t since = now_ms - schedule.at_ms;
  return since / schedule.every_ms * schedule.every_ms + schedule.at_ms;
}

// An error leaves the rows as they are: the next run, or the next start, tries
// again.
void Eraser::Run() {
  int64_t last_run = 0;
  while (true) {
    if (!finished_ || unpublished_) finished_ = Done(FinishOld());
    if (const auto now = parts_.time->Now(); now && finished_) {
      const int64_t due = LastRunDue(*now);
      if (due != last_run && Done(DailyRun(due, *now))) last_run = due;
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(
        lock,
        finished_ && !unpublished_ ? parts_.schedule.look_every : kRetryAfter,
        [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    if (waiting_.empty()) continue;
    Request next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next(nullptr);
  }
}

// What an entry says and was not done, a key that could not be overwritten, is
// tried again with the next look around, not with the next day's run.
bool Eraser::Done(const Result<void>& step) {
  const std::string why = step ? "" : step.error().message;
  if (!why.empty() && why != warned_) {
    parts_.warn("erasures wait, and are tried again: " + why);
  }
  warned_ = why;
  return why.empty();
}

Result<void> Eraser::DailyRun(int64_t due_ms, int64_t now_ms) {
  RETURN_IF_ERROR(CarryOut(due_ms, now_ms));
  return EndRetention(now_ms);
}

Result<EraseOutcome> Eraser::Accept(const EraseOrder& order) {
  const auto now = parts_.time->Now();
  // Asked for at an unknown time it waits for no day: the next run takes it.
  const int64_t now_ms = now.value_or(0);
  ASSIGN_OR_RETURN(NewRequest request,
                   ReadNewRequest(*parts_.store, order, now_ms));
  RETURN_IF_ERROR(parts_.store->WriteRows(request.rows));
  Failpoint("erasure_accepted");
  EraseOutcome outcome;
  outcome.accepted = order.indexes.size();
  if (!order.now) return outcome;
  if (!now) return std::unexpected(now.error());
  ASSIGN_OR_RETURN(outcome.entries, CarryOut(now_ms + 1, now_ms));
  outcome.entries.insert(outcome.entries.begin(), request.known.begin(),
                         request.known.end());
  return outcome;
}

Result<void> Eraser::FinishOld() {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> entries,
                   ReadErasuresToDo(*parts_.store));
  for (const uint64_t entry : entries) RETURN_IF_ERROR(DoErasure(entry));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> redactions,
                   ReadRedactionsToDo(*parts_.store));
  unpublished_ = false;
  for (const uint64_t entry : redactions) {
    RETURN_IF_ERROR(DoRedaction(entry));
  }
  return {};
}

Result<std::vector<uint64_t>> Eraser::CarryOut(int64_t before_ms,
                                               int64_t now_ms) {
  ASSIGN_OR_RETURN(const std::vector<ErasureRequest> requests,
                   ReadRequests(*parts_.store, kRequestsAtOnce));
  std::vector<uint64_t> written;
  for (const v1::Action& entry : EntriesFor(requests, before_ms, now_ms)) {
    ASSIGN_OR_RETURN(const uint64_t index,
                     parts_.writer->AppendOwn(EncodeAction(entry)));
    Failpoint("erasure_published");
    finished_ = false;
    RETURN_IF_ERROR(DoErasure(index));
    finished_ = true;
    written.push_back(index);
  }
  return written;
}

Result<void> Eraser::DoErasure(uint64_t entry) {
  ASSIGN_OR_RETURN(const v1::Action action, ReadOwn(entry));
  const auto& about = action.about_index();
  const auto& tags = action.erasure().tags();
  const std::vector<uint64_t> indexes(about.begin(), about.end());
  RETURN_IF_ERROR(Destroy(indexes, {tags.begin(), tags.end()}));
  RETURN_IF_ERROR(Purge(indexes));
  return parts_.store->WriteRows({ErasureDone(entry)});
}

Result<v1::Action> Eraser::ReadOwn(uint64_t entry) {
  ASSIGN_OR_RETURN(const StoredAction stored,
                   ReadStoredAction(parts_.heads->Reader(), entry));
  v1::Action action;
  if (!action.ParseFromString(stored.action)) {
    return Fail(Code::kCorrupt, "entry " + std::to_string(entry) +
                                    ", of the log's own, does not parse");
  }
  return action;
}

// What was asked for before has its entry: a retry makes no second one (I10),
// but hears why the rest could not be done, where that is so.
Result<uint64_t> Eraser::AcceptRedaction(const RedactOrder& order) {
  ASSIGN_OR_RETURN(const auto known, ReadRedacted(*parts_.store, order.index));
  if (known) {
    ASSIGN_OR_RETURN(const bool to_do, IsToDo(*parts_.store, known->by));
    if (to_do) RETURN_IF_ERROR(DoRedaction(known->by));
    return known->by;
  }
  ASSIGN_OR_RETURN(const auto all, ReadAllRedacted(*parts_.store));
  if (all.size() >= kRedactionsMax) {
    return Fail(Code::kExhausted, "this log has redacted " +
                                      std::to_string(all.size()) +
                                      " entries, the most there can be");
  }
  ASSIGN_OR_RETURN(const std::string leaf,
                   parts_.heads->Reader().ReadLeaf(order.index));
  const PartKey nonce = DrawPartKeys(1).front();
  ASSIGN_OR_RETURN(const v1::Action entry,
                   MakeRedaction(order, leaf, Bytes(nonce).first(16)));
  ASSIGN_OR_RETURN(const uint64_t by,
                   parts_.writer->AppendOwn(EncodeAction(entry)));
  Failpoint("redaction_published");
  finished_ = false;
  RETURN_IF_ERROR(DoRedaction(by));
  finished_ = true;
  return by;
}

// Whoever holds a bundle without the bytes must find the entry that says why.
Result<void> Eraser::DoRedaction(uint64_t entry) {
  if (parts_.heads->publication().head()->tree.size <= entry) {
    unpublished_ = true;
    return {};
  }
  ASSIGN_OR_RETURN(const v1::Action action, ReadOwn(entry));
  const uint64_t index = action.about_index(0);
  RETURN_IF_ERROR(parts_.store->EmptyEntry(index));
  Failpoint("redaction_emptied");
  RETURN_IF_ERROR(parts_.store->PurgeEntries(index, index));
  Failpoint("redaction_purged");
  RETURN_IF_ERROR(Destroy({index}, {}));
  RETURN_IF_ERROR(Purge({index}));
  return parts_.store->WriteRows({RedactionDone(entry)});
}

// Keys first: from then on every copy of the ciphertext is noise.
Result<void> Eraser::Destroy(const std::vector<uint64_t>& indexes,
                             const std::vector<uint32_t>& tags) {
  std::vector<uint64_t> slots;
  std::vector<PayloadId> ids;
  for (const uint64_t index : indexes) {
    ASSIGN_OR_RETURN(const std::vector<PayloadPart> parts,
                     parts_.store->ReadPayload(index));
    for (const PayloadPart& part : parts) {
      if (!tags.empty() && std::ranges::find(tags, part.id.tag) == tags.end())
        continue;
      slots.push_back(part.slot);
      ids.push_back(part.id);
    }
  }
  RETURN_IF_ERROR(parts_.slots->Erase(slots));
  Failpoint("erasure_keys_gone");
  RETURN_IF_ERROR(parts_.store->RemovePayload(ids));
  Failpoint("erasure_removed");
  return {};
}

Result<void> Eraser::Purge(const std::vector<uint64_t>& indexes) {
  for (const IndexRange& range : NearRanges(indexes)) {
    RETURN_IF_ERROR(parts_.store->PurgePayload(range.first, range.last));
  }
  return {};
}

// Many are removed before their files are written anew: once a run, not once
// for each scan of rows. What a crash left is purged by the run after it.
Result<void> Eraser::EndRetention(int64_t now_ms) {
  const auto today = static_cast<uint64_t>(now_ms / kDayMs);
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows,
                     parts_.store->ScanRows(kKeptUntilRows, kRetentionAtOnce));
    std::vector<uint64_t> indexes;
    std::vector<Row> done;
    for (const Row& row : rows) {
      const std::string_view key = row.key;
      if (BigEndian(key.substr(2, 4)) >= today) break;
      indexes.push_back(BigEndian(key.substr(6)));
      done.push_back({row.key, std::nullopt});
    }
    if (indexes.empty()) return PurgeEnded();
    std::ranges::sort(indexes);
    RETURN_IF_ERROR(Destroy(indexes, {}));
    for (const IndexRange& range : NearRanges(indexes)) {
      done.push_back(PurgeRow(range.first, range.last));
    }
    RETURN_IF_ERROR(parts_.store->WriteRows(done));
  }
}

Result<void> Eraser::PurgeEnded() {
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows,
                     parts_.store->ScanRows(kPurgeToDoRows, kRetentionAtOnce));
    if (rows.empty()) return {};
    std::vector<IndexRange> ranges;
    std::vector<Row> done;
    for (const Row& row : rows) {
      const IndexRange range = {BigEndian(std::string_view(row.key).substr(2)),
                                BigEndian(*row.value)};
      Extend(range, &ranges);
      done.push_back({row.key, std::nullopt});
    }
    for (const IndexRange& range : ranges) {
      RETURN_IF_ERROR(parts_.store->PurgePayload(range.first, range.last));
    }
    RETURN_IF_ERROR(parts_.store->WriteRows(done));
  }
}

}  // namespace modlog
