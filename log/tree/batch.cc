#include "log/tree/batch.h"

namespace modlog {

Hash Batch::Append(std::string_view header, std::string_view body,
                   EntryBody kind) {
  const uint64_t index = growth_.edge().size();
  if (pieces_.empty() || index % kTileWidth == 0) {
    pieces_.push_back({index, 0, {}});
  }
  BundlePiece& piece = pieces_.back();
  const size_t size = LeafSize(header, body);
  piece.bytes.push_back(static_cast<char>(size >> 8));
  piece.bytes.push_back(static_cast<char>(size & 0xff));
  const size_t start = piece.bytes.size();
  AppendLeaf(header, body, &piece.bytes, kind);
  MODLOG_CHECK(piece.bytes.size() - start == size, "a leaf has its size");
  ++piece.count;
  const Hash hash =
      HashLeaf(AsBytes(std::string_view(piece.bytes).substr(start)));
  growth_.Append(hash);
  return hash;
}

StoreBatch Batch::ForStore() {
  StoreBatch batch;
  batch.before = before_;
  batch.after = {growth_.edge().Head(), logged_at_ms_};
  batch.pieces = std::move(pieces_);
  batch.tiles = growth_.EncodeFullTiles();
  return batch;
}

}  // namespace modlog
