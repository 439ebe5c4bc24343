// Law: a proof file that is read is written the same, and the sample policy
// believes the sample's path to the sample's leaf only. Inputs up to 128 KiB.

#include "tests/fuzz/fuzzer.h"
#include "tests/verifier/samples.h"
#include "verifier/core/tlog_proof.h"

namespace modlog {

MODLOG_FUZZER(tlog_proof) {
  if (size > 128 << 10) return -1;
  static const Policy policy = ParsePolicy(SamplePolicy()).value();
  static const TlogProof sample = ParseTlogProof(SampleProof()).value();
  static const Hash leaf = HashLeaf(AsBytes(SampleEntry(3)));

  const std::string_view input = AsText(Bytes(data, size));
  const auto proof = ParseTlogProof(input);
  if (!proof) return 0;
  MODLOG_CHECK(FormatTlogProof(*proof) == input, "a proof has one spelling");
  MODLOG_CHECK(proof->path.size() <= kProofPathMax, "a path has 0..64 hashes");
  MODLOG_CHECK(!proof->extra || (!proof->extra->empty() &&
                                 proof->extra->size() <= kProofExtraSizeMax),
               "extra data has 1..48,000 bytes");
  if (!CheckTlogProof(*proof, leaf, policy)) return 0;
  MODLOG_CHECK(proof->index == sample.index && proof->path == sample.path,
               "one path leads to the leaf");
  return 0;
}

}  // namespace modlog
