#include "api/server/entry_filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "log/rules/action_bytes.h"
#include "log/rules/field_rules.h"
#include "log/write/admission.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr int64_t kDayMs = 86'400'000;

template <typename List>
bool Holds(const List& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

template <typename List>
bool HoldsText(const List& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The day that an entry is looked up by.
uint32_t DayOf(const v1::Action& action, int64_t logged_at_ms) {
  if (action.application_date() != 0) return action.application_date();
  if (action.source_date() != 0) return action.source_date();
  return static_cast<uint32_t>(logged_at_ms / kDayMs);
}

}  // namespace

std::vector<Violation> FilterViolations(const v1::Filter& filter,
                                        std::string_view path) {
  std::vector<Violation> violations;
  const auto require = [&](bool holds, std::string_view field,
                           std::string_view rule) {
    if (holds) return;
    violations.push_back(
        {fmt::format("{}.{}", path, field), std::string(rule)});
  };
  require(filter.platform().empty() || IsPlatformName(filter.platform()),
          "platform", "must match ^[a-z0-9][a-z0-9.-]{0,63}$");
  require(filter.puid().empty() || IsPuid(filter.puid()), "puid",
          "must match ^[A-Za-z0-9_-]{1,64}$");
  require(filter.refers_to().empty() || IsPuid(filter.refers_to()), "refers_to",
          "must match ^[A-Za-z0-9_-]{1,64}$");
  require(!filter.platform().empty() ||
              (filter.puid().empty() && filter.refers_to().empty()),
          "platform", "is required with puid and refers_to");
  require(filter.kinds_size() <= kFilterValuesMax, "kinds",
          "has too many elements, limit 32");
  require(filter.categories_size() <= kFilterValuesMax, "categories",
          "has too many elements, limit 32");
  require(filter.date_to() == 0 || filter.date_from() <= filter.date_to(),
          "date_to", "must not be before date_from");
  return violations;
}

EntryFilter::EntryFilter(v1::Filter filter) : filter_(std::move(filter)) {}

bool EntryFilter::asks_of_the_action() const {
  return filter_.kinds_size() > 0 || filter_.categories_size() > 0 ||
         !filter_.puid().empty() || !filter_.refers_to().empty() ||
         filter_.date_from() != 0 || filter_.date_to() != 0;
}

bool EntryFilter::Matches(std::string_view leaf) {
  const auto entry = DecodeEntry(leaf);
  if (!entry) return false;
  if (!filter_.platform().empty() && entry->platform != filter_.platform()) {
    return false;
  }
  if (!asks_of_the_action()) return true;
  // A puid stands in the bytes as it is.
  for (const std::string& text : {filter_.puid(), filter_.refers_to()}) {
    if (entry->action.find(text) == std::string_view::npos) return false;
  }
  if (entry->action.empty() ||
      !action_.ParseFromArray(entry->action.data(),
                              static_cast<int>(entry->action.size()))) {
    return false;
  }
  return MatchesAction(entry->logged_at_ms);
}

bool EntryFilter::MatchesRedacted(const RedactedEntry& entry) const {
  if (filter_.categories_size() > 0 || !filter_.refers_to().empty() ||
      filter_.date_from() != 0 || filter_.date_to() != 0) {
    return false;
  }
  return (filter_.platform().empty() || entry.platform == filter_.platform()) &&
         (filter_.kinds_size() == 0 || Holds(filter_.kinds(), entry.kind)) &&
         (filter_.puid().empty() ||
          entry.puid_key == PuidKey(filter_.platform(), filter_.puid()));
}

bool EntryFilter::MatchesAction(int64_t logged_at_ms) {
  if (filter_.kinds_size() > 0 && !Holds(filter_.kinds(), action_.kind())) {
    return false;
  }
  if (filter_.categories_size() > 0) {
    const bool any = std::any_of(
        filter_.categories().begin(), filter_.categories().end(), [&](int c) {
          return c == action_.category() || Holds(action_.more_categories(), c);
        });
    if (!any) return false;
  }
  if (!filter_.puid().empty() && action_.puid() != filter_.puid()) return false;
  if (!filter_.refers_to().empty() &&
      !HoldsText(action_.about(), filter_.refers_to()) &&
      !HoldsText(action_.cause(), filter_.refers_to())) {
    return false;
  }
  const uint32_t day = DayOf(action_, logged_at_ms);
  return day >= filter_.date_from() &&
         (filter_.date_to() == 0 || day <= filter_.date_to());
}

}  // namespace modlog
