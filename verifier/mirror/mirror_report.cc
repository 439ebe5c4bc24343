#include "verifier/mirror/mirror_report.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "verifier/base/lines.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

using nlohmann::ordered_json;

std::string VerdictWords(const MirrorReport& report) {
  std::string words(VerdictName(report.verdict));
  if (!report.place.empty()) words += ": " + report.place;
  if (!report.reason.empty()) words += ": " + report.reason;
  if (report.verdict != Verdict::kTrue) return words;
  return words + ": everything that the checkpoint promises is in the copy";
}

std::string HeadWords(const TreeHead& head) {
  return "size " + Grouped(head.size) + ", root " + HashText(head.root);
}

std::string FileWords(const MirrorReport& report) {
  return Grouped(report.files_written) + " fetched, " +
         Grouped(report.files_kept) + " there before";
}

std::string RedactionWords(const MirrorReport& report) {
  return Grouped(report.redacted) + ", " + Grouped(report.taken_out) +
         " taken out now";
}

ordered_json HeadJson(const std::optional<TreeHead>& head) {
  if (!head) return nullptr;
  return {{"size", head->size}, {"root", HashText(head->root)}};
}

ordered_json TrustJson(const MirrorReport& report) {
  ordered_json witnesses = ordered_json::array();
  for (size_t i = 0; i < report.witnesses.size(); ++i) {
    witnesses.push_back({{"name", report.witnesses[i]},
                         {"time_s", report.trusted->cosigners[i].time_s}});
  }
  const Checkpoint& checkpoint = report.trusted->checkpoint;
  return {{"origin", checkpoint.origin},
          {"size", checkpoint.tree.size},
          {"root", HashText(checkpoint.tree.root)},
          {"log_key", report.log_key},
          {"quorum_reached", report.trusted->quorum},
          {"witnesses", witnesses}};
}

}  // namespace

std::string FormatMirror(const MirrorReport& report) {
  Lines lines;
  lines.Head("verdict: " + VerdictWords(report));
  lines.Add("source", report.source);
  lines.Add("directory", report.directory);
  if (report.trusted) {
    const Checkpoint& checkpoint = report.trusted->checkpoint;
    lines.Add("log", Quoted(checkpoint.origin));
    lines.Add("size", Grouped(checkpoint.tree.size));
    lines.Add("root", HashText(checkpoint.tree.root));
    lines.Add("signed by", report.log_key);
    lines.Add("copied before",
              report.before ? HeadWords(*report.before) : "nothing");
    lines.Add("tiles and bundles", FileWords(report));
    if (report.redacted > 0) {
      lines.Add("redacted entries", RedactionWords(report));
    }
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", report.seconds);
    lines.Add("time", seconds);
  }
  if (!report.evidence.empty()) lines.Add("evidence", report.evidence);
  return lines.Take();
}

std::string FormatMirrorLine(const MirrorReport& report) {
  if (report.verdict != Verdict::kTrue) return VerdictWords(report) + "\n";
  const Checkpoint& checkpoint = report.trusted->checkpoint;
  std::string line = Quoted(checkpoint.origin) + " " +
                     HeadWords(checkpoint.tree) + ": " + FileWords(report);
  if (report.taken_out > 0) {
    line += "; redacted entries: " + RedactionWords(report);
  }
  return line + "\n";
}

std::string FormatMirrorJson(const MirrorReport& report, bool one_line) {
  ordered_json json = {{"verdict", VerdictName(report.verdict)},
                       {"exit_status", static_cast<int>(report.verdict)},
                       {"place", report.place},
                       {"reason", report.reason},
                       {"source", report.source},
                       {"directory", report.directory}};
  if (report.trusted) json.update(TrustJson(report));
  json["copied_before"] = HeadJson(report.before);
  json["published"] = report.published;
  json["files_fetched"] = report.files_written;
  json["files_there_before"] = report.files_kept;
  json["redacted_entries"] = report.redacted;
  json["taken_out"] = report.taken_out;
  json["seconds"] = report.seconds;
  json["evidence"] = nullptr;
  if (!report.evidence.empty()) json["evidence"] = report.evidence;
  return json.dump(one_line ? -1 : 2, ' ', false,
                   nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace modlog
