#include "verifier/rules/bulk_index.h"

#include <algorithm>

#include "verifier/rules/audited_life.h"

namespace modlog {
namespace {

// What decides whether, where and when an entry is counted.
bool IsCountedBy(uint32_t field) {
  switch (field) {
    case v1::Action::kKindFieldNumber:
    case v1::Action::kCategoryFieldNumber:
    case v1::Action::kSourceTypeFieldNumber:
    case v1::Action::kAutomatedDecisionFieldNumber:
    case v1::Action::kOutcomeFieldNumber:
    case v1::Action::kTerritoryFieldNumber:
    case v1::Action::kApplicationDateFieldNumber:
    case v1::Action::kSourceDateFieldNumber:
      return true;
    default:
      return false;
  }
}

}  // namespace

void PlatformBulks::Add(const BulkSeen& bulk) {
  const v1::BulkCorrection& rule = bulk.rule;
  if (rule.last() < rule.first()) return;  // "fields" says so
  const uint64_t last = std::min(rule.last(), kNever - 1);
  ranges_[{rule.field(), rule.from_code()}].rules.push_back(
      {bulk.entry, rule.first(), last, rule.to_code()});
  if (!rule.exchange() || rule.from_code() == rule.to_code()) return;
  ranges_[{rule.field(), rule.to_code()}].rules.push_back(
      {bulk.entry, rule.first(), last, rule.from_code()});
}

void PlatformBulks::Finish() {
  for (auto& [code, ranges] : ranges_) {
    ranges.Finish();
    if (fields_.empty() || fields_.back() != code.first) {
      fields_.push_back(code.first);
    }
  }
}

// A tree over the stretches between neighbouring points: a rule stands at the
// O(log k) nodes that its range consists of.
void PlatformBulks::Ranges::Finish() {
  for (const Rule& rule : rules) {
    points.push_back(rule.first);
    points.push_back(rule.last + 1);
  }
  std::ranges::sort(points);
  const auto twice = std::ranges::unique(points);
  points.erase(twice.begin(), twice.end());
  const size_t leaves = points.size();
  covering.resize(2 * leaves);
  const auto at = [this](uint64_t point) {
    return static_cast<size_t>(std::ranges::lower_bound(points, point) -
                               points.begin());
  };
  for (uint32_t i = 0; i < rules.size(); ++i) {
    size_t low = at(rules[i].first) + leaves;
    size_t high = at(rules[i].last + 1) + leaves;
    for (; low < high; low /= 2, high /= 2) {
      if (low % 2 == 1) covering[low++].push_back(i);
      if (high % 2 == 1) covering[--high].push_back(i);
    }
  }
}

size_t PlatformBulks::Ranges::LeafOf(uint64_t index) const {
  const auto after = std::ranges::upper_bound(points, index);
  if (after == points.begin()) return 0;
  return static_cast<size_t>(after - points.begin()) - 1 + points.size();
}

uint64_t PlatformBulks::CountOf(uint64_t index, const v1::Action& action,
                                uint64_t* steps) const {
  uint64_t count = 0;
  for (const uint32_t field : fields_) {
    ++*steps;
    const auto it = ranges_.find({field, CodeOf(action, field)});
    if (it == ranges_.end()) continue;
    const Ranges& ranges = it->second;
    for (size_t node = ranges.LeafOf(index); node > 0; node /= 2) {
      count += ranges.covering[node].size();
      ++*steps;
    }
  }
  return count;
}

std::optional<PlatformBulks::Change> PlatformBulks::NextOf(
    uint64_t index, const v1::Action& action, uint64_t after, uint64_t before,
    uint64_t* steps) const {
  std::optional<Change> next;
  for (const uint32_t field : fields_) {
    if (!IsCountedBy(field)) continue;
    ++*steps;
    const auto it = ranges_.find({field, CodeOf(action, field)});
    if (it == ranges_.end()) continue;
    const Ranges& ranges = it->second;
    for (size_t node = ranges.LeafOf(index); node > 0; node /= 2) {
      ++*steps;
      const std::vector<uint32_t>& covering = ranges.covering[node];
      const auto rule = std::ranges::upper_bound(
          covering, after, {},
          [&](uint32_t i) { return ranges.rules[i].entry; });
      if (rule == covering.end()) continue;
      const Rule& found = ranges.rules[*rule];
      if (found.entry >= before || (next && next->entry < found.entry)) {
        continue;
      }
      next = Change{found.entry, field, found.to};
    }
  }
  return next;
}

BulkIndex::BulkIndex(const std::vector<BulkSeen>& bulks) {
  for (const BulkSeen& bulk : bulks) platforms_[bulk.platform].Add(bulk);
  for (auto& [name, platform] : platforms_) platform.Finish();
}

const PlatformBulks* BulkIndex::Of(std::string_view platform) const {
  const auto it = platforms_.find(platform);
  return it == platforms_.end() ? nullptr : &it->second;
}

}  // namespace modlog
