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

#include "log/records/erasure.h"
#include "log/records/kept_payload.h"
#include "log/records/life.h"
#include "log/records/platform_keys.h"
#include "log/records/redaction.h"
#include "log/records/seals.h"
#include "log/records/succession.h"
#include "log/store/store.h"
#include "log/write/append.h"
#include "log/write/log_state.h"
#include "log/write/publication.h"
#include "log/write/signed_head.h"
#include "log/write/signing_key.h"
#include "verifier/base/clock.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/entry.h"  // kLeafSizeMax, kPlatformSizeMax
#include "verifier/core/note.h"

namespace modlog {

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
