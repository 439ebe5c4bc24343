#include "api/tool/copy/entry_reader.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/client/bundle_size.h"
#include "api/client/rpc_error.h"
#include "api/tool/interrupt.h"
#include "verifier/core/bundle.h"
#include "verifier/core/commitment.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

constexpr uint64_t kGroupBundles = 16;
constexpr size_t kCallsInFlight = 64;

// ---- payloads ----

struct PayloadCall {
  uint64_t index = 0;
  grpc::ClientContext context;
  grpc::Status status;
  v1::GetPayloadResponse response;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::GetPayloadResponse>>
      reader;
};

// Asks for many payloads, some at a time. Answers in the order of `indexes`.
class PayloadCalls {
 public:
  explicit PayloadCalls(Client* client) : client_(client) {}
  ~PayloadCalls() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) continue;
  }

  Result<std::vector<std::unique_ptr<PayloadCall>>> AskAll(
      const std::vector<uint64_t>& indexes) {
    std::vector<std::unique_ptr<PayloadCall>> calls;
    size_t done = 0;
    while (done < indexes.size()) {
      while (calls.size() < indexes.size() &&
             calls.size() - done < kCallsInFlight) {
        calls.push_back(Start(indexes[calls.size()]));
      }
      void* tag = nullptr;
      bool ok = false;
      if (!queue_.Next(&tag, &ok)) break;
      ++done;
    }
    for (const auto& call : calls) RETURN_IF_ERROR(Judge(*call));
    return calls;
  }

 private:
  std::unique_ptr<PayloadCall> Start(uint64_t index) {
    auto call = std::make_unique<PayloadCall>();
    call->index = index;
    call->context.set_deadline(std::chrono::system_clock::now() +
                               std::chrono::seconds(kCallSecondsMax));
    v1::GetPayloadRequest request;
    request.set_index(index);
    call->reader =
        client_->stub()->AsyncGetPayload(&call->context, request, &queue_);
    call->reader->Finish(&call->response, &call->status, call.get());
    return call;
  }

  static Result<void> Judge(const PayloadCall& call) {
    if (call.status.ok() ||
        call.status.error_code() == grpc::StatusCode::NOT_FOUND) {
      return {};
    }
    return Prefixed(absl::StrCat("payload of entry ", call.index),
                    ErrorFrom(ParseFailure(call.status)));
  }

  Client* const client_;
  grpc::CompletionQueue queue_;
};

std::optional<Hash> AsHash(const std::string& bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

// Whether the slots make the commitment of the action, and each part its slot.
bool HoldsCommitment(const v1::Payload& payload, const v1::Action& action) {
  if (payload.commitments_size() == 0) return payload.parts_size() == 0;
  PartSlots slots;
  if (payload.commitments_size() != kPartTagMax) return false;
  for (int i = 0; i < kPartTagMax; ++i) {
    const auto slot = AsHash(payload.commitments(i));
    if (!slot) return false;
    slots[static_cast<size_t>(i)] = *slot;
  }
  if (AsHash(action.commitment()) != CommitRecord(slots)) return false;
  return std::ranges::all_of(payload.parts(), [&](const v1::Part& part) {
    const auto salt = AsHash(part.salt());
    if (!salt || part.tag() < 1 || part.tag() > kPartTagMax) return false;
    if (part.term() != 0 && part.value().empty()) return true;
    return CommitPart(static_cast<PartTag>(part.tag()), *salt,
                      AsBytes(part.value())) ==
           slots[static_cast<size_t>(part.tag() - 1)];
  });
}

// ---- entries ----

class Reader {
 public:
  Reader(Client* client, HttpFetcher* fetcher,
         const EntryReaderOptions& options)
      : fetcher_(fetcher), options_(options), client_(client), calls_(client) {}

  Result<TreeHead> Run() {
    ASSIGN_OR_RETURN(std::string note,
                     fetcher_->Fetch({"checkpoint", kNoteSizeMax}));
    auto trusted = OpenCheckpoint(note, client_->policy());
    if (!trusted) return Prefixed("checkpoint", std::move(trusted).error());
    tree_ = trusted->checkpoint.tree;
    if (options_.from > tree_.size) {
      return Fail(Code::kOutOfRange,
                  absl::StrCat("the log has ", tree_.size, " entries, want ",
                               options_.from));
    }
    const uint64_t to =
        std::max(options_.from, std::min(options_.to, tree_.size));
    if (options_.from < to) {
      RETURN_IF_ERROR(PassOver(options_.from / kTileWidth * kTileWidth));
      RETURN_IF_ERROR(ReadRange(to));
    }
    RETURN_IF_ERROR(PassOver(tree_.size));
    if (frontier_.Root() != tree_.root) {
      return Fail(Code::kBadProof,
                  absl::StrCat("the entries do not lead to the root of the "
                               "checkpoint of size ",
                               tree_.size));
    }
    return tree_;
  }

 private:
  Result<std::vector<Hash>> FetchTile(TileId tile) {
    const uint32_t width = TileWidth(tile, tree_.size);
    const std::string path = TilePath(tile, width);
    ASSIGN_OR_RETURN(std::string data,
                     fetcher_->Fetch({path, width * kHashSize}));
    if (data.size() != width * kHashSize) {
      return Fail(Code::kBadProof,
                  absl::StrCat(path, ": ", data.size(), " bytes, want ",
                               width * kHashSize));
    }
    std::vector<Hash> hashes(width);
    std::memcpy(hashes.data(), data.data(), data.size());
    return hashes;
  }

  // Takes hashes from tiles until the frontier has `end` leaves, of as high a
  // level as fits.
  Result<void> PassOver(uint64_t end) {
    while (frontier_.size() < end) {
      int level = 0;
      const auto leaves = [](int of_level) {
        return uint64_t{1} << (of_level * kTileHeight);
      };
      while (level < kTileLevelMax &&
             frontier_.size() % leaves(level + 1) == 0 &&
             frontier_.size() + leaves(level + 1) <= end) {
        ++level;
      }
      const uint64_t at = frontier_.size() / leaves(level);
      ASSIGN_OR_RETURN(std::vector<Hash> hashes,
                       FetchTile({level, at / kTileWidth}));
      for (size_t i = at % kTileWidth;
           i < hashes.size() && frontier_.size() + leaves(level) <= end; ++i) {
        frontier_.AppendSubtree(level * kTileHeight, hashes[i]);
      }
    }
    return {};
  }

  Result<void> ReadRange(uint64_t to) {
    const uint64_t last = (to - 1) / kTileWidth + 1;
    for (uint64_t begin = options_.from / kTileWidth; begin < last;
         begin += kGroupBundles) {
      const uint64_t end = std::min(begin + kGroupBundles, last);
      std::vector<FetchRequest> requests;
      for (uint64_t n = begin; n < end; ++n) {
        requests.push_back({BundlePath(n, BundleWidth(n)), kBundleBytesMax});
      }
      std::vector<std::string> bundles(requests.size());
      RETURN_IF_ERROR(
          fetcher_->FetchAll(requests, [&](size_t i, std::string body) {
            bundles[i] = std::move(body);
            return Result<void>{};
          }));
      for (uint64_t n = begin; n < end; ++n) {
        RETURN_IF_ERROR(ReadBundle(n, bundles[n - begin], to));
      }
    }
    return {};
  }

  uint32_t BundleWidth(uint64_t n) const {
    return static_cast<uint32_t>(
        std::min<uint64_t>(kTileWidth, tree_.size - n * kTileWidth));
  }

  Result<void> ReadBundle(uint64_t n, const std::string& bundle, uint64_t to) {
    auto leaves = ParseBundle(AsBytes(bundle), BundleWidth(n));
    if (!leaves) {
      return Prefixed(BundlePath(n, BundleWidth(n)), std::move(leaves).error());
    }
    RETURN_IF_ERROR(Fold(n, *leaves));
    std::vector<ReadEntry> entries;
    std::vector<uint64_t> wanted;
    for (size_t i = 0; i < leaves->size(); ++i) {
      const uint64_t index = n * kTileWidth + i;
      if (index < options_.from || index >= to) continue;
      ReadEntry entry{index, AsText((*leaves)[i]), {}, nullptr};
      RETURN_IF_ERROR(Decode(&entry));
      if (!entry.action.commitment().empty() && options_.wants_payload(entry)) {
        wanted.push_back(index);
      }
      entries.push_back(std::move(entry));
    }
    return HandOut(entries, wanted);
  }

  // A redacted leaf has no bytes, and its hash stands in the tile.
  Result<void> Fold(uint64_t n, const std::vector<Bytes>& leaves) {
    std::vector<Hash> tile;
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (!leaves[i].empty()) {
        frontier_.Append(HashLeaf(leaves[i]));
        continue;
      }
      if (tile.empty()) {
        ASSIGN_OR_RETURN(tile, FetchTile({0, n}));
      }
      frontier_.Append(tile[i]);
    }
    return {};
  }

  static Result<void> Decode(ReadEntry* entry) {
    if (entry->leaf.empty()) return {};
    auto decoded = DecodeEntry(entry->leaf);
    if (!decoded) {
      // A seal is an entry without an action.
      return {};
    }
    if (!entry->action.ParseFromArray(
            decoded->action.data(), static_cast<int>(decoded->action.size()))) {
      return Fail(
          Code::kMalformed,
          absl::StrCat("entry ", entry->index, ": its action does not parse"));
    }
    return {};
  }

  Result<void> HandOut(std::vector<ReadEntry>& entries,
                       const std::vector<uint64_t>& wanted) {
    ASSIGN_OR_RETURN(auto calls, calls_.AskAll(wanted));
    size_t next = 0;
    for (ReadEntry& entry : entries) {
      if (Interrupted() != 0) return Fail(Code::kUnavailable, "interrupted");
      if (next < calls.size() && calls[next]->index == entry.index) {
        const PayloadCall& call = *calls[next++];
        if (call.status.ok()) entry.payload = &call.response;
      }
      if (entry.payload != nullptr &&
          !HoldsCommitment(entry.payload->payload(), entry.action)) {
        return Fail(Code::kBadProof,
                    absl::StrCat("the payload of entry ", entry.index,
                                 " is not what the entry commits to"));
      }
      RETURN_IF_ERROR(options_.on_entry(entry));
    }
    return {};
  }

  HttpFetcher* const fetcher_;
  const EntryReaderOptions& options_;
  Client* const client_;
  PayloadCalls calls_;
  TreeHead tree_;
  Frontier frontier_;
};

}  // namespace

Result<TreeHead> ReadEntries(Client* client, HttpFetcher* fetcher,
                             const EntryReaderOptions& options) {
  return Reader(client, fetcher, options).Run();
}

}  // namespace modlog
