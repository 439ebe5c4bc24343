#include "api/client/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

constexpr size_t kNameShownMax = 40;

// Watches a parse for what nlohmann lets pass.
class Watcher {
 public:
  explicit Watcher(int depth_max) : depth_max_(depth_max) {}

  // Returns whether to keep the value: nothing, once something is wrong, so
  // that a hostile text builds no tree.
  bool On(Json::parse_event_t event, const Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
        names_.emplace_back();
        Enter();
        break;
      case Json::parse_event_t::array_start:
        Enter();
        break;
      case Json::parse_event_t::object_end:
        names_.pop_back();
        --depth_;
        break;
      case Json::parse_event_t::array_end:
        --depth_;
        break;
      case Json::parse_event_t::key:
        OnName(value.get_ref<const std::string&>());
        break;
      case Json::parse_event_t::value:
        break;
    }
    return error_.empty();
  }

  const std::string& error() const { return error_; }

 private:
  void Enter() {
    if (++depth_ > depth_max_ && error_.empty()) {
      error_ = absl::StrCat("nested deeper than ", depth_max_, " levels");
    }
  }
  void OnName(const std::string& name) {
    if (names_.back().insert(name).second || !error_.empty()) return;
    error_ =
        absl::StrCat("repeated name \"", Printable(name, kNameShownMax), "\"");
  }

  const int depth_max_;
  int depth_ = 0;
  std::vector<std::set<std::string>> names_;  // of each open object
  std::string error_;
};

// Finds out where a text that did not parse goes wrong.
class ErrorFinder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string& last_token,
                   const nlohmann::json::exception&) override {
    error_ = absl::StrCat("not JSON at byte ", position, ", near \"",
                          Printable(last_token, kNameShownMax), "\"");
    return false;
  }

  const std::string& error() const { return error_; }

 private:
  std::string error_ = "not JSON";
};

}  // namespace

Result<Json> ParseStrictJson(std::string_view text, int depth_max) {
  if (text.starts_with("\xef\xbb\xbf")) {
    return Fail(Code::kMalformed, "a byte order mark is not JSON");
  }
  Watcher watcher(depth_max);
  Json json = Json::parse(
      text,
      [&watcher](int, Json::parse_event_t event, Json& value) {
        return watcher.On(event, value);
      },
      /*allow_exceptions=*/false);
  if (!watcher.error().empty()) {
    return Fail(Code::kMalformed, watcher.error());
  }
  if (json.is_discarded()) {
    ErrorFinder finder;
    Json::sax_parse(text, &finder);
    return Fail(Code::kMalformed, finder.error());
  }
  return json;
}

}  // namespace modlog
