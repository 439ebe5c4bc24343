#include "api/import/mastodon/mastodon_chain.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "api/import/puid.h"

namespace modlog {
namespace {

constexpr size_t kChainMax = 10'000;  // entries of one domain

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

// The measure in force after `action`.
std::string InForce(const v1::Action& action, const std::string& before) {
  if (IsMeasure(action.kind())) return action.puid();
  return action.kind() == v1::KIND_REVERSAL ? "" : before;
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
    case DomainState::kUnlisted:
      break;
  }
  return "another severity";
}

std::string DomainChain::Puid(size_t number) const {
  const std::string count = std::to_string(number);
  return DerivePuid(secret_, "mastodon/" + domain_, Sha256(AsBytes(count)),
                    "domain");
}

void DomainChain::Add(std::string action, const v1::Action& parsed) {
  in_force_.push_back(InForce(parsed, in_force_.back()));
  state_ = StateAfter(parsed);
  logged_.push_back(std::move(action));
}

Result<DomainChain> DomainChain::Load(const PlatformSecret& secret,
                                      const std::string& domain,
                                      const FindLogged& find) {
  DomainChain chain(secret, domain);
  chain.in_force_.emplace_back();
  while (chain.logged_.size() < kChainMax) {
    ASSIGN_OR_RETURN(std::optional<LoggedAction> logged,
                     FindOne(find, chain.Puid(chain.logged_.size())));
    if (!logged) return chain;
    v1::Action parsed;
    if (!parsed.ParseFromString(logged->action)) {
      return Fail(Code::kMalformed, "the log's action does not parse");
    }
    chain.Add(std::move(logged->action), parsed);
  }
  return Fail(Code::kTooLarge, absl::StrCat("the log has ", kChainMax,
                                            " entries of one domain"));
}

std::vector<v1::Action> DomainChain::Make(const std::vector<MakeStep>& steps,
                                          size_t first) const {
  std::vector<v1::Action> actions;
  std::string in_force = in_force_[first];
  for (const MakeStep& step : steps) {
    actions.push_back(step(Puid(first + actions.size()), in_force));
    in_force = InForce(actions.back(), in_force);
  }
  return actions;
}

size_t DomainChain::Find(const std::vector<MakeStep>& steps) const {
  for (size_t first = 0; first < logged_.size(); ++first) {
    const std::vector<v1::Action> made = Make(steps, first);
    const size_t count = std::min(made.size(), logged_.size() - first);
    bool same = true;
    for (size_t i = 0; i < count && same; ++i) {
      same = made[i].SerializeAsString() == logged_[first + i];
    }
    if (same) return first;
  }
  return logged_.size();
}

}  // namespace modlog
