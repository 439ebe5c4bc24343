// make-log DIRECTORY ENTRIES: writes a log's files, to measure audits on. The
// policy goes to DIRECTORY.policy. The entries break no rule of the record; one
// file at a time is held in memory.

#include <cstdlib>
#include <iostream>

#include "modlog/v1/action.pb.h"
#include "tests/audit/small_log.h"
#include "verifier/core/bundle.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

class LogWriter {
 public:
  LogWriter(std::string directory, uint64_t size)
      : directory_(std::move(directory)), size_(size) {}

  void Add(const std::string& entry) {
    AppendToBundle(AsBytes(entry), &bundle_);
    frontier_.Append(HashLeaf(AsBytes(entry)));
    AddHash(0, HashLeaf(AsBytes(entry)));
  }

  void Finish(const SignerKey& key) {
    if (frontier_.size() % kTileWidth != 0) WriteBundle();
    for (size_t level = 0; level < tiles_.size(); ++level) {
      if (!tiles_[level].empty()) WriteTile(level);
    }
    WriteFiles({{"checkpoint",
                 SignNote(FormatCheckpoint({kSmallOrigin, frontier_.Head()}),
                          {&key, 1})}},
               directory_);
  }

 private:
  void AddHash(size_t level, const Hash& hash) {
    if (tiles_.size() <= level) tiles_.resize(level + 1);
    tiles_[level].push_back(hash);
    if (tiles_[level].size() < kTileWidth) return;
    if (level == 0) WriteBundle();
    const Hash root = TileRoot(tiles_[level]);
    WriteTile(level);
    AddHash(level + 1, root);
  }

  void WriteBundle() {
    const uint64_t index = (frontier_.size() - 1) / kTileWidth;
    WriteFiles({{BundlePath(index, TileWidth({0, index}, size_)), bundle_}},
               directory_);
    bundle_.clear();
  }

  void WriteTile(size_t level) {
    const int l = static_cast<int>(level);
    const uint64_t index = (LevelSize(l, frontier_.size()) - 1) / kTileWidth;
    std::string bytes;
    for (const Hash& hash : tiles_[level]) bytes += AsText(hash);
    WriteFiles(
        {{TilePath({l, index}, static_cast<uint32_t>(tiles_[level].size())),
          bytes}},
        directory_);
    tiles_[level].clear();
  }

  std::string directory_;
  uint64_t size_;
  Frontier frontier_;
  std::string bundle_;
  std::vector<std::vector<Hash>> tiles_;
};

// Statements of reasons with all that the EU's duty asks for and a commitment;
// every fourth entry says that the person was told of the one three before.
std::string RecordEntry(uint64_t n) {
  v1::Action action;
  action.set_puid("p-" + std::to_string(n));
  action.set_taxonomy(202507);
  if (n % 4 == 3) {
    action.set_kind(v1::KIND_USER_NOTIFIED);
    action.set_notified_date(20'454);
    action.add_about("p-" + std::to_string(n - 3));
  } else {
    action.set_kind(v1::KIND_ACTION);
    action.set_commitment(std::string(AsText(Sha256(AsBytes(action.puid())))));
    action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
    action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
    action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
    action.add_content_types(v1::CONTENT_TYPE_TEXT);
    action.set_content_date(20'450);
    action.set_application_date(20'454);
    action.set_territory((1u << 30) - 1);
    action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
    action.set_automated_detection(v1::YES_NO_YES);
    action.set_automated_decision(v1::AUTOMATED_DECISION_FULLY);
    action.set_regime(v1::REGIME_EU_DSA);
    action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  }
  std::string leaf;
  AppendLeaf(EncodeEntryHeader(1'767'225'600'000 + static_cast<int64_t>(n / 9),
                               "platform.example"),
             action.SerializeAsString(), &leaf);
  return leaf;
}

int Main(const std::string& directory, uint64_t size) {
  LogWriter writer(directory, size);
  for (uint64_t n = 0; n < size; ++n) writer.Add(RecordEntry(n));
  writer.Finish(SmallLogKey());
  WriteWholeFile(directory + ".policy", SmallPolicyText());
  std::cout << "entries of " << RecordEntry(0).size() << " to "
            << RecordEntry(size - 1).size() << " bytes\n";
  return 0;
}

}  // namespace
}  // namespace modlog

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make-log DIRECTORY ENTRIES\n";
    return 2;
  }
  return modlog::Main(argv[1], std::strtoull(argv[2], nullptr, 10));
}
