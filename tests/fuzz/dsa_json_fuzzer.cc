// Law: a statement that is read is written so that it is read the same; and a
// record made of one is refused with a reason or is one that parses. Inputs up
// to 16 KiB.

#include <algorithm>
#include <cstring>

#include "api/import/dsa/dsa_json.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/json_statements.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {
namespace {

void CheckStatement(const std::string& text) {
  const auto statement = ParseDsaJson(text);
  if (!statement) {
    MODLOG_CHECK(!statement.error().reason.empty(), "a refusal has a reason");
    return;
  }
  const auto again = ParseDsaJson(FormatDsaJson(*statement));
  MODLOG_CHECK(again.has_value(), "what is written is read");
  MODLOG_CHECK(*again == *statement, "a statement has one meaning");
  DsaRecordOptions options;
  options.platform = "example";
  options.today = 20'500;
  const auto record = MakeDsaRecord(*statement, kDsaTaxonomyV2, options);
  if (!record) {
    MODLOG_CHECK(!record.error().reason.empty(), "a refusal has a reason");
    return;
  }
  v1::Action action;
  MODLOG_CHECK(action.ParseFromString(record->action), "a record parses");
}

}  // namespace

MODLOG_FUZZER(dsa_json) {
  if (size > 16 << 10) return -1;
  std::string_view rest = AsText(Bytes(data, size));
  JsonStatements objects([&](std::span<char> out) -> Result<size_t> {
    const size_t taken = std::min<size_t>({out.size(), rest.size(), 1'000});
    std::memcpy(out.data(), rest.data(), taken);
    rest.remove_prefix(taken);
    return taken;
  });
  for (;;) {
    const auto object = objects.Next();
    if (!object || *object == nullptr) return 0;
    if (!(*object)->refused) CheckStatement((*object)->text);
  }
}

}  // namespace modlog
