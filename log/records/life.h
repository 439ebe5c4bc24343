#ifndef MODLOG_LOG_RECORDS_LIFE_H_
#define MODLOG_LOG_RECORDS_LIFE_H_

// The life of an entry: what later entries did to it, and so what it is now and
// what may still be done. docs/lifecycle.md has it as tables.
//
// An entry that was declared VOID did nothing to anybody: a reversal that is
// void has reversed nothing. Where an entry was corrected, by itself or
// with many by one rule, the newest correction says what it reads.

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "log/store/rows.h"
#include "log/tree/prover.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// ReadAction returns an entry's platform and action, by index. The store's
// errors.
struct StoredAction {
  std::string platform;
  std::string action;        // empty for a seal, and where it is redacted
  int64_t logged_at_ms = 0;  // 0 of an entry that is about to be logged
  // Where the entry was redacted: by which one, and what kind it was.
  std::optional<uint64_t> redacted_by = {};
  int kind = 0;
};
using ReadAction = std::function<Result<StoredAction>(uint64_t index)>;

// How an entry refers to another. The first role is of the kinds that change
// what the other is; there are at most kLifeEventsMax of them for one entry, so
// that its life can always be read in bounded time. A VOID has a role of its
// own, because every reference asks for it.
enum class Role : uint8_t { kLife = 1, kAbout = 2, kCause = 3, kVoid = 4 };
inline constexpr size_t kLifeEventsMax = 1'024;

Role RoleOf(int kind, bool as_cause);

struct Referrer {
  uint64_t index;
  int kind;
  Role role;
};

// The keys of rows. That of a VOID has no referrer, because there is one at
// most and it is looked up for every reference: its row says which.
std::string ReferenceKey(uint64_t target, Role role, uint64_t referrer);
std::string VoidKey(uint64_t target);
std::string BulkKey(std::string_view platform, uint64_t entry);
// Of a platform's bulk corrections, for ever.
inline constexpr size_t kBulkCorrectionsMax = 1'024;

// Where a life is read from. Readers see no entry from `size` on, though its
// rows may be committed already.
struct LifeSource {
  const RowsView* rows;
  ReadAction read;
  uint64_t size = std::numeric_limits<uint64_t>::max();
};

// ReadReferrers returns the entries that name `target` in a role, ascending, at
// most `limit`. The store's errors.
Result<std::vector<Referrer>> ReadReferrers(const LifeSource& source,
                                            uint64_t target, Role role,
                                            size_t limit);

// Measures as a set: bit m for v1::Measure m.
using MeasureSet = uint32_t;
MeasureSet MeasuresOf(const v1::Action& action);
// The measures that a reversal or an expiry names, all where it names none. A
// code beyond 31 counts as 31: no decision has it.
MeasureSet MeasuresNamed(const v1::Action& action);

struct Life {
  size_t events = 0;  // of role kLife, those that are void too
  v1::Action record;  // as it reads now, corrections included
  bool corrected = false;
  bool is_void = false;
  bool replaced = false;  // by a MODIFICATION
  bool reversed = false;  // in full, or every measure one by one
  bool reversed_in_part = false;
  MeasureSet ended = 0;      // by reversals in part
  MeasureSet expired = 0;    // by EXPIRY entries
  uint64_t restored = 0;     // by all reversals; saturates
  bool withdrawn = false;    // a notice retracted, an appeal withdrawn: in full
  bool decided = false;      // an appeal or a referral; not if remanded
  bool referred = false;     // to an external body
  bool executed = false;     // a schedule
  bool cancelled = false;    // a schedule
  bool negated = false;      // a label
  std::vector<uint64_t> by;  // the entries that this follows from, ascending
  // Where the entry was redacted: of `record` only the kind is known, until a
  // correction states it anew.
  std::optional<uint64_t> redacted_by;
  // Whether `record` is known: not after a redacted correction either.
  bool record_known = true;
  // Entries that changed it and were redacted: what they did is not known.
  std::vector<uint64_t> unread;

  MeasureSet left() const { return MeasuresOf(record) & ~(ended | expired); }
  // Whether a decision still stands, its end dates apart.
  bool in_force() const {
    return !is_void && !replaced && !reversed && left() != 0;
  }
};

// What became of an entry.
struct EntryLife {
  uint64_t size = 0;  // of the tree that was asked
  Life life;
  std::vector<Referrer> referrers;  // of every role, ascending; the first 1,000
};
inline constexpr size_t kReferrersToldMax = 1'000;

// ReadStoredAction is a ReadAction of a tree at rest.
Result<StoredAction> ReadStoredAction(const Prover& prover, uint64_t index);

// ReadLife. The store's errors; kCorrupt for an entry that does not parse.
Result<Life> ReadLife(uint64_t index, const LifeSource& source);

// LifeCache reads each life once, until an entry changes it. Not thread-safe.
class LifeCache {
 public:
  explicit LifeCache(LifeSource source) : source_(std::move(source)) {}

  const LifeSource& source() const { return source_; }
  // Read: valid until the next Read or Forget.
  Result<const Life*> Read(uint64_t index);
  // Forget what a new entry may have changed: everything, where it changes more
  // than the entries that it names (a bulk correction, the end of an event).
  void Forget(uint64_t index) { lives_.erase(index); }
  void ForgetAll() { lives_.clear(); }

 private:
  static constexpr size_t kLivesMax = 256;  // some have a kilobyte
  const LifeSource source_;
  std::unordered_map<uint64_t, Life> lives_;
};

// ReadVoid is the part of it that every reference asks for: the VOID that names
// an entry, if there is one.
Result<std::optional<uint64_t>> ReadVoid(uint64_t index,
                                         const LifeSource& source);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_LIFE_H_
