#ifndef MODLOG_TESTS_AUDIT_SMALL_LOG_H_
#define MODLOG_TESTS_AUDIT_SMALL_LOG_H_

// A log as its files, made in the plainest way that c2sp.org/tlog-tiles allows:
// every level of hashes whole in memory, then cut. It shares the hash function,
// the note and the path format with what is tested, and no tree arithmetic.

#include <map>
#include <string>
#include <vector>

#include "verifier/core/note.h"
#include "verifier/core/policy.h"
#include "verifier/source/source.h"

namespace modlog {

inline constexpr char kSmallOrigin[] = "small.example/log";

// The log's key, always the same; and one of the same name that is not.
SignerKey SmallLogKey();
SignerKey SmallLogOtherKey();
SignerKey SmallWitnessKey();

// "log <vkey>\nquorum none\n", or with one witness as the quorum.
std::string SmallPolicyText();
std::string SmallWitnessedPolicyText();
Policy SmallPolicy();

// Entry n as a platform could have submitted it: canonical, 40 to 60 bytes.
std::string SmallEntry(uint64_t n);
std::string MakeEntry(int64_t logged_at_ms, const std::string& platform,
                      const std::string& puid);

using Files = std::map<std::string, std::string>;  // by path

struct SmallLog {
  std::vector<std::string> entries;
  SignerKey key = SmallLogKey();
  std::string origin = kSmallOrigin;

  static SmallLog OfSize(uint64_t size);

  TreeHead Head() const { return HeadAt(entries.size()); }
  TreeHead HeadAt(uint64_t size) const;
  std::string Checkpoint() const { return CheckpointAt(entries.size()); }
  std::string CheckpointAt(uint64_t size) const;
  // Everything that a log of this size must serve.
  Files MakeFiles() const;
};

// WriteFiles writes files below a directory that exists.
void WriteFiles(const Files& files, const std::string& directory);

// A source that serves files from memory. Thread-safe while they do not change.
class FilesSource : public Source {
 public:
  explicit FilesSource(Files files) : files_(std::move(files)) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override;
  std::string name() const override { return "(memory)"; }
  Files& files() { return files_; }

 private:
  Files files_;
};

// A directory that is gone when the test is.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string ReadWholeFile(const std::string& path);
void WriteWholeFile(const std::string& path, const std::string& bytes);

}  // namespace modlog

#endif  // MODLOG_TESTS_AUDIT_SMALL_LOG_H_
