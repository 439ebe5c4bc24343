#include "api/tool/copy/http_fetcher.h"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/tool/interrupt.h"
#include "verifier/source/http_guard.h"

namespace modlog {
namespace {

constexpr size_t kParallel = 8;
constexpr long kFetchConnectSecondsMax = 5;
// A transfer that moves less than this many bytes a second for this long died.
constexpr long kStallBytes = 1;
constexpr long kStallSeconds = 15;
// Of what is sent with a 404 and the like.
constexpr size_t kErrorPageMax = 64 << 10;
constexpr std::chrono::milliseconds kFetchPause{200};

bool MayPass(CURLcode code, long status) {
  if (code != CURLE_OK) return code != CURLE_WRITE_ERROR;
  return status == 429 || status >= 500;
}

}  // namespace

class HttpFetcher::Transfers {
 public:
  Transfers(std::string base, const PatienceTerms& patience)
      : base_(std::move(base)),
        terms_(patience),
        patience_(patience),
        multi_(curl_multi_init()) {
    MODLOG_CHECK(multi_ != nullptr, "curl has memory for a multi handle");
    for (Slot& slot : slots_) {
      slot.handle = curl_easy_init();
      MODLOG_CHECK(slot.handle != nullptr, "curl has memory for a handle");
      slot.guard.emplace(&sockets_);
      slot.patience = &patience_;
      idle_.push_back(&slot);
    }
  }
  ~Transfers() {
    for (Slot& slot : slots_) {
      curl_multi_remove_handle(multi_, slot.handle);
      curl_easy_cleanup(slot.handle);
    }
    curl_multi_cleanup(multi_);
  }

  // Round fetches the positions; those that may be tried again are returned
  // with the last such error.
  struct Again {
    std::vector<size_t> positions;
    Error error{Code::kUnavailable, ""};
  };
  Result<Again> Round(std::span<const FetchRequest> requests,
                      const std::vector<size_t>& positions,
                      const OnBody& on_body) {
    Again again;
    size_t next = 0;
    Result<void> result;
    while (result && (next < positions.size() || idle_.size() < kParallel)) {
      while (next < positions.size() && !idle_.empty()) {
        Start(requests[positions[next]], positions[next]);
        ++next;
      }
      result = Drive();
      while (result) {
        int left = 0;
        CURLMsg* message = curl_multi_info_read(multi_, &left);
        if (message == nullptr) break;
        if (message->msg != CURLMSG_DONE) continue;
        result = OnDone(*message, requests, on_body, &again);
      }
    }
    if (!result) {
      StopAll();
      return std::unexpected(std::move(result).error());
    }
    return again;
  }

 private:
  // One reusable connection and what it is fetching.
  struct Slot {
    CURL* handle = nullptr;
    std::optional<HttpGuard> guard;
    Patience* patience = nullptr;
    size_t position = 0;
    size_t size_max = 0;
    bool too_large = false;
    size_t ignored = 0;
    std::string body;
  };

  static size_t OnData(char* data, size_t size, size_t count, void* user) {
    auto* slot = static_cast<Slot*>(user);
    long status = 0;
    curl_easy_getinfo(slot->handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
      slot->ignored += size * count;
      return slot->ignored > kErrorPageMax ? 0 : size * count;
    }
    if (slot->body.size() + size * count > slot->size_max) {
      slot->too_large = true;
      return 0;  // anything but the count ends the transfer
    }
    slot->body.append(data, size * count);
    slot->patience->Got(size * count);
    return size * count;
  }

  static Error FetchError(const std::string& path, const Slot& slot,
                          CURLcode code, long status) {
    if (slot.too_large) {
      return {Code::kTooLarge,
              absl::StrCat(path, ": more than ", slot.size_max, " bytes")};
    }
    if (!slot.guard->fault().empty()) {
      return {Code::kUnavailable,
              absl::StrCat(path, ": the log ", slot.guard->fault())};
    }
    if (code != CURLE_OK && slot.ignored <= kErrorPageMax) {
      return {Code::kUnavailable,
              absl::StrCat(path, ": ", curl_easy_strerror(code))};
    }
    return {status == 404 ? Code::kNotFound : Code::kUnavailable,
            absl::StrCat(path, ": HTTP status ", status)};
  }

  static void Configure(Slot* slot) {
    CURL* handle = slot->handle;
    curl_easy_reset(handle);
    slot->guard->Begin(handle, slot->size_max);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, OnData);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kFetchConnectSecondsMax);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kStallBytes);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "modlog/" MODLOG_VERSION);
  }

  void Start(const FetchRequest& request, size_t position) {
    Slot* slot = idle_.back();
    idle_.pop_back();
    slot->position = position;
    slot->size_max = request.size_max;
    slot->too_large = false;
    slot->ignored = 0;
    slot->body.clear();
    Configure(slot);
    std::string url = absl::StrCat(base_, "/", request.path);
    curl_easy_setopt(slot->handle, CURLOPT_URL, url.c_str());
    curl_multi_add_handle(multi_, slot->handle);
  }

  Result<void> Drive() {
    int running = 0;
    CURLMcode code = curl_multi_perform(multi_, &running);
    if (code == CURLM_OK && running > 0) {
      const auto before = std::chrono::steady_clock::now();
      code = curl_multi_poll(multi_, nullptr, 0, 200, nullptr);
      patience_.Waited(std::chrono::steady_clock::now() - before);
    }
    if (patience_.IsOver()) return Fail(Code::kUnavailable, TooSlow());
    if (Interrupted() != 0) return Fail(Code::kUnavailable, "interrupted");
    if (code != CURLM_OK) {
      return Fail(Code::kUnavailable, curl_multi_strerror(code));
    }
    return {};
  }

  std::string TooSlow() const {
    return absl::StrCat("the log sent ", patience_.bytes(), " bytes in ",
                        patience_.waited() / std::chrono::seconds(1),
                        " s, want ", terms_.bytes_a_second,
                        " a second: try again later, what was fetched ",
                        "is kept");
  }

  Result<void> OnDone(const CURLMsg& message,
                      std::span<const FetchRequest> requests,
                      const OnBody& on_body, Again* again) {
    CURL* handle = message.easy_handle;
    CURLcode code = message.data.result;
    Slot* slot = nullptr;
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &slot);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi_, handle);
    idle_.push_back(slot);
    if (code == CURLE_OK) patience_.GotFile();
    if (code == CURLE_OK && status == 200) {
      return on_body(slot->position, std::exchange(slot->body, {}));
    }
    Error error =
        FetchError(requests[slot->position].path, *slot, code, status);
    if (!slot->guard->fault().empty() || !MayPass(code, status)) {
      return std::unexpected(std::move(error));
    }
    again->positions.push_back(slot->position);
    again->error = std::move(error);
    return {};
  }

  void StopAll() {
    idle_.clear();
    for (Slot& slot : slots_) {
      curl_multi_remove_handle(multi_, slot.handle);
      idle_.push_back(&slot);
    }
  }

  const std::string base_;
  const PatienceTerms terms_;
  Patience patience_;
  HttpSockets sockets_;  // outlives what is connected
  CURLM* const multi_;
  std::array<Slot, kParallel> slots_;
  std::vector<Slot*> idle_;
};

HttpFetcher::HttpFetcher(std::string base, const PatienceTerms& patience)
    : transfers_(std::make_unique<Transfers>(std::move(base), patience)) {}

HttpFetcher::~HttpFetcher() = default;

Result<void> HttpFetcher::FetchAll(std::span<const FetchRequest> requests,
                                   const OnBody& on_body) {
  std::vector<size_t> positions(requests.size());
  for (size_t i = 0; i < positions.size(); ++i) positions[i] = i;
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(Transfers::Again again,
                     transfers_->Round(requests, positions, on_body));
    if (again.positions.empty()) return {};
    if (attempt == kFetchAttempts) return std::unexpected(again.error);
    std::this_thread::sleep_for(kFetchPause * (1 << attempt));
    positions = std::move(again.positions);
  }
}

Result<std::string> HttpFetcher::Fetch(const FetchRequest& request) {
  std::string fetched;
  RETURN_IF_ERROR(FetchAll({&request, 1}, [&](size_t, std::string body) {
    fetched = std::move(body);
    return Result<void>{};
  }));
  return fetched;
}

}  // namespace modlog
