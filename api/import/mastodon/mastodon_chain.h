#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_CHAIN_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_CHAIN_H_

// The numbered entries that a log has of one domain (mastodon.h), and where a
// change fits behind or among them. An entry that a VOID is about has done
// nothing; it keeps its number. Not thread-safe.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/import/importer.h"
#include "api/import/mastodon/mastodon_list.h"
#include "api/import/platform_secret.h"

namespace modlog {

// So many domains' chains are asked for at a time.
inline constexpr size_t kChainWindow = 2'048;

// How the newest entry leaves the domain. A noop is no measure.
enum class DomainState {
  kNothing,
  kNoop,
  kSilence,
  kSuspend,
  kUnlisted,
  kRedacted,  // nobody can tell
};
DomainState StateOf(const DomainBlock& block);
std::string DomainStateName(DomainState state);
// Whether a block is in force.
bool IsInForce(DomainState state);

// Makes the action of entry `puid`; `about` is the measure in force before it,
// empty where there is none.
using MakeStep = std::function<v1::Action(const std::string& puid,
                                          const std::string& about)>;

// Where steps stand in a chain already.
struct StepsFound {
  size_t count = 0;            // places at which all or the first of them stand
  std::optional<size_t> last;  // the last such place
  bool newest = false;         // the chain ends in them
};

class DomainChain {
 public:
  struct Entry {
    uint64_t index = 0;
    std::string action;  // canonical bytes; empty: redacted
    v1::Kind kind = v1::KIND_UNSPECIFIED;
    DomainState after = DomainState::kNothing;
    std::string puid;
    bool is_void = false;
    bool has_regime = false;
  };

  DomainChain(const PlatformSecret& secret, std::string key)
      : secret_(secret), key_(std::move(key)) {}

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  DomainState state() const;
  const Entry& entry(size_t number) const { return entries_[number]; }
  // The newest entry that is not void, or null.
  const Entry* newest() const;

  // Find says where `steps` stand already; at the end the first of them are
  // enough, for an import that was broken off.
  StepsFound Find(const std::vector<MakeStep>& steps) const;
  // Make returns the steps as actions from number `first` on.
  std::vector<v1::Action> Make(const std::vector<MakeStep>& steps,
                               size_t first) const;
  std::string Puid(size_t number) const;
  // PuidOf names an entry beside the chain, about entry `number`.
  std::string PuidOf(size_t number, std::string_view role) const;
  // VoidNewest takes the newest entry for void from now on. Returns its number.
  size_t VoidNewest();

 private:
  friend Result<std::vector<DomainChain>> LoadDomainChains(
      const PlatformSecret& secret, const std::vector<std::string>& keys,
      const FindLogged& find);
  Result<void> Add(LoggedAction logged);
  std::string InForce(size_t number, bool with_void) const;
  std::vector<v1::Action> MakeAbout(const std::vector<MakeStep>& steps,
                                    size_t first, std::string in_force) const;
  bool Stand(const std::vector<v1::Action>& made, size_t first) const;

  PlatformSecret secret_;
  std::string key_;
  std::vector<Entry> entries_;
};

// LoadDomainChains asks for entry 0 of every domain, then for entry 1 of those
// that have one, and so on. `keys` name the domains: their names, or "sha256:"
// and the digest of one that is known by its stars alone. Where the log has
// nothing of a name, what it has under the name's digest is its chain.
Result<std::vector<DomainChain>> LoadDomainChains(
    const PlatformSecret& secret, const std::vector<std::string>& keys,
    const FindLogged& find);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_CHAIN_H_
