// If this failed, what a platform gave the log to keep would not reach it, or
// would be shown to whoever asks.

#include <gtest/gtest.h>

#include "api/server/pages.h"
#include "api/server/payload_calls.h"
#include "nlohmann/json.hpp"
#include "tests/api/test_support.h"
#include "tests/log/payload_fixture.h"

namespace modlog::payload_calls_test {
namespace {

class PayloadCallsTest : public ::testing::Test {
 protected:
  static RecordWithPayload Record(const std::string& puid) {
    return CommitTo(TestAction(puid),
                    {{kPartContentId, "https://example.org/item/1"},
                     {kPartDecisionFacts, "said so in public", true}},
                    kPlatform);
  }
  v1::GetPayloadResponse Get(uint64_t index) {
    v1::GetPayloadRequest request;
    request.set_index(index);
    v1::GetPayloadResponse response;
    grpc::ClientContext context;
    const auto status =
        fixture_.stub().GetPayload(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  void ExpectOpenPartsAlone(const v1::Payload& got,
                            const RecordWithPayload& record) {
    ASSERT_EQ(got.commitments_size(), 24);
    PartSlots slots;
    for (int i = 0; i < 24; ++i) {
      slots[static_cast<size_t>(i)] =
          *HashFromBytes(AsBytes(got.commitments(i)));
    }
    EXPECT_EQ(AsText(CommitRecord(slots)), record.action.commitment());
    ASSERT_EQ(got.parts_size(), 1);
    EXPECT_EQ(got.parts(0).SerializeAsString(),
              record.payload.parts(1).SerializeAsString());
  }

  Fixture fixture_;
};

TEST_F(PayloadCallsTest, AllThreeAppendsKeepIt) {
  std::vector<RecordWithPayload> records;
  for (const char* puid : {"one", "two", "three", "four"}) {
    records.push_back(Record(puid));
  }
  v1::AppendRequest one;
  one.set_platform(std::string(kPlatform));
  one.set_action(records[0].ActionBytes());
  one.set_payload(records[0].PayloadBytes());
  v1::AppendResponse logged;
  grpc::ClientContext context;
  ASSERT_TRUE(fixture_.stub().Append(&context, one, &logged).ok());
  v1::AppendBatchRequest batch;
  batch.set_platform(std::string(kPlatform));
  *batch.add_plain() = records[1].action;
  *batch.add_plain() = records[2].action;
  batch.add_payloads();
  batch.add_payloads(records[2].PayloadBytes());
  v1::AppendBatchResponse batched;
  grpc::ClientContext batch_context;
  ASSERT_TRUE(
      fixture_.stub().AppendBatch(&batch_context, batch, &batched).ok());
  grpc::ClientContext stream_context;
  const auto stream = fixture_.stub().AppendStream(&stream_context);
  v1::AppendStreamRequest streamed;
  streamed.set_platform(std::string(kPlatform));
  streamed.add_actions(records[3].ActionBytes());
  streamed.add_payloads(records[3].PayloadBytes());
  ASSERT_TRUE(stream->Write(streamed));
  v1::AppendStreamResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(stream->WritesDone() && stream->Finish().ok());

  ExpectOpenPartsAlone(Get(0).payload(), records[0]);
  EXPECT_EQ(Get(1).payload().commitments_size(), 0);
  ExpectOpenPartsAlone(Get(2).payload(), records[2]);
  ExpectOpenPartsAlone(Get(3).payload(), records[3]);
}

TEST_F(PayloadCallsTest, WhatIsWrongIsNamedByItemAndField) {
  RecordWithPayload record = Record("wrong");
  record.payload.mutable_parts(1)->set_value("said something else");
  v1::AppendBatchRequest batch;
  batch.set_platform(std::string(kPlatform));
  batch.add_actions(TestBytes("bare"));
  batch.add_actions(record.ActionBytes());
  batch.add_payloads();
  batch.add_payloads(record.PayloadBytes());
  v1::AppendBatchResponse response;
  grpc::ClientContext context;
  const auto status = fixture_.stub().AppendBatch(&context, batch, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).fields,
            std::vector<std::string>{"payloads[1].parts[1]"});
  EXPECT_EQ(DetailsOf(status).text.find("said"), std::string::npos);

  batch.mutable_payloads()->RemoveLast();
  grpc::ClientContext next;
  const auto fewer = fixture_.stub().AppendBatch(&next, batch, &response);
  EXPECT_EQ(DetailsOf(fewer).fields, std::vector<std::string>{"payloads"});
}

TEST_F(PayloadCallsTest, ATermsTextIsServedUnderItsHash) {
  constexpr std::string_view kText = "no spam, version 3";
  const std::string hex = FormatHex(Sha256(AsBytes(kText)));
  EXPECT_EQ(GetPage(&fixture_.log(), "/term/" + hex, "").status, 404u);
  v1::Action term;
  term.set_kind(v1::KIND_TERM);
  term.set_puid("term-1");
  term.set_taxonomy(202507);
  term.mutable_term()->set_kind(v1::TERM_KIND_POLICY);
  term.mutable_term()->set_number(1);
  const Hash hash = Sha256(AsBytes(kText));
  term.mutable_term()->set_text_sha256(hash.data(), hash.size());
  v1::Payload payload;
  payload.set_term_text(std::string(kText));
  v1::AppendRequest request;
  request.set_platform(std::string(kPlatform));
  *request.mutable_plain() = term;
  request.set_payload(payload.SerializeAsString());
  v1::AppendResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(fixture_.stub().Append(&context, request, &response).ok());
  const Page page = GetPage(&fixture_.log(), "/term/" + hex, "");
  EXPECT_EQ(page.body, kText);
  EXPECT_STREQ(page.cache_control, "no-store");
  for (const std::string& other :
       {hex.substr(1), hex + "0", "F" + hex.substr(1), "+" + hex.substr(1)}) {
    EXPECT_EQ(GetPage(&fixture_.log(), "/term/" + other, "").status, 404u);
  }
}

TEST_F(PayloadCallsTest, RestrictedPartsAreForThePlatformAndTheOperator) {
  const RecordWithPayload record = Record("mine");
  v1::AppendRequest request;
  request.set_platform(std::string(kPlatform));
  request.set_action(record.ActionBytes());
  request.set_payload(record.PayloadBytes());
  v1::AppendResponse logged;
  grpc::ClientContext context;
  ASSERT_TRUE(fixture_.stub().Append(&context, request, &logged).ok());
  const auto parts = [&](const PayloadReaderIdentity& caller) {
    const auto kept = ReadKept(&fixture_.log(), {}, caller);
    return kept.has_value() ? kept->payload().parts_size() : -1;
  };
  EXPECT_EQ(parts({}), 1);
  EXPECT_EQ(parts({.platform = "another"}), 1);
  EXPECT_EQ(parts({.platform = kPlatform}), 2);
  EXPECT_EQ(parts({.is_operator = true}), 2);

  const Page page = GetPage(&fixture_.log(), "/payload/0", "");
  EXPECT_EQ(page.status, 200u);
  EXPECT_STREQ(page.cache_control, "no-store");
  const auto json = nlohmann::json::parse(page.body, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["payload"]["commitments"].size(), 24u);
  EXPECT_EQ(json["payload"]["parts"].size(), 1u);
  EXPECT_EQ(page.body.find(FormatBase64(AsBytes("https://example.org/item/1"))),
            std::string::npos);
  for (const char* path : {"/payload/1", "/payload/00", "/payload/",
                           "/payload/x", "/payload/18446744073709551616"}) {
    EXPECT_EQ(GetPage(&fixture_.log(), path, "").status, 404u) << path;
  }
}

}  // namespace
}  // namespace modlog::payload_calls_test
