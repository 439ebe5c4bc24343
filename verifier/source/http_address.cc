#include "verifier/source/http_address.h"

#include <curl/curl.h>

#include <memory>
#include <utility>

#include "verifier/core/bytes.h"

namespace modlog {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

Url ParseUrl(const std::string& text) {
  Url url(curl_url());
  if (url &&
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK) {
    return url;
  }
  return nullptr;
}

// Part returns a part of an address, "" if it has none.
std::string Part(const Url& url, CURLUPart part) {
  char* text = nullptr;
  const unsigned int flags = part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0u;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string LowerHost(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool IsHttp(const std::string& scheme) {
  return scheme == "http" || scheme == "https";
}

std::string UrlWithoutSlashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Result<HttpAddress> ParseHttpAddress(const std::string& url) {
  const Url parsed = ParseUrl(url);
  if (!parsed || !IsHttp(Part(parsed, CURLUPART_SCHEME)) ||
      !Part(parsed, CURLUPART_QUERY).empty() ||
      !Part(parsed, CURLUPART_FRAGMENT).empty()) {
    return Fail(Code::kMalformed,
                "not an http or https address without '?' "
                "and '#': " +
                    Quote(url));
  }
  HttpAddress address;
  address.url = UrlWithoutSlashes(Part(parsed, CURLUPART_URL));
  curl_url_set(parsed.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  address.name = UrlWithoutSlashes(Part(parsed, CURLUPART_URL));
  return address;
}

bool MayRedirect(const std::string& from, const std::string& to) {
  const Url a = ParseUrl(from);
  const Url b = ParseUrl(to);
  if (!a || !b) return false;
  if (LowerHost(Part(a, CURLUPART_HOST)) !=
      LowerHost(Part(b, CURLUPART_HOST))) {
    return false;
  }
  const auto scheme_and_port = [](const Url& url) {
    return std::pair(Part(url, CURLUPART_SCHEME), Part(url, CURLUPART_PORT));
  };
  const auto from_pair = scheme_and_port(a);
  const auto to_pair = scheme_and_port(b);
  if (from_pair == to_pair) return IsHttp(to_pair.first);
  return from_pair == std::pair<std::string, std::string>("http", "80") &&
         to_pair == std::pair<std::string, std::string>("https", "443");
}

}  // namespace modlog
