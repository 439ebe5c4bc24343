// What admission costs on one thread: parse, the canonical rule, every rule of
// the record, the puid's key. A statement of reasons with all that the EU asks
// for, a takedown notice, an appeal.
//
//   admission_bench [--benchmark_filter=…]

#include <benchmark/benchmark.h>

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"

namespace modlog {
namespace {

constexpr int64_t kNowMs = 1'795'000'000'000;

std::string Statement() {
  v1::Action action = TakedownMessage("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9");
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  action.add_keywords(v1::KEYWORD_PHISHING);
  action.set_regime(v1::REGIME_EU_DSA);
  action.add_content_types(v1::CONTENT_TYPE_TEXT);
  action.set_content_date(19'990);
  action.set_territory((1u << 30) - 1);
  action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
  action.set_automated_detection(v1::YES_NO_YES);
  action.set_automated_decision(v1::AUTOMATED_DECISION_FULLY);
  action.set_language(109);
  action.set_commitment(std::string(32, 'c'));
  return EncodeAction(action);
}

void AdmitOne(benchmark::State& state, const std::string& action) {
  if (!Admit("example", action, kNowMs)) state.SkipWithError("refused");
  for (auto _ : state) {
    benchmark::DoNotOptimize(Admit("example", action, kNowMs));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(std::to_string(action.size()) + " bytes");
}

void BM_Statement(benchmark::State& state) { AdmitOne(state, Statement()); }
BENCHMARK(BM_Statement);

void BM_Takedown(benchmark::State& state) {
  AdmitOne(state, Takedown("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"));
}
BENCHMARK(BM_Takedown);

void BM_Appeal(benchmark::State& state) {
  AdmitOne(state, Appeal("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8fa",
                         {"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}));
}
BENCHMARK(BM_Appeal);

}  // namespace
}  // namespace modlog

BENCHMARK_MAIN();
