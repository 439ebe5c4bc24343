#ifndef MODLOG_API_CLIENT_CLIENT_H_
#define MODLOG_API_CLIENT_CLIENT_H_

// A connection to a log, for every program that is not the log. What comes back
// is checked before it is returned: leaf bytes decode, proofs lead to the root
// of a checkpoint that the log signed.
//
// The key for this is the one that the log names when the connection is made,
// so the checks find a broken log and not a lying one: who distrusts the
// operator takes the key from a policy, and modlog-verify.
//
// The channel is not encrypted and is for loopback addresses. Every call has a
// deadline, kCallSecondsMax. Thread-safe.

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "modlog/v1/log.grpc.pb.h"
#include "verifier/core/note.h"
#include "verifier/core/policy.h"
#include "verifier/core/tlog_proof.h"

namespace modlog {

inline constexpr int kConnectSecondsMax = 5;
inline constexpr int kCallSecondsMax = 30;
inline constexpr const char* kDefaultServer = "127.0.0.1:50051";

// NewLogChannel returns a channel of its own connection to HOST:PORT, where
// HOST in figures is never looked up (target.h). A token that is not empty is
// shown with every call.
std::shared_ptr<grpc::Channel> NewLogChannel(const std::string& address,
                                             const std::string& token = "");

// A receipt whose proof holds: the leaf stands in the tree of its checkpoint.
struct VerifiedReceipt {
  std::string leaf;
  std::string tlog_proof;  // c2sp.org/tlog-proof@v1, as received
  Checkpoint checkpoint;
  std::optional<v1::EntrySeal> seal;  // as received: for the caller to judge
  std::string cose;  // an RFC 9942 receipt, where it was asked for; the same
};

enum class ReceiptForm { kNote, kNoteAndCose };

class Client {
 public:
  // Connect asks the log who it is, within kConnectSecondsMax; a connection
  // that fails is tried again as long. kUnavailable names the address and what
  // to do; kUntrusted for a token that is none of the log's.
  static Result<std::unique_ptr<Client>> Connect(const std::string& address,
                                                 const std::string& token = "");

  const std::string& address() const { return address_; }
  const VerifierKey& key() const { return policy_.logs.front().key; }
  // A policy that trusts the log's own key, and asks for no witness.
  const Policy& policy() const { return policy_; }
  v1::ModerationLog::Stub* stub() const { return stub_.get(); }
  // Another connection to the same log, with the same token.
  std::shared_ptr<grpc::Channel> NewChannel() const {
    return NewLogChannel(address_, token_);
  }

  Result<v1::GetLogInfoResponse> GetLogInfo();
  // GetReceipt: kOutOfRange beyond the published checkpoint, kConflict where
  // there is no COSE receipt to be had, kBadProof and the
  // errors of CheckTlogProof for an answer that does not hold.
  Result<VerifiedReceipt> GetReceipt(uint64_t index,
                                     ReceiptForm form = ReceiptForm::kNote);
  // What is answered as it came: for the caller to judge.
  Result<v1::AppendResponse> Append(const v1::AppendRequest& request);
  Result<v1::GetPayloadResponse> GetPayload(
      const v1::GetPayloadRequest& request);
  Result<v1::EraseResponse> Erase(const v1::EraseRequest& request);
  Result<v1::FreezeResponse> Freeze(const v1::FreezeRequest& request);
  Result<v1::AcceptClockResponse> AcceptClock(
      const v1::AcceptClockRequest& request);
  Result<v1::RedactResponse> Redact(const v1::RedactRequest& request);
  Result<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request);
  Result<v1::FindPuidsResponse> FindPuids(const v1::FindPuidsRequest& request);
  Result<v1::AddPlatformResponse> AddPlatform(
      const v1::AddPlatformRequest& request);
  Result<v1::GetPlatformResponse> GetPlatform(const std::string& platform);
  Result<v1::SearchResponse> Search(const v1::SearchRequest& request);

 private:
  Client() = default;
  std::string address_;
  std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ModerationLog::Stub> stub_;
  Policy policy_;
};

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_CLIENT_H_
