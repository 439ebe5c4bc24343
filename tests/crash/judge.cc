#include "tests/crash/judge.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "api/client/answer_check.h"
#include "api/tool/copy/http_fetcher.h"
#include "tests/crash/load.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

constexpr size_t kResentMax = 64;  // of what was not answered
constexpr size_t kResentPromisedMax = 16;
constexpr size_t kBundleSizeMax = 256 * (2 + kEntrySizeMax);

// One call to the log; that it fails is a broken promise by itself.
template <typename Response, typename Call>
Result<Response> Ask(const std::string& what, Call call) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(240));
  Response response;
  const grpc::Status status = call(&context, &response);
  if (status.ok()) return response;
  return Fail(Code::kNotFound,
              absl::StrCat(what, " is refused: ", status.error_message()));
}

std::unexpected<Error> Broken(const std::string& what, const Error& error) {
  return Fail(Code::kCorrupt, absl::StrCat(what, ": ", error.message));
}

std::string Short(const Hash& hash) { return FormatHex(hash).substr(0, 16); }

}  // namespace

Result<void> LogJudge::CheckServing() {
  ASSIGN_OR_RETURN(
      const auto info,
      Ask<v1::GetLogInfoResponse>("who the log is", [&](auto* c, auto* r) {
        return stub_->GetLogInfo(c, {}, r);
      }));
  const auto heads = oracle_->Heads();
  const uint64_t seen = heads.empty() ? 0 : heads.back().size;
  if (info.published().size() < seen) {
    return Fail(Code::kConflict, absl::StrCat("a checkpoint of size ", seen,
                                              " was seen, the log now holds ",
                                              info.published().size(),
                                              " and is ", info.state()));
  }
  if (info.state() != "SERVING") {
    return Fail(Code::kConflict,
                absl::StrCat("the log came back as ", info.state(), " at size ",
                             info.published().size()));
  }
  return Refresh();
}

Result<void> LogJudge::Refresh() {
  ASSIGN_OR_RETURN(
      const auto response,
      Ask<v1::GetCheckpointResponse>("the checkpoint", [&](auto* c, auto* r) {
        return stub_->GetCheckpoint(c, {}, r);
      }));
  ASSIGN_OR_RETURN(newest_, oracle_->Saw(response.checkpoint()));
  return {};
}

Result<void> LogJudge::CheckExtends(std::span<const TreeHead> older) {
  for (const TreeHead& head : older) {
    if (head.size == 0) continue;  // nothing can be proved, or be wrong
    const std::string what =
        absl::StrCat("consistency of ", head.size, " and ", newest_.size);
    v1::GetConsistencyProofRequest request;
    request.set_old_size(head.size);
    request.set_new_size(newest_.size);
    ASSIGN_OR_RETURN(
        const auto response,
        Ask<v1::GetConsistencyProofResponse>(what, [&](auto* c, auto* r) {
          return stub_->GetConsistencyProof(c, request, r);
        }));
    std::vector<Hash> proof;
    for (const std::string& bytes : response.proof()) {
      const auto hash = HashFromBytes(AsBytes(bytes));
      if (!hash) return Fail(Code::kMalformed, what + ": not a hash");
      proof.push_back(*hash);
    }
    const auto extends = CheckConsistency(head, newest_, proof);
    if (!extends) return Broken(what, extends.error());
  }
  return {};
}

Result<std::vector<v1::ItemResult>> LogJudge::Send(
    std::span<const std::string> actions) {
  v1::AppendBatchRequest request;
  request.set_platform(kPlatform);
  request.set_mode(v1::AppendBatchRequest::PER_ITEM);
  request.set_with_proofs(true);
  for (const std::string& action : actions) request.add_actions(action);
  ASSIGN_OR_RETURN(
      const auto response,
      Ask<v1::AppendBatchResponse>("a retry", [&](auto* c, auto* r) {
        return stub_->AppendBatch(c, request, r);
      }));
  if (static_cast<size_t>(response.results_size()) != actions.size()) {
    return Fail(Code::kMalformed, "a retry has results for other items");
  }
  ASSIGN_OR_RETURN(newest_, oracle_->Saw(response.checkpoint()));
  return std::vector<v1::ItemResult>(response.results().begin(),
                                     response.results().end());
}

Result<std::vector<Promise>> LogJudge::Resend(
    std::span<const std::string> actions, bool must_stand) {
  std::vector<Promise> promises;
  if (actions.empty()) return promises;
  ASSIGN_OR_RETURN(const auto results, Send(actions));
  for (size_t i = 0; i < actions.size(); ++i) {
    const auto item = CheckItem(kPlatform, actions[i], results[i], newest_);
    if (!item) return Broken("a retry", item.error());
    const bool stands = item->outcome == AppendOutcome::kDuplicate;
    if (!stands && (must_stand || item->outcome != AppendOutcome::kLogged)) {
      return Fail(Code::kConflict,
                  absl::StrCat("the same bytes sent again are answered with "
                               "outcome ",
                               static_cast<int>(results[i].outcome()),
                               ", index ", item->index, " ", item->error));
    }
    promises.push_back({item->index, item->leaf_hash, actions[i]});
  }
  return promises;
}

Result<void> LogJudge::CheckRetries(std::span<const std::string> unanswered,
                                    std::span<const Promise> promises) {
  unanswered = unanswered.first(std::min(unanswered.size(), kResentMax));
  promises = promises.last(std::min(promises.size(), kResentPromisedMax));
  ASSIGN_OR_RETURN(std::vector<Promise> expected, Resend(unanswered, false));
  for (const Promise& promise : expected) {
    RETURN_IF_ERROR(oracle_->Acknowledged(promise));
  }
  expected.insert(expected.end(), promises.begin(), promises.end());
  std::vector<std::string> again;
  for (const Promise& promise : expected) again.push_back(promise.action);
  ASSIGN_OR_RETURN(const std::vector<Promise> found, Resend(again, true));
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].index != expected[i].index ||
        found[i].leaf_hash != expected[i].leaf_hash) {
      return Fail(Code::kConflict,
                  absl::StrCat("a retry of entry ", expected[i].index,
                               " is said to stand at ", found[i].index));
    }
  }
  return {};
}

// What the bundles from one on hold.
struct LogJudge::Leaves {
  uint64_t first;  // index of hashes[0]
  std::vector<Hash> hashes;
};

Result<LogJudge::Leaves> LogJudge::ReadLeaves(uint64_t first_bundle) {
  Leaves leaves = {first_bundle * kTileWidth, {}};
  leaves.hashes.resize(newest_.size - leaves.first);
  std::vector<FetchRequest> requests;
  for (uint64_t at = leaves.first; at < newest_.size; at += kTileWidth) {
    const uint64_t bundle = at / kTileWidth;
    requests.push_back(
        {BundlePath(bundle, TileWidth({0, bundle}, newest_.size)),
         kBundleSizeMax});
  }
  absl::flat_hash_set<std::string> actions;
  const auto on_body = [&](size_t position, std::string body) -> Result<void> {
    const uint64_t bundle = first_bundle + position;
    ASSIGN_OR_RETURN(
        const std::vector<Bytes> entries,
        ParseBundle(AsBytes(body), TileWidth({0, bundle}, newest_.size)));
    for (size_t i = 0; i < entries.size(); ++i) {
      const uint64_t index = bundle * kTileWidth + i;
      ASSIGN_OR_RETURN(const DecodedEntry entry,
                       DecodeEntry(AsText(entries[i])));
      if (!actions.emplace(entry.action).second) {
        return Fail(Code::kConflict,
                    absl::StrCat("entry ", index, " stands there twice"));
      }
      leaves.hashes[index - leaves.first] = HashLeaf(entries[i]);
    }
    return {};
  };
  HttpFetcher fetcher("http://" + http_);
  const auto fetched = fetcher.FetchAll(requests, on_body);
  if (!fetched) return Broken("reading the entries", fetched.error());
  return leaves;
}

Result<void> LogJudge::CheckRoots(const Leaves& leaves) {
  Frontier frontier;
  for (const TreeHead& head : oracle_->Heads()) {
    while (frontier.size() < std::min(head.size, newest_.size)) {
      frontier.Append(leaves.hashes[frontier.size()]);
    }
    if (head != frontier.Head()) {
      return Fail(
          Code::kConflict,
          absl::StrCat("a checkpoint of size ", head.size, ", root ",
                       Short(head.root),
                       " was seen; the entries now lead to size ",
                       frontier.size(), ", root ", Short(frontier.Root())));
    }
  }
  return {};
}

Result<void> LogJudge::CheckEntries(uint64_t first) {
  RETURN_IF_ERROR(Refresh());
  ASSIGN_OR_RETURN(const Leaves leaves,
                   ReadLeaves(std::min(first, newest_.size) / kTileWidth));
  const auto promised = oracle_->Promised();
  for (auto at = promised.lower_bound(leaves.first); at != promised.end();
       ++at) {
    const auto& [index, hash] = *at;
    if (index >= newest_.size) {
      return Fail(
          Code::kConflict,
          absl::StrCat("lost: entry ", index,
                       " was acknowledged, the log now holds ", newest_.size));
    }
    if (leaves.hashes[index - leaves.first] != hash) {
      return Fail(Code::kConflict,
                  absl::StrCat("changed: entry ", index,
                               " was acknowledged with leaf hash ", Short(hash),
                               ", now it has ",
                               Short(leaves.hashes[index - leaves.first])));
    }
  }
  return leaves.first == 0 ? CheckRoots(leaves) : Result<void>{};
}

}  // namespace modlog
