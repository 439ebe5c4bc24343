#ifndef MODLOG_VERIFIER_BASE_ERRNO_REASON_H_
#define MODLOG_VERIFIER_BASE_ERRNO_REASON_H_

// ErrnoReason says why the last system call on a file failed: "cannot open
// PATH: No such file or directory". Call it before anything else sets errno.

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace modlog {

inline std::string ErrnoReason(std::string_view what, const std::string& path) {
  return std::string(what) + " " + path + ": " + std::strerror(errno);
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_ERRNO_REASON_H_
