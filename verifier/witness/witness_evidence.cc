#include "verifier/witness/witness_evidence.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "verifier/base/durable_file.h"
#include "verifier/evidence/contradiction.h"

namespace modlog {
namespace {

constexpr std::string_view kFork = "fork";
constexpr std::string_view kSuspicion = "suspicion";
constexpr std::string_view kEnding = ".json";

// "<hex of SHA-256(origin)>.fork", and the name goes on with a hash of the pair
// of checkpoints: of a proof that fails there are as many as somebody likes.
std::string StemOf(const AddCheckpointRequest& request, bool is_fork) {
  return FormatHex(Sha256(AsBytes(request.checkpoint.origin))) + "." +
         std::string(is_fork ? kFork : kSuspicion);
}

std::string NameOf(const std::string& stem, const AddCheckpointRequest& request,
                   const std::string& before) {
  // Without the cosignature, whose time differs.
  const std::string_view head =
      std::string_view(before).substr(0, before.find("\n\n") + 1);
  const Hash pair = Sha256({AsBytes(head), AsBytes(request.note.text)});
  return stem + "." + FormatHex(Bytes(pair).first(8)) + std::string(kEnding);
}

// StemOfName returns nothing for a file that is none of ours.
std::string StemOfName(const std::string& name) {
  const size_t end = name.find('.', 2 * kHashSize + 1);
  if (!name.ends_with(kEnding) || end == std::string::npos) return "";
  return name.substr(0, end);
}

std::string_view KindOf(std::string_view stem) {
  return stem.substr(std::min(stem.size(), stem.rfind('.') + 1));
}

std::string Format(const AddCheckpointRequest& request,
                   const std::string& before, bool is_fork) {
  Contradiction contradiction;
  contradiction.what =
      is_fork ? "two checkpoints of one log that cannot both be true"
              : "two checkpoints of one log, and a proof that does not lead "
                "from one to the other";
  const bool is_one_size = request.old_size == request.checkpoint.tree.size;
  contradiction.contradiction =
      !is_fork      ? "the consistency proof does not hold"
      : is_one_size ? "two roots for one size"
                    : "the larger tree had another root at the smaller size";
  contradiction.origin = request.checkpoint.origin;
  contradiction.size_before = request.old_size;
  contradiction.size_now = request.checkpoint.tree.size;
  contradiction.note_before = before;
  contradiction.note_now = FormatNote(request.note);
  if (!is_one_size) contradiction.proof = request.proof;
  return FormatContradiction(contradiction);
}

}  // namespace

Result<std::unique_ptr<Evidence>> Evidence::Open(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return SystemError("make directory", directory);
  }
  std::unique_ptr<Evidence> evidence(new Evidence(directory));
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end;
       !error && file != end; file.increment(error)) {
    const std::string name = file->path().filename().string();
    const std::string stem = StemOfName(name);
    if (stem.empty() || !evidence->names_.insert(name).second) continue;
    ++evidence->counts_[stem];
    ++evidence->counts_[std::string(KindOf(stem))];
  }
  if (error) {
    return Fail(Code::kUnavailable,
                "cannot list " + directory + ": " + error.message());
  }
  return evidence;
}

bool Evidence::Reserve(const std::string& name, const std::string& stem) {
  const std::string kind(KindOf(stem));
  const bool is_fork = kind == kFork;
  const std::lock_guard lock(mutex_);
  size_t& of_log = counts_[stem];
  size_t& of_all = counts_[kind];
  if (names_.contains(name) ||
      of_log >= (is_fork ? kForksPerLogMax : kSuspicionsPerLogMax) ||
      of_all >= (is_fork ? kForksMax : kSuspicionsMax)) {
    return false;
  }
  names_.insert(name);
  ++of_log;
  ++of_all;
  return true;
}

Result<std::optional<std::string>> Evidence::Keep(
    const AddCheckpointRequest& request, const std::string& before,
    bool is_fork) {
  const std::string stem = StemOf(request, is_fork);
  const std::string name = NameOf(stem, request, before);
  if (!Reserve(name, stem)) return std::nullopt;
  const std::string path = directory_ + "/" + name;
  RETURN_IF_ERROR(
      WriteFileDurably(path, Format(request, before, is_fork), 0644));
  return std::optional(path);
}

}  // namespace modlog
