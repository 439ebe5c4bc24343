#include "log/payload/key_slots.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "log/store/failpoint.h"

namespace modlog {

namespace {

constexpr std::string_view kKeySlotsMagic = "modlog-key-slots-1\n";
// The file grows by a megabyte of zeros, so that writing a slot changes data
// alone and a sync needs no change of the file system's own.
constexpr uint64_t kSlotsAtOnce = 32'768;

constexpr off_t OffsetOf(uint64_t slot) {
  return static_cast<off_t>((slot + 1) * kPartKeySize);
}

std::unexpected<Error> Failed(std::string_view what) {
  return Fail(Code::kUnavailable,
              std::string(what) + " the key slots: " + std::strerror(errno));
}

bool WriteAt(int fd, std::string_view bytes, off_t offset) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
    offset += wrote;
  }
  return true;
}

std::string Header() {
  std::string header(kKeySlotsMagic);
  header.resize(kPartKeySize, '\0');
  return header;
}

// Renamed into place when whole, so that a crash leaves no half a header.
Result<void> MakeFile(const std::string& path) {
  const std::string fresh = path + ".new";
  const int fd =
      ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("cannot create");
  const bool written = WriteAt(fd, Header(), 0) && ::fsync(fd) == 0 &&
                       ::rename(fresh.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::close(fd);
  errno = error;
  if (!written) return Failed("cannot create");
  const std::string parent =
      std::filesystem::absolute(path).parent_path().string();
  const int directory =
      ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  if (!synced) return Failed("cannot sync the directory of");
  return {};
}

}  // namespace

Result<std::unique_ptr<KeySlots>> KeySlots::Open(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool made = fd < 0 && errno == ENOENT;
  if (made) {
    RETURN_IF_ERROR(MakeFile(path));
    fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  if (fd < 0) return Failed("cannot open");
  std::unique_ptr<KeySlots> slots(new KeySlots(fd, made));
  std::string header(kPartKeySize, '\0');
  struct stat status = {};
  if (::pread(fd, header.data(), header.size(), 0) < 0 ||
      ::fstat(fd, &status) != 0) {
    return Failed("cannot read");
  }
  if (header != Header()) {
    return Fail(Code::kCorrupt,
                path +
                    " is no file of key slots: restore it, or remove it and "
                    "lose every payload kept so far");
  }
  slots->zeroed_ = static_cast<uint64_t>(status.st_size) / kPartKeySize - 1;
  return slots;
}

KeySlots::~KeySlots() { ::close(fd_); }

Result<void> KeySlots::Extend(uint64_t slots) {
  while (zeroed_ < slots) {
    const std::string zeros(kSlotsAtOnce * kPartKeySize, '\0');
    if (!WriteAt(fd_, zeros, OffsetOf(zeroed_))) return Failed("cannot extend");
    zeroed_ += kSlotsAtOnce;
  }
  return {};
}

Result<void> KeySlots::Sync() const {
  if (::fdatasync(fd_) != 0) return Failed("cannot sync");
  return {};
}

Result<void> KeySlots::Write(uint64_t first, std::span<const PartKey> keys) {
  if (keys.empty()) return {};
  RETURN_IF_ERROR(Extend(first + keys.size()));
  const std::string_view bytes(
      reinterpret_cast<const char*>(keys.front().data()), keys.size_bytes());
  if (!WriteAt(fd_, bytes, OffsetOf(first))) return Failed("cannot write");
  Failpoint("key_slots_written");
  return Sync();
}

Result<std::optional<PartKey>> KeySlots::Read(uint64_t slot) const {
  PartKey key = {};
  ssize_t got = 0;
  do {
    got = ::pread(fd_, key.data(), key.size(), OffsetOf(slot));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Failed("cannot read");
  if (got != static_cast<ssize_t>(key.size()) || key == PartKey{}) {
    return std::optional<PartKey>();
  }
  return std::optional(key);
}

Result<void> KeySlots::Erase(std::span<const uint64_t> slots) {
  const std::string zeros(kPartKeySize, '\0');
  struct stat status = {};
  if (::fstat(fd_, &status) != 0) return Failed("cannot read");
  for (const uint64_t slot : slots) {
    if (OffsetOf(slot) >= status.st_size) continue;  // never written here
    if (!WriteAt(fd_, zeros, OffsetOf(slot))) return Failed("cannot erase");
  }
  return Sync();
}

}  // namespace modlog
