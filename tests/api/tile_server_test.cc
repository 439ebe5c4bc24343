// If this failed, outsiders could not read the log, or would read what is not
// yet, or not, there.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "api/server/pages.h"
#include "tests/api/test_support.h"
#include "verifier/core/bundle.h"
#include "verifier/core/tile.h"

namespace modlog::tile_server_test {
namespace {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // as they were sent
  std::string body;
};

int Connect(const std::string& host_port) {
  const auto address = ParseListenAddress(host_port);
  MODLOG_CHECK(address.has_value(), "a server has an address");
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(address->port);
  inet_pton(AF_INET, address->host.c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  MODLOG_CHECK(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0,
               "a listening server accepts");
  return fd;
}

Reply ParseReply(const std::string& text) {
  Reply reply;
  const size_t head = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || head == std::string::npos) return reply;
  reply.status = std::stoi(text.substr(9, 3));
  reply.body = text.substr(head + 4);
  size_t at = text.find("\r\n") + 2;
  while (at < head) {
    const size_t end = text.find("\r\n", at);
    const size_t colon = text.find(": ", at);
    reply.headers[text.substr(at, colon - at)] =
        text.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  return reply;
}

// Sends bytes as they are, and no more, and reads until the server closes.
Reply Exchange(const std::string& host_port, const std::string& request) {
  const int fd = Connect(host_port);
  send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  shutdown(fd, SHUT_WR);
  std::string text;
  char buffer[65'536];
  ssize_t got;
  while ((got = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
    text.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  return ParseReply(text);
}

class TileServerTest : public ::testing::Test {
 protected:
  Reply Send(const std::string& method, const std::string& path) {
    return Exchange(fixture_.server().http_address(),
                    method + " " + path +
                        " HTTP/1.1\r\nHost: log.example:8080\r\n"
                        "Connection: close\r\n\r\n");
  }
  Reply Get(const std::string& path) { return Send("GET", path); }

  // The leaf of an entry, asked over gRPC.
  std::string Leaf(uint64_t index) {
    auto leaf = fixture_.log().ReadLeaf(index);
    EXPECT_TRUE(leaf.has_value());
    return leaf.value_or("");
  }
  std::string LevelZero(uint64_t begin, uint64_t end) {
    std::string bytes;
    for (uint64_t i = begin; i < end; ++i) {
      bytes += AsText(HashLeaf(AsBytes(Leaf(i))));
    }
    return bytes;
  }

  Fixture fixture_;
};

TEST_F(TileServerTest, TheCheckpointIsTheSignedOneAndIsNotCached) {
  fixture_.Fill(3);
  const Reply reply = Get("/checkpoint");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.headers.at("Cache-Control"), "no-store");
  EXPECT_EQ(reply.headers.at("X-Content-Type-Options"), "nosniff");
  const auto opened = OpenCheckpoint(reply.body, TestPolicy());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->checkpoint.tree, fixture_.log().published_head()->tree);
}

// An auditor fetches thousands of tiles: each on a connection of its own would
// take longer than the tile.
TEST_F(TileServerTest, AConnectionIsKeptForTheNextRequest) {
  fixture_.Fill(3);
  const std::string host = fixture_.server().http_address();
  const std::string request = "GET /checkpoint HTTP/1.1\r\nHost: a\r\n\r\n";
  const int fd = Connect(host);
  std::string text;
  char buffer[65'536];
  for (int i = 0; i < 3; ++i) {
    send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    text.clear();
    while (!text.ends_with("=\n")) {  // of the checkpoint's signature
      const ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
      ASSERT_GT(got, 0) << "closed after " << i << " answers and: " << text;
      text.append(buffer, static_cast<size_t>(got));
    }
    EXPECT_EQ(ParseReply(text).status, 200);
    EXPECT_FALSE(ParseReply(text).headers.contains("Connection")) << text;
  }
  close(fd);
}

TEST_F(TileServerTest, MetricsTellSizesAndState) {
  fixture_.Fill(3);
  const Reply reply = Get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("Content-Type"), "text/plain; version=0.0.4");
  for (const char* line : {"modlog_entries{head=\"committed\"} 3\n",
                           "modlog_entries{head=\"published\"} 3\n",
                           "modlog_state{state=\"SERVING\"} 1\n",
                           "modlog_state{state=\"ROLLED_BACK\"} 0\n",
                           "# TYPE modlog_entries gauge\n"}) {
    EXPECT_NE(reply.body.find(line), std::string::npos) << line << reply.body;
  }
  EXPECT_EQ(reply.body.find("witness"), std::string::npos);
}

TEST_F(TileServerTest, TilesHoldTheHashesOfTheirEntries) {
  fixture_.Fill(600);
  const Reply full = Get("/tile/0/001");
  EXPECT_EQ(full.status, 200);
  EXPECT_EQ(full.headers.at("Content-Type"), "application/octet-stream");
  EXPECT_EQ(full.headers.at("Cache-Control"),
            "public, max-age=604800, immutable");
  EXPECT_EQ(full.headers.at("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(full.body, LevelZero(256, 512));
  EXPECT_EQ(Get("/tile/0/002.p/88").body, LevelZero(512, 600));
  const Reply level1 = Get("/tile/1/000.p/2");
  ASSERT_EQ(level1.body.size(), 64u);
  const std::string first = LevelZero(0, 256);
  std::vector<Hash> hashes;
  for (size_t i = 0; i < kTileWidth; ++i) {
    hashes.push_back(
        *HashFromBytes(AsBytes(std::string_view(first).substr(32 * i, 32))));
  }
  EXPECT_EQ(level1.body.substr(0, 32), AsText(TileRoot(hashes)));
}

TEST_F(TileServerTest, BundlesHoldTheEntries) {
  fixture_.Fill(300);
  const Reply full = Get("/tile/entries/000");
  EXPECT_EQ(full.status, 200);
  EXPECT_EQ(full.headers.at("Content-Type"), "application/octet-stream");
  EXPECT_EQ(full.headers.at("Cache-Control"), "public, max-age=3600");
  const auto entries = ParseBundle(AsBytes(full.body), 256);
  ASSERT_TRUE(entries.has_value());
  for (size_t i = 0; i < 256; ++i) EXPECT_EQ(AsText((*entries)[i]), Leaf(i));
  const Reply partial = Get("/tile/entries/001.p/44");
  const auto rest = ParseBundle(AsBytes(partial.body), 44);
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(AsText(rest->back()), Leaf(299));
}

// What a checkpoint once implied must be served for ever.
TEST_F(TileServerTest, EveryWidthUpToTodaysIsAPrefixAndStaysThere) {
  fixture_.Fill(40);
  const std::string tile = Get("/tile/0/000.p/40").body;
  const std::string bundle = Get("/tile/entries/000.p/40").body;
  ASSERT_EQ(tile.size(), 40u * 32);
  const auto expect_prefixes = [&] {
    for (uint32_t width = 1; width <= 40; ++width) {
      const std::string suffix = ".p/" + std::to_string(width);
      EXPECT_EQ(Get("/tile/0/000" + suffix).body, tile.substr(0, 32 * width));
      const auto prefix = BundlePrefix(AsBytes(bundle), width);
      ASSERT_TRUE(prefix.has_value());
      EXPECT_EQ(Get("/tile/entries/000" + suffix).body, AsText(*prefix));
    }
  };
  expect_prefixes();
  EXPECT_EQ(Get("/tile/0/000.p/41").status, 404);
  EXPECT_EQ(Get("/tile/0/000").status, 404);
  fixture_.Fill(300, "more");  // the tile is full now
  expect_prefixes();
  EXPECT_EQ(Get("/tile/0/000.p/255").status, 200);
  EXPECT_EQ(Get("/tile/0/000").status, 200);
}

TEST_F(TileServerTest, WhatIsNotThereIs404AndNotCached) {
  fixture_.Fill(300);
  for (const std::string path :
       {// beyond the published size
        "/tile/0/001", "/tile/0/001.p/45", "/tile/0/002.p/1",
        "/tile/entries/001", "/tile/entries/001.p/45", "/tile/1/000",
        "/tile/1/000.p/2", "/tile/2/000.p/1", "/tile/7/000.p/1",
        "/tile/8/000.p/1", "/tile/63/000.p/1",
        "/tile/0/x999/x999/x999/x999/x999/999",
        // other spellings
        "/tile/0/0", "/tile/0/00", "/tile/0/0000", "/tile/0/x000/000",
        "/tile/00/000", "/tile/0/000.p/0", "/tile/0/000.p/256",
        "/tile/0/000.p/01", "/tile/0/000.p/", "/tile/0/000/", "/tile/0/-01",
        "/tile/64/000", "/tile/0/%30%30%30", "/tile//0/000", "//checkpoint",
        "/tile/entries/000.p/-1", "/tile/0/000.p/1/2", "/tile/8/0/000",
        // no such thing
        "/nothing", "/checkpoint/", "/Checkpoint", "/tile", "/tile/",
        "/../etc/passwd", "/tile/../checkpoint", "/favicon.ico"}) {
    SCOPED_TRACE(path);
    const Reply reply = Get(path);
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.headers.at("Cache-Control"), "no-store");
  }
  EXPECT_EQ(Get("/tile/1/000.p/1").status, 200);
}

TEST_F(TileServerTest, HeadTellsTheSameWithoutTheBody) {
  fixture_.Fill(300);
  for (const std::string path : {"/", "/checkpoint", "/tile/0/000",
                                 "/tile/entries/001.p/44", "/nothing"}) {
    SCOPED_TRACE(path);
    const Reply get = Get(path);
    const Reply head = Send("HEAD", path);
    EXPECT_EQ(head.status, get.status);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.headers.at("Content-Length"),
              std::to_string(get.body.size()));
    EXPECT_EQ(head.headers.at("Content-Type"), get.headers.at("Content-Type"));
  }
}

TEST_F(TileServerTest, OnlyReadingIsAllowed) {
  for (const std::string method :
       {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "NONSENSE"}) {
    SCOPED_TRACE(method);
    const Reply reply = Send(method, "/checkpoint");
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.headers.at("Allow"), "GET, HEAD");
  }
  const Reply with_body =
      Exchange(fixture_.server().http_address(),
               "POST /checkpoint HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
               "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(with_body.status, 405);
}

TEST_F(TileServerTest, HugeAndBrokenRequestsEndAndTheServerGoesOn) {
  const std::string address = fixture_.server().http_address();
  const std::string end = " HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(
      Exchange(address, "GET /" + std::string(100'000, 'x') + end).status / 100,
      4);
  const Reply headers =
      Exchange(address, "GET /checkpoint HTTP/1.1\r\nHost: h\r\nX-Filler: " +
                            std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(headers.status / 100, 4);
  EXPECT_NE(Exchange(address, "rubbish\r\n\r\n").status, 200);
  EXPECT_NE(Exchange(address, "GET\r\n\r\n").status, 200);
  EXPECT_EQ(Get("/checkpoint").status, 200);
}

TEST_F(TileServerTest, ThePageSaysWhatThisIsAndHowToVerifyIt) {
  fixture_.Fill(5);
  const Reply reply = Get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(reply.headers.at("X-Content-Type-Options"), "nosniff");
  const std::string& policy = reply.headers.at("Content-Security-Policy");
  EXPECT_TRUE(
      policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"))
      << policy;
  const std::string& page = reply.body;
  const auto has = [&](std::string_view text) {
    return page.find(text) != std::string::npos;
  };
  EXPECT_TRUE(has("<dd>5</dd>"));
  EXPECT_TRUE(has(TestKey().verifier.name));
  EXPECT_TRUE(has(FormatVerifierKey(TestKey().verifier)));
  EXPECT_TRUE(has("curl -fsS http://log.example:8080/checkpoint"));
  EXPECT_TRUE(has("modlog-verify audit http://log.example:8080/"));
  EXPECT_TRUE(has("\n5\n"));  // of the checkpoint
  EXPECT_FALSE(has("<script"));
  EXPECT_FALSE(has("src="));
}

// A Host header ends up in commands that people paste into a shell.
TEST_F(TileServerTest, AnOddHostHeaderDoesNotGetOntoThePage) {
  for (const std::string host :
       {"x'; rm -rf ~ #", "<script>", "a b", "$(id)", ""}) {
    const Reply reply = Exchange(
        fixture_.server().http_address(),
        "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_NE(reply.body.find("http://" + fixture_.server().http_address()),
              std::string::npos);
    EXPECT_EQ(reply.body.find("<script"), std::string::npos);
    EXPECT_EQ(reply.body.find("rm -rf"), std::string::npos);
  }
}

TEST(IndexPage, ANameCannotBreakOutOfPageOrShell) {
  auto key = MakeVerifierKey("a'<b>&\"", SignatureType::kEd25519,
                             TestKey().verifier.key);
  ASSERT_TRUE(key.has_value());
  const std::string page = IndexPage({}, *key, "http://h");
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_NE(page.find("a&#39;\\&#39;&#39;&lt;b&gt;&amp;&quot;"),
            std::string::npos)
      << page;
}

TEST(HeldTiles, NothingBeyondThePublishedHeadIsServed) {
  HeldLog log;
  log.SetSizes(500, 100);
  EXPECT_EQ(GetPage(&log, "/tile/0/000.p/101", "http://h").status, 404u);
  EXPECT_EQ(GetPage(&log, "/tile/entries/000.p/101", "http://h").status, 404u);
  // This one is published; that the held log cannot read it is its own fault.
  EXPECT_EQ(GetPage(&log, "/tile/0/000.p/100", "http://h").status, 500u);
}

}  // namespace
}  // namespace modlog::tile_server_test
