#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "tests/bench/limits.h"

namespace modlog {
namespace {

// A file that is gone when the measurement is.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& directory) {
    std::string path = directory + "/modlog-limits-XXXXXX";
    fd_ = mkostemp(path.data(), O_CLOEXEC);
    if (fd_ < 0) {
      throw std::system_error(errno, std::generic_category(), directory);
    }
    unlink(path.c_str());
  }
  ~ScratchFile() { close(fd_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void WriteAndSync(const std::string& data, off_t at) {
    if (pwrite(fd_, data.data(), data.size(), at) !=
            static_cast<ssize_t>(data.size()) ||
        fdatasync(fd_) != 0) {
      throw std::system_error(errno, std::generic_category(), "write");
    }
  }

 private:
  int fd_;
};

// Milliseconds of each call until the time is over.
template <typename Write>
std::vector<double> Times(std::chrono::duration<double> time, Write write) {
  std::vector<double> times;
  auto started = std::chrono::steady_clock::now();
  auto before = started;
  while (before - started < time) {
    write(times.size());
    auto now = std::chrono::steady_clock::now();
    times.push_back(
        std::chrono::duration<double, std::milli>(now - before).count());
    before = now;
  }
  return times;
}

double Quantile(std::vector<double> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share *
                                   static_cast<double>(times.size() - 1))];
}

}  // namespace

Figures MeasureDisk(const std::string& directory,
                    std::chrono::duration<double> time) {
  std::string page(4 << 10, 'x');
  std::string megabyte(1 << 20, 'x');
  ScratchFile small(directory);
  auto appends = Times(time, [&](size_t i) {
    small.WriteAndSync(page, static_cast<off_t>(i * page.size()));
  });
  auto overwrites = Times(time, [&](size_t) { small.WriteAndSync(page, 0); });
  ScratchFile large(directory);
  auto megabytes = Times(time, [&](size_t i) {
    // Within 256 MiB, so that a small disk will do.
    large.WriteAndSync(megabyte, static_cast<off_t>((i % 256) << 20));
  });
  double total_ms = 0;
  for (double ms : megabytes) total_ms += ms;
  return {{"fdatasync_4k_p50_ms", Quantile(appends, 0.5)},
          {"fdatasync_4k_p99_ms", Quantile(appends, 0.99)},
          {"overwrite_4k_p50_ms", Quantile(overwrites, 0.5)},
          {"synced_mb_per_second", static_cast<double>(megabytes.size()) *
                                       1.048576 * 1'000 / total_ms}};
}

}  // namespace modlog
