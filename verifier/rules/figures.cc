#include "verifier/rules/figures.h"

#include <algorithm>
#include <chrono>

#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr uint64_t kEnoughEntries = 1'000;
constexpr uint64_t kEnoughInAMonth = 100;

bool Share(uint64_t part, uint64_t whole, uint64_t percent) {
  return part * 100 >= whole * percent;
}

uint32_t MonthOf(int64_t time_ms) {
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(
          std::chrono::milliseconds(time_ms)));
  const std::chrono::year_month_day date(day);
  return static_cast<uint32_t>(static_cast<int>(date.year())) * 100 +
         static_cast<uint32_t>(date.month());
}

void CountDelay(const EntryFacts& facts, uint32_t late_days,
                PlatformFigures* figures) {
  if (!facts.delay_known) return;
  ++figures->dated;
  if (facts.delay_days > late_days) ++figures->late;
  const auto bucket = std::ranges::lower_bound(kDelayBounds, facts.delay_days) -
                      kDelayBounds.begin();
  ++figures->delays[static_cast<size_t>(bucket)];
}

void CountAutomation(const EntryFacts& facts, PlatformFigures* figures) {
  if (facts.detection == 0 || facts.decision == 0) return;
  ++figures->automation_stated;
  const bool machine = facts.detection == v1::YES_NO_YES;
  const bool by_people = facts.decision == v1::AUTOMATED_DECISION_NOT_AUTOMATED;
  if (!machine && by_people && facts.delay_known && facts.delay_days == 0) {
    ++figures->manual_without_delay;
  }
  AutomationCounts& month = figures->months[MonthOf(facts.logged_at_ms)];
  ++(machine ? month.detected_by_machine : month.detected_by_people);
  ++(facts.decision == v1::AUTOMATED_DECISION_FULLY
         ? month.decided_by_machine
         : month.decided_with_people);
}

void CountSecond(int64_t logged_at_ms, PlatformFigures* figures) {
  const int64_t second = logged_at_ms / 1000;
  figures->in_second = second == figures->second ? figures->in_second + 1 : 1;
  figures->second = second;
  figures->busiest_second =
      std::max(figures->busiest_second, figures->in_second);
}

// 1: nearly all, -1: nearly none, 0: neither, or too few.
int Extreme(uint64_t with, uint64_t without) {
  const uint64_t all = with + without;
  if (all < kEnoughInAMonth) return 0;
  if (Share(with, all, 90)) return 1;
  return Share(without, all, 90) ? -1 : 0;
}

void AddFlips(const PlatformFigures& figures, std::vector<std::string>* notes) {
  int before[2] = {0, 0};
  for (const auto& [month, counts] : figures.months) {
    const int now[2] = {
        Extreme(counts.detected_by_machine, counts.detected_by_people),
        Extreme(counts.decided_by_machine, counts.decided_with_people)};
    for (int i = 0; i < 2; ++i) {
      if (now[i] * before[i] < 0) {
        notes->push_back(
            std::string(i == 0 ? "automated_detection" : "automated_decision") +
            " turns over in " + std::to_string(month) +
            (now[i] > 0 ? ": from nearly never to nearly always"
                        : ": from nearly always to nearly never"));
      }
      if (now[i] != 0) before[i] = now[i];
    }
  }
}

}  // namespace

void CountEntry(const EntryFacts& facts, uint32_t late_days,
                PlatformFigures* figures) {
  ++figures->actions;
  figures->copied += facts.own ? 0 : 1;
  if (facts.own) CountSecond(facts.logged_at_ms, figures);
  if (facts.kind == v1::KIND_VOID) ++figures->voids[facts.void_reason];
  const bool decides =
      facts.kind == v1::KIND_ACTION || facts.kind == v1::KIND_MODIFICATION;
  if (!decides || !facts.own) return;
  CountDelay(facts, late_days, figures);
  CountAutomation(facts, figures);
}

std::vector<std::string> UniformityNotes(const PlatformFigures& figures) {
  std::vector<std::string> notes;
  if (figures.automation_stated >= kEnoughEntries &&
      Share(figures.manual_without_delay, figures.automation_stated, 95)) {
    notes.push_back(Grouped(figures.manual_without_delay) + " of " +
                    Grouped(figures.automation_stated) +
                    " decisions are said to be made by people alone and were "
                    "logged on the day of the measure");
  }
  AddFlips(figures, &notes);
  const uint64_t own = figures.actions - figures.copied;
  if (own >= kEnoughEntries && figures.busiest_second * 2 > own) {
    notes.push_back(Grouped(figures.busiest_second) + " of " + Grouped(own) +
                    " own entries were logged within one second");
  }
  return notes;
}

}  // namespace modlog
