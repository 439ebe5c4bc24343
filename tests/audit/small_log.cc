#include "tests/audit/small_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "modlog/v1/action.pb.h"
#include "verifier/core/bundle.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/entry.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

SignerKey KeyFromByte(const std::string& name, SignatureType type, char byte) {
  auto key = Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, byte)));
  return *MakeSignerKey(name, type, std::move(*key));
}

std::vector<Hash> LeafHashes(const std::vector<std::string>& entries) {
  std::vector<Hash> hashes;
  for (const std::string& entry : entries) {
    hashes.push_back(HashLeaf(AsBytes(entry)));
  }
  return hashes;
}

// RFC 6962, section 2.1, word for word.
Hash RecursiveRoot(const std::vector<Hash>& leaves, size_t begin, size_t end) {
  if (begin == end) return HashEmpty();
  if (end - begin == 1) return leaves[begin];
  size_t k = 1;
  while (2 * k < end - begin) k *= 2;
  return HashNode(RecursiveRoot(leaves, begin, begin + k),
                  RecursiveRoot(leaves, begin + k, end));
}

// The level above: the roots of the full tiles of this one.
std::vector<Hash> LevelAbove(const std::vector<Hash>& level) {
  std::vector<Hash> above;
  for (size_t end = kTileWidth; end <= level.size(); end += kTileWidth) {
    above.push_back(RecursiveRoot(level, end - kTileWidth, end));
  }
  return above;
}

void AddTiles(int level, const std::vector<Hash>& hashes, Files* files) {
  for (size_t begin = 0; begin < hashes.size(); begin += kTileWidth) {
    const size_t end = std::min<size_t>(begin + kTileWidth, hashes.size());
    std::string tile;
    for (size_t i = begin; i < end; ++i) tile += AsText(hashes[i]);
    (*files)[TilePath({level, begin / kTileWidth},
                      static_cast<uint32_t>(end - begin))] = tile;
  }
}

void AddBundles(const std::vector<std::string>& entries, Files* files) {
  for (size_t begin = 0; begin < entries.size(); begin += kTileWidth) {
    const size_t end = std::min<size_t>(begin + kTileWidth, entries.size());
    std::string bundle;
    for (size_t i = begin; i < end; ++i) {
      AppendToBundle(AsBytes(entries[i]), &bundle);
    }
    (*files)[BundlePath(begin / kTileWidth,
                        static_cast<uint32_t>(end - begin))] = bundle;
  }
}

}  // namespace

SignerKey SmallLogKey() {
  return KeyFromByte(kSmallOrigin, SignatureType::kEd25519, 'l');
}
SignerKey SmallLogOtherKey() {
  return KeyFromByte(kSmallOrigin, SignatureType::kEd25519, 'x');
}
SignerKey SmallWitnessKey() {
  return KeyFromByte("witness.example/w1", SignatureType::kEd25519Cosignature,
                     'w');
}

std::string SmallPolicyText() {
  return "log " + FormatVerifierKey(SmallLogKey().verifier) + "\nquorum none\n";
}
std::string SmallWitnessedPolicyText() {
  return "log " + FormatVerifierKey(SmallLogKey().verifier) + "\nwitness w1 " +
         FormatVerifierKey(SmallWitnessKey().verifier) + "\nquorum w1\n";
}
Policy SmallPolicy() { return *ParsePolicy(SmallPolicyText()); }

std::string MakeEntry(int64_t logged_at_ms, const std::string& platform,
                      const std::string& puid) {
  v1::Action action;
  action.set_kind(v1::KIND_NOTICE_RECEIVED);
  action.set_puid(puid);
  action.set_taxonomy(202507);
  action.set_source_type(v1::SOURCE_TYPE_ARTICLE_16);
  action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  std::string entry;
  AppendLeaf(EncodeEntryHeader(logged_at_ms, platform),
             action.SerializeAsString(), &entry);
  return entry;
}

std::string SmallEntry(uint64_t n) {
  // As in a real log, one time for a batch of entries.
  return MakeEntry(1'767'225'600'000 + static_cast<int64_t>(n / 3),
                   "platform.example", "p-" + std::to_string(n));
}

SmallLog SmallLog::OfSize(uint64_t size) {
  SmallLog log;
  for (uint64_t n = 0; n < size; ++n) log.entries.push_back(SmallEntry(n));
  return log;
}

TreeHead SmallLog::HeadAt(uint64_t size) const {
  return {size, RecursiveRoot(LeafHashes(entries), 0, size)};
}

std::string SmallLog::CheckpointAt(uint64_t size) const {
  return SignNote(FormatCheckpoint({origin, HeadAt(size)}), {&key, 1});
}

Files SmallLog::MakeFiles() const {
  Files files = {{"checkpoint", Checkpoint()}};
  AddBundles(entries, &files);
  std::vector<Hash> hashes = LeafHashes(entries);
  for (int level = 0; !hashes.empty(); ++level) {
    AddTiles(level, hashes, &files);
    hashes = LevelAbove(hashes);
  }
  return files;
}

void WriteFiles(const Files& files, const std::string& directory) {
  for (const auto& [path, bytes] : files) {
    const std::filesystem::path full = directory + "/" + path;
    std::filesystem::create_directories(full.parent_path());
    WriteWholeFile(full, bytes);
  }
}

Result<void> FilesSource::Fetch(const std::string& path, size_t size_max,
                                std::string* out) {
  const auto it = files_.find(path);
  if (it == files_.end()) return Fail(Code::kNotFound, "no such file");
  if (it->second.size() > size_max) return Fail(Code::kTooLarge, "too large");
  *out = it->second;
  return {};
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = std::filesystem::temp_directory_path() / "audit.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no directory";
  path_ = name;
}
TemporaryDirectory::~TemporaryDirectory() {
  std::filesystem::remove_all(path_);
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void WriteWholeFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) ADD_FAILURE() << "cannot write " << path;
}

}  // namespace modlog
