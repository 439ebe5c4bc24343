#include "log/store/failpoint.h"

#ifdef MODLOG_FAILPOINTS

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <thread>

namespace modlog {

namespace {

struct Armed {
  std::string name, action;
  int at = 1;  // 0 = every passage
  std::atomic<int> passages = 0;
};

std::deque<Armed>& AllArmed() {
  static std::deque<Armed> all = [] {
    std::deque<Armed> armed;
    const char* text = std::getenv("MODLOG_FAILPOINT");
    std::string_view rest = text == nullptr ? "" : text;
    while (!rest.empty()) {
      const std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      const size_t colon = item.find(':');
      const size_t sign = item.find('@');
      if (colon == std::string_view::npos) continue;
      Armed& point = armed.emplace_back();
      point.name = item.substr(0, colon);
      point.action = item.substr(colon + 1, sign - colon - 1);
      if (sign != std::string_view::npos) {
        point.at = std::atoi(std::string(item.substr(sign + 1)).c_str());
      }
    }
    return armed;
  }();
  return all;
}

}  // namespace

bool Failpoint(const char* name) {
  bool armed = false;
  for (Armed& point : AllArmed()) {
    if (point.name != name) continue;
    const int passage = ++point.passages;
    if (point.at != 0 && passage != point.at) continue;
    if (point.action == "exit") ::_exit(137);
    if (point.action == "sleep") {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    if (point.action == "arm") armed = true;
  }
  return armed;
}

}  // namespace modlog

#endif  // MODLOG_FAILPOINTS
