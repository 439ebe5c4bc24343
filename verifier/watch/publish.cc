#include "verifier/watch/publish.h"

#include "verifier/files.h"
#include "verifier/watch/evidence.h"

namespace modlog {

Result<void> Publish(const std::string& directory, const Seen& seen) {
  const std::string below =
      directory + "/" + FormatHex(Sha256(AsBytes(seen.checkpoint.origin)));
  RETURN_IF_ERROR(MakeDirectory(directory));
  RETURN_IF_ERROR(MakeDirectory(below));
  const auto old = ReadFile(below + "/checkpoint", kNoteSizeMax);
  if (old && *old == seen.note) return {};
  auto written = WriteFileAtomically(below, "checkpoint", seen.note);
  if (!written) return Fail(Code::kUnavailable, written.error().message);
  return {};
}

}  // namespace modlog
