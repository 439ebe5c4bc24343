#include "api/tool/handles/handle_proofs.h"

#include "absl/strings/str_cat.h"
#include "verifier/base/durable_file.h"
#include "verifier/base/strict_json.h"
#include "verifier/core/tlog_proof.h"

namespace modlog {
namespace {

constexpr int kDepthMax = 4;

}  // namespace

std::string HandleKeyPuid(uint32_t number) {
  return absl::StrCat("handle-key-", number);
}
std::string HandleKeyDestroyedPuid(uint32_t number) {
  return absl::StrCat("handle-key-", number, "-destroyed");
}

Result<HandleFile> MakeHandleFile(Client* client, const HandleKey& key,
                                  const std::string& account,
                                  const std::vector<uint32_t>& numbers) {
  RETURN_IF_ERROR(CheckHandleAccount(account));
  v1::GetStatusRequest request;
  request.set_platform(key.platform);
  request.set_puid(HandleKeyPuid(key.number));
  auto status = client->GetStatus(request);
  if (!status) {
    return Prefixed(absl::StrCat("the entry that registers key ", key.number),
                    status.error());
  }
  ASSIGN_OR_RETURN(VerifiedReceipt receipt,
                   client->GetReceipt(status->index()));
  HandleFile file{.platform = key.platform,
                  .account = account,
                  .key_entry = std::move(receipt.leaf),
                  .key_proof = std::move(receipt.tlog_proof),
                  .handles = {}};
  for (const uint32_t number : numbers) {
    const std::string input = HandleInput(key.platform, account, number);
    ASSIGN_OR_RETURN(std::string proof, key.key.Prove(AsBytes(input)));
    file.handles.push_back({number, std::move(proof)});
  }
  // What a stranger will find wrong is better found here.
  RETURN_IF_ERROR(ProveHandles(file));
  return file;
}

Result<uint32_t> FindNumber(const HandleKey& key, const std::string& account,
                            std::string_view handle, uint32_t last) {
  RETURN_IF_ERROR(CheckHandleAccount(account));
  for (uint32_t number = 1; number <= last; ++number) {
    const std::string input = HandleInput(key.platform, account, number);
    ASSIGN_OR_RETURN(const std::string proof, key.key.Prove(AsBytes(input)));
    ASSIGN_OR_RETURN(const Hash output, VrfProofToHash(AsBytes(proof)));
    if (HandleOf(output) == handle) return number;
  }
  return Fail(Code::kNotFound,
              absl::StrCat("the entry's handle is none of the ", last,
                           " that this account has under key ", key.number));
}

Result<void> WriteHandleFile(const std::string& path, const HandleFile& file) {
  return WriteFileDurably(path, FormatHandleFile(file), 0600);
}

Result<ProvedHandles> ReadHandleFile(Client* client, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kHandleFileSizeMax));
  auto json = ParseStrictJson(text, kDepthMax);
  if (!json) return Prefixed(path, json.error());
  auto file = HandleFileFrom(*json);
  if (!file) return Prefixed(path, file.error());
  auto proof = ParseTlogProof(file->key_proof);
  if (!proof) return Prefixed(path, proof.error());
  const auto trusted = CheckTlogProof(
      *proof, HashLeaf(AsBytes(file->key_entry)), client->policy());
  if (!trusted) return Prefixed(path, trusted.error());
  auto proved = ProveHandles(*file);
  if (!proved) return Prefixed(path, proved.error());
  return proved;
}

}  // namespace modlog
