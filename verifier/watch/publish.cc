#include "verifier/watch/publish.h"

#include "verifier/base/durable_file.h"
#include "verifier/watch/watch_evidence.h"

namespace modlog {

Result<void> Publish(const std::string& directory, const Seen& seen) {
  const std::string below =
      directory + "/" + FormatHex(Sha256(AsBytes(seen.checkpoint.origin)));
  RETURN_IF_ERROR(MakeDirectory(directory));
  RETURN_IF_ERROR(MakeDirectory(below));
  const auto old = ReadFile(below + "/checkpoint", kNoteSizeMax);
  if (old && *old == seen.note) return {};
  auto written = WriteFileDurably(below + "/checkpoint", seen.note, 0644);
  if (!written) return Fail(Code::kUnavailable, written.error().message);
  return {};
}

}  // namespace modlog
