#include "verifier/witness/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

constexpr uint64_t kOldBytesMin = 16 << 20;
constexpr uint64_t kRecordOverhead = 4 + kHashSize;

bool WriteAt(int fd, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n =
        pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

Result<std::string> ReadWhole(int fd, const std::string& path) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return SystemError("examine", path);
  const auto size = static_cast<uint64_t>(facts.st_size);
  if (!S_ISREG(facts.st_mode) || size > kStateSizeMax) {
    return Fail(Code::kCorrupt, path + " is not a file of at most " +
                                    std::to_string(kStateSizeMax) + " bytes");
  }
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t n = pread(fd, bytes.data() + got, bytes.size() - got,
                            static_cast<off_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("read", path);
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

// A whole file of these notes, both heads covering all of it.
std::string EncodeState(State* state) {
  std::string records;
  Hash sum = {};
  for (const auto& [origin, note] : state->notes) {
    AppendStateRecord(*note, &sum, &records);
  }
  state->head = {state->head.sequence + 2, kStateRecordsAt + records.size(),
                 sum};
  StateHead other = state->head;
  ++other.sequence;
  const bool even = state->head.sequence % 2 == 0;
  std::string bytes = EncodeStateHead(even ? state->head : other);
  bytes += EncodeStateHead(even ? other : state->head);
  state->head = other;
  return bytes + records;
}

uint64_t BytesOf(const SharedNote& note) {
  return note->size() + kRecordOverhead;
}

Result<void> WriteStateFile(const std::string& path, State* state) {
  return WriteFileDurably(path, EncodeState(state), 0600);
}

}  // namespace

// A file that is damaged is never made anew: a witness that forgot what it
// cosigned would cosign a second history.
Result<std::unique_ptr<StateFile>> StateFile::Open(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) {
    if (errno != ENOENT) return SystemError("examine", path);
    State empty;
    RETURN_IF_ERROR(WriteStateFile(path, &empty));
  }
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return SystemError("open", path);
  std::unique_ptr<StateFile> file(new StateFile(path, fd, {}));
  ASSIGN_OR_RETURN(const std::string bytes, ReadWhole(fd, path));
  auto state = ParseState(bytes);
  if (!state) {
    return Prefixed(
        path +
            ": this witness no longer knows what it has cosigned, so it "
            "must not go on under its key; bring the undamaged file back, "
            "or start a new witness in another directory",
        state.error());
  }
  file->state_ = std::move(*state);
  // Written anew, the file has two whole heads again and no half record.
  if (!file->state_.heads_whole || file->state_.head.end != bytes.size()) {
    RETURN_IF_ERROR(file->Rewrite());
  } else {
    // What is there may never have been synced: a process killed in between.
    if (fdatasync(fd) != 0) return SystemError("sync", path);
    RETURN_IF_ERROR(file->WriteHead());
  }
  for (const auto& [origin, note] : file->state_.notes) {
    file->current_bytes_ += BytesOf(note);
  }
  return file;
}

StateFile::StateFile(std::string path, int fd, State state)
    : path_(std::move(path)), fd_(fd), state_(std::move(state)) {}

StateFile::~StateFile() {
  if (fd_ >= 0) close(fd_);
}

Result<void> StateFile::WriteHead() {
  ++state_.head.sequence;
  const uint64_t offset = state_.head.sequence % 2 * kStateHeadSize;
  if (!WriteAt(fd_, EncodeStateHead(state_.head), offset) ||
      fdatasync(fd_) != 0) {
    return SystemError("write the head of", path_);
  }
  return {};
}

Result<void> StateFile::Append(std::span<const SharedNote> notes) {
  std::string records;
  Hash sum = state_.head.sum;
  for (const SharedNote& note : notes) {
    AppendStateRecord(*note, &sum, &records);
  }
  if (!WriteAt(fd_, records, state_.head.end) || fdatasync(fd_) != 0) {
    return SystemError("write", path_);
  }
  state_.head.end += records.size();
  state_.head.sum = sum;
  RETURN_IF_ERROR(WriteHead());
  for (const SharedNote& note : notes) {
    current_bytes_ += BytesOf(note);
    auto& current = state_.notes[std::string(OriginOf(*note))];
    if (current) current_bytes_ -= BytesOf(current);
    current = note;
  }
  return IsMostlyOld() ? Rewrite() : Result<void>();
}

bool StateFile::IsMostlyOld() const {
  const uint64_t old = state_.head.end - kStateRecordsAt - current_bytes_;
  return old > kOldBytesMin && old > current_bytes_;
}

Result<void> StateFile::Rewrite() {
  RETURN_IF_ERROR(WriteStateFile(path_, &state_));
  const int fd = open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return SystemError("open", path_);
  close(std::exchange(fd_, fd));
  return {};
}

}  // namespace modlog
