#ifndef MODLOG_LOG_RECORDS_KEPT_PAYLOAD_H_
#define MODLOG_LOG_RECORDS_KEPT_PAYLOAD_H_

// What is kept beside an entry, for who may read it.

#include <cstdint>
#include <string>
#include <vector>

namespace modlog {

// What is kept beside an entry, opened; of parts that stand.
struct KeptPart {
  uint32_t tag = 0;
  std::string salt;   // 32 bytes
  std::string value;  // of a term: its text
  uint32_t term = 0;
  bool open = false;  // for everybody; else for the platform and the operator
};
struct KeptPayload {
  std::vector<std::string> commitments;  // 24, or none where they are erased
  std::vector<KeptPart> parts;           // ascending by tag
  std::vector<uint32_t> erased;          // tags that an entry says are erased
  uint64_t erased_by = 0;                // the newest of these entries
  bool erasure_pending = false;          // asked for; its entry is yet to come
};

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_KEPT_PAYLOAD_H_
