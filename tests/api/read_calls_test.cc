// If this failed, what the log shows over gRPC would not be what it signed.

#include <gtest/gtest.h>

#include "tests/api/test_support.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::read_calls_test {
namespace {

using grpc::StatusCode;

constexpr uint64_t kSize = 300;  // more than one tile

class ReadCallsTest : public ::testing::Test {
 protected:
  void SetUp() override { fixture_.Fill(kSize); }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::ModerationLog::Stub::*method)(
                        grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    return (fixture_.stub().*method)(&context, request, response);
  }

  std::string Leaf(uint64_t index) {
    v1::GetEntryRequest request;
    v1::GetEntryResponse response;
    request.set_index(index);
    const auto status =
        Call(&v1::ModerationLog::Stub::GetEntry, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.leaf();
  }
  // The tree that a checkpoint, checked, states.
  TreeHead Published() {
    v1::GetCheckpointResponse response;
    EXPECT_TRUE(Call(&v1::ModerationLog::Stub::GetCheckpoint,
                     v1::GetCheckpointRequest(), &response)
                    .ok());
    const auto opened = OpenCheckpoint(response.checkpoint(), TestPolicy());
    EXPECT_TRUE(opened.has_value());
    return opened.has_value() ? opened->checkpoint.tree : TreeHead{};
  }
  grpc::Status Inclusion(uint64_t index, uint64_t tree_size,
                         v1::GetInclusionProofResponse* response) {
    v1::GetInclusionProofRequest request;
    request.set_index(index);
    request.set_tree_size(tree_size);
    return Call(&v1::ModerationLog::Stub::GetInclusionProof, request, response);
  }
  grpc::Status Consistency(uint64_t old_size, uint64_t new_size,
                           v1::GetConsistencyProofResponse* response) {
    v1::GetConsistencyProofRequest request;
    request.set_old_size(old_size);
    request.set_new_size(new_size);
    return Call(&v1::ModerationLog::Stub::GetConsistencyProof, request,
                response);
  }
  grpc::Status Receipt(uint64_t index, v1::GetReceiptResponse* response) {
    v1::GetReceiptRequest request;
    request.set_index(index);
    return Call(&v1::ModerationLog::Stub::GetReceipt, request, response);
  }

  Fixture fixture_;
};

TEST_F(ReadCallsTest, EveryEntryIsProvedIncluded) {
  const TreeHead tree = Published();
  ASSERT_EQ(tree.size, kSize);
  for (uint64_t i = 0; i < kSize; ++i) {
    v1::GetInclusionProofResponse response;
    ASSERT_TRUE(Inclusion(i, 0, &response).ok());
    EXPECT_EQ(response.tree_size(), kSize);
    EXPECT_TRUE(CheckInclusion(i, HashLeaf(AsBytes(Leaf(i))),
                               ParsePath(response.inclusion_path()), tree)
                    .has_value());
  }
}

TEST_F(ReadCallsTest, GrowthIsProvedConsistent) {
  const TreeHead older = Published();
  fixture_.Fill(77, "later");
  const TreeHead newer = Published();
  ASSERT_EQ(newer.size, kSize + 77);
  v1::GetConsistencyProofResponse response;
  ASSERT_TRUE(Consistency(older.size, 0, &response).ok());
  EXPECT_EQ(response.new_size(), newer.size);
  EXPECT_TRUE(
      CheckConsistency(older, newer, ParsePath(response.proof())).has_value());
  ASSERT_TRUE(Consistency(older.size, newer.size, &response).ok());
  EXPECT_TRUE(
      CheckConsistency(older, newer, ParsePath(response.proof())).has_value());
  // Inclusion in the older tree, too.
  v1::GetInclusionProofResponse inclusion;
  ASSERT_TRUE(Inclusion(5, older.size, &inclusion).ok());
  EXPECT_TRUE(CheckInclusion(5, HashLeaf(AsBytes(Leaf(5))),
                             ParsePath(inclusion.inclusion_path()), older)
                  .has_value());
}

TEST_F(ReadCallsTest, AReceiptVerifiesOffline) {
  for (const uint64_t index : {uint64_t{0}, uint64_t{255}, kSize - 1}) {
    v1::GetReceiptResponse response;
    ASSERT_TRUE(Receipt(index, &response).ok());
    EXPECT_EQ(response.leaf(), Leaf(index));
    const auto proof = ParseTlogProof(response.tlog_proof());
    ASSERT_TRUE(proof.has_value());
    EXPECT_EQ(proof->index, index);
    const auto checked = CheckTlogProof(
        *proof, HashLeaf(AsBytes(response.leaf())), TestPolicy());
    ASSERT_TRUE(checked.has_value()) << checked.error().message;
    EXPECT_EQ(checked->checkpoint.tree, Published());
  }
}

TEST_F(ReadCallsTest, WhatIsBeyondTheTreeIsOutOfRange) {
  v1::GetEntryRequest request;
  v1::GetEntryResponse entry;
  v1::GetInclusionProofResponse inclusion;
  v1::GetConsistencyProofResponse consistency;
  v1::GetReceiptResponse receipt;
  for (const uint64_t index : {kSize, kSize + 1, ~uint64_t{0}}) {
    SCOPED_TRACE(index);
    request.set_index(index);
    EXPECT_EQ(
        Call(&v1::ModerationLog::Stub::GetEntry, request, &entry).error_code(),
        StatusCode::OUT_OF_RANGE);
    EXPECT_EQ(Inclusion(index, 0, &inclusion).error_code(),
              StatusCode::OUT_OF_RANGE);
    EXPECT_EQ(Receipt(index, &receipt).error_code(), StatusCode::OUT_OF_RANGE);
  }
  for (const uint64_t size : {kSize + 1, ~uint64_t{0}}) {
    SCOPED_TRACE(size);
    EXPECT_EQ(Inclusion(0, size, &inclusion).error_code(),
              StatusCode::OUT_OF_RANGE);
    EXPECT_EQ(Consistency(1, size, &consistency).error_code(),
              StatusCode::OUT_OF_RANGE);
    EXPECT_EQ(Consistency(size, 0, &consistency).error_code(),
              StatusCode::OUT_OF_RANGE);
  }
  EXPECT_EQ(Inclusion(7, 7, &inclusion).error_code(), StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(DetailsOf(Inclusion(7, 7, &inclusion)).info.reason(),
            "OUT_OF_RANGE");
}

TEST_F(ReadCallsTest, AConsistencyProofThatCannotBeIsInvalid) {
  v1::GetConsistencyProofResponse response;
  for (const auto& status :
       {Consistency(0, 5, &response), Consistency(0, 0, &response),
        Consistency(6, 5, &response)}) {
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).fields, std::vector<std::string>{"old_size"});
  }
}

TEST_F(ReadCallsTest, TheLogSaysWhatItIs) {
  v1::GetLogInfoResponse info;
  ASSERT_TRUE(
      Call(&v1::ModerationLog::Stub::GetLogInfo, v1::GetLogInfoRequest(), &info)
          .ok());
  EXPECT_EQ(info.origin(), "log.example/test");
  EXPECT_EQ(info.vkey(), FormatVerifierKey(TestKey().verifier));
  EXPECT_EQ(info.http_address(), fixture_.server().http_address());
  EXPECT_EQ(info.state(), "SERVING");
  EXPECT_EQ(info.version(), MODLOG_VERSION);
  for (const auto& head :
       {info.committed(), info.signed_(), info.published()}) {
    EXPECT_EQ(head.size(), kSize);
    EXPECT_EQ(head.root(), AsText(Published().root));
  }
}

TEST(ReadEmptyLog, ASignedCheckpointOfSizeZeroStandsFromTheStart) {
  Fixture fixture;
  grpc::ClientContext context;
  v1::GetCheckpointResponse response;
  ASSERT_TRUE(
      fixture.stub()
          .GetCheckpoint(&context, v1::GetCheckpointRequest(), &response)
          .ok());
  const auto opened = OpenCheckpoint(response.checkpoint(), TestPolicy());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->checkpoint.tree.size, 0u);
}

TEST(ReadDamagedLog, DataThatFailsItsCheckIsDataLoss) {
  Fixture fixture(std::make_unique<HeldLog>());
  grpc::ClientContext context;
  v1::GetEntryResponse response;
  const auto status =
      fixture.stub().GetEntry(&context, v1::GetEntryRequest(), &response);
  EXPECT_EQ(status.error_code(), StatusCode::DATA_LOSS);
  EXPECT_EQ(DetailsOf(status).info.reason(), "CORRUPT");
}

}  // namespace
}  // namespace modlog::read_calls_test
