#ifndef MODLOG_API_SERVER_PAGES_H_
#define MODLOG_API_SERVER_PAGES_H_

// What the HTTP side answers, without HTTP: https://c2sp.org/tlog-tiles and one
// page for people.
//
//   /                               this log, and how to verify it
//   /checkpoint                     the published checkpoint
//   /tile/<L>/<N>[.p/<W>]           hash tiles
//   /tile/entries/<N>[.p/<W>]       entry bundles
//   /term/<hex>                     text of a registered term, by its SHA-256
//   /payload/<index>                open parts kept beside an entry, as JSON
//
// Nothing beyond the published checkpoint is served. A partial tile is a prefix
// of the full one, so every width up to that is, for ever. Thread-safe.

#include <string>
#include <string_view>

#include "log/log.h"

namespace modlog {

struct Page {
  unsigned status = 200;  // of HTTP
  std::string body;
  const char* content_type = "text/plain; charset=utf-8";
  const char* cache_control = "no-store";
};

// GetPage answers the request for an absolute path, as it was sent (not
// unescaped). `base_url` is where the reader reached us, "http://HOST:PORT".
Page GetPage(Log* log, std::string_view path, std::string_view base_url);

// IndexPage is the page for people, as HTML.
std::string IndexPage(const SignedHead& head, const VerifierKey& key,
                      std::string_view base_url);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_PAGES_H_
