#ifndef MODLOG_VERIFIER_MIRROR_COPY_DIRECTORY_H_
#define MODLOG_VERIFIER_MIRROR_COPY_DIRECTORY_H_

// The directory that holds a log's copy: its files at their tlog-tiles paths,
// for any web server and any reader. One process at a time works in it (a lock
// on the directory itself, so that there is no file of ours to be served).
//
// A file is written whole or not at all, and is on the disk once written, its
// name and the folders above it too. Errors are kUnavailable and name the path.
// Thread-safe but for Open.

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "verifier/core/redaction_list.h"
#include "verifier/source/source.h"

namespace modlog {

class CopyDirectory {
 public:
  // Open makes the directory if missing (0755).
  static Result<std::unique_ptr<CopyDirectory>> Open(const std::string& path);
  ~CopyDirectory();
  CopyDirectory(const CopyDirectory&) = delete;
  CopyDirectory& operator=(const CopyDirectory&) = delete;

  const std::string& path() const { return path_; }
  // What is there. Nothing of it is believed.
  Source& files() const { return *files_; }
  bool Has(const std::string& file) const;

  // Save makes a file hold these bytes. False if it did so already.
  Result<bool> Save(const std::string& file, const std::string& bytes);

  // The partial tiles or bundles of a full one, `full` being its path.
  bool HasPartials(const std::string& full) const;
  Result<void> RemovePartials(const std::string& full);

  // TakeOut makes the slot of a redacted entry empty in its bundle and in the
  // partial ones. Whether any file held its bytes. kMalformed for a file that
  // is no bundle.
  Result<bool> TakeOut(const RedactionLine& line);

 private:
  CopyDirectory(std::string path, int lock, std::unique_ptr<Source> files)
      : path_(std::move(path)), lock_(lock), files_(std::move(files)) {}
  std::string Place(const std::string& file) const {
    return path_ + "/" + file;
  }
  Result<void> MakeFolder(const std::string& folder);
  Result<bool> TakeOutOf(const std::string& file, uint32_t width,
                         uint32_t position);

  const std::string path_;
  const int lock_;  // descriptor of the directory, locked
  const std::unique_ptr<Source> files_;
  std::mutex mutex_;
  std::set<std::string> folders_;  // that are there, durably; under mutex_
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_COPY_DIRECTORY_H_
