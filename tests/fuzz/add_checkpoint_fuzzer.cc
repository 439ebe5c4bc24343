// Law: a submission that is read is written the same, if it has signatures;
// what a witness would cosign is signed by the log, no smaller than what it
// cosigned before, and proved. Inputs up to 64 KiB.

#include "tests/fuzz/fuzzer.h"
#include "tests/verifier/samples.h"
#include "verifier/witness/judgement.h"

namespace modlog {
namespace {

TreeHead SampleHead(uint64_t size) {
  const auto root = ParseBase64(kSampleRoots[size]).value();
  return {size, HashFromBytes(AsBytes(root)).value()};
}

void CheckJudgement(const AddCheckpointRequest& request) {
  for (uint64_t size = 0; size <= 5; ++size) {
    const TreeHead latest = SampleHead(size);
    if (Judge(request, latest) != Judgement::kCosign) continue;
    MODLOG_CHECK(request.checkpoint.tree.size >= size, "no way back");
    MODLOG_CHECK(request.old_size == size, "the old size is the latest one");
    MODLOG_CHECK(request.checkpoint.tree.size > size ||
                     request.checkpoint.tree == latest,
                 "one root for one size");
  }
}

void CheckRequest(std::string_view input) {
  const auto request = ParseAddCheckpoint(input);
  if (!request) return;
  MODLOG_CHECK(request->proof.size() <= kProofLinesMax, "63 lines at most");
  if (!request->note.signatures.empty()) {
    MODLOG_CHECK(FormatAddCheckpoint(*request) == input,
                 "a submission has one spelling");
  }
  CheckJudgement(*request);
  const VerifierKey key = ParseVerifierKey(kSampleLogKey).value();
  const auto lines = TrustedLines(request->note, std::span(&key, 1));
  MODLOG_CHECK(
      !lines || (lines->size() == 1 && request->note.text == kSampleText),
      "the log signed nothing else");
}

}  // namespace

MODLOG_FUZZER(add_checkpoint) {
  if (size > modlog::kAddCheckpointSizeMax) return -1;
  CheckRequest(AsText(Bytes(data, size)));
  return 0;
}

}  // namespace modlog
