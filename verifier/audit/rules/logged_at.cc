#include "verifier/audit/rules/logged_at.h"

namespace modlog {

void LoggedAtRule::Take(const EntryFacts& facts, Findings* findings) {
  if (any_ && facts.logged_at_ms < previous_.logged_at_ms) {
    findings->Add({"logged_at", facts.entry,
                   "logged at " + std::to_string(facts.logged_at_ms) +
                       " ms, before entry " + std::to_string(previous_.entry) +
                       " at " + std::to_string(previous_.logged_at_ms) +
                       " ms"});
  }
  any_ = true;
  previous_ = facts;
}

}  // namespace modlog
