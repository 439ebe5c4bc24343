#ifndef MODLOG_LOG_RECORDS_STANDING_H_
#define MODLOG_LOG_RECORDS_STANDING_H_

// Rules that an entry can only be held against once it is known what stands
// before it: what it refers to and what became of that. Each family of rules is
// a file of its own (life.h, …) and a line in Standing::Judge.
//
// Judged in log order by the sequencer's thread, each item on top of those
// before it in the same batch. What an item changes is put into rows (rows.h).

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/records/life.h"
#include "log/records/platform_keys.h"
#include "log/store/rows.h"
#include "log/write/admission.h"

namespace modlog {

// A reference of an item, and what it leads to.
struct FoundReference {
  const Reference* reference;
  uint64_t index;  // of the entry named
  int kind;        // of it
};

struct StandingItem {
  std::string_view platform;
  std::string_view action;  // canonical bytes
  int kind;
  Stance stance;
  uint64_t index;  // that it gets if nothing is wrong with it
  std::span<const FoundReference> references;
  std::span<const TermUse> terms = {};  // not judged yet
  const SealedPayload* payload = nullptr;
  KeySpeaker speaker = {};
};

// What was found. Violations refuse an item; a warning is what would have
// refused a record, had it not been copied (provenance), or what a bulk
// correction does that may not be meant (bulk_rules.h).
struct Judgement {
  std::vector<Violation> violations;
  std::vector<Violation> warnings;
};

class Standing {
 public:
  // `rows` must outlive it.
  Standing(RowsView* rows, ReadAction read)
      : rows_(rows), lives_({rows, std::move(read)}) {}

  // Judge tells what is wrong; if there is no violation, what the item changes
  // is in the rows. An error is the store's.
  Result<Judgement> Judge(const StandingItem& item);

  // Undone is to be called when rows were rolled back.
  void Undone() { lives_.ForgetAll(); }

 private:
  RowsView* rows_;
  LifeCache lives_;
};

// HowItStands: which of these rules can concern the action.
//   kAlone    none: it is never looked at again
//   kRefers   it names entries and changes none: they must not be void
//   kWhole    any: it is parsed again
Stance HowItStands(const v1::Action& action);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_STANDING_H_
