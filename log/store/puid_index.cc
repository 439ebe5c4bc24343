#include "log/store/puid_index.h"

#include <absl/container/flat_hash_map.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "log/store/key_hash.h"
#include "verifier/base/mutex.h"

namespace modlog {

namespace {

constexpr size_t kFanIn = 4;            // runs merged at once
constexpr size_t kWorthARun = 1 << 12;  // fewer keys are read again at start

using Table = absl::flat_hash_map<Hash, uint64_t, KeyHash>;
using Runs = std::vector<std::shared_ptr<PuidRun>>;  // ascending, contiguous

// A table and the entries whose keys it holds.
struct Recent {
  Table table;
  uint64_t begin = 0;
  uint64_t end = 0;
};

PuidRecords SortedRecords(const Table& table) {
  auto records = std::make_shared<std::vector<PuidRecord>>();
  records->reserve(table.size());
  for (const auto& [key, place] : table) records->push_back({key, place});
  std::sort(records->begin(), records->end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return [records, i = size_t{0}]() mutable -> std::optional<PuidRecord> {
    if (i == records->size()) return std::nullopt;
    return (*records)[i++];
  };
}

// The records of several runs in one ascending order. Ends early, which makes
// the merge fail, once `stop` is set or a run cannot be read.
PuidRecords MergedRecords(const Runs& runs, const std::atomic<bool>& stop) {
  struct Source {
    PuidRunReader reader;
    std::optional<PuidRecord> record;
  };
  auto sources = std::make_shared<std::vector<Source>>();
  bool failed = false;
  const auto advance = [](Source& source) {
    auto next = source.reader.Next();
    if (next) source.record = *next;
    return next.has_value();
  };
  for (const auto& run : runs) {
    sources->push_back({PuidRunReader(run), std::nullopt});
    failed = failed || !advance(sources->back());
  }
  return
      [sources, failed, advance, &stop]() mutable -> std::optional<PuidRecord> {
        if (failed || stop.load(std::memory_order_relaxed)) return std::nullopt;
        Source* least = nullptr;
        for (Source& source : *sources) {
          if (source.record &&
              (least == nullptr || source.record->key < least->record->key)) {
            least = &source;
          }
        }
        if (least == nullptr) return std::nullopt;
        const PuidRecord record = *least->record;
        failed = !advance(*least);
        return record;
      };
}

bool CanKeepOpen(const Runs& runs, int limit) {
  return std::ranges::count_if(
             runs, [](const auto& run) { return run->kept_open(); }) < limit;
}

// Tiles [0, log_size) with the files of a directory, the widest first; deletes
// the others. Stops at the first gap: the entries after it are read again.
Result<Runs> LoadRuns(const PuidIndexOptions& options, uint64_t log_size) {
  const std::string& directory = options.directory;
  struct File {
    uint64_t begin, end;
    std::string path;
  };
  std::vector<File> files;
  std::error_code error;
  std::filesystem::directory_iterator item(directory, error);
  for (; !error && item != end(item); item.increment(error)) {
    const std::string path = item->path().string();
    const auto range = ParsePuidRunName(item->path().filename().string());
    if (range) {
      files.push_back({range->first, range->second, path});
    } else {
      ::unlink(path.c_str());
    }
  }
  if (error) {
    return Fail(Code::kUnavailable,
                "cannot read " + directory + ": " + error.message());
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  Runs runs;
  uint64_t covered = 0;
  for (const File& file : files) {
    if (file.begin == covered && file.end <= log_size) {
      auto run = PuidRun::Open(file.path, CanKeepOpen(runs, options.open_runs));
      if (run && (*run)->begin() == file.begin && (*run)->end() == file.end) {
        covered = file.end;
        runs.push_back(*std::move(run));
        continue;
      }
    }
    ::unlink(file.path.c_str());
  }
  return runs;
}

class RunIndex final : public PuidIndex {
 public:
  RunIndex(PuidIndexOptions options, Runs runs)
      : options_(std::move(options)),
        runs_(std::make_shared<const Runs>(std::move(runs))) {
    recent_.begin = recent_.end = runs_->empty() ? 0 : runs_->back()->end();
    recent_.table.reserve(options_.run_keys);
    spiller_ = std::thread([this] { SpillLoop(); });
    merger_ = std::thread([this] { MergeLoop(); });
  }

  ~RunIndex() override {
    if (recent_.table.size() >= kWorthARun) Freeze();
    {
      MutexLock lock(&mutex_);
      stopping_ = true;
      lock.Notify();
    }
    abandon_merge_ = true;
    spiller_.join();
    merger_.join();
  }

  uint64_t covered() const override { return recent_.end; }

  Result<void> Find(std::span<const Hash> keys,
                    std::span<uint64_t> found) override;
  void Add(std::span<const PuidRecord> records, uint64_t end) override;

 private:
  void Freeze();
  void SpillLoop();
  void MergeLoop();
  bool CanSpillOrStop() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return frozen_ != nullptr || stopping_;
  }
  bool CanMergeOrStop() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !MergeCandidates().empty();
  }
  bool Thawed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return frozen_ == nullptr || !error_.empty();
  }
  Runs MergeCandidates() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int SizeClass(const PuidRun& run) const;
  void Replace(const Runs& old, std::shared_ptr<PuidRun> merged);
  void Break(const Error& error);
  bool CanKeepAnother() {
    MutexLock lock(&mutex_);
    return CanKeepOpen(*runs_, options_.open_runs);
  }

  const PuidIndexOptions options_;
  Recent recent_;  // the owner's thread only

  Mutex mutex_;
  std::shared_ptr<const Recent> frozen_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Runs> runs_ ABSL_GUARDED_BY(mutex_);
  std::string error_ ABSL_GUARDED_BY(mutex_);  // a run could not be made
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> abandon_merge_ = false;
  std::thread spiller_;
  std::thread merger_;
};

// A key may be in the recent table, in the one that is being written, or in a
// run: they are looked at in this order, since a run may replace the second
// between two looks.
Result<void> RunIndex::Find(std::span<const Hash> keys,
                            std::span<uint64_t> found) {
  MODLOG_CHECK(keys.size() == found.size(), "one answer a key");
  std::shared_ptr<const Recent> frozen;
  std::shared_ptr<const Runs> runs;
  {
    MutexLock lock(&mutex_);
    if (!error_.empty()) return Fail(Code::kCorrupt, error_);
    frozen = frozen_;
    runs = runs_;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    found[i] = kAbsent;
    if (const auto it = recent_.table.find(keys[i]);
        it != recent_.table.end()) {
      found[i] = it->second;
    } else if (frozen) {
      if (const auto old = frozen->table.find(keys[i]);
          old != frozen->table.end()) {
        found[i] = old->second;
      }
    }
  }
  // One run after the other, so that the cache lines of many keys are on their
  // way at once.
  for (const auto& run : *runs) {
    for (const Hash& key : keys) run->Prefetch(key);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (found[i] != kAbsent || !run->MayContain(keys[i])) continue;
      ASSIGN_OR_RETURN(const std::optional<uint64_t> place, run->Find(keys[i]));
      if (place) found[i] = *place;
    }
  }
  return {};
}

void RunIndex::Add(std::span<const PuidRecord> records, uint64_t end) {
  MODLOG_CHECK(end >= recent_.end, "entries are added in order");
  for (const PuidRecord& record : records) {
    recent_.table.emplace(record.key, record.place);
  }
  recent_.end = end;
  if (recent_.table.size() >= options_.run_keys) Freeze();
}

void RunIndex::Freeze() {
  auto frozen = std::make_shared<Recent>(std::move(recent_));
  recent_ = Recent{};
  recent_.begin = recent_.end = frozen->end;
  recent_.table.reserve(options_.run_keys);
  MutexLock lock(&mutex_);
  mutex_.Await([this]()
                   ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return Thawed(); });
  frozen_ = std::move(frozen);
  lock.Notify();
}

void RunIndex::SpillLoop() {
  while (true) {
    std::shared_ptr<const Recent> frozen;
    {
      MutexLock lock(&mutex_);
      mutex_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return CanSpillOrStop();
      });
      if (frozen_ == nullptr || !error_.empty()) return;
      frozen = frozen_;
    }
    const auto path =
        WritePuidRun(options_.directory, frozen->begin, frozen->end,
                     frozen->table.size(), SortedRecords(frozen->table));
    if (!path) return Break(path.error());
    auto run = PuidRun::Open(*path, CanKeepAnother());
    if (!run) return Break(run.error());
    Replace({}, *std::move(run));
  }
}

// The old runs are retired after the new one was put in their place: a look-up
// in between finds each key in one of them.
void RunIndex::MergeLoop() {
  while (true) {
    Runs old;
    {
      MutexLock lock(&mutex_);
      mutex_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return CanMergeOrStop();
      });
      if (stopping_) return;
      old = MergeCandidates();
    }
    uint64_t keys = 0;
    for (const auto& run : old) keys += run->keys();
    const auto path = WritePuidRun(options_.directory, old.front()->begin(),
                                   old.back()->end(), keys,
                                   MergedRecords(old, abandon_merge_));
    if (abandon_merge_ && !path) return;
    if (!path) return Break(path.error());
    // In the place of several.
    const bool keep = std::ranges::any_of(
        old, [](const auto& merged) { return merged->kept_open(); });
    auto run = PuidRun::Open(*path, keep || CanKeepAnother());
    if (!run) return Break(run.error());
    Replace(old, *std::move(run));
    for (const auto& merged : old) merged->Retire();
  }
}

// The leftmost kFanIn neighbours of one size class.
Runs RunIndex::MergeCandidates() const {
  const Runs& runs = *runs_;
  for (size_t first = 0; first + kFanIn <= runs.size(); ++first) {
    const int size_class = SizeClass(*runs[first]);
    const auto group = std::span(runs).subspan(first, kFanIn);
    if (std::all_of(group.begin(), group.end(), [&](const auto& run) {
          return SizeClass(*run) == size_class;
        })) {
      return Runs(group.begin(), group.end());
    }
  }
  return {};
}

int RunIndex::SizeClass(const PuidRun& run) const {
  int size_class = 0;
  for (uint64_t limit = options_.run_keys * 2; run.keys() >= limit;
       limit *= kFanIn) {
    ++size_class;
  }
  return size_class;
}

// Replaces `old` by `run`, or appends `run` and thaws where `old` is empty.
void RunIndex::Replace(const Runs& old, std::shared_ptr<PuidRun> run) {
  MutexLock lock(&mutex_);
  auto next = std::make_shared<Runs>(*runs_);
  if (old.empty()) {
    next->push_back(std::move(run));
    frozen_ = nullptr;
  } else {
    const auto at = std::find(next->begin(), next->end(), old.front());
    MODLOG_CHECK(at != next->end(), "merged runs are current");
    const auto rest =
        next->erase(at, at + static_cast<std::ptrdiff_t>(old.size()));
    next->insert(rest, std::move(run));
  }
  runs_ = std::move(next);
  lock.Notify();
}

void RunIndex::Break(const Error& error) {
  MutexLock lock(&mutex_);
  error_ = "puid index: " + error.message;
  lock.Notify();
}

// Find of a reader waits for the sequencer's, and the other way round: a few
// microseconds each.
class SharedIndex final : public PuidIndex {
 public:
  explicit SharedIndex(std::unique_ptr<PuidIndex> index)
      : index_(std::move(index)) {}

  uint64_t covered() const override {
    MutexLock lock(&mutex_);
    return index_->covered();
  }
  Result<void> Find(std::span<const Hash> keys,
                    std::span<uint64_t> found) override {
    MutexLock lock(&mutex_);
    return index_->Find(keys, found);
  }
  void Add(std::span<const PuidRecord> records, uint64_t end) override {
    MutexLock lock(&mutex_);
    index_->Add(records, end);
  }

 private:
  mutable Mutex mutex_;
  const std::unique_ptr<PuidIndex> index_;
};

}  // namespace

Result<std::unique_ptr<PuidIndex>> PuidIndex::Open(PuidIndexOptions options,
                                                   uint64_t log_size) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) {
    return Fail(Code::kUnavailable,
                "cannot make " + options.directory + ": " + error.message());
  }
  ASSIGN_OR_RETURN(Runs runs, LoadRuns(options, log_size));
  return std::make_unique<RunIndex>(std::move(options), std::move(runs));
}

std::unique_ptr<PuidIndex> Shared(std::unique_ptr<PuidIndex> index) {
  return std::make_unique<SharedIndex>(std::move(index));
}

}  // namespace modlog
