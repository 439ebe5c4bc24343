#include "verifier/replay/replay.h"

#include <algorithm>

#include "verifier/replay/growth.h"
#include "verifier/replay/locate.h"
#include "verifier/replay/pipeline.h"

namespace modlog {
namespace {

// How many bundles ahead of the checks the source is told what comes.
constexpr uint64_t kBundlesAhead = 32;

std::string EntryPlace(uint64_t entry) {
  return "entry " + std::to_string(entry);
}

// The fault of entry `k` of a bundle, whose bytes are not what the tile says.
Fault WrongEntry(uint64_t index, size_t k, Bytes entry,
                 std::span<const Hash> hashes) {
  const auto width = static_cast<uint32_t>(hashes.size());
  std::string message = "hashes to " + FormatBase64(HashLeaf(entry));
  message += ", want " + FormatBase64(hashes[k]) + ", which is " +
             HashPlace({0, index}, width, k) + "; it stands in " +
             BundlePath(index, width) + " at position " + std::to_string(k);
  return {EntryPlace(index * kTileWidth + k), {Code::kBadProof, message}};
}

// The first entry that has other bytes than its tile says; where there are
// none, it is missing.
std::optional<size_t> FirstWrong(std::span<const Bytes> entries,
                                 std::span<const Hash> hashes,
                                 std::vector<size_t>* missing) {
  for (size_t k = 0; k < entries.size(); ++k) {
    if (HashLeaf(entries[k]) == hashes[k]) continue;
    if (!entries[k].empty()) return k;
    missing->push_back(k);
  }
  return std::nullopt;
}

// Why a bundle that does not parse does not: a length that was changed shifts
// all that follows, so the first entry that hashes wrongly is the one.
Fault ExplainUnparseable(uint64_t index, Bytes bundle,
                         std::span<const Hash> hashes, Error error) {
  const auto width = static_cast<uint32_t>(hashes.size());
  for (uint32_t count = 1; count <= width; ++count) {
    const uint32_t k = count - 1;
    const auto prefix = BundlePrefix(bundle, count);
    const auto entries =
        prefix ? ParseBundle(*prefix, count) : std::unexpected(prefix.error());
    if (!entries) {
      return {EntryPlace(index * kTileWidth + k),
              Prefixed(BundlePath(index, width), std::move(error)).error()};
    }
    if (!entries->back().empty() && HashLeaf(entries->back()) != hashes[k]) {
      Fault fault = WrongEntry(index, k, entries->back(), hashes);
      // Some other page, or a download with other line ends, is so, too.
      fault.error.code = Code::kMalformed;
      fault.error.message += "; the bundle does not parse: " + error.message;
      return fault;
    }
  }
  return {BundlePath(index, width), std::move(error)};
}

// ---- one bundle and its tile

// Judges the full level-0 tile of a bundle by its root.
Judged<std::vector<Hash>> FetchLeafHashes(Source* source,
                                          const Expectation& expected) {
  if (expected.width < kTileWidth) return expected.hashes;
  const TileId tile = {0, expected.bundle};
  auto hashes = FetchTile(source, tile, kTileWidth);
  if (!hashes || TileRoot(*hashes) == expected.root) return hashes;
  Fault fault = {
      TilePath(tile, kTileWidth),
      {Code::kBadProof,
       "its hashes lead to " + FormatBase64(TileRoot(*hashes)) + ", want " +
           FormatBase64(expected.root) + " as the tile above says"}};
  const auto leads_to_root = [&expected](const std::vector<Hash>& below) {
    return TileRoot(below) == expected.root;
  };
  return std::unexpected(
      LocateInTile(source, tile, *hashes, leads_to_root, std::move(fault)));
}

// ---- all of them

class Replayer {
 public:
  Replayer(const ReplayRequest& request, Trunk trunk, ReplayCounts* counts)
      : request_(request),
        trunk_(std::move(trunk)),
        counts_(counts),
        next_(request.first_bundle),
        hinted_(request.first_bundle) {
    MODLOG_CHECK(request.first_bundle == 0 || !request.older,
                 "growth is followed from the first entry");
    if (request.first_bundle == 0) growth_.emplace(request.older, request.head);
  }

  Judged<void> Run() {
    Pipeline<Judged<Expectation>, Judged<VerifiedBundle>> pipeline;
    pipeline.next = [this] { return Next(); };
    pipeline.work =
        [this](const Judged<Expectation>& expected) -> Judged<VerifiedBundle> {
      if (!expected) return std::unexpected(expected.error());
      return VerifyBundle(request_.source, *expected, request_.read);
    };
    pipeline.take = [this](const Judged<VerifiedBundle>& bundle) {
      result_ = Take(bundle);
      return result_.has_value();
    };
    pipeline.Run(request_.threads);
    if (!result_) return result_;
    return growth_ ? growth_->Finish() : Judged<void>();
  }

 private:
  std::optional<Judged<Expectation>> Next() {
    if (failed_ || next_ == trunk_.bundle_count()) return std::nullopt;
    if (request_.stop != nullptr && *request_.stop) {
      failed_ = true;
      return FailAt(EntryPlace(next_ * kTileWidth), Code::kUnavailable,
                    "interrupted");
    }
    for (; hinted_ < std::min(next_ + kBundlesAhead, trunk_.bundle_count());
         ++hinted_) {
      trunk_.WillNeed(hinted_);
    }
    auto expected = trunk_.Expect(next_++);
    failed_ = !expected;
    return expected;
  }

  Judged<void> Take(const Judged<VerifiedBundle>& bundle) {
    if (!bundle) return std::unexpected(bundle.error());
    if (growth_) {
      auto taken = growth_->Take(bundle->hashes, bundle->root);
      if (!taken) return taken;
    }
    const bool full = bundle->hashes.size() == kTileWidth;
    counts_->entries += bundle->hashes.size();
    counts_->bundles += 1;
    counts_->bytes += bundle->bytes;
    full_tiles_ += full ? 1 : 0;
    counts_->tiles = trunk_.tile_count() + full_tiles_;
    if (bundle->then) bundle->then();
    if (request_.take) request_.take(*bundle);
    return {};
  }

  const ReplayRequest& request_;
  Trunk trunk_;
  std::optional<Growth> growth_;
  ReplayCounts* counts_;
  Judged<void> result_;
  bool failed_ = false;  // the last job was handed out
  uint64_t next_;
  uint64_t hinted_;
  uint64_t full_tiles_ = 0;  // of level 0
};

}  // namespace

Judged<CheckedBundle> CheckBundle(uint64_t index, Bytes bundle,
                                  std::span<const Hash> hashes) {
  const auto width = static_cast<uint32_t>(hashes.size());
  auto entries = ParseBundle(bundle, width);
  if (!entries) {
    return std::unexpected(
        ExplainUnparseable(index, bundle, hashes, entries.error()));
  }
  CheckedBundle checked;
  if (const auto k = FirstWrong(*entries, hashes, &checked.missing)) {
    return std::unexpected(WrongEntry(index, *k, (*entries)[*k], hashes));
  }
  checked.entries = std::move(*entries);
  return checked;
}

Judged<VerifiedBundle> VerifyBundle(Source* source, const Expectation& expected,
                                    const ReadBundle& read) {
  auto hashes = FetchLeafHashes(source, expected);
  if (!hashes) return std::unexpected(hashes.error());
  std::string buffer;
  const auto bundle =
      FetchBundle(source, expected.bundle, expected.width, &buffer);
  if (!bundle) return std::unexpected(bundle.error());
  auto checked = CheckBundle(expected.bundle, *bundle, *hashes);
  if (!checked) return std::unexpected(checked.error());
  VerifiedBundle verified;
  verified.first_entry = expected.bundle * kTileWidth;
  verified.hashes = std::move(*hashes);
  verified.root = expected.root;
  verified.bytes = bundle->size();
  verified.missing = std::move(checked->missing);
  if (read) {
    verified.then = read({verified.first_entry, checked->entries,
                          verified.hashes, verified.missing});
  }
  return verified;
}

Judged<void> Replay(const ReplayRequest& request, ReplayCounts* counts) {
  auto trunk = Trunk::Open(request.source, request.head);
  if (!trunk) return std::unexpected(trunk.error());
  return Replayer(request, std::move(*trunk), counts).Run();
}

}  // namespace modlog
