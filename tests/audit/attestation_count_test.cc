// If these fail, figures that a platform attests are held against another count
// than the log's own, or whoever may append makes the counting take for ever.

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tests/audit/record_log.h"
#include "verifier/rules/second_pass.h"

namespace modlog::attestation_count_test {
namespace {

struct Judged {
  RecordSummary summary;
  Findings findings;
  uint64_t steps = 0;
};

void ForEachBundle(
    RecordLog* log,
    const std::function<std::function<void()>(const BundleView&)>& read) {
  const std::vector<std::string>& entries = log->entries();
  for (size_t first = 0; first < entries.size(); first += kTileWidth) {
    std::vector<Bytes> views;
    std::vector<Hash> hashes;
    for (size_t i = first; i < entries.size() && i < first + kTileWidth; ++i) {
      views.push_back(AsBytes(entries[i]));
      hashes.push_back(HashLeaf(AsBytes(entries[i])));
    }
    read({first, views, hashes, {}})();
  }
}

Judged Judge(RecordLog* log) {
  Judged judged;
  FirstPass first(log->size(), kSmallOrigin, 7, &judged.findings);
  ForEachBundle(log, [&](const BundleView& view) { return first.Read(view); });
  const RecordIndex index = std::move(first).Finish(&judged.summary);
  SecondPass second(index, kSmallOrigin, 0, &judged.findings, &judged.summary);
  ForEachBundle(log, [&](const BundleView& view) { return second.Read(view); });
  second.Finish();
  judged.steps = second.steps();
  return judged;
}

v1::Action BulkOf(const std::string& puid, uint64_t first, uint64_t last,
                  uint32_t field, uint32_t from, uint32_t to) {
  v1::Action action = RecordOf(v1::KIND_CORRECTION, puid);
  action.clear_corrected();
  action.clear_about();
  v1::BulkCorrection* const bulk = action.mutable_bulk();
  bulk->set_first(first);
  bulk->set_last(last);
  bulk->set_field(field);
  bulk->set_from_code(from);
  bulk->set_to_code(to);
  return action;
}

// ---- the plainest way to count: every record as it reads now

struct Plain {
  uint64_t index;
  std::string platform;
  int64_t logged_at_ms;
  v1::Action now;
  bool is_void = false;
};

bool AppliesIn(const v1::Action& action, uint32_t country) {
  if ((action.territory() >> 30 & 1) != 0) return true;
  // Bits 0 and 5: Austria and Germany.
  if (country == 20 && (action.territory() & 1) != 0) return true;
  if (country == 83 && (action.territory() >> 5 & 1) != 0) return true;
  return std::ranges::count(action.territories(), country) > 0;
}

uint64_t PlainCount(const std::vector<Plain>& records,
                    const std::string& platform, const v1::Stats& stats,
                    const v1::StatsCell& cell) {
  uint64_t count = 0;
  for (const Plain& record : records) {
    const v1::Action& a = record.now;
    const auto same = [](int want, int is) { return want == 0 || want == is; };
    const uint32_t day =
        stats.clock() == v1::STATS_CLOCK_LOGGED
            ? static_cast<uint32_t>(record.logged_at_ms / kMsPerDay)
        : stats.clock() == v1::STATS_CLOCK_APPLICATION ? a.application_date()
                                                       : a.source_date();
    if (record.is_void || record.platform != platform || day == 0 ||
        day < stats.from() || day > stats.to() ||
        !same(cell.kind(), a.kind()) || !same(cell.category(), a.category()) ||
        !same(cell.source_type(), a.source_type()) ||
        !same(cell.outcome(), a.outcome()) ||
        !same(cell.automated_decision(), a.automated_decision()) ||
        (cell.territory() != 0 && !AppliesIn(a, cell.territory()))) {
      continue;
    }
    count += cell.unit() == v1::STATS_UNIT_ENTRIES    ? 1
             : cell.unit() == v1::STATS_UNIT_AFFECTED ? a.affected()
             : cell.unit() == v1::STATS_UNIT_CLAIMED  ? a.claimed()
                                                      : a.restored();
  }
  return count;
}

// A log of everything that changes a figure, and what it comes to.
class RandomLog {
 public:
  explicit RandomLog(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 400; ++i) Step();
  }
  RecordLog& log() { return log_; }
  const std::vector<std::vector<uint64_t>>& want() const { return want_; }

 private:
  uint32_t Any(uint32_t end) { return static_cast<uint32_t>(random_() % end); }

  v1::Action Fill(v1::Action action) {
    action.set_kind(Any(2) == 0 ? v1::KIND_ACTION : v1::KIND_NOTICE_RECEIVED);
    action.set_category(static_cast<v1::Category>(Any(3)));
    action.set_source_type(static_cast<v1::SourceType>(Any(3)));
    action.set_automated_decision(static_cast<v1::AutomatedDecision>(Any(3)));
    action.set_application_date(Any(4) == 0 ? 0 : 20'440 + Any(8));
    action.set_source_date(Any(2) == 0 ? 0 : 20'440 + Any(8));
    const uint32_t territories[] = {0, 1, 1 << 5, 1 | 1 << 5, 1u << 30};
    action.set_territory(territories[Any(5)]);
    action.clear_territories();
    if (Any(4) == 0) action.add_territories(500);
    action.set_affected(Any(3));
    action.set_claimed(Any(3));
    return action;
  }

  void Record(const v1::Action& action, const std::string& platform) {
    const int64_t time =
        kRecordTimeMs + static_cast<int64_t>(log_.size()) * kMsPerDay / 40;
    const uint64_t index = log_.AddAt(time, action, platform);
    records_.push_back({index, platform, time, action});
  }

  void Step() {
    const std::string platform = Any(5) == 0 ? "q" : "p";
    const std::string puid = "u" + std::to_string(log_.size());
    const uint32_t what = records_.empty() ? 0 : Any(20);
    Plain* const other =
        records_.empty()
            ? nullptr
            : &records_[Any(static_cast<uint32_t>(records_.size()))];
    if (what < 11) return Record(Fill(Takedown(puid)), platform);
    if (what < 13) return Attest(puid, platform);
    if (what < 16) return Bulk(puid, platform);
    // Corrections and voids, of records only.
    if (other->is_void || other->now.has_bulk() || other->now.has_corrected() ||
        other->now.has_stats() || other->now.kind() == v1::KIND_VOID) {
      return Record(Fill(Takedown(puid)), platform);
    }
    const std::string about = "u" + std::to_string(other->index);
    const size_t at = static_cast<size_t>(other - records_.data());
    if (what < 19) {
      v1::Action anew = AboutRecord(v1::KIND_CORRECTION, puid, about);
      *anew.mutable_corrected() = Fill(Takedown(about));
      Record(anew, other->platform);
      records_[at].now = anew.corrected();
    } else {
      Record(AboutRecord(v1::KIND_VOID, puid, about), other->platform);
      records_[at].is_void = true;
    }
  }

  void Bulk(const std::string& puid, const std::string& platform) {
    const uint32_t fields[] = {
        v1::Action::kCategoryFieldNumber, v1::Action::kSourceTypeFieldNumber,
        v1::Action::kApplicationDateFieldNumber,
        v1::Action::kTerritoryFieldNumber, v1::Action::kKindFieldNumber};
    const uint32_t field = fields[Any(5)];
    const bool day = field == v1::Action::kApplicationDateFieldNumber;
    const uint32_t codes[] = {0, 1, 2};
    uint32_t from = day ? 20'440 + Any(4) : codes[Any(3)];
    uint32_t to = day ? 20'444 + Any(4) : (from + 1) % 3;
    if (field == v1::Action::kKindFieldNumber) {
      from = v1::KIND_ACTION;
      to = v1::KIND_NOTICE_RECEIVED;
    }
    if (field == v1::Action::kTerritoryFieldNumber) {
      from = 1;
      to = 1 << 5;
    }
    const uint64_t last = Any(static_cast<uint32_t>(log_.size()));
    const uint64_t first = Any(static_cast<uint32_t>(last) + 1);
    v1::Action rule = BulkOf(puid, first, last, field, from, to);
    const bool exchange = Any(2) == 0;
    if (exchange) {
      rule.set_taxonomy(202'612);
      rule.mutable_bulk()->set_exchange(true);
    }
    Record(rule, platform);
    for (Plain& record : records_) {
      if (record.platform != platform || record.index < first ||
          record.index > last) {
        continue;
      }
      const uint32_t code = CodeOf(record.now, field);
      if (code == from) {
        SetCode(field, to, &record.now);
      } else if (exchange && code == to) {
        SetCode(field, from, &record.now);
      }
    }
  }

  void Attest(const std::string& puid, const std::string& platform) {
    v1::Action action = RecordOf(v1::KIND_STATS_ATTESTATION, puid);
    v1::Stats* const stats = action.mutable_stats();
    stats->clear_cells();
    stats->set_clock(static_cast<v1::StatsClock>(1 + Any(3)));
    const bool logged = stats->clock() == v1::STATS_CLOCK_LOGGED;
    stats->set_from(logged ? kRecordDay + Any(4) : 20'440 + Any(5));
    stats->set_to(stats->from() + Any(5));
    std::vector<uint64_t> want;
    for (int i = 0; i < 8; ++i) {
      v1::StatsCell* const cell = stats->add_cells();
      cell->set_unit(static_cast<v1::StatsUnit>(1 + Any(4)));
      if (Any(2) == 0) cell->set_kind(v1::KIND_ACTION);
      cell->set_category(static_cast<v1::Category>(Any(3)));
      cell->set_source_type(static_cast<v1::SourceType>(Any(2)));
      cell->set_automated_decision(static_cast<v1::AutomatedDecision>(Any(2)));
      const uint32_t countries[] = {0, 20, 83, 500};
      cell->set_territory(countries[Any(4)]);
      want.push_back(PlainCount(records_, platform, *stats, *cell));
    }
    want_.push_back(std::move(want));
    Record(action, platform);
  }

  std::mt19937 random_;
  RecordLog log_;
  std::vector<Plain> records_;
  std::vector<std::vector<uint64_t>> want_;
};

TEST(AttestationCountTest, FiguresAreThoseOfCountingEveryRecordAsItReadsThen) {
  uint64_t counted = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    RandomLog random(seed);
    const Judged judged = Judge(&random.log());
    ASSERT_EQ(judged.summary.attestations.size(), random.want().size());
    for (size_t i = 0; i < random.want().size(); ++i) {
      const CountedAttestation& found = judged.summary.attestations[i];
      EXPECT_FALSE(found.uncounted);
      for (size_t k = 0; k < found.cells.size(); ++k) {
        EXPECT_EQ(found.cells[k].counted, random.want()[i][k])
            << "seed " << seed << " entry " << found.entry << " "
            << found.cells[k].cell.ShortDebugString();
        counted += random.want()[i][k];
      }
    }
  }
  EXPECT_GT(counted, 1'000u);
}

// ---- what it costs

v1::Action Attestation(const std::string& puid, uint64_t cells = 1) {
  v1::Action action = RecordOf(v1::KIND_STATS_ATTESTATION, puid);
  v1::Stats* const stats = action.mutable_stats();
  stats->clear_cells();
  stats->set_clock(v1::STATS_CLOCK_APPLICATION);
  stats->set_from(19'000);
  stats->set_to(20'500);
  for (uint64_t i = 0; i < cells; ++i) {
    v1::StatsCell* const cell = stats->add_cells();
    cell->set_kind(v1::KIND_ACTION);
    cell->set_unit(v1::STATS_UNIT_ENTRIES);
    cell->set_territory(static_cast<uint32_t>(i));
  }
  return action;
}

std::string Named(const char* what, uint64_t n) {
  return what + std::to_string(n);
}

uint64_t StepsOf(uint64_t n,
                 const std::function<void(uint64_t, RecordLog*)>& fill) {
  RecordLog log;
  fill(n, &log);
  return Judge(&log).steps;
}

// Twice as much of everything costs a little more than twice as much: the
// logarithms grow too.
void ExpectLinear(const std::function<void(uint64_t, RecordLog*)>& fill,
                  const std::string& what) {
  const uint64_t once = StepsOf(400, fill);
  const uint64_t twice = StepsOf(800, fill);
  EXPECT_GT(once, 400u) << what;
  EXPECT_LE(twice, once * 27 / 10) << what << ": " << once << ", " << twice;
}

TEST(AttestationCountTest, TwiceTheLogCostsTwiceAsMuch) {
  const uint32_t field = v1::Action::kCategoryFieldNumber;
  ExpectLinear(
      [](uint64_t n, RecordLog* log) {
        for (uint64_t i = 0; i < n; ++i) log->Add(Takedown(Named("a", i)));
        for (uint64_t i = 0; i < n; ++i)
          log->Add(Attestation(Named("s", i), 8));
      },
      "many attestations");
  ExpectLinear(
      [&](uint64_t n, RecordLog* log) {
        for (uint64_t i = 0; i < n; ++i) log->Add(Takedown(Named("a", i)));
        for (uint64_t i = 0; i < n; ++i) {
          log->Add(BulkOf(Named("b", i), 0, n - 1, field, 16, 2));
        }
        for (uint64_t i = 0; i < n; ++i) log->Add(Attestation(Named("s", i)));
      },
      "one rule for many, many times, and attestations");
  ExpectLinear(
      [&](uint64_t n, RecordLog* log) {
        for (uint64_t i = 0; i < n; ++i) log->Add(Takedown(Named("a", i)));
        for (uint64_t i = 0; i < n; ++i) {
          log->Add(BulkOf(Named("b", i), i / 2, n - 1, field,
                          i % 2 == 0 ? 16 : 2, i % 2 == 0 ? 2 : 16));
          log->Add(Attestation(Named("s", i)));
        }
      },
      "rules that turn each other back, attestations between them");
  ExpectLinear(
      [](uint64_t n, RecordLog* log) {
        log->Add(Takedown("a"));
        for (uint64_t i = 0; i < n; ++i) {
          v1::Action anew =
              AboutRecord(v1::KIND_CORRECTION, Named("c", i), "a");
          *anew.mutable_corrected() = Takedown("a");
          log->Add(anew);
          log->Add(Attestation(Named("s", i)));
        }
      },
      "one entry stated anew many times");
}

TEST(AttestationCountTest, WhatChangesTooOftenIsNotCountedAndSaidSo) {
  RecordLog log;
  log.Add(Takedown("a"));
  log.Add(Attestation("early"));
  const uint32_t field = v1::Action::kCategoryFieldNumber;
  const auto now = static_cast<uint32_t>(Takedown("a").category());
  for (uint32_t i = 0; i < 100; ++i) {
    log.Add(BulkOf(Named("b", i), 0, 0, field, i % 2 == 0 ? now : now + 1,
                   i % 2 == 0 ? now + 1 : now));
  }
  log.Add(Attestation("late"));
  log.Add(Takedown("z"), "other");
  log.Add(Attestation("other"), "other");
  const Judged judged = Judge(&log);
  ASSERT_EQ(judged.summary.attestations.size(), 3u);
  EXPECT_FALSE(judged.summary.attestations[0].uncounted);
  EXPECT_EQ(judged.summary.attestations[0].cells[0].counted, 1u);
  EXPECT_TRUE(judged.summary.attestations[1].uncounted);
  EXPECT_FALSE(judged.summary.attestations[2].uncounted);
  EXPECT_EQ(judged.summary.attestations[2].cells[0].counted, 1u);
}

}  // namespace
}  // namespace modlog::attestation_count_test
