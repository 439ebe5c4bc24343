// The page for people. Plain HTML: no script, nothing from elsewhere, readable
// on a phone and without its style.

#include <fmt/format.h>

#include "api/server/pages.h"

namespace modlog {
namespace {

constexpr char kTemplate[] = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{origin}: a log of moderation</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 2rem auto; max-width: 46rem; padding: 0 1rem;
  font: 1rem/1.55 system-ui, sans-serif; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
pre {{ overflow-x: auto; padding: .75rem; border-radius: .4rem;
  background: color-mix(in srgb, currentColor 8%, transparent);
  font: .85rem/1.5 ui-monospace, monospace; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; }}
dt {{ font-weight: 600; }}
dd {{ margin: 0; min-width: 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{origin}</h1>
<p>This is an append-only log of moderation: bans, takedowns and their
reversals, as platforms report them. Everyone can check that no entry was
changed, dropped or back-dated after it was logged. You need not trust whoever
runs this log, nor this page.</p>
<dl>
<dt>Entries</dt><dd>{size}</dd>
<dt>Origin</dt><dd><code>{origin}</code></dd>
<dt>Verifier key</dt><dd><code>{vkey}</code></dd>
</dl>
<h2>Latest checkpoint</h2>
<p>The log's signed statement of what it holds: its name, its size and the root
of its Merkle tree. It is served at <a href="/checkpoint">/checkpoint</a>.</p>
<pre>{checkpoint}</pre>
<h2>Verify everything</h2>
<p>Say whom you trust, once, in a policy. Compare the verifier key with one that
you got elsewhere: a page can claim any key.</p>
<pre>printf '%s\n' {log_line} 'quorum none' &gt; log.policy
curl -fsS {url}/checkpoint
modlog-verify audit {url}/ --policy log.policy --state audit-state --first-use</pre>
<p>The audit downloads all entries and hash tiles, recomputes the root and
compares it with the checkpoint. Run it again later without
<code>--first-use</code>: then it also proves that the log only grew since.
Exit status: 0 proved true, 1 proved false, 2 cannot tell.</p>
<h2>Verify one entry</h2>
<p>Whoever was told that an action is in the log holds two files, the entry and
its proof. They are checked without a network:</p>
<pre>modlog-verify receipt --entry FILE.entry --proof FILE.tlog-proof --policy log.policy</pre>
<h2>Read it with other tools</h2>
<p>Tiles and entries are at the paths of
<a href="https://c2sp.org/tlog-tiles">c2sp.org/tlog-tiles</a>, signed as
<a href="https://c2sp.org/tlog-checkpoint">c2sp.org/tlog-checkpoint</a> says, so
any reader of such logs reads this one.</p>
</body>
</html>
)html";

std::string EscapeHtml(std::string_view text) {
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
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// One word for a shell, whatever is in it.
std::string QuoteShell(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

std::string IndexPage(const SignedHead& head, const VerifierKey& key,
                      std::string_view base_url) {
  const std::string vkey = FormatVerifierKey(key);
  const std::string checkpoint = head.checkpoint.empty()
                                     ? "none: the log signs nothing any more"
                                     : head.checkpoint;
  const std::string log_line = fmt::format("log {} {}/", vkey, base_url);
  return fmt::format(kTemplate, fmt::arg("origin", EscapeHtml(key.name)),
                     fmt::arg("size", head.tree.size),
                     fmt::arg("vkey", EscapeHtml(vkey)),
                     fmt::arg("checkpoint", EscapeHtml(checkpoint)),
                     fmt::arg("log_line", EscapeHtml(QuoteShell(log_line))),
                     fmt::arg("url", EscapeHtml(base_url)));
}

}  // namespace modlog
