// If these fail, an audit over HTTP judges other bytes than the log's, hangs,
// asks somebody whom an answer chose, or takes a broken network for a broken
// log.

#include "verifier/source/url_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/audit/child.h"
#include "tests/audit/small_log.h"
#include "verifier/audit/audit.h"
#include "verifier/source/http_address.h"

namespace modlog::url_source_test {
namespace {

UrlSourceOptions Hasty() {
  UrlSourceOptions options;
  options.backoff_ms = 5;
  options.connect_timeout_ms = 5'000;
  options.transfer_timeout_ms = 20'000;
  return options;
}

// A small log served by odd_server.py.
class UrlSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasPython()) GTEST_SKIP() << "there is no python3 to serve files";
    WriteFiles(SmallLog::OfSize(kSize).MakeFiles(), directory_.path());
  }

  std::unique_ptr<Source> Serve(const std::string& mode,
                                const UrlSourceOptions& options = Hasty()) {
    server_ = std::make_unique<Child>(std::vector<std::string>{
        "python3", MODLOG_SOURCE_DIR "/tests/audit/odd_server.py", mode,
        directory_.path()});
    auto source =
        OpenUrlSource("http://127.0.0.1:" + server_->FirstLine(), options);
    EXPECT_TRUE(source);
    return std::move(*source);
  }

  AuditReport AuditServed(const std::string& mode,
                          const UrlSourceOptions& options = Hasty()) {
    return AuditOf(Serve(mode, options).get(), options);
  }
  static AuditReport AuditOf(Source* source, const UrlSourceOptions& options) {
    const Policy policy = SmallPolicy();
    AuditRequest request;
    request.source = source;
    request.policy = &policy;
    request.threads = 2;
    request.stop = options.stop;
    return Audit(request);
  }

  static constexpr uint64_t kSize = 40 * 256 + 7;
  TemporaryDirectory directory_;
  std::unique_ptr<Child> server_;
};

TEST_F(UrlSourceTest, ALogThatIsServedIsJudgedLikeOneThatLiesInADirectory) {
  AuditReport report = AuditServed("plain");
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_EQ(report.counts.entries, kSize);
  const std::string path = directory_.Path("tile/entries/029");
  std::string bundle = ReadWholeFile(path);
  bundle[10] ^= 1;
  WriteWholeFile(path, bundle);
  report = AuditServed("plain");
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_EQ(report.place, "entry 7424");
}

TEST_F(UrlSourceTest, CompressedAnswersAreTaken) {
  const AuditReport report = AuditServed("gzip");
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
}

TEST_F(UrlSourceTest, AServerThatFailsForAMomentIsAskedAgain) {
  const AuditReport report = AuditServed("flaky");
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
}

TEST_F(UrlSourceTest, AServerThatFailsProvesNothing) {
  for (const std::string mode : {"error", "forbidden", "cut"}) {
    const AuditReport report = AuditServed(mode);
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << mode << report.reason;
    EXPECT_FALSE(report.reason.empty());
  }
}

TEST_F(UrlSourceTest, ATileThatIsNotThereIsNamedAndNotFalse) {
  std::filesystem::remove(directory_.Path("tile/0/013"));
  const AuditReport report = AuditServed("plain");
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(report.place, "tile/0/013");
}

TEST_F(UrlSourceTest, AnAnswerThatIsTooLargeIsCutOff) {
  const AuditReport report = AuditServed("bomb");
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(report.reason.find("has more than"), std::string::npos)
      << report.reason;
}

TEST_F(UrlSourceTest, ABrokenTransferEncodingProvesNothing) {
  EXPECT_EQ(AuditServed("bad-gzip").verdict, Verdict::kCannotTell);
}

TEST_F(UrlSourceTest, RedirectsAreFollowedOnTheSameHostOnly) {
  EXPECT_EQ(AuditServed("moved").verdict, Verdict::kTrue);
  for (const std::string mode : {"elsewhere", "circle"}) {
    const AuditReport report = AuditServed(mode);
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << mode;
    EXPECT_NE(report.reason.find("redirected"), std::string::npos)
        << report.reason;
  }
}

TEST_F(UrlSourceTest, AnAuditThatWaitsForAnAnswerCanBeInterrupted) {
  std::atomic<bool> stop = false;
  UrlSourceOptions options = Hasty();
  options.stop = &stop;
  const std::unique_ptr<Source> source = Serve("silent", options);
  std::jthread later([&] {
    EXPECT_EQ(server_->FirstLine(), "silent");  // it waits for what won't come
    stop = true;
  });
  const AuditReport report = AuditOf(source.get(), options);
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(report.reason.find("interrupted"), std::string::npos)
      << report.reason;
}

TEST_F(UrlSourceTest, NoMoreIsFetchedAheadThanMayBeHeld) {
  UrlSourceOptions options = Hasty();
  options.bytes_ahead = 1;
  options.parallel = 2;
  const AuditReport report = AuditServed("plain", options);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
}

TEST_F(UrlSourceTest, SeveralThreadsMayAskForTheSame) {
  const std::unique_ptr<Source> source = Serve("plain");
  const std::string want = ReadWholeFile(directory_.Path("tile/0/000"));
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      std::string got;
      if (source->Fetch("tile/0/000", 8192, &got) && got == want) ++right;
    });
  }
  threads.clear();
  EXPECT_EQ(right, 8);
}

TEST(UrlSourceRefusedTest, ARefusedConnectionProvesNothing) {
  // Port 1 is privileged and, on a machine that runs tests, not served.
  auto source = OpenUrlSource("http://127.0.0.1:1", Hasty());
  ASSERT_TRUE(source);
  std::string out;
  const auto fetched = (*source)->Fetch("checkpoint", 100, &out);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Code::kUnavailable);
  EXPECT_NE(fetched.error().message.find("4 attempts"), std::string::npos);
}

TEST(HttpAddressTest, OnlyPlainHttpAddressesAreTaken) {
  for (const std::string bad :
       {"ftp://log.example/", "file:///etc/passwd", "http://log.example/?a",
        "http://log.example/#a", "http://", "https//log.example", ""}) {
    EXPECT_FALSE(ParseHttpAddress(bad)) << bad;
  }
  const auto address = ParseHttpAddress("https://user:word@log.example/a/b//");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->url, "https://user:word@log.example/a/b");
  EXPECT_EQ(address->name, "https://log.example/a/b");
}

TEST(HttpAddressTest, ARedirectMayNotLeaveTheHostThePortOrHttps) {
  EXPECT_TRUE(MayRedirect("http://a.example/x", "http://a.example:80/y"));
  EXPECT_TRUE(MayRedirect("http://a.example/x", "https://a.example/x"));
  EXPECT_TRUE(MayRedirect("https://a.example/", "https://A.example/b"));
  EXPECT_FALSE(MayRedirect("https://a.example/x", "http://a.example/x"));
  EXPECT_FALSE(MayRedirect("http://a.example/x", "http://b.example/x"));
  EXPECT_FALSE(MayRedirect("http://a.example/x", "http://a.example:81/x"));
  EXPECT_FALSE(MayRedirect("http://a.example:81/x", "https://a.example/x"));
  EXPECT_FALSE(MayRedirect("http://a.example/x", "file:///etc/passwd"));
  EXPECT_FALSE(MayRedirect("http://a.example/x", "http://a.example.b/x"));
  EXPECT_FALSE(MayRedirect("http://a.example/x", "http://a.example@b/x"));
}

}  // namespace
}  // namespace modlog::url_source_test
