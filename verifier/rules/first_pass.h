#ifndef MODLOG_VERIFIER_RULES_FIRST_PASS_H_
#define MODLOG_VERIFIER_RULES_FIRST_PASS_H_

// The first pass over a log: the rules that need an entry alone, or only what
// stands before it and is rare (clock, terms, keys), the figures of each
// platform, and what the second pass has to know beforehand. 4 bytes an entry,
// 4 a reference, the figures of kPlatformsKept platforms, and what is rare. Not
// thread-safe, but for Reader.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "verifier/rules/attestations.h"
#include "verifier/rules/audited_succession.h"
#include "verifier/rules/audited_terms.h"
#include "verifier/rules/key_prefixes.h"
#include "verifier/rules/keys.h"
#include "verifier/rules/logged_at.h"
#include "verifier/rules/record_facts.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/removals.h"

namespace modlog {

// What the first pass found out, and the second one needs.
struct RecordIndex {
  KeyPrefixes referenced;          // puids that anything refers to
  std::vector<uint64_t> repeated;  // prefixes of puid keys that stand twice
  Amendments voids;                // declared void, by which entry
  Amendments corrections;          // stated anew, by which entry
  std::vector<BulkSeen> bulks;
  Attestations attestations;
  Removals removals;
  KeysRule keys;
  std::map<std::string, bool> sealed_platforms;  // those with seals
  bool needs_second_pass = false;
};

class FirstPass {
 public:
  // `size` and `origin` are the log's.
  FirstPass(uint64_t size, std::string origin, uint32_t late_days,
            Findings* findings);

  // For ReplayRequest::read.
  std::function<void()> Read(const BundleView& bundle);

  // Finish adds the figures to the summary. Nothing is taken afterwards.
  RecordIndex Finish(RecordSummary* summary) &&;

 private:
  struct Platform {
    std::string name;
    PlatformFigures figures;
  };
  // Whose an entry is.
  struct Writer {
    std::string name;
    PlatformId id = {};
    uint32_t number = 0;  // of figures_
  };
  // A correction or void, and whose it is.
  struct Amendment {
    Hash key;  // its own
    Hash target;
    uint64_t entry;
  };

  void Take(const RecordFacts& facts);
  uint32_t NumberOf(const std::string& platform, const PlatformId& id);
  PlatformFigures& FiguresOf(const Writer& writer);
  void TakeRare(const RareEntry& rare, const Writer& writer);
  void TakeAmendment(const RareEntry& rare, const Writer& writer);
  void TakeAttestation(const RareEntry& rare, const Writer& writer);
  void FinishPlatforms(RecordSummary* summary);
  void FinishAmendments();

  const uint64_t size_;
  const uint32_t late_days_;
  Findings* findings_;
  RecordIndex index_;
  KeyPrefixes keys_;
  LoggedAtRule logged_at_;
  TermsRule terms_;
  SuccessionRule succession_;
  std::vector<Platform> platforms_;  // the first kPlatformsKept
  std::map<PlatformId, uint32_t> numbers_;
  // The rest: their figures together, and who they are, 4 bytes each time that
  // one is in a bundle.
  PlatformFigures further_;
  KeyPrefixes further_platforms_;
  std::vector<Amendment> voids_;
  std::vector<Amendment> corrections_;
  std::vector<std::pair<Hash, BulkSeen>> bulks_;
  std::map<std::string, uint64_t> bulks_of_;  // how many, by platform
  std::map<Hash, size_t> attestation_keys_;
  uint64_t referenced_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_FIRST_PASS_H_
