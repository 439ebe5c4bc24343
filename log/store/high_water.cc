#include "log/store/high_water.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "verifier/base/errno_reason.h"

namespace modlog {

namespace {

constexpr std::string_view kHighWaterMagic = "modlog-highwater-1\n";
constexpr size_t kSlotSize = 4096;

struct Slot {
  uint64_t sequence;
  StoredHead mark;
};

void PutU64(uint64_t value, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}

uint64_t GetU64(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes[static_cast<size_t>(i)]);
  }
  return value;
}

std::string EncodeSlot(const Slot& slot) {
  std::string bytes(kHighWaterMagic);
  PutU64(slot.sequence, &bytes);
  PutU64(slot.mark.tree.size, &bytes);
  bytes += AsText(slot.mark.tree.root);
  PutU64(static_cast<uint64_t>(slot.mark.logged_at_ms), &bytes);
  bytes += AsText(Sha256(AsBytes(bytes)));
  bytes.resize(kSlotSize);
  return bytes;
}

std::optional<Slot> DecodeSlot(std::string_view bytes) {
  constexpr size_t kBody = kHighWaterMagic.size() + 8 + 8 + kHashSize + 8;
  if (bytes.size() != kSlotSize || !bytes.starts_with(kHighWaterMagic)) {
    return {};
  }
  const Hash sum = Sha256(AsBytes(bytes.substr(0, kBody)));
  if (AsText(sum) != bytes.substr(kBody, kHashSize)) return {};
  std::string_view rest = bytes.substr(kHighWaterMagic.size());
  Slot slot;
  slot.sequence = GetU64(rest);
  slot.mark.tree.size = GetU64(rest.substr(8));
  std::memcpy(slot.mark.tree.root.data(), rest.data() + 16, kHashSize);
  slot.mark.logged_at_ms =
      static_cast<int64_t>(GetU64(rest.substr(16 + kHashSize)));
  return slot;
}

bool WriteSlot(int fd, const Slot& slot) {
  const std::string bytes = EncodeSlot(slot);
  const auto offset = static_cast<off_t>(slot.sequence % 2 * kSlotSize);
  return ::pwrite(fd, bytes.data(), bytes.size(), offset) ==
         static_cast<ssize_t>(bytes.size());
}

Result<void> SyncDirectoryOf(const std::string& path) {
  const std::string parent =
      std::filesystem::absolute(path).parent_path().string();
  const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return Fail(Code::kUnavailable, ErrnoReason("cannot open", parent));
  }
  const bool synced = ::fsync(fd) == 0;
  const std::string reason = ErrnoReason("cannot sync", parent);
  ::close(fd);
  if (!synced) return Fail(Code::kUnavailable, reason);
  return {};
}

}  // namespace

// A mark that is read too low allows a second history (I4): without a valid
// slot there is none, and a disk that cannot be read is no reason to make one.
Result<std::unique_ptr<HighWater>> HighWater::Open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    return Fail(errno == ENOENT ? Code::kNotFound : Code::kUnavailable,
                ErrnoReason("cannot open", path));
  }
  std::string bytes(2 * kSlotSize, '\0');
  const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), 0);
  if (got < 0) {  // of the disk, not of what it holds
    const std::string reason = ErrnoReason("cannot read", path);
    ::close(fd);
    return Fail(Code::kUnavailable, reason);
  }
  bytes.resize(static_cast<size_t>(got));
  std::optional<Slot> newest;
  for (size_t i = 0; i < 2 && (i + 1) * kSlotSize <= bytes.size(); ++i) {
    const auto slot =
        DecodeSlot(std::string_view(bytes).substr(i * kSlotSize, kSlotSize));
    if (slot && slot->sequence % 2 == i &&
        (!newest || slot->sequence > newest->sequence)) {
      newest = slot;
    }
  }
  if (!newest) {
    ::close(fd);
    return Fail(Code::kCorrupt,
                "neither slot of " + path +
                    " is valid: how far this log has signed is unknown, so it "
                    "must not sign again; keep the directory and start a "
                    "successor under a new origin");
  }
  return std::unique_ptr<HighWater>(
      new HighWater(fd, newest->sequence, newest->mark));
}

Result<std::unique_ptr<HighWater>> HighWater::Create(const std::string& path,
                                                     const StoredHead& mark) {
  // Renamed into place when whole: a crash here must not leave a file that
  // refuses every later start.
  const std::string fresh = path + ".new";
  const int fd =
      ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Fail(Code::kUnavailable, ErrnoReason("cannot create", fresh));
  }
  // Both slots hold the mark, so that no later torn write can leave none.
  const bool written = WriteSlot(fd, {2, mark}) && WriteSlot(fd, {3, mark}) &&
                       ::fsync(fd) == 0 &&
                       ::rename(fresh.c_str(), path.c_str()) == 0;
  if (!written) {
    const std::string reason = ErrnoReason("cannot write", fresh);
    ::close(fd);
    return Fail(Code::kUnavailable, reason);
  }
  auto high_water = std::unique_ptr<HighWater>(new HighWater(fd, 3, mark));
  RETURN_IF_ERROR(SyncDirectoryOf(path));
  return high_water;
}

HighWater::~HighWater() { ::close(fd_); }

Result<void> HighWater::Raise(const StoredHead& head) {
  MODLOG_CHECK(head.tree.size >= mark_.tree.size,
               "a high-water mark only rises");
  if (!WriteSlot(fd_, {sequence_ + 1, head}) || ::fdatasync(fd_) != 0) {
    return Fail(Code::kUnavailable,
                std::string("cannot write the high-water mark: ") +
                    std::strerror(errno));
  }
  ++sequence_;
  mark_ = head;
  return {};
}

}  // namespace modlog
