#ifndef MODLOG_VERIFIER_AUDIT_PAYLOADS_H_
#define MODLOG_VERIFIER_AUDIT_PAYLOADS_H_

// What is served beside the entries that commit to a payload
// (payload/<index>, docs/formats.md, "Payload"), part of the rule "removals":
//
//   violation  what is served does not hash into the entry's commitment;
//              a part is served that an entry says was erased
//   warning    nothing is served, nothing says why: it was never given, or is
//              gone; also where the entry names the day until which it is to be
//              kept (payload_until), since an action is taken without a payload
//
// Read may be called by several threads; the rest is not thread-safe.

#include <functional>
#include <optional>

#include "verifier/replay/replay.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/removals.h"
#include "verifier/rules/rules.h"
#include "verifier/source/source.h"

namespace modlog {

// A payload of 1 MiB as JSON.
inline constexpr size_t kPayloadJsonMax = 3 << 20;

class PayloadCheck {
 public:
  PayloadCheck(Source* source, const Removals& removals, Findings* findings,
               RecordSummary* summary);

  // For ReplayRequest::read.
  std::function<void()> Read(const BundleView& bundle);

  // What could not be fetched, if anything.
  const std::optional<Fault>& error() const { return error_; }

 private:
  struct Judgement;
  void JudgeServed(uint64_t entry, const std::string& commitment,
                   std::string_view json, Judgement* judgement) const;
  void JudgeAbsent(uint64_t entry, uint32_t until, Judgement* judgement) const;

  Source* source_;
  const Removals& removals_;
  Findings* findings_;
  RecordSummary* summary_;
  uint32_t today_;
  std::optional<Fault> error_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_PAYLOADS_H_
