// The tables of rules in docs/formats.md, row by row: each has an example that
// both the log and an audit take, and one that both do not. A row without an
// example, or an example without its row, fails.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>

#include "log/rules/action_bytes.h"
#include "tests/agreement/both.h"
#include "tests/audit/record_log.h"
#include "verifier/core/seal.h"

namespace modlog::page_test {
namespace {

using A = v1::Action;
using Change = std::function<void(A*)>;
enum class Judged { kViolation, kWarning };

struct Example {
  std::string row;  // its first cell
  A base;
  Change good;
  Change bad;
  Judged judged = Judged::kViolation;
};

// What the row's first cell says, of each row below a heading.
std::set<std::string> RowsBelow(const std::string& heading) {
  std::ifstream in(MODLOG_SOURCE_DIR "/docs/formats.md");
  std::set<std::string> rows;
  bool below = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) below = line == heading;
    if (!below || !line.starts_with("| ")) continue;
    rows.insert(line.substr(2, line.find(" |", 2) - 2));
  }
  rows.erase("field");
  rows.erase("rule");
  return rows;
}

A Own() { return Takedown("own"); }
A Copied() { return CopyOf(Takedown("own")); }
A With(A action, const Change& change) {
  change(&action);
  return action;
}

void Nothing(A*) {}

// Whether an example is as it says, to both.
void Try(const Example& example, const std::string& platform) {
  const std::string good = EncodeAction(With(example.base, example.good));
  const Agreement taken = AskBoth(platform, good);
  EXPECT_TRUE(taken.admitted() && taken.findings.empty())
      << example.row << ": " << Words(taken, good);
  const std::string bad = EncodeAction(With(example.base, example.bad));
  const Agreement refused = AskBoth(platform, bad);
  EXPECT_FALSE(refused.admitted())
      << example.row << ": " << Words(refused, bad);
  EXPECT_TRUE(example.judged == Judged::kViolation ? refused.violates()
                                                   : refused.warns())
      << example.row << ": " << Words(refused, bad);
}

template <typename List>
void Repeat(List add, int count, A* action) {
  for (int i = 1; i <= count; ++i) add(action, i);
}

std::vector<Example> FieldExamples() {
  constexpr uint32_t kDay = kRecordDay;
  std::vector<Example> e;
  const auto add = [&](const std::string& row, const A& base, Change good,
                       Change bad) {
    e.push_back({row, base, std::move(good), std::move(bad)});
  };
  const std::string identity = "`kind`, `puid`, `taxonomy`";
  add(identity, Own(), Nothing, [](A* a) { a->clear_puid(); });
  add(
      identity, Own(), [](A* a) { a->set_puid(std::string(64, 'a')); },
      [](A* a) { a->set_puid(std::string(65, 'a')); });
  add(
      identity, Own(), [](A* a) { a->set_puid("A-z_9"); },
      [](A* a) { a->set_puid("a.b"); });
  add(
      identity, Own(), [](A* a) { a->set_taxonomy(202001); },
      [](A* a) { a->set_taxonomy(202000); });
  add(
      identity, Own(), [](A* a) { a->set_taxonomy(209912); },
      [](A* a) { a->set_taxonomy(210001); });
  add(
      identity, Own(), [](A* a) { a->set_taxonomy(202412); },
      [](A* a) { a->set_taxonomy(202413); });
  add(identity, Own(), Nothing,
      [](A* a) { a->set_kind(static_cast<v1::Kind>(27)); });
  add(
      "`commitment`", Own(),
      [](A* a) { a->set_commitment(std::string(32, 'c')); },
      [](A* a) { a->set_commitment(std::string(31, 'c')); });
  for (const auto& [good, bad] :
       {std::pair(10'957u, 10'956u), {24'837u, 24'838u}}) {
    add(
        "dates", Own(),
        [=](A* a) { a->set_strikes_expire(good), a->set_strikes(1); },
        [=](A* a) { a->set_strikes_expire(bad), a->set_strikes(1); });
    add(
        "`payload_until`",
        With(Own(), [](A* a) { a->set_commitment(std::string(32, 'c')); }),
        [=](A* a) { a->set_payload_until(good); },
        [=](A* a) { a->set_payload_until(bad); });
  }
  add("`payload_until`", Own(), Nothing,
      [](A* a) { a->set_payload_until(kDay); });
  const std::string past =
      "`content_date`, `application_date`, `notified_date`, `source_date`";
  add(
      past, Copied(), [](A* a) { a->set_content_date(kDay + 1); },
      [](A* a) { a->set_content_date(kDay + 2); });
  add(
      past, Copied(), [](A* a) { a->set_application_date(kDay + 1); },
      [](A* a) { a->set_application_date(kDay + 2); });
  add(
      past, Copied(), [](A* a) { a->set_notified_date(kDay + 1); },
      [](A* a) { a->set_notified_date(kDay + 2); });
  add(
      past, Copied(), [](A* a) { a->set_source_date(kDay + 1); },
      [](A* a) { a->set_source_date(kDay + 2); });
  add(
      "`source_date`", Own(),
      [](A* a) { *a = CopyOf(*a), a->set_source_date(kDay); },
      [](A* a) { a->set_source_date(kDay); });
  const std::string ends =
      "`end_visibility`, `end_account`, `end_monetary`, `end_provision`";
  const auto without = [](A* a) {
    a->clear_visibility(), a->set_account(v1::ACCOUNT_DECISION_TERMINATED);
  };
  add(
      ends, Own(), [](A* a) { a->set_end_visibility(kDay); },
      [](A* a) { a->set_end_visibility(kDay - 1); });
  add(ends, With(Own(), without), Nothing,
      [](A* a) { a->set_end_visibility(kDay); });
  add(
      ends, With(Own(), without),
      [](A* a) {
        a->set_account(v1::ACCOUNT_DECISION_SUSPENDED),
            a->set_end_account(kDay);
      },
      [](A* a) { a->set_end_account(kDay); });
  add(
      ends, Own(),
      [](A* a) {
        a->set_monetary(v1::MONETARY_SUSPENSION), a->set_end_monetary(kDay);
      },
      [](A* a) { a->set_end_monetary(kDay); });
  add(
      ends, Own(),
      [](A* a) {
        a->set_provision(v1::PROVISION_TOTAL_SUSPENSION),
            a->set_end_provision(kDay);
      },
      [](A* a) { a->set_end_provision(kDay); });
  const std::string sets =
      "`visibility` / `keywords` / `content_types` / `redress` / `measures`";
  const auto many = [&](const std::string& row, const A& base, int limit,
                        const auto& one) {
    add(
        row, base, [=](A* a) { Repeat(one, limit, a); },
        [=](A* a) { Repeat(one, limit + 1, a); });
    add(
        row, base, [=](A* a) { one(a, 1), one(a, 2); },
        [=](A* a) { one(a, 2), one(a, 1); });
    add(
        row, base, [=](A* a) { one(a, 1); },
        [=](A* a) { one(a, 1), one(a, 1); });
  };
  const auto bare = [](A* a) {
    a->clear_visibility(), a->set_monetary(v1::MONETARY_SUSPENSION);
  };
  many(sets, With(Own(), bare), 7,
       [](A* a, int i) { a->add_visibility(static_cast<v1::Visibility>(i)); });
  many(sets, With(Own(), [](A* a) { a->set_taxonomy(202309); }), 16,
       [](A* a, int i) { a->add_keywords(static_cast<v1::Keyword>(i)); });
  many(sets, Own(), 8, [](A* a, int i) {
    a->add_content_types(static_cast<v1::ContentType>(i));
  });
  many(sets, Own(), 8,
       [](A* a, int i) { a->add_redress(static_cast<v1::Redress>(i)); });
  many(sets, AboutRecord(v1::KIND_REVERSAL, "own", "other"), 8,
       [](A* a, int i) { a->add_measures(static_cast<v1::Measure>(i)); });
  add(
      sets, Own(), [](A* a) { a->add_redress(static_cast<v1::Redress>(127)); },
      [](A* a) { a->add_redress(static_cast<v1::Redress>(128)); });
  many("`more_categories`",
       With(Own(), [](A* a) { a->set_category(v1::CATEGORY_UNLISTED); }), 15,
       [](A* a, int i) {
         a->add_more_categories(static_cast<v1::Category>(i));
       });
  add(
      "`more_categories`", Own(),
      [](A* a) { a->add_more_categories(v1::CATEGORY_SELF_HARM); },
      [](A* a) { a->add_more_categories(v1::CATEGORY_VIOLENCE); });
  add(
      "`also_illegal`", Copied(),
      [](A* a) { a->set_also_illegal(v1::YES_NO_YES); },
      [](A* a) {
        a->set_also_illegal(v1::YES_NO_YES);
        a->set_ground(v1::GROUND_ILLEGAL_CONTENT);
      });
  const auto code = [](const char* letters) {
    return static_cast<uint32_t>((letters[0] - 'A') * 26 + letters[1] - 'A' +
                                 1);
  };
  add(
      "`language`, `source_country`", Own(),
      [=](A* a) { a->set_language(code("EN")); },
      [=](A* a) { a->set_language(code("QQ")); });
  add(
      "`language`, `source_country`", Own(),
      [=](A* a) { a->set_source_country(code("US")); },
      [=](A* a) { a->set_source_country(code("QQ")); });
  add("`language`, `source_country`", Own(), Nothing,
      [](A* a) { a->set_language(677); });
  add(
      "`territory`", Own(), [](A* a) { a->set_territory((1u << 30) - 1); },
      [](A* a) { a->set_territory((1u << 30) + 1); });
  add(
      "`territory`", Own(), [](A* a) { a->set_territory(1u << 30); },
      [](A* a) { a->set_territory(1u << 31); });
  add(
      "`territories`", Own(), [=](A* a) { a->add_territories(code("US")); },
      [=](A* a) { a->add_territories(code("DE")); });
  add(
      "`territories`", Own(),
      [=](A* a) {
        a->add_territories(code("CA")), a->add_territories(code("US"));
      },
      [=](A* a) {
        a->add_territories(code("US")), a->add_territories(code("CA"));
      });
  add("`territories`", With(Own(), [](A* a) { a->set_territory(1u << 30); }),
      Nothing, [=](A* a) { a->add_territories(code("US")); });
  add(
      "`ean13`", Own(), [](A* a) { a->set_ean13(4'006'381'333'931); },
      [](A* a) { a->set_ean13(4'006'381'333'932); });
  add(
      "`ean13`", Copied(), [](A* a) { a->set_ean13(4'006'381'333'931); },
      [](A* a) { a->set_ean13(10'000'000'000'000); });
  add(
      "`keywords`", Own(), [](A* a) { a->add_keywords(v1::KEYWORD_OTHER); },
      [](A* a) { a->add_keywords(v1::KEYWORD_PHISHING); });
  add(
      "`keywords`",
      With(Own(), [](A* a) { a->add_keywords(v1::KEYWORD_PHISHING); }),
      [](A* a) { a->add_more_categories(v1::CATEGORY_SCAMS_AND_FRAUD); },
      [](A* a) { a->add_more_categories(v1::CATEGORY_SELF_HARM); });
  const auto duty = [](A* a) {
    a->set_regime(v1::REGIME_EU_DSA);
    a->add_content_types(v1::CONTENT_TYPE_TEXT);
    a->set_content_date(kDay);
    a->set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
    a->set_automated_detection(v1::YES_NO_NO);
    a->set_automated_decision(v1::AUTOMATED_DECISION_NOT_AUTOMATED);
    a->set_territory(1);
  };
  const Change lacks[] = {[](A* a) { a->clear_content_types(); },
                          [](A* a) { a->clear_content_date(); },
                          [](A* a) { a->clear_source_type(); },
                          [](A* a) { a->clear_automated_detection(); },
                          [](A* a) { a->clear_automated_decision(); },
                          [](A* a) { a->clear_territory(); }};
  for (const Change& lack : lacks) {
    add("`regime`", With(Own(), duty), Nothing, lack);
  }
  add(
      "`strikes`, `strikes_expire`", Own(), [](A* a) { a->set_strikes(1'000); },
      [](A* a) { a->set_strikes(1'001); });
  add("`strikes`, `strikes_expire`", Own(), Nothing,
      [](A* a) { a->set_strikes_expire(kDay); });
  add("`publication`",
      AboutRecord(v1::KIND_PUBLICATION_CHANGED, "own", "other"), Nothing,
      [](A* a) { a->clear_provenance(); });
  add(
      "`affected_kind`", Own(),
      [](A* a) {
        a->set_affected(1), a->set_affected_kind(v1::COUNT_KIND_ABOUT);
      },
      [](A* a) { a->set_affected_kind(v1::COUNT_KIND_ABOUT); });
  add("`label_op`", RecordOf(v1::KIND_LABEL, "own"), Nothing,
      [](A* a) { a->set_label_op(static_cast<v1::LabelOp>(3)); });
  add(
      "other codes", Own(),
      [](A* a) { a->set_ground(static_cast<v1::Ground>(127)); },
      [](A* a) { a->set_ground(static_cast<v1::Ground>(128)); });
  add(
      "other codes", Own(),
      [](A* a) { a->set_source_role(static_cast<v1::SourceRole>(1)); },
      [](A* a) { a->set_source_role(static_cast<v1::SourceRole>(-1)); });
  add("`about_index`", Own(), Nothing, [](A* a) { a->add_about_index(0); });
  const std::string references = "`about`, `cause`";
  const auto about = [](A* a, int i) {
    a->add_about("other" + std::to_string(100 + i));
  };
  many(references, RecordOf(v1::KIND_DOCUMENT, "own"), 16, about);
  many(references, Own(), 4,
       [](A* a, int i) { a->add_cause("why" + std::to_string(100 + i)); });
  add(
      references, RecordOf(v1::KIND_APPEAL_FILED, "own"),
      [](A* a) { a->add_about("other"); }, [](A* a) { a->add_about("own"); });
  add(
      references, RecordOf(v1::KIND_APPEAL_FILED, "own"),
      [](A* a) { a->add_about("other"); }, [](A* a) { a->add_about("o t"); });
  const std::string terms =
      "`policy_term`, `legal_term`, `reason_term`, `body_term`, `label_terms`";
  const std::function<void(A*, uint32_t)> numbers[] = {
      [](A* a, uint32_t n) { a->set_policy_term(n); },
      [](A* a, uint32_t n) { a->set_legal_term(n); },
      [](A* a, uint32_t n) { a->set_reason_term(n); },
      [](A* a, uint32_t n) { a->set_body_term(n); },
      [](A* a, uint32_t n) {
        *a = RecordOf(v1::KIND_LABEL, "own");
        a->set_label_terms(0, n);
      }};
  for (const auto& set : numbers) {
    add(
        terms, Own(), [=](A* a) { set(a, 1u << 20); },
        [=](A* a) { set(a, (1u << 20) + 1); });
  }
  many(terms,
       With(RecordOf(v1::KIND_LABEL, "own"),
            [](A* a) { a->clear_label_terms(); }),
       16, [](A* a, int i) { a->add_label_terms(static_cast<uint32_t>(i)); });
  const auto handle = [](size_t size, uint32_t key) {
    return [=](A* a) {
      a->set_subject_handle(std::string(size, 'h'));
      a->set_handle_key(key);
    };
  };
  const std::string handles = "`subject_handle`, `handle_key`";
  add(handles, Own(), handle(16, 1), handle(15, 1));
  add(handles, Own(), handle(16, 1u << 20), handle(16, (1u << 20) + 1));
  add(handles, Own(), handle(0, 0), handle(0, 1));
  add(handles, Own(), handle(16, 1), handle(16, 0));
  return e;
}

TEST(PageTest, EveryRowOfTheRulesOfFieldsIsKeptByBoth) {
  std::set<std::string> tried;
  for (const Example& example : FieldExamples()) {
    tried.insert(example.row);
    Try(example, "example");
  }
  EXPECT_EQ(tried, RowsBelow("### Rules of single fields, as enforced"));
}

A Correction() {
  A action = AboutRecord(v1::KIND_CORRECTION, "correction", "own");
  *action.mutable_corrected() = Takedown("own");
  return action;
}

A Bulk(uint32_t field, uint32_t from, uint32_t to) {
  A action = RecordOf(v1::KIND_CORRECTION, "bulk");
  action.mutable_bulk()->set_field(field);
  action.mutable_bulk()->set_from_code(from);
  action.mutable_bulk()->set_to_code(to);
  return action;
}

A Statistics() {
  A action = RecordOf(v1::KIND_STATS_ATTESTATION, "stats");
  v1::StatsCell* const cell = action.mutable_stats()->add_cells();
  cell->set_unit(v1::STATS_UNIT_ENTRIES);
  return action;
}

A KeyEvent(v1::KeyOp op) {
  A action = RecordOf(v1::KIND_PLATFORM_KEY, "key");
  action.mutable_key_event()->set_op(op);
  action.mutable_key_event()->set_use(v1::KEY_USE_SEAL);
  action.mutable_key_event()->set_number(1);
  return action;
}

A Registration() {
  A action = KeyEvent(v1::KEY_OP_REGISTER);
  const Ed25519PrivateKey key = RecordLog::SealKey();
  v1::KeyEvent* const event = action.mutable_key_event();
  event->set_public_key(std::string(AsText(key.PublicKey().raw())));
  event->set_proof(
      key.Sign(AsBytes(KeyProofText(kAgreementOrigin, "example", 1))));
  return action;
}

A Succession(v1::SuccessionOp op) {
  A action =
      RecordOf(v1::KIND_SUCCESSION,
               op == v1::SUCCESSION_OP_SUCCEEDS ? "succeeds" : "succeeded-by");
  action.mutable_succession()->set_op(op);
  if (op == v1::SUCCESSION_OP_SUCCEEDED_BY) return action;
  action.mutable_succession()->set_size(5);
  action.mutable_succession()->set_root(std::string(32, 'r'));
  return action;
}

std::vector<Example> SubmittedExamples() {
  constexpr uint32_t kDay = kRecordDay;
  std::vector<Example> e;
  const auto add = [&](const std::string& row, const A& base, Change bad,
                       Judged judged = Judged::kViolation,
                       Change good = Nothing) {
    e.push_back({row, base, std::move(good), std::move(bad), judged});
  };
  const std::string corrected = "`corrected`";
  add(corrected, Correction(),
      [](A* a) { a->mutable_corrected()->set_puid("another"); });
  add(corrected, Correction(),
      [](A* a) { a->mutable_corrected()->clear_ground(); });
  add(corrected, Correction(),
      [](A* a) { a->mutable_corrected()->set_territory(1u << 31); });
  add(corrected, Correction(), [](A* a) {
    *a->mutable_corrected() = AboutRecord(v1::KIND_VOID, "own", "other");
  });
  add(corrected, Correction(), [](A* a) {
    *a->mutable_corrected()->mutable_corrected() = Takedown("own");
  });
  add(corrected, Correction(), [](A* a) { a->clear_about(); });
  const std::string bulk = "`bulk`";
  add(bulk, Bulk(6, 1, 2), [](A* a) { a->mutable_bulk()->set_to_code(1); });
  add(bulk, Bulk(6, 1, 2), [](A* a) { a->mutable_bulk()->set_first(1); });
  add(bulk, Bulk(6, 1, 2), [](A* a) { a->add_about("other"); });
  add(bulk, Bulk(6, 1, 2), [](A* a) { a->mutable_bulk()->set_field(8); });
  for (const uint32_t field : {1u, 3u, 36u, 50u, 61u, 76u}) {
    add(
        bulk, Bulk(19, 1, 2),
        [=](A* a) { a->mutable_bulk()->set_field(field); }, Judged::kWarning);
  }
  add(
      bulk, Bulk(19, 0, 127), [](A* a) { a->mutable_bulk()->set_to_code(128); },
      Judged::kWarning);
  add(
      bulk, Bulk(11, kDay, kDay + 1),
      [](A* a) { a->mutable_bulk()->set_from_code(5); }, Judged::kWarning);
  add(
      bulk, Bulk(6, 1, 2), [](A* a) { a->mutable_bulk()->set_to_code(0); },
      Judged::kWarning);
  A exchange = Bulk(14, 1, 2);
  exchange.set_taxonomy(202'612);
  exchange.mutable_bulk()->set_exchange(true);
  for (const uint32_t month : {202'507u, 202'611u}) {
    add(bulk, exchange, [=](A* a) { a->set_taxonomy(month); });
  }
  add(bulk, exchange, [](A* a) { a->mutable_bulk()->set_to_code(1); });
  add(bulk, exchange, [](A* a) { a->mutable_bulk()->set_field(8); });
  add(
      bulk, exchange, [](A* a) { a->mutable_bulk()->set_to_code(128); },
      Judged::kWarning);
  exchange.mutable_bulk()->set_field(6);
  add(bulk, exchange, [](A* a) { a->mutable_bulk()->clear_from_code(); });
  const std::string term = "`term`";
  const A policy = RecordOf(v1::KIND_TERM, "term");
  for (const int kind : {0, -1, 6, 200}) {
    add(term, policy, [=](A* a) {
      a->mutable_term()->set_kind(static_cast<v1::TermKind>(kind));
    });
  }
  for (const uint32_t number : {0u, (1u << 20) + 1}) {
    add(
        term, policy, [=](A* a) { a->mutable_term()->set_number(number); },
        Judged::kViolation,
        [](A* a) { a->mutable_term()->set_number(1u << 20); });
  }
  add(term, policy, [](A* a) { a->mutable_term()->set_text_sha256("short"); });
  add(
      term, policy, [](A* a) { a->mutable_term()->set_valid_from(5); },
      Judged::kViolation,
      [](A* a) { a->mutable_term()->set_valid_from(kDay + 500); });
  add(
      term, policy, [](A* a) { a->mutable_term()->set_replaces(1); },
      Judged::kViolation,
      [](A* a) { a->mutable_term()->set_replaces(1u << 20); });
  add(term, policy,
      [](A* a) { a->mutable_term()->set_replaces((1u << 20) + 1); });
  const std::string key = "`key_event`";
  for (const int op : {0, -1, 4, 9}) {
    add(key, KeyEvent(v1::KEY_OP_REVOKE), [=](A* a) {
      a->mutable_key_event()->set_op(static_cast<v1::KeyOp>(op));
    });
  }
  for (const int use : {0, -1, 3}) {
    add(key, KeyEvent(v1::KEY_OP_DESTROYED), [=](A* a) {
      a->mutable_key_event()->set_use(static_cast<v1::KeyUse>(use));
    });
  }
  for (const uint32_t number : {0u, (1u << 20) + 1, 1u << 31}) {
    add(key, KeyEvent(v1::KEY_OP_REVOKE),
        [=](A* a) { a->mutable_key_event()->set_number(number); });
  }
  add(key, KeyEvent(v1::KEY_OP_REVOKE),
      [](A* a) { a->mutable_key_event()->set_proof("q"); });
  add(key, KeyEvent(v1::KEY_OP_DESTROYED), [](A* a) {
    a->mutable_key_event()->set_public_key(std::string(32, 'z'));
  });
  add(key, Registration(), [](A* a) { a->mutable_key_event()->clear_proof(); });
  add(key, Registration(), [](A* a) {
    a->mutable_key_event()->set_public_key(std::string(33, 'z'));
  });
  const std::string stats = "`stats`";
  const auto cell = [](A* a) { return a->mutable_stats()->mutable_cells(0); };
  add(stats, Statistics(), [](A* a) { a->mutable_stats()->set_from(5); });
  add(stats, Statistics(), [](A* a) { a->mutable_stats()->set_to(1u << 31); });
  add(stats, Statistics(), [](A* a) {
    a->mutable_stats()->set_from(kDay), a->mutable_stats()->set_to(kDay - 1);
  });
  add(stats, Statistics(), [](A* a) { a->mutable_stats()->clear_clock(); });
  add(stats, Statistics(), [](A* a) { a->mutable_stats()->clear_cells(); });
  add(stats, Statistics(), [=](A* a) { cell(a)->clear_unit(); });
  add(stats, Statistics(),
      [](A* a) { *a->mutable_stats()->add_cells() = a->stats().cells(0); });
  add(stats, Statistics(),
      [](A* a) { a->mutable_stats()->set_source_sha256("short"); });
  add(stats, Statistics(),
      [=](A* a) { cell(a)->set_kind(static_cast<v1::Kind>(-1)); });
  add(
      stats, Statistics(),
      [=](A* a) { cell(a)->set_category(static_cast<v1::Category>(500)); },
      Judged::kViolation,
      [=](A* a) { cell(a)->set_category(static_cast<v1::Category>(127)); });
  add(
      stats, Statistics(), [=](A* a) { cell(a)->set_territory(9'999); },
      Judged::kWarning, [=](A* a) { cell(a)->set_territory(83); });
  return e;
}

// Of entries that the log writes itself, without a platform.
std::vector<Example> WrittenExamples() {
  std::vector<Example> e;
  const auto add = [&](const std::string& row, const A& base, Change bad,
                       Change good = Nothing) {
    e.push_back({row, base, std::move(good), std::move(bad)});
  };
  const A erasure = With(RecordOf(v1::KIND_PAYLOAD_ERASED, "e"),
                         [](A* a) { a->add_about_index(0); });
  const auto tags = [](std::initializer_list<uint32_t> list) {
    return [list = std::vector(list)](A* a) {
      for (const uint32_t tag : list) a->mutable_erasure()->add_tags(tag);
    };
  };
  const auto indexes = [](uint64_t end) {
    return [=](A* a) {
      for (uint64_t i = 1; i < end; ++i) a->add_about_index(i);
    };
  };
  for (const int basis : {0, -3, 128}) {
    add("`erasure`", erasure, [=](A* a) {
      a->mutable_erasure()->set_basis(static_cast<v1::ErasureBasis>(basis));
    });
  }
  add("`erasure`", erasure, tags({5, 3}), tags({3, 5}));
  add("`erasure`", erasure, tags({0}), tags({24}));
  add("`erasure`", erasure, tags({25}));
  add("`erasure`", erasure, indexes(401), indexes(400));
  add("`erasure`", erasure, [](A* a) { a->clear_about_index(); });
  const A redaction = With(RecordOf(v1::KIND_LEAF_REDACTED, "r"), [](A* a) {
    a->add_about_index(0);
    a->mutable_redaction()->set_leaf_hash(std::string(32, 'l'));
    a->mutable_redaction()->set_action_hash(std::string(32, 'a'));
  });
  const auto fields = [](std::initializer_list<uint32_t> list) {
    return [list = std::vector(list)](A* a) {
      for (const uint32_t n : list) a->mutable_redaction()->add_fields(n);
    };
  };
  for (const int basis : {0, -1, 128}) {
    add("`redaction`", redaction, [=](A* a) {
      a->mutable_redaction()->set_basis(static_cast<v1::ErasureBasis>(basis));
    });
  }
  add("`redaction`", redaction, fields({9, 3}), fields({3, 9}));
  add("`redaction`", redaction, fields({3, 3}));
  add("`redaction`", redaction, fields({99}));
  add("`redaction`", redaction,
      [](A* a) { a->mutable_redaction()->set_leaf_hash("short"); });
  add("`redaction`", redaction,
      [](A* a) { a->mutable_redaction()->clear_action_hash(); });
  add("`redaction`", redaction, [](A* a) { a->add_about_index(1); });
  for (const v1::SuccessionOp op :
       {v1::SUCCESSION_OP_SUCCEEDED_BY, v1::SUCCESSION_OP_SUCCEEDS}) {
    const A whole = Succession(op);
    const bool succeeds = op == v1::SUCCESSION_OP_SUCCEEDS;
    add("`succession`", whole, [](A* a) {
      a->mutable_succession()->set_op(static_cast<v1::SuccessionOp>(3));
    });
    add("`succession`", whole, [](A* a) { a->set_puid("another"); });
    add("`succession`", whole,
        [](A* a) { a->mutable_succession()->set_log("next.example/log"); });
    add("`succession`", whole,
        [=](A* a) { a->mutable_succession()->set_size(succeeds ? 0 : 1); });
    add("`succession`", whole,
        [](A* a) { a->mutable_succession()->set_root(std::string(31, 'r')); });
  }
  return e;
}

TEST(PageTest, EveryRowOfWhatStandsWithinAnActionIsKeptByBoth) {
  std::set<std::string> tried;
  for (const Example& example : SubmittedExamples()) {
    tried.insert(example.row);
    Try(example, "example");
  }
  for (const Example& example : WrittenExamples()) {
    tried.insert(example.row);
    Try(example, "");
  }
  EXPECT_EQ(tried, RowsBelow("### Within an action"));
}

TEST(PageTest, OnlyWhatTheLogWritesItselfHasNoPlatform) {
  // A decision of nobody would be counted as the operator's.
  for (const A& action :
       {Own(), RecordOf(v1::KIND_TERM, "t"), Registration(), Statistics(),
        AboutRecord(v1::KIND_VOID, "v", "own"), Correction()}) {
    const std::string bytes = EncodeAction(action);
    const Agreement with = AskBoth("example", bytes);
    EXPECT_TRUE(with.admitted() && !with.violates()) << Words(with, bytes);
    const Agreement without = AskBoth("", bytes);
    EXPECT_FALSE(without.admitted());
    EXPECT_TRUE(without.violates()) << Words(without, bytes);
  }
}

TEST(PageTest, AnActionHasItsLength) {
  // Nobody could store, send or show what one entry holds.
  A wide = RecordOf(v1::KIND_PAYLOAD_ERASED, "e");
  for (uint64_t i = 0; i < 400; ++i) {
    wide.add_about_index((uint64_t{1} << 63) + i);
  }
  wide.set_puid(std::string(64, 'p'));
  wide.set_commitment(std::string(32, 'c'));
  std::string bytes = EncodeAction(wide);
  while (bytes.size() > 4'096) {
    wide.mutable_about_index()->RemoveLast();
    bytes = EncodeAction(wide);
  }
  EXPECT_TRUE(AskBoth("", bytes).admitted());
  EXPECT_FALSE(AskBoth("", bytes).violates()) << Words(AskBoth("", bytes), "");
  wide.add_about_index((uint64_t{1} << 63) + 4'000);
  bytes = EncodeAction(wide);
  ASSERT_GT(bytes.size(), 4'096u);
  EXPECT_FALSE(AskBoth("", bytes).admitted());
  EXPECT_TRUE(AskBoth("", bytes).violates());
}

}  // namespace
}  // namespace modlog::page_test
