// Law: a list that is read, written out plainly and read again is the same; its
// origins are distinct and its keys are logs'. Inputs up to 16 KiB.

#include <algorithm>
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
  const auto list = ParseLogList(AsText(Bytes(data, size)));
  if (!list) return 0;
  MODLOG_CHECK(list->odd.size() == std::min(list->odd_count, kOddEntriesMax),
               "what is passed over is named");
  std::set<std::string> origins;
  for (const WitnessedLog& log : list->logs) {
    MODLOG_CHECK(origins.insert(log.origin).second, "an origin is one log");
    MODLOG_CHECK(log.key.type == SignatureType::kEd25519, "a log's key");
    MODLOG_CHECK(log.qpd >= 1 && log.qpd <= kQueriesPerDayMax, "1..2^31-1");
  }
  const std::string plain = Render(list->logs);
  const auto again = ParseLogList(plain);
  MODLOG_CHECK(again && again->odd_count == 0 && Render(again->logs) == plain,
               "a list survives rewriting");
  return 0;
}

}  // namespace modlog
