// If these fail, somebody writes in a platform's name who may not, or the
// platform itself is turned away.

#include "api/server/callers.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "log/store/memory_store.h"
#include "tests/api/test_support.h"

namespace modlog::callers_test {
namespace {

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void WriteSecret(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
}

mode_t ModeOf(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

class CallersTest : public testing::Test {
 protected:
  std::unique_ptr<Callers> Open(bool enrolled_only = false) {
    auto callers = Callers::Open(
        {.data_dir = dir_.path(), .enrolled_only = enrolled_only});
    EXPECT_TRUE(callers.has_value());
    return *std::move(callers);
  }
  std::string OperatorToken() const {
    std::string token = ReadText(dir_.path() + "/operator.token");
    if (!token.empty()) token.pop_back();
    return token;
  }

  TempDir dir_;
};

Caller As(const Callers& callers, const std::string& token) {
  const auto caller = callers.IdentifyHeader("Bearer " + token);
  EXPECT_TRUE(caller.has_value());
  return caller.value_or(Caller());
}

// A token that can be read by others, or from the file of hashes, is nobody's.
TEST_F(CallersTest, TheFirstStartMakesTheOperatorsTokenAndKeepsItsHash) {
  const auto callers = Open();
  const std::string token = OperatorToken();
  EXPECT_EQ(token.size(), 43u);
  EXPECT_EQ(token.find_first_of("+/= \n"), std::string::npos);
  EXPECT_TRUE(As(*callers, token).IsOperator());
  EXPECT_EQ(ModeOf(dir_.path() + "/operator.token"), 0600u);
  EXPECT_EQ(ModeOf(dir_.path() + "/tokens"), 0600u);
  EXPECT_EQ(ReadText(dir_.path() + "/tokens"),
            "@operator " + FormatHex(Sha256(AsBytes(token))) + "\n");
}

// The operator moves the token away, and the log goes on knowing it.
TEST_F(CallersTest, TokensOutliveARestart) {
  const std::string platform_token = *Open()->IssueToken("shop");
  const std::string token = OperatorToken();
  std::filesystem::remove(dir_.path() + "/operator.token");
  const auto again = Open();
  EXPECT_TRUE(As(*again, token).IsOperator());
  EXPECT_TRUE(As(*again, platform_token).SpeaksFor("shop"));
  EXPECT_FALSE(std::filesystem::exists(dir_.path() + "/operator.token"));
}

// A crash between the two files must not leave a token that opens nothing.
TEST_F(CallersTest, ATokenWithoutItsHashIsTakenUp) {
  WriteSecret(dir_.path() + "/operator.token", std::string(43, 'a') + "\n");
  EXPECT_TRUE(As(*Open(), std::string(43, 'a')).IsOperator());
}

TEST_F(CallersTest, ANewTokenEndsTheOldOne) {
  const auto callers = Open();
  const std::string old_token = *callers->IssueToken("shop");
  const std::string new_token = *callers->IssueToken("shop");
  EXPECT_FALSE(callers->IdentifyHeader("Bearer " + old_token).has_value());
  EXPECT_TRUE(As(*callers, new_token).SpeaksFor("shop"));
}

TEST_F(CallersTest, WhatIsNoTokenIsUnauthenticated) {
  const auto callers = Open();
  const std::string token = OperatorToken();
  const std::string hash = FormatHex(Sha256(AsBytes(token)));
  for (const std::string& header :
       {std::string(), token, "Basic " + token, std::string("Bearer "),
        "Bearer " + hash, "Bearer " + token + "x",
        std::string("Bearer @operator")}) {
    const auto caller = callers->IdentifyHeader(header);
    ASSERT_FALSE(caller.has_value()) << header;
    EXPECT_EQ(caller.error().code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  EXPECT_TRUE(callers->IdentifyHeader("bearer " + token).has_value());
}

TEST_F(CallersTest, AnEnrolledPlatformIsWrittenToByItselfAndTheOperator) {
  const auto callers = Open();
  const Caller shop = As(*callers, *callers->IssueToken("shop"));
  const Caller rival = As(*callers, *callers->IssueToken("rival"));
  const Caller boss = As(*callers, OperatorToken());
  EXPECT_FALSE(callers->RefuseAppend(shop, "shop"));
  EXPECT_FALSE(callers->RefuseAppend(boss, "shop"));
  EXPECT_FALSE(callers->RefuseAppend(Caller(), "not-enrolled"));
  for (const Caller& other : {Caller(), rival}) {
    const auto denied = callers->RefuseAppend(other, "shop");
    ASSERT_TRUE(denied.has_value());
    EXPECT_EQ(denied->code(), grpc::StatusCode::PERMISSION_DENIED);
    const auto info = DetailsOf(*denied).info;
    EXPECT_EQ(info.reason(), "NOT_THE_PLATFORM");
    EXPECT_EQ(info.metadata().at("platform"), "shop");
    EXPECT_EQ(info.metadata().at("caller"),
              other.platform.empty() ? "nobody" : "rival");
  }
}

TEST_F(CallersTest, EnrolledOnlyLeavesOthersToTheOperator) {
  const auto callers = Open(true);
  const auto denied = callers->RefuseAppend(Caller(), "unknown");
  ASSERT_TRUE(denied.has_value());
  EXPECT_EQ(DetailsOf(*denied).info.reason(), "NOT_ENROLLED");
  EXPECT_FALSE(callers->RefuseAppend(As(*callers, OperatorToken()), "unknown"));
}

// A platform that has a key in the log is enrolled though its token was lost.
TEST_F(CallersTest, AKeyInTheLogEnrolsWithoutAToken) {
  const auto callers = Open();
  callers->MarkEnrolled("shop");
  EXPECT_TRUE(callers->RefuseAppend(Caller(), "shop").has_value());
  EXPECT_FALSE(callers->RefuseAppend(As(*callers, OperatorToken()), "shop"));
}

TEST_F(CallersTest, AFileThatOthersReadOrThatDoesNotParseIsRefused) {
  Open();
  const std::string tokens = dir_.path() + "/tokens";
  ASSERT_EQ(chmod(tokens.c_str(), 0640), 0);
  auto callers = Callers::Open({.data_dir = dir_.path()});
  ASSERT_FALSE(callers.has_value());
  EXPECT_EQ(callers.error().code, Code::kForbidden);
  for (const char* text : {"shop\n", "shop 00\n",
                           "Shop "
                           "aa\n"}) {
    WriteSecret(tokens, text);
    callers = Callers::Open({.data_dir = dir_.path()});
    ASSERT_FALSE(callers.has_value()) << text;
    EXPECT_EQ(callers.error().code, Code::kCorrupt);
  }
}

// The same with a store that remembers.
class RememberedCallersTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Callers>> Open(bool accept_lost = false) {
    return Callers::Open({.data_dir = dir_.path(),
                          .store = store_.get(),
                          .accept_lost_tokens = accept_lost});
  }
  std::string TokensPath() const { return dir_.path() + "/tokens"; }
  static void ExpectClosed(const Callers& callers, const std::string& name) {
    EXPECT_TRUE(callers.RefuseAppend(Caller(), name).has_value()) << name;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = NewMemoryStore();
};

// Losing a file must close doors, not open them.
TEST_F(RememberedCallersTest, ATokensFileThatLostPlatformsIsRefused) {
  const auto first = *Open();
  ASSERT_TRUE(first->IssueToken("shop"));
  const std::string older = ReadText(TokensPath());
  ASSERT_TRUE(first->IssueToken("video"));
  const std::string newest = ReadText(TokensPath());
  std::filesystem::remove(TokensPath());
  for (const std::string& text : {std::string(), older}) {
    for (const bool is_there : {true, false}) {
      if (!is_there && !text.empty()) continue;
      std::filesystem::remove(TokensPath());
      if (is_there) WriteSecret(TokensPath(), text);
      const auto refused = Open();
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code, Code::kNotFound);
      EXPECT_NE(refused.error().message.find("--accept-lost-tokens"),
                std::string::npos)
          << refused.error().message;
    }
  }
  WriteSecret(TokensPath(), newest);
  EXPECT_TRUE(Open().has_value());
}

TEST_F(RememberedCallersTest, AnAcceptedLossStaysClosedUntilANewToken) {
  const std::string token = *(*Open())->IssueToken("shop");
  std::filesystem::remove(TokensPath());
  {
    const auto accepted = Open(true);
    ASSERT_TRUE(accepted.has_value());
    ExpectClosed(**accepted, "shop");
  }
  const auto later = Open();  // once is enough
  ASSERT_TRUE(later.has_value());
  ExpectClosed(**later, "shop");
  EXPECT_FALSE((*later)->IdentifyHeader("Bearer " + token).has_value());
  const std::string fresh = *(*later)->IssueToken("shop");
  EXPECT_FALSE((*later)->RefuseAppend(As(**later, fresh), "shop"));
}

// A log from before: what its file holds is remembered from now on.
TEST_F(RememberedCallersTest, WhatTheFileHoldsIsRemembered) {
  ASSERT_TRUE((*Callers::Open({.data_dir = dir_.path()}))->IssueToken("shop"));
  ASSERT_TRUE(Open().has_value());
  std::filesystem::remove(TokensPath());
  EXPECT_FALSE(Open().has_value());
}

TEST_F(RememberedCallersTest, AReloadTakesWhatIsNewAndOpensNothing) {
  const auto callers = *Open();
  const std::string shop = *callers->IssueToken("shop");
  ASSERT_TRUE(callers->IssueToken("video"));
  std::string token = ReadText(dir_.path() + "/operator.token");
  token.pop_back();
  EXPECT_EQ(callers->Reload().value(), 0u);
  WriteSecret(
      TokensPath(),
      "news " + FormatHex(Sha256(AsBytes(std::string("n")))) + "\nshop -\n");
  EXPECT_EQ(callers->Reload().value(), 1u);  // video; shop's was taken back
  ExpectClosed(*callers, "shop");
  ExpectClosed(*callers, "video");
  EXPECT_FALSE(callers->IdentifyHeader("Bearer " + shop).has_value());
  EXPECT_TRUE(As(*callers, "n").SpeaksFor("news"));
  EXPECT_TRUE(As(*callers, token).IsOperator());
  WriteSecret(TokensPath(), "rubbish\n");
  EXPECT_FALSE(callers->Reload().has_value());
  EXPECT_TRUE(As(*callers, "n").SpeaksFor("news"));
}

// The whole way: metadata of a call, status, and nothing in the log.
class CallersOnTheWireTest : public testing::Test {
 protected:
  grpc::Status Append(const std::string& token, v1::AppendResponse* response) {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::AppendRequest request;
    request.set_platform(kPlatform);
    request.set_action(TestBytes("a"));
    return fixture_.stub().Append(&context, request, response);
  }

  Fixture fixture_;
  v1::AppendResponse response_;
};

TEST_F(CallersOnTheWireTest, ARefusedCallerLeavesNoEntry) {
  const std::string token = *fixture_.callers().IssueToken(kPlatform);
  EXPECT_EQ(Append("", &response_).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Append("wrong", &response_).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(fixture_.log().committed_head().size, 0u);
  EXPECT_TRUE(Append(token, &response_).ok());
  EXPECT_EQ(fixture_.log().committed_head().size, 1u);
}

TEST_F(CallersOnTheWireTest, OnlyTheOperatorEnrols) {
  const std::string others_token = *fixture_.callers().IssueToken("x");
  v1::AddPlatformRequest request;
  request.set_platform(kPlatform);
  v1::AddPlatformResponse response;
  for (const char* token : {"", others_token.c_str()}) {
    grpc::ClientContext context;
    if (*token != 0) {
      context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    }
    const auto status =
        fixture_.stub().AddPlatform(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(DetailsOf(status).info.reason(), "OPERATOR_ONLY");
  }
  EXPECT_FALSE(fixture_.callers().IsEnrolled(kPlatform));
}

TEST_F(CallersOnTheWireTest, AStreamIsHeldToTheSameRule) {
  const std::string token = *fixture_.callers().IssueToken(kPlatform);
  v1::AppendStreamRequest request;
  request.set_platform(kPlatform);
  request.add_actions(TestBytes("a"));
  for (const bool shown : {false, true}) {
    grpc::ClientContext context;
    if (shown) context.AddMetadata("authorization", "Bearer " + token);
    const auto stream = fixture_.stub().AppendStream(&context);
    v1::AppendStreamResponse response;
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.error().code(),
              shown ? 0 : int{grpc::StatusCode::PERMISSION_DENIED});
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer wrong");
  const auto stream = fixture_.stub().AppendStream(&context);
  v1::AppendStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(fixture_.log().committed_head().size, 1u);
}

}  // namespace
}  // namespace modlog::callers_test
