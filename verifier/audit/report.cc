#include "verifier/audit/report.h"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "verifier/audit/record_report.h"
#include "verifier/base/lines.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

using nlohmann::ordered_json;

uint64_t EntriesPerSecond(const AuditReport& report) {
  if (report.seconds <= 0) return 0;
  return static_cast<uint64_t>(static_cast<double>(report.counts.entries) /
                               report.seconds);
}

std::string Seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

// ---- words for people

std::string VerdictLine(const AuditReport& report) {
  std::string line = "verdict: " + std::string(VerdictName(report.verdict));
  if (!report.place.empty()) line += ": " + report.place;
  if (!report.reason.empty()) line += ": " + report.reason;
  if (report.verdict != Verdict::kTrue) return line;
  if (report.trusted->checkpoint.tree.size == 0) {
    return line + ": empty: nothing proved";
  }
  if (report.from > 0) {
    return line + ": every entry from " + Grouped(report.from) +
           " on is under the signed root; what stands before was not looked at";
  }
  return line + ": every entry and tile is under the signed root";
}

std::string WitnessWords(const AuditReport& report) {
  std::string words;
  for (size_t i = 0; i < report.witnesses.size(); ++i) {
    words += (i == 0 ? "" : ", ") + Quoted(report.witnesses[i]) + " at " +
             FormatTimeS(report.trusted->cosigners[i].time_s);
  }
  if (words.empty()) words = "none";
  return words + (report.trusted->quorum ? "" : " (quorum not reached)");
}

std::string BeforeWords(const AuditReport& report) {
  if (!report.before) return "nothing to compare with";
  return "size " + Grouped(report.before->size) + ", root " +
         HashText(report.before->root);
}

void AddCheckpoint(const AuditReport& report, Lines* lines) {
  const Checkpoint& checkpoint = report.trusted->checkpoint;
  lines->Add("log", Quoted(checkpoint.origin));
  lines->Add("size", Grouped(checkpoint.tree.size));
  lines->Add("root", HashText(checkpoint.tree.root));
  lines->Add("signed by", report.log_key);
  lines->Add("witnesses", WitnessWords(report));
  lines->Add("seen before", BeforeWords(report));
}

void AddCounts(const AuditReport& report, Lines* lines) {
  const ReplayCounts& counts = report.counts;
  lines->Add("entries checked", Grouped(counts.entries));
  lines->Add("bundles checked",
             Grouped(counts.bundles) + ", " + Grouped(counts.bytes) + " bytes");
  lines->Add("tiles checked", Grouped(counts.tiles));
  lines->Add("time", Seconds(report.seconds) + ", " +
                         Grouped(EntriesPerSecond(report)) + " entries/s");
}

std::string TrustWords(const NamedLog& named) {
  return named.in_policy ? "which the policy trusts"
                         : "which the policy does not name";
}

void AddSuccession(const RecordSummary& record, Lines* lines) {
  if (record.succeeds) {
    const NamedLog& named = *record.succeeds;
    lines->Add("succeeds", Quoted(named.vkey) + ", " + TrustWords(named));
    lines->Add("", "which ended with " +
                       Counted(named.size, "entry", "entries") + ", root " +
                       FormatBase64(AsBytes(named.root)) +
                       (named.compared ? ", and agrees"
                                       : "; not compared (--predecessor)"));
  }
  if (record.succeeded_by) {
    const NamedLog& named = *record.succeeded_by;
    lines->Add("frozen", "by entry " + Grouped(named.entry) + ": it has ended");
    lines->Add("succeeded by", Quoted(named.vkey) + ", " + TrustWords(named));
  }
}

constexpr size_t kEntriesShownMax = 20;  // the JSON has all

std::string FoundWords(const FoundHandle& handle) {
  if (handle.entries.empty()) return "in no entry of this log";
  std::string words = handle.entries.size() == 1 ? "entry " : "entries ";
  const size_t shown = std::min(handle.entries.size(), kEntriesShownMax);
  for (size_t i = 0; i < shown; ++i) {
    words += (i == 0 ? "" : ", ") + Grouped(handle.entries[i]);
  }
  if (shown == handle.entries.size()) return words;
  return words + " and " + Grouped(handle.entries.size() - shown) + " more";
}

void AddHandles(const HandleFindings& found, Lines* lines) {
  lines->Head("handles of account " +
              Quoted(found.account, kHandleAccountSizeMax) + " on " +
              Quoted(found.platform));
  for (const FoundHandle& handle : found.handles) {
    lines->Add("number " + Grouped(handle.number), FoundWords(handle));
  }
  if (found.removed > 0) {
    lines->Add("not looked at", Counted(found.removed, "entry", "entries") +
                                    " whose bytes were removed");
  }
  if (found.key_destroyed != kNever) {
    lines->Add("key " + Grouped(found.key),
               "destroyed, says entry " + Grouped(found.key_destroyed));
  }
}

// ---- JSON

ordered_json HandlesJson(const HandleFindings& found) {
  ordered_json json = {{"account", found.account},
                       {"platform", found.platform},
                       {"key", found.key},
                       {"key_destroyed_by", nullptr},
                       {"not_looked_at", found.removed},
                       {"handles", ordered_json::array()}};
  if (found.key_destroyed != kNever) {
    json["key_destroyed_by"] = found.key_destroyed;
  }
  for (const FoundHandle& handle : found.handles) {
    json["handles"].push_back({{"number", handle.number},
                               {"handle", FormatHex(AsBytes(handle.handle))},
                               {"entries", handle.entries}});
  }
  return json;
}

ordered_json HeadJson(const std::optional<TreeHead>& head) {
  if (!head) return nullptr;
  return {{"size", head->size}, {"root", HashText(head->root)}};
}

ordered_json WitnessesJson(const AuditReport& report) {
  ordered_json list = ordered_json::array();
  for (size_t i = 0; i < report.witnesses.size(); ++i) {
    list.push_back({{"name", report.witnesses[i]},
                    {"time_s", report.trusted->cosigners[i].time_s}});
  }
  return list;
}

ordered_json SuccessionJson(const RecordSummary& record) {
  ordered_json json = {{"succeeded_by", nullptr}, {"succeeds", nullptr}};
  if (const auto& named = record.succeeded_by) {
    json["succeeded_by"] = {{"entry", named->entry},
                            {"log", named->vkey},
                            {"in_policy", named->in_policy}};
  }
  if (const auto& named = record.succeeds) {
    json["succeeds"] = {{"entry", named->entry},
                        {"log", named->vkey},
                        {"in_policy", named->in_policy},
                        {"size", named->size},
                        {"root", FormatBase64(AsBytes(named->root))},
                        {"compared", named->compared}};
  }
  return json;
}

void AddCheckpointJson(const AuditReport& report, ordered_json* json) {
  const Checkpoint& checkpoint = report.trusted->checkpoint;
  (*json)["origin"] = checkpoint.origin;
  (*json)["size"] = checkpoint.tree.size;
  (*json)["root"] = HashText(checkpoint.tree.root);
  (*json)["log_key"] = report.log_key;
  (*json)["quorum_reached"] = report.trusted->quorum;
  (*json)["witnesses"] = WitnessesJson(report);
  (*json)["seen_before"] = HeadJson(report.before);
  (*json)["remembered"] = report.remembered;
}

void AddCountsJson(const AuditReport& report, ordered_json* json) {
  (*json)["entries"] = report.counts.entries;
  (*json)["bundles"] = report.counts.bundles;
  (*json)["bytes"] = report.counts.bytes;
  (*json)["tiles"] = report.counts.tiles;
  (*json)["seconds"] = report.seconds;
  (*json)["entries_per_second"] = EntriesPerSecond(report);
  (*json)["succession"] = SuccessionJson(report.record);
  AddRecordJson(report, json);
}

}  // namespace

std::string FormatAudit(const AuditReport& report) {
  Lines lines;
  lines.Head(VerdictLine(report));
  lines.Add("source", report.source);
  if (report.trusted) {
    AddCheckpoint(report, &lines);
    AddCounts(report, &lines);
    AddSuccession(report.record, &lines);
    AddRecord(report, &lines);
  }
  if (report.handles) AddHandles(*report.handles, &lines);
  if (!report.evidence.empty()) lines.Add("evidence", report.evidence);
  return lines.Take();
}

std::string FormatAuditJson(const AuditReport& report) {
  ordered_json json = {{"verdict", VerdictName(report.verdict)},
                       {"exit_status", static_cast<int>(report.verdict)},
                       {"place", report.place},
                       {"reason", report.reason},
                       {"source", report.source}};
  if (report.trusted) {
    AddCheckpointJson(report, &json);
    AddCountsJson(report, &json);
  }
  if (report.handles) json["handles"] = HandlesJson(*report.handles);
  json["evidence"] = nullptr;
  if (!report.evidence.empty()) json["evidence"] = report.evidence;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace modlog
