// If these fail, a copy of a log that is not the signed one is handed on as if
// it were.

#include "api/tool/copy/tile_export.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <cstring>
#include <filesystem>
#include <map>

#include "modlog/v1/action.pb.h"
#include "tests/programs/programs.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/note.h"
#include "verifier/core/redaction_list.h"
#include "verifier/core/tile.h"

namespace modlog::tile_export_test {
namespace {

// What a log would serve, as a map from path to contents.
using Site = std::map<std::string, std::string>;

struct SignedLog {
  SignerKey key = *MakeSignerKey("export-test", SignatureType::kEd25519,
                                 Ed25519PrivateKey::Generate());
  std::vector<std::string> entries;

  Policy policy() const {
    Policy policy;
    policy.logs.push_back({key.verifier, ""});
    return policy;
  }

  Site Publish() const {
    Site site;
    Frontier frontier;
    std::vector<std::string> levels(4);  // hashes, concatenated
    for (const std::string& entry : entries) {
      Hash hash = HashLeaf(AsBytes(entry));
      frontier.Append(hash);
      levels[0] += AsText(hash);
    }
    for (size_t level = 0; level + 1 < levels.size(); ++level) {
      constexpr size_t kFull = kTileWidth * kHashSize;
      for (size_t at = 0; at + kFull <= levels[level].size(); at += kFull) {
        std::vector<Hash> tile(kTileWidth);
        std::memcpy(tile.data(), levels[level].data() + at, kFull);
        levels[level + 1] += AsText(TileRoot(tile));
      }
      AddTiles(static_cast<int>(level), levels[level], &site);
    }
    AddBundles(&site);
    std::vector<SignerKey> keys = {key};
    site["checkpoint"] =
        SignNote(FormatCheckpoint({"export-test", frontier.Head()}), keys);
    return site;
  }

 private:
  void AddTiles(int level, const std::string& hashes, Site* site) const {
    for (uint64_t n = 0;; ++n) {
      uint32_t width = TileWidth({level, n}, entries.size());
      if (width == 0) return;
      (*site)[TilePath({level, n}, width)] =
          hashes.substr(n * kTileWidth * kHashSize, width * kHashSize);
    }
  }
  void AddBundles(Site* site) const {
    for (size_t first = 0; first < entries.size(); first += kTileWidth) {
      size_t width = std::min<size_t>(kTileWidth, entries.size() - first);
      std::string bundle;
      for (size_t i = first; i < first + width; ++i) {
        AppendToBundle(AsBytes(entries[i]), &bundle);
      }
      (*site)[BundlePath(first / kTileWidth, static_cast<uint32_t>(width))] =
          bundle;
    }
  }
};

// Serves a map over HTTP; every `flaky`-th answer is a 503 where that is set.
class SiteServer {
 public:
  explicit SiteServer(Site site) : site_(std::move(site)) {
    sockaddr_in loopback = {};
    loopback.sin_family = AF_INET;
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    daemon_ = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr,
                               nullptr, OnRequest, this, MHD_OPTION_SOCK_ADDR,
                               &loopback, MHD_OPTION_END);
  }
  ~SiteServer() { MHD_stop_daemon(daemon_); }
  SiteServer(const SiteServer&) = delete;
  SiteServer& operator=(const SiteServer&) = delete;

  std::string url() const {
    return "http://127.0.0.1:" +
           std::to_string(
               MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port);
  }
  int requests() const { return requests_; }
  void set_flaky(int flaky) { flaky_ = flaky; }

 private:
  static MHD_Result OnRequest(void* self, MHD_Connection* connection,
                              const char* url, const char*, const char*,
                              const char*, size_t*, void**) {
    return static_cast<SiteServer*>(self)->Answer(connection, url + 1);
  }
  MHD_Result Answer(MHD_Connection* connection, const std::string& path) {
    ++requests_;
    auto found = site_.find(path);
    unsigned status = found == site_.end() ? MHD_HTTP_NOT_FOUND : MHD_HTTP_OK;
    if (flaky_ > 0 && requests_ % flaky_ == 0) {
      status = MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    std::string body = status == MHD_HTTP_OK ? found->second : "no";
    MHD_Response* response = MHD_create_response_from_buffer(
        body.size(), body.data(), MHD_RESPMEM_MUST_COPY);
    MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
  }

  const Site site_;
  std::atomic<int> requests_ = 0;
  std::atomic<int> flaky_ = 0;
  MHD_Daemon* daemon_ = nullptr;
};

class TileExportTest : public testing::Test {
 protected:
  void Fill(size_t entries) {
    while (log_.entries.size() < entries) {
      log_.entries.push_back("entry " + std::to_string(log_.entries.size()));
    }
  }
  Result<ExportTotals> Export(const SiteServer& server) {
    Policy policy = log_.policy();
    HttpFetcher fetcher(server.url());
    return ExportTiles(&fetcher, {.directory = folder_ / "copy",
                                  .policy = &policy,
                                  .on_progress = nullptr});
  }
  void ExpectCopyOf(const Site& site) {
    for (const auto& [path, data] : site) {
      EXPECT_EQ(ReadFile(folder_ / ("copy/" + path)), data) << path;
    }
  }

  TemporaryFolder folder_;
  SignedLog log_;
};

TEST_F(TileExportTest, EverySizeIsCopiedWhole) {
  for (size_t size : {0u, 1u, 2u, 255u, 256u, 257u, 511u, 512u, 700u, 65'535u,
                      65'536u, 65'537u}) {
    Fill(size);
    Site site = log_.Publish();
    SiteServer server(site);
    auto totals = Export(server);
    ASSERT_TRUE(totals) << size << ": " << totals.error().message;
    EXPECT_EQ(totals->tree.size, size);
    ExpectCopyOf(site);
  }
}

TEST_F(TileExportTest, WhatIsThereIsNotFetchedAgain) {
  Fill(1'000);
  Site site = log_.Publish();
  SiteServer server(site);
  ASSERT_TRUE(Export(server));
  int before = server.requests();
  auto again = Export(server);
  ASSERT_TRUE(again);
  // The redactions, the checkpoint, and the tiles that prove the root.
  EXPECT_EQ(server.requests() - before, 1 + 1 + 2);
}

TEST_F(TileExportTest, AServerThatIsBusyForAMomentIsAskedAgain) {
  Fill(3'000);
  Site site = log_.Publish();
  SiteServer server(site);
  server.set_flaky(3);
  auto totals = Export(server);
  ASSERT_TRUE(totals) << totals.error().message;
  ExpectCopyOf(site);
}

// One bit of each file in turn, on the server's side.
TEST_F(TileExportTest, AFileThatIsNotOfTheTreeIsNamedAndNothingIsCommitted) {
  Fill(1'300);
  const Site good = log_.Publish();
  for (const auto& [path, data] : good) {
    // What an earlier round has fetched and found right would be kept.
    std::filesystem::remove_all(folder_ / "copy");
    Site bad = good;
    bad[path][bad[path].size() / 2] ^= 1;
    SiteServer server(bad);
    auto totals = Export(server);
    ASSERT_FALSE(totals) << path;
    EXPECT_NE(totals.error().code, Code::kUnavailable) << path;
    EXPECT_EQ(ReadFile(folder_ / "copy/checkpoint"), "") << path;
    if (path.find("entries") != std::string::npos) {
      EXPECT_NE(totals.error().message.find(path), std::string::npos)
          << totals.error().message;
    }
  }
}

TEST_F(TileExportTest, AFileThatIsMissingIsNamed) {
  Fill(1'300);
  const Site good = log_.Publish();
  for (const auto& [path, data] : good) {
    std::filesystem::remove_all(folder_ / "copy");
    Site bad = good;
    bad.erase(path);
    SiteServer server(bad);
    auto totals = Export(server);
    ASSERT_FALSE(totals) << path;
    EXPECT_EQ(totals.error().code, Code::kNotFound) << path;
    EXPECT_NE(totals.error().message.find(path), std::string::npos);
    EXPECT_EQ(ReadFile(folder_ / "copy/checkpoint"), "") << path;
  }
}

TEST_F(TileExportTest, AnEndlessFileIsCutOff) {
  Fill(300);
  Site site = log_.Publish();
  site["tile/0/000"] += std::string(1 << 20, 'x');
  SiteServer server(site);
  auto totals = Export(server);
  ASSERT_FALSE(totals);
  EXPECT_EQ(totals.error().code, Code::kTooLarge);
}

TEST_F(TileExportTest, ACopyLargerThanTheLogIsKept) {
  Fill(500);
  Site site = log_.Publish();
  {
    SiteServer server(site);
    ASSERT_TRUE(Export(server));
  }
  log_.entries.resize(400);
  SiteServer server(log_.Publish());
  auto totals = Export(server);
  ASSERT_FALSE(totals);
  EXPECT_EQ(totals.error().code, Code::kConflict);
  ExpectCopyOf(site);
}

// The log signs another history than the copy has: the copy is all that shows
// it, and nobody will be able to fetch its checkpoint again.
TEST_F(TileExportTest,
       ACopyOfAnotherHistoryIsKeptAndBothCheckpointsAreEvidence) {
  for (const size_t size : {500u, 700u, 499u, 256u, 130u, 513u}) {
    std::filesystem::remove_all(folder_ / "copy");
    std::filesystem::remove_all(folder_ / "copy.evidence");
    log_.entries.clear();
    Fill(500);
    const Site site = log_.Publish();
    {
      SiteServer server(site);
      ASSERT_TRUE(Export(server));
    }
    log_.entries.resize(std::min<size_t>(size, 500));
    Fill(size);
    log_.entries[128] = "rewritten";
    SiteServer server(log_.Publish());
    const auto totals = Export(server);
    ASSERT_FALSE(totals) << size;
    EXPECT_EQ(totals.error().code, Code::kConflict) << totals.error().message;
    ExpectCopyOf(site);
    size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(
             std::string(folder_ / "copy.evidence"))) {
      ++files;
      const std::string evidence = ReadFile(file.path());
      EXPECT_NE(evidence.find("note_before"), std::string::npos);
      EXPECT_EQ(evidence.find("\"proof\"") == std::string::npos, size == 500);
      EXPECT_NE(totals.error().message.find(file.path().string()),
                std::string::npos)
          << totals.error().message;
    }
    EXPECT_EQ(files, 1u) << size;
  }
}

// A real entry of the log that redacts another one.
std::string RedactionEntry(uint64_t target, const std::string& target_leaf) {
  v1::Action action;
  action.set_kind(v1::KIND_LEAF_REDACTED);
  action.set_puid("r");
  action.add_about_index(target);
  action.mutable_redaction()->set_leaf_hash(
      std::string(AsText(HashLeaf(AsBytes(target_leaf)))));
  std::string leaf;
  AppendLeaf(EncodeEntryHeader(1, ""), action.SerializeAsString(), &leaf);
  return leaf;
}

class RedactedExportTest : public TileExportTest {
 protected:
  // The site of `log_`, entry 7 taken out of its bundles.
  Site PublishWithout7(const std::string& list) {
    Site site = log_.Publish();
    for (auto& [path, data] : site) {
      const auto parsed = ParseTilePath(path);
      if (!parsed || parsed->level >= 0 || parsed->index != 0) continue;
      const auto entries = ParseBundle(AsBytes(data), parsed->width);
      std::string without;
      for (size_t i = 0; i < entries->size(); ++i) {
        AppendToBundle(i == 7 ? Bytes() : (*entries)[i], &without);
      }
      data = without;
    }
    site["redactions"] = list;
    return site;
  }
  std::string ListOf(uint64_t redaction) {
    return FormatRedactionList(
        {{7, redaction, HashLeaf(AsBytes(log_.entries[7]))}});
  }
  // Where the copy still has the bytes of entry 7.
  size_t FilesWithEntry7() {
    size_t found = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(
             std::string(folder_ / "copy"))) {
      if (!file.is_regular_file()) continue;
      found += ReadFile(file.path()).find("the seventh") != std::string::npos;
    }
    return found;
  }
};

TEST_F(RedactedExportTest, WhatTheLogTookOutIsTakenOutOfEveryFile) {
  // A mirror would go on serving what the log was made to forget.
  Fill(20);
  log_.entries[7] = "the seventh";
  {
    SiteServer server(log_.Publish());
    ASSERT_TRUE(Export(server));  // leaves a partial bundle
  }
  Fill(300);
  {
    SiteServer server(log_.Publish());
    ASSERT_TRUE(Export(server));  // and a full one
  }
  EXPECT_EQ(FilesWithEntry7(), 2u);
  log_.entries.push_back(RedactionEntry(7, log_.entries[7]));
  const Site site = PublishWithout7(ListOf(300));
  SiteServer server(site);
  const auto totals = Export(server);
  ASSERT_TRUE(totals) << totals.error().message;
  EXPECT_EQ(totals->redacted, 1u);
  EXPECT_EQ(FilesWithEntry7(), 0u);
  ExpectCopyOf(site);
  ASSERT_TRUE(Export(server));  // once more changes nothing
  ExpectCopyOf(site);
  std::filesystem::remove_all(std::string(folder_ / "copy"));
  ASSERT_TRUE(Export(server));  // nor from nothing
  ExpectCopyOf(site);
}

TEST_F(RedactedExportTest, AListThatNoEntryStandsForTakesNothingOut) {
  // Whoever speaks for the log could have every copy of an entry destroyed.
  Fill(20);
  log_.entries[7] = "the seventh";
  {
    SiteServer server(log_.Publish());
    ASSERT_TRUE(Export(server));
  }
  Fill(300);
  log_.entries.push_back(RedactionEntry(8, log_.entries[7]));
  log_.entries.push_back(RedactionEntry(7, log_.entries[8]));
  const std::string line = ListOf(300);
  for (const std::string& list :
       {ListOf(300), ListOf(301), ListOf(20), std::string("7 300\n"),
        line + line, std::string()}) {
    SiteServer server(PublishWithout7(list));
    const auto totals = Export(server);
    ASSERT_FALSE(totals) << list;
    EXPECT_NE(totals.error().code, Code::kUnavailable) << list;
    if (list.empty()) {
      EXPECT_NE(totals.error().message.find("run this again"),
                std::string::npos)
          << totals.error().message;
    }
    EXPECT_EQ(FilesWithEntry7(), 1u) << list;
  }
}

}  // namespace
}  // namespace modlog::tile_export_test
