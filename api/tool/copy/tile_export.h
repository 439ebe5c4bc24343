#ifndef MODLOG_API_TOOL_COPY_TILE_EXPORT_H_
#define MODLOG_API_TOOL_COPY_TILE_EXPORT_H_

// A static copy of a log, https://c2sp.org/tlog-tiles: checkpoint, tiles and
// entry bundles at their paths, ready for any web server or for an audit.
//
// The checkpoint is fetched first and written last, so a directory with a
// checkpoint has all that it promises. Nothing is kept before it is proved to
// be part of the checkpoint's tree, from the root down:
//
//   right edge    the partial tiles of all levels fold to the root
//   tile (l, n)   folds to hash n of level l + 1
//   bundle n      its entries hash to tile (0, n)
//
// What the log has redacted (verifier/core/redaction_list.h) is obeyed: an
// empty slot is taken where the list and the LEAF_REDACTED entry explain it,
// and the bytes are taken out of files that an older export left. Nothing is
// taken out before all of the list is found to be what entries of the tree say.
//
// An export that is run again takes what stands in the directory and holds,
// and fetches the rest. Memory: 32 bytes for every 256 entries.

#include <cstdint>
#include <functional>
#include <string>

#include "api/tool/copy/http_fetcher.h"
#include "verifier/core/policy.h"

namespace modlog {

struct ExportOptions {
  std::string directory;  // made if missing
  const Policy* policy;   // whose checkpoint it must be
  std::function<void(uint64_t done, uint64_t total)> on_progress;  // in files
};

struct ExportTotals {
  TreeHead tree;
  uint64_t fetched = 0;   // tiles and bundles
  uint64_t kept = 0;      // that stood there already
  uint64_t redacted = 0;  // entries that the log has redacted
};

// ExportTiles copies the log. kConflict where the directory holds another log,
// a larger tree of this one, or another history of it: then nothing is written
// but evidence, in DIRECTORY.evidence (copy_history.h). kBadProof names the
// tile or bundle that does not belong to the tree; errors of the fetcher and of
// the file system.
Result<ExportTotals> ExportTiles(HttpFetcher* fetcher,
                                 const ExportOptions& options);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COPY_TILE_EXPORT_H_
