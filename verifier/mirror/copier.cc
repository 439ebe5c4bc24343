#include "verifier/mirror/copier.h"

#include <algorithm>

#include "verifier/core/bundle.h"
#include "verifier/evidence/fork_proof.h"
#include "verifier/replay/pipeline.h"

namespace modlog {
namespace {

// How many bundles ahead of the checks the source is told what comes.
constexpr uint64_t kBundlesAhead = 32;

std::string EntryPlace(uint64_t entry) {
  return "entry " + std::to_string(entry);
}

std::unexpected<Fault> Interrupted(uint64_t entry) {
  return FailAt(EntryPlace(entry), Code::kUnavailable, "interrupted");
}

// Whether it was not the bytes that were wrong, but that none could be had.
bool IsOutOfReach(Code code) {
  return code == Code::kUnavailable || code == Code::kForbidden;
}

std::string JoinHashes(const std::vector<Hash>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * kHashSize);
  for (const Hash& hash : hashes) bytes += AsText(hash);
  return bytes;
}

}  // namespace

// What stands in the directory, and the log for the rest.
struct Copier::LocalFirst : Source {
  LocalFirst(CopyDirectory* directory, Source* log)
      : copy(directory), source(log) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    if (copy->files().Fetch(path, size_max, out)) return {};
    return source->Fetch(path, size_max, out);
  }
  Result<void> FetchBefore(const std::string& path, size_t size_max,
                           std::chrono::steady_clock::time_point end,
                           std::string* out) override {
    if (copy->files().Fetch(path, size_max, out)) return {};
    return source->FetchBefore(path, size_max, end, out);
  }
  void WillNeed(const std::string& path, size_t size_max) override {
    if (!copy->Has(path)) source->WillNeed(path, size_max);
  }
  std::string name() const override { return source->name(); }

  CopyDirectory* copy;
  Source* source;
};

// The log, which is not asked again for a tile that it gave. It may be what
// shows a fork, where what stands in the directory does not lead to its root.
struct Copier::AskedOnce : Source {
  AskedOnce(Copier* owner, Source* log) : copier(owner), source(log) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    return FetchBefore(path, size_max,
                       std::chrono::steady_clock::time_point::max(), out);
  }
  Result<void> FetchBefore(const std::string& path, size_t size_max,
                           std::chrono::steady_clock::time_point end,
                           std::string* out) override {
    const auto it = copier->answers_.find(path);
    if (it != copier->answers_.end()) {
      *out = it->second;
      return {};
    }
    RETURN_IF_ERROR(source->FetchBefore(path, size_max, end, out));
    if (copier->keeps_answers_) copier->answers_[path] = *out;
    return {};
  }
  void WillNeed(const std::string& path, size_t size_max) override {
    if (!copier->answers_.contains(path)) source->WillNeed(path, size_max);
  }
  std::string name() const override { return source->name(); }

  Copier* copier;
  Source* source;
};

Copier::Copier(Source* source, CopyDirectory* copy, Redactions* redactions,
               const TreeHead& head)
    : source_(source),
      copy_(copy),
      redactions_(redactions),
      head_(head),
      local_first_(std::make_unique<LocalFirst>(copy, source)),
      asked_once_(std::make_unique<AskedOnce>(this, source)),
      above_local_first_(
          std::make_unique<LocalFirst>(copy, asked_once_.get())) {}

Judged<std::unique_ptr<Copier>> Copier::Open(Source* source,
                                             CopyDirectory* copy,
                                             Redactions* redactions,
                                             const TreeHead& head) {
  std::unique_ptr<Copier> copier(new Copier(source, copy, redactions, head));
  const auto opened = copier->Above([] { return Judged<void>(); });
  if (!opened) return std::unexpected(opened.error());
  return copier;
}

// ---- the tiles above the entries

Judged<void> Copier::OpenTrunk(Source* source) {
  auto trunk = Trunk::Open(
      source, head_, [this](TileId tile, const std::vector<Hash>& hashes) {
        // Redactions lead to and fro, and to one tile many times.
        pending_.insert_or_assign({tile.level, tile.index}, hashes);
      });
  if (!trunk) return std::unexpected(trunk.error());
  trunk_ = *std::move(trunk);
  return {};
}

// Above takes a step in the trunk; if that fails because of what stands in the
// directory, once more with what the log has.
template <typename Step>
auto Copier::Above(const Step& step) -> decltype(step()) {
  if (!trunk_) {
    if (auto opened = OpenTrunk(above_local_first_.get()); !opened) {
      trunk_is_local_ = false;
      opened = OpenTrunk(asked_once_.get());
      if (!opened) return std::unexpected(opened.error());
    }
  }
  auto taken = step();
  if (taken || !trunk_is_local_) return taken;
  trunk_is_local_ = false;
  if (auto opened = OpenTrunk(asked_once_.get()); !opened) {
    return std::unexpected(opened.error());
  }
  return step();
}

Judged<Hash> Copier::RootAt(uint64_t size) {
  return Above([&] { return trunk_->RootAt(size); });
}

Result<std::vector<Hash>> Copier::ProveForkFrom(const TreeHead& smaller) {
  return ProveForkOver(&*trunk_, smaller, head_);
}

// ---- redactions

Judged<void> Copier::ProveRedactions(const std::atomic<bool>* stop) {
  std::vector<RedactionLine> lines = redactions_->Unproved(head_.size);
  std::ranges::sort(lines, {}, &RedactionLine::redaction);
  for (const RedactionLine& line : lines) {
    if (stop != nullptr && *stop) return Interrupted(line.redaction);
    if (auto proved = ProveRedaction(line); !proved) return proved;
    redactions_->Proved(line);
  }
  return {};
}

Judged<void> Copier::ProveRedaction(const RedactionLine& line) {
  bool says = false;
  const auto redaction =
      Find(line.redaction / kTileWidth, [&](const BundleView& bundle) {
        const size_t k = line.redaction % kTileWidth;
        says = !std::ranges::binary_search(bundle.missing, k) &&
               Says(AsText(bundle.entries[k]), line);
        return std::function<void()>();
      });
  if (!redaction) return std::unexpected(redaction.error());
  const auto redacted = Find(line.entry / kTileWidth, nullptr);
  if (!redacted) return std::unexpected(redacted.error());
  const bool same = redacted->hashes[line.entry % kTileWidth] == line.leaf_hash;
  if (says && same) return {};
  return FailAt(kRedactionsPath, Code::kBadProof,
                EntryPlace(line.redaction) + " does not say that " +
                    EntryPlace(line.entry) +
                    ", with the hash that the tree has for it, is redacted");
}

// A bundle anywhere, of which nothing is written.
Judged<VerifiedBundle> Copier::Find(uint64_t bundle, const ReadBundle& read) {
  const auto expected = Above([&] { return trunk_->Expect(bundle); });
  if (!expected) return std::unexpected(expected.error());
  return Verify(
      [&](Source* source) { return VerifyBundle(source, *expected, read); });
}

// Judges what stands in the directory, and if that is wrong, what the log has.
Judged<VerifiedBundle> Copier::Verify(const JudgeSource& judge) {
  auto found = judge(local_first_.get());
  if (found) return found;
  if (IsOutOfReach(found.error().error.code)) return found;
  return judge(source_);
}

// The first slot that is empty though no redaction says so.
std::optional<Fault> Copier::Unexplained(const VerifiedBundle& bundle) const {
  for (const size_t k : bundle.missing) {
    const uint64_t entry = bundle.first_entry + k;
    if (redactions_->Explains(entry, bundle.hashes[k])) continue;
    return Fault{EntryPlace(entry),
                 {Code::kCorrupt,
                  "is empty: its bytes were removed, and no line of the log's "
                  "list of redactions says so"}};
  }
  return std::nullopt;
}

// ---- the entries

// Nothing is saved before it was judged; an entry that is missing without a
// signed reason is told apart from one that is wrong, since a newer checkpoint
// may explain it.
Judged<Copier::Copied> Copier::CopyBundle(const Expectation& expected) {
  std::string bytes;
  const ReadBundle encode = [&bytes](const BundleView& bundle) {
    bytes.clear();
    for (const Bytes entry : bundle.entries) AppendToBundle(entry, &bytes);
    return std::function<void()>();
  };
  std::optional<Fault> unexplained;  // of what was judged last
  const auto bundle = Verify([&](Source* source) -> Judged<VerifiedBundle> {
    unexplained.reset();
    auto verified = VerifyBundle(source, expected, encode);
    if (verified) unexplained = Unexplained(*verified);
    if (unexplained) return std::unexpected(*unexplained);
    return verified;
  });
  if (unexplained) return Copied{0, std::move(unexplained)};
  if (!bundle) return std::unexpected(bundle.error());
  const TileId tile = {0, expected.bundle};
  if (expected.width == kTileWidth) {
    const std::string path = TilePath(tile, kTileWidth);
    auto saved = Save(path, path, JoinHashes(bundle->hashes));
    if (!saved) return std::unexpected(saved.error());
  }
  auto saved = Save(BundlePath(expected.bundle, kTileWidth),
                    BundlePath(expected.bundle, expected.width), bytes);
  if (!saved) return std::unexpected(saved.error());
  return Copied{bundle->hashes.size(), std::nullopt};
}

Judged<void> Copier::Save(const std::string& full, const std::string& file,
                          const std::string& bytes) {
  const auto written = copy_->Save(file, bytes);
  const bool outgrown = full == file && copy_->HasPartials(full);
  const std::lock_guard lock(mutex_);
  if (!written) {
    unwritable_ = true;
    return FailAt(copy_->path(), written.error());
  }
  ++(*written ? counts_.written : counts_.kept);
  if (outgrown) outgrown_.push_back(full);
  return {};
}

Judged<void> Copier::SavePending() {
  for (const auto& [id, hashes] : pending_) {
    const TileId tile = {id.first, id.second};
    const auto width = static_cast<uint32_t>(hashes.size());
    auto saved = Save(TilePath(tile, kTileWidth), TilePath(tile, width),
                      JoinHashes(hashes));
    if (!saved) return saved;
  }
  pending_.clear();
  return {};
}

// Bundles are checked by several threads and taken in order, so that what is
// named is the first that is wrong. An expectation that failed is handed out
// once, as the last job.
Judged<void> Copier::Copy(const CopyRequest& request) {
  uint64_t next = request.first_bundle;
  uint64_t hinted = next;
  uint64_t copied = next * kTileWidth;
  bool failed = false;  // the last job was handed out
  answers_.clear();
  keeps_answers_ = false;
  Judged<void> result = SavePending();
  if (!result) return result;

  const auto expect = [&]() -> Judged<Expectation> {
    if (request.stop != nullptr && *request.stop) {
      return Interrupted(next * kTileWidth);
    }
    for (; hinted < std::min(next + kBundlesAhead, trunk_->bundle_count());
         ++hinted) {
      trunk_->WillNeed(hinted);
    }
    auto expected = Above([&] { return trunk_->Expect(next); });
    if (!expected) return expected;
    ++next;
    if (auto saved = SavePending(); !saved) {
      return std::unexpected(saved.error());
    }
    return expected;
  };

  Pipeline<Judged<Expectation>, Judged<Copied>> pipeline;
  pipeline.next = [&]() -> std::optional<Judged<Expectation>> {
    if (failed || next == trunk_->bundle_count()) return std::nullopt;
    auto expected = expect();
    failed = !expected;
    return expected;
  };
  pipeline.work = [&](const Judged<Expectation>& expected) -> Judged<Copied> {
    if (!expected) return std::unexpected(expected.error());
    return CopyBundle(*expected);
  };
  pipeline.take = [&](const Judged<Copied>& bundle) {
    if (!bundle) {
      result = std::unexpected(bundle.error());
      return false;
    }
    if (bundle->unexplained) {
      unexplained_ = true;
      result = std::unexpected(*bundle->unexplained);
      return false;
    }
    copied += bundle->entries;
    if (request.progress) request.progress(copied, head_.size);
    return true;
  };
  pipeline.Run(request.threads);
  return result;
}

}  // namespace modlog
