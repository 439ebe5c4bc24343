#include "api/import/ozone/ozone_subjects.h"

#include <utility>

#include "api/import/days.h"

namespace modlog {

std::vector<std::string> OzoneContainers(const OzoneEvent& event) {
  std::vector<std::string> containers;
  if (event.subject_kind == v1::SUBJECT_KIND_MESSAGE) {
    containers.push_back(event.subject.substr(0, event.subject.rfind('/')));
  }
  if (!event.account.empty() && event.account != event.subject) {
    containers.push_back(event.account);
  }
  return containers;
}

Result<void> OzoneSubjects::Load(const std::vector<const OzoneEvent*>& events) {
  std::vector<std::string> unknown;
  const auto add = [&](const std::string& subject) {
    if (subjects_.try_emplace(subject).second) unknown.push_back(subject);
  };
  for (const OzoneEvent* event : events) {
    add(event->subject);
    for (const std::string& container : OzoneContainers(*event)) add(container);
  }
  if (!find_ || unknown.empty()) return {};
  ASSIGN_OR_RETURN(auto chains, LoadOzoneChains(secret_, unknown, find_));
  for (size_t i = 0; i < unknown.size(); ++i) {
    OzoneSubject& subject = subjects_[unknown[i]];
    subject.chain = std::move(chains[i]);
    subject.length = subject.chain.size();
  }
  return {};
}

OzoneScene OzoneSubjects::Scene(const OzoneEvent& event) {
  OzoneScene scene{&subjects_[event.subject].state, {}};
  for (const std::string& container : OzoneContainers(event)) {
    scene.containers.push_back(&subjects_[container].state);
  }
  return scene;
}

void OzoneSubjects::ApplyChain(const std::string& subject, uint64_t index,
                               const OzoneScene& scene) {
  for (OzoneLogged& entry : subjects_[subject].chain) {
    if (entry.applied || entry.logged.index >= index) continue;
    entry.applied = true;
    if (entry.logged.is_void) continue;
    const OzoneMoment when{entry.logged.index,
                           int64_t{DayOfLogged(entry.action)} * kDaySeconds,
                           /*day_only=*/true};
    ApplyAction(entry.action, when, nullptr, scene);
  }
}

void OzoneSubjects::ApplyLogged(const OzoneEvent& event, uint64_t index) {
  const OzoneScene scene = Scene(event);
  const std::vector<std::string> containers = OzoneContainers(event);
  for (size_t i = 0; i < containers.size(); ++i) {
    ApplyChain(containers[i], index, {scene.containers[i], {}});
  }
  ApplyChain(event.subject, index, scene);
}

}  // namespace modlog
