#ifndef MODLOG_VERIFIER_WATCH_NEW_ENTRIES_H_
#define MODLOG_VERIFIER_WATCH_NEW_ENTRIES_H_

// What a log added since it was looked at: the bundles from the entry before
// the first new one on, every entry, bundle and tile of them under the signed
// root, and the rules that need an entry and the one before it: encoding,
// kinds, fields, logged_at, succession. Those that join entries need the whole
// log (audit.h).
//
// And what the first entry says, which tells whom a log succeeds.

#include <atomic>

#include "verifier/replay/replay.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/rules.h"

namespace modlog {

struct NewEntriesRequest {
  Source* source = nullptr;
  uint64_t size_before = 0;  // < now.size
  TreeHead now;              // signed, and a continuation: proved
  bool integrity_only = false;
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
};

struct NewEntries {
  ReplayCounts counts;       // of the bundles read
  Findings findings;         // of the new entries
  bool any_missing = false;  // an entry whose bytes are not there
  // Whom the last entry names: the log has ended.
  std::optional<NamedLog> succeeded_by;
};

// CheckNewEntries returns the first fault of a tile, bundle or entry.
Judged<NewEntries> CheckNewEntries(const NewEntriesRequest& request);

struct FirstEntry {
  bool is_missing = false;  // its bytes are not there
  std::optional<NamedLog> succeeds;
};

// OriginOf returns the name in the key of a log that an entry names.
std::string OriginOf(const NamedLog& log);

// ReadFirstEntry reads the first bundle, under the signed root.
// REQUIRES: head.size > 0.
Judged<FirstEntry> ReadFirstEntry(Source* source, const TreeHead& head);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_NEW_ENTRIES_H_
