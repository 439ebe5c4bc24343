#ifndef MODLOG_VERIFIER_COMMANDS_COMMANDS_H_
#define MODLOG_VERIFIER_COMMANDS_COMMANDS_H_

// The commands of modlog-verify: files and addresses in, a report on standard
// output, a verdict back.

#include <atomic>
#include <string>

#include "verifier/commands/bare_proof.h"
#include "verifier/core/verdict.h"

namespace modlog {

// RunBareProofs judges the objects in a file; "-" is standard input.
Verdict RunBareProofs(BareProofKind kind, const std::string& path);

struct ReceiptOptions {
  std::string entry;  // files
  std::string proof;
  std::string policy;
  std::string openings;      // or empty
  std::string handles;       // or empty
  std::string seal;          // or empty
  std::string platform_key;  // vkey, or empty
  bool json = false;
};
Verdict RunReceipt(const ReceiptOptions& options);

struct CoseOptions {
  std::string entry;  // files
  std::string receipt;
  std::string openings;  // or empty
  std::string key;       // vkey
  bool json = false;
};
Verdict RunCose(const CoseOptions& options);

struct HandleOptions {
  std::string file;
  std::string policy;
  bool json = false;
};
Verdict RunHandles(const HandleOptions& options);

struct ForkOptions {
  std::string evidence;  // file
  std::string policy;
  bool json = false;
};
Verdict RunFork(const ForkOptions& options);

struct AuditOptions {
  std::string target;  // an http(s) address or a directory
  std::string policy;
  std::string predecessor;  // address or directory; may be empty
  std::string state;        // a directory, or empty
  bool first_use = false;
  bool integrity_only = false;
  uint64_t from = 0;  // first entry that is looked at; not 0: integrity only
  bool strict = false;
  bool payloads = false;
  std::string handles;  // file, or empty
  uint32_t late_days = 7;
  bool json = false;
  int threads = 1;
};
// RunAudit gives up, without touching the state, once *stop is set.
Verdict RunAudit(const AuditOptions& options, const std::atomic<bool>* stop);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_COMMANDS_COMMANDS_H_
