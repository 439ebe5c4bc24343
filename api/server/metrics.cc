#include "api/server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <utility>
#include <vector>

namespace modlog {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Family(std::string name, std::string help, MetricType type) {
  return {.name = std::move(name),
          .help = std::move(help),
          .type = type,
          .metric = {}};
}

void Add(MetricFamily* family, std::string label, std::string value,
         double number) {
  ClientMetric metric;
  metric.label = {{.name = std::move(label), .value = std::move(value)}};
  (family->type == MetricType::Counter ? metric.counter.value
                                       : metric.gauge.value) = number;
  family->metric.push_back(std::move(metric));
}

// Published first: read in this order, no head is told smaller than one that
// follows it.
MetricFamily Entries(const Log& log) {
  MetricFamily family = Family(
      "modlog_entries", "Entries of the tree, by head.", MetricType::Gauge);
  const auto add = [&family](const char* head, uint64_t size) {
    Add(&family, "head", head, static_cast<double>(size));
  };
  add("published", log.published_head()->tree.size);
  add("signed", log.signed_head()->tree.size);
  add("committed", log.committed_head().size);
  return family;
}

MetricFamily State(const Log& log) {
  constexpr std::array kStates = {LogState::kServing,    LogState::kFrozen,
                                  LogState::kClock,      LogState::kUnconfirmed,
                                  LogState::kRolledBack, LogState::kPoisoned,
                                  LogState::kStopping};
  MetricFamily family =
      Family("modlog_state", "1 for the state that the log is in, else 0.",
             MetricType::Gauge);
  const LogState now = log.state();
  for (const LogState state : kStates) {
    Add(&family, "state", std::string(LogStateName(state)), state == now);
  }
  return family;
}

MetricFamily One(std::string name, std::string help, double number) {
  MetricFamily family =
      Family(std::move(name), std::move(help), MetricType::Gauge);
  family.metric.emplace_back().gauge.value = number;
  return family;
}

void AddClock(const ClockReport& clock, std::vector<MetricFamily>* families) {
  families->push_back(One("modlog_clock_believed",
                          "Whether the log's clock is believed.",
                          clock.trouble.empty()));
  families->push_back(One(
      "modlog_newest_entry_timestamp_seconds",
      "Time of the newest entry, by the log's clock then; 0 without entries.",
      static_cast<double>(clock.newest_ms) / 1'000));
  families->push_back(
      One("modlog_entries_stay_at_newest",
          "Whether new entries get the time of one that is of the future.",
          clock.stays_at_newest));
}

void AddPortFamilies(const std::vector<PortStatus>& ports,
                     std::vector<MetricFamily>* families) {
  const auto add = [&](std::string name, std::string help, MetricType type,
                       auto member) {
    MetricFamily family = Family(std::move(name), std::move(help), type);
    for (const PortStatus& port : ports) {
      Add(&family, "port", port.name, static_cast<double>(port.*member));
    }
    families->push_back(std::move(family));
  };
  add("modlog_port_up", "Whether the port answered when probed last.",
      MetricType::Gauge, &PortStatus::up);
  add("modlog_port_connections", "Connections that are open.",
      MetricType::Gauge, &PortStatus::connections);
  add("modlog_port_connections_max", "The most that are let in at a time.",
      MetricType::Gauge, &PortStatus::connections_max);
  add("modlog_port_accepted_total", "Connections accepted since the start.",
      MetricType::Counter, &PortStatus::accepted);
  add("modlog_port_ended_total",
      "Quiet ones that were ended to let another one in.", MetricType::Counter,
      &PortStatus::ended);
  add("modlog_port_refused_total",
      "Turned away for want of a descriptor, or of room in time.",
      MetricType::Counter, &PortStatus::refused);
}

// One family of a number a witness.
template <typename Number>
MetricFamily PerWitness(const std::vector<WitnessStatus>& witnesses,
                        std::string name, std::string help, MetricType type,
                        Number number) {
  MetricFamily family = Family(std::move(name), std::move(help), type);
  for (const WitnessStatus& witness : witnesses) {
    Add(&family, "witness", witness.name, static_cast<double>(number(witness)));
  }
  return family;
}

void AddWitnessFamilies(const std::vector<WitnessStatus>& witnesses,
                        std::vector<MetricFamily>* families) {
  const auto add = [&](std::string name, std::string help, MetricType type,
                       auto number) {
    families->push_back(
        PerWitness(witnesses, std::move(name), std::move(help), type, number));
  };
  add("modlog_witness_up",
      "Whether the witness gave what it was last asked for.", MetricType::Gauge,
      [](const WitnessStatus& w) { return w.trouble.empty(); });
  add("modlog_witness_entries", "Entries of the newest tree that it cosigned.",
      MetricType::Gauge, [](const WitnessStatus& w) { return w.size; });
  add("modlog_witness_cosigned_timestamp_seconds",
      "When it last cosigned, by its clock; 0 if it has not since the start.",
      MetricType::Gauge, [](const WitnessStatus& w) { return w.cosigned_at; });
  add("modlog_witness_answer_seconds",
      "How long its last answer took, retries with a new proof included.",
      MetricType::Gauge, [](const WitnessStatus& w) {
        return static_cast<double>(w.answer_ms) / 1'000;
      });
  add("modlog_witness_cosignatures_total", "Cosignatures since the start.",
      MetricType::Counter,
      [](const WitnessStatus& w) { return w.cosignatures; });
  add("modlog_witness_failures_total", "Vain requests since the start.",
      MetricType::Counter, [](const WitnessStatus& w) { return w.failures; });
}

}  // namespace

std::string FormatMetrics(const Log& log, const Publisher* publisher,
                          const std::vector<PortStatus>& ports) {
  std::vector<MetricFamily> families = {Entries(log), State(log)};
  AddClock(log.clock(), &families);
  AddPortFamilies(ports, &families);
  if (publisher != nullptr)
    AddWitnessFamilies(publisher->Statuses(), &families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace modlog
