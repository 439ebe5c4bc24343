#include "api/server/descriptors.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace modlog {

Result<uint64_t> RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return Fail(Code::kUnavailable,
                fmt::format("cannot read the limit of open files: {}",
                            std::strerror(errno)));
  }
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, kDescriptorsMax);
  if (limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = wanted;
    // Where even that is forbidden, what there is has to do.
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return std::min<uint64_t>(limit.rlim_cur, kDescriptorsMax);
}

Result<Descriptors> ShareDescriptors(uint64_t limit, size_t witnesses) {
  Descriptors shares;
  shares.limit = limit;
  shares.reserve = kDescriptorsReserve + kDescriptorsPerWitness * witnesses;
  const uint64_t least =
      shares.reserve + kStoreDescriptorsMin + kConnectionDescriptorsMin;
  if (limit < least) {
    return Fail(Code::kExhausted,
                fmt::format("this process may have {} files open, want {} or "
                            "more: raise the limit (ulimit -n, LimitNOFILE= "
                            "of systemd, --ulimit nofile= of a container)",
                            limit, least));
  }
  shares.store =
      std::clamp(limit / 4, kStoreDescriptorsMin, kStoreDescriptorsMax);
  shares.store = std::min(shares.store,
                          limit - shares.reserve - kConnectionDescriptorsMin);
  shares.connections = limit - shares.reserve - shares.store;
  return shares;
}

}  // namespace modlog
