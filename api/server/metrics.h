#ifndef MODLOG_API_SERVER_METRICS_H_
#define MODLOG_API_SERVER_METRICS_H_

// What an operator watches, as numbers over time: /metrics, in the text format
// of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
//   modlog_entries{head}          of the committed, signed, published tree
//   modlog_state{state}           1 for the state that the log is in
//   modlog_clock_believed, …      docs/operating.md, "The clock"
//   modlog_port_…{port}           connections, and whether the port answers
//   modlog_witness_…{witness}     what is known of each witness
//
// Nothing in it is secret: it says what /checkpoint and a witness's own page
// say. Thread-safe.

#include <string>
#include <vector>

#include "api/server/listener.h"
#include "api/witnessing/publisher.h"
#include "log/log.h"

namespace modlog {

inline constexpr char kMetricsType[] = "text/plain; version=0.0.4";

// `publisher` is null where there are no witnesses.
std::string FormatMetrics(const Log& log, const Publisher* publisher,
                          const std::vector<PortStatus>& ports);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_METRICS_H_
