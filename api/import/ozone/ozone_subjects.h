#ifndef MODLOG_API_IMPORT_OZONE_OZONE_SUBJECTS_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_SUBJECTS_H_

// The subjects of an import: what stands of each, and which of its entries the
// log has. Not thread-safe.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/import/ozone/ozone_chain.h"
#include "api/import/ozone/ozone_event.h"
#include "api/import/ozone/ozone_state.h"

namespace modlog {

struct OzoneSubject {
  OzoneState state;
  std::vector<OzoneLogged> chain;
  size_t length = 0;  // of the chain, with what was added to it
};

class OzoneSubjects {
 public:
  OzoneSubjects(PlatformSecret secret, FindLogged find)
      : secret_(secret), find_(std::move(find)) {}

  // Load asks the log for what it has of these events' subjects and of what
  // contains them, as far as it was not asked before.
  Result<void> Load(const std::vector<const OzoneEvent*>& events);
  // REQUIRES: loaded.
  OzoneSubject* Find(const OzoneEvent& event) {
    return &subjects_[event.subject];
  }
  OzoneScene Scene(const OzoneEvent& event);

  // ApplyLogged applies the logged entries before `index` that were not yet, of
  // the event's subject and of what contains it.
  void ApplyLogged(const OzoneEvent& event, uint64_t index);

 private:
  void ApplyChain(const std::string& subject, uint64_t index,
                  const OzoneScene& scene);

  const PlatformSecret secret_;
  const FindLogged find_;
  std::unordered_map<std::string, OzoneSubject> subjects_;
};

// What contains the event's subject, nearest first: a record's account, a
// message's conversation and account.
std::vector<std::string> OzoneContainers(const OzoneEvent& event);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_SUBJECTS_H_
