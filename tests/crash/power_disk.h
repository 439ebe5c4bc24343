#ifndef MODLOG_TESTS_CRASH_POWER_DISK_H_
#define MODLOG_TESTS_CRASH_POWER_DISK_H_

// A disk whose power can be cut: an ext4 in a file, mounted over a loop device.
// The cut is ext4's own shutdown without a flush of its journal, after which
// nothing that was not synced before can reach the file any more: what remains
// is what a machine finds after its power failed. Needs root. Not thread-safe.

#include <memory>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

class PowerDisk {
 public:
  // Create makes the disk in `directory`. kUnavailable where this system has no
  // loop mounts, or we may not make them.
  static Result<std::unique_ptr<PowerDisk>> Create(
      const std::string& directory);
  ~PowerDisk();  // unmounts
  PowerDisk(const PowerDisk&) = delete;
  PowerDisk& operator=(const PowerDisk&) = delete;

  const std::string& mount_point() const { return mount_point_; }

  // kUnavailable, all of them.
  Result<void> Cut();
  // Remount brings the disk back. REQUIRES: no process has a file open there.
  Result<void> Remount();

 private:
  PowerDisk(std::string file, std::string mount_point)
      : file_(std::move(file)), mount_point_(std::move(mount_point)) {}
  Result<void> Mount();

  std::string file_;
  std::string mount_point_;
  bool mounted_ = false;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CRASH_POWER_DISK_H_
