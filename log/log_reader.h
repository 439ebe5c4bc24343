#ifndef MODLOG_LOG_LOG_READER_H_
#define MODLOG_LOG_LOG_READER_H_

// What is read of a log, up to its signed head: the reading half of Log, which
// states what each promises. Thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/payload/key_slots.h"
#include "log/records/kept_payload.h"
#include "log/records/life.h"
#include "log/records/platform_keys.h"
#include "log/records/seals.h"
#include "log/store/puid_index.h"
#include "log/store/redacted.h"
#include "log/store/store.h"
#include "log/write/heads.h"

namespace modlog {

class LogReader {
 public:
  // All must outlive it; `index` may be null where FindPuid is not called.
  LogReader(Store* store, PuidIndex* index, const KeySlots* slots,
            const Heads* heads)
      : store_(store), index_(index), slots_(slots), heads_(heads) {}

  // Tree is that of the signed head.
  Prover Tree() const { return heads_->Reader(); }

  Result<KeptPayload> ReadPayload(uint64_t index) const;
  Result<uint64_t> FindPuid(std::string_view platform,
                            std::string_view puid) const;
  Result<EntryLife> ReadEntryLife(uint64_t index) const;
  Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t index) const;
  Result<PlatformStatus> ReadPlatform(std::string_view platform) const;
  Result<std::vector<std::string>> ReadPlatformsWithKeys() const;
  Result<std::optional<RedactedEntry>> ReadRedacted(uint64_t index) const;
  Result<std::vector<RedactedEntry>> ReadAllRedacted() const;
  Result<std::string> ReadTerm(const Hash& text_sha256) const;

 private:
  Store* const store_;
  PuidIndex* const index_;
  const KeySlots* const slots_;
  const Heads* const heads_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_LOG_READER_H_
