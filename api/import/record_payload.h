#ifndef MODLOG_API_IMPORT_RECORD_PAYLOAD_H_
#define MODLOG_API_IMPORT_RECORD_PAYLOAD_H_

// The private parts of one imported record: committed to in its action, and,
// where a person asked for it, handed to the log to keep beside the leaf.
//
// Pure functions, thread-safe.

#include <string>
#include <vector>

#include "api/import/platform_secret.h"
#include "verifier/core/commitment.h"

namespace modlog {

struct PrivatePart {
  PartTag tag;
  Reach reach;
  std::string value;
};

enum class KeepPayload {
  kNo,   // the commitment alone
  kYes,  // stored; parts of reach kPublic are open to everybody
};

struct CommittedParts {
  Hash commitment;      // of the action
  std::string payload;  // encoded modlog.v1.Payload; empty with kNo
};

// CommitPayload. REQUIRES: tags ascend, each may have its reach; the platform
// is a valid name and the puid the action's.
CommittedParts CommitPayload(const PlatformSecret& secret,
                             std::string_view platform, std::string_view puid,
                             const std::vector<PrivatePart>& parts,
                             KeepPayload keep);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_RECORD_PAYLOAD_H_
