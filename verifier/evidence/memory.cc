#include "verifier/evidence/memory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "verifier/base/durable_file.h"
#include "verifier/evidence/fork.h"
#include "verifier/source/trust.h"

namespace modlog {
namespace {

constexpr size_t kPlaceSizeMax = 8'192;  // an address or a path

// Origins are foreign text, so a file's name is a hash of one, as in the
// monitoring interface of c2sp.org/tlog-witness.
std::string StemOf(const std::string& origin) {
  return FormatHex(Sha256(AsBytes(origin)));
}

std::string FileName(const std::string& origin) {
  return StemOf(origin) + ".checkpoint";
}

std::unexpected<Error> FailState(const std::string& what) {
  return Fail(Code::kUnavailable, what + ": " + std::strerror(errno));
}

Result<void> CreateDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return FailState("cannot create the state directory " + directory);
}

}  // namespace

Result<std::unique_ptr<Memory>> Memory::Open(const std::string& directory,
                                             IfMissing if_missing) {
  if (if_missing == IfMissing::kCreate) {
    RETURN_IF_ERROR(CreateDirectory(directory));
  }
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    return Fail(Code::kUnavailable,
                "there is no state directory " + directory +
                    "; the first time, add --first-use to create it");
  }
  if (fd < 0) return FailState("cannot open the state directory " + directory);
  std::unique_ptr<Memory> memory(new Memory(directory, fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Fail(Code::kUnavailable,
                "another audit holds the state directory " + directory);
  }
  return memory;
}

Memory::~Memory() { close(lock_); }

Result<std::optional<Seen>> Memory::Recall(const std::string& origin,
                                           const Policy& policy) const {
  return RecallFrom(directory_, origin, policy);
}

Result<std::optional<Seen>> Memory::RecallFrom(const std::string& directory,
                                               const std::string& origin,
                                               const Policy& policy) {
  const std::string path = directory + "/" + FileName(origin);
  auto note = ReadFile(path, kNoteSizeMax);
  if (!note && note.error().code == Code::kNotFound) return std::nullopt;
  if (!note) return Fail(Code::kUnavailable, note.error().message);
  auto opened = OpenSharply(*note, policy);
  if (!opened || opened->checkpoint.origin != origin) {
    return Fail(Code::kUnavailable,
                "the state file " + path + " is not a checkpoint of " +
                    Quote(origin) + " under this policy" +
                    (opened ? "" : ": " + opened.error().message));
  }
  return Seen{std::move(opened->checkpoint), std::move(*note)};
}

Result<void> Memory::Remember(const Seen& seen) const {
  auto written = WriteFileDurably(
      directory_ + "/" + FileName(seen.checkpoint.origin), seen.note, 0644);
  if (!written) return Fail(Code::kUnavailable, written.error().message);
  return {};
}

void Memory::RememberPlace(const std::string& origin,
                           const std::string& place) const {
  if (place.empty() || place.size() > kPlaceSizeMax) return;
  static_cast<void>(WriteFileDurably(
      directory_ + "/" + StemOf(origin) + ".place", place, 0644));
}

std::string Memory::RecallPlace(const std::string& origin) const {
  return ReadFile(directory_ + "/" + StemOf(origin) + ".place", kPlaceSizeMax)
      .value_or("");
}

Result<std::string> Memory::KeepEvidence(
    const Contradiction& contradiction) const {
  return WriteEvidence(evidence_, contradiction);
}

Contradiction ContradictionOf(const Seen& before, const Seen& now,
                              std::string contradiction,
                              std::vector<Hash> proof) {
  return {.what = "two checkpoints of one log that cannot both be true",
          .contradiction = std::move(contradiction),
          .origin = now.checkpoint.origin,
          .size_before = before.checkpoint.tree.size,
          .size_now = now.checkpoint.tree.size,
          .note_before = before.note,
          .note_now = now.note,
          .proof = std::move(proof)};
}

}  // namespace modlog
