#include "verifier/audit/record_report.h"

#include <algorithm>

#include "verifier/base/words.h"
#include "verifier/receipt/entry_words.h"
#include "verifier/rules/attestations.h"

namespace modlog {
namespace {

using nlohmann::ordered_json;

// How many platforms, attestations and redactions a report for people shows.
constexpr size_t kShown = 20;

std::string NameOf(const std::string& platform) {
  return platform.empty() ? "the operator" : Quoted(platform);
}

// "VOID_REASON_TEST" as "test".
std::string CodeWords(std::string name, std::string_view prefix, int code) {
  if (name.empty()) return "code " + std::to_string(code);
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  for (char& c : name) {
    c = c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return name;
}
std::string BasisWords(int basis) {
  return CodeWords(v1::ErasureBasis_Name(basis), "ERASURE_BASIS_", basis);
}
std::string VoidWords(int reason) {
  return CodeWords(v1::VoidReason_Name(reason), "VOID_REASON_", reason);
}

template <typename Words>
std::string CountsWords(const std::map<int, uint64_t>& counts,
                        const Words& words) {
  std::string text;
  for (const auto& [code, count] : counts) {
    text += (text.empty() ? "" : ", ") + words(code) + " " + Grouped(count);
  }
  return text;
}
uint64_t Sum(const std::map<int, uint64_t>& counts) {
  uint64_t sum = 0;
  for (const auto& [code, count] : counts) sum += count;
  return sum;
}

std::string Percent(uint64_t part, uint64_t whole) {
  const uint64_t tenths = whole == 0 ? 0 : part * 1000 / whole;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

// ---- words for people

std::string RulesWords(const AuditReport& report) {
  if (!report.rules_checked) return "not checked";
  if (report.findings.total() == 0) return "no violation, no warning";
  std::string words;
  for (const auto& [rule, count] : report.findings.counts()) {
    if (!words.empty()) words += "; ";
    words += std::string(rule) + ": ";
    std::string_view between;
    const auto add = [&](uint64_t number, std::string_view one,
                         std::string_view many) {
      if (number == 0) return;
      words += std::string(between) + Counted(number, one, many);
      between = ", ";
    };
    add(count.violations, "violation", "violations");
    add(count.warnings, "warning", "warnings");
    add(count.unjudged, "not judged", "not judged");
  }
  return words;
}

void AddFindings(const Findings& findings, Severity severity,
                 std::string_view head, uint64_t total, Lines* lines) {
  if (total == 0) return;
  lines->Head(head);
  uint64_t shown = 0;
  for (const Finding& finding : findings.Kept(severity)) {
    ++shown;
    lines->Add("entry " + std::to_string(finding.entry),
               std::string(finding.rule) + ": " + finding.what);
  }
  if (total > shown) {
    lines->Add("", "and " + Grouped(total - shown) + " more");
  }
}

void AddVouching(const PlatformFigures& figures, Lines* lines) {
  std::string words;
  if (figures.sealed > 0) {
    words += Grouped(figures.sealed) + " sealed by its key, ";
  }
  words +=
      Grouped(figures.actions - std::min(figures.actions, figures.sealed)) +
      " attributed by the operator alone";
  if (figures.copied > 0) {
    words += "; " + Grouped(figures.copied) + " are copies, not its own word";
  }
  lines->Add("  attribution", words);
}

void AddLateness(const PlatformFigures& figures, uint64_t late_days,
                 Lines* lines) {
  if (figures.dated == 0) return;
  std::string words =
      Percent(figures.late, figures.dated) + " of " + Grouped(figures.dated) +
      " own decisions logged more than " + Counted(late_days, "day", "days") +
      " after they applied; by days:";
  for (size_t i = 0; i < figures.delays.size(); ++i) {
    if (figures.delays[i] == 0) continue;
    words +=
        (i < kDelayBounds.size() ? " ≤" + std::to_string(kDelayBounds[i])
                                 : " >" + std::to_string(kDelayBounds.back())) +
        ": " + Grouped(figures.delays[i]);
  }
  lines->Add("  lateness", words);
}

void AddCorrections(const PlatformFigures& figures, Lines* lines) {
  const uint64_t voids = Sum(figures.voids);
  if (voids + figures.corrections + figures.bulk_corrections == 0) return;
  std::string words =
      Percent(voids + figures.corrections + figures.corrected_in_bulk,
              figures.actions) +
      " of its entries: ";
  words += Grouped(voids) + " void";
  if (voids > 0) words += " (" + CountsWords(figures.voids, VoidWords) + ")";
  words += ", " + Grouped(figures.corrections) + " stated anew, " +
           Grouped(figures.corrected_in_bulk) + " corrected by " +
           Counted(figures.bulk_corrections, "rule", "rules");
  for (const auto& [field, count] : figures.corrected_fields) {
    words += ", " + field + " " + Grouped(count);
  }
  if (figures.uncompared > 0) {
    words += ", " + Grouped(figures.uncompared) + " not compared by field";
  }
  lines->Add("  corrections", words);
}

void AddRemovals(const PlatformFigures& figures, Lines* lines) {
  if (figures.erased.empty() && figures.redacted.empty()) return;
  std::string words;
  if (!figures.erased.empty()) {
    words += Counted(Sum(figures.erased), "payload", "payloads") +
             " erased by it (" + CountsWords(figures.erased, BasisWords) + ")";
  }
  if (!figures.redacted.empty()) {
    words += (words.empty() ? "" : ", ") +
             Counted(Sum(figures.redacted), "leaf", "leaves") +
             " redacted by it (" + CountsWords(figures.redacted, BasisWords) +
             ")";
  }
  lines->Add("  removals", words);
}

void AddPlatforms(const RecordSummary& record, Lines* lines) {
  if (record.platforms.empty()) return;
  lines->Head("platforms");
  size_t shown = 0;
  for (const auto& [platform, figures] : record.platforms) {
    if (++shown > kShown) break;
    lines->Add(NameOf(platform), Counted(figures.actions, "entry", "entries") +
                                     " and " +
                                     Counted(figures.seals, "seal", "seals"));
    if (!platform.empty()) AddVouching(figures, lines);
    AddLateness(figures, record.late_days, lines);
    AddCorrections(figures, lines);
    AddRemovals(figures, lines);
  }
  if (record.platforms.size() > kShown) {
    lines->Add("", "and " + Grouped(record.platforms.size() - kShown) +
                       " more; --json has them");
  }
  if (record.further_platforms == 0) return;
  const PlatformFigures& figures = record.further;
  lines->Add("and further",
             Counted(record.further_platforms, "platform", "platforms") +
                 ", not told one by one: together " +
                 Counted(figures.actions, "entry", "entries") + " and " +
                 Counted(figures.seals, "seal", "seals"));
}

void AddRedactedLeaves(const RecordSummary& record, Lines* lines) {
  if (record.redacted_leaves.empty()) return;
  lines->Head("redacted entries, their bytes removed");
  size_t shown = 0;
  for (const RedactedLeaf& leaf : record.redacted_leaves) {
    if (++shown > kShown) break;
    lines->Add("entry " + std::to_string(leaf.entry),
               "by entry " + std::to_string(leaf.redaction) + ", basis " +
                   BasisWords(leaf.basis));
  }
  if (record.redacted_leaves.size() > kShown) {
    lines->Add("", "and " + Grouped(record.redacted_leaves.size() - kShown) +
                       " more; --json has all");
  }
}

std::string_view ClockName(v1::StatsClock clock) {
  switch (clock) {
    case v1::STATS_CLOCK_LOGGED:
      return "logged";
    case v1::STATS_CLOCK_APPLICATION:
      return "application";
    case v1::STATS_CLOCK_SOURCE:
      return "source";
    default:
      return "unknown";
  }
}

void AddAttestations(const RecordSummary& record, Lines* lines) {
  if (record.attestations.empty()) return;
  lines->Head("attested figures, counted again");
  size_t shown = 0;
  for (const CountedAttestation& attestation : record.attestations) {
    if (++shown > kShown) break;
    lines->Add(
        "entry " + std::to_string(attestation.entry),
        NameOf(attestation.platform) + ", " +
            FormatDay(attestation.stats.from()) + " to " +
            FormatDay(attestation.stats.to()) + " by the " +
            std::string(ClockName(attestation.stats.clock())) + " date" +
            (attestation.copied ? ", copied from what it published" : "") +
            (attestation.replaced_by == 0
                 ? ""
                 : ", replaced by entry " +
                       std::to_string(attestation.replaced_by)));
    for (const CountedCell& cell : attestation.cells) {
      if (attestation.uncounted) {
        lines->Add("  not counted", CellWords(cell.cell) + ": attested " +
                                        Grouped(cell.cell.value()));
        continue;
      }
      const bool agrees = cell.cell.value() == cell.counted;
      lines->Add(agrees ? "  agrees" : "  differs",
                 CellWords(cell.cell) + ": attested " +
                     Grouped(cell.cell.value()) + ", counted " +
                     Grouped(cell.counted));
    }
  }
  if (record.attestations.size() > kShown) {
    lines->Add("", "and " + Grouped(record.attestations.size() - kShown) +
                       " more; --json has all");
  }
}

// ---- JSON

ordered_json RulesJson(const AuditReport& report) {
  ordered_json rules = ordered_json::array();
  if (!report.rules_checked) return rules;
  for (const std::string_view rule : kRuleNames) {
    const auto it = report.findings.counts().find(rule);
    const Findings::Count count =
        it == report.findings.counts().end() ? Findings::Count{} : it->second;
    rules.push_back({{"rule", rule},
                     {"violations", count.violations},
                     {"warnings", count.warnings},
                     {"unjudged", count.unjudged}});
  }
  return rules;
}

ordered_json FindingsJson(const Findings& findings, Severity severity) {
  ordered_json list = ordered_json::array();
  for (const Finding& finding : findings.Kept(severity)) {
    list.push_back({{"rule", finding.rule},
                    {"entry", finding.entry},
                    {"what", finding.what}});
  }
  return list;
}

template <typename Words>
ordered_json CountsJson(const std::map<int, uint64_t>& counts,
                        const Words& words) {
  ordered_json json = ordered_json::object();
  for (const auto& [code, count] : counts) json[words(code)] = count;
  return json;
}

ordered_json LatenessJson(const PlatformFigures& figures) {
  ordered_json delays = ordered_json::array();
  for (size_t i = 0; i < figures.delays.size(); ++i) {
    ordered_json bucket = {{"days_at_most", nullptr},
                           {"entries", figures.delays[i]}};
    if (i < kDelayBounds.size()) bucket["days_at_most"] = kDelayBounds[i];
    delays.push_back(std::move(bucket));
  }
  return {{"dated", figures.dated},
          {"late", figures.late},
          {"delays", std::move(delays)}};
}

ordered_json PlatformJson(const std::string& platform,
                          const PlatformFigures& figures) {
  ordered_json json = {
      {"platform", platform},
      {"entries", figures.actions},
      {"seals", figures.seals},
      {"sealed", figures.sealed},
      {"attributed_by_operator_alone",
       figures.actions - std::min(figures.actions, figures.sealed)},
      {"copied", figures.copied},
      {"lateness", LatenessJson(figures)}};
  json["corrections"] = {{"void", CountsJson(figures.voids, VoidWords)},
                         {"stated_anew", figures.corrections},
                         {"bulk", figures.bulk_corrections},
                         {"corrected_in_bulk", figures.corrected_in_bulk},
                         {"fields", ordered_json(figures.corrected_fields)},
                         {"not_compared", figures.uncompared}};
  json["erased"] = CountsJson(figures.erased, BasisWords);
  json["redacted"] = CountsJson(figures.redacted, BasisWords);
  return json;
}

ordered_json CellJson(const CountedCell& cell, bool uncounted) {
  ordered_json json = {{"what", CellWords(cell.cell)},
                       {"attested", cell.cell.value()},
                       {"counted", nullptr},
                       {"agrees", nullptr}};
  if (uncounted) return json;
  json["counted"] = cell.counted;
  json["agrees"] = cell.cell.value() == cell.counted;
  return json;
}

ordered_json AttestationJson(const CountedAttestation& attestation) {
  ordered_json cells = ordered_json::array();
  for (const CountedCell& cell : attestation.cells) {
    cells.push_back(CellJson(cell, attestation.uncounted));
  }
  ordered_json json = {{"entry", attestation.entry},
                       {"platform", attestation.platform},
                       {"copied", attestation.copied},
                       {"from", FormatDay(attestation.stats.from())},
                       {"to", FormatDay(attestation.stats.to())},
                       {"clock", ClockName(attestation.stats.clock())},
                       {"replaced_by", nullptr},
                       {"cells", std::move(cells)}};
  if (attestation.replaced_by != 0) {
    json["replaced_by"] = attestation.replaced_by;
  }
  return json;
}

}  // namespace

void AddRecord(const AuditReport& report, Lines* lines) {
  const RecordSummary& record = report.record;
  lines->Add("rules", RulesWords(report));
  if (record.payloads_checked > 0) {
    lines->Add("payloads checked",
               Grouped(record.payloads_checked) + ", " +
                   Counted(record.payload_parts_checked, "part", "parts"));
  }
  const Findings& findings = report.findings;
  AddFindings(findings, Severity::kViolation, "violations",
              findings.violations(), lines);
  AddFindings(findings, Severity::kWarning, "warnings", findings.warnings(),
              lines);
  AddFindings(findings, Severity::kUnjudged, "not judged", findings.unjudged(),
              lines);
  AddRedactedLeaves(record, lines);
  if (record.perhaps_redacted_references > 0) {
    lines->Add("", Counted(record.perhaps_redacted_references, "reference",
                           "references") +
                       " may name a redacted entry, whose puid is gone");
  }
  AddPlatforms(record, lines);
  AddAttestations(record, lines);
  if (record.uniformity.empty()) return;
  lines->Head("uniformity");
  for (const std::string& note : record.uniformity) lines->Add("note", note);
}

void AddRecordJson(const AuditReport& report, ordered_json* json) {
  const RecordSummary& record = report.record;
  const Findings& findings = report.findings;
  (*json)["rules_checked"] = report.rules_checked;
  (*json)["violation_count"] = findings.violations();
  (*json)["violations"] = FindingsJson(findings, Severity::kViolation);
  (*json)["warning_count"] = findings.warnings();
  (*json)["warnings"] = FindingsJson(findings, Severity::kWarning);
  (*json)["unjudged_count"] = findings.unjudged();
  (*json)["unjudged"] = FindingsJson(findings, Severity::kUnjudged);
  (*json)["rules"] = RulesJson(report);
  (*json)["late_days"] = record.late_days;
  ordered_json platforms = ordered_json::array();
  for (const auto& [platform, figures] : record.platforms) {
    platforms.push_back(PlatformJson(platform, figures));
  }
  (*json)["platforms"] = std::move(platforms);
  (*json)["further_platforms"] = record.further_platforms;
  if (record.further_platforms > 0) {
    (*json)["further"] = PlatformJson("", record.further);
    (*json)["further"].erase("platform");
  }
  ordered_json redacted = ordered_json::array();
  for (const RedactedLeaf& leaf : record.redacted_leaves) {
    redacted.push_back({{"entry", leaf.entry},
                        {"redaction", leaf.redaction},
                        {"basis", BasisWords(leaf.basis)}});
  }
  (*json)["redacted_entries"] = std::move(redacted);
  (*json)["perhaps_redacted_references"] = record.perhaps_redacted_references;
  ordered_json attestations = ordered_json::array();
  for (const CountedAttestation& attestation : record.attestations) {
    attestations.push_back(AttestationJson(attestation));
  }
  (*json)["attestations"] = std::move(attestations);
  (*json)["uniformity"] = record.uniformity;
  (*json)["payloads_checked"] = record.payloads_checked;
  (*json)["payload_parts_checked"] = record.payload_parts_checked;
}

}  // namespace modlog
