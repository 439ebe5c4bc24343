// Law: a list that is read, written out plainly and read again is the same; its
// origins are distinct and its keys are logs'. Inputs up to 16 KiB.

#include <set>

#include "tests/fuzz/fuzzer.h"
#include "verifier/witness/log_list.h"

namespace modlog {
namespace {

std::string Render(const std::vector<WitnessedLog>& logs) {
  std::string text = "logs/v0\n";
  for (const WitnessedLog& log : logs) {
    text += "\nvkey " + FormatVerifierKey(log.key) + "\norigin " + log.origin +
            "\nqpd " + std::to_string(log.qpd) + "\ncontact " + log.contact +
            "\n";
  }
  return text;
}

}  // namespace

MODLOG_FUZZER(log_list) {
  if (size > 16 << 10) return -1;
  const auto logs = ParseLogList(AsText(Bytes(data, size)));
  if (!logs) return 0;
  std::set<std::string> origins;
  for (const WitnessedLog& log : *logs) {
    MODLOG_CHECK(origins.insert(log.origin).second, "an origin is one log");
    MODLOG_CHECK(log.key.type == SignatureType::kEd25519, "a log's key");
    MODLOG_CHECK(log.qpd >= 1 && log.qpd <= kQueriesPerDayMax, "1..2^31-1");
  }
  const auto again = ParseLogList(Render(*logs));
  MODLOG_CHECK(again && Render(*again) == Render(*logs),
               "a list survives rewriting");
  return 0;
}

}  // namespace modlog
