// Law: the rules of the record read any entries that a log may hold, and judge
// the same entries the same way twice. Input: entries in bundle form, at most
// 64 KiB; the first byte says which of them are missing.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/bundle.h"
#include "verifier/rules/first_pass.h"
#include "verifier/rules/second_pass.h"

namespace modlog {
namespace {

uint64_t JudgeBundle(const BundleView& bundle) {
  Findings findings;
  RecordSummary summary;
  FirstPass first(bundle.entries.size(), "fuzz.example/log", 7, &findings);
  first.Read(bundle)();
  const RecordIndex index = std::move(first).Finish(&summary);
  SecondPass second(index, "fuzz.example/log", 0, &findings, &summary);
  second.Read(bundle)();
  second.Finish();
  return findings.violations() << 32 | findings.warnings();
}

}  // namespace

MODLOG_FUZZER(record_rules) {
  if (size < 1 || size > 64 << 10) return -1;
  const Bytes input(data + 1, size - 1);
  std::vector<Bytes> entries;
  for (uint32_t count = 1; count <= 64; ++count) {
    const auto prefix = BundlePrefix(input, count);
    if (!prefix) break;
    entries = *ParseBundle(*prefix, count);
  }
  std::vector<Hash> hashes;
  std::vector<size_t> missing;
  for (size_t i = 0; i < entries.size(); ++i) {
    hashes.push_back(HashLeaf(entries[i]));
    if (i < 8 && (data[0] >> i & 1) != 0) missing.push_back(i);
  }
  const BundleView bundle = {0, entries, hashes, missing};
  MODLOG_CHECK(JudgeBundle(bundle) == JudgeBundle(bundle),
               "a judgement depends on the entries alone");
  return 0;
}

}  // namespace modlog
