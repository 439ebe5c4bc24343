#include "log/store/puid_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "verifier/base/errno_reason.h"

namespace modlog {

namespace {

constexpr size_t kBlockSize = 512;
constexpr size_t kRecordSize = kHashSize + 8;
constexpr size_t kRecordsPerBlock = 12;
constexpr size_t kCountOffset = kBlockSize - 12;
constexpr size_t kSumOffset = kBlockSize - 8;
constexpr std::string_view kPuidRunMagic = "modlog-puids-2\n";
static_assert(kRecordsPerBlock * kRecordSize <= kCountOffset);

template <typename T>
void Put(T value, uint8_t* out) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out[i] = static_cast<uint8_t>(value >> 8 * (sizeof(T) - 1 - i));
  }
}

template <typename T>
T Get(const uint8_t* in) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value << 8 | in[i]);
  }
  return value;
}

void SealBlock(uint8_t* block) {
  const Hash sum = Sha256(Bytes(block, kSumOffset));
  std::memcpy(block + kSumOffset, sum.data(), 8);
}

bool Holds(const uint8_t* block) {
  const Hash sum = Sha256(Bytes(block, kSumOffset));
  return std::memcmp(block + kSumOffset, sum.data(), 8) == 0;
}

uint64_t Prefix(const Hash& key) { return Get<uint64_t>(key.data()); }

bool ReadAt(int fd, void* out, size_t size, uint64_t offset) {
  return ::pread(fd, out, size, static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(size);
}

// Buffers records into blocks and the blocks into large writes.
class RunWriter {
 public:
  explicit RunWriter(int fd) : fd_(fd) {}

  bool Add(const PuidRecord& record) {
    uint8_t* at = block_ + count_ * kRecordSize;
    std::memcpy(at, record.key.data(), kHashSize);
    Put(record.place, at + kHashSize);
    ++keys_;
    return ++count_ < kRecordsPerBlock || EndBlock();
  }

  uint64_t keys() const { return keys_; }

  bool Finish(uint64_t begin, uint64_t end) {
    if (count_ > 0 && !EndBlock()) return false;
    std::memcpy(block_, kPuidRunMagic.data(), kPuidRunMagic.size());
    Put(begin, block_ + 32);
    Put(end, block_ + 40);
    Put(keys_, block_ + 48);
    return EndBlock() && Flush() && ::fdatasync(fd_) == 0;
  }

 private:
  bool EndBlock() {
    Put(static_cast<uint32_t>(count_), block_ + kCountOffset);
    SealBlock(block_);
    buffer_.append(reinterpret_cast<const char*>(block_), kBlockSize);
    std::memset(block_, 0, kBlockSize);
    count_ = 0;
    return buffer_.size() < (1 << 20) || Flush();
  }

  bool Flush() {
    const bool written = ::write(fd_, buffer_.data(), buffer_.size()) ==
                         static_cast<ssize_t>(buffer_.size());
    buffer_.clear();
    return written;
  }

  int fd_;
  uint64_t keys_ = 0;
  size_t count_ = 0;
  uint8_t block_[kBlockSize] = {};
  std::string buffer_;
};

}  // namespace

PuidRun::PuidRun(std::string path, int fd, uint64_t begin, uint64_t end,
                 uint64_t keys)
    : path_(std::move(path)),
      fd_(fd),
      begin_(begin),
      end_(end),
      keys_(keys),
      blocks_((keys + kRecordsPerBlock - 1) / kRecordsPerBlock),
      filter_(keys) {}

PuidRun::~PuidRun() {
  if (fd_ >= 0) ::close(fd_);
  if (retired_) ::unlink(path_.c_str());
}

// The run's file for one use: the one that is kept open, or its own.
class PuidRun::File {
 public:
  explicit File(const PuidRun& run)
      : kept_(run.kept_open()),
        fd_(kept_ ? run.fd_ : ::open(run.path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  }
  ~File() {
    if (!kept_ && fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }  // -1 where it could not be opened

 private:
  const bool kept_;
  const int fd_;
};

// The last block says how many keys there are. It is foreign until it was
// checked against the size of the file: a wrong count would read beyond it.
Result<std::shared_ptr<PuidRun>> PuidRun::Open(const std::string& path,
                                               bool keep_open) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Fail(Code::kUnavailable, ErrnoReason("cannot open", path));
  struct stat status;
  uint8_t last[kBlockSize];
  const bool known = ::fstat(fd, &status) == 0;
  const uint64_t size = known ? static_cast<uint64_t>(status.st_size) : 0;
  const bool sound =
      size >= kBlockSize && size % kBlockSize == 0 &&
      ReadAt(fd, last, kBlockSize, size - kBlockSize) && Holds(last) &&
      std::memcmp(last, kPuidRunMagic.data(), kPuidRunMagic.size()) == 0;
  const uint64_t blocks = size / kBlockSize - 1;
  const uint64_t keys = sound ? Get<uint64_t>(last + 48) : 0;
  if (!sound || keys > blocks * kRecordsPerBlock ||
      blocks != (keys + kRecordsPerBlock - 1) / kRecordsPerBlock) {
    ::close(fd);
    return Fail(Code::kCorrupt, path + ": last block fails its check");
  }
  if (!keep_open) ::close(fd);
  auto run = std::shared_ptr<PuidRun>(
      new PuidRun(path, keep_open ? fd : -1, Get<uint64_t>(last + 32),
                  Get<uint64_t>(last + 40), keys));
  PuidRunReader reader(run);
  for (uint64_t i = 0; i < keys; ++i) {
    ASSIGN_OR_RETURN(const std::optional<PuidRecord> record, reader.Next());
    run->filter_.Add(record->key);
  }
  return run;
}

uint64_t PuidRun::RecordsIn(uint64_t block) const {
  return block + 1 < blocks_ ? kRecordsPerBlock
                             : keys_ - block * kRecordsPerBlock;
}

bool PuidRun::BlockHolds(const uint8_t* bytes, uint64_t block) const {
  return Holds(bytes) &&
         Get<uint32_t>(bytes + kCountOffset) == RecordsIn(block);
}

Error PuidRun::Damaged(uint64_t block) const {
  return {Code::kCorrupt, path_ + ": block " + std::to_string(block) +
                              " fails its check; the index is made again at "
                              "the next start"};
}

Result<std::optional<PuidRecord>> PuidRunReader::Next() {
  if (next_ == run_->keys()) return std::nullopt;
  const uint64_t block = next_ / kRecordsPerBlock;
  if (buffer_.empty() || block == first_block_ + buffer_.size() / kBlockSize) {
    first_block_ = block;
    RETURN_IF_ERROR(Fill());
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(buffer_.data()) +
                      (block - first_block_) * kBlockSize;
  const uint64_t position = next_ % kRecordsPerBlock;
  if (position == 0 && !run_->BlockHolds(bytes, block)) {
    return std::unexpected(run_->Damaged(block));
  }
  ++next_;
  PuidRecord record;
  std::memcpy(record.key.data(), bytes + position * kRecordSize, kHashSize);
  record.place = Get<uint64_t>(bytes + position * kRecordSize + kHashSize);
  return record;
}

Result<void> PuidRunReader::Fill() {
  constexpr uint64_t kBlocksAtOnce = 256;
  const uint64_t blocks = std::min(kBlocksAtOnce, run_->blocks_ - first_block_);
  buffer_.resize(blocks * kBlockSize);
  const PuidRun::File file(*run_);
  if (file.fd() < 0) {
    return Fail(Code::kUnavailable, ErrnoReason("cannot open", run_->path()));
  }
  if (!ReadAt(file.fd(), buffer_.data(), buffer_.size(),
              first_block_ * kBlockSize)) {
    return Fail(Code::kUnavailable, ErrnoReason("cannot read", run_->path()));
  }
  return {};
}

Result<std::optional<uint64_t>> PuidRun::Find(const Hash& key) const {
  const File file(*this);
  if (file.fd() < 0) {
    return Fail(Code::kUnavailable, ErrnoReason("cannot open", path_));
  }
  return FindIn(file.fd(), key);
}

// Guesses by the keys' prefixes find a block in two or three steps; keys that
// are not spread evenly would take many, so after six it is halving.
Result<std::optional<uint64_t>> PuidRun::FindIn(int fd, const Hash& key) const {
  // Invariant: the key, if present, is in blocks [low, high), whose first keys
  // lie in [low_value, high_value].
  uint64_t low = 0, high = blocks_;
  uint64_t low_value = 0, high_value = ~uint64_t{0};
  for (int step = 0; low < high; ++step) {
    uint64_t guess = low + (high - low) / 2;
    if (step < 6 && high_value > low_value) {  // then halving, come what may
      const double share = static_cast<double>(Prefix(key) - low_value) /
                           static_cast<double>(high_value - low_value);
      guess =
          low + static_cast<uint64_t>(share * static_cast<double>(high - low));
      if (guess >= high) guess = high - 1;
    }
    uint8_t block[kBlockSize];
    if (!ReadAt(fd, block, kBlockSize, guess * kBlockSize) ||
        !BlockHolds(block, guess)) {
      return std::unexpected(Damaged(guess));
    }
    const auto count = Get<uint32_t>(block + kCountOffset);
    const uint8_t* last = block + (count - 1) * kRecordSize;
    if (std::memcmp(key.data(), block, kHashSize) < 0) {
      high = guess;
      high_value = Get<uint64_t>(block);
    } else if (std::memcmp(key.data(), last, kHashSize) > 0) {
      low = guess + 1;
      low_value = Get<uint64_t>(last);
    } else {
      for (uint32_t i = 0; i < count; ++i) {
        const uint8_t* at = block + i * kRecordSize;
        if (std::memcmp(key.data(), at, kHashSize) == 0) {
          return Get<uint64_t>(at + kHashSize);
        }
      }
      return std::nullopt;
    }
  }
  return std::nullopt;
}

Result<std::string> WritePuidRun(const std::string& directory, uint64_t begin,
                                 uint64_t end, uint64_t keys,
                                 const PuidRecords& records) {
  std::string path = directory + "/" + std::to_string(begin) + "-" +
                     std::to_string(end) + ".puids";
  const std::string fresh = path + ".new";
  const int fd =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Fail(Code::kUnavailable, ErrnoReason("cannot create", fresh));
  }
  RunWriter writer(fd);
  bool written = true;
  while (const auto record = records()) {
    written = written && writer.Add(*record);
  }
  written = written && writer.keys() == keys && writer.Finish(begin, end) &&
            ::rename(fresh.c_str(), path.c_str()) == 0;
  const std::string reason = ErrnoReason("cannot write", fresh);
  ::close(fd);
  if (!written) {
    ::unlink(fresh.c_str());
    return Fail(Code::kUnavailable, reason);
  }
  return path;
}

std::optional<std::pair<uint64_t, uint64_t>> ParsePuidRunName(
    std::string_view name) {
  constexpr std::string_view kSuffix = ".puids";
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto begin = ParseDecimal(name.substr(0, dash));
  const auto end = ParseDecimal(name.substr(dash + 1));
  if (!begin || !end || *begin >= *end) return std::nullopt;
  return std::pair(*begin, *end);
}

}  // namespace modlog
