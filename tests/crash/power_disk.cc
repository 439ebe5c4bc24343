#include "tests/crash/power_disk.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

extern char** environ;

namespace modlog {
namespace {

constexpr off_t kDiskBytes = 1 << 30;  // sparse

// Linux, fs/ext4/ext4.h: _IOR('X', 125, __u32), and "don't flush log".
constexpr unsigned long kExt4Shutdown = 0x8004587D;
constexpr uint32_t kNoLogFlush = 2;

Result<void> RunProgram(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t silent;
  posix_spawn_file_actions_init(&silent);
  posix_spawn_file_actions_addopen(&silent, STDERR_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  pid_t pid = -1;
  const int error =
      ::posix_spawnp(&pid, argv[0], &silent, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&silent);
  int status = -1;
  if (error == 0) ::waitpid(pid, &status, 0);
  if (error == 0 && status == 0) return {};
  return Fail(Code::kUnavailable,
              absl::StrCat("\"", absl::StrJoin(words, " "),
                           "\" failed; loop mounts need root and a kernel "
                           "with loop devices"));
}

}  // namespace

Result<std::unique_ptr<PowerDisk>> PowerDisk::Create(
    const std::string& directory) {
  std::unique_ptr<PowerDisk> disk(
      new PowerDisk(directory + "/disk", directory + "/mount"));
  const int fd =
      ::open(disk->file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool sized = fd >= 0 && ::ftruncate(fd, kDiskBytes) == 0;
  if (fd >= 0) ::close(fd);
  if (!sized || ::mkdir(disk->mount_point_.c_str(), 0700) != 0) {
    return Fail(Code::kUnavailable, "cannot make a disk in " + directory);
  }
  RETURN_IF_ERROR(RunProgram({"/sbin/mkfs.ext4", "-q", "-F", disk->file_}));
  RETURN_IF_ERROR(disk->Mount());
  return disk;
}

PowerDisk::~PowerDisk() {
  if (mounted_) static_cast<void>(RunProgram({"umount", mount_point_}));
}

Result<void> PowerDisk::Mount() {
  RETURN_IF_ERROR(RunProgram({"mount", "-o", "loop", file_, mount_point_}));
  mounted_ = true;
  return {};
}

Result<void> PowerDisk::Cut() {
  const int fd =
      ::open(mount_point_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool cut = fd >= 0 && ::ioctl(fd, kExt4Shutdown, &kNoLogFlush) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (cut) return {};
  return Fail(Code::kUnavailable,
              absl::StrCat("cannot cut the power of ", mount_point_, ": ",
                           std::strerror(error)));
}

Result<void> PowerDisk::Remount() {
  RETURN_IF_ERROR(RunProgram({"umount", mount_point_}));
  mounted_ = false;
  return Mount();
}

}  // namespace modlog
