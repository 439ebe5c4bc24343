// A modlogd whose log may not go on: it says so, ends, and does not come back
// to sign what it refused.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

#include <filesystem>
#include <string>

#include "api/client/canonical.h"
#include "modlog/v1/log.grpc.pb.h"
#include "tests/crash/server_process.h"

namespace modlog::poison_test {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitPoisoned = 4;
constexpr double kSecondsMax = 240;

class PoisonTest : public ::testing::Test {
 protected:
  PoisonTest() {
    std::string name =
        (std::filesystem::temp_directory_path() / "modlog-poison-XXXXXX")
            .string();
    directory_ = ::mkdtemp(name.data());
  }
  ~PoisonTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Launch(const std::string& failpoints) {
    auto server =
        ServerProcess::Launch({.program = MODLOG_BIN_DIR "/modlogd_failing",
                               .data_dir = directory_ + "/data",
                               .output = directory_ + "/err",
                               .failpoints = failpoints});
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }

  // Appends actions [first, first + count).
  grpc::Status AppendBatch(int first, int count) {
    v1::AppendBatchRequest request;
    request.set_platform("example");
    for (int i = first; i < first + count; ++i) {
      const std::string number = std::to_string(i);
      v1::Action action;
      action.set_kind(v1::KIND_NOTICE_RECEIVED);
      action.set_puid(std::string(64 - number.size(), '0') + number);
      action.set_commitment(std::string(32, 'c'));
      action.set_taxonomy(202507);
      action.set_subject_kind(v1::SUBJECT_KIND_REPOSITORY);
      action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
      request.add_actions(EncodeCanonical(action));
    }
    const auto stub = v1::ModerationLog::NewStub(grpc::CreateChannel(
        "ipv4:" + server_->grpc(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    v1::AppendBatchResponse response;
    return stub->AppendBatch(&context, request, &response);
  }

  std::string directory_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(PoisonTest, APoisonedLogEndsByItselfAndIsNotSignedAfterARestart) {
  // A supervisor would see a healthy process that refuses every append for
  // ever, or the next start would sign what this one refused.
  Launch("flip_leaf:arm");
  ASSERT_TRUE(server_->AwaitReady());
  const grpc::Status status = AppendBatch(0, 300);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE)
      << status.error_message();
  ASSERT_TRUE(server_->EndsWithin(kSecondsMax));
  EXPECT_EQ(server_->exit_status(), kExitPoisoned);

  Launch("");
  EXPECT_FALSE(server_->AwaitReady());
  ASSERT_TRUE(server_->EndsWithin(kSecondsMax));
  EXPECT_EQ(server_->exit_status(), kExitFailed);
}

// Mounts a small disk that only this process and its children see.
bool MountSmallDisk(const std::string& path) {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return false;
  }
  return ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=40m") == 0;
}

TEST_F(PoisonTest, OnAFullDiskTheLogEndsInOrderAndHasAllThatItPromised) {
  // A library's assertion would end it in the middle of things, or an entry
  // that was acknowledged would be gone once there is space again.
  if (!MountSmallDisk(directory_)) {
    GTEST_SKIP() << "needs the right to mount";
  }
  constexpr int kBatch = 4'096;
  Launch("");
  ASSERT_TRUE(server_->AwaitReady());
  int promised = 0;
  while (AppendBatch(promised, kBatch).ok()) promised += kBatch;
  EXPECT_GT(promised, 0);
  ASSERT_TRUE(server_->EndsWithin(kSecondsMax));
  EXPECT_EQ(server_->exit_status(), kExitPoisoned);

  ASSERT_EQ(
      ::mount("tmpfs", directory_.c_str(), "tmpfs", MS_REMOUNT, "size=400m"),
      0);
  Launch("");
  ASSERT_TRUE(server_->AwaitReady());
  const auto stub = v1::ModerationLog::NewStub(grpc::CreateChannel(
      "ipv4:" + server_->grpc(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::GetLogInfoResponse info;
  ASSERT_TRUE(stub->GetLogInfo(&context, {}, &info).ok());
  EXPECT_GE(info.signed_().size(), static_cast<uint64_t>(promised));
  ASSERT_TRUE(AppendBatch(promised, kBatch).ok());
  server_.reset();
  ::umount(directory_.c_str());
}

}  // namespace
}  // namespace modlog::poison_test
