// If these fail, an audit calls a log true whose bytes are not under the signed
// root, calls an honest one false, or names the wrong place.
//
// Compiled twice: with tiles as they are, and with tiles four wide, where a few
// leaves make a tree of many levels.

#include "verifier/audit/audit.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/audit/record_log.h"
#include "tests/audit/small_log.h"
#include "verifier/core/bundle.h"
#include "verifier/core/tile.h"
#include "verifier/source/directory_source.h"

namespace modlog::audit_test {
namespace {

constexpr bool kNarrow = kTileHeight < 8;

AuditReport AuditSource(Source* source, int threads = 1) {
  const Policy policy = SmallPolicy();
  AuditRequest request;
  request.source = source;
  request.policy = &policy;
  request.integrity_only = true;
  request.threads = threads;
  return Audit(request);
}
AuditReport AuditFiles(const Files& files, int threads = 1) {
  FilesSource source(files);
  return AuditSource(&source, threads);
}

std::string Describe(const AuditReport& report) {
  return std::string(VerdictName(report.verdict)) + ": " + report.place + ": " +
         report.reason;
}

// Sizes on both sides of every border of the geometry.
std::vector<uint64_t> Sizes() {
  if (kNarrow) {
    std::vector<uint64_t> sizes;
    for (uint64_t size = 1; size <= 70; ++size) sizes.push_back(size);
    sizes.insert(sizes.end(), {255, 256, 257, 341, 1023, 1024, 1025});
    return sizes;
  }
  return {1, 2, 3, 255, 256, 257, 511, 512, 513, 700, 65'536, 65'537, 66'049};
}

// ---- where a byte of a file is, in the words that an audit uses

std::string PlaceInBundle(uint64_t index, const std::string& bytes, size_t at) {
  size_t begin = 0;
  for (uint64_t k = 0;; ++k) {
    const auto high = static_cast<uint8_t>(bytes[begin]);
    const auto low = static_cast<uint8_t>(bytes[begin + 1]);
    begin += 2 + static_cast<size_t>(high * 256 + low);
    if (at < begin) return "entry " + std::to_string(index * kTileWidth + k);
  }
}

std::string PlaceOf(const std::string& path, const std::string& bytes,
                    size_t at) {
  const auto resource = ParseTilePath(path);
  if (!resource) return "checkpoint";
  if (resource->level < 0) return PlaceInBundle(resource->index, bytes, at);
  return path + " hash " + std::to_string(at / kHashSize);
}

void ExpectFlipIsNamed(FilesSource* source, const std::string& path, size_t at,
                       uint8_t mask) {
  std::string& bytes = source->files()[path];
  const std::string want = PlaceOf(path, bytes, at);
  const char before = bytes[at];
  bytes[at] = static_cast<char>(static_cast<uint8_t>(before) ^ mask);
  const AuditReport report = AuditSource(source);
  bytes[at] = before;
  // A hash that is another one is false. What no longer parses, or is signed by
  // nobody that is known, is not: some other page looks the same.
  ASSERT_NE(report.verdict, Verdict::kTrue) << path << " byte " << at;
  if (path.starts_with("tile/") && !path.starts_with("tile/entries/")) {
    ASSERT_EQ(report.verdict, Verdict::kFalse)
        << path << " byte " << at << ": " << Describe(report);
  }
  if (want == "checkpoint") {
    ASSERT_TRUE(report.place.starts_with("checkpoint")) << Describe(report);
  } else {
    ASSERT_EQ(report.place, want)
        << path << " byte " << at << ": " << Describe(report);
  }
}

// Which bytes of a file to change: all of a small one, some of a large one.
size_t StepOf(const std::string& bytes) {
  const size_t samples = kNarrow ? 5 : 12;
  return bytes.size() <= samples ? 1 : bytes.size() / samples;
}

TEST(AuditTest, AnHonestLogOfAnySizeIsTrueWithEveryTileAndBundleCounted) {
  for (const uint64_t size : Sizes()) {
    const Files files = SmallLog::OfSize(size).MakeFiles();
    const AuditReport report = AuditFiles(files);
    ASSERT_EQ(report.verdict, Verdict::kTrue) << size << Describe(report);
    EXPECT_EQ(report.counts.entries, size);
    EXPECT_EQ(report.counts.bundles, (size + kTileWidth - 1) / kTileWidth);
    // Everything that is not a bundle or the checkpoint is a tile.
    EXPECT_EQ(report.counts.tiles, files.size() - 1 - report.counts.bundles)
        << size;
  }
}

// A source that is reached at an address.
class AddressedSource final : public FilesSource {
 public:
  AddressedSource(Files files, std::string address)
      : FilesSource(std::move(files)), address_(std::move(address)) {}
  std::string name() const override { return address_; }

 private:
  const std::string address_;
};

TEST(AuditTest, ALogCannotHideBehindAnotherThatThePolicyTrustsToo) {
  // A log that rewrote its past would show the honest log of another operator,
  // and its auditor's exit status would stay 0.
  const std::string vkey = FormatVerifierKey(SmallLogKey().verifier);
  const SignerKey hidden =
      *MakeSignerKey("hidden.example/log", SignatureType::kEd25519,
                     *Ed25519PrivateKey::FromSeed(
                         AsBytes("hidden.example's seed, 32 bytes.")));
  const Policy policy =
      *ParsePolicy("log " + FormatVerifierKey(hidden.verifier) +
                   " http://hidden.example/\nlog " + vkey +
                   " http://small.example/a/\nquorum none\n");
  const auto verdict_at = [&](const std::string& address) {
    AddressedSource source(SmallLog::OfSize(3).MakeFiles(), address);
    AuditRequest request;
    request.source = &source;
    request.policy = &policy;
    return Audit(request).verdict;
  };
  EXPECT_EQ(verdict_at("http://hidden.example"), Verdict::kCannotTell);
  EXPECT_EQ(verdict_at("http://small.example/a"), Verdict::kTrue);
  EXPECT_EQ(verdict_at("a/copy"), Verdict::kTrue);
}

TEST(AuditTest, AnEmptyLogIsTrueAndProvesNothing) {
  const AuditReport report = AuditFiles(SmallLog::OfSize(0).MakeFiles());
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Describe(report);
  EXPECT_EQ(report.counts.entries, 0u);
  EXPECT_EQ(report.trusted->checkpoint.tree.size, 0u);
}

TEST(AuditTest, AChangedByteIsFoundInEveryFileAndItsPlaceIsNamed) {
  for (const uint64_t size : Sizes()) {
    if (size > 1000) continue;  // their own test below
    FilesSource source(SmallLog::OfSize(size).MakeFiles());
    const Files files = source.files();
    for (const auto& [path, bytes] : files) {
      for (size_t at = 0; at < bytes.size(); at += StepOf(bytes)) {
        ExpectFlipIsNamed(&source, path, at, 0x01);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(AuditTest, AChangedByteIsFoundBelowSeveralLevelsOfTiles) {
  const uint64_t size = kNarrow ? 1025 : 66'049;
  FilesSource source(SmallLog::OfSize(size).MakeFiles());
  const Files files = source.files();
  std::mt19937 random(1);
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : files) {
    // Every tile above level 0, and a few of the others.
    const auto resource = ParseTilePath(path);
    if ((resource && resource->level > 0) || random() % 64 == 0) {
      paths.push_back(path);
    }
  }
  for (const std::string& path : paths) {
    const size_t at = random() % files.at(path).size();
    ExpectFlipIsNamed(&source, path, at, 0x80);
    if (HasFatalFailure()) return;
  }
}

TEST(AuditTest, EveryByteOfASmallLogMatters) {
  FilesSource source(SmallLog::OfSize(kNarrow ? 21 : 3).MakeFiles());
  const Files files = source.files();
  for (const auto& [path, bytes] : files) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const int mask : {0x01, 0x20, 0xff}) {
        ExpectFlipIsNamed(&source, path, at, static_cast<uint8_t>(mask));
        if (HasFatalFailure()) return;
      }
    }
  }
}

// A pruned log, a copy behind its checkpoint.
TEST(AuditTest, AFileThatIsNotThereIsNamedAndNotFalse) {
  for (const uint64_t size : Sizes()) {
    if (size > 1000) continue;
    FilesSource source(SmallLog::OfSize(size).MakeFiles());
    const Files files = source.files();
    for (const auto& [path, bytes] : files) {
      source.files().erase(path);
      const AuditReport report = AuditSource(&source);
      source.files()[path] = bytes;
      ASSERT_EQ(report.verdict, Verdict::kCannotTell) << Describe(report);
      ASSERT_EQ(report.place, path) << Describe(report);
    }
  }
}

TEST(AuditTest, AFileCutAnywhereOrLongerCannotTell) {
  const uint64_t size = kNarrow ? 23 : 515;
  FilesSource source(SmallLog::OfSize(size).MakeFiles());
  const Files files = source.files();
  for (const auto& [path, bytes] : files) {
    for (size_t keep = 0; keep < bytes.size(); keep += StepOf(bytes)) {
      source.files()[path] = bytes.substr(0, keep);
      const AuditReport report = AuditSource(&source);
      ASSERT_EQ(report.verdict, Verdict::kCannotTell)
          << path << Describe(report);
      ASSERT_FALSE(report.place.empty());
    }
    source.files()[path] = bytes + "x";
    const AuditReport report = AuditSource(&source);
    ASSERT_EQ(report.verdict, Verdict::kCannotTell) << path << Describe(report);
    source.files()[path] = bytes;
  }
}

TEST(AuditTest, ABundleCutWithinAnEntryNamesThatEntry) {
  FilesSource source(SmallLog::OfSize(3).MakeFiles());
  const std::string path = BundlePath(0, 3);
  std::string& bytes = source.files()[path];
  bytes.pop_back();
  EXPECT_EQ(AuditSource(&source).place, "entry 2");
}

TEST(AuditTest, ThePrefixOfAFullTileOrBundleStandsForAPartialThatIsGone) {
  const uint64_t small = kTileWidth + 3;
  const uint64_t large = 3 * kTileWidth;
  const SmallLog log = SmallLog::OfSize(large);
  Files files = log.MakeFiles();
  files["checkpoint"] = log.CheckpointAt(small);
  // The level-1 tile of the smaller tree is a prefix of the larger one's.
  files[TilePath({1, 0}, 1)] = files.at(TilePath({1, 0}, 3)).substr(0, 32);
  ASSERT_FALSE(files.contains(BundlePath(1, 3)));
  const AuditReport report = AuditFiles(files);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Describe(report);
  EXPECT_EQ(report.counts.entries, small);

  files[BundlePath(1, kTileWidth)][4] ^= 1;
  EXPECT_EQ(AuditFiles(files).place, "entry " + std::to_string(kTileWidth));
}

// A captive portal, a bundle or tile that a proxy or FTP changed, a web page.
TEST(AuditTest, SomeOtherPageInPlaceOfAnyFileIsNotFalse) {
  const std::string page = "<!DOCTYPE html><p>" + std::string(40'000, 'x');
  FilesSource source(SmallLog::OfSize(kTileWidth + 3).MakeFiles());
  const Files files = source.files();
  for (const auto& [path, bytes] : files) {
    std::string crlf;
    for (const char c : bytes) {
      crlf += c == '\n' ? "\r\n" : std::string(1, c);
    }
    for (const std::string& other : {page, page.substr(0, 300), crlf}) {
      if (other == bytes) continue;
      source.files()[path] = other;
      const AuditReport report = AuditSource(&source);
      EXPECT_EQ(report.verdict, Verdict::kCannotTell)
          << path << Describe(report);
    }
    source.files()[path] = bytes;
  }
}

// The oldest entries of a pruned log are gone; the rest is under the root.
TEST(AuditTest, TheRestOfAPrunedLogIsJudgedFromAnEntryOn) {
  const uint64_t size = 3 * uint64_t{kTileWidth} + 5;
  Files files = SmallLog::OfSize(size).MakeFiles();
  for (const std::string& path :
       {BundlePath(0, kTileWidth), TilePath({0, 0}, kTileWidth)}) {
    ASSERT_EQ(files.erase(path), 1u);
  }
  const Policy policy = SmallPolicy();
  FilesSource source(files);
  AuditRequest request;
  request.source = &source;
  request.policy = &policy;
  request.first_use = true;
  request.integrity_only = true;
  EXPECT_EQ(Audit(request).verdict, Verdict::kCannotTell);
  for (const uint64_t from : {uint64_t{256}, uint64_t{300}, size - 1}) {
    if (kTileWidth != 256) break;
    request.from = from;
    const AuditReport report = Audit(request);
    EXPECT_EQ(report.verdict, Verdict::kTrue) << from << Describe(report);
    EXPECT_EQ(report.from, from / 256 * 256);
  }
  request.from = size;
  EXPECT_EQ(Audit(request).verdict, Verdict::kCannotTell);
  request.from = kTileWidth;
  source.files()[BundlePath(1, kTileWidth)][5] ^= 1;
  EXPECT_EQ(Audit(request).verdict, Verdict::kFalse);
}

TEST(AuditTest, ACheckpointThatSignsAnotherRootIsFalse) {
  SmallLog log = SmallLog::OfSize(kTileWidth + 1);
  Files files = log.MakeFiles();
  log.entries[1] = SmallEntry(999);
  files["checkpoint"] = log.Checkpoint();
  const AuditReport report = AuditFiles(files);
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_EQ(report.place, "checkpoint line 3") << Describe(report);
}

TEST(AuditTest, ACheckpointOfAnotherSizeWithTheSameRootIsFalse) {
  const SmallLog log = SmallLog::OfSize(kTileWidth + 2);
  for (const uint64_t size : {uint64_t{kTileWidth} + 1, uint64_t{kTileWidth}}) {
    Files files = SmallLog::OfSize(size).MakeFiles();
    files["checkpoint"] = SignNote(
        FormatCheckpoint({log.origin, {size, log.Head().root}}), {&log.key, 1});
    EXPECT_EQ(AuditFiles(files).verdict, Verdict::kFalse);
  }
}

TEST(AuditTest, TheFirstWrongPlaceIsNamedWhateverTheNumberOfThreads) {
  const uint64_t size = kTileWidth * 40;
  FilesSource source(SmallLog::OfSize(size).MakeFiles());
  const auto spoil = [&](uint64_t bundle) {
    source.files()[BundlePath(bundle, kTileWidth)][5] ^= 1;
  };
  for (const uint64_t bundle : {39u, 31u, 30u, 29u, 17u, 3u}) {
    spoil(bundle);
    for (int threads = 1; threads <= 8; ++threads) {
      const AuditReport report = AuditSource(&source, threads);
      ASSERT_EQ(report.place, "entry " + std::to_string(bundle * kTileWidth))
          << threads << " threads: " << Describe(report);
      ASSERT_EQ(report.counts.entries, bundle * kTileWidth);
    }
  }
}

TEST(AuditTest, SeveralThreadsFindAnHonestLogTrue) {
  const Files files = SmallLog::OfSize(kTileWidth * 20 + 1).MakeFiles();
  for (int threads = 1; threads <= 8; ++threads) {
    const AuditReport report = AuditFiles(files, threads);
    ASSERT_EQ(report.verdict, Verdict::kTrue) << Describe(report);
    ASSERT_EQ(report.counts.entries, kTileWidth * 20 + 1);
  }
}

TEST(AuditTest, NoCombinationOfChangesGoesUnseen) {
  const uint64_t size = kNarrow ? 87 : 600;
  const Files files = SmallLog::OfSize(size).MakeFiles();
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : files) paths.push_back(path);
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    Files changed = files;
    for (int change = 0; change < 3; ++change) {
      std::string& bytes = changed[paths[random() % paths.size()]];
      bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    }
    if (changed == files) continue;
    const AuditReport report = AuditFiles(changed);
    // Three changes may name an origin that the policy does not know.
    ASSERT_NE(report.verdict, Verdict::kTrue) << "seed " << seed;
    ASSERT_FALSE(report.place.empty()) << "seed " << seed;
  }
}

TEST(AuditTest, TwoEntriesThatChangedPlacesAreFound) {
  SmallLog log = SmallLog::OfSize(kTileWidth + 2);
  Files files = log.MakeFiles();
  std::swap(log.entries[1], log.entries[2]);
  files[BundlePath(0, kTileWidth)] =
      log.MakeFiles().at(BundlePath(0, kTileWidth));
  EXPECT_EQ(AuditFiles(files).place, "entry 1");
}

TEST(AuditTest, AnEntryThatWasEmptiedIsNamedAsSuch) {
  SmallLog log = SmallLog::OfSize(3);
  Files files = log.MakeFiles();
  log.entries[1].clear();
  files[BundlePath(0, 3)] = log.MakeFiles().at(BundlePath(0, 3));
  const AuditReport report = AuditFiles(files);
  EXPECT_EQ(report.place, "entry 1");
  EXPECT_NE(report.reason.find("is empty"), std::string::npos);
}

// Shows an older checkpoint first, as a log does that grows while it is read.
class GrowingSource final : public FilesSource {
 public:
  GrowingSource(Files files, std::string first)
      : FilesSource(std::move(files)), first_(std::move(first)) {}
  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    if (path == "checkpoint" && !first_.empty()) {
      *out = std::exchange(first_, {});
      return {};
    }
    return FilesSource::Fetch(path, size_max, out);
  }

 private:
  std::string first_;
};

// An audit that began before a redaction would accuse an honest log.
TEST(AuditTest, AMissingEntryIsJudgedByANewerCheckpointThatNamesIt) {
  if (kNarrow) GTEST_SKIP() << "the same at any width";
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(Takedown("b"));
  v1::Action redaction = RecordOf(v1::KIND_LEAF_REDACTED, "r");
  redaction.add_about_index(0);
  redaction.mutable_redaction()->set_leaf_hash(
      std::string(AsText(log.LeafHash(0))));
  redaction.mutable_redaction()->set_action_hash(
      std::string(AsText(log.ActionHash(0))));
  log.Add(redaction);
  const std::string older = log.log().CheckpointAt(2);
  Files files = log.MakeFiles({0});
  files[BundlePath(0, 2)] = std::string(
      AsText(*BundlePrefix(AsBytes(files.at(BundlePath(0, 3))), 2)));
  files[TilePath({0, 0}, 2)] = files.at(TilePath({0, 0}, 3)).substr(0, 64);
  for (const bool integrity_only : {false, true}) {
    GrowingSource source(files, older);
    const Policy policy = SmallPolicy();
    AuditRequest request;
    request.source = &source;
    request.policy = &policy;
    request.integrity_only = integrity_only;
    const AuditReport report = Audit(request);
    EXPECT_EQ(report.verdict, Verdict::kTrue) << Describe(report);
    EXPECT_EQ(report.trusted->checkpoint.tree.size, 3u);
    EXPECT_EQ(report.record.redacted_leaves.size(), 1u);
    // The newer one is another history: the redaction explains nothing.
    SmallLog other = SmallLog::OfSize(3);
    Files forked = files;
    forked["checkpoint"] = other.Checkpoint();
    GrowingSource fork(forked, older);
    request.source = &fork;
    EXPECT_EQ(Audit(request).verdict, Verdict::kFalse);
  }
  // And nothing newer.
  files["checkpoint"] = older;
  EXPECT_EQ(AuditFiles(files).place, "entry 0");
}

TEST(AuditTest, AnAuditThatIsInterruptedCannotTell) {
  FilesSource source(SmallLog::OfSize(kTileWidth * 3).MakeFiles());
  const Policy policy = SmallPolicy();
  std::atomic<bool> stop = false;
  AuditRequest request;
  request.source = &source;
  request.policy = &policy;
  request.integrity_only = true;
  request.stop = &stop;
  request.progress = [&](const std::string&, uint64_t, uint64_t) {
    stop = true;
  };
  const AuditReport report = Audit(request);
  EXPECT_EQ(report.verdict, Verdict::kCannotTell) << Describe(report);
  EXPECT_EQ(report.counts.entries, kTileWidth);
}

TEST(AuditTest, ADirectoryIsReadAsWhatLiesInIt) {
  const TemporaryDirectory directory;
  WriteFiles(SmallLog::OfSize(kTileWidth * 2 + 5).MakeFiles(),
             directory.path());
  auto source = OpenDirectorySource(directory.path());
  ASSERT_TRUE(source);
  AuditReport report = AuditSource(source->get(), 2);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Describe(report);

  const std::string path = directory.Path(TilePath({0, 1}, kTileWidth));
  std::string tile = ReadWholeFile(path);
  tile[2 * kHashSize] ^= 1;
  WriteWholeFile(path, tile);
  report = AuditSource(source->get());
  EXPECT_EQ(report.place, TilePath({0, 1}, kTileWidth) + " hash 2");
}

}  // namespace
}  // namespace modlog::audit_test
