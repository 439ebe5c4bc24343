#include "verifier/source/inputs.h"

#include "verifier/base/durable_file.h"
#include "verifier/source/directory_source.h"

namespace modlog {

Result<Policy> ReadPolicy(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kPolicySizeMax));
  auto policy = ParsePolicy(text);
  if (!policy) return Prefixed(path, policy.error());
  return policy;
}

Result<std::unique_ptr<Source>> OpenTarget(const std::string& target,
                                           const UrlSourceOptions& options) {
  if (target.find("://") != std::string::npos) {
    return OpenUrlSource(target, options);
  }
  auto directory = OpenDirectorySource(target);
  if (directory) return directory;
  return Fail(directory.error().code,
              directory.error().message +
                  "; the address of a log begins with http:// or https://");
}

}  // namespace modlog
