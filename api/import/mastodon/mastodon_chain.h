#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_CHAIN_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_CHAIN_H_

// The numbered entries that a log has of one domain (mastodon.h), and where a
// change fits behind or among them. Not thread-safe.

#include <functional>
#include <string>
#include <vector>

#include "api/import/mastodon/mastodon.h"
#include "api/import/mastodon/mastodon_list.h"

namespace modlog {

// How the newest entry leaves the domain. A noop is no measure.
enum class DomainState { kNothing, kNoop, kSilence, kSuspend, kUnlisted };
DomainState StateOf(const DomainBlock& block);
std::string DomainStateName(DomainState state);

// Makes the action of entry `puid`; `about` is the measure in force before it,
// empty where there is none.
using MakeStep = std::function<v1::Action(const std::string& puid,
                                          const std::string& about)>;

class DomainChain {
 public:
  // Load asks for entry 0, 1, … until there is none.
  static Result<DomainChain> Load(const PlatformSecret& secret,
                                  const std::string& domain,
                                  const FindLogged& find);

  bool empty() const { return logged_.empty(); }
  DomainState state() const { return state_; }

  // Find returns the number at which all of `steps` stand already, or the first
  // of them as the newest entries; the length of the chain where they do not.
  size_t Find(const std::vector<MakeStep>& steps) const;
  size_t size() const { return logged_.size(); }

  // Make returns the steps as actions from number `first` on.
  std::vector<v1::Action> Make(const std::vector<MakeStep>& steps,
                               size_t first) const;

 private:
  DomainChain(const PlatformSecret& secret, std::string domain)
      : secret_(secret), domain_(std::move(domain)) {}
  std::string Puid(size_t number) const;
  void Add(std::string action, const v1::Action& parsed);

  PlatformSecret secret_;
  std::string domain_;
  std::vector<std::string> logged_;    // canonical bytes
  std::vector<std::string> in_force_;  // before entry n; one more than logged_
  DomainState state_ = DomainState::kNothing;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_CHAIN_H_
