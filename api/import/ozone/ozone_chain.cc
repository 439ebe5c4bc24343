#include "api/import/ozone/ozone_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/puid.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

constexpr size_t kFirstWidth = 2;  // numbers asked for at once, then doubled
constexpr size_t kWidthMax = 1'024;

Result<OzoneLogged> Parse(std::string puid, LoggedAction logged) {
  OzoneLogged entry;
  if (!entry.action.ParseFromString(logged.action)) {
    return Fail(Code::kMalformed, "the log's action does not parse");
  }
  entry.puid = std::move(puid);
  entry.logged = std::move(logged);
  return entry;
}

void ClearState(v1::Action* action) {
  action->clear_about();
  action->clear_cause();
  action->clear_extent();
  action->clear_outcome();
  action->clear_reversal_cause();
  action->clear_subject_handle();
  action->clear_handle_key();
  action->clear_puid();
  action->clear_commitment();
  if (action->kind() == v1::KIND_MODIFICATION) {
    action->set_kind(v1::KIND_ACTION);
  }
}

}  // namespace

std::string OzonePuid(const PlatformSecret& secret, const std::string& subject,
                      size_t number) {
  const std::string count = std::to_string(number);
  return DerivePuid(secret, "ozone/subject/" + subject, Sha256(AsBytes(count)),
                    "ozone");
}

std::string OzoneEventPuid(const PlatformSecret& secret, uint64_t event_id,
                           const std::string& role) {
  return DerivePuid(secret, absl::StrCat("ozone/", event_id), Sha256(Bytes()),
                    role);
}

Result<std::vector<std::vector<OzoneLogged>>> LoadOzoneChains(
    const PlatformSecret& secret, const std::vector<std::string>& subjects,
    const FindLogged& find) {
  std::vector<std::vector<OzoneLogged>> chains(subjects.size());
  std::vector<size_t> open(subjects.size());
  for (size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (size_t width = kFirstWidth, first = 0; !open.empty();
       first += width, width = std::min(2 * width, kWidthMax)) {
    if (first > kOzoneChainMax) {
      return Fail(Code::kTooLarge, absl::StrCat("the log has ", kOzoneChainMax,
                                                " entries of one subject"));
    }
    std::vector<std::string> puids;
    puids.reserve(open.size() * width);
    for (const size_t subject : open) {
      for (size_t n = 0; n < width; ++n) {
        puids.push_back(OzonePuid(secret, subjects[subject], first + n));
      }
    }
    ASSIGN_OR_RETURN(auto found, find(puids));
    std::vector<size_t> still_open;
    for (size_t i = 0; i < open.size(); ++i) {
      size_t n = 0;
      for (; n < width && found[i * width + n]; ++n) {
        ASSIGN_OR_RETURN(OzoneLogged entry,
                         Parse(std::move(puids[i * width + n]),
                               *std::move(found[i * width + n])));
        chains[open[i]].push_back(std::move(entry));
      }
      if (n == width) still_open.push_back(open[i]);
    }
    open = std::move(still_open);
  }
  return chains;
}

uint32_t DayOfLogged(const v1::Action& action) {
  return std::max(action.application_date(), action.source_date());
}

bool SameButForState(v1::Action one, v1::Action other) {
  ClearState(&one);
  ClearState(&other);
  return one.SerializeAsString() == other.SerializeAsString();
}

}  // namespace modlog
