// If this failed, a platform that asks for an answer which others have seen too
// would get one that only the log vouches for, or none at all.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/server/metrics.h"
#include "api/server/server.h"
#include "tests/witnessing/witnessed_log.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::witnessed_calls_test {
namespace {

class WitnessedCalls : public WitnessedLog {
 protected:
  void SetUp() override {
    Open();
    ASSERT_TRUE(Serves());
    callers_ = *Callers::Open({.data_dir = directory_.path()});
    auto server = Server::Start({.log = log_.get(),
                                 .callers = callers_.get(),
                                 .publisher = publisher_.get(),
                                 .clock = SystemClock(),
                                 .grpc_listen = {.host = "127.0.0.1"},
                                 .http_listen = {.host = "127.0.0.1"}});
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    stub_ = v1::ModerationLog::NewStub(grpc::CreateChannel(
        "ipv4:" + server_->grpc_address(), grpc::InsecureChannelCredentials()));
  }
  void TearDown() override {
    stub_.reset();
    server_.reset();
  }

  v1::AppendResponse Append(const std::string& action, bool wait) {
    v1::AppendRequest request;
    request.set_platform("example");
    request.set_action(action);
    request.set_wait_witnessed(wait);
    grpc::ClientContext context;
    v1::AppendResponse response;
    const auto status = stub_->Append(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // Whether the answer proves the action under the policy, quorum included.
  void ExpectWitnessedReceipt(
      const std::string& action, const std::string& entry_header,
      const std::string& checkpoint, uint64_t index,
      const google::protobuf::RepeatedPtrField<std::string>& inclusion_path) {
    const auto trusted = OpenCheckpoint(checkpoint, TwoOfThree());
    ASSERT_TRUE(trusted) << trusted.error().message;
    EXPECT_TRUE(trusted->quorum);
    std::vector<Hash> path;
    for (const std::string& hash : inclusion_path) {
      path.push_back(*HashFromBytes(AsBytes(hash)));
    }
    std::string leaf;
    AppendLeaf(entry_header, action, &leaf);
    const auto proved = CheckInclusion(index, HashLeaf(AsBytes(leaf)), path,
                                       trusted->checkpoint.tree);
    EXPECT_TRUE(proved) << proved.error().message;
  }

  std::unique_ptr<Callers> callers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
};

TEST_F(WitnessedCalls, AnAnswerMayWaitForTheQuorum) {
  const std::string action = Takedown("one");
  const auto response = Append(action, /*wait=*/true);
  EXPECT_TRUE(response.witnessed());
  ExpectWitnessedReceipt(action, response.entry_header(), response.checkpoint(),
                         response.index(), response.inclusion_path());
}

TEST_F(WitnessedCalls, AnAnswerThatDoesNotWaitSaysThatItIsNotWitnessed) {
  EXPECT_FALSE(Append(Takedown("one"), /*wait=*/false).witnessed());
}

TEST_F(WitnessedCalls, ABatchMayWaitWithItsPaths) {
  v1::AppendBatchRequest request;
  request.set_platform("example");
  std::vector<std::string> actions;
  for (int i = 0; i < 5; ++i) {
    actions.push_back(Takedown(std::to_string(i)));
    request.add_actions(actions.back());
  }
  request.set_with_proofs(true);
  request.set_wait_witnessed(true);
  grpc::ClientContext context;
  v1::AppendBatchResponse response;
  ASSERT_TRUE(stub_->AppendBatch(&context, request, &response).ok());
  EXPECT_TRUE(response.witnessed());
  for (int i = 0; i < 5; ++i) {
    const auto& item = response.results(i);
    ExpectWitnessedReceipt(actions[static_cast<size_t>(i)], item.entry_header(),
                           response.checkpoint(), item.index(),
                           item.inclusion_path());
  }
}

TEST_F(WitnessedCalls, ARetryWaitsForTheEntryThatStands) {
  const std::string action = Takedown("one");
  const uint64_t index = Append(action, /*wait=*/false).index();
  const auto again = Append(action, /*wait=*/true);
  EXPECT_EQ(again.index(), index);
  EXPECT_TRUE(again.duplicate());
  ExpectWitnessedReceipt(action, again.entry_header(), again.checkpoint(),
                         again.index(), again.inclusion_path());
}

TEST_F(WitnessedCalls, AReceiptGainsTheCosignaturesLater) {
  const auto response = Append(Takedown("one"), /*wait=*/false);
  ASSERT_TRUE(Publishes(1));
  v1::GetReceiptRequest request;
  request.set_index(response.index());
  grpc::ClientContext context;
  v1::GetReceiptResponse receipt;
  ASSERT_TRUE(stub_->GetReceipt(&context, request, &receipt).ok());
  const auto proof = ParseTlogProof(receipt.tlog_proof());
  ASSERT_TRUE(proof);
  EXPECT_TRUE(OpenCheckpoint(proof->checkpoint, TwoOfThree())->quorum);
}

TEST_F(WitnessedCalls, MetricsTellOfEachWitness) {
  w3_.SetScript(Always(503, ""));
  Append(Takedown("one"), /*wait=*/true);
  const std::string third = w3_.InPolicy().name;
  std::string metrics;
  const auto tells = [&](const std::string& line) {
    metrics = FormatMetrics(*log_, publisher_.get(), {});
    return metrics.find(line) != std::string::npos;
  };
  EXPECT_TRUE(Eventually([&] {
    return tells("modlog_witness_up{witness=\"" + third + "\"} 0\n");
  })) << metrics;
  const std::string first = "{witness=\"" + w1_.InPolicy().name + "\"} ";
  EXPECT_TRUE(Eventually([&] {
    return tells("modlog_witness_entries" + first + "1\n");
  })) << metrics;
  EXPECT_TRUE(tells("modlog_witness_up" + first + "1\n")) << metrics;
  EXPECT_FALSE(tells("modlog_witness_cosignatures_total" + first + "0\n"));
  EXPECT_FALSE(
      tells("modlog_witness_failures_total{witness=\"" + third + "\"} 0\n"));
}

TEST_F(WitnessedCalls, AStopDoesNotWaitForWitnesses) {
  w1_.SetScript(Always(503, ""));
  w2_.SetScript(Always(503, ""));
  std::thread caller([this] {
    const auto response = Append(Takedown("one"), /*wait=*/true);
    EXPECT_FALSE(response.witnessed());
    EXPECT_FALSE(response.checkpoint().empty());
  });
  ASSERT_TRUE(Eventually([&] { return log_->signed_head()->tree.size == 1; }));
  log_->EndWaits();
  caller.join();
}

TEST_F(WitnessedCalls, InfoNamesTheWitnesses) {
  Append(Takedown("one"), /*wait=*/true);
  grpc::ClientContext context;
  v1::GetLogInfoResponse info;
  ASSERT_TRUE(stub_->GetLogInfo(&context, {}, &info).ok());
  EXPECT_TRUE(info.hold_back());
  ASSERT_EQ(info.witnesses_size(), 3);
  EXPECT_EQ(info.witnesses(0).name(), "w1");
}

}  // namespace
}  // namespace modlog::witnessed_calls_test
