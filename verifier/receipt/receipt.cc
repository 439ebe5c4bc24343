#include "verifier/receipt/receipt.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "verifier/base/damage.h"
#include "verifier/base/lines.h"
#include "verifier/base/strict_json.h"
#include "verifier/base/words.h"
#include "verifier/receipt/openings_words.h"
#include "verifier/receipt/seal_file.h"
#include "verifier/source/trust.h"

namespace modlog {
namespace {

constexpr std::string_view kReceiptNotProved =
    "that the decision was right; that what the entry states is true; that "
    "nothing was left out of the log";

// ---- judging

// The quorum's time: witnesses are taken in order of time until the quorum is
// reached. Where the policy asks for none, the first witness's time is as good
// as that witness.
LoggedBy FindLoggedBy(const TrustedCheckpoint& trusted, const Policy& policy) {
  std::vector<Cosigned> cosigners = trusted.cosigners;
  std::stable_sort(
      cosigners.begin(), cosigners.end(),
      [](const Cosigned& a, const Cosigned& b) { return a.time_s < b.time_s; });
  LoggedBy by;
  std::vector<bool> cosigned(policy.witnesses.size(), false);
  for (const Cosigned& cosigner : cosigners) {
    cosigned[cosigner.witness] = true;
    by.witnesses.push_back(policy.witnesses[cosigner.witness].name);
    if (!QuorumReached(policy, cosigned)) continue;
    by.witnessed_s = cosigner.time_s;
    break;
  }
  return by;
}

// That bytes with this hash are in the log is proved. That this version cannot
// read them may be because it is older than they are.
void JudgeEntry(std::string_view bytes, ReceiptReport* report) {
  ReadEntry entry;
  std::string scratch;
  if (auto read = ReadCanonicalEntry(bytes, &entry, &scratch); !read) {
    report->verdict = Verdict::kCannotTell;
    report->reason = "the entry is in the log, but " + read.error().message +
                     ": if a newer log wrote it, a newer version reads it";
    return;
  }
  report->entry = std::move(entry);
}

// An entry whose hash leads elsewhere refutes the receipt only if it is whole:
// a mail program that changed its line ends makes no liar of anybody.
Verdict VerdictOfEntry(std::string_view bytes, Error* error) {
  ReadEntry entry;
  std::string scratch;
  if (VerdictOf(error->code) != Verdict::kFalse ||
      ReadCanonicalEntry(bytes, &entry, &scratch)) {
    return VerdictOf(error->code);
  }
  error->message +=
      "; but the file of the entry is not an entry as a log "
      "writes one: it may have been changed on its way (it is "
      "binary; mail programs and editors change line ends), so "
      "get it again";
  return Verdict::kCannotTell;
}

// JudgeBeside adds what a file beside the receipt proves: it makes the report
// false, or one that cannot tell, and never better.
void JudgeBeside(Cause cause, const std::string& what, const Error& error,
                 ReceiptReport* report) {
  const Verdict verdict = VerdictOf(error.code) == Verdict::kFalse
                              ? FalseBy(cause)
                              : Verdict::kCannotTell;
  const Verdict both = Worse(report->verdict, verdict);
  if (both == report->verdict && report->verdict != Verdict::kCannotTell)
    return;
  report->verdict = both;
  report->reason = what + error.message;
}

// ---- words for people

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + Quoted(name);
  }
  return text;
}

std::string SinceWords(const ReceiptReport& report) {
  const LoggedBy& by = report.logged_by;
  if (by.witnessed_s) {
    return FormatTimeS(*by.witnessed_s) + ", by the word of " +
           Counted(by.witnesses.size(), "witness", "witnesses") + " (" +
           Joined(by.witnesses) + ")";
  }
  if (!report.entry) return "by nobody's word but the log's, at no time stated";
  return FormatTimeMs(report.entry->logged_at_ms) +
         ", by the log's own word only: no quorum of witnesses says so";
}

void AddProved(const ReceiptReport& report, Lines* lines) {
  const Checkpoint& checkpoint = report.trusted->checkpoint;
  lines->Head("the entry with these bytes is in the log");
  lines->Add("log", Quoted(checkpoint.origin));
  lines->Add("index", Grouped(report.index));
  lines->Add("leaf hash", HashText(report.leaf_hash));
  lines->Add("in the tree of size", Grouped(checkpoint.tree.size));
  lines->Add("root", HashText(checkpoint.tree.root));
  lines->Add("signed by", report.log_key);
  lines->Add("logged no later than", SinceWords(report));
  if (report.cose) {
    lines->Add("note",
               "a COSE receipt: its signature covers the root alone; index and "
               "size are told, and lead to it");
  }
  if (report.extra_size > 0) {
    lines->Add("note", "the proof file has " +
                           Counted(report.extra_size, "byte", "bytes") +
                           " of extra data that nobody vouches for");
  }
}

void AddSeal(const ReadEntry& entry, Lines* lines) {
  lines->Head("the entry says");
  lines->Add("platform", Quoted(entry.platform));
  lines->Add("kind", "seal of " +
                         Counted(entry.seal->count, "action", "actions") +
                         " before it");
  lines->Add("before", Grouped(entry.seal->before));
  lines->Add("key", Grouped(entry.seal->key));
  lines->Add("signature",
             "of the platform's key; an audit of the log judges it");
}

std::string SignatureWords(const std::optional<EntrySigner>& signer) {
  if (!signer) {
    return "not signed by the platform, as far as this receipt shows: "
           "attributed by the log's operator alone";
  }
  const std::string by =
      "sealed at entry " + std::to_string(signer->seal) + " by " + signer->key;
  return signer->expected
             ? by + ", the platform's key"
             : by + ", which the log says is the platform's key " +
                   std::to_string(signer->number) +
                   ": ask the platform, and name it with --platform-key";
}

void AddEntry(const ReadEntry& entry, const std::optional<EntrySigner>& signer,
              Lines* lines) {
  if (entry.seal) return AddSeal(entry, lines);
  lines->Head("the entry says");
  lines->Add("platform", entry.platform.empty() ? "(the log's operator)"
                                                : Quoted(entry.platform));
  lines->Add("kind", KindWords(entry.action));
  lines->Add("puid", Quoted(entry.action.puid()));
  lines->Add("logged at",
             FormatTimeMs(entry.logged_at_ms) + " (the log's own clock)");
  for (const auto& [name, value] : DescribeAction(entry.action)) {
    lines->Add(name, value);
  }
  lines->Head("who says so");
  lines->Add("provenance", ProvenanceWords(entry.action));
  lines->Add("signature", SignatureWords(signer));
}

nlohmann::ordered_json SignerJson(const EntrySigner& signer) {
  return {{"entry", signer.seal},
          {"number", signer.number},
          {"key", signer.key},
          {"expected_key", signer.expected}};
}

nlohmann::ordered_json EntryJson(const ReadEntry& entry, bool is_signed) {
  if (entry.seal) {
    return {{"platform", entry.platform},
            {"logged_at_ms", entry.logged_at_ms},
            {"kind", "seal"},
            {"count", entry.seal->count},
            {"before", entry.seal->before},
            {"key", entry.seal->key}};
  }
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
  for (const auto& [name, value] : DescribeAction(entry.action)) {
    fields[name] = value;
  }
  return {{"platform", entry.platform},
          {"logged_at_ms", entry.logged_at_ms},
          {"kind", KindWords(entry.action)},
          {"puid", entry.action.puid()},
          {"provenance", v1::Provenance_Name(entry.action.provenance())},
          {"provenance_words", ProvenanceWords(entry.action)},
          {"signed_by_platform", is_signed},
          {"fields", fields}};
}

void AddProvedJson(const ReceiptReport& report, nlohmann::ordered_json* json) {
  const Checkpoint& checkpoint = report.trusted->checkpoint;
  (*json)["origin"] = checkpoint.origin;
  (*json)["index"] = report.index;
  (*json)["leaf_hash"] = HashText(report.leaf_hash);
  (*json)["size"] = checkpoint.tree.size;
  (*json)["root"] = HashText(checkpoint.tree.root);
  (*json)["log_key"] = report.log_key;
  (*json)["index_and_size_signed"] = !report.cose;
  (*json)["quorum_reached"] = report.trusted->quorum;
  (*json)["witnesses"] = report.logged_by.witnesses;
  (*json)["witnessed_no_later_than_s"] = nullptr;
  if (report.logged_by.witnessed_s) {
    (*json)["witnessed_no_later_than_s"] = *report.logged_by.witnessed_s;
  }
}

}  // namespace

// Who signed comes before what is proved: a path that leads to a root which
// nobody vouches for says nothing, and must not read like a verdict.
ReceiptReport JudgeReceipt(std::string_view entry, std::string_view proof,
                           const Policy& policy) {
  ReceiptReport report;
  const auto refuse = [&report](Verdict verdict, const Error& error) {
    report.verdict = verdict;
    report.reason = error.message;
    return report;
  };
  const auto parsed = ParseTlogProof(proof);
  if (!parsed) {
    const Error error = WithDamageWords(parsed.error(), proof);
    return refuse(VerdictOf(error.code), error);
  }
  report.index = parsed->index;
  report.extra_size = parsed->extra ? parsed->extra->size() : 0;
  report.leaf_hash = HashLeaf(AsBytes(entry));
  const auto trusted = CheckTlogProof(*parsed, report.leaf_hash, policy);
  if (!trusted) {
    Error error = Sharpened(trusted.error(), parsed->checkpoint, policy);
    const bool is_signed =
        error.code == Code::kBadProof || error.code == Code::kOutOfRange;
    const Verdict verdict =
        is_signed ? VerdictOfEntry(entry, &error) : VerdictOf(error.code);
    return refuse(verdict, error);
  }
  report.trusted = *trusted;
  report.log_key = FormatVerifierKey(policy.logs[trusted->log].key);
  report.logged_by = FindLoggedBy(*trusted, policy);
  report.verdict = trusted->quorum ? Verdict::kTrue : Verdict::kCannotTell;
  if (!trusted->quorum) {
    report.reason =
        "not witnessed yet: the quorum that the policy asks for is "
        "not reached";
  }
  JudgeEntry(entry, &report);
  return report;
}

ReceiptReport JudgeCoseReceipt(std::string_view entry, std::string_view receipt,
                               const VerifierKey& key) {
  ReceiptReport report;
  report.cose = true;
  report.leaf_hash = HashLeaf(AsBytes(entry));
  const auto parsed = ParseCoseReceipt(receipt);
  const auto tree = parsed ? CheckCoseReceipt(*parsed, report.leaf_hash, key)
                           : std::unexpected(parsed.error());
  if (!tree) {
    Error error = WithDamageWords(tree.error(), receipt);
    report.verdict = VerdictOfEntry(entry, &error);
    report.reason = error.message;
    return report;
  }
  report.index = parsed->index;
  report.trusted = TrustedCheckpoint{.checkpoint = {parsed->issuer, *tree},
                                     .log = 0,
                                     .cosigners = {},
                                     .quorum = false};
  report.log_key = FormatVerifierKey(key);
  report.verdict = Verdict::kTrue;
  JudgeEntry(entry, &report);
  return report;
}

void JudgeOpenings(std::string_view file, ReceiptReport* report) {
  if (!report->entry) return;
  auto openings = ParseOpenings(file);
  const Result<void> holds =
      openings ? CheckOpenings(*openings, report->entry->action.commitment())
               : std::unexpected(openings.error());
  if (holds) {
    report->openings = *std::move(openings);
    return;
  }
  const bool unread = !openings;
  JudgeBeside(Cause::kOpening,
              unread ? "the entry is in the log, but the file of openings "
                       "cannot be read: "
                     : "the entry is in the log, but the openings are not its "
                       "own: ",
              unread ? WithDamageWords(holds.error(), file) : holds.error(),
              report);
}

namespace {

Result<EntrySigner> SignerIn(std::string_view text,
                             const std::optional<VerifierKey>& platform_key,
                             const ReceiptReport& report) {
  if (text.size() > kSealFileSizeMax) {
    return Fail(Code::kTooLarge, "the seal file is larger than 64 KiB");
  }
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text));
  ASSIGN_OR_RETURN(const SealFile file, SealFileFrom(json));
  const ReadEntry& entry = *report.entry;
  ASSIGN_OR_RETURN(
      const Seal seal,
      CheckSealFile(file, {report.trusted->checkpoint.origin, entry.platform,
                           report.index, entry.action_bytes}));
  ASSIGN_OR_RETURN(const auto key,
                   Ed25519PublicKey::From(AsBytes(file.public_key)));
  ASSIGN_OR_RETURN(
      const VerifierKey named,
      MakeVerifierKey(entry.platform, SignatureType::kEd25519, key));
  if (platform_key &&
      FormatVerifierKey(*platform_key) != FormatVerifierKey(named)) {
    return Fail(Code::kNotFound,
                "it is sealed by " + FormatVerifierKey(named) +
                    ", which is not the key given: ask the platform whether "
                    "that is an earlier or later key of its own");
  }
  return EntrySigner{file.index, seal.key, FormatVerifierKey(named),
                     platform_key.has_value()};
}

}  // namespace

void JudgeSealFile(std::string_view file,
                   const std::optional<VerifierKey>& platform_key,
                   ReceiptReport* report) {
  if (!report->entry) return;
  auto signer = SignerIn(file, platform_key, *report);
  if (signer) {
    report->signer = *std::move(signer);
    return;
  }
  JudgeBeside(Cause::kSeal, "the entry is in the log, but of its seal: ",
              WithDamageWords(signer.error(), file), report);
}

void JudgeHandleFile(std::string_view file, const Policy& policy,
                     ReceiptReport* report) {
  if (!report->entry) return;
  const HandlesReport handles = JudgeHandles(file, policy);
  const v1::Action& action = report->entry->action;
  const auto found = FindHandle(handles, report->trusted->checkpoint.origin,
                                report->index, report->entry->platform,
                                action.subject_handle(), action.handle_key());
  if (found) report->handle = *found;
  Verdict verdict = handles.verdict;
  if (handles.trusted && !found) {
    verdict = VerdictOf(found.error().code) == Verdict::kFalse
                  ? FalseBy(Cause::kHandle)
                  : Verdict::kCannotTell;
  }
  if (verdict == Verdict::kTrue) return;
  report->verdict = Worse(report->verdict, verdict);
  report->reason = "the entry is in the log, but of the handles: " +
                   (found ? handles.reason : found.error().message);
}

std::string FormatReceipt(const ReceiptReport& report) {
  Lines lines;
  lines.Head("verdict: " + std::string(VerdictName(report.verdict)) +
             (report.reason.empty() ? "" : ": " + report.reason));
  if (!report.trusted) return lines.Take();
  AddProved(report, &lines);
  if (report.entry) AddEntry(*report.entry, report.signer, &lines);
  if (report.handle) AddHandle(*report.handle, &lines);
  if (report.openings) AddOpenings(*report.openings, &lines);
  lines.Head("what this does not prove");
  lines.Add("", kReceiptNotProved);
  return lines.Take();
}

std::string FormatReceiptJson(const ReceiptReport& report) {
  nlohmann::ordered_json json = {
      {"verdict", VerdictName(report.verdict)},
      {"exit_status", static_cast<int>(report.verdict)},
      {"reason", report.reason}};
  if (report.trusted) AddProvedJson(report, &json);
  if (report.entry) {
    const bool is_signed = report.signer && report.signer->expected;
    json["entry"] = EntryJson(*report.entry, is_signed);
  }
  if (report.signer) json["seal"] = SignerJson(*report.signer);
  if (report.handle) json["handle"] = HandleJson(*report.handle);
  if (report.openings) json["openings"] = OpeningsJson(*report.openings);
  if (report.trusted) json["not_proved"] = kReceiptNotProved;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace modlog
