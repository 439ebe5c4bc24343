#ifndef MODLOG_VERIFIER_RECEIPT_RECEIPT_H_
#define MODLOG_VERIFIER_RECEIPT_RECEIPT_H_

// A receipt judged: the bytes of an entry, a proof file (c2sp.org/tlog-proof)
// and a policy, nothing else. The answer is in words: what is proved, since
// when, who says so, and what is not proved. Pure functions, thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "verifier/core/cose_receipt.h"
#include "verifier/core/tlog_proof.h"
#include "verifier/core/verdict.h"
#include "verifier/receipt/entry_words.h"
#include "verifier/receipt/handles.h"
#include "verifier/receipt/openings.h"

namespace modlog {

// When the entry was in the log at the latest, and by whose word.
struct LoggedBy {
  // The earliest time at which the witnesses had cosigned whom the quorum asks
  // for; nothing where no witness says anything.
  std::optional<uint64_t> witnessed_s;
  std::vector<std::string> witnesses;  // those, in order of time
};

// Whose signature covers the entry, besides the log's.
struct EntrySigner {
  uint64_t seal = 0;    // its entry
  uint32_t number = 0;  // of the key
  std::string key;      // vkey, named after the platform
  bool expected =
      false;  // it is the key that the caller knows as the platform's
};

struct ReceiptReport {
  Verdict verdict = Verdict::kCannotTell;
  std::string reason;  // why not true; empty if true

  // Set where the inclusion was proved under a listed log's signature.
  std::optional<TrustedCheckpoint> trusted;
  std::string log_key;  // vkey
  uint64_t index = 0;
  Hash leaf_hash = {};
  LoggedBy logged_by;
  size_t extra_size = 0;  // bytes of the proof's `extra`, vouched for by nobody
  bool cose = false;  // by a COSE receipt: index and size are told, not signed

  // Set where moreover the entry is a canonical one.
  std::optional<ReadEntry> entry;

  // Set where moreover JudgeOpenings found them to be the entry's.
  std::optional<Openings> openings;

  // Set where moreover JudgeSealFile found that it covers the entry.
  std::optional<EntrySigner> signer;

  // Set where moreover JudgeHandleFile found a handle in it to be the entry's.
  std::optional<HandleOfEntry> handle;
};

ReceiptReport JudgeReceipt(std::string_view entry, std::string_view proof,
                           const Policy& policy);

// JudgeCoseReceipt judges an RFC 9942 receipt by the issuer's key for them. It
// has no witnesses.
ReceiptReport JudgeCoseReceipt(std::string_view entry, std::string_view receipt,
                               const VerifierKey& key);

// JudgeOpenings adds a file of openings to a report. One that is not of the
// entry makes it false, and the reason names the part; one that cannot be read
// makes it "cannot tell". Where the entry itself was not read nothing can be
// said of them, and the verdict stays.
void JudgeOpenings(std::string_view file, ReceiptReport* report);

// JudgeSealFile adds by which key of its platform the entry is sealed. A file
// that does not hold makes the report false. One by another key than
// `platform_key`, a vkey named after the platform, cannot tell: platforms have
// new keys. Where the caller knows none the key is the platform's by the log's
// word.
void JudgeSealFile(std::string_view file,
                   const std::optional<VerifierKey>& platform_key,
                   ReceiptReport* report);

// JudgeHandleFile adds whose the entry's handle is. A file that does not hold,
// or of whose handles the entry bears none under the file's key, makes the
// report false; one of another log, platform or key, one that cannot be read or
// is not witnessed yet, makes it unknown.
void JudgeHandleFile(std::string_view file, const Policy& policy,
                     ReceiptReport* report);

// FormatReceipt is for people; FormatReceiptJson is one JSON object.
std::string FormatReceipt(const ReceiptReport& report);
std::string FormatReceiptJson(const ReceiptReport& report);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_RECEIPT_H_
