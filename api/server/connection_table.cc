#include "api/server/connection_table.h"

#include <linux/tcp.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace modlog {
namespace {

std::optional<ino_t> InodeOf(int fd) {
  struct stat facts;
  if (fstat(fd, &facts) != 0 || !S_ISSOCK(facts.st_mode)) return std::nullopt;
  return facts.st_ino;
}

// How little a connection is used; the greatest is ended first.
struct Quiet {
  bool never_sent = true;  // nothing came from the peer
  uint32_t ms = 0;         // since anything was sent either way
  friend auto operator<=>(const Quiet&, const Quiet&) = default;
};

Quiet QuietOf(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {.never_sent = info.tcpi_bytes_received == 0,
          .ms = std::min(info.tcpi_last_data_recv, info.tcpi_last_data_sent)};
}

}  // namespace

std::string PeerOf(const sockaddr* address) {
  constexpr size_t kSite = 8;  // bytes of a /64
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return std::string(reinterpret_cast<const char*>(&v4->sin_addr),
                       sizeof(v4->sin_addr));
  }
  if (address->sa_family != AF_INET6) return "";
  const auto& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  const auto* bytes = reinterpret_cast<const char*>(&v6);
  const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6);
  return is_v4 ? std::string(bytes + 12, 4) : std::string(bytes, kSite);
}

void ConnectionTable::Add(int fd, const std::string& peer) {
  const auto inode = InodeOf(fd);
  absl::MutexLock lock(&mutex_);
  // Whoever had this descriptor has closed it.
  if (const auto old = open_.find(fd); old != open_.end()) {
    if (--by_peer_[old->second.peer] == 0) by_peer_.erase(old->second.peer);
    open_.erase(old);
  }
  if (!inode.has_value()) return;
  open_[fd] = {.inode = *inode, .peer = peer};
  ++by_peer_[peer];
}

bool ConnectionTable::HasRoom(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  if (HasRoomFor(peer)) return true;
  ForgetEnded();
  return HasRoomFor(peer);
}

// Between the look at a descriptor and its shutdown another thread may close it
// and get the same number for a new socket. Then that connection ends, which
// may happen to any connection at any time; a file is not touched.
bool ConnectionTable::EndQuietest(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  ForgetEnded();
  const bool of_peer = PeerIsFull(peer);
  auto quietest = open_.end();
  Quiet most;
  for (auto it = open_.begin(); it != open_.end(); ++it) {
    if (it->second.ending || (of_peer && it->second.peer != peer)) continue;
    const Quiet quiet = QuietOf(it->first);
    if (quietest != open_.end() && quiet <= most) continue;
    quietest = it;
    most = quiet;
  }
  if (quietest == open_.end()) return false;
  quietest->second.ending = true;
  shutdown(quietest->first, SHUT_RDWR);
  return true;
}

void ConnectionTable::EndAll() {
  absl::MutexLock lock(&mutex_);
  ForgetEnded();
  for (auto& [fd, connection] : open_) {
    connection.ending = true;
    shutdown(fd, SHUT_RDWR);
  }
}

size_t ConnectionTable::Count() {
  absl::MutexLock lock(&mutex_);
  ForgetEnded();
  return open_.size();
}

bool ConnectionTable::HasRoomFor(const std::string& peer) const {
  return open_.size() < limits_.total && !PeerIsFull(peer);
}

bool ConnectionTable::PeerIsFull(const std::string& peer) const {
  const auto it = by_peer_.find(peer);
  return it != by_peer_.end() && it->second >= limits_.per_peer;
}

void ConnectionTable::ForgetEnded() {
  std::erase_if(open_, [this](const auto& entry) {
    const auto& [fd, connection] = entry;
    if (InodeOf(fd) == connection.inode) return false;
    const auto peer = by_peer_.find(connection.peer);
    if (--peer->second == 0) by_peer_.erase(peer);
    return true;
  });
}

}  // namespace modlog
