#include "verifier/mirror/evidence_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "verifier/base/durable_file.h"

namespace modlog {

Result<void> MakeEvidenceDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0755) == 0) {
    return SyncDirectory(ParentOf(directory));
  }
  if (errno != EEXIST) {
    return SystemError("make the directory for evidence", directory);
  }
  if (access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return SystemError("write evidence to", directory);
}

}  // namespace modlog
