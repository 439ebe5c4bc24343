#include "api/tool/copy/tile_export.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/client/bundle_size.h"
#include "api/tool/copy/copy_history.h"
#include "api/tool/copy/copy_redactions.h"
#include "verifier/base/durable_file.h"
#include "verifier/core/bundle.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

constexpr size_t kTileBytes = kTileWidth * kHashSize;
// Tiles looked at together: enough to keep all connections busy.
constexpr uint64_t kGroupTiles = 256;

std::vector<Hash> SplitHashes(std::string_view tile) {
  std::vector<Hash> hashes(tile.size() / kHashSize);
  std::memcpy(hashes.data(), tile.data(), hashes.size() * kHashSize);
  return hashes;
}

// Whether the bundle that begins with entry `first` has these hashes, and what
// is empty in it is redacted.
bool IsBundleOf(uint64_t first, std::string_view bundle,
                std::span<const Hash> leaf_hashes, CopyRedactions* redactions) {
  const auto entries =
      ParseBundle(AsBytes(bundle), static_cast<uint32_t>(leaf_hashes.size()));
  if (!entries) return false;
  for (size_t i = 0; i < entries->size(); ++i) {
    const Bytes entry = (*entries)[i];
    const bool holds =
        entry.empty() && redactions->IsRedacted(first + i, leaf_hashes[i]);
    if (!holds && HashLeaf(entry) != leaf_hashes[i]) return false;
  }
  for (size_t i = 0; i < entries->size(); ++i) {
    redactions->Look(first + i, AsText((*entries)[i]));
  }
  return true;
}

// What may have come between the list of redactions and a bundle.
std::string Excuse(const std::string& path, std::string_view body) {
  const auto parsed = ParseTilePath(path);
  if (!parsed || parsed->level >= 0) return "";
  const auto entries = ParseBundle(AsBytes(body), parsed->width);
  if (!entries || std::ranges::none_of(*entries, &Bytes::empty)) return "";
  return ": it has an empty slot that no redaction of the log's list explains; "
         "if an entry was redacted just now, run this again";
}

uint64_t CountFiles(uint64_t size) {
  uint64_t files = (size + kTileWidth - 1) / kTileWidth;  // bundles
  for (int level = 0; level <= kTileLevelMax; ++level) {
    files += (LevelSize(level, size) + kTileWidth - 1) / kTileWidth;
  }
  return files;
}

class Exporter {
 public:
  Exporter(HttpFetcher* fetcher, const ExportOptions& options)
      : fetcher_(fetcher), options_(options) {}

  Result<ExportTotals> Run() {
    // Before the checkpoint: then the entries that it names are in the tree.
    RETURN_IF_ERROR(FetchRedactions());
    ASSIGN_OR_RETURN(std::string note,
                     fetcher_->Fetch({"checkpoint", kNoteSizeMax}));
    auto trusted = OpenCheckpoint(note, *options_.policy);
    if (!trusted) return Prefixed("checkpoint", std::move(trusted).error());
    tree_ = trusted->checkpoint.tree;
    log_ = {trusted->checkpoint, note};
    files_total_ = CountFiles(tree_.size);
    RETURN_IF_ERROR(CheckDirectory());
    RETURN_IF_ERROR(CopyEdge());
    RETURN_IF_ERROR(CopyFullTiles());
    ASSIGN_OR_RETURN(const uint64_t redacted, ObeyRedactions());
    RETURN_IF_ERROR(Commit(note));
    return ExportTotals{.tree = tree_,
                        .fetched = fetched_,
                        .kept = kept_,
                        .redacted = redacted};
  }

 private:
  struct File {
    uint64_t index;
    FetchRequest request;
  };
  // Whether a file's contents belong to the tree; takes what it needs of them.
  using Judge = std::function<bool(uint64_t index, const std::string& data)>;

  std::string Place(const std::string& path) const {
    return absl::StrCat(options_.directory, "/", path);
  }

  // A log of another make has no such list.
  Result<void> FetchRedactions() {
    const auto list = fetcher_->Fetch({kRedactionsPath, kRedactionListMax});
    if (!list && list.error().code == Code::kNotFound) return {};
    if (!list) return std::unexpected(list.error());
    auto lines = ParseRedactionList(*list);
    if (!lines) return Prefixed(kRedactionsPath, std::move(lines).error());
    redactions_ = CopyRedactions(*std::move(lines));
    return {};
  }

  Result<uint64_t> ObeyRedactions() {
    ASSIGN_OR_RETURN(const std::vector<RedactionLine> lines,
                     redactions_.Finish(tree_.size));
    for (const RedactionLine& line : lines) {
      RETURN_IF_ERROR(EmptyInCopy(options_.directory, line.entry));
    }
    if (lines.empty()) return 0;
    RETURN_IF_ERROR(WriteFileAtomically(Place(kRedactionsPath),
                                        FormatRedactionList(lines), 0644));
    return lines.size();
  }

  // The directory may hold an older export of the same log, or nothing. One of
  // another history of the log stays as it is, and is evidence.
  Result<void> CheckDirectory() {
    auto note = ReadFile(Place("checkpoint"), kNoteSizeMax);
    if (!note) {
      if (note.error().code == Code::kNotFound) return {};
      return std::unexpected(std::move(note).error());
    }
    auto older = OpenCheckpoint(*note, *options_.policy);
    if (!older || older->checkpoint.origin != log_.checkpoint.origin) {
      return Fail(
          Code::kConflict,
          absl::StrCat(Place("checkpoint"), " is not of this log (",
                       older ? older->checkpoint.origin : older.error().message,
                       "); export to another directory"));
    }
    const SignedTree copy = {older->checkpoint, *std::move(note)};
    const bool is_larger = copy.checkpoint.tree.size > tree_.size;
    auto same = CompareHistories(
        copy, log_, absl::StrCat(options_.directory, ".evidence"),
        [&](TileId tile, uint32_t width) -> Result<std::string> {
          return is_larger ? TileInCopy(tile, width) : TileOfLog(tile, width);
        });
    if (!same && (same.error().code == Code::kConflict || !is_larger)) {
      return same;
    }
    if (!is_larger) return {};
    return Fail(
        Code::kConflict,
        absl::StrCat("the log has ", tree_.size, " entries, and ",
                     options_.directory, " a copy with ",
                     copy.checkpoint.tree.size, ": ",
                     same ? "an earlier state of the same log; "
                          : "whether they are of one history cannot be told (" +
                                same.error().message + "); ",
                     "keep that copy, and export to another directory"));
  }

  Result<std::string> TileInCopy(TileId tile, uint32_t width) const {
    return ReadFile(Place(TilePath(tile, width)), width * kHashSize);
  }
  Result<std::string> TileOfLog(TileId tile, uint32_t width) const {
    return fetcher_->Fetch({TilePath(tile, width), width * kHashSize});
  }

  // The partial tiles: where the root is proved, and with it all the rest.
  Result<void> CopyEdge() {
    std::vector<FetchRequest> requests;
    std::vector<int> levels;
    for (int level = kTileLevelMax; level >= 0; --level) {
      TileId tile = EdgeTile(level);
      uint32_t width = TileWidth(tile, tree_.size);
      if (width == 0) continue;
      requests.push_back({TilePath(tile, width), width * kHashSize});
      levels.push_back(level);
    }
    std::vector<std::string> tiles(requests.size());
    RETURN_IF_ERROR(
        fetcher_->FetchAll(requests, [&](size_t position, std::string body) {
          tiles[position] = std::move(body);
          return Result<void>{};
        }));
    RETURN_IF_ERROR(JudgeEdge(requests, levels, tiles));
    for (size_t i = 0; i < tiles.size(); ++i) {
      RETURN_IF_ERROR(Save(requests[i].path, tiles[i]));
    }
    return {};
  }

  Result<void> JudgeEdge(std::span<const FetchRequest> requests,
                         std::span<const int> levels,
                         std::span<const std::string> tiles) {
    Frontier frontier;
    for (size_t i = 0; i < tiles.size(); ++i) {
      if (tiles[i].size() != requests[i].size_max) {
        return Fail(Code::kBadProof,
                    absl::StrCat(requests[i].path, ": ", tiles[i].size(),
                                 " bytes, want ", requests[i].size_max));
      }
      edge_[levels[i]] = SplitHashes(tiles[i]);
      for (const Hash& hash : edge_[levels[i]]) {
        frontier.AppendSubtree(levels[i] * kTileHeight, hash);
      }
    }
    if (frontier.Root() != tree_.root) {
      return Fail(Code::kBadProof,
                  absl::StrCat("the partial tiles (",
                               requests.empty() ? "none" : requests[0].path,
                               " and below) do not lead to the root of the "
                               "checkpoint of size ",
                               tree_.size));
    }
    return {};
  }

  // The first tile of a level that is not full.
  TileId EdgeTile(int level) const {
    return {level, LevelSize(level, tree_.size) / kTileWidth};
  }

  Result<void> CopyFullTiles() {
    std::vector<Hash> parents;  // of the level above, all of them
    for (int level = kTileLevelMax; level >= 1; --level) {
      std::vector<Hash> hashes(LevelSize(level, tree_.size));
      RETURN_IF_ERROR(
          CopyTiles(level, 0, EdgeTile(level).index, parents, hashes));
      std::ranges::copy(edge_[level], hashes.end() - static_cast<ptrdiff_t>(
                                                         edge_[level].size()));
      parents = std::move(hashes);
    }
    uint64_t full = EdgeTile(0).index;
    for (uint64_t begin = 0; begin < full; begin += kGroupTiles) {
      uint64_t end = std::min(begin + kGroupTiles, full);
      std::vector<Hash> leaf_hashes((end - begin) * kTileWidth);
      RETURN_IF_ERROR(CopyTiles(0, begin, end, parents, leaf_hashes));
      RETURN_IF_ERROR(CopyBundles(begin, kTileWidth, leaf_hashes));
    }
    if (edge_[0].empty()) return {};
    return CopyBundles(full, static_cast<uint32_t>(edge_[0].size()), edge_[0]);
  }

  // Tiles [begin, end) of a level; `hashes` gets what they hold.
  Result<void> CopyTiles(int level, uint64_t begin, uint64_t end,
                         std::span<const Hash> parents,
                         std::span<Hash> hashes) {
    std::vector<File> files;
    for (uint64_t n = begin; n < end; ++n) {
      files.push_back({n, {TilePath({level, n}, kTileWidth), kTileBytes}});
    }
    return CopyFiles(files, [&](uint64_t n, const std::string& data) {
      if (data.size() != kTileBytes) return false;
      std::vector<Hash> tile = SplitHashes(data);
      if (TileRoot(tile) != parents[n]) return false;
      std::ranges::copy(tile, hashes.begin() + static_cast<ptrdiff_t>(
                                                   (n - begin) * kTileWidth));
      return true;
    });
  }

  // The bundles from `begin` on, of `width` entries each.
  Result<void> CopyBundles(uint64_t begin, uint32_t width,
                           std::span<const Hash> leaf_hashes) {
    std::vector<File> files;
    for (uint64_t n = begin; (n - begin) * width < leaf_hashes.size(); ++n) {
      files.push_back({n, {BundlePath(n, width), kBundleBytesMax}});
    }
    return CopyFiles(files, [&](uint64_t n, const std::string& data) {
      return IsBundleOf(n * kTileWidth, data,
                        leaf_hashes.subspan((n - begin) * width, width),
                        &redactions_);
    });
  }

  // Keeps what is there and holds, and fetches the rest.
  Result<void> CopyFiles(const std::vector<File>& files, const Judge& judge) {
    std::vector<FetchRequest> missing;
    std::vector<uint64_t> indexes;
    for (const File& file : files) {
      auto data = ReadFile(Place(file.request.path), file.request.size_max);
      if (data && judge(file.index, *data)) {
        ++kept_;
        ReportProgress();
        continue;
      }
      missing.push_back(file.request);
      indexes.push_back(file.index);
    }
    return fetcher_->FetchAll(
        missing, [&](size_t position, std::string body) -> Result<void> {
          const std::string& path = missing[position].path;
          if (!judge(indexes[position], body)) {
            return Fail(Code::kBadProof,
                        absl::StrCat(path,
                                     ": is not part of the tree of the "
                                     "checkpoint of size ",
                                     tree_.size, Excuse(path, body)));
          }
          return Save(path, body);
        });
  }

  Result<void> Save(const std::string& path, std::string_view data) {
    std::string place = Place(path);
    std::string folder = std::filesystem::path(place).parent_path().string();
    if (folder != folder_) {
      std::error_code error;
      std::filesystem::create_directories(folder, error);
      if (error) {
        return Fail(Code::kUnavailable, absl::StrCat("cannot create ", folder,
                                                     ": ", error.message()));
      }
      folder_ = folder;
    }
    ++fetched_;
    ReportProgress();
    return WriteFileAtomically(place, data, 0644);
  }

  // All files are on the disk before the checkpoint says so.
  Result<void> Commit(std::string_view note) {
    std::error_code error;
    std::filesystem::create_directories(options_.directory, error);
    int fd = open(options_.directory.c_str(), O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && syncfs(fd) == 0;
    if (fd >= 0) close(fd);
    if (!synced) {
      return Fail(Code::kUnavailable,
                  absl::StrCat("cannot sync ", options_.directory));
    }
    return WriteFileDurably(Place("checkpoint"), note, 0644);
  }

  void ReportProgress() {
    if (options_.on_progress) {
      options_.on_progress(fetched_ + kept_, files_total_);
    }
  }

  HttpFetcher* const fetcher_;
  const ExportOptions& options_;
  TreeHead tree_;
  SignedTree log_;
  CopyRedactions redactions_;
  std::vector<Hash> edge_[kTileLevelMax + 1];  // hashes of the partial tiles
  std::string folder_;                         // that is known to exist
  uint64_t files_total_ = 0;
  uint64_t fetched_ = 0;
  uint64_t kept_ = 0;
};

}  // namespace

Result<ExportTotals> ExportTiles(HttpFetcher* fetcher,
                                 const ExportOptions& options) {
  return Exporter(fetcher, options).Run();
}

}  // namespace modlog
