#ifndef MODLOG_VERIFIER_RULES_KEYS_H_
#define MODLOG_VERIFIER_RULES_KEYS_H_

// The rule "keys": a platform's key is registered once under its number, with a
// proof that the platform holds its secret half, no key twice, and revoked or
// destroyed after that, each once; a seal is signed by a key that was
// registered before it and neither revoked nor destroyed by then; a handle
// names a VRF key that was registered and has not ended. Not thread-safe while
// events are taken.

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "modlog/v1/action.pb.h"
#include "verifier/rules/audited_life.h"
#include "verifier/rules/record_facts.h"
#include "verifier/rules/rules.h"

namespace modlog {

struct PlatformKey {
  std::string public_key;
  uint64_t registered = 0;  // entries
  uint64_t revoked = kNever;
  uint64_t destroyed = kNever;
};

class KeysRule {
 public:
  // `origin` is the log's: a proof made for another log is none.
  explicit KeysRule(std::string origin = "") : origin_(std::move(origin)) {}

  void TakeEvent(const std::string& platform, uint64_t entry,
                 const v1::KeyEvent& event, Findings* findings);
  void TakeHandle(const std::string& platform, const HandleUse& use,
                  Findings* findings) const;

  // Find: the key as all events say, or null.
  const PlatformKey* Find(const std::string& platform, v1::KeyUse use,
                          uint32_t number) const;
  // Why the key could not sign a seal at an entry; empty if it could.
  std::string WhyNotSealedBy(const PlatformKey* key, uint64_t entry) const;
  // MaySealAt: whether the platform had registered a key for seals by then.
  bool MaySealAt(const std::string& platform, uint64_t entry) const;

 private:
  std::string WhyNotRegistered(const std::string& platform,
                               const v1::KeyEvent& event) const;

  std::string origin_;
  std::map<std::tuple<std::string, int, uint32_t>, PlatformKey> keys_;
  std::map<std::pair<int, std::string>, uint64_t> registered_;  // public keys
  std::map<std::string, uint64_t> first_seal_key_;  // its entry, by platform
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_KEYS_H_
