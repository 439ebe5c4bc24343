#include "verifier/rules/unique_puid.h"

namespace modlog {

void UniquePuidRule::Take(uint64_t entry, const Hash& key, Findings* findings) {
  if (!Concerns(key)) return;
  const auto [first, is_first] = first_entry_.try_emplace(key, entry);
  if (is_first) return;
  findings->Add(
      {kRuleUniquePuid, entry,
       "has the platform and puid of entry " + std::to_string(first->second)});
}

}  // namespace modlog
