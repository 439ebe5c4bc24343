#ifndef MODLOG_LOG_LOG_H_
#define MODLOG_LOG_LOG_H_

// The log's face: open it, append to it, read it, prove it.
//
//   Append -> admission (caller's thread) -> queue -> sequencer (one thread)
//          -> store (one synced batch) -> re-read, re-hash, consistency
//          -> high-water file -> signer -> the answer
//
// Three heads, committed >= signed >= published. An answer is given only for
// what the signed head covers (I10); reads are served up to it.
//
// Thread-safe throughout. docs/design.md states the invariants I1..I10.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/records/life.h"
#include "log/store/store.h"
#include "log/write/signing_key.h"
#include "verifier/base/clock.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/entry.h"  // kLeafSizeMax, kPlatformSizeMax
#include "verifier/core/note.h"

namespace modlog {

// Limits, all in one place; docs/formats.md has the table.
inline constexpr size_t kActionSizeMax = 4'096;
inline constexpr size_t kGroupItemsMax = 4'096;  // items appended together
// Waiting for the sequencer. A platform may have as much waiting as it leaves
// free: one alone half of these limits, each of n that flood a share of n + 1.
inline constexpr size_t kQueueItemsMax = 131'072;
inline constexpr size_t kQueueBytesMax = 64 << 20;
inline constexpr size_t kBatchItemsMax = 16'384;  // items of one commit

// A checkpoint that was signed: the note and what it says.
struct SignedHead {
  TreeHead tree;
  std::string checkpoint;  // signed note
  bool witnessed = false;  // whether a quorum of witnesses cosigned
};

enum class Atomicity { kAllOrNothing, kPerItem };

// AppendGroup is what one caller appends at once, for one platform. All new
// items of a group get one logged_at and ascending indexes.
// The bytes viewed must stay alive until the answer is given.
struct AppendGroup {
  std::string platform;
  std::vector<std::string_view> actions;  // canonical bytes, 1..kGroupItemsMax
  // Encoded payloads: none, or as many as actions; an empty one is none.
  std::vector<std::string_view> payloads = {};
  // A canonical Seal of the platform over exactly these items, or empty; then
  // all or nothing, and the seal's entry follows theirs.
  std::string_view seal = {};
  Atomicity atomicity = Atomicity::kPerItem;
  bool with_proofs = false;
  // Whether whoever sent it showed the platform's token or the operator's: only
  // then it may speak of the platform's keys.
  bool authenticated = false;
  // Showed the operator's, who may give a platform another key.
  bool by_operator = false;
  // Written by this program and by no caller: then there may be no platform,
  // and kinds that the log alone writes are taken.
  bool by_log = false;
  // Of the log's own, to end it: where the newest entry is of the future it
  // gets that one's time.
  bool anyhow = false;
  // The same, and nothing is taken after it.
  bool last = false;
};

// A rule that an item broke. Never holds the offending value.
struct Violation {
  std::string field;        // path within the action: "application_date"
  std::string description;  // "must be 10957..24837": the rule, never the value
};

struct ItemResult {
  enum class Outcome {
    kLogged,     // new entry
    kDuplicate,  // these bytes stand there already
    kConflict,   // other bytes stand there under this puid
    kRefused,    // violations says why
    kNotTried,   // all or nothing, and another item failed
  };
  Outcome outcome = Outcome::kNotTried;
  uint64_t index = 0;                 // logged, duplicate, conflict
  int64_t logged_at_ms = 0;           // logged, duplicate
  Hash leaf_hash = {};                // logged, duplicate, conflict
  std::vector<Hash> inclusion_path;   // logged, duplicate, if asked for
  std::vector<Violation> violations;  // refused
  // Logged. Of a copied record: what would have refused the platform's own. Of
  // a bulk correction: that it makes one of two codes (bulk_rules.h).
  std::vector<Violation> warnings = {};
};

// What became of a group's seal. Refused for itself, it says what the next seal
// of the platform has to say, and which items it must leave out.
struct SealResult {
  ItemResult item;  // logged, duplicate, refused, not tried
  uint64_t before = 0;
  std::optional<Hash> previous = {};
  std::vector<size_t> known = {};  // positions of items that stand already
};

struct AppendAnswer {
  std::vector<ItemResult> items;   // as many as the group has, in order
  std::optional<SealResult> seal;  // where the group has one
  // The newest signed head; it covers every logged and duplicate item.
  std::shared_ptr<const SignedHead> head;
};

// Called exactly once, from the sequencer's thread or, for a group refused at
// the door, from the caller's. Must not block. An Error means that nothing of
// the group was appended, unless its code is kUnavailable and its message says
// that the outcome is unknown: then the same bytes may be sent again later.
using AppendDone = std::move_only_function<void(Result<AppendAnswer>)>;

// The seal that covers an entry.
struct EntrySeal {
  uint64_t entry = 0;             // the seal's own
  std::string leaf;               // its leaf bytes
  std::vector<Hash> action_path;  // from the entry's action to the seal's root
  std::string public_key;         // that the seal names, as registered
};

// What the log knows of a platform.
struct PlatformStatus {
  struct Key {
    uint32_t number = 0;
    int use = 0;  // v1::KeyUse
    std::string public_key;
    int state = 0;  // v1::KeyOp: register while it stands, else what ended it
    uint64_t since = 0;  // the entry that made it so
  };
  std::vector<Key> keys;  // ascending by use and number
  uint64_t actions = 0;   // the next seal's `before`
  uint64_t sealed = 0;
  std::optional<Hash> last_seal;  // the next seal's `previous`
  uint64_t last_seal_entry = 0;   // of that
};

struct EntryLife {
  uint64_t size = 0;  // of the tree that was asked
  Life life;
  std::vector<Referrer> referrers;  // of every role, ascending; the first 1,000
};
inline constexpr size_t kReferrersToldMax = 1'000;

enum class LogState {
  kServing,
  kFrozen,       // ended in favour of a successor: reads only, for ever
  kClock,        // the clock is not believed: reads only until it is
  kUnconfirmed,  // the witnesses have not said yet how far they have seen it
  kRolledBack,   // behind what was signed or what a witness has seen: reads
                 // only until the newer data is back
  kPoisoned,     // a write of unknown outcome, or a check that failed
  kStopping,
};
std::string_view LogStateName(LogState state);  // "SERVING", "ROLLED_BACK", …

// What is kept beside an entry, opened; of parts that stand.
struct KeptPart {
  uint32_t tag = 0;
  std::string salt;   // 32 bytes
  std::string value;  // of a term: its text
  uint32_t term = 0;
  bool open = false;  // for everybody; else for the platform and the operator
};
struct KeptPayload {
  std::vector<std::string> commitments;  // 24, or none where they are erased
  std::vector<KeptPart> parts;           // ascending by tag
  std::vector<uint32_t> erased;          // tags that an entry says are erased
  uint64_t erased_by = 0;                // the newest of these entries
  bool erasure_pending = false;          // asked for; its entry is yet to come
};

// What is to be erased.
inline constexpr size_t kEraseIndexesMax = 4'096;
inline constexpr size_t kErasuresWaitingMax = 64;
struct EraseOrder {
  std::vector<uint64_t> indexes = {};  // 1..kEraseIndexesMax
  std::vector<uint32_t> tags =
      {};            // ascending, 1..24; none: all, salts as well
  int basis = 0;     // v1::ErasureBasis, 1..3
  bool now = false;  // else with the next daily run
};
struct EraseOutcome {
  uint64_t accepted = 0;
  std::vector<uint64_t> entries;  // written at once, of others that waited too
};
using EraseDone = std::move_only_function<void(Result<EraseOutcome>)>;

// What is to be redacted. A request made again is the same redaction.
struct RedactOrder {
  uint64_t index = 0;
  int basis = 0;                      // v1::ErasureBasis, 1..3
  std::vector<uint32_t> fields = {};  // ascending numbers of fields of Action
};
// Told the index of the LEAF_REDACTED entry.
using RedactDone = std::move_only_function<void(Result<uint64_t>)>;

// Told the index of the last entry, which names the successor.
using FreezeDone = std::move_only_function<void(Result<uint64_t>)>;

// The log that this one goes on for, as it ended.
struct Predecessor {
  VerifierKey key;
  TreeHead head;  // not empty
};

// When what was asked for is erased, and payloads whose last day has passed go:
// every `every_ms`, `at_ms` after midnight UTC.
struct ErasureSchedule {
  int64_t every_ms = 86'400'000;
  int64_t at_ms = 3 * 3'600'000;
  // How long after the time a run may begin: an idle log sleeps that long.
  std::chrono::milliseconds look_every = std::chrono::seconds(30);
};

// When a signed head becomes the published one.
struct Publishing {
  bool at_once = true;  // else whoever asks the witnesses calls PublishHead
  // Called after a head was signed, by the sequencer's thread; must not block.
  std::function<void()> on_signed = [] {};
};

// Called once, by any thread; must not block.
using PublishedDone =
    std::move_only_function<void(Result<std::shared_ptr<const SignedHead>>)>;
inline constexpr size_t kPublicationWaitsMax = 65'536;

struct LogOptions {
  std::string data_dir;  // exists; holds high-water file, index and key slots
  SigningKey key;        // its name is the log's origin
  // Signs each checkpoint as well, by ML-DSA-44; of the same name.
  std::optional<MlDsaSignerKey> second_key = {};
  Clock* clock = nullptr;
  // A time that has passed for sure, of what the machine knows; 0: nothing.
  int64_t known_past_ms = 0;
  // The operator says, at this start, that the clock is right.
  bool clock_is_right = false;
  ErasureSchedule erasures = {};
  // Named by the first entry, which is written before any other is taken. A log
  // with entries must begin with that one.
  std::optional<Predecessor> predecessor = {};
  Publishing publishing = {};
  // Told, for whoever runs the log, what is wrong and does not stop it. Called
  // by any thread; must not block.
  std::function<void(const std::string&)> warn = [](const std::string&) {};
};

class Log {
 public:
  // Open recovers: the root from the right edge, compared with the stored head
  // and the high-water file. Behind the high-water mark is not an error but
  // state kRolledBack. kCorrupt or kConflict where the directory does not fit.
  // Starts the sequencer's thread.
  static Result<std::unique_ptr<Log>> Open(LogOptions options,
                                           std::unique_ptr<Store> store);
  virtual ~Log() = default;  // stops: answers what is queued, then returns

  // Append admits, queues and returns; `done` gets the answer. Errors:
  // kExhausted names the limit that is full, kUnavailable and kClock say why
  // nothing is appended, kTooLarge and kMalformed refuse the group as a whole.
  virtual void Append(AppendGroup group, AppendDone done) = 0;

  virtual LogState state() const = 0;
  // Why the state is not kServing, for a person.
  virtual std::string state_reason() const = 0;

  // What the clock says, looking at it: to be asked every second or so, by
  // whoever runs the log. state() looks, too.
  virtual ClockReport clock() const = 0;
  // AcceptClock: the operator says that the clock is right, and, where the
  // newest entry is of the future, that others shall get its time until that
  // has passed; restarts remember the latter. kConflict where it is of the
  // future and that was not said; kClock for what no clock can say.
  virtual Result<ClockReport> AcceptClock(bool stay_at_newest) = 0;
  // LearnTime: half of the witnesses or more say that this time has passed.
  virtual void LearnTime(int64_t others_ms) = 0;

  virtual TreeHead committed_head() const = 0;
  // Never null; of size 0 from the first start.
  virtual std::shared_ptr<const SignedHead> signed_head() const = 0;
  virtual std::shared_ptr<const SignedHead> published_head() const = 0;

  // For a log that does not publish at once; it starts kUnconfirmed, with the
  // head at the high-water mark signed and nothing published, but for a log
  // that has signed no entry: the empty tree.
  // Confirm: enough witnesses have seen no more than this log has signed, so it
  // signs what else it holds, and takes appends from now on.
  virtual void Confirm() = 0;
  // PublishHead publishes a head that was signed. kOutOfRange beyond the signed
  // head; kConflict, and nothing changes, where it is older than the published
  // one or its root is not the log's.
  virtual Result<void> PublishHead(std::shared_ptr<const SignedHead> head) = 0;
  // StopSigning: somebody has proof, or says, that this log's history is not
  // all there is. kRolledBack at once; a batch in flight is not signed, by the
  // next start neither before Confirm.
  virtual void StopSigning(const std::string& reason) = 0;

  // WhenPublished calls `done` once the published head has `size` entries or
  // more. kExhausted past kPublicationWaitsMax; kUnavailable once ExpireWaits
  // finds that `until_ms` of the monotonic clock has passed, or the log stops.
  virtual void WhenPublished(uint64_t size, int64_t until_ms,
                             PublishedDone done) = 0;
  virtual void ExpireWaits() = 0;
  // EndWaits tells all who wait, and whoever comes, that the log stops.
  virtual void EndWaits() = 0;

  // Reads, up to the signed head; beyond it kOutOfRange.
  // ReadLeaf returns the leaf bytes of one entry; kNotFound where it was
  // redacted, which is a slot of length zero in its bundle.
  virtual Result<std::string> ReadLeaf(uint64_t index) = 0;
  // ReadBundle returns the first `width` entries of bundle `index`, encoded;
  // ReadTile the first `width` hashes of a tile. 1 <= width <= kTileWidth.
  virtual Result<std::string> ReadBundle(uint64_t index, uint32_t width) = 0;
  virtual Result<std::string> ReadTile(TileId id, uint32_t width) = 0;

  // ReadPayload returns what is kept beside an entry; nothing where nothing is.
  // A part whose key is gone is gone. kCorrupt where a part does not open.
  virtual Result<KeptPayload> ReadPayload(uint64_t index) = 0;
  // FindPuid returns the index of the entry that bears it. kNotFound;
  // kUnavailable where the log is rolled back and has no index.
  virtual Result<uint64_t> FindPuid(std::string_view platform,
                                    std::string_view puid) = 0;
  // ReadEntryLife: what the entries up to the signed head did to one.
  virtual Result<EntryLife> ReadEntryLife(uint64_t index) = 0;

  // ReadEntrySeal: the seal that covers an entry up to the signed head; nothing
  // where the operator alone says whose it is.
  virtual Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t index) = 0;
  virtual Result<PlatformStatus> ReadPlatform(std::string_view platform) = 0;
  // ReadPlatformsWithKeys: whose keys are in the log.
  virtual Result<std::vector<std::string>> ReadPlatformsWithKeys() = 0;

  // Erase takes an order and returns; `done` is called once, when the order is
  // durable or, with `now`, carried out: from a thread of the log's own, or
  // from the caller's where the order is refused. kMalformed, kOutOfRange,
  // kExhausted. Who may order it is the caller's to know.
  virtual void Erase(EraseOrder order, EraseDone done) = 0;

  // Redact replaces the bytes of one entry by nothing; what is kept beside it
  // goes too. The entry that says so comes first, and no byte goes before that
  // is published: where publication waits for witnesses, `done` is called once
  // it is signed, and the rest follows. The tree stays as it is. kMalformed for
  // a seal and the kinds 18 to 22 and 26; kOutOfRange; kExhausted past
  // kRedactionsMax.
  virtual void Redact(RedactOrder order, RedactDone done) = 0;
  // Freeze ends the log: what waits to be erased is erased, a last entry names
  // the successor, and from then on, restarts included, every append, erasure
  // and redaction is kConflict, naming it. `done` is called once the last entry
  // is signed. The same successor again is told the same index; another one,
  // or one of this log's origin, is kConflict or kMalformed. What fails before
  // the last entry stands leaves the log as it was, but for erasures.
  virtual void Freeze(const VerifierKey& successor, FreezeDone done) = 0;

  // ReadRedacted says of an entry whether another, signed, redacted it;
  // ReadAllRedacted returns those where that is published, ascending.
  virtual Result<std::optional<RedactedEntry>> ReadRedacted(uint64_t index) = 0;
  virtual Result<std::vector<RedactedEntry>> ReadAllRedacted() = 0;

  // ReadTerm returns the text of a registered term by its SHA-256. kNotFound.
  virtual Result<std::string> ReadTerm(const Hash& text_sha256) = 0;

  // Proofs within the signed tree. kOutOfRange.
  virtual Result<std::vector<Hash>> ProveInclusion(uint64_t index,
                                                   uint64_t size) = 0;
  virtual Result<std::vector<Hash>> ProveConsistency(uint64_t older_size,
                                                     uint64_t newer_size) = 0;

  const VerifierKey& verifier_key() const { return key_; }

 protected:
  explicit Log(VerifierKey key) : key_(std::move(key)) {}

 private:
  VerifierKey key_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_LOG_H_
