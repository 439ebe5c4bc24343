#ifndef MODLOG_API_SERVER_CONNECTION_TABLE_H_
#define MODLOG_API_SERVER_CONNECTION_TABLE_H_

// The connections that a port holds. Whoever serves them owns their descriptors
// and closes them without a word; so each is remembered with its inode, and a
// descriptor that is another file by now is a connection that has ended.
//
// Where there is no room for another one, the one that has been quiet for
// longest is ended for it: whoever comes is let in, and what idles, by fault or
// by intent, keeps nobody out. A peer that has its own share full makes room
// among its own.
//
// A peer is an IPv4 address, or the /64 of an IPv6 address. Thread-safe.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace modlog {

struct ConnectionLimits {
  size_t total = 0;
  size_t per_peer = 0;
};

// PeerOf: of sockets that are not of the Internet, one for all.
std::string PeerOf(const sockaddr* address);

class ConnectionTable {
 public:
  explicit ConnectionTable(ConnectionLimits limits) : limits_(limits) {}
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  const ConnectionLimits& limits() const { return limits_; }

  void Add(int fd, const std::string& peer);
  // HasRoom: for another one of this peer.
  bool HasRoom(const std::string& peer);
  // EndQuietest ends one: of this peer where its share is full. First those
  // that never sent a byte. It has ended once whoever serves it has closed it.
  // False where all are ending already.
  bool EndQuietest(const std::string& peer);
  void EndAll();
  size_t Count();

 private:
  struct Connection {
    ino_t inode;
    std::string peer;
    bool ending = false;
  };

  bool HasRoomFor(const std::string& peer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool PeerIsFull(const std::string& peer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetEnded() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ConnectionLimits limits_;
  absl::Mutex mutex_;
  std::map<int, Connection> open_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, size_t> by_peer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_CONNECTION_TABLE_H_
