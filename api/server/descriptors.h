#ifndef MODLOG_API_SERVER_DESCRIPTORS_H_
#define MODLOG_API_SERVER_DESCRIPTORS_H_

// How modlogd shares out its file descriptors: of all that outsiders can use
// up, the one that the store must never run out of, because a write that fails
// for it is a write of unknown outcome.
//
//   limit        what the system allows this process
//   - reserve    what the process needs for itself: its streams, locks and
//                side files, polling, the open runs of the puid index, what a
//                compaction opens beyond the table cache, four a witness
//   - store      table files that the store keeps open (OpenRocksDbStore)
//   = connections  of both ports together; whoever accepts stops there
//
// docs/operating.md, "Descriptors", has the numbers for the operator.

#include <cstddef>
#include <cstdint>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr uint64_t kDescriptorsReserve = 96;
inline constexpr uint64_t kDescriptorsPerWitness = 4;
inline constexpr uint64_t kStoreDescriptorsMin = 32;
// An open table keeps its index in memory, some 200 KB of a file of 32 MiB.
inline constexpr uint64_t kStoreDescriptorsMax = 512;
inline constexpr uint64_t kConnectionDescriptorsMin = 32;
// Some systems allow a thousand million, which nothing here needs.
inline constexpr uint64_t kDescriptorsMax = uint64_t{1} << 20;

struct Descriptors {
  uint64_t limit = 0;
  uint64_t reserve = 0;
  uint64_t store = 0;        // kStoreDescriptorsMin..kStoreDescriptorsMax
  uint64_t connections = 0;  // at least kConnectionDescriptorsMin
};

// RaiseDescriptorLimit sets the soft limit of this process to the hard one, or
// to kDescriptorsMax where that is less, never lower than it was, and returns
// what holds then. To be called at the start. kUnavailable.
Result<uint64_t> RaiseDescriptorLimit();

// ShareDescriptors divides `limit` for a log with so many witnesses. kExhausted
// below the least that a log can run with; the message says how to raise it.
Result<Descriptors> ShareDescriptors(uint64_t limit, size_t witnesses);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_DESCRIPTORS_H_
