#include "verifier/receipt/handles.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "verifier/base/damage.h"
#include "verifier/base/strict_json.h"
#include "verifier/base/words.h"
#include "verifier/core/seal.h"
#include "verifier/receipt/receipt.h"

namespace modlog {
namespace {

constexpr std::string_view kHandlesNotProved =
    "that the account has no other handles (of further numbers, or under "
    "other keys), nor which entries bear these: modlog-verify audit --handles "
    "looks at every entry";

Result<HandleFile> Parse(std::string_view file) {
  if (file.size() > kHandleFileSizeMax) {
    return Fail(Code::kTooLarge, std::to_string(file.size()) +
                                     " bytes, at most " +
                                     std::to_string(kHandleFileSizeMax));
  }
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(file));
  return HandleFileFrom(json);
}

// A key that a platform only copied from another would be registered without.
Result<void> CheckPossession(const ProvedHandles& proved,
                             const std::string& origin) {
  ASSIGN_OR_RETURN(const VrfPublicKey key,
                   VrfPublicKey::From(AsBytes(proved.public_key)));
  const std::string text = KeyProofText(origin, proved.platform, proved.key);
  if (!key.Verify(AsBytes(text), AsBytes(proved.possession))) {
    return Fail(Code::kBadProof,
                "the key was registered without a proof that the platform "
                "holds it");
  }
  return {};
}

std::string HandleWords(const NumberedHandle& handle) {
  return FormatHex(AsBytes(handle.handle));
}

}  // namespace

// The key must be in the log before its proofs mean anything: anybody can make
// a key, and handles that fit it.
HandlesReport JudgeHandles(std::string_view text, const Policy& policy) {
  HandlesReport report;
  const auto refuse = [&report](Verdict verdict, const std::string& reason) {
    report.verdict = verdict;
    report.reason = reason;
    report.trusted.reset();
    return report;
  };
  const auto file = Parse(text);
  if (!file) {
    const Error error = WithDamageWords(file.error(), text);
    return refuse(VerdictOf(error.code), error.message);
  }
  const ReceiptReport key =
      JudgeReceipt(file->key_entry, file->key_proof, policy);
  if (!key.entry) return refuse(key.verdict, "key: " + key.reason);
  auto proved = ProveHandles(*file);
  if (!proved) {
    return refuse(FalseBy(Cause::kHandle), proved.error().message);
  }
  const auto possessed =
      CheckPossession(*proved, key.trusted->checkpoint.origin);
  if (!possessed) {
    return refuse(FalseBy(Cause::kHandle), possessed.error().message);
  }
  report.verdict = key.verdict;  // true, or not witnessed yet
  report.reason = key.reason;
  report.trusted = key.trusted;
  report.log_key = key.log_key;
  report.key_entry = key.index;
  report.proved = *std::move(proved);
  return report;
}

std::string FormatHandles(const HandlesReport& report) {
  Lines lines;
  lines.Head("verdict: " + std::string(VerdictName(report.verdict)) +
             (report.reason.empty() ? "" : ": " + report.reason));
  if (!report.trusted) return lines.Take();
  lines.Head("these are handles of the account, and of no other");
  lines.Add("log", Quoted(report.trusted->checkpoint.origin));
  lines.Add("platform", Quoted(report.proved.platform));
  lines.Add("account", Quoted(report.proved.account, kHandleAccountSizeMax));
  lines.Add("key", Grouped(report.proved.key) + ", registered by entry " +
                       Grouped(report.key_entry));
  lines.Add("in the tree of size",
            Grouped(report.trusted->checkpoint.tree.size));
  lines.Add("signed by", report.log_key);
  for (const NumberedHandle& handle : report.proved.handles) {
    lines.Add("number " + Grouped(handle.number), HandleWords(handle));
  }
  lines.Head("what this does not prove");
  lines.Add("", kHandlesNotProved);
  return lines.Take();
}

std::string FormatHandlesJson(const HandlesReport& report) {
  nlohmann::ordered_json json = {
      {"verdict", VerdictName(report.verdict)},
      {"exit_status", static_cast<int>(report.verdict)},
      {"reason", report.reason}};
  if (report.trusted) {
    json["origin"] = report.trusted->checkpoint.origin;
    json["size"] = report.trusted->checkpoint.tree.size;
    json["log_key"] = report.log_key;
    json["platform"] = report.proved.platform;
    json["account"] = report.proved.account;
    json["key"] = report.proved.key;
    json["key_entry"] = report.key_entry;
    json["handles"] = nlohmann::ordered_json::array();
    for (const NumberedHandle& handle : report.proved.handles) {
      json["handles"].push_back(
          {{"number", handle.number}, {"handle", HandleWords(handle)}});
    }
    json["not_proved"] = kHandlesNotProved;
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<HandleOfEntry> FindHandle(const HandlesReport& report,
                                 std::string_view origin, uint64_t index,
                                 std::string_view platform,
                                 std::string_view handle, uint32_t key) {
  const auto wrong = [](const std::string& what) {
    return Fail(Code::kBadProof, what);
  };
  if (!report.trusted) return wrong(report.reason);
  // Of another log, platform or key an account has other handles: such a file
  // says nothing of this entry.
  const auto no_word = [](const std::string& what) {
    return Fail(Code::kNotFound, what);
  };
  if (report.trusted->checkpoint.origin != origin) {
    return no_word("their key was registered in another log: " +
                   Quoted(report.trusted->checkpoint.origin));
  }
  if (handle.empty()) return wrong("it bears none");
  if (report.proved.platform != platform || report.proved.key != key) {
    return no_word(
        "they are of another platform or key, and of this one's the "
        "file says nothing");
  }
  if (report.key_entry >= index) {
    return no_word("their key was registered by entry " +
                   Grouped(report.key_entry) + ", which is not before it");
  }
  const auto& handles = report.proved.handles;
  const auto found =
      std::ranges::find(handles, handle, &NumberedHandle::handle);
  if (found == handles.end()) {
    return wrong("it bears none of them");
  }
  return HandleOfEntry{report.proved.account, found->number, key,
                       report.key_entry};
}

void AddHandle(const HandleOfEntry& handle, Lines* lines) {
  lines->Head("whom the entry is about");
  lines->Add("account", Quoted(handle.account, kHandleAccountSizeMax));
  lines->Add("by its handle", "number " + Grouped(handle.number) +
                                  " of this account, under key " +
                                  Grouped(handle.key) + " that entry " +
                                  Grouped(handle.key_entry) + " registered");
}

nlohmann::ordered_json HandleJson(const HandleOfEntry& handle) {
  return {{"account", handle.account},
          {"number", handle.number},
          {"key", handle.key},
          {"key_entry", handle.key_entry}};
}

}  // namespace modlog
