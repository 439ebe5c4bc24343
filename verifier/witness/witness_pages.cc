#include "verifier/witness/witness_pages.h"

#include <vector>

#include "verifier/core/checkpoint.h"

namespace modlog {
namespace {

constexpr char kHead[] = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A witness</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto;
       padding: 0 1em; }
code { overflow-wrap: anywhere; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .2em 1em .2em 0; vertical-align: top; }
</style></head><body>
)";

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// The size as the checkpoint says it; the notes are the witness's own.
std::string SizeOf(const SharedNote& note) {
  if (!note) return "nothing seen yet";
  const size_t begin = note->find('\n') + 1;
  return note->substr(begin, note->find('\n', begin) - begin);
}

std::string RowOf(const Witness::Row& row) {
  std::string origin = Escaped(row.origin);
  if (row.latest) {
    origin = "<a href=\"/" + FormatHex(Sha256(AsBytes(row.origin))) +
             "/checkpoint\">" + origin + "</a>";
  }
  return "<tr><td>" + origin + "</td><td>" + SizeOf(row.latest) +
         (row.is_served ? "" : " (no longer witnessed)") + "</td></tr>\n";
}

}  // namespace

std::string WitnessPage(const Witness& witness) {
  const std::vector<Witness::Row> rows = witness.Rows(kRowsShownMax);
  std::string page = kHead;
  page += "<h1>Witness " + Escaped(witness.verifier_key().name) + "</h1>\n";
  page +=
      "<p>It cosigns what a log shows if that only adds to what the log showed "
      "before, so that a log cannot show one history to one reader and another "
      "to the next. It knows nothing of what stands in a log.</p>\n";
  page += "<p>Its key: <code>" +
          Escaped(FormatVerifierKey(witness.verifier_key())) + "</code></p>\n";
  page +=
      "<p>A log submits with <code>POST /add-checkpoint</code>; everyone reads "
      "what was cosigned last at <code>/&lt;hex of SHA-256 of the "
      "origin&gt;/checkpoint</code> (<a "
      "href=\"https://c2sp.org/tlog-witness\">c2sp.org/tlog-witness</a>).</p>"
      "\n<table><tr><th>log</th><th>size</th></tr>\n";
  for (const Witness::Row& row : rows) page += RowOf(row);
  page += "</table>\n";
  if (witness.log_count() > rows.size()) {
    page += "<p>and " + std::to_string(witness.log_count() - rows.size()) +
            " more</p>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace modlog
