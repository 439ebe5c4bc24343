#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_ENTRIES_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_ENTRIES_H_

// Makes the entries that follow from a list of domains and the one before it.
// Not thread-safe.

#include <string>
#include <unordered_map>
#include <vector>

#include "api/import/mastodon/mastodon_chain.h"
#include "api/import/mastodon/mastodon_pair.h"
#include "api/import/record_payload.h"

namespace modlog {

// Liftings had a regime as long as rows that could not be read counted as
// vanished: by it they are told from those made since.
enum class LiftingForm { kNow, kFirst };

class DomainEntries {
 public:
  // `older` is empty where there is no list before it.
  DomainEntries(const PlatformSecret& secret, std::string platform,
                KeepPayload keep, const Hash& newer, std::string older_hex);

  // StepsOf returns the entries that a change makes; none where the lists say
  // the same, or nothing ended.
  std::vector<MakeStep> StepsOf(const DomainBlock* older,
                                const DomainBlock* newer, LiftingForm form);
  // VoidOf is about a lifting that never happened.
  v1::Action VoidOf(const std::string& puid, const std::string& about) const;
  // ChangeOf is PUBLICATION_CHANGED about an entry. `text` is what is published
  // now, empty for REMOVED.
  v1::Action ChangeOf(v1::Publication publication, const DomainBlock& block,
                      const std::string& puid, const std::string& about);

  // TakePayload returns what is to be stored with the action made last.
  std::string TakePayload(const std::string& puid);
  void ForgetPayloads() { payloads_.clear(); }

 private:
  v1::Action Decision(v1::Kind kind, const DomainBlock& block,
                      const std::string& puid);
  v1::Action Reversal(const DomainBlock& older, const std::string& puid,
                      const std::string& about, LiftingForm form);
  void Commit(std::vector<PrivatePart> parts, v1::Action* action);
  std::string Meta(const DomainBlock& block) const;

  const PlatformSecret secret_;
  const std::string platform_;
  const KeepPayload keep_;
  const std::string newer_hex_;
  const std::string older_hex_;
  std::unordered_map<std::string, std::string> payloads_;  // by puid
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_ENTRIES_H_
