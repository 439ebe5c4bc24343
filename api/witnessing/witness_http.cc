#include "api/witnessing/witness_http.h"

#include <curl/curl.h>

#include "fmt/format.h"

namespace modlog {
namespace {

// Once, before any thread of ours: libcurl asks for it.
void InitOnce() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  MODLOG_CHECK(code == CURLE_OK, "libcurl starts");
}

size_t OnBytes(char* bytes, size_t, size_t count, void* into) {
  auto* body = static_cast<std::string*>(into);
  if (body->size() + count > kWitnessAnswerMax) return 0;
  body->append(bytes, count);
  return count;
}

void SetLimits(CURL* handle) {
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kWitnessConnectMs);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kWitnessTimeoutMs);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "modlogd/" MODLOG_VERSION);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, OnBytes);
}

}  // namespace

WitnessHttp::WitnessHttp()
    : guard_(&sockets_), handle_((InitOnce(), curl_easy_init())) {
  MODLOG_CHECK(handle_ != nullptr, "libcurl makes a handle");
}

WitnessHttp::~WitnessHttp() { curl_easy_cleanup(handle_); }

Result<HttpAnswer> WitnessHttp::Post(const std::string& url,
                                     std::string_view body) {
  curl_easy_reset(handle_);  // keeps its connection
  curl_easy_setopt(handle_, CURLOPT_POST, 1L);
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(body.size()));
  // No "Expect: 100-continue", which costs a round trip.
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  headers = curl_slist_append(headers, "Content-Type: text/plain");
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers);
  auto answer = Perform(url);
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, nullptr);
  curl_slist_free_all(headers);
  return answer;
}

Result<HttpAnswer> WitnessHttp::Perform(const std::string& url) {
  if (aborted_) return Fail(Code::kUnavailable, "was told to stop");
  HttpAnswer answer;
  SetLimits(handle_);
  guard_.Begin(handle_, kWitnessAnswerMax, [this] { return aborted_.load(); });
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(handle_);
  if (!guard_.fault().empty()) return Fail(Code::kTooLarge, guard_.fault());
  if (code == CURLE_WRITE_ERROR) {
    return Fail(Code::kTooLarge,
                fmt::format("answered more than {} bytes", kWitnessAnswerMax));
  }
  if (code != CURLE_OK) {
    return Fail(Code::kUnavailable, curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  curl_off_t retry_after_s = 0;
  curl_easy_getinfo(handle_, CURLINFO_RETRY_AFTER, &retry_after_s);
  answer.status = static_cast<int>(status);
  if (retry_after_s > 0) answer.retry_after_s = retry_after_s;
  return answer;
}

std::string JoinUrl(std::string_view base, std::string_view path) {
  std::string url(base);
  if (!url.ends_with('/')) url += '/';
  url += path;
  return url;
}

}  // namespace modlog
