// Law: a COSE receipt that is read is written the same, and the sample key
// believes one path to the sample's leaf only; the size is not signed.

#include "tests/fuzz/fuzzer.h"
#include "tests/verifier/samples.h"
#include "verifier/core/cose_receipt.h"
#include "verifier/core/tlog_proof.h"

namespace modlog {

MODLOG_FUZZER(cose_receipt) {
  static const VerifierKey key = ParseVerifierKey(kSampleLogKey).value();
  static const TlogProof sample = ParseTlogProof(SampleProof()).value();
  static const Hash leaf = HashLeaf(AsBytes(SampleEntry(3)));

  const std::string_view input = AsText(Bytes(data, size));
  const auto receipt = ParseCoseReceipt(input);
  if (!receipt) return 0;
  MODLOG_CHECK(FormatCoseReceipt(*receipt) == input,
               "a receipt has one spelling");
  MODLOG_CHECK(!receipt->path.empty() && receipt->path.size() <= kCosePathMax &&
                   receipt->index < receipt->size &&
                   input.size() <= kCoseReceiptSizeMax,
               "a receipt keeps its limits");
  if (!CheckCoseReceipt(*receipt, leaf, key)) return 0;
  MODLOG_CHECK(receipt->index == sample.index && receipt->path == sample.path,
               "one path leads to the leaf");
  return 0;
}

}  // namespace modlog
