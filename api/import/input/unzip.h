#ifndef MODLOG_API_IMPORT_INPUT_UNZIP_H_
#define MODLOG_API_IMPORT_INPUT_UNZIP_H_

// The files within a file: a zip is opened, and a zip within it, as the DSA
// Transparency Database publishes a day (an outer zip of csv.zip, each of csv).
// Read from begin to end in constant memory, never written to disk; the names
// within are for messages alone. libarchive does the unpacking.
//
// Limits: zips kZipDepthMax deep; kZipMembersMax members in one;
// kUnpackRatioMax times the size of the outermost file, beyond the first
// kUnpackFreeBytes: what unpacks to more is a bomb.
//
// Not thread-safe.

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "api/import/input/read_window.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr int kZipDepthMax = 2;
inline constexpr uint64_t kZipMembersMax = 100'000;
inline constexpr uint64_t kUnpackRatioMax = 500;
inline constexpr uint64_t kUnpackFreeBytes = 4 << 20;

struct UnzipVisitor {
  // OnFile gets each file that is no zip: "dump.zip/day.csv.zip/day-1.csv", or
  // the name of the outermost where that is no zip. What it leaves unread is
  // passed over. An error ends the walk and is what it returns.
  std::function<Result<void>(const std::string& name, const ReadBytes& read)>
      on_file;
  // OnBroken gets a zip that cannot be read, or not further; the walk goes on
  // with what comes after it. An error ends the walk, as above.
  std::function<Result<void>(const std::string& name, std::string reason)>
      on_broken;
  // Whether a member of a zip is wanted, by its name; the others are left out.
  std::function<bool(const std::string& name)> wants;
};

// WalkFiles visits the files in `read`, in their order. Errors of the source
// and of the visitor.
Result<void> WalkFiles(const std::string& name, const ReadBytes& read,
                       const UnzipVisitor& visitor);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_UNZIP_H_
