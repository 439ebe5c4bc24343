#include "verifier/mirror/copy_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "verifier/base/durable_file.h"
#include "verifier/source/directory_source.h"
#include "verifier/source/resources.h"

namespace modlog {
namespace {

// Larger than anything that is kept but a redaction list.
constexpr size_t kCopiedSizeMax = kBundleSizeMax;

std::string WithoutSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::unexpected<Error> FailSystem(const std::string& what,
                                  const std::error_code& error) {
  return Fail(Code::kUnavailable, what + ": " + error.message());
}

// The bundle without the bytes of one entry; nothing if they are gone already.
Result<std::string> WithoutEntry(Bytes bundle, uint32_t width,
                                 uint32_t position) {
  ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                   ParseBundle(bundle, width));
  std::string emptied;
  if (entries[position].empty()) return emptied;
  for (uint32_t i = 0; i < width; ++i) {
    AppendToBundle(i == position ? Bytes() : entries[i], &emptied);
  }
  return emptied;
}

}  // namespace

Result<std::unique_ptr<CopyDirectory>> CopyDirectory::Open(
    const std::string& name) {
  const std::string path = WithoutSlashes(name);
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return FailSystem("cannot make the directory " + path, error);
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError("open the directory", path);
  auto files = OpenDirectorySource(path);
  if (!files) {
    close(fd);
    return Fail(Code::kUnavailable, files.error().message);
  }
  std::unique_ptr<CopyDirectory> copy(
      new CopyDirectory(path, fd, *std::move(files)));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Fail(Code::kUnavailable,
                "another mirror works in the directory " + path +
                    ": stop that one, or give this one a directory of its own");
  }
  return copy;
}

CopyDirectory::~CopyDirectory() { close(lock_); }

bool CopyDirectory::Has(const std::string& file) const {
  return faccessat(lock_, file.c_str(), F_OK, 0) == 0;
}

Result<bool> CopyDirectory::Save(const std::string& file,
                                 const std::string& bytes) {
  std::string held;
  if (files_->Fetch(file, bytes.size(), &held) && held == bytes) return false;
  const std::filesystem::path place(Place(file));
  const std::string folder = place.parent_path().string();
  RETURN_IF_ERROR(MakeFolder(folder));
  RETURN_IF_ERROR(WriteFileDurably(place.string(), bytes, 0644));
  return true;
}

Result<void> CopyDirectory::MakeFolder(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> missing;
  std::string at = folder;
  while (at != path_ && !folders_.contains(at)) {
    missing.push_back(at);
    at = ParentOf(at);
  }
  for (; !missing.empty(); missing.pop_back()) {
    const std::string& made = missing.back();
    if (mkdir(made.c_str(), 0755) != 0 && errno != EEXIST) {
      return SystemError("make the directory", made);
    }
    RETURN_IF_ERROR(SyncDirectory(ParentOf(made)));
    folders_.insert(made);
  }
  return {};
}

bool CopyDirectory::HasPartials(const std::string& full) const {
  return Has(full + ".p");
}

Result<void> CopyDirectory::RemovePartials(const std::string& full) {
  const std::string folder = Place(full + ".p");
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) return FailSystem("cannot remove " + folder, error);
  const std::lock_guard lock(mutex_);
  folders_.erase(folder);
  return {};
}

Result<bool> CopyDirectory::TakeOut(const RedactionLine& line) {
  const uint64_t index = line.entry / kTileWidth;
  const auto position = static_cast<uint32_t>(line.entry % kTileWidth);
  const std::string full = BundlePath(index, kTileWidth);
  ASSIGN_OR_RETURN(bool held, TakeOutOf(full, kTileWidth, position));
  std::error_code error;
  for (std::filesystem::directory_iterator it(Place(full + ".p"), error), end;
       !error && it != end; it.increment(error)) {
    const auto width = ParseDecimal(it->path().filename().string());
    if (!width || *width == 0 || *width >= kTileWidth) continue;
    const auto partial = static_cast<uint32_t>(*width);
    ASSIGN_OR_RETURN(const bool also,
                     TakeOutOf(BundlePath(index, partial), partial, position));
    held = held || also;
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return FailSystem("cannot read " + Place(full + ".p"), error);
  }
  return held;
}

Result<bool> CopyDirectory::TakeOutOf(const std::string& file, uint32_t width,
                                      uint32_t position) {
  if (position >= width) return false;
  std::string bundle;
  const auto fetched = files_->Fetch(file, kCopiedSizeMax, &bundle);
  if (!fetched && fetched.error().code == Code::kNotFound) return false;
  if (!fetched) return Prefixed(Place(file), fetched.error());
  const auto emptied = WithoutEntry(AsBytes(bundle), width, position);
  if (!emptied) {
    return Prefixed(Place(file),
                    {emptied.error().code,
                     emptied.error().message +
                         ": remove this file, and run the mirror again"});
  }
  if (emptied->empty()) return false;
  RETURN_IF_ERROR(Save(file, *emptied));
  return true;
}

}  // namespace modlog
