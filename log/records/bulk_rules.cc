#include "log/records/bulk_rules.h"

#include <algorithm>
#include <string>
#include <vector>

namespace modlog {

namespace {

struct Rule {
  uint64_t entry;
  v1::BulkCorrection bulk;

  bool Covers(uint64_t index) const {
    return bulk.first() <= index && index <= bulk.last();
  }
};

// Of all rules of the platform those of the same field whose ranges meet the
// new one's, in log order.
Result<std::vector<Rule>> RulesThatMeet(const v1::BulkCorrection& bulk,
                                        std::span<const Row> rows) {
  std::vector<Rule> rules;
  for (const Row& row : rows) {
    Rule rule;
    rule.entry =
        BigEndian(std::string_view(row.key).substr(row.key.size() - 8));
    if (!rule.bulk.ParseFromString(*row.value)) {
      return Fail(Code::kCorrupt, "a row of bulk corrections is malformed");
    }
    if (rule.bulk.field() == bulk.field() && rule.bulk.first() <= bulk.last() &&
        bulk.first() <= rule.bulk.last()) {
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

// The earlier rule that made of to_code what from_code reads, in an entry that
// the new rule covers: the new one turns it back, and what read from_code
// before goes along. Between two neighbouring ends of ranges all entries are
// covered by the same rules, so one of them stands for all.
std::optional<uint64_t> TurnedBack(const v1::BulkCorrection& bulk,
                                   const std::vector<Rule>& rules) {
  std::vector<uint64_t> points = {bulk.first()};
  for (const Rule& rule : rules) {
    points.push_back(std::max(rule.bulk.first(), bulk.first()));
    if (rule.bulk.last() < bulk.last()) points.push_back(rule.bulk.last() + 1);
  }
  std::ranges::sort(points);
  const auto twice = std::ranges::unique(points);
  points.erase(twice.begin(), twice.end());
  for (const uint64_t point : points) {
    uint32_t code = bulk.to_code();
    std::optional<uint64_t> by;
    for (const Rule& rule : rules) {
      if (!rule.Covers(point)) continue;
      const auto after = CodeAfter(rule.bulk, code);
      if (!after) continue;
      code = *after;
      by = rule.entry;
    }
    if (by && code == bulk.from_code()) return by;
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint32_t> CodeAfter(const v1::BulkCorrection& rule,
                                  uint32_t code) {
  if (code == rule.from_code()) return rule.to_code();
  if (rule.exchange() && code == rule.to_code()) return rule.from_code();
  return std::nullopt;
}

Result<void> JudgeBulk(const JoinedItem& item, const v1::BulkCorrection& bulk,
                       const LifeSource& source, Ruling* ruling) {
  if (bulk.last() >= item.index) {
    ruling->violations.push_back(
        {"bulk.last", "must be an entry before the correction"});
  }
  const std::string key = BulkKey(item.platform, 0);
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      source.rows->Scan(key.substr(0, key.size() - 8), kBulkCorrectionsMax));
  if (rows.size() >= kBulkCorrectionsMax) {
    ruling->violations.push_back(
        {"bulk",
         "would be bulk correction 1,025 of the platform, limit 1,024"});
  }
  // An exchange lets no two codes become one.
  if (!ruling->violations.empty() || bulk.exchange()) return {};
  ASSIGN_OR_RETURN(const std::vector<Rule> rules, RulesThatMeet(bulk, rows));
  if (const auto by = TurnedBack(bulk, rules)) {
    ruling->warnings.push_back(
        {"bulk", "turns entry " + std::to_string(*by) +
                     " back, and entries that read from_code before it turn "
                     "too: all read to_code now. To exchange two codes, log "
                     "one entry with bulk.exchange"});
  }
  return {};
}

}  // namespace modlog
