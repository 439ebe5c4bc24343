// If this failed, what is wrong with a submission would go unsaid, or into the
// log.

#include <gtest/gtest.h>

#include "log/rules/action_bytes.h"
#include "log/write/admission.h"
#include "tests/api/test_support.h"

namespace modlog::bad_input_test {
namespace {

using grpc::StatusCode;

struct BadAction {
  std::string name;
  std::string bytes;
  std::string field;  // of the violation, within the action
};

std::string WithField(uint8_t tag_high, uint8_t tag_low) {
  std::string bytes = TestBytes("a");
  bytes += static_cast<char>(tag_high);
  bytes += static_cast<char>(tag_low);
  bytes += '\x01';
  return bytes;
}

std::string PaddedVarint() {
  std::string bytes = TestBytes("a");
  // 08 01 (kind) becomes 08 81 00, the same value.
  return std::string("\x08\x81\x00", 3) + bytes.substr(2);
}

std::string Reordered() {
  const std::string bytes = TestBytes("a");
  return bytes.substr(2) + bytes.substr(0, 2);
}

std::vector<BadAction> BadActions() {
  const auto tweaked = [](const std::function<void(v1::Action*)>& tweak) {
    return TestBytes("a", tweak);
  };
  return {
      {"Empty", "", ""},
      {"Rubbish", "rubbish", ""},
      {"Truncated", TestBytes("a").substr(0, 8), ""},
      {"Oversize",
       tweaked([](auto* a) { a->set_puid(std::string(5'000, 'x')); }), ""},
      {"UnknownField", WithField(0xf8, 0x06), ""},   // field 111
      {"ReservedField", WithField(0x90, 0x01), ""},  // field 18
      {"PaddedVarint", PaddedVarint(), ""},
      {"Reordered", Reordered(), ""},
      {"ExplicitDefault", TestBytes("a") + std::string("\xd0\x04\x00", 3), ""},
      {"WrongUtf8", "\x08\x01\x12\x02\xc3\x28", ""},
      {"NoKind", tweaked([](auto* a) { a->clear_kind(); }), "kind"},
      {"NoPuid", tweaked([](auto* a) { a->clear_puid(); }), "puid"},
      {"PuidWithBlank", tweaked([](auto* a) { a->set_puid("a b"); }), "puid"},
      {"LongPuid", tweaked([](auto* a) { a->set_puid(std::string(65, 'x')); }),
       "puid"},
      {"NoTaxonomy", tweaked([](auto* a) { a->clear_taxonomy(); }), "taxonomy"},
      {"DateTooEarly",
       tweaked([](auto* a) { a->set_application_date(10'956); }),
       "application_date"},
      {"DateInTheFuture",
       tweaked([](auto* a) { a->set_application_date(24'837); }),
       "application_date"},
      {"EndBeforeStart",
       tweaked([](auto* a) { a->set_end_visibility(18'000); }),
       "end_visibility"},
      {"ShortCommitment",
       tweaked([](auto* a) { a->set_commitment("too short"); }), "commitment"},
      {"NoDecision", tweaked([](auto* a) { a->clear_visibility(); }),
       "visibility"},
      {"ForbiddenForKind",
       tweaked([](auto* a) { a->set_outcome(v1::OUTCOME_UPHELD); }), "outcome"},
      {"UnsortedSet", tweaked([](auto* a) {
         a->add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
       }),
       "visibility"},
      {"DanglingCause", tweaked([](auto* a) { a->add_cause("nowhere"); }),
       "cause[0]"},
  };
}

std::string Path(std::string_view item, const std::string& field) {
  return std::string(item) + (field.empty() ? "" : ".") + field;
}

class BadInputTest : public ::testing::Test {
 protected:
  Fixture fixture_;
};

TEST_F(BadInputTest, AUnaryCallNamesTheField) {
  for (const BadAction& bad : BadActions()) {
    SCOPED_TRACE(bad.name);
    const auto status = fixture_.Append(bad.bytes);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_FALSE(status.error_message().empty());
    const Details details = DetailsOf(status);
    ASSERT_FALSE(details.fields.empty());
    EXPECT_EQ(details.fields.front(), Path("action", bad.field));
  }
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 0u);
}

TEST_F(BadInputTest, ABatchNamesItemAndField) {
  for (const BadAction& bad : BadActions()) {
    SCOPED_TRACE(bad.name);
    v1::AppendBatchRequest request;
    v1::AppendBatchResponse response;
    request.set_platform(kPlatform);
    request.add_actions(TestBytes("good"));
    request.add_actions(bad.bytes);
    grpc::ClientContext context;
    const auto status =
        fixture_.stub().AppendBatch(&context, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    const Details details = DetailsOf(status);
    ASSERT_FALSE(details.fields.empty());
    EXPECT_EQ(details.fields.front(), Path("actions[1]", bad.field));
  }
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 0u);
}

// Wrong as a plain message is what is wrong as bytes, but for the encoding.
TEST_F(BadInputTest, APlainActionNamesTheField) {
  for (const BadAction& bad : BadActions()) {
    v1::Action action;
    const bool encodable =
        action.ParseFromString(bad.bytes) && EncodeAction(action) == bad.bytes;
    if (!encodable || bad.bytes.empty()) continue;
    SCOPED_TRACE(bad.name);
    v1::AppendRequest request;
    v1::AppendResponse response;
    request.set_platform(kPlatform);
    *request.mutable_plain() = action;
    grpc::ClientContext context;
    const auto status = fixture_.stub().Append(&context, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    const Details details = DetailsOf(status);
    ASSERT_FALSE(details.fields.empty());
    EXPECT_EQ(details.fields.front(), Path("plain", bad.field));
  }
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 0u);
}

TEST_F(BadInputTest, AnEmptyPlainActionIsRefused) {
  v1::AppendRequest request;
  v1::AppendResponse response;
  request.set_platform(kPlatform);
  request.mutable_plain();
  grpc::ClientContext context;
  const auto status = fixture_.stub().Append(&context, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields.front(), "plain");
}

TEST_F(BadInputTest, PlatformNamesAreHeldToTheirPattern) {
  const std::string bad[] = {"",       "Upper.example", "-dash",
                             "a b",    "a/b",           std::string(65, 'x'),
                             ".start", "caf\xc3\xa9",   "null\n"};
  for (const std::string& platform : bad) {
    SCOPED_TRACE(platform);
    v1::AppendRequest request;
    v1::AppendResponse response;
    request.set_platform(platform);
    request.set_action(TestBytes("a"));
    grpc::ClientContext context;
    const auto status = fixture_.stub().Append(&context, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"platform"});
  }
}

TEST_F(BadInputTest, ExactlyOneOfActionAndPlain) {
  v1::AppendRequest both;
  both.set_platform(kPlatform);
  both.set_action(TestBytes("a"));
  *both.mutable_plain() = TestAction("a");
  v1::AppendRequest neither;
  neither.set_platform(kPlatform);
  v1::AppendResponse response;
  {
    grpc::ClientContext context;
    const auto status = fixture_.stub().Append(&context, both, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"plain"});
  }
  {
    grpc::ClientContext context;
    const auto status = fixture_.stub().Append(&context, neither, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"action"});
  }
}

TEST_F(BadInputTest, EverythingWrongWithARequestIsSaidAtOnce) {
  v1::AppendBatchRequest request;
  v1::AppendBatchResponse response;
  request.set_mode(static_cast<v1::AppendBatchRequest::Mode>(7));
  grpc::ClientContext context;
  const auto status = fixture_.stub().AppendBatch(&context, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields,
            (std::vector<std::string>{"platform", "mode", "actions"}));
}

// Requests as no generated code would write them.
class RawRequestTest : public BadInputTest {
 protected:
  grpc::Status Send(std::string_view bytes, const char* method) {
    return CallRaw(fixture_.channel(), method, bytes).status;
  }
  void ExpectRefused(std::string_view bytes, const char* method,
                     std::string_view says) {
    const auto status = Send(bytes, method);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT)
        << status.error_message();
    EXPECT_NE(status.error_message().find(says), std::string::npos)
        << status.error_message();
    EXPECT_FALSE(DetailsOf(status).fields.empty());
  }

  static constexpr char kAppend[] = "/modlog.v1.ModerationLog/Append";
  static constexpr char kBatch[] = "/modlog.v1.ModerationLog/AppendBatch";
  static constexpr char kEntry[] = "/modlog.v1.ModerationLog/GetEntry";

  static std::string Good() {
    v1::AppendRequest request;
    request.set_platform(kPlatform);
    request.set_action(TestBytes("a"));
    return request.SerializeAsString();
  }
};

TEST_F(RawRequestTest, RubbishIsInvalidNotUnimplemented) {
  ExpectRefused("\x0a", kAppend, "does not parse");
  ExpectRefused("\x0a\x7f short", kAppend, "does not parse");
  ExpectRefused("\x0a\xff\xff\xff\xff\x0f", kAppend, "does not parse");
  ExpectRefused("rubbish", kEntry, "does not parse");
  ExpectRefused(Good() + "\x07", kAppend, "unknown field");
}

TEST_F(RawRequestTest, UnknownFieldsOfAnAppendAreRefused) {
  ExpectRefused(Good() + "\x78\x01", kAppend, "unknown field 15");
  // wait_witnessed of AppendBatch, which in Append has another number.
  ExpectRefused(Good() + "\x40\x01", kAppend, "unknown field 8");
  ExpectRefused(Good() + "\x78\x01", kBatch, "unknown field 15");
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 0u);
}

TEST_F(RawRequestTest, TwoActionsInAUnaryCallAreRefused) {
  const std::string good = Good();
  const std::string twice = good + good.substr(2 + sizeof(kPlatform) - 1);
  ExpectRefused(twice, kAppend, "at most 1 items, got 2");
}

// A message with wrong UTF-8 does not even parse as a message.
TEST_F(RawRequestTest, WrongUtf8InAPlainActionNamesTheItem) {
  const std::string bad = "\x08\x01\x12\x02\xc3\x28";
  std::string request = "\x0a\x01v";
  request += std::string("\x1a") + static_cast<char>(bad.size()) + bad;
  const auto status = Send(request, kBatch);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"plain[0]"});
}

TEST_F(RawRequestTest, UnknownFieldsOfAPlainActionAreRefused) {
  const std::string bad = TestBytes("a") + "\xf8\x06\x01";
  std::string request = "\x0a\x01v";
  request += std::string("\x1a") + static_cast<char>(bad.size()) + bad;
  const auto status = Send(request, kAppend);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"plain"});
}

TEST_F(RawRequestTest, EveryCutOfARequestIsRefusedOrAnotherRequest) {
  const std::string good = Good();
  for (size_t size = 0; size < good.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_EQ(Send(good.substr(0, size), kAppend).error_code(),
              StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_EQ(fixture_.log().signed_head()->tree.size, 0u);
  EXPECT_TRUE(Send(good, kAppend).ok());
}

}  // namespace
}  // namespace modlog::bad_input_test
