#include "verifier/base/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "verifier/core/bytes.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

// Watches a parse for what nlohmann lets pass.
class StrictnessCheck {
 public:
  explicit StrictnessCheck(int depth_max) : depth_max_(depth_max) {}

  // Returns whether to keep the value: nothing, once something is wrong, so
  // that a hostile text builds no tree.
  bool On(Json::parse_event_t event, const Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
        keys_.emplace_back();
        Enter();
        break;
      case Json::parse_event_t::array_start:
        Enter();
        break;
      case Json::parse_event_t::object_end:
        keys_.pop_back();
        --depth_;
        break;
      case Json::parse_event_t::array_end:
        --depth_;
        break;
      case Json::parse_event_t::key:
        OnKey(value.get_ref<const std::string&>());
        break;
      case Json::parse_event_t::value:
        break;
    }
    return complaint_.empty();
  }

  const std::string& complaint() const { return complaint_; }

 private:
  void Enter() {
    if (++depth_ <= depth_max_ || !complaint_.empty()) return;
    complaint_ = "nested deeper than " + std::to_string(depth_max_) + " levels";
  }
  void OnKey(const std::string& key) {
    if (keys_.back().insert(key).second || !complaint_.empty()) return;
    complaint_ = "key " + Quote(key) + " is repeated";
  }

  const int depth_max_;
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;  // of each open object
  std::string complaint_;
};

// Finds out where a text that did not parse goes wrong.
class FaultFinder : public Json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(int64_t) override { return true; }
  bool number_unsigned(uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(std::string&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string& last_token,
                   const Json::exception& /*error*/) override {
    fault_ = "not JSON at byte " + std::to_string(position) + ", near " +
             Quote(last_token);
    return false;
  }

  const std::string& fault() const { return fault_; }

 private:
  std::string fault_ = "not JSON";
};

}  // namespace

Result<Json> ParseStrictJson(std::string_view text, int depth_max) {
  if (text.starts_with("\xef\xbb\xbf")) {
    return Fail(Code::kMalformed, "begins with a byte order mark");
  }
  // The library takes one outside a string for the end of the text.
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    return Fail(Code::kMalformed,
                "not JSON: a zero byte at byte " + std::to_string(nul + 1));
  }
  StrictnessCheck check(depth_max);
  Json json = Json::parse(
      text,
      [&check](int /*depth*/, Json::parse_event_t event, Json& value) {
        return check.On(event, value);
      },
      /*allow_exceptions=*/false);
  if (!check.complaint().empty()) {
    return Fail(Code::kMalformed, check.complaint());
  }
  if (json.is_discarded()) {
    FaultFinder finder;
    Json::sax_parse(text, &finder);
    return Fail(Code::kMalformed, finder.fault());
  }
  return json;
}

}  // namespace modlog
