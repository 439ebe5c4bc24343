#ifndef MODLOG_API_TOOL_COPY_ENTRY_READER_H_
#define MODLOG_API_TOOL_COPY_ENTRY_READER_H_

// Entries of a log in their order, each with what may be seen of its payload,
// in constant memory.
//
// Entries come over HTTP in bundles. With the tiles of what lies outside the
// range they are folded to the root of the log's checkpoint, which is compared
// at the end: an error then is a judgement on all that was handed out. Parts of
// a payload come over gRPC, and are held against the commitment in their entry
// before they are handed out.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/client/client.h"
#include "api/tool/copy/http_fetcher.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

struct ReadEntry {
  uint64_t index;
  std::string_view leaf;  // empty: redacted
  v1::Action action;
  const v1::GetPayloadResponse* payload;  // null: none is kept, or none asked
};

struct EntryReaderOptions {
  uint64_t from = 0;
  uint64_t to = UINT64_MAX;  // exclusive
  // Whose payload is asked for; called with every entry of the range.
  std::function<bool(const ReadEntry&)> wants_payload;
  std::function<Result<void>(const ReadEntry&)> on_entry;
};

// ReadEntries returns the tree that all of it belongs to. kOutOfRange where
// `from` lies beyond it; kBadProof where something does not belong to it or to
// its commitment; errors of on_entry, which end the reading.
Result<TreeHead> ReadEntries(Client* client, HttpFetcher* fetcher,
                             const EntryReaderOptions& options);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COPY_ENTRY_READER_H_
