#include "verifier/watch/watch_report.h"

#include <nlohmann/json.hpp>

#include "verifier/base/words.h"

namespace modlog {
namespace {

using nlohmann::ordered_json;

constexpr size_t kWordsShownMax = 500;  // bytes of what others say

std::string NewWords(const WatchReport& report) {
  if (!report.size_before) return report.whole ? " (all of it new)" : "";
  const uint64_t size = report.head->size;
  if (size < *report.size_before) return " (it was more)";
  return " (+" + Grouped(size - *report.size_before) +
         (report.whole ? ", the whole log audited)" : ")");
}

// "2 of 3 witnesses agree"; "" without any of the kind.
std::string AgreeingWords(const std::vector<PeerReport>& peers, PeerKind kind,
                          const char* many) {
  size_t all = 0;
  size_t agreeing = 0;
  for (const PeerReport& peer : peers) {
    if (peer.kind != kind) continue;
    ++all;
    agreeing += peer.state == PeerState::kAgrees ? 1 : 0;
  }
  if (all == 0) return "";
  return ", " + std::to_string(agreeing) + " of " + std::to_string(all) + " " +
         many + " agree";
}

// One line, whatever somebody else's words hold.
std::string OneLine(const std::string& text) {
  std::string line = text.substr(0, kWordsShownMax);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return line;
}

std::string HeadWords(const WatchReport& report) {
  if (!report.head) return "the log could not be looked at";
  return "size " + Grouped(report.head->size) + NewWords(report);
}

std::string VerdictWords(const WatchReport& report) {
  if (report.verdict == Verdict::kTrue) return "";
  return ": " + std::string(VerdictName(report.verdict)) +
         (report.look_again ? ", to be looked at again" : "");
}

ordered_json PeersJson(const std::vector<PeerReport>& peers) {
  ordered_json list = ordered_json::array();
  for (const PeerReport& peer : peers) {
    ordered_json json = {{"kind", PeerKindName(peer.kind)},
                         {"name", peer.name},
                         {"state", PeerStateName(peer.state)},
                         {"size", nullptr},
                         {"root", nullptr},
                         {"cosigned_s", nullptr},
                         {"words", peer.words}};
    if (peer.head) {
      json["size"] = peer.head->size;
      json["root"] = HashText(peer.head->root);
    }
    if (peer.cosigned_s) json["cosigned_s"] = *peer.cosigned_s;
    list.push_back(std::move(json));
  }
  return list;
}

ordered_json ProblemsJson(const std::vector<Problem>& problems) {
  ordered_json list = ordered_json::array();
  for (const Problem& problem : problems) {
    ordered_json json = {{"verdict", VerdictName(problem.verdict)},
                         {"place", problem.place},
                         {"reason", problem.reason},
                         {"evidence", nullptr}};
    if (!problem.evidence.empty()) json["evidence"] = problem.evidence;
    list.push_back(std::move(json));
  }
  return list;
}

std::string SuccessionWords(const WatchReport& report) {
  if (!report.succeeded_by) return "";
  const NamedLog& named = *report.succeeded_by;
  std::string words = "  frozen: by entry " + Grouped(named.entry) +
                      "; succeeded by " + OneLine(named.vkey) + ", ";
  if (!named.in_policy) return words + "which the policy does not name\n";
  if (report.successor_url.empty()) {
    return words + "which the policy trusts and gives no address of\n";
  }
  return words + "at " + report.successor_url + "\n";
}

ordered_json SuccessionJson(const WatchReport& report) {
  if (!report.succeeded_by) return nullptr;
  ordered_json json = {{"entry", report.succeeded_by->entry},
                       {"log", report.succeeded_by->vkey},
                       {"in_policy", report.succeeded_by->in_policy},
                       {"url", nullptr}};
  if (!report.successor_url.empty()) json["url"] = report.successor_url;
  return json;
}

}  // namespace

std::string FormatPeers(const std::vector<PeerReport>& peers) {
  std::string text;
  for (const PeerReport& peer : peers) {
    if (peer.words.empty() || peer.state == PeerState::kUnknown) continue;
    text += "  note: " + OneLine(peer.name) + " (" +
            std::string(PeerKindName(peer.kind)) + "): " + OneLine(peer.words) +
            "\n";
  }
  return text;
}

std::string FormatProblems(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += problem.verdict == Verdict::kFalse ? "  false: " : "  warning: ";
    if (!problem.place.empty()) text += OneLine(problem.place) + ": ";
    text += OneLine(problem.reason) + "\n";
    if (!problem.evidence.empty()) {
      text += "  evidence: " + problem.evidence + "\n";
    }
  }
  return text;
}

std::string FormatLook(const WatchReport& report) {
  const std::string log =
      report.origin.empty() ? "" : OneLine(report.origin) + ": ";
  return FormatTimeS(report.time_s) + "  " + log + HeadWords(report) +
         AgreeingWords(report.peers, PeerKind::kWitness, "witnesses") +
         AgreeingWords(report.peers, PeerKind::kMirror, "mirrors") +
         AgreeingWords(report.peers, PeerKind::kWatcher, "watchers") +
         VerdictWords(report) + "\n" + SuccessionWords(report) +
         FormatProblems(report.problems) + FormatPeers(report.peers);
}

std::string FormatLookJson(const WatchReport& report) {
  ordered_json json = {{"time_s", report.time_s},
                       {"verdict", VerdictName(report.verdict)},
                       {"exit_status", static_cast<int>(report.verdict)},
                       {"look_again", report.look_again},
                       {"unfinished", report.unfinished},
                       {"source", report.source},
                       {"origin", report.origin},
                       {"size", nullptr},
                       {"root", nullptr},
                       {"size_before", nullptr},
                       {"entries_checked", report.checked},
                       {"whole_log", report.whole},
                       {"cosigned_s", nullptr},
                       {"remembered", report.remembered},
                       {"succeeded_by", SuccessionJson(report)},
                       {"peers", PeersJson(report.peers)},
                       {"problems", ProblemsJson(report.problems)}};
  if (report.head) {
    json["size"] = report.head->size;
    json["root"] = HashText(report.head->root);
  }
  if (report.size_before) json["size_before"] = *report.size_before;
  if (report.cosigned_s) json["cosigned_s"] = *report.cosigned_s;
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace modlog
