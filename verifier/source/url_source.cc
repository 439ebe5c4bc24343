#include "verifier/source/url_source.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "verifier/core/bytes.h"
#include "verifier/source/http_address.h"
#include "verifier/source/http_guard.h"

namespace modlog {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kRedirectsMax = 5;
constexpr size_t kIgnoredBytesMax = 64 << 10;  // of an error page
constexpr milliseconds kStopPoll(100);

// One resource on its way. Fields above the line belong to the network thread
// while the transfer runs, those below to the source's mutex.
struct Transfer {
  explicit Transfer(HttpSockets* sockets) : guard(sockets) {}

  HttpGuard guard;
  std::string path;
  std::string url;
  size_t size_max = 0;
  std::string body;
  bool too_large = false;
  size_t ignored = 0;
  int attempt = 1;
  int redirects = 0;
  CURL* easy = nullptr;
  Patience* patience = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text = {};
  // ----
  int waiters = 0;
  bool done = false;
  bool started = false;
  Clock::time_point not_before;
  Result<void> result;
};
using TransferPtr = std::shared_ptr<Transfer>;

long StatusOf(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// libcurl's write callback. Returning less than was given ends the transfer.
size_t TakeBytes(char* data, size_t /*one*/, size_t size, void* pointer) {
  auto* const transfer = static_cast<Transfer*>(pointer);
  if (StatusOf(transfer->easy) != 200) {
    transfer->ignored += size;
    return transfer->ignored > kIgnoredBytesMax ? 0 : size;
  }
  if (size > transfer->size_max - transfer->body.size()) {
    transfer->too_large = true;
    return 0;
  }
  transfer->body.append(data, size);
  transfer->patience->Got(size);
  return size;
}

bool IsTransient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_BAD_CONTENT_ENCODING:
      return true;
    default:
      return false;
  }
}

bool IsTransient(long status) {
  return status == 408 || status == 429 || status >= 500;
}

bool IsRedirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 ||
         status == 308;
}

void SetUp(CURL* easy, Transfer* transfer, const UrlSourceOptions& options) {
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, transfer->url.c_str());
  transfer->guard.Begin(easy, transfer->size_max);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "modlog-verify/" MODLOG_VERSION);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   long{options.connect_timeout_ms});
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, long{options.stall_timeout_s});
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, long{options.transfer_timeout_ms});
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &TakeBytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_text.data());
}

class UrlSource : public Source {
 public:
  UrlSource(HttpAddress address, const UrlSourceOptions& options)
      : address_(std::move(address)),
        options_(options),
        multi_(curl_multi_init()),
        patience_(options.patience) {
    MODLOG_CHECK(multi_ != nullptr, "there is memory for a curl handle");
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      long{options.parallel});
    network_ = std::jthread([this] { Loop(); });
  }

  ~UrlSource() override {
    closing_ = true;
    curl_multi_wakeup(multi_);
    network_.join();
    for (const auto& [easy, transfer] : running_) {
      curl_multi_remove_handle(multi_, easy);
      curl_easy_cleanup(easy);
    }
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    return FetchBefore(path, size_max, Clock::time_point::max(), out);
  }

  Result<void> FetchBefore(const std::string& path, size_t size_max,
                           Clock::time_point end, std::string* out) override {
    std::unique_lock lock(mutex_);
    const TransferPtr transfer = FindOrQueue(path, size_max);
    if (transfer->waiters++ == 0 && !transfer->done) ++awaited_;
    if (!transfer->started) MoveToFront(transfer);
    curl_multi_wakeup(multi_);
    std::string why = WhyNot(end);
    while (!transfer->done && why.empty()) {
      done_.wait_for(lock, kStopPoll);
      why = WhyNot(end);
    }
    const bool last = --transfer->waiters == 0;
    if (!transfer->done) {
      if (last) --awaited_;
      return Fail(Code::kUnavailable, why);
    }
    if (!last) {
      *out = transfer->body;
      return transfer->result;
    }
    transfers_.erase(path);
    bytes_held_ -= transfer->body.size();
    *out = std::move(transfer->body);
    return transfer->result;
  }

  void WillNeed(const std::string& path, size_t size_max) override {
    const std::lock_guard lock(mutex_);
    FindOrQueue(path, size_max);
    curl_multi_wakeup(multi_);
  }

  std::string name() const override { return address_.name; }

 private:
  bool Stopped() const { return options_.stop != nullptr && *options_.stop; }

  // ---- any thread, under mutex_

  // Why a transfer that is not done is waited for no longer; "" if it is.
  std::string WhyNot(Clock::time_point end) const {
    if (Stopped()) return "interrupted";
    if (!too_slow_.empty()) return too_slow_;
    if (options_.deadline != nullptr && options_.deadline->IsOver()) {
      return "no answer before the deadline";
    }
    return Clock::now() >= end ? "not there in time" : "";
  }

  TransferPtr FindOrQueue(const std::string& path, size_t size_max) {
    TransferPtr& transfer = transfers_[path];
    if (transfer == nullptr) {
      transfer = std::make_shared<Transfer>(&sockets_);
      transfer->patience = &patience_;
      transfer->path = path;
      transfer->url = address_.url + "/" + path;
      transfer->size_max = size_max;
      queue_.push_back(transfer);
    }
    return transfer;
  }

  void MoveToFront(const TransferPtr& transfer) {
    const auto it = std::ranges::find(queue_, transfer);
    if (it == queue_.end()) return;
    queue_.erase(it);
    queue_.push_front(transfer);
  }

  // ---- the network thread

  void Loop() {
    while (!closing_) {
      int count = 0;
      curl_multi_perform(multi_, &count);
      FinishTransfers();
      CountWaiting();
      // Last before the wait, which a transfer that was just added cuts short.
      StartTransfers();
      curl_multi_poll(multi_, nullptr, 0, WaitMs(), nullptr);
    }
  }

  // What is waited for while nothing waits is no matter: the judge has enough
  // to do.
  void CountWaiting() {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (was_waiting_) patience_.Waited(now - counted_);
    counted_ = now;
    was_waiting_ = awaited_ > 0;
    if (!patience_.IsOver() || !too_slow_.empty()) return;
    const double seconds =
        std::chrono::duration<double>(patience_.waited()).count();
    too_slow_ = "sent " +
                std::to_string(static_cast<uint64_t>(
                    static_cast<double>(patience_.bytes()) / seconds)) +
                " bytes/s in " +
                std::to_string(static_cast<uint64_t>(seconds)) +
                " s of waiting, want " +
                std::to_string(options_.patience.bytes_a_second);
    done_.notify_all();
  }

  void StartTransfers() {
    const std::lock_guard lock(mutex_);
    if (!too_slow_.empty()) return;
    const auto now = Clock::now();
    for (auto it = queue_.begin(); it != queue_.end();) {
      const TransferPtr transfer = *it;
      if (running_.size() >= static_cast<size_t>(options_.parallel)) return;
      const bool ahead = transfer->waiters == 0;
      if (transfer->not_before > now ||
          (ahead && bytes_held_ >= options_.bytes_ahead)) {
        ++it;
        continue;
      }
      it = queue_.erase(it);
      Start(transfer);
    }
  }

  void Start(const TransferPtr& transfer) {
    CURL* easy = idle_.empty() ? curl_easy_init() : idle_.back();
    if (!idle_.empty()) idle_.pop_back();
    MODLOG_CHECK(easy != nullptr, "there is memory for a curl handle");
    transfer->started = true;
    transfer->easy = easy;
    transfer->body.clear();
    transfer->too_large = false;
    transfer->ignored = 0;
    transfer->error_text[0] = '\0';
    SetUp(easy, transfer.get(), options_);
    running_.emplace(easy, transfer);
    curl_multi_add_handle(multi_, easy);
  }

  void FinishTransfers() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto it = running_.find(easy);
      const TransferPtr transfer = it->second;
      Settle(transfer, code);
      running_.erase(it);
      curl_multi_remove_handle(multi_, easy);
      idle_.push_back(easy);
    }
  }

  // Settle decides what a finished transfer came to.
  void Settle(const TransferPtr& transfer, CURLcode code) {
    const long status = StatusOf(transfer->easy);
    const bool answered =
        code == CURLE_OK ||
        (code == CURLE_WRITE_ERROR && transfer->ignored > kIgnoredBytesMax);
    if (transfer->too_large) {
      return Done(transfer,
                  Fail(Code::kTooLarge, "has more than " +
                                            std::to_string(transfer->size_max) +
                                            " bytes"));
    }
    if (!transfer->guard.fault().empty()) {
      return Done(transfer, Fail(Code::kUnavailable, transfer->guard.fault()));
    }
    if (!answered) return SettleFailure(transfer, code);
    patience_.GotFile();
    if (status == 200) return Done(transfer, {});
    if (status == 404) {
      return Done(transfer, Fail(Code::kNotFound, "HTTP status 404"));
    }
    if (IsRedirect(status)) return Redirect(transfer);
    const Error error = {status == 403 ? Code::kForbidden : Code::kUnavailable,
                         "HTTP status " + std::to_string(status)};
    IsTransient(status) ? Retry(transfer, error)
                        : Done(transfer, std::unexpected(error));
  }

  void SettleFailure(const TransferPtr& transfer, CURLcode code) {
    const bool encoding = code == CURLE_BAD_CONTENT_ENCODING;
    const char* const text = transfer->error_text[0] != '\0'
                                 ? transfer->error_text.data()
                                 : curl_easy_strerror(code);
    const Error error = {encoding ? Code::kMalformed : Code::kUnavailable,
                         text};
    IsTransient(code) ? Retry(transfer, error)
                      : Done(transfer, std::unexpected(error));
  }

  void Redirect(const TransferPtr& transfer) {
    const char* to = nullptr;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &to);
    if (to == nullptr || transfer->redirects++ == kRedirectsMax ||
        !MayRedirect(transfer->url, to)) {
      return Done(transfer, Fail(Code::kUnavailable,
                                 "redirected too often or to another host: " +
                                     Quote(to == nullptr ? "" : to)));
    }
    transfer->url = to;
    Requeue(transfer, milliseconds(0));
  }

  void Retry(const TransferPtr& transfer, const Error& error) {
    if (transfer->attempt == options_.attempts || Stopped()) {
      return Done(transfer,
                  Fail(error.code, error.message + " (" +
                                       std::to_string(transfer->attempt) +
                                       " attempts)"));
    }
    const int doublings = transfer->attempt++ - 1;
    Requeue(transfer, milliseconds(int64_t{options_.backoff_ms} << doublings));
  }

  void Requeue(const TransferPtr& transfer, milliseconds wait) {
    const std::lock_guard lock(mutex_);
    transfer->not_before = Clock::now() + wait;
    queue_.push_front(transfer);
  }

  void Done(const TransferPtr& transfer, Result<void> result) {
    const std::lock_guard lock(mutex_);
    if (!result) transfer->body.clear();
    bytes_held_ += transfer->body.size();
    transfer->result = std::move(result);
    transfer->done = true;
    if (transfer->waiters > 0) --awaited_;
    done_.notify_all();
  }

  // Until a transfer that waits may start again.
  int WaitMs() {
    const std::lock_guard lock(mutex_);
    auto wait = milliseconds(1000);
    const auto now = Clock::now();
    for (const TransferPtr& transfer : queue_) {
      if (transfer->not_before <= now) continue;
      wait = std::min(
          wait, std::chrono::ceil<milliseconds>(transfer->not_before - now));
    }
    return static_cast<int>(wait.count());
  }

  const HttpAddress address_;
  const UrlSourceOptions options_;
  HttpSockets sockets_;  // outlives what is connected
  CURLM* const multi_;
  std::atomic<bool> closing_ = false;

  std::mutex mutex_;
  std::condition_variable done_;
  std::unordered_map<std::string, TransferPtr> transfers_;  // until fetched
  std::deque<TransferPtr> queue_;                           // to be started
  size_t bytes_held_ = 0;  // of bodies that wait to be fetched
  size_t awaited_ = 0;     // transfers that somebody waits for
  std::string too_slow_;   // once patience is over

  // The network thread's own.
  Patience patience_;
  Clock::time_point counted_ = Clock::now();
  bool was_waiting_ = false;
  std::unordered_map<CURL*, TransferPtr> running_;
  std::vector<CURL*> idle_;  // handles to use again, with their connections
  std::jthread network_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenUrlSource(const std::string& url,
                                              const UrlSourceOptions& options) {
  static const bool initialised =
      curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  MODLOG_CHECK(initialised, "libcurl can be initialised");
  ASSIGN_OR_RETURN(HttpAddress address, ParseHttpAddress(url));
  return std::make_unique<UrlSource>(std::move(address), options);
}

}  // namespace modlog
