#include "api/import/mastodon/mastodon_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/puid.h"

namespace modlog {
namespace {

constexpr size_t kChainMax = 10'000;  // entries of one domain
constexpr std::string_view kDigestKey = "sha256:";

bool IsMeasure(v1::Kind kind) {
  return kind == v1::KIND_ACTION || kind == v1::KIND_MODIFICATION;
}

DomainState StateAfter(const v1::Action& action) {
  if (action.kind() == v1::KIND_NO_ACTION) return DomainState::kNoop;
  if (!IsMeasure(action.kind())) return DomainState::kNothing;
  if (action.provision() == v1::PROVISION_TOTAL_SUSPENSION) {
    return DomainState::kSuspend;
  }
  return action.visibility_size() > 0 ? DomainState::kSilence
                                      : DomainState::kUnlisted;
}

// The measure in force after an entry.
std::string InForceAfter(v1::Kind kind, const std::string& puid,
                         std::string before) {
  if (IsMeasure(kind)) return puid;
  return kind == v1::KIND_REVERSAL ? "" : std::move(before);
}

}  // namespace

DomainState StateOf(const DomainBlock& block) {
  switch (block.severity) {
    case BlockSeverity::kNoop:
      return DomainState::kNoop;
    case BlockSeverity::kSilence:
      return DomainState::kSilence;
    case BlockSeverity::kSuspend:
      return DomainState::kSuspend;
    case BlockSeverity::kUnlisted:
      break;
  }
  return DomainState::kUnlisted;
}

std::string DomainStateName(DomainState state) {
  switch (state) {
    case DomainState::kNothing:
      return "no block";
    case DomainState::kNoop:
      return "noop";
    case DomainState::kSilence:
      return "silence";
    case DomainState::kSuspend:
      return "suspend";
    case DomainState::kRedacted:
      return "what was redacted";
    case DomainState::kUnlisted:
      break;
  }
  return "another severity";
}

bool IsInForce(DomainState state) {
  return state == DomainState::kSilence || state == DomainState::kSuspend ||
         state == DomainState::kUnlisted;
}

std::string DomainChain::PuidOf(size_t number, std::string_view role) const {
  const std::string count = std::to_string(number);
  return DerivePuid(secret_, "mastodon/" + key_, Sha256(AsBytes(count)), role);
}

std::string DomainChain::Puid(size_t number) const {
  return PuidOf(number, "domain");
}

const DomainChain::Entry* DomainChain::newest() const {
  const auto live = std::ranges::find(entries_.rbegin(), entries_.rend(), false,
                                      &Entry::is_void);
  return live == entries_.rend() ? nullptr : &*live;
}

DomainState DomainChain::state() const {
  const Entry* const entry = newest();
  return entry == nullptr ? DomainState::kNothing : entry->after;
}

size_t DomainChain::VoidNewest() {
  const auto live = std::ranges::find(entries_.rbegin(), entries_.rend(), false,
                                      &Entry::is_void);
  MODLOG_CHECK(live != entries_.rend(), "there is an entry to take for void");
  live->is_void = true;
  return static_cast<size_t>(entries_.rend() - live) - 1;
}

Result<void> DomainChain::Add(LoggedAction logged) {
  Entry entry{.index = logged.index,
              .action = std::move(logged.action),
              .puid = Puid(entries_.size()),
              .is_void = logged.is_void};
  v1::Action parsed;
  if (!parsed.ParseFromString(entry.action)) {
    return Fail(Code::kMalformed, "the log's action does not parse");
  }
  entry.kind = parsed.kind();
  entry.after =
      entry.action.empty() ? DomainState::kRedacted : StateAfter(parsed);
  entry.has_regime = parsed.regime() != v1::REGIME_UNSPECIFIED;
  entries_.push_back(std::move(entry));
  return {};
}

// What was in force before entry `number`. An entry that is void now was not
// when those behind it were made.
std::string DomainChain::InForce(size_t number, bool with_void) const {
  std::string in_force;
  for (size_t i = 0; i < number; ++i) {
    if (entries_[i].is_void && !with_void) continue;
    in_force =
        InForceAfter(entries_[i].kind, entries_[i].puid, std::move(in_force));
  }
  return in_force;
}

std::vector<v1::Action> DomainChain::MakeAbout(
    const std::vector<MakeStep>& steps, size_t first,
    std::string in_force) const {
  std::vector<v1::Action> actions;
  for (const MakeStep& step : steps) {
    actions.push_back(step(Puid(first + actions.size()), in_force));
    in_force = InForceAfter(actions.back().kind(), actions.back().puid(),
                            std::move(in_force));
  }
  return actions;
}

std::vector<v1::Action> DomainChain::Make(const std::vector<MakeStep>& steps,
                                          size_t first) const {
  return MakeAbout(steps, first, InForce(first, false));
}

bool DomainChain::Stand(const std::vector<v1::Action>& made,
                        size_t first) const {
  const size_t count = std::min(made.size(), entries_.size() - first);
  for (size_t i = 0; i < count; ++i) {
    if (made[i].SerializeAsString() != entries_[first + i].action) return false;
  }
  return true;
}

StepsFound DomainChain::Find(const std::vector<MakeStep>& steps) const {
  StepsFound found;
  for (size_t first = 0; first < entries_.size(); ++first) {
    const std::string live = InForce(first, false);
    const std::string as_then = InForce(first, true);
    if (!Stand(MakeAbout(steps, first, live), first) &&
        (live == as_then || !Stand(MakeAbout(steps, first, as_then), first))) {
      continue;
    }
    ++found.count;
    found.last = first;
    found.newest = first + steps.size() >= entries_.size();
  }
  return found;
}

// A round asks for one entry of every chain that may have one more.
Result<std::vector<DomainChain>> LoadDomainChains(
    const PlatformSecret& secret, const std::vector<std::string>& keys,
    const FindLogged& find) {
  std::vector<DomainChain> chains;
  std::vector<size_t> open;
  for (const std::string& key : keys) {
    open.push_back(chains.size());
    chains.emplace_back(secret, key);
  }
  while (!open.empty()) {
    std::vector<std::string> puids;
    for (const size_t at : open) {
      puids.push_back(chains[at].Puid(chains[at].size()));
    }
    ASSIGN_OR_RETURN(auto found, find(puids));
    MODLOG_CHECK(found.size() == puids.size(), "one answer for each puid");
    std::vector<size_t> next;
    for (size_t i = 0; i < open.size(); ++i) {
      DomainChain& chain = chains[open[i]];
      if (found[i]) {
        RETURN_IF_ERROR(chain.Add(*std::move(found[i])));
        if (chain.size() >= kChainMax) {
          return Fail(Code::kTooLarge, absl::StrCat("the log has ", kChainMax,
                                                    " entries of one domain"));
        }
        next.push_back(open[i]);
      } else if (chain.empty() && !chain.key_.starts_with(kDigestKey) &&
                 !IsMasked(chain.key_)) {
        chain.key_ =
            absl::StrCat(std::string(kDigestKey), DomainId(chain.key_));
        next.push_back(open[i]);
      }
    }
    open = std::move(next);
  }
  // What the log has nothing of goes under its name.
  for (size_t i = 0; i < chains.size(); ++i) {
    if (chains[i].empty()) chains[i].key_ = keys[i];
  }
  return chains;
}

}  // namespace modlog
