#ifndef MODLOG_TESTS_AUDIT_RECORD_LOG_H_
#define MODLOG_TESTS_AUDIT_RECORD_LOG_H_

// A log of records as a test wants it, past every rule of admission.

#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "tests/audit/small_log.h"
#include "verifier/core/ed25519.h"
#include "verifier/core/seal.h"
#include "verifier/core/vrf.h"

namespace modlog {

inline constexpr int64_t kRecordTimeMs = 1'767'225'600'000;  // 2026-01-01
inline constexpr uint32_t kRecordDay = 20'454;

// A valid action of a kind; what a kind needs besides (about, …) is the test's.
v1::Action RecordOf(v1::Kind kind, const std::string& puid);
// The log that a SUCCESSION entry names.
SignerKey SuccessorKey();
v1::Action Takedown(const std::string& puid);  // removes one item, own word
// About another, of a kind that needs it.
v1::Action AboutRecord(v1::Kind kind, const std::string& puid,
                       const std::string& about);
v1::Action CopyOf(v1::Action action);

class RecordLog {
 public:
  // Add returns the index. Of the platform p, or the log's own where that is
  // what an entry of the kind is.
  uint64_t Add(const v1::Action& action);
  uint64_t Add(const v1::Action& action, const std::string& platform);
  uint64_t AddAt(int64_t logged_at_ms, const v1::Action& action,
                 const std::string& platform = "p");

  // The platform's key, registered as `number`; seals over what was added last.
  static Ed25519PrivateKey SealKey(char byte = 'k');
  v1::Action Registration(const std::string& puid, uint32_t number,
                          char byte = 'k') const;
  Seal MakeSeal(uint32_t count, uint32_t key = 1, char byte = 'k',
                const std::string& platform = "p") const;
  uint64_t AddSeal(const Seal& seal, const std::string& platform = "p");

  // The platform's key for handles, registered as `number`.
  static VrfPrivateKey HandleKey(char byte = 'v');
  v1::Action HandleKeyEvent(const std::string& puid, uint32_t number,
                            v1::KeyOp op = v1::KEY_OP_REGISTER,
                            char byte = 'v') const;

  // The text of an entry's proof (c2sp.org/tlog-proof).
  std::string ProofOf(uint64_t index) const;

  uint64_t size() const { return log_.entries.size(); }
  std::vector<std::string>& entries() { return log_.entries; }
  Hash LeafHash(uint64_t index) const;
  Hash ActionHash(uint64_t index) const;

  // What the log serves, the bytes of some entries removed.
  Files MakeFiles(const std::vector<uint64_t>& removed = {}) const;
  SmallLog& log() { return log_; }
  const SmallLog& log() const { return log_; }

 private:
  SmallLog log_;
  std::vector<std::string> actions_;  // of the platform p
  std::string last_seal_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_AUDIT_RECORD_LOG_H_
