#ifndef MODLOG_LOG_RECORDS_TERMS_H_
#define MODLOG_LOG_RECORDS_TERMS_H_

// Registered terms: reviewed public texts (policies, statutes, templates,
// bodies, labels) under small numbers of a platform. A number is registered
// once, for ever, before its first use; its text is served beside the log.
//
//   't' 'n' || platform || 00 || number (u32)  -> kind (u8) || SHA-256 of text
//   't' 't' || SHA-256 of text                 -> text
//
// What is registered is looked up on the caller's thread, in a cache, so that
// an ordinary action that names terms needs no second look; what the cache does
// not know is judged by the sequencer.

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/rules/violation.h"
#include "log/store/rows.h"
#include "modlog/v1/action.pb.h"
#include "verifier/core/commitment.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr uint32_t kTermNumberMax = 1 << 20;
inline constexpr size_t kTermsCachedMax = 1 << 18;

// A part of a payload whose value is the text of a term.
struct TermPart {
  PartTag tag;
  Hash salt;
  Hash commitment;
};

// One use of a term by an action.
struct TermUse {
  std::string field;  // "policy_term", "payload.parts[0].term"
  uint32_t number;
  int kind;  // v1::TermKind that it must be; 0: any
  std::optional<TermPart> part = {};
};

struct KnownTerm {
  int kind;
  Hash text_sha256;
};

// CheckTermFields adds the rules of a TERM and of uses that need no other
// entry.
void CheckTermFields(const v1::Action& action,
                     std::vector<Violation>* violations);

// UsesOf returns what an action names, but for parts of its payload.
std::vector<TermUse> UsesOf(const v1::Action& action);

// TermCache knows the terms that are committed; not all where there are more
// than kTermsCachedMax. Thread-safe.
class TermCache {
 public:
  // Load reads what a store holds. `store` must outlive the cache.
  Result<void> Load(Store* store);
  // Learn takes the terms among the rows of a commit.
  void Learn(std::span<const Row> rows);

  // Settle judges what it knows: it adds a violation for each use that breaks a
  // rule, and returns the uses that it cannot judge.
  std::vector<TermUse> Settle(std::string_view platform,
                              std::vector<TermUse> uses,
                              std::vector<Violation>* violations) const;

 private:
  std::optional<KnownTerm> Find(const std::string& key) const;

  Store* store_ = nullptr;
  mutable std::shared_mutex mutex_;
  absl::flat_hash_map<std::string, KnownTerm> terms_;  // guarded by mutex_
};

// JudgeUses holds uses against the rows. The store's errors.
Result<void> JudgeUses(std::string_view platform, std::span<const TermUse> uses,
                       const RowsView& rows,
                       std::vector<Violation>* violations);

// JudgeTerm holds a TERM against what is registered; RegisterTerm puts it into
// the rows.
Result<void> JudgeTerm(std::string_view platform, const v1::Term& term,
                       std::string_view text, const RowsView& rows,
                       std::vector<Violation>* violations);
void RegisterTerm(std::string_view platform, const v1::Term& term,
                  std::string_view text, RowsView* rows);

// ReadTermText returns the text with this hash. kNotFound.
Result<std::string> ReadTermText(Store& store, const Hash& sha256);
// ReadTermText of a platform's term. kNotFound.
Result<std::string> ReadTermText(Store& store, std::string_view platform,
                                 uint32_t number);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_TERMS_H_
